import { describe, expect, it } from 'vitest';
import { t } from '../../src/sql/column-types.ts';
import { check, foreignKey, primaryKey, unique } from '../../src/sql/constraints.ts';
import { index, uniqueIndex } from '../../src/sql/indexes.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { sql } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';

const shape = { id: t.integer(), userId: t.integer(), title: t.string(20), score: t.integer().default(0) };

describe('constraints', () => {
  it('are the same whether columns are given as expressions or by name', () => {
    const byName = new Table(new MetaData(), 'posts', shape, {
      constraints: [
        primaryKey('id'),
        unique('userId', 'title'),
        index('score').named('by_score'),
        uniqueIndex(['title']),
        foreignKey(['userId'], ['users.id'], { onDelete: 'cascade' }),
        check(sql`score >= 0`, 'positive'),
      ],
    });
    const byExpression = new Table(new MetaData(), 'posts', shape, {
      constraints: (c) => [
        primaryKey(c.id),
        unique(c.userId, c.title),
        index(c.score).named('by_score'),
        uniqueIndex([c.title]),
        foreignKey([c.userId], ['users.id'], { onDelete: 'cascade' }),
        check(sql`score >= 0`, 'positive'),
      ],
    });
    const parts = (table: Table<never>) =>
      [table.primaryKey, ...table.uniques, ...table.indexes, ...table.foreignKeys, ...table.checks].map((part) => [
        part?.kind,
        part?.name,
        part !== null && 'columns' in part ? part.columns.map((column) => column.name) : [],
      ]);
    expect(parts(byName as never)).toEqual([
      ['primaryKey', 'pk_posts', ['id']],
      ['unique', 'uq_posts_user_id_title', ['user_id', 'title']],
      ['index', 'by_score', ['score']],
      ['index', 'ix_posts_title', ['title']],
      ['foreignKey', 'fk_posts_user_id_users', ['user_id']],
      ['check', 'positive', []],
    ]);
    expect(parts(byExpression as never)).toEqual(parts(byName as never));
  });
  it('name only columns of their own table', () => {
    const other = new Table(new MetaData(), 'others', { id: t.integer().primaryKey() });
    expect(() => new Table(new MetaData(), 'posts', shape, { constraints: [unique('nope') as never] })).toThrow(
      "'posts' has no column 'nope'. It has: id, userId, title, score.",
    );
    expect(() => new Table(new MetaData(), 'posts', shape, { constraints: () => [unique(other.c.id)] })).toThrow(
      "its unique names a column of 'others'",
    );
  });
});

describe('a table', () => {
  it('is defined once, with columns, each stored apart', () => {
    const metadata = new MetaData();
    new Table(metadata, 'a', { id: t.integer().primaryKey() });
    expect(() => new Table(metadata, 'a', { id: t.integer().primaryKey() })).toThrow("'a' is already defined");
    expect(() => new Table(metadata, 'b', {})).toThrow('it has no columns');
    expect(() => new Table(metadata, 'c', { userId: t.integer(), other: t.integer().named('user_id') })).toThrow(
      "stored in the column 'user_id'",
    );
  });
  it('says which reference leads nowhere', () => {
    const metadata = new MetaData();
    new Table(metadata, 'a', { id: t.integer().primaryKey(), b: t.integer().references('b.id') });
    expect(() => metadata.checkReferences()).toThrow("The foreign key of 'a.b' refers to 'b.id', but there is no table 'b'");
    new Table(metadata, 'b', { key: t.integer().primaryKey() });
    expect(() => metadata.checkReferences()).toThrow("'b' has no column 'id'");
    expect(() => t.integer().references('users' as never)).toThrow("'table.column'");
  });
  it('comes after those it refers to, circles in the order of their definition', () => {
    const metadata = new MetaData();
    for (const [name, target] of [
      ['d', 'c.id'],
      ['a', 'b.id'],
      ['b', 'a.id'],
      ['c', 'c.id'],
    ]) {
      new Table(metadata, name, {
        id: t.integer().primaryKey(),
        to: t
          .integer()
          .nullable()
          .references(target as 'x.id'),
      });
    }
    expect(metadata.sortedTables().map((table) => table.name)).toEqual(['c', 'd', 'b', 'a']);
  });
});
