// Domains: types of PostgreSQL with conditions of their own.
import { describe, expect, it } from 'vitest';
import {
  CheckViolation,
  createEngine,
  Database,
  insertInto,
  inspect,
  MetaData,
  NotNullViolation,
  pg,
  select,
  selectFrom,
  sql,
  Table,
  t,
} from '../../src/index.ts';
import { migrate } from '../../src/migrate/autogenerate.ts';
import { downgrade, upgrade } from '../../src/migrate/upgrade.ts';
import { scratchProject } from '../migrate/scratch-project.ts';
import { afterTest, openDatabase, type TestDatabase } from '../setup/databases.ts';
import { catalogDatabases } from '../setup/foreign-schemas.ts';
import { differences, engineAfter, expectMadeAgain } from '../setup/made-again.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

const postgresqls = [...catalogDatabases.filter(({ family }) => family === 'postgresql'), ...pgliteDatabases];

const email = () =>
  pg.domain('email', t.string(100), { check: { has_at: (value) => value.contains('@'), short: sql`length(VALUE) < 30` } });
const positive = () => pg.domain('positive', t.integer(), { check: (value) => value.gt(0), serverDefault: 1 });
const digit = () => pg.domain('Odd Digit', positive(), { check: (value) => value.lt(10), notNull: true });
const grade = () =>
  pg.domain('grade', t.enum(['good', "it's bad"], { name: 'mark' }), { serverDefault: 'good', check: (value) => value.ne("it's bad") });
const word = () => pg.domain('word', t.text(), { collation: 'C' });

function schema(metadata = new MetaData()) {
  return {
    metadata,
    things: new Table(metadata, 'things', {
      id: t.integer().primaryKey(),
      email: email(),
      other: email().nullable(),
      count: positive().serverDefault(1),
      digit: digit(),
      digits: t.array(digit()).nullable(),
      grade: grade().nullable(),
      word: word().nullable(),
    }),
  };
}

const ROW = { email: 'a@b', digit: 7 };

describe.each(postgresqls)('domains on $name', (database: TestDatabase) => {
  it('are made before the tables that use them, hold their values to their conditions, and go after them', async () => {
    const engine = await engineAfter(database);
    const { metadata, things } = schema();
    await metadata.createAll(engine);
    await metadata.createAll(engine);
    await using connection = await engine.connect({ autocommit: true });
    const row = { id: 1, ...ROW, other: null, digits: [1, 2], grade: 'good' as const, word: 'w' };
    await connection.execute(insertInto(things).values(row));
    // Many rows go as arrays.
    await connection.execute(
      insertInto(things).values(Array.from({ length: 30 }, (_, i) => ({ ...ROW, id: i + 2, email: `${i}@x`, count: i + 1 }))),
    );
    expect(await connection.all(selectFrom(things).where(things.c.id.eq(1)))).toEqual([{ ...row, count: 1 }]);
    // What is compared need not be a value of the domain.
    expect(await connection.all(select({ id: things.c.id }).where(things.c.email.eq('nowhere'), things.c.digit.lt(100)))).toEqual([]);
    expect(await connection.all(select({ id: things.c.id }).where(things.c.email.in(['0@x', 'none']), things.c.count.gt(-5)))).toEqual([
      { id: 2 },
    ]);
    for (const [wrong, constraint] of [
      [{ email: 'nobody' }, 'has_at'],
      [{ email: `${'x'.repeat(40)}@` }, 'short'],
      [{ count: 0 }, 'positive_check'],
      [{ digit: 10 }, 'Odd Digit_check'],
      [{ digits: [3, 30] }, 'Odd Digit_check'],
      [{ grade: "it's bad" as const }, 'grade_check'],
    ] as const)
      await expect(connection.execute(insertInto(things).values({ id: 99, ...ROW, ...wrong } as never))).rejects.toMatchObject({
        name: CheckViolation.name,
        constraint,
      });
    await expect(connection.script('INSERT INTO things (id, email, digit) VALUES (98, $$a@b$$, NULL)')).rejects.toThrow(NotNullViolation);
    expect((await inspect(connection).domains()).map(({ name }) => name).sort()).toEqual([
      'Odd Digit',
      'email',
      'grade',
      'positive',
      'word',
    ]);
    await metadata.dropAll(connection);
    const left = inspect(connection);
    expect([await left.domains(), await left.enums(), await left.tableNames()]).toEqual([[], [], []]);
  });

  it('are read with all they say, and made again the same, in whichever schema', async () => {
    const engine = await engineAfter(
      database,
      'CREATE SCHEMA depot; CREATE DOMAIN depot.price AS numeric(5, 2) DEFAULT 1.5 CONSTRAINT dear CHECK (VALUE > 0)',
    );
    const { metadata, things } = schema();
    new Table(metadata, 'sales', {
      id: t.integer().primaryKey(),
      price: pg.domain('price', t.numeric(5, 2), { schema: 'depot', serverDefault: 1.5, check: { dear: (value) => value.gt(0) } }),
    });
    await metadata.createAll(engine);
    expect(await differences(engine, metadata.tables.values())).toEqual([]);
    const read = await expectMadeAgain(database, engine, {}, 'CREATE SCHEMA depot', true);
    expect(read.ownTypes().map(({ schema: own, name }) => [own, name])).toEqual([
      [null, 'email'],
      [null, 'positive'],
      [null, 'Odd Digit'],
      [null, 'mark'],
      [null, 'grade'],
      [null, 'word'],
      ['depot', 'price'],
    ]);
    const columns = new Map((await inspect(engine).columns('things')).map((column) => [column.name, column]));
    expect(columns.get('digits')).toMatchObject({
      type: '"Odd Digit"[]',
      baseType: 'integer[]',
      domain: {
        name: 'Odd Digit',
        nullable: false,
        base: { name: 'positive', type: 'integer', default: '1', checks: [{ name: 'positive_check' }] },
      },
    });
    expect(columns.get('grade')?.domain).toMatchObject({ type: 'mark', enum: { name: 'mark', values: ['good', "it's bad"] } });
    expect(columns.get('word')?.domain).toMatchObject({ collation: 'C', checks: [] });
    expect(columns.get('email')?.domain?.checks.map(({ name }) => name)).toEqual(['has_at', 'short']);
    expect(read.tables.get('things')?.column('digit').type).toMatchObject({ name: 'native', inner: { domain: { name: 'positive' } } });
    expect(things.column('digit').type.domain?.name).toBe('Odd Digit');
    // A metadata with a schema has them there.
    const inside = new MetaData(undefined, { schema: 'depot' });
    schema(inside);
    await inside.createAll(engine);
    expect((await inspect(engine).domains({ schema: 'depot' })).map(({ name }) => name)).toEqual([
      'Odd Digit',
      'email',
      'grade',
      'positive',
      'price',
      'word',
    ]);
    const again = new MetaData(undefined, { schema: 'depot' });
    await again.reflect(engine);
    expect(again.tables.get('depot.things')?.column('email').type.domain).not.toHaveProperty('schema');
    await inside.dropAll(engine);
    expect((await inspect(engine).domains({ schema: 'depot' })).map(({ name }) => name)).toEqual(['price']);
  });

  it('are written into migrations', async () => {
    const { directory } = scratchProject();
    const engine = createEngine(database.url());
    afterTest(() => engine.dispose());
    const at = (models: MetaData) => ({ metadatas: new Map([[null, models]]), engine });
    const { metadata } = schema();
    await migrate(at(metadata), { directory });
    await upgrade(at(metadata), { directory });
    expect(await migrate(at(metadata), { directory })).toBeNull();
    await downgrade(at(metadata), { directory });
    await upgrade(at(metadata), { directory });
    expect(await migrate(at(metadata), { directory })).toBeNull();
  });

  it('are attributes of models, and values of their types', async () => {
    const db = openDatabase(database);
    class Person extends db.Model('people', { id: t.integer().primaryKey(), email: email().unique(), age: positive() }) {}
    await db.createAll();
    await using session = db.createSession();
    const [ann] = ['ann@x', 'bob@x'].map((address) => new Person({ email: address, age: 40 }));
    session.addAll([ann, new Person({ email: 'bob@x', age: 41 })]);
    await session.commit();
    ann.age = 50;
    await session.commit();
    session.expungeAll();
    expect((await session.query(Person).filter(Person.c.email.startsWith('ann')).one()).age).toBe(50);
    session.add(new Person({ email: 'none', age: 1 }));
    await expect(session.flush()).rejects.toThrow(CheckViolation);
    await session.rollback();
  });
});

describe('a domain', () => {
  it('is refused for what is none, and where two of one name differ', () => {
    expect(() => pg.domain('', t.text())).toThrow(/pg\.domain\(\).*the name of the domain/);
    expect(() => pg.domain('x', 'text' as never)).toThrow(/pg\.domain\('x'\).*a type/);
    expect(() => pg.domain('x', t.encrypted(t.text(), { key: new Uint8Array(32) }))).toThrow(/not encrypted/);
    expect(() => pg.domain('x', t.text(), { check: 'VALUE' as never })).toThrow(/pg\.domain\('x', \{ check \}\)/);
    expect(() => pg.domain('x', t.text(), { check: { a: () => true as never } })).toThrow(/pg\.domain\('x', \{ check \}\)/);
    const { metadata } = schema();
    new Table(metadata, 'others', {
      id: t.integer().primaryKey(),
      email: pg.domain('email', t.string(100), { check: (value) => value.contains('@') }),
    });
    expect(() => metadata.ownTypes()).toThrow(/others.*the domain 'email' of its column 'email' is another type elsewhere/);
  });

  it('needs a variant elsewhere, as other types of PostgreSQL do', async () => {
    const db = new Database({ url: 'sqlite://' });
    afterTest(() => db.dispose());
    db.Table('plain', { id: t.integer().primaryKey(), email: email().variant('sqlite', t.string(100)) });
    await db.createAll();
    expect((await inspect(db.engine).columns('plain'))[1].type).toBe('VARCHAR(100)');
    db.Table('odd', { id: t.integer().primaryKey(), email: email() });
    await expect(db.createAll()).rejects.toThrow(/email/);
  });
});
