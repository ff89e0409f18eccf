// Values of every type in the places that say which type they have, or leave it to others: parameters by name, VALUES, JSON, NULL.
import { Decimal } from 'decimal.js';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import {
  caseOf,
  cast,
  type Expression,
  func,
  insertInto,
  jsonArrayFrom,
  literal,
  MetaData,
  nullValue,
  param,
  select,
  Table,
  t,
  tuple,
  unionAll,
  update,
  values,
} from '../../src/index.ts';
import { shopDatabases } from './shop.ts';

const metadata = new MetaData();
const shout = t.custom({
  type: t.string(50),
  toDatabase: (v: { said: string }) => v.said.toUpperCase(),
  fromDatabase: (s) => ({ said: s.toLowerCase() }),
});
const KEY = Buffer.alloc(32, 7).toString('base64');
const SHAPE = {
  big: t.bigInteger().nullable(),
  price: t.numeric(20, 4).nullable(),
  on: t.boolean().nullable(),
  day: t.date().nullable(),
  time: t.time().nullable(),
  at: t.dateTime().nullable(),
  span: t.interval().nullable(),
  meta: t.json<unknown>().nullable(),
  key: t.uuid().nullable(),
  bytes: t.binary().nullable(),
  mood: t.enum(['sad', 'happy']).nullable(),
  said: shout.nullable(),
  list: t.array(t.integer()).nullable(),
  prices: t.array(t.numeric(10, 2)).nullable(),
  secret: t.encrypted(t.string(), { key: KEY, search: true }).nullable(),
  sum: t.encrypted(t.numeric(20, 4), { key: KEY, search: true }).nullable(),
};
const things = new Table(metadata, 'things', { id: t.integer().primaryKey(), ...SHAPE });
const notes = new Table(metadata, 'notes', {
  id: t.integer().primaryKey(),
  title: t.string(40).nullable(),
  n: t.integer().nullable(),
  flag: t.boolean().nullable(),
  data: t.json<{ k?: unknown; s?: string; n?: number; b?: boolean } | unknown[] | string>().nullable(),
});
const ROW = {
  big: 9007199254740993n,
  price: new Decimal('1234567890123456.7891'),
  on: true,
  day: '2024-02-29',
  time: '12:34:56.789',
  at: new Date('2024-02-29T12:34:56.789Z'),
  span: 'P1DT2H',
  meta: { a: [1, null, 'x'] },
  key: '0b7bd56a-3c22-4f6e-9d3e-0d6a6d4d9c11',
  bytes: new Uint8Array([0, 1, 255]),
  mood: 'happy' as const,
  said: { said: 'hey' },
  list: [1, 2],
  prices: [new Decimal('0.10'), new Decimal('12345678.99')],
  secret: 'hidden',
  sum: new Decimal('12.5'),
};
const NAMES = Object.keys(ROW) as (keyof typeof ROW)[];
const BLANK = Object.fromEntries(NAMES.map((name) => [name, null]));

describe.each(shopDatabases)('values on $name', (database) => {
  let engine: Engine;
  let connection: Connection;
  beforeAll(async () => {
    engine = createEngine(database.fileUrl());
    connection = await engine.connect();
    await metadata.createAll(connection);
    await connection.execute(
      insertInto(things).values([
        { id: 1, ...ROW },
        { id: 2, ...BLANK },
      ] as never),
    );
    await connection.execute(
      insertInto(notes).values([
        { id: 1, title: 'ab', n: 5, flag: true, data: { s: 'ab', n: 5, b: true } },
        { id: 2, title: '"ab"', n: 6, flag: true, data: { s: 'x"y', n: 5, b: false } },
        { id: 3, title: null, n: 3, flag: null, data: [7] },
        { id: 4, title: 'z', n: 4, flag: null, data: 'z' },
      ]),
    );
    await connection.commit();
  });
  afterAll(async () => {
    await connection.close();
    await engine.dispose();
  });
  const c = (name: string) => (things.c as never as Record<string, Expression<unknown>>)[name];
  const column = (expression: Expression<unknown>) => connection.scalars(select(expression).from(notes).orderBy(notes.c.id));

  describe.each(NAMES)('in the column %s', (name) => {
    it('are sent as its type where a parameter without one stands beside it, on either side', async () => {
      const found = (condition: Expression<boolean>) => connection.scalars(select(things.c.id).where(condition), { value: ROW[name] });
      expect(await found(c(name).eq(param('value')))).toEqual([1]);
      expect(await found(param('value').eq(c(name)))).toEqual([1]);
      expect(await found(c(name).isDistinctFrom(param('value')))).toEqual([2]);
    });
    it('are stored by a parameter without a type', async () => {
      await connection.execute(insertInto(things).values({ id: 3, [name]: param('value') } as never), { value: ROW[name] });
      expect(await connection.scalar(select(c(name)).where(things.c.id.eq(3)))).toEqual(ROW[name]);
      await connection.execute(
        update(things)
          .set({ [name]: param('value') } as never)
          .where(things.c.id.eq(2)),
        { value: ROW[name] },
      );
      expect(await connection.scalar(select(c(name)).where(things.c.id.eq(2)))).toEqual(ROW[name]);
      await connection.rollback();
    });
    it('stand in VALUES', async () => {
      const rows = values(
        { value: SHAPE[name], n: t.integer() } as never,
        [
          [ROW[name], 1],
          [null, 2],
        ] as never,
      ).as('v') as never as {
        c: Record<'value' | 'n', Expression<unknown>>;
      };
      expect(await connection.scalars(select(rows.c.value).orderBy(rows.c.n))).toEqual([ROW[name], null]);
    });
    it('stand in JSON made of rows, NULL as null', async () => {
      const rows = jsonArrayFrom(select({ value: c(name) }).orderBy(things.c.id));
      expect(await connection.scalar(select(rows))).toEqual([{ value: ROW[name] }, { value: null }]);
    });
    it('are found in no empty list', async () => {
      expect(await connection.scalars(select(things.c.id).where(c(name).in([])))).toEqual([]);
      expect(await connection.scalars(select(things.c.id).where(c(name).notIn([])).orderBy(things.c.id))).toEqual([1, 2]);
    });
    it('keep their type where the first query of a union has a bare NULL', async () => {
      const both = unionAll(select({ value: nullValue() as Expression<unknown> }), select({ value: c(name) }).where(things.c.id.eq(1)));
      const rows = await connection.all(both);
      expect(rows.find(({ value }) => value !== null)).toEqual({ value: ROW[name] });
      const inside = both.subquery('both');
      expect(await connection.scalar(select(inside.c.value).where(inside.c.value.isNotNull()))).toEqual(ROW[name]);
    });
  });

  it('refuse what their type does not take, by the name of the column', async () => {
    const later = select(things.c.id).where(things.c.on.eq(param('value')));
    await expect(connection.all(later, { value: 'yes' })).rejects.toThrow(/':value'.*true or false/);
  });

  describe('of JSON', () => {
    const data = notes.c.data as never as Expression<{ s: string; n: number; b: boolean }>;
    const s = data.json('s');
    const n = data.json('n');

    it.each<[string, Expression<unknown>, unknown[]]>([
      ['equal to it', notes.c.n.eq(n), [true, false, null, null]],
      ['other than it', notes.c.n.ne(n), [false, true, null, null]],
      ['greater than it', notes.c.n.gt(n), [false, true, null, null]],
      ['at most it', notes.c.n.le(n), [true, false, null, null]],
      ['a text equal to it', notes.c.title.eq(s), [true, false, null, null]],
      ['a truth equal to it', notes.c.flag.eq(data.json('b')), [true, false, null, null]],
      ['a literal equal to it', literal(5).eq(n), [true, true, null, null]],
      ['in a list with it', notes.c.n.in([n, 3]), [true, false, true, null]],
      ['between it and another', notes.c.n.between(n, 5), [true, false, null, null]],
      ['like it', literal('ab').like(s), [true, false, null, null]],
      ['chosen by it', caseOf(notes.c.n).when(n, 'same').else('other'), ['same', 'other', 'other', 'other']],
      ['in a row with it', tuple(notes.c.id, notes.c.n).in([[1, n]]), [true, false, false, false]],
      ['joined to it', literal('<').concat(s), ['<ab', '<x"y', null, null]],
      ['cast to a truth', cast(data.json('b'), t.boolean()), [true, false, null, null]],
      ['in capitals', func.upper(s), ['AB', 'X"Y', null, null]],
      ['measured', func.length(s), [2, 3, null, null]],
      ['put together', func.concat(s, '!'), ['ab!', 'x"y!', '!', '!']],
      ['rounded', func.round(n), [5, 5, null, null]],
    ])('are values of SQL where one is %s', async (_name, expression, expected) => {
      expect(await column(expression)).toEqual(expected);
    });
    it('are added up', async () => {
      const total = func.sum(n);
      expectTypeOf(await connection.scalar(select(total).from(notes))).toEqualTypeOf<number | null>();
      expect(await connection.all(select(total, func.avg(n)).from(notes))).toEqual([[10, 5]]);
    });
    it('are stored as what they hold', async () => {
      await connection.execute(
        update(notes)
          .set({ title: s, n, flag: data.json('b') })
          .where(notes.c.id.le(3)),
      );
      expect(await connection.all(select(notes.c.title, notes.c.n, notes.c.flag).where(notes.c.id.le(3)).orderBy(notes.c.id))).toEqual([
        ['ab', 5, true],
        ['x"y', 5, false],
        [null, null, null],
      ]);
      await connection.execute(insertInto(notes).values({ id: 9, title: select(s).where(notes.c.id.eq(2)).scalar() as never, data: 'q' }));
      await connection.rollback();
    });
    it('have a first place in arrays only', async () => {
      const place = notes.c.data as never as Expression<number[]>;
      expect(await column(place.json(0))).toEqual([null, null, 7, null]);
      expect(await column(place.json(-1))).toEqual([null, null, 7, null]);
      expect(await column((place as never as Expression<number[][]>).json(0, 0))).toEqual([null, null, null, null]);
      expect(await column(place.json(0).asInteger())).toEqual([null, null, 7, null]);
    });
  });

  describe('that are stored from an expression', () => {
    const { c: own } = things;
    it('never stand in an encrypted column as they are', () => {
      const refused = expect.objectContaining({
        code: 'sql.not-encrypted',
        message: expect.stringContaining("'things.secret' is encrypted"),
      });
      const build = (value: Expression<string>) => update(things).set({ secret: value }).where(own.id.eq(1)).build();
      for (const value of [literal('plain'), func.upper('plain'), select(notes.c.title).where(notes.c.id.eq(1)).scalar()])
        expect(() => build(value as Expression<string>)).toThrow(refused);
      expect(() =>
        insertInto(things)
          .values({ id: 5, secret: literal('plain') })
          .build(),
      ).toThrow(refused);
      expect(() => insertInto(things).fromSelect(['id', 'secret'], select(notes.c.id, notes.c.title)).build()).toThrow(refused);
      expect(() =>
        update(things)
          .setRow(['id', 'secret'], select(notes.c.id, notes.c.title) as never)
          .where(own.id.eq(1))
          .build(),
      ).toThrow(refused);
      expect(() =>
        update(things)
          .set({ secret: own.sum as never })
          .where(own.id.eq(1))
          .build(),
      ).toThrow(refused);
    });
    it('are taken from encrypted columns of the same type, or are NULL', async () => {
      await connection.execute(insertInto(things).fromSelect(['id', 'secret'], select(own.id.plus(10), own.secret).where(own.id.eq(1))));
      expect(await connection.scalar(select(own.secret).where(own.id.eq(11)))).toBe('hidden');
      await connection.execute(update(things).set({ secret: nullValue() }).where(own.id.eq(11)));
      expect(await connection.scalar(select(own.secret).where(own.id.eq(11)))).toBeNull();
      await connection.rollback();
    });
    it('become what their column holds', async () => {
      const at = own.id.eq(1);
      await connection.execute(
        update(things)
          .set({ day: own.at as never, price: notes.c.n as never })
          .where(at, notes.c.id.eq(own.id)),
      );
      await connection.execute(
        update(things)
          .set({ at: own.day as never })
          .where(at),
      );
      expect(await connection.all(select(own.day, own.at, own.price).where(own.id.eq(1)))).toEqual([
        ['2024-02-29', new Date('2024-02-29T00:00:00Z'), new Decimal(5)],
      ]);
      await connection.rollback();
    });
  });

  it('stand beside a count of rows in a window, and as what is there instead', async () => {
    const over = { orderBy: things.c.id };
    const rows = await connection.all(
      select(
        func.nthValue(things.c.day, 1).over(over),
        func.lag(things.c.said, 1, { said: 'none' }).over(over),
        func.lag(things.c.price, 1, new Decimal('0.5')).over(over),
      ).orderBy(things.c.id),
    );
    expect(rows).toEqual([
      [ROW.day, { said: 'none' }, new Decimal('0.5')],
      [ROW.day, ROW.said, ROW.price],
    ]);
  });

  it('deviate as a sample does', async () => {
    const close = (value: number) => expect.closeTo(value, 4);
    const spread = select(func.stddev(notes.c.n), func.variance(notes.c.n)).from(notes);
    expect(await connection.all(spread)).toEqual([[close(Math.sqrt(5 / 3)), close(5 / 3)]]);
    const whole = select(func.stddevPop(notes.c.n), func.varPop(notes.c.n), func.stddevSamp(notes.c.n), func.varSamp(notes.c.n)).from(
      notes,
    );
    expect(await connection.all(whole)).toEqual([[close(Math.sqrt(1.25)), close(1.25), close(Math.sqrt(5 / 3)), close(5 / 3)]]);
    expect(await connection.all(spread.where(notes.c.id.eq(1)))).toEqual([[null, null]]);
    expect(await connection.all(whole.where(notes.c.id.eq(1)))).toEqual([[0, 0, null, null]]);
    // Of 5, 6, 3 and 4, each with the one before it.
    const moving = select(func.varPop(notes.c.n).over({ orderBy: notes.c.id, rows: [-1, 0] })).orderBy(notes.c.id);
    expect(await connection.scalars(moving)).toEqual([0, close(0.25), close(2.25), close(0.25)]);
  });

  it('are joined without repetition, with a comma between them', async () => {
    const names = func.stringAgg(notes.c.title.distinct(), ',');
    const joined = await connection.scalar(select(names).where(notes.c.id.in([1, 4])));
    expect(joined?.split(',').sort()).toEqual(['ab', 'z']);
  });
});
