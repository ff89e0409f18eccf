// What T-SQL says is checked by running it: its conditions and values are nearly all SQL that SQLite understands, too.
// A statement that is compiled for both has to give the same rows. Names and text must not change what a statement is.
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { mssql } from '../../src/dialects/mssql/dialect.ts';
import { mssqlLiteral } from '../../src/dialects/mssql/literals.ts';
import { sqlite } from '../../src/dialects/sqlite/dialect.ts';
import { makePlan } from '../../src/engine/plan.ts';
import { alias } from '../../src/sql/alias.ts';
import { caseWhen } from '../../src/sql/case.ts';
import { t } from '../../src/sql/column-types.ts';
import { excluded } from '../../src/sql/conflict.ts';
import { and, type Expression, not, or } from '../../src/sql/expression.ts';
import { func } from '../../src/sql/function.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { literal } from '../../src/sql/literal.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { exists } from '../../src/sql/query-value.ts';
import { Table } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { tuple } from '../../src/sql/tuple.ts';
import { update } from '../../src/sql/update.ts';
import { type Parsed, parseTsql, shapeOf } from './tsql-grammar.ts';

const things = new Table(new MetaData(), 'things', {
  id: t.integer().primaryKey(),
  a: t.integer().nullable(),
  b: t.integer().nullable(),
  s: t.text().nullable(),
  u: t.text().nullable(),
  yes: t.boolean().nullable(),
  no: t.boolean().nullable(),
});

const database = new DatabaseSync(':memory:');
database.exec(sqlite.ddl.createTable(things).join(';'));
const fill = database.prepare('INSERT INTO things VALUES (?, ?, ?, ?, ?, ?, ?)');
for (const [i, row] of [
  [1, 2, 'a', 'b', 1, 0],
  [2, 2, 'a', 'a', 0, 0],
  [null, 1, null, 'a', null, 1],
  [3, null, 'ab', null, 1, null],
  [-1, 0, '', '', 0, 1],
  [null, null, null, null, null, null],
].entries())
  fill.run(i + 1, ...row);

/** T-SQL as SQLite writes the same. */
function translated(node: Parsed): string {
  const { rule, parts, text } = node;
  if (rule === 'constant' || rule === '') return /^N'/i.test(text) ? text.slice(1) : text;
  if (rule === 'comparison_operator') return text;
  if (rule === 'table_source_item' && parts[1]?.rule === 'derived_table') return named(parts);
  const written = parts.map(translated);
  const types = /^CAST \( (.*) AS (?:BIT|INT) \)$/s.exec(written.join(' '));
  if (types !== null) return `CAST(${types[1]} AS INTEGER)`;
  const words = /^CAST \( (.*) AS NVARCHAR \( MAX \) \)$/s.exec(written.join(' '));
  if (words !== null) return `CAST(${words[1]} AS TEXT)`;
  if (rule === 'expression' && parts.length === 3 && written[1] === '+' && /^CAST\(.* AS NVARCHAR\(MAX\)\)/s.test(text))
    return `(${written[0]} || ${written[2]})`;
  // On bits, and NULL where one of them is.
  if (rule === 'expression' && parts.length === 3 && written[1] === '^') return `(${written[0]} <> ${written[2]})`;
  if (written[0] === '~') return `(NOT ${written.slice(1).join(' ')})`;
  return written.join(' ');
}

/** `(SELECT …) AS x (a, b)`, which SQLite says with WITH. */
function named([, query, , alias, list]: readonly Parsed[]): string {
  // The grammar takes a list of one name for a hint.
  const [, name, hint] = /^AS (\S+?)(?: (\(.*\)))?$/s.exec(alias.text) as unknown as string[];
  const columns = list?.text ?? hint ?? '';
  return `(WITH ${name} ${columns} AS (${translated(query)}) SELECT * FROM ${name}) AS ${name}`;
}

/** The rows of a select as SQLite gives them for its own text, and for SQL Server's. */
function rowsOf(statement: { readonly node: Parameters<typeof makePlan>[1] }): { own: unknown[]; other: unknown[]; sql: string } {
  const values = statement.node.binds.map((bind) => bind.value);
  const run = (sql: string, parameters: readonly unknown[], named: boolean): unknown[] => {
    let prepared: ReturnType<typeof database.prepare>;
    try {
      prepared = database.prepare(sql);
    } catch (error) {
      throw new Error(`${(error as Error).message}: ${sql}`);
    }
    prepared.setReturnArrays(true);
    const given = parameters.map((value) => (typeof value === 'boolean' ? Number(value) : value)) as never[];
    return named ? prepared.all(Object.fromEntries(given.map((value, i) => [`@p${i + 1}`, value]))) : prepared.all(...given);
  };
  const own = makePlan(sqlite, statement.node, 'sqlite').encode(values);
  const { sql, parameters } = makePlan(mssql, statement.node, 'mssql').encode(values);
  return { own: run(own.sql, own.parameters, false), other: run(translated(parseTsql(sql)), parameters, true), sql };
}

type Maker = (depth: number) => Expression<never>;

/** Makes random expressions over the columns of the table. */
function maker(seed: number): { number: Maker; text: Maker; truth: Maker } {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const c = things.c as unknown as Record<string, Expression<never>>;
  const any = (value: unknown): never => value as never;
  const pick = (...choices: (() => unknown)[]): Expression<never> => any(choices[Math.floor(random() * choices.length)]());
  const other = alias(things, 'others');
  const number: Maker = (depth) => {
    if (depth === 0)
      return pick(
        () => c.a,
        () => c.b,
        () => literal(Math.floor(random() * 7) - 2),
        () => literal(null),
      );
    const [x, y] = [number(depth - 1), number(depth - 1)];
    return pick(
      () => x.plus(y),
      () => x.minus(y),
      () => x.times(y),
      () => x.negate(),
      () => x.mod(any(3)),
      () => caseWhen(truth(depth - 1), x).else(y),
      () => func.coalesce(x, y),
    );
  };
  const text: Maker = (depth) => {
    if (depth === 0)
      return pick(
        () => c.s,
        () => c.u,
        () => literal(['a', 'b', ''][Math.floor(random() * 3)]),
      );
    const [x, y] = [text(depth - 1), text(depth - 1)];
    return pick(
      () => x.concat(y),
      () => x.concat(any(number(depth - 1))),
      () => caseWhen(truth(depth - 1), x).else(y),
    );
  };
  const truth: Maker = (depth) => {
    if (depth === 0)
      return pick(
        () => c.yes,
        () => c.no,
        () => literal(random() < 0.5),
      );
    const [x, y] = [number(depth - 1), number(depth - 1)];
    const [p, q, r] = [truth(depth - 1), truth(depth - 1), truth(depth - 1)];
    const [s, u] = [text(depth - 1), text(depth - 1)];
    const matching = (): Expression<boolean> => exists(select(other.c.id).where(x.eq(any(other.c.a))));
    return pick(
      () => x.eq(y),
      () => x.ne(y),
      () => x.lt(y),
      () => p.eq(q),
      () => p.ne(q),
      () => p.lt(q),
      () => p.ge(q),
      () => s.eq(u),
      () => s.like(u),
      () => s.notLike(u),
      () => x.isNull(),
      () => p.isNotNull(),
      () => x.isDistinctFrom(y),
      () => p.isNotDistinctFrom(q),
      () => s.isNotDistinctFrom(u),
      () => x.between(y, any(2)),
      () => x.notBetween(any(0), y),
      () => x.in(any([1, 2])),
      () => x.notIn(any([])),
      () => p.in(any([true])),
      () => and(p, q, r),
      () => or(p, q, r),
      () => and(p, or(q, r)),
      () => not(p),
      () => not(and(p, q)),
      matching,
      () => x.in(any(select(other.c.b).where(other.c.b.isNotNull()))),
      () => x.notIn(any(select(other.c.a))),
      () => tuple(x, y).in(any(select(other.c.a, other.c.b))),
      () => tuple(x, y).notIn(any(select(other.c.a, other.c.b).where(other.c.id.gt(2)))),
      () => tuple(x, y).in(any([[1, 2]])),
      () => tuple(x, y).lt(any(tuple(y, x))),
      () => tuple(x, y).ge(any([2, 1])),
      () => caseWhen(p, any(q)).else(any(r)),
    );
  };
  return { number, text, truth };
}

describe('random expressions', () => {
  it.each(Array.from({ length: 8 }, (_, i) => i))('mean what they mean elsewhere, part %i', (part) => {
    for (let seed = part * 20 + 1; seed <= part * 20 + 20; seed++) {
      const { number, text, truth } = maker(seed);
      const depth = 1 + (seed % 2);
      const statement = select(things.c.id, number(depth), text(depth), truth(depth), truth(depth + (seed % 3 === 0 ? 1 : 0)))
        .from(things)
        .where(or(truth(depth), things.c.id.le(3)))
        .orderBy(things.c.id);
      const { own, other, sql } = rowsOf(statement);
      expect({ seed, sql, rows: other }).toEqual({ seed, sql, rows: own });
    }
  });
});

describe('orders and aggregates', () => {
  it.each([
    ['nulls last', select(things.c.id).orderBy(things.c.a.asc().nullsLast(), things.c.id)],
    ['nulls first', select(things.c.id).orderBy(things.c.a.desc().nullsFirst(), things.c.id)],
    ['nulls by themselves', select(things.c.id).orderBy(things.c.a.asc().nullsFirst(), things.c.b.desc().nullsLast(), things.c.id)],
    ['different ones', select(things.c.a).distinct().orderBy(things.c.a.asc().nullsLast())],
    [
      'filtered',
      select({
        n: func.count().filter(things.c.yes),
        sum: func.sum(things.c.a).filter(not(things.c.yes)),
        truths: func.sum(things.c.yes),
        most: func.max(things.c.yes),
      }).from(things),
    ],
    [
      'groups of conditions',
      select(things.c.a.gt(1), func.count()).from(things).groupBy(things.c.a.isNull()).having(func.count().gt(0)).columns(func.count()),
    ],
  ])('%s', (_name, statement) => {
    const { own, other } = rowsOf(statement);
    expect(other).toEqual(own);
  });
});

const EVIL = [
  'a]b',
  ']',
  ']]--',
  "it's",
  "'; DROP TABLE x; --",
  '[z]',
  'a.b',
  'ünïcödé 名前 🎈',
  'select',
  'Order',
  ' ',
  '?',
  '@p1',
  '@@rowcount',
  '%s',
  '~1~',
  'a\nb',
  '--',
  '/* */',
  '\\',
  '\\\n',
  '$(x)',
];

/** The text that a statement's placeholders stand in. */
function textWith(statement: { readonly node: Parameters<typeof mssql.compile>[0] }): string {
  return mssql
    .compile(statement.node)
    .pieces.map((piece, i) => (i === 0 ? piece : `@p${i}${piece}`))
    .join('');
}

/** Statements in which every name is this one. */
function namedBy(name: string): string[] {
  const table = new Table(
    new MetaData(),
    name,
    { id: t.integer().primaryKey().named(`id ${name}`), value: t.string(20).named(name) },
    { schema: name },
  );
  const other = alias(table, `other ${name}`);
  const one = select({ [name]: table.c.value })
    .join(other, other.c.id.eq(table.c.id))
    .where(table.c.value.eq('x'))
    .orderBy(table.c.value.as(name));
  const rows = insertInto(table)
    .values({ value: 'x' })
    .onConflictDoUpdate({ target: [table.c.value], set: { value: excluded(table.c.value) } });
  return [
    textWith(one),
    textWith({ node: rows.batches()[0].node }),
    textWith({ node: update(table).set({ value: 'y' }).where(table.c.id.eq(1)).returning(table.c.value).build() }),
    ...mssql.ddl.createTable(table),
    mssql.ddl.dropColumn(table, { name }),
    mssql.ddl.dropIndex(table, name),
    mssql.ddl.tableExists(table),
  ];
}

describe('names and text', () => {
  const plain = namedBy('Plain').map((sql) => shapeOf(parseTsql(sql)));
  // A name with an end of a line after a backslash is text in two pieces where it is no identifier.
  it.each(EVIL.filter((name) => name !== '\\\n'))('stay names: %j', (name) => {
    expect(namedBy(name).map((sql) => shapeOf(parseTsql(sql)))).toEqual(plain);
  });
  it.each(EVIL)('stay text: %j', (text) => {
    const written = mssqlLiteral(text);
    const pieces = written.split(' + N').map((piece, i) => (i === 0 ? piece : `N${piece}`));
    const read = pieces.map((piece) => {
      parseTsql(`SELECT ${piece} AS x`);
      expect(piece).toMatch(/^N'(?:[^']|'')*'$/);
      // A backslash at the end of a line would join it with the next one.
      expect(piece).not.toMatch(/\\\r?\n/);
      return piece.slice(2, -1).replaceAll("''", "'");
    });
    expect(read.join('')).toBe(text);
  });
  it('quotes what needs it and nothing else', () => {
    expect(['users', 'created_at', 'select', 'Users', 'a]b', '1st', 'user', 'merge'].map((name) => mssql.quote(name))).toEqual([
      'users',
      'created_at',
      '[select]',
      '[Users]',
      '[a]]b]',
      '[1st]',
      '[user]',
      '[merge]',
    ]);
  });
});
