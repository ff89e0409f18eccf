// Schemas in the manner of well-known applications: read, made again, written into migrations, and used.
import { beforeEach, describe, expect, it } from 'vitest';
import { Database, insertInto, inspect, MetaData, selectFrom, type Table } from '../../src/index.ts';
import { migrate } from '../../src/migrate/autogenerate.ts';
import { downgrade, upgrade } from '../../src/migrate/upgrade.ts';
import { scratchProject } from '../migrate/scratch-project.ts';
import { APPLICATIONS } from '../setup/application-schemas.ts';
import { afterTest } from '../setup/databases.ts';
import { catalogDatabases } from '../setup/foreign-schemas.ts';
import { described, differences, engineAfter, expectMadeAgain } from '../setup/made-again.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';
import { hearWarnings } from '../setup/warnings.ts';

let warned: () => Promise<string[]>;
beforeEach(() => {
  warned = hearWarnings();
});

const databases = [...catalogDatabases, ...pgliteDatabases].filter(({ name }) => !name.includes('file'));

describe.each(databases)('on $name', (database) => {
  describe.each(Object.entries(APPLICATIONS[database.family]))(
    'the schema of %s',
    (_, { before = '', script: given, unknown = [], rows = {} }) => {
      // MySQL refuses its zero date.
      const script = database.returning ? given : given.replaceAll("'0000-00-00 00:00:00'", "'1000-01-01 00:00:00'");
      it('is read with no warning but of types without a name, differs in nothing from itself, and is made again the same', async () => {
        const engine = await engineAfter(database, before + script);
        const metadata = await expectMadeAgain(database, engine, {}, before);
        const names = await inspect(engine).tableNames();
        expect([...metadata.tables.keys()]).toEqual(expect.arrayContaining(names.filter((name) => name !== 'message_fts')));
        expect([
          ...new Set((await warned()).map((text) => /^athanor\.unknown-type: '(.+?)' has the type/.exec(text)?.[1] ?? text)),
        ]).toEqual(unknown);
      }, 60_000);

      it('is written into a migration, which makes it, drops it and makes it again', async () => {
        const engine = await engineAfter(database, before + script);
        const metadata = new MetaData();
        await metadata.reflect(engine);
        const second = await engineAfter(database, before);
        const { directory } = scratchProject();
        const target = (models: MetaData) => ({ metadatas: new Map([[null, models]]), engine: second });
        await migrate(target(metadata), { directory });
        await upgrade(target(metadata), { directory });
        expect(await migrate(target(metadata), { directory })).toBeNull();
        expect(await differences(engine, metadata.tables.values())).toEqual([]);
        const first = await described(second);
        await downgrade(target(metadata), { directory });
        expect((await inspect(second).tableNames()).filter((name) => !name.startsWith('sqlite_'))).toEqual(['athanor_version']);
        await upgrade(target(metadata), { directory });
        expect(await described(second)).toEqual(first);
      }, 60_000);

      it('can be written to and selected from, views and all', async () => {
        const engine = await engineAfter(database, before + script);
        const metadata = new MetaData();
        await metadata.reflect(engine, { naming: 'camel' });
        await using connection = await engine.connect();
        for (const table of metadata.tables.values()) expect(await connection.all(selectFrom(table))).toEqual([]);
        const named = new MetaData();
        await named.reflect(connection);
        await connection.rollback();
        for (const [name, [given, filled]] of Object.entries(rows)) {
          const table = named.tables.get(name) as Table;
          await connection.execute(insertInto(table).values(given as never));
          expect(await connection.all(selectFrom(table))).toEqual([expect.objectContaining({ ...given, ...filled })]);
        }
      });

      it('is mapped to classes, whose objects a session writes, reads, changes and deletes', async () => {
        const db = new Database({ url: `${database.url()}${database.family === 'mysql' ? '?zero_dates=null' : ''}` });
        afterTest(() => db.dispose());
        await db.engine.begin((connection) => connection.script(before + script));
        const models = await db.automap();
        for (const model of Object.values(models))
          await db.context(async () => expect(await model.query().with({ '*': true }).all()).toEqual([]));
        for (const [name, [given, filled]] of Object.entries(rows)) {
          const model = models[name];
          const text = model.table.columns.find(({ type, primaryKey }) => type.name === 'string' && (type.length ?? 9) > 3 && !primaryKey);
          await db.context(async () => {
            db.session.add(new model(given as Record<string, unknown>));
            await db.session.commit();
          });
          await db.context(async () => {
            const object = await model.query().with({ '*': true }).one();
            const whole: Record<string, unknown> = { ...given, ...filled };
            expect(Object.fromEntries(Object.keys(whole).map((key) => [key, object[key]]))).toEqual(whole);
            if (text !== undefined) object[text.key] = 'new';
            await db.session.commit();
          });
          await db.context(async () => {
            const object = await model.query().one();
            if (text !== undefined) expect(object[text.key]).toBe('new');
            await db.session.delete(object);
            await db.session.commit();
            expect(await model.query().count()).toBe(0);
          });
        }
      });
    },
  );
});
