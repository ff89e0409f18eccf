// Random typed expressions, each together with its value as JavaScript works it out by itself.
import { expect } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import { caseOf, caseWhen } from '../../src/sql/case.ts';
import { t } from '../../src/sql/column-types.ts';
import { nullValue } from '../../src/sql/constant.ts';
import { typeCoerce } from '../../src/sql/conversion.ts';
import { and, type Expression, not, or } from '../../src/sql/expression.ts';
import { func } from '../../src/sql/function.ts';
import { literal } from '../../src/sql/literal.ts';
import { all, any } from '../../src/sql/quantified.ts';
import { select } from '../../src/sql/select.ts';

/** A repeatable source of numbers from 0 to below 1. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  // Neighbouring seeds begin alike.
  for (let i = 0; i < 5; i++) next();
  return next;
}

type Logical = boolean | null;
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export interface Tree<V> {
  readonly sql: Expression<V>;
  readonly value: V | null;
}

const eager = <A, B, C>(a: A | null, b: B | null, f: (a: A, b: B) => C): C | null => (a === null || b === null ? null : f(a, b));
const every = (values: Logical[]): Logical => (values.includes(false) ? false : values.includes(null) ? null : true);
const some = (values: Logical[]): Logical => (values.includes(true) ? true : values.includes(null) ? null : false);
const opposite = (value: Logical): Logical => (value === null ? null : !value);
const present = <A>(values: readonly (A | null)[]): A[] => values.filter((value): value is A => value !== null);
const within = (value: number | null, low: number | null, high: number | null): Logical =>
  every([eager(value, low, (x, y) => x >= y), eager(value, high, (x, y) => x <= y)]);
/** In 64 bits, as the databases hold it. */
const bits = (f: (a: bigint, b: bigint) => bigint) => (a: number, b: number) => Number(BigInt.asIntN(64, f(BigInt(a), BigInt(b))));
const characters = (text: string): string[] => [...text];

const TEXTS = ['a', 'b', '1', '', 'ab', 'abba', '50%', 'a_b', "it's", '"q"', '/', '\\', 'é', '名🎈', ' x '];
const TOO_LARGE = 1_000_000;

/** Makes random trees. `dialect` is for what a database cannot do at all; what it does differently is for its compiler. */
export class TreeMaker {
  readonly dialect: string;
  readonly #random: () => number;
  constructor(seed: number, dialect: string) {
    this.#random = generator(seed);
    this.dialect = dialect;
  }
  #pick<T>(...choices: (() => T)[]): T {
    return choices[Math.floor(this.#random() * choices.length)]();
  }
  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
  #null<V>(type: { readonly '~value': V; readonly type: Expression['type'] }): Tree<V> {
    return { sql: typeCoerce<V>(null, type), value: null };
  }

  /** A whole number; one that has grown is brought back, so that nothing overflows. */
  number(depth: number): Tree<number> {
    const tree = this.#number(depth);
    return tree.value !== null && Math.abs(tree.value) > TOO_LARGE ? { sql: tree.sql.mod(1000), value: tree.value % 1000 } : tree;
  }
  #number(depth: number): Tree<number> {
    if (depth <= 0) {
      const value = this.#below(13) - 5;
      return this.#random() < 0.2 ? this.#null(t.integer()) : { sql: literal(value), value };
    }
    const [a, b] = [this.number(depth - 1), this.number(depth - 1)];
    const divisor = this.#pick(
      () => this.#below(6) + 1,
      () => -this.#below(6) - 1,
    );
    const text = this.text(depth - 1);
    const choices: (() => Tree<number>)[] = [
      () => ({ sql: a.sql.plus(b.sql), value: eager(a.value, b.value, (x, y) => x + y) }),
      () => ({ sql: a.sql.minus(b.sql), value: eager(a.value, b.value, (x, y) => x - y) }),
      () => ({ sql: a.sql.times(b.sql.mod(50)), value: eager(a.value, b.value, (x, y) => x * (y % 50)) }),
      () => ({ sql: a.sql.floorDiv(divisor), value: eager(a.value, divisor, (x, y) => Math.floor(x / y)) }),
      () => ({ sql: a.sql.mod(divisor), value: eager(a.value, divisor, (x, y) => x % y) }),
      () => ({ sql: a.sql.negate(), value: eager(a.value, 0, (x) => -x) }),
      () => ({ sql: func.abs(a.sql), value: eager(a.value, 0, (x) => Math.abs(x)) }),
      () => ({
        sql: a.sql.bitwiseAnd(b.sql),
        value: eager(
          a.value,
          b.value,
          bits((x, y) => x & y),
        ),
      }),
      () => ({
        sql: a.sql.bitwiseOr(b.sql),
        value: eager(
          a.value,
          b.value,
          bits((x, y) => x | y),
        ),
      }),
      () => ({
        sql: a.sql.bitwiseXor(b.sql),
        value: eager(
          a.value,
          b.value,
          bits((x, y) => x ^ y),
        ),
      }),
      () => ({ sql: a.sql.bitwiseNot(), value: eager(a.value, 0, (x) => -x - 1) }),
      () => {
        const places = this.#below(4);
        return {
          sql: a.sql.bitwiseLeftShift(places),
          value: eager(
            a.value,
            places,
            bits((x, y) => x << y),
          ),
        };
      },
      () => {
        const places = this.#below(4);
        // Only of what is not below zero: MySQL shifts without a sign.
        return {
          sql: func.abs(a.sql).bitwiseRightShift(places),
          value: eager(a.value, places, (x, y) => Math.floor(Math.abs(x) / 2 ** y)),
        };
      },
      () => ({ sql: func.coalesce(a.sql, b.sql) as Expression<number>, value: a.value ?? b.value }),
      () => ({ sql: func.nullif(a.sql, b.sql) as Expression<number>, value: a.value === b.value ? null : a.value }),
      () => {
        const values = present([a.value, b.value, divisor]);
        return { sql: func.greatest(a.sql, b.sql, divisor), value: Math.max(...values) };
      },
      () => {
        const values = present([a.value, b.value]);
        return { sql: func.least(a.sql, b.sql), value: values.length === 0 ? null : Math.min(...values) };
      },
      () => ({ sql: func.charLength(text.sql), value: text.value === null ? null : characters(text.value).length }),
      () => {
        const part = this.#pick(...TEXTS.map((value) => () => value));
        const at = text.value === null ? null : text.value.indexOf(part);
        const value = at === null ? null : at < 0 ? 0 : characters((text.value as string).slice(0, at)).length + 1;
        return { sql: func.position(part, text.sql), value };
      },
      () => {
        const condition = this.logical(depth - 1);
        return {
          sql: caseWhen(condition.sql, a.sql).else(b.sql) as Expression<number>,
          value: condition.value === true ? a.value : b.value,
        };
      },
      () => {
        const key = this.#below(4);
        return {
          sql: caseOf(a.sql).when(key, b.sql).when(b.sql, divisor).else(a.sql) as Expression<number>,
          value: a.value === key ? b.value : a.value !== null && a.value === b.value ? divisor : a.value,
        };
      },
      () => this.#jsonNumber(),
    ];
    return this.#pick(...choices);
  }
  /** A number with a fraction, from a division. */
  fraction(depth: number): Tree<number> {
    const [a, b] = [this.number(depth), this.#below(7) + 1];
    return { sql: a.sql.dividedBy(b), value: eager(a.value, b, (x, y) => x / y) };
  }

  text(depth: number): Tree<string> {
    const tree = this.#text(depth);
    return tree.value !== null && tree.value.length > 60
      ? { sql: func.left(tree.sql, 20), value: characters(tree.value).slice(0, 20).join('') }
      : tree;
  }
  #text(depth: number): Tree<string> {
    if (depth <= 0) {
      const value = this.#pick(...TEXTS.map((text) => () => text));
      return this.#random() < 0.15 ? this.#null(t.text()) : { sql: literal(value), value };
    }
    const [a, b] = [this.text(depth - 1), this.text(depth - 1)];
    const [from, size] = [this.#below(7) - 2, this.#below(4)];
    const start = Math.max(from, 1);
    const upper = (text: string): string => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
    return this.#pick<Tree<string>>(
      () => ({ sql: a.sql.concat(b.sql), value: eager(a.value, b.value, (x, y) => x + y) }),
      () => ({ sql: func.concat(a.sql, b.sql), value: (a.value ?? '') + (b.value ?? '') }),
      () => ({ sql: func.coalesce(a.sql, b.sql) as Expression<string>, value: a.value ?? b.value }),
      () => ({ sql: func.replace(a.sql, 'a', 'xy'), value: a.value === null ? null : a.value.replaceAll('a', 'xy') }),
      () => ({ sql: func.upper(func.replace(a.sql, 'é', 'e')), value: a.value === null ? null : upper(a.value.replaceAll('é', 'e')) }),
      () => ({ sql: func.trim(a.sql), value: a.value === null ? null : a.value.replace(/^ +| +$/g, '') }),
      () => ({
        sql: func.substring(a.sql, from),
        value:
          a.value === null
            ? null
            : characters(a.value)
                .slice(start - 1)
                .join(''),
      }),
      () => ({
        sql: func.substring(a.sql, from, size),
        value:
          a.value === null
            ? null
            : characters(a.value)
                .slice(start - 1, Math.max(from + size, 1) - 1)
                .join(''),
      }),
      () => ({ sql: func.left(a.sql, size), value: a.value === null ? null : characters(a.value).slice(0, size).join('') }),
      () => ({
        sql: func.right(a.sql, size),
        value: a.value === null ? null : size === 0 ? '' : characters(a.value).slice(-size).join(''),
      }),
      () => {
        const fill = Math.max(size + 2, 1);
        const value = a.value === null ? null : characters(a.value);
        return {
          sql: func.lpad(a.sql, fill, 'xy'),
          value:
            value === null
              ? null
              : value.length >= fill
                ? value.slice(0, fill).join('')
                : 'xyxyxyxy'.slice(0, fill - value.length) + value.join(''),
        };
      },
      () => {
        const condition = this.logical(depth - 1);
        return {
          sql: caseWhen(condition.sql, a.sql).else(b.sql) as Expression<string>,
          value: condition.value === true ? a.value : b.value,
        };
      },
      () => {
        const json = this.#document();
        const [step, found] = this.#step(json);
        const value = typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean' ? String(found) : null;
        // How a whole object is written as text is the database's own.
        return typeof found === 'object' && found !== null
          ? { sql: literal('x'), value: 'x' }
          : { sql: this.#path(json, step).asText() as Expression<string>, value };
      },
    );
  }

  #json(depth: number): Json {
    return this.#pick<Json>(
      () => null,
      () => this.#random() < 0.5,
      () => this.#below(5),
      () => this.#below(5) + 0.5,
      () => this.#pick(...TEXTS.map((text) => () => text)),
      () => (depth === 0 ? 1 : Array.from({ length: this.#below(3) }, () => this.#json(depth - 1))),
      () => (depth === 0 ? '1' : Object.fromEntries(TEXTS.slice(0, this.#below(5)).map((key) => [key, this.#json(depth - 1)]))),
    );
  }
  #document(): { [key: string]: Json } {
    return Object.fromEntries(['a', "it's", '"q"', 'é', '0'].map((key) => [key, this.#json(2)]));
  }
  #step(document: { [key: string]: Json }): readonly [string, Json] {
    const key = this.#pick(...[...Object.keys(document), 'none'].map((name) => () => name));
    return [key, Object.hasOwn(document, key) ? document[key] : null];
  }
  #path(document: Json, ...steps: string[]): Expression<Json> {
    return typeCoerce(document, t.json<{ [key: string]: Json }>()).json(steps[0]) as Expression<Json>;
  }
  #jsonNumber(): Tree<number> {
    const json = this.#document();
    const value = this.#below(9);
    json.a = value;
    return { sql: this.#path(json, 'a').asInteger() as Expression<number>, value };
  }
  #jsonLogical(): Tree<boolean> {
    const json = this.#document();
    const [step, found] = this.#step(json);
    const path = this.#path(json, step);
    const missing = !Object.hasOwn(json, step);
    const wanted = this.#pick<string | number | boolean>(
      () => (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean' ? found : 1),
      () => this.#below(5),
      () => '1',
      () => this.#random() < 0.5,
    );
    return this.#pick<Tree<boolean>>(
      () => ({ sql: path.eq(wanted), value: missing ? null : found === wanted }),
      () => ({ sql: path.ne(wanted), value: missing ? null : found !== wanted }),
      () => ({ sql: path.isNull(), value: found === null }),
      () => ({ sql: path.in([wanted, 2]), value: missing ? null : found === wanted || found === 2 }),
      () => ({ sql: path.isDistinctFrom(wanted), value: found !== wanted }),
      () => ({ sql: this.#path({ a: json }, 'a').hasKey(step), value: !missing }),
      () => ({ sql: this.#path({ a: json }, 'a').contains({ [step]: found } as never), value: !missing }),
    );
  }

  logical(depth: number): Tree<boolean> {
    if (depth <= 0) {
      const value = this.#random() < 0.5;
      return this.#random() < 0.15 ? this.#null(t.boolean()) : { sql: literal(value), value };
    }
    const [a, b, c] = [this.number(depth - 1), this.number(depth - 1), this.number(depth - 1)];
    const [p, q, r] = [this.logical(depth - 1), this.logical(depth - 1), this.logical(depth - 1)];
    const [s, u] = [this.text(depth - 1), this.text(depth - 1)];
    const part = this.#pick(...TEXTS.filter((text) => !/[é名]/.test(text)).map((text) => () => text));
    return this.#pick<Tree<boolean>>(
      () => ({ sql: a.sql.eq(b.sql), value: eager(a.value, b.value, (x, y) => x === y) }),
      () => ({ sql: a.sql.ne(b.sql), value: eager(a.value, b.value, (x, y) => x !== y) }),
      () => ({ sql: a.sql.lt(b.sql), value: eager(a.value, b.value, (x, y) => x < y) }),
      () => ({ sql: a.sql.ge(b.sql), value: eager(a.value, b.value, (x, y) => x >= y) }),
      () => ({ sql: p.sql.eq(q.sql), value: eager(p.value, q.value, (x, y) => x === y) }),
      () => ({ sql: p.sql.lt(q.sql), value: eager(p.value, q.value, (x, y) => Number(x) < Number(y)) }),
      () => ({ sql: s.sql.eq(s.sql), value: s.value === null ? null : true }),
      () => ({ sql: s.sql.icontains(part), value: s.value === null ? null : s.value.toLowerCase().includes(part) }),
      // Whether case counts in LIKE is each database's habit, so there is none.
      () => ({ sql: func.lower(s.sql).contains(part), value: s.value === null ? null : s.value.toLowerCase().includes(part) }),
      () => ({ sql: func.lower(s.sql).startsWith(part), value: s.value === null ? null : s.value.toLowerCase().startsWith(part) }),
      () => ({ sql: s.sql.iendsWith(u.sql), value: eager(s.value, u.value, (x, y) => x.toLowerCase().endsWith(y.toLowerCase())) }),
      () => ({ sql: s.sql.regexpMatch('a+b'), value: s.value === null ? null : /a+b/.test(s.value) }),
      () => ({ sql: s.sql.regexpMatch('A+B', { flags: 'i' }), value: s.value === null ? null : /a+b/i.test(s.value) }),
      () => ({ sql: a.sql.isNull(), value: a.value === null }),
      () => ({ sql: p.sql.isNotNull(), value: p.value !== null }),
      () => ({ sql: p.sql.is(true), value: p.value === true }),
      () => ({ sql: p.sql.isNot(false), value: p.value !== false }),
      () => ({ sql: p.sql.is(nullValue() as never), value: p.value === null }),
      () => ({ sql: a.sql.isDistinctFrom(b.sql), value: a.value !== b.value }),
      () => ({ sql: a.sql.isNotDistinctFrom(b.sql), value: a.value === b.value }),
      () => ({ sql: a.sql.between(b.sql, c.sql), value: within(a.value, b.value, c.value) }),
      () => ({ sql: a.sql.notBetween(-1, b.sql), value: opposite(within(a.value, -1, b.value)) }),
      () => ({
        sql: a.sql.between(b.sql, c.sql, { symmetric: true }),
        value: some([within(a.value, b.value, c.value), within(a.value, c.value, b.value)]),
      }),
      () => ({ sql: a.sql.in([1, 2, 3]), value: eager(a.value, 0, (x) => [1, 2, 3].includes(x)) }),
      () => ({
        sql: a.sql.in([1, b.sql]),
        value: some([eager(a.value, 1, (x, y) => x === y), eager(a.value, b.value, (x, y) => x === y)]),
      }),
      () => ({ sql: a.sql.notIn([]), value: true }),
      () => ({
        sql: a.sql.gt(any([b.sql, c.sql, 0])),
        value: some([b.value, c.value, 0].map((other) => eager(a.value, other, (x, y) => x > y))),
      }),
      () => ({
        sql: a.sql.le(all([b.sql, c.sql])),
        value: every([b.value, c.value].map((other) => eager(a.value, other, (x, y) => x <= y))),
      }),
      () => ({ sql: and(p.sql, q.sql, r.sql), value: every([p.value, q.value, r.value]) }),
      () => ({ sql: or(p.sql, q.sql, r.sql), value: some([p.value, q.value, r.value]) }),
      () => ({ sql: and(p.sql, or(q.sql, r.sql)), value: every([p.value, some([q.value, r.value])]) }),
      () => ({ sql: or(p.sql, and(q.sql, r.sql)), value: some([p.value, every([q.value, r.value])]) }),
      () => ({ sql: not(p.sql), value: opposite(p.value) }),
      () => this.#jsonLogical(),
      () => this.#jsonLogical(),
    );
  }
}

/** -0 and 0 are one number in SQL. */
const plain = (value: number | null): number | null => (value === null ? null : value + 0);

/**
 * Checks that the database gives random trees the values that JavaScript gives them, for so many seeds from the first on.
 * @param dialect the dialect's name, for what that database cannot do at all
 */
export async function compareTrees(connection: Connection, dialect: string, first: number, count: number): Promise<void> {
  for (let seed = first; seed < first + count; seed++) {
    const maker = new TreeMaker(seed, dialect);
    const depth = 1 + (seed % 4);
    const [number, fraction, text, logical] = [maker.number(depth), maker.fraction(depth - 1), maker.text(depth), maker.logical(depth)];
    const row = await connection.one(select({ number: number.sql, fraction: fraction.sql, text: text.sql, logical: logical.sql }));
    const found = { number: plain(row.number), fraction: plain(row.fraction), text: row.text, logical: row.logical };
    const expected = { number: plain(number.value), fraction: plain(fraction.value), text: text.value, logical: logical.value };
    expect(found, `ATHANOR_SEED=${seed}`).toEqual(expected);
  }
}
