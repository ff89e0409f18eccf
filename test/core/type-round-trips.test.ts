import { Decimal } from 'decimal.js';
import { describe, expect, it } from 'vitest';
import { dialects } from '../../src/dialects/registry.ts';
import { type Connection, createEngine, type Engine, func, insertInto, jsonNull, literal, select, sql, Table, t } from '../../src/index.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { ownTypesOf } from '../../src/sql/own-types.ts';
import { rawSql } from '../../src/sql/raw-text.ts';
import { afterTest, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { firstSeed } from '../setup/seed.ts';
import { isComparable, Random, TYPE_CASES, type TypeCase } from './random-values.ts';

const RANDOM_VALUES = Number(process.env.ATHANOR_RUNS ?? 40);

async function open(database: TestDatabase): Promise<{ engine: Engine; connection: Connection }> {
  const engine = createEngine(database.url());
  afterTest(() => engine.dispose());
  await engine.ready();
  const connection = await engine.connect({ autocommit: true });
  afterTest(() => connection.close());
  return { engine, connection };
}

async function create(engine: Engine, connection: Connection, table: Table): Promise<void> {
  const { ddl } = engine.dialect;
  const types = ownTypesOf([table], null).flatMap((type) => ddl.createType(type));
  for (const statement of [...types, ...ddl.createTable(table)]) await connection.script(statement);
}

function valuesOf({ edges, random, only }: TypeCase, family: TestDatabase['family']): unknown[] {
  const source = new Random(firstSeed);
  return [...edges, ...(only?.[family] ?? []), ...Array.from({ length: RANDOM_VALUES }, () => random(source))];
}

/** The order of numbers, bigints, Dates, Decimals and texts. */
function order(a: unknown, b: unknown): number {
  if (a instanceof Decimal) return a.comparedTo(b as Decimal);
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

const ready = allDatabases.filter(({ family }) => Object.hasOwn(dialects, family));

describe.each(ready)(`values on $name (ATHANOR_SEED=${firstSeed})`, (database) => {
  const { family } = database;

  it.each(TYPE_CASES)('of $name come back as they went in, and are found by what they are', async (one) => {
    const { engine, connection } = await open(database);
    const table = new Table(new MetaData(), 'things', { id: t.integer().primaryKey(), value: one.type.nullable() });
    const { id, value } = table.c;
    await create(engine, connection, table as Table);
    const values = valuesOf(one, family);
    await connection.execute(insertInto(table).values([...values, null].map((item, i) => ({ id: i + 1, value: item as never }))));

    const rows = await connection.all(select(id, value).orderBy(id));
    expect(rows.length).toBe(values.length + 1);
    rows.forEach(([key, read], i) => {
      expect(read, `value ${key}`).toStrictEqual(values[i] ?? null);
    });
    expect(await connection.scalars(select(id).where(value.isNull()))).toEqual([values.length + 1]);

    if (!isComparable(one, family)) return;
    for (const [i, item] of values.entries()) {
      const found = await connection.scalars(select(id).where(value.eq(item as never)));
      expect(found, `found by value ${i + 1}`).toContain(i + 1);
      const listed = await connection.scalars(select(id).where(value.in([item as never])));
      expect([...listed].sort(), `listed by value ${i + 1}`).toEqual([...found].sort());
      // Nothing else is equal to it.
      if (!one.loose?.includes(family)) for (const key of found) expect(values[key - 1]).toStrictEqual(item);
    }
    expect(await connection.scalar(select(func.count()).where(value.in(values as never[])))).toBe(values.length);
  });

  it.each(TYPE_CASES.filter(({ name }) => !/encrypted|json|array/.test(name)))('of $name are the same in SQL text', async (one) => {
    const { engine, connection } = await open(database);
    const table = new Table(new MetaData(), 'things', { id: t.integer().primaryKey(), value: one.type });
    await create(engine, connection, table as Table);
    // Infinities have no place in DDL, and SQLite reads the digits of very large and very small doubles to about one unit of the last place.
    const exact = (item: number): boolean =>
      Number.isFinite(item) && (family !== 'sqlite' || item === 0 || Math.abs(Math.log10(Math.abs(item))) < 12);
    const values = valuesOf(one, family).filter((item) => typeof item !== 'number' || exact(item));
    await connection.execute(insertInto(table).values(values.map((item, i) => ({ id: i + 1, value: item as never }))));
    for (const [i, item] of values.entries()) {
      const condition = engine.dialect.ddl.inline(table.c.value.eq(item as never).node);
      const found = await connection.scalars(select(table.c.id).where(rawSql(condition) as never));
      expect(found, `found by value ${i + 1}`).toContain(i + 1);
    }
  });

  it.each([
    ['integer', t.integer(), [0, -5, 2 ** 31 - 1]],
    ['bigInteger', t.bigInteger(), [2n ** 63n - 1n, -(2n ** 53n) - 1n]],
    ['string', t.string(50), ['', "it's", 'é 👍', '\\', '%']],
    ['boolean', t.boolean(), [true, false]],
    ['double', t.double(), [0.1, -1e-7, 1e21]],
    ['date', t.date(), ['1899-12-31']],
    ['dateTime', t.dateTime({ precision: 3 }), [new Date('1899-12-31T23:59:59.999Z')]],
    ['uuid', t.uuid(), ['123e4567-e89b-12d3-a456-426614174000']],
    ['enum', t.enum(['a', "b'"]), ["b'"]],
  ] as const)('of type %s may be defaults of the database', async (_name, type, values) => {
    const { engine, connection } = await open(database);
    for (const [i, value] of values.entries()) {
      const table = new Table(new MetaData(), `things_${i}`, {
        id: t.integer().primaryKey(),
        value: type.serverDefault(sql`${value}`) as never,
      });
      await create(engine, connection, table as never);
      await connection.execute(insertInto(table as Table).values({ id: 1 } as never));
      expect(await connection.scalar(select((table as Table).c.value as never))).toStrictEqual(value);
    }
  });

  it('sort as their values do', async () => {
    const { engine, connection } = await open(database);
    const sorted = ['integer', 'bigInteger', 'double', 'numeric(10, 2)', 'numeric(38, 10)', 'numeric(30)', 'date', 'time', 'dateTime'];
    for (const one of TYPE_CASES.filter(({ name }) => sorted.includes(name))) {
      const table = new Table(new MetaData(), `sorted_${one.name.replace(/\W+/g, '_')}`, { id: t.integer().primaryKey(), value: one.type });
      await create(engine, connection, table as Table);
      const values = valuesOf(one, family).filter((item) => !Number.isNaN(item));
      await connection.execute(insertInto(table).values(values.map((item, i) => ({ id: i + 1, value: item as never }))));
      const read = await connection.scalars(select(table.c.value).orderBy(table.c.value, table.c.id));
      expect(read.map(String), one.name).toEqual([...values].sort(order).map(String));
    }
  });

  it('null is NULL in a JSON column, and jsonNull is the null of JSON', async () => {
    const { engine, connection } = await open(database);
    const table = new Table(new MetaData(), 'settings', { id: t.integer().primaryKey(), value: t.json<unknown>().nullable() });
    await create(engine, connection, table as Table);
    await connection.execute(
      insertInto(table).values([
        { id: 1, value: null },
        { id: 2, value: jsonNull },
      ]),
    );
    expect(await connection.scalars(select(table.c.id).where(table.c.value.isNull()))).toEqual([1]);
    expect(await connection.scalars(select(table.c.value).orderBy(table.c.id))).toEqual([null, null]);
  });

  it.each([
    ['text with NUL', t.text(), 'a\0b', /without NUL characters/],
    ['half a surrogate pair', t.text(), 'a\ud83d', /well-formed Unicode/],
    ['an integer out of range', t.integer({ unsigned: true }), -1, /whole number/],
    ['a byte out of range', t.tinyInteger(), 128, /from -128 to 127/],
    ['a wide bigint', t.bigInteger(), 2n ** 63n, /more than 64 bits/],
    ['NaN in JSON', t.json(), { a: [Number.NaN] }, /NaN, which would become null/],
    ['undefined in a JSON list', t.json(), [undefined], /undefined, which would become null/],
    ['a bigint in JSON', t.json(), { a: 1n }, /JSON can hold/],
    ['a day that is none', t.date(), '1900-02-29', /a date as/],
    ['a duration with a broken hour', t.interval(), 'PT1.5H', /ISO 8601 duration/],
    ['an empty duration', t.interval(), 'P', /ISO 8601 duration/],
    ['a list that is none', t.array(t.integer()), 'x', /an array/],
    ['lists of different lengths', t.array(t.integer(), { dimensions: 2 }), [[1], [1, 2]], /different lengths/],
    ['a list in a list', t.array(t.integer()), [[1]], /whole number/],
    ['bits of another length', t.bit(3), '01', /3 characters/],
    ['a word that is none of them', t.enum({ A: 'a' }), 'b', /one of 'a'/],
  ] as const)('refuses %s before anything is sent', async (_name, type, value, message) => {
    const { connection } = await open(database);
    const table = new Table(new MetaData(), 'missing', { id: t.integer().primaryKey(), value: type as never });
    await expect(connection.execute(insertInto(table as Table).values({ value } as never))).rejects.toThrow(message);
  });

  if (family === 'sqlite')
    it('of intervals in columns are not calculated with where the database has none', async () => {
      const { engine, connection } = await open(database);
      const table = new Table(new MetaData(), 'stays', { id: t.integer().primaryKey(), start: t.dateTime(), length: t.interval() });
      await create(engine, connection, table as Table);
      for (const expression of [table.c.start.plus(table.c.length as never), table.c.length.plus('P1D'), table.c.length.times(2 as never)])
        await expect(connection.all(select(expression))).rejects.toMatchObject({ code: 'sql.unsupported' });
    });

  it('of no column are typed by what they are', async () => {
    const { connection } = await open(database);
    for (const value of ['x', 5, 2n ** 60n, 0.5, true, null, new Date(5), { a: 1 }, [1, 2]])
      expect(await connection.scalar(select(literal(value)))).toEqual(value);
    class Point {}
    for (const value of [new Point(), () => 1, Symbol('s'), new Map()])
      expect(() => literal(value)).toThrow(/is of type unknown and takes/);
  });
});
