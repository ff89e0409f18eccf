// The design's whole program and the examples of its first section.
import { belongsTo, Database, deleteFrom, func, hasMany, insertInto, listen, manyToMany, select, sql, t, text } from 'athanor';
import { assertType, type Equal } from './equal.ts';

const db = new Database({ url: 'sqlite:///blog.db' });

export class User extends db.Model('users', {
  id: t.integer().primaryKey(),
  username: t.string(80).unique(),
  email: t.string(120).unique(),
  createdAt: t.dateTime().default(() => new Date()),
  get posts() {
    return hasMany(Post);
  },
}) {
  get label() {
    return `${this.username} <${this.email}>`;
  }
  static findByEmail(email: string) {
    // biome-ignore lint/complexity/noThisInStatic: the class that is asked, a subclass too
    return this.query().filterBy({ email }).first();
  }
}

export class Post extends db.Model('posts', {
  id: t.integer().primaryKey(),
  title: t.string(200),
  slug: t.string(200).nullable(),
  body: t.text().nullable(),
  userId: t.integer().references('users.id', { onDelete: 'cascade' }),
  get author() {
    return belongsTo(User);
  },
  get tags() {
    return manyToMany(Tag, { through: postTags });
  },
}) {}

export const postTags = db.Table('post_tags', {
  postId: t.integer().primaryKey().references('posts.id'),
  tagId: t.integer().primaryKey().references('tags.id'),
});
export class Tag extends db.Model('tags', { id: t.integer().primaryKey(), name: t.string(50) }) {}

await db.context(async () => {
  await db.createAll();
  const john = new User({ username: 'john', email: 'john@example.com' });
  john.posts.add(new Post({ title: 'First' }), new Post({ title: 'Second' }));
  db.session.add(john);
  await db.session.commit();

  const user = await User.query().filterBy({ username: 'john' }).first();
  for (const post of await user!.posts) console.log(post.title);
});

db.configure({
  url: process.env.DATABASE_URL ?? 'sqlite:///app.db',
  engine: { poolSize: 10, maxOverflow: 20, poolTimeout: 30, poolRecycle: 1800, poolPrePing: true, echo: false },
  binds: { auth: 'postgresql://localhost/auth', archive: { url: 'sqlite:///archive.db' } },
  recordQueries: true,
});

export const perUser = select({ user: User.c.username, posts: func.count(Post.c.id) })
  .from(User)
  .join(User.c.posts)
  .groupBy(User.c.username)
  .having(func.count().gt(5));
const rows = await db.session.all(perUser);
assertType<Equal<typeof rows, { readonly user: string; readonly posts: number }[]>>();
const pairs = await db.session.all(select(Post, User).join(Post.c.author));
assertType<Equal<typeof pairs, [Post, User][]>>();
await db.session.execute(sql`UPDATE users SET active = ${true} WHERE id = ${1}`);
await db.session.all(text('SELECT * FROM users WHERE username = :username'), { username: 'john' });
await db.session.execute(
  insertInto(Tag)
    .values([{ name: 'new' }])
    .onConflictDoNothing(),
);
await db.session.execute(deleteFrom(Tag, { all: true }));

listen(Post, 'beforeInsert', (post) => {
  post.slug ??= post.title.toLowerCase();
});
listen(Post.c.title, 'set', (post, value, _old) => {
  post.slug = value.toLowerCase();
});
listen(db, 'afterCommit', (changes) => console.log(changes.length));

export const page = await Post.query().paginate({ page: 1, perPage: 20, maxPerPage: 100, errorOut: true });
page.toJSON().hasNext;
const found = await User.findByEmail('john@example.com');
assertType<Equal<typeof found, User | null>>();
found?.label;
