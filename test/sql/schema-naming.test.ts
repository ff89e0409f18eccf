import { describe, expect, it } from 'vitest';
import { t } from '../../src/sql/column-types.ts';
import { check, foreignKey, primaryKey, unique } from '../../src/sql/constraints.ts';
import { index } from '../../src/sql/indexes.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { type Naming, namingConvention } from '../../src/sql/naming.ts';
import { sql } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';

/** The names of everything in a table of this convention. */
function names(naming: Naming): Record<string, string[]> {
  const metadata = new MetaData(naming);
  new Table(metadata, 'users', { id: t.integer().primaryKey(), a: t.integer() });
  const posts = new Table(
    metadata,
    'posts',
    { id: t.integer().primaryKey(), userId: t.integer().references('users.id'), a: t.integer().check(sql`a > 0`), b: t.integer().index() },
    {
      constraints: (c) => [
        unique(c.a, c.b),
        unique(c.b).named('given'),
        check(c.b.gt(0), 'b_positive'),
        foreignKey([c.a], ['users.a']),
        index(c.a, c.b),
      ],
    },
  );
  return {
    pk: [posts.primaryKey?.name ?? ''],
    uq: posts.uniques.map((one) => one.name),
    ck: posts.checks.map((one) => one.name),
    fk: posts.foreignKeys.map((one) => one.name),
    ix: posts.indexes.map((one) => one.name),
  };
}

describe('naming conventions', () => {
  it("understand SQLAlchemy's tokens", () => {
    expect(
      names({
        ix: 'ix_%(column_0_label)s',
        uq: 'uq_%(table_name)s_%(column_0_name)s',
        ck: 'ck_%(table_name)s_%(constraint_name)s',
        fk: 'fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s',
        pk: 'pk_%(table_name)s',
      }),
    ).toEqual({
      pk: ['pk_posts'],
      uq: ['uq_posts_a', 'given'],
      ck: ['ck_posts_a', 'ck_posts_b_positive'],
      fk: ['fk_posts_user_id_users', 'fk_posts_a_users'],
      ix: ['ix_posts_b', 'ix_posts_a'],
    });
  });
  it('understand all columns at once, and what is referred to', () => {
    expect(
      names({
        uq: '%(column_0N_name)s/%(column_0_N_name)s/%(column_1_name)s/%(column_0_N_label)s',
        fk: '%(referred_column_0_name)s_of_%(referred_table_name)s',
        ix: '%(column_0_N_key)s',
      }),
    ).toMatchObject({ uq: ['ab/a_b/b/posts_a_posts_b', 'given'], fk: ['id_of_users', 'a_of_users'], ix: ['b', 'a_b'] });
  });
  it('may be functions, some of them, and the rest is as usual', () => {
    expect(names({ unique: (table, columns) => `${table}_${columns.join('_')}_key` })).toMatchObject({
      uq: ['posts_a_b_key', 'given'],
      pk: ['pk_posts'],
      ck: ['ck_posts_a', 'b_positive'],
    });
  });
  it('say what they do not know', () => {
    expect(() => namingConvention({ uk: 'x' } as never)).toThrow(/naming takes primaryKey, unique, .*'uk'/);
    expect(() => names({ uq: '%(nope)s' })).toThrow(/tokens of a naming convention, but got '%\(nope\)s'/);
  });
  it('shorten what comes out too long, in bytes, and keep two names apart', () => {
    const long = namingConvention({ uq: 'uq_%(table_name)s_%(column_0_name)s' });
    const [one, two] = ['x', 'y'].map((end) => long.unique('t', [`${'ü'.repeat(40)}${end}`]));
    expect(Buffer.byteLength(one)).toBeLessThanOrEqual(63);
    expect(one).not.toBe(two);
    expect(long.unique('t', ['a'])).toBe('uq_t_a');
  });
});

describe('a schema of the metadata', () => {
  it('holds its tables, and what they refer to, unless a table says another', () => {
    const metadata = new MetaData(undefined, { schema: 'shop' });
    const users = new Table(metadata, 'users', { id: t.integer().primaryKey() });
    const posts = new Table(metadata, 'posts', { id: t.integer().primaryKey(), userId: t.integer().references('users.id') });
    const plain = new Table(metadata, 'users', { id: t.integer().primaryKey() }, { schema: null });
    expect([users.fullName, posts.foreignKeys[0].targetTable, plain.fullName]).toEqual(['shop.users', 'shop.users', 'users']);
    expect(posts.foreignKeys[0].name).toBe('fk_posts_user_id_users');
    metadata.checkReferences();
  });
});

describe('what a table refuses', () => {
  const make =
    (shape: Parameters<typeof table>[0]): (() => unknown) =>
    () =>
      table(shape);
  function table<S>(shape: S, options = {}): Table<S> {
    return new Table<S>(new MetaData(), 'things', shape, options);
  }
  it.each([
    ['a computed column with a default', { a: t.integer().default(1).computed(sql`1`) }, /'a' has both computed\(\) and default\(\)/],
    [
      'an identity with a server default',
      { a: t.integer().serverDefault(1).identity() },
      /'a' has both identity\(\) and serverDefault\(\)/,
    ],
    ['a computed identity', { a: t.integer().computed(sql`1`).identity() }, /both computed\(\) and identity\(\)/],
    ['text that is numbered', { a: t.text().identity() }, /is no integer/],
  ])('%s', (_what, shape, message) => {
    expect(make(shape)).toThrow(message);
  });
  it('options that no database has, and what is no constraint', () => {
    expect(() => table({ a: t.integer() }, { sqlite: { stricter: true } })).toThrow(/no sqlite option 'stricter'; there are strict, /);
    expect(() => table({ a: t.integer() }, { mysql: { engine: "x'; DROP" } })).toThrow(/'engine'/);
    expect(() => table({ a: t.integer() }, { prefixes: ['x;'] })).toThrow(/prefixes/);
    expect(() => table({ a: t.integer() }, { constraints: [{}] })).toThrow(/not unique\(…\), index\(…\)/);
    expect(() => table({ a: t.integer() }, { constraints: [index()] })).toThrow(/over no columns/);
  });
  it('numbers that cannot be counted by', () => {
    expect(() => t.integer().identity({ increment: 0 })).toThrow(/not 0/);
    expect(() => t.integer().identity({ start: 1.5 })).toThrow(/'start', takes a whole number/);
    expect(() => t.integer().collate('')).toThrow(/collation/);
    expect(() => t.integer().check(5 as never)).toThrow(/SQL expressions/);
    expect(() => t.integer().serverDefault(undefined as never)).toThrow(/undefined/);
    expect(() => index('a').using('gin; DROP')).toThrow(/a name/);
    expect(() => index('a').with({ fillfactor: '70; DROP' })).toThrow(/settings by name/);
    expect(() => primaryKey('a').named('')).toThrow(/a name/);
  });
});
