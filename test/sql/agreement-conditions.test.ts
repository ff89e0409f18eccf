// Conditions: each database gives the same rows.
import { and, cast, func, literal, not, nullValue, or, select, t, tuple } from '../../src/index.ts';
import { agree, never, person, pet, toy } from './people.ts';

const { c: p } = person;
const { c: q } = pet;
const { c: y } = toy;

agree('conditions', {
  'bool eq true': [() => select(p.id).where(p.ok.eq(true)).orderBy(p.id), [[1]]],
  'bool ne true': [() => select(p.id).where(p.ok.ne(true)).orderBy(p.id), [[2]]],
  'bool not': [() => select(p.id).where(not(p.ok)).orderBy(p.id), [[2]]],
  'bool is not true': [() => select(p.id).where(p.ok.isNot(true)).orderBy(p.id), [[2], [3], [4]]],
  'bool expr select': [
    () => select(p.age.gt(30), p.age.isNull(), and(p.ok, p.age.gt(3))).orderBy(p.id),
    [
      [false, false, true],
      [true, false, false],
      [false, false, null],
      [null, true, null],
    ],
  ],
  'bool order': [() => select(p.id).where(p.ok.isNotNull()).orderBy(p.ok, p.id), [[2], [1]]],
  'not in nulls': [
    () =>
      select(p.id)
        .where(p.age.notIn([30, 20]))
        .orderBy(p.id),
    [[2]],
  ],
  'not in empty': [() => select(p.id).where(p.age.notIn([])).orderBy(p.id), [[1], [2], [3], [4]]],
  'in empty': [() => select(p.id).where(p.age.in([])).orderBy(p.id), []],
  'not(in empty)': [
    () =>
      select(p.id)
        .where(not(p.age.in([])))
        .orderBy(p.id),
    [[1], [2], [3], [4]],
  ],
  'in null': [
    () =>
      select(p.id)
        .where(p.age.in([null, 30]))
        .orderBy(p.id),
    [[1]],
  ],
  'in expr': [
    () =>
      select(p.id)
        .where(literal(30).in([p.age, 5]))
        .orderBy(p.id),
    [[1]],
  ],
  'in with select limit': [
    () => select(p.id).where(p.id.in(select(q.ownerId).where(q.ownerId.isNotNull()).orderBy(q.id.desc()).limit(1))),
    [[2]],
  ],
  'tuple in': [
    () =>
      select(p.id)
        .where(
          tuple(p.first, p.age).in([
            ['Ann', 30],
            ['Bob', 40],
          ]),
        )
        .orderBy(p.id),
    [[1], [2]],
  ],
  'tuple in empty': [() => select(p.id).where(tuple(p.first, p.age).in([])).orderBy(p.id), []],
  'tuple not in empty': [() => select(p.id).where(tuple(p.first, p.age).notIn([])).orderBy(p.id), [[1], [2], [3], [4]]],
  'tuple in select': [
    () =>
      select(q.id)
        .where(tuple(q.ownerId, q.species).in(select(q.ownerId, q.species).where(q.species.eq('cat'))))
        .orderBy(q.id),
    [[2], [3]],
  ],
  'tuple gt': [
    () =>
      select(p.id)
        .where(tuple(p.last, p.id).gt(['Jones', 2]))
        .orderBy(p.id),
    [[3]],
  ],
  'between cols': [
    () =>
      select(p.id)
        .where(literal(35).between(p.age, never(p.score)))
        .orderBy(p.id),
    [[3]],
  ],
  'between dates': [() => select(p.id).where(p.born.between('1980-01-01', '1995-12-31')).orderBy(p.id), [[1]]],
  'between dt': [
    () =>
      select(p.id)
        .where(p.seen.between(new Date('2024-01-01Z'), new Date('2024-06-01Z')))
        .orderBy(p.id),
    [[1]],
  ],
  'like underscore': [() => select(p.id).where(p.first.contains('_')).orderBy(p.id), [[3]]],
  'like escape': [
    () =>
      select(p.id)
        .where(p.first.like('%/_%', { escape: '/' }))
        .orderBy(p.id),
    [[3]],
  ],
  'starts with col': [
    () =>
      select(p.id)
        .where(p.first.startsWith(func.substring(p.first, 1, 2)))
        .orderBy(p.id),
    [[1], [2], [3]],
  ],
  'contains null': [
    () =>
      select(p.id)
        .where(p.first.contains(never(nullValue())))
        .orderBy(p.id),
    [],
  ],
  ilike: [() => select(p.id).where(p.first.ilike('ANN%')).orderBy(p.id), [[1]]],
  'not distinct from null': [() => select(p.id).where(p.age.isNotDistinctFrom(null)).orderBy(p.id), [[4]]],
  'uuid eq': [() => select(p.id).where(p.uid.eq('0b7bd56a-3c22-4f6e-9d3e-0d6a6d4d9c11')), [[1]]],
  'uuid upper': [() => select(p.id).where(p.uid.eq('0B7BD56A-3C22-4F6E-9D3E-0D6A6D4D9C11')), [[1]]],
  'uuid order': [() => select(p.id).where(p.uid.isNotNull()).orderBy(p.uid), [[1], [2]]],
  'binary eq': [() => select(p.id, p.raw).where(p.raw.eq(new Uint8Array([0, 255, 1]))), [[1, 'bytes 0,255,1']]],
  'binary len': [() => select(func.length(never(p.raw))).orderBy(p.id), [[3], [0], [null], [null]]],
  'binary in': [() => select(p.id).where(p.raw.in([new Uint8Array([0, 255, 1])])), [[1]]],
  regexp: [() => select(p.id).where(p.first.regexpMatch('^[AB]')).orderBy(p.id), [[1], [2]]],
  'accent eq': [() => select(p.id).where(p.first.eq('Zoe')), []],
  'eq across': [
    () =>
      select(p.id)
        .where(p.money.eq(p.money), p.age.lt(p.money as never))
        .orderBy(p.id),
    [[3]],
  ],
  'date eq dt': [
    () =>
      select(p.id)
        .where(p.seen.ge(p.born as never))
        .orderBy(p.id),
    [[1], [2]],
  ],
  'date eq cast': [() => select(p.id).where(cast(p.seen, t.date()).eq('2024-02-29')).orderBy(p.id), [[1]]],
  'float eq': [() => select(y.id).where(y.price.eq(0.1)), [[5]]],
  'float in': [
    () =>
      select(y.id)
        .where(y.price.in([0.1, 1.5]))
        .orderBy(y.id),
    [[1], [5]],
  ],
  'int in': [
    () =>
      select(p.id)
        .where(p.age.in([30, 40]))
        .orderBy(p.id),
    [[1], [2]],
  ],
  'money lit': [() => select(p.id).where(p.money.eq('10.125')).orderBy(p.id), [[1]]],
  'money lit2': [() => select(p.id).where(p.money.eq('10.1250001')).orderBy(p.id), []],
  'str num': [() => select(p.id).where(p.first.eq('1')).orderBy(p.id), []],
  'between sym': [
    () =>
      select(p.id)
        .where(p.age.between(40, 30, { symmetric: true }))
        .orderBy(p.id),
    [[1], [2]],
  ],
  'nested and or': [
    () =>
      select(p.id)
        .where(or(and(p.age.gt(25), p.gender.eq('female')), and(p.age.lt(25), not(p.gender.eq('male')))))
        .orderBy(p.id),
    [[1], [3]],
  ],
  'not like null': [() => select(p.id).where(p.first.notLike('A%')).orderBy(p.id), [[2], [3]]],
  'not between': [
    () =>
      select(p.id)
        .where(not(p.age.between(25, 35)))
        .orderBy(p.id),
    [[2], [3]],
  ],
  'double not': [
    () =>
      select(p.id)
        .where(not(not(p.age.gt(25))))
        .orderBy(p.id),
    [[1], [2]],
  ],
  'not and': [
    () =>
      select(p.id)
        .where(not(and(p.age.gt(25), p.ok.eq(true))))
        .orderBy(p.id),
    [[2], [3]],
  ],
  'is true null': [() => select(p.id).where(p.ok.is(true)).orderBy(p.id), [[1]]],
  'is not false': [() => select(p.id).where(p.ok.isNot(false)).orderBy(p.id), [[1], [3], [4]]],
  'binary order': [() => select(p.id).where(p.raw.isNotNull()).orderBy(p.raw), [[2], [1]]],
  'binary cmp': [
    () =>
      select(p.id)
        .where(p.raw.gt(new Uint8Array([0])))
        .orderBy(p.id),
    [[1]],
  ],
  'uuid in': [() => select(p.id).where(p.uid.in(['1b7bd56a-3c22-4f6e-9d3e-0d6a6d4d9c11'])), [[2]]],
  'big in': [
    () =>
      select(p.id)
        .where(p.big.in([9007199254740993n, 0n]))
        .orderBy(p.id),
    [[1], [3]],
  ],
  'money in': [
    () =>
      select(p.id)
        .where(p.money.in(['10.125', '-0.050']))
        .orderBy(p.id),
    [[1], [2]],
  ],
  'dt in': [() => select(p.id).where(p.seen.in([new Date('2024-02-29T12:34:56.789Z')])), [[1]]],
  'bool in': [
    () =>
      select(p.id)
        .where(p.ok.in([true]))
        .orderBy(p.id),
    [[1]],
  ],
  'enum in': [
    () =>
      select(p.id)
        .where(p.gender.in(['male', 'other']))
        .orderBy(p.id),
    [[2], [3]],
  ],
  'float in2': [
    () =>
      select(p.id)
        .where(p.score.in([2.5, 1e21]))
        .orderBy(p.id),
    [[1], [3]],
  ],
});
