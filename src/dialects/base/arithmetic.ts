import type { BitwiseNode, DivisionNode } from '../../sql/expression-nodes.ts';
import { BIG_INTEGER, DOUBLE, INTEGER, makeType, NUMERIC } from '../../sql/type.ts';
import { TIGHTNESS, type Visitors, type Writer } from './compiler.ts';
import { writeDateShift } from './date-shift.ts';

const BITWISE: Readonly<Record<BitwiseNode['operator'], string>> = { and: '&', or: '|', xor: '#', shiftLeft: '<<', shiftRight: '>>' };

/** An operator with each side in brackets unless it needs none anywhere. */
export function writeBracketed(node: Pick<DivisionNode, 'left' | 'right'>, operator: string, to: Writer): void {
  to.operand(node.left, TIGHTNESS.collate).write(` ${operator} `).operand(node.right, TIGHTNESS.collate);
}

/** Wide enough for a quotient of two integers of 64 bits to be told from the next whole number. */
const WIDE = makeType({ name: 'numeric', precision: 40, scale: 20 });

/** Division that gives the fraction, where whole numbers would be cut. */
function divide(node: DivisionNode, to: Writer): void {
  if (node.domain === 'numeric' || node.domain === 'double') {
    to.operand(node.left, TIGHTNESS.product)
      .write(' / ')
      .operand(node.right, TIGHTNESS.product + 1);
    return;
  }
  const { typeName } = to.spelling;
  to.write('CAST(')
    .visit(node.left)
    .write(` AS ${typeName(DOUBLE)}) / `)
    .operand(node.right, TIGHTNESS.product + 1);
}

/** The quotient rounded down. Division would round towards zero, and a double would not hold 64 bits. */
function floorDivide(node: DivisionNode, to: Writer): void {
  const { typeName } = to.spelling;
  const whole = node.domain === 'integer' || node.domain === 'bigInteger';
  if (!whole) {
    to.write('FLOOR(');
    divide(node, to);
    to.write(')');
    return;
  }
  to.write(`CAST(FLOOR(CAST(`)
    .visit(node.left)
    .write(` AS ${typeName(WIDE)}) / `);
  to.operand(node.right, TIGHTNESS.product + 1).write(`) AS ${typeName(node.domain === 'integer' ? INTEGER : BIG_INTEGER)})`);
}

/** What remains; doubles have no remainder of their own. */
function modulo(node: DivisionNode, to: Writer): void {
  if (node.domain !== 'double') {
    to.operand(node.left, TIGHTNESS.product)
      .write(' % ')
      .operand(node.right, TIGHTNESS.product + 1);
    return;
  }
  const { typeName } = to.spelling;
  to.write('CAST(CAST(')
    .visit(node.left)
    .write(` AS ${typeName(NUMERIC)}) % CAST(`)
    .visit(node.right);
  to.write(` AS ${typeName(NUMERIC)}) AS ${typeName(DOUBLE)})`);
}

export const arithmeticVisitors: Pick<Visitors, 'bitwise' | 'bitwiseNot' | 'division' | 'dateShift' | 'dateDifference'> = {
  dateShift: writeDateShift,
  dateDifference: (node, to) => to.operand(node.left, TIGHTNESS.sum).write(' - ').operand(node.right, TIGHTNESS.product),
  bitwise: (node, to) => writeBracketed(node, BITWISE[node.operator], to),
  bitwiseNot: (node, to) => {
    to.write('~').operand(node.operand, TIGHTNESS.atom);
  },
  division: (node, to) => {
    if (node.operator === 'divide') divide(node, to);
    else if (node.operator === 'floor') floorDivide(node, to);
    else modulo(node, to);
  },
};
