import type { TableItem } from './constraints.ts';
import { describe, sqlError } from './errors.ts';
import type { Node } from './node.ts';
import type { QueryLike } from './operand.ts';
import { type Index, type Source, sourceOf, type Table, type ViewDefinition } from './schema.ts';
import { Sequence } from './sequence.ts';

interface Creates {
  /** Nothing happens where there is one already. */
  readonly ifNotExists?: boolean;
}
interface Drops {
  /** Nothing happens where there is none. */
  readonly ifExists?: boolean;
  /** Drops what stands on it too, where the database can. */
  readonly cascade?: boolean;
}

export interface TableReference {
  readonly name: string;
  readonly schema: string | null;
}

/** A change of the schema as data; the dialect writes it. */
export type DdlDefinition =
  | ({ readonly kind: 'createTable'; readonly table: Table } & Creates)
  | ({ readonly kind: 'dropTable'; readonly table: TableReference } & Drops)
  | ({ readonly kind: 'createTableAs'; readonly table: TableReference; readonly query: Node; readonly temporary: boolean } & Creates)
  | ({ readonly kind: 'createIndex'; readonly table: Table; readonly index: Index } & Creates)
  | ({ readonly kind: 'dropIndex'; readonly table: TableReference; readonly name: string } & Drops)
  | ({ readonly kind: 'createView'; readonly view: ViewDefinition; readonly orReplace: boolean } & Creates)
  | ({ readonly kind: 'dropView'; readonly view: Pick<ViewDefinition, 'name' | 'schema' | 'materialized'> } & Drops)
  | { readonly kind: 'refreshView'; readonly view: ViewDefinition; readonly concurrently: boolean }
  | ({ readonly kind: 'createSequence'; readonly sequence: Sequence<unknown> } & Creates)
  | ({ readonly kind: 'dropSequence'; readonly sequence: TableReference } & Drops)
  | ({ readonly kind: 'createSchema'; readonly name: string } & Creates)
  | ({ readonly kind: 'dropSchema'; readonly name: string } & Drops);

/** A statement that changes the schema. A connection runs it. SQLAlchemy: `ExecutableDDLElement`. */
export class DdlStatement {
  declare readonly '~row': never;
  readonly definition: DdlDefinition;
  constructor(definition: DdlDefinition) {
    this.definition = definition;
  }
  /** The key of the database that it is for, where what it changes tells. */
  get bind(): string | null {
    const { definition } = this;
    const target: object | null = 'view' in definition ? definition.view : 'table' in definition ? definition.table : null;
    return (target as { readonly bind?: string | null } | null)?.bind ?? null;
  }
}

/** The table of a table or model. */
function tableOf(target: Source, where: string): Table {
  const { table, name, node } = sourceOf(target, where);
  if (table === null || node.kind !== 'table') throw sqlError('sql.bad-argument', where, 'a table or a model class', `'${name}'`);
  return table;
}

/** A table by itself, or by its name, `'schema.table'` too. */
function referenceOf(target: Source | string, where: string): TableReference {
  if (typeof target !== 'string') return tableOf(target, where);
  if (target === '') throw sqlError('sql.bad-argument', where, 'a table or its name', 'an empty name');
  const dot = target.lastIndexOf('.');
  return { name: target.slice(dot + 1), schema: dot < 0 ? null : target.slice(0, dot) };
}

/**
 * Creates a table with its constraints and indexes. SQLAlchemy: `CreateTable`, `Table.create()`.
 * @example await connection.execute(createTable(User, { ifNotExists: true }));
 */
export function createTable(table: Source, options: Creates = {}): DdlStatement {
  return new DdlStatement({ kind: 'createTable', table: tableOf(table, 'createTable()'), ...options });
}

/**
 * Drops a table with its rows. SQLAlchemy: `DropTable`, `Table.drop()`.
 * @example await connection.execute(dropTable('old_users', { ifExists: true }));
 */
export function dropTable(table: Source | string, options: Drops = {}): DdlStatement {
  return new DdlStatement({ kind: 'dropTable', table: referenceOf(table, 'dropTable()'), ...options });
}

/**
 * Creates a table from the rows of a select; its values are written into the statement. SQLAlchemy: `CreateTableAs`.
 * @example await connection.execute(createTableAs('old_posts', select({ id: Post.c.id }).where(Post.c.year.lt(2020)), { temporary: true }));
 */
export function createTableAs(table: string, query: QueryLike, options: Creates & { temporary?: boolean } = {}): DdlStatement {
  const { temporary = false, ...creates } = options;
  if (query?.node === undefined) throw sqlError('sql.bad-argument', 'createTableAs()', 'a select', describe(query));
  return new DdlStatement({
    kind: 'createTableAs',
    table: referenceOf(table, 'createTableAs()'),
    query: query.node,
    temporary,
    ...creates,
  });
}

/**
 * Creates an index on a table that exists: one of the table's own by its name, or a new one. SQLAlchemy: `CreateIndex`.
 * @example await connection.execute(createIndex(User, index(User.c.email).concurrently()));
 */
export function createIndex(table: Source, index: string | TableItem, options: Creates = {}): DdlStatement {
  const owner = tableOf(table, 'createIndex()');
  const own = typeof index === 'string' ? owner.indexes.find((candidate) => candidate.name === index) : owner.makeIndex(index);
  if (own === undefined) {
    const known = owner.indexes.map((candidate) => candidate.name).join(', ') || 'none';
    throw sqlError(
      'sql.bad-argument',
      'createIndex()',
      `index(…) or the name of an index of '${owner.name}' (${known})`,
      `'${String(index)}'`,
    );
  }
  return new DdlStatement({ kind: 'createIndex', table: owner, index: own, ...options });
}

/** Drops an index by its name. SQLAlchemy: `DropIndex`. */
export function dropIndex(table: Source | string, name: string, options: Drops = {}): DdlStatement {
  return new DdlStatement({ kind: 'dropIndex', table: referenceOf(table, 'dropIndex()'), name, ...options });
}

/** Creates a view of `db.View()`; `orReplace` puts it in the place of one of its name. SQLAlchemy: `CreateView`. */
export function createView(view: ViewDefinition, options: Creates & { orReplace?: boolean } = {}): DdlStatement {
  const { orReplace = false, ...creates } = options;
  return new DdlStatement({ kind: 'createView', view, orReplace, ...creates });
}

/** Drops a view. */
export function dropView(view: ViewDefinition, options: Drops = {}): DdlStatement {
  return new DdlStatement({ kind: 'dropView', view, ...options });
}

/** Creates a sequence. SQLAlchemy: `CreateSequence`. */
export function createSequence<V>(sequence: Sequence<V>, options: Creates = {}): DdlStatement {
  if (!(sequence instanceof Sequence)) throw sqlError('sql.bad-argument', 'createSequence()', 'a Sequence', describe(sequence));
  return new DdlStatement({ kind: 'createSequence', sequence: sequence as Sequence<unknown>, ...options });
}

/** Drops a sequence. SQLAlchemy: `DropSequence`. */
export function dropSequence(sequence: TableReference, options: Drops = {}): DdlStatement {
  return new DdlStatement({ kind: 'dropSequence', sequence, ...options });
}

/** Creates a schema, where the database has them. SQLAlchemy: `CreateSchema`. */
export function createSchema(name: string, options: Creates = {}): DdlStatement {
  return new DdlStatement({ kind: 'createSchema', name, ...options });
}

/** Drops a schema; with `cascade` all that is in it. SQLAlchemy: `DropSchema`. */
export function dropSchema(name: string, options: Drops = {}): DdlStatement {
  return new DdlStatement({ kind: 'dropSchema', name, ...options });
}
