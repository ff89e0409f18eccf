import { describe, expect, it } from 'vitest';
import { createEngine, type Engine, inspect, MetaData, NoSuchTableError } from '../../src/index.ts';
import { afterTest, Statements, type TestDatabase } from '../setup/databases.ts';
import { catalogDatabases, MUSIC, RENTAL } from '../setup/foreign-schemas.ts';

async function engineOf(database: TestDatabase, script: string): Promise<Engine> {
  const engine = createEngine(database.url());
  afterTest(() => engine.dispose());
  await using connection = await engine.connect({ autocommit: true });
  await connection.script(script);
  return engine;
}

describe.each(catalogDatabases)('inspecting what others made, on $name', (database) => {
  const { family } = database;

  it('names tables and views, and says whether one is there', async () => {
    const inspector = inspect(await engineOf(database, MUSIC[family]));
    expect(await inspector.tableNames()).toEqual(['Employee', 'Log', 'Playlist', 'PlaylistNote', 'PlaylistTrack', 'Track']);
    expect(await inspector.viewNames()).toEqual(['Cheap']);
    expect(await inspector.materializedViewNames()).toEqual([]);
    expect(await inspector.sequenceNames()).toEqual(family === 'postgresql' ? ['Track_TrackId_seq'] : []);
    expect([await inspector.hasTable('Track'), await inspector.hasTable('Cheap'), await inspector.hasTable('Trac')]).toEqual([
      true,
      true,
      false,
    ]);
    expect([
      await inspector.hasIndex('Track', 'IX_Track_Name'),
      await inspector.hasIndex('Track', 'x'),
      await inspector.hasIndex('x', 'x'),
    ]).toEqual([true, false, false]);
    const schema = await inspector.defaultSchemaName();
    expect(await inspector.schemaNames()).toContain(schema);
    expect([await inspector.hasSchema(schema as string), await inspector.hasSchema('nowhere')]).toEqual([true, false]);
    expect(await inspector.tableNames({ schema })).toEqual(await inspector.tableNames());
    expect((await inspector.table('Track', { schema })).schema).toBe(schema);
    expect(await inspector.tableNames({ schema: 'nowhere' })).toEqual([]);
    const sorted = await inspector.sortedTableNames();
    expect(sorted.indexOf('PlaylistTrack')).toBeGreaterThan(sorted.indexOf('Track'));
    expect(sorted.indexOf('PlaylistNote')).toBeGreaterThan(sorted.indexOf('PlaylistTrack'));
  });

  it('reads columns with types, defaults, computed expressions and collations', async () => {
    const inspector = inspect(await engineOf(database, MUSIC[family]));
    const columns = await inspector.columns('Track');
    expect(columns.map(({ name, nullable, primaryKey, autoIncrement }) => [name, nullable, primaryKey, autoIncrement])).toEqual([
      ['TrackId', false, true, true],
      ['Name', false, false, false],
      ['UnitPrice', false, false, false],
      ['Milliseconds', true, false, false],
      ['Seconds', true, false, false],
    ]);
    expect(columns.map(({ type }) => type.toLowerCase())).toEqual(
      {
        sqlite: ['integer', 'nvarchar(200)', 'numeric(10,2)', 'int', ''],
        postgresql: ['integer', 'character varying(200)', 'numeric(10,2)', 'integer', 'integer'],
        mysql: database.mariadb
          ? ['int(11)', 'varchar(200)', 'decimal(10,2)', 'int(11)', 'int(11)']
          : ['int', 'varchar(200)', 'decimal(10,2)', 'int', 'int'],
      }[family],
    );
    expect(columns[2].default).toBe('0.99');
    expect(columns[4].computed).toEqual(
      {
        sqlite: { sql: 'Milliseconds / 1000', stored: false },
        postgresql: { sql: '"Milliseconds" / 1000', stored: true },
        mysql: { sql: '`Milliseconds` DIV 1000', stored: false },
      }[family],
    );
    const [, name] = await inspector.columns('Playlist');
    expect(name.collation).toBe({ sqlite: 'NOCASE', postgresql: 'C', mysql: 'utf8mb4_bin' }[family]);
  });

  it('reads keys, uniques, checks and indexes', async () => {
    const inspector = inspect(await engineOf(database, MUSIC[family]));
    expect((await inspector.primaryKey('PlaylistTrack'))?.columns).toEqual(['PlaylistId', 'TrackId']);
    expect(await inspector.primaryKey('Log')).toBeNull();
    expect(await inspector.foreignKeys('Employee')).toMatchObject([
      { columns: ['ReportsTo'], target: { name: 'Employee', schema: null }, targetColumns: ['EmployeeId'], onDelete: null, onUpdate: null },
    ]);
    const [list, track] = [...(await inspector.foreignKeys('PlaylistTrack'))].sort((a, b) => (a.columns[0] < b.columns[0] ? -1 : 1));
    expect(list).toMatchObject({ columns: ['PlaylistId'], targetTable: 'Playlist', targetColumns: ['PlaylistId'], onDelete: 'cascade' });
    expect(track).toMatchObject({ columns: ['TrackId'], targetTable: 'Track', targetColumns: ['TrackId'], onDelete: null });
    expect(await inspector.foreignKeys('PlaylistNote')).toMatchObject([
      {
        columns: ['PlaylistId', 'TrackId'],
        targetTable: 'PlaylistTrack',
        targetColumns: ['PlaylistId', 'TrackId'],
        ...(family === 'mysql' ? {} : { deferrable: true, initially: 'deferred' }),
      },
    ]);
    expect(await inspector.uniques('Playlist')).toMatchObject([{ columns: ['Name'] }]);
    expect((await inspector.checks('Track')).map(({ sql }) => sql.replace(/["`[\]]/g, ''))).toEqual([
      family === 'postgresql' ? 'UnitPrice >= (0)::numeric' : 'UnitPrice >= 0',
    ]);
    const [index] = await inspector.indexes('Track');
    expect(index).toMatchObject({ name: 'IX_Track_Name', unique: family !== 'mysql' });
    expect(index.parts).toMatchObject(
      family === 'mysql'
        ? [{ column: 'Name', length: 20 }, { column: 'UnitPrice' }]
        : [
            { column: null, direction: 'desc' },
            { column: 'UnitPrice', direction: 'asc' },
          ],
    );
    expect(index.where === null).toBe(family === 'mysql');
  });

  it('reads views as tables, with their definition', async () => {
    const inspector = inspect(await engineOf(database, MUSIC[family]));
    expect((await inspector.columns('Cheap')).map(({ name }) => name)).toEqual(['TrackId', 'Name']);
    expect(await inspector.viewDefinition('Cheap')).toMatch(/^select\b[\s\S]*\bwhere\b/i);
    expect(await inspector.views()).toMatchObject([{ name: 'Cheap', columns: ['TrackId', 'Name'], materialized: false }]);
    expect((await inspector.tables({ kind: 'view' })).map(({ name }) => name)).toEqual(['Cheap']);
    expect((await inspector.tables({ names: ['Cheap', 'Log', 'nothing'] })).map(({ name }) => name).sort()).toEqual(['Cheap', 'Log']);
    await expect(inspector.viewDefinition('Track')).rejects.toThrow(NoSuchTableError);
  });

  it('reads views beside one that has lost its table', async () => {
    const engine = await engineOf(database, 'CREATE TABLE kept (id INT PRIMARY KEY); CREATE VIEW b_whole AS SELECT id FROM kept');
    await using connection = await engine.connect({ autocommit: true });
    // PostgreSQL keeps a table that a view stands on.
    if (family !== 'postgresql')
      await connection.script('CREATE TABLE gone (n INT); CREATE VIEW a_broken AS SELECT n FROM gone; DROP TABLE gone');
    const inspector = inspect(connection);
    const broken = family === 'postgresql' ? [] : ['a_broken'];
    expect(await inspector.viewNames()).toEqual([...broken, 'b_whole']);
    expect((await inspector.views()).map(({ name, columns }) => [name, columns]).sort()).toEqual([
      ...broken.map((name) => [name, []]),
      ['b_whole', ['id']],
    ]);
    expect((await inspector.tables({ kind: 'any' })).map(({ name, columns }) => [name, columns.length]).sort()).toEqual([
      ...broken.map((name) => [name, 0]),
      ['b_whole', 1],
      ['kept', 1],
    ]);
    if (broken.length > 0) expect(await inspector.viewDefinition('a_broken')).toContain('gone');
    const metadata = new MetaData();
    await metadata.reflect(connection, { views: true });
    expect([[...metadata.tables.keys()], [...metadata.views.keys()]]).toEqual([['kept'], ['b_whole']]);
  });

  it('names the near ones of a table that is not there', async () => {
    const inspector = inspect(await engineOf(database, MUSIC[family]));
    for (const part of ['columns', 'primaryKey', 'foreignKeys', 'uniques', 'indexes', 'checks', 'comment', 'options'] as const)
      await expect(inspector[part]('Trakc')).rejects.toThrow(NoSuchTableError);
    await expect(inspector.columns('Trakc')).rejects.toThrow("The database has no table 'Trakc'. Did you mean 'Track'?");
    await expect(inspector.columns('Track', { schema: 'nowhere' })).rejects.toThrow("no table 'Track' in the schema 'nowhere'");
    await expect(inspector.columns(undefined as unknown as string)).rejects.toThrow('takes the name of a table, but got undefined');
    await expect(inspector.tables({ kind: 'tabel' as 'table' })).rejects.toThrow("'tabel'");
  });

  it('keeps what was read until it is told to forget, and keeps no failure', async () => {
    const engine = await engineOf(database, MUSIC[family]);
    const inspector = inspect(engine);
    const statements = new Statements(engine);
    await inspector.columns('Track');
    expect(statements.count()).toBeGreaterThan(0);
    await inspector.primaryKey('Track');
    await inspector.indexes('Track');
    expect(statements.count()).toBe(0);
    await expect(inspector.columns('later')).rejects.toThrow(NoSuchTableError);
    await engine.begin((connection) => connection.script('CREATE TABLE later (id INT)'));
    expect(await inspector.hasTable('later')).toBe(false);
    inspector.clearCache();
    expect(await inspector.hasTable('later')).toBe(true);
    expect((await inspector.columns('later')).map(({ name }) => name)).toEqual(['id']);
  });

  it('reads many tables in as many statements as a few', async () => {
    const engine = await engineOf(database, 'CREATE TABLE first_one (id INT PRIMARY KEY, a INT UNIQUE)');
    const statements = new Statements(engine);
    expect(await inspect(engine).tables()).toHaveLength(1);
    const few = statements.count();
    expect(few).toBeLessThanOrEqual(8);
    await using connection = await engine.connect({ autocommit: true });
    for (let i = 0; i < 40; i++)
      await connection.script(`CREATE TABLE t${i} (id INT PRIMARY KEY, a INT UNIQUE, b INT, FOREIGN KEY (b) REFERENCES first_one (id))`);
    await connection.close();
    statements.take();
    expect(await inspect(engine).tables()).toHaveLength(41);
    expect(statements.count()).toBe(few);
    const named = inspect(engine);
    expect(await named.tables({ names: Array.from({ length: 40 }, (_, i) => `t${i}`) })).toHaveLength(40);
    // SQLite looks for the connection's own tables first.
    expect(statements.count()).toBeLessThanOrEqual(few + 1);
    await named.columns('t7');
    expect(statements.count()).toBe(0);
  });

  it('reads on a connection what only its transaction sees', async () => {
    const engine = await engineOf(database, MUSIC[family]);
    await using connection = await engine.connect();
    if (family === 'mysql') return expect(await inspect(connection).hasTable('Track')).toBe(true);
    await connection.begin();
    await connection.script('CREATE TABLE inside (id INT); CREATE TEMPORARY TABLE fleeting (id INT)');
    const inspector = inspect(connection);
    expect(await inspector.hasTable('inside')).toBe(true);
    expect(await inspector.temporaryTableNames()).toEqual(['fleeting']);
    expect(await inspector.tableNames()).not.toContain('fleeting');
    await connection.rollback();
    inspector.clearCache();
    expect(await inspector.hasTable('inside')).toBe(false);
  });

  it('reads names of every kind', async () => {
    const quote = family === 'mysql' ? '`' : '"';
    const names = ['select', 'Two Words', 'p.q', "it's", 'naïve_ß', '漢字', '%(x)s', 'a:b', '$1', 'back\\slash'];
    const script = names.map((name) => `CREATE TABLE ${quote}${name}${quote} (${quote}${name}${quote} INT PRIMARY KEY);`).join('');
    const inspector = inspect(await engineOf(database, script));
    expect(await inspector.tableNames()).toEqual([...names].sort());
    for (const name of names) {
      const table = await inspector.table(name);
      expect([table.name, table.columns.map((column) => column.name), table.primaryKey?.columns]).toEqual([name, [name], [name]]);
    }
  });
});

describe.each(catalogDatabases.filter(({ family }) => family === 'postgresql'))('what PostgreSQL has more, on $name', (database) => {
  it('reads enums, domains, sequences, partitions, materialized views and schemas', async () => {
    const inspector = inspect(await engineOf(database, RENTAL));
    expect(await inspector.enums()).toEqual([{ name: 'rating', schema: null, values: ['G', 'PG', "it's"] }]);
    expect(await inspector.domains()).toMatchObject([
      { name: 'release_year', type: 'integer', nullable: true, default: null, checks: [{ name: 'plausible' }] },
    ]);
    expect(await inspector.sequences()).toEqual([
      {
        name: 'film_legacy_seq',
        type: 'integer',
        schema: null,
        start: 1,
        increment: 1,
        min: 1,
        max: 2147483647,
        cycle: false,
        cache: 1,
        ownedBy: { table: 'film', column: 'legacy' },
      },
      { name: 'tickets', type: 'integer', schema: null, start: 10, increment: 5, min: 1, max: 1000, cycle: true, cache: 1, ownedBy: null },
    ]);
    expect([await inspector.hasSequence('tickets'), await inspector.hasSequence('film')]).toEqual([true, false]);
    expect(await inspector.schemaNames()).toEqual(['archive', 'information_schema', 'public']);
    expect(await inspector.tableNames({ schema: 'archive' })).toEqual(['fine', 'rental', 'rental_2020']);
    expect(await inspector.materializedViewNames()).toEqual(['longest']);
    expect(await inspector.indexes('longest')).toEqual([{ name: 'by_length', columns: ['length'], unique: true, where: null }]);
    expect(await inspector.viewDefinition('longest')).toContain('max(');
    const [rental, part] = await inspector.tables({ schema: 'archive', names: ['rental', 'rental_2020'] });
    expect([rental.kind, part.kind, rental.options]).toEqual(['table', 'partition', { postgresql: { partitionBy: 'RANGE (at)' } }]);
    expect(await inspector.foreignKeys('rental', { schema: 'archive' })).toMatchObject([
      { targetTable: 'film', target: { name: 'film', schema: null }, onUpdate: 'cascade' },
    ]);
    expect(await inspector.foreignKeys('fine', { schema: 'archive' })).toMatchObject([
      { targetTable: 'archive.rental', target: { name: 'rental', schema: 'archive' }, match: 'full' },
    ]);
  });

  it('reads identities, domains, enums, comments, and keys and indexes with all they say', async () => {
    const inspector = inspect(await engineOf(database, RENTAL));
    const columns = new Map((await inspector.columns('film')).map((column) => [column.name, column]));
    expect(columns.get('film_id')?.identity).toEqual({ always: true, start: 100, increment: 10 });
    expect(columns.get('released')).toMatchObject({ type: 'release_year', baseType: 'integer' });
    expect(columns.get('rating')?.enum).toEqual({ name: 'rating', schema: null, values: ['G', 'PG', "it's"] });
    expect(columns.get('ratings')).toMatchObject({ type: 'rating[]', enum: { name: 'rating' } });
    expect(columns.get('legacy')).toMatchObject({ autoIncrement: true, default: "nextval('film_legacy_seq'::regclass)" });
    expect(columns.get('title')?.comment).toBe('As on the box');
    expect(await inspector.comment('film')).toBe("It's a film");
    expect(await inspector.uniques('film')).toEqual([
      { name: 'one_title', columns: ['title'], include: ['length'] },
      { name: 'film_length_released_key', columns: ['length', 'released'], nullsNotDistinct: true },
    ]);
    const [tag, prefix] = await inspector.indexes('film');
    expect(tag).toEqual({ name: 'by_tag', columns: ['tags'], unique: false, where: null, using: 'gin' });
    expect(prefix).toMatchObject({
      columns: ['title', 'length'],
      include: ['rating'],
      where: 'length > 10',
      parts: [
        { column: 'title', operatorClass: 'text_pattern_ops', direction: 'asc', nulls: null },
        { column: 'length', direction: 'desc', nulls: 'last' },
      ],
    });
  });

  it('finds names along the search path, and lists one schema', async () => {
    const engine = await engineOf(database, RENTAL);
    await using connection = await engine.connect({ autocommit: true });
    await connection.script('SET search_path TO archive, public');
    const inspector = inspect(connection);
    expect(await inspector.tableNames()).toEqual(['fine', 'rental', 'rental_2020']);
    expect((await inspector.columns('film')).length).toBe(10);
    expect((await inspector.foreignKeys('rental')).map(({ targetTable }) => targetTable)).toEqual(['film']);
  });
});

describe.each(catalogDatabases.filter(({ family }) => family === 'sqlite'))('what SQLite has more, on $name', (database) => {
  it('reads attached files as schemas, and virtual tables by their names', async () => {
    const engine = await engineOf(database, MUSIC.sqlite);
    await using connection = await engine.connect({ autocommit: true });
    await connection.script(`ATTACH ':memory:' AS aux; CREATE TABLE aux.far (id INTEGER PRIMARY KEY, up INT REFERENCES far, n INT UNIQUE);
      CREATE INDEX aux.by_up ON far (up); CREATE VIEW aux.seen AS SELECT id FROM far; CREATE TABLE far (other INT)`);
    const inspector = inspect(connection);
    expect(await inspector.schemaNames()).toContain('aux');
    expect(await inspector.tableNames({ schema: 'aux' })).toEqual(['far']);
    expect(await inspector.viewNames({ schema: 'aux' })).toEqual(['seen']);
    expect(await inspector.table('far', { schema: 'aux' })).toMatchObject({
      schema: 'aux',
      columns: [{ name: 'id', autoIncrement: true }, { name: 'up' }, { name: 'n' }],
      foreignKeys: [{ targetTable: 'aux.far', target: { name: 'far', schema: 'aux' }, targetColumns: ['id'] }],
      indexes: [{ name: 'by_up', columns: ['up'] }],
      uniques: [{ columns: ['n'] }],
    });
    expect((await inspector.columns('far')).map(({ name }) => name)).toEqual(['other']);
    expect(await inspector.foreignTableNames()).toEqual(['Words']);
    expect(await inspector.table('Words')).toMatchObject({ kind: 'virtualTable', columns: [{ name: 'body' }] });
    expect([await inspector.hasTable('TRACK'), (await inspector.columns('tRACK')).length]).toEqual([true, 5]);
    expect(await inspector.options('PlaylistTrack')).toEqual({ sqlite: { withoutRowid: true } });
    expect(await inspector.options('Track')).toEqual({ sqlite: { autoincrement: true } });
  });
});
