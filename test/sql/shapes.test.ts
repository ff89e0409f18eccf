// Statements of equal shape share a plan; statements that differ in anything but values never do.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import { alias } from '../../src/sql/alias.ts';
import { t } from '../../src/sql/column-types.ts';
import { cast } from '../../src/sql/conversion.ts';
import { deleteFrom } from '../../src/sql/delete.ts';
import { explain } from '../../src/sql/explain.ts';
import { Expression } from '../../src/sql/expression.ts';
import { func } from '../../src/sql/function.ts';
import { cube, rollup } from '../../src/sql/grouping.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { literal, param } from '../../src/sql/literal.ts';
import { canonicalKey } from '../../src/sql/make.ts';
import { mergeInto } from '../../src/sql/merge.ts';
import type { Node } from '../../src/sql/node.ts';
import { exists } from '../../src/sql/query-value.ts';
import { sql, text } from '../../src/sql/raw.ts';
import { select } from '../../src/sql/select.ts';
import { union } from '../../src/sql/set-operation.ts';
import { tableFunction, tableSample } from '../../src/sql/table-expression.ts';
import { truncate } from '../../src/sql/truncate.ts';
import { update } from '../../src/sql/update.ts';
import { values } from '../../src/sql/values.ts';
import { categories as c, openShop, products as p, reviews as r } from './shop.ts';

let shop: Connection;
beforeEach(async () => {
  shop = await openShop();
});

const keyOf = (statement: { readonly node: Node } | { build(): Node }): string =>
  canonicalKey(('node' in statement ? statement.node : statement.build()).key);
const plans = (): number => (shop.engine as unknown as { plans: { size: number } }).plans.size;

describe('equal shapes', () => {
  it.each<[string, (n: number) => { readonly node: Node }]>([
    ['values', (n) => select(p.c.id).where(p.c.stock.gt(n)).limit(n)],
    ['lists of any length', (n) => select(p.c.id).where(p.c.id.in(Array.from({ length: n }, (_, i) => i)))],
    [
      'anonymous aliases',
      (n) => {
        const a = alias(c);
        return select(a.c.id).where(a.c.id.eq(n));
      },
    ],
    [
      'two anonymous aliases',
      (n) => {
        const [a, b] = [alias(c), alias(c)];
        return select(a.c.id, b.c.name).join(b, b.c.parentId.eq(a.c.id)).where(b.c.id.eq(n));
      },
    ],
    [
      'subqueries',
      (n) => {
        const s = select(r.c.productId, func.count()).where(r.c.rating.gt(n)).groupBy(r.c.productId).subquery();
        return select(s.c.count);
      },
    ],
    [
      'correlated subqueries over aliases',
      (n) => {
        const a = alias(p);
        return select(p.c.id).where(exists(select(a.c.id).where(a.c.id.gt(p.c.id), a.c.stock.eq(n))));
      },
    ],
    [
      'common table expressions',
      (n) => {
        const x = select({ id: p.c.id }).where(p.c.id.gt(n)).cte('x');
        return select(x.c.id).where(x.c.id.lt(n));
      },
    ],
    [
      'anonymous common table expressions under two names',
      (n) => {
        const x = select({ id: p.c.id }).where(p.c.id.gt(n)).cte();
        const y = alias(x);
        return select(x.c.id, y.c.id).join(y, y.c.id.eq(x.c.id));
      },
    ],
    [
      'recursive common table expressions',
      (n) => {
        const tree = select({ id: c.c.id })
          .where(c.c.id.eq(n))
          .cte(undefined, { recursive: true })
          .unionAll((self) => select({ id: c.c.id }).join(self, c.c.parentId.eq(self.c.id)));
        return select(tree.c.id);
      },
    ],
    [
      'VALUES',
      (n) => {
        const v = values({ id: t.integer() }, [[n], [n + 1]]).as('v');
        return select(p.c.id).join(v, v.c.id.eq(p.c.id));
      },
    ],
    ['limits of expressions', (n) => select(p.c.id).limit(literal(n).plus(1))],
    ['the first of each group', (n) => select(p.c.id).distinctOn(p.c.categoryId).orderBy(p.c.id).limit(n)],
    ['SQL by hand', (n) => sql`SELECT ${n} + ${n + 1}`],
  ])('%s share one key, and one plan', async (_name, build) => {
    expect(keyOf(build(1))).toBe(keyOf(build(5)));
    await shop.all(build(1) as never);
    const before = plans();
    await shop.all(build(2) as never);
    expect(plans()).toBe(before);
  });

  it('give the rows of their own values', async () => {
    const over = (n: number) => select(p.c.id).where(p.c.stock.gt(n)).orderBy(p.c.id);
    expect([await shop.scalars(over(4)), await shop.scalars(over(0)), await shop.scalars(over(4))]).toEqual([
      [1, 3],
      [1, 3, 4],
      [1, 3],
    ]);
  });
  it('give right rows where one value stands twice in one and two values in the other', async () => {
    const five = literal(5);
    const twice = select(p.c.id).where(p.c.stock.ge(five), p.c.stock.le(five));
    const range = select(p.c.id)
      .where(p.c.stock.ge(literal(0)), p.c.stock.le(literal(1)))
      .orderBy(p.c.id);
    expect(keyOf(twice)).toBe(keyOf(select(p.c.id).where(p.c.stock.ge(literal(0)), p.c.stock.le(literal(1)))));
    expect(await shop.scalars(twice)).toEqual([1]);
    expect(await shop.scalars(select(p.c.id).where(p.c.stock.ge(literal(0)), p.c.stock.le(literal(1))))).toEqual([2, 4]);
    expect(await shop.scalars(twice)).toEqual([1]);
    expect(await shop.scalars(range)).toEqual([2, 4]);
  });
  it('give right rows where a subquery with values is named in no from()', async () => {
    const build = (rating: number, n: number) => {
      const s = select({ id: r.c.productId, n: func.count() }).where(r.c.rating.ge(rating)).groupBy(r.c.productId).subquery();
      return select(s.c.id).where(s.c.n.ge(n)).orderBy(s.c.id);
    };
    expect([await shop.scalars(build(1, 1)), await shop.scalars(build(4, 1)), await shop.scalars(build(1, 2))]).toEqual([
      [1, 2],
      [1, 2],
      [1],
    ]);
  });
});

const cteOf = (value: number | string) =>
  select({ id: p.c.id })
    .where(p.c.name.eq(literal(value) as never))
    .cte('x');

describe('different shapes', () => {
  const pairs: [string, { readonly node: Node }, { readonly node: Node }][] = [
    ['tables behind a name', select(alias(p, 'x').c.id), select(alias(c, 'x').c.id)],
    ['tables behind an anonymous alias', select(alias(p).c.id), select(alias(c).c.id)],
    [
      'subqueries behind a name',
      select(select(p.c.id).where(p.c.id.eq(1)).subquery('x').c.id),
      select(select(p.c.id).where(p.c.id.ne(1)).subquery('x').c.id),
    ],
    [
      'aliases used alike',
      (() => {
        const [a, b] = [alias(c), alias(c)];
        return select(a.c.id, b.c.id);
      })(),
      (() => {
        const [a] = [alias(c)];
        return select(a.c.id, a.c.id);
      })(),
    ],
    ['text that looks like an anonymous name', sql`SELECT '~1~' AS x`, sql`SELECT '~2~' AS x`],
    ['text that looks like an escaped one', sql`SELECT '!t' AS x`, sql`SELECT '~~' AS x`],
    ['labels that look like anonymous names', select(p.c.id.as('~1~')), select(p.c.id.as('~2~'))],
    ['parameters that look like anonymous names', select(param('~1~')), select(param('~2~'))],
    ['words of an enum that look like anonymous names', select(cast(p.c.name, t.enum(['~1~']))), select(cast(p.c.name, t.enum(['~2~'])))],
    ['pieces of text', sql`a${1}b`, sql`a${1}c`],
    ['pieces cut in another place', text('a:x b'), text('a:y b')],
    ['labels', select(p.c.id.as('a')), select(p.c.id.as('b'))],
    ['columns', select(p.c.id), select(p.c.stock)],
    ['operators', select(p.c.id).where(p.c.id.gt(1)), select(p.c.id).where(p.c.id.lt(1))],
    ['null and a value', select(p.c.id).where(p.c.note.eq(null)), select(p.c.id).where(p.c.note.eq('x'))],
    ['types of values', select(literal(1)), select(literal(1.5))],
    ['lengths in a cast', select(cast(p.c.name, t.string(5))), select(cast(p.c.name, t.string(50)))],
    ['a list and a value', select(p.c.id).where(p.c.id.in([1])), select(p.c.id).where(p.c.id.eq(1))],
    ['collations', select(p.c.name.collate('nocase')), select(p.c.name.collate('binary'))],
    ['escapes', select(p.c.id).where(p.c.name.like('x', { escape: '!' })), select(p.c.id).where(p.c.name.like('x', { escape: '/' }))],
    ['frames', select(func.sum(p.c.id).over({ frame: 'rows 1 preceding' })), select(func.sum(p.c.id).over({ frame: 'rows 2 preceding' }))],
    ['distinct', select(p.c.id), select(p.c.id).distinct()],
    ['where and having', select(p.c.id).where(p.c.id.eq(1)), select(p.c.id).having(p.c.id.eq(1))],
    ['limit and offset', select(p.c.id).limit(1), select(p.c.id).offset(1)],
    ['right and left joins', select(p.c.id).rightJoin(c), select(p.c.id).outerJoin(c)],
    ['queries behind the name of a CTE', select(cteOf(1).c.id), select(cteOf('1').c.id)],
    ['a CTE and its name for a table', select(select({ id: p.c.id }).cte('x').c.id), select(select({ id: p.c.id }).subquery('x').c.id)],
    [
      'a CTE that is kept and one that is not',
      select(select({ id: p.c.id }).cte('x', { materialized: true }).c.id),
      select(select({ id: p.c.id }).cte('x', { materialized: false }).c.id),
    ],
    [
      'names for the columns of a CTE',
      select(select({ id: p.c.id }).cte('x', { columns: ['a'] })),
      select(select({ id: p.c.id }).cte('x', { columns: ['b'] })),
    ],
    [
      'UNION and UNION ALL in a recursive CTE',
      select(
        select({ id: c.c.id })
          .cte('x', { recursive: true })
          .union((x) => select({ id: x.c.id })).c.id,
      ),
      select(
        select({ id: c.c.id })
          .cte('x', { recursive: true })
          .unionAll((x) => select({ id: x.c.id })).c.id,
      ),
    ],
    ['lateral and derived', select(select({ id: p.c.id }).lateral('x').c.id), select(select({ id: p.c.id }).subquery('x').c.id)],
    [
      'the number of rows of VALUES',
      select(values({ id: t.integer() }, [[1]]).as('v').c.id),
      select(values({ id: t.integer() }, [[1], [2]]).as('v').c.id),
    ],
    [
      'types of VALUES',
      select(values({ id: t.integer() }, [[literal(1)]]).as('v').c.id),
      select(values({ id: t.string() }, [[literal(1) as never]]).as('v').c.id),
    ],
    ['correlation', select(p.c.id).correlate(c), select(p.c.id).correlateExcept(c)],
    ['what is correlated', select(p.c.id).correlate(c), select(p.c.id).correlate(r)],
    ['DISTINCT ON', select(p.c.id).distinctOn(p.c.id), select(p.c.id).distinct()],
    ['ties', select(p.c.id).orderBy(p.c.id).fetch(1, { withTies: true }), select(p.c.id).orderBy(p.c.id).fetch(1)],
    ['prefixes and suffixes', select(p.c.id).prefixWith(sql`x`), select(p.c.id).suffixWith(sql`x`)],
    ['dialects of a prefix', select(p.c.id).prefixWith(sql`x`, { dialect: 'a' }), select(p.c.id).prefixWith(sql`x`, { dialect: 'b' })],
    ['sources of a hint', select(p.c.id, c.c.id).withHint(p, sql`x`), select(p.c.id, c.c.id).withHint(c, sql`x`)],
    ['groupings', select(p.c.id).groupBy(rollup(p.c.id)), select(p.c.id).groupBy(cube(p.c.id))],
    ['locks', select(p.c.id).forUpdate({ key: true }), select(p.c.id).forUpdate()],
    [
      'functions in FROM',
      select(tableFunction(func.a(), { x: t.integer() }, { name: 'f' }).c.x),
      select(tableFunction(func.b(), { x: t.integer() }, { name: 'f' }).c.x),
    ],
    ['samples', select(tableSample(p, 1, { name: 's' }).c.id), select(tableSample(p, 1, { name: 's', method: 'bernoulli' }).c.id)],
    ['set operations', union(select(p.c.id), select(c.c.id)), union(select(c.c.id), select(p.c.id))],
  ];
  it.each(pairs)('%s', (_name, a, b) => {
    expect(keyOf(a)).not.toBe(keyOf(b));
  });
  const home = insertInto(c).values({ name: 'x' });
  const changes: [string, { build(): Node } | { readonly node: Node }, { build(): Node } | { readonly node: Node }][] = [
    ['what is done instead', home.orReplace(), home.orIgnore()],
    ['a conflict and none', home.onConflictDoNothing(), home],
    ['targets of a conflict', home.onConflictDoNothing([c.c.id]), home.onConflictDoNothing([c.c.name])],
    ['constraints of a conflict', home.onConflictDoNothing({ constraint: 'a' }), home.onConflictDoNothing({ constraint: 'b' })],
    ['expressions of a conflict', home.onConflictDoNothing([func.lower(c.c.name)]), home.onConflictDoNothing([func.upper(c.c.name)])],
    ['forms of an upsert', home.onDuplicateKeyUpdate({ name: 'y' }), home.onConflictDoUpdate({ target: c.c.id, set: { name: 'y' } })],
    ['prefixes of an insert', home.prefixWith(sql`a`), home.prefixWith(sql`b`)],
    [
      'an alias of the table',
      update(alias(c, 'x')).set({ name: 'a' }).where(true, c.c.id.eq(1)),
      update(c).set({ name: 'a' }).where(c.c.id.eq(1)),
    ],
    ['other tables', deleteFrom(r).using(p).where(r.c.id.eq(1)), deleteFrom(r).using(c).where(r.c.id.eq(1))],
    ['orders of a change', deleteFrom(r).orderBy(r.c.id).limit(1), deleteFrom(r).orderBy(r.c.rating).limit(1)],
    ['truncating', truncate(r), truncate(r, { restartIdentity: true })],
    ['explaining', explain(select(p.c.id)), explain(select(p.c.id), { analyze: true })],
    [
      'clauses of a merge',
      mergeInto(c).using(p, p.c.id.eq(c.c.id)).whenMatched().delete(),
      mergeInto(c).using(p, p.c.id.eq(c.c.id)).whenMatched().doNothing(),
    ],
    [
      'rows that a merge is about',
      mergeInto(c).using(p, p.c.id.eq(c.c.id)).whenMatched().delete(),
      mergeInto(c).using(p, p.c.id.eq(c.c.id)).whenNotMatchedBySource().delete(),
    ],
  ];
  it.each(changes)('%s', (_name, a, b) => {
    expect(keyOf(a)).not.toBe(keyOf(b));
  });
  it('columns that are set', () => {
    expect(keyOf(update(p).set({ name: 'x' }).where(p.c.id.eq(1)))).not.toBe(keyOf(update(p).set({ note: 'x' }).where(p.c.id.eq(1))));
    const keys = [{ name: 'x' }, { name: 'x', parentId: 1 }].map((row) => insertInto(c).values(row).batches()[0].node.key);
    expect(keys[0]).not.toBe(keys[1]);
  });
  it('read the rows of the right table', async () => {
    expect(await shop.scalars(select(alias(p, 'x').c.name).limit(1))).toEqual(['Vase']);
    expect(await shop.scalars(select(alias(c, 'x').c.name).limit(1))).toEqual(['Home']);
    expect(await shop.scalars(select(alias(p).c.name).limit(1))).toEqual(['Vase']);
    expect(await shop.scalars(select(alias(c).c.name).limit(1))).toEqual(['Home']);
  });
});

it("reads each row by its own statement's names and form", async () => {
  const tuple = select(p.c.id, p.c.active).where(p.c.id.eq(1));
  const object = select({ id: p.c.id, active: p.c.active }).where(p.c.id.eq(1));
  const renamed = select({ key: p.c.id, on: p.c.active }).where(p.c.id.eq(1));
  for (let i = 0; i < 2; i++) {
    expect(await shop.all(tuple)).toEqual([[1, true]]);
    expect(await shop.all(object)).toEqual([{ id: 1, active: true }]);
    expect(await shop.all(renamed)).toEqual([{ key: 1, on: true }]);
  }
  // One text, read as different types.
  const one = sql`SELECT 1 AS v`;
  expect(await shop.scalars(one)).toEqual([1]);
  expect(await shop.scalars(one.typed(t.boolean()))).toEqual([true]);
  const typed = (type: typeof p.c.active | typeof p.c.id) => select(new Expression(p.c.active.node, type.type)).where(p.c.id.eq(1));
  expect([await shop.scalars(typed(p.c.active)), await shop.scalars(typed(p.c.id))]).toEqual([[true], [1]]);
});
