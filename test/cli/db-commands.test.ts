import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { type ScratchProject, scratchProject } from '../migrate/scratch-project.ts';

const main = resolve(import.meta.dirname, '../../src/cli/main.ts');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in a process of its own, as a user would, in the project's folder or one below it. */
function athanor(
  project: ScratchProject,
  args: string,
  { cwd = project.folder, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Ended> {
  // Node warns where both are set.
  const { NO_COLOR: _, ...quiet } = process.env;
  const child = spawn(process.execPath, ['--conditions=athanor-source', main, ...args.split(' ').filter(Boolean)], {
    cwd,
    env: { ...quiet, FORCE_COLOR: '1', CI: '1', ...env },
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => done({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }));
  });
}

const USERS = `export const users = db.Table('users', { id: t.integer().primaryKey(), email: t.string(120).unique() });`;
const POSTS = `export const posts = db.Table('posts', { id: t.integer().primaryKey(), title: t.string(200).index(), userId: t.integer().references('users.id', { onDelete: 'cascade' }) });`;

function models(project: ScratchProject, ...tables: string[]): void {
  project.write(
    'src/models.ts',
    `import { Database, sql, t } from 'athanor';\nexport const db = new Database({ url: 'sqlite:///app.db' });\n${tables.join('\n')}\nvoid sql;\n`,
  );
}

/** A project with models and a configuration. */
function project(...tables: string[]): ScratchProject {
  const made = scratchProject();
  models(made, ...tables);
  made.write('athanor.config.ts', `import { db } from './src/models.ts';\nexport default { db };\n`);
  return made;
}

const schemaOf = (made: ScratchProject): unknown[] => {
  const database = new DatabaseSync(join(made.folder, 'app.db'));
  const rows = database.prepare("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name").all();
  database.close();
  return rows.map((row) => row.name);
};

describe('athanor db', () => {
  it('goes from models to tables, on to new models, and back', { timeout: 120_000 }, async () => {
    const made = project(USERS);
    expect(await athanor(made, 'db current')).toEqual({ code: 0, stdout: 'base  no migration has been applied\n', stderr: '' });
    expect(await athanor(made, 'db init')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Made migrations') });
    expect(await athanor(made, 'db init')).toMatchObject({ code: 0, stdout: 'migrations/versions is there already.\n' });
    expect(await athanor(made, 'db history')).toMatchObject({ code: 0, stdout: expect.stringContaining('no migrations yet') });

    // -m with blanks in it goes through a shell's quotes; here it is one word.
    const first = await athanor(made, 'db migrate -m Create-the-Users!');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const [file] = made.versions();
    expect(file).toMatch(/^[0-9a-f]{12}_create_the_users\.ts$/);
    expect(first.stdout).toContain(`Wrote migrations/versions/${file}`);
    const text = readFileSync(join(made.directory, 'versions', file), 'utf8');
    expect(text).toBe(`import { type Operations, t } from 'athanor';

export const revision = '${file.slice(0, 12)}';
export const downRevision = null;
export const message = 'Create-the-Users!';

export async function upgrade(op: Operations): Promise<void> {
  await op.createTable('users', {
    id: t.integer().primaryKey(),
    email: t.string(120).unique(),
  });
}

export async function downgrade(op: Operations): Promise<void> {
  await op.dropTable('users');
}
`);

    const behind = await athanor(made, 'db migrate -m again');
    expect(behind).toMatchObject({ code: 1, stdout: '' });
    expect(behind.stderr).toMatch(
      /^error: The database is at no migration and the newest migration is [0-9a-f]{12}.*Run 'athanor db upgrade' first\.\n$/,
    );

    const up = await athanor(made, 'db upgrade');
    expect(up).toMatchObject({ code: 0, stderr: '' });
    expect(up.stdout).toMatch(/^↑ [0-9a-f]{12} {2}Create-the-Users! {2}\d+ ms\n1 migration applied\. The database is at [0-9a-f]{12}\.\n$/);
    expect(schemaOf(made)).toEqual(['athanor_version', 'users']);
    expect(await athanor(made, 'db upgrade')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Nothing to do: the database is at/),
    });
    expect(await athanor(made, 'db migrate')).toEqual({
      code: 0,
      stdout: 'Nothing to migrate: the database has what the models define.\n',
      stderr: '',
    });
    expect(made.versions()).toHaveLength(1);

    models(made, USERS, POSTS);
    const second = await athanor(made, 'db migrate');
    expect(second).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('_create_posts.ts') });
    expect((await athanor(made, 'db upgrade')).code).toBe(0);
    expect((await athanor(made, 'db migrate')).stdout).toContain('Nothing to migrate');
    const ids = (await athanor(made, 'db history')).stdout.split('\n');
    expect(ids[0]).toMatch(/^✓ [0-9a-f]{12} {2}create posts {2}\(head, current\)$/);
    expect(ids[1]).toMatch(/^✓ [0-9a-f]{12} {2}Create-the-Users!$/);

    const down = await athanor(made, 'db downgrade -1');
    expect(down.stdout).toMatch(/^↓ [0-9a-f]{12} {2}create posts/);
    expect(schemaOf(made)).toEqual(['athanor_version', 'users']);
    expect((await athanor(made, 'db history')).stdout).toMatch(/^ {2}[0-9a-f]{12} {2}create posts {2}\(head\)\n✓ .*\(current\)\n$/);
    expect((await athanor(made, 'db downgrade base')).stdout).toContain('The database is at base');
    expect((await athanor(made, 'db upgrade +1')).code).toBe(0);
    expect((await athanor(made, 'db upgrade head')).code).toBe(0);
    expect((await athanor(made, 'db current')).stdout).toMatch(/^[0-9a-f]{12} \(head\) {2}create posts\n$/);
  });

  it('warns of what goes', async () => {
    const made = project(USERS, POSTS);
    await athanor(made, 'db migrate -m first');
    await athanor(made, 'db upgrade');
    models(made, `export const users = db.Table('users', { id: t.integer().primaryKey(), email: t.string(120).unique() });`);
    const { code, stdout, stderr } = await athanor(made, 'db migrate -m second');
    expect(code).toBe(0);
    expect(stdout).toContain('drop posts');
    expect(stderr).toBe("warning: The table 'posts' has no model any more: it is dropped, with all its rows.\n");
  });

  it('refuses what it cannot migrate yet, and writes nothing', async () => {
    const made = project(USERS);
    await athanor(made, 'db migrate -m first');
    await athanor(made, 'db upgrade');
    models(
      made,
      `export const users = db.Table('users', { id: t.integer().primaryKey(), email: t.string(60).unique(), active: t.boolean().default(true) });`,
    );
    const { code, stdout, stderr } = await athanor(made, 'db migrate -m second');
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(
      "  - 'users.email': the type is VARCHAR(60) in the models and VARCHAR(120) in the database; altering a column is not there yet.",
    );
    expect(stderr).toMatch(
      / {2}- 'users\.active' cannot be added: it is NOT NULL and has no server default.* Give it \.serverDefault\(sql`\$\{true\}`\)/,
    );
    expect(stderr).not.toContain('    at ');
    expect(made.versions()).toHaveLength(1);
  });

  it('names the migration that fails, and leaves nothing of it', async () => {
    const made = project(USERS);
    made.migration('aaaa', null, "await op.execute('CREATE TABLE half (id INTEGER)'); await op.execute('NONSENSE');");
    const { code, stderr } = await athanor(made, 'db upgrade');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: Applying aaaa \(step aaaa\), .*aaaa_step\.ts, failed: near "NONSENSE": syntax error/);
    expect(stderr).not.toContain('    at ');
    expect(schemaOf(made)).toEqual([]);
    expect((await athanor(made, 'db upgrade --debug')).stderr).toMatch(/aaaa_step\.ts.*:\d+:\d+/);
  });

  it('is safe to run in several processes at once', async () => {
    const made = project(USERS);
    for (const [id, down] of [
      ['aaaa', null],
      ['bbbb', 'aaaa'],
      ['cccc', 'bbbb'],
    ] as const) {
      made.migration(id, down, `await op.execute('CREATE TABLE t_${id} (id INTEGER)'); await new Promise((done) => setTimeout(done, 50));`);
    }
    const runs = await Promise.all([1, 2, 3].map(() => athanor(made, 'db upgrade')));
    expect(runs.map((run) => [run.code, run.stderr])).toEqual([
      [0, ''],
      [0, ''],
      [0, ''],
    ]);
    const applied = runs.flatMap((run) => run.stdout.match(/^↑ \w+/gm) ?? []);
    expect(applied.sort()).toEqual(['↑ aaaa', '↑ bbbb', '↑ cccc']);
    expect(schemaOf(made)).toEqual(['athanor_version', 't_aaaa', 't_bbbb', 't_cccc']);
  });

  it('writes an empty migration to be filled in', async () => {
    const made = project(USERS);
    expect((await athanor(made, 'db revision -m fill')).code).toBe(0);
    const [file] = made.versions();
    expect(readFileSync(join(made.directory, 'versions', file), 'utf8')).toContain(
      'export async function upgrade(_op: Operations): Promise<void> {}',
    );
    expect((await athanor(made, 'db upgrade')).code).toBe(0);
  });

  it('creates and drops all tables, the latter only when it is meant', async () => {
    const made = project(USERS, POSTS);
    expect(await athanor(made, 'db create-all')).toMatchObject({ code: 0, stderr: '' });
    expect(schemaOf(made)).toEqual(['ix_posts_title', 'posts', 'users']);
    expect(await athanor(made, 'db drop-all')).toMatchObject({
      code: 1,
      stderr: 'error: This drops 2 tables with all their rows. Say --yes if that is meant.\n',
    });
    expect(await athanor(made, 'db drop-all --yes')).toMatchObject({ code: 0 });
    expect(schemaOf(made)).toEqual([]);
  });
});

describe('the configuration', () => {
  it('is found from a folder below, and works in its own', async () => {
    const made = project(USERS);
    made.migration('aaaa', null);
    const below = join(made.folder, 'src/deep');
    mkdirSync(below);
    const { code, stdout } = await athanor(made, 'db upgrade', { cwd: below });
    expect(code).toBe(0);
    expect(stdout).toContain('aaaa');
    expect(schemaOf(made)).toEqual(['athanor_version']);
  });

  it('may be named, be JavaScript, and give the folder of the migrations', async () => {
    const made = project(USERS);
    made.write(
      'other/my.config.mjs',
      `import { db } from '../src/models.ts';\nexport default { db, migrations: { directory: new URL('./steps', import.meta.url) } };\n`,
    );
    expect((await athanor(made, 'db migrate -m x --config other/my.config.mjs')).stdout).toContain('Wrote other/steps/versions/');
    expect((await athanor(made, 'db history -c other/my.config.mjs -d elsewhere')).stdout).toContain('no migrations yet');
  });

  it.each([
    ['there is none', null, /^error: There is no athanor\.config\.ts in .* or a folder above it\. Write one.*export default \{ db \};\n$/s],
    [
      'it exports nothing',
      'export const db = 1;',
      /exports no database: its default export is undefined\. Write 'export default \{ db \}'/,
    ],
    ['its database is none', 'export default { db: {} };', /exports no database: its default export is a plain object/],
    ['it fails', "throw new Error('no secret');", /athanor\.config\.ts could not be loaded: no secret\n$/],
  ])('is said to be wrong where %s', async (_what, text, message) => {
    const made = scratchProject();
    if (text !== null) made.write('athanor.config.ts', text);
    const { code, stdout, stderr } = await athanor(made, 'db upgrade');
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });

  it('with no models is refused, rather than taken for "drop everything"', async () => {
    const made = project();
    expect(await athanor(made, 'db migrate')).toMatchObject({ code: 1, stderr: expect.stringContaining('No table is defined') });
  });
});
