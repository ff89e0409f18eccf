import { Decimal } from 'decimal.js';
import { describe, expect, it } from 'vitest';
import { EXACT, exactNumericCodec, plainDigits, sortedDigits } from '../../src/dialects/sqlite/exact-numeric.ts';
import { CheckViolation, caseWhen, cast, func, insertInto, literal, select, sql, Table, t, unionAll, update } from '../../src/index.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { DRIVERS, memoryEngine } from '../engine/sqlite-databases.ts';
import { firstSeed } from '../setup/seed.ts';

const Exact = Decimal.clone({ precision: 200 });
const VALUES = [
  '0',
  '1',
  '-1',
  '9.9999999999',
  '-9.9999999999',
  '10',
  '-10',
  '12345678901234567890.0123456789',
  '-12345678901234567890.0123456789',
  '12345678901234567890.0123456788',
  '0.0000000001',
  '-0.0000000001',
  '0.1',
  '0.12',
  '-0.1',
  '-0.12',
  '99999999999999999999.9999999999',
];
const sorted = [...VALUES].sort((a, b) => new Exact(a).comparedTo(b));

async function open(driver: string) {
  const engine = await memoryEngine(driver);
  const connection = await engine.connect();
  const table = new Table(new MetaData(), 'accounts', {
    id: t.integer().primaryKey(),
    balance: t.numeric(30, 10).nullable(),
    limit: t.numeric(20, 4).nullable(),
    price: t.numeric(10, 2).nullable(),
    count: t.integer().nullable(),
  });
  for (const statement of engine.dialect.ddl.createTable(table as Table)) await connection.script(statement);
  return { connection, table, c: table.c };
}
const digits = (value: unknown) => (value === null ? null : new Decimal(String(value)).toFixed());

describe('numbers as sorted text', () => {
  it('sort as numbers, are equal where the numbers are, and are read back', () => {
    for (const a of VALUES) {
      expect(digits(exactNumericCodec(EXACT).decode?.(sortedDigits(new Decimal(a))))).toBe(digits(a));
      for (const b of VALUES) {
        const [x, y] = [sortedDigits(new Decimal(a)), sortedDigits(new Decimal(b))];
        expect(Math.sign(x < y ? -1 : x > y ? 1 : 0), `${a} beside ${b}`).toBe(new Exact(a).comparedTo(b));
      }
    }
    expect(sortedDigits(new Decimal('1.50'))).toBe(sortedDigits(new Decimal('1.5')));
    expect(sortedDigits(new Decimal('-0'))).toBe(sortedDigits(new Decimal('0')));
  });

  it('random ones too', () => {
    let state = firstSeed;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const number = (): string => {
      const whole = Array.from({ length: 1 + random(20) }, () => random(10)).join('');
      const fraction = Array.from({ length: random(12) }, () => random(10)).join('');
      return `${random(2) === 0 ? '-' : ''}${whole}${fraction && `.${fraction}`}`;
    };
    for (let i = 0; i < 2000; i++) {
      const [a, b] = [number(), random(4) === 0 ? number().slice(0, 3).replace(/[-.]$/, '1') : number()];
      const [x, y] = [sortedDigits(new Decimal(a)), sortedDigits(new Decimal(b))];
      expect(Math.sign(x < y ? -1 : x > y ? 1 : 0), `${a} beside ${b}, ATHANOR_SEED=${firstSeed}`).toBe(new Exact(a).comparedTo(b));
      expect(new Exact(plainDigits(x) as string).eq(a), `${a}, ATHANOR_SEED=${firstSeed}`).toBe(true);
    }
  });
});

describe.each(DRIVERS)('numeric columns of more than 15 digits on %s', (driver) => {
  it('are exact, compare and sort', async () => {
    const { connection, table, c } = await open(driver);
    await connection.execute(insertInto(table).values(VALUES.map((balance) => ({ balance }))));
    expect((await connection.scalars(select(c.balance).orderBy(c.balance))).map(digits)).toEqual(sorted.map(digits));
    for (const value of [...VALUES, '1e25', '-1e25', '9.99999999990001', '-0.00000000005']) {
      const found = async (condition: ReturnType<typeof c.balance.gt>) =>
        (await connection.scalars(select(c.balance).where(condition).orderBy(c.balance))).map(digits);
      const expected = (test: (order: number) => boolean) => sorted.filter((one) => test(new Exact(one).comparedTo(value))).map(digits);
      expect(await found(c.balance.eq(value))).toEqual(expected((order) => order === 0));
      expect(await found(c.balance.ne(value))).toEqual(expected((order) => order !== 0));
      expect(await found(c.balance.gt(value))).toEqual(expected((order) => order > 0));
      expect(await found(c.balance.le(value))).toEqual(expected((order) => order <= 0));
      expect(await found(c.balance.between(value, '1e20'))).toEqual(expected((order) => order >= 0));
      expect(await found(c.balance.in([value, '10']))).toEqual(
        sorted.filter((one) => new Exact(one).eq(value) || one === '10').map(digits),
      );
    }
    expect(digits(await connection.scalar(select(func.max(c.balance))))).toBe('99999999999999999999.9999999999');
    expect(digits(await connection.scalar(select(func.min(c.balance))))).toBe('-12345678901234567890.0123456789');
  });

  it('are summed and calculated with exactly', async () => {
    const { connection, table, c } = await open(driver);
    await connection.execute(insertInto(table).values([...VALUES, null].map((balance) => ({ balance, count: 3, price: '0.10' }))));
    const sum = VALUES.reduce((total, one) => total.plus(one), new Exact(0));
    expect(digits(await connection.scalar(select(func.sum(c.balance))))).toBe(sum.toFixed());
    expect(await connection.scalar(select(func.avg(c.balance)))).toBeCloseTo(sum.div(VALUES.length).toNumber(), -3);
    expect(await connection.scalar(select(func.sum(c.balance)).where(c.id.lt(0)))).toBeNull();
    const by = async (expression: Parameters<typeof select>[0]) => (await connection.scalars(select(expression).orderBy(c.id))).map(digits);
    const each = (change: (value: Decimal) => Decimal) => [...VALUES.map((one) => change(new Exact(one)).toFixed()), null];
    expect(await by(c.balance.plus('0.0000000001'))).toEqual(each((value) => value.plus('0.0000000001')));
    expect(await by(c.balance.minus(1))).toEqual(each((value) => value.minus(1)));
    expect(await by(c.balance.times(0.1))).toEqual(each((value) => value.times('0.1')));
    expect(await by(c.balance.times(c.balance))).toEqual(each((value) => value.times(value)));
    expect(await by(c.balance.plus(c.price))).toEqual(each((value) => value.plus('0.1')));
    expect(await by(c.balance.plus(c.count as never))).toEqual(each((value) => value.plus(3)));
    expect(await by(c.balance.mod(7))).toEqual(each((value) => value.mod(7)));
    expect(await by(c.balance.dividedBy(4))).toEqual(each((value) => value.div(4)));
    expect(await by(c.balance.dividedBy(0))).toEqual(Array(VALUES.length + 1).fill(null));
    expect(await by(c.balance.negate())).toEqual(each((value) => value.negated().plus(0)));
    expect(await by(func.abs(c.balance))).toEqual(each((value) => value.abs()));
    expect(await by(func.coalesce(c.balance, new Decimal(5)))).toEqual([...VALUES.map(digits), '5']);
    expect(await by(caseWhen(c.balance.gt(0), c.balance).else(1 as never))).toEqual([
      ...VALUES.map((one) => (new Exact(one).gt(0) ? digits(one) : '1')),
      '1',
    ]);
    expect(await by(func.sum(c.balance).over({ orderBy: c.id }))).toEqual(
      [...VALUES, '0'].map((_one, i) =>
        VALUES.slice(0, i + 1)
          .reduce((total, one) => total.plus(one), new Exact(0))
          .toFixed(),
      ),
    );
    expect(await connection.scalar(select(c.id).where(c.balance.plus(1).eq('2')))).toBe(2);
    await connection.execute(
      update(table)
        .set({ balance: c.balance.plus('0.5') })
        .where(c.balance.eq('10')),
    );
    expect(await connection.scalar(select(func.count()).where(c.balance.eq('10.5')))).toBe(1);
  });

  it('compare with numbers that are stored in another way', async () => {
    const { connection, table, c } = await open(driver);
    await connection.execute(
      insertInto(table).values([
        { balance: '0.1', limit: '0.1', price: '0.10', count: 1 },
        { balance: '100', limit: '99.9999', price: '100.00', count: 100 },
        { balance: '-5.5', limit: '-5.5', price: '-5.50', count: -5 },
      ]),
    );
    const ids = (condition: ReturnType<typeof c.balance.gt>) => connection.scalars(select(c.id).where(condition).orderBy(c.id));
    expect(await ids(c.balance.eq(c.price))).toEqual([1, 2, 3]);
    expect(await ids(c.price.eq(c.balance))).toEqual([1, 2, 3]);
    expect(await ids(c.balance.eq(c.limit))).toEqual([1, 3]);
    expect(await ids(c.balance.eq(c.count as never))).toEqual([2]);
    expect(await ids(c.balance.lt(c.count as never))).toEqual([1, 3]);
    expect(await ids(c.balance.in(select(c.limit)))).toEqual([1, 3]);
    expect(await ids(c.balance.gt(select(func.avg(c.limit)) as never))).toEqual([2]);
    await expect(ids(c.balance.in(select(c.price)))).rejects.toMatchObject({ code: 'sql.unsupported' });
    await expect(connection.all(unionAll(select(c.balance), select(c.price)))).rejects.toMatchObject({ code: 'sql.unsupported' });
    await expect(connection.all(select(func.printf('%s', c.balance)))).rejects.toMatchObject({ code: 'sql.unsupported' });
  });

  it('are cast by their digits', async () => {
    const { connection, table, c } = await open(driver);
    await connection.execute(insertInto(table).values({ balance: '-12.5', price: '2.345' }));
    expect(await connection.scalar(select(cast(c.balance, t.integer())))).toBe(-13);
    expect(await connection.scalar(select(cast(c.balance, t.text())))).toBe('-12.5');
    expect(await connection.scalar(select(cast(c.balance, t.double())))).toBe(-12.5);
    expect(digits(await connection.scalar(select(cast(c.price, t.numeric(20, 1)))))).toBe('2.4');
    expect(digits(await connection.scalar(select(cast(literal('3.25'), t.numeric(20, 2)))))).toBe('3.25');
  });

  it('refuse what does not fit, and what was not written for them', async () => {
    const { connection, table } = await open(driver);
    await expect(connection.execute(insertInto(table).values({ balance: '1e20' }))).rejects.toThrow(/at most 20 digits before the point/);
    await expect(connection.execute(insertInto(table).values({ balance: Number.NaN }))).rejects.toThrow(/but got NaN/);
    await expect(connection.execute(sql`INSERT INTO accounts (balance) VALUES (${5})`)).rejects.toThrow(CheckViolation);
  });

  it('have defaults and checks of the database', async () => {
    const engine = await memoryEngine(driver);
    const connection = await engine.connect();
    const table = new Table(new MetaData(), 'funds', {
      id: t.integer().primaryKey(),
      total: t.numeric(24, 6).serverDefault(sql`${12.25}`),
      whole: t.numeric(30).asString().serverDefault(sql`7`),
    });
    for (const statement of engine.dialect.ddl.createTable(table as Table)) await connection.script(statement);
    await connection.execute(sql`INSERT INTO funds (id) VALUES (1)`);
    expect(await connection.all(select(table))).toEqual([[{ id: 1, total: new Decimal('12.25'), whole: '7' }]]);
    expect(await connection.scalar(select(table.c.id).where(table.c.total.eq('12.25'), table.c.whole.gt('6.5')))).toBe(1);
  });
});
