// Joins and subqueries: each database gives the same rows.
import { alias, all, and, any, caseWhen, exists, func, join, jsonArrayFrom, literal, not, or, select, t, values } from '../../src/index.ts';
import { agree, never, person, pet, toy } from './people.ts';

const { c: p } = person;
const { c: q } = pet;
const { c: y } = toy;
const P = alias(person, 'p2');

agree('joins and subqueries', {
  'self join': [() => select(p.first, P.c.first).join(P, p.id.lt(P.c.id)).where(p.last.eq(P.c.last)), [['Ann', 'Bob']]],
  'left join null': [
    () => select(p.id, q.name).outerJoin(pet).where(q.id.isNull()).orderBy(p.id),
    [
      [3, null],
      [4, null],
    ],
  ],
  'left join 3': [
    () =>
      select(p.id, q.name, y.name)
        .from(person)
        .outerJoin(pet, q.ownerId.eq(p.id))
        .outerJoin(toy, y.petId.eq(q.id))
        .orderBy(p.id, q.name, y.name),
    [
      [1, 'Rex', 'ball'],
      [1, 'Rex', 'bone'],
      [1, 'Tom', null],
      [2, 'Ivy', 'mouse'],
      [3, null, null],
      [4, null, null],
    ],
  ],
  'left join nested': [
    () => select(p.id, q.name, y.name).from(person).outerJoin(join(pet, toy), q.ownerId.eq(p.id)).orderBy(p.id, q.name, y.name),
    [
      [1, 'Rex', 'ball'],
      [1, 'Rex', 'bone'],
      [2, 'Ivy', 'mouse'],
      [3, null, null],
      [4, null, null],
    ],
  ],
  'right join': [
    () => select(p.id, q.name).from(person).rightJoin(pet, q.ownerId.eq(p.id)).orderBy(q.id),
    [
      [1, 'Rex'],
      [1, 'Tom'],
      [2, 'Ivy'],
      [null, 'Stray'],
    ],
  ],
  cross: [() => select(func.count()).from(person).crossJoin(pet), [[16]]],
  'scalar sub': [
    () => select(p.id, select(func.count()).where(q.ownerId.eq(p.id)).scalar()).orderBy(p.id),
    [
      [1, 2],
      [2, 1],
      [3, 0],
      [4, 0],
    ],
  ],
  'scalar sub order': [
    () => select(p.id).orderBy(select(func.count()).where(q.ownerId.eq(p.id)).scalar().desc(), p.id),
    [[1], [2], [3], [4]],
  ],
  'scalar sub cmp': [() => select(p.id).where(select(func.count()).where(q.ownerId.eq(p.id)).scalar().gt(1)), [[1]]],
  'scalar eq avg': [
    () =>
      select(p.id)
        .where(p.age.gt(never(select(func.avg(P.c.age)).scalar())))
        .orderBy(p.id),
    [[2]],
  ],
  exists: [
    () =>
      select(p.id)
        .where(exists(select(q.id).where(q.ownerId.eq(p.id))))
        .orderBy(p.id),
    [[1], [2]],
  ],
  'not exists': [
    () =>
      select(p.id)
        .where(not(exists(select(q.id).where(q.ownerId.eq(p.id)))))
        .orderBy(p.id),
    [[3], [4]],
  ],
  'exists col': [
    () => select(p.id, exists(select(q.id).where(q.ownerId.eq(p.id)))).orderBy(p.id),
    [
      [1, true],
      [2, true],
      [3, false],
      [4, false],
    ],
  ],
  'all sub': [() => select(p.id).where(p.age.ge(never(all(select(P.c.age).where(P.c.age.isNotNull()))))), [[2]]],
  'any sub': [
    () =>
      select(p.id)
        .where(p.id.eq(never(any(select(q.ownerId)))))
        .orderBy(p.id),
    [[1], [2]],
  ],
  'any list': [
    () =>
      select(p.id)
        .where(p.age.gt(never(any([35, 100]))))
        .orderBy(p.id),
    [[2]],
  ],
  derived: [
    () => {
      const s = select({ o: q.ownerId, c: func.count() }).groupBy(q.ownerId).as('s');
      return select(p.first, s.c.c).join(s, s.c.o.eq(p.id)).orderBy(p.id);
    },
    [
      ['Ann', 2],
      ['Bob', 1],
    ],
  ],
  'derived in derived': [
    () => {
      const s = select({ id: p.id, a: p.age.plus(1) }).as('s');
      const r = select({ b: s.c.a.times(2) })
        .where(s.c.id.lt(3))
        .as('r');
      return select(r.c.b).orderBy(r.c.b);
    },
    [[62], [82]],
  ],
  'correlate update src': [
    () =>
      select(p.id)
        .where(p.id.eq(never(select(func.max(P.c.id)).where(P.c.last.eq(p.last)).scalar())))
        .orderBy(p.id),
    [[2], [3]],
  ],
  substr: [
    () => select(func.substr(p.first, 2, 1), func.substring(p.first, 0), func.substring(p.first, -1, 3)).orderBy(p.id),
    [
      ['n', 'Ann', 'A'],
      ['o', 'Bob', 'B'],
      ['o', 'Zoë_%', 'Z'],
      [null, null, null],
    ],
  ],
  'scalar types': [
    () =>
      select(
        select(p.money).where(p.id.eq(1)).scalar(),
        select(p.seen).where(p.id.eq(1)).scalar(),
        select(p.ok).where(p.id.eq(1)).scalar(),
        select(p.data).where(p.id.eq(1)).scalar(),
        select(p.big).where(p.id.eq(1)).scalar(),
      ),
    [['10.125', '2024-02-29T12:34:56.789Z', true, { a: 1, b: ['x', 'y'], c: { d: true } }, '9007199254740993n']],
  ],
  'sub types': [
    () => {
      const s = select(person).as('s');
      return select(s.c.money, s.c.seen, s.c.ok, s.c.data, s.c.big, s.c.raw, s.c.uid, s.c.born).where(s.c.id.eq(1));
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
  'in sub types': [
    () =>
      select(p.id)
        .where(p.money.in(select(p.money)), p.born.in(select(p.born)), p.seen.in(select(p.seen)))
        .orderBy(p.id),
    [[1], [2]],
  ],
  'exists sel': [() => select(exists(select(p.id).where(p.id.eq(99)))), [[false]]],
  'not exists join': [
    () =>
      select(p.id)
        .where(not(exists(select(q.id).where(q.ownerId.eq(p.id), exists(select(y.id).where(y.petId.eq(q.id)))))))
        .orderBy(p.id),
    [[3], [4]],
  ],
  'count sub': [() => select(func.count()).from(select(p.id).where(p.age.gt(20)).limit(1).as('s')), [[1]]],
  'json arr': [
    () => select(p.id, jsonArrayFrom(select({ nm: q.name }).where(q.ownerId.eq(p.id)).orderBy(q.name))).orderBy(p.id),
    [
      [1, [{ nm: 'Rex' }, { nm: 'Tom' }]],
      [2, [{ nm: 'Ivy' }]],
      [3, []],
      [4, []],
    ],
  ],
  'join with a second condition': [
    () =>
      select(p.id, q.id)
        .from(person)
        .join(pet, and(q.ownerId.eq(p.id), q.species.eq('cat')))
        .orderBy(q.id),
    [
      [1, 2],
      [2, 3],
    ],
  ],
  'join chain': [
    () => select(p.first, y.name).from(person).join(pet).join(toy).orderBy(y.name),
    [
      ['Ann', 'ball'],
      ['Ann', 'bone'],
      ['Bob', 'mouse'],
    ],
  ],
  'join sub agg': [
    () => {
      const s = select({ o: q.ownerId, mx: func.max(q.name) })
        .groupBy(q.ownerId)
        .as('s');
      return select(p.id, s.c.mx).from(person).outerJoin(s, s.c.o.eq(p.id)).orderBy(p.id);
    },
    [
      [1, 'Tom'],
      [2, 'Ivy'],
      [3, null],
      [4, null],
    ],
  ],
  'join or': [
    () =>
      select(p.id, q.id)
        .from(person)
        .join(pet, or(q.ownerId.eq(p.id), q.ownerId.isNull()))
        .orderBy(p.id, q.id),
    [
      [1, 1],
      [1, 2],
      [1, 4],
      [2, 3],
      [2, 4],
      [3, 4],
      [4, 4],
    ],
  ],
  'join values list': [
    () => {
      const v = values({ k: t.string(), w: t.integer() }, [
        ['dog', 1],
        ['cat', 2],
      ]).as('v');
      return select(q.name, v.c.w).from(pet).outerJoin(v, v.c.k.eq(q.species)).orderBy(q.id);
    },
    [
      ['Rex', 1],
      ['Tom', 2],
      ['Ivy', 2],
      ['Stray', 1],
    ],
  ],
  'implicit join where': [
    () => select(p.id, q.name).where(q.ownerId.eq(p.id)).orderBy(q.id),
    [
      [1, 'Rex'],
      [1, 'Tom'],
      [2, 'Ivy'],
    ],
  ],
  'three alias': [
    () => {
      const a = alias(pet, 'x1'),
        b2 = alias(pet, 'x2');
      return select(q.id, a.c.id, b2.c.id).from(pet, a, b2).where(q.id.lt(a.c.id), a.c.id.lt(b2.c.id)).orderBy(q.id, a.c.id, b2.c.id);
    },
    [
      [1, 2, 3],
      [1, 2, 4],
      [1, 3, 4],
      [2, 3, 4],
    ],
  ],
  'left join count': [
    () => select(p.id, func.count(q.id)).from(person).outerJoin(pet, q.ownerId.eq(p.id)).groupBy(p.id).orderBy(p.id),
    [
      [1, 2],
      [2, 1],
      [3, 0],
      [4, 0],
    ],
  ],
  'left join having': [
    () => select(p.id).from(person).outerJoin(pet, q.ownerId.eq(p.id)).groupBy(p.id).having(func.count(q.id).eq(0)).orderBy(p.id),
    [[3], [4]],
  ],
  'cross join sub': [
    () => {
      const s = select({ m: func.max(p.age) }).as('s');
      return select(p.id)
        .from(person)
        .crossJoin(s)
        .where(p.age.eq(never(s.c.m)));
    },
    [[2]],
  ],
  'scalar in case': [
    () =>
      select(p.id, caseWhen(exists(select(q.id).where(q.ownerId.eq(p.id))), 'yes').else('no'))
        .from(person)
        .orderBy(p.id),
    [
      [1, 'yes'],
      [2, 'yes'],
      [3, 'no'],
      [4, 'no'],
    ],
  ],
  'scalar arith': [
    () => select(p.id, select(func.count()).where(q.ownerId.eq(p.id)).scalar().plus(1)).orderBy(p.id),
    [
      [1, 3],
      [2, 2],
      [3, 1],
      [4, 1],
    ],
  ],
  'scalar concat': [
    () => select(p.id, p.first.concat(never(select(func.min(q.name)).where(q.ownerId.eq(p.id)).scalar()))).orderBy(p.id),
    [
      [1, 'AnnRex'],
      [2, 'BobIvy'],
      [3, null],
      [4, null],
    ],
  ],
  'scalar between': [
    () =>
      select(p.id)
        .where(p.age.between(never(select(func.min(P.c.age)).scalar()), 30))
        .orderBy(p.id),
    [[1], [3]],
  ],
  'sub any of': [
    () =>
      select(p.id)
        .where(literal(1).eq(any(select(q.ownerId).where(q.ownerId.eq(p.id))) as never))
        .orderBy(p.id),
    [[1]],
  ],
});
