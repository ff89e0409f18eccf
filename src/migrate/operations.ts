import type { ConstraintKind, DomainChange } from '../dialects/base/dialect.ts';
import type { Connection } from '../engine/connection.ts';
import { Result } from '../engine/result.ts';
import type { Executable } from '../engine/statement.ts';
import type { Column, ReferenceOptions } from '../sql/column.ts';
import type { Deferral, StorageOptions } from '../sql/constraints.ts';
import { describe } from '../sql/errors.ts';
import { Expression } from '../sql/expression.ts';
import type { IndexMethod } from '../sql/indexes.ts';
import type { Node } from '../sql/node.ts';
import type { ExpressionLike } from '../sql/operand.ts';
import { ownTypesOf } from '../sql/own-types.ts';
import { sql } from '../sql/raw.ts';
import { rawSql } from '../sql/raw-text.ts';
import type { Shape, Table, TableOptions } from '../sql/schema.ts';
import type { IndexPart } from '../sql/table-parts.ts';
import { draftColumn, draftTable } from './draft.ts';
import { migrationError } from './errors.ts';
import { type Operation, statements } from './operation.ts';

/**
 * What a migration does to the schema: the `op` of `upgrade(op)` and `downgrade(op)`. Tables and columns go by the names
 * of the database, and the models play no part, so that an old migration stays what it was. Alembic: `op`.
 *
 * @example
 * export async function upgrade(op: Operations): Promise<void> {
 *   await op.createTable('tags', { id: t.integer().primaryKey(), name: t.string(50).unique() });
 *   await op.addColumn('posts', 'views', t.integer().serverDefault(sql`0`));
 * }
 */
export interface Operations {
  /** Creates a table, with its constraints and indexes, in the words of a model. Alembic: `op.create_table()`. */
  createTable<S extends Shape>(name: string, columns: S, options?: Omit<TableOptions<S>, 'bind' | 'schema' | 'temporary'>): Promise<void>;
  /** Drops a table with its rows. Alembic: `op.drop_table()`. */
  dropTable(name: string): Promise<void>;
  /**
   * Adds a column with its default, check and reference; `.unique()` and `.index()` are made too. Rows that are there
   * take the server default: a NOT NULL column needs one. Throws a MigrationError where the database cannot add it.
   * Alembic: `op.add_column()`.
   */
  addColumn(table: string, name: string, column: Column): Promise<void>;
  /** Drops a column with its values. Drop its indexes before. Alembic: `op.drop_column()`. */
  dropColumn(table: string, name: string): Promise<void>;
  /**
   * Creates an index over columns and expressions, of the rows that meet `where` if it is given. Alembic: `op.create_index()`.
   * @example await op.createIndex('by_mail', 'users', [{ expression: sql`lower(email)` }, { column: 'at', direction: 'desc' }]);
   */
  createIndex(name: string, table: string, columns: readonly IndexColumn[], options?: IndexOptions): Promise<void>;
  /** Drops an index. Alembic: `op.drop_index()`. */
  dropIndex(name: string, table: string): Promise<void>;
  /** Makes columns unique; on SQLite by a unique index, which promises the same. Alembic: `op.create_unique_constraint()`. */
  createUniqueConstraint(name: string, table: string, columns: readonly string[], options?: UniqueOptions): Promise<void>;
  /**
   * Adds a condition that all rows meet, those that are there too. SQLite has it only in createTable() and addColumn().
   * Alembic: `op.create_check_constraint()`.
   * @example await op.createCheckConstraint('ck_products_price', 'products', sql`price >= 0`);
   */
  createCheckConstraint(name: string, table: string, condition: ExpressionLike<boolean | null>): Promise<void>;
  /**
   * Adds a foreign key to `'table.column'` targets. SQLite has it only in createTable() and addColumn().
   * Alembic: `op.create_foreign_key()`.
   */
  createForeignKey(
    name: string,
    table: string,
    columns: readonly string[],
    targets: readonly string[],
    options?: Omit<ReferenceOptions, 'name' | 'useAlter'>,
  ): Promise<void>;
  /** Drops a constraint; on SQLite only a unique one that was made by createUniqueConstraint(). Alembic: `op.drop_constraint()`. */
  dropConstraint(name: string, table: string, type: ConstraintKind): Promise<void>;
  /**
   * Adds a value to the type of an enum in PostgreSQL, at the end unless told; one that is there already stays. The same
   * migration cannot use it, and it cannot be taken away. In SQL: ALTER TYPE … ADD VALUE.
   * @example await op.addEnumValue('mood', 'happy', { after: 'ok' });
   */
  addEnumValue(type: string, value: string, options?: EnumValueOptions): Promise<void>;
  /**
   * Changes a domain of PostgreSQL for all columns of it; what is not named stays. The rows that are there must meet what is
   * added. Checks are dropped before others are added, so that a name may stay. Throws a MigrationError for what is no change.
   * In SQL: ALTER DOMAIN.
   * @example await op.alterDomain('rating', { dropChecks: ['rating_check'], addChecks: { rating_check: sql`VALUE BETWEEN 1 AND 10` } });
   */
  alterDomain(name: string, change: DomainAlteration): Promise<void>;
  /**
   * Runs SQL of your own: a string as it is (several statements may stand in it, and no rows are given), or a statement
   * such as an `sql` template, whose values are parameters and whose rows are given. Alembic: `op.execute()`.
   * @example await op.execute(sql`UPDATE users SET role = ${'customer'} WHERE role IS NULL`);
   */
  execute<R>(statement: string | Executable<R>): Promise<Result<R>>;
}

/** A column of an index by its name, or with more said; an expression in its place. */
export type IndexColumn =
  | string
  | ({ readonly column: string; readonly expression?: undefined } & IndexColumnOptions)
  | ({ readonly expression: ExpressionLike; readonly column?: undefined } & IndexColumnOptions);

interface IndexColumnOptions {
  readonly direction?: 'asc' | 'desc';
  readonly nulls?: 'first' | 'last';
  readonly collation?: string;
  readonly operatorClass?: string;
  readonly length?: number;
}

export interface IndexOptions {
  readonly unique?: boolean;
  readonly where?: ExpressionLike<boolean | null>;
  readonly using?: IndexMethod;
  readonly include?: readonly string[];
  readonly nullsNotDistinct?: boolean;
  readonly with?: StorageOptions;
  readonly concurrently?: boolean;
}

/** Where `op.addEnumValue()` puts a value. */
export interface EnumValueOptions {
  readonly after?: string;
  readonly before?: string;
  /** The schema that the type is in; where names are looked for unless told. */
  readonly schema?: string;
}

/** What `op.alterDomain()` changes. */
export interface DomainAlteration {
  /** The default of columns that say none; null takes it away. */
  readonly serverDefault?: ExpressionLike | null;
  readonly notNull?: boolean;
  readonly dropChecks?: readonly string[];
  /** Conditions by their names, in which VALUE is the value. */
  readonly addChecks?: Readonly<Record<string, ExpressionLike>>;
  /** The schema that the domain is in; where names are looked for unless told. */
  readonly schema?: string;
}

/** What `op.createUniqueConstraint()` says beside its columns. */
export interface UniqueOptions extends Deferral {
  readonly nullsNotDistinct?: boolean;
  readonly include?: readonly string[];
}

/** The `op` of one migration over its connection. */
export function makeOperations(connection: Connection): Operations {
  const { ddl } = connection.dialect;
  const named = (name: string): { name: string; schema: null } => ({ name, schema: null });
  const parts = (names: readonly string[]): { name: string }[] => names.map((name) => ({ name }));
  const part = (given: IndexColumn): IndexPart => {
    const own = typeof given === 'string' ? { column: given } : given;
    return {
      column: own.column === undefined ? null : { name: own.column },
      expression: own.expression?.node ?? null,
      direction: own.direction ?? 'asc',
      nulls: own.nulls ?? null,
      collation: own.collation ?? null,
      operatorClass: own.operatorClass ?? null,
      length: own.length ?? null,
    };
  };
  /** The types of enums and domains come before the first column that has one. */
  const createTypes = async (table: Table): Promise<void> => {
    if (!ddl.has.enumTypes) return;
    for (const type of ownTypesOf([table], null)) {
      if ((await connection.first(rawSql(ddl.exists('type', type)))) !== null) continue;
      for (const statement of ddl.createType(type)) await connection.script(statement);
    }
  };
  const run = async (operation: Operation): Promise<void> => {
    if (operation.kind === 'createTable') await createTypes(operation.table);
    if (operation.kind === 'addColumn') await createTypes(operation.column.table);
    for (const statement of statements(operation, ddl)) await connection.script(statement);
  };

  return {
    createTable: async (name, columns, options) => run({ kind: 'createTable', table: draftTable(name, columns, options) }),
    dropTable: async (name) => run({ kind: 'dropTable', table: named(name) }),
    addColumn: async (table, name, builder) => {
      const column = draftColumn(table, name, builder);
      const reason = ddl.cannotAddColumn(column);
      if (reason !== null) {
        const row = await connection.first(sql`SELECT 1 FROM ${sql.identifier(table)} LIMIT 1`);
        if (row !== null) throw migrationError('migrate.add-column', [`${table}.${name}`, reason]);
      }
      await run({ kind: 'addColumn', column });
    },
    dropColumn: async (table, name) => run({ kind: 'dropColumn', table: named(table), column: name }),
    createIndex: async (name, table, columns, options = {}) => {
      const { unique = false, where, using, include, nullsNotDistinct, with: storage, concurrently } = options;
      const index = {
        name,
        columns: columns.flatMap((column) => (typeof column === 'string' ? [{ name: column }] : [])),
        unique,
        where: where?.node ?? null,
        ...(columns.every((column) => typeof column === 'string') ? {} : { parts: columns.map(part) }),
        ...(include === undefined ? {} : { include: parts(include) }),
        using,
        nullsNotDistinct,
        storage,
        concurrently,
      };
      return run({ kind: 'createIndex', table: named(table), index });
    },
    dropIndex: async (name, table) => run({ kind: 'dropIndex', table: named(table), name }),
    createUniqueConstraint: async (name, table, columns, { include, ...more } = {}) => {
      const unique = { ...more, name, columns: parts(columns), ...(include === undefined ? {} : { include: parts(include) }) };
      return run({ kind: 'createUniqueConstraint', table: named(table), unique });
    },
    createCheckConstraint: async (name, table, condition) => {
      const where = `op.createCheckConstraint('${name}')`;
      return run({ kind: 'createCheckConstraint', table: named(table), name, condition: expressionOf(where, 'the condition', condition) });
    },
    createForeignKey: async (name, table, columns, targets, options = {}) => {
      const cut = targets.map((target) => [target.slice(0, target.lastIndexOf('.')), target.slice(target.lastIndexOf('.') + 1)]);
      const targetTable = cut[0]?.[0] ?? '';
      if (targetTable === '' || cut.length !== columns.length || cut.some(([other]) => other !== targetTable)) {
        const expected = "one 'table.column' of one table for each column";
        throw migrationError('migrate.bad-option', ['op.createForeignKey()', expected, targets.join(', ') || 'none']);
      }
      const { onDelete = null, onUpdate = null, ...more } = options;
      const key = {
        ...more,
        name,
        columns: parts(columns),
        targetTable,
        targetColumns: cut.map(([, column]) => column),
        onDelete,
        onUpdate,
      };
      return run({ kind: 'createForeignKey', table: named(table), key });
    },
    dropConstraint: async (name, table, type) => run({ kind: 'dropConstraint', table: named(table), name, type }),
    addEnumValue: async (type, value, { schema = null, after, before } = {}) => {
      if (after !== undefined && before !== undefined)
        throw migrationError('migrate.bad-option', [`op.addEnumValue('${type}')`, 'after or before', 'both']);
      await run({ kind: 'addEnumValue', type: { name: type, schema }, value, after, before });
    },
    alterDomain: async (name, given) =>
      run({ kind: 'alterDomain', domain: { name, schema: given.schema ?? null }, change: domainChange(name, given) }),
    execute: async <R>(statement: string | Executable<R>): Promise<Result<R>> => {
      if (typeof statement !== 'string') return connection.execute(statement);
      await connection.script(statement);
      return new Result<R>([]);
    },
  };
}

function expressionOf(where: string, what: string, given: unknown): Node {
  if (given instanceof Expression) return given.node;
  throw migrationError('migrate.bad-option', [where, `SQL as ${what}, such as sql\`…\``, describe(given)]);
}

/** The change of a domain that a migration asks for, checked. */
function domainChange(name: string, given: DomainAlteration): DomainChange {
  const where = `op.alterDomain('${name}')`;
  const expression = (what: string, own: unknown): Node => expressionOf(where, what, own);
  const { serverDefault, notNull, dropChecks = [], addChecks = {} } = given;
  const added = Object.entries(addChecks).map(([check, condition]) => ({
    name: check,
    condition: expression(`the check '${check}'`, condition),
  }));
  if (serverDefault === undefined && notNull === undefined && dropChecks.length + added.length === 0)
    throw migrationError('migrate.bad-option', [where, 'serverDefault, notNull, dropChecks or addChecks', 'none of them']);
  return {
    ...(serverDefault === undefined
      ? {}
      : { serverDefault: serverDefault === null ? null : expression('the server default', serverDefault) }),
    ...(notNull === undefined ? {} : { notNull }),
    dropChecks,
    addChecks: added,
  };
}
