import { describe, sqlError } from './errors.ts';
import { make, makeCte, makeCteAlias, makeCteReference, nextId, rebuild } from './make.ts';
import type { Node } from './node.ts';
import { isKind, mapChildren } from './node-walk.ts';
import type { QueryLike } from './operand.ts';
import {
  checkOrder,
  columnNames,
  derivedSource,
  type Output,
  type Projection,
  type RowColumns,
  type Subquery,
  widthOf,
} from './projection.ts';
import type { Source } from './schema.ts';
import type { CteNode } from './statement-nodes.ts';

/** A query or a statement with RETURNING, as a common table expression takes it. */
export interface CteBody<R = unknown> {
  readonly '~row': R;
  /** Its node with each column under a name of its own, and these columns. */
  '~derive'(): { readonly node: Node; readonly outputs: readonly Output[]; readonly columns?: readonly string[] };
}

export interface CteOptions {
  /** It names itself: `.unionAll((self) => …)` follows. SQLAlchemy: `recursive=True`. */
  readonly recursive?: boolean;
  /** Says whether the database works it out once, where it can be told. */
  readonly materialized?: boolean;
  /** Names of its columns in SQL, in place of the query's own. */
  readonly columns?: readonly string[];
}

interface State {
  readonly id: string;
  readonly name: string | null;
  readonly body: ReturnType<CteBody['~derive']>;
  readonly options: CteOptions;
}

/**
 * A common table expression: a query with a name, before the statement that reads it. It stands where a table may. It is
 * written once, at the top of the statement, however often and however deep it is named. SQLAlchemy: `CTE`.
 */
export class Cte<R = unknown, N extends string = string> implements Subquery<R, N> {
  declare readonly '~from'?: N;
  declare readonly '~row': R;
  readonly c: RowColumns<R, N>;
  readonly '~source': Source['~source'];
  readonly #state: State;
  readonly #node: CteNode;

  constructor(state: State) {
    this.#state = state;
    const { id, name, body, options } = state;
    const given = options.columns ?? body.columns ?? [];
    if (options.columns !== undefined && given.length !== body.outputs.length)
      throw sqlError('sql.bad-argument', 'cte({ columns })', `${body.outputs.length} names`, String(given.length));
    const fields = { recursive: options.recursive === true, materialized: options.materialized ?? null };
    this.#node = makeCte({ id, name, columns: given, query: body.node, ...fields });
    const source = derivedSource(makeCteAlias(this.#node), name ?? 'cte', this.#outputs());
    this.c = source.c as RowColumns<R, N>;
    this['~source'] = source['~source'];
  }

  /** What `addCte()` takes. */
  get node(): CteNode {
    return this.#node;
  }

  /**
   * Adds rows that a recursive expression gives of its own rows, each row once: a function of the expression, or a query
   * that names it. SQLAlchemy: `cte.union()`.
   * @example const tree = select({ id: Part.c.id }).where(Part.c.id.eq(1)).cte('tree', { recursive: true })
   *   .union((self) => select({ id: Part.c.id }).join(self, Part.c.parentId.eq(self.c.id)));
   */
  union<Q>(this: Cte<Q>, part: CtePart<Q>): Cte<Q, N> {
    return extend(this.#state, this.#outputs(), 'UNION', part);
  }
  /** Adds rows that a recursive expression gives of its own rows. SQLAlchemy: `cte.union_all()`. */
  unionAll<Q>(this: Cte<Q>, part: CtePart<Q>): Cte<Q, N> {
    return extend(this.#state, this.#outputs(), 'UNION ALL', part);
  }

  #outputs(): readonly Omit<Output, 'node'>[] {
    const { body, options } = this.#state;
    return options.columns === undefined
      ? body.outputs
      : body.outputs.map((output, i) => ({ ...output, name: options.columns?.[i] as string }));
  }
}

function extend<R, N extends string>(
  state: State,
  outputs: readonly Omit<Output, 'node'>[],
  operator: 'UNION' | 'UNION ALL',
  part: CtePart<R>,
): Cte<R, N> {
  const { id, name, body } = state;
  const where = operator === 'UNION' ? 'union()' : 'unionAll()';
  const self = derivedSource(makeCteAlias(makeCteReference(id, name)), name ?? 'cte', outputs) as unknown as Subquery<R>;
  const given = typeof part === 'function' ? part(self) : part;
  if (given?.node === undefined || given.projection === undefined) throw sqlError('sql.bad-argument', where, 'a select', describe(given));
  const width = widthOf(given.projection);
  if (width !== body.outputs.length) throw sqlError('sql.different-widths', where, body.outputs.length, width);
  if (given.projection.form === 'object')
    checkOrder(
      body.outputs.map(({ key }) => key),
      columnNames(given.projection),
      where,
    );
  const queries = [body.node, referring(given.node, id, name)];
  const node = make('setOperation', { operator, queries, orderBy: [], limit: null, offset: null, ctes: [] });
  return new Cte<R, N>({ ...state, body: { ...body, node } });
}

/** The part with the expression's own name where it names the expression as it was so far. */
function referring(part: Node, id: string, name: string | null): Node {
  const change = (node: Node): Node => {
    if (isKind(node, 'cte') && node.id === id) return makeCteReference(id, name);
    const mapped = mapChildren(node, change);
    return mapped === node ? node : rebuild(mapped);
  };
  return change(part);
}

type CtePart<R> = CteQuery<R> | ((self: Subquery<R>) => CteQuery<R>);

interface CteQuery<R> extends QueryLike<R> {
  readonly projection: Projection;
}

/**
 * A common table expression of a query, or of an insert, update or delete that gives rows back (PostgreSQL).
 * SQLAlchemy: `cte()`.
 *
 * @param name its name in SQL; one is made where none is given
 * @example const top = cte('top', select({ id: Post.c.id }).orderBy(Post.c.views.desc()).limit(10)); select(User).join(top, …)
 */
export function cte<R, N extends string>(name: N, query: CteBody<R>, options: CteOptions = {}): Cte<R, N> {
  if (typeof name !== 'string' || name === '') throw sqlError('sql.bad-argument', 'cte()', 'a name', name === '' ? "''" : describe(name));
  if (typeof query?.['~derive'] !== 'function') throw sqlError('sql.bad-argument', 'cte()', 'a query', describe(query));
  return makeCteOf(name, query, options);
}

/** The common table expression behind `query.cte(name)`. */
export function makeCteOf<R, N extends string>(name: N | undefined, query: CteBody<R>, options: CteOptions): Cte<R, N> {
  return new Cte<R, N>({ id: String(nextId()), name: name ?? null, body: query['~derive'](), options });
}
