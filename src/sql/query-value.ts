import { describe, sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import { make } from './make.ts';
import { isQuery, type QueryLike } from './operand.ts';
import { BOOLEAN, type SqlType } from './type.ts';

/** The value type of a one-column row. */
type ScalarOf<R> = R extends readonly [infer V] ? V : R extends object ? R[keyof R] : R;

/**
 * Whether the select gives any row. SQLAlchemy: `exists()`.
 * @example select(User).where(exists(select(Post.c.id).where(Post.c.userId.eq(User.c.id))))
 */
export function exists(query: QueryLike): Expression<boolean> {
  if (query === undefined) throw sqlError('sql.undefined-value', 'exists()');
  if (!isQuery(query)) throw sqlError('sql.bad-argument', 'exists()', 'a select', describe(query));
  return new Expression(make('exists', { query: query.node }), BOOLEAN);
}

/** A select as one value. SQLAlchemy: `scalar_subquery()`. */
export function scalarOf<R>(query: QueryLike<R>, type: SqlType): Expression<ScalarOf<R> | null> {
  return new Expression<ScalarOf<R> | null>(make('scalar', { query: query.node }), type);
}
