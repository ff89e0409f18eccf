// The language on live servers: what MySQL's family writes in other words gives the rows that it gives elsewhere.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import { alias } from '../../src/sql/alias.ts';
import { t } from '../../src/sql/column-types.ts';
import { extract } from '../../src/sql/conversion.ts';
import { createTableAs } from '../../src/sql/ddl-statement.ts';
import { deleteFrom } from '../../src/sql/delete.ts';
import { explain } from '../../src/sql/explain.ts';
import { func } from '../../src/sql/function.ts';
import { rollup } from '../../src/sql/grouping.ts';
import { index } from '../../src/sql/indexes.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { literal } from '../../src/sql/literal.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { sql, text } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { Sequence } from '../../src/sql/sequence.ts';
import { exceptAll, intersect, union } from '../../src/sql/set-operation.ts';
import { update } from '../../src/sql/update.ts';
import { values } from '../../src/sql/values.ts';
import { tested } from '../setup/live-databases.ts';
import { mysqlDatabases } from '../setup/mysql-databases.ts';
import { categories as c, openShop, products as p, reviews as r } from '../sql/shop.ts';

describe.each(mysqlDatabases)('the language on $name', (database) => {
  let shop: Connection;
  beforeEach(async () => {
    shop = await openShop(database);
  });
  const stocks = () => shop.all(select(p.c.id, p.c.stock).orderBy(p.c.id));

  describe('changes', () => {
    it('update with other tables, aliases, an order and a limit', async () => {
      await shop.execute(
        update(p)
          .set({ stock: p.c.stock.plus(r.c.rating) })
          .from(r)
          .where(r.c.productId.eq(p.c.id), r.c.rating.eq(4)),
      );
      expect(await stocks()).toEqual([
        [1, 5],
        [2, 4],
        [3, 12],
        [4, 1],
      ]);
      const own = alias(p, 'own');
      await shop.execute(update(own).set({ stock: 9 }).where(own.c.id.eq(1)));
      await shop.execute(update(p).set({ stock: 0 }).where(p.c.id.gt(1)).orderBy(p.c.id.desc()).limit(1));
      expect(await stocks()).toEqual([
        [1, 9],
        [2, 4],
        [3, 12],
        [4, 0],
      ]);
      await shop.execute(
        update(p)
          .set({ stock: p.c.id, id: p.c.id.plus(10) })
          .where(p.c.id.eq(4)),
      );
      expect(await shop.scalar(select(p.c.stock).where(p.c.id.eq(14)))).toBe(4);
    });
    it('delete with other tables, under an alias, with an order and a limit', async () => {
      await shop.execute(deleteFrom(r).using(p).where(r.c.productId.eq(p.c.id), p.c.name.eq('Lamp')));
      expect(await shop.scalar(select(func.count()).from(r))).toBe(2);
      const own = alias(r, 'own');
      await shop.execute(deleteFrom(own).where(own.c.rating.eq(3)));
      expect(await shop.scalars(select(r.c.rating))).toEqual([5]);
      await shop.execute(deleteFrom(p).where(p.c.id.gt(2)).orderBy(p.c.id.desc()).limit(1));
      expect(await shop.scalars(select(p.c.id).orderBy(p.c.id))).toEqual([1, 2, 3]);
    });
    it('common table expressions before them, recursive ones too', async () => {
      const low = select({ id: p.c.id }).where(p.c.stock.lt(2)).cte('low');
      await shop.execute(
        update(p)
          .set({ stock: 100 })
          .where(p.c.id.in(select(low.c.id))),
      );
      await shop.execute(
        update(p)
          .set({ stock: p.c.stock.plus(low.c.id) })
          .from(low)
          .where(low.c.id.eq(p.c.id)),
      );
      expect(await stocks()).toEqual([
        [1, 5],
        [2, 100],
        [3, 12],
        [4, 100],
      ]);
      const first = select({ id: c.c.id }).where(c.c.parentId.isNull()).cte('below', { recursive: true });
      const child = alias(c, 'child');
      const below = first.unionAll(select({ id: child.c.id }).where(child.c.parentId.eq(first.c.id)));
      await shop.execute(deleteFrom(p).where(p.c.categoryId.in(select(below.c.id)), p.c.id.gt(2)));
      expect(await shop.scalars(select(p.c.id).orderBy(p.c.id))).toEqual([1, 2, 4]);
      const names = select({ name: p.c.name }).where(p.c.id.ne(1)).cte('names');
      await shop.execute(insertInto(c).fromSelect(['name'], select(names.c.name)));
      expect(await shop.scalars(select(c.c.name).orderBy(c.c.id))).toEqual(['Home', 'Lamps', 'Lamp', 'Stray']);
    });
    it('rows that are there are replaced, left out or changed', async () => {
      await shop.execute(insertInto(r).values({ id: 1, rating: 1, productId: 2 }).orReplace());
      await shop.execute(insertInto(r).values({ id: 1, rating: 7, productId: 2 }).orIgnore());
      expect(await shop.scalar(select(r.c.rating).where(r.c.id.eq(1)))).toBe(1);
      const again = insertInto(c).values({ id: 2, name: 'Torches' });
      await shop.execute(again.onDuplicateKeyUpdate((row) => ({ name: row.name })));
      expect(await shop.scalar(select(c.c.name).where(c.c.id.eq(2)))).toBe('Torches');
    });
    it('explain', async () => {
      expect((await shop.all(explain(select(p.c.id)))).length).toBeGreaterThan(0);
      expect((await shop.all(explain(select(p.c.id), { analyze: true }))).length).toBeGreaterThan(0);
    });
  });

  describe('selects', () => {
    it('of values, sets, first rows and ties', async () => {
      const v = values({ id: t.integer(), label: t.text() }, [
        [1, 'one'],
        [3, 'three and more'],
      ]).as('v');
      expect(await shop.all(select(v.c.id, v.c.label, p.c.name).join(p, p.c.id.eq(v.c.id)).orderBy(v.c.id))).toEqual([
        [1, 'one', 'Vase'],
        [3, 'three and more', 'lampshade'],
      ]);
      const ids = (...list: number[]) => select({ id: p.c.id }).where(p.c.id.in(list));
      expect(await shop.scalars(intersect(ids(1, 2), ids(2, 3)))).toEqual([2]);
      expect(await shop.scalars(exceptAll(union(ids(1, 2), ids(4)), ids(2)).orderBy(p.c.id))).toEqual([1, 4]);
      const best = select(r.c.productId, r.c.rating).distinctOn(r.c.productId).orderBy(r.c.productId, r.c.rating.desc());
      expect(await shop.all(best)).toEqual([
        [1, 5],
        [2, 4],
      ]);
      expect(await shop.scalars(select(r.c.id).orderBy(r.c.productId).fetch(1, { withTies: true }))).toHaveLength(2);
    });
    it('rolled up, with and without an order', async () => {
      const rolled = select(r.c.productId, func.count()).groupBy(rollup(r.c.productId));
      expect(await shop.all(rolled)).toEqual([
        [1, 2],
        [2, 1],
        [null, 3],
      ]);
      expect(await shop.all(rolled.orderBy(func.count().desc(), r.c.productId).limit(2))).toEqual([
        [null, 3],
        [1, 2],
      ]);
    });
    it('refuses what is not there before anything is sent', async () => {
      const refused = (statement: Parameters<Connection['all']>[0]) =>
        expect(shop.all(statement)).rejects.toMatchObject({ name: 'CompileError', code: 'sql.unsupported' });
      await refused(select(p.c.id).limit(literal(1).plus(1)));
      await refused(select(p.c.id).groupBy(p.c.id, rollup(p.c.name)));
      await refused(select(func.percentileCont(0.5).withinGroup(p.c.price)));
      await refused(update(p).set({ stock: 1 }).where(p.c.id.eq(1)).returning(p.c.id));
    });
  });

  describe('expressions', () => {
    const value = (expression: Parameters<typeof select>[0]) => shop.scalar(select(expression as never));
    it('texts, patterns and windows', async () => {
      expect(await value(literal('abcb').regexpReplace('b', 'Z'))).toBe('aZcb');
      expect(await value(literal('abcb').regexpReplace('B', '<\\0>', { flags: 'gi' }))).toBe('a<b>c<b>');
      expect(await value(literal('abcb').regexpReplace('[ab]', '<\\&>', { flags: 'g' }))).toBe('<a><b>c<b>');
      expect(await value(literal('Abc').regexpMatch('^a'))).toBe(false);
      expect(await value(literal("it's \\ here").concat("'\\"))).toBe("it's \\ here'\\");
      const joined = func.stringAgg(p.c.name, ' \\ ').orderBy(p.c.name.desc());
      expect(await shop.scalar(select(joined))).toBe('Vase \\ Stray \\ lampshade \\ Lamp');
      const before = func.lag(p.c.name, 1, '-').over({ orderBy: p.c.id });
      expect(await shop.scalars(select(before).from(p).orderBy(p.c.id))).toEqual(['-', 'Vase', 'Lamp', 'lampshade']);
      expect(await value(func.position('B', 'abB'))).toBe(3);
    });
    it('numbers', async () => {
      expect(await value(literal(1).dividedBy(3))).toBe(1 / 3);
      expect(await value(literal(-1).floorDiv(100000))).toBe(-1);
      expect(await value(literal(-8).bitwiseRightShift(1))).toBe(-4);
      expect(await value(literal(5).bitwiseNot())).toBe(-6);
      expect(await value(literal('1.00', t.numeric(10, 2).asString()).dividedBy(literal('3', t.numeric(10, 2))))).toMatchObject({});
    });
    it('fields of a moment', async () => {
      const at = literal(new Date('2021-01-03T04:05:06.789Z'));
      const fields = ['year', 'week', 'isoyear', 'dow', 'isodow', 'doy', 'second', 'milliseconds', 'epoch', 'quarter'] as const;
      const found = await Promise.all(fields.map((field) => value(extract(field, at))));
      expect(found).toEqual([2021, 53, 2020, 0, 7, 3, 6.789, 6789, 1609646706.789, 1]);
    });
  });

  describe('objects of the schema', () => {
    it('sequences, computed columns, options and indexes', async () => {
      const metadata = new MetaData();
      // MySQL has none.
      const numbers = new Sequence('numbers', { start: 5, increment: 2 });
      let last = 3;
      const numbered = (): number => (last += 2);
      const notes = new Table(
        metadata,
        'notes',
        {
          id: t.integer().primaryKey(),
          number: t
            .bigInteger()
            .asNumber()
            .default((database.mariadb ? numbers.next() : numbered) as never),
          body: t.text(),
          price: t.integer(),
          gross: t.integer().computed(sql`price * 2`),
        },
        {
          comment: "it's a table",
          mysql: { engine: 'InnoDB', charset: 'utf8mb4', collate: 'utf8mb4_bin', autoIncrement: 40 },
          constraints: (own) => [index(own.body).using('fulltext').named('ft_notes_body'), index(own.body).length({ body: 20 })],
        },
      );
      await metadata.createAll(shop);
      await shop.execute(insertInto(notes).values({ body: 'pools are open', price: 4 }));
      await shop.execute(insertInto(notes).values({ body: 'Other', price: 1 }));
      expect(await shop.all(select(notes.c.id, notes.c.number, notes.c.gross).orderBy(notes.c.id))).toEqual([
        [40, 5, 8],
        [41, 7, 2],
      ]);
      expect(await shop.scalars(select(notes.c.id).where(notes.c.body.match('+pools', { mode: 'boolean' })))).toEqual([40]);
      expect(await shop.scalars(select(notes.c.id).where(notes.c.body.eq('other')))).toEqual([]);
      await shop.execute(createTableAs('kept', select(notes.c.id)));
      await metadata.dropAll(shop);
      expect(await shop.scalars(text('SELECT id FROM kept ORDER BY id'))).toEqual([40, 41]);
    });
  });
});

it('runs where one of its servers is tested, and nowhere else', () =>
  expect(mysqlDatabases.length).toBe(['mariadb', 'mysql'].filter((name) => tested.includes(name)).length));
