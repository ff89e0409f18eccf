import { type Cte, type CteBody, type CteOptions, makeCteOf } from './cte.ts';
import { sqlError } from './errors.ts';
import type { Expression } from './expression.ts';
import { make, makeAlias } from './make.ts';
import type { Node } from './node.ts';
import { isKind } from './node-walk.ts';
import type { QueryLike } from './operand.ts';
import { derivedSource, type Output, outputsOf, type Projection, type Subquery } from './projection.ts';
import { exists, scalarOf } from './query-value.ts';
import type { SelectNode, SetOperationNode } from './statement-nodes.ts';

/** What every query has, whether a select, several put together, VALUES or SQL by hand. */
export abstract class Query<R> implements QueryLike<R>, CteBody<R> {
  declare readonly '~row': R;
  abstract readonly node: Node;
  readonly projection: Projection;
  constructor(projection: Projection) {
    this.projection = projection;
  }
  /** The query in the place of a table. SQLAlchemy: `subquery()`. */
  subquery<N extends string = '~subquery'>(name?: N): Subquery<R, N> {
    const { node, outputs } = this['~derive']();
    return derivedSource(makeAlias(this.source(node), name ?? null), name ?? 'subquery', outputs) as unknown as Subquery<R, N>;
  }
  /** The same as `subquery(name)`. */
  as<N extends string>(name: N): Subquery<R, N> {
    return this.subquery(name);
  }
  /** The query with a name, before the statement that reads it. SQLAlchemy: `cte()`. */
  cte<N extends string = '~cte'>(name?: N, options: CteOptions = {}): Cte<R, N> {
    return makeCteOf(name, this, options);
  }
  /** The query in FROM, where it sees the sources beside it. SQLAlchemy: `lateral()`. */
  lateral<N extends string = '~lateral'>(name?: N): Subquery<R, N> {
    const { node, outputs } = this['~derive']();
    const alias = makeAlias(make('lateral', { query: this.source(node) }), name ?? null);
    return derivedSource(alias, name ?? 'lateral', outputs) as unknown as Subquery<R, N>;
  }
  /** The query as one value, for a select of one column. SQLAlchemy: `scalar_subquery()`. */
  scalar(): Expression<(R extends readonly [infer V] ? V : R[keyof R]) | null> {
    if (this.projection.items.length !== 1) {
      throw sqlError('sql.bad-argument', 'scalar()', 'a select of one column', `one of ${this.projection.items.length}`);
    }
    return scalarOf(this, this.projection.items[0].type) as never;
  }
  /** Whether the query gives any row. SQLAlchemy: `exists()`. */
  exists(): Expression<boolean> {
    return exists(this);
  }
  '~derive'(): { readonly node: Node; readonly outputs: readonly Output[]; readonly columns?: readonly string[] } {
    const outputs = outputsOf(this.projection);
    const columns = outputs.map((output) => output.node);
    return { node: named(this.node as SelectNode | SetOperationNode, columns), outputs };
  }
  /** The query as a source, with each column under a name of its own. */
  protected source(node: Node): Node {
    return node;
  }
  /** The query as a part of a set operation. */
  '~part'(): Node {
    return this.node;
  }
}

/** The query with these columns; of several put together the first says the names. */
function named(query: SelectNode | SetOperationNode, columns: readonly Node[]): Node {
  if (isKind(query, 'select')) return make('select', { ...query, columns });
  if (!isKind(query, 'setOperation')) return query;
  const [first, ...rest] = query.queries;
  return make('setOperation', { ...query, queries: [named(first as SelectNode | SetOperationNode, columns), ...rest] });
}

/**
 * A query in FROM that sees the sources beside it. SQLAlchemy: `lateral()`.
 * @example const newest = lateral(select({ title: Post.c.title }).where(Post.c.userId.eq(User.c.id)).limit(3), 'newest');
 *   select(User.c.username, newest.c.title).join(newest)
 */
export function lateral<R, N extends string = '~lateral'>(query: Query<R>, name?: N): Subquery<R, N> {
  if (!(query instanceof Query)) throw sqlError('sql.bad-argument', 'lateral()', 'a query', typeof query);
  return query.lateral(name);
}
