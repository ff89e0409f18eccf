import { describe, expect, it } from 'vitest';
import { ExactNumber } from '../../src/dialects/mysql/exact-number.ts';
import { repairRow, repairsOf } from '../../src/dialects/mysql/result-values.ts';
import { textBetween, withLiterals } from '../../src/dialects/mysql/text-parameters.ts';
import { alias, caseWhen, cast, createEngine, func, insertInto, literal, select, sql, t, update, values } from '../../src/index.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { Table } from '../../src/sql/schema.ts';
import { afterTest, type TestDatabase } from '../setup/databases.ts';
import { mysqlDatabases } from '../setup/mysql-databases.ts';

describe('values as literals', () => {
  const filled = (statement: string, ...parameters: unknown[]): string | null => {
    const texts = textBetween(statement);
    return texts === null ? null : withLiterals(texts, parameters);
  };

  it('stand at the placeholders alone', () => {
    expect(filled("SELECT '?', \"a?\", `b``?`, 'it''s ?', 'a\\'?' -- why?\n, ? /* ? */ # ?\n + ?", 1, 2)).toBe(
      "SELECT '?', \"a?\", `b``?`, 'it''s ?', 'a\\'?' -- why?\n, 1 /* ? */ # ?\n + 2",
    );
    expect(filled('?')).toBeNull();
    expect(filled('?', 1, 2)).toBeNull();
  });
  it('are of the type that the value has', () => {
    expect(filled('? ? ? ? ? ?', 1, 1.5, -2, -0, 1e21, 10n)).toBe('1 1.5e+0 (-2) (-0e0) 1e+21 10');
    expect(filled('? ? ? ?', new ExactNumber('1.50'), new ExactNumber('-3'), null, true)).toBe('1.50 (-3) NULL 1');
    expect(filled('? ?', new Uint8Array([0, 39, 255]), new Uint8Array())).toBe("X'0027ff' X''");
    expect(filled('5 - ?', -5)).toBe('5 - (-5)');
  });
  it('end nothing, whatever is in them', () => {
    expect(filled('?', "a'; DROP TABLE users; -- ")).toBe("'a''; DROP TABLE users; -- '");
    expect(filled('?', "\\'\\")).toBe("'\\\\''\\\\'");
    expect(filled('? ?', '?', 'x')).toBe("'?' 'x'");
  });
  it('are sent beside the text where that may be more than one statement, is left open, or has no literal for one', () => {
    for (const open of ['SELECT ?; SELECT 1', "SELECT 'a, ?", 'SELECT `a, ?', 'SELECT ? /* a', 'SELECT ? /*! + 1 */', 'SELECT ? -- a; b\n'])
      expect(filled(open, 1)).toBeNull();
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, new Date(0), undefined, new ExactNumber('1; x'), new Uint8Array(2 ** 21)])
      expect(filled('?', value)).toBeNull();
  });
});

describe('a time of day in a result', () => {
  it('has no fraction that is nothing, whichever way its statement was sent', () => {
    const repairs = repairsOf([{ columnType: 11 }], false) ?? [];
    const read = (raw: unknown): unknown => repairRow([raw], repairs)[0];
    expect(['01:00:00.000000', '01:00:00', '23:59:59.120000', '10:20:30.000001', null].map(read)).toEqual([
      '01:00:00',
      '01:00:00',
      '23:59:59.12',
      '10:20:30.000001',
      null,
    ]);
  });
});

describe.each(mysqlDatabases)('parameters on $name', (database: TestDatabase) => {
  const metadata = new MetaData();
  const items = new Table(metadata, 'items', {
    id: t.integer().primaryKey(),
    name: t.string(20).nullable(),
    price: t.numeric(10, 2).nullable(),
    n: t.integer().nullable(),
  });
  const { c } = items;
  const opened = async () => {
    const engine = createEngine(database.url());
    afterTest(() => engine.dispose());
    const connection = await engine.connect();
    afterTest(() => connection.close());
    await metadata.createAll(connection);
    await connection.execute(
      insertInto(items).values([
        { id: 1, name: 'one', price: '1.50', n: 10 },
        { id: 2, name: 'two', price: '2.25', n: 20 },
        { id: 3, name: null, price: null, n: 20 },
      ]),
    );
    return connection;
  };

  it('are what each is, also where the same text was run with a value of another type', async () => {
    const connection = await opened();
    const run: unknown[] = [];
    for (const value of [1, 'a', 2.5, 'it\'s \\ "b"', null, 3])
      run.push(await connection.scalar(sql<{ x: unknown }>`SELECT ${value} AS x`));
    expect(run).toEqual([1, 'a', 2.5, 'it\'s \\ "b"', null, 3]);
    const either = (yes: unknown, no: unknown) => select(caseWhen(c.id.gt(1), literal(yes)).else(literal(no))).orderBy(c.id);
    expect(await connection.scalars(either(1, 0))).toEqual([0, 1, 1]);
    expect(await connection.scalars(either('yes', 'no'))).toEqual(['no', 'yes', 'yes']);
  });
  it('leave the number of digits to the other side', async () => {
    const connection = await opened();
    const shown = select(cast(c.price.plus(1), t.string(40))).where(c.id.eq(1));
    expect(await connection.scalar(shown)).toBe('2.50');
    expect(await connection.scalar(select(func.coalesce(func.sum(c.n), 0)).where(c.id.gt(9)))).toBe(0);
  });
  it('make the same expression in GROUP BY, HAVING, DISTINCT and ORDER BY', async () => {
    const connection = await opened();
    const rest = c.n.mod(15);
    expect(await connection.scalars(select(rest).distinct().orderBy(rest))).toEqual([5, 10]);
    expect(await connection.scalars(select(rest).groupBy(rest).having(rest.gt(5)).orderBy(rest))).toEqual([10]);
    const word = caseWhen(c.id.gt(1), 'hi').else('lo');
    expect(await connection.scalars(select(word).groupBy(word).having(word.eq('hi')))).toEqual(['hi']);
    const shortened = func.lower(func.substring(c.name, 1, 2));
    const inner = select(shortened).groupBy(shortened).having(shortened.lt('p'));
    expect(await connection.scalars(select(c.id).where(shortened.in(inner)))).toEqual([1]);
  });
  it('compare with columns where nothing but a cast gives them a collation', async () => {
    const connection = await opened();
    const v = values({ k: t.string(), ok: t.boolean() }, [
      ['one', true],
      ['two', false],
    ]).as('v');
    const joined = select({ id: c.id, ok: v.c.ok }).from(items).join(v, v.c.k.eq(c.name)).orderBy(c.id);
    expect(await connection.all(joined)).toEqual([
      { id: 1, ok: true },
      { id: 2, ok: false },
    ]);
  });
  it('bring no second statement', async () => {
    const connection = await opened();
    expect(await connection.scalar(select(c.id).where(c.name.eq("x'; DELETE FROM items; -- ")))).toBeNull();
    await expect(connection.execute(sql`SELECT ${1}; DELETE FROM items`)).rejects.toThrow('syntax');
    expect(await connection.scalar(select(func.count()).from(items))).toBe(3);
  });
  it('stand in subqueries over the table that is changed', async () => {
    const connection = await opened();
    const Other = alias(items, 'other');
    const most = select(func.max(c.n).plus(1)).scalar();
    await connection.execute(insertInto(items).values({ id: 4, n: most }));
    const before = select(func.count()).where(Other.c.id.lt(c.id), Other.c.n.lt(100)).scalar();
    await connection.execute(
      update(items)
        .set({ n: before.plus(most) })
        .where(c.id.gt(0)),
    );
    expect(await connection.scalars(select(c.n).orderBy(c.id))).toEqual([22, 23, 24, 25]);
  });
});
