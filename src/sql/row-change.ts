import { writableSource } from './cells.ts';
import { type Cte, type CteBody, type CteOptions, makeCteOf } from './cte.ts';
import { sqlError } from './errors.ts';
import { type FromItem, fromNode, toldOf } from './from-item.ts';
import { sourcesOf } from './join.ts';
import type { Node, SourceNode } from './node.ts';
import { conditions, type ExpressionLike, isTrue } from './operand.ts';
import { expressionNode, rowCount } from './order.ts';
import type { OrderTerm } from './order-term.ts';
import { type Output, outputsOf, type Projection } from './projection.ts';
import type { Source, Table } from './schema.ts';

/** What an UPDATE and a DELETE both say: which rows of which table. */
export interface RowChangeState {
  readonly table: Table;
  /** The table itself, or an alias of it. */
  readonly target: SourceNode;
  /** FROM or USING. */
  readonly sources: readonly Node[];
  readonly where: readonly Node[];
  /** What tells the rows of classes among the sources, where their tables have others too. */
  readonly told: readonly Node[];
  readonly orderBy: readonly Node[];
  readonly limit: Node | null;
  readonly all: boolean;
  readonly ctes: readonly Node[];
  readonly projection: Projection | null;
}

/** The part that UPDATE and DELETE share. */
export abstract class RowChange<T extends RowChangeState, R> implements CteBody<R> {
  declare readonly '~row': R;
  protected readonly state: T;
  constructor(state: T) {
    this.state = state;
  }
  get table(): Table {
    return this.state.table;
  }
  get projection(): Projection | null {
    return this.state.projection;
  }
  protected with(change: Partial<RowChangeState> | Partial<T>): this {
    return new (this.constructor as new (state: T) => this)({ ...this.state, ...change });
  }

  /** Adds conditions; all must hold. A source that they name and that was not said comes in by itself. */
  where(...list: (ExpressionLike<boolean | null> | boolean)[]): this {
    return this.with({ where: [...this.state.where, ...conditions(list, 'where()')] });
  }
  /** In which order rows are taken, together with `limit()`. */
  orderBy(...terms: (OrderTerm | ExpressionLike)[]): this {
    const orderBy = [...this.state.orderBy, ...terms.map((term) => expressionNode(term, 'orderBy()'))];
    return this.with({ orderBy });
  }
  /** At most so many rows: MySQL's and SQLite's own words; elsewhere they are found by their primary key. */
  limit(rows: number | ExpressionLike<number> | null): this {
    return this.with({ limit: rowCount(rows, 'limit()') });
  }
  /** Common table expressions that it does not read: those that change other rows (PostgreSQL). SQLAlchemy: `add_cte()`. */
  addCte(...ctes: readonly Cte[]): this {
    return this.with({ ctes: [...this.state.ctes, ...ctes.map((one) => one.node)] });
  }
  /** The rows that it gives back as a common table expression (PostgreSQL). SQLAlchemy: `cte()`. */
  cte<N extends string = '~cte'>(name?: N, options: CteOptions = {}): Cte<R, N> {
    return makeCteOf(name, this, options);
  }
  abstract '~derive'(): { readonly node: Node; readonly outputs: readonly Output[] };

  protected addSources(items: readonly FromItem[], where: string): this {
    const told = items.flatMap(toldOf);
    const sources = [...this.state.sources, ...items.map((item) => fromNode(item, where))];
    return this.with({ sources, told: [...this.state.told, ...told] });
  }
  protected outputs(): Output[] {
    return this.projection === null ? [] : outputsOf(this.projection);
  }
  protected returned(): Node[] {
    return this.projection === null ? [] : this.projection.items.map((item) => item.node);
  }
  /** The sources said, and those that these expressions name besides. */
  protected allSources(named: readonly Node[]): Node[] {
    const { sources, target } = this.state;
    const said = new Set([target.id, ...sourcesOf(sources).map((source) => source.id)]);
    return [...sources, ...sourcesOf(named).filter((source) => !said.has(source.id))];
  }
  protected checkRestricted(verb: string): void {
    const { where, all, limit, table } = this.state;
    if (where.every(isTrue) && !all && limit === null) throw sqlError('sql.whole-table', verb, table.name);
  }
}

/** The state of a change that says nothing yet. */
export function beginChange(target: Source, all: boolean, where: string): RowChangeState {
  const { node, table, name, reads } = writableSource(target, where);
  if (table === null || (node.kind === 'alias' && node.of.kind !== 'table'))
    throw sqlError('sql.bad-argument', where, 'a table or a model class', `'${name}'`);
  const own = reads?.where ? [reads.where] : [];
  return { table, target: node, sources: [], told: [], where: own, orderBy: [], limit: null, all, ctes: [], projection: null };
}
