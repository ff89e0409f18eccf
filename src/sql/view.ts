import { type ColumnValue, column } from './column.ts';
import { DdlStatement } from './ddl-statement.ts';
import { describe, sqlError } from './errors.ts';
import { makeTable } from './make.ts';
import { MetaData } from './metadata.ts';
import type { AliasNode, Node, SourceNode } from './node.ts';
import type { RowColumns, Subquery } from './projection.ts';
import { RawFragment } from './raw.ts';
import { ColumnAttribute, type Shape, type Source, setBind, Table, type ViewDefinition } from './schema.ts';

export interface ViewOptions {
  /** The key of the database that holds it. */
  readonly bind?: string;
  readonly schema?: string | null;
  /** Its rows are kept, and are as they were at the last `refresh()`. */
  readonly materialized?: boolean;
  /** The database can write through it: `insertInto()`, `update()` and `deleteFrom()` take it. */
  readonly updatable?: boolean;
  /** There for one connection. */
  readonly temporary?: boolean;
  /** Rows written through it must be among its own. */
  readonly checkOption?: 'local' | 'cascaded';
  readonly comment?: string;
}

/** A query that can be a view: a select or several put together. */
export interface ViewQuery<R> {
  readonly '~row': R;
  subquery(name?: string): Subquery<R>;
}

/** SQL by hand as a view: its columns have to be said. */
export interface RawViewOptions<S> extends ViewOptions {
  readonly columns: S;
}

/** What `select(view)` gives: an object, also where the view's query gives tuples. */
export type ViewRow<R> = R extends readonly unknown[] ? { readonly [name: string]: unknown } : R;

/** The rows of a view whose columns were said. */
export type ShapeRow<S> = { [K in keyof S]: S[K] extends { readonly kind: 'column' } ? ColumnValue<S[K]> : never };

/**
 * A query with a name in the database, to select from and join like a table. Made with `db.View()`; created after the
 * tables and dropped before them. SQLAlchemy has no such thing; its recipes call it `view()`.
 *
 * @typeParam R its row
 */
export class View<R = unknown> implements Source, ViewDefinition {
  declare readonly '~row': ViewRow<R>;
  readonly kind = 'view';
  readonly name: string;
  readonly schema: string | null;
  readonly bind: string | null;
  readonly materialized: boolean;
  readonly updatable: boolean;
  readonly temporary: boolean;
  readonly checkOption: 'local' | 'cascaded' | null;
  readonly comment: string | null;
  /** The query that it stands for. */
  readonly query: Node;
  /** The columns as expressions, by the names of its rows. */
  readonly c: RowColumns<R>;
  readonly columns: readonly ColumnAttribute[];
  readonly #node: SourceNode;
  readonly #table: Table | null;

  constructor(
    metadata: MetaData,
    name: string,
    query: ViewQuery<R> | RawFragment<unknown>,
    options: ViewOptions | RawViewOptions<Shape> = {},
  ) {
    if (typeof name !== 'string' || name === '') throw sqlError('sql.bad-argument', 'db.View()', 'a name', describe(name));
    this.name = name;
    this.schema = options.schema === undefined ? metadata.schema : options.schema;
    this.bind = options.bind ?? null;
    this.materialized = options.materialized === true;
    this.updatable = options.updatable === true;
    this.temporary = options.temporary === true;
    this.checkOption = options.checkOption ?? null;
    this.comment = options.comment ?? null;
    if (this.materialized && (this.updatable || this.temporary || this.checkOption !== null))
      throw sqlError('sql.invalid-schema', name, 'a materialized view is neither updatable nor temporary');
    const { node, outputs } = outputsOf(name, query, options);
    this.query = node;
    if (this.updatable) {
      const shape = Object.fromEntries(outputs.map((c) => [c.key, column(c.type).named(c.node.name).nullable()]));
      const own = new MetaData(metadata.naming, { schema: this.schema });
      this.#table = new Table<Shape>(own, name, shape, { bind: options.bind });
    } else this.#table = null;
    this.#node = this.#table?.node ?? makeTable(name, this.schema);
    setBind(this.#node, this.bind);
    this.columns = this.#table?.attributes ?? outputs.map((c) => new ColumnAttribute(this.#node, c.node.name, c.key, c.type, null));
    this.c = Object.fromEntries(this.columns.map((c) => [c.key, c])) as RowColumns<R>;
    const full = this.fullName;
    if (metadata.tables.has(full) || metadata.views.has(full)) throw sqlError('sql.duplicate-table', full);
    metadata.views.set(full, this);
  }

  get fullName(): string {
    return this.schema === null ? this.name : `${this.schema}.${this.name}`;
  }

  get '~source'(): Source['~source'] & { readonly readOnly: boolean } {
    return { node: this.#node, name: this.name, columns: this.columns, table: this.#table, readOnly: !this.updatable };
  }

  /**
   * Reads a materialized view's query again. Throws an ArgumentError for another view.
   * @example await connection.execute(bestSellers.refresh());
   */
  refresh(options: { concurrently?: boolean } = {}): DdlStatement {
    if (!this.materialized) throw sqlError('sql.bad-argument', 'refresh()', 'a materialized view', `the view '${this.name}'`);
    return new DdlStatement({ kind: 'refreshView', view: this, concurrently: options.concurrently === true });
  }
}

function outputsOf(
  name: string,
  query: ViewQuery<unknown> | RawFragment<unknown>,
  options: ViewOptions | RawViewOptions<Shape>,
): { node: Node; outputs: readonly ColumnAttribute[] } {
  if (query instanceof RawFragment) {
    const columns = 'columns' in options ? options.columns : {};
    if (Object.keys(columns).length === 0)
      throw sqlError('sql.invalid-schema', name, 'a view of SQL by hand needs { columns: { … } }, as those of a table');
    return { node: query.node, outputs: new Table<Shape>(new MetaData(), name, columns).attributes };
  }
  if (typeof query?.subquery !== 'function') throw sqlError('sql.bad-argument', `The view '${name}'`, 'a select', describe(query));
  const { node, columns } = query.subquery(name)['~source'];
  return { node: (node as AliasNode).of, outputs: columns };
}
