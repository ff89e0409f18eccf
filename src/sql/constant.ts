import { describe, sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import { make } from './make.ts';
import { BOOLEAN, NULL_TYPE, type SqlType, UNKNOWN } from './type.ts';

/** `NULL`. SQLAlchemy: `null()`. */
export function nullValue(): Expression<null> {
  return new Expression<null>(make('constant', { value: null }), NULL_TYPE);
}

/** `TRUE`, as each database writes it. SQLAlchemy: `true()`. */
export function trueValue(): Expression<boolean> {
  return new Expression<boolean>(make('constant', { value: true }), BOOLEAN);
}

/** `FALSE`, as each database writes it. SQLAlchemy: `false()`. */
export function falseValue(): Expression<boolean> {
  return new Expression<boolean>(make('constant', { value: false }), BOOLEAN);
}

/**
 * Text that stands in the SQL as it is, as an expression of this type. Never give it what a user wrote.
 * SQLAlchemy: `literal_column()`.
 * @example literalColumn('rowid', t.integer())
 */
export function literalColumn<V = unknown>(text: string, as?: { readonly '~value': V; readonly type: SqlType }): Expression<V> {
  if (typeof text !== 'string') throw sqlError('sql.bad-argument', 'literalColumn()', 'trusted SQL text', describe(text));
  return new Expression<V>(make('raw', { pieces: [text], items: [] }), as?.type ?? UNKNOWN);
}
