// What the session's operations give.
import { belongsTo, Database, hasMany, type LoadedCollection, t, update } from 'athanor';
import { assertType, type Equal } from './equal.ts';

const db = new Database({ url: 'sqlite://' });

export class User extends db.Model('users', {
  id: t.integer().primaryKey(),
  name: t.string(80),
  age: t.integer().nullable(),
  get posts() {
    return hasMany(Post);
  },
}) {}
export class Post extends db.Model('posts', {
  id: t.integer().primaryKey(),
  title: t.string(80),
  userId: t.integer().references('users.id'),
  get author() {
    return belongsTo(User);
  },
}) {}

const session = db.createSession();
const user = new User({ name: 'ann' });

const merged = await session.merge(user, { load: false });
assertType<Equal<typeof merged, User>>();
const list = await session.mergeAll([new Post({ title: 'x' })]);
assertType<Equal<typeof list, Post[]>>();

const found = await session.get(User, 1, { populateExisting: true, lock: { skipLocked: true } });
if (found !== null) assertType<Equal<typeof found.name, string>>();
const one = await session.getOne(User, 1, { with: { posts: true } });
const posts: LoadedCollection<Post> = one.posts;
posts.map((post) => post.title);
// @ts-expect-error nothing is loaded without `with`
one.posts.map((post) => post.author.name);

await session.refresh(user, { attributes: ['name'], relations: { posts: { with: { author: true } } }, lock: true });
await session.refresh([user]);
// @ts-expect-error no relation has this name
await session.refresh(user, { relations: { nothing: true } });
session.expire(user, ['name']);
assertType<Equal<ReturnType<typeof session.isModified>, boolean>>();

const known = session.identityMap.get(User, 1);
assertType<Equal<typeof known, User | null>>();

const count = await session.bulkInsert(User, [{ name: 'a', age: null }]);
assertType<Equal<typeof count, number>>();
const users = await session.bulkInsert(User, [{ name: 'a' }], { returning: true });
assertType<Equal<typeof users, User[]>>();
// @ts-expect-error a name is text
await session.bulkInsert(User, [{ name: 1 }]);
// @ts-expect-error relations are not written in bulk
await session.bulkInsert(User, [{ name: 'a', posts: [] }]);
await session.bulkUpdate(User, [{ id: 1, age: 3 }]);
// @ts-expect-error expressions differ from row to row
await session.bulkUpdate(User, [{ id: 1, age: User.c.age }]);

await session.execute(update(User).set({ age: 1 }).where(User.c.id.eq(1)), undefined, { synchronize: 'evaluate' });
// @ts-expect-error no such way
await session.query(User).delete({ all: true, synchronize: 'sometimes' });

for await (const streamed of session.query(User).with({ posts: true }).stream({ batch: 10 })) {
  const titles: string[] = streamed.posts.map((post) => post.title);
  titles.at(0);
}
for await (const streamed of session.stream(session.query(Post))) assertType<Equal<typeof streamed, Post>>();
