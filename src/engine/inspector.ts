import type { Catalog, CatalogReader, ReflectedEnum, ReflectedSequence, Relation } from '../dialects/base/catalog.ts';
import type { Dialect } from '../dialects/base/dialect.ts';
import { catalogOf } from '../dialects/base/reflected-catalog.ts';
import type {
  ReflectedCheck,
  ReflectedColumn,
  ReflectedDomain,
  ReflectedForeignKey,
  ReflectedIndex,
  ReflectedKey,
  ReflectedTable,
  ReflectedUnique,
  ReflectedView,
  RelationKind,
} from '../dialects/base/reflection.ts';
import { describe, sqlError } from '../sql/errors.ts';
import type { DialectOptions } from '../sql/table-options.ts';
import { engineError } from './errors.ts';
import { nearNames } from './near-names.ts';

/** An engine or a connection, which can be asked what its database holds. */
export interface CatalogSource {
  '~readCatalog'<T>(work: (dialect: Dialect, reader: CatalogReader) => Promise<T>): Promise<T>;
}

export interface SchemaOption {
  /** The schema; the one that new tables go to unless told. On SQLite an attached database, on MySQL another database. */
  readonly schema?: string | null;
}

/** Which tables `inspector.tables()` reads. */
export interface TablesOptions extends SchemaOption {
  /** Only those with these names, of any kind unless `kind` is said; names that are not there are left out. */
  readonly names?: readonly string[];
  /** What is read; tables and partitions unless told. SQLAlchemy: `ObjectKind`. */
  readonly kind?: RelationKind | readonly RelationKind[] | 'any';
}

const ANY: readonly RelationKind[] = ['table', 'partition', 'view', 'materializedView', 'foreignTable', 'virtualTable'];
const TABLES: readonly RelationKind[] = ['table', 'partition'];

/**
 * What a database says of itself. Made with `inspect(engine)` or `inspect(connection)`. Answers are kept until `clearCache()`,
 * so that a table is read once however many of its parts are asked for. SQLAlchemy: `Inspector`.
 *
 * Whatever is asked of a table that is not there throws a NoSuchTableError, which names those that are called nearly so.
 *
 * @example
 * const inspector = inspect(engine);
 * for (const name of await inspector.tableNames()) console.log(name, await inspector.columns(name));
 */
export class Inspector {
  readonly #source: CatalogSource;
  #kept: Map<string, Promise<unknown>> = new Map();

  constructor(source: CatalogSource) {
    this.#source = source;
  }

  /** Forgets what was read: what is asked next comes from the database. SQLAlchemy: `clear_cache()`. */
  clearCache(): void {
    this.#kept = new Map();
  }

  /** The schema that new tables go to; null where there is none. SQLAlchemy: `default_schema_name`. */
  defaultSchemaName(): Promise<string | null> {
    return this.#keep('defaultSchema', (catalog, reader) => catalog.defaultSchema(reader));
  }
  /** SQLAlchemy: `get_schema_names()`. */
  schemaNames(): Promise<string[]> {
    return this.#keep('schemas', (catalog, reader) => catalog.schemas(reader));
  }
  /** Tables, the parts of partitioned ones among them, without temporary ones, in the order of their names. SQLAlchemy: `get_table_names()`. */
  tableNames(options: SchemaOption = {}): Promise<string[]> {
    return this.#names(options, TABLES, false);
  }
  /** SQLAlchemy: `get_view_names()`. */
  viewNames(options: SchemaOption = {}): Promise<string[]> {
    return this.#names(options, ['view'], false);
  }
  /** SQLAlchemy: `get_materialized_view_names()`. */
  materializedViewNames(options: SchemaOption = {}): Promise<string[]> {
    return this.#names(options, ['materializedView'], false);
  }
  /** Tables whose rows another server or another program keeps. SQLAlchemy: `get_foreign_table_names()`. */
  foreignTableNames(options: SchemaOption = {}): Promise<string[]> {
    return this.#names(options, ['foreignTable', 'virtualTable'], false);
  }
  /** The tables of this connection alone: of use with `inspect(connection)`. SQLAlchemy: `get_temp_table_names()`. */
  temporaryTableNames(): Promise<string[]> {
    return this.#names({}, TABLES, true);
  }
  /** SQLAlchemy: `get_temp_view_names()`. */
  temporaryViewNames(): Promise<string[]> {
    return this.#names({}, ['view'], true);
  }
  /**
   * The tables so that each comes after those that it refers to; tables in a circle come by their names.
   * SQLAlchemy: `get_sorted_table_and_fkc_names()`.
   */
  async sortedTableNames(options: SchemaOption = {}): Promise<string[]> {
    const tables = new Map((await this.tables(options)).map((table) => [table.name, table]));
    const sorted = new Set<string>();
    const open = new Set<string>();
    const visit = (table: ReflectedTable): void => {
      if (open.has(table.name)) return;
      open.add(table.name);
      for (const { targetTable, target } of table.foreignKeys) {
        const other = (target?.schema ?? table.schema) === table.schema ? tables.get(target?.name ?? targetTable) : undefined;
        if (other !== undefined) visit(other);
      }
      sorted.add(table.name);
    };
    for (const name of [...tables.keys()].sort()) visit(tables.get(name) as ReflectedTable);
    return [...sorted];
  }

  /** Sequences with their numbers; those that stand behind identity columns are left out. */
  sequences({ schema = null }: SchemaOption = {}): Promise<ReflectedSequence[]> {
    return this.#keep(`sequences ${key(schema)}`, (catalog, reader) => catalog.sequences(reader, schema));
  }
  /** SQLAlchemy: `get_sequence_names()`. */
  async sequenceNames(options: SchemaOption = {}): Promise<string[]> {
    return (await this.sequences(options)).map(({ name }) => name);
  }
  /** Enums that are types of their own. SQLAlchemy: `PGInspector.get_enums()`. */
  enums({ schema = null }: SchemaOption = {}): Promise<ReflectedEnum[]> {
    return this.#keep(`enums ${key(schema)}`, (catalog, reader) => catalog.enums(reader, schema));
  }
  /** SQLAlchemy: `PGInspector.get_domains()`. */
  domains({ schema = null }: SchemaOption = {}): Promise<ReflectedDomain[]> {
    return this.#keep(`domains ${key(schema)}`, (catalog, reader) => catalog.domains(reader, schema));
  }

  /**
   * Many tables at once, in as many statements as one takes. SQLAlchemy: `get_multi_columns()` and its like.
   * @example await inspector.tables({ schema: 'shop' })
   */
  async tables(options: TablesOptions = {}): Promise<ReflectedTable[]> {
    const { schema = null, names } = options;
    const kinds = kindsOf(options.kind ?? (names === undefined ? TABLES : 'any'));
    if (names !== undefined) {
      for (const name of names) checkName(name, 'tables()');
      const found = await this.#byName([...new Set(names)], schema);
      return found.filter((table) => kinds.includes(table.kind ?? 'table'));
    }
    const tables = await this.#keep(`tables ${key(schema)} ${kinds.join()}`, (catalog, reader) =>
      catalog.tables(reader, { schema, names: null, kinds }),
    );
    for (const table of tables) {
      const kept = tableKey(table.name, schema);
      if (!this.#kept.has(kept)) this.#kept.set(kept, Promise.resolve(table));
    }
    return [...tables];
  }
  /** All there is to know of a table or a view. */
  async table(name: string, { schema = null }: SchemaOption = {}): Promise<ReflectedTable> {
    checkName(name, 'table()');
    const [found] = await this.#byName([name], schema);
    return found ?? this.#missing('table', name, schema, ANY);
  }
  /** SQLAlchemy: `get_columns()`. */
  async columns(table: string, options?: SchemaOption): Promise<readonly ReflectedColumn[]> {
    return (await this.table(table, options)).columns;
  }
  /** Null for a table without one. SQLAlchemy: `get_pk_constraint()`. */
  async primaryKey(table: string, options?: SchemaOption): Promise<ReflectedKey | null> {
    return (await this.table(table, options)).primaryKey;
  }
  /** SQLAlchemy: `get_foreign_keys()`. */
  async foreignKeys(table: string, options?: SchemaOption): Promise<readonly ReflectedForeignKey[]> {
    return (await this.table(table, options)).foreignKeys;
  }
  /** Unique constraints. A database to which they are indexes has them there too. SQLAlchemy: `get_unique_constraints()`. */
  async uniques(table: string, options?: SchemaOption): Promise<readonly ReflectedUnique[]> {
    return (await this.table(table, options)).uniques;
  }
  /** Indexes that were made as such: not those that keep a primary key or a unique constraint. SQLAlchemy: `get_indexes()`. */
  async indexes(table: string, options?: SchemaOption): Promise<readonly ReflectedIndex[]> {
    return (await this.table(table, options)).indexes;
  }
  /** SQLAlchemy: `get_check_constraints()`. */
  async checks(table: string, options?: SchemaOption): Promise<readonly ReflectedCheck[]> {
    return (await this.table(table, options)).checks;
  }
  /** The table's comment, or null. SQLAlchemy: `get_table_comment()`. */
  async comment(table: string, options?: SchemaOption): Promise<string | null> {
    return (await this.table(table, options)).comment ?? null;
  }
  /** What only this database has for tables, in the words of `TableOptions`. SQLAlchemy: `get_table_options()`. */
  async options(table: string, options?: SchemaOption): Promise<DialectOptions> {
    return (await this.table(table, options)).options ?? {};
  }

  /** Views with their definitions, materialized ones among them; all, or those of these names. */
  async views({ schema = null, names }: SchemaOption & { readonly names?: readonly string[] } = {}): Promise<ReflectedView[]> {
    const views = await this.#keep(`views ${key(schema)}`, (catalog, reader) => catalog.views(reader, { schema, names: null }));
    return names === undefined ? [...views] : views.filter(({ name }) => names.includes(name));
  }
  /** The query of a view, as the database keeps it. SQLAlchemy: `get_view_definition()`. */
  async viewDefinition(name: string, { schema = null }: SchemaOption = {}): Promise<string> {
    checkName(name, 'viewDefinition()');
    const whole = this.#kept.has(`views ${key(schema)}`);
    const views = whole
      ? await this.views({ schema, names: [name] })
      : await this.#keep(`view ${key(schema)} ${name}`, (catalog, reader) => catalog.views(reader, { schema, names: [name] }));
    return views[0]?.definition ?? this.#missing('view', name, schema, ['view', 'materializedView']);
  }

  /** Whether there is a table, or a view, of this name. SQLAlchemy: `has_table()`. */
  async hasTable(name: string, { schema = null }: SchemaOption = {}): Promise<boolean> {
    checkName(name, 'hasTable()');
    const relations = await this.#relations(schema);
    return relations.some((relation) => relation.name === name) || (await this.#byCase(name, relations)) !== undefined;
  }
  /** Whether the table has an index of this name; false where there is no such table. SQLAlchemy: `has_index()`. */
  async hasIndex(table: string, index: string, options: SchemaOption = {}): Promise<boolean> {
    if (!(await this.hasTable(table, options))) return false;
    return (await this.indexes(table, options)).some(({ name }) => name === index);
  }
  /** SQLAlchemy: `has_sequence()`. */
  async hasSequence(name: string, options: SchemaOption = {}): Promise<boolean> {
    return (await this.sequenceNames(options)).includes(name);
  }
  /** SQLAlchemy: `has_schema()`. */
  async hasSchema(name: string): Promise<boolean> {
    return (await this.schemaNames()).includes(name);
  }

  async #names({ schema = null }: SchemaOption, kinds: readonly RelationKind[], temporary: boolean): Promise<string[]> {
    const relations = await this.#relations(schema);
    return relations.filter((relation) => kinds.includes(relation.kind) && relation.temporary === temporary).map(({ name }) => name);
  }
  #relations(schema: string | null): Promise<Relation[]> {
    return this.#keep(`relations ${key(schema)}`, async (catalog, reader) =>
      (await catalog.relations(reader, schema)).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    );
  }
  async #byCase(name: string, relations: readonly Relation[]): Promise<Relation | undefined> {
    const ignores = await this.#keep('case', async (catalog) => catalog.ignoresCase === true);
    return ignores ? relations.find((relation) => relation.name.toLowerCase() === name.toLowerCase()) : undefined;
  }

  /** Tables by their names: those that are not kept yet come together. */
  async #byName(names: readonly string[], schema: string | null): Promise<ReflectedTable[]> {
    const missing = names.filter((name) => !this.#kept.has(tableKey(name, schema)));
    if (missing.length > 0) {
      const reading = this.#read((catalog, reader) => catalog.tables(reader, { schema, names: missing, kinds: ANY }));
      for (const name of missing) {
        const own = reading.then((tables) => {
          const same = tables.find((table) => table.name === name);
          return same ?? tables.find((table) => table.name.toLowerCase() === name.toLowerCase() && !missing.includes(table.name));
        });
        this.#remember(tableKey(name, schema), own);
      }
    }
    const found = await Promise.all(names.map((name) => this.#kept.get(tableKey(name, schema)) as Promise<ReflectedTable | undefined>));
    return [...new Set(found.filter((table) => table !== undefined))];
  }

  async #missing(what: string, name: string, schema: string | null, kinds: readonly RelationKind[]): Promise<never> {
    const known = (await this.#relations(schema)).filter(({ kind }) => kinds.includes(kind)).map((relation) => relation.name);
    throw engineError('engine.no-such-table', what, [name], schema, nearNames(name, known));
  }

  #keep<T>(name: string, work: (catalog: Catalog, reader: CatalogReader) => Promise<T>): Promise<T> {
    const kept = this.#kept.get(name) as Promise<T> | undefined;
    return kept ?? this.#remember(name, this.#read(work));
  }
  /** Keeps an answer; a failure is not kept. */
  #remember<T>(name: string, reading: Promise<T>): Promise<T> {
    const kept = this.#kept;
    kept.set(name, reading);
    reading.catch(() => kept.delete(name));
    return reading;
  }
  #read<T>(work: (catalog: Catalog, reader: CatalogReader) => Promise<T>): Promise<T> {
    return this.#source['~readCatalog']((dialect, reader) => work(catalogOf(dialect), reader));
  }
}

const key = (schema: string | null): string => JSON.stringify(schema);
const tableKey = (name: string, schema: string | null): string => `table ${key(schema)} ${name}`;

function kindsOf(kind: TablesOptions['kind']): readonly RelationKind[] {
  if (kind === undefined || kind === 'any') return ANY;
  const kinds = typeof kind === 'string' ? [kind] : kind;
  const unknown = kinds.find((one) => !ANY.includes(one));
  if (unknown !== undefined)
    throw sqlError(
      'sql.bad-argument',
      "inspector.tables(), at 'kind',",
      `${ANY.map((one) => `'${one}'`).join(', ')} or 'any'`,
      `'${String(unknown)}'`,
    );
  return kinds;
}

function checkName(name: unknown, where: string): void {
  if (typeof name !== 'string' || name === '')
    throw sqlError('sql.bad-argument', `inspector.${where}`, 'the name of a table', describe(name));
}
