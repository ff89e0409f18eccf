// Queries in queries, and truths as values: each database gives the same rows.
import {
  alias,
  all,
  and,
  any,
  caseWhen,
  cast,
  exists,
  func,
  jsonArrayAgg,
  jsonArrayFrom,
  jsonObject,
  jsonObjectFrom,
  literal,
  not,
  nullValue,
  select,
  t,
  tuple,
  union,
  unionAll,
  values,
} from '../../src/index.ts';
import { agree, never, person, pet, toy } from './people.ts';

const { c: p } = person;
const { c: q } = pet;
const { c: y } = toy;
const P = alias(person, 'p2');

agree('queries in queries, and truths as values', {
  'cte in scalar': [
    () => {
      const c = select({ o: q.ownerId, n: func.count() }).groupBy(q.ownerId).cte('c');
      return select(p.id, select(c.c.n).where(c.c.o.eq(p.id)).scalar())
        .from(person)
        .orderBy(p.id);
    },
    [
      [1, 2],
      [2, 1],
      [3, null],
      [4, null],
    ],
  ],
  'cte in exists': [
    () => {
      const c = select({ o: q.ownerId }).cte('c');
      return select(p.id)
        .where(exists(select(c.c.o).where(c.c.o.eq(p.id))))
        .orderBy(p.id);
    },
    [[1], [2]],
  ],
  'cte of distinct': [
    () => {
      const c = select({ s: q.species }).distinct().cte('c');
      return select(c.c.s).orderBy(c.c.s);
    },
    [['cat'], ['dog']],
  ],
  'cte of window': [
    () => {
      const c = select({ id: q.id, r: func.rowNumber().over({ partitionBy: q.species, orderBy: q.id }) }).cte('c');
      return select(c.c.id).where(c.c.r.eq(1)).orderBy(c.c.id);
    },
    [[1], [2]],
  ],
  'cte alias twice join': [
    () => {
      const c = select({ id: p.id, age: p.age }).cte('c');
      const c1 = alias(c, 'c1'),
        c2 = alias(c, 'c2');
      return select(c1.c.id, c2.c.id).from(c1).join(c2, c1.c.age.lt(c2.c.age)).orderBy(c1.c.id, c2.c.id);
    },
    [
      [1, 2],
      [3, 1],
      [3, 2],
    ],
  ],
  'union of cte & agg': [
    () => {
      const c = select({ id: p.id, age: p.age }).where(p.age.isNotNull()).cte('c');
      return unionAll(select(c.c.age).orderBy(c.c.age).limit(1), select(func.max(c.c.age))).orderBy(1);
    },
    [[20], [40]],
  ],
  'join on exists': [
    () => {
      const t2 = alias(toy, 't2');
      return select(p.id, q.id)
        .from(person)
        .join(pet, and(q.ownerId.eq(p.id), exists(select(t2.c.id).where(t2.c.petId.eq(q.id)))))
        .orderBy(p.id, q.id);
    },
    [
      [1, 1],
      [2, 3],
    ],
  ],
  'group by subquery col': [
    () => {
      const s = select({ id: q.id, sp: q.species }).as('s');
      return select(s.c.sp, func.count()).groupBy(s.c.sp).orderBy(s.c.sp);
    },
    [
      ['cat', 2],
      ['dog', 2],
    ],
  ],
  'having subquery': [
    () =>
      select(q.species)
        .groupBy(q.species)
        .having(func.count().gt(never(select(func.min(y.id)).scalar())))
        .orderBy(q.species),
    [['cat'], ['dog']],
  ],
  'having exists': [
    () =>
      select(q.ownerId)
        .where(q.ownerId.isNotNull())
        .groupBy(q.ownerId)
        .having(exists(select(p.id).where(p.id.eq(q.ownerId), p.age.gt(35))))
        .orderBy(q.ownerId),
    [[2]],
  ],
  'order by subquery param': [
    () => select(p.id).orderBy(select(func.count()).where(q.ownerId.eq(p.id), q.species.eq('cat')).scalar().desc(), p.id),
    [[1], [2], [3], [4]],
  ],
  'distinct on in sub': [
    () => {
      const s = select(q.species, q.name).distinctOn(q.species).orderBy(q.species, q.name).as('s');
      return select(s.c.name).orderBy(s.c.name);
    },
    [['Ivy'], ['Rex']],
  ],
  'distinct on union': [
    () =>
      union(
        select(q.species, q.name).distinctOn(q.species).orderBy(q.species, q.name),
        select(p.last, p.first).where(p.id.eq(1)) as never,
      ).orderBy(2),
    [
      ['Jones', 'Ann'],
      ['cat', 'Ivy'],
      ['dog', 'Rex'],
    ],
  ],
  'with ties sub': [
    () => {
      const s = select({ last: p.last, id: p.id }).where(p.last.isNotNull()).orderBy(p.last).fetch(1, { withTies: true }).as('s');
      return select(s.c.id).orderBy(s.c.id);
    },
    [[1], [2]],
  ],
  'in values': [
    () =>
      select(p.id)
        .where(p.id.in(values({ v: t.integer() }, [[1], [3]])))
        .orderBy(p.id),
    [[1], [3]],
  ],
  'tuple in values': [
    () =>
      select(p.id)
        .where(
          tuple(p.id, p.first).in(
            values({ v: t.integer(), f: t.string() }, [
              [1, 'Ann'],
              [2, 'Zed'],
            ]) as never,
          ),
        )
        .orderBy(p.id),
    [[1]],
  ],
  'bool col in and': [() => select(p.id).where(and(p.ok, p.age.gt(5))), [[1]]],
  'bool func in where': [
    () =>
      select(p.id)
        .where(func.coalesce(p.ok, true) as never)
        .orderBy(p.id),
    [[1], [3], [4]],
  ],
  'not bool col': [() => select(p.id).where(not(p.ok)), [[2]]],
  'not null bool': [
    () =>
      select(p.id)
        .where(not(func.coalesce(p.ok, false) as never))
        .orderBy(p.id),
    [[2], [3], [4]],
  ],
  'case bool where': [
    () =>
      select(p.id)
        .where(caseWhen(p.age.gt(25), true).else(false) as never)
        .orderBy(p.id),
    [[1], [2]],
  ],
  'cmp of cmps': [
    () =>
      select(p.id)
        .where(p.age.gt(25).eq(p.ok as never))
        .orderBy(p.id),
    [[1]],
  ],
  'is distinct bool': [() => select(p.id).where(p.ok.isDistinctFrom(true)).orderBy(p.id), [[2], [3], [4]]],
  'exists eq': [
    () =>
      select(p.id)
        .where(exists(select(q.id).where(q.ownerId.eq(p.id))).eq(false))
        .orderBy(p.id),
    [[3], [4]],
  ],
  'sum of bool expr': [() => select(func.sum(p.age.gt(25))), [[2]]],
  'count of bool expr': [() => select(func.count(caseWhen(p.age.gt(25), 1))), [[2]]],
  'avg filter null': [() => select(func.avg(p.age).filter(p.id.gt(100))), [[null]]],
  'max of case': [() => select(func.max(caseWhen(p.gender.eq('male'), p.age))), [[40]]],
  'alias of sub': [
    () => {
      const s = select({ a: p.id }).as('s');
      const s2 = alias(s, 's2');
      return select(s.c.a, s2.c.a).from(s).join(s2, s.c.a.lt(s2.c.a)).orderBy(s.c.a, s2.c.a).limit(2);
    },
    [
      [1, 2],
      [1, 3],
    ],
  ],
  'sub of union of subs': [
    () => {
      const u = unionAll(select({ v: p.id }).where(p.id.lt(3)), select({ v: q.id })).as('u');
      return select(u.c.v, func.count()).groupBy(u.c.v).having(func.count().gt(1)).orderBy(u.c.v);
    },
    [
      [1, 2],
      [2, 2],
    ],
  ],
  'lateral corr in from': [
    () => select(p.id, select(q.name).where(q.ownerId.eq(p.id)).orderBy(q.name.desc()).limit(1).scalar().as('last')).orderBy(p.id),
    [
      [1, 'Tom'],
      [2, 'Ivy'],
      [3, null],
      [4, null],
    ],
  ],
  'two corr subs': [
    () =>
      select(
        p.id,
        select(func.count()).where(q.ownerId.eq(p.id)).scalar().as('a'),
        select(func.max(q.name)).where(q.ownerId.eq(p.id)).scalar().as('b'),
      ).orderBy(p.id),
    [
      [1, 2, 'Tom'],
      [2, 1, 'Ivy'],
      [3, 0, null],
      [4, 0, null],
    ],
  ],
  'nested corr': [
    () =>
      select(p.id)
        .where(exists(select(q.id).where(q.ownerId.eq(p.id), exists(select(y.id).where(y.petId.eq(q.id), y.price.gt(never(p.id)))))))
        .orderBy(p.id),
    [[1]],
  ],
  'corr sub in case': [
    () =>
      select(p.id, caseWhen(select(func.count()).where(q.ownerId.eq(p.id)).scalar().gt(1), 'many').else('few'))
        .from(person)
        .orderBy(p.id),
    [
      [1, 'many'],
      [2, 'few'],
      [3, 'few'],
      [4, 'few'],
    ],
  ],
  'corr sub in order+limit': [
    () =>
      select(p.id)
        .orderBy(select(func.count()).where(q.ownerId.eq(p.id)).scalar(), p.id.desc())
        .limit(2),
    [[4], [3]],
  ],
  'json array of nested': [
    () =>
      select(
        p.id,
        jsonArrayFrom(
          select({ nm: q.name, toys: jsonArrayFrom(select({ t: y.name }).where(y.petId.eq(q.id)).orderBy(y.name)) })
            .where(q.ownerId.eq(p.id))
            .orderBy(q.name),
        ),
      )
        .from(person)
        .where(p.id.lt(3))
        .orderBy(p.id),
    [
      [
        1,
        [
          { nm: 'Rex', toys: [{ t: 'ball' }, { t: 'bone' }] },
          { nm: 'Tom', toys: [] },
        ],
      ],
      [2, [{ nm: 'Ivy', toys: [{ t: 'mouse' }] }]],
    ],
  ],
  'json object from': [
    () =>
      select(p.id, jsonObjectFrom(select({ nm: q.name }).where(q.ownerId.eq(p.id)).orderBy(q.id).limit(1)))
        .from(person)
        .orderBy(p.id),
    [
      [1, { nm: 'Rex' }],
      [2, { nm: 'Ivy' }],
      [3, null],
      [4, null],
    ],
  ],
  'json agg group': [
    () =>
      select(q.species, jsonArrayAgg(q.name, { orderBy: q.name }))
        .groupBy(q.species)
        .orderBy(q.species),
    [
      ['cat', ['Ivy', 'Tom']],
      ['dog', ['Rex', 'Stray']],
    ],
  ],
  'json of aggregates': [
    () => select(jsonObject({ n: func.count(), s: func.sum(p.money), m: func.max(p.seen) })).from(person),
    [[{ n: 4, s: '1000000010.074', m: '2024-02-29T12:34:56.789Z' }]],
  ],
  'agg over join': [
    () =>
      select(p.id, func.count(q.id).distinct(), func.count(y.id))
        .from(person)
        .outerJoin(pet, q.ownerId.eq(p.id))
        .outerJoin(toy, y.petId.eq(q.id))
        .groupBy(p.id)
        .orderBy(p.id),
    [
      [1, 2, 2],
      [2, 1, 1],
      [3, 0, 0],
      [4, 0, 0],
    ],
  ],
  'using left to right chain': [
    () => select(y.name, q.name, p.first).from(toy).join(pet).join(person).orderBy(y.id),
    [
      ['ball', 'Rex', 'Ann'],
      ['bone', 'Rex', 'Ann'],
      ['mouse', 'Ivy', 'Bob'],
    ],
  ],
  'right join where': [() => select(q.name).from(person).rightJoin(pet, q.ownerId.eq(p.id)).where(p.id.isNull()), [['Stray']]],
  'cast null': [
    () =>
      select(cast(nullValue(), t.integer()), cast(nullValue(), t.date()), cast(nullValue(), t.numeric(20, 2)), cast(nullValue(), t.json())),
    [[null, null, null, null]],
  ],
  'neg of neg': [() => select(p.age.negate().negate(), literal(-1).negate()).where(p.id.eq(1)), [[30, 1]]],
  'minus neg lit': [() => select(p.age.minus(-5), p.age.times(-1), literal(0).minus(p.age)).where(p.id.eq(1)), [[35, -30, -30]]],
  'concat prec': [
    () => select(p.first.concat(p.last.concat('x')), p.first.concat('a').eq('Anna')).where(p.id.eq(1)),
    [['AnnJonesx', true]],
  ],
  'bit prec': [
    () => select(p.age.bitwiseAnd(7).plus(1), p.age.plus(1).bitwiseAnd(7), p.age.bitwiseAnd(4).eq(4)).where(p.id.eq(1)),
    [[7, 7, true]],
  ],
  'between in and': [() => select(p.id).where(and(p.age.between(20, 30), p.id.between(1, 2))), [[1]]],
  'not in sub null': [
    () =>
      select(p.id)
        .where(p.id.notIn(select(q.ownerId)))
        .orderBy(p.id),
    [],
  ],
  'not in sub notnull': [
    () =>
      select(p.id)
        .where(p.id.notIn(select(q.ownerId).where(q.ownerId.isNotNull())))
        .orderBy(p.id),
    [[3], [4]],
  ],
  'all of empty': [
    () =>
      select(p.id)
        .where(p.age.gt(never(all(select(P.c.age).where(P.c.id.gt(100))))))
        .orderBy(p.id),
    [[1], [2], [3], [4]],
  ],
  'any of empty': [
    () =>
      select(p.id)
        .where(p.age.gt(never(any(select(P.c.age).where(P.c.id.gt(100))))))
        .orderBy(p.id),
    [],
  ],
});
