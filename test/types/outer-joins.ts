// What an outer join leaves out may be null: columns, objects, rows of tables, and what subqueries make of them.

import {
  alias,
  cast,
  cte,
  extract,
  func,
  join,
  lateral,
  literal,
  not,
  outerJoin,
  type Select,
  select,
  selectFrom,
  t,
  union,
} from 'athanor';
import { db } from './database.ts';
import { assertType, type Equal } from './equal.ts';
import { Post, postTags } from './post.ts';
import { Tag } from './tag.ts';
import { User } from './user.ts';

const { session } = db;

const left = await session.all(select({ name: User.c.username, title: Post.c.title, n: literal(1) }).outerJoin(Post));
assertType<Equal<typeof left, { readonly name: string; readonly title: string | null; readonly n: number }[]>>();
const tuples = await session.all(select(User.c.username, Post.c.title, Post.c.body).outerJoin(Post, Post.c.userId.eq(User.c.id)));
assertType<Equal<typeof tuples, [string, string | null, string | null][]>>();
const objects = await session.all(select(User, Post).outerJoin(Post));
assertType<Equal<typeof objects, [User, Post | null][]>>();
const rows = await session.all(select({ user: User, link: postTags }).from(User).outerJoin(postTags, postTags.c.postId.eq(User.c.id)));
assertType<Equal<typeof rows, { readonly user: User; readonly link: { postId: number; tagId: number } | null }[]>>();

// By a relation, and after joins that leave nothing out.
const related = await session.all(select(Post.c.title, User.c.username).outerJoin(Post.c.author).where(Post.c.id.gt(1)).limit(5));
assertType<Equal<typeof related, [string, string | null][]>>();
const tagged = await session.all(select(Post.c.title, Tag.c.name, User.c.username).join(User).outerJoin(Post.c.tags));
assertType<Equal<typeof tagged, [string, string | null, string][]>>();

// From the other side, and from both.
const right = await session.all(select(User.c.username, Post.c.title, func.count()).rightJoin(Post, Post.c.userId.eq(User.c.id)));
assertType<Equal<typeof right, [string | null, string, number][]>>();
const full = await session.all(select(User.c.username, Post.c.title, literal('x')).fullJoin(Post, Post.c.userId.eq(User.c.id)));
assertType<Equal<typeof full, [string | null, string | null, string][]>>();

// One table twice: an alias is another source.
export const manager = alias(User, 'manager');
const managers = await session.all(select(User.c.username, manager.c.username, manager).outerJoin(manager, User.c.id.eq(manager.c.id)));
assertType<Equal<typeof managers, [string, string | null, User | null][]>>();
export const anonymous = alias(User);
const others = await session.all(select(User.c.username, anonymous.c.username).outerJoin(anonymous, User.c.id.eq(anonymous.c.id)));
assertType<Equal<typeof others, [string, string | null][]>>();
export const link = alias(postTags, 'link');
const links = await session.all(select(postTags.c.postId, link.c.tagId).outerJoin(link, link.c.tagId.eq(postTags.c.tagId)));
assertType<Equal<typeof links, [number, number | null][]>>();

// Subqueries, expressions and laterals; and what they make of what is null inside.
export const counts = select({ userId: Post.c.userId, n: func.count() }).groupBy(Post.c.userId).subquery('counts');
const counted = await session.all(select({ name: User.c.username, n: counts.c.n }).outerJoin(counts, counts.c.userId.eq(User.c.id)));
assertType<Equal<typeof counted, { readonly name: string; readonly n: number | null }[]>>();
export const titles = select({ name: User.c.username, title: Post.c.title }).outerJoin(Post).subquery('titles');
assertType<Equal<(typeof titles.c.title)['~value'], string | null>>();
assertType<Equal<(typeof titles.c.name)['~value'], string>>();
const top = cte('top', select({ id: Post.c.id, title: Post.c.title }));
const fromTop = await session.all(select(User.c.id, top.c.title).outerJoin(top, top.c.id.eq(User.c.id)));
assertType<Equal<typeof fromTop, [number, string | null][]>>();
const newest = lateral(select({ title: Post.c.title }).where(Post.c.userId.eq(User.c.id)).limit(1), 'newest');
const fromNewest = await session.all(select(User.c.id, newest.c.title).outerJoin(newest));
assertType<Equal<typeof fromNewest, [number, string | null][]>>();
const named = await session.all(select(User.c.id, Post.c.title.as('heading')).outerJoin(Post));
assertType<Equal<typeof named, [number, string | null][]>>();

// What is made of such columns is null with them, whichever side they stand on; what says another value is not.
const made = await session.all(
  select({
    upper: func.upper(Post.c.title),
    more: Post.c.views.plus(1n),
    both: User.c.id.plus(Post.c.id).times(2),
    joined: User.c.username.concat(Post.c.title).as('joined'),
    own: User.c.username.concat('!'),
    text: cast(Post.c.id, t.text()),
    year: extract('year', User.c.lastLogin),
    length: func.length(func.trim(Post.c.title)),
    given: func.coalesce(Post.c.title, 'none'),
    absent: Post.c.id.isNull(),
  }).outerJoin(Post),
);
assertType<
  Equal<
    (typeof made)[number],
    {
      readonly upper: string | null;
      readonly more: bigint | null;
      readonly both: number | null;
      readonly joined: string | null;
      readonly own: string;
      readonly text: string | null;
      readonly year: number | null;
      readonly length: number | null;
      readonly given: string;
      readonly absent: boolean;
    }
  >
>();
// A column that may be null makes null of what it takes part in, with or without a join.
const nullable = await session.all(
  select({ a: Post.c.body.concat('x'), b: Post.c.title.concat(Post.c.body), c: func.lower(Post.c.body), d: Post.c.id.plus(Post.c.id) }),
);
assertType<
  Equal<(typeof nullable)[number], { readonly a: string | null; readonly b: string | null; readonly c: string | null; readonly d: number }>
>();
// Conditions and numbers grow by assignment, whatever they are made of.
let growing = Post.c.title.eq('x');
growing = growing.and(User.c.id.gt(1)).or(Post.c.body.isNull());
growing = not(growing);
let sum = literal(0);
sum = sum.plus(2).times(Post.c.id).plus(User.c.id);
// Two sources without a name are one to the compiler: where one of them may be missing, both may.
export const first = alias(User);
export const second = alias(User);
const unnamed = await session.all(select(first.c.username, second.c.username).rightJoin(second, second.c.id.eq(first.c.id)));
assertType<Equal<typeof unnamed, [string | null, string | null][]>>();

// Joins that are nested, and columns that come later.
const nested = await session.all(
  select(User.c.id, Post.c.title, postTags.c.tagId).outerJoin(join(Post, postTags), Post.c.userId.eq(User.c.id)),
);
assertType<Equal<typeof nested, [number, string | null, number | null][]>>();
const inside = await session.all(select(Post.c.title, postTags.c.tagId).from(outerJoin(Post, postTags)));
assertType<Equal<typeof inside, [string, number | null][]>>();
export const later = select(User.c.id).outerJoin(Post);
const added = await session.all(later.addColumns(Post.c.title, User.c.username));
assertType<Equal<typeof added, [number, string | null, string][]>>();
const replaced = await session.all(later.columns({ title: Post.c.title, name: User.c.username }));
assertType<Equal<typeof replaced, { readonly title: string | null; readonly name: string }[]>>();
const whole = await session.all(selectFrom(User).outerJoin(Post));
assertType<Equal<(typeof whole)[number]['username'], string>>();

// Queries of a class.
export const chosen = await User.query()
  .outerJoin(User.c.posts)
  .filter(User.c.id.gt(1))
  .select({ name: User.c.username, title: Post.c.title })
  .all();
assertType<Equal<typeof chosen, { readonly name: string; readonly title: string | null }[]>>();
export const inner = await User.query().join(User.c.posts).select(User.c.username, Post.c.title).all();
assertType<Equal<typeof inner, [string, string][]>>();

// Such selects go where others go.
const take = (statement: Select<[number, string | null]>): Select<[number, string | null]> => statement.where(true);
take(select(User.c.id, Post.c.title).outerJoin(Post));
union(select(User.c.id, Post.c.title).outerJoin(Post), select(Post.c.id, Post.c.body));
// @ts-expect-error the title may be null
take(select(User.c.id, Post.c.title).outerJoin(Post)) satisfies Select<[number, string]>;
