import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../src/dialects/base/dialect.ts';
import { sqlite } from '../../src/dialects/sqlite/dialect.ts';
import { EngineError } from '../../src/engine/errors.ts';
import { bucketSize, makePlan, PlanCache } from '../../src/engine/plan.ts';
import { valuesOf } from '../../src/engine/statement.ts';
import { alias } from '../../src/sql/alias.ts';
import { t } from '../../src/sql/column-types.ts';
import { ArgumentError } from '../../src/sql/errors.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { param } from '../../src/sql/literal.ts';
import { makeBind } from '../../src/sql/make.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import type { Node } from '../../src/sql/node.ts';
import { RawFragment, sql, text } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { INTEGER } from '../../src/sql/type.ts';
import { update } from '../../src/sql/update.ts';
import { fileEngine } from './sqlite-databases.ts';

const users = new Table(new MetaData(), 'users', {
  id: t.integer().primaryKey(),
  name: t.string(40),
  price: t.numeric(10, 2).nullable(),
  active: t.boolean().nullable(),
  at: t.dateTime().nullable(),
});

const planOf = (node: Node, dialect: Dialect = sqlite) => makePlan(dialect, node, node.key);
const encode = (node: Node, named?: Record<string, unknown>) => planOf(node).encode(valuesOf(node), named);

describe('bucketSize', () => {
  it('is exact to 16 and then goes by quarters', () => {
    expect([0, 1, 15, 16].map(bucketSize)).toEqual([0, 1, 15, 16]);
    expect([17, 20, 21, 24, 25, 28, 29, 32, 33, 40, 41, 500, 512, 513, 1000].map(bucketSize)).toEqual([
      20, 20, 24, 24, 28, 28, 32, 32, 40, 40, 48, 512, 512, 640, 1024,
    ]);
    const sizes = new Set(Array.from({ length: 32_000 }, (_, i) => bucketSize(i)));
    expect(sizes.size).toBeLessThan(70);
    for (let count = 0; count < 32_000; count++) {
      expect(bucketSize(count)).toBeGreaterThanOrEqual(count);
      expect(bucketSize(count)).toBeLessThanOrEqual(Math.max(16, count * 1.25 + 1));
    }
  });
});

describe('plans', () => {
  it('hold the complete text, the columns and their decoders', () => {
    const { node } = select(users.c.id, users.c.at).where(users.c.name.eq('x'));
    const plan = planOf(node);
    expect(plan.sql).toBe('SELECT users.id, users.at FROM users WHERE users.name = ?');
    expect(plan).toMatchObject({ returnsRows: true, writes: false });
    expect(plan.columns.map((type) => type.name)).toEqual(['integer', 'dateTime']);
    expect(plan.decoders[0]).toBeNull();
    expect(plan.decoders[1]?.('1970-01-01 00:00:00')).toEqual(new Date(0));
  });

  it('give whole numbers and booleans that rows are compared with as SQLite compares them fastest', () => {
    const { node } = select(users.c.id)
      .where(users.c.id.ge(5), users.c.active.eq(true), users.c.price.lt('2.50'), users.c.name.eq('x'))
      .limit(3);
    const plan = planOf(node);
    const { parameters } = plan.encode(valuesOf(node));
    const price = parameters[2];
    expect(parameters).toEqual([5, 1, price, 'x', 3]);
    plan.makeNative(parameters);
    expect(parameters).toEqual([5n, 1n, price, 'x', 3n]);
    const empty = [null, 0, price, 'x', null];
    plan.makeNative(empty);
    expect(empty).toEqual([null, 0n, price, 'x', null]);
  });

  it('leave what is stored, and lists, as they are', () => {
    const list = select(users.c.id).where(users.c.id.in([1, 2]), users.c.active.eq(true)).node;
    const plan = planOf(list);
    const { parameters } = plan.encode(valuesOf(list));
    plan.makeNative(parameters);
    expect(parameters).toEqual([1, 2, 1]);
    const [{ node }] = insertInto(users).values({ name: 'x', active: true }).returning(users.c.id).batches();
    const stored = planOf(node).encode(valuesOf(node));
    planOf(node).makeNative(stored.parameters);
    expect(stored.parameters).toEqual(['x', 1]);
  });

  it('encode values in the order of the text, null as null', () => {
    const { node } = select(users.c.id)
      .where(users.c.at.lt(new Date(0)), users.c.id.between(1, 2))
      .limit(3);
    expect(encode(node).parameters).toEqual(['1970-01-01 00:00:00.000', 1, 2, 3]);
    const other = planOf(node).encode([null, 5, null, 7]);
    expect(other.parameters).toEqual([null, 5, null, 7]);
  });

  it('hold stored values to their column, and send bare ones as what they are', () => {
    const [{ node }] = insertInto(users).values({ name: 'x', price: '1.005' }).batches();
    expect(encode(node).parameters).toEqual(['x', 1.01]);
    expect(encode(select(users.c.id).where(users.c.price.eq('1.005')).node).parameters).toEqual([1.005]);
    expect(
      encode(
        update(users)
          .set({ price: users.c.price.plus(2) })
          .where(users.c.id.eq(5))
          .build(),
      ).parameters,
      // SQLite looks at what was worked out before it stores it.
    ).toEqual([2n, 2n, 5]);
    const upsert = insertInto(users)
      .values({ name: 'x' })
      .onConflictDoUpdate({ target: [users.c.id], set: { price: '2.005' } });
    expect(encode(upsert.batches()[0].node).parameters).toEqual(['x', 2.01]);
  });

  it('keep apart a bind that stands in two places', () => {
    const bind = new RawFragment(makeBind('1.005', users.c.price.type), users.c.price.type);
    const node = update(users)
      .set({ price: bind as never })
      .where(users.c.price.eq(bind as never))
      .build();
    expect(encode(node).parameters).toEqual([1.01, 1.005]);
  });

  it('name the place of a wrong value', () => {
    const [{ node }] = insertInto(users).values({ name: 'x' }).batches();
    expect(() => planOf(node).encode([5])).toThrow('users.name is of type string and takes a string, but got a number.');
    expect(() => planOf(node).encode([undefined])).toThrow(/^users\.name was given undefined/);
    expect(() => planOf(node).encode([])).toThrow(ArgumentError);
    const other = alias(users, 'others');
    expect(() => encode(select(other.c.id).where(other.c.id.gt('x' as never)).node)).toThrow(
      /^The value for others\.id is of type integer/,
    );
    expect(() => encode(sql`SELECT ${Symbol('x')}`.node)).toThrow(/^Parameter 1 is of type/);
  });

  it('take named parameters, all of them and no others', () => {
    const { node } = text('SELECT :a, :b, :a');
    expect(encode(node, { a: 1, b: 'x' })).toEqual({ sql: 'SELECT ?, ?, ?', parameters: [1n, 'x', 1n] });
    expect(encode(node, { a: null, b: null }).parameters).toEqual([null, null, null]);
    expect(() => encode(node, { a: 1 })).toThrow(/':b', but no value was given/);
    expect(() => encode(node)).toThrow(/':a'/);
    expect(() => encode(node, { a: 1, b: 2, c: 3 })).toThrow(/':c', which the statement does not name. It names: a, b/);
    expect(() => encode(node, { a: 1, b: undefined })).toThrow(/The parameter ':b' was given undefined/);
    expect(() => encode(node, Object.create({ a: 1, b: 2 }))).toThrow(/':a'/);
    expect(() => encode(select(users.c.id).node, { a: 1 })).toThrow(/It names: none/);
    expect(encode(select(users.c.id).where(users.c.id.eq(param<number>('id'))).node, { id: 5 }).parameters).toEqual([5]);
  });
});

describe('lists', () => {
  const inList = (ids: readonly (number | null)[], negated = false) => {
    const { node } = select(users.c.id).where(negated ? users.c.id.notIn(ids as number[]) : users.c.id.in(ids as number[]));
    return encode(node);
  };

  it('are spread, filled up to a size that few texts serve', () => {
    expect(inList([1, 2, 3])).toEqual({ sql: 'SELECT users.id FROM users WHERE users.id IN (?, ?, ?)', parameters: [1, 2, 3] });
    expect(inList(Array.from({ length: 17 }, (_, i) => i)).parameters).toEqual([...Array(17).keys(), 16, 16, 16]);
  });

  it('lose their nulls, and without values are a select of nothing', () => {
    expect(inList([1, null, 3]).parameters).toEqual([1, 3]);
    expect(inList([null])).toEqual({ sql: 'SELECT users.id FROM users WHERE users.id IN (SELECT NULL WHERE 1 = 0)', parameters: [] });
    expect(() => planOf(select(users.c.id).where(users.c.id.in([1])).node).encode([[1, undefined]])).toThrow(/undefined/);
    expect(() => planOf(select(users.c.id).where(users.c.id.in([1])).node).encode([5])).toThrow(EngineError);
  });

  it('are sent as one parameter when they are long', () => {
    const ids = Array.from({ length: 40_000 }, (_, i) => i);
    const { sql: long, parameters } = inList(ids);
    expect(long).toBe('SELECT users.id FROM users WHERE users.id IN (SELECT value FROM json_each(?))');
    expect(parameters).toEqual([JSON.stringify(ids)]);
    expect(inList(ids.slice(0, 1000)).parameters).toHaveLength(1024);
  });

  it('say so where there are more than the database takes', () => {
    const fractions = Array.from({ length: 32_767 }, (_, i) => i + 0.5);
    const { node } = select(users.c.id).where(users.c.price.in(fractions));
    expect(() => encode(node)).toThrow(/needs 32767 parameters, and SQLite takes 32766/);
    expect(encode(select(users.c.id).where(users.c.price.in(fractions.slice(1))).node).parameters).toHaveLength(32_766);
  });

  it('share one plan, with a text for each size', () => {
    const { node } = select(users.c.id).where(users.c.id.in([1]), users.c.name.in(['x']));
    const plan = planOf(node);
    expect(plan.sql).toBeNull();
    const first = plan.encode([[1, 2], ['a']]).sql;
    expect(first).toBe('SELECT users.id FROM users WHERE users.id IN (?, ?) AND users.name IN (?)');
    expect(plan.encode([[1], ['a', 'b']]).sql).toBe('SELECT users.id FROM users WHERE users.id IN (?) AND users.name IN (?, ?)');
    expect(plan.encode([[3, 4], ['b']]).sql).toBe(first);
  });

  it('may be named', () => {
    const bind = new RawFragment(makeBind(undefined, INTEGER, { name: 'ids', expanding: true }), INTEGER);
    const { node } = sql`SELECT 1 WHERE 1 IN (${bind})`;
    expect(encode(node, { ids: [1, 2] })).toEqual({ sql: 'SELECT 1 WHERE 1 IN (?, ?)', parameters: [1n, 2n] });
    expect(() => encode(node, { ids: 1 })).toThrow(/':ids' stands for a list/);
  });

  it('find what they name and nothing else in the database', async () => {
    const engine = await fileEngine('sqlite');
    const connection = await engine.connect();
    for (const statement of engine.dialect.ddl.createTable(users as Table)) await connection.script(statement);
    await connection.execute(insertInto(users).values(Array.from({ length: 3000 }, (_, i) => ({ name: `n${i + 1}`, price: i / 4 }))));
    const count = async (ids: readonly unknown[], negated = false) => {
      const condition = negated ? users.c.id.notIn(ids as number[]) : users.c.id.in(ids as number[]);
      return (await connection.scalars(select(users.c.id).where(condition))).length;
    };
    const first = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
    for (const n of [0, 1, 2, 16, 17, 100, 999, 1000, 1001, 2500]) {
      expect(await count(first(n))).toBe(n);
      expect(await count(first(n), true)).toBe(3000 - n);
    }
    expect(await count([1, null], true)).toBe(2999);
    const names = first(2000).map((n) => `n${n}`);
    expect(await connection.scalars(select(users.c.id).where(users.c.name.in([...names, `"quoted\\"`])))).toHaveLength(2000);
    expect(await connection.scalars(select(users.c.id).where(users.c.price.in(first(1500).map((n) => n / 4))))).toHaveLength(1500);
  });
});

describe('PlanCache', () => {
  it('gives equal statements one plan', () => {
    const cache = new PlanCache();
    const build = (id: number) => select(users.c.id).where(users.c.id.eq(id)).node;
    const plan = cache.get(sqlite, build(1));
    expect(cache.get(sqlite, build(2))).toBe(plan);
    expect(cache.get(sqlite, select(users.c.name).where(users.c.id.eq(1)).node)).not.toBe(plan);
    const anonymous = () => {
      const other = alias(users);
      return select(other.c.id).where(other.c.id.eq(1)).node;
    };
    expect(cache.get(sqlite, anonymous())).toBe(cache.get(sqlite, anonymous()));
    expect(cache.size).toBe(3);
  });

  it('keeps no more than its capacity', () => {
    const cache = new PlanCache(20);
    for (let i = 0; i < 200; i++) cache.get(sqlite, sql`SELECT ${sql.identifier(`column${i}`)}`.node);
    expect(cache.size).toBeLessThanOrEqual(20);
  });
});
