// Each kind of statement: the rows that it gives, and what it takes.

import {
  alias,
  cte,
  deleteFrom,
  exceptAll,
  explain,
  func,
  insertInto,
  join,
  lateral,
  literal,
  mergeInto,
  param,
  rollup,
  select,
  selectFrom,
  sql,
  t,
  tableFunction,
  tableSample,
  text,
  truncate,
  unionAll,
  update,
  values,
  window,
} from 'athanor';
import { db } from './database.ts';
import { assertType, type Equal } from './equal.ts';
import { Post, postTags } from './post.ts';
import { User } from './user.ts';

const { session } = db;

// Common table expressions
export const top = select({ id: Post.c.id, body: Post.c.body }).cte('top');
const fromTop = await session.all(select({ id: top.c.id, body: top.c.body }));
assertType<Equal<typeof fromTop, { readonly id: number; readonly body: string | null }[]>>();
const whole = await session.all(select(top));
assertType<Equal<typeof whole, [{ readonly id: number; readonly body: string | null }][]>>();
// @ts-expect-error no such column
top.c.nope;
// @ts-expect-error the wrong type
top.c.id.eq('x');
export const again = alias(top, 'again');
again.c.id.eq(1);
// @ts-expect-error no such column
again.c.nope;
export const tree = select({ id: Post.c.id, depth: literal(0) })
  .cte('tree', { recursive: true })
  .unionAll((self) => {
    // @ts-expect-error no such column
    self.c.nope;
    return select({ id: Post.c.id, depth: self.c.depth.plus(1) }).join(self, self.c.id.eq(Post.c.userId));
  });
const depths = await session.scalars(select(tree.c.depth));
assertType<Equal<typeof depths, number[]>>();
const start = cte('start', select({ id: Post.c.id }), { recursive: true });
// @ts-expect-error rows of another type
start.union(() => select({ id: Post.c.title }));
const gone = deleteFrom(Post).where(Post.c.id.eq(1)).returning({ id: Post.c.id }).cte('gone');
const goneIds = await session.scalars(select(gone.c.id));
assertType<Equal<typeof goneIds, number[]>>();

// Sources
const newest = lateral(select({ title: Post.c.title }).where(Post.c.userId.eq(User.c.id)).limit(1), 'newest');
const lasts = await session.all(select(User.c.username, newest.c.title).join(newest));
assertType<Equal<typeof lasts, [string, string][]>>();
select(User).crossJoinLateral(newest).rightJoin(join(Post, postTags), Post.c.userId.eq(User.c.id));
// @ts-expect-error a source, not a column
select(User).join(Post.c.title);
// @ts-expect-error a condition, not a value
select(User).join(Post, 1);
export const rates = values({ code: t.string(), rate: t.numeric(10, 2).nullable() }, [['EUR', null], { code: 'USD', rate: null }]);
const rateRows = await session.all(select({ code: rates.as('r').c.code }));
assertType<Equal<typeof rateRows, { readonly code: string }[]>>();
const codes = await session.all(values({ code: t.string(), n: t.integer() }, [['a', 1]]));
assertType<Equal<typeof codes, { readonly code: string; readonly n: number }[]>>();
// @ts-expect-error the wrong type
values({ code: t.string() }, [{ code: 5 }]);
// @ts-expect-error a column is missing
values({ code: t.string(), n: t.integer() }, [{ code: 'x' }]);
const each = tableFunction(func.jsonEach!(Post.c.body), { key: t.string() }, { name: 'each' });
const keys = await session.all(select(each.c.key));
assertType<Equal<typeof keys, [string][]>>();
tableSample(Post, 10).c.title.eq('x');
// @ts-expect-error no such column
tableSample(Post, 10).c.nope;
const hand = text('SELECT id, title FROM posts').columns({ id: t.integer(), title: t.string().nullable() });
const handRows = await session.all(hand);
assertType<Equal<typeof handRows, { readonly id: number; readonly title: string | null }[]>>();
sql`SELECT 1`.as('x', { n: t.integer() }).c.n.eq(1);
// @ts-expect-error no such column
sql`SELECT 1`.as('x', { n: t.integer() }).c.nope;
const rows = await session.all(selectFrom(postTags));
assertType<Equal<typeof rows, { postId: number; tagId: number }[]>>();
const users = await session.first(selectFrom(User));
users?.username.trim();

// Clauses
const added = await session.all(select(User.c.id).addColumns(User.c.username, literal(true)));
assertType<Equal<typeof added, [number, string, boolean][]>>();
const merged = await session.one(select({ id: User.c.id }).addColumns({ name: User.c.username }));
merged.id.toFixed();
merged.name.trim();
select(User.c.id)
  .groupBy(rollup(User.c.id))
  .orderBy('id', 1, User.c.id.desc().nullsLast())
  .limit(param<number>('n'))
  .offset(literal(1))
  .forUpdate({ of: User, key: true });
// @ts-expect-error a number
select(User.c.id).limit('x');
const both = await session.all(unionAll(select({ id: User.c.id }), values({ id: t.integer() }, [[1]])).orderBy('id'));
assertType<Equal<typeof both, { readonly id: number }[]>>();
// @ts-expect-error rows of another type
exceptAll(select({ id: User.c.id }), select({ id: User.c.username }));
// @ts-expect-error rows of another type
select(User.c.id).union(select(User.c.username));

// Changes
const tag = insertInto(User).values({ username: 'a', email: 'b' });
tag.onConflictDoUpdate({ target: User.c.username, set: (excluded) => ({ email: excluded.email }) });
// @ts-expect-error the wrong type
tag.onConflictDoUpdate({ target: User.c.username, set: (excluded) => ({ email: excluded.id }) });
tag.onConflictDoNothing({ constraint: 'x', targetWhere: User.c.id.gt(1) });
tag.onDuplicateKeyUpdate((excluded) => ({ email: excluded.email }));
// @ts-expect-error no such column
tag.onDuplicateKeyUpdate({ nope: 1 });
insertInto(User).defaultValues().orIgnore().orReplace();
const changed = await session.all(
  update(Post).set({ title: User.c.username }).from(User).where(Post.c.userId.eq(User.c.id)).limit(1).returning(Post.c.id, User.c.email),
);
assertType<Equal<typeof changed, [number, string][]>>();
update(Post).orderedValues(['title', 'x'], ['body', null]);
// @ts-expect-error no such column
update(Post).orderedValues(['nope', 1]);
const deleted = await session.all(deleteFrom(Post).using(User).where(Post.c.userId.eq(User.c.id)).returning({ id: Post.c.id }));
assertType<Equal<typeof deleted, { readonly id: number }[]>>();
const merge = mergeInto(Post).using(User, User.c.id.eq(Post.c.userId));
merge.whenMatched().update({ title: User.c.username });
merge.whenNotMatched(User.c.id.gt(1)).insert({ title: User.c.username, userId: User.c.id });
// @ts-expect-error the title is missing
merge.whenNotMatched().insert({ userId: User.c.id });
// @ts-expect-error the wrong type
merge.whenMatched().update({ title: User.c.id });
// @ts-expect-error only rows that match are deleted
merge.whenNotMatched().delete();
const returned = await session.all(merge.whenMatched().delete().returning(Post.c.id));
assertType<Equal<typeof returned, [number][]>>();
await session.execute(truncate([Post, User], { cascade: true }));
const lines = await session.scalars(explain(select(User)));
assertType<Equal<typeof lines, string[]>>();

// Columns from one select, columns in common, named windows
update(Post).setRow(['title', 'views'], select(User.c.username, literal(5n)).where(User.c.id.eq(1)));
// @ts-expect-error the wrong type
update(Post).setRow(['title', 'views'], select(User.c.id, literal(5n)));
// @ts-expect-error no such column
update(Post).setRow(['nope'], select(User.c.id));
select(Post.c.id)
  .join(User, { using: ['id'] })
  .outerJoin(postTags, { natural: true });
const byUser = window('by_user', { partitionBy: Post.c.userId });
func.sum(Post.c.views).over(byUser);
func.rank().over({ window: byUser, orderBy: Post.c.id.desc() });
