import { isArray, itemType } from './array.ts';
import { describe, sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import { columnTypeOf } from './json-query.ts';
import { make } from './make.ts';
import type { Node } from './node.ts';
import { type ExpressionLike, isExpression, isQuery, operand, type QueryLike } from './operand.ts';
import { makeType, type SqlType, TEXT, typeOfValue, UNKNOWN } from './type.ts';

/** The one value of a query's row, an item of an array, or one of these values. */
type Each<T> =
  T extends QueryLike<infer R>
    ? R extends readonly [infer V]
      ? V
      : R extends object
        ? R[keyof R]
        : unknown
    : T extends readonly (infer E)[]
      ? E extends ExpressionLike<infer V>
        ? V
        : E
      : T extends ExpressionLike<infer V>
        ? NonNullable<V> extends readonly (infer E)[]
          ? E
          : unknown
        : unknown;

/**
 * What is compared with each value of a select of one column, an array, or a list, and holds if it holds for one of them.
 * SQLAlchemy: `any_()`.
 * @example User.query().filter(User.c.age.gt(any(select(Limit.c.age))))
 */
export function any<const T extends QueryLike | ExpressionLike | readonly unknown[]>(values: T): Expression<Each<T>> {
  return quantified('any', values) as Expression<Each<T>>;
}

/**
 * The same, where it has to hold for all of them; for none it holds. SQLAlchemy: `all_()`.
 * @example User.query().filter(User.c.age.ge(all(select(Limit.c.age))))
 */
export function all<const T extends QueryLike | ExpressionLike | readonly unknown[]>(values: T): Expression<Each<T>> {
  return quantified('all', values) as Expression<Each<T>>;
}

function quantified(quantifier: 'any' | 'all', values: unknown): Expression {
  const where = `${quantifier}()`;
  if (values === undefined) throw sqlError('sql.undefined-value', where);
  let node: Node;
  let type: SqlType = UNKNOWN;
  if (Array.isArray(values)) node = make('list', { items: values.map((value) => operand(value, UNKNOWN, where)) });
  else if (isQuery(values)) {
    node = values.node;
    type = columnTypeOf(values);
  } else if (isExpression(values)) {
    node = values.node;
    type = itemType((values as Expression).type);
  } else throw sqlError('sql.bad-argument', where, 'a select, an array or a list of values', describe(values));
  return new Expression(make('quantified', { quantifier, operand: node }), type);
}

/**
 * An array of these values and expressions. PostgreSQL. SQLAlchemy: `postgresql.array()`.
 * @example select(arrayOf(Post.c.title, Post.c.slug))
 */
export function arrayOf<V>(...items: (V | ExpressionLike<V>)[]): Expression<V[]> {
  const types = items.map((item) => (item instanceof Expression ? item.type : typeOfValue(item)));
  const found = types.find(({ name }) => name !== 'null' && name !== 'unknown') ?? null;
  // A length would cut what is longer.
  const inner = found?.name === 'string' ? TEXT : found;
  const nodes = items.map((item) => operand(item, inner ?? UNKNOWN, 'arrayOf()'));
  const type = inner === null ? UNKNOWN : makeType<V[]>({ name: 'array', inner });
  if (inner !== null && isArray(inner)) throw sqlError('sql.bad-argument', 'arrayOf()', 'items that are no arrays', 'arrays');
  return new Expression<V[]>(make('arrayOf', { items: nodes, type: inner }), type);
}
