import { make } from './make.ts';
import type { DivisionDomain, Node } from './node.ts';
import { BIG_INTEGER, DOUBLE, NUMERIC, type SqlType } from './type.ts';

/** An operator's node with the type of what it gives. */
export interface TypedNode {
  readonly node: Node;
  readonly type: SqlType;
}

/** A node and its type on each side of an operator. */
export interface Side {
  readonly node: Node;
  readonly type: SqlType;
}

const WHOLE = new Set(['smallInteger', 'integer', 'bigInteger']);
const FLOATING = new Set(['float', 'double']);

export function isWhole(type: SqlType): boolean {
  return WHOLE.has(type.name);
}

/** The type of a sum, a difference or a product: the wider of both sides. */
export function widerType(left: SqlType, right: SqlType): SqlType {
  if (isWhole(left)) {
    if (FLOATING.has(right.name)) return DOUBLE;
    if (right.name === 'numeric' || right.name === 'bigInteger') return right;
  }
  return left;
}

function domainOf(left: SqlType, right: SqlType): DivisionDomain {
  const names = [left.name, right.name];
  if (names.some((name) => FLOATING.has(name))) return 'double';
  if (names.includes('numeric')) return 'numeric';
  if (isWhole(left) && isWhole(right)) return names.includes('bigInteger') ? 'bigInteger' : 'integer';
  return 'unknown';
}

/** A quotient, a quotient without its fraction, or what remains: the same numbers in every database. */
export function division(operator: 'divide' | 'floor' | 'modulo', left: Side, right: Side): TypedNode {
  const domain = domainOf(left.type, right.type);
  const node = make('division', { operator, domain, left: left.node, right: right.node });
  if (domain === 'unknown') return { node, type: isWhole(left.type) && operator === 'divide' ? DOUBLE : left.type };
  if (domain === 'numeric') return { node, type: left.type.name === 'numeric' ? left.type : NUMERIC };
  if (domain === 'double' || operator === 'divide') return { node, type: DOUBLE };
  return { node, type: domain === 'bigInteger' ? BIG_INTEGER : left.type };
}
