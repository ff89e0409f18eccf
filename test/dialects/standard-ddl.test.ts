import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cteVisitors } from '../../src/dialects/base/ctes.ts';
import { createAllStatements, dropAllStatements, makeDdl } from '../../src/dialects/base/ddl.ts';
import { ddlStatements } from '../../src/dialects/base/ddl-statements.ts';
import { dmlVisitors } from '../../src/dialects/base/dml.ts';
import { expressionVisitors } from '../../src/dialects/base/expressions.ts';
import { quoter } from '../../src/dialects/base/identifiers.ts';
import { literal } from '../../src/dialects/base/inline.ts';
import { selectVisitors, writeLimit } from '../../src/dialects/base/selects.ts';
import { sourceVisitors } from '../../src/dialects/base/sources.ts';
import { TYPE_NAMES } from '../../src/dialects/base/type-names.ts';
import { column } from '../../src/sql/column.ts';
import { t } from '../../src/sql/column-types.ts';
import { check, exclude, foreignKey, primaryKey, unique } from '../../src/sql/constraints.ts';
import {
  createIndex,
  createSchema,
  createTable,
  createTableAs,
  createView,
  dropSchema,
  dropTable,
  dropView,
} from '../../src/sql/ddl-statement.ts';
import { func } from '../../src/sql/function.ts';
import { index } from '../../src/sql/indexes.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { sql } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { Sequence } from '../../src/sql/sequence.ts';
import { makeType } from '../../src/sql/type.ts';
import { View } from '../../src/sql/view.ts';

const plain = (value: unknown): unknown => value;

/** The base's DDL as it stands, which is PostgreSQL's, without anything of a dialect. */
const ddl = makeDdl({
  spelling: {
    name: 'standard',
    title: 'Standard',
    visitors: { ...expressionVisitors, ...selectVisitors(writeLimit), ...sourceVisitors, ...cteVisitors, ...dmlVisitors },
    quote: quoter(new Set(['user', 'order', 'end', 'start'])),
    placeholder: (position) => `$${position}`,
    codec: () => ({ bind: plain, decode: null, isRaw: null }),
    literal,
  },
  types: { ...TYPE_NAMES, json: () => 'JSONB', binary: () => 'BYTEA' },
  inlineKey: () => null,
  constraintsWithColumn: false,
  enumCheck: true,
  defaultWords: (expression) => expression,
  identifierLimit: { length: 63, unit: 'bytes' },
  cannotAddColumn: () => null,
  forwardReferences: false,
  altersConstraints: true,
  tableExists: ({ name }) => `SELECT 1 FROM pg_tables WHERE tablename = ${literal(name)}`,
  schemaChange: { pause: null, violations: null },
});

const mood = () => column(makeType<string>({ name: 'enum', values: ['good', "it's bad"], length: 8, enumName: 'mood' }));

function everything() {
  const metadata = new MetaData();
  const numbers = new Sequence('numbers', { start: 100, increment: 5, cache: 2, type: t.bigInteger() });
  const people = new Table(
    metadata,
    'people',
    {
      id: t.integer().primaryKey().identity({ always: true, start: 10, increment: 10 }),
      email: t.string(80).comment("where it's sent"),
      mood: mood().serverDefault('good'),
      number: t.bigInteger().serverDefault(numbers.next()),
      first: t.string(20).collate('C'),
      price: t.integer().serverDefault(3),
      twice: t.integer().computed(sql`price * 2`),
      room: t.integer(),
      place: t.integer(),
      bestId: t.integer().nullable().references('pets.id', { useAlter: true, initially: 'deferred', deferrable: true }),
    },
    {
      comment: 'all of them',
      postgresql: { with: { fillfactor: 70 } },
      constraints: (c) => [
        primaryKey(c.id).include(c.email).named('key_of_people'),
        unique(c.email).deferrable('deferred').named('one_email'),
        unique(c.number).nullsNotDistinct(),
        check(c.price.ge(0), 'price_not_negative'),
        exclude(
          [
            [c.room, '='],
            [c.place.plus(1), '<>'],
          ],
          { using: 'gist', where: c.price.gt(0) },
        ),
        index(c.email.desc().nullsLast(), func.lower(c.first).as('lower')).include(c.price).operatorClass({ lower: 'text_pattern_ops' }),
        index(c.email).unique().where(c.price.gt(5)).using('btree').with({ fillfactor: 60 }).named('few'),
        index(c.email).using('hash'),
        index(c.first.collate('POSIX')).named('collated'),
      ],
    },
  );
  const pets = new Table(metadata, 'pets', { id: t.integer().primaryKey(), mood: mood(), ownerId: t.integer().references('people.id') });
  const view = new View(
    metadata,
    'good_people',
    select({ id: people.c.id, pets: func.count(pets.c.id) })
      .join(pets, pets.c.ownerId.eq(people.c.id))
      .where(people.c.mood.eq('good'))
      .groupBy(people.c.id),
  );
  const kept = new View(metadata, 'kept', select({ id: people.c.id }).where(people.c.first.eq("it's")), {
    materialized: true,
    comment: 'kept',
  });
  return { metadata, people, pets, view, kept };
}

let database: PGlite;
beforeAll(async () => {
  database = await PGlite.create();
  await database.exec('CREATE EXTENSION IF NOT EXISTS plpgsql');
}, 60_000);
afterAll(() => database.close());

const rows = async (query: string): Promise<unknown[]> => (await database.query(query)).rows;
const run = async (statements: readonly string[]): Promise<void> => {
  for (const statement of statements) await database.exec(statement);
};

describe('the DDL of the base, on PostgreSQL', () => {
  it('writes every option', () => {
    const { people } = everything();
    const [table, ...rest] = ddl.createTable(people as Table, people.foreignKeys);
    expect(table).toBe(`CREATE TABLE people (
  id INTEGER GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 10) NOT NULL,
  email VARCHAR(80) NOT NULL,
  mood mood DEFAULT 'good' NOT NULL,
  number BIGINT DEFAULT nextval('numbers') NOT NULL,
  first VARCHAR(20) COLLATE "C" NOT NULL,
  price INTEGER DEFAULT 3 NOT NULL,
  twice INTEGER GENERATED ALWAYS AS (price * 2) STORED NOT NULL,
  room INTEGER NOT NULL,
  place INTEGER NOT NULL,
  best_id INTEGER,
  CONSTRAINT key_of_people PRIMARY KEY (id) INCLUDE (email),
  CONSTRAINT one_email UNIQUE (email) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT uq_people_number UNIQUE NULLS NOT DISTINCT (number),
  CONSTRAINT price_not_negative CHECK (price >= 0),
  CONSTRAINT ck_people_exclude EXCLUDE USING gist (room WITH =, (place + 1) WITH <>) WHERE (price > 0)
) WITH (fillfactor = 70)`);
    expect(rest).toEqual([
      'CREATE INDEX ix_people_email_lower_first ON people (email DESC NULLS LAST, lower(first) text_pattern_ops) INCLUDE (price)',
      'CREATE UNIQUE INDEX few ON people USING btree (email) WITH (fillfactor = 60) WHERE price > 5',
      'CREATE INDEX ix_people_email ON people USING hash (email)',
      'CREATE INDEX collated ON people (first COLLATE "POSIX")',
      "COMMENT ON TABLE people IS 'all of them'",
      "COMMENT ON COLUMN people.email IS 'where it''s sent'",
    ]);
  });

  it('creates all of it in the order of dependency, works, and drops all of it', async () => {
    const { metadata } = everything();
    // gist has no operator class for integers without an extension.
    const statements = createAllStatements(ddl, metadata).map((statement) =>
      statement.replace(/,\n {2}CONSTRAINT ck_people_exclude.*/, ''),
    );
    await run(statements);
    expect(statements.map((statement) => statement.split(/[ (\n]/, 3).join(' ')).filter((words) => !/INDEX|COMMENT/.test(words))).toEqual([
      'CREATE TYPE mood',
      'CREATE SEQUENCE numbers',
      'CREATE TABLE people',
      'CREATE TABLE pets',
      'ALTER TABLE people',
      'CREATE VIEW good_people',
      'CREATE MATERIALIZED VIEW',
    ]);
    expect(statements).toContain('CREATE SEQUENCE numbers AS BIGINT START WITH 100 INCREMENT BY 5 CACHE 2');
    expect(
      await rows(
        "INSERT INTO people (email, first, room, place) VALUES ('a', 'b', 1, 2), ('c', 'd', 1, 2) RETURNING id, number, twice, mood",
      ),
    ).toEqual([
      { id: 10, number: 100, twice: 6, mood: 'good' },
      { id: 20, number: 105, twice: 6, mood: 'good' },
    ]);
    await expect(run(["INSERT INTO people (id, email, first, room, place) VALUES (1, 'x', 'y', 1, 2)"])).rejects.toThrow(/id/);
    await expect(run(["UPDATE people SET mood = 'other'"])).rejects.toThrow(/enum mood/);
    await run(["INSERT INTO pets VALUES (1, 'good', 10)"]);
    expect(await rows('SELECT * FROM good_people')).toEqual([{ id: 10, pets: 1 }]);
    for (const [kind, name] of [
      ['view', 'good_people'],
      ['view', 'kept'],
      ['sequence', 'numbers'],
      ['type', 'mood'],
    ] as const) {
      expect(await rows(ddl.exists(kind, { name, schema: null }))).toHaveLength(1);
      expect(await rows(ddl.exists(kind, { name, schema: 'public' }))).toHaveLength(1);
      expect(await rows(ddl.exists(kind, { name: `${name}s`, schema: null }))).toHaveLength(0);
    }
    await run(dropAllStatements(ddl, metadata));
    expect(await rows("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")).toEqual([]);
    expect(await rows(ddl.exists('type', { name: 'mood', schema: null }))).toEqual([]);
  });

  it('makes single statements', async () => {
    const metadata = new MetaData({}, { schema: 'shop' });
    const items = new Table(
      metadata,
      'items',
      { id: t.integer().primaryKey(), name: t.string(20), price: t.integer().nullable() },
      { postgresql: { unlogged: true } },
    );
    const cheap = new View(metadata, 'cheap', select({ id: items.c.id }).where(items.c.price.lt(5)), { checkOption: 'local' });
    const of = (...list: Parameters<typeof ddlStatements>[1][]): string[] => list.flatMap((definition) => ddlStatements(ddl, definition));
    await run(
      of(
        createSchema('shop', { ifNotExists: true }).definition,
        createTable(items, { ifNotExists: true }).definition,
        createTable(items, { ifNotExists: true }).definition,
        createIndex(items, index(items.c.price).named('by_price').concurrently()).definition,
        createIndex(items, index('name').named('by_name'), { ifNotExists: true }).definition,
        createView(cheap, { orReplace: true }).definition,
        createView(cheap, { orReplace: true }).definition,
      ),
    );
    await run(["INSERT INTO shop.items VALUES (1, 'a', 3), (2, 'b', 9)"]);
    expect(await rows('SELECT * FROM shop.cheap')).toEqual([{ id: 1 }]);
    await run(of(createTableAs('shop.old', select({ id: items.c.id }).where(items.c.name.eq('b')), { ifNotExists: true }).definition));
    expect(await rows('SELECT * FROM shop.old')).toEqual([{ id: 2 }]);
    await run(
      of(
        dropView(cheap, { ifExists: true }).definition,
        dropTable('shop.old').definition,
        dropSchema('shop', { cascade: true }).definition,
      ),
    );
    expect(await rows("SELECT 1 FROM pg_namespace WHERE nspname = 'shop'")).toEqual([]);
  });

  it('refuses names that are too long, counted in bytes, and shortens those it made', () => {
    const long = 'ä'.repeat(32);
    const make = (name: string, constraints: Parameters<typeof unique>[0][]) =>
      new Table(
        new MetaData(),
        name,
        { id: t.integer().primaryKey(), a: t.integer() },
        { constraints: () => [unique(...(constraints as ['a'])).named(long)] },
      );
    expect(() => ddl.createTable(make('t', ['a'] as never) as Table)).toThrow(
      `The constraint '${long}' is longer than Standard allows, which is 63 bytes`,
    );
    expect(() => ddl.createTable(new Table(new MetaData(), long, { id: t.integer() }) as Table)).toThrow(/The table/);
    const generated = new Table(new MetaData(), 'ä'.repeat(31), { id: t.integer().primaryKey(), ['b'.repeat(60)]: t.integer().unique() });
    expect(Buffer.byteLength(generated.uniques[0].name)).toBeLessThanOrEqual(63);
    expect(() => ddl.createTable(generated as Table)).not.toThrow();
  });

  it('refuses two enums of one name that differ', () => {
    const metadata = new MetaData();
    const other = column(makeType<string>({ name: 'enum', values: ['x'], length: 1, enumName: 'mood' }));
    new Table(metadata, 'a', { id: t.integer().primaryKey(), mood: mood() });
    new Table(metadata, 'b', { id: t.integer().primaryKey(), mood: other });
    expect(() => createAllStatements(ddl, metadata)).toThrow(/the enum 'mood' of its column 'mood' has other values elsewhere/);
  });

  it('puts a foreign key of several columns where it is told, with MATCH FULL', async () => {
    const metadata = new MetaData();
    new Table(metadata, 'lines', { a: t.integer().primaryKey(), b: t.integer().primaryKey() });
    new Table(
      metadata,
      'notes',
      { id: t.integer().primaryKey(), a: t.integer().nullable(), b: t.integer().nullable() },
      {
        constraints: (c) => [
          foreignKey([c.a, c.b], ['lines.a', 'lines.b'], { match: 'full', onDelete: 'set null', initially: 'deferred' }),
        ],
      },
    );
    await run(createAllStatements(ddl, metadata));
    await expect(run(['INSERT INTO notes VALUES (1, 1, NULL)'])).rejects.toThrow(/fk_notes_a_b_lines/);
    await run(['BEGIN', 'INSERT INTO notes VALUES (1, 1, 1)', 'INSERT INTO lines VALUES (1, 1)', 'COMMIT']);
    await run(dropAllStatements(ddl, metadata));
  });
});
