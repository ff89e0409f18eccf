import type { FunctionCall } from './function-call.ts';
import type { ExpressionLike, FromOf, Input, NullOf } from './operand.ts';
import { BOOLEAN, DATE_TIME, DOUBLE, INTEGER, makeType, type SqlType, TEXT } from './type.ts';

type Arg<V = unknown> = ExpressionLike<V> | V;
/** What may stand in the place of a value: another one, or what its column takes. */
type Other<V> = Arg<NonNullable<V> | Input<NonNullable<V>> | null>;
type Text = Arg<string | null>;
type Num = ExpressionLike<unknown> | number | null;
type Item<V> = NonNullable<V> extends readonly (infer E)[] ? E : unknown;

/** What the functions that Athanor knows return; any other name gives `FunctionCall<any type you say>`. */
export interface Functions {
  /** Rows, or values that are not NULL. */
  count(value?: ExpressionLike): FunctionCall<number>;
  sum<V>(value: ExpressionLike<V>): FunctionCall<(NonNullable<V> extends boolean ? number : V) | null>;
  /** A double; of intervals an interval (PostgreSQL). */
  avg<V>(value: ExpressionLike<V>): FunctionCall<(NonNullable<V> extends string ? string : number) | null>;
  min<V>(value: ExpressionLike<V>): FunctionCall<V | null>;
  max<V>(value: ExpressionLike<V>): FunctionCall<V | null>;
  /** The texts joined, with a comma where no separator is given. Each database's own aggregate for it. */
  stringAgg(value: ExpressionLike, separator?: Text): FunctionCall<string | null>;
  /** The same as `stringAgg()`. */
  groupConcat<V = string | null>(value: ExpressionLike, separator?: Text): FunctionCall<V>;
  /** The values as an array. PostgreSQL. */
  arrayAgg<V>(value: ExpressionLike<V>): FunctionCall<V[] | null>;
  /** Whether the condition holds for all rows. */
  boolAnd(condition: ExpressionLike<boolean | null>): FunctionCall<boolean | null>;
  /** Whether the condition holds for one of the rows. */
  boolOr(condition: ExpressionLike<boolean | null>): FunctionCall<boolean | null>;
  /** The same as `boolAnd()`. */
  every(condition: ExpressionLike<boolean | null>): FunctionCall<boolean | null>;
  stddev(value: ExpressionLike): FunctionCall<number | null>;
  stddevPop(value: ExpressionLike): FunctionCall<number | null>;
  stddevSamp(value: ExpressionLike): FunctionCall<number | null>;
  variance(value: ExpressionLike): FunctionCall<number | null>;
  varPop(value: ExpressionLike): FunctionCall<number | null>;
  varSamp(value: ExpressionLike): FunctionCall<number | null>;
  /** `func.percentileCont(0.5).withinGroup(x)`: the value at this part of the order, between two where it falls there. */
  percentileCont(fraction: Arg<number>): FunctionCall<number | null>;
  /** `func.percentileDisc(0.5).withinGroup(x)`: the first value at this part of the order. */
  percentileDisc<V = number>(fraction: Arg<number>): FunctionCall<V | null>;
  mode<V = unknown>(): FunctionCall<V | null>;
  /** The first that is not NULL. */
  coalesce<V>(first: ExpressionLike<V>, ...rest: Other<V>[]): FunctionCall<NonNullable<V>>;
  /** The value, or another one where it is NULL: `coalesce()` of two. */
  ifNull<V>(value: ExpressionLike<V>, other: Other<V>): FunctionCall<NonNullable<V>>;
  nullif<V>(value: ExpressionLike<V>, other: Arg<NonNullable<V> | Input<NonNullable<V>>>): FunctionCall<V | null>;
  /** The greatest of these values; NULLs among them are left out. */
  greatest<V>(first: ExpressionLike<V>, ...rest: Other<V>[]): FunctionCall<V>;
  /** The least of these values; NULLs among them are left out. */
  least<V>(first: ExpressionLike<V>, ...rest: Other<V>[]): FunctionCall<V>;
  lower<T extends Text>(text: T): FunctionCall<string | NullOf<T>, FromOf<T>>;
  upper<T extends Text>(text: T): FunctionCall<string | NullOf<T>, FromOf<T>>;
  /** Without blanks, or these characters, at both ends. */
  trim<T extends Text>(text: T, characters?: Arg<string>): FunctionCall<string | NullOf<T>, FromOf<T>>;
  ltrim<T extends Text>(text: T, characters?: Arg<string>): FunctionCall<string | NullOf<T>, FromOf<T>>;
  rtrim<T extends Text>(text: T, characters?: Arg<string>): FunctionCall<string | NullOf<T>, FromOf<T>>;
  /** The characters of a text. */
  length<T extends Text>(text: T): FunctionCall<number | NullOf<T>, FromOf<T>>;
  charLength<T extends Text>(text: T): FunctionCall<number | NullOf<T>, FromOf<T>>;
  replace<T extends Text>(text: T, from: Arg<string>, to: Arg<string>): FunctionCall<string | NullOf<T>, FromOf<T>>;
  /** The texts in one; a NULL counts as an empty text. `x.concat(y)` is NULL where one of them is. */
  concat(...values: Arg<unknown>[]): FunctionCall<string>;
  /** From a place, counted from 1, so many characters or all that follow. */
  substring<T extends Text>(text: T, from: Num, length?: Num): FunctionCall<string | NullOf<T>, FromOf<T>>;
  substr<T extends Text>(text: T, from: Num, length?: Num): FunctionCall<string | NullOf<T>, FromOf<T>>;
  /** Where the first text begins in the second, counted from 1; 0 where it does not. */
  position<T extends Text>(part: Text, text: T): FunctionCall<number | NullOf<T>, FromOf<T>>;
  left<T extends Text>(text: T, length: Num): FunctionCall<string | NullOf<T>, FromOf<T>>;
  right<T extends Text>(text: T, length: Num): FunctionCall<string | NullOf<T>, FromOf<T>>;
  /** Filled up on the left to this many characters, or cut to them. */
  lpad<T extends Text>(text: T, length: Num, fill?: Arg<string>): FunctionCall<string | NullOf<T>, FromOf<T>>;
  rpad<T extends Text>(text: T, length: Num, fill?: Arg<string>): FunctionCall<string | NullOf<T>, FromOf<T>>;
  repeat<T extends Text>(text: T, times: Num): FunctionCall<string | NullOf<T>, FromOf<T>>;
  reverse<T extends Text>(text: T): FunctionCall<string | NullOf<T>, FromOf<T>>;
  abs<T extends ExpressionLike>(value: T): FunctionCall<T['~value'], FromOf<T>>;
  round<T extends ExpressionLike>(value: T, digits?: Arg<number>): FunctionCall<number | NullOf<T>, FromOf<T>>;
  ceil<T extends ExpressionLike>(value: T): FunctionCall<number | NullOf<T>, FromOf<T>>;
  ceiling<T extends ExpressionLike>(value: T): FunctionCall<number | NullOf<T>, FromOf<T>>;
  floor<T extends ExpressionLike>(value: T): FunctionCall<number | NullOf<T>, FromOf<T>>;
  power<T extends Num>(value: T, exponent: Num): FunctionCall<number | NullOf<T>, FromOf<T>>;
  sqrt<T extends Num>(value: T): FunctionCall<number | NullOf<T>, FromOf<T>>;
  exp<T extends Num>(value: T): FunctionCall<number | NullOf<T>, FromOf<T>>;
  ln<T extends Num>(value: T): FunctionCall<number | NullOf<T>, FromOf<T>>;
  sign<T extends Num>(value: T): FunctionCall<number | NullOf<T>, FromOf<T>>;
  /** A number from 0 to below 1. */
  random(): FunctionCall<number>;
  /** The moment of the statement. */
  now(): FunctionCall<Date>;
  currentTimestamp(): FunctionCall<Date>;
  localTimestamp(): FunctionCall<Date>;
  currentDate(): FunctionCall<string>;
  currentTime(): FunctionCall<string>;
  localTime(): FunctionCall<string>;
  rowNumber(): FunctionCall<number>;
  rank(): FunctionCall<number>;
  denseRank(): FunctionCall<number>;
  percentRank(): FunctionCall<number>;
  cumeDist(): FunctionCall<number>;
  ntile(buckets: Arg<number>): FunctionCall<number>;
  lag<V>(value: ExpressionLike<V>, offset?: Arg<number>, fallback?: Arg<V>): FunctionCall<V | null>;
  lead<V>(value: ExpressionLike<V>, offset?: Arg<number>, fallback?: Arg<V>): FunctionCall<V | null>;
  firstValue<V>(value: ExpressionLike<V>): FunctionCall<V | null>;
  lastValue<V>(value: ExpressionLike<V>): FunctionCall<V | null>;
  nthValue<V>(value: ExpressionLike<V>, n: Arg<number>): FunctionCall<V | null>;
  /** The items of an array as rows. PostgreSQL. */
  unnest<V>(array: ExpressionLike<V>): FunctionCall<Item<V>>;
}

/** A type; or that of the first argument, of an array of it, or of its items. */
export type FunctionResult = SqlType | 'argument' | 'array' | 'item';

const DATE = makeType<string>({ name: 'date' });
const TIME = makeType<string>({ name: 'time' });

const namesOf = (result: FunctionResult, names: string): [string, FunctionResult][] => names.split(' ').map((name) => [name, result]);

/** The type of what each known function gives. */
export const FUNCTION_RESULTS: Readonly<Record<string, FunctionResult>> = Object.fromEntries([
  ...namesOf(INTEGER, 'count length charLength position rowNumber rank denseRank ntile'),
  ...namesOf(DOUBLE, 'avg round random power sqrt exp ln sign percentRank cumeDist percentileCont percentileDisc ceil floor'),
  ...namesOf(DOUBLE, 'stddev stddevPop stddevSamp variance varPop varSamp'),
  ...namesOf(TEXT, 'lower upper trim ltrim rtrim replace concat substring left right lpad rpad repeat reverse stringAgg'),
  ...namesOf(BOOLEAN, 'boolAnd boolOr'),
  ...namesOf(DATE_TIME, 'now currentTimestamp localTimestamp'),
  ...namesOf(DATE, 'currentDate'),
  ...namesOf(TIME, 'currentTime localTime'),
  ...namesOf('argument', 'sum min max coalesce nullif greatest least abs lag lead firstValue lastValue nthValue'),
  ...namesOf('array', 'arrayAgg'),
  ...namesOf('item', 'unnest'),
]);

/** Those that are made of a group's rows, or of a window's. */
export const AGGREGATES: ReadonlySet<string> = new Set(
  [
    'count sum avg min max stringAgg arrayAgg boolAnd boolOr stddev stddevPop stddevSamp variance varPop varSamp',
    'percentileCont percentileDisc rowNumber rank denseRank ntile percentRank cumeDist lag lead firstValue lastValue nthValue unnest',
  ].flatMap((names) => names.split(' ')),
);

/** What JSON is read as where it is given to these functions, which know nothing of it. */
export const JSON_READ_AS: Readonly<Record<string, SqlType>> = Object.fromEntries([
  ...'lower upper trim ltrim rtrim length charLength replace substring position left right lpad rpad repeat reverse concat stringAgg'
    .split(' ')
    .map((name) => [name, TEXT]),
  ...'sum avg abs round ceil floor power sqrt exp ln sign stddev stddevPop stddevSamp variance varPop varSamp'
    .split(' ')
    .map((name) => [name, DOUBLE]),
  ...'boolAnd boolOr'.split(' ').map((name) => [name, BOOLEAN]),
]);
