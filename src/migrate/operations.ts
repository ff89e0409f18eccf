import type { ConstraintKind } from '../dialects/base/dialect.ts';
import type { Connection } from '../engine/connection.ts';
import { Result } from '../engine/result.ts';
import type { Executable } from '../engine/statement.ts';
import type { Column, ReferenceAction } from '../sql/column.ts';
import type { ExpressionLike } from '../sql/expression.ts';
import { sql } from '../sql/raw.ts';
import type { Shape, TableOptions } from '../sql/schema.ts';
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
  createTable<S extends Shape>(name: string, columns: S, options?: Pick<TableOptions<S>, 'constraints'>): Promise<void>;
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
  /** Creates an index, over the rows that meet `where` if it is given. Alembic: `op.create_index()`. */
  createIndex(
    name: string,
    table: string,
    columns: readonly string[],
    options?: { unique?: boolean; where?: ExpressionLike<boolean | null> },
  ): Promise<void>;
  /** Drops an index. Alembic: `op.drop_index()`. */
  dropIndex(name: string, table: string): Promise<void>;
  /** Makes columns unique; on SQLite by a unique index, which promises the same. Alembic: `op.create_unique_constraint()`. */
  createUniqueConstraint(name: string, table: string, columns: readonly string[]): Promise<void>;
  /**
   * Adds a foreign key to `'table.column'` targets. SQLite has it only in createTable() and addColumn().
   * Alembic: `op.create_foreign_key()`.
   */
  createForeignKey(
    name: string,
    table: string,
    columns: readonly string[],
    targets: readonly string[],
    options?: { onDelete?: ReferenceAction; onUpdate?: ReferenceAction },
  ): Promise<void>;
  /** Drops a constraint; on SQLite only a unique one that was made by createUniqueConstraint(). Alembic: `op.drop_constraint()`. */
  dropConstraint(name: string, table: string, type: ConstraintKind): Promise<void>;
  /**
   * Runs SQL of your own: a string as it is (several statements may stand in it, and no rows are given), or a statement
   * such as an `sql` template, whose values are parameters and whose rows are given. Alembic: `op.execute()`.
   * @example await op.execute(sql`UPDATE users SET role = ${'customer'} WHERE role IS NULL`);
   */
  execute<R>(statement: string | Executable<R>): Promise<Result<R>>;
}

/** The `op` of one migration over its connection. */
export function makeOperations(connection: Connection): Operations {
  const { ddl } = connection.dialect;
  const named = (name: string): { name: string; schema: null } => ({ name, schema: null });
  const parts = (names: readonly string[]): { name: string }[] => names.map((name) => ({ name }));
  const run = async (operation: Operation): Promise<void> => {
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
      const index = { name, columns: parts(columns), unique: options.unique === true, where: options.where?.node ?? null };
      return run({ kind: 'createIndex', table: named(table), index });
    },
    dropIndex: async (name, table) => run({ kind: 'dropIndex', table: named(table), name }),
    createUniqueConstraint: async (name, table, columns) =>
      run({ kind: 'createUniqueConstraint', table: named(table), unique: { name, columns: parts(columns) } }),
    createForeignKey: async (name, table, columns, targets, options = {}) => {
      const cut = targets.map((target) => [target.slice(0, target.lastIndexOf('.')), target.slice(target.lastIndexOf('.') + 1)]);
      const targetTable = cut[0]?.[0] ?? '';
      if (targetTable === '' || cut.length !== columns.length || cut.some(([other]) => other !== targetTable)) {
        const expected = "one 'table.column' of one table for each column";
        throw migrationError('migrate.bad-option', ['op.createForeignKey()', expected, targets.join(', ') || 'none']);
      }
      const { onDelete = null, onUpdate = null } = options;
      const key = { name, columns: parts(columns), targetTable, targetColumns: cut.map(([, column]) => column), onDelete, onUpdate };
      return run({ kind: 'createForeignKey', table: named(table), key });
    },
    dropConstraint: async (name, table, type) => run({ kind: 'dropConstraint', table: named(table), name, type }),
    execute: async <R>(statement: string | Executable<R>): Promise<Result<R>> => {
      if (typeof statement !== 'string') return connection.execute(statement);
      await connection.script(statement);
      return new Result<R>([]);
    },
  };
}
