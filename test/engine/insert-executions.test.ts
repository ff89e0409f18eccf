import { describe, expect, it } from 'vitest';
import {
  createEngine,
  cte,
  deleteFrom,
  func,
  insertInto,
  jsonNull,
  MetaData,
  select,
  sql,
  Table,
  t,
  UniqueViolation,
} from '../../src/index.ts';
import { afterTest } from '../setup/databases.ts';
import { allDatabases, liveDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

describe.each([...allDatabases, ...pgliteDatabases])('an insert of many rows on $name', (database) => {
  it('takes few statements, keeps their order, and is done as a whole or not at all', async () => {
    const metadata = new MetaData();
    const notes = new Table(metadata, 'notes', {
      id: t.integer().primaryKey(),
      body: t.string(40).nullable(),
      at: t.dateTime().default(() => new Date(86_400_000)),
    });
    const engine = createEngine(database.url());
    afterTest(() => engine.dispose());
    await metadata.createAll(engine);
    const texts: string[] = [];
    engine.listeners.add((event) => {
      if (event.sql.startsWith('INSERT')) texts.push(event.sql);
    });
    await using connection = await engine.connect({ autocommit: true });
    const rows = Array.from({ length: 1111 }, (_, i) => ({ body: i % 10 === 0 ? null : `note ${i}` }));
    const done = await connection.execute(insertInto(notes).values(rows));
    // Runs of one text are told as one: of 1,000 and 111 rows as arrays, or 2 of 512, 1 of 64, 2 of 8 and 7 of one row.
    expect(texts).toHaveLength(engine.dialect.rowSource?.inserts === true ? 1 : 4);
    expect(done.rowCount).toBe(1111);
    const read = await connection.all(select({ id: notes.c.id, body: notes.c.body, at: notes.c.at }).orderBy(notes.c.id));
    expect(read.map(({ body }) => body)).toEqual(rows.map(({ body }) => body));
    expect(new Set(read.map(({ at }) => at.getTime()))).toEqual(new Set([86_400_000]));
    if (done.lastInsertId !== null) expect(Number(done.lastInsertId)).toBe(read[1110].id);
    // Rows of another form begin anew, and an expression stands alone.
    texts.length = 0;
    const mixed = [...rows.slice(0, 8), { body: func.upper('x') }, { id: 5000, body: 'own key' }, ...rows.slice(0, 8)];
    expect((await connection.execute(insertInto(notes).values(mixed as never))).rowCount).toBe(18);
    expect(texts).toHaveLength(4);
    // The last row of all fails, and none stays.
    const failing = [...Array.from({ length: 600 }, (_, i) => ({ id: 10_000 + i, body: 'x' })), { id: 10_000, body: 'again' }];
    await expect(connection.execute(insertInto(notes).values(failing))).rejects.toThrow(UniqueViolation);
    expect(Number(await connection.scalar(sql`SELECT count(*) AS n FROM notes`))).toBe(1129);
    // Those that come back, and those that may be there already, are asked for one by one.
    if (engine.dialect.capabilities.returning) {
      const made = await connection.all(insertInto(notes).values(rows.slice(0, 20)).returning({ body: notes.c.body }));
      expect(made.map(({ body }) => body)).toEqual(rows.slice(0, 20).map(({ body }) => body));
    }
    const same = [{ id: 20_000, body: 'one' }, ...Array.from({ length: 10 }, (_, i) => ({ id: 20_000, body: `again ${i}` }))];
    await connection.execute(
      insertInto(notes)
        .values(same)
        .onConflictDoUpdate({ target: [notes.c.id], set: { body: 'changed' } } as never),
    );
    expect(await connection.scalar(select(notes.c.body).where(notes.c.id.eq(20_000)))).toBe('changed');
  });
});

describe.each([...liveDatabases.filter(({ family }) => family === 'postgresql'), ...pgliteDatabases])(
  'rows as arrays on $name',
  (database) => {
    it('leaves out nothing that stands before it', async () => {
      const metadata = new MetaData();
      const notes = new Table(metadata, 'notes', { id: t.integer().primaryKey(), body: t.jsonb<unknown>().nullable() });
      const engine = createEngine(database.url());
      afterTest(() => engine.dispose());
      await metadata.createAll(engine);
      await using connection = await engine.connect({ autocommit: true });
      const bodies = [null, jsonNull, [1, 'two'], { three: '{3}' }, 'a "text", \\ and {more}', 5, true, ''];
      await connection.execute(insertInto(notes).values(bodies.map((body, id) => ({ id, body }))));
      const read = await connection.all(select(notes.c.body, notes.c.body.isNull()).orderBy(notes.c.id));
      expect(read.map(([body, isNull]) => (isNull ? 'NULL' : body))).toEqual(
        bodies.map((body, i) => (i === 0 ? 'NULL' : i === 1 ? null : body)),
      );
      const gone = cte('gone', deleteFrom(notes).where(notes.c.id.lt(3)).returning({ id: notes.c.id }));
      const more = Array.from({ length: 20 }, (_, i) => ({ id: 100 + i, body: i }));
      await connection.execute(insertInto(notes).values(more).addCte(gone));
      expect(await connection.scalars(select(notes.c.id).orderBy(notes.c.id).limit(2))).toEqual([3, 4]);
      expect(Number(await connection.scalar(sql`SELECT count(*) FROM notes`))).toBe(bodies.length - 3 + 20);
    });
  },
);

describe('the rows of an insert', () => {
  const notes = new Table(new MetaData(), 'notes', {
    id: t.integer().primaryKey(),
    body: t.string(40).nullable(),
    kind: t.string(9).default('plain'),
    twice: t.integer().nullable().computed(sql`id * 2`),
  });
  const rowsOf = (...rows: readonly object[]): unknown[][] =>
    insertInto(notes)
      .values(rows as never)
      .batches()
      .flatMap((batch) => (batch.rows ?? []).map((row) => [batch.node.columns.join(), ...row]));

  it('have the values of their own keys, whatever order these have and wherever a row comes from', () => {
    class Row {
      id = 3;
      body = 'c';
      get kind(): string {
        return 'never';
      }
    }
    const inherited = Object.assign(Object.create({ body: 'never' }) as object, { id: 4 });
    expect(
      rowsOf(
        { id: 1, body: 'a' },
        { body: 'b', id: 2 },
        new Row(),
        inherited,
        { id: 5, body: null },
        { id: 6, body: 'f', kind: 'x' },
        { id: 7, body: 'g' },
      ),
    ).toEqual([
      ['id,body,kind', 1, 'a', 'plain'],
      ['id,body,kind', 2, 'b', 'plain'],
      ['id,body,kind', 3, 'c', 'plain'],
      ['id,kind', 4, 'plain'],
      ['id,body,kind', 5, null, 'plain'],
      ['id,body,kind', 6, 'f', 'x'],
      ['id,body,kind', 7, 'g', 'plain'],
    ]);
  });

  it('are looked at one by one: what is wrong in a later row is said, and SQL stands for a value', () => {
    const first = { id: 1, body: 'a' };
    expect(() => rowsOf(first, { id: 2, body: undefined })).toThrow(/insertInto\(notes\), at 'body'/);
    expect(() => rowsOf(first, { id: 2, nobody: 'x' })).toThrow(/nobody/);
    expect(() => rowsOf(first, { id: 2, twice: 4 })).toThrow(/twice/);
    expect(() => rowsOf(first, null as never)).toThrow(/objects by attribute name/);
    expect(() => rowsOf(first, undefined as never)).toThrow(/objects by attribute name/);
    expect(() => rowsOf({}, null as never)).toThrow(/objects by attribute name/);
    expect(() => rowsOf(first, 'text' as never)).toThrow(/objects by attribute name/);
    const [, second] = insertInto(notes)
      .values([first, { id: 2, body: func.upper('x') }, { id: 3, body: 'c' }] as never)
      .batches();
    expect(second.node.binds.map(({ value }) => value)).toEqual([2, 'x', 'plain']);
  });

  it('have defaults that are made for each of them', () => {
    let made = 0;
    const counted = new Table(new MetaData(), 'counted', { id: t.integer().primaryKey(), n: t.integer().default(() => ++made) });
    const [{ rows }] = insertInto(counted)
      .values([{ id: 1 }, { id: 2 }, { id: 3, n: 9 }, { id: 4 }])
      .batches();
    expect(rows).toEqual([
      [1, 1],
      [2, 2],
      [3, 9],
      [4, 3],
    ]);
  });
});
