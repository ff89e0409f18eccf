import { expect, it } from 'vitest';
import { caseWhen } from '../../src/sql/case.ts';
import { and, type Expression, literal, not, or } from '../../src/sql/expression.ts';
import { select } from '../../src/sql/select.ts';
import { memoryEngine } from '../engine/sqlite-databases.ts';

/** A repeatable source of numbers from 0 to below 1. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

type Logical = boolean | null;
interface Tree<V> {
  readonly sql: Expression<V>;
  readonly value: V | null;
}

const eager = <A, B>(a: A | null, b: A | null, f: (a: A, b: A) => B): B | null => (a === null || b === null ? null : f(a, b));
const all = (values: Logical[]): Logical => (values.includes(false) ? false : values.includes(null) ? null : true);
const any = (values: Logical[]): Logical => (values.includes(true) ? true : values.includes(null) ? null : false);
const opposite = (value: Logical): Logical => (value === null ? null : !value);

/** Makes random trees together with what JavaScript says their value is. */
class Maker {
  readonly random: () => number;
  constructor(seed: number) {
    this.random = generator(seed);
  }
  pick<T>(...choices: (() => T)[]): T {
    return choices[Math.floor(this.random() * choices.length)]();
  }
  number(depth: number): Tree<number> {
    if (depth === 0) {
      const value = Math.floor(this.random() * 9) - 3;
      return this.pick<Tree<number>>(
        () => ({ sql: literal(value), value }),
        () => ({ sql: literal(value), value }),
        () => ({ sql: literal(null) as unknown as Expression<number>, value: null }),
      );
    }
    const [a, b] = [this.number(depth - 1), this.number(depth - 1)];
    const divisor = Math.floor(this.random() * 5) + 1;
    return this.pick<Tree<number>>(
      () => ({ sql: a.sql.plus(b.sql), value: eager(a.value, b.value, (x, y) => x + y) }),
      () => ({ sql: a.sql.minus(b.sql), value: eager(a.value, b.value, (x, y) => x - y) }),
      () => ({ sql: a.sql.times(b.sql), value: eager(a.value, b.value, (x, y) => x * y) }),
      () => ({ sql: a.sql.dividedBy(divisor), value: eager(a.value, divisor, (x, y) => Math.trunc(x / y)) }),
      () => ({ sql: a.sql.mod(divisor), value: eager(a.value, divisor, (x, y) => x % y) }),
      () => ({ sql: a.sql.negate(), value: eager(a.value, 0, (x) => -x) }),
      () => {
        const condition = this.logical(depth - 1);
        return {
          sql: caseWhen(condition.sql, a.sql).else(b.sql) as Expression<number>,
          value: condition.value === true ? a.value : b.value,
        };
      },
    );
  }
  text(depth: number): Tree<string> {
    if (depth === 0) {
      const value = this.pick(
        () => 'a',
        () => 'b',
        () => '1',
        () => '',
      );
      return { sql: literal(value), value };
    }
    const [a, b] = [this.text(depth - 1), this.text(depth - 1)];
    const n = this.number(depth - 1);
    return this.pick<Tree<string>>(
      () => ({ sql: a.sql.concat(b.sql), value: eager(a.value, b.value, (x, y) => x + y) }),
      () => ({
        sql: a.sql.concat(n.sql as unknown as Expression<string>),
        value: eager<string, string>(a.value, n.value === null ? null : String(n.value), (x, y) => x + y),
      }),
      () => ({ sql: a.sql.collate('BINARY'), value: a.value }),
    );
  }
  logical(depth: number): Tree<boolean> {
    if (depth === 0) {
      const value = this.random() < 0.5;
      return { sql: literal(value), value };
    }
    const [a, b] = [this.number(depth - 1), this.number(depth - 1)];
    const [p, q, r] = [this.logical(depth - 1), this.logical(depth - 1), this.logical(depth - 1)];
    const [s, u] = [this.text(depth - 1), this.text(depth - 1)];
    return this.pick<Tree<boolean>>(
      () => ({ sql: a.sql.eq(b.sql), value: eager(a.value, b.value, (x, y) => x === y) }),
      () => ({ sql: a.sql.ne(b.sql), value: eager(a.value, b.value, (x, y) => x !== y) }),
      () => ({ sql: a.sql.lt(b.sql), value: eager(a.value, b.value, (x, y) => x < y) }),
      () => ({ sql: a.sql.ge(b.sql), value: eager(a.value, b.value, (x, y) => x >= y) }),
      () => ({ sql: p.sql.eq(q.sql), value: eager(p.value, q.value, (x, y) => x === y) }),
      () => ({ sql: p.sql.lt(q.sql), value: eager(p.value, q.value, (x, y) => Number(x) < Number(y)) }),
      () => ({ sql: s.sql.eq(u.sql), value: eager(s.value, u.value, (x, y) => x === y) }),
      () => ({ sql: s.sql.like(u.sql), value: eager(s.value, u.value, (x, y) => x === y) }),
      () => ({ sql: a.sql.isNull(), value: a.value === null }),
      () => ({ sql: p.sql.isNotNull(), value: p.value !== null }),
      () => ({ sql: a.sql.isDistinctFrom(b.sql), value: a.value !== b.value }),
      () => ({ sql: a.sql.isNotDistinctFrom(b.sql), value: a.value === b.value }),
      () => ({
        sql: a.sql.between(b.sql, 2),
        value: all([eager(a.value, b.value, (x, y) => x >= y), eager(a.value, 2, (x, y) => x <= y)]),
      }),
      () => ({
        sql: a.sql.notBetween(-1, b.sql),
        value: opposite(all([eager(a.value, -1, (x, y) => x >= y), eager(a.value, b.value, (x, y) => x <= y)])),
      }),
      () => ({ sql: a.sql.in([1, 2, 3]), value: eager(a.value, 0, (x) => [1, 2, 3].includes(x)) }),
      () => ({ sql: a.sql.notIn([]), value: true }),
      () => ({ sql: and(p.sql, q.sql, r.sql), value: all([p.value, q.value, r.value]) }),
      () => ({ sql: or(p.sql, q.sql, r.sql), value: any([p.value, q.value, r.value]) }),
      () => ({ sql: and(p.sql, or(q.sql, r.sql)), value: all([p.value, any([q.value, r.value])]) }),
      () => ({ sql: or(p.sql, and(q.sql, r.sql)), value: any([p.value, all([q.value, r.value])]) }),
      () => ({ sql: not(p.sql), value: opposite(p.value) }),
    );
  }
}

it('evaluates random trees as JavaScript does', async () => {
  const engine = await memoryEngine('sqlite');
  const connection = await engine.connect();
  for (let seed = 1; seed <= 1500; seed++) {
    const maker = new Maker(seed);
    const depth = 1 + (seed % 4);
    const [number, text, logical] = [maker.number(depth), maker.text(depth), maker.logical(depth)];
    const row = await connection.one(select({ number: number.sql, text: text.sql, logical: logical.sql }));
    // -0 and 0 are one number in SQL.
    expect({ seed, number: row.number === null ? null : row.number + 0, text: row.text, logical: row.logical }).toEqual({
      seed,
      number: number.value === null ? null : number.value + 0,
      text: text.value,
      logical: logical.value,
    });
  }
});
