import type { TypeOf } from './column.ts';
import { describe, sqlError } from './errors.ts';
import type { ExpressionLike } from './operand.ts';
import { makeType, type SqlType } from './type.ts';

/** A type of one's own over another one. SQLAlchemy: `TypeDecorator`. */
export interface CustomType<V, S> {
  /** The type that is stored. */
  type: TypeOf<S>;
  /** The stored type's value for one of this type. SQLAlchemy: `process_bind_param()`. */
  toDatabase: (value: V) => S | null;
  /** The way back. SQLAlchemy: `process_result_value()`. */
  fromDatabase: (value: S) => V;
  /** Whether two values are the same, so that a change is none. Without it their contents are compared. SQLAlchemy: `compare_values()`. */
  equals?: (a: V, b: V) => boolean;
  /** The stored type's value for DDL, where it is another one. SQLAlchemy: `process_literal_param()`. */
  literal?: (value: V) => S | null;
  /** SQL around each parameter of this type. SQLAlchemy: `bind_expression()`. */
  bindExpression?: (parameter: ExpressionLike<S>) => ExpressionLike;
  /** SQL around each column of this type in the result. SQLAlchemy: `column_expression()`. */
  columnExpression?: (column: ExpressionLike<S>) => ExpressionLike;
}

const types = new WeakMap<object, SqlType>();

/** The type of a definition: one definition has one type, and with it one key in the shapes of statements. */
export function customType<V, S>(definition: CustomType<V, S>): SqlType<V> {
  const known = types.get(definition);
  if (known !== undefined) return known as SqlType<V>;
  const { type: inner, toDatabase, fromDatabase } = definition;
  for (const [name, value] of Object.entries({ toDatabase, fromDatabase }))
    if (typeof value !== 'function') throw sqlError('sql.bad-argument', `t.custom({ ${name} })`, 'a function', describe(value));
  if (inner?.type === undefined) throw sqlError('sql.bad-argument', 't.custom({ type })', 'a type such as t.text()', describe(inner));
  const type = makeType<V>({
    name: 'custom',
    inner: inner.type,
    toDatabase: toDatabase as (value: unknown) => unknown,
    fromDatabase: fromDatabase as (value: unknown) => unknown,
    custom: {
      equals: (definition.equals ?? null) as ((a: unknown, b: unknown) => boolean) | null,
      literal: (definition.literal ?? null) as ((value: unknown) => unknown) | null,
      bindExpression: (definition.bindExpression ?? null) as ((parameter: unknown) => unknown) | null,
      columnExpression: (definition.columnExpression ?? null) as ((column: unknown) => unknown) | null,
    },
  });
  types.set(definition, type);
  return type;
}
