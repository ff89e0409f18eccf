import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import { t } from '../../src/sql/column-types.ts';
import { sql, text } from '../../src/sql/raw.ts';
import { select } from '../../src/sql/select.ts';
import { openShop, products as p, shopDatabases, textOf } from './shop.ts';

describe.each(shopDatabases)('raw on $name', (database) => {
  let shop: Connection;
  beforeEach(async () => {
    shop = await openShop(database);
  });
  const never = (value: unknown): never => value as never;

  describe('sql``', () => {
    it('makes parameters of values', async () => {
      const name = "x' OR '1'='1";
      expect(await shop.all(sql`SELECT id FROM products WHERE name = ${name}`)).toEqual([]);
      expect(textOf(sql`SELECT ${1}, ${'a'}`)).toBe('SELECT ?, ?');
      const date = new Date('2024-05-01T10:00:00.000Z');
      expect(
        await shop.first(
          sql`SELECT ${1} AS a, ${1.5} AS b, ${'x'} AS c, ${null} AS d, ${true} AS e, ${date} AS f, ${{ k: [1] }} AS g, ${10n} AS h`,
        ),
      ).toEqual({
        a: 1,
        // Text that no type is known of is what the database makes of it.
        b: database.family === 'postgresql' ? '1.5' : 1.5,
        c: 'x',
        d: null,
        e: database.family === 'postgresql' ? true : 1,
        f: '2024-05-01 10:00:00.000',
        g: '{"k":[1]}',
        h: 10,
      });
    });
    it('takes tables, columns, expressions, selects and other fragments as they are', async () => {
      const expensive = sql`${p.c.price} > ${9}`;
      expect(await shop.all(sql`SELECT ${p.c.id} FROM ${p} WHERE ${expensive} AND ${p.c.active.eq(true)}`)).toEqual([{ id: 1 }]);
      expect(textOf(sql`SELECT * FROM ${p} WHERE ${p.c.id} IN ${select(p.c.id).where(p.c.id.eq(1))}`)).toBe(
        'SELECT * FROM products WHERE products.id IN (SELECT products.id FROM products WHERE products.id = ?)',
      );
      expect(
        await shop.scalars(
          select(p.c.id)
            .where(never(sql`${p.c.stock} % ${2} = ${0}`))
            .orderBy(sql`${p.c.stock} DESC`),
        ),
      ).toEqual([3, 2]);
      expect(await shop.scalars(select(sql`${p.c.stock} + ${1}`.typed(t.integer()).times(2)).where(p.c.id.eq(1)))).toEqual([12]);
    });
    it('spreads arrays, empty ones too', async () => {
      const ids = (list: number[]) => shop.scalars(sql`SELECT id FROM products WHERE id IN ${list} ORDER BY id`);
      expect(await ids([1, 3])).toEqual([1, 3]);
      expect(await ids([])).toEqual([]);
      expect(await shop.scalars(sql`SELECT id FROM products WHERE id NOT IN ${[]} ORDER BY id`)).toEqual([1, 2, 3, 4]);
      const pairs = database.family === 'sqlite' ? sql`VALUES ${[1, 'Vase']}, ${[2, 'x']}` : sql`${[1, 'Vase']}, ${[2, 'x']}`;
      expect(await shop.scalars(sql`SELECT id FROM products WHERE (id, name) IN (${pairs})`)).toEqual([1]);
    });
    it('takes brackets around a list or a query for its own', async () => {
      const ids = (list: number[]) => shop.scalars(sql`SELECT id FROM products WHERE id IN (${list}) ORDER BY id`);
      expect(await ids([1, 3])).toEqual([1, 3]);
      expect(await ids([])).toEqual([]);
      expect(await shop.scalars(sql`SELECT id FROM products WHERE id not in ( ${[2, 3]} ) AND (${true}) ORDER BY id`)).toEqual([1, 4]);
      const some = select(p.c.id).where(p.c.stock.gt(1));
      expect(await shop.scalars(sql`SELECT id FROM products WHERE id IN (${some}) ORDER BY id`)).toEqual([1, 3]);
      expect(await shop.scalars(sql`SELECT count(*) FROM (${some}) AS found WHERE EXISTS (${some})`)).toEqual([2]);
      expect(
        await shop.scalars(
          select(p.c.id)
            .where(sql<boolean>`NOT EXISTS (${some.where(p.c.id.gt(50))})`)
            .limit(1)
            .orderBy(p.c.id),
        ),
      ).toEqual([1]);
      expect(await shop.scalars(sql`SELECT abs(${select(p.c.stock).where(p.c.id.eq(1))})`)).toEqual([5]);
      expect(textOf(sql`(a, b) IN (${[1, 2]}) AND x IN (${[3, 4]}) OR y IN ${[5]}`)).toBe('(a, b) IN ((?, ?)) AND x IN (?, ?) OR y IN (?)');
    });
    it('quotes identifiers and joins pieces', async () => {
      const columns = ['id', 'name'].map((name) => sql.identifier('products', name));
      expect(textOf(sql`SELECT ${sql.join(columns)} FROM products WHERE ${sql.join([sql`id = ${1}`, sql`id = ${2}`], sql` OR `)}`)).toBe(
        'SELECT products.id, products.name FROM products WHERE id = ? OR id = ?',
      );
      expect(textOf(sql`${sql.identifier('a"; DROP TABLE x; --')}`)).toBe('"a""; DROP TABLE x; --"');
      for (const path of [[], [''], [never(undefined)], ['a', never(5)]])
        expect(() => sql.identifier(...path)).toThrow('sql.identifier() takes one or more names');
    });
    it('refuses undefined, and to be called as a function', () => {
      expect(() => sql`SELECT ${undefined}`).toThrow(expect.objectContaining({ code: 'sql.undefined-value' }));
      expect(() => sql`SELECT ${[1, undefined]}`).toThrow(expect.objectContaining({ code: 'sql.undefined-value' }));
      expect(() => sql(never("SELECT 'a'"))).toThrow('sql takes a template');
      expect(() => sql(never(['SELECT 1']))).toThrow('sql takes a template');
    });
    it('sends a list after ANY as an array, where the database has arrays', async () => {
      const among = (ids: readonly unknown[], names: readonly unknown[] = ['x']) =>
        sql`SELECT id FROM products WHERE id = ANY(${ids}) OR name = any (${names}) ORDER BY id`;
      expect(among([1, 2]).node.key).toBe(among([]).node.key);
      if (database.family !== 'postgresql') {
        await expect(shop.all(among([1]))).rejects.toThrow();
        return;
      }
      expect(await shop.scalars(among([1, 3]))).toEqual([1, 3]);
      expect(await shop.scalars(among([], ['Lamp', "o'x", '{a,"b"}']))).toEqual([2]);
      expect(await shop.scalars(among([]))).toEqual([]);
      expect(await shop.scalars(sql`SELECT id FROM products WHERE id <> ALL(${[1, 3]}) ORDER BY id`)).toEqual([2, 4]);
      expect(await shop.scalars(sql`SELECT id FROM products WHERE id = ANY(${select(p.c.id).where(p.c.id.gt(3))})`)).toEqual([4]);
      await expect(shop.all(among([1, undefined]))).rejects.toMatchObject({ code: 'sql.undefined-value' });
    });
    it('sends a list that is cast to an array as one, NULLs too', async () => {
      const items = (list: readonly unknown[]) => sql`SELECT x FROM unnest(${list}::int[]) AS items (x)`;
      if (database.family !== 'postgresql') {
        await expect(shop.all(items([1]))).rejects.toThrow();
        return;
      }
      expect(await shop.scalars(items([3, null, 1]))).toEqual([3, null, 1]);
      expect(await shop.scalars(items([]))).toEqual([]);
      const words = (list: readonly unknown[]) => sql`SELECT x FROM unnest(CAST(${list} AS character varying(20)[])) AS items (x)`;
      expect(await shop.scalars(words(['a', '{"b"}', null]))).toEqual(['a', '{"b"}', null]);
    });
  });

  describe('text()', () => {
    it('takes values by name, one of them several times', async () => {
      expect(
        await shop.scalars(text('SELECT id FROM products WHERE stock > :n AND id > :n OR name = :name ORDER BY id'), {
          n: 2,
          name: 'Lamp',
        }),
      ).toEqual([2, 3]);
      const filtered = text(
        'SELECT id FROM products WHERE (:name IS NULL OR name = :name) AND (:least is  null OR stock >= :least) ORDER BY id',
      );
      expect(await shop.scalars(filtered, { name: null, least: null })).toEqual([1, 2, 3, 4]);
      expect(await shop.scalars(filtered, { name: 'Lamp', least: null })).toEqual([2]);
      expect(await shop.scalars(filtered, { name: null, least: 5 })).toEqual([1, 3]);
      const given = text('SELECT id FROM products WHERE :x IS NOT NULL AND id = 1');
      for (const x of [0, '', false, new Date(0), 2n ** 60n]) expect(await shop.scalars(given, { x })).toEqual([1]);
      expect(await shop.scalars(given, { x: null })).toEqual([]);
      expect(text('SELECT :a, :b, :a').parameters).toEqual(['a', 'b']);
    });
    it.each([
      ["a quoted text ':no' and ':it''s :no'", 0],
      ['an identifier ":no" and `:no`', 0],
      ['a comment -- :no\n', 0],
      ['a comment -- :no\n :yes', 1],
      ['a comment /* :no\n :no */ :yes', 1],
      ['a cast :yes::text and now()::date', 1],
      ['an escape \\:no', 0],
      ['a slice a[1:n] b:c', 0],
      ['a time 12:30', 0],
      ['dollar quotes $$ :no $$ $f$ :no $$ $f$ :yes', 1],
      ['(:yes)', 1],
      ['=:yes', 1],
    ])('finds the parameters of %s', (statement, count) => {
      expect(text(statement).parameters).toEqual(count === 0 ? [] : ['yes']);
    });
    it('writes an escaped colon as a colon, and leaves the rest alone', async () => {
      // In a quoted text it stays as it is, which MySQL reads as an escape of its own.
      const backslash = database.family === 'mysql' ? '' : '\\';
      expect(await shop.all(text("SELECT '\\:a' AS x, ':b' AS y, '12\\:30' AS z -- :c"))).toEqual([
        { x: `${backslash}:a`, y: ':b', z: `12${backslash}:30` },
      ]);
      expect(textOf(text('a\\:b :c::int'))).toBe('a:b ?::int');
    });
    it('says which value is missing or too many', async () => {
      const statement = text('SELECT :a AS a, :b AS b');
      await expect(shop.all(statement, { a: 1 })).rejects.toThrow(/':b'/);
      await expect(shop.all(statement)).rejects.toMatchObject({ code: 'sql.missing-parameter' });
      await expect(shop.all(statement, { a: 1, b: 2, c: 3 })).rejects.toThrow(/':c'.*It names: a, b/);
      await expect(shop.all(statement, { a: 1, b: undefined })).rejects.toMatchObject({ code: 'sql.undefined-value' });
      await expect(shop.all(statement, Object.create({ a: 1, b: 2 }))).rejects.toMatchObject({ code: 'sql.missing-parameter' });
    });
    it('spreads a list after IN, whatever its length and with brackets or without', async () => {
      const among = async (statement: string, ids: unknown) =>
        shop.scalars(text(`SELECT id FROM products WHERE ${statement} ORDER BY id`), { ids });
      for (const list of ['id IN :ids', 'id IN (:ids)', 'id in\n( :ids )']) {
        expect(await among(list, [1, 3, 99])).toEqual([1, 3]);
        expect(await among(list, [])).toEqual([]);
        expect(await among(list, [null, 2])).toEqual([2]);
        expect(
          await among(
            list,
            Array.from({ length: 3000 }, (_, i) => i + 3),
          ),
        ).toEqual([3, 4]);
      }
      for (const list of ['id NOT IN :ids', 'id not  in (:ids)']) {
        expect(await among(list, [1, 3, 99])).toEqual([2, 4]);
        expect(await among(list, [])).toEqual([1, 2, 3, 4]);
      }
      expect(await among('lower(name) IN (:ids)', ['vase', "o'x"])).toEqual([1]);
      const both = text('SELECT id FROM products WHERE id IN (:ids) OR stock IN (:ids) OR id IN (:a, :b) ORDER BY id');
      expect(await shop.scalars(both, { ids: [1, 12], a: 4, b: 98 })).toEqual([1, 3, 4]);
      const typed = both.columns({ id: t.integer() }).subquery('typed');
      expect(await shop.scalars(select(typed.c.id).orderBy(1), { ids: [12], a: 4, b: 98 })).toEqual([3, 4]);
      const change = text('UPDATE products SET stock = :stock WHERE id IN (:ids)');
      await shop.executeMany(change, [
        { stock: 70, ids: [1, 2] },
        { stock: 80, ids: [3] },
      ]);
      expect(await shop.scalars(select(p.c.stock).orderBy(p.c.id))).toEqual([70, 70, 80, 1]);
    });
    it('takes a list for an array, where the database has them', async () => {
      const among = (ids: unknown) => shop.scalars(text('SELECT id FROM products WHERE id = ANY(:ids) ORDER BY id'), { ids });
      if (database.family !== 'postgresql') {
        await expect(among([1, 2])).rejects.toThrow();
        return;
      }
      expect(await among([1, 3])).toEqual([1, 3]);
      expect(await among([])).toEqual([]);
      expect(await among(null)).toEqual([]);
      // An array in the database's own words.
      expect(await among('{2,4}')).toEqual([2, 4]);
      const others = text('SELECT id FROM products WHERE id <> ALL (:ids::int[]) ORDER BY id');
      expect(await shop.scalars(others, { ids: [1, null] })).toEqual([2, 3, 4]);
      const items = text('SELECT x FROM unnest(:items::text[]) AS items (x)');
      expect(await shop.scalars(items, { items: ['a', null, 'x,"y"\\'] })).toEqual(['a', null, 'x,"y"\\']);
      await expect(among([[1], [2]])).rejects.toThrow('a list in the list');
    });
    it('takes one value in the brackets of IN for itself', async () => {
      const one = text('SELECT id FROM products WHERE id IN (:id) ORDER BY id');
      const others = text('SELECT id FROM products WHERE id NOT IN (:id) ORDER BY id');
      expect(await shop.scalars(one, { id: 2 })).toEqual([2]);
      expect(await shop.scalars(others, { id: 2 })).toEqual([1, 3, 4]);
      expect(await shop.scalars(one, { id: null })).toEqual([]);
      expect(await shop.scalars(others, { id: null })).toEqual([]);
      await expect(shop.scalars(one, { id: undefined })).rejects.toMatchObject({ code: 'sql.undefined-value' });
      await expect(shop.scalars(one, { id: [1, undefined] })).rejects.toMatchObject({ code: 'sql.undefined-value' });
    });
    it('takes no list for what position() looks in, or where a comment says in', async () => {
      for (const place of ['position(:a IN :b)', 'position(lower(:a) in (:b))', 'POSITION ( (:a) IN :b ) /* ( */']) {
        const found = text(`SELECT ${place} AS place`);
        if (database.family === 'sqlite') expect(textOf(found)).toBe(`SELECT ${place.replaceAll(/:[ab]/g, '?')} AS place`);
        else expect(await shop.all(found, { a: 'm', b: 'lamp' })).toEqual([{ place: 3 }]);
      }
      expect(await shop.scalars(text('SELECT id FROM products WHERE id = -- the one that was asked in\n:id'), { id: 2 })).toEqual([2]);
      const both = text('SELECT id FROM products WHERE (:a = :a) AND id IN :ids ORDER BY id');
      expect(await shop.scalars(both, { a: 'x', ids: [1, 2] })).toEqual([1, 2]);
    });
    it('refuses rows in a list, of which no type is known', async () => {
      const rows = text('SELECT id FROM products WHERE (id, stock) IN :rows');
      await expect(shop.all(rows, { rows: [[1, 5]] })).rejects.toThrow(
        "The parameter ':rows' takes a list of values (for rows of values: tuple(a, b).in(rows))",
      );
    });
    it('is warned of columns with one name, once for each text', async () => {
      const told: Error[] = [];
      const listen = (warning: Error & { code?: string }): void => {
        if (warning.code === 'athanor.equal-names') told.push(warning);
      };
      process.on('warning', listen);
      const both = text(
        'SELECT p.id, c.id, c.name AS other, p.name AS other FROM products p JOIN categories c ON p.category_id = c.id WHERE p.id = :id',
      );
      expect(await shop.all(both, { id: 2 })).toEqual([{ id: 2, other: 'Lamp' }]);
      expect(await shop.all(both, { id: 3 })).toEqual([{ id: 2, other: 'lampshade' }]);
      const named = both.columns({ id: t.integer(), categoryId: t.integer(), category: t.string(), name: t.string() });
      expect(await shop.all(named, { id: 3 })).toEqual([{ id: 3, categoryId: 2, category: 'Lamps', name: 'lampshade' }]);
      await shop.all(text('SELECT 1 AS a, 2 AS b'));
      await shop.all(text('SELECT p.id, p.id FROM products p WHERE p.id < 0'));
      await new Promise((resolve) => setImmediate(resolve));
      process.off('warning', listen);
      expect(told.map((warning) => warning.message)).toEqual([
        "SQL by hand gives several columns named 'id', 'other', of which its rows have the last one only. Give them names of their own with AS, or with columns().",
      ]);
    });
    it('refuses names for more or fewer columns than the SQL gives', async () => {
      const products = text('SELECT id, name FROM products ORDER BY id');
      const less = products.columns({ name: t.string() });
      await expect(shop.all(less)).rejects.toThrow('The SQL gives 2 columns, but columns() names 1: name.');
      await expect(shop.stream(less).next()).rejects.toMatchObject({ code: 'engine.other-columns' });
      const more = text('SELECT id FROM products').columns({ id: t.integer(), name: t.string() });
      await expect(shop.first(more)).rejects.toThrow('The SQL gives 1 column, but columns() names 2: id, name.');
      expect(await shop.first(products.columns({ key: t.integer(), label: t.string() }))).toEqual({ key: 1, label: 'Vase' });
    });
    it('never takes a value for text', async () => {
      const evil = "'; DROP TABLE products; --";
      expect(await shop.all(text('SELECT :v AS v'), { v: evil })).toEqual([{ v: evil }]);
      expect((await shop.all(select(p.c.id))).length).toBe(4);
    });
  });
});
