import { expect, test } from 'vitest';
import { belongsTo, hasMany, t } from '../../src/index.ts';
import { CHANGES, RELATED, ROW, STATUS } from '../../src/orm/mapping.ts';
import { databases, openDatabase, Statements } from '../setup/databases.ts';

const COUNT = 500;

test('a flush looks at what changed, not at what is loaded', async () => {
  const db = openDatabase(databases[0]);
  class User extends db.Model('users', {
    id: t.integer().primaryKey(),
    name: t.string(20),
    get posts() {
      return hasMany(Post);
    },
  }) {}
  class Post extends db.Model('posts', {
    id: t.integer().primaryKey(),
    title: t.string(20),
    userId: t.integer().nullable().references('users.id'),
    get author() {
      return belongsTo(User, { nullable: true });
    },
  }) {}
  await db.createAll();
  const session = db.createSession();
  session.addAll(Array.from({ length: COUNT }, (_, i) => new User({ name: `u${i}`, posts: [new Post({ title: `p${i}` })] })));
  await session.commit();
  const reader = db.createSession();
  const users = await reader.query(User).orderBy(User.c.id).with({ posts: true }).all();
  // Whatever is read of the objects that stay as they are is counted.
  let reads = 0;
  const bystanders = [...users.slice(1), ...users.slice(1).flatMap((user) => [...user.posts])];
  for (const object of bystanders)
    for (const key of [ROW, CHANGES, RELATED, STATUS]) {
      let value = (object as unknown as Record<symbol, unknown>)[key];
      Object.defineProperty(object, key, {
        get: () => {
          reads++;
          return value;
        },
        set: (next: unknown) => {
          value = next;
        },
      });
    }
  const statements = new Statements(db.engine);
  users[0].name = 'other';
  users[0].posts.add(new Post({ title: 'new' }));
  await reader.flush();
  expect(statements.summary()).toEqual(['UPDATE users', 'INSERT posts']);
  expect(reads).toBe(0);
  // What is clean takes neither a statement nor a look.
  await reader.flush();
  expect(statements.count()).toBe(0);
  expect(reads).toBe(0);
  await reader.commit();
  expect(reads).toBe(0);
  expect([users[1].name, reads > 0]).toEqual(['u1', true]);
});
