import type { Dialect } from '../dialects/base/dialect.ts';
import { reflectedDefinition } from '../dialects/base/reflected-definition.ts';
import { reflectedType } from '../dialects/base/reflected-type.ts';
import type { ReflectedColumn, ReflectedTable } from '../dialects/base/reflection.ts';
import type { Column } from '../sql/column.ts';
import { describe, sqlError } from '../sql/errors.ts';
import { MetaData, type ReflectOptions } from '../sql/metadata.ts';
import { camelCase, snakeCase } from '../sql/naming.ts';
import { rawSql } from '../sql/raw-text.ts';
import { type ColumnAttribute, type Shape, Table } from '../sql/schema.ts';
import type { SqlType } from '../sql/type.ts';
import { View } from '../sql/view.ts';
import { engineError } from './errors.ts';
import { type CatalogSource, Inspector } from './inspector.ts';
import { nearNames } from './near-names.ts';
import { neededSequences, readSequences } from './reflect-sequences.ts';

/** How one table is read. */
export interface ReflectTableOptions<S = Shape>
  extends Pick<ReflectOptions, 'schema' | 'naming' | 'resolveForeignKeys' | 'extend' | 'bind'> {
  /** Where the table goes, with those that it refers to; a new one unless told. */
  readonly metadata?: MetaData;
  /** Columns in place of the database's own, by attribute: a type that says more, a name, a key that a view does not have. */
  readonly columns?: S;
  /** Only these columns; keys, indexes and constraints over others are left out with them. SQLAlchemy: `include_columns`. */
  readonly includeColumns?: readonly string[];
  /** All columns but these. */
  readonly excludeColumns?: readonly string[];
}

/** A table that was read from a database: the columns that were said by hand have their types, the others are unknown to TypeScript. */
export type ReflectedSqlTable<S> = Table<S> & {
  /** Tells it from a table all of whose columns are known. */
  readonly '~reflected': true;
  readonly c: { readonly [name: string]: ColumnAttribute };
};

/**
 * Reads a table, or a view, of a database: columns with their types, keys, indexes, constraints, defaults, comments. A type that
 * Athanor has no name for becomes `t.native()` with the database's words, and a warning says so. Throws a NoSuchTableError where
 * there is no such table. SQLAlchemy: `Table(…, autoload_with=engine)`.
 *
 * @param source an engine or a connection
 * @example
 * const users = await reflectTable(engine, 'users', { columns: { settings: t.json<{ theme: string }>() } });
 * await connection.all(selectFrom(users).where(users.c.settings.isNotNull()));
 */
export async function reflectTable<const S extends Shape = Shape>(
  source: CatalogSource,
  name: string,
  options: ReflectTableOptions<S> = {},
): Promise<ReflectedSqlTable<S>> {
  const { metadata = new MetaData() } = options;
  const { schema = metadata.schema } = options;
  const known = metadata.tables.get(schema === null ? name : `${schema}.${name}`);
  if (known !== undefined && options.extend !== true && options.columns === undefined) return known as unknown as ReflectedSqlTable<S>;
  const run = new Reflection(source, metadata, options);
  const [table] = await run.read([await run.inspector.table(name, { schema })], options as ReflectTableOptions<Shape>);
  return table as unknown as ReflectedSqlTable<S>;
}

/** Reads many tables of a database into a metadata. */
export async function reflectTables(source: CatalogSource, metadata: MetaData, options: ReflectOptions): Promise<Table[]> {
  const { only, schema = metadata.schema, views = false } = options;
  const run = new Reflection(source, metadata, options);
  const kind = options.partitions === true ? (['table', 'partition'] as const) : 'table';
  let tables: ReflectedTable[];
  if (Array.isArray(only)) tables = await run.named(only, schema, views);
  else {
    tables = await run.inspector.tables({ schema, kind });
    if (typeof only === 'function') tables = tables.filter(({ name }) => only(name));
    else if (only !== undefined)
      throw sqlError('sql.bad-argument', "reflect(), at 'only',", 'a list of names or a function', describe(only));
  }
  const read = await run.read(tables.filter((table) => !isView(table) && run.hasColumns(table)));
  if (options.sequences === true) await run.readSequences(schema);
  if (views) await run.readViews(schema, only);
  return read;
}

const isView = ({ kind }: ReflectedTable): boolean => kind === 'view' || kind === 'materializedView';
const fullName = (table: { readonly name: string; readonly schema: string | null }): string =>
  table.schema === null ? table.name : `${table.schema}.${table.name}`;

/** Reads tables into a metadata, and those that they refer to after them. */
class Reflection {
  readonly inspector: Inspector;
  readonly #source: CatalogSource;
  readonly #metadata: MetaData;
  readonly #options: ReflectOptions;

  constructor(source: CatalogSource, metadata: MetaData, options: ReflectOptions) {
    if (typeof (source as Partial<CatalogSource> | null)?.['~readCatalog'] !== 'function')
      throw sqlError('sql.bad-argument', 'reflectTable()', 'an engine or a connection', describe(source));
    const { naming } = options;
    if (naming !== undefined && naming !== 'same' && naming !== 'camel' && typeof naming !== 'function')
      throw sqlError(
        'sql.bad-argument',
        "reflect(), at 'naming',",
        "'same' or 'camel', or a function of a column's name",
        describe(naming),
      );
    this.inspector = new Inspector(source);
    this.#source = source;
    this.#metadata = metadata;
    this.#options = options;
  }

  /** The tables of these names, all of which must be there. */
  async named(names: readonly string[], schema: string | null, views: boolean): Promise<ReflectedTable[]> {
    const tables = await this.inspector.tables({ names, schema, kind: 'any' });
    const found = new Set(tables.map(({ name }) => name.toLowerCase()));
    const missing = names.filter((name) => !found.has(name.toLowerCase()));
    if (missing.length > 0) {
      const known = await this.inspector.tableNames({ schema });
      throw engineError('engine.no-such-table', 'table', missing, schema, nearNames(missing[0], known));
    }
    // A view that was asked for by its name is read as a table, unless views are.
    return views ? tables : tables.map((table) => (isView(table) ? { ...table, kind: 'table' as const } : table));
  }

  async read(first: readonly ReflectedTable[], one: ReflectTableOptions<Shape> = {}): Promise<Table[]> {
    const { extend = false, resolveForeignKeys = true } = this.#options;
    const dialect = await this.#dialect();
    const { tables } = this.#metadata;
    const made: Table[] = [];
    const read: ReflectedTable[] = [];
    let wave = first;
    let given: ReflectTableOptions<Shape> = one;
    while (wave.length > 0) {
      const wanted = new Map<string, { name: string; schema: string | null }>();
      for (const reflected of wave) {
        const name = fullName(reflected);
        const known = tables.get(name);
        const again = extend && first.includes(reflected);
        if (known !== undefined && !again && given.columns === undefined) {
          made.push(known);
          continue;
        }
        read.push(reflected);
        const columns = { ...(known?.shape as Shape | undefined), ...given.columns };
        const table = this.#make(chosenColumns(reflected, given), dialect, columns);
        made.push(table);
        if (!resolveForeignKeys) continue;
        for (const key of table.foreignKeys) {
          const own = reflected.foreignKeys.find(({ targetTable }) => targetTable === key.targetTable);
          const target = own?.target ?? { name: key.targetTable, schema: null };
          if (!tables.has(key.targetTable)) wanted.set(key.targetTable, target);
        }
      }
      given = {};
      wave = await this.#targets([...wanted].flatMap(([name, target]) => (tables.has(name) ? [] : [target])));
    }
    const named = neededSequences(read);
    if (named.length > 0) await readSequences(this.inspector, this.#metadata, dialect, named);
    return made;
  }

  /** All sequences of a schema that no column owns. */
  async readSequences(schema: string | null): Promise<void> {
    await readSequences(this.inspector, this.#metadata, await this.#dialect(), [], { schema });
  }

  /** Whether there is anything to select from it: PostgreSQL has tables without columns, and a view may have lost its table. */
  hasColumns(table: ReflectedTable): boolean {
    const why = isView(table)
      ? `The view '${fullName(table)}' stands on something that is gone`
      : `The table '${fullName(table)}' has no columns`;
    if (table.columns.length === 0)
      process.emitWarning(`${why}: it is left out.`, {
        type: 'AthanorWarning',
        code: 'athanor.no-columns',
      });
    return table.columns.length > 0;
  }

  /** Views become `View`s, which are read and not written to. */
  async readViews(schema: string | null, only: ReflectOptions['only']): Promise<void> {
    const dialect = await this.#dialect();
    const tables = new Map(
      (await this.inspector.tables({ schema, kind: ['view', 'materializedView'] })).map((table) => [table.name, table]),
    );
    const wanted = (name: string): boolean => (typeof only === 'function' ? only(name) : only === undefined || only.includes(name));
    for (const view of await this.inspector.views({ schema })) {
      const table = tables.get(view.name);
      if (table === undefined || !wanted(view.name) || !this.hasColumns(table)) continue;
      if (this.#metadata.views.has(fullName(view))) {
        if (this.#options.extend !== true) continue;
        this.#metadata.views.delete(fullName(view));
      }
      const { shape } = reflectedDefinition(table, {
        typeOf: typesOf(table, dialect, this.#metadata.schema),
        attributeOf: this.#attributes(table, {}),
      });
      new View(this.#metadata, view.name, rawSql(view.definition), {
        columns: shape,
        schema,
        materialized: view.materialized,
        ...(view.comment == null ? {} : { comment: view.comment }),
        ...(view.checkOption === undefined ? {} : { checkOption: view.checkOption }),
        ...(this.#options.bind == null ? {} : { bind: this.#options.bind }),
      });
    }
  }

  /** The tables that foreign keys refer to: those of one schema together. */
  async #targets(names: readonly { readonly name: string; readonly schema: string | null }[]): Promise<ReflectedTable[]> {
    const found: ReflectedTable[] = [];
    for (const [schema, own] of Map.groupBy(names, (target) => target.schema))
      found.push(...(await this.inspector.tables({ schema, names: own.map(({ name }) => name), kind: 'any' })));
    return found;
  }

  #make(reflected: ReflectedTable, dialect: Dialect, columns: Shape): Table {
    const byColumn = handColumns(reflected, columns);
    const attributeOf = this.#attributes(reflected, byColumn);
    const { shape, options } = reflectedDefinition(reflected, {
      typeOf: typesOf(reflected, dialect, this.#metadata.schema, byColumn),
      attributeOf,
      given: (column) => byColumn[column]?.[1],
      asModel: true,
    });
    // Columns that the database does not have stand at the end.
    for (const [attribute, builder] of Object.entries(columns)) if (!(attribute in shape)) shape[attribute] = builder as Column;
    this.#metadata.tables.delete(fullName(reflected));
    return new Table<Shape>(this.#metadata, reflected.name, shape, {
      ...options,
      schema: reflected.schema,
      ...(this.#options.bind == null ? {} : { bind: this.#options.bind }),
    });
  }

  /** What the attributes are called, each another way. */
  #attributes(reflected: ReflectedTable, byColumn: Readonly<Record<string, readonly [string, Column]>>): (column: string) => string {
    const names = new Map<string, string>(Object.entries(byColumn).map(([column, [attribute]]) => [column, attribute]));
    const taken = new Set(names.values());
    const { naming } = this.#options;
    for (const { name } of reflected.columns) {
      if (names.has(name)) continue;
      const wanted = naming === 'camel' ? camelCase(name) : typeof naming === 'function' ? naming(name, reflected.name) : name;
      const attribute = taken.has(wanted) || reflected.columns.some((other) => other.name === wanted && wanted !== name) ? name : wanted;
      names.set(name, attribute);
      taken.add(attribute);
    }
    return (column) => names.get(column) ?? column;
  }

  #dialect(): Promise<Dialect> {
    return this.#source['~readCatalog'](async (dialect) => dialect);
  }
}

/** The columns that were said by hand, by the names of the database's that they stand for. */
function handColumns(reflected: ReflectedTable, columns: Shape): Record<string, readonly [string, Column]> {
  const found: Record<string, readonly [string, Column]> = {};
  for (const [attribute, builder] of Object.entries(columns) as [string, Column][]) {
    const names = [builder.definition.name, attribute, snakeCase(attribute)];
    const name = names.find((one) => one !== null && reflected.columns.some((column) => column.name === one));
    if (name != null) found[name] = [attribute, builder];
  }
  return found;
}

/** The type of each column. One that Athanor has no name for keeps the database's words, and whoever reads it is warned. */
function typesOf(
  reflected: ReflectedTable,
  dialect: Dialect,
  home: string | null,
  given: Readonly<Record<string, unknown>> = {},
): (column: ReflectedColumn) => SqlType {
  return (column) => {
    const { type: words } = column;
    const { type, unknown } = reflectedType(column, dialect, home);
    // An expression of a view has no type in SQLite, which is nobody's omission.
    if (unknown && !(column.name in given) && !(words === '' && reflected.kind === 'view'))
      process.emitWarning(
        `'${fullName(reflected)}.${column.name}' has ${words === '' ? 'no type' : `the type ${words}`}, which Athanor has no name for: its values come as the driver gives them. Say the column by hand to give it a type.`,
        { type: 'AthanorWarning', code: 'athanor.unknown-type' },
      );
    return type;
  };
}

/** The table without the columns that are not wanted, and without whatever stands on them. */
function chosenColumns(reflected: ReflectedTable, { includeColumns, excludeColumns }: ReflectTableOptions<Shape>): ReflectedTable {
  if (includeColumns === undefined && excludeColumns === undefined) return reflected;
  for (const name of [...(includeColumns ?? []), ...(excludeColumns ?? [])])
    if (!reflected.columns.some((column) => column.name === name))
      throw sqlError('sql.unknown-column', reflected.name, name, reflected.columns.map((column) => column.name).join(', '));
  const wanted = (name: string): boolean => (includeColumns?.includes(name) ?? true) && !(excludeColumns?.includes(name) ?? false);
  const whole = ({ columns }: { readonly columns: readonly string[] }): boolean => columns.every(wanted);
  const left = reflected.columns.filter(({ name }) => !wanted(name)).map(({ name }) => name);
  // What is text may name any column.
  const speaks = (sql: string | null): boolean => sql !== null && left.some((name) => sql.toLowerCase().includes(name.toLowerCase()));
  return {
    ...reflected,
    columns: reflected.columns.filter(({ name, computed }) => wanted(name) && !speaks(computed?.sql ?? null)),
    primaryKey: reflected.primaryKey !== null && whole(reflected.primaryKey) ? reflected.primaryKey : null,
    uniques: reflected.uniques.filter((unique) => whole(unique) && (unique.include ?? []).every(wanted)),
    indexes: reflected.indexes.filter(
      (index) =>
        whole(index) &&
        (index.include ?? []).every(wanted) &&
        !speaks(index.where) &&
        !(index.parts ?? []).some((part) => speaks(part.expression)),
    ),
    foreignKeys: reflected.foreignKeys.filter(whole),
    checks: reflected.checks.filter((check) => (check.column === null || wanted(check.column)) && !speaks(check.sql)),
  };
}
