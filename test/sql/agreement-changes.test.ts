// INSERT, UPDATE and DELETE: each database holds the same rows afterwards.
import {
  alias,
  and,
  caseWhen,
  deleteFrom,
  exists,
  func,
  insertInto,
  literal,
  not,
  nullValue,
  or,
  select,
  sql,
  t,
  unionAll,
  update,
  values,
} from '../../src/index.ts';
import { agreeAfter, never, person, pet, toy } from './people.ts';

const { c: p } = person;
const { c: q } = pet;
const { c: y } = toy;
const P = alias(person, 'p2');
const Y = alias(toy, 't2');
const names = () => select(p.first, p.last).where(p.id.lt(4)).orderBy(p.id);
const ages = () => select(p.age).orderBy(p.id);
const pets = () => select(q.id, q.name).orderBy(q.id);
const added = () => select(q.name, q.species, q.ownerId).where(q.id.gt(4)).orderBy(q.id);
const toys = () => select(y.id).orderBy(y.id);

agreeAfter('updates', {
  'of the value of a subquery that looks at the row': [
    () =>
      update(person)
        .set({ last: never(select(q.name).where(q.ownerId.eq(p.id)).orderBy(q.id).limit(1).scalar()) })
        .where(p.id.lt(3)),
    2,
    names,
    [
      ['Ann', 'Rex'],
      ['Bob', 'Ivy'],
      ['Zoë_%', 'smith'],
    ],
  ],
  'of a count': [
    () =>
      update(person)
        .set({ age: select(func.count()).from(pet).where(q.ownerId.eq(p.id)).scalar() })
        .where(p.id.gt(0)),
    4,
    ages,
    [[2], [1], [0], [0]],
  ],
  'of what the row had': [
    () =>
      update(person)
        .set({ age: p.age.times(2).plus(1), first: p.first.concat('!') })
        .where(p.age.isNotNull()),
    3,
    () => select(p.first, p.age).orderBy(p.id),
    [
      ['Ann!', 61],
      ['Bob!', 81],
      ['Zoë_%!', 41],
      [null, null],
    ],
  ],
  'to NULL, in two words': [
    () => update(person).set({ age: null, first: nullValue() }).where(p.id.eq(1)),
    1,
    () => select(p.id).where(p.age.isNull(), p.first.isNull()).orderBy(p.id),
    [[1], [4]],
  ],
  'by a CASE': [
    () =>
      update(person)
        .set({ age: caseWhen(p.gender.eq('male'), 1).when(p.age.lt(25), p.age).else(2) })
        .where(p.id.le(4)),
    4,
    ages,
    [[2], [1], [20], [2]],
  ],
  'from another table': [
    () =>
      update(pet)
        .set({ name: never(p.first) })
        .from(person)
        .where(q.ownerId.eq(p.id)),
    3,
    pets,
    [
      [1, 'Ann'],
      [2, 'Ann'],
      [3, 'Bob'],
      [4, 'Stray'],
    ],
  ],
  'from groups of another table': [
    () => {
      const s = select({ owner: q.ownerId, count: func.count() }).where(q.ownerId.isNotNull()).groupBy(q.ownerId).as('s');
      return update(person).set({ age: s.c.count }).from(s).where(s.c.owner.eq(p.id));
    },
    2,
    ages,
    [[2], [1], [20], [null]],
  ],
  'from VALUES': [
    () => {
      const v = values({ id: t.integer(), age: t.integer() }, [
        [1, 5],
        [2, 6],
        [9, 7],
      ]).as('v');
      return update(person).set({ age: v.c.age }).from(v).where(v.c.id.eq(p.id));
    },
    2,
    ages,
    [[5], [6], [20], [null]],
  ],
  'under another name': [
    () => {
      const other = alias(person, 'other');
      return update(other).set({ first: 'X' }).where(other.c.id.eq(2));
    },
    1,
    names,
    [
      ['Ann', 'Jones'],
      ['X', 'Jones'],
      ['Zoë_%', 'smith'],
    ],
  ],
  'where there is a row of another table': [
    () =>
      update(person)
        .set({ last: 'owner' })
        .where(exists(select(q.id).where(q.ownerId.eq(p.id)))),
    2,
    names,
    [
      ['Ann', 'owner'],
      ['Bob', 'owner'],
      ['Zoë_%', 'smith'],
    ],
  ],
  'where there is none': [
    () =>
      update(person)
        .set({ last: 'none' })
        .where(not(exists(select(q.id).where(q.ownerId.eq(p.id))))),
    2,
    names,
    [
      ['Ann', 'Jones'],
      ['Bob', 'Jones'],
      ['Zoë_%', 'none'],
    ],
  ],
  'of what a query of the same table finds': [
    () =>
      update(person)
        .set({ last: 'last' })
        .where(p.id.in(select(func.max(P.c.id)).from(P).where(P.c.age.isNotNull()))),
    1,
    names,
    [
      ['Ann', 'Jones'],
      ['Bob', 'Jones'],
      ['Zoë_%', 'last'],
    ],
  ],
  'of what a common table expression finds': [
    () => {
      const old = select({ id: p.id }).where(p.age.gt(25)).cte('old');
      return update(person)
        .set({ last: 'old' })
        .where(p.id.in(select(old.c.id)));
    },
    2,
    names,
    [
      ['Ann', 'old'],
      ['Bob', 'old'],
      ['Zoë_%', 'smith'],
    ],
  ],
  'in an order, up to a limit': [
    () => update(person).set({ age: 1 }).where(p.id.gt(0)).orderBy(p.id.desc()).limit(2),
    2,
    ages,
    [[30], [40], [1], [1]],
  ],
  'of no row': [() => update(person).set({ age: 1 }).where(p.id.eq(999)), 0, ages, [[30], [40], [20], [null]]],
  'to what is there already': [() => update(person).set({ age: 30 }).where(p.id.eq(1)), 1, ages, [[30], [40], [20], [null]]],
  'of JSON as a whole': [
    () =>
      update(person)
        .set({ data: { z: 1 } })
        .where(or(p.id.eq(1), p.data.json('a' as never).isNull())),
    3,
    () => select(p.data).orderBy(p.id),
    [[{ z: 1 }], [{ a: 3, b: [], c: { d: false } }], [{ z: 1 }], [{ z: 1 }]],
  ],
  'by hand': [
    () => sql`UPDATE pet SET name = ${'z'} WHERE id IN ${[1, 2]}`,
    2,
    pets,
    [
      [1, 'z'],
      [2, 'z'],
      [3, 'Ivy'],
      [4, 'Stray'],
    ],
  ],
});

agreeAfter('deletes', {
  'of what meets a condition': [() => deleteFrom(toy).where(or(y.price.gt(1.7), y.name.startsWith('b'))), 2, toys, [[5]]],
  'by another table': [() => deleteFrom(toy).using(pet).where(y.petId.eq(q.id), q.name.eq('Rex')), 2, toys, [[5]]],
  'by two others': [
    () => deleteFrom(toy).using(pet, person).where(y.petId.eq(q.id), q.ownerId.eq(p.id), p.first.eq('Bob')),
    1,
    toys,
    [[1], [2]],
  ],
  'by a query that looks at the row': [
    () => deleteFrom(toy).where(exists(select(q.id).where(and(q.id.eq(y.petId), q.species.eq('dog'))))),
    2,
    toys,
    [[5]],
  ],
  'by a query of the same table': [
    () => deleteFrom(toy).where(y.price.lt(never(select(func.avg(Y.c.price)).scalar()))),
    1,
    toys,
    [[1], [2]],
  ],
  'by IN over a join': [() => deleteFrom(toy).where(y.petId.in(select(q.id).join(person).where(p.age.gt(35)))), 1, toys, [[1], [2]]],
  'in an order, up to a limit': [() => deleteFrom(toy).where(y.id.gt(0)).orderBy(y.price).limit(2), 2, toys, [[2]]],
  'under another name': [
    () => {
      const other = alias(toy, 'other');
      return deleteFrom(other).where(other.c.id.eq(1));
    },
    1,
    toys,
    [[2], [5]],
  ],
  'of all rows': [() => deleteFrom(toy, { all: true }), 3, toys, []],
});

agreeAfter('inserts', {
  'of expressions': [
    () =>
      insertInto(pet).values({
        id: 10,
        name: func.upper(literal('abc')),
        ownerId: select(func.max(p.id)).scalar(),
        species: literal('x').concat('y'),
      }),
    1,
    added,
    [['ABC', 'xy', 4]],
  ],
  'of rows with different columns': [
    () =>
      insertInto(pet).values([
        { id: 10, name: 'a', species: 's' },
        { id: 11, name: 'b', species: 's', ownerId: 1 },
        { id: 12, name: func.lower(literal('C')), species: 's' },
      ]),
    3,
    added,
    [
      ['a', 's', null],
      ['b', 's', 1],
      ['c', 's', null],
    ],
  ],
  'of a query': [
    () =>
      insertInto(pet).fromSelect(['id', 'name', 'species'], select(p.id.plus(100), p.first, literal('human')).where(p.first.isNotNull())),
    3,
    added,
    [
      ['Ann', 'human', null],
      ['Bob', 'human', null],
      ['Zoë_%', 'human', null],
    ],
  ],
  'of rows of the table itself': [
    () =>
      insertInto(pet).fromSelect(
        ['id', 'name', 'species', 'ownerId'],
        select(q.id.plus(100), q.name, q.species, q.ownerId).where(q.id.le(2)),
      ),
    2,
    added,
    [
      ['Rex', 'dog', 1],
      ['Tom', 'cat', 1],
    ],
  ],
  'of queries put together': [
    () =>
      insertInto(pet).fromSelect(
        ['id', 'name', 'species'],
        unionAll(select(literal(50), literal('u1'), literal('s')), select(literal(51), func.min(p.first), literal('s')).from(person)),
      ),
    2,
    added,
    [
      ['u1', 's', null],
      ['Ann', 's', null],
    ],
  ],
  'of VALUES': [
    () =>
      insertInto(pet).fromSelect(
        ['id', 'name', 'species'],
        values({ id: t.integer(), name: t.string(), species: t.string() }, [
          [400, 'v1', 's'],
          [401, 'v2', 's'],
        ]),
      ),
    2,
    added,
    [
      ['v1', 's', null],
      ['v2', 's', null],
    ],
  ],
  'of groups in an order, up to a limit': [
    () =>
      insertInto(pet).fromSelect(
        ['id', 'name', 'species'],
        select(func.max(q.id).plus(20), func.max(q.name), q.species).groupBy(q.species).orderBy(q.species.desc()).limit(1),
      ),
    1,
    added,
    [['Stray', 'dog', null]],
  ],
  'of rows of which some are there': [
    () =>
      insertInto(pet)
        .values([
          { id: 1, name: 'dup', species: 's' },
          { id: 60, name: 'new', species: 's' },
        ])
        .onConflictDoNothing(),
    1,
    pets,
    [
      [1, 'Rex'],
      [2, 'Tom'],
      [3, 'Ivy'],
      [4, 'Stray'],
      [60, 'new'],
    ],
  ],
  'by hand': [
    () => sql`INSERT INTO pet (id, name, species) VALUES (${500}, ${"it's"}, ${'\\ % _ ?'})`,
    1,
    added,
    [["it's", '\\ % _ ?', null]],
  ],
});
