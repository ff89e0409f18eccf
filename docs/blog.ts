// The models and rows that the samples of the guide use. They live in memory, so every sample begins with the same ones.
import { belongsTo, Database, hasMany, hasOne, manyToMany, t } from 'athanor';

export const db = new Database({ url: 'sqlite://', recordQueries: true });

export class User extends db.Model('users', {
  id: t.integer().primaryKey(),
  username: t.string(80).unique(),
  email: t.string(120).unique(),
  active: t.boolean().default(true),
  get posts() {
    return hasMany(Post, { cascade: 'all, delete-orphan' });
  },
  get profile() {
    return hasOne(Profile, { cascade: 'all, delete-orphan' });
  },
}) {}

export class Profile extends db.Model('profiles', {
  id: t.integer().primaryKey(),
  bio: t.text(),
  userId: t.integer().unique().references('users.id'),
  get user() {
    return belongsTo(User);
  },
}) {}

export class Post extends db.Model('posts', {
  id: t.integer().primaryKey(),
  title: t.string(200),
  published: t.boolean().default(false),
  views: t.integer().default(0),
  userId: t.integer().references('users.id'),
  get author() {
    return belongsTo(User);
  },
  get tags() {
    return manyToMany(Tag, { through: postTags });
  },
}) {}

export class Tag extends db.Model('tags', {
  id: t.integer().primaryKey(),
  name: t.string(50).unique(),
  get posts() {
    return manyToMany(Post, { through: postTags });
  },
}) {}

export const postTags = db.Table('post_tags', {
  postId: t.integer().primaryKey().references('posts.id'),
  tagId: t.integer().primaryKey().references('tags.id'),
});

await db.context(async () => {
  await db.createAll();
  const [news, howto] = [new Tag({ name: 'news' }), new Tag({ name: 'howto' })];
  db.session.addAll([
    new User({
      username: 'john',
      email: 'john@example.com',
      profile: new Profile({ bio: 'Writes about databases.' }),
      posts: [
        new Post({ title: 'Hello', published: true, views: 40, tags: [news] }),
        new Post({ title: 'Pools', published: true, views: 90, tags: [news, howto] }),
        new Post({ title: 'Draft' }),
      ],
    }),
    new User({
      username: 'ann',
      email: 'ann@example.org',
      posts: [new Post({ title: 'Baking', published: true, views: 70, tags: [howto] })],
    }),
    new User({ username: 'eve', email: 'eve@example.org', active: false }),
  ]);
  await db.session.commit();
});
