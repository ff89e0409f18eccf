import { describe, sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import { make } from './make.ts';
import { isKind } from './node-walk.ts';
import { type ExpressionLike, isExpression, operand, typeOf } from './operand.ts';
import { expressionNode } from './order.ts';
import type { OrderTerm } from './order-term.ts';
import { Query } from './query.ts';
import { type JsonDocument, makeType, type SqlType, UNKNOWN } from './type.ts';

type Fields = Readonly<Record<string, ExpressionLike>>;

/** The type of JSON whose values are read back as those of these types. */
function documentType<V>(document: JsonDocument): SqlType<V> {
  return makeType<V>({ name: 'json', document });
}

/**
 * One JSON object of several expressions. Its values come back as those of their types: dates as Dates, decimals as Decimals.
 * SQLAlchemy: `func.json_build_object()`, `func.json_object()`.
 *
 * @example select({ id: Post.c.id, by: jsonObject({ id: User.c.id, name: User.c.username }) }).join(User)
 * @throws ArgumentError for what is no object of expressions
 */
export function jsonObject<const F extends Fields>(
  fields: F,
): Expression<{ [K in keyof F]: F[K] extends ExpressionLike<infer V> ? V : never }> {
  if (typeof fields !== 'object' || fields === null || isExpression(fields) || Object.keys(fields).length === 0)
    throw sqlError('sql.bad-argument', 'jsonObject()', 'an object of expressions', describe(fields));
  const names = Object.keys(fields);
  const values = names.map((name) => {
    if (!isExpression(fields[name])) throw sqlError('sql.not-an-expression', `jsonObject(), at '${name}',`, describe(fields[name]));
    return operand(fields[name], UNKNOWN, 'jsonObject()');
  });
  const types = names.map((name) => typeOf(fields[name]));
  const document = { fields: names.map((name, i) => ({ name, type: types[i] })) };
  return new Expression(make('jsonObject', { names, values, types }), documentType(document));
}

/**
 * The values of a group as one JSON array, `[]` where there are none. SQLAlchemy: `func.json_agg()`, `func.json_group_array()`.
 *
 * @param options the order of the items, and which of them are left out (not on MySQL)
 * @example select({ user: User.c.username, posts: jsonArrayAgg(jsonObject({ id: Post.c.id }), { orderBy: Post.c.id }) }).join(Post).groupBy(User.c.id, User.c.username)
 */
export function jsonArrayAgg<V>(
  value: ExpressionLike<V>,
  options: {
    readonly orderBy?: OrderTerm | ExpressionLike | readonly (OrderTerm | ExpressionLike)[];
    readonly filter?: ExpressionLike<boolean | null>;
  } = {},
): Expression<V[]> {
  const { orderBy = [], filter } = options;
  const terms = (Array.isArray(orderBy) ? orderBy : [orderBy]) as readonly unknown[];
  const type = typeOf(value);
  const node = make('jsonAggregate', {
    value: expressionNode(value, 'jsonArrayAgg()'),
    type,
    orderBy: terms.map((term) => expressionNode(term, 'jsonArrayAgg({ orderBy })')),
    filter: filter === undefined ? null : expressionNode(filter, 'jsonArrayAgg({ filter })'),
  });
  return new Expression<V[]>(node, documentType({ items: type }));
}

function rows<V, R>(query: Query<R>, many: boolean, where: string): Expression<V> {
  if (!(query instanceof Query)) throw sqlError('sql.bad-argument', where, 'a query', describe(query));
  const { form, items } = query.projection;
  if (form !== 'object' || items.some((item) => item.entity !== null))
    throw sqlError('sql.bad-argument', where, 'a query of columns with names: select({ id: Post.c.id })', 'another one');
  const { node: own, outputs } = query['~derive']();
  // SQL by hand may call its columns something else.
  const node = isKind(own, 'raw') ? query['~part']() : own;
  const names = outputs.map(({ key }) => key);
  const types = outputs.map(({ type }) => type);
  const object: JsonDocument = { fields: names.map((name, i) => ({ name, type: types[i] })) };
  const document = many ? { items: documentType(object) } : object;
  return new Expression<V>(
    make('jsonRows', { query: node, columns: outputs.map(({ name }) => name), names, types, many }),
    documentType<V>(document),
  );
}

/**
 * The rows of a subquery as one value: an array of objects, whose values come back as those of their types. It may name the
 * sources of the enclosing select, and may hold such values itself.
 *
 * @example const posts = jsonArrayFrom(select({ id: Post.c.id, title: Post.c.title }).where(Post.c.userId.eq(User.c.id)).orderBy(Post.c.id));
 *   select({ name: User.c.username, posts }) // { name: string; posts: { id: number; title: string }[] }
 * @throws ArgumentError for a query whose columns have no names
 */
export function jsonArrayFrom<R extends object>(query: Query<R>): Expression<{ -readonly [K in keyof R]: R[K] }[]> {
  return rows(query, true, 'jsonArrayFrom()');
}

/**
 * The one row of a subquery as an object, or null where it has none.
 * @example select({ title: Post.c.title, author: jsonObjectFrom(select({ name: User.c.username }).where(User.c.id.eq(Post.c.userId))) })
 * @throws ArgumentError for a query whose columns have no names
 */
export function jsonObjectFrom<R extends object>(query: Query<R>): Expression<{ -readonly [K in keyof R]: R[K] } | null> {
  return rows(query, false, 'jsonObjectFrom()');
}
