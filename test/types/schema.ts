// What tables, views and sequences say of their columns.

import {
  check,
  createTable,
  exclude,
  func,
  index,
  insertInto,
  primaryKey,
  Sequence,
  select,
  sql,
  t,
  unique,
  uniqueIndex,
  update,
} from 'athanor';
import { db } from './database.ts';
import { assertType, type Equal } from './equal.ts';

const numbers = db.Sequence('numbers', { start: 10, type: t.bigInteger() });
assertType<Equal<ReturnType<typeof numbers.next>['~value'], bigint>>();
assertType<Equal<ReturnType<Sequence['next']>['~value'], number>>();
// @ts-expect-error a sequence has no such option
new Sequence('x', { startsAt: 1 });

export class Bill extends db.Model(
  'bills',
  {
    id: t.bigInteger().primaryKey().identity({ always: true, start: 5 }),
    number: t.bigInteger().default(numbers.next()),
    net: t.integer().serverDefault(0),
    note: t.text().nullable().serverDefault(null),
    gross: t.integer().computed(sql`net * 1.2`, { stored: true }),
    rough: t.integer().nullable().computed(sql`net / 10`).named('rough_net'),
    late: t.integer().computed(sql`net`).nullable(),
    changes: t.integer().default(sql<number>`1 + 1`).onUpdate(sql<number>`changes + 1`),
    code: t.string(5).collate('NOCASE').autoIncrement(false),
  },
  {
    comment: 'what is owed',
    sqlite: { strict: true },
    constraints: (c) => [
      primaryKey(c.id).include(c.net),
      unique(c.code).nullsNotDistinct().deferrable('deferred').named('one'),
      index(c.net.desc(), func.lower(c.code))
        .unique()
        .where(c.net.gt(0))
        .using('gin')
        .include(c.number)
        .operatorClass({ code: 'x' })
        .named('i'),
      uniqueIndex([c.net.asc()]),
      check(c.net.ge(0)),
      exclude([[c.net, '=']], { where: c.net.gt(1) }),
    ],
  },
) {}
db.Model(
  'bills2',
  { id: t.integer().primaryKey(), a: t.integer() },
  { constraints: [index('a').include('id').unique(), unique('a').include('id')] },
);
// @ts-expect-error no such attribute
db.Model('bills3', { id: t.integer().primaryKey() }, { constraints: [index('nope').unique()] });
// @ts-expect-error no such option
db.Model('bills4', { id: t.integer().primaryKey() }, { sqlite: { strictly: true } });
// @ts-expect-error the default is of another type
t.integer().default(sql<string>`'x'`);
// @ts-expect-error the default is of another type
t.integer().serverDefault('x');

// A computed column is read like any other, and never written.
const bill = new Bill({ code: 'x' });
assertType<Equal<typeof bill.gross, number>>();
assertType<Equal<typeof bill.rough, number | null>>();
assertType<Equal<typeof bill.late, number | null>>();
// @ts-expect-error worked out by the database
new Bill({ code: 'x', gross: 1 });
insertInto(Bill).values({ code: 'x' });
insertInto(Bill).values({ code: 'x', number: numbers.next(), net: 5 });
// @ts-expect-error worked out by the database
insertInto(Bill).values({ code: 'x', gross: 1 });
// @ts-expect-error worked out by the database, also under another name
insertInto(Bill).values({ code: 'x', rough: 1 });
// @ts-expect-error worked out by the database, also where it is nullable
insertInto(Bill).values({ code: 'x', late: 1 });
// @ts-expect-error there is no default
insertInto(Bill).values({ net: 1 });
// @ts-expect-error worked out by the database
update(Bill).set({ gross: 1 });
// @ts-expect-error worked out by the database
Bill.query().update({ gross: 1 });

// A view has the row of its query.
export const totals = db.View('totals', select({ code: Bill.c.code, sum: func.sum(Bill.c.net) }).groupBy(Bill.c.code));
const rows = await db.session.all(select(totals));
assertType<Equal<typeof rows, [{ readonly code: string; readonly sum: number | null }][]>>();
const sums = await db.session.scalars(select(totals.c.sum).where(totals.c.code.eq('x')));
assertType<Equal<typeof sums, (number | null)[]>>();
const tuples = await db.session.all(select(db.View('tuples', select(Bill.c.code))));
assertType<Equal<typeof tuples, [{ readonly [name: string]: unknown }][]>>();
// @ts-expect-error no such column
totals.c.nope;
export const byHand = db.View('by_hand', sql`SELECT 1`, { columns: { one: t.integer(), two: t.text().nullable() } });
const handRows = await db.session.all(select({ one: byHand.c.one, two: byHand.c.two }));
assertType<Equal<typeof handRows, { readonly one: number; readonly two: string | null }[]>>();
await db.session.execute(createTable(Bill, { ifNotExists: true }));
