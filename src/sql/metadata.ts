import { sqlError } from './errors.ts';
import { NAMING, type Naming, type NamingConvention, namingConvention } from './naming.ts';
import { type OwnType, ownTypesOf } from './own-types.ts';
import type { ForeignKey, Table, TableColumn, TableRegistry, ViewDefinition } from './schema.ts';
import type { Sequence } from './sequence.ts';

export interface MetaDataOptions {
  /** The schema of tables that say none; their references go there too. */
  readonly schema?: string | null;
}

/** What of a database's schema is created or dropped. */
export interface SchemaChangeOptions {
  /** Only these tables, with the sequences and enums that they need; no views. */
  readonly tables?: readonly { readonly '~source': { readonly table: Table | null } }[];
  /** Leaves alone what is there already, or is gone already; true unless told. SQLAlchemy: `checkfirst`. */
  readonly checkFirst?: boolean;
}

/** What of a database is read as tables. */
export interface ReflectOptions {
  /** Only tables with these names, or with names that the function takes, and those that they refer to. */
  readonly only?: readonly string[] | ((name: string) => boolean);
  /** The schema that they stand in; the metadata's unless told. */
  readonly schema?: string | null;
  /** Views too, as `View`s; false unless told. */
  readonly views?: boolean;
  /** Reads tables anew that the metadata has already: columns that were said by hand stay, the database's come to them. SQLAlchemy: `extend_existing`. */
  readonly extend?: boolean;
  /** Attributes are called as their columns, in camelCase, or as the function says; `'same'` unless told. SQLAlchemy: the `column_reflect` event. */
  readonly naming?: 'same' | 'camel' | ((column: string, table: string) => string);
  /** Also the tables that foreign keys refer to; true unless told. SQLAlchemy: `resolve_fks`. */
  readonly resolveForeignKeys?: boolean;
  /** The parts of partitioned tables too; false unless told. */
  readonly partitions?: boolean;
  /** Sequences that belong to no column too; only those that defaults of the tables name unless told. */
  readonly sequences?: boolean;
  /** The key of the database that they belong to. */
  readonly bind?: string | null;
}

/** An engine or a connection, from which tables are read. */
export interface SchemaReader {
  '~reflect'(metadata: MetaData, options: ReflectOptions): Promise<Table[]>;
}

/** An engine or a connection, which can create and drop what a metadata names. */
export interface SchemaRunner {
  '~changeSchema'(metadata: MetaData, verb: 'create' | 'drop', options: SchemaChangeOptions): Promise<void>;
}

/**
 * All tables of one database, with its sequences and views. SQLAlchemy: `MetaData`.
 *
 * @example const metadata = new MetaData({ ix: 'ix_%(column_0_label)s' }, { schema: 'shop' });
 */
export class MetaData implements TableRegistry {
  readonly tables: Map<string, Table> = new Map();
  readonly sequences: Map<string, Sequence<unknown>> = new Map();
  readonly views: Map<string, ViewDefinition> = new Map();
  readonly naming: NamingConvention;
  readonly schema: string | null;
  constructor(naming: Naming = NAMING, options: MetaDataOptions = {}) {
    this.naming = namingConvention(naming);
    this.schema = options.schema ?? null;
  }

  /** The tables so that each comes after those it refers to; tables in a circle come in the order of their definition. SQLAlchemy: `sorted_tables`. */
  sortedTables(): Table[] {
    const sorted: Table[] = [];
    const state = new Map<Table, 'open' | 'done'>();
    const visit = (table: Table): void => {
      if (state.has(table)) return;
      state.set(table, 'open');
      for (const key of table.foreignKeys) {
        const target = this.tables.get(key.targetTable);
        if (target !== undefined && target !== table && key.useAlter !== true) visit(target);
      }
      for (const name of parentsOf(table)) {
        const parent = this.tables.get(name) ?? this.tables.get(`${table.schema}.${name}`);
        if (parent !== undefined) visit(parent);
      }
      state.set(table, 'done');
      sorted.push(table);
    };
    for (const table of this.tables.values()) visit(table);
    return sorted;
  }

  /** The enums and domains that are types of their own, of these tables or of all. Throws an ArgumentError for two of one name that differ. */
  ownTypes(of: Iterable<Table> = this.tables.values()): OwnType[] {
    return ownTypesOf(of, this.schema);
  }

  /** Checks that every foreign key points at a column that exists. */
  checkReferences(): void {
    for (const table of this.tables.values()) for (const key of table.foreignKeys) this.resolve(table, key);
  }

  /** The columns that a foreign key points at. Throws an ArgumentError that names it where there are none. */
  resolve(table: Table, key: ForeignKey): { table: Table; columns: readonly TableColumn[] } {
    const reference = `${key.targetTable}.${key.targetColumns.join(', ')}`;
    const where = `${table.name}.${key.columns.map((c) => c.name).join(', ')}`;
    const target = this.tables.get(key.targetTable);
    if (target === undefined)
      throw sqlError('sql.bad-reference', where, reference, `there is no table '${key.targetTable}' (was its file imported?)`);
    const columns = key.targetColumns.map((name) => {
      const column = target.columns.find((c) => c.name === name) ?? target.columns.find((c) => c.key === name);
      if (column === undefined) throw sqlError('sql.bad-reference', where, reference, `'${key.targetTable}' has no column '${name}'`);
      return column;
    });
    return { table: target, columns };
  }

  /**
   * Reads the tables of a database into this metadata, those that it has already left alone. Gives the tables that were read.
   * Throws a NoSuchTableError for a name in `only` that the database does not have. SQLAlchemy: `reflect()`.
   * @example await metadata.reflect(engine, { only: ['users', 'posts'], naming: 'camel' });
   */
  reflect(reader: SchemaReader, options: ReflectOptions = {}): Promise<Table[]> {
    return reader['~reflect'](this, options);
  }

  /**
   * Creates what is not there yet: enums, domains, sequences, tables in the order of their references, views.
   * SQLAlchemy: `create_all()`.
   * @example await metadata.createAll(engine, { tables: [users, posts] });
   */
  createAll(runner: SchemaRunner, options: SchemaChangeOptions = {}): Promise<void> {
    return runner['~changeSchema'](this, 'create', options);
  }
  /** Drops what is there, each before what it stands on. SQLAlchemy: `drop_all()`. */
  dropAll(runner: SchemaRunner, options: SchemaChangeOptions = {}): Promise<void> {
    return runner['~changeSchema'](this, 'drop', options);
  }
}

/** The tables that a table of PostgreSQL inherits from, or is a part of. */
function parentsOf({ options }: Table): readonly string[] {
  const { inherits = [], partitionOf } = options.postgresql ?? {};
  return [...(typeof inherits === 'string' ? [inherits] : inherits), ...(partitionOf === undefined ? [] : [partitionOf.table])];
}
