// Athanor among the peers of ../shared/bench (its README says how it is run). No statement is prepared by hand.
// It runs on better-sqlite3, as the raw adapter and the other peers do; BENCH_ADAPTER_DRIVER=sqlite takes Node's own SQLite.
import { belongsTo, Database, hasMany, manyToMany, t } from '../dist/index.js';

// Moments as integers are the fastest that SQLite has; the raw adapter and most peers keep them so. Ours are text otherwise.
const milliseconds = {
  type: t.bigInteger().asNumber(),
  toDatabase: (moment) => moment.getTime(),
  fromDatabase: (stored) => new Date(stored),
};

const driver = process.env.BENCH_ADAPTER_DRIVER ?? 'sqlite+better-sqlite3';

function serverOptions({ pg: { host, port, user, password, database }, poolSize }) {
  const url = `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
  return { url, engine: { poolSize, maxOverflow: 0 } };
}

export default function athanor(kind) {
  const db = new Database();

  const moment = () => (kind === 'sqlite' && process.env.BENCH_ADAPTER_DATES === 'ms' ? t.custom(milliseconds) : t.dateTime());

  const postTags = db.Table('post_tags', {
    postId: t.integer().primaryKey().references('posts.id'),
    tagId: t.integer().primaryKey().references('tags.id'),
  });

  class User extends db.Model('users', {
    id: t.integer().primaryKey(),
    username: t.string(80).unique(),
    email: t.string(120).unique(),
    active: t.boolean(),
    createdAt: moment(),
    age: t.integer(),
    get posts() {
      return hasMany(Post);
    },
  }) {}

  class Post extends db.Model('posts', {
    id: t.integer().primaryKey(),
    title: t.string(200),
    body: t.text(),
    published: t.boolean(),
    createdAt: moment(),
    userId: t.integer().references('users.id'),
    get author() {
      return belongsTo(User);
    },
    get tags() {
      return manyToMany(Tag, { through: postTags });
    },
  }) {}

  class Tag extends db.Model('tags', {
    id: t.integer().primaryKey(),
    name: t.string(50).unique(),
    get posts() {
      return manyToMany(Post, { through: postTags });
    },
  }) {}

  class Account extends db.Model('accounts', {
    id: t.integer().primaryKey(),
    owner: t.string(80),
    credits: t.integer(),
  }) {}

  /** One session for each call, as one request has. */
  const session = () => db.createSession();
  const usersTo = (s, n) => s.query(User).filter(User.c.id.le(n)).orderBy(User.c.id);

  return {
    name: 'athanor',
    variants: { w4: ['selectin', 'joined'], w5: ['selectin', 'joined'] },
    setup(config) {
      db.configure(config.db === 'sqlite' ? { url: `${driver}:///${config.file}` } : serverOptions(config));
    },
    close: () => db.dispose(),
    w1: (id) => session().get(User, id),
    w2: () => usersTo(session(), 1000).all(),
    async w3(page) {
      const query = session()
        .query(User)
        .filter(User.c.active.eq(true), User.c.age.ge(30))
        .orderBy(User.c.createdAt.desc(), User.c.id.desc());
      const { items, total } = await query.paginate({ page: page + 1, perPage: 20 });
      return { rows: items, total };
    },
    w4: (strategy) => usersTo(session(), 100).with({ posts: strategy }).all(),
    w5: (strategy) =>
      usersTo(session(), 50)
        .with({ posts: { strategy, with: { tags: 'selectin' } } })
        .all(),
    async w6(rows) {
      const s = session();
      const users = rows.map((row) => new User(row));
      s.addAll(users);
      await s.commit();
      return users;
    },
    async w7load() {
      const s = session();
      return { s, users: await usersTo(s, 1000).all() };
    },
    async w7({ s, users }, ages) {
      users.forEach((user, i) => {
        user.age = ages[i];
      });
      await s.commit();
    },
    async w8load() {
      const s = session();
      return { s, users: await s.query(User).filter(User.c.username.startsWith('w8_')).orderBy(User.c.id).all() };
    },
    async w8({ s, users }) {
      for (const user of users) s.delete(user);
      await s.commit();
    },
    w9: (from, to, amount) =>
      session().transaction(async (s) => {
        const payer = await s.get(Account, from);
        const payee = await s.get(Account, to);
        if (payer.credits < amount) throw new Error('insufficient credits');
        payer.credits -= amount;
        payee.credits += amount;
      }),
    async w10load() {
      const s = session();
      const posts = await s.query(Post).filter(Post.c.id.le(200)).orderBy(Post.c.id).with({ tags: true }).all();
      return { s, posts, tags: await s.query(Tag).filter(Tag.c.id.gt(45)).all() };
    },
    async w10({ s, posts, tags }) {
      for (const post of posts) post.tags.add(...tags);
      await s.commit();
    },
  };
}
