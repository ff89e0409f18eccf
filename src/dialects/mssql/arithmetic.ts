import type { BinaryNode, BitwiseNode, DivisionNode } from '../../sql/expression-nodes.ts';
import type { Node } from '../../sql/node.ts';
import { arithmeticVisitors, writeBracketed } from '../base/arithmetic.ts';
import { TIGHTNESS, type Visitors, type Writer } from '../base/compiler.ts';
import { durationOf, refuseDifference, writePart } from '../base/date-shift.ts';
import { typeOfNode } from './value-types.ts';

const OPERATORS = { and: '&', or: '|', xor: '^' } as const;

/** Two to the power of a number of bits. */
function powerOfTwo(bits: Node, to: Writer): void {
  to.write('POWER(CAST(2 AS BIGINT), ').visit(bits).write(')');
}

/** Bits moved, for which there is no operator before version 2022: a product, and a quotient rounded down. */
function shift({ operator, left, right }: BitwiseNode, to: Writer): void {
  const value = (): Writer => to.operand(left, TIGHTNESS.collate);
  if (operator === 'shiftLeft') {
    value().write(' * ');
    powerOfTwo(right, to);
    return;
  }
  to.write('(');
  value().write(' - (');
  value().write(' % ');
  powerOfTwo(right, to);
  to.write(' + ');
  powerOfTwo(right, to);
  to.write(') % ');
  powerOfTwo(right, to);
  to.write(') / ');
  powerOfTwo(right, to);
}

/** The quotient of whole numbers is cut towards zero: one less where that was up. */
function floorDivide(node: DivisionNode, to: Writer): void {
  const a = (): Writer => to.operand(node.left, TIGHTNESS.collate);
  const b = (): Writer => to.operand(node.right, TIGHTNESS.collate);
  to.write('(');
  a().write(' / ');
  b().write(' - CASE WHEN ');
  a().write(' % ');
  b().write(' <> 0 AND (');
  a().write(' < 0 AND ');
  b().write(' > 0 OR ');
  a().write(' > 0 AND ');
  b().write(' < 0) THEN 1 ELSE 0 END)');
}

type ArithmeticKinds = 'bitwise' | 'bitwiseNot' | 'division' | 'dateShift' | 'dateDifference';

export const mssqlArithmeticVisitors: Pick<Visitors, ArithmeticKinds> = {
  ...arithmeticVisitors,
  bitwise: (node, to) => {
    if (node.operator === 'shiftLeft' || node.operator === 'shiftRight') shift(node, to);
    else writeBracketed(node, OPERATORS[node.operator], to);
  },
  dateDifference: (node, to) => {
    if (node.of === 'interval') refuseDifference(to);
    to.write('DATEDIFF(DAY, ').visit(node.right).write(', ').visit(node.left).write(')');
  },
  dateShift: (node, to) => {
    const duration = durationOf(node, to);
    const parts = [
      ['microseconds', 'MICROSECOND'],
      ['seconds', 'SECOND'],
      ['days', 'DAY'],
      ['months', 'MONTH'],
    ] as const;
    to.write('CAST(');
    for (const [part, unit] of parts) writePart(duration, part, to.write(`DATEADD(${unit}, ${node.negated ? '-' : ''}`)).write(', ');
    to.write('CAST(')
      .visit(node.operand)
      .write(' AS DATETIME2)))))')
      .write(` AS ${node.of === 'date' ? 'DATE' : 'DATETIME2'})`);
  },
  division: (node, to) => {
    const whole = node.domain === 'integer' || node.domain === 'bigInteger';
    if (node.operator === 'floor' && whole) floorDivide(node, to);
    else arithmeticVisitors.division(node, to);
  },
};

/** Arithmetic with days, and what there is none of; false where nothing is special. */
export function writeCalendar(node: BinaryNode, to: Writer): boolean {
  const { operator, left, right } = node;
  if (!['+', '-', '*', '/', '%'].includes(operator)) return false;
  const [one, two] = [typeOfNode(left)?.name, typeOfNode(right)?.name];
  if (one === 'date' && operator !== '*')
    to.write(`DATEADD(DAY, ${operator === '-' ? '-' : ''}`)
      .operand(right, TIGHTNESS.atom)
      .write(', ')
      .visit(left)
      .write(')');
  else if (two === 'date' && operator === '+') to.write('DATEADD(DAY, ').visit(left).write(', ').visit(right).write(')');
  else return false;
  return true;
}
