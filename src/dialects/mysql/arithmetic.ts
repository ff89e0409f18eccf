import type { DivisionNode } from '../../sql/expression-nodes.ts';
import type { Node } from '../../sql/node.ts';
import { type arithmeticVisitors, writeBracketed } from '../base/arithmetic.ts';
import { TIGHTNESS, type Writer } from '../base/compiler.ts';
import { durationOf, refuseDifference, writePart } from '../base/date-shift.ts';

const OPERATORS = { and: '&', or: '|', xor: '^', shiftLeft: '<<', shiftRight: '>>' } as const;

/** A template over two sides, `~0` and `~1`. */
function template(sql: string, sides: readonly Node[], to: Writer): void {
  sql.split(/~(\d)/).forEach((piece, i) => {
    if (i % 2 === 0) to.write(piece);
    else to.operand(sides[Number(piece)], TIGHTNESS.collate);
  });
}

/** Division with its fraction. MySQL's own gives four digits more than the left side has. */
function divide({ domain, left, right }: DivisionNode, to: Writer): void {
  const factor = domain === 'numeric' ? ' * 1.0000000000000000' : domain === 'double' ? '' : ' * 1e0';
  to.write(factor === '' ? '' : '(').operand(left, TIGHTNESS.product);
  to.write(factor === '' ? ' / ' : `${factor}) / `).operand(right, TIGHTNESS.product + 1);
}

/** One less where the signs differ and something is left over: what DIV cuts off was up then. */
const LESS = 'IF(~0 % ~1 <> 0 AND (~0 < 0) <> (~1 < 0), 1, 0)';

/** The quotient rounded down. DIV rounds towards zero, and the quotient of `/` is rounded itself. */
function floorDivide(node: DivisionNode, to: Writer): void {
  const { domain, left, right } = node;
  if (domain === 'integer' || domain === 'bigInteger') template(`(~0 DIV ~1 - ${LESS})`, [left, right], to);
  else if (domain === 'numeric') template(`FLOOR((~0 - ~0 % ~1) / ~1 - ${LESS})`, [left, right], to);
  else {
    to.write('FLOOR(');
    divide(node, to);
    to.write(')');
  }
}

/** Arithmetic in MySQL's words. Its bits are unsigned; others have a sign. */
export const mysqlArithmeticVisitors: typeof arithmeticVisitors = {
  bitwise: (node, to) => {
    to.write('CAST(');
    // It fills with zeros from the left, others with the sign.
    if (node.operator === 'shiftRight') template('IF(~0 < 0, ~(~~0 >> ~1), ~0 >> ~1)', [node.left, node.right], to);
    else writeBracketed(node, OPERATORS[node.operator], to);
    to.write(' AS SIGNED)');
  },
  bitwiseNot: (node, to) => {
    to.write('CAST(~').operand(node.operand, TIGHTNESS.atom).write(' AS SIGNED)');
  },
  dateDifference: (node, to) => {
    if (node.of === 'interval') refuseDifference(to);
    to.write('DATEDIFF(').visit(node.left).write(', ').visit(node.right).write(')');
  },
  dateShift: (node, to) => {
    const duration = durationOf(node, to);
    const sign = node.negated ? ' - ' : ' + ';
    to.write(node.of === 'date' ? 'CAST((' : '(').operand(node.operand, TIGHTNESS.product);
    for (const [part, unit] of [
      ['months', 'MONTH'],
      ['days', 'DAY'],
      ['seconds', 'SECOND'],
      ['microseconds', 'MICROSECOND'],
    ] as const)
      writePart(duration, part, to.write(`${sign}INTERVAL `)).write(` ${unit}`);
    to.write(node.of === 'date' ? ') AS DATE)' : ')');
  },
  division: (node, to) => {
    if (node.operator === 'divide') divide(node, to);
    else if (node.operator === 'floor') floorDivide(node, to);
    else
      to.operand(node.left, TIGHTNESS.product)
        .write(' % ')
        .operand(node.right, TIGHTNESS.product + 1);
  },
};
