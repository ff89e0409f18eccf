// Pieces that seldom stand together: CASE with SQL by hand, VALUES inside of other sources, changes over joins.
import {
  alias,
  caseWhen,
  deleteFrom,
  except,
  func,
  insertInto,
  intersect,
  join,
  literal,
  literalColumn,
  not,
  or,
  outerJoin,
  select,
  sql,
  t,
  text,
  union,
  unionAll,
  update,
  values,
} from '../../src/index.ts';
import { agree, agreeAfter, never, person, pet, toy } from './people.ts';

const p = person.c;
const boss = alias(person, 'boss');

agree('pieces', {
  'CASE with a condition by hand, whose parameter comes when it runs': [
    () => [
      select({ name: caseWhen(never(text(":mode = 'loud'")), func.upper(p.first)).else(func.lower(p.first)) }).where(p.id.eq(1)),
      { mode: 'loud' },
    ],
    [{ name: 'ANN' }],
  ],
  'CASE with literal SQL': [
    () => select(caseWhen(p.first.eq('Bob'), literalColumn("'yes'", t.text())).else(literalColumn("'no'", t.text()))).orderBy(p.id),
    [['no'], ['yes'], ['no'], ['no']],
  ],
  'CASE of a subquery, selected whole': [
    () => {
      const inner = select({ size: caseWhen(p.id.lt(3), 'few').when(p.id.ge(3).and(p.id.lt(9)), 'many'), id: p.id }).subquery('inner');
      return select(inner)
        .where(inner.c.id.in([2, 3]))
        .orderBy(inner.c.id);
    },
    [[{ size: 'few', id: 2 }], [{ size: 'many', id: 3 }]],
  ],
  'VALUES with names that need quotes': [
    () => {
      const rows = values({ CaseSensitive: t.integer(), 'has spaces': t.string() }, [
        [2, 'b'],
        [1, 'a'],
      ]).as('Spaces and Cases');
      return select(rows).orderBy(rows.c.CaseSensitive);
    },
    [[{ CaseSensitive: 1, 'has spaces': 'a' }], [{ CaseSensitive: 2, 'has spaces': 'b' }]],
  ],
  'VALUES in one of several common table expressions': [
    () => {
      const rows = values({ word: t.string(), n: t.integer() }, [
        ['a', 2],
        ['q', 3],
      ]).as('rows_of');
      const first = select({ word: rows.c.word, n: rows.c.n }).cte('first_one');
      const second = select({ n: first.c.n }).where(first.c.word.eq('q')).cte('second_one');
      return select(second.c.n);
    },
    [[3]],
  ],
  'set operations in each other': [
    () =>
      except(
        union(select({ id: p.id }), select({ id: pet.c.id })),
        intersect(select({ id: p.id }).where(p.id.gt(2)), select({ id: pet.c.id })),
      ).orderBy('id'),
    [{ id: 1 }, { id: 2 }],
  ],
  'parts with an order and a limit, and the whole with another': [
    () =>
      unionAll(select({ id: p.id }).orderBy(p.id.desc()).limit(1), select({ id: pet.c.id }).orderBy(pet.c.id).limit(2))
        .orderBy('id')
        .limit(2)
        .offset(1),
    [{ id: 2 }, { id: 4 }],
  ],
  'a value of a subquery, or what stands in for it': [
    () => {
      const first = select(pet.c.name).where(pet.c.ownerId.eq(p.id)).orderBy(pet.c.id).limit(1).scalar();
      return select(p.id, func.coalesce(first, 'none')).from(person).orderBy(p.id);
    },
    [
      [1, 'Rex'],
      [2, 'Ivy'],
      [3, 'none'],
      [4, 'none'],
    ],
  ],
  'empty lists among other conditions': [
    () => select(p.id).where(or(p.id.in([]), p.first.in([never(null)]), not(p.id.notIn([])), p.id.eq(2))),
    [[2]],
  ],
  'an aggregate with several conditions beside one in a window': [
    () => {
      const grown = func.sum(p.age).filter(p.last.eq('Jones'), p.age.gt(10)).filter(p.age.gt(35));
      const all = select({ id: p.id, grown: grown.over({ orderBy: p.id }) }).subquery('all_of');
      return select(all.c.grown).orderBy(all.c.id);
    },
    [[null], [40], [40], [40]],
  ],
  'an order by hand with a parameter': [() => select(p.id).orderBy(sql`coalesce(${p.age}, ${25})`, p.id), [[3], [4], [1], [2]]],
});

agreeAfter('changes over joins', {
  'a delete by a join of others': [
    () => deleteFrom(toy).using(join(pet, person)).where(toy.c.petId.eq(pet.c.id), p.gender.eq('male')),
    1,
    () => select(toy.c.id).orderBy(toy.c.id),
    [[1], [2]],
  ],
  'a delete by an outer join of others': [
    () => deleteFrom(toy).using(outerJoin(pet, person)).where(toy.c.petId.eq(pet.c.id), p.gender.eq('female')),
    2,
    () => select(toy.c.id),
    [[5]],
  ],
  'an update from a join of others': [
    () => update(person).set({ first: toy.c.name }).from(join(pet, toy)).where(pet.c.ownerId.eq(p.id), toy.c.id.eq(5)),
    1,
    () => select(p.first).orderBy(p.id),
    [['Ann'], ['mouse'], ['Zoë_%'], [null]],
  ],
  'an update from the same table': [
    () =>
      update(person)
        .set({ last: boss.c.first })
        .from(boss)
        .where(boss.c.id.eq(p.id.plus(1)), p.id.lt(3)),
    2,
    () => select(p.last).orderBy(p.id),
    [['Bob'], ['Zoë_%'], ['smith'], [null]],
  ],
  'rows of a union': [
    () =>
      insertInto(pet).fromSelect(
        ['id', 'name', 'species'],
        union(select(literal(60), literal('u'), literal('s')), select(literal(61), literal('v'), literal('s'))),
      ),
    2,
    () => select(pet.c.name).where(pet.c.id.ge(60)).orderBy(pet.c.id),
    [['u'], ['v']],
  ],
  'rows with SQL in some of them': [
    () =>
      insertInto(pet).values([
        { id: 50, name: 'a', species: 's' },
        { id: 51, name: func.upper('bb'), species: 's', ownerId: 1 },
      ]),
    2,
    () => select(pet.c.name, pet.c.ownerId).where(pet.c.id.ge(50)).orderBy(pet.c.id),
    [
      ['a', null],
      ['BB', 1],
    ],
  ],
});
