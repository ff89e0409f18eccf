// Values, names, orders and limits: each database gives the same rows.
import { alias, and, caseOf, caseWhen, func, literal, not, nullValue, or, select, selectFrom, t, tuple, values } from '../../src/index.ts';
import { agree, never, person, pet } from './people.ts';

const { c: p } = person;
const { c: q } = pet;
const P = alias(person, 'p2');

agree('values, names, orders and limits', {
  'distinct from': [() => select(p.id).where(p.age.isDistinctFrom(30)).orderBy(p.id), [[2], [3], [4]]],
  'distinct from col': [
    () =>
      select(p.id)
        .where(p.age.isDistinctFrom(never(p.big)))
        .orderBy(p.id),
    [[1], [2], [3]],
  ],
  'order nulls': [() => select(p.id).orderBy(p.age.asc().nullsFirst(), p.id), [[4], [3], [1], [2]]],
  'order nulls last desc': [() => select(p.id).orderBy(p.age.desc().nullsLast(), p.id), [[2], [1], [3], [4]]],
  'order expr': [() => select(p.id).orderBy(func.length(p.first).desc().nullsLast(), p.id), [[3], [1], [2], [4]]],
  'distinct on': [
    () => select(q.species, q.name).distinctOn(q.species).orderBy(q.species, q.name.desc()),
    [
      ['cat', 'Tom'],
      ['dog', 'Stray'],
    ],
  ],
  'limit 0': [() => select(p.id).limit(0), []],
  'offset only': [() => select(p.id).orderBy(p.id).offset(2), [[3], [4]]],
  'literal types': [
    () => select(literal(1), literal('x'), literal(true), literal(null), literal(1.5), literal(10n), literal(new Date(0)), nullValue()),
    [[1, 'x', true, null, 1.5, '10n', '1970-01-01T00:00:00.000Z', null]],
  ],
  'literal date': [
    () => select(literal('2024-02-29', t.date()), literal('12:00:00', t.time()), literal({ a: 1 }), literal(new Uint8Array([1]))),
    [['2024-02-29', '12:00:00', { a: 1 }, 'bytes 1']],
  ],
  values: [
    () =>
      values({ a: t.integer(), b: t.string() }, [
        [1, 'x'],
        [2, 'y'],
      ]),
    [
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ],
  ],
  'values join': [
    () => {
      const v = values({ a: t.integer(), b: t.string() }, [
        [1, 'x'],
        [2, 'y'],
      ]).as('v');
      return select(p.first, v.c.b).join(v, v.c.a.eq(p.id)).orderBy(p.id);
    },
    [
      ['Ann', 'x'],
      ['Bob', 'y'],
    ],
  ],
  'values null': [
    () => {
      const v = values({ a: t.integer().nullable(), d: t.date().nullable() }, [
        [null, '2024-01-01'],
        [2, null],
      ]).as('v');
      return select(v.c.a, v.c.d).orderBy(v.c.a.nullsFirst());
    },
    [
      [null, '2024-01-01'],
      [2, null],
    ],
  ],
  'select star table': [() => selectFrom(pet).orderBy(q.id).limit(1), [{ id: 1, name: 'Rex', ownerId: 1, species: 'dog' }]],
  'reserved alias': [
    () => select({ order: p.id, group: p.first, 'with space': p.age, 'q"t': p.last, é: p.id }).orderBy('order').limit(1),
    [{ order: 1, group: 'Ann', 'with space': 30, 'q"t': 'Jones', é: 1 }],
  ],
  'same names': [() => select(p.id, q.id).join(pet).orderBy(p.id, q.id).limit(1), [[1, 1]]],
  'where false': [() => select(p.id).where(false), []],
  'where literal bool': [() => select(p.id).where(literal(true)).orderBy(p.id), [[1], [2], [3], [4]]],
  'empty or': [() => select(p.id).where(or()), []],
  'distinct case': [() => select(p.last).where(p.last.isNotNull()).distinct().orderBy(p.last), [['Jones'], ['smith']]],
  'arith null': [() => select(p.age.plus(never(nullValue())), p.first.concat(never(nullValue()))).where(p.id.eq(1)), [[null, null]]],
  'eq null literal': [() => select(p.id).where(p.age.eq(never(nullValue()))), []],
  values3: [
    () =>
      select(
        p.id,
        func.firstValue(p.id).over({ orderBy: p.id }),
        func.lastValue(p.id).over({ orderBy: p.id }),
        func.nthValue(p.id, 2).over({ orderBy: p.id }),
      ).orderBy(p.id),
    [
      [1, 1, 1, null],
      [2, 1, 2, 2],
      [3, 1, 3, 2],
      [4, 1, 4, 2],
    ],
  ],
  'distinct sum filter': [() => select(func.sum(p.age).distinct().filter(p.id.lt(3))), [[70]]],
  'big lit': [() => select(literal(9007199254740993n), literal(2 ** 40), literal(-1n)), [['9007199254740993n', 1099511627776, '-1n']]],
  'quote vals': [
    () => select(literal("it's"), literal('back\\slash'), literal('%_'), literal('"q"'), literal('\n\t'), literal('😀'), literal('')),
    [["it's", 'back\\slash', '%_', '"q"', '\n\t', '😀', '']],
  ],
  'empty str': [() => select(p.id).where(func.coalesce(p.first, '').eq('')).orderBy(p.id), [[4]]],
  'label sub': [
    () => select(p.id.as('x'), p.age.plus(1).as('y2')).orderBy(p.id),
    [
      [1, 31],
      [2, 41],
      [3, 21],
      [4, null],
    ],
  ],
  'dup label': [() => select({ a: p.id, b: p.id }).orderBy('b').limit(1), [{ a: 1, b: 1 }]],
  'order place': [
    () => select(p.last, p.id).where(p.last.isNotNull()).orderBy(1, 2),
    [
      ['Jones', 1],
      ['Jones', 2],
      ['smith', 3],
    ],
  ],
  'group place': [
    () => select(p.last, func.count()).where(p.last.isNotNull()).groupBy(1).orderBy(1),
    [
      ['Jones', 2],
      ['smith', 1],
    ],
  ],
  'sel const': [
    () => select(p.id, literal('k').as('k')).orderBy('k', p.id),
    [
      [1, 'k'],
      [2, 'k'],
      [3, 'k'],
      [4, 'k'],
    ],
  ],
  'group const': [() => select(func.count(), literal('k').as('k')).from(person).groupBy('k'), [[4, 'k']]],
  'alias table': [
    () => select(P).where(P.c.id.eq(1)),
    [
      [
        {
          id: 1,
          first: 'Ann',
          last: 'Jones',
          gender: 'female',
          age: 30,
          score: 2.5,
          money: '10.125',
          born: '1990-05-17',
          seen: '2024-02-29T12:34:56.789Z',
          ok: true,
          data: { a: 1, b: ['x', 'y'], c: { d: true } },
          raw: 'bytes 0,255,1',
          big: '9007199254740993n',
          uid: '0b7bd56a-3c22-4f6e-9d3e-0d6a6d4d9c11',
        },
      ],
    ],
  ],
  'alias two': [
    () => {
      const a1 = alias(pet, 'a1'),
        a2 = alias(pet, 'a2');
      return select(a1.c.name, a2.c.name)
        .from(a1)
        .join(a2, and(a1.c.ownerId.eq(a2.c.ownerId), a1.c.id.lt(a2.c.id)));
    },
    [['Rex', 'Tom']],
  ],
  'anon alias': [
    () => {
      const a1 = alias(pet);
      return select(a1.c.name, q.name).from(pet).join(a1, a1.c.ownerId.eq(q.ownerId)).where(a1.c.id.gt(q.id));
    },
    [['Tom', 'Rex']],
  ],
  'lit dates cmp': [
    () => select(literal(new Date('2024-01-02T03:04:05.678Z')).gt(literal(new Date('2024-01-02T03:04:05.677Z')))),
    [[true]],
  ],
  'lit arith dates': [
    () => select(literal('2024-01-31', t.date()).plus('P1M' as never), literal(new Date('2024-01-31T00:00:00Z')).plus('P1M')),
    [['2024-02-29', '2024-02-29T00:00:00.000Z']],
  ],
  'lit time': [() => select(literal('23:59:59', t.time()), literal('12:00:00', t.time()).lt('12:00:01')), [['23:59:59', true]]],
  'lit str concat': [() => select(literal('a').concat('b').concat('c'), literal('a').plus('b')), [['abc', 'ab']]],
  'lit bool ops': [
    () => select(and(true, false), or(true, false), not(literal(true)), literal(true).eq(false)),
    [[false, true, false, false]],
  ],
  'lit null cmp': [() => select(literal(null as never).isNull(), literal(5).isNotNull()), [[true, true]]],
  'lit num cmp': [
    () => select(literal(1).lt(2), literal(1.5).gt(1 as never), literal(5n).eq(5n), literal(1).in([1, 2]), literal('a').in(['b'])),
    [[true, true, true, true, false]],
  ],
  'lit neg': [() => select(literal(-5).plus(3), literal(5).minus(-3), literal(-1).times(-1), literal(5).negate()), [[-2, 8, 1, -5]]],
  'lit div': [
    () =>
      select(literal(7).dividedBy(2), literal(-7).floorDiv(2), literal(-7).mod(2), literal(7.5).mod(2 as never), literal(7).floorDiv(2)),
    [[3.5, -4, -1, 1.5, 3]],
  ],
  'lit case': [
    () => select(caseWhen(literal(1).eq(1), 'y').else('n'), caseOf(literal(2)).when(1, 'a').when(2, 'b').else('c')),
    [['y', 'b']],
  ],
  'lit between': [() => select(literal(5).between(1, 10), literal(5).notBetween(1, 10)), [[true, false]]],
  'lit like': [
    () =>
      select(
        literal('abc').like('a%'),
        literal('a%c').contains('%'),
        literal('abc').endsWith('bc'),
        literal('ABC').istartsWith('ab'),
        literal('abc').notLike('%z%'),
      ),
    [[true, true, true, true, true]],
  ],
  'lit in tuple': [
    () =>
      select(
        tuple(literal(1), literal('a')).in([
          [1, 'a'],
          [2, 'b'],
        ]),
      ),
    [[true]],
  ],
  'lit distinct from': [
    () =>
      select(
        literal(1).isDistinctFrom(null as never),
        literal(null as never).isDistinctFrom(null as never),
        literal(1).isNotDistinctFrom(1),
      ),
    [[true, false, true]],
  ],
  'empty in lit': [() => select(literal(1).in([]), literal(1).notIn([])), [[false, true]]],
  'null in lit': [() => select(literal(1).in([null, 1]), literal(1).notIn([null, 2])), [[true, true]]],
  'distinct expr': [() => select(func.lower(q.species).as('s')).distinct().orderBy('s'), [['cat'], ['dog']]],
  'distinct count sub': [() => select(func.count()).from(select(q.species).distinct().as('s')), [[2]]],
  'distinct order other': [() => select(q.species).distinct().orderBy(q.species.desc()), [['dog'], ['cat']]],
  'distinct param': [() => select(q.id.mod(2)).distinct().orderBy(q.id.mod(2)), [[0], [1]]],
  'order case desc': [() => select(q.id).orderBy(caseOf(q.species).when('cat', 1).else(2), q.id.desc()), [[3], [2], [4], [1]]],
  'order bool expr': [() => select(q.id).orderBy(q.species.eq('dog').desc(), q.id), [[1], [4], [2], [3]]],
  'order in list': [() => select(q.id).orderBy(q.id.in([3, 4]).desc(), q.id), [[3], [4], [1], [2]]],
  'order coalesce': [() => select(q.id).orderBy(func.coalesce(q.ownerId, 0), q.id), [[4], [1], [2], [3]]],
  'order scalar label': [
    () => {
      const s = select(func.count()).where(q.ownerId.eq(p.id)).scalar().as('cnt');
      return select(p.id, s).orderBy(s.desc(), p.id);
    },
    [
      [1, 2],
      [2, 1],
      [3, 0],
      [4, 0],
    ],
  ],
});
