// Groups and aggregates: each database gives the same rows.
import { caseWhen, cast, distinct, extract, func, jsonArrayAgg, select, t } from '../../src/index.ts';
import { agree, never, person, pet } from './people.ts';

const { c: p } = person;
const { c: q } = pet;

agree('groups and aggregates', {
  'bool group': [
    () => select(p.ok, func.count()).where(p.ok.isNotNull()).groupBy(p.ok).orderBy(p.ok),
    [
      [false, 1],
      [true, 1],
    ],
  ],
  'bool max': [() => select(func.boolOr(p.ok), func.boolAnd(p.ok), func.sum(p.ok)), [[true, false, 1]]],
  'agg empty': [
    () => select(func.count(), func.sum(p.age), func.avg(p.age), func.min(p.age), func.max(p.first)).where(p.id.gt(100)),
    [[0, null, null, null, null]],
  ],
  'agg all': [
    () =>
      select(
        func.count(),
        func.count(p.age),
        func.count(p.gender).distinct(),
        func.sum(p.age),
        func.avg(p.age),
        func.min(p.born),
        func.max(p.seen),
      ),
    [[4, 3, 3, 90, 30, '1970-12-31', '2024-02-29T12:34:56.789Z']],
  ],
  'agg money': [
    () => select(func.sum(p.money), func.avg(p.money), func.min(p.money), func.max(p.money)),
    [['1000000010.074', 333333336.691, '-0.05', '999999999.999']],
  ],
  'agg big': [() => select(func.sum(p.big), func.max(p.big)), [['9007199254740986n', '9007199254740993n']]],
  'agg sum distinct': [() => select(func.sum(p.age).distinct()), [[90]]],
  'agg filter': [() => select(func.count().filter(p.age.gt(25)), func.sum(p.age).filter(p.gender.eq('female'))).from(person), [[2, 30]]],
  'agg arith': [() => select(func.max(p.age).minus(func.min(p.age)), func.sum(p.age).dividedBy(func.count(p.age))), [[20, 30]]],
  'agg str': [() => select(func.stringAgg(p.first, ', ').orderBy(p.first.desc())), [['Zoë_%, Bob, Ann']]],
  'group fn': [
    () => select(func.lower(p.last), func.count()).groupBy(func.lower(p.last)).orderBy(func.lower(p.last).nullsLast()),
    [
      ['jones', 2],
      ['smith', 1],
      [null, 1],
    ],
  ],
  'group extract': [
    () => select(extract('year', p.born), func.count()).groupBy(extract('year', p.born)).orderBy(extract('year', p.born).nullsLast()),
    [
      [1970, 1],
      [1990, 1],
      [2000, 1],
      [null, 1],
    ],
  ],
  'group case': [
    () => select(p.last, func.count()).where(p.last.isNotNull()).groupBy(p.last).orderBy(p.last),
    [
      ['Jones', 2],
      ['smith', 1],
    ],
  ],
  'max text': [() => select(func.max(p.first), func.min(p.last)), [['Zoë_%', 'Jones']]],
  'bool agg filter': [() => select(func.boolAnd(p.age.gt(10)), func.boolOr(p.age.gt(40))), [[true, false]]],
  stddev: [
    () => select(func.round(func.stddev(p.age), 3), func.round(func.variance(p.age), 3), func.round(func.stddevPop(p.age), 3)),
    [[10, 100, 8.165]],
  ],
  'count distinct null': [() => select(func.count(distinct(p.last))), [[2]]],
  'stddev samp': [
    () => select(func.round(func.stddevSamp(p.age), 3), func.round(func.varPop(p.age), 3), func.round(func.varSamp(p.age), 3)),
    [[10, 66.667, 100]],
  ],
  'group concat': [() => select(func.groupConcat(p.first)), [['Ann,Bob,Zoë_%']]],
  every: [() => select(func.every(p.age.gt(5))), [[true]]],
  'min bool': [() => select(func.min(p.gender), func.max(p.gender)), [['female', 'other']]],
  'min uuid': [() => select(func.min(p.uid as never)), [['0b7bd56a-3c22-4f6e-9d3e-0d6a6d4d9c11']]],
  'max bin': [() => select(func.count(p.raw)), [[2]]],
  'string agg distinct': [() => select(func.stringAgg(p.last, ',').distinct()).where(p.id.lt(3)), [['Jones']]],
  'string agg filter': [() => select(func.stringAgg(p.first, ';').orderBy(p.id).filter(p.id.gt(1))), [['Bob;Zoë_%']]],
  delta: [() => select(func.max(p.age).minus(func.avg(p.age))), [[10]]],
  'having no group': [() => select(func.max(p.age)).having(func.count().gt(3)), [[40]]],
  'having no group2': [() => select(func.max(p.age)).having(func.count().gt(30)), []],
  'json agg': [() => select(jsonArrayAgg(p.first, { orderBy: p.id })), [[['Ann', 'Bob', 'Zoë_%', null]]]],
  'json group': [
    () =>
      select(p.data.json('a').asInteger(), func.count())
        .groupBy(p.data.json('a').asInteger())
        .orderBy(func.coalesce(p.data.json('a').asInteger(), 99)),
    [
      [1, 1],
      [3, 1],
      [null, 2],
    ],
  ],
  'group by scalar': [
    () => {
      const s = select(func.count()).where(q.ownerId.eq(p.id)).scalar().as('cnt');
      const d = select({ s, id: p.id }).as('d');
      return select(d.c.s, func.count()).groupBy(d.c.s).orderBy(d.c.s);
    },
    [
      [0, 2],
      [1, 1],
      [2, 1],
    ],
  ],
  'group by case param': [
    () =>
      select(caseWhen(q.id.gt(2), 'hi').else('lo').as('b'), func.count())
        .groupBy('b')
        .orderBy('b'),
    [
      ['hi', 2],
      ['lo', 2],
    ],
  ],
  'group having param': [
    () => {
      const e = caseWhen(q.id.gt(2), 'hi').else('lo');
      return select(e, func.count()).groupBy(e).having(e.eq('hi'));
    },
    [['hi', 2]],
  ],
  'group by bool': [
    () => select(q.species.eq('dog'), func.count()).groupBy(q.species.eq('dog')).orderBy(q.species.eq('dog')),
    [
      [false, 2],
      [true, 2],
    ],
  ],
  'group by concat': [
    () => select(q.species.concat('-'), func.count()).groupBy(q.species.concat('-')).orderBy(q.species.concat('-')),
    [
      ['cat-', 2],
      ['dog-', 2],
    ],
  ],
  'group by date part': [
    () => select(extract('month', p.seen), func.count()).groupBy(extract('month', p.seen)).orderBy(extract('month', p.seen).nullsFirst()),
    [
      [null, 2],
      [2, 1],
      [12, 1],
    ],
  ],
  'group by coalesce': [
    () => select(func.coalesce(p.last, 'none'), func.count()).groupBy(func.coalesce(p.last, 'none')).orderBy(func.coalesce(p.last, 'none')),
    [
      ['Jones', 2],
      ['none', 1],
      ['smith', 1],
    ],
  ],
  'group year': [
    () => select(extract('year', p.born), func.count()).groupBy(extract('year', p.born)).orderBy(extract('year', p.born).nullsLast()),
    [
      [1970, 1],
      [1990, 1],
      [2000, 1],
      [null, 1],
    ],
  ],
  'agg of expr': [
    () => select(func.sum(p.age.plus(1)), func.avg(p.age.times(2)), func.max(func.length(p.first)), func.min(p.money.negate())),
    [[93, 60, 5, '-999999999.999']],
  ],
  'agg div': [
    () => select(func.sum(p.age).dividedBy(func.count()), func.sum(p.money).dividedBy(never(func.count()))),
    [[22.5, '250000002.5185']],
  ],
  'agg coalesce': [() => select(func.coalesce(func.sum(p.age), 0)).where(p.id.gt(100)), [[0]]],
  'agg money cmp': [
    () => select(p.last).where(p.last.isNotNull()).groupBy(p.last).having(func.sum(p.money).gt(5)).orderBy(p.last),
    [['Jones'], ['smith']],
  ],
  'agg cnt cmp': [
    () =>
      select(p.last, func.count())
        .where(p.last.isNotNull())
        .groupBy(p.last)
        .having(func.count().in([2])),
    [['Jones', 2]],
  ],
  'agg date cmp': [() => select(p.last).groupBy(p.last).having(func.max(p.born).gt('1995-01-01')), [['smith']]],
  'agg dt cmp': [
    () =>
      select(p.last)
        .groupBy(p.last)
        .having(func.max(p.seen).lt(new Date('2025-01-01Z'))),
    [['Jones']],
  ],
  'agg str order num': [() => select(func.stringAgg(q.name, '/').orderBy(q.id.desc())), [['Stray/Ivy/Tom/Rex']]],
  'group by cast date': [
    () => select(cast(p.seen, t.date()), func.count()).groupBy(cast(p.seen, t.date())).orderBy(cast(p.seen, t.date()).nullsFirst()),
    [
      [null, 2],
      ['2023-12-31', 1],
      ['2024-02-29', 1],
    ],
  ],
});
