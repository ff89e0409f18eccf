import { describe, sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import { makeBind } from './make.ts';
import { type SqlType, typeOfValue, UNKNOWN } from './type.ts';

/**
 * A value as a parameter, where an expression is wanted. SQLAlchemy: `literal()`.
 * @example select({ one: literal(1) })
 */
export function literal<V>(value: V, as?: { readonly type: SqlType }): Expression<V> {
  if (value === undefined) throw sqlError('sql.undefined-value', 'literal()');
  const type = as?.type ?? typeOfValue(value);
  return new Expression<V>(makeBind(value, type), type);
}

/**
 * A parameter whose value is given when the statement runs, with the type that it is sent as where nothing beside it
 * says one. SQLAlchemy: `bindparam()`.
 * @example await db.session.all(select(User).where(User.c.id.eq(param('id'))), { id: 5 })
 */
export function param<V = unknown>(name: string, type?: { readonly '~value': V; readonly type: SqlType }): Expression<V> {
  if (typeof name !== 'string' || name === '') throw sqlError('sql.bad-argument', 'param()', 'a name', describe(name));
  const sqlType = type?.type ?? UNKNOWN;
  return new Expression<V>(makeBind(undefined, sqlType, { name }), sqlType);
}
