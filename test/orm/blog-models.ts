import { belongsTo, type Database, hasMany, hasOne, manyToMany, t } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';

/** Models with a relation of each kind: what most of the ORM's tests work on. */
export function blogModels(db: Database) {
  const postTags = db.Table('post_tags', {
    postId: t.integer().primaryKey().references('posts.id'),
    tagId: t.integer().primaryKey().references('tags.id'),
  });
  class User extends db.Model('users', {
    id: t.integer().primaryKey(),
    name: t.string(50).unique(),
    age: t.integer().nullable(),
    /** Rows that keep living without their user. */
    get posts() {
      return hasMany(Post, { orderBy: () => Post.c.id });
    },
    /** Rows that belong to their user alone. */
    get addresses() {
      return hasMany(Address, { cascade: 'all, delete-orphan', orderBy: () => Address.c.id });
    },
    get profile() {
      return hasOne(Profile);
    },
  }) {}
  class Post extends db.Model('posts', {
    id: t.integer().primaryKey(),
    title: t.string(100),
    userId: t.integer().nullable().references('users.id'),
    get author() {
      return belongsTo(User, { nullable: true });
    },
    get tags() {
      return manyToMany(Tag, { through: postTags, orderBy: () => Tag.c.id });
    },
  }) {}
  class Address extends db.Model('addresses', {
    id: t.integer().primaryKey(),
    email: t.string(100),
    userId: t.integer().references('users.id'),
    get user() {
      return belongsTo(User);
    },
  }) {}
  class Profile extends db.Model('profiles', {
    id: t.integer().primaryKey(),
    bio: t.string(100),
    userId: t.integer().nullable().unique().references('users.id'),
    get user() {
      return belongsTo(User, { nullable: true });
    },
  }) {}
  class Tag extends db.Model('tags', {
    id: t.integer().primaryKey(),
    name: t.string(50).unique(),
    get posts() {
      return manyToMany(Post, { through: postTags, orderBy: () => Post.c.id });
    },
  }) {}
  class Node extends db.Model('nodes', {
    id: t.integer().primaryKey(),
    data: t.string(20),
    parentId: t.integer().nullable().references('nodes.id'),
    get parent() {
      return belongsTo(Node, { nullable: true });
    },
    get children() {
      return hasMany(Node, { orderBy: () => Node.c.id });
    },
  }) {}
  return { User, Post, Address, Profile, Tag, Node, postTags };
}

/** A new database with the blog's tables, a session, and a counter of its statements. */
export async function openBlog(database: TestDatabase) {
  const db = openDatabase(database);
  const models = blogModels(db);
  await db.createAll();
  const session = db.createSession();
  const statements = new Statements(db.engine);
  return { db, session, statements, ...models };
}

export type Blog = Awaited<ReturnType<typeof openBlog>>;
