// The assertions of the design's type proof, on the real library.
import { func, select } from 'athanor';
import { db } from './database.ts';
import { assertType, type Equal } from './equal.ts';
import { Post } from './post.ts';
import { Tag } from './tag.ts';
import { User } from './user.ts';

const user = new User({ username: 'a', email: 'b' });
assertType<Equal<typeof user.username, string>>();
assertType<Equal<typeof user.role, 'admin' | 'manager' | 'customer'>>();
assertType<Equal<typeof user.lastLogin, Date | null>>();
const post = new Post({ title: 'x', author: user, tags: [new Tag({ name: 'x' })] });
post.author = user;
post.author.username;
export const found = (await Post.query().first())!;
// @ts-expect-error not loaded
found.author.username;
const author = await found.author;
assertType<Equal<typeof author, User>>();
author.label;
const parent = await found.parent;
assertType<Equal<typeof parent, Post | null>>();
// @ts-expect-error a collection that is not loaded is not iterable
for (const x of user.posts) x.id;
for (const x of await user.posts) {
  assertType<Equal<typeof x, Post>>();
  x.slug;
}
export const loaded = await Post.query()
  .filterBy({ author: user })
  .with({ author: { with: { profile: true, posts: true } }, tags: true })
  .all();
for (const one of loaded) {
  one.author.username;
  one.author.label;
  one.author.profile?.bio;
  one.slug;
  for (const tag of one.tags) tag.name;
  for (const other of one.author.posts) other.title;
  // @ts-expect-error not loaded deeper
  for (const tag of one.tags) for (const x of tag.posts) x.id;
  takesPost(one);
}
function takesPost(one: Post) {
  return one.title;
}
// @ts-expect-error no such relation
Post.query().with({ nope: true });
// @ts-expect-error no such relation, inside
Post.query().with({ author: { with: { nope: true } } });
// @ts-expect-error a column is no relation
Post.query().with({ title: true });
const byEmail = await User.findByEmail('x');
assertType<Equal<typeof byEmail, User | null>>();
export const list = await User.query()
  .filter(User.c.email.endsWith('@x'), User.c.role.eq('admin'), User.c.posts.any(Post.c.title.eq('x')))
  .orderBy(User.c.lastLogin.desc())
  .limit(5)
  .all();
assertType<Equal<typeof list, User[]>>();
// @ts-expect-error the wrong type
User.c.id.eq('x');
// @ts-expect-error no such column
User.c.nope;
// @ts-expect-error not one of the words
User.c.role.eq('root');
// @ts-expect-error the wrong type
new User({ username: 3 });
// @ts-expect-error no such attribute
User.query().filterBy({ nope: 1 });
const rows = await db.session.all(
  select({ name: User.c.username, n: func.count(Post.c.id) })
    .join(Post)
    .groupBy(User.c.username),
);
assertType<Equal<typeof rows, { readonly name: string; readonly n: number }[]>>();
const tuples = await db.session.all(select(Post, User, func.count()).join(User));
assertType<Equal<typeof tuples, [Post, User, number][]>>();
