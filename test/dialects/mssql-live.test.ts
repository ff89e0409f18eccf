// What only a server can tell. Runs where MSSQL_URL names one whose user may create databases, such as
// mssql://sa:password@127.0.0.1:1433/master?trustServerCertificate=true
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAllStatements } from '../../src/dialects/base/ddl.ts';
import { mssql } from '../../src/dialects/mssql/dialect.ts';
import type { Connection } from '../../src/engine/connection.ts';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import { t } from '../../src/sql/column-types.ts';
import { excluded } from '../../src/sql/conflict.ts';
import { deleteFrom } from '../../src/sql/delete.ts';
import { and, not } from '../../src/sql/expression.ts';
import { func } from '../../src/sql/function.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { jsonArrayAgg, jsonArrayFrom } from '../../src/sql/json-document.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { sql } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';
import { select, selectFrom } from '../../src/sql/select.ts';
import { union } from '../../src/sql/set-operation.ts';
import { tuple } from '../../src/sql/tuple.ts';
import { update } from '../../src/sql/update.ts';

const url = process.env.MSSQL_URL;

const metadata = new MetaData();
const things = new Table(metadata, 'things', {
  id: t.integer().primaryKey(),
  name: t.string(40).unique(),
  big: t.bigInteger().nullable(),
  price: t.numeric(30, 10).nullable(),
  live: t.boolean().default(true),
  day: t.date().nullable(),
  hour: t.time().nullable(),
  at: t.dateTime().nullable(),
  meta: t.json<{ a: number }>().nullable(),
  token: t.uuid().nullable(),
  photo: t.binary().nullable(),
});

// Without a server there is no suite at all, rather than one that is skipped.
if (url !== undefined && url !== '') {
  describe('on a live SQL Server', () => {
    const name = `athanor_${process.pid}`;
    let admin: Engine;
    let engine: Engine;
    let connection: Connection;

    beforeAll(async () => {
      admin = createEngine(url, { pool: 'null' });
      await using first = await admin.connect({ autocommit: true });
      await first.script(`CREATE DATABASE ${name}`);
      engine = createEngine(url.replace(/\/[^/?]*(?=\?|$)/, `/${name}`));
      connection = await engine.connect({ autocommit: true });
      for (const statement of createAllStatements(mssql.ddl, metadata)) await connection.script(statement);
    });
    afterAll(async () => {
      await connection?.close();
      await engine?.dispose();
      await using last = await admin.connect({ autocommit: true });
      await last.script(`ALTER DATABASE ${name} SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE ${name}`);
      await admin.dispose();
    });

    it('keeps every kind of value', async () => {
      const row = {
        name: "it's 🎈",
        big: 9_007_199_254_740_993n,
        price: '12345678901234567890.0123456789',
        day: '2024-02-29',
        hour: '12:34:56.1234567',
        at: new Date('2024-02-29T12:34:56.789Z'),
        meta: { a: 1 },
        token: 'b5b1c9d4-7d7c-4f0e-9d4b-1f0f5a3b2c1d',
        photo: new Uint8Array([0, 1, 255]),
      };
      await connection.execute(insertInto(things).values(row));
      const [found] = (await connection.all(select(things).where(things.c.price.eq(row.price))))[0];
      expect({ ...found, price: String(found.price) }).toEqual({ ...row, id: 1, live: true });
      await connection.execute(insertInto(things).values({ name: 'nothing', photo: null, token: null, at: null, price: null }));
    });
    it('takes conditions as values and values as conditions', async () => {
      const rows = await connection.all(
        select({ name: things.c.name, dear: things.c.price.gt(1), off: not(things.c.live), none: things.c.price.isNull() })
          .where(and(things.c.live, things.c.name.ne('x')))
          .orderBy(things.c.price.asc().nullsLast(), things.c.id),
      );
      expect(rows).toEqual([
        { name: "it's 🎈", dear: true, off: false, none: false },
        { name: 'nothing', dear: null, off: false, none: true },
      ]);
      expect(await connection.scalars(select(things.c.id).where(things.c.price.isNotDistinctFrom(null)))).toEqual([2]);
      expect(
        await connection.scalars(select(things.c.id).where(tuple(things.c.id, things.c.name).in(select(things.c.id, things.c.name)))),
      ).toHaveLength(2);
      expect(await connection.scalars(select(things.c.id).where(things.c.token.in([])))).toEqual([]);
    });
    it('makes JSON of rows that reads as the rows do', async () => {
      const direct = await connection.all(selectFrom(things).orderBy(things.c.id));
      const documents = await connection.scalar(select(jsonArrayFrom(selectFrom(things).orderBy(things.c.id))));
      expect(JSON.stringify(documents, (_key, value) => (typeof value === 'bigint' ? String(value) : value))).toBe(
        JSON.stringify(direct, (_key, value) => (typeof value === 'bigint' ? String(value) : value)),
      );
      const names = select(jsonArrayAgg(things.c.name, { orderBy: things.c.id.desc() }));
      expect(await connection.scalar(names)).toEqual(direct.map(({ name }) => name).reverse());
    });
    it('inserts, upserts, updates and deletes, and gives rows back', async () => {
      expect(await connection.scalars(insertInto(things).values({ id: 50, name: 'fifty' }).returning(things.c.id))).toEqual([50]);
      const upsert = insertInto(things)
        .values({ name: 'fifty', big: 5n })
        .onConflictDoUpdate({ target: [things.c.name], set: { big: excluded(things.c.big) } });
      expect(await connection.all(upsert.returning(things.c.id, things.c.big))).toEqual([[50, 5n]]);
      await connection.execute(insertInto(things).values({ name: 'fifty' }).onConflictDoNothing());
      expect(await connection.all(update(things).set({ big: 6n }).where(things.c.id.eq(50)).returning(things.c.big))).toEqual([[6n]]);
      expect(await connection.scalars(deleteFrom(things).where(things.c.id.eq(50)).returning(things.c.name))).toEqual(['fifty']);
      const result = await connection.execute(insertInto(things).values({ name: 'key' }));
      expect(result.lastInsertId).toBeGreaterThan(50);
    });
    it('pages, unites and streams', async () => {
      expect(await connection.scalars(select(things.c.id).orderBy(things.c.id).limit(1).offset(1))).toEqual([2]);
      expect(await connection.scalars(union(select(things.c.id), select(things.c.id)).orderBy(things.c.id.desc()).limit(1))).toHaveLength(
        1,
      );
      expect(await connection.scalar(select(func.length('ab  ')))).toBe(4);
      let count = 0;
      for await (const _row of connection.driverConnection.stream(
        'SELECT a.object_id FROM sys.all_objects AS a CROSS JOIN sys.all_objects AS b',
        [],
      )) {
        if (++count === 5000) break;
      }
      expect(await connection.scalar(sql`SELECT ${1} AS one`)).toBe(1);
    });
    it('says what went wrong, and undoes', async () => {
      await expect(connection.execute(insertInto(things).values({ name: 'nothing' }))).rejects.toMatchObject({ name: 'UniqueViolation' });
      await expect(connection.execute(sql`SELECT nope FROM things`)).rejects.toMatchObject({ name: 'ProgrammingError' });
      await connection.begin({ isolation: 'serializable' });
      await connection.savepoint('before');
      await connection.execute(deleteFrom(things, { all: true }));
      await connection.rollbackTo('before');
      await connection.releaseSavepoint('before');
      await connection.commit();
      expect(await connection.scalar(select(func.count()).from(things))).toBe(3);
    });
    it('reads the table back as it was made', async () => {
      const [table] = await mssql.reflect(connection.driverConnection);
      expect(
        table.columns.map(({ name: column, type }) => [
          column,
          mssql.ddl.sameType(
            type,
            mssql.ddl.typeName((things.columns.find((c) => c.name === column) as (typeof things.columns)[number]).type),
          ),
        ]),
      ).toEqual(things.columns.map((column) => [column.name, true]));
      expect(table.primaryKey?.columns).toEqual(['id']);
    });
  });
}

it('says that nobody answers, without the password', async () => {
  const engine = createEngine('mssql://sa:s3cret@127.0.0.1:1/shop?connectTimeout=5');
  const failure: unknown = await engine.connect().then(
    () => null,
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ name: 'DisconnectError', code: 'ESOCKET' });
  expect(String(failure)).not.toContain('s3cret');
  await engine.dispose();
});
