import { afterAll } from 'vitest';
import type { Compiled } from '../../src/dialects/base/compiled.ts';
import { compile, type Spelling, type Visitors } from '../../src/dialects/base/compiler.ts';
import { cteVisitors } from '../../src/dialects/base/ctes.ts';
import { dmlVisitors } from '../../src/dialects/base/dml.ts';
import { expressionVisitors } from '../../src/dialects/base/expressions.ts';
import { selectVisitors, writeLimit } from '../../src/dialects/base/selects.ts';
import { sourceVisitors } from '../../src/dialects/base/sources.ts';
import { sqlite } from '../../src/dialects/sqlite/dialect.ts';
import type { Connection } from '../../src/engine/connection.ts';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import { t } from '../../src/sql/column-types.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import type { Node } from '../../src/sql/node.ts';
import { sql } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';
import { afterTest, databases, type TestDatabase } from '../setup/databases.ts';
import { liveDatabases } from '../setup/live-databases.ts';

const metadata = new MetaData();

export const categories = new Table(metadata, 'categories', {
  id: t.integer().primaryKey(),
  name: t.string(50).unique(),
  parentId: t.integer().nullable().references('categories.id'),
});
export const products = new Table(metadata, 'products', {
  id: t.integer().primaryKey(),
  name: t.string(80),
  price: t.numeric(10, 2),
  stock: t.integer().default(() => 7),
  active: t.boolean().default(true),
  note: t.text().nullable(),
  changedAt: t
    .dateTime()
    .nullable()
    .onUpdate(() => new Date(0)),
  categoryId: t.integer().nullable().references('categories.id'),
});
export const reviews = new Table(metadata, 'reviews', {
  id: t.integer().primaryKey(),
  rating: t.integer(),
  productId: t.integer().references('products.id'),
});
/** Two foreign keys to one table. */
export const moves = new Table(metadata, 'moves', {
  id: t.integer().primaryKey(),
  fromId: t.integer().references('categories.id'),
  toId: t.integer().references('categories.id'),
});

/** The databases that suites of the language run on: `describe.each(shopDatabases)('… on $name', (database) => …)`. */
export const shopDatabases: readonly TestDatabase[] = [databases[0], ...liveDatabases];

/** A connection to a database in which these tables are made, for a beforeAll(): `close` is what this gives back. */
export async function openTables(
  database: TestDatabase,
  tables: MetaData,
): Promise<{ readonly engine: Engine; readonly connection: Connection; readonly close: () => Promise<void> }> {
  const engine = createEngine(database.fileUrl());
  const connection = await engine.connect({ autocommit: true });
  await tables.createAll(connection);
  const close = async (): Promise<void> => {
    await connection.close();
    await engine.dispose();
  };
  return { engine, connection, close };
}

const kept = new Map<string, { readonly connection: Connection; changed: boolean }>();
const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A connection to a shop with two categories and four products. A server's stays for the test file, and is filled anew where a test changed it. */
export async function openShop(database: TestDatabase = shopDatabases[0]): Promise<Connection> {
  const served = database.family !== 'sqlite';
  const before = kept.get(database.name);
  if (before?.changed === false) return before.connection;
  const connection = before?.connection ?? (await connectTo(database, served ? (close) => closing.push(close) : afterTest));
  if (before !== undefined) await connection.script(EMPTYING[database.family]);
  await fill(connection);
  if (database.family === 'postgresql')
    for (const { name } of [categories, products])
      await connection.execute(sql`SELECT setval(${`${name}_id_seq`}, max(id)) FROM ${sql.identifier(name)}`);
  if (!served) return connection;
  if (before !== undefined) before.changed = false;
  else {
    const shop = { connection, changed: false };
    kept.set(database.name, shop);
    connection.engine.listeners.add((event) => {
      if (!/^\s*\(?(SELECT|VALUES)\b/i.test(event.sql)) shop.changed = true;
    });
  }
  return connection;
}

const EMPTYING = {
  sqlite: '',
  postgresql: 'TRUNCATE moves, reviews, products, categories RESTART IDENTITY',
  mysql: ['moves', 'reviews', 'products', 'categories']
    .map((name) => `SET foreign_key_checks = 0; DELETE FROM ${name}; ALTER TABLE ${name} AUTO_INCREMENT = 1; SET foreign_key_checks = 1`)
    .join(';'),
};

async function connectTo(database: TestDatabase, after: (close: () => unknown) => unknown): Promise<Connection> {
  const engine = createEngine(database.family === 'sqlite' ? database.url() : database.fileUrl());
  after(() => engine.dispose());
  const connection = await engine.connect({ autocommit: true });
  after(() => connection.close());
  await metadata.createAll(connection, { checkFirst: false });
  return connection;
}

async function fill(connection: Connection): Promise<void> {
  await connection.execute(
    insertInto(categories).values([
      { id: 1, name: 'Home' },
      { id: 2, name: 'Lamps', parentId: 1 },
    ]),
  );
  await connection.execute(
    insertInto(products).values([
      { id: 1, name: 'Vase', price: '10.00', stock: 5, note: '50% off_now', categoryId: 1 },
      { id: 2, name: 'Lamp', price: '25.50', stock: 0, active: false, categoryId: 2 },
      { id: 3, name: 'lampshade', price: '7.25', stock: 12, note: 'a/b', categoryId: 2 },
      { id: 4, name: 'Stray', price: '1.00', stock: 1 },
    ]),
  );
  await connection.execute(
    insertInto(reviews).values([
      { rating: 5, productId: 1 },
      { rating: 3, productId: 1 },
      { rating: 4, productId: 2 },
    ]),
  );
}

/** The SQL text of a statement, with ? for every parameter. */
export function textOf(statement: { readonly node: Node } | { build(): Node }): string {
  return sqlite.compile('node' in statement ? statement.node : statement.build()).pieces.join('?');
}

const visitors: Visitors = { ...expressionVisitors, ...selectVisitors(writeLimit), ...sourceVisitors, ...cteVisitors, ...dmlVisitors };
const base: Spelling = {
  title: 'The base',
  name: 'base',
  visitors,
  quote: sqlite.quote,
  placeholder: () => '?',
  typeName: sqlite.ddl.typeName,
};

/** The SQL text of a statement as the base writes it, which PostgreSQL takes. */
export function baseTextOf(statement: { readonly node: Node } | { build(): Node }): string {
  return baseCompiled(statement).pieces.join('?');
}

/** A statement compiled as the base writes it. */
export function baseCompiled(statement: { readonly node: Node } | { build(): Node }): Compiled {
  return compile(base, 'node' in statement ? statement.node : statement.build());
}
