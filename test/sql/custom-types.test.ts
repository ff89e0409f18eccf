import { describe, expect, it } from 'vitest';
import { sqlite } from '../../src/dialects/sqlite/dialect.ts';
import { func, insertInto, literal, select, sql, Table, t, update } from '../../src/index.ts';
import { canonicalKey } from '../../src/sql/make.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { DRIVERS, memoryEngine } from '../engine/sqlite-databases.ts';

/** Text that the database itself keeps backwards, as `ST_GeomFromText(?)` keeps a shape in another form. */
const mirrored = () =>
  t.custom<string, string>({
    type: t.text(),
    toDatabase: (value) => `<${value}>`,
    fromDatabase: (value) => value.slice(1, -1),
    bindExpression: (parameter) => func.replace(func.upper(parameter as never), 'X', '-'),
    columnExpression: (column) => func.lower(column as never),
  });

async function things(driver: string, shape: Record<string, never>) {
  const engine = await memoryEngine(driver);
  const connection = await engine.connect();
  const table = new Table(new MetaData(), 'things', { id: t.integer().primaryKey(), ...(shape as object) } as never) as never as Table;
  for (const statement of engine.dialect.ddl.createTable(table)) await connection.script(statement);
  return { connection, table: table as never as { c: Record<string, never> } & Table };
}

describe.each(DRIVERS)('SQL around the values of a type, on %s', (driver) => {
  const open = () => things(driver, { name: mirrored() } as never);
  const c = (table: { c: Record<string, never> }, name: string) => table.c[name] as never as ReturnType<typeof literal<string>>;

  it('stands around parameters of inserts, updates and comparisons, and around the columns of the result', async () => {
    const { connection, table } = await open();
    await connection.execute(insertInto(table).values([{ name: 'axb' }, { name: 'other' }] as never));
    expect(await connection.scalars(sql`SELECT name FROM things ORDER BY id`)).toEqual(['<A-B>', '<OTHER>']);
    expect(await connection.scalars(select(c(table, 'name')))).toEqual(['a-b', 'other']);
    expect(await connection.scalars(select(c(table, 'id')).where(c(table, 'name').eq('axb')))).toEqual([1]);
    await connection.execute(
      update(table)
        .set({ name: 'xx' } as never)
        .where(c(table, 'name').eq('other')),
    );
    expect(await connection.scalars(sql`SELECT name FROM things ORDER BY id`)).toEqual(['<A-B>', '<-->']);
  });

  it('stands around each parameter of a list that needs no values beside it', async () => {
    const upper = t.custom<string, string>({
      type: t.text(),
      toDatabase: (value) => value,
      fromDatabase: (value) => value,
      bindExpression: (parameter) => func.upper(parameter as never),
    });
    const { connection, table } = await things(driver, { name: upper } as never);
    await connection.execute(insertInto(table).values([{ name: 'a' }, { name: 'b' }, { name: 'c' }] as never));
    const found = (names: string[]) => connection.scalars(select(c(table, 'id')).where(c(table, 'name').in(names)));
    expect(await found(['a', 'c'])).toEqual([1, 3]);
    expect(await found([])).toEqual([]);
    expect(await found(Array.from({ length: 1500 }, (_, i) => `b${i || ''}`))).toEqual([2]);
    const { connection: other, table: mirror } = await open();
    await expect(other.scalars(select(c(mirror, 'id')).where(c(mirror, 'name').in(['a'])))).rejects.toThrow(
      expect.objectContaining({ code: 'type.wrapped-list' }),
    );
  });

  it('leaves the columns of subqueries as they are stored', async () => {
    const { connection, table } = await open();
    await connection.execute(insertInto(table).values({ name: 'axb' } as never));
    const inner = select({ name: c(table, 'name') }).subquery('inner') as never as { c: Record<string, never> };
    expect(await connection.scalars(select(c(inner, 'name')))).toEqual(['a-b']);
    expect(await connection.scalars(select(c(inner, 'name')).where(c(inner, 'name').eq('axb')))).toEqual(['a-b']);
  });

  it('stands in what an insert returns', async () => {
    const { connection, table } = await open();
    const insert = insertInto(table).values({ name: 'axb' } as never) as never as {
      returning: (...columns: unknown[]) => Parameters<typeof connection.all>[0];
    };
    expect(await connection.all(insert.returning(c(table, 'name')))).toEqual([['a-b']]);
  });
});

describe('the definition of a custom type', () => {
  it('gives one type however often it is used, and another one for another definition', () => {
    const definition = { type: t.text(), toDatabase: (value: string) => value, fromDatabase: (value: string) => value };
    expect(t.custom(definition).type).toBe(t.custom(definition).type);
    expect(t.custom({ ...definition }).type.key).not.toBe(t.custom(definition).type.key);
    const statement = () => select(literal(1)).where(literal('a').eq('b'));
    expect(canonicalKey(statement().node.key)).toBe(canonicalKey(statement().node.key));
  });

  it('may be nested', () => {
    const words = t.custom<string[], string>({
      type: t.text(),
      toDatabase: (value) => value.join(' '),
      fromDatabase: (value) => value.split(' '),
    });
    const set = t.custom<Set<string>, string[]>({
      type: words,
      toDatabase: (value) => [...value],
      fromDatabase: (value) => new Set(value),
    });
    const codec = sqlite.codec(set.type);
    expect(codec.bind(new Set(['a', 'b']))).toBe('a b');
    expect(codec.decode?.('a b')).toEqual(new Set(['a', 'b']));
    expect(sqlite.ddl.typeName(set.type)).toBe('TEXT');
  });

  it.each([
    [{ type: t.text(), toDatabase: 'x', fromDatabase: String }, /toDatabase.*a function/],
    [{ toDatabase: String, fromDatabase: String }, /t\.custom\(\{ type \}\).*t\.text\(\)/],
  ])('is checked (%#)', (definition: object, message: RegExp) => {
    expect(() => t.custom(definition as never)).toThrow(message);
  });
});
