import { beforeEach, describe, expect, it } from 'vitest';
import { partitionWords } from '../../src/dialects/mysql/partitions.ts';
import { typeLike } from '../../src/dialects/mysql/type-like.ts';
import { parseMysqlType } from '../../src/dialects/mysql/type-words.ts';
import { inOrder, withoutDatabase } from '../../src/dialects/mysql/view-text.ts';
import { sequencesIn } from '../../src/engine/reflect-sequences.ts';
import { insertInto, inspect, MetaData, reflectTable, selectFrom, type Table } from '../../src/index.ts';
import type { TestDatabase } from '../setup/databases.ts';
import { catalogDatabases } from '../setup/foreign-schemas.ts';
import { engineAfter, expectMadeAgain } from '../setup/made-again.ts';
import { hearWarnings } from '../setup/warnings.ts';

let warned: () => Promise<string[]>;
beforeEach(() => {
  warned = hearWarnings();
});

const TYPES = `
  CREATE TABLE all_types (
    a tinyint, b tinyint(1), c tinyint unsigned, d tinyint(3) zerofill, e smallint, f smallint unsigned, g mediumint, h mediumint unsigned,
    i int, j int(5) zerofill, k int unsigned, l int(11), m bigint, n bigint unsigned, o bigint(20) unsigned zerofill,
    p decimal, q decimal(5), r decimal(10,3), s decimal(10,2) unsigned, t decimal(10,2) unsigned zerofill, u float, v float(7,3), w float unsigned,
    x double, y double(10,4), z double unsigned, aa real, ab bit, ac bit(8), ad bit(64), ae char, af char(10), ag char(36), ah varchar(50),
    ai tinytext, aj text, ak mediumtext, al longtext, am binary, an binary(16), ao varbinary(50), ap tinyblob, aq blob, ar mediumblob, \`as\` longblob,
    at date, au time, av time(3), aw time(6), ax datetime, ay datetime(3), az datetime(6), ba timestamp NULL, bb timestamp(6) NULL, bc year, bd year(4),
    be json, bf enum('a','b','it''s','x\\\\y',''), bg set('a','b','it''s'), bh boolean, bi national varchar(10), bj text(100),
    bk varchar(20) CHARACTER SET latin1, bl text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, bm char(3) CHARACTER SET ascii COLLATE ascii_bin,
    bn enum('q','r') CHARACTER SET latin1, bo point, bp geometry, bq polygon);`;

const MARIADB_TYPES = `CREATE TABLE own_types (a uuid, b inet6, c inet4, d varchar(10) COMPRESSED);`;

const DEFAULTS = `
  CREATE TABLE defaults (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, a int DEFAULT -1, b decimal(5,2) DEFAULT -1.50, c varchar(50) DEFAULT 'it''s',
    d varchar(50) DEFAULT 'a\\\\b', e varchar(5) DEFAULT NULL, f boolean DEFAULT false, g tinyint(1) DEFAULT TRUE, h json DEFAULT '{"a": [1,2]}',
    i timestamp NOT NULL DEFAULT current_timestamp ON UPDATE current_timestamp, j timestamp(3) NULL DEFAULT current_timestamp(3),
    k datetime(6) DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6), l datetime DEFAULT now() ON UPDATE now(),
    m timestamp NOT NULL DEFAULT '2020-01-01 00:00:00', n timestamp NULL, o date DEFAULT (current_date), p date DEFAULT '2020-01-01',
    q varchar(36) DEFAULT (uuid()), r int DEFAULT (1 + 2 * 3), s double DEFAULT 1.5e3, t text DEFAULT 'long', u varchar(5) DEFAULT '',
    v enum('a','b') DEFAULT 'a', w set('a','b') DEFAULT 'a,b', x bit(3) DEFAULT b'101', y varbinary(5) DEFAULT x'ab01', z time DEFAULT '10:00:00',
    aa year DEFAULT 2020, ab varchar(20) DEFAULT (concat('a', 'b')), ac int DEFAULT (a + 1), ad varchar(10) DEFAULT 'NULL',
    ae varchar(30) DEFAULT 'current_timestamp()', af varchar(10) DEFAULT '1', ag bigint DEFAULT 9223372036854775807
  ) AUTO_INCREMENT = 500;
  CREATE TABLE beside (id int UNIQUE AUTO_INCREMENT, x int);
  CREATE TABLE within (g int, n int AUTO_INCREMENT, PRIMARY KEY (g, n), KEY by_n (n));
  CREATE TABLE computed (a int, b int AS (a * 2) VIRTUAL, c int AS (a + 1) STORED, d varchar(10) GENERATED ALWAYS AS (concat(a, 'it''s')) STORED,
    e json, f varchar(20) AS (json_unquote(json_extract(e, '$.x'))) VIRTUAL, KEY (f), UNIQUE KEY ub (b));
  CREATE TABLE noted (a int COMMENT 'its; ''column'' \\\\ x') COMMENT = 'A "table''s" \\\\ note
of two lines';`;

const CONSTRAINTS = `
  CREATE TABLE parent (a int, b int, c varchar(20), d varchar(200), PRIMARY KEY (b, a), UNIQUE KEY u1 (c), UNIQUE KEY u2 (d(10)), KEY k1 (a DESC, c),
    KEY k2 (c(5), d(7)), FULLTEXT KEY ft (d), FULLTEXT KEY ft2 (c, d), KEY h1 (a) USING HASH) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;
  CREATE TABLE child (id int PRIMARY KEY, a int, b int, p int, c varchar(20), y int, t varchar(9),
    CONSTRAINT fk1 FOREIGN KEY (b, a) REFERENCES parent (b, a) ON DELETE CASCADE ON UPDATE CASCADE,
    FOREIGN KEY (p) REFERENCES child (id) ON DELETE CASCADE ON UPDATE NO ACTION, CONSTRAINT fk3 FOREIGN KEY (c) REFERENCES parent (c) ON DELETE SET NULL,
    CONSTRAINT ck1 CHECK (y > 0 AND (id < 5 OR y IN (7, 8, 9))), CHECK (y BETWEEN 1 AND 2), c2 int CHECK (c2 <> 0),
    CONSTRAINT ck3 CHECK (t LIKE 'a%''' AND t <> 'x'), CONSTRAINT \`odd ) (\` CHECK (y IS NOT NULL));
  CREATE TABLE places (id int PRIMARY KEY, p point NOT NULL, SPATIAL KEY sp (p));
  CREATE TABLE texts (id int PRIMARY KEY, x text, FULLTEXT (x)) ENGINE=MyISAM DEFAULT CHARSET=latin1 COLLATE=latin1_bin;
  CREATE TABLE fleeting (id int PRIMARY KEY, x int, KEY (x) USING HASH, KEY b (x) USING BTREE) ENGINE=MEMORY;
  CREATE TABLE small (a int) ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8;
  CREATE TABLE wide (id int PRIMARY KEY, a varchar(20)) DEFAULT CHARSET=ucs2;`;

const PARTS = `
  CREATE TABLE by_range (id int NOT NULL, at date NOT NULL, PRIMARY KEY (id, at))
    PARTITION BY RANGE (year(at)) (PARTITION p0 VALUES LESS THAN (2000), PARTITION \`p ünï\` VALUES LESS THAN MAXVALUE);
  CREATE TABLE by_columns (a int, b varchar(5)) PARTITION BY RANGE COLUMNS (a, b) (PARTITION p0 VALUES LESS THAN (1, 'x'), PARTITION p1 VALUES LESS THAN (MAXVALUE, MAXVALUE));
  CREATE TABLE by_list (id int) PARTITION BY LIST (id) (PARTITION p0 VALUES IN (1, 2), PARTITION p1 VALUES IN (3, NULL));
  CREATE TABLE by_hash (id int NOT NULL PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 4;
  CREATE TABLE by_key (id int NOT NULL PRIMARY KEY) PARTITION BY LINEAR KEY (id) PARTITIONS 2;
  CREATE TABLE twice (id int, at date) PARTITION BY RANGE (to_days(at)) SUBPARTITION BY HASH (id) SUBPARTITIONS 2
    (PARTITION p0 VALUES LESS THAN (700000), PARTITION p1 VALUES LESS THAN MAXVALUE);`;

const NAMES = `
  CREATE TABLE \`a.b\` (\`c.d\` int PRIMARY KEY, \`e\`\`f\` int, \`G\` int, \`select\` int, \`ünï 漢\` int, \`it's\` int, \`x"y\` int);
  CREATE TABLE \`refers.here\` (id int PRIMARY KEY, r int, CONSTRAINT \`fk.x\` FOREIGN KEY (r) REFERENCES \`a.b\` (\`c.d\`));
  CREATE TABLE \`${'x'.repeat(64)}\` (\`${'c'.repeat(64)}\` int PRIMARY KEY);
  CREATE INDEX \`an "index".x\` ON \`a.b\` (\`e\`\`f\`, \`ünï 漢\` DESC);`;

const VIEWS = `
  CREATE TABLE sold (item varchar(20), price decimal(8, 2), n int);
  CREATE VIEW z_first AS SELECT item, price AS \`The Price\` FROM sold WHERE price < 10 AND item <> 'it''s';
  CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW a_second AS SELECT item FROM z_first WITH LOCAL CHECK OPTION;
  CREATE VIEW sums AS SELECT s.item, count(*) AS n FROM sold AS s JOIN sold AS other ON other.item = s.item GROUP BY s.item;
  CREATE TRIGGER once BEFORE UPDATE ON sold FOR EACH ROW SET NEW.n = 1;`;

const MARIADB = `
  CREATE SEQUENCE tick START WITH 10 INCREMENT BY 5 MINVALUE 1 MAXVALUE 1000 CACHE 3 CYCLE;
  CREATE TABLE counted (id bigint PRIMARY KEY DEFAULT nextval(tick), n int);
  CREATE TABLE history (id int PRIMARY KEY, x int) WITH SYSTEM VERSIONING;
  CREATE TABLE dated (id int PRIMARY KEY, x int, since timestamp(6) GENERATED ALWAYS AS ROW START, until timestamp(6) GENERATED ALWAYS AS ROW END,
    PERIOD FOR SYSTEM_TIME(since, until)) WITH SYSTEM VERSIONING;
  CREATE TABLE hashed (a int, b varchar(300), c text, UNIQUE KEY uq1 (a, b), UNIQUE KEY uq2 (c) USING HASH);
  CREATE TABLE hidden (id int PRIMARY KEY, x int INVISIBLE, y int NOT NULL INVISIBLE DEFAULT 4);`;

/** MySQL takes a default of a JSON document or a long text as an expression alone. */
function defaults({ mariadb }: TestDatabase): string {
  return mariadb
    ? DEFAULTS
    : DEFAULTS.replace(/(h json DEFAULT )('.*?')/, '$1($2)').replace("t text DEFAULT 'long'", "t text DEFAULT ('long')");
}

const mysqls = catalogDatabases.filter(({ family }) => family === 'mysql');

describe.each(mysqls)('a schema that others made, on $name', (database) => {
  const schemas = {
    TYPES,
    DEFAULTS: defaults(database),
    CONSTRAINTS,
    PARTS,
    NAMES,
    VIEWS,
    ...(database.mariadb && { MARIADB_TYPES, MARIADB }),
  };
  it.each(Object.entries(schemas))('is read, and made again the same: %s', async (_, script) => {
    const metadata = await expectMadeAgain(database, await engineAfter(database, script));
    expect(metadata.tables.size).toBeGreaterThan(0);
  });

  it('has types with the values that they have, and words of its own beside them', async () => {
    const engine = await engineAfter(database, TYPES);
    const table = (await reflectTable(engine, 'all_types')) as unknown as Table;
    expect((await warned()).map((text) => /has the type (.*?),/.exec(text)?.[1])).toEqual(['point', 'geometry', 'polygon']);
    const type = (name: string): unknown => {
      const { name: kind, variants } = table.column(name).type;
      return [kind, variants?.[database.mariadb ? 'mariadb' : 'mysql']?.words ?? null];
    };
    expect(['d', 'i', 's', 'u', 'aj', 'al', 'an', 'ax', 'bb', 'bc', 'b'].map(type)).toEqual(
      [
        ['tinyInteger', 'tinyint(3) unsigned zerofill'],
        ['integer', null],
        ['numeric', 'decimal(10,2) unsigned'],
        ['float', 'float'],
        ['text', 'text'],
        ['text', null],
        ['binary', 'binary(16)'],
        ['dateTime', null],
        ['dateTime', 'timestamp(6)'],
        ['smallInteger', null],
        ['boolean', null],
      ].map(([kind, words]) => [kind, kind === 'smallInteger' ? (database.mariadb ? 'year(4)' : 'year') : words]),
    );
    await using connection = await engine.connect();
    const row = {
      b: true,
      d: 7,
      s: '1.50',
      u: 0.5,
      ac: '00000101',
      aj: 'x',
      an: new Uint8Array(16).fill(1),
      ax: new Date('2024-05-01T10:00:00Z'),
      ba: new Date('2024-05-01T10:00:00Z'),
      bc: 2024,
      be: { a: 1 },
      bf: "it's",
      bg: ['a', "it's"],
    };
    await connection.execute(insertInto(table).values(row));
    const [found] = (await connection.all(selectFrom(table))) as Record<string, unknown>[];
    expect(found).toMatchObject({ ...row, s: expect.anything() });
    expect(String(found.s)).toBe('1.5');
  });

  it('says the parts, the history and the storage of its tables', async () => {
    const inspector = inspect(await engineAfter(database, `${PARTS}${database.mariadb ? MARIADB : ''}${CONSTRAINTS}`));
    const option = async (table: string): Promise<unknown> => (await inspector.options(table)).mysql;
    expect(await option('by_range')).toMatchObject({
      partitionBy: 'RANGE (year(`at`)) (PARTITION `p0` VALUES LESS THAN (2000), PARTITION `p ünï` VALUES LESS THAN MAXVALUE)',
    });
    expect(await option('twice')).toMatchObject({ partitionBy: expect.stringContaining('SUBPARTITION BY HASH (`id`) SUBPARTITIONS 2 (') });
    if (database.mariadb) expect(await option('history')).toMatchObject({ systemVersioned: true });
    expect(await option('small')).toMatchObject({ rowFormat: 'COMPRESSED', keyBlockSize: 8 });
    expect(await option('child')).not.toHaveProperty('partitionBy');
    expect(await inspector.indexes('fleeting')).toMatchObject([{ name: 'b', using: 'btree' }, { name: 'x' }]);
    expect((await inspector.indexes('fleeting'))[1]).not.toHaveProperty('using');
  });

  it('has views without the name of its database, each after those that it stands on', async () => {
    const inspector = inspect(await engineAfter(database, VIEWS));
    const views = await inspector.views();
    expect(views.map(({ name, checkOption }) => [name, checkOption])).toEqual([
      ['z_first', undefined],
      ['a_second', 'local'],
      ['sums', undefined],
    ]);
    const condition = database.mariadb
      ? "`sold`.`price` < 10 and `sold`.`item` <> 'it\\'s'"
      : "((`sold`.`price` < 10) and (`sold`.`item` <> 'it\\'s'))";
    expect(await inspector.viewDefinition('z_first')).toBe(
      `select \`sold\`.\`item\` AS \`item\`,\`sold\`.\`price\` AS \`The Price\` from \`sold\` where ${condition}`,
    );
    expect(await inspector.viewDefinition('sums')).toContain('from (`sold` `s` join `sold` `other` on(');
  });
});

describe.each(mysqls.filter(({ mariadb }) => mariadb))('a schema that others made, on $name', (database) => {
  it('brings the sequences that its defaults name', async () => {
    const metadata = new MetaData();
    await metadata.reflect(await engineAfter(database, MARIADB), { only: ['counted'] });
    expect(metadata.sequences.get('tick')).toMatchObject({ series: { start: 10, increment: 5, min: 1, max: 1000, cycle: true, cache: 3 } });
  });
});

describe('words of MySQL and MariaDB', () => {
  it('of views lose the name of their database, where it is one', () => {
    expect(withoutDatabase('select `shop`.`a`.`b` AS `b` from `shop`.`a`', 'shop')).toBe('select `a`.`b` AS `b` from `a`');
    expect(withoutDatabase("select '`shop`.`a`' AS `x` from `shop`.`a`", 'shop')).toBe("select '`shop`.`a`' AS `x` from `a`");
    expect(withoutDatabase('select `shop`.`id` AS `id` from `shop`.`a` `shop`', 'shop')).toBe(
      'select `shop`.`id` AS `id` from `shop`.`a` `shop`',
    );
    expect(withoutDatabase('select `t`.`shop`.`x` from `shop`.`t`', 'shop')).toBe('select `t`.`shop`.`x` from `shop`.`t`');
    expect(withoutDatabase('select `other`.`a`.`b` from `other`.`a`', 'shop')).toBe('select `other`.`a`.`b` from `other`.`a`');
    expect(withoutDatabase('nextval(`sh``op`.`tick`)', 'sh`op')).toBe('nextval(`tick`)');
    expect(withoutDatabase('select 1', null)).toBe('select 1');
  });

  it('of views tell in which order they come', () => {
    const view = (name: string, definition: string) => ({ name, schema: null, definition, columns: [], materialized: false });
    const views = [
      view('a', 'select 1 from `b`'),
      view('b', 'select 1 from `c`'),
      view('c', "select '`a`' from `d`"),
      view('e', 'select 1'),
    ];
    expect(inOrder(views).map(({ name }) => name)).toEqual(['c', 'b', 'a', 'e']);
  });

  it('of sequences and parts are read', () => {
    expect(sequencesIn('nextval(`shop`.`tick``s`)')).toEqual([{ name: 'tick`s', schema: 'shop' }]);
    expect(sequencesIn('nextval(`tick`)')).toEqual([{ name: 'tick', schema: null }]);
    expect(partitionWords([])).toBeNull();
    expect(
      partitionWords([
        ['t', 'p0', 'LIST', '`a`', '1,2', null, null, null],
        ['t', 'p1', 'LIST', '`a`', 'DEFAULT', null, null, null],
      ]),
    ).toBe('LIST (`a`) (PARTITION `p0` VALUES IN (1,2), PARTITION `p1` DEFAULT)');
    expect(partitionWords([['t', 'p0', 'SYSTEM_TIME', null, 'CURRENT', null, null, null]])).toBeNull();
  });

  it('of types that Athanor has no name for stand for values all the same', () => {
    expect(typeLike("set('a','it''s')")?.name).toBe('custom');
    expect(typeLike("set('a')")).toBe(typeLike("set('a')"));
    expect(typeLike("set('a','')")?.name).toBe('text');
    expect([typeLike('inet6')?.name, typeLike('point')]).toEqual(['text', null]);
    expect(parseMysqlType('decimal(10,2) unsigned zerofill')).toMatchObject({ name: 'numeric', precision: 10, scale: 2 });
    expect(parseMysqlType('int(10) unsigned zerofill')).toMatchObject({ name: 'integer', unsigned: true });
  });
});
