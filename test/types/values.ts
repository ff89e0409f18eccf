// What columns give and take.

import { belongsTo, type Column, check, hasMany, index, jsonNull, mysql, pg, type Range, sql, t, unique } from 'athanor';
import { Decimal } from 'decimal.js';
import { db } from './database.ts';
import { assertType, type Equal } from './equal.ts';

interface Money {
  cents: number;
}
const timestamps = {
  createdAt: t.dateTime().default(() => new Date()),
  updatedAt: t
    .dateTime()
    .nullable()
    .onUpdate(() => new Date()),
};
const money = (): Column<Money, false, false> =>
  t.custom({ type: t.integer(), toDatabase: (value: Money) => value.cents, fromDatabase: (cents) => ({ cents }) });

export class Thing extends db.Model(
  'things',
  {
    ...timestamps,
    id: t.integer().primaryKey(),
    code: t.uuid(),
    big: t.bigInteger(),
    small: t.smallInteger().nullable(),
    price: t.numeric(10, 2),
    rate: t.numeric(5, 2).asNumber().nullable(),
    cost: money(),
    day: t.date(),
    at: t.time().nullable(),
    bytes: t.binary(16).nullable(),
    size: t.enum(['s', 'm', 'l']).nullable(),
    meta: t.json<{ sizes: string[] }>().nullable(),
    ratio: t
      .double()
      .default(1)
      .validate((value) => Math.abs(value)),
    note: t.text().serverDefault(null as never),
    parentId: t.integer().nullable().references('things.id', { onDelete: 'set null' }),
    get parent() {
      return belongsTo(() => Thing, { nullable: true });
    },
    get children() {
      return hasMany(() => Thing);
    },
  },
  { constraints: [unique('code', 'day'), index('day'), check(sql`small > 0`)] },
) {}

// With a function: it needs a type where the model refers to itself.
export class Flat extends db.Model(
  'flat',
  { id: t.integer().primaryKey(), a: t.integer(), b: t.string(5).nullable() },
  {
    constraints: (c) => {
      assertType<Equal<(typeof c.a)['~value'], number>>();
      assertType<Equal<(typeof c.b)['~value'], string | null>>();
      // @ts-expect-error no such column
      c.nope;
      return [unique(c.a, c.b), index(c.a), check(c.a.gt(0))];
    },
  },
) {}
new Flat({ a: 1 });
// @ts-expect-error no such attribute
db.Model('flat2', { id: t.integer().primaryKey() }, { constraints: [unique('nope')] });

const thing = new Thing({ code: 'x', big: 1, price: 1.5, cost: { cents: 1 }, day: '2024-01-01' });
assertType<Equal<typeof thing.big, bigint>>();
assertType<Equal<typeof thing.small, number | null>>();
assertType<Equal<typeof thing.price, Decimal>>();
assertType<Equal<typeof thing.rate, number | null>>();
assertType<Equal<typeof thing.cost, Money>>();
assertType<Equal<typeof thing.day, string>>();
assertType<Equal<typeof thing.bytes, Uint8Array | null>>();
assertType<Equal<typeof thing.size, 's' | 'm' | 'l' | null>>();
assertType<Equal<typeof thing.meta, { sizes: string[] } | null>>();
assertType<Equal<typeof thing.createdAt, Date>>();
assertType<Equal<typeof thing.updatedAt, Date | null>>();
thing.size = 's';
thing.size = null;
// @ts-expect-error not one of the words
thing.size = 'xl';
// @ts-expect-error not null
thing.code = null;
// @ts-expect-error no such attribute
thing.nope;

new Thing({ price: '1.50', big: 10n, parent: null, children: [thing] });
new Thing({ price: new Decimal(1), children: new Set([thing]) });
// @ts-expect-error no such attribute
new Thing({ nope: 1 });
// @ts-expect-error the wrong type
new Thing({ big: 'x' });
// @ts-expect-error the wrong shape
new Thing({ meta: { sizes: [1] } });
// @ts-expect-error not a Thing
new Thing({ parent: { id: 1 } });
// @ts-expect-error not null
new Thing({ day: null });
// @ts-expect-error not iterable
new Thing({ children: thing });

Thing.c.price.gt(10);
Thing.c.price.gt('10.50');
Thing.c.price.plus(new Decimal(1));
Thing.c.big.eq(5);
Thing.c.big.in([1, 2n]);
Thing.c.size.in(['s', 'm']);
Thing.c.size.eq(null);
Thing.c.small.eq(null);
Thing.c.day.between('2024-01-01', '2024-12-31');
Thing.c.createdAt.lt(new Date());
Thing.c.id.eq(Thing.c.small);
// @ts-expect-error not one of the words
Thing.c.size.in(['xl']);
// @ts-expect-error a date is no number
Thing.c.createdAt.lt(5);
// @ts-expect-error another type of column
Thing.c.id.eq(Thing.c.day);
// @ts-expect-error undefined is no value
Thing.c.id.eq(undefined);
// @ts-expect-error undefined is no value
Thing.c.id.in([1, undefined]);
// @ts-expect-error undefined is no condition
Thing.query().filter(undefined);
// @ts-expect-error a value is no condition
Thing.query().filter(Thing.c.id);
// @ts-expect-error the default has another type
t.integer().default('x');
// @ts-expect-error null is no default where null is not allowed
t.integer().default(null);
t.integer().nullable().default(null);
t.numeric(10, 2).default(0);
t.bigInteger().default(0);
// @ts-expect-error a reference names table and column
t.integer().references('users');
// @ts-expect-error no such action
t.integer().references('users.id', { onDelete: 'explode' });

// The other types, with the values that they have.
export class Other extends db.Model('others', {
  id: t.bigInteger({ unsigned: true }).asNumber().primaryKey(),
  digits: t.numeric(20, 4).asString(),
  moment: t.dateTime({ precision: 6, timezone: true }).asString(),
  length: t.interval(),
  tags: t.array(t.string()),
  grid: t.array(t.integer(), { dimensions: 2 }),
  extra: t.jsonb<{ a: number }>().nullable(),
  status: t.enum({ Draft: 'draft', Live: 'live' }, { name: 'status' }),
  short: t.text().variant('mysql', t.string(191)),
  secret: t.encrypted(t.json<{ pin: number }>(), { key: '00', search: true }),
  range: pg.range('tstz'),
  numbers: pg.multirange('int8'),
  vector: pg.vector(3),
  days: mysql.set(['mon', 'tue']),
  code: t.custom({ type: t.text(), toDatabase: (value: URL) => value.href, fromDatabase: (value) => new URL(value) }),
}) {}
declare const other: Other;
assertType<Equal<typeof other.id, number>>();
assertType<Equal<typeof other.digits, string>>();
assertType<Equal<typeof other.moment, string>>();
assertType<Equal<typeof other.length, string>>();
assertType<Equal<typeof other.tags, string[]>>();
assertType<Equal<typeof other.grid, number[][]>>();
assertType<Equal<typeof other.extra, { a: number } | null>>();
assertType<Equal<typeof other.status, 'draft' | 'live'>>();
assertType<Equal<typeof other.short, string>>();
assertType<Equal<typeof other.secret, { pin: number }>>();
assertType<Equal<typeof other.range, Range<Date>>>();
assertType<Equal<typeof other.numbers, readonly Range<bigint>[]>>();
assertType<Equal<typeof other.vector, readonly number[]>>();
assertType<Equal<typeof other.days, readonly ('mon' | 'tue')[]>>();
assertType<Equal<typeof other.code, URL>>();
other.extra = jsonNull;
// @ts-expect-error a variant has the same values
t.text().variant('mysql', t.integer());
assertType<Equal<ReturnType<typeof domains>['~value'], bigint>>();
function domains() {
  // @ts-expect-error no default of another type
  pg.domain('positive', t.integer(), { serverDefault: 'one' });
  // @ts-expect-error a number has no text to look into
  pg.domain('positive', t.integer(), { check: { a: (value) => value.startsWith(1) } });
  return pg.domain('wide', t.bigInteger(), { check: (value) => value.gt(0n), serverDefault: 1 });
}
// @ts-expect-error no such kind of range
pg.range('int16');
// @ts-expect-error not one of the words
Other.c.status.eq('gone');
// @ts-expect-error a list of another type
Other.c.tags.eq([1]);
// @ts-expect-error an encrypted value keeps its type
Other.c.secret.eq({ pin: 'x' });
