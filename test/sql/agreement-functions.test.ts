// CASE, casts, arithmetic and functions: each database gives the same rows.
import { caseOf, caseWhen, cast, extract, func, jsonObject, literal, nullValue, select, t, tryCast } from '../../src/index.ts';
import { agree, never, person } from './people.ts';

const { c: p } = person;

agree('cASE, casts, arithmetic and functions', {
  'case null': [
    () => select(caseWhen(p.age.isNull(), 'none').when(p.age.lt(30), 'young').else(p.first)).orderBy(p.id),
    [['Ann'], ['Bob'], ['young'], ['none']],
  ],
  'case bool': [() => select(caseWhen(p.age.gt(30), true).else(false)).orderBy(p.id), [[false], [true], [false], [false]]],
  'case null then': [() => select(caseWhen(p.age.gt(30), nullValue()).else(p.age)).orderBy(p.id), [[30], [null], [20], [null]]],
  'case in where': [
    () =>
      select(p.id)
        .where(caseWhen(p.age.isNull(), false).else(p.age.gt(30)) as never)
        .orderBy(p.id),
    [[2]],
  ],
  'case in sum': [() => select(func.sum(caseWhen(p.gender.eq('male'), 1).else(0))), [[1]]],
  'case of null': [() => select(caseOf(p.gender).when('male', 1).when('female', 2)).orderBy(p.id), [[2], [1], [null], [null]]],
  'concat null': [() => select(p.first.concat(' ').concat(p.last)).orderBy(p.id), [['Ann Jones'], ['Bob Jones'], ['Zoë_% smith'], [null]]],
  'func concat null': [
    () => select(func.concat(p.first, ' ', p.last)).orderBy(p.id),
    [['Ann Jones'], ['Bob Jones'], ['Zoë_% smith'], [' ']],
  ],
  'concat number': [() => select(func.concat(p.first, p.age)).orderBy(p.id), [['Ann30'], ['Bob40'], ['Zoë_%20'], ['']]],
  arith: [
    () => select(p.age.plus(1), p.age.minus(1), p.age.times(2), p.age.dividedBy(4), p.age.mod(7), p.age.floorDiv(7)).orderBy(p.id),
    [
      [31, 29, 60, 7.5, 2, 4],
      [41, 39, 80, 10, 5, 5],
      [21, 19, 40, 5, 6, 2],
      [null, null, null, null, null, null],
    ],
  ],
  'arith neg': [
    () => select(p.age.negate().floorDiv(7), p.age.negate().mod(7), p.age.negate().dividedBy(7)).orderBy(p.id),
    [
      [-5, -2, -4.28571428571],
      [-6, -5, -5.71428571429],
      [-3, -6, -2.85714285714],
      [null, null, null],
    ],
  ],
  'arith mixed': [
    () => select(p.age.times(never(p.score)), p.money.times(2), p.money.plus(never(p.age)), p.big.plus(1n)).orderBy(p.id),
    [
      [75, '20.25', '40.125', '9007199254740994n'],
      [-100, '-0.1', '39.95', '-6n'],
      [2e22, '1999999999.998', '1000000019.999', '1n'],
      [null, null, null, null],
    ],
  ],
  'arith prec': [
    () =>
      select(
        p.age.plus(1).times(2),
        p.age.times(2).plus(1),
        literal(2).minus(p.age.minus(1)),
        p.age.plus(2).dividedBy(never(p.age.minus(1))),
      )
        .where(p.age.isNotNull())
        .orderBy(p.id),
    [
      [62, 61, -27, 1.10344827586],
      [82, 81, -37, 1.07692307692],
      [42, 41, -17, 1.15789473684],
    ],
  ],
  bit: [
    () =>
      select(
        p.age.bitwiseAnd(6),
        p.age.bitwiseOr(1),
        p.age.bitwiseXor(3),
        p.age.bitwiseNot(),
        p.age.bitwiseLeftShift(2),
        p.age.bitwiseRightShift(1),
      ).orderBy(p.id),
    [
      [6, 31, 29, -31, 120, 15],
      [0, 41, 43, -41, 160, 20],
      [4, 21, 23, -21, 80, 10],
      [null, null, null, null, null, null],
    ],
  ],
  coalesce: [() => select(func.coalesce(p.first, p.last, 'x')).orderBy(p.id), [['Ann'], ['Bob'], ['Zoë_%'], ['x']]],
  'coalesce types': [
    () =>
      select(func.coalesce(p.age, 0), func.coalesce(p.money, 1), func.coalesce(p.born, '2000-01-01'), func.coalesce(p.ok, false)).orderBy(
        p.id,
      ),
    [
      [30, '10.125', '1990-05-17', true],
      [40, '-0.05', '1970-12-31', false],
      [20, '999999999.999', '2000-02-29', false],
      [0, '1', '2000-01-01', false],
    ],
  ],
  nullif: [
    () => select(func.nullif(p.age, 30), func.nullif(p.first, 'Ann')).orderBy(p.id),
    [
      [null, null],
      [40, 'Bob'],
      [20, 'Zoë_%'],
      [null, null],
    ],
  ],
  greatest: [
    () => select(func.greatest(p.age, 35), func.least(p.age, 35), func.greatest(p.age, never(p.id))).orderBy(p.id),
    [
      [35, 30, 30],
      [40, 35, 40],
      [35, 20, 20],
      [35, 35, 4],
    ],
  ],
  'round money': [
    () => select(func.round(p.money, 1), func.round(p.money), func.ceil(p.money), func.floor(p.money), func.abs(p.money)).orderBy(p.id),
    [
      [10.1, 10, 11, 10, '10.125'],
      [-0.1, 0, 0, -1, '0.05'],
      [1000000000, 1000000000, 1000000000, 999999999, '999999999.999'],
      [null, null, null, null, null],
    ],
  ],
  extract: [
    () =>
      select(
        extract('year', p.seen),
        extract('month', p.seen),
        extract('day', p.seen),
        extract('hour', p.seen),
        extract('minute', p.seen),
        extract('second', p.seen),
        extract('dow', p.born),
        extract('doy', p.born),
        extract('quarter', p.born),
        extract('week', p.born),
        extract('epoch', p.seen),
      ).orderBy(p.id),
    [
      [2024, 2, 29, 12, 34, 56.789, 4, 137, 2, 20, 1709210096.79],
      [2023, 12, 31, 23, 59, 59.999, 4, 365, 4, 53, 1704067200],
      [null, null, null, null, null, null, 2, 60, 1, 9, null],
      [null, null, null, null, null, null, null, null, null, null, null],
    ],
  ],
  'date arith': [
    () => select(p.born.plus(never('P1M')), p.born.minus(never('P1Y')), p.seen.plus('PT1H30M'), p.seen.minus('P1D')).orderBy(p.id),
    [
      ['1990-06-17', '1989-05-17', '2024-02-29T14:04:56.789Z', '2024-02-28T12:34:56.789Z'],
      ['1971-01-31', '1969-12-31', '2024-01-01T01:29:59.999Z', '2023-12-30T23:59:59.999Z'],
      ['2000-03-29', '1999-02-28', null, null],
      [null, null, null, null],
    ],
  ],
  'date diff': [() => select(p.born.minus(never(literal('1980-01-01', t.date())))).orderBy(p.id), [[3789], [-3288], [7364], [null]]],
  'cast seen text': [
    () => select(cast(p.seen, t.text())).orderBy(p.id),
    [['2024-02-29 12:34:56.789'], ['2023-12-31 23:59:59.999'], [null], [null]],
  ],
  'cast uuid text': [
    () => select(cast(p.uid, t.text())).orderBy(p.id),
    [['0b7bd56a-3c22-4f6e-9d3e-0d6a6d4d9c11'], ['1b7bd56a-3c22-4f6e-9d3e-0d6a6d4d9c11'], [null], [null]],
  ],
  'cast enum': [
    () => select(cast(p.gender, t.text()), p.gender.concat('!')).orderBy(p.id),
    [
      ['female', 'female!'],
      ['male', 'male!'],
      ['other', 'other!'],
      [null, null],
    ],
  ],
  'json path': [
    () => select(p.data.json('a').asInteger(), p.data.json('b', 0).asText(), p.data.json('c', 'd')).orderBy(p.id),
    [
      [1, 'x', true],
      [3, null, false],
      [null, null, null],
      [null, null, null],
    ],
  ],
  'json order': [() => select(p.id).where(p.data.isNotNull()).orderBy(p.data.json('a').asInteger().nullsLast(), p.id), [[1], [2], [3]]],
  'json where': [() => select(p.id).where(p.data.json('c', 'd').eq(true)).orderBy(p.id), [[1]]],
  'regexp replace': [() => select(p.first.regexpReplace('n+', 'x')).orderBy(p.id), [['Ax'], ['Bob'], ['Zoë_%'], [null]]],
  'greatest dates': [
    () => select(func.greatest(p.born, '1990-01-01'), func.least(p.born, never(cast(p.seen, t.date())))).orderBy(p.id),
    [
      ['1990-05-17', '1990-05-17'],
      ['1990-01-01', '1970-12-31'],
      ['2000-02-29', '2000-02-29'],
      ['1990-01-01', null],
    ],
  ],
  'nested func': [
    () => select(func.coalesce(func.nullif(func.trim(p.first), ''), 'anon')).orderBy(p.id),
    [['Ann'], ['Bob'], ['Zoë_%'], ['anon']],
  ],
  'mod big': [
    () => select(p.big.mod(10n), p.big.floorDiv(7n), p.big.dividedBy(2n)).orderBy(p.id),
    [
      ['3n', '1286742750677284n', 4503599627370496],
      ['-7n', '-1n', -3.5],
      ['0n', '0n', 0],
      [null, null, null],
    ],
  ],
  'interval dt sub': [
    () => select(extract('epoch', p.seen).minus(extract('epoch', literal(new Date('2024-01-01Z'))))).orderBy(p.id),
    [[5142896.789], [-0.000999927520752], [null], [null]],
  ],
  signs: [
    () => select(func.sign(p.age), func.sign(-3), func.sign(0)).orderBy(p.id),
    [
      [1, -1, 0],
      [1, -1, 0],
      [1, -1, 0],
      [null, -1, 0],
    ],
  ],
  'if null': [() => select(func.ifNull(p.first, 'x')).orderBy(p.id), [['Ann'], ['Bob'], ['Zoë_%'], ['x']]],
  ceiling: [() => select(func.ceiling(p.score)).orderBy(p.id), [[3], [-2], [1e21], [null]]],
  'char length': [() => select(func.charLength(p.first)).orderBy(p.id), [[3], [3], [5], [null]]],
  ltrim: [() => select(func.ltrim(literal('  a ')), func.rtrim(literal(' a  '))), [['a ', ' a']]],
  rpad: [
    () => select(func.rpad(p.first, 5, '-'), func.lpad(p.first, 2)).orderBy(p.id),
    [
      ['Ann--', 'An'],
      ['Bob--', 'Bo'],
      ['Zoë_%', 'Zo'],
      [null, null],
    ],
  ],
  'abs big': [() => select(func.abs(p.big)).orderBy(p.id), [['9007199254740993n'], ['7n'], ['0n'], [null]]],
  coalesce3: [() => select(func.coalesce(nullValue() as never, p.age, 5)).orderBy(p.id), [[30], [40], [20], [5]]],
  'coalesce bool cond': [() => select(p.id).where(func.coalesce(p.ok, false)).orderBy(p.id), [[1]]],
  'greatest money': [
    () => select(func.greatest(p.money, 5), func.least(p.money, '7.5')).orderBy(p.id),
    [
      ['10.125', '7.5'],
      ['5', '-0.05'],
      ['999999999.999', '7.5'],
      ['5', '7.5'],
    ],
  ],
  'greatest dt': [
    () => select(func.greatest(p.seen, new Date('2024-01-15T00:00:00Z'))).orderBy(p.id),
    [['2024-02-29T12:34:56.789Z'], ['2024-01-15T00:00:00.000Z'], ['2024-01-15T00:00:00.000Z'], ['2024-01-15T00:00:00.000Z']],
  ],
  'case dates': [
    () => select(caseWhen(p.id.eq(1), p.born).else('1999-01-01'), caseWhen(p.id.eq(1), p.seen).else(new Date(5))).orderBy(p.id),
    [
      ['1990-05-17', '2024-02-29T12:34:56.789Z'],
      ['1999-01-01', '1970-01-01T00:00:00.005Z'],
      ['1999-01-01', '1970-01-01T00:00:00.005Z'],
      ['1999-01-01', '1970-01-01T00:00:00.005Z'],
    ],
  ],
  'case money': [
    () => select(caseWhen(p.id.eq(1), p.money).else(1), caseWhen(p.id.gt(1), 0).else(p.money as never)).orderBy(p.id),
    [
      ['10.125', '10.125'],
      ['1', '0'],
      ['1', '0'],
      ['1', '0'],
    ],
  ],
  'case json': [
    () => select(caseWhen(p.id.eq(1), p.data).else({ z: 1 })).orderBy(p.id),
    [[{ a: 1, b: ['x', 'y'], c: { d: true } }], [{ z: 1 }], [{ z: 1 }], [{ z: 1 }]],
  ],
  'case uuid': [
    () => select(caseWhen(p.id.eq(1), p.uid).else('2b7bd56a-3c22-4f6e-9d3e-0d6a6d4d9c11')).orderBy(p.id),
    [
      ['0b7bd56a-3c22-4f6e-9d3e-0d6a6d4d9c11'],
      ['2b7bd56a-3c22-4f6e-9d3e-0d6a6d4d9c11'],
      ['2b7bd56a-3c22-4f6e-9d3e-0d6a6d4d9c11'],
      ['2b7bd56a-3c22-4f6e-9d3e-0d6a6d4d9c11'],
    ],
  ],
  'case bin': [
    () => select(caseWhen(p.id.eq(1), p.raw).else(new Uint8Array([7]))).orderBy(p.id),
    [['bytes 0,255,1'], ['bytes 7'], ['bytes 7'], ['bytes 7']],
  ],
  'case big': [
    () => select(caseWhen(p.id.eq(1), p.big).else(5n), caseWhen(p.id.eq(1), 1).else(9007199254740993n)).orderBy(p.id),
    [
      ['9007199254740993n', '1n'],
      ['5n', '9007199254740993n'],
      ['5n', '9007199254740993n'],
      ['5n', '9007199254740993n'],
    ],
  ],
  'try cast': [() => select(tryCast(literal('12x'), t.integer()), tryCast(literal('12'), t.integer())), [[null, 12]]],
  'json obj': [
    () =>
      select(jsonObject({ a: p.id, m: p.money, d: p.born, s: p.seen, o: p.ok, b: p.big }))
        .where(p.id.lt(3))
        .orderBy(p.id),
    [
      [{ a: 1, m: '10.125', d: '1990-05-17', s: '2024-02-29T12:34:56.789Z', o: true, b: '9007199254740993n' }],
      [{ a: 2, m: '-0.05', d: '1970-12-31', s: '2023-12-31T23:59:59.999Z', o: false, b: '-7n' }],
    ],
  ],
  'json len': [() => select(p.data.json('b').arrayLength()).orderBy(p.id), [[2], [0], [null], [null]]],
  'json keys': [() => select(p.id).where(p.data.hasKey('a')).orderBy(p.id), [[1], [2]]],
  'json contains': [
    () =>
      select(p.id)
        .where(p.data.contains(never({ a: 1 })))
        .orderBy(p.id),
    [[1]],
  ],
  'json eq': [() => select(p.id).where(p.data.eq([1, 'two'])), [[3]]],
  'json null': [() => select(p.id).where(p.data.isNull()), [[4]]],
  'json str': [() => select(p.data.json('b', 0).asText().concat('!')).orderBy(p.id), [['x!'], [null], [null], [null]]],
  'json num': [() => select(p.data.json('a').asInteger().plus(1)).orderBy(p.id), [[2], [4], [null], [null]]],
  'cast in where': [() => select(p.id).where(cast(p.age, t.text()).eq('30')), [[1]]],
  'cast cmp num': [
    () =>
      select(p.id)
        .where(cast(p.age, t.numeric(10, 2)).gt('29.99'))
        .orderBy(p.id),
    [[1], [2]],
  ],
  'date in': [() => select(p.id).where(p.born.in(['2000-02-29'])), [[3]]],
  'json path in': [
    () =>
      select(p.id)
        .where(p.data.json('a').in([1, 3]))
        .orderBy(p.id),
    [[1], [2]],
  ],
});
