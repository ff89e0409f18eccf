import { type Cell, cellNode, cellsOf, type InsertRow, type ShapeOf, type UpdateValues } from './cells.ts';
import { sqlError } from './errors.ts';
import { make } from './make.ts';
import type { Node, SourceNode } from './node.ts';
import { conditions, type ExpressionLike } from './operand.ts';
import { type Projection, project, type SelectRow } from './projection.ts';
import { beginChange } from './row-change.ts';
import { type Shape, type Source, sourceOf, type Table } from './schema.ts';
import type { MergeClauseNode, MergeNode } from './statement-nodes.ts';

interface State {
  readonly table: Table;
  readonly target: SourceNode;
  readonly source: Node | null;
  readonly on: Node | null;
  readonly clauses: readonly MergeClauseNode[];
  readonly projection: Projection | null;
}

type Condition = ExpressionLike<boolean | null>;

/** What is done with rows of the target that have a partner, or have none. */
export interface WhenMatched<S, R> {
  update(values: UpdateValues<S>): Merge<S, R>;
  delete(): Merge<S, R>;
  doNothing(): Merge<S, R>;
}
/** What is done with rows of the source that have no partner. */
export interface WhenNotMatched<S, R> {
  insert(row: InsertRow<S>): Merge<S, R>;
  doNothing(): Merge<S, R>;
}

/** A MERGE: of PostgreSQL from 15 and SQL Server. Immutable; a session or connection runs it. */
export class Merge<S = Shape, R = never> {
  declare readonly '~row': R;
  readonly #state: State;
  constructor(state: State) {
    this.#state = state;
  }
  get table(): Table {
    return this.#state.table;
  }
  get projection(): Projection | null {
    return this.#state.projection;
  }
  /** The rows to merge with, and when two are partners. */
  using(source: Source, on: Condition): Merge<S, R> {
    return new Merge<S, R>({ ...this.#state, source: sourceOf(source, 'using()').node, on: conditions([on], 'using()')[0] });
  }
  /** For rows of the target that have a partner, where the condition holds; the first clause that fits is taken. */
  whenMatched(condition?: Condition): WhenMatched<S, R> {
    return this.#change('matched', condition, 'whenMatched()');
  }
  /** For rows of the source that have no partner. */
  whenNotMatched(condition?: Condition): WhenNotMatched<S, R> {
    const where = 'whenNotMatched()';
    const given = this.#condition(condition, where);
    return {
      insert: (row) =>
        this.#clause(
          'notMatched',
          given,
          'insert',
          cellsOf(this.table, row as Record<string, unknown>, `${where}.insert()`, (c) => c.default),
        ),
      doNothing: () => this.#clause('notMatched', given, 'nothing', []),
    };
  }
  /** For rows of the target that have no partner (PostgreSQL 17, SQL Server). */
  whenNotMatchedBySource(condition?: Condition): WhenMatched<S, R> {
    return this.#change('notMatchedBySource', condition, 'whenNotMatchedBySource()');
  }
  /** Gives back columns of the rows that were written (PostgreSQL 17, SQL Server). */
  returning<const X extends readonly unknown[]>(...items: X): Merge<S, SelectRow<X>> {
    return new Merge<S, SelectRow<X>>({ ...this.#state, projection: project(items, 'returning()') });
  }
  build(): MergeNode {
    const { target, table, source, on, clauses, projection } = this.#state;
    if (source === null || on === null)
      throw sqlError('sql.bad-argument', `mergeInto(${table.name})`, 'rows to merge with: call using()', 'none');
    if (clauses.length === 0)
      throw sqlError('sql.bad-argument', `mergeInto(${table.name})`, 'what to do: call whenMatched() or whenNotMatched()', 'nothing');
    return make('merge', { target, source, on, clauses, returning: projection === null ? [] : projection.items.map((item) => item.node) });
  }

  #change(match: 'matched' | 'notMatchedBySource', condition: Condition | undefined, where: string): WhenMatched<S, R> {
    const given = this.#condition(condition, where);
    return {
      update: (values) => {
        const set = values as Record<string, unknown>;
        if (values === undefined) throw sqlError('sql.undefined-value', `${where}.update()`);
        if (Object.keys(set).length === 0) throw sqlError('sql.no-values', 'merge', this.table.name);
        return this.#clause(
          match,
          given,
          'update',
          cellsOf(this.table, set, `${where}.update()`, (column) => column.onUpdate),
        );
      },
      delete: () => this.#clause(match, given, 'delete', []),
      doNothing: () => this.#clause(match, given, 'nothing', []),
    };
  }
  #condition(condition: Condition | undefined, where: string): Node | null {
    return condition === undefined ? null : conditions([condition], where)[0];
  }
  #clause(match: MergeClauseNode['match'], condition: Node | null, action: MergeClauseNode['action'], cells: readonly Cell[]): Merge<S, R> {
    const columns = cells.map(({ column }) => column.name);
    const clause = make('mergeClause', { match, condition, action, columns, values: cells.map(cellNode) });
    return new Merge<S, R>({ ...this.#state, clauses: [...this.#state.clauses, clause] });
  }
}

/**
 * Begins a MERGE: rows of the target are updated, deleted or inserted, by whether they have a partner among other rows.
 * @example mergeInto(Stock).using(delivery, Stock.c.sku.eq(delivery.c.sku))
 *   .whenMatched().update({ count: Stock.c.count.plus(delivery.c.count) })
 *   .whenNotMatched().insert({ sku: delivery.c.sku, count: delivery.c.count })
 */
export function mergeInto<X extends Source>(target: X): Merge<ShapeOf<X>> {
  const { table, target: node } = beginChange(target, true, 'mergeInto()');
  return new Merge<ShapeOf<X>>({ table, target: node, source: null, on: null, clauses: [], projection: null });
}
