import { Decimal } from 'decimal.js';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../src/dialects/base/errors.ts';
import type { Connection } from '../../src/engine/connection.ts';
import type { Column } from '../../src/sql/column.ts';
import { t } from '../../src/sql/column-types.ts';
import { ArgumentError } from '../../src/sql/errors.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { sql } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { DRIVERS, memoryEngine } from '../engine/sqlite-databases.ts';

async function tableOf(driver: string, type: Column) {
  const engine = await memoryEngine(driver);
  const connection = await engine.connect();
  const table = new Table(new MetaData(), 'things', { id: t.integer().primaryKey(), value: type.nullable() }) as Table;
  for (const statement of engine.dialect.ddl.createTable(table)) await connection.script(statement);
  return { connection, table };
}

async function write(connection: Connection, table: Table, value: unknown): Promise<number> {
  const result = await connection.execute(insertInto(table).values({ value } as never));
  return Number(result.lastInsertId);
}

async function read(connection: Connection, table: Table, id: number): Promise<unknown> {
  return connection.scalar(select(table.c.value).where(table.c.id.eq(id)));
}

const file = new Uint8Array([0, 1, 2, 254, 255]);
const nested = { a: [1, null, { b: 'é\u2028' }], c: true };

/** What is written and what is read back; where it differs, both. */
const ROUND_TRIPS: readonly (readonly [
  name: string,
  type: Column,
  values: readonly (readonly [unknown, unknown] | readonly [unknown])[],
])[] = [
  ['integer', t.integer(), [[0], [-1], [2 ** 31], [Number.MAX_SAFE_INTEGER], [Number.MIN_SAFE_INTEGER]]],
  ['smallInteger', t.smallInteger(), [[32_767], [-32_768]]],
  ['bigInteger', t.bigInteger(), [[0n], [5, 5n], [2n ** 53n + 1n], [2n ** 63n - 1n], [-(2n ** 63n)], [-(2n ** 53n) - 1n]]],
  ['string', t.string(10), [[''], ['é 漢字 👍'], ["it's"], ['123']]],
  ['text', t.text(), [['x'.repeat(100_000)], ['1e3'], ['line\nline\r\n\t']]],
  ['boolean', t.boolean(), [[true], [false]]],
  ['float', t.float(), [[1.5], [-0.1], [1e300], [5e-324], [Number.POSITIVE_INFINITY], [Number.NEGATIVE_INFINITY], [3]]],
  ['double', t.double(), [[0.1 + 0.2], [2 ** 60], [2 ** 63], [-1e21]]],
  ['date', t.date(), [['2024-02-29'], ['0000-01-01'], ['9999-12-31']]],
  ['time', t.time(), [['23:59:59'], ['00:00', '00:00:00'], ['12:30:15.123456']]],
  [
    'dateTime',
    t.dateTime(),
    [
      [new Date('2024-05-01T12:30:15.123Z')],
      [new Date('0000-01-01T00:00:00.000Z')],
      [new Date('0099-06-15T00:00:00.001Z')],
      [new Date('9999-12-31T23:59:59.999Z')],
      [new Date(0)],
    ],
  ],
  ['json', t.json(), [[nested], [[]], ['text'], [5], [-0.5], [true], [false], ['null'], [''], ['12'], [1e300], [9007199254740991]]],
  ['uuid', t.uuid(), [['123E4567-e89b-12D3-a456-426614174000', '123e4567-e89b-12d3-a456-426614174000']]],
  ['binary', t.binary(), [[file], [new Uint8Array(0)], [Buffer.from('abc'), new Uint8Array([97, 98, 99])]]],
  ['enum', t.enum(['new', 'used', "it's"]), [['new'], ["it's"]]],
];

describe.each(DRIVERS)('values through %s', (driver) => {
  it.each(ROUND_TRIPS)('%s comes back as it went in', async (_name, type, values) => {
    const { connection, table } = await tableOf(driver, type);
    for (const [given, expected = given] of values) {
      const id = await write(connection, table, given);
      const value = await read(connection, table, id);
      expect(value).toStrictEqual(expected);
      // And it is found by what was given.
      if (_name !== 'json') expect(await connection.scalars(select(table.c.id).where(table.c.value.eq(given as never)))).toContain(id);
    }
    const nothing = await write(connection, table, null);
    expect(await read(connection, table, nothing)).toBeNull();
  });

  it('gives binary values memory of their own', async () => {
    const { connection, table } = await tableOf(driver, t.binary());
    const value = (await read(connection, table, await write(connection, table, Buffer.from('abc')))) as Uint8Array;
    expect(Buffer.isBuffer(value)).toBe(false);
    expect(value.buffer.byteLength).toBe(3);
  });

  describe('numeric', () => {
    it.each([
      ['12.34', '12.34'],
      [12.34, '12.34'],
      [new Decimal('0.1').plus('0.2'), '0.3'],
      ['-0.005', '-0.01'],
      ['0.005', '0.01'],
      ['0.00499', '0'],
      ['2.345', '2.35'],
      [1e-7, '0'],
      ['99999999.99', '99999999.99'],
      ['-99999999.994', '-99999999.99'],
      [5n, '5'],
      ['1E2', '100'],
    ])('stores %s as %s in numeric(10, 2)', async (given, expected) => {
      const { connection, table } = await tableOf(driver, t.numeric(10, 2));
      const value = await read(connection, table, await write(connection, table, given));
      expect(value).toBeInstanceOf(Decimal);
      expect(String(value)).toBe(expected);
    });

    it.each([
      ['100000000', /at most 8 digits before the point, but got a number of 9/],
      ['99999999.995', /at most 8 digits before the point/],
      [Number.NaN, /takes a Decimal, a number or digits, but got NaN/],
      [Number.POSITIVE_INFINITY, /but got Infinity/],
      [new Decimal(Number.NaN), /takes a finite decimal number, but got NaN/],
      ['12,5', /digits, but got another text/],
      ['', /another text/],
      ['0x10', /another text/],
      [true, /but got true/],
      [{}, /a plain object/],
    ])('refuses %s for numeric(10, 2)', async (given, message) => {
      const { connection, table } = await tableOf(driver, t.numeric(10, 2));
      await expect(write(connection, table, given)).rejects.toThrow(message);
      await expect(write(connection, table, given)).rejects.toThrow(/things\.value is of type numeric\(10, 2\)/);
    });

    it('is exact for whole numbers of 64 bits and fractions of 15 digits, and says where it would not be', async () => {
      const { connection, table } = await tableOf(driver, t.numeric());
      for (const digits of [
        '9223372036854775807',
        '-9223372036854775808',
        '9007199254740993',
        '0.123456789012345',
        '1234567890.12345',
        '-1e-20',
      ]) {
        const value = await read(connection, table, await write(connection, table, digits));
        expect(String(value)).toBe(String(new Decimal(digits)));
      }
      await expect(write(connection, table, '9223372036854775808')).rejects.toThrow(/64 bits/);
      await expect(write(connection, table, '0.1234567890123456')).rejects.toThrow(
        /at most 15 digits where there is a fraction.*a number of 16/,
      );
    });

    it('compares without rounding to the column', async () => {
      const { connection, table } = await tableOf(driver, t.numeric(10, 2));
      await write(connection, table, '10');
      expect(await connection.scalars(select(table.c.id).where(table.c.value.gt('9.999')))).toEqual([1]);
      expect(await connection.scalars(select(table.c.id).where(table.c.value.gt('9.9999'), table.c.value.lt(1e12)))).toEqual([1]);
    });

    it('leaves out the noise of sums', async () => {
      const { connection, table } = await tableOf(driver, t.numeric(10, 2));
      for (const price of ['0.1', '0.2', '0.7', '1.1']) await write(connection, table, price);
      const { func } = await import('../../src/sql/function.ts');
      const raw = (await connection.scalar(sql`SELECT 0.1 + 0.2`)) as number;
      expect(raw).not.toBe(0.3);
      expect(String(await connection.scalar(select(func.sum(table.c.value)).where(table.c.id.le(2))))).toBe('0.3');
    });

    it('gives numbers where it is asked to', async () => {
      const { connection, table } = await tableOf(driver, t.numeric(10, 2).asNumber());
      expect(await read(connection, table, await write(connection, table, 12.345))).toBe(12.35);
      expect(await read(connection, table, await write(connection, table, 3))).toBe(3);
    });
  });

  it('stores moments as text that sorts with CURRENT_TIMESTAMP', async () => {
    const { connection, table } = await tableOf(driver, t.dateTime());
    await write(connection, table, new Date('2024-05-01T12:30:15Z'));
    expect(await connection.scalar(sql`SELECT value FROM things`)).toBe('2024-05-01 12:30:15.000');
    expect(await connection.scalar(sql`SELECT count(*) FROM things WHERE value < CURRENT_TIMESTAMP`)).toBe(1);
  });

  it.each([
    ['2024-05-01 12:30:15', '2024-05-01T12:30:15.000Z'],
    ['2024-05-01 12:30', '2024-05-01T12:30:00.000Z'],
    ['2024-05-01', '2024-05-01T00:00:00.000Z'],
    ['2024-05-01T12:30:15Z', '2024-05-01T12:30:15.000Z'],
    ['2024-05-01T12:30:15.5+02:00', '2024-05-01T10:30:15.500Z'],
    ['2024-05-01 12:30:15.123456', '2024-05-01T12:30:15.123Z'],
    ['2024-05-01 12:30:15.123456789 -0530', '2024-05-01T18:00:15.123Z'],
    ['2024-05-01 23:30+14', '2024-05-01T09:30:00.000Z'],
    ['0001-01-01 00:00:00', '0001-01-01T00:00:00.000Z'],
    [1_714_566_615_123, '2024-05-01T12:30:15.123Z'],
  ])('reads the moment %s', async (stored, expected) => {
    const { connection, table } = await tableOf(driver, t.dateTime());
    await connection.execute(sql`INSERT INTO things (value) VALUES (${stored})`);
    expect(((await read(connection, table, 1)) as Date).toISOString()).toBe(expected);
  });

  it.each([
    [t.dateTime(), 'yesterday'],
    [t.dateTime(), '2024-02-30 00:00:00'],
    [t.dateTime(), '2024-13-01'],
    [t.dateTime(), '2024-05-01 24:00:00'],
    [t.dateTime(), '2024-05-01 12:30:15.'],
    [t.dateTime(), '2024-05-01 12:30:15+25'],
    [t.dateTime(), '2024-05-01 12:30:15 CET'],
    [t.dateTime(), 2.5],
    [t.json(), '{'],
    [t.enum(['a', 'b']), 'c'],
    [t.boolean(), 'yes'],
    [t.bigInteger(), 'many'],
    [t.bigInteger(), 1.5],
    [t.numeric(10, 2), 'a lot'],
    [t.binary(), 'text'],
  ])('says when a stored value cannot be of its type (%#)', async (type, stored) => {
    const { connection, table } = await tableOf(driver, type);
    await connection.script('PRAGMA ignore_check_constraints = ON');
    await connection.execute(sql`INSERT INTO things (value) VALUES (${stored})`);
    await expect(read(connection, table, 1)).rejects.toThrow(DecodeError);
  });

  it.each([
    ['integer', t.integer(), [1.5, 2 ** 53, Number.NaN, '1', true, new Date(), {}, 1n]],
    ['smallInteger', t.smallInteger(), [32_768, -32_769]],
    ['bigInteger', t.bigInteger(), [2n ** 63n, 1.5, '1', 2 ** 53]],
    ['string', t.string(), [1, true, Symbol('x'), new Date(), ['a'], 'a\0b', 'half \ud83d']],
    ['boolean', t.boolean(), [1, 0, 'true']],
    ['float', t.float(), [Number.NaN, '1', 1n]],
    ['date', t.date(), ['2024-02-30', '2023-02-29', '2024-5-1', '24-05-01', new Date(), '2024-05-01 ', '2024-05-01T00:00']],
    ['time', t.time(), ['24:00:00', '12:60', '1:00', '12:00:00.', 12]],
    [
      'dateTime',
      t.dateTime(),
      ['2024-05-01', 0, new Date(Number.NaN), new Date('+010000-01-01T00:00:00Z'), new Date('-000001-01-01T00:00:00Z')],
    ],
    ['json', t.json(), [() => 1, 1n, Symbol('x'), { big: 1n }]],
    ['uuid', t.uuid(), ['123', '123e4567e89b12d3a456426614174000', 5]],
    ['binary', t.binary(), ['text', [1, 2], new ArrayBuffer(2)]],
    ['enum', t.enum(['a', 'b']), ['c', 'A', 1]],
  ] as const)('refuses what is no %s before any SQL', async (name, type, values) => {
    const { connection, table } = await tableOf(driver, type);
    const seen: string[] = [];
    connection.engine.listeners.add(({ sql: text }) => seen.push(text));
    for (const value of values) {
      const failure = await write(connection, table, value).then(
        () => null,
        (error: unknown) => error as Error,
      );
      expect(failure, String(value)).toBeInstanceOf(ArgumentError);
      expect(failure?.message).toMatch(new RegExp(`^things\\.value is of type ${name} and takes .+, but got .+\\.$`));
    }
    expect(seen.filter((text) => text.startsWith('INSERT'))).toEqual([]);
    const where = expect(connection.all(select(table.c.id).where(table.c.value.eq(values[0]))));
    await where.rejects.toThrow(/^The value for things\.value is of type/);
  });

  it("turns values of a type of one's own", async () => {
    const money = t.custom<{ cents: number }, string>({
      type: t.numeric(10, 2) as unknown as Column<string, false, false>,
      toDatabase: ({ cents }) => new Decimal(cents).div(100).toString(),
      fromDatabase: (stored) => ({ cents: new Decimal(stored).times(100).toNumber() }),
    });
    const { connection, table } = await tableOf(driver, money);
    const id = await write(connection, table, { cents: 1999 });
    expect(await read(connection, table, id)).toEqual({ cents: 1999 });
    expect(await connection.scalar(sql`SELECT value FROM things`)).toBe(19.99);
    expect(await connection.scalar(select(table.c.id).where(table.c.value.eq({ cents: 1999 })))).toBe(id);
  });

  it('sends bare values as what they are', async () => {
    const connection = await (await memoryEngine(driver)).connect();
    const kinds = await connection.one(
      sql`SELECT typeof(${5}) a, typeof(${5.5}) b, typeof(${5n}) c, typeof(${'5'}) d, typeof(${true}) e, typeof(${null}) f, typeof(${file}) g, 'a' || ${5} h, ${7} / 2 i, ${new Date(0)} j, ${{ x: 1 }} k, ${2n ** 62n} l`,
    );
    expect(kinds).toEqual({
      a: 'integer',
      b: 'real',
      c: 'integer',
      d: 'text',
      e: expect.stringMatching(/integer|real/),
      f: 'null',
      g: 'blob',
      h: 'a5',
      i: 3,
      j: '1970-01-01 00:00:00.000',
      k: '{"x":1}',
      l: 2n ** 62n,
    });
  });
});
