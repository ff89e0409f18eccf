// Paths into JSON, and JSON compared as JSON.
import { Decimal } from 'decimal.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqlite } from '../../src/dialects/sqlite/dialect.ts';
import type { Connection } from '../../src/engine/connection.ts';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import { t } from '../../src/sql/column-types.ts';
import { type Expression, not } from '../../src/sql/expression.ts';
import { func } from '../../src/sql/function.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { literal } from '../../src/sql/literal.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import type { ExpressionLike } from '../../src/sql/operand.ts';
import { all, any } from '../../src/sql/quantified.ts';
import { Table } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { memoryEngine } from '../engine/sqlite-databases.ts';
import { databases } from '../setup/databases.ts';
import { liveDatabases } from '../setup/live-databases.ts';
import { standardText } from './standard.ts';

interface Data {
  name?: string | null;
  n?: number | string | boolean | null;
  tags?: string[];
  deep?: { list: { x: number }[]; 'odd "key" $.[0]'?: string };
  flag?: boolean;
}
const documents = new Table(new MetaData(), 'documents', {
  id: t.integer().primaryKey(),
  data: t.json<Data>().nullable(),
  label: t.string(20).nullable(),
});
const { data, label, id } = documents.c;

const ROWS: [Data | null, string | null][] = [
  [{ name: 'x', n: 5, tags: ['red', 'blue'], deep: { list: [{ x: 1 }, { x: 2 }], 'odd "key" $.[0]': 'odd' }, flag: true }, 'x'],
  [{ name: 'it\'s "5" é🎈\n', n: '5', tags: [], flag: false }, '5'],
  [{ name: null, n: true, tags: ['blue'] }, null],
  [null, 'x'],
  [{ n: 5.5, tags: ['green'], deep: { list: [{ x: 10 }] } }, '5.5'],
  [{ name: '10', n: 1, flag: true }, '10'],
];

async function open(engine: Engine): Promise<Connection> {
  const connection = await engine.connect({ autocommit: true });
  for (const statement of engine.dialect.ddl.createTable(documents)) await connection.script(statement);
  await connection.execute(insertInto(documents).values(ROWS.map(([data, label], i) => ({ id: i + 1, data, label }))));
  return connection;
}

describe.each([databases[0], databases[2], ...liveDatabases])('JSON on $name', (database) => {
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
  const where = async (condition: Expression<boolean>): Promise<number[]> => connected.scalars(select(id).where(condition).orderBy(id));
  const column = async (expression: ExpressionLike): Promise<unknown[]> =>
    (await connected.all(select({ x: expression }).from(documents).orderBy(id))).map((row) => row.x);

  it.each<[string, Expression<unknown>, unknown[]]>([
    ['a key', data.json('name'), ROWS.map(([row]) => row?.name ?? null)],
    ['values of all kinds', data.json('n'), [5, '5', true, null, 5.5, 1]],
    ['an array', data.json('tags'), [['red', 'blue'], [], ['blue'], null, ['green'], null]],
    ['a place', data.json('tags', 0), ['red', null, 'blue', null, 'green', null]],
    ['a place from the end', data.json('tags', -1), ['blue', null, 'blue', null, 'green', null]],
    ['deep', data.json('deep', 'list', 1, 'x'), [2, null, null, null, null, null]],
    ['in steps', data.json('deep').json('list', -1).json('x'), [2, null, null, null, 10, null]],
    ['an object', data.json('deep', 'list', 0), [{ x: 1 }, null, null, null, { x: 10 }, null]],
    ['an odd key', data.json('deep', 'odd "key" $.[0]'), ['odd', null, null, null, null, null]],
    ['asText', data.json('n').asText(), ['5', '5', 'true', null, '5.5', '1']],
    ['asText of text', data.json('name').asText(), ['x', 'it\'s "5" é🎈\n', null, null, null, '10']],
    ['asInteger', data.json('deep', 'list', 0, 'x').asInteger(), [1, null, null, null, 10, null]],
    ['asNumber', data.json('n').asNumber(), [5, null, null, null, 5.5, 1]],
    ['asBoolean', data.json('flag').asBoolean(), [true, false, null, null, null, true]],
    ['arrayLength', data.json('tags').arrayLength(), [2, 0, 1, null, 1, null]],
    ['arrayLength of no array', data.json('n').arrayLength(), [null, null, null, null, null, null]],
    ['arithmetic', data.json('deep', 'list', 0, 'x').plus(1), [2, null, null, null, 11, null]],
    ['division', data.json('deep', 'list', 0, 'x').dividedBy(4), [0.25, null, null, null, 2.5, null]],
    ['negate', data.json('deep', 'list', 0, 'x').negate(), [-1, null, null, null, -10, null]],
    ['concat', data.json('name').asText().concat('!'), ['x!', 'it\'s "5" é🎈\n!', null, null, null, '10!']],
    ['an aggregate', func.max(data.json('deep', 'list', 0, 'x').asInteger()).over(), [10, 10, 10, 10, 10, 10]],
  ])('reads %s', async (_name, expression, values) => {
    expect(await column(expression)).toEqual(values);
  });

  it('reads decimals', async () => {
    expect(await column(data.json('n').asDecimal())).toEqual([new Decimal(5), null, null, null, new Decimal('5.5'), new Decimal(1)]);
  });

  it.each<[string, Expression<boolean>, number[]]>([
    ['eq a text', data.json('name').eq('x'), [1]],
    ['eq an odd text', data.json('name').eq('it\'s "5" é🎈\n'), [2]],
    ['eq a text that looks like a number', data.json('n').eq('5'), [2]],
    ['eq a number', data.json('n').eq(5), [1]],
    ['eq a fraction', data.json('n').eq(5.5), [5]],
    ['eq a boolean, not the number 1', data.json('n').eq(true), [3]],
    ['eq the number 1, not true', data.json('n').eq(1), [6]],
    ['eq false', data.json('flag').eq(false), [2]],
    ['ne: other types are different, missing is NULL', data.json('n').ne(5), [2, 3, 5, 6]],
    ['not eq', not(data.json('name').eq('x')), [2, 3, 6]],
    ['eq null: JSON null, a missing key, and no document', data.json('name').eq(null), [3, 4, 5]],
    ['isNotNull', data.json('name').isNotNull(), [1, 2, 6]],
    ['isDistinctFrom', data.json('name').isDistinctFrom('x'), [2, 3, 4, 5, 6]],
    ['isNotDistinctFrom', data.json('name').isNotDistinctFrom('x'), [1]],
    ['isDistinctFrom null', data.json('name').isDistinctFrom(null), [1, 2, 6]],
    ['is(true)', data.json('flag').is(true), [1, 6]],
    ['isNot(true)', data.json('flag').isNot(true), [2, 3, 4, 5]],
    ['gt: numbers as numbers', data.json('deep', 'list', 0, 'x').gt(9), [5]],
    ['le', data.json('n').le(5), [1, 6]],
    ['lt: texts as texts', data.json('name').lt('5'), [6]],
    ['between', data.json('n').between(1, 5), [1, 6]],
    ['notBetween', data.json('deep', 'list', 0, 'x').notBetween(5, 20), [1]],
    ['between symmetric', data.json('n').between(5, 1, { symmetric: true }), [1, 6]],
    ['in', data.json('name').in(['x', '10']), [1, 6]],
    ['in values of several kinds', data.json('n').in(['5', true, 5.5]), [2, 3, 5]],
    ['in nothing', data.json('name').in([]), []],
    ['notIn', data.json('name').notIn(['x']), [2, 3, 6]],
    ['in a select', data.json('name').in(select(documents.c.label)), [1, 6]],
    ['eq any of a list', data.json('n').eq(any([1, '5'])), [2, 6]],
    ['gt all of a list', data.json('deep', 'list', 0, 'x').gt(all([2, 3])), [5]],
    ['eq any of columns', data.json('name').eq(any([label, 'none'])), [1, 6]],
    ['eq any of a select', data.json('name').eq(any(select(documents.c.label))), [1, 6]],
    ['eq an array', data.json('tags').eq(['red', 'blue']), [1]],
    ['eq an object in another order', data.json('deep').eq({ 'odd "key" $.[0]': 'odd', list: [{ x: 1 }, { x: 2 }] }), [1]],
    ['the whole document', data.eq({ flag: true, n: 1, name: '10' }), [6]],
    ['eq a column', data.json('name').eq(label), [1, 6]],
    ['a column eq', label.eq(data.json('name').asText()), [1, 6]],
    ['eq JSON', data.json('tags', 0).eq(data.json('tags', -1)), [3, 5]],
    ['like', data.json('name').like('1%'), [6]],
    ['startsWith', data.json('name').startsWith("it's"), [2]],
    ['contains a text', data.json('name').contains('"5"'), [2]],
    ['regexpMatch', data.json('name').regexpMatch('^\\d+$'), [6]],
    ['contains items', data.json('tags').contains(['blue']), [1, 3]],
    ['contains items in any order', data.json('tags').contains(['blue', 'red']), [1]],
    ['contains no items', data.json('tags').contains([]), [1, 2, 3, 5]],
    ['contains a part', data.contains({ flag: true }), [1, 6]],
    ['contains a deep part', data.contains({ deep: { list: [{ x: 2 }] } }), [1]],
    ['hasKey', data.hasKey('deep'), [1, 5]],
    ['hasKey of a key that has null', data.hasKey('name'), [1, 2, 3, 6]],
    ['hasKey of an odd key', data.json('deep').hasKey('odd "key" $.[0]'), [1]],
    ['hasKey of an array: one of its texts', data.json('tags').hasKey('blue'), [1, 3]],
    ['not hasKey', not(data.hasKey('deep')), [2, 3, 6]],
    ['hasAnyKey', data.hasAnyKey(['deep', 'flag']), [1, 2, 5, 6]],
    ['hasAllKeys', data.hasAllKeys(['deep', 'flag']), [1]],
    ['hasAnyKey of none', data.hasAnyKey([]), []],
    ['hasAllKeys of none', data.hasAllKeys([]), [1, 2, 3, 5, 6]],
    ['hasKey of an expression', data.hasKey(literal('de').concat('ep')), [1, 5]],
  ])('compares: %s', async (_name, condition, ids) => {
    expect(await where(condition)).toEqual(ids);
  });

  it('gives an array as text', async () => {
    const texts = (await column(data.json('tags').asText())).map((text) => (text as string | null)?.replaceAll(' ', '') ?? null);
    expect(texts).toEqual(['["red","blue"]', '[]', '["blue"]', null, '["green"]', null]);
  });

  it('orders and groups by what is in it', async () => {
    const connection = connected;
    const x = data.json('deep', 'list', 0, 'x').asInteger();
    expect(await connection.scalars(select(id).where(x.isNotNull()).orderBy(x.desc()))).toEqual([5, 1]);
    const kinds = select({ flag: data.json('flag').asBoolean(), n: func.count() })
      .groupBy(data.json('flag').asBoolean())
      .orderBy(func.count().desc());
    expect(await connection.all(kinds)).toEqual([
      { flag: null, n: 3 },
      { flag: true, n: 2 },
      { flag: false, n: 1 },
    ]);
  });

  it('refuses an order among objects, and shows nothing of a document that is not JSON', async () => {
    await expect(where(data.json('deep').lt({ list: [] }))).rejects.toMatchObject({ code: 'sql.unsupported' });
    // MariaDB takes it for NULL.
    if (database.family === 'mysql') return;
    const error = await where(literal('secret').op('||', { returns: t.json<string[]>() })('').contains(['x'])).catch((e: Error) => e);
    expect(error).toMatchObject({ name: 'DataError' });
    expect((error as Error).message).not.toContain('secret');
  });
});

it.each<[Expression<unknown>, string]>([
  [data.json('a' as 'n'), "documents.data -> 'a'"],
  [data.json('deep', 'list', -1, 'x'), "documents.data -> 'deep' -> 'list' -> -1 -> 'x'"],
  [data.json("it's" as 'n').asText(), "(documents.data ->> 'it''s')"],
  [data.json('tags', 0).asText(), "(documents.data -> 'tags' ->> 0)"],
  [data.asText(), "(documents.data #>> '{}')"],
  [data.json('n').asInteger().plus(1), "CAST((documents.data ->> 'n') AS INTEGER) + ?"],
  [data.json('name').eq('x'), "CAST(documents.data -> 'name' AS JSONB) = CAST(? AS JSONB)"],
  [data.json('name').isNull(), "(documents.data ->> 'name') IS NULL"],
  [data.json('name').eq(label), "(documents.data ->> 'name') = documents.label"],
  [data.json('name').startsWith('x'), "(documents.data ->> 'name') LIKE ? ESCAPE '/'"],
  [data.json('tags').contains(['x']), "CAST(documents.data -> 'tags' AS JSONB) @> CAST(? AS JSONB)"],
  [data.hasKey('x'), 'CAST(documents.data AS JSONB) ? ?'],
  [data.hasAnyKey(['x', 'y']), 'CAST(documents.data AS JSONB) ?| CAST(ARRAY[?, ?] AS TEXT[])'],
  [data.hasAllKeys(['x', 'y']), 'CAST(documents.data AS JSONB) ?& CAST(ARRAY[?, ?] AS TEXT[])'],
  [
    data.json('tags').arrayLength(),
    "CASE jsonb_typeof(CAST(documents.data -> 'tags' AS JSONB)) WHEN 'array' THEN jsonb_array_length(CAST(documents.data -> 'tags' AS JSONB)) END",
  ],
])('the base writes %#: %s', (expression, text) => {
  expect(standardText(expression)).toBe(text);
});

it('compares what a type of its own makes of a value', async () => {
  const boxed = t.custom({
    type: t.json<{ at: number[] }>(),
    toDatabase: (point: string) => ({ at: point.split(',').map(Number) }),
    fromDatabase: ({ at }) => at.join(),
  });
  const table = new Table(new MetaData(), 'points', { id: t.integer().primaryKey(), point: boxed });
  const connection = await (await memoryEngine('sqlite')).connect({ autocommit: true });
  for (const statement of sqlite.ddl.createTable(table)) await connection.script(statement);
  await connection.execute(insertInto(table).values([{ id: 1, point: '1,2' }]));
  expect(await connection.all(select(table.c.id, table.c.point).where(table.c.point.eq('1,2')))).toEqual([[1, '1,2']]);
  expect(await connection.all(select(table.c.id).where(table.c.point.eq('1,3')))).toEqual([]);
});

it('refuses what is no step, and values that are not JSON', () => {
  const json = (...steps: unknown[]) => (data as unknown as { json(...steps: unknown[]): unknown }).json(...steps);
  expect(() => json()).toThrow('one or more steps');
  expect(() => json(undefined)).toThrow(expect.objectContaining({ code: 'sql.undefined-value' }));
  for (const step of [null, 1.5, {}, true, 'a\0b']) expect(() => json(step)).toThrow('keys of objects as strings');
  expect(() => (label as unknown as typeof data).json('name')).toThrow('a value of type string');
  expect(() => label.asText()).toThrow('a value of type json');
  expect(() => data.hasAnyKey('x' as never)).toThrow('an array of keys');
});
