import { describe, expect, test } from 'vitest';
import { formatArray, parseArray } from '../../src/dialects/postgresql/arrays.ts';
import { decodeTimestamp, encodeTimestamp } from '../../src/dialects/postgresql/timestamps.ts';
import { postgresqlCodec } from '../../src/dialects/postgresql/types.ts';
import { type Column, createEngine, DataError, type Engine, insertInto, select, sql, Table, t, text } from '../../src/index.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { randomNumbers } from '../core/random-values.ts';
import { afterTest } from '../setup/databases.ts';
import { liveDatabases } from '../setup/live-databases.ts';
import { firstSeed } from '../setup/seed.ts';

describe('timestamps as PostgreSQL writes them', () => {
  test.each([
    ['2024-05-01 12:30:00', '2024-05-01T12:30:00.000Z'],
    ['2024-05-01 12:30:00.5', '2024-05-01T12:30:00.500Z'],
    ['2024-05-01 12:30:00.123456', '2024-05-01T12:30:00.123Z'],
    ['2024-05-01 12:30:00.999999+00', '2024-05-01T12:30:00.999Z'],
    ['2024-05-01 12:30:00+05:30', '2024-05-01T07:00:00.000Z'],
    ['1883-11-18 12:03:57.5-04:56:02', '1883-11-18T16:59:59.500Z'],
    ['0001-01-01 00:00:00', '0001-01-01T00:00:00.000Z'],
    ['0001-12-31 23:59:59 BC', '0000-12-31T23:59:59.000Z'],
    ['0044-03-15 12:00:00+00 BC', '-000043-03-15T12:00:00.000Z'],
    ['12024-02-29 00:00:00', '+012024-02-29T00:00:00.000Z'],
    ['2024-05-01', '2024-05-01T00:00:00.000Z'],
    ['2000-02-29 23:59:59', '2000-02-29T23:59:59.000Z'],
  ])('%s', (raw, iso) => {
    expect(decodeTimestamp(raw)?.toISOString()).toBe(iso);
  });

  test.each(['infinity', '-infinity', '', 'now', '2024-05-01T12:30:00', '2024/05/01 12:30:00', '2024-05-01 12:30'])('%j is none', (raw) => {
    expect(decodeTimestamp(raw)).toBeNull();
  });

  test('any moment is read as it was written', () => {
    const random = randomNumbers(firstSeed);
    for (let i = 0; i < 5000; i++) {
      const date = new Date(Math.floor((random() - 0.4) * 5e14));
      const written = encodeTimestamp(date) as string;
      expect(decodeTimestamp(written)?.getTime(), written).toBe(date.getTime());
      // With the zone, and with the zeros at the end of the fraction left out.
      const short = written.replace(/\.?0+( BC)?$/, '$1').replace(/(?<=^.{16})$/, ':00');
      if (/:\d\d(?:\.\d+)?$/.test(short)) expect(decodeTimestamp(`${short}+00`)?.getTime(), short).toBe(date.getTime());
    }
    expect(encodeTimestamp(new Date(Number.NaN))).toBeNull();
    expect(encodeTimestamp(new Date(-8.64e15))).toBeNull();
  });
});

describe('arrays as PostgreSQL writes them', () => {
  test.each([
    ['{}', []],
    ['{1,2,3}', ['1', '2', '3']],
    ['{NULL,"NULL",null}', [null, 'NULL', 'null']],
    ['{"a b","c,d","e\\"f","g\\\\h","{i}",""}', ['a b', 'c,d', 'e"f', 'g\\h', '{i}', '']],
    [
      '{{1,2},{3,4}}',
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    ['{{{a},{b}}}', [[['a'], ['b']]]],
    ['[0:1]={7,8}', ['7', '8']],
    ['[1:1][-2:-1]={{1,2}}', [['1', '2']]],
  ])('%s is read', (raw, items) => {
    expect(parseArray(raw)).toEqual(items);
  });

  test.each(['', '{', '{1', '1,2', '{1}}', '[0:1]7', '{"a}'])('%j is none', (raw) => {
    expect(parseArray(raw)).toBeNull();
  });

  test('what is written is read again', () => {
    const letters = ['a', '"', '\\', ',', '{', '}', ' ', '\n', 'ü', '😀', 'NULL', ''];
    const random = randomNumbers(firstSeed);
    for (let i = 0; i < 500; i++) {
      const items = Array.from({ length: i % 6 }, (_, n) =>
        n === 4 ? null : Array.from({ length: i % 5 }, () => letters[Math.floor(random() * letters.length)]).join(''),
      );
      expect(parseArray(formatArray(items))).toEqual(items);
    }
    expect(formatArray([1, 2n, true, null, new Uint8Array([1, 255]), [1.5]])).toBe('{1,2,true,NULL,"\\\\x01ff",{1.5}}');
  });
});

describe('values that a type cannot hold', () => {
  const { integer, smallInteger, json, binary, dateTime, boolean } = {
    integer: postgresqlCodec(t.integer().type),
    smallInteger: postgresqlCodec(t.smallInteger().type),
    json: postgresqlCodec(t.json().type),
    binary: postgresqlCodec(t.binary().type),
    dateTime: postgresqlCodec(t.dateTime().type),
    boolean: postgresqlCodec(t.boolean().type),
  };
  test('are refused before they are sent', () => {
    expect(() => integer.store?.(2 ** 31, 'users.age')).toThrow(/users.age .*whole number from -2147483648 to 2147483647/);
    // To compare with it is no error: no row has it.
    expect(integer.bind(2 ** 31)).toBe(2 ** 31);
    expect(() => integer.bind(1.5)).toThrow(/fraction/);
    expect(() => smallInteger.store?.(40_000)).toThrow(/from -32768 to 32767/);
    expect(() => json.bind({ a: 'x\0y' })).toThrow(/NUL/);
    expect(json.bind({ a: '\\u0000' })).toBe('{"a":"\\\\u0000"}');
    expect(() => dateTime.bind(new Date(Number.NaN))).toThrow(/invalid Date/);
    expect(() => dateTime.decode?.('infinity')).toThrow(/infinity is none/);
    expect(() => boolean.bind(1)).toThrow(/true or false/);
  });
  test('bytes are read in both of their forms', () => {
    expect(binary.decode?.('\\x00ff10')).toEqual(new Uint8Array([0, 255, 16]));
    expect(binary.decode?.('\\x')).toEqual(new Uint8Array());
    expect(binary.decode?.('\\000a\\\\\\377')).toEqual(new Uint8Array([0, 97, 92, 255]));
    expect(() => binary.decode?.('\\xzz')).toThrow(/bytes/);
  });
});

const servers = liveDatabases.filter(({ family }) => family === 'postgresql');

describe.each(servers)('values on $name', (database) => {
  async function open(): Promise<Engine> {
    const engine = createEngine(database.url());
    afterTest(() => engine.dispose());
    await engine.ready();
    return engine;
  }

  const CASES: readonly (readonly [string, Column, readonly unknown[]])[] = [
    ['integer', t.integer(), [0, -2_147_483_648, 2_147_483_647]],
    ['smallInteger', t.smallInteger(), [-32_768, 32_767]],
    ['bigInteger', t.bigInteger(), [0n, -(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n, 2n ** 53n + 1n]],
    ['string', t.string(80), ['', "it's", 'ü😀\\"', '\t\n', 'NULL', '{1}']],
    ['text', t.text(), ['x'.repeat(100_000)]],
    ['boolean', t.boolean(), [true, false]],
    ['double', t.double(), [0, -0.1, 1e308, 5e-324, 0.1 + 0.2, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['float', t.float(), [1.5, -0.25]],
    ['date', t.date(), ['2024-02-29', '0001-01-01', '9999-12-31']],
    ['time', t.time(), ['00:00:00', '23:59:59', '12:30:00.25']],
    [
      'dateTime',
      t.dateTime(),
      [new Date(0), new Date('2024-05-01T12:30:00.123Z'), new Date('0001-01-01T00:00:00Z'), new Date('-000043-03-15T12:00:00Z')],
    ],
    ['dateTime with a zone', t.dateTime({ timezone: true }), [new Date('2024-05-01T12:30:00.120Z'), new Date('1883-11-18T12:00:00Z')]],
    ['json', t.json(), [{ a: [1, 'x', null, true], b: { c: 1.5 } }, [], 'text', 5, true]],
    ['uuid', t.uuid(), ['123e4567-e89b-12d3-a456-426614174000']],
    ['binary', t.binary(), [new Uint8Array(), new Uint8Array([0, 1, 92, 128, 255]), Uint8Array.from({ length: 5000 }, (_, i) => i)]],
    ['enum', t.enum(['low', 'high']), ['low', 'high']],
    ['char', t.char(5), ['ab', 'abcde']],
    ['bit', t.bit(3), ['101', '000']],
    ['interval', t.interval(), ['P1Y2M3DT4H5M6.5S', 'PT0S', 'P-1DT-0.000001S', 'P-1Y3DT-4H', 'P100Y']],
    ['jsonb', t.jsonb(), [{ b: 1, a: [null] }, 'x']],
    ['array', t.array(t.text()), [[], ['a', 'b,"{}\\', '', 'NULL']]],
    ['array of numbers', t.array(t.integer()), [[1, -2, 3]]],
    ['array of bigints', t.array(t.bigInteger()), [[2n ** 62n, 0n]]],
    ['array of moments', t.array(t.dateTime()), [[new Date('2024-05-01T12:30:00.5Z')]]],
    ['array of bytes', t.array(t.binary()), [[new Uint8Array([0, 255]), new Uint8Array()]]],
    ['array of truths', t.array(t.boolean()), [[true, false]]],
    [
      'array of arrays',
      t.array(t.double(), { dimensions: 2 }),
      [
        [
          [1.5, Number.NaN],
          [0, 2],
        ],
      ],
    ],
  ];

  test('come back as they went', async () => {
    const engine = await open();
    const metadata = new MetaData();
    await using connection = await engine.connect({ autocommit: true });
    for (const [name, column, values] of CASES) {
      const table = new Table(metadata, `values_${name.replaceAll(' ', '_')}`, { id: t.integer().primaryKey(), value: column.nullable() });
      for (const statement of engine.dialect.ddl.createTable(table)) await connection.script(statement);
      await connection.execute(insertInto(table).values([...values, null].map((value) => ({ value })) as never));
      const rows = await connection.scalars(select(table.c.value).orderBy(table.c.id));
      expect(rows, name).toEqual([...values, null]);
      for (const [i, value] of values.entries()) {
        if (name === 'json' || Number.isNaN(value)) continue;
        const found = await connection.scalars(select(table.c.id).where(table.c.value.eq(value as never)));
        expect(found, `${name} ${String(value).slice(0, 40)}`).toContain(i + 1);
        const listed = await connection.scalars(select(table.c.id).where(table.c.value.in([value, value] as never)));
        expect(listed, `${name} in a list`).toContain(i + 1);
      }
    }
  });

  test('decimals are exact', async () => {
    const engine = await open();
    await using connection = await engine.connect({ autocommit: true });
    const table = new Table(new MetaData(), 'prices', {
      id: t.integer().primaryKey(),
      price: t.numeric(30, 10),
      rough: t.numeric(8, 2).asNumber(),
    });
    for (const statement of engine.dialect.ddl.createTable(table)) await connection.script(statement);
    await connection.execute(insertInto(table).values({ price: '12345678901234567890.0123456789', rough: 1.25 }));
    const [{ price, rough }] = await connection.all(select({ price: table.c.price, rough: table.c.rough }));
    expect(String(price)).toBe('12345678901234567890.0123456789');
    expect(rough).toBe(1.25);
  });

  test('a greater number than a column holds is compared with, and not stored', async () => {
    const engine = await open();
    await using connection = await engine.connect({ autocommit: true });
    const table = new Table(new MetaData(), 'small', { id: t.integer().primaryKey() });
    for (const statement of engine.dialect.ddl.createTable(table)) await connection.script(statement);
    expect(await connection.all(select(table.c.id).where(table.c.id.eq(99_999_999_999)))).toEqual([]);
    expect(await connection.all(select(table.c.id).where(table.c.id.in([1, 99_999_999_999])))).toEqual([]);
    expect(await connection.all(select(table.c.id).where(table.c.id.between(1, 99_999_999_999)))).toEqual([]);
    await expect(connection.execute(insertInto(table).values({ id: 99_999_999_999 }))).rejects.toThrow(/whole number from/);
  });

  test('a list is one parameter, and one text whatever its length', async () => {
    const engine = await open();
    await using connection = await engine.connect({ autocommit: true });
    const table = new Table(new MetaData(), 'letters', { id: t.integer().primaryKey(), letter: t.string(9).nullable() });
    for (const statement of engine.dialect.ddl.createTable(table)) await connection.script(statement);
    await connection.execute(insertInto(table).values([{ letter: 'a' }, { letter: 'b,"' }, { letter: null }]));
    const named = (letters: readonly string[]) => select(table.c.id).where(table.c.letter.in(letters)).orderBy(table.c.id);
    const one = engine.compile(named(['a']));
    const many = engine.compile(named(Array.from({ length: 100_000 }, (_, i) => `${i}`)));
    expect(one.sql).toBe(many.sql);
    expect(one.sql).toContain('letters.letter = ANY ($1)');
    expect(many.parameters.length).toBe(1);
    expect(await connection.scalars(named(['a', 'b,"', 'NULL']))).toEqual([1, 2]);
    expect(await connection.scalars(named([]))).toEqual([]);
    expect(await connection.scalars(select(table.c.id).where(table.c.letter.notIn(['a'])))).toEqual([2]);
    expect(await connection.scalars(select(table.c.id).where(table.c.letter.notIn([])).orderBy(table.c.id))).toEqual([1, 2, 3]);
  });

  test('a value of the wrong kind in SQL by hand is a DataError', async () => {
    const engine = await open();
    await using connection = await engine.connect({ autocommit: true });
    await expect(connection.all(sql`SELECT CAST(${'x'} AS integer) AS n`)).rejects.toThrow(DataError);
    expect(await connection.all(text('SELECT 1 AS one, true AS yes, NULL AS nothing, 2.50 AS price, 9007199254740993 AS long'))).toEqual([
      { one: 1, yes: true, nothing: null, price: '2.50', long: 9007199254740993n },
    ]);
  });
});
