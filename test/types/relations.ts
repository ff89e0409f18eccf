// What relations hold, loaded and not.
import type { Collection, FilterBy, Init, Loaded, LoadedCollection, NotLoaded, With } from 'athanor';
import { alias, func, type inspect, isLoaded, select, sql } from 'athanor';
import { db } from './database.ts';
import { assertType, type Equal } from './equal.ts';
import { Post } from './post.ts';
import type { Profile } from './profile.ts';
import { Tag } from './tag.ts';
import { User } from './user.ts';

export const post = (await Post.query().firstOr404()) as Post;
assertType<Equal<typeof post.author, User | NotLoaded<User>>>();
assertType<Equal<typeof post.parent, Post | null | NotLoaded<Post | null>>>();
assertType<Equal<typeof post.tags, Collection<Tag>>>();
const tags = await post.tags;
assertType<Equal<typeof tags, readonly Tag[]>>();
// @ts-expect-error not loaded: it has no length
post.tags.length;
// @ts-expect-error not loaded: no methods of an array
post.tags.map((tag) => tag.name);
// @ts-expect-error the answer is readonly
tags.push(new Tag({ name: 'x' }));
post.tags.add(new Tag({ name: 'x' }), new Tag({ name: 'y' }));
post.tags.set(new Set([new Tag({ name: 'x' })]));
post.tags.has(new Tag());
// @ts-expect-error a post is no tag
post.tags.add(post);
// @ts-expect-error a tag is no user
post.author = new Tag({ name: 'x' });
// @ts-expect-error this relation is never empty
post.author = null;
post.parent = null;

if (isLoaded(post.author)) post.author.label;
const user = new User({ posts: [post], profile: null, role: 'admin' });
const profile = await user.profile;
assertType<Equal<typeof profile, Profile | null>>();
const titles = await user.titles();
assertType<Equal<typeof titles, string[]>>();

// Three levels.
export const deep = await User.query()
  .with({
    posts: {
      strategy: 'selectin',
      limit: 3,
      filter: Post.c.published.eq(true),
      orderBy: Post.c.id.desc(),
      with: { tags: { with: { posts: 'selectin' } }, parent: { with: { author: 'joined' } } },
    },
  })
  .all();
for (const one of deep) {
  assertType<typeof one.posts extends LoadedCollection<Post> ? true : false>();
  one.posts.length;
  one.posts.at(0)?.title;
  for (const p of one.posts) {
    for (const tag of p.tags) for (const q of tag.posts) assertType<Equal<typeof q.title, string>>();
    p.parent?.author.username;
    // @ts-expect-error may be null
    p.parent.author;
    // @ts-expect-error not loaded
    p.author.username;
  }
}
// @ts-expect-error no such strategy
User.query().with({ posts: 'eager' });
// @ts-expect-error no such strategy
User.query().with({ posts: { strategy: 'eager' } });
// @ts-expect-error no such relation, three levels down
User.query().with({ posts: { with: { tags: { with: { nope: true } } } } });

const withProfile = await db.session.get(User, 1, { with: { profile: true, posts: { with: { tags: true } } } });
withProfile?.profile?.bio;
for (const p of withProfile?.posts ?? []) for (const tag of p.tags) tag.name;
const plain = await db.session.get(User, 1);
plain?.label;
// @ts-expect-error not loaded
plain?.profile?.bio;
// @ts-expect-error no such relation
db.session.get(User, 1, { with: { nope: true } });

for (const loadedUser of await db.session.load([user], { posts: true })) for (const p of loadedUser.posts) p.slug;
const one = await db.session.load(user, { profile: true });
one.profile?.bio;
// @ts-expect-error not asked for
for (const p of one.posts) p.id;
// @ts-expect-error no such relation
db.session.load(user, { nope: true });

const loaded: Loaded<Post, { author: { with: { profile: true } } }> = post as never;
const base: Post = loaded;
loaded.author.profile?.bio;
base.title;
const spec: With<Post> = { author: true, tags: { with: { posts: true } } };
Post.query().with(spec);
const filter: FilterBy<Post> = { title: 'x', author: user, parent: null, views: 1, price: '1.5', body: null };
Post.query().filterBy(filter);
// @ts-expect-error a collection is no condition
Post.query().filterBy({ tags: [] });
// @ts-expect-error the wrong type
Post.query().filterBy({ title: 1 });
// @ts-expect-error never null
Post.query().filterBy({ title: null });
const init: Init<NonNullable<User['~shape']>> = { username: 'x', posts: [post] };
new User(init);

export const page = await Post.query().with({ author: true }).orderBy(Post.c.id).paginate({ page: 1, perPage: 10 });
for (const item of page) item.author.username;
const next = await page.next();
next.items[0]?.author.username;
const total: number | null = page.total;
total?.toFixed();
assertType<Equal<ReturnType<typeof inspect>['state'], 'transient' | 'pending' | 'persistent' | 'deleted' | 'detached'>>();

User.c.posts.any(Post.c.title.eq('x'), Post.c.tags.any(Tag.c.name.eq('y')));
Post.c.author.has(User.c.username.eq('x'));
Post.c.author.eq(user);
// @ts-expect-error a post is no author
Post.c.author.eq(post);

// Strategies that load, that may leave nothing, and that do not load.
export const strategies = await Post.query()
  .with({ author: { filter: User.c.username.eq('x') }, parent: 'recursive', tags: { strategy: 'noload' } })
  .firstOr404();
assertType<null extends typeof strategies.author ? true : false>();
// @ts-expect-error a filter may leave none
strategies.author.label;
strategies.author?.label;
strategies.parent?.parent?.parent?.parent?.title;
// @ts-expect-error may be null at every step
strategies.parent?.parent.title;
strategies.tags.length;
export const withheld = await Post.query()
  .with({ author: 'raise', parent: false, tags: { strategy: 'select' }, '*': 'raise' })
  .firstOr404();
// @ts-expect-error not loaded
withheld.author.username;
// @ts-expect-error not loaded
withheld.parent?.title;
// @ts-expect-error not loaded
withheld.tags.length;
export const everything = await Post.query()
  .with({ '*': 'joined', parent: { with: { author: true } } })
  .firstOr404();
everything.author.username;
everything.tags.length;
everything.parent?.author.username;
// @ts-expect-error all relations of the post, not those below
everything.author.profile?.bio;
// @ts-expect-error the others cannot come from joins of the query
Post.query().with({ '*': 'contains' });
// Columns of related objects.
export const slim = await Post.query()
  .with({ author: { loadOnly: ['username'], with: { profile: { defer: ['bio'] } } } })
  .firstOr404();
slim.author.username;
// @ts-expect-error left out
slim.author.email;
// @ts-expect-error left out
slim.author.profile?.bio;
// @ts-expect-error no column of a user
Post.query().with({ author: { loadOnly: ['title'] } });
// In several steps: the later one takes the place of the earlier one, others stay.
export const steps = await Post.query()
  .with({ author: true, tags: true })
  .with({ author: { with: { profile: true } } })
  .firstOr404();
steps.author.profile?.bio;
steps.tags.length;
// Of a recursive load to a depth, the last ones are not loaded.
export const deepest = await Post.query()
  .with({ parent: { strategy: 'recursive', depth: 2, with: { author: true } } })
  .firstOr404();
deepest.parent?.author.username;
// @ts-expect-error how deep it went, the compiler does not count
deepest.parent?.parent?.title;
export const below = await Post.query()
  .with({ parent: { strategy: 'recursive', with: { tags: true } } })
  .firstOr404();
below.parent?.parent?.tags.length;

export const writer = alias(User, 'writer');
export const contained = await Post.query()
  .join(Post.c.author.of(writer))
  .with({ author: { alias: writer, with: { profile: true } } })
  .all();
contained[0]?.author.profile?.bio;
// @ts-expect-error an alias of another class
Post.c.author.of(alias(Post));
// @ts-expect-error an alias of another class
Post.query().with({ author: { alias: alias(Tag) } });

export const best = Post.query().limit(3).alias('best');
const pair = await db.session.first(select(User, best).join(best, best.c.userId.eq(User.c.id)));
assertType<Equal<typeof pair, [User, Post] | null>>();
const ofAlias = await db.session.query(best).with({ author: true }).first();
ofAlias?.author.username;
// @ts-expect-error a subquery of Core has rows, no objects
db.session.query(select({ id: Post.c.id }).subquery());
best.c.author.has(User.c.username.eq('x'));
assertType<Equal<Awaited<ReturnType<ReturnType<typeof best.query>['all']>>, Post[]>>();

export const rows = Post.query().select({ post: Post, title: Post.c.title, tags: func.count(Tag.c.id) });
const row = await rows.orderBy('tags').one();
assertType<Equal<typeof row, { readonly post: Post; readonly title: string; readonly tags: number }>>();
const titles2 = await Post.query().select(Post.c.title).scalars();
assertType<Equal<typeof titles2, string[]>>();
export const both = Post.query().with({ tags: true }).union(Post.query());
(await both.firstOr404()).tags.length;
// @ts-expect-error queries of one class
Post.query().union(User.query());
export const written = await Post.query().fromStatement(sql`SELECT * FROM posts`).with({ tags: true }).one();
written.tags.map((tag) => tag.name);
export const cursors = await Post.query().with({ author: true }).paginateByCursor({ after: null });
cursors.items[0]?.author.username;
const beyond: string | null = cursors.endCursor;
beyond?.length;

const counted: number = await user.posts.count();
counted.toFixed();
(await user.posts.contains(post)).valueOf();
// @ts-expect-error a tag is no post
user.posts.contains(new Tag());
user.posts.clear();
