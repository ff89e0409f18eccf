// Tables that are created and dropped inside a transaction that is open already.
import { describe, expect, it } from 'vitest';
import { DatabaseError } from '../../src/engine/errors.ts';
import { t } from '../../src/sql/column-types.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { sql } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { openShop, shopDatabases } from '../sql/shop.ts';

describe.each(shopDatabases)('createAll() in a transaction on $name', (database) => {
  function tables() {
    const metadata = new MetaData();
    const shelves = new Table(metadata, 'shelves', { id: t.integer().primaryKey() });
    new Table(metadata, 'boxes', {
      id: t.integer().primaryKey(),
      shelfId: t.integer().references('shelves.id', { onDelete: 'cascade' }),
    });
    return { metadata, shelves };
  }

  it('creates, fills and drops them', async () => {
    const connection = await openShop(database);
    const { metadata, shelves } = tables();
    await connection.transaction(async () => {
      await connection.execute(sql`SELECT 1`);
      await metadata.createAll(connection);
      await connection.execute(insertInto(shelves).values({ id: 7 }));
      expect(await connection.scalars(select(shelves.c.id))).toEqual([7]);
    });
    expect(await connection.scalars(select(shelves.c.id))).toEqual([7]);
    await connection.transaction(() => metadata.dropAll(connection));
    await expect(async () => connection.scalars(select(shelves.c.id))).rejects.toMatchObject({ name: 'ProgrammingError' });
  });

  it('leaves nothing where one of them fails, unless each is committed by itself', async () => {
    const connection = await openShop(database);
    const { metadata, shelves } = tables();
    new Table(metadata, 'wrong', { id: t.integer().primaryKey(), bad: t.native('no such type, at all(') });
    await expect(connection.transaction(() => metadata.createAll(connection))).rejects.toThrow(DatabaseError);
    if (database.family === 'mysql') {
      expect(await connection.scalars(select(shelves.c.id))).toEqual([]);
      await metadata.dropAll(connection);
    }
    await expect(async () => connection.scalars(select(shelves.c.id))).rejects.toMatchObject({ name: 'ProgrammingError' });
    expect(await connection.scalar(sql`SELECT 1`)).toBe(1);
  });
});
