import { describe, sqlError } from '../sql/errors.ts';
import { Expression } from '../sql/expression.ts';
import { func } from '../sql/function.ts';
import { make } from '../sql/make.ts';
import type { ExpressionLike, QueryLike } from '../sql/operand.ts';
import type { OrderTerm } from '../sql/order-term.ts';
import type { Source } from '../sql/schema.ts';
import { type Select, select } from '../sql/select.ts';
import type { SelectNode } from '../sql/statement-nodes.ts';
import { BOOLEAN } from '../sql/type.ts';
import { ormError } from './errors.ts';
import { notFound, type PageParameters, type PaginateOptions, Pagination, readPage } from './pagination.ts';

/** The session's side of a query for rows. */
export interface RowRunner {
  /** Rows of a select. */
  all<R>(select: Select<R>): Promise<R[]>;
  /** The page that the current request asks for, where there is one. */
  pageParameters(): PageParameters | null;
}

/** The first value of a row. */
export type FirstOf<R> = R extends readonly [infer V, ...unknown[]] ? V : R[keyof R];

type Condition = ExpressionLike<boolean | null> | boolean;

/** A query for rows of chosen columns: what `select()` of a query gives. Immutable. SQLAlchemy: `Query` after `with_entities()`. */
export class RowQuery<R> implements QueryLike<R> {
  declare readonly '~row': R;
  readonly #select: Select<R>;
  readonly #runner: () => RowRunner;
  readonly #settle: (statement: Select<R>) => Select<R>;
  /** @param settle puts the source that the rows are read from in the place of the classes that are named */
  constructor(statement: Select<R>, runner: () => RowRunner, settle: (statement: Select<R>) => Select<R> = (same) => same) {
    this.#select = statement;
    this.#runner = runner;
    this.#settle = settle;
  }
  #change(change: (statement: Select<R>) => Select<R>): RowQuery<R> {
    return new RowQuery<R>(this.#settle(change(this.#select)), this.#runner, this.#settle);
  }

  /** The query's select, where it stands in another statement: in `in()`, in `exists()`, as a value. */
  get node(): SelectNode {
    return this.#select.node;
  }
  /** Adds conditions; all must hold. */
  filter(...list: Condition[]): RowQuery<R> {
    return this.#change((statement) => statement.where(...list));
  }
  /** Groups the rows, by expressions or by all columns of a class. SQLAlchemy: `group_by()`. */
  groupBy(...items: (ExpressionLike | Source | string | number)[]): RowQuery<R> {
    return this.#change((statement) => statement.groupBy(...items));
  }
  /** Adds conditions on the groups. */
  having(...list: Condition[]): RowQuery<R> {
    return this.#change((statement) => statement.having(...list));
  }
  /** Adds to the order, by expressions or by columns of the rows by their names; without arguments it takes the order away. */
  orderBy(...terms: (OrderTerm | ExpressionLike | string | number)[]): RowQuery<R> {
    return this.#change((statement) => statement.orderBy(...terms));
  }
  /** At most so many rows. */
  limit(count: number): RowQuery<R> {
    return this.#change((statement) => statement.limit(count));
  }
  /** Leaves out so many rows at the start. */
  offset(count: number): RowQuery<R> {
    return this.#change((statement) => statement.offset(count));
  }
  /** Each row once. */
  distinct(): RowQuery<R> {
    return this.#change((statement) => statement.distinct());
  }

  /** All rows. */
  all(): Promise<R[]> {
    return this.#runner().all(this.#select);
  }
  /** The first row, or null. */
  async first(): Promise<R | null> {
    const limited = this.#select.node.limit === null ? this.#select.limit(1) : this.#select;
    return (await this.#runner().all(limited))[0] ?? null;
  }
  /** The only row. Throws NoResultFound or MultipleResultsFound. */
  async one(): Promise<R> {
    const row = await this.#only('one');
    if (row === null) throw ormError('orm.no-result', 'row');
    return row;
  }
  /** The only row, or null. Throws MultipleResultsFound. */
  oneOrNone(): Promise<R | null> {
    return this.#only('oneOrNone');
  }
  async #only(method: string): Promise<R | null> {
    const rows = await this.#runner().all(this.#select.node.limit === null ? this.#select.limit(2) : this.#select);
    if (rows.length > 1) throw ormError('orm.several-results', 'row', method);
    return rows[0] ?? null;
  }
  /** The first column of every row. */
  async scalars(): Promise<FirstOf<R>[]> {
    return (await this.all()).map(firstOf) as FirstOf<R>[];
  }
  /** The first column of the first row, or null. */
  async scalar(): Promise<FirstOf<R> | null> {
    const row = await this.first();
    return row === null ? null : (firstOf(row) as FirstOf<R>);
  }
  /** How many rows there are. */
  async count(): Promise<number> {
    const { limit, offset } = this.#select.node;
    const rows = limit === null && offset === null ? this.#select.orderBy() : this.#select;
    return (await this.#runner().all(select(func.count()).from(rows.subquery())))[0][0];
  }
  /** Whether there is any row. */
  async exists(): Promise<boolean> {
    const one = new Expression<number>(make('raw', { pieces: ['1'], items: [] }), BOOLEAN);
    const { groupBy, having, distinct } = this.#select.node;
    const plain = groupBy.length === 0 && having === null && !distinct;
    const rows = plain ? this.#select.orderBy().columns(one).limit(1) : this.#select.limit(1);
    return (await this.#runner().all(rows as Select<unknown>)).length > 0;
  }
  /** One page of the rows, and the count of all. Flask-SQLAlchemy: `paginate()`. */
  async paginate(options: PaginateOptions = {}): Promise<Pagination<R>> {
    const { page, perPage } = readPage(options, this.#runner().pageParameters());
    const load = (number: number, size: number): Promise<R[]> =>
      this.limit(size)
        .offset((number - 1) * size)
        .all();
    const items = await load(page, perPage);
    if (items.length === 0 && page !== 1 && (options.errorOut ?? true)) throw notFound('page');
    const total = options.count === false ? null : await this.count();
    return new Pagination(items, page, perPage, total, load);
  }
  /** The select behind it. */
  toSelect(): Select<R> {
    return this.#select;
  }
}

function firstOf(row: unknown): unknown {
  if (Array.isArray(row)) return row[0];
  if (typeof row === 'object' && row !== null) return Object.values(row)[0];
  throw sqlError('sql.bad-argument', 'scalars()', 'rows', describe(row));
}
