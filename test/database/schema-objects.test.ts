import { afterEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/database/database.ts';
import { alias } from '../../src/sql/alias.ts';
import { t } from '../../src/sql/column-types.ts';
import {
  createIndex,
  createSchema,
  createSequence,
  createTable,
  createTableAs,
  createView,
  dropIndex,
  dropTable,
  dropView,
} from '../../src/sql/ddl-statement.ts';
import { deleteFrom } from '../../src/sql/delete.ts';
import { CompileError } from '../../src/sql/errors.ts';
import { func } from '../../src/sql/function.ts';
import { index } from '../../src/sql/indexes.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { sql } from '../../src/sql/raw.ts';
import { select } from '../../src/sql/select.ts';
import { update } from '../../src/sql/update.ts';

const open: Database[] = [];
afterEach(async () => {
  for (const db of open.splice(0)) await db.dispose();
});

function shop() {
  const db = new Database({ url: 'sqlite://' });
  open.push(db);
  class Item extends db.Model(
    'items',
    {
      id: t.integer().primaryKey(),
      name: t.string(20).default(sql<string>`${'item '} || ${'x'}`),
      price: t.integer(),
      amount: t.integer().serverDefault(2),
      total: t.integer().computed(sql`price * amount`, { stored: true }),
      label: t.text().nullable().computed(sql`name || '!'`),
      version: t.integer().default(0).onUpdate(sql<number>`version + ${1}`),
    },
    { constraints: (c) => [index(c.price.desc()).named('by_price')] },
  ) {}
  class Order extends db.Model('orders', { id: t.integer().primaryKey(), itemId: t.integer().references('items.id') }) {}
  const ordered = db.View(
    'ordered',
    select({ itemId: Item.c.id, orders: func.count(Order.c.id) })
      .join(Order, Order.c.itemId.eq(Item.c.id))
      .groupBy(Item.c.id),
  );
  return { db, Item, Order, ordered };
}

describe('columns that the database works out', () => {
  it('are read back after a flush, and are as they were after a rollback', async () => {
    const { db, Item } = shop();
    await db.context(async () => {
      await db.createAll();
      const [one, two] = [new Item({ price: 3 }), new Item({ price: 4, amount: 5, name: 'two' })];
      db.session.addAll([one, two]);
      await db.session.commit();
      expect([one.total, one.label, one.name, one.version, two.total]).toEqual([6, 'item x!', 'item x', 0, 20]);

      two.price = 10;
      one.name = 'one';
      await db.session.flush();
      expect([two.total, two.version, one.label, one.version]).toEqual([50, 1, 'one!', 1]);
      await db.session.rollback();
      expect([two.total, two.version, one.label, two.price]).toEqual([20, 0, 'item x!', 4]);

      two.version = 9;
      await db.session.commit();
      expect((await db.session.all(select(Item.c.version, Item.c.total).where(Item.c.id.eq(2))))[0]).toEqual([9, 20]);
      expect(await Item.query().filter(Item.c.total.gt(6)).update({ price: 1 })).toBe(1);
      expect(await db.session.all(select(Item.c.version, Item.c.total).where(Item.c.id.eq(2)))).toEqual([[10, 5]]);
    });
  });

  it('can be inserted again after a rollback', async () => {
    const { db, Item } = shop();
    await db.context(async () => {
      await db.createAll();
      const item = new Item({ price: 3 });
      db.session.add(item);
      await db.session.flush();
      await db.session.rollback();
      db.session.add(item);
      item.price = 4;
      await db.session.commit();
      expect(item.total).toBe(8);
    });
  });

  it('cannot be written', async () => {
    const { db, Item } = shop();
    await db.context(async () => {
      await db.createAll();
      const words = /total' is worked out by the database/;
      expect(() => new Item({ price: 1, total: 3 } as never)).toThrow(words);
      expect(() => {
        new Item({ price: 1 }).total = null as never;
      }).toThrow(words);
      await expect(db.session.execute(insertInto(Item).values({ price: 1, total: 2 } as never))).rejects.toThrow(words);
      await expect(
        db.session.execute(
          update(Item)
            .set({ total: 2 } as never)
            .where(Item.c.id.eq(1)),
        ),
      ).rejects.toThrow(words);
    });
  });

  it('take part in Core statements, with SQL as defaults', async () => {
    const { db, Item } = shop();
    await db.context(async () => {
      await db.createAll();
      const rows = await db.session.all(
        insertInto(Item)
          .values([{ price: 1 }, { price: 2, name: 'b' }])
          .returning(Item.c.name, Item.c.total, Item.c.label),
      );
      expect(rows).toEqual([
        ['item x', 2, 'item x!'],
        ['b', 4, 'b!'],
      ]);
    });
  });
});

describe('views', () => {
  it('are selected from, joined and aliased, and are not written to', async () => {
    const { db, Item, Order, ordered } = shop();
    await db.context(async () => {
      await db.createAll();
      await db.createAll();
      const [a, b] = [new Item({ price: 1 }), new Item({ price: 2 })];
      db.session.addAll([a, b]);
      await db.session.flush();
      db.session.addAll([new Order({ itemId: a.id }), new Order({ itemId: a.id }), new Order({ itemId: b.id })]);
      await db.session.flush();
      expect(await db.session.all(select(ordered).orderBy(ordered.c.itemId))).toEqual([
        [{ itemId: 1, orders: 2 }],
        [{ itemId: 2, orders: 1 }],
      ]);
      const joined = select({ price: Item.c.price, orders: ordered.c.orders })
        .join(ordered, ordered.c.itemId.eq(Item.c.id))
        .where(ordered.c.orders.gt(1));
      expect(await db.session.all(joined)).toEqual([{ price: 1, orders: 2 }]);
      const other = alias(ordered, 'other');
      expect(await db.session.scalar(select(func.sum(other.c.orders)))).toBe(3);
      expect(() => insertInto(ordered)).toThrow(/The view 'ordered' is for reading/);
      expect(() => deleteFrom(ordered)).toThrow(/The view 'ordered' is for reading/);
      await db.session.commit();
      await db.dropAll();
      expect(await db.session.scalar(sql`SELECT count(*) FROM sqlite_schema`)).toBe(0);
    });
  });

  it('may be SQL by hand with columns, and updatable where triggers make it so', async () => {
    const { db, Item } = shop();
    const cheap = db.View('cheap', sql`SELECT id, price AS p FROM items WHERE price < ${5}`, {
      columns: { id: t.integer(), p: t.bigInteger().nullable() },
    });
    const writable = db.View('writable', select({ id: Item.c.id, price: Item.c.price }), { updatable: true });
    await db.context(async () => {
      await db.createAll();
      await db.session.execute(
        sql`CREATE TRIGGER t INSTEAD OF INSERT ON writable BEGIN INSERT INTO items (name, price, version) VALUES ('t', NEW.price, 0); END`,
      );
      await db.session.execute(insertInto(writable).values([{ price: 4 }, { price: 6 }]));
      expect(await db.session.all(select(cheap.c.p))).toEqual([[4n]]);
      expect(await db.session.all(select(writable.c.price).where(writable.c.price.gt(4)))).toEqual([[6]]);
    });
    expect(() => db.View('bad', sql`SELECT 1` as never)).toThrow(/needs \{ columns/);
    expect(() => db.View('items', select(Item.c.id))).toThrow(/already defined/);
    expect(() => cheap.refresh()).toThrow(/a materialized view, but got the view 'cheap'/);
  });
});

it('a view belongs to the database that it says, and statements find it', async () => {
  const db = new Database({ url: 'sqlite://', binds: { other: 'sqlite://' } });
  open.push(db);
  const things = db.Table('things', { id: t.integer().primaryKey() }, { bind: 'other' });
  const view = db.View('few', select(things.c.id).where(things.c.id.lt(2)), { bind: 'other' });
  await db.context(async () => {
    await db.createAll();
    await db.session.execute(insertInto(things).values([{ id: 1 }, { id: 2 }]));
    expect(await db.session.all(select(view))).toEqual([[{ id: 1 }]]);
    expect(await db.session.scalars(select(alias(view).c.id))).toEqual([1]);
    await db.session.execute(createTableAs('more', select(things.c.id)));
    await db.session.execute(dropView(view));
    await db.session.execute(dropTable(things));
    await db.session.commit();
  });
  await using connection = await db.engineFor('other').connect();
  expect(await connection.scalars(sql`SELECT name FROM sqlite_schema`)).toEqual(['more']);
});

describe('creating and dropping', () => {
  it('may be for some tables only, and without a look at what is there', async () => {
    const { db, Item, Order } = shop();
    await db.context(async () => {
      const names = async (): Promise<unknown> =>
        db.session.scalars(sql<string>`SELECT name FROM sqlite_schema WHERE type <> 'index' ORDER BY name`);
      await db.createAll(null, { tables: [Item] });
      expect(await names()).toEqual(['items']);
      await expect(db.createAll(null, { tables: [Item], checkFirst: false })).rejects.toThrow(/already exists/);
      await db.metadata.createAll(db.engine, { tables: [Order.table] });
      expect(await names()).toEqual(['items', 'orders']);
      await db.dropAll(null, { tables: [Order] });
      expect(await names()).toEqual(['items']);
      await db.createAll();
      expect(await names()).toEqual(['items', 'ordered', 'orders']);
    });
  });

  it('works on a connection, in its transaction', async () => {
    const { db } = shop();
    await using connection = await db.engine.connect();
    await connection.begin();
    await db.metadata.createAll(connection);
    expect(await connection.scalar(sql`SELECT count(*) FROM sqlite_schema WHERE type = 'table'`)).toBe(2);
    await connection.rollback();
    expect(await connection.scalar(sql`SELECT count(*) FROM sqlite_schema`)).toBe(0);
  });

  it('is done by statements of one thing too', async () => {
    const { db, Item, Order, ordered } = shop();
    await db.context(async () => {
      const { session } = db;
      await session.execute(createTable(Item));
      await expect(session.execute(createTable(Item))).rejects.toThrow(/already exists/);
      await session.rollback();
      await session.execute(createTable(Item, { ifNotExists: true }));
      await session.execute(createTable(Item, { ifNotExists: true }));
      await session.execute(createTable(Order));
      await session.execute(createView(ordered, { ifNotExists: true }));
      await session.execute(createIndex(Order, index(Order.c.itemId).named('mine')));
      await session.execute(createIndex(Item, 'by_price', { ifNotExists: true }));
      await session.execute(insertInto(Item).values([{ price: 1 }, { price: 2 }]));
      await session.execute(
        createTableAs('copies', select({ id: Item.c.id, n: Item.c.name }).where(Item.c.name.eq('item x'), Item.c.price.gt(1)), {
          temporary: true,
        }),
      );
      expect(await session.all(sql`SELECT * FROM copies`)).toEqual([{ id: 2, n: 'item x' }]);
      await session.execute(dropIndex(Order, 'mine'));
      await session.execute(dropIndex(Order, 'mine', { ifExists: true }));
      await session.execute(dropView(ordered));
      await session.execute(dropTable('copies'));
      await session.execute(dropTable('nothing', { ifExists: true }));
      await expect(session.execute(dropTable(Order, { cascade: true }))).rejects.toThrow(CompileError);
      await expect(session.execute(createSchema('x'))).rejects.toThrow('SQLite has no schemas of its own to create');
      expect(() => createIndex(Item, 'nope')).toThrow(/index\(…\) or the name of an index of 'items' \(by_price\), but got 'nope'/);
      expect(() => createTable(ordered)).toThrow(/a table or a model class/);
    });
  });
});

describe('sequences', () => {
  it('are refused where there are none, unless they are optional', async () => {
    const db = new Database({ url: 'sqlite://' });
    open.push(db);
    const numbers = db.Sequence('numbers', { optional: true });
    class Ticket extends db.Model('tickets', { id: t.integer().primaryKey().default(numbers.next()), text: t.text() }) {}
    await db.context(async () => {
      await db.createAll();
      const tickets = [new Ticket({ text: 'a' }), new Ticket({ text: 'b' })];
      db.session.addAll(tickets);
      await db.session.commit();
      expect(tickets.map((ticket) => ticket.id)).toEqual([1, 2]);
      expect(await db.session.all(insertInto(Ticket).values({ text: 'c' }).returning(Ticket.c.id))).toEqual([[3]]);
      await db.session.commit();
      const needed = db.Sequence('needed');
      await expect(db.createAll()).rejects.toThrow("SQLite has no sequences ('needed')");
      await expect(db.session.execute(createSequence(needed))).rejects.toThrow(CompileError);
      await expect(db.session.scalar(select(needed.next()))).rejects.toThrow("SQLite has no sequences ('needed')");
    });
  });
});

it('a naming convention is said with the database, before its tables', async () => {
  const db = new Database({ url: 'sqlite://', naming: { uq: 'unique_%(table_name)s_%(column_0_name)s' } });
  open.push(db);
  class User extends db.Model('users', { id: t.integer().primaryKey(), email: t.string(80).unique() }) {}
  expect(User.table.uniques[0].name).toBe('unique_users_email');
  expect(() => db.configure({ naming: {} })).toThrow(/came too late/);
});
