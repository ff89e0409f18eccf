// Parameters by name and SQL by hand: each database gives the same rows.
import { caseWhen, func, or, param, select, sql, t, text } from '../../src/index.ts';
import { agree, person, pet } from './people.ts';

const { c: p } = person;
const { c: q } = pet;

agree('parameters by name and SQL by hand', {
  'in param sub': [
    () => [
      select(p.id)
        .where(p.id.in(select(q.ownerId).where(q.name.in(param('names')))))
        .orderBy(p.id),
      { names: ['Rex', 'Ivy'] },
    ],
    [[1], [2]],
  ],
  'param list empty': [() => [select(p.id).where(p.id.in(param('ids'))), { ids: [] }], []],
  'param list twice': [
    () => [
      select(p.id)
        .where(or(p.id.in(param('ids')), p.age.in(param('ids'))))
        .orderBy(p.id),
      { ids: [1, 40] },
    ],
    [[1], [2]],
  ],
  'param limit sub': [
    () => {
      const s = select({ id: p.id })
        .orderBy(p.id)
        .limit(param('l', t.integer()) as never)
        .as('s');
      return [select(func.count()).from(s), { l: 3 }];
    },
    [[3]],
  ],
  'param arith': [() => [select(p.age.plus(param('x') as never)).where(p.id.eq(1)), { x: 5 }], [[35]]],
  'param concat': [() => [select(p.first.concat(param('x') as never)).where(p.id.eq(1)), { x: '!' }], [['Ann!']]],
  'param select': [() => [select(param('x', t.integer()), param('y', t.text())), { x: 5, y: 'z' }], [[5, 'z']]],
  'param date': [
    () => [
      select(p.id)
        .where(p.born.gt(param('d') as never))
        .orderBy(p.id),
      { d: '1980-01-01' },
    ],
    [[1], [3]],
  ],
  'param dt': [
    () => [
      select(p.id)
        .where(p.seen.gt(param('d') as never))
        .orderBy(p.id),
      { d: new Date('2024-01-01Z') },
    ],
    [[1]],
  ],
  'param bool': [() => [select(p.id).where(p.ok.eq(param('b') as never)), { b: true }], [[1]]],
  'param json': [() => [select(p.id).where(p.data.json('a').eq(param('j') as never)), { j: 1 }], [[1]]],
  'param like': [() => [select(p.id).where(p.first.like(param('l') as never)), { l: 'A%' }], [[1]]],
  'param starts': [() => [select(p.id).where(p.first.startsWith(param('l', t.text()) as never)), { l: 'Zoë_' }], [[3]]],
  'param between': [
    () => [
      select(p.id)
        .where(p.age.between(param('a') as never, param('b') as never))
        .orderBy(p.id),
      { a: 25, b: 45 },
    ],
    [[1], [2]],
  ],
  'param case': [
    () => [select(caseWhen(p.id.eq(param('a') as never), param('b', t.text())).else('other')).orderBy(p.id), { a: 1, b: 'me' }],
    [['me'], ['other'], ['other'], ['other']],
  ],
  'param func': [() => [select(func.coalesce(p.first, param('d', t.text()) as never)).where(p.id.eq(4)), { d: 'dflt' }], [['dflt']]],
  'param window': [
    () => [select(func.lag(p.id, param('k', t.integer()) as never).over({ orderBy: p.id })).orderBy(p.id), { k: 2 }],
    [[null], [null], [1], [2]],
  ],
  'text cols sub': [
    () => {
      const tq = text('SELECT id, age FROM person WHERE age > 25').columns({ id: t.integer(), age: t.integer() }).as('tq');
      return select(tq.c.id, tq.c.age.plus(1)).orderBy(tq.c.id);
    },
    [
      [1, 31],
      [2, 41],
    ],
  ],
  'text cols join': [
    () => {
      const tq = sql`SELECT owner_id, count(*) AS c FROM pet GROUP BY owner_id`
        .columns({ ownerId: t.integer().named('owner_id'), c: t.integer() })
        .as('tq');
      return select(p.id, tq.c.c).join(tq, tq.c.ownerId.eq(p.id)).orderBy(p.id);
    },
    [
      [1, 2],
      [2, 1],
    ],
  ],
  'sql in where': [() => select(p.id).where(sql<boolean>`${p.age} + ${5} > ${30}`).orderBy(p.id), [[1], [2]]],
  'sql in select': [() => select({ x: sql<number>`${p.age} * 2` }).where(p.id.eq(1)), [{ x: 60 }]],
  'sql in order': [() => select(p.id).orderBy(sql`${p.id} DESC`), [[4], [3], [2], [1]]],
  'sql in group': [
    () => select(sql<string>`lower(${q.species})`, func.count()).groupBy(sql`lower(${q.species})`).orderBy(sql`lower(${q.species})`),
    [
      ['cat', 2],
      ['dog', 2],
    ],
  ],
  'sql in join on': [
    () => select(p.id, q.id).from(person).join(pet, sql<boolean>`${q.ownerId} = ${p.id} AND ${q.species} = ${'cat'}`).orderBy(q.id),
    [
      [1, 2],
      [2, 3],
    ],
  ],
  'sql nested select': [
    () =>
      select(p.id)
        .where(sql<boolean>`EXISTS (${select(q.id).where(q.ownerId.eq(p.id))})`)
        .orderBy(p.id),
    [[1], [2]],
  ],
  'typed sql in arith': [() => select(sql<number>`2`.as('two')), [[2]]],
  'op custom cmp': [
    () =>
      select(p.id)
        .where(p.age.op('>', { comparison: true })(25))
        .orderBy(p.id),
    [[1], [2]],
  ],
});
