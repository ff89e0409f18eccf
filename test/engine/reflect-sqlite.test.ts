import { describe, expect, it } from 'vitest';
import { inspect, MetaData, reflectTable, selectFrom, type Table } from '../../src/index.ts';
import { catalogDatabases } from '../setup/foreign-schemas.ts';
import { differences, engineAfter, expectMadeAgain } from '../setup/made-again.ts';

const TYPES = `
  CREATE TABLE all_types (a INTEGER, b INT, c BIGINT, d SMALLINT, e TINYINT, f MEDIUMINT, g "UNSIGNED BIG INT", h INT2, i INT8, j CHARACTER(20),
    k VARCHAR(255), l VARYING CHARACTER(255), m NCHAR(55), n NATIVE CHARACTER(70), o NVARCHAR(100), p TEXT, q CLOB, r BLOB, s REAL, t DOUBLE,
    u DOUBLE PRECISION, v FLOAT, w NUMERIC, x DECIMAL(10,5), y BOOLEAN, z DATE, aa DATETIME, ab TIMESTAMP, ac TIME, ad JSON, ae JSONB, af UUID,
    ag CHAR(36), ah, ai "weird type (1)", aj geometry, ak FLOAT(10,2), al [long text], am BOOL, an DEC(5,2), ao NUMERIC ( 10 , 2 ), ap "varchar"(5),
    aq string, ar UNSIGNED, "as" ANY, at INTEGER(11), au TIMESTAMP WITH TIME ZONE, av BIT, aw MONEY);
  CREATE TABLE strict_ones (id INTEGER PRIMARY KEY, a INT NOT NULL, b TEXT, c REAL, d BLOB, e ANY) STRICT;
  CREATE TABLE strict_rows (id TEXT PRIMARY KEY, a INT) STRICT, WITHOUT ROWID;
  CREATE TABLE int_key (id INT PRIMARY KEY, a TEXT); CREATE TABLE big_key (id BIGINT PRIMARY KEY); CREATE TABLE text_key (id TEXT PRIMARY KEY, x);
  CREATE TABLE descending (id INTEGER PRIMARY KEY DESC, a); CREATE TABLE bare_rows (a TEXT, b INT, PRIMARY KEY (b, a)) WITHOUT ROWID;
  CREATE TABLE copied AS SELECT 1 AS a, 'x' AS b, 2.5 AS c;`;

const DEFAULTS = `
  CREATE TABLE defaults (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT DEFAULT -1, b NUMERIC(5,2) DEFAULT -1.50, c TEXT DEFAULT 'it''s', d TEXT DEFAULT NULL,
    e BOOLEAN DEFAULT TRUE, f BOOLEAN DEFAULT 0, g JSON DEFAULT '{"a":[1]}', h DATETIME DEFAULT CURRENT_TIMESTAMP, i DATE DEFAULT CURRENT_DATE,
    j TEXT DEFAULT (lower(hex(randomblob(16)))), k INT DEFAULT (1+2*(3)), l BLOB DEFAULT x'AB01', m TEXT DEFAULT "double ""q"" it's", n REAL DEFAULT 1.5e3,
    o TEXT DEFAULT '', p INT DEFAULT +5, q TEXT DEFAULT (datetime('now', 'localtime')), r INT DEFAULT 0x1F, s TEXT DEFAULT bare,
    t DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), u INT NOT NULL DEFAULT (CASE WHEN 1 THEN 2 ELSE 3 END));
  CREATE TABLE computed (a INT, b INT GENERATED ALWAYS AS (a * 2) VIRTUAL, c INT AS (a + (1)) STORED, d TEXT AS (CASE WHEN a > 1 THEN ')' ELSE 'y' END), e AS (a));
  CREATE TABLE altered (a INT); ALTER TABLE altered ADD COLUMN b TEXT DEFAULT 'z'; ALTER TABLE altered RENAME COLUMN a TO aa;
  ALTER TABLE altered ADD c INT REFERENCES defaults(id);`;

const CONSTRAINTS = `
  CREATE TABLE checks (a INT, b INT, t INT CHECK (t <> 0) CHECK (t < 100), u TEXT CONSTRAINT cu CHECK (u LIKE '%)(%' /* a note ) */ AND u <> ')' -- end )
    ), CONSTRAINT ck1 CHECK (a > 0 AND (b < 5 OR b IN (7,8,9))), CHECK (a BETWEEN 1 AND 2), CONSTRAINT "odd ) name (" CHECK (((a)) <> 0),
    CONSTRAINT [br ck] CHECK (a in (1,2)), check(b is not null), CONSTRAINT two CONSTRAINT three CHECK (a <> 9));
  CREATE TABLE parent (a INT, b INT, c TEXT COLLATE NOCASE, d TEXT COLLATE RTRIM, PRIMARY KEY (a, b) ON CONFLICT REPLACE,
    CONSTRAINT u1 UNIQUE (c) ON CONFLICT IGNORE, UNIQUE (d, c), UNIQUE (a));
  CREATE TABLE "weird ""t""" ("c d" INT PRIMARY KEY, [br ack] TEXT, \`tick\`\`s\` TEXT, 'single' TEXT, "G" INT, "select" INT, "ünï 漢" INT, "a.b" INT);
  CREATE TABLE child (id INTEGER PRIMARY KEY, a INT, b INT, p INT REFERENCES child ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    q INT CONSTRAINT fkq REFERENCES parent(a) ON UPDATE SET NULL ON DELETE SET DEFAULT, s INT REFERENCES "weird ""t""" ("c d"), s2 int references [weird "t"],
    CONSTRAINT fk1 FOREIGN KEY (b, a) REFERENCES parent (b, a) ON DELETE SET NULL ON UPDATE CASCADE, FOREIGN KEY (a, b) REFERENCES parent NOT DEFERRABLE,
    FOREIGN KEY (a) REFERENCES parent(a) ON DELETE RESTRICT DEFERRABLE INITIALLY IMMEDIATE);
  CREATE INDEX i1 ON parent (a); CREATE UNIQUE INDEX i2 ON parent (a DESC, b ASC, c COLLATE BINARY);
  CREATE INDEX "i 3" ON parent (lower(c), a + 1 DESC) WHERE a > 5 AND c IS NOT NULL -- the most
  ; CREATE INDEX i4 ON parent (c COLLATE NOCASE DESC); CREATE INDEX i5 ON "weird ""t""" ("c d", [br ack]) WHERE "G" = 'wHERE x';
  CREATE INDEX i6 ON parent (substr(c, 1, 2) COLLATE NOCASE DESC, (a) ); CREATE INDEX [i7] ON parent("a");
  CREATE TABLE noted /* a note ( */ ( -- and (
    a INTEGER NOT NULL -- the first, with a comma
    , b TEXT DEFAULT 'x, y' /* and ) */, c TEXT
    /* before */ , PRIMARY KEY (a)
  );
  CREATE TABLE words (key INT, "check" INT, "primary" INT, "unique" INT, [constraint] TEXT, "foreign" INT, "references" INT, action INT, generated INT, always INT);`;

const VIEWS = `
  CREATE TABLE sold (item TEXT, price NUMERIC(8, 2), n INT);
  CREATE VIEW z_first AS SELECT item, price AS "The Price" FROM sold WHERE price < 10;
  CREATE VIEW a_second (x, "y y") AS SELECT item, 'AS it''s' FROM z_first;
  CREATE VIEW IF NOT EXISTS counted AS WITH q AS (SELECT 1 AS n) SELECT n FROM q;
  CREATE TRIGGER once AFTER INSERT ON sold BEGIN UPDATE sold SET n = 1; END;`;

const sqlites = catalogDatabases.filter(({ family }) => family === 'sqlite');

describe.each(sqlites)('a schema that others made, on $name', (database) => {
  it.each(Object.entries({ TYPES, DEFAULTS, CONSTRAINTS, VIEWS }))('is read, and made again the same: %s', async (_, script) => {
    const metadata = await expectMadeAgain(database, await engineAfter(database, script));
    expect(metadata.tables.size).toBeGreaterThan(0);
  });

  it('has keys that are numbered by their type alone', async () => {
    const engine = await engineAfter(database, TYPES);
    const metadata = new MetaData();
    await metadata.reflect(engine);
    const second = await engineAfter(database);
    await metadata.createAll(second);
    for (const one of [inspect(engine), inspect(second)]) {
      const key = async (table: string): Promise<unknown> =>
        (await one.columns(table)).filter(({ primaryKey }) => primaryKey).map(({ type, autoIncrement }) => [type, autoIncrement]);
      expect(await key('int_key')).toEqual([['INT', false]]);
      expect(await key('big_key')).toEqual([['BIGINT', false]]);
      expect(await key('strict_ones')).toEqual([['INTEGER', true]]);
      expect((await one.columns('strict_ones')).map(({ type }) => type.replace(/^INT$/, 'INTEGER'))).toEqual([
        'INTEGER',
        'INTEGER',
        'TEXT',
        'REAL',
        'BLOB',
        'ANY',
      ]);
    }
  });

  it('has names for texts among its defaults, which it reads as texts', async () => {
    const columns = new Map(
      (await inspect(await engineAfter(database, DEFAULTS)).columns('defaults')).map((column) => [column.name, column.default]),
    );
    expect(['m', 's', 'e', 'h', 'd', 'r', 'c', 'k'].map((name) => columns.get(name))).toEqual([
      `'double "q" it''s'`,
      "'bare'",
      'TRUE',
      'CURRENT_TIMESTAMP',
      'NULL',
      '0x1F',
      "'it''s'",
      '1+2*(3)',
    ]);
    const engine = await engineAfter(database, DEFAULTS);
    await using connection = await engine.connect({ autocommit: true });
    await connection.script('INSERT INTO defaults DEFAULT VALUES');
    const table = (await reflectTable(connection, 'defaults')) as unknown as Table;
    expect(await connection.all(selectFrom(table))).toMatchObject([{ id: 1, m: `double "q" it's`, s: 'bare', e: true, r: 31 }]);
  });

  it('has conditions that end where their comment begins', async () => {
    const inspector = inspect(await engineAfter(database, CONSTRAINTS));
    const checks = await inspector.checks('checks');
    expect(checks.map(({ name, column }) => [name, column])).toEqual([
      [null, 't'],
      [null, 't'],
      ['cu', 'u'],
      ['ck1', null],
      [null, null],
      ['odd ) name (', null],
      ['br ck', null],
      [null, null],
      ['three', null],
    ]);
    expect(checks[2].sql).toBe("u LIKE '%)(%' /* a note ) */ AND u <> ')'");
    expect((await inspector.indexes('parent')).map(({ name, where }) => [name, where])).toContainEqual(['i 3', 'a > 5 AND c IS NOT NULL']);
    const byName = new Map((await inspector.indexes('parent')).map((index) => [index.name, index]));
    expect(byName.get('i6')?.parts).toMatchObject([
      { column: null, expression: 'substr(c, 1, 2)', collation: 'NOCASE', direction: 'desc' },
      { column: 'a', expression: null },
    ]);
  });

  it('has tables of one connection, which a name means before all others', async () => {
    const engine = await engineAfter(database, 'CREATE TABLE both (a INT); CREATE TABLE plain (a INT)');
    await using connection = await engine.connect({ autocommit: true });
    await connection.script(`CREATE TEMP TABLE both (id INTEGER PRIMARY KEY, up INT REFERENCES both); CREATE INDEX temp.by_up ON both (up);
      CREATE TEMP VIEW seen AS SELECT id FROM temp.both`);
    const inspector = inspect(connection);
    expect([await inspector.temporaryTableNames(), await inspector.temporaryViewNames()]).toEqual([['both'], ['seen']]);
    expect(await inspector.table('both')).toMatchObject({
      schema: null,
      temporary: true,
      columns: [{ name: 'id' }, { name: 'up' }],
      foreignKeys: [{ targetTable: 'both', target: { name: 'both', schema: null }, targetColumns: ['id'] }],
      indexes: [{ name: 'by_up', columns: ['up'] }],
    });
    expect((await inspector.table('both', { schema: 'main' })).columns.map(({ name }) => name)).toEqual(['a']);
    expect((await inspector.tables({ names: ['both', 'PLAIN'] })).map(({ name, temporary }) => [name, temporary])).toEqual([
      ['both', true],
      ['plain', undefined],
    ]);
    expect(await inspector.viewDefinition('seen')).toBe('SELECT id FROM temp.both');
    expect((await reflectTable(connection, 'both')).temporary).toBe(true);
    await connection.script('DROP VIEW seen; DROP TABLE temp.both');
  });

  it('may have keys to tables that are not there', async () => {
    const engine = await engineAfter(
      database,
      'CREATE TABLE lost (a INT REFERENCES nowhere, b INT, c INT REFERENCES parents, FOREIGN KEY (a, b) REFERENCES nowhere (x, y)); CREATE TABLE parents (x INT, y INT, PRIMARY KEY (x, y))',
    );
    expect((await inspect(engine).foreignKeys('lost')).map(({ columns, targetColumns }) => [columns, targetColumns])).toEqual([
      [['a'], ['a']],
      [['c'], ['c']],
      [
        ['a', 'b'],
        ['x', 'y'],
      ],
    ]);
    const metadata = new MetaData();
    await metadata.reflect(engine);
    expect([...metadata.tables.keys()].sort()).toEqual(['lost', 'parents']);
    await expect(metadata.createAll(engine)).rejects.toThrow("there is no table 'nowhere'");
  });

  it('has virtual tables, and keeps to itself what they are stored in', async () => {
    const engine = await engineAfter(
      database,
      `CREATE TABLE plain (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE VIRTUAL TABLE found USING fts5(title, body); CREATE VIRTUAL TABLE spots USING rtree(id, x0, x1);`,
    );
    const inspector = inspect(engine);
    expect((await inspector.tables({ kind: 'any' })).map(({ name, kind }) => [name, kind])).toEqual([
      ['plain', 'table'],
      ['found', 'virtualTable'],
      ['spots', 'virtualTable'],
    ]);
    expect((await inspector.tables({ kind: 'virtualTable' })).map(({ columns }) => columns.map(({ name }) => name))).toEqual([
      ['title', 'body'],
      ['id', 'x0', 'x1'],
    ]);
    expect(await inspector.tableNames()).toEqual(['plain']);
    expect((await inspector.tables()).map(({ name }) => name)).toEqual(['plain']);
    const metadata = new MetaData();
    await metadata.reflect(engine);
    expect([...metadata.tables.keys()]).toEqual(['plain']);
    expect(await differences(engine, metadata.tables.values())).toEqual([]);
  });
});
