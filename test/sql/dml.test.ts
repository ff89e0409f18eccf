import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import { alias } from '../../src/sql/alias.ts';
import { excluded } from '../../src/sql/conflict.ts';
import { deleteFrom } from '../../src/sql/delete.ts';
import { and } from '../../src/sql/expression.ts';
import { func } from '../../src/sql/function.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { literal } from '../../src/sql/literal.ts';
import { select } from '../../src/sql/select.ts';
import { union } from '../../src/sql/set-operation.ts';
import { update } from '../../src/sql/update.ts';
import { categories as c, openShop, products as p, reviews as r, shopDatabases, textOf } from './shop.ts';

describe.each(shopDatabases)('dml on $name', (database) => {
  let shop: Connection;
  beforeEach(async () => {
    shop = await openShop(database);
  });
  const never = (value: unknown): never => value as never;
  const codeOf = (code: string) => expect.objectContaining({ code });

  describe('insert', () => {
    it('fills defaults in, for each row anew', async () => {
      await shop.execute(insertInto(p).values({ name: 'New', price: 1 }));
      expect(await shop.first(select(p.c.stock, p.c.active, p.c.note, p.c.changedAt).where(p.c.name.eq('New')))).toEqual([
        7,
        true,
        null,
        null,
      ]);
    });
    it('keeps keys of 0 and below, and numbers the next rows as before', async () => {
      await shop.execute(
        insertInto(c).values([
          { id: 0, name: 'zero' },
          { id: -3, name: 'below' },
        ]),
      );
      await shop.execute(insertInto(c).values({ name: 'next' }));
      expect(
        await shop.all(
          select(c.c.id, c.c.name)
            .where(c.c.name.in(['zero', 'below', 'next']))
            .orderBy(c.c.id),
        ),
      ).toEqual([
        [-3, 'below'],
        [0, 'zero'],
        [3, 'next'],
      ]);
    });
    it('takes many rows, also with different columns, in order', async () => {
      const rows = [
        { name: 'a', price: 1 },
        { name: 'b', price: 2 },
        { name: 'c', price: 3, stock: 1 },
        { stock: 2, price: 4, name: 'd' },
        { name: 'e', price: 5, note: null },
      ];
      const insert = insertInto(p).values(rows);
      if (database.returning) expect(await shop.scalars(insert.returning(p.c.id))).toEqual([5, 6, 7, 8, 9]);
      else expect((await shop.execute(insert)).rowCount).toBe(5);
      expect(await shop.all(select(p.c.name, p.c.stock).where(p.c.id.gt(4)).orderBy(p.c.id))).toEqual([
        ['a', 7],
        ['b', 7],
        ['c', 1],
        ['d', 2],
        ['e', 7],
      ]);
      expect(
        insertInto(p)
          .values(rows)
          .batches()
          .map((batch) => batch.rows?.length),
      ).toEqual([4, 1]);
    });
    it('takes expressions beside values', async () => {
      await shop.execute(
        insertInto(p).values([
          { name: func.upper('x'), price: 1, stock: select(func.max(p.c.stock)).scalar() },
          { name: 'y', price: 2, stock: literal(3).plus(4) },
          { name: 'z', price: 3, stock: 8 },
        ]),
      );
      expect(await shop.all(select(p.c.name, p.c.stock).where(p.c.id.gt(4)).orderBy(p.c.id))).toEqual([
        ['X', 12],
        ['y', 7],
        ['z', 8],
      ]);
    });
    it('takes the rows of a select', async () => {
      await shop.execute(insertInto(r).fromSelect(['rating', 'productId'], select(p.c.stock, p.c.id).where(p.c.stock.gt(4))));
      expect(await shop.all(select(r.c.rating, r.c.productId).where(r.c.id.gt(3)).orderBy(r.c.id))).toEqual([
        [5, 1],
        [12, 3],
      ]);
      expect(() => insertInto(r).fromSelect(['rating', 'productId'], select(p.c.id)).batches()).toThrow(
        'a select of 2 columns, but got one of 1',
      );
      expect(() => insertInto(r).fromSelect([], select(p.c.id)).batches()).toThrow(codeOf('sql.no-values'));
      expect(() =>
        insertInto(r)
          .fromSelect([never('nope')], select(p.c.id))
          .batches(),
      ).toThrow("has no column 'nope'");
    });
    it('leaves a row alone that is there', async () => {
      const result = await shop.execute(
        insertInto(c)
          .values([{ name: 'Home' }, { name: 'New' }])
          .onConflictDoNothing(),
      );
      expect(result.rowCount).toBe(1);
      expect(await shop.scalars(select(c.c.name).orderBy(c.c.id))).toEqual(['Home', 'Lamps', 'New']);
      await shop.execute(insertInto(c).values({ name: 'Home' }).onConflictDoNothing([c.c.name]));
      // MySQL's words would also take the conflict of another key, which is not what was said.
      await expect(shop.execute(insertInto(c).values({ id: 1, name: 'Other' }).onConflictDoNothing([c.c.name]))).rejects.toMatchObject({
        name: database.family === 'mysql' ? 'CompileError' : 'UniqueViolation',
      });
    });
    it('updates a row that is there, for each of several rows', async () => {
      const upsert = insertInto(p)
        .values([
          { id: 1, name: 'Urn', price: 11, stock: 2 },
          { id: 2, name: 'Torch', price: 12, stock: 3 },
          { id: 9, name: 'Pot', price: 13, stock: 4 },
        ])
        .onConflictDoUpdate({
          target: [p.c.id],
          set: { name: excluded(p.c.name), stock: p.c.stock.plus(excluded(p.c.stock)), note: 'seen' },
          where: p.c.active.eq(true),
        })
        .returning({ id: p.c.id, stock: p.c.stock });
      // MySQL knows no condition there, and gives no rows back.
      if (database.family === 'mysql') return await expect(shop.all(upsert)).rejects.toThrow('has no WHERE in onConflictDoUpdate()');
      expect(await shop.all(upsert)).toEqual([
        { id: 1, stock: 7 },
        { id: 9, stock: 4 },
      ]);
      expect(
        await shop.all(
          select(p.c.name, p.c.stock, p.c.note, p.c.changedAt)
            .where(p.c.id.in([1, 2, 9]))
            .orderBy(p.c.id),
        ),
      ).toEqual([
        ['Urn', 7, 'seen', new Date(0)],
        ['Lamp', 0, null, null],
        ['Pot', 4, null, null],
      ]);
    });
    it('updates on conflict with the rows of a select, however it is made', async () => {
      const set = { name: excluded(c.c.name) };
      const queries = [
        select(p.c.id, p.c.name),
        select(p.c.id, func.max(p.c.name)).groupBy(p.c.id),
        select(p.c.id, p.c.name).orderBy(p.c.id).limit(2),
        union(select(p.c.id, p.c.name), select(p.c.id, p.c.name)),
      ];
      for (const query of queries) {
        const insert = insertInto(c).fromSelect(['id', 'name'], query);
        const byKey = insert.onConflictDoUpdate({ target: [c.c.id], set });
        if (database.family === 'mysql') await expect(shop.execute(byKey)).rejects.toThrow('has no conflict target');
        await shop.execute(database.family === 'mysql' ? insert.onDuplicateKeyUpdate(set) : byKey);
      }
      expect(await shop.scalars(select(c.c.name).orderBy(c.c.id))).toEqual(['Vase', 'Lamp', 'lampshade', 'Stray']);
    });
    it('gives back what it wrote', async () => {
      if (!database.returning)
        return expect(shop.all(insertInto(c).values({ name: 'x' }).returning(c))).rejects.toThrow('has no RETURNING in an INSERT');
      expect(await shop.all(insertInto(c).values({ name: 'x' }).returning(c))).toEqual([[{ id: 3, name: 'x', parentId: null }]]);
      expect(
        await shop.all(
          insertInto(c)
            .values({ name: 'y' })
            .returning({ key: c.c.id, loud: func.upper(c.c.name) }),
        ),
      ).toEqual([{ key: 4, loud: 'Y' }]);
    });
    it('refuses a query that has the names of the columns in another order', async () => {
      const turned = select({ parentId: c.c.id, name: c.c.name.concat('!') }).where(c.c.id.eq(1));
      expect(() => insertInto(c).fromSelect(['name', 'parentId'], turned).batches()).toThrow(
        'fromSelect() puts columns together by their places, but one side has name, parentId, and the other parentId, name.',
      );
      await shop.execute(insertInto(c).fromSelect(['parentId', 'name'], turned));
      expect(await shop.all(select(c.c.name, c.c.parentId).where(c.c.id.gt(2)))).toEqual([['Home!', 1]]);
    });
    it('refuses undefined, unknown columns and nothing at all', () => {
      const row = (values: object) => () => insertInto(p).values(never(values)).batches();
      expect(row({ name: undefined, price: 1 })).toThrow(codeOf('sql.undefined-value'));
      expect(row({ name: 'x', price: 1, nope: 1 })).toThrow("'products' has no column 'nope'");
      expect(row([])).toThrow(codeOf('sql.no-values'));
      expect(row([null])).toThrow('objects by attribute name');
      expect(() => insertInto(p).batches()).toThrow(codeOf('sql.no-values'));
      expect(() => insertInto(p).batches()).toThrow(
        "This insert of 'products' has no values. Give rows with values(), fromSelect() or defaultValues()",
      );
      const one = insertInto(c).values({ name: 'x' });
      expect(() => one.onConflictDoUpdate({ target: [c.c.id], set: { name: never(undefined) } }).batches()).toThrow(
        codeOf('sql.undefined-value'),
      );
      expect(() => one.onConflictDoUpdate({ target: [c.c.id], set: { name: 'x' }, where: undefined })).toThrow(
        codeOf('sql.undefined-value'),
      );
      expect(() => one.onConflictDoUpdate({ target: [c.c.id], set: {} })).toThrow(codeOf('sql.no-values'));
      expect(() => one.onConflictDoNothing([never('name')])).toThrow('columns as its target');
      expect(() => insertInto(alias(c))).toThrow('a table or a model class');
      expect(() => insertInto(never(undefined))).toThrow(codeOf('sql.not-a-source'));
    });
  });

  describe('update', () => {
    it('sets values and expressions, and what changes by itself', async () => {
      const result = await shop.execute(
        update(p)
          .set({ stock: p.c.stock.plus(1), note: null })
          .where(p.c.id.le(2)),
      );
      expect(result.rowCount).toBe(2);
      expect(await shop.all(select(p.c.stock, p.c.note, p.c.changedAt).orderBy(p.c.id).limit(3))).toEqual([
        [6, null, new Date(0)],
        [1, null, new Date(0)],
        [12, 'a/b', null],
      ]);
    });
    it('sets from a select that looks at the row', async () => {
      const ratings = select(func.count()).from(r).where(r.c.productId.eq(p.c.id)).scalar();
      await shop.execute(update(p, { all: true }).set({ stock: ratings }));
      expect(await shop.scalars(select(p.c.stock).orderBy(p.c.id))).toEqual([2, 1, 0, 0]);
      const others = select(func.max(p.c.id)).scalar();
      await shop.execute(update(p).set({ stock: 100 }).where(p.c.id.eq(others)));
      expect(await shop.scalars(select(p.c.id).where(p.c.stock.eq(100)))).toEqual([4]);
    });
    it('gives back what it changed', async () => {
      const changed = shop.all(update(p).set({ stock: 0 }).where(p.c.id.eq(1)).returning(p.c.id, p.c.stock));
      if (database.family === 'mysql') await expect(changed).rejects.toThrow('has no RETURNING in an UPDATE');
      else expect(await changed).toEqual([[1, 0]]);
    });
    it('refuses undefined and unknown columns', () => {
      expect(() =>
        update(p)
          .set({ stock: never(undefined) })
          .where(p.c.id.eq(1))
          .build(),
      ).toThrow(codeOf('sql.undefined-value'));
      expect(() =>
        update(p)
          .set(never({ nope: 1 }))
          .where(p.c.id.eq(1))
          .build(),
      ).toThrow("has no column 'nope'");
      expect(() => update(p).set({ stock: 1 }).where(never(undefined))).toThrow(codeOf('sql.undefined-value'));
      expect(() => update(p).set(never(undefined))).toThrow(codeOf('sql.undefined-value'));
      expect(() => update(p).set({}).where(p.c.id.eq(1)).build()).toThrow(codeOf('sql.no-values'));
    });
  });

  describe('delete', () => {
    it('deletes what meets the conditions', async () => {
      await shop.execute(deleteFrom(r).where(r.c.productId.in(select(p.c.id).where(p.c.active.eq(false)))));
      expect(await shop.scalars(select(r.c.productId))).toEqual([1, 1]);
      const gone = deleteFrom(r).where(r.c.rating.gt(3));
      if (database.returning) expect(await shop.all(gone.returning({ gone: r.c.rating }))).toEqual([{ gone: 5 }]);
      else expect((await shop.execute(gone)).rowCount).toBe(1);
      expect((await shop.execute(deleteFrom(r, { all: true }))).rowCount).toBe(1);
    });
  });

  describe('a whole table', () => {
    it('is touched only where that is said', () => {
      const whole = codeOf('sql.whole-table');
      for (const attempt of [
        () => update(p).set({ stock: 1 }).build(),
        () => update(p).set({ stock: 1 }).where().build(),
        () => update(p).set({ stock: 1 }).where(and()).build(),
        () => update(p).set({ stock: 1 }).where(true).build(),
        () => update(p, { all: false }).set({ stock: 1 }).build(),
        () => deleteFrom(p).build(),
        () => deleteFrom(p).where(and(), true).build(),
      ]) {
        expect(attempt, String(attempt)).toThrow(whole);
      }
      expect(textOf(deleteFrom(p, { all: true }))).toBe('DELETE FROM products');
      expect(textOf(update(p, { all: true }).set({ name: 'x' }))).toBe('UPDATE products SET name = ?, changed_at = ?');
    });
  });

  it('never changes a statement', async () => {
    const insert = insertInto(c).values({ name: 'x' });
    insert.values({ name: 'y' });
    insert.onConflictDoNothing();
    insert.returning(c.c.id);
    expect(insert.batches().map((batch) => batch.rows)).toEqual([[['x']]]);
    expect(insert.projection).toBeNull();
    const base = update(p).set({ stock: 1 }).where(p.c.id.eq(1));
    base.set({ name: 'x' });
    base.where(p.c.id.eq(2));
    base.returning(p.c.id);
    expect(textOf(base)).toBe('UPDATE products SET stock = ?, changed_at = ? WHERE products.id = ?');
    const gone = deleteFrom(r).where(r.c.id.eq(1));
    gone.where(r.c.id.eq(2));
    expect([(await shop.execute(gone)).rowCount, (await shop.execute(gone)).rowCount]).toEqual([1, 0]);
  });
});
