// Operators beyond the plain comparisons: their rows in SQLite by both drivers, and the text that all dialects begin with.
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import { caseOf, caseWhen } from '../../src/sql/case.ts';
import { t } from '../../src/sql/column-types.ts';
import { falseValue, literalColumn, nullValue, trueValue } from '../../src/sql/constant.ts';
import { type DateField, extract, tryCast, typeCoerce } from '../../src/sql/conversion.ts';
import { type Expression, not } from '../../src/sql/expression.ts';
import { func } from '../../src/sql/function.ts';
import { distinct } from '../../src/sql/function-call.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { literal, param } from '../../src/sql/literal.ts';
import { match } from '../../src/sql/match.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import type { ExpressionLike } from '../../src/sql/operand.ts';
import { all, any, arrayOf } from '../../src/sql/quantified.ts';
import { sql, text } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { tuple } from '../../src/sql/tuple.ts';
import { INTEGER, makeType, type TypeName } from '../../src/sql/type.ts';
import { databases } from '../setup/databases.ts';
import { liveDatabases } from '../setup/live-databases.ts';
import { textOf } from './shop.ts';
import { standardText } from './standard.ts';

const metadata = new MetaData();
const rows = new Table(metadata, 'rows', {
  id: t.integer().primaryKey(),
  a: t.integer().nullable(),
  b: t.integer().nullable(),
  big: t.bigInteger().nullable(),
  price: t.numeric(10, 2).nullable(),
  ratio: t.double().nullable(),
  name: t.string(40).nullable(),
  ok: t.boolean().nullable(),
  at: t.dateTime().nullable(),
  day: t.date().nullable(),
  time: t.time().nullable(),
});
const c = rows.c;

async function open(engine: Engine): Promise<Connection> {
  const connection = await engine.connect({ autocommit: true });
  await metadata.createAll(connection);
  await connection.execute(
    insertInto(rows).values([
      {
        id: 1,
        a: 7,
        b: 2,
        big: 9007199254740993n,
        price: '10.00',
        ratio: 7.5,
        name: 'Alpha',
        ok: true,
        at: new Date('2024-02-29T23:59:58.125Z'),
        day: '2024-12-30',
        time: '01:02:03.5',
      },
      {
        id: 2,
        a: -7,
        b: 2,
        big: -9007199254740993n,
        price: '-2.50',
        ratio: -7.5,
        name: 'beta_50%',
        ok: false,
        at: new Date('1899-01-01T00:00:00Z'),
        day: '2023-01-01',
        time: '00:00:00',
      },
      { id: 3, a: 7, b: -2, big: null, price: null, ratio: null, name: null, ok: null, at: null, day: null, time: null },
      {
        id: 4,
        a: null,
        b: 5,
        big: 5n,
        price: '0.05',
        ratio: 0.5,
        name: 'AL/pha',
        ok: true,
        at: new Date('2026-01-01T12:30:00.000Z'),
        day: '2026-06-15',
        time: '23:59:59',
      },
    ]),
  );
  return connection;
}

describe.each([databases[0], databases[2], ...liveDatabases])('operators on $name', (database) => {
  // One database for all of them: they only read.
  let engine: Engine;
  let connected: Connection;
  beforeAll(async () => {
    engine = createEngine(database.fileUrl());
    await engine.ready();
    connected = await open(engine);
  });
  afterAll(async () => {
    await connected.close();
    await engine.dispose();
  });
  const column = async <V>(expression: Expression<V>): Promise<V[]> =>
    (await connected.all(select({ x: expression }).from(rows).orderBy(c.id))).map((row) => row.x as V);
  const where = async (condition: Expression<boolean>): Promise<number[]> => connected.scalars(select(c.id).where(condition).orderBy(c.id));
  const value = async <V>(expression: Expression<V>): Promise<V> => (await connected.one(select({ x: expression }))).x as V;

  it.each<[string, Expression<boolean>, number[]]>([
    ['is(null)', c.a.is(null), [4]],
    ['isNot(null)', c.a.isNot(null), [1, 2, 3]],
    ['is(true)', c.ok.is(true), [1, 4]],
    ['is(false)', c.ok.is(false), [2]],
    ['isNot(true)', c.ok.isNot(true), [2, 3]],
    ['isNot(false)', c.ok.isNot(false), [1, 3, 4]],
    ['is(trueValue())', c.ok.is(trueValue()), [1, 4]],
    ['is(nullValue())', c.ok.is(nullValue()), [3]],
    ['is(falseValue())', c.ok.is(falseValue()), [2]],
    ['is a condition', c.a.gt(0).isNot(true), [2, 4]],
    ['is a value', c.a.is(7), [1, 3]],
    ['isNot a value', c.a.isNot(7), [2, 4]],
    ['between symmetric', c.a.between(8, 1, { symmetric: true }), [1, 3]],
    ['notBetween symmetric', c.a.notBetween(8, 1, { symmetric: true }), [2]],
    ['between symmetric with a NULL that decides nothing', c.a.between(c.big as never, 7, { symmetric: true }).is(null), [3, 4]],
    ['in values and expressions', c.a.in([c.b.plus(5), -7]), [1, 2]],
    ['in values, expressions and a NULL', c.a.in([c.b.plus(5), null, -7]), [1, 2]],
    ['notIn values and expressions', c.a.notIn([c.b.plus(5), -7]), [3]],
    ['in a select among others', c.a.in([literal(1), select(func.max(rows.c.a)).scalar()]), [1, 3]],
    ['any of a select: =', c.b.eq(any(select(rows.c.a.plus(-5)).where(rows.c.id.eq(1)))), [1, 2]],
    ['all of a select: <>', c.b.ne(all(select(rows.c.b).where(rows.c.id.eq(1)))), [3, 4]],
    ['any of a select: >', c.b.gt(any(select(rows.c.b).where(rows.c.id.ge(3)))), [1, 2, 4]],
    ['all of a select: >=', c.b.ge(all(select(rows.c.b))), [4]],
    ['all of none', c.a.gt(all(select(rows.c.a).where(rows.c.id.eq(99)))), [1, 2, 3, 4]],
    ['any of none', c.a.gt(any(select(rows.c.a).where(rows.c.id.eq(99)))), []],
    ['any with a NULL among the rows', not(c.b.gt(any(select(rows.c.a)))), []],
    [
      'all with a NULL among the rows',
      c.b
        .plus(3)
        .gt(all(select(rows.c.a)))
        .is(null),
      [4],
    ],
    ['any of a list', c.b.gt(any([1, 4])), [1, 2, 4]],
    ['all of a list', c.b.gt(all([1, 4])), [4]],
    ['any of an empty list', c.b.eq(any([])), []],
    ['all of an empty list', c.b.eq(all([])), [1, 2, 3, 4]],
    ['startsWith without autoescape', c.name.startsWith('beta_5', { autoescape: false }), [2]],
    ['a wildcard without autoescape', c.name.startsWith('%50', { autoescape: false }), [2]],
    ['a wildcard with autoescape', c.name.startsWith('%50'), []],
    ["an escape of one's own", c.name.contains('!_50', { autoescape: false, escape: '!' }), [2]],
    ['an escape for what is escaped', c.name.contains('a_5', { escape: '!' }), [2]],
    ['an escape that the text holds', c.name.endsWith('L/pha', { escape: 'p' }), [4]],
    ['a column for a text with an escape', literal('beta_50%!').startsWith(c.name, { escape: '!' }), [2]],
    ['regexpMatch', c.name.regexpMatch('^A.*a$'), [1, 4]],
    ['regexpMatch minds case', c.name.regexpMatch('^al'), []],
    ['regexpMatch with a flag', c.name.regexpMatch('^AL', { flags: 'i' }), [1, 4]],
    ['notRegexpMatch', c.name.notRegexpMatch('^A'), [2]],
    ['notRegexpMatch with a flag', c.name.notRegexpMatch('^al', { flags: 'i' }), [2]],
    ['not(regexpMatch)', not(c.name.regexpMatch('\\d{2}')), [1, 4]],
    ['regexpMatch of a column', literal('Alpha beta').regexpMatch(c.name), [1]],
    ['op as a comparison', c.name.op('NOT LIKE', { comparison: true })('%pha'), [2]],
    ['boolOp', c.a.boolOp('>=')(7), [1, 3]],
    ['caseOf', caseOf(c.b).when(2, true).else(false).is(true), [1, 2]],
    ['a row of values: gt', tuple(c.b, c.id).gt([2, 1]), [2, 4]],
    ['a row of values: le', tuple(c.b, c.id).le([2, 1]), [1, 3]],
    ['a row of values: ne', tuple(c.b, c.id).ne([2, 1]), [2, 3, 4]],
    [
      'a row of values: lt, ge',
      tuple(c.b, c.id)
        .lt([2, 2])
        .and(tuple(c.b, c.id).ge([2, 1])),
      [1],
    ],
  ])('%s', async (_name, condition, ids) => {
    expect(await where(condition)).toEqual(ids);
  });

  /** What a database answers in place of values: it has no such thing, or it is an error there. */
  const ELSEWHERE: Record<string, Record<string, string>> = {
    sqlite: {},
    postgresql: { 'dividedBy zero': 'division by zero' },
    mysql: {
      'trim of characters': 'has no characters in trim()',
      ...(database.mariadb && { 'frame of a range': 'has no expressions in a window frame' }),
      'frame of groups': 'has no GROUPS and EXCLUDE in a window frame',
      'frame with an exclusion': 'has no GROUPS and EXCLUDE in a window frame',
    },
  };
  it.each<[string, Expression<unknown>, unknown[]]>([
    ['dividedBy of integers', c.a.dividedBy(c.b), [3.5, -3.5, -3.5, null]],
    ['dividedBy of a bigint', c.big.dividedBy(2), [4503599627370496, -4503599627370496, null, 2.5]],
    ['dividedBy of doubles', c.ratio.dividedBy(2), [3.75, -3.75, null, 0.25]],
    ['dividedBy zero', c.a.dividedBy(0), [null, null, null, null]],
    ['floorDiv of integers', c.a.floorDiv(c.b), [3, -4, -4, null]],
    ['floorDiv by a value', c.a.floorDiv(-7), [-1, 1, -1, null]],
    ['floorDiv of bigints', c.big.floorDiv(2), [4503599627370496n, -4503599627370497n, null, 2n]],
    ['floorDiv of doubles', c.ratio.floorDiv(2), [3, -4, null, 0]],
    ['mod of integers', c.a.mod(c.b), [1, -1, 1, null]],
    ['mod of doubles', c.ratio.mod(2), [1.5, -1.5, null, 0.5]],
    ['plus of an integer and a fraction', c.a.plus(0.5), [7.5, -6.5, 7.5, null]],
    ['bitwiseAnd', c.a.bitwiseAnd(3), [3, 1, 3, null]],
    ['bitwiseOr', c.a.bitwiseOr(8), [15, -7, 15, null]],
    ['bitwiseXor', c.a.bitwiseXor(c.b), [5, -5, -7, null]],
    ['bitwiseNot', c.a.bitwiseNot(), [-8, 6, -8, null]],
    ['bitwiseLeftShift', c.a.bitwiseLeftShift(2), [28, -28, 28, null]],
    ['bitwiseRightShift', c.a.bitwiseRightShift(1), [3, -4, 3, null]],
    ['bitwise operators in arithmetic', c.a.bitwiseAnd(3).plus(1).times(2), [8, 4, 8, null]],
    ['op with a precedence', c.a.plus(1).op('-', { precedence: 'sum' })(1).times(2), [14, -14, 14, null]],
    ['op with a type', c.a.op('>', { returns: t.boolean() })(c.b), [true, false, true, null]],
    ['regexpReplace', c.name.regexpReplace('a', 'o'), ['Alpho', 'beto_50%', null, 'AL/pho']],
    [
      'regexpReplace of every match',
      c.name.regexpReplace('[aA]', '<\\&>', { flags: 'g' }),
      ['<A>lph<a>', 'bet<a>_50%', null, '<A>L/ph<a>'],
    ],
    ['regexpReplace with groups', c.name.regexpReplace('(.)(.)', '\\2\\1\\3\\\\'), ['lA\\pha', 'eb\\ta_50%', null, 'LA\\/pha']],
    ['caseOf without else', caseOf(c.b).when(2, 'two').when(5, 'five'), ['two', 'two', null, 'five']],
    ['caseOf of NULL', caseOf(c.name).when('Alpha', 1).else(0), [1, 0, 0, 0]],
    ['literalColumn', literalColumn('a + 1', t.integer()).times(2), [16, -12, 16, null]],
    ['typeCoerce', typeCoerce(sql`${c.ok}`, t.boolean()), [true, false, null, true]],
    ['a typed parameter', typeCoerce(5, t.bigInteger()), [5n, 5n, 5n, 5n]],
    ['greatest', func.greatest(c.a, c.b), [7, 2, 7, 5]],
    ['least', func.least(c.a, c.b, -3), [-3, -7, -3, -3]],
    ['greatest of one', func.greatest(c.a), [7, -7, 7, null]],
    ['coalesce of one', func.coalesce(c.a), [7, -7, 7, null]],
    ['ifNull', func.ifNull(c.a, 0), [7, -7, 7, 0]],
    ['nullif', func.nullif(c.a, 7), [null, -7, null, null]],
    ['func.concat', func.concat(c.name, '-', c.a), ['Alpha-7', 'beta_50%--7', '-7', 'AL/pha-']],
    ['charLength', func.charLength(c.name), [5, 8, null, 6]],
    ['position', func.position('a', c.name), [5, 4, null, 6]],
    ['substring', func.substring(c.name, 2, 3), ['lph', 'eta', null, 'L/p']],
    ['substring from before the text', func.substring(c.name, -1, 4), ['Al', 'be', null, 'AL']],
    ['substring to the end', func.substring(c.name, 3), ['pha', 'ta_50%', null, '/pha']],
    ['left and right', func.left(c.name, 2).concat(func.right(c.name, 1)), ['Ala', 'be%', null, 'ALa']],
    ['left and right below zero', func.left(c.name, -3).concat(func.right(c.name, -3)), ['Alha', 'beta_a_50%', null, 'AL/pha']],
    ['lpad', func.lpad(c.name, 7, 'xy'), ['xyAlpha', 'beta_50', null, 'xAL/pha']],
    ['rpad', func.rpad(c.name, 7), ['Alpha  ', 'beta_50', null, 'AL/pha ']],
    ['reverse', func.reverse(c.name.concat('\u{1F600}')), ['\u{1F600}ahplA', '\u{1F600}%05_ateb', null, '\u{1F600}ahp/LA']],
    ['repeat', func.repeat(c.name, 2), ['AlphaAlpha', 'beta_50%beta_50%', null, 'AL/phaAL/pha']],
    ['trim of characters', func.trim(c.name, 'Aa'), ['lph', 'beta_50%', null, 'L/ph']],
    ['running sum', func.sum(c.b).over({ orderBy: c.id, rows: ['unbounded', 'current row'] }), [2, 4, 2, 7]],
    ['frame in numbers', func.sum(c.b).over({ orderBy: c.id, rows: [-1, 1] }), [4, 2, 5, 3]],
    ['frame in words', func.sum(c.b).over({ orderBy: c.id, rows: [{ following: 1 }, { following: 'unbounded' }] }), [5, 3, 5, null]],
    ['frame of a range', func.count().over({ orderBy: c.id, range: [{ preceding: literal(1) }, 0] }), [1, 2, 2, 2]],
    ['frame of groups', func.count().over({ orderBy: c.b, groups: [null, 0] }), [3, 3, 1, 4]],
    ['frame with an exclusion', func.sum(c.b).over({ orderBy: c.id, rows: [null, null], exclude: 'current row' }), [5, 5, 9, 2]],
    ['frame as text', func.sum(c.b).over({ orderBy: c.id, frame: 'ROWS 1 PRECEDING' }), [2, 4, 0, 3]],
    ['nthValue', func.nthValue(c.a, 2).over({ orderBy: c.id, rows: [null, null] }), [-7, -7, -7, -7]],
  ])('%s', async (name, expression, values) => {
    const answer = ELSEWHERE[database.family][name];
    if (answer === undefined) expect(await column(expression)).toEqual(values);
    else await expect(column(expression)).rejects.toThrow(answer);
  });

  it('keeps decimals decimals', async () => {
    const found = await column(c.price.dividedBy(4));
    expect(found.map((price) => (price === null ? null : String(price)))).toEqual(['2.5', '-0.625', null, '0.0125']);
    expect((await column(c.a.times(typeCoerce('0.5', t.numeric(5, 2)) as never))).map(String)).toEqual(['3.5', '-3.5', '3.5', 'null']);
    expect((await column(c.price.mod('3'))).map(String)).toEqual(['1', '-2.5', 'null', '0.05']);
  });

  it.each<[DateField, (number | null)[]]>([
    ['year', [2024, 1899, null, 2026]],
    ['month', [2, 1, null, 1]],
    ['day', [29, 1, null, 1]],
    ['hour', [23, 0, null, 12]],
    ['minute', [59, 0, null, 30]],
    ['second', [58.125, 0, null, 0]],
    ['milliseconds', [58125, 0, null, 0]],
    ['microseconds', [58125000, 0, null, 0]],
    ['quarter', [1, 1, null, 1]],
    ['week', [9, 52, null, 1]],
    ['isoyear', [2024, 1898, null, 2026]],
    ['dow', [4, 0, null, 4]],
    ['isodow', [4, 7, null, 4]],
    ['doy', [60, 1, null, 1]],
    ['decade', [202, 189, null, 202]],
    ['century', [21, 19, null, 21]],
    ['millennium', [3, 2, null, 3]],
    ['epoch', [1709251198.125, -2240524800, null, 1767270600]],
  ])('extracts the %s of a moment', async (field, values) => {
    expect(await column(extract(field, c.at))).toEqual(values);
  });

  it('extracts from dates and times of day', async () => {
    expect(await column(extract('isoyear', c.day))).toEqual([2025, 2022, null, 2026]);
    expect(await column(extract('week', c.day))).toEqual([1, 52, null, 25]);
    expect(await column(extract('second', c.time))).toEqual([3.5, 0, null, 59]);
    expect(await column(extract('hour', c.time))).toEqual([1, 0, null, 23]);
  });

  it('converts what it can', async () => {
    const texts = [
      '12',
      ' -7 ',
      '+0012',
      '1.5',
      '.5',
      '5.',
      '1e3',
      'x',
      '',
      '2147483648',
      '-2147483648',
      '9223372036854775808',
      '-9223372036854775808',
    ];
    const tried = async <V>(type: Parameters<typeof tryCast<V>>[1]) => {
      const found: unknown[] = [];
      for (const text of texts) found.push(await value(tryCast(literal(text), type)));
      return found;
    };
    const N = null;
    expect(await tried(t.integer())).toEqual([12, -7, 12, N, N, N, N, N, N, N, -2147483648, N, N]);
    expect(await tried(t.smallInteger())).toEqual([12, -7, 12, N, N, N, N, N, N, N, N, N, N]);
    expect(await tried(t.bigInteger())).toEqual([12n, -7n, 12n, N, N, N, N, N, N, 2147483648n, -2147483648n, N, -9223372036854775808n]);
    expect(await tried(t.double())).toEqual([12, -7, 12, 1.5, 0.5, 5, 1000, N, N, 2147483648, -2147483648, 2 ** 63, -(2 ** 63)]);
    expect((await tried(t.numeric(5, 2))).map((price) => (price === null ? null : String(price)))).toEqual([
      ...['12', '-7', '12', '1.5', '0.5', '5', N, N, N, N, N, N, N],
    ]);
    const price = (text: string) => value(tryCast(literal(text), t.numeric(5, 2)));
    expect([await price('999.99'), await price('-999.99'), await price('999.996')].map(String)).toEqual(['999.99', '-999.99', 'null']);
    expect(await tried(t.text())).toEqual(texts);
    expect(await column(tryCast(c.a, t.text()))).toEqual(['7', '-7', '7', null]);
  });

  it('adds durations to dates and moments', async () => {
    const iso = async (expression: Expression<Date | null>) => (await column(expression)).map((at) => at?.toISOString() ?? null);
    expect(await iso(c.at.plus('P1Y'))).toEqual(['2025-02-28T23:59:58.125Z', '1900-01-01T00:00:00.000Z', null, '2027-01-01T12:30:00.000Z']);
    expect(await iso(c.at.plus('P1M1DT12H0.5S'))).toEqual([
      '2024-03-31T11:59:58.625Z',
      '1899-02-02T12:00:00.500Z',
      null,
      '2026-02-03T00:30:00.500Z',
    ]);
    expect(await iso(c.at.minus('P1DT23H'))).toEqual([
      '2024-02-28T00:59:58.125Z',
      '1898-12-30T01:00:00.000Z',
      null,
      '2025-12-30T13:30:00.000Z',
    ]);
    expect(await iso(c.at.plus('-PT1S'))).toEqual([
      '2024-02-29T23:59:57.125Z',
      '1898-12-31T23:59:59.000Z',
      null,
      '2026-01-01T12:29:59.000Z',
    ]);
    expectTypeOf(c.at.plus('P1D')['~value']).toEqualTypeOf<Date | null>();
    expectTypeOf(c.at.minus(c.at)['~value']).toEqualTypeOf<string | null>();
    // @ts-expect-error a number is no duration
    expect(() => c.at.plus(5)).not.toThrow();
    expect(await column(c.day.plus('P2M'))).toEqual(['2025-02-28', '2023-03-01', null, '2026-08-15']);
    expect(await column(c.day.minus('P30D'))).toEqual(['2024-11-30', '2022-12-02', null, '2026-05-16']);
    expect(await where(c.at.plus('P1D').gt(new Date('2026-01-01T00:00:00Z')).and(c.day.plus('P1D').lt('2026-07-01')))).toEqual([4]);
    const later = select({ x: c.at.plus(param('span', t.interval())) }).where(c.id.eq(4));
    expect(await connected.one(later, { span: 'P1W' })).toEqual({ x: new Date('2026-01-08T12:30:00Z') });
    await expect(connected.all(later, { span: 'soon' })).rejects.toMatchObject({ code: 'sql.bad-value' });
    expect(await column(c.day.minus('2024-12-01'))).toEqual([29, -700, null, 561]);
    const between = column(c.at.minus(new Date('2025-12-31T12:30:00Z')));
    const sum = column(c.at.plus(typeCoerce(sql`${c.name}`, t.interval())));
    if (database.family === 'postgresql') expect((await between)[3]).toBe('P1D');
    else {
      await expect(between).rejects.toThrow("has no intervals between moments. Subtract extract('epoch', …) of both.");
      await expect(sum).rejects.toThrow('has no intervals that are no values');
      return await expect(column(c.time.plus('PT1H'))).rejects.toThrow('has no durations added to times of day');
    }
    await sum.catch(() => null);
    expect(await column(c.time.plus('PT1H'))).toEqual(['02:02:03.5', '01:00:00', null, '00:59:59']);
  });

  it('aggregates', async () => {
    const connection = connected;
    const row = await connection.one(
      select({
        names: func.stringAgg(c.name, ' | ').orderBy(c.id.desc()),
        numbers: func.stringAgg(c.b).orderBy(c.id),
        different: func.stringAgg(c.name).distinct().orderBy(c.name.desc()).filter(c.id.ne(4)),
        every: func.boolAnd(c.ok),
        some: func.boolOr(c.ok),
        none: func.every(c.ok).filter(c.id.eq(3)),
        kinds: func.count(c.b.distinct()),
        kinds2: func.count(distinct(c.b)),
        random: func.random().between(0, 1),
      }).from(rows),
    );
    expect(row).toEqual({
      names: 'AL/pha | beta_50% | Alpha',
      numbers: '2,2,-2,5',
      different: 'beta_50%,Alpha',
      every: false,
      some: true,
      none: null,
      kinds: 3,
      kinds2: 3,
      random: true,
    });
    expect(new Set(await column(func.random())).size).toBe(4);
  });

  it('aggregates in an order, where the database does', async () => {
    const answer = connected.one(
      select({
        median: func.percentileCont(0.5).withinGroup(c.b),
        disc: func.percentileDisc(0.5).withinGroup(c.b.asc()).filter(c.id.gt(1)),
      }).from(rows),
    );
    if (database.family === 'mysql') return await expect(answer).rejects.toThrow('WITHIN GROUP');
    if (database.family === 'postgresql') return expect(await answer).toEqual({ median: 2, disc: 2 });
    // Some are built with it.
    const built = await connected.first(text("SELECT 1 FROM pragma_function_list WHERE name = 'percentile_cont'"));
    if (built === null) await expect(answer).rejects.toThrow('no such function: percentile_cont');
    else expect(await answer).toEqual({ median: 2, disc: 2 });
  });

  it('knows what time it is', async () => {
    const row = await connected.one(
      select({
        now: func.now(),
        stamp: func.currentTimestamp(),
        local: func.localTimestamp(),
        date: func.currentDate(),
        time: func.currentTime(),
        clock: func.localTime(),
      }),
    );
    for (const moment of [row.now, row.stamp, row.local]) expect(Math.abs(moment.getTime() - Date.now())).toBeLessThan(60_000);
    expect(row.date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(row.time).toMatch(/^\d\d:\d\d:\d\d/);
    expect(row.clock).toMatch(/^\d\d:\d\d:\d\d/);
  });

  it('searches full text', async () => {
    const connection = connected;
    await connection.script(
      {
        sqlite: 'CREATE VIRTUAL TABLE pages USING fts5(title, body)',
        postgresql: 'CREATE TABLE pages (title TEXT, body TEXT)',
        mysql: 'CREATE TABLE pages (title TEXT, body TEXT, FULLTEXT (body), FULLTEXT (title, body))',
      }[database.family],
    );
    await connection.execute(sql`INSERT INTO pages VALUES ('one', 'a pool of connections'), ('two', 'a unit of work')`);
    const pages = new Table(new MetaData(), 'pages', { title: t.text().primaryKey(), body: t.text() });
    expect(await connection.scalars(select(pages.c.title).where(pages.c.body.match('pool')))).toEqual(['one']);
    const either = { sqlite: 'unit OR pool', postgresql: 'unit | pool', mysql: 'unit pool' }[database.family];
    const found = select(pages.c.title)
      .where(pages.c.body.match(either, { mode: 'boolean' }))
      .orderBy(pages.c.title);
    expect(await connection.scalars(found)).toEqual(['one', 'two']);
    const both = select(pages.c.title).where(match([pages.c.title, pages.c.body], 'two'));
    if (database.family === 'sqlite') await expect(connection.scalars(both)).rejects.toThrow('has no match() over several columns');
    else expect(await connection.scalars(both)).toEqual(['two']);
  });

  it('says what is wrong with a regular expression', async () => {
    await expect(where(c.name.regexpMatch('('))).rejects.toMatchObject({ name: 'DataError' });
    const extended = where(c.name.regexpMatch('b e t', { flags: 'x' }));
    if (database.family === 'sqlite') await expect(extended).rejects.toMatchObject({ code: 'sql.unsupported' });
    else expect(await extended).toEqual([2]);
    expect(() => c.name.regexpMatch('x', { flags: "i')" })).toThrow('small letters');
    expect(() => c.name.regexpReplace('x', 'y', { flags: '1' })).toThrow('small letters');
  });

  it('reads a value of a parameter by its type', async () => {
    const connection = connected;
    const statement = select({ x: param('at', t.dateTime()), y: param('n', t.bigInteger()) });
    const at = new Date('2024-01-02T03:04:05.006Z');
    expect(await connection.one(statement, { at, n: 5n })).toEqual({ x: at, y: 5n });
    expect(await value(literal('5', t.text()))).toBe('5');
    expect(await value(func('lower')('ABC'))).toBe('abc');
    expect(await value(sql.raw<number>('1 + 1').times(2))).toBe(4);
  });

  it.each<[string, ExpressionLike, readonly string[], unknown]>([
    ['arrays', arrayOf(1, 2), ['sqlite', 'mysql'], [1, 2]],
    [
      'arrays',
      typeCoerce(null, { '~value': [1], type: makeType<number[]>({ name: 'array' as TypeName, inner: INTEGER }) }).at(0),
      ['sqlite', 'mysql'],
      null,
    ],
    ['ANY of an array', literal(1).eq(any(arrayOf(1, 2)) as never), ['sqlite', 'mysql'], true],
    ['TRY_CAST to date', tryCast(c.name, t.date()), ['sqlite', 'postgresql', 'mysql'], null],
    ['mode(…) WITHIN GROUP', func.mode().withinGroup(c.a), ['sqlite', 'mysql'], 7],
    ['string_agg(DISTINCT …)', func.stringAgg(c.name, '; ').distinct(), ['sqlite'], 'AL/pha; Alpha; beta_50%'],
  ])('has %s, or says that it has none', async (feature, expression, lacking, found) => {
    const answer = connected.first(select({ x: expression }));
    if (!lacking.includes(database.family)) expect(await answer).toEqual({ x: found });
    else await expect(answer).rejects.toMatchObject({ code: 'sql.unsupported', message: expect.stringContaining(`has no ${feature}`) });
  });
});

const tags = typeCoerce(sql`tags`, {
  '~value': [''],
  type: makeType<string[]>({ name: 'array' as TypeName, inner: makeType({ name: 'text' }) }),
});

it.each<[Expression<unknown>, string]>([
  [c.ok.is(true), 'rows.ok IS TRUE'],
  [c.ok.isNot(false), 'rows.ok IS NOT FALSE'],
  [c.a.between(1, 2, { symmetric: true }), 'rows.a BETWEEN SYMMETRIC ? AND ?'],
  [c.a.dividedBy(c.b), 'CAST(rows.a AS DOUBLE PRECISION) / rows.b'],
  [c.a.floorDiv(c.b), 'CAST(FLOOR(CAST(rows.a AS NUMERIC(40, 20)) / rows.b) AS INTEGER)'],
  [c.ratio.dividedBy(c.ratio.times(2)), 'rows.ratio / (rows.ratio * ?)'],
  [c.price.dividedBy('3'), 'rows.price / ?'],
  [c.ratio.floorDiv(2), 'FLOOR(rows.ratio / ?)'],
  [c.ratio.mod(2), 'CAST(CAST(rows.ratio AS NUMERIC) % CAST(? AS NUMERIC) AS DOUBLE PRECISION)'],
  [c.a.plus(1).mod(c.b.minus(1)), '(rows.a + ?) % (rows.b - ?)'],
  [c.a.bitwiseXor(c.b).plus(1), '(rows.a # rows.b) + ?'],
  [c.a.bitwiseAnd(c.b.plus(1)), 'rows.a & (rows.b + ?)'],
  [c.a.bitwiseNot(), '~rows.a'],
  [c.a.bitwiseNot().minus(1), '(~rows.a) - ?'],
  [c.a.bitwiseNot().negate(), '-(~rows.a)'],
  [c.name.regexpMatch('x'), 'rows.name ~ ?'],
  [c.name.regexpMatch('x', { flags: 'i' }), 'rows.name ~* ?'],
  [c.name.notRegexpMatch('x', { flags: 'ix' }), "rows.name !~ ('(?ix)' || ?)"],
  [c.name.regexpReplace('x', 'y', { flags: 'g' }), "regexp_replace(rows.name, ?, ?, 'g')"],
  [c.name.match('x'), 'rows.name @@ plainto_tsquery(?)'],
  [c.name.match('x', { language: 'english', mode: 'boolean' }), "to_tsvector('english', rows.name) @@ to_tsquery('english', ?)"],
  [match([c.name, c.day], 'x'), "to_tsvector(concat_ws(' ', rows.name, rows.day)) @@ plainto_tsquery(?)"],
  [c.a.eq(any(select(c.b).from(rows))), 'rows.a = ANY (SELECT rows.b FROM rows)'],
  [c.a.lt(all(select(c.b).from(rows))), 'rows.a < ALL (SELECT rows.b FROM rows)'],
  [c.name.eq(any(tags)), 'rows.name = ANY (tags)'],
  [c.a.gt(any([1, 2])), 'rows.a > ? OR rows.a > ?'],
  [c.a.op('&&', { comparison: true })(c.b.plus(1)).and(c.ok), 'rows.a && (rows.b + ?) AND rows.ok'],
  [c.a.op('<->')(c.b).plus(1), '(rows.a <-> rows.b) + ?'],
  [c.a.plus(1).op('+', { precedence: 'sum' })(c.b), 'rows.a + ? + rows.b'],
  [caseOf(c.a).when(1, 'one').else('other'), 'CASE rows.a WHEN ? THEN ? ELSE ? END'],
  [extract('epoch', c.at), 'CAST(EXTRACT(EPOCH FROM rows.at) AS DOUBLE PRECISION)'],
  [func.currentDate(), 'CURRENT_DATE'],
  [func.position('a', c.name.concat('b')), 'position(? IN (rows.name || ?))'],
  [func('pg_catalog.Now')(), 'pg_catalog."Now"()'],
  [
    func.percentileCont(0.5).withinGroup(c.a.desc()).filter(c.ok),
    'percentile_cont(?) WITHIN GROUP (ORDER BY rows.a DESC) FILTER (WHERE rows.ok)',
  ],
  [func.stringAgg(c.b, '-'), "string_agg(CAST(rows.b AS TEXT), '-')"],
  [func.groupConcat(c.name), "string_agg(rows.name, ',')"],
  [
    func.sum(c.a).over({ orderBy: c.a, range: [{ preceding: literal(1) }, 'unbounded'], exclude: 'ties' }),
    'sum(rows.a) OVER (ORDER BY rows.a RANGE BETWEEN ? PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES)',
  ],
  [tags.arrayContains(['a']), 'tags @> ?'],
  [tags.contains(['a']), 'tags @> ?'],
  [tags.arrayContainedBy(['a']), 'tags <@ ?'],
  [tags.overlaps(tags), 'tags && tags'],
  [tags.at(0), '(tags)[1]'],
  [tags.at(-2), '(tags)[array_upper(tags, 1) - 1]'],
  [tags.at(c.a), '(tags)[rows.a + 1]'],
  [tags.arrayLength(), 'cardinality(tags)'],
  [arrayOf(c.name, 'x'), 'CAST(ARRAY[rows.name, ?] AS TEXT[])'],
  [func.arrayAgg(c.name).orderBy(c.id), 'array_agg(rows.name ORDER BY rows.id)'],
  [func.unnest(tags), 'unnest(tags)'],
])('the base writes %#: %s', (expression, text) => {
  // Text that a column of raw SQL stands in has its brackets.
  expect(
    standardText(expression).replaceAll('(tags)', (found, at: number, whole: string) =>
      whole[at + found.length] === '[' || /ANY $|cardinality$|unnest$/.test(whole.slice(0, at)) ? found : 'tags',
    ),
  ).toBe(text);
});

it('takes no operator that ends the statement, and names what it cannot take', () => {
  for (const operator of ['', '--', '/*', '; DROP', 'a--', '=/*', "'", '=?x', 'IN (1)'])
    expect(() => c.a.op(operator), operator).toThrow('an operator such as');
  expect(() => c.a.at('x' as never)).toThrow('a whole number');
  expect(() => extract('years' as never, c.at)).toThrow('one of year, month');
  expect(() => extract('year', c.time)).toThrow('a field that a time of day has');
  expect(() => caseOf('x' as never)).toThrow('caseOf() takes SQL expressions');
  expect(() => any(5 as never)).toThrow('a select, an array or a list of values');
  expect(() => match([], 'x')).toThrow('one or more columns');
  expect(() => c.name.match('x', { language: "x', 'y" })).toThrow('text-search configuration');
  expect(() => func.sum(c.a).over({ rows: ['unbounded', 'unbounded'], range: [0, 0] })).toThrow('one of rows, range, groups and frame');
  expect(() => func.sum(c.a).over({ rows: [1, -1] })).toThrow('a start that is not after its end');
  expect(() => func.sum(c.a).over({ rows: [0.5, 1] })).toThrow('a whole number from 0');
  expect(() => func.sum(c.a).over({ rows: [0] as never })).toThrow('[start, end]');
  expect(() => func.sum(c.a).over({ rows: [undefined as never, 0] })).toThrow('undefined');
  expect(() => func.sum(c.a).over({ exclude: 'ties' })).toThrow('a frame beside it');
  expect(() => func('x; --')).toThrow('pg_catalog.now');
  expect(() => func('lower')(undefined)).toThrow('undefined');
  expect(() => func.count().withinGroup()).toThrow('one or more terms');
  for (const bad of [
    () => c.a.is(undefined as never),
    () => c.a.bitwiseAnd(undefined as never),
    () => c.a.floorDiv(undefined as never),
    () => c.name.regexpMatch(undefined as never),
    () => caseOf(c.a).when(undefined as never, 1),
    () => c.a.in([c.b, undefined as never]),
    () => any([undefined]),
    () => c.a.op('=')(undefined as never),
  ])
    expect(bad, String(bad)).toThrow(expect.objectContaining({ code: 'sql.undefined-value' }));
});

it('gives statements that differ in more than values different shapes', () => {
  const variants: Expression<unknown>[] = [
    c.a.bitwiseAnd(1),
    c.a.bitwiseOr(1),
    c.a.dividedBy(1),
    c.a.floorDiv(1),
    c.ratio.floorDiv(1),
    c.a.mod(1),
    c.a.op('+')(1),
    c.a.op('-')(1),
    c.a.op('+', { precedence: 'sum' })(1),
    c.name.regexpMatch('1'),
    c.name.regexpMatch('1', { flags: 'i' }),
    c.name.notRegexpMatch('1'),
    c.ok.is(true),
    c.ok.is(false),
    c.ok.isNot(true),
    c.a.between(1, 2),
    c.a.between(1, 2, { symmetric: true }),
    extract('year', c.at),
    extract('month', c.at),
    caseWhen(c.ok, 1),
    caseOf(c.ok).when(true, 1),
    c.a.eq(any(select(c.b))),
    c.a.eq(all(select(c.b))),
    func.sum(c.a).over({ rows: [0, 1] }),
    func.sum(c.a).over({ rows: [0, 2] }),
    func.sum(c.a).over({ range: [0, 1] }),
    tags.at(0),
    tags.at(1),
    func.stringAgg(c.name, ','),
    func.stringAgg(c.name, ';'),
    func.stringAgg(c.name, c.name),
  ];
  expect(new Set(variants.map((expression) => expression.node.key)).size).toBe(variants.length);
  expect(c.a.floorDiv(1).node.key).toBe(c.a.floorDiv(2).node.key);
  expect(textOf(select(c.a.bitwiseXor(1)))).toBe('SELECT (("rows".a | ?) - ("rows".a & ?)) FROM "rows"');
});
