// Statements of Core: what they give and what they take.

import {
  alias,
  and,
  caseWhen,
  cast,
  deleteFrom,
  excluded,
  exists,
  func,
  insertInto,
  literal,
  or,
  param,
  select,
  sql,
  t,
  text,
  tuple,
  union,
  update,
} from 'athanor';
import type { Decimal } from 'decimal.js';
import { db } from './database.ts';
import { assertType, type Equal } from './equal.ts';
import { Post, postTags } from './post.ts';
import { User } from './user.ts';

const { session } = db;

const one = await session.all(select(User.c.username));
assertType<Equal<typeof one, [string][]>>();
const scalars = await session.scalars(select(User.c.lastLogin));
assertType<Equal<typeof scalars, (Date | null)[]>>();
const scalar = await session.scalar(select(func.count()).from(User));
assertType<Equal<typeof scalar, number | null>>();
const entity = await session.one(select(User));
assertType<Equal<typeof entity, [User]>>();
const aggregates = await session.first(
  select({ sum: func.sum(Post.c.price), least: func.min(Post.c.views), mean: func.avg(Post.c.views), truths: func.sum(Post.c.published) }),
);
assertType<
  Equal<
    typeof aggregates,
    { readonly sum: Decimal | null; readonly least: bigint | null; readonly mean: number | null; readonly truths: number | null } | null
  >
>();
const coalesced = await session.scalars(select(func.coalesce(Post.c.body, 'none')));
assertType<Equal<typeof coalesced, string[]>>();

export const manager = alias(User, 'manager');
const pairs = await session.all(select(User, manager).join(manager, User.c.id.eq(manager.c.id)));
assertType<Equal<typeof pairs, [User, User][]>>();
manager.c.email.eq('x');
manager.c.posts.any();
// @ts-expect-error no such column
manager.c.nope;
export const link = alias(postTags, 'link');
link.c.postId.eq(1);
// @ts-expect-error the wrong type
link.c.postId.eq('x');
const rowsOfTable = await session.all(select(postTags));
assertType<Equal<typeof rowsOfTable, [{ postId: number; tagId: number }][]>>();

export const counts = select({ userId: Post.c.userId, n: func.count() }).groupBy(Post.c.userId).subquery('counts');
counts.c.n.gt(5);
counts.c.userId.eq(User.c.id);
// @ts-expect-error no such column
counts.c.nope;
// @ts-expect-error the wrong type
counts.c.n.gt('x');
const joined = await session.all(select({ name: User.c.username, n: counts.c.n }).join(counts, counts.c.userId.eq(User.c.id)));
assertType<Equal<typeof joined, { readonly name: string; readonly n: number }[]>>();
export const newest = select(func.max(Post.c.id)).where(Post.c.userId.eq(User.c.id)).scalar();
assertType<Equal<(typeof newest)['~value'], number | null>>();
select(User).where(User.c.id.in(select(Post.c.userId)), exists(select(Post.c.id)), or(and(), User.c.id.eq(1)));

const band = caseWhen(Post.c.views.gt(100), 'hot').when(Post.c.views.gt(10), 'warm').else('cold');
assertType<Equal<(typeof band)['~value'], string>>();
const half = caseWhen(Post.c.published, literal(1));
assertType<Equal<(typeof half)['~value'], number | null>>();
const whole = cast(Post.c.title, t.integer());
assertType<Equal<(typeof whole)['~value'], number>>();
tuple(Post.c.userId, Post.c.title).in([[1, 'x']]);
// @ts-expect-error the wrong types
tuple(Post.c.userId, Post.c.title).in([['x', 1]]);
union(select(User.c.username), select(Post.c.title));
// @ts-expect-error rows of other types
union(select(User.c.username), select(Post.c.id));
const ranked = func.rowNumber().over({ partitionBy: Post.c.userId, orderBy: [Post.c.id.desc()], frame: 'rows unbounded preceding' });
assertType<Equal<(typeof ranked)['~value'], number>>();
const custom = func.soundex!<string>(User.c.username);
assertType<Equal<(typeof custom)['~value'], string>>();

insertInto(Post).values({ title: 'x', userId: 1 });
insertInto(Post).values([
  { title: 'x', userId: 1, views: 5, price: '1.5', body: null },
  { title: sql<string>`'a'`, userId: select(func.max(User.c.id)).scalar() },
]);
// @ts-expect-error the title is missing
insertInto(Post).values({ userId: 1 });
// @ts-expect-error the wrong type
insertInto(Post).values({ title: 5, userId: 1 });
// @ts-expect-error no such column
insertInto(Post).values({ title: 'x', userId: 1, nope: 1 });
// @ts-expect-error never null
insertInto(Post).values({ title: null, userId: 1 });
// @ts-expect-error a relation is no column
insertInto(Post).values({ title: 'x', userId: 1, author: null });
insertInto(postTags).values({ postId: 1, tagId: 1 });
insertInto(Post).fromSelect(['title', 'userId'], select(User.c.username, User.c.id));
// @ts-expect-error no such column
insertInto(Post).fromSelect(['nope'], select(User.c.username));
insertInto(User)
  .values({ username: 'a', email: 'b' })
  .onConflictDoUpdate({ target: [User.c.username], set: { email: excluded(User.c.email) }, where: User.c.role.ne('admin') });
const conflicting = insertInto(User).values({ username: 'a', email: 'b' });
// @ts-expect-error the wrong type
conflicting.onConflictDoUpdate({ target: [User.c.username], set: { email: 1 } });
const inserted = await session.all(insertInto(Post).values({ title: 'x', userId: 1 }).returning({ id: Post.c.id, title: Post.c.title }));
assertType<Equal<typeof inserted, { readonly id: number; readonly title: string }[]>>();

const updated = await session.all(
  update(Post)
    .set({ views: Post.c.views.plus(1), body: null })
    .where(Post.c.id.eq(1))
    .returning(Post.c.views),
);
assertType<Equal<typeof updated, [bigint][]>>();
// @ts-expect-error the wrong type
update(Post).set({ views: 'x' });
// @ts-expect-error no such column
update(Post).set({ nope: 1 });
// @ts-expect-error a column of another type
update(Post).set({ title: Post.c.id });
const deleted = await session.all(deleteFrom(Post).where(Post.c.id.eq(1)).returning(Post));
assertType<Equal<typeof deleted, [Post][]>>();
// @ts-expect-error a condition, not a value
deleteFrom(Post).where(1);

const raw = await session.all(sql<{ n: number }>`SELECT count(*) AS n FROM ${User} WHERE ${User.c.id} > ${5}`);
assertType<Equal<typeof raw, { n: number }[]>>();
const typed = await session.all(text<{ id: number }>('SELECT id FROM users WHERE username = :username'), { username: 'x' });
assertType<Equal<typeof typed, { id: number }[]>>();
await session.all(select(User).where(User.c.id.eq(param('id'))), { id: 5 });

export const chosen = await User.query().filter(User.c.id.gt(1)).select({ name: User.c.username }).all();
assertType<Equal<typeof chosen, { readonly name: string }[]>>();
export const count = await User.query().count();
assertType<Equal<typeof count, number>>();
await User.query().filterBy({ id: 1 }).update({ email: 'x' });
// @ts-expect-error the wrong type
await User.query().filterBy({ id: 1 }).update({ email: 1 });
