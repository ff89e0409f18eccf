import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/engine.ts';
import { current, upgrade } from '../../src/migrate/upgrade.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { sql } from '../../src/sql/raw.ts';
import { rawSql } from '../../src/sql/raw-text.ts';
import { afterTest } from '../setup/databases.ts';
import { liveDatabases, tested } from '../setup/live-databases.ts';
import { scratchProject } from './scratch-project.ts';

/** What a process of its own prints. */
function output(args: readonly string[], cwd: string): Promise<string> {
  const child = spawn(process.execPath, ['--conditions=athanor-source', ...args], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(text) : reject(new Error(`A process ended with exit code ${code}.`))));
  });
}

describe.each(liveDatabases)('migrating $name from several processes at once', (database) => {
  it('applies each migration once, and waits for one that another holds up', { timeout: 60_000 }, async () => {
    const { folder, directory, migration, write } = scratchProject();
    // Without a lock, the tables of the second process would be there already.
    migration('aaa1', null, "await op.execute('CREATE TABLE one (id INTEGER PRIMARY KEY)'); await new Promise((r) => setTimeout(r, 200));");
    migration('bbb2', 'aaa1', "await op.execute('CREATE TABLE two (id INTEGER PRIMARY KEY)');");
    migration('ccc3', 'bbb2', "await op.execute('INSERT INTO two VALUES (1)');");
    const url = database.url();
    write(
      'go.ts',
      `import { createEngine } from 'athanor';
import { upgrade } from 'athanor/migrate';
const engine = createEngine(${JSON.stringify(url)}, { statementTimeout: 0.1 });
const steps = await upgrade({ metadatas: new Map(), engine }, { directory: ${JSON.stringify(directory)} });
console.log(steps.map((step) => step.revision).join());
await engine.dispose();
`,
    );
    const said = await Promise.all([1, 2, 3].map(() => output(['go.ts'], folder)));
    expect(
      said
        .flatMap((text) => text.trim().split(','))
        .filter(Boolean)
        .sort(),
    ).toEqual(['aaa1', 'bbb2', 'ccc3']);

    const engine = createEngine(url);
    afterTest(() => engine.dispose());
    const db = { metadatas: new Map([[null, new MetaData()]]), engine };
    expect(await current(db)).toBe('ccc3');
    migration('ddd4', 'ccc3', "await op.execute('INSERT INTO two VALUES (2)');");
    await using holder = await engine.connect();
    const { lock, transactionLock } = holder.dialect.ddl.schemaChange;
    await holder.begin();
    await holder.scalar(rawSql(lock === undefined ? (transactionLock as string) : lock.take(1)));
    await expect(upgrade(db, { directory, lockTimeout: 0.3 })).rejects.toThrow(/locked by another connection for 0\.3 seconds/);
    setTimeout(async () => {
      if (lock !== undefined) await holder.script(lock.release);
      await holder.commit();
    }, 100);
    expect(await upgrade(db, { directory, lockTimeout: 20 })).toHaveLength(1);
    await using connection = await engine.connect();
    expect((await connection.scalars(sql<{ id: number }>`SELECT id FROM two ORDER BY id`)).map(Number)).toEqual([1, 2]);
  });
});

it('runs where a server is tested, and nowhere else', () => {
  expect(liveDatabases.length).toBe(['postgresql', 'mariadb', 'mysql'].filter((name) => tested.includes(name)).length);
});
