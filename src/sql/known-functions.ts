import type { FunctionCall } from './function-call.ts';
import type { ExpressionLike } from './operand.ts';
import { BOOLEAN, DATE_TIME, DOUBLE, INTEGER, makeType, type SqlType, TEXT } from './type.ts';

type Arg<V = unknown> = ExpressionLike<V> | V;
type Text = Arg<string | null>;
type Num = ExpressionLike<unknown> | number | null;
type Item<V> = NonNullable<V> extends readonly (infer E)[] ? E : unknown;

/** What the functions that Athanor knows return; any other name gives `FunctionCall<any type you say>`. */
export interface Functions {
  /** Rows, or values that are not NULL. */
  count(value?: ExpressionLike): FunctionCall<number>;
  sum<V>(value: ExpressionLike<V>): FunctionCall<(NonNullable<V> extends boolean ? number : V) | null>;
  avg(value: ExpressionLike): FunctionCall<number | null>;
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
  coalesce<V>(first: ExpressionLike<V>, ...rest: Arg<NonNullable<V> | null>[]): FunctionCall<NonNullable<V>>;
  /** The value, or another one where it is NULL: `coalesce()` of two. */
  ifNull<V>(value: ExpressionLike<V>, other: Arg<NonNullable<V> | null>): FunctionCall<NonNullable<V>>;
  nullif<V>(value: ExpressionLike<V>, other: Arg<NonNullable<V>>): FunctionCall<V | null>;
  /** The greatest of these values; NULLs among them are left out. */
  greatest<V>(first: ExpressionLike<V>, ...rest: Arg<NonNullable<V> | null>[]): FunctionCall<V>;
  /** The least of these values; NULLs among them are left out. */
  least<V>(first: ExpressionLike<V>, ...rest: Arg<NonNullable<V> | null>[]): FunctionCall<V>;
  lower(text: Text): FunctionCall<string>;
  upper(text: Text): FunctionCall<string>;
  /** Without blanks, or these characters, at both ends. */
  trim(text: Text, characters?: Arg<string>): FunctionCall<string>;
  ltrim(text: Text, characters?: Arg<string>): FunctionCall<string>;
  rtrim(text: Text, characters?: Arg<string>): FunctionCall<string>;
  /** The characters of a text. */
  length(text: Text): FunctionCall<number>;
  charLength(text: Text): FunctionCall<number>;
  replace(text: Text, from: Arg<string>, to: Arg<string>): FunctionCall<string>;
  /** The texts in one; a NULL counts as an empty text. `x.concat(y)` is NULL where one of them is. */
  concat(...values: Arg<unknown>[]): FunctionCall<string>;
  /** From a place, counted from 1, so many characters or all that follow. */
  substring(text: Text, from: Num, length?: Num): FunctionCall<string>;
  substr(text: Text, from: Num, length?: Num): FunctionCall<string>;
  /** Where the first text begins in the second, counted from 1; 0 where it does not. */
  position(part: Text, text: Text): FunctionCall<number>;
  left(text: Text, length: Num): FunctionCall<string>;
  right(text: Text, length: Num): FunctionCall<string>;
  /** Filled up on the left to this many characters, or cut to them. */
  lpad(text: Text, length: Num, fill?: Arg<string>): FunctionCall<string>;
  rpad(text: Text, length: Num, fill?: Arg<string>): FunctionCall<string>;
  repeat(text: Text, times: Num): FunctionCall<string>;
  reverse(text: Text): FunctionCall<string>;
  abs<V>(value: ExpressionLike<V>): FunctionCall<V>;
  round(value: ExpressionLike, digits?: Arg<number>): FunctionCall<number>;
  ceil(value: ExpressionLike): FunctionCall<number>;
  ceiling(value: ExpressionLike): FunctionCall<number>;
  floor(value: ExpressionLike): FunctionCall<number>;
  power(value: Num, exponent: Num): FunctionCall<number>;
  sqrt(value: Num): FunctionCall<number>;
  exp(value: Num): FunctionCall<number>;
  ln(value: Num): FunctionCall<number>;
  sign(value: Num): FunctionCall<number>;
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
