// Names that need quotes, and strings that try to be more than names.
import { beforeEach, describe, expect, it } from 'vitest';
import { sqlite } from '../../src/dialects/sqlite/dialect.ts';
import type { Connection } from '../../src/engine/connection.ts';
import { alias } from '../../src/sql/alias.ts';
import { caseOf } from '../../src/sql/case.ts';
import { t } from '../../src/sql/column-types.ts';
import { excluded } from '../../src/sql/conflict.ts';
import { extract, typeCoerce } from '../../src/sql/conversion.ts';
import { func } from '../../src/sql/function.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { literal } from '../../src/sql/literal.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { any } from '../../src/sql/quantified.ts';
import { sql } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { update } from '../../src/sql/update.ts';
import { memoryEngine } from '../engine/sqlite-databases.ts';
import { openShop, products as p, textOf } from './shop.ts';

const EVIL = [
  'a"b',
  "it's",
  '"; DROP TABLE products; --',
  "'); DELETE FROM products; --",
  'x`y',
  '[z]',
  'a.b',
  'ünïcödé 名前 🎈',
  'select',
  'Order',
  ' ',
  '?',
  ':x',
  '$1',
  '@v',
  '%s',
  '~1~',
  'a\nb',
  '--',
  '/* */',
  '\\',
];

describe('names', () => {
  it('quotes what needs it and nothing else', () => {
    const quoted = Object.fromEntries(
      ['users', 'created_at', '_x1', 'select', 'order', 'Users', '1st', 'a b', 'a"b', ''].map((name) => [name, sqlite.quote(name)]),
    );
    expect(quoted).toEqual({
      users: 'users',
      created_at: 'created_at',
      _x1: '_x1',
      select: '"select"',
      order: '"order"',
      Users: '"Users"',
      '1st': '"1st"',
      'a b': '"a b"',
      'a"b': '"a""b"',
      '': '""',
    });
  });

  it.each(EVIL)('may be %j', async (name) => {
    const engine = await memoryEngine('sqlite');
    const connection = await engine.connect({ autocommit: true });
    const table = new Table(new MetaData(), `t ${name}`, { id: t.integer().primaryKey(), value: t.string(20).named(name) });
    for (const statement of sqlite.ddl.createTable(table)) await connection.script(statement);
    await connection.execute(
      insertInto(table).values([
        { id: 1, value: 'one' },
        { id: 2, value: 'two' },
      ]),
    );
    await connection.execute(update(table).set({ value: 'zwei' }).where(table.c.value.eq('two')));
    await connection.execute(
      insertInto(table)
        .values({ id: 1, value: 'uno' })
        .onConflictDoUpdate({ target: [table.c.id], set: { value: excluded(table.c.value) } }),
    );
    const other = alias(table, `other ${name}`);
    const sub = select({ [name]: table.c.value, id: table.c.id }).subquery(name);
    expect(
      await connection.all(select({ [name]: table.c.value, n: other.c.value }).join(other, other.c.id.eq(table.c.id.plus(1)))),
    ).toEqual([{ [name]: 'uno', n: 'zwei' }]);
    expect(await connection.all(select(sub.c[name as 'id']).where(sub.c.id.eq(2)))).toEqual([['zwei']]);
    expect(
      await connection.all(sql`SELECT ${sql.identifier(name)} AS ${sql.identifier(`as ${name}`)} FROM ${table} WHERE id = ${1}`),
    ).toEqual([{ [`as ${name}`]: 'uno' }]);
  });
});

describe('strings that try to be SQL', () => {
  let shop: Connection;
  beforeEach(async () => {
    shop = await openShop();
  });
  it.each(EVIL)('stay values: %j', async (value) => {
    const row = await shop.one(
      select({
        eq: p.c.name.eq(value),
        like: p.c.name.contains(value),
        lower: func.coalesce(p.c.note, value),
        list: p.c.name.in([value, 'Vase']),
      }).where(p.c.id.eq(1)),
    );
    expect(row.list).toBe(true);
    expect(await shop.scalars(sql`SELECT ${value} AS v`)).toEqual([value]);
    await shop.execute(update(p).set({ note: value }).where(p.c.id.eq(1)));
    expect(await shop.scalars(select(p.c.note).where(p.c.note.eq(value), p.c.note.contains(value), p.c.note.startsWith(value)))).toEqual([
      value,
    ]);
    expect((await shop.all(select(p.c.id))).length).toBe(4);
  });
  it.each(EVIL)('stay values in every operator: %j', async (value) => {
    const quoted = value.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
    const document = typeCoerce({ [value]: value, list: [value] }, t.json<Record<string, unknown>>());
    const row = await shop.one(
      select({
        regexp: literal(value).regexpMatch(`^${quoted}$`),
        replaced: literal(`<${value}>`).regexpReplace(quoted, value.replaceAll('\\', '\\\\')),
        affix: literal(`<${value}>`).contains(value, { escape: '!' }),
        path: document.json(value),
        text: document.json(value).asText(),
        same: document.json(value).eq(value),
        other: document.json(value).eq(`${value}x`),
        key: document.hasKey(value),
        part: document.contains({ list: [value] }),
        among: literal(value).in([literal('x'), value]),
        any: literal(value).eq(any(['x', value])),
        cased: caseOf(literal(value)).when(value, value).else('x'),
        joined: func.concat(value, func.lpad(value, 40), func.substring(value, 1)),
        position: func.position(value, `x${value}`),
        all: func.stringAgg(literal(value), value),
      }).from(p),
    );
    const length = [...value].length;
    expect(row).toEqual({
      regexp: true,
      replaced: `<${value}>`,
      affix: true,
      path: value,
      text: value,
      same: true,
      other: false,
      key: true,
      part: true,
      among: true,
      any: true,
      cased: value,
      joined: `${value}${' '.repeat(40 - length)}${value}${value}`,
      position: 2,
      all: Array.from({ length: 4 }, () => value).join(value),
    });
    expect((await shop.all(select(p.c.id))).length).toBe(4);
  });
  it.each(EVIL)('are no operators, functions, fields or flags: %j', (value) => {
    const refused = [
      () => extract(value as never, p.c.changedAt),
      () => func.sum(p.c.stock).over({ frame: value }),
      () => func.sum(p.c.stock).over({ rows: [0, 0], exclude: value as never }),
    ];
    for (const attempt of refused) expect(attempt, String(attempt)).toThrow('takes');
    // Some are words that an operator, a function, a flag or a language could be.
    if (!/^[a-z.]+$/i.test(value)) {
      expect(() => func(value)).toThrow('takes');
      expect(() => p.c.name.regexpMatch('x', { flags: value })).toThrow('takes');
      expect(() => p.c.name.match('x', { language: value })).toThrow('takes');
      if (!/^[?@|:\\]+$/.test(value) || value === '\\') expect(() => p.c.name.op(value)).toThrow('takes');
    }
  });
  it.each(EVIL)('stay names as labels, aliases and collations: %j', async (name) => {
    expect(await shop.all(select({ [name]: p.c.id }).where(p.c.id.eq(1)))).toEqual([{ [name]: 1 }]);
    expect(await shop.all(select(p.c.id.as(name)).where(p.c.id.eq(1)).orderBy(p.c.id.as(name)))).toEqual([[1]]);
    const other = alias(p, name);
    expect(await shop.all(select(other.c.id).where(other.c.id.eq(1)))).toEqual([[1]]);
    expect(textOf(select(p.c.name.collate(name)))).toBe(`SELECT products.name COLLATE ${sqlite.quote(name)} FROM products`);
    await expect(shop.all(select(p.c.name.collate(name)).orderBy(p.c.name.collate(name)))).rejects.toMatchObject({
      name: 'ProgrammingError',
    });
    expect((await shop.all(select(p.c.id))).length).toBe(4);
  });
});
