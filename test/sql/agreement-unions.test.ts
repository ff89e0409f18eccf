// Queries put together, and common table expressions: each database gives the same rows.
import { alias, except, exists, func, intersect, literal, nullValue, select, union, unionAll } from '../../src/index.ts';
import { agree, never, person, pet, toy } from './people.ts';

const { c: p } = person;
const { c: q } = pet;
const { c: y } = toy;

agree('queries put together, and common table expressions', {
  'union limit parts': [
    () => unionAll(select(p.id).orderBy(p.id.desc()).limit(1), select(q.id).orderBy(q.id.desc()).limit(1)).orderBy(1),
    [[4], [4]],
  ],
  'union nested': [() => except(union(select(p.id), select(q.id)), select(y.id)).orderBy(1), [[3], [4]]],
  intersect: [() => intersect(select(p.id), select(q.ownerId)).orderBy(1), [[1], [2]]],
  'union sub': [
    () => {
      const u = union(select({ nm: p.first }), select({ nm: q.name })).as('u');
      return select(func.count()).from(u);
    },
    [[8]],
  ],
  'union dates': [
    () => unionAll(select(p.born).where(p.id.eq(1)), select(p.born).where(p.id.eq(2))).orderBy(1),
    [['1970-12-31'], ['1990-05-17']],
  ],
  cte: [
    () => {
      const c = select({ id: p.id, age: p.age }).where(p.age.isNotNull()).cte('c');
      return select(c.c.id)
        .where(c.c.age.gt(never(select(func.avg(c.c.age)).scalar())))
        .orderBy(c.c.id);
    },
    [[2]],
  ],
  'cte twice': [
    () => {
      const c = select({ id: p.id, last: p.last }).cte('c');
      const d = alias(c, 'd');
      return select(c.c.id, d.c.id).where(c.c.last.eq(d.c.last), c.c.id.lt(d.c.id)).orderBy(c.c.id);
    },
    [[1, 2]],
  ],
  'cte types': [
    () => {
      const s = select(person).cte('s');
      return select(s.c.money, s.c.seen, s.c.ok, s.c.data, s.c.big, s.c.raw, s.c.uid, s.c.born)
        .where(s.c.money.gt(5), s.c.seen.lt(new Date()))
        .orderBy(s.c.id);
    },
    [
      [
        '10.125',
        '2024-02-29T12:34:56.789Z',
        true,
        { a: 1, b: ['x', 'y'], c: { d: true } },
        '9007199254740993n',
        'bytes 0,255,1',
        '0b7bd56a-3c22-4f6e-9d3e-0d6a6d4d9c11',
        '1990-05-17',
      ],
    ],
  ],
  'union types': [
    () =>
      unionAll(
        select(p.money, p.seen, p.ok, p.big, p.raw, p.born).where(p.id.eq(1)),
        select(p.money, p.seen, p.ok, p.big, p.raw, p.born).where(p.id.eq(2)),
      ).orderBy(6),
    [
      ['-0.05', '2023-12-31T23:59:59.999Z', false, '-7n', 'bytes ', '1970-12-31'],
      ['10.125', '2024-02-29T12:34:56.789Z', true, '9007199254740993n', 'bytes 0,255,1', '1990-05-17'],
    ],
  ],
  'union null types': [
    () => unionAll(select(nullValue(), p.id).where(p.id.eq(1)), select(p.seen as never, p.id).where(p.id.eq(2))).orderBy(2),
    [
      [null, 1],
      ['2023-12-31T23:59:59.999Z', 2],
    ],
  ],
  'union int big': [
    () => unionAll(select(p.age, p.id).where(p.id.eq(1)), select(p.big as never, p.id).where(p.id.eq(2))).orderBy(2),
    [
      [30, 1],
      [-7, 2],
    ],
  ],
  'cte in sub': [
    () => {
      const c = select({ id: p.id }).where(p.age.gt(20)).cte('c');
      return select(q.name)
        .where(q.ownerId.in(select(c.c.id)))
        .orderBy(q.id);
    },
    [['Rex'], ['Tom'], ['Ivy']],
  ],
  'cte two dep': [
    () => {
      const c1 = select({ id: p.id, age: p.age }).where(p.age.isNotNull()).cte('c1');
      const c2 = select({ id: c1.c.id }).where(c1.c.age.gt(25)).cte('c2');
      return select(c2.c.id).orderBy(c2.c.id);
    },
    [[1], [2]],
  ],
  'cte union': [
    () => {
      const c = union(select({ v: p.first }).where(p.first.isNotNull()), select({ v: q.name })).cte('c');
      return select(c.c.v).orderBy(c.c.v);
    },
    [['Ann'], ['Bob'], ['Ivy'], ['Rex'], ['Stray'], ['Tom'], ['Zoë_%']],
  ],
  'cte agg join': [
    () => {
      const c = select({ o: q.ownerId, c: func.count() }).where(q.ownerId.isNotNull()).groupBy(q.ownerId).cte('c');
      return select(p.first, c.c.c).from(person).join(c, c.c.o.eq(p.id)).orderBy(p.id);
    },
    [
      ['Ann', 2],
      ['Bob', 1],
    ],
  ],
  'cte scalar': [
    () => {
      const c = select({ m: func.avg(p.age) }).cte('c');
      return select(p.id)
        .where(p.age.ge(never(select(c.c.m).scalar())))
        .orderBy(p.id);
    },
    [[1], [2]],
  ],
  'cte lit': [
    () => {
      const c = select({ k: literal('v') }).cte('c');
      return select(c.c.k);
    },
    [['v']],
  ],
  'cte limit': [
    () => {
      const c = select({ id: p.id }).orderBy(p.id.desc()).limit(2).cte('c');
      return select(c.c.id).orderBy(c.c.id);
    },
    [[3], [4]],
  ],
  'cte in union parts': [
    () => {
      const c = select({ id: p.id }).where(p.id.lt(3)).cte('c');
      return unionAll(select(c.c.id), select(c.c.id.plus(10))).orderBy(1);
    },
    [[1], [2], [11], [12]],
  ],
  'union all dup': [
    () => unionAll(select(q.species), select(q.species)).orderBy(1),
    [['cat'], ['cat'], ['cat'], ['cat'], ['dog'], ['dog'], ['dog'], ['dog']],
  ],
  'intersect multi': [
    () => intersect(select(q.species), select(q.species).where(q.id.lt(3)), select(q.species).where(q.id.eq(1))),
    [['dog']],
  ],
  'except multi': [() => except(select(q.id), select(q.id).where(q.id.eq(1)), select(q.id).where(q.id.eq(2))).orderBy(1), [[3], [4]]],
  'union prec': [() => unionAll(union(select(literal(1)), select(literal(1))), select(literal(1))), [[1], [1]]],
  'union prec2': [() => union(unionAll(select(literal(1)), select(literal(1))), select(literal(1))), [[1]]],
  'union mixed ops': [
    () => union(intersect(select(q.id), select(p.id).where(p.id.lt(3))), select(literal(99))).orderBy(1),
    [[1], [2], [99]],
  ],
  'union offset': [() => union(select(p.id), select(q.id)).orderBy(1).limit(2).offset(1), [[2], [3]]],
  'union in': [
    () =>
      select(p.id)
        .where(p.id.in(union(select(q.ownerId).where(q.ownerId.isNotNull()), select(y.id).where(y.id.lt(3)))))
        .orderBy(p.id),
    [[1], [2]],
  ],
  'union exists': [
    () =>
      select(p.id)
        .where(exists(unionAll(select(q.id).where(q.ownerId.eq(p.id)), select(y.id).where(y.id.eq(p.id)))))
        .orderBy(p.id),
    [[1], [2]],
  ],
  'union scalar': [() => select(union(select(func.max(p.id)), select(func.max(p.id))).scalar()), [[4]]],
  'union expr order': [
    () =>
      unionAll(select({ v: p.id }), select({ v: q.id }))
        .orderBy(p.id.desc())
        .limit(2),
    [{ v: 4 }, { v: 4 }],
  ],
  'union cols diff types': [
    () => unionAll(select({ v: p.money }).where(p.id.eq(1)), never(select({ v: p.age }).where(p.id.eq(1)))).orderBy(1),
    [{ v: '10.125' }, { v: '30' }],
  ],
});
