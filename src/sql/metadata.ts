import { sqlError } from './errors.ts';
import { NAMING, type Naming, type NamingConvention, namingConvention } from './naming.ts';
import type { ForeignKey, Table, TableColumn, TableRegistry, ViewDefinition } from './schema.ts';
import type { Sequence } from './sequence.ts';
import type { EnumType } from './table-parts.ts';
import { enumTypeName, type SqlType } from './type.ts';

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
      state.set(table, 'done');
      sorted.push(table);
    };
    for (const table of this.tables.values()) visit(table);
    return sorted;
  }

  /** The enums that have a type of their own, of these tables or of all. Throws an ArgumentError for two of one name that differ. */
  enumTypes(of: Iterable<Table> = this.tables.values()): EnumType[] {
    return enumTypesOf(of, this.schema);
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
   * Creates what is not there yet: enums, sequences, tables in the order of their references, views.
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

/** The enums of these tables that have a type of their own, in this schema. */
export function enumTypesOf(tables: Iterable<Table>, schema: string | null): EnumType[] {
  const found = new Map<string, EnumType>();
  for (const table of tables) {
    for (const column of table.columns) {
      const type = enumWithin(column.type);
      if (type === null) continue;
      const own = { name: type.enumName as string, schema, values: type.values ?? [] };
      const known = found.get(own.name);
      if (known !== undefined && known.values.join('\0') !== own.values.join('\0'))
        throw sqlError('sql.invalid-schema', table.name, `the enum '${own.name}' of its column '${column.key}' has other values elsewhere`);
      found.set(own.name, own);
    }
  }
  return [...found.values()];
}

/** The enum with a type of its own that a type is, or is made of. */
function enumWithin(type: SqlType): SqlType | null {
  if (type.name === 'enum') return enumTypeName(type) === null ? null : type;
  return type.inner === undefined ? null : enumWithin(type.inner);
}
