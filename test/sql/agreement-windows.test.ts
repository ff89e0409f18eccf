// Windows: each database gives the same rows.
import { caseWhen, func, select } from '../../src/index.ts';
import { agree, person, pet } from './people.ts';

const { c: p } = person;
const { c: q } = pet;

agree('windows', {
  window: [
    () => select(p.id, func.rowNumber().over({ partitionBy: p.gender, orderBy: p.age.nullsFirst() })).orderBy(p.id),
    [
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 1],
    ],
  ],
  'window sum': [
    () => select(p.id, func.sum(p.age).over({ orderBy: p.id })).orderBy(p.id),
    [
      [1, 30],
      [2, 70],
      [3, 90],
      [4, 90],
    ],
  ],
  'window lag': [
    () => select(p.id, func.lag(p.age, 1, 0).over({ orderBy: p.id }), func.lead(p.first).over({ orderBy: p.id })).orderBy(p.id),
    [
      [1, 0, 'Bob'],
      [2, 30, 'Zoë_%'],
      [3, 40, null],
      [4, 20, null],
    ],
  ],
  'window frame': [
    () => select(p.id, func.sum(p.id).over({ orderBy: p.id, rows: [-1, 1] } as never)).orderBy(p.id),
    [
      [1, 3],
      [2, 6],
      [3, 9],
      [4, 7],
    ],
  ],
  'window avg money': [
    () => select(func.sum(p.money).over({ partitionBy: p.gender })).orderBy(p.id),
    [['10.125'], ['-0.05'], ['999999999.999'], [null]],
  ],
  'window in sub': [
    () => {
      const s = select({ id: p.id, rn: func.rowNumber().over({ partitionBy: p.last, orderBy: p.id }) }).as('s');
      return select(s.c.id).where(s.c.rn.eq(1)).orderBy(s.c.id);
    },
    [[1], [3], [4]],
  ],
  'avg money window': [
    () =>
      select(func.avg(p.money).over({ partitionBy: p.ok }))
        .where(p.id.lt(3))
        .orderBy(p.id),
    [[10.125], [-0.05]],
  ],
  'count star filter over': [() => select(func.count().filter(p.age.gt(20)).over({ orderBy: p.id })).orderBy(p.id), [[1], [2], [2], [2]]],
  'lag date': [
    () =>
      select(
        func.lag(p.born).over({ orderBy: p.id }),
        func.lag(p.money).over({ orderBy: p.id }),
        func.lag(p.ok).over({ orderBy: p.id }),
        func.lag(p.seen, 1, new Date(0)).over({ orderBy: p.id }),
      ).orderBy(p.id),
    [
      [null, null, null, '1970-01-01T00:00:00.000Z'],
      ['1990-05-17', '10.125', true, '2024-02-29T12:34:56.789Z'],
      ['1970-12-31', '-0.05', false, '2023-12-31T23:59:59.999Z'],
      ['2000-02-29', '999999999.999', null, null],
    ],
  ],
  'first money': [
    () => select(func.firstValue(p.money).over({ orderBy: p.id }), func.sum(p.money).over({ orderBy: p.id })).orderBy(p.id),
    [
      ['10.125', '10.125'],
      ['10.125', '10.075'],
      ['10.125', '1000000010.074'],
      ['10.125', '1000000010.074'],
    ],
  ],
  'win count': [
    () => select(q.id, func.count().over({ partitionBy: q.species })).orderBy(q.id),
    [
      [1, 2],
      [2, 2],
      [3, 2],
      [4, 2],
    ],
  ],
  'win first': [
    () => select(q.id, func.firstValue(q.name).over({ partitionBy: q.species, orderBy: q.id.desc() })).orderBy(q.id),
    [
      [1, 'Stray'],
      [2, 'Ivy'],
      [3, 'Ivy'],
      [4, 'Stray'],
    ],
  ],
  'win last full': [
    () =>
      select(q.id, func.lastValue(q.name).over({ partitionBy: q.species, orderBy: q.id, rows: ['unbounded', 'unbounded'] })).orderBy(q.id),
    [
      [1, 'Stray'],
      [2, 'Ivy'],
      [3, 'Ivy'],
      [4, 'Stray'],
    ],
  ],
  'win range': [
    () => select(q.id, func.count().over({ orderBy: q.species, range: ['unbounded', 'current row'] })).orderBy(q.id),
    [
      [1, 4],
      [2, 2],
      [3, 2],
      [4, 4],
    ],
  ],
  'win order in agg': [
    () =>
      select(func.max(p.id), func.rowNumber().over({ orderBy: func.max(p.id) }))
        .groupBy(p.last)
        .orderBy(1),
    [
      [2, 1],
      [3, 2],
      [4, 3],
    ],
  ],
  'win sum of sum': [
    () =>
      select(q.species, func.sum(func.sum(q.id)).over({ orderBy: q.species }))
        .groupBy(q.species)
        .orderBy(q.species),
    [
      ['cat', 5],
      ['dog', 10],
    ],
  ],
  'win distinct': [() => select(func.count().over()).from(pet).distinct(), [[4]]],
  'win case': [
    () => select(p.id, func.sum(caseWhen(p.gender.eq('male'), 1).else(0)).over({ orderBy: p.id })).orderBy(p.id),
    [
      [1, 0],
      [2, 1],
      [3, 1],
      [4, 1],
    ],
  ],
  'win filter': [
    () => select(q.id, func.count().filter(q.species.eq('cat')).over({ orderBy: q.id })).orderBy(q.id),
    [
      [1, 0],
      [2, 1],
      [3, 2],
      [4, 2],
    ],
  ],
  'win part expr param': [
    () => select(q.id, func.rowNumber().over({ partitionBy: q.id.mod(2), orderBy: q.id })).orderBy(q.id),
    [
      [1, 1],
      [2, 1],
      [3, 2],
      [4, 2],
    ],
  ],
  'win order nulls': [
    () => select(p.id, func.rowNumber().over({ orderBy: p.age.desc().nullsLast() })).orderBy(p.id),
    [
      [1, 2],
      [2, 1],
      [3, 3],
      [4, 4],
    ],
  ],
  'win order nulls2': [
    () => select(p.id, func.rowNumber().over({ orderBy: [p.age.nullsFirst(), p.id] })).orderBy(p.id),
    [
      [1, 3],
      [2, 4],
      [3, 2],
      [4, 1],
    ],
  ],
  'win order by it': [() => select(q.id).orderBy(func.rowNumber().over({ orderBy: q.name })), [[3], [1], [4], [2]]],
  'win where over sub': [
    () => {
      const s = select({ id: q.id, r: func.rank().over({ orderBy: q.species }) }).as('s');
      return select(s.c.id).where(s.c.r.eq(1)).orderBy(s.c.id);
    },
    [[2], [3]],
  ],
});
