// Operators and functions: what they give, and what they do not take.

import {
  all,
  any,
  arrayOf,
  caseOf,
  type Expression,
  extract,
  falseValue,
  func,
  literalColumn,
  type nullValue,
  param,
  select,
  sql,
  t,
  trueValue,
  tryCast,
  tuple,
  typeCoerce,
} from 'athanor';
import type { Decimal } from 'decimal.js';
import { db } from './database.ts';
import { assertType, type Equal } from './equal.ts';

interface Meta {
  name: string;
  size?: number;
  maker: { country: string | null; plants: { city: string; staff: number }[] } | null;
  tags: string[];
  pair: [number, string];
  free: Record<string, boolean>;
  either: { a: number } | { b: string };
}

export class Item extends db.Model('items', {
  id: t.integer().primaryKey(),
  big: t.bigInteger().nullable(),
  title: t.string(80),
  price: t.numeric(10, 2),
  active: t.boolean(),
  meta: t.json<Meta>(),
  extra: t.json<Meta>().nullable(),
  anything: t.json<unknown>(),
  at: t.dateTime(),
  day: t.date().nullable(),
}) {}
const { id, big, title, price, active, meta, extra, anything, at, day } = Item.c;

type ValueOf<E> = E extends Expression<infer V> ? V : never;
function is<V>(_expression: Expression<V>): V {
  return undefined as V;
}

// Paths into JSON.
assertType<Equal<ReturnType<typeof name>, string>>();
const name = () => is(meta.json('name'));
const size = is(meta.json('size'));
assertType<Equal<typeof size, number | null>>();
const maker = is(meta.json('maker', 'country'));
assertType<Equal<typeof maker, string | null>>();
const city = is(meta.json('maker', 'plants', 0, 'city'));
assertType<Equal<typeof city, string | null>>();
const tag = is(meta.json('tags', -1));
assertType<Equal<typeof tag, string | null>>();
const first = is(meta.json('pair', 0));
assertType<Equal<typeof first, number>>();
const second = is(meta.json('pair', 1));
assertType<Equal<typeof second, string>>();
const free = is(meta.json('free', 'whatever'));
assertType<Equal<typeof free, boolean | null>>();
const either = is(meta.json('either', 'a'));
assertType<Equal<typeof either, number | null>>();
const maybe = is(extra.json('name'));
assertType<Equal<typeof maybe, string | null>>();
const unknown = is(anything.json('a', 0, 'b'));
assertType<Equal<typeof unknown, unknown>>();
const chained = is(meta.json('maker').json('plants').json(0).json('staff'));
assertType<Equal<typeof chained, number | null>>();
// @ts-expect-error no such key
meta.json('nope');
// @ts-expect-error no such key deeper
meta.json('maker', 'nope');
// @ts-expect-error an array has places
meta.json('tags', 'a');
// @ts-expect-error a text has nothing inside
meta.json('name', 0);
// @ts-expect-error not JSON
id.json('a');

meta.json('name').eq('x');
meta.json('size').gt(5);
meta.json('size').eq(null);
meta.json('tags').eq(['a']);
meta.json('tags').contains(['a']);
meta.json('name').contains('a');
meta.contains({ name: 'x' });
meta.json('name').in(['a', 'b']);
// @ts-expect-error a text is no number
meta.json('name').eq(5);
// @ts-expect-error a number is no text
meta.json('size').gt('5');
// @ts-expect-error not such items
meta.json('tags').contains([1]);
// @ts-expect-error no such part
meta.contains({ nope: 1 });
const asText = is(meta.json('size').asText());
assertType<Equal<typeof asText, string | null>>();
const asInteger = is(meta.json('size').asInteger());
assertType<Equal<typeof asInteger, number | null>>();
const asBoolean = is(meta.json('free', 'x').asBoolean());
assertType<Equal<typeof asBoolean, boolean | null>>();
const asDecimal = is(meta.json('size').asDecimal());
assertType<Equal<typeof asDecimal, Decimal | null>>();
const row = await db.session.one(select({ name: meta.json('name'), plants: meta.json('maker', 'plants') }));
assertType<Equal<typeof row, { readonly name: string; readonly plants: { city: string; staff: number }[] | null }>>();

// Arithmetic and bits.
const half = is(id.dividedBy(2));
assertType<Equal<typeof half, number>>();
const bigHalf = is(big.dividedBy(2n));
assertType<Equal<typeof bigHalf, number | null>>();
const bigFloor = is(big.floorDiv(2));
assertType<Equal<typeof bigFloor, bigint | null>>();
const priced = is(price.dividedBy('3'));
assertType<Equal<typeof priced, Decimal>>();
// In the place of a value stands what its column takes.
const certain = is(func.coalesce(price, 0, '1.5'));
assertType<Equal<typeof certain, Decimal>>();
const larger = is(func.greatest(big, 5, 6n));
assertType<Equal<typeof larger, bigint | null>>();
const dear = is(func.nullif(price, '0'));
assertType<Equal<typeof dear, Decimal | null>>();
// @ts-expect-error a number in the place of a text
func.coalesce(title, 5);
// @ts-expect-error a text in the place of a moment
func.least(at, '2024-01-01');
const averaged = is(func.avg(id));
assertType<Equal<typeof averaged, number | null>>();
id.bitwiseAnd(id).bitwiseXor(1).bitwiseNot().bitwiseLeftShift(1);
// @ts-expect-error not a number
id.bitwiseAnd('x');
// @ts-expect-error not a number
id.floorDiv(title);

// Comparisons.
id.in([1, id.plus(1), null]);
id.in([1, select(Item.c.id).scalar()]);
// @ts-expect-error a text among numbers
id.in([1, title]);
active.is(true);
active.isNot(null);
id.is(5);
// @ts-expect-error a truth is no number
id.is(true);
id.between(1, 5, { symmetric: true });
id.eq(any(select(Item.c.id)));
id.gt(all([1, 2]));
id.gt(all([id, 2]));
id.eq(any(arrayOf(1, 2)));
// @ts-expect-error texts beside a number
id.eq(any(select(Item.c.title)));
// @ts-expect-error texts beside a number
id.eq(any(['a']));
tuple(id, title).gt([1, 'a']);
tuple(id, title).eq([id.plus(1), title]);
tuple(id, title).eq(tuple(id, title));
tuple(id, title).in([tuple(id, title), [1, 'a']]);
// @ts-expect-error in another order
tuple(id, title).eq(tuple(title, id));
// @ts-expect-error an expression of another type
tuple(id, title).eq([title, title]);
id.in(param('ids'));
id.in(param<number[]>('ids'));
// @ts-expect-error a list of another type
id.in(param<string[]>('ids'));
// @ts-expect-error one value is no list
id.in(param<number>('ids'));
// @ts-expect-error another row
tuple(id, title).gt(['a', 1]);
title.startsWith('x', { autoescape: false });
title.regexpMatch('x', { flags: 'i' });
// @ts-expect-error a number is no pattern
title.regexpMatch(5);
title.match('x', { mode: 'boolean' });
const compared = is(title.op('~~', { comparison: true })('x'));
assertType<Equal<typeof compared, boolean>>();
const returned = is(title.op('->', { returns: t.integer() })('x'));
assertType<Equal<typeof returned, number>>();
const same = is(id.op('<->')(5));
assertType<Equal<typeof same, number>>();
// @ts-expect-error not of the column's type
id.op('<->')('x');

// CASE, conversions, constants.
const word = is(caseOf(id).when(1, 'one').when(2, 'two').else('many'));
assertType<Equal<typeof word, string>>();
const open = is(caseOf(title).when('a', 1));
assertType<Equal<typeof open, number | null>>();
// @ts-expect-error a text is no number
caseOf(id).when('a', 1);
const tried = is(tryCast(title, t.integer()));
assertType<Equal<typeof tried, number | null>>();
const coerced = is(typeCoerce(sql`1`, t.boolean()));
assertType<Equal<typeof coerced, boolean>>();
const raw = is(literalColumn('rowid', t.bigInteger()));
assertType<Equal<typeof raw, bigint>>();
const typed = is(param('day', t.date()));
assertType<Equal<typeof typed, string>>();
is(sql.raw<number>('1'));
assertType<Equal<ValueOf<ReturnType<typeof nullValue>>, null>>();
active.eq(trueValue());
active.is(falseValue());
const year = is(extract('year', at));
assertType<Equal<typeof year, number>>();
extract('isodow', day);
// @ts-expect-error no such field
extract('years', at);
// @ts-expect-error a number has no year
extract('year', id);

// Functions and windows.
const joined = is(func.stringAgg(title, ', ').orderBy(id).filter(active));
assertType<Equal<typeof joined, string | null>>();
const greatest = is(func.greatest(id, 5, null));
assertType<Equal<typeof greatest, number>>();
const today = is(func.currentDate());
assertType<Equal<typeof today, string>>();
const array = is(func.arrayAgg(title));
assertType<Equal<typeof array, string[] | null>>();
const of = is(func('pg_catalog.now')<Date>());
assertType<Equal<typeof of, Date>>();
const median = is(func.percentileCont(0.5).withinGroup(price.desc()));
assertType<Equal<typeof median, number | null>>();
func.sum(id).over({ orderBy: id, rows: ['unbounded', 'current row'], exclude: 'ties' });
func.sum(id).over({ orderBy: id, range: [{ preceding: 5 }, { following: sql`1` }] });
func.sum(id).over({ orderBy: id, frame: 'rows 1 preceding' });
// @ts-expect-error a frame has a start and an end
func.sum(id).over({ rows: ['unbounded'] });
// @ts-expect-error no such bound
func.sum(id).over({ rows: ['start', 0] });
// @ts-expect-error no such exclusion
func.sum(id).over({ rows: [0, 0], exclude: 'all' });
