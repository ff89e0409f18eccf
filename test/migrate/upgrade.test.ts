import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/engine.ts';
import { current, downgrade, history, upgrade } from '../../src/migrate/upgrade.ts';
import { sql } from '../../src/sql/raw.ts';
import { type ScratchProject, scratchProject } from './scratch-project.ts';

const tablesOf = (project: ScratchProject): string[] => {
  const database = new DatabaseSync(join(project.folder, 'app.db'));
  const rows = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  database.close();
  return rows.map((row) => String(row.name));
};

function threeSteps(): ScratchProject {
  const project = scratchProject();
  for (const [revision, down] of [
    ['aaa1', null],
    ['aaa2', 'aaa1'],
    ['bbb3', 'aaa2'],
  ] as const) {
    project.migration(
      revision,
      down,
      `await op.execute('CREATE TABLE t_${revision} (id INTEGER PRIMARY KEY)');`,
      `await op.dropTable('t_${revision}');`,
    );
  }
  return project;
}

describe('upgrade and downgrade', () => {
  it('go to the newest, one back, to the first, and again', async () => {
    const project = threeSteps();
    const { directory } = project;
    const db = project.database();
    expect(await current(db)).toBeNull();
    expect(tablesOf(project)).toEqual([]);

    const told: string[] = [];
    const steps = await upgrade(db, { directory, onStep: (step) => told.push(step.revision) });
    expect(steps.map(({ revision, from, to, direction, message }) => [direction, revision, from, to, message])).toEqual([
      ['upgrade', 'aaa1', null, 'aaa1', 'step aaa1'],
      ['upgrade', 'aaa2', 'aaa1', 'aaa2', 'step aaa2'],
      ['upgrade', 'bbb3', 'aaa2', 'bbb3', 'step bbb3'],
    ]);
    expect(told).toEqual(['aaa1', 'aaa2', 'bbb3']);
    expect(tablesOf(project)).toEqual(['athanor_version', 't_aaa1', 't_aaa2', 't_bbb3']);
    expect(await upgrade(db, { directory })).toEqual([]);

    expect((await downgrade(db, { directory })).map((step) => [step.revision, step.to])).toEqual([['bbb3', 'aaa2']]);
    expect(await current(db)).toBe('aaa2');
    expect((await history(db, { directory })).map(({ revision, applied }) => [revision, applied])).toEqual([
      ['aaa1', true],
      ['aaa2', true],
      ['bbb3', false],
    ]);
    await downgrade(db, { directory, revision: 'base' });
    expect(await current(db)).toBeNull();
    expect(tablesOf(project)).toEqual(['athanor_version']);
    expect(await upgrade(db, { directory, revision: '+2' })).toHaveLength(2);
    expect(await upgrade(db, { directory, revision: 'bb' })).toHaveLength(1);
    expect(await downgrade(db, { directory, revision: 'aaa1' })).toHaveLength(2);
    expect(await current(db)).toBe('aaa1');
  });

  it('take a URL for the folder, and know an empty one', async () => {
    const project = scratchProject();
    const db = project.database();
    expect(await upgrade(db, { directory: new URL('migrations', `file://${project.folder}/`) })).toEqual([]);
    expect(await current(db)).toBeNull();
    // Nothing was applied, so nothing was made.
    expect(tablesOf(project)).toEqual([]);
  });

  it.each([
    ['upgrade', 'zzz', /No migration in .*versions has the revision 'zzz'.*athanor db history/],
    ['upgrade', 'aaa', /'aaa' may be any of aaa1, aaa2/],
    ['upgrade', '+2', /'\+2' goes further.*only 1 can be applied/],
    ['upgrade', '-1', /Cannot upgrade to aaa1: the database is at aaa2. Use 'downgrade'/],
    ['downgrade', '-3', /'-3' goes further.*only 2 can be undone/],
    ['downgrade', 'head', /Cannot downgrade to bbb3: the database is at aaa2/],
  ] as const)('%s %s says why not', async (command, revision, message) => {
    const { directory, database } = threeSteps();
    const db = database();
    await upgrade(db, { directory, revision: 'aaa2' });
    await expect((command === 'upgrade' ? upgrade : downgrade)(db, { directory, revision })).rejects.toThrow(message);
    expect(await current(db)).toBe('aaa2');
  });

  it('work on a database in memory', async () => {
    const { directory } = threeSteps();
    const engine = createEngine('sqlite://');
    const db = { metadatas: new Map(), engine };
    expect(await upgrade(db, { directory })).toHaveLength(3);
    expect(await downgrade(db, { directory, revision: 'base' })).toHaveLength(3);
    expect(await current(db)).toBeNull();
    await engine.dispose();
  });

  it('know when the database is ahead of the files', async () => {
    const { directory, database } = threeSteps();
    const db = database();
    await upgrade(db, { directory });
    const other = scratchProject();
    other.migration('aaa1', null);
    await expect(upgrade(db, { directory: other.directory })).rejects.toThrow(
      /at the revision bbb3, which no file.*another version of this program/,
    );
  });
});

describe('a migration that fails', () => {
  it('leaves nothing behind, and is named', async () => {
    const project = scratchProject();
    const { directory } = project;
    project.migration('one', null, "await op.execute('CREATE TABLE kept (id INTEGER)');");
    project.migration(
      'two',
      'one',
      "await op.execute('CREATE TABLE gone (id INTEGER); INSERT INTO kept VALUES (1)'); await op.execute('NONSENSE');",
    );
    const db = project.database();
    const failure = await upgrade(db, { directory }).catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ name: 'MigrationError', code: 'migrate.failed' });
    expect((failure as Error).message).toMatch(
      /^Applying two \(step two\), .*two_step\.ts, failed: near "NONSENSE": syntax error[\s\S]*It was undone/,
    );
    expect(await current(db)).toBe('one');
    expect(tablesOf(project)).toEqual(['athanor_version', 'kept']);

    // Put right, it is read anew.
    project.migration('two', 'one', "await op.execute('CREATE TABLE fine (id INTEGER)');");
    expect(await upgrade(db, { directory })).toHaveLength(1);
    expect(tablesOf(project)).toEqual(['athanor_version', 'fine', 'kept']);
  });

  it('may not end its transaction', async () => {
    const project = scratchProject();
    project.migration('one', null, "await op.execute('COMMIT');");
    const db = project.database();
    await expect(upgrade(db, { directory: project.directory })).rejects.toThrow(/must not run BEGIN, COMMIT or ROLLBACK.*was not undone/s);
    expect(await current(db)).toBeNull();
  });

  it('leaves foreign keys as they were', async () => {
    const project = scratchProject();
    project.migration('one', null, 'throw new Error("no")');
    const db = project.database();
    await expect(upgrade(db, { directory: project.directory })).rejects.toThrow(/failed: no\n/);
    const connection = await db.engine.connect();
    expect(await connection.scalar(sql`PRAGMA foreign_keys`)).toBe(1);
    await connection.close();

    const without = createEngine(`${project.url}?foreign_keys=off`);
    project.migration('one', null);
    await upgrade({ metadatas: new Map(), engine: without }, { directory: project.directory });
    const other = await without.connect();
    expect(await other.scalar(sql`PRAGMA foreign_keys`)).toBe(0);
    await other.close();
    await without.dispose();
  });
});

describe('foreign keys in a migration', () => {
  const schema = `await op.execute('CREATE TABLE parents (id INTEGER PRIMARY KEY); CREATE TABLE children (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents (id) ON DELETE CASCADE); INSERT INTO parents VALUES (1); INSERT INTO children VALUES (7, 1)');`;

  it('do not delete the rows of a table whose parent is built anew', async () => {
    const project = scratchProject();
    project.migration('one', null, schema);
    project.migration(
      'two',
      'one',
      "await op.execute('CREATE TABLE new_parents (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO new_parents (id) SELECT id FROM parents; DROP TABLE parents; ALTER TABLE new_parents RENAME TO parents');",
    );
    const db = project.database();
    await upgrade(db, { directory: project.directory });
    const connection = await db.engine.connect();
    expect(await connection.scalars(sql`SELECT id FROM children`)).toEqual([7]);
    await connection.close();
  });

  it('undo a migration that leaves rows dangling, and name them', async () => {
    const project = scratchProject();
    project.migration('one', null, schema);
    project.migration('two', 'one', "await op.execute('DELETE FROM parents');");
    const db = project.database();
    await expect(upgrade(db, { directory: project.directory })).rejects.toThrow(
      /row 7 of 'children' refers to a row of 'parents' that is not there.*It was undone/s,
    );
    expect(await current(db)).toBe('one');
  });

  it('do not blame a migration for rows that dangled before', async () => {
    const project = scratchProject();
    project.migration('one', null, schema);
    const db = project.database();
    await upgrade(db, { directory: project.directory });
    const database = new DatabaseSync(join(project.folder, 'app.db'), { enableForeignKeyConstraints: false });
    database.exec('DELETE FROM parents');
    database.close();
    project.migration('two', 'one', "await op.execute('CREATE TABLE other (id INTEGER)');");
    await expect(upgrade(db, { directory: project.directory })).resolves.toHaveLength(1);
  });
});

describe('locks', () => {
  it('several upgrades at once apply each migration once', async () => {
    const project = threeSteps();
    const { directory } = project;
    const results = await Promise.all([1, 2, 3, 4].map(() => upgrade(project.database(), { directory })));
    expect(
      results
        .flat()
        .map((step) => step.revision)
        .sort(),
    ).toEqual(['aaa1', 'aaa2', 'bbb3']);
    expect(await current(project.database())).toBe('bbb3');
  });

  it('a lock that another process holds is waited for, and named when it takes too long', async () => {
    const project = threeSteps();
    const { directory } = project;
    const holder = new DatabaseSync(join(project.folder, 'app.db'));
    holder.exec('PRAGMA journal_mode = WAL; CREATE TABLE held (id INTEGER); BEGIN IMMEDIATE');
    const engine = createEngine(`${project.url}?timeout=0`);
    const db = { metadatas: new Map(), engine };
    await expect(upgrade(db, { directory, lockTimeout: 0.2 })).rejects.toThrow(/locked by another connection for 0\.2 seconds/);
    setTimeout(() => holder.exec('COMMIT'), 150);
    expect(await upgrade(db, { directory, lockTimeout: 10 })).toHaveLength(3);
    holder.close();
    await engine.dispose();
  });
});
