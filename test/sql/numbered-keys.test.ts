// Values for columns that the database numbers: identity({ always: true }), overridingSystemValue(), overridingUserValue().
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mssql } from '../../src/dialects/mssql/dialect.ts';
import type { Connection } from '../../src/engine/connection.ts';
import { deleteFrom, insertInto, MetaData, select, Table, t } from '../../src/index.ts';
import { openTables, shopDatabases } from './shop.ts';

const metadata = new MetaData();
const invoice = new Table(metadata, 'invoice', {
  id: t.integer().primaryKey().identity({ always: true }),
  total: t.integer(),
});

describe.each(shopDatabases)('numbered keys on $name', (database) => {
  const always = database.family === 'postgresql';
  let connection: Connection;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ connection, close } = await openTables(database, metadata));
  });
  afterAll(() => close());
  beforeEach(() => connection.execute(deleteFrom(invoice, { all: true })));
  const rows = (): Promise<unknown> => connection.all(select(invoice.c.id, invoice.c.total).orderBy(invoice.c.id));

  it('are refused where the database alone numbers them, and stored elsewhere', async () => {
    const plain = connection.execute(insertInto(invoice).values({ id: 700, total: 1 }));
    if (always) await expect(plain).rejects.toThrow('OVERRIDING SYSTEM VALUE');
    else {
      await plain;
      expect(await rows()).toEqual([[700, 1]]);
    }
  });
  it('are stored by overridingSystemValue(), in one row and in many', async () => {
    const given = insertInto(invoice).overridingSystemValue();
    await connection.execute(given.values({ id: 500, total: 5 }));
    await connection.execute(given.fromSelect(['id', 'total'], select(invoice.c.id.plus(1), invoice.c.total)));
    expect(await rows()).toEqual([
      [500, 5],
      [501, 5],
    ]);
    const many = Array.from({ length: 300 }, (_, i) => ({ id: 1000 + i, total: i }));
    await connection.execute(given.values(many));
    expect(await connection.scalars(select(invoice.c.total).where(invoice.c.id.ge(1298)).orderBy(invoice.c.id))).toEqual([298, 299]);
  });
  it('are left aside by overridingUserValue(), where the database can', async () => {
    const copy = insertInto(invoice).overridingUserValue();
    const run = connection.all(copy.values({ id: 900, total: 9 }).returning(invoice.c.total));
    if (!always) {
      await expect(run).rejects.toThrow('has no OVERRIDING USER VALUE. Leave the numbered column out.');
      return;
    }
    expect(await run).toEqual([[9]]);
    await connection.execute(copy.fromSelect(['id', 'total'], select(invoice.c.id.plus(900), invoice.c.total)));
    expect(await connection.scalars(select(invoice.c.total).where(invoice.c.id.lt(900)))).toEqual([9, 9]);
  });
});

describe('numbered keys on SQL Server', () => {
  it('are given by IDENTITY_INSERT, and never left aside', () => {
    const text = (statement: { build(): Parameters<typeof mssql.compile>[0] }) => mssql.compile(statement.build()).pieces.join('?');
    expect(text(insertInto(invoice).overridingSystemValue().values({ id: 1, total: 2 }))).toContain('IDENTITY_INSERT');
    expect(() => text(insertInto(invoice).overridingUserValue().values({ id: 1, total: 2 }))).toThrow('no OVERRIDING USER VALUE');
  });
});
