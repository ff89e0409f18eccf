import { describe, sqlError } from './errors.ts';
import { make } from './make.ts';
import type { Node } from './node.ts';
import { type SqlType, UNKNOWN } from './type.ts';

export function isArray(type: SqlType): boolean {
  return (type.name as string) === 'array';
}

/** The type of an array's items. */
export function itemType(type: SqlType): SqlType {
  return isArray(type) ? (type.inner ?? UNKNOWN) : UNKNOWN;
}

export function arrayIndexNode(operand: Node, index: Node | number): Node {
  if (typeof index === 'object') return make('arrayIndex', { operand, index: null, at: index });
  if (index === undefined) throw sqlError('sql.undefined-value', 'at()');
  if (!Number.isSafeInteger(index)) throw sqlError('sql.bad-argument', 'at()', 'a whole number', describe(index));
  return make('arrayIndex', { operand, index, at: null });
}
