import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { migrate, revision } from '../../src/migrate/autogenerate.ts';
import { compare } from '../../src/migrate/compare.ts';
import type { Operations } from '../../src/migrate/operations.ts';
import { makeOperations } from '../../src/migrate/operations.ts';
import { current, downgrade, upgrade } from '../../src/migrate/upgrade.ts';
import { t } from '../../src/sql/column-types.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { sql } from '../../src/sql/raw.ts';
import { rawSql } from '../../src/sql/raw-text.ts';
import { type Shape, Table } from '../../src/sql/schema.ts';
import { catalogTables } from './catalog-tables.ts';
import { scratchProject } from './scratch-project.ts';

function tables(definitions: Record<string, Shape>): MetaData {
  const metadata = new MetaData();
  for (const [name, shape] of Object.entries(definitions)) new Table<Shape>(metadata, name, shape);
  return metadata;
}

const id = t.integer().primaryKey();

describe('writing a migration', () => {
  it.each(['sqlite', 'sqlite+better-sqlite3'])(
    'of one of everything on %s: up, down and up again, each time nothing is left to write',
    async (scheme) => {
      const project = scratchProject();
      const { directory } = project;
      const db = project.database(catalogTables(), scheme);
      const written = await migrate(db, { directory, message: 'Everything: a "catalog"' });
      expect(written?.file).toMatch(/migrations\/versions\/[0-9a-f]{12}_everything_a_catalog\.ts$/);
      expect(await upgrade(db, { directory })).toHaveLength(1);
      expect(await migrate(db, { directory })).toBeNull();
      await downgrade(db, { directory });
      await upgrade(db, { directory });
      expect(await migrate(db, { directory })).toBeNull();
      expect(project.versions()).toHaveLength(1);

      // And the other way: what drops it all can bring it all back.
      const empty = { ...db, metadatas: new Map([[null, tables({ users: { id } })]]) };
      const dropping = await migrate(empty, { directory });
      expect(dropping?.message).toBe('create users, drop tag_notes, productTags and 3 more');
      expect(dropping?.warnings).toHaveLength(5);
      await upgrade(empty, { directory });
      await downgrade(empty, { directory });
      expect(
        await migrate({ ...db, metadatas: new Map([[null, catalogTables()]]) }, { directory, message: 'unused' }).catch(
          (error: Error) => error.message,
        ),
      ).toMatch(/newest migration is/);
      const connection = await db.engine.connect();
      const after = compare(
        [...catalogTables().tables.values()],
        await connection.dialect.reflect(connection.driverConnection),
        connection.dialect,
      );
      await connection.close();
      expect(after).toEqual({ changes: [], problems: [], warnings: [] });
    },
  );

  it('of later changes, after the first ones', async () => {
    const project = scratchProject();
    const { directory } = project;
    const models = (users: Shape): MetaData => tables({ users });
    const db = project.database();
    const at = (metadata: MetaData) => ({ metadatas: new Map([[null, metadata]]), engine: db.engine });
    const first = await migrate(at(models({ id })), { directory });
    await upgrade(db, { directory });
    const second = await migrate(at(models({ id, name: t.string(20).nullable().unique() })), { directory });
    expect(second).toMatchObject({ downRevision: first?.revision, message: 'add users.name', warnings: [] });
    expect(readFileSync(second?.file as string, 'utf8')).toBe(`import { type Operations, t } from 'athanor';

export const revision = '${second?.revision}';
export const downRevision = '${first?.revision}';
export const message = 'add users.name';

export async function upgrade(op: Operations): Promise<void> {
  await op.addColumn('users', 'name', t.string(20).nullable().unique());
}

export async function downgrade(op: Operations): Promise<void> {
  await op.dropConstraint('uq_users_name', 'users', 'unique');
  await op.dropColumn('users', 'name');
}
`);
    await upgrade(db, { directory });
    await downgrade(db, { directory });
    expect(await current(db)).toBe(first?.revision);
  });

  it('writes an empty one', async () => {
    const project = scratchProject();
    const db = project.database();
    const { file } = await revision(db, { directory: project.directory, message: '  Fill   the rôles  ' });
    expect(file).toMatch(/_fill_the_roles\.ts$/);
    expect(readFileSync(file, 'utf8')).toContain(`import type { Operations } from 'athanor';`);
    expect(await upgrade(db, { directory: project.directory })).toHaveLength(1);
  });

  it('leaves other databases out, and says so', async () => {
    const project = scratchProject();
    const db = project.database(tables({ users: { id } }));
    const metadatas = new Map<string | null, MetaData>([...db.metadatas, ['auth', tables({ logins: { id } })]]);
    const written = await migrate({ ...db, metadatas }, { directory: project.directory });
    expect(written?.warnings).toEqual(["The 1 tables of the bind 'auth' are left out: migrations are for the default database only yet."]);
  });

  it('takes the folder and the role of the configuration', async () => {
    const project = scratchProject();
    const db = {
      ...project.database(tables({ users: { id } })),
      options: { migrations: { directory: join(project.folder, 'steps'), url: project.url } },
    };
    expect((await migrate(db))?.file).toContain('/steps/versions/');
    expect(await upgrade(db)).toHaveLength(1);
    expect(await current(db)).toMatch(/^[0-9a-f]{12}$/);
  });

  it('refuses a foreign key to nowhere, and models that were not imported', async () => {
    const project = scratchProject();
    const { directory } = project;
    const dangling = project.database(tables({ posts: { id, userId: t.integer().references('users.id') } }));
    await expect(migrate(dangling, { directory })).rejects.toThrow(/posts\.user_id.*no table 'users'/);
    await expect(migrate(project.database(), { directory })).rejects.toThrow(/No table is defined/);
  });
});

describe('operations', () => {
  async function withOperations(work: (op: Operations, all: (text: string) => Promise<unknown[]>) => Promise<void>): Promise<void> {
    const { engine } = scratchProject().database();
    const connection = await engine.connect();
    await connection.begin();
    await work(makeOperations(connection), (text) => connection.all(rawSql(text)));
    await connection.close();
  }

  it('keep the names of the database as they are given', async () => {
    await withOperations(async (op, all) => {
      await op.createTable('userRoles', { userId: t.integer().primaryKey(), 'role name': t.string(5), other: t.integer().named('else') });
      expect(await all("SELECT name FROM pragma_table_info('userRoles')")).toEqual([
        { name: 'userId' },
        { name: 'role name' },
        { name: 'else' },
      ]);
    });
  });

  it('add a column with its index and unique, and say what a table with rows cannot take', async () => {
    await withOperations(async (op, all) => {
      await op.createTable('users', { id });
      // As long as there are no rows, SQLite takes it.
      await op.addColumn('users', 'early', t.integer());
      await op.execute('INSERT INTO users (early) VALUES (1); INSERT INTO users (early) VALUES (2)');
      await expect(op.addColumn('users', 'late', t.integer())).rejects.toThrow(
        "'users.late' cannot be added to a table that has rows: it is NOT NULL and has no server default",
      );
      await op.addColumn('users', 'a', t.integer().nullable().unique());
      await op.addColumn('users', 'b', t.integer().nullable().index());
      await op.addColumn('users', 'c', t.integer().nullable().unique().index());
      expect(await all("SELECT name, [unique] u FROM pragma_index_list('users') ORDER BY name")).toEqual([
        { name: 'ix_users_b', u: 0 },
        { name: 'ix_users_c', u: 1 },
        { name: 'uq_users_a', u: 1 },
      ]);
      await op.dropConstraint('uq_users_a', 'users', 'unique');
      await op.dropIndex('ix_users_b', 'users');
      await op.dropColumn('users', 'b');
      await op.createIndex('one_a', 'users', ['a', 'early'], { unique: true, where: sql`a > ${0}` });
      expect(await all("SELECT sql FROM sqlite_schema WHERE name = 'one_a'")).toEqual([
        { sql: 'CREATE UNIQUE INDEX one_a ON users (a, early) WHERE a > 0' },
      ]);
    });
  });

  it('execute text as it is, and templates with parameters', async () => {
    await withOperations(async (op) => {
      await op.execute("CREATE TABLE notes (body TEXT); INSERT INTO notes VALUES (':not a ? parameter')");
      await op.execute(sql`INSERT INTO notes VALUES (${"it's"})`);
      expect((await op.execute(sql<{ body: string }>`SELECT body FROM notes ORDER BY body`)).all()).toEqual([
        { body: ':not a ? parameter' },
        { body: "it's" },
      ]);
    });
  });

  it('say what they cannot do on SQLite', async () => {
    await withOperations(async (op) => {
      await op.createTable('users', { id });
      await expect(op.createForeignKey('fk', 'users', ['id'], ['users.id'])).rejects.toThrow(
        /SQLite cannot add the foreign key 'fk' of 'users'/,
      );
      await expect(op.createForeignKey('fk', 'users', ['id'], [])).rejects.toThrow(/op\.createForeignKey\(\) takes one 'table\.column'/);
      await expect(op.dropConstraint('ck', 'users', 'check')).rejects.toThrow(/SQLite cannot drop the check 'ck'/);
    });
  });
});
