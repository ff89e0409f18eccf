import type { DivisionNode } from '../../sql/expression-nodes.ts';
import { type arithmeticVisitors, writeBracketed } from '../base/arithmetic.ts';
import { TIGHTNESS, type Writer } from '../base/compiler.ts';
import { durationOf, refuseDifference, writePart } from '../base/date-shift.ts';

const OPERATORS = { and: '&', or: '|', shiftLeft: '<<', shiftRight: '>>' } as const;

/** Division with its fraction. Decimals that happen to be whole are stored as integers, so nothing is left to the values. */
function divide(node: DivisionNode, to: Writer): void {
  to.write('CAST(').visit(node.left).write(' AS REAL) / ').operand(node.right, TIGHTNESS.collate);
}

/** SQLite's quotient of integers is cut towards zero: one less where that was up. */
function floorDivide(node: DivisionNode, to: Writer): void {
  const { domain, left, right } = node;
  if (domain !== 'integer' && domain !== 'bigInteger') {
    to.write('floor(');
    divide(node, to);
    to.write(')');
    return;
  }
  const [a, b] = [left, right].map((side) => () => to.operand(side, TIGHTNESS.collate));
  to.write('(');
  a();
  to.write(' / ');
  b();
  to.write(' - (');
  a();
  to.write(' % ');
  b();
  to.write(' <> 0 AND (');
  a();
  to.write(' < 0) <> (');
  b();
  to.write(' < 0)))');
}

export const sqliteArithmeticVisitors: typeof arithmeticVisitors = {
  bitwise: (node, to) => {
    if (node.operator !== 'xor') {
      writeBracketed(node, OPERATORS[node.operator], to);
      return;
    }
    // There is no XOR: what is in either and not in both.
    to.write('((');
    writeBracketed(node, '|', to);
    to.write(') - (');
    writeBracketed(node, '&', to);
    to.write('))');
  },
  dateDifference: (node, to) => {
    if (node.of === 'interval') refuseDifference(to);
    to.write('CAST(julianday(').visit(node.left).write(') - julianday(').visit(node.right).write(') AS INTEGER)');
  },
  dateShift: (node, to) => {
    const duration = durationOf(node, to);
    const sign = node.negated ? '-' : '';
    to.write(`strftime('${node.of === 'date' ? '%Y-%m-%d' : '%Y-%m-%d %H:%M:%f'}', `).visit(node.operand);
    // A day that the month does not have becomes its last one.
    writePart(duration, 'months', to.write(`, ${sign}CAST(`)).write(" AS INTEGER) || ' months', 'floor'");
    writePart(duration, 'days', to.write(`, ${sign}CAST(`)).write(" AS INTEGER) || ' days'");
    writePart(duration, 'seconds', to.write(`, ${sign}(CAST(`)).write(' AS INTEGER) + ');
    writePart(duration, 'microseconds', to).write(" / 1e6) || ' seconds')");
  },
  bitwiseNot: (node, to) => {
    to.write('~').operand(node.operand, TIGHTNESS.atom);
  },
  division: (node, to) => {
    if (node.operator === 'divide') divide(node, to);
    else if (node.operator === 'floor') floorDivide(node, to);
    else if (node.domain === 'integer' || node.domain === 'bigInteger')
      to.operand(node.left, TIGHTNESS.product)
        .write(' % ')
        .operand(node.right, TIGHTNESS.product + 1);
    // The operator would cut both sides to integers.
    else to.write('mod(').list([node.left, node.right]).write(')');
  },
};
