// Handlers of events know what they get.
import { listen } from 'athanor';
import { db } from './database.ts';
import { assertType, type Equal } from './equal.ts';
import { Post } from './post.ts';
import { User } from './user.ts';

listen(Post, 'beforeInsert', (post) => {
  assertType<Equal<typeof post, Post>>();
  post.body ??= post.slug;
});
// @ts-expect-error no such event
listen(Post, 'beforeExplode', () => {});
listen(Post.c.title, 'set', (post: Post, value, old) => {
  assertType<Equal<typeof value, string>>();
  assertType<Equal<typeof old, string | null>>();
  post.body = value;
});
listen(Post.c.title, 'set', (post, value) => {
  assertType<Equal<typeof post.body, string | null>>();
  post.body = value;
});
listen(User.c.lastLogin, 'set', (_user: User, value) => {
  assertType<Equal<typeof value, Date | null>>();
});
listen(User.c.posts, 'append', (_user: User, post) => {
  assertType<Equal<typeof post, Post>>();
});
// @ts-expect-error a column is set, not appended to
listen(Post.c.title, 'append', () => {});
const stop = listen(db, 'afterCommit', (changes) => {
  for (const change of changes) change.object;
});
stop();
