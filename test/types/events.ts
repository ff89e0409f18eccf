// Handlers of events know what they get.
import { listen, t } from 'athanor';
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
listen(db, 'beforeFlush', (session) => {
  for (const object of session.new) if (object instanceof Post) object.body ??= '';
});
listen(db.session, 'afterFlush', (session, changes) => {
  for (const { object } of changes) session.add(object);
});
listen(db, 'persistentToDeleted', (_session, object) => {
  assertType<Equal<typeof object, object>>();
});
// @ts-expect-error no such event
listen(db.session, 'beforeLunch', () => {});
listen(User.c.posts, 'bulkReplace', (_user: User, posts) => {
  assertType<Equal<typeof posts, Post[]>>();
});
listen(Post.c.title, 'set', (_post: Post, value) => value.trim(), { retval: true, once: true });

/** Versions are values of their columns, and may be left out of a new object. */
export class Revised extends db.Model('revised', {
  id: t.integer().primaryKey(),
  revision: t.integer().version(),
  etag: t.string(40),
}) {}
export const revised = new Revised({ etag: 'a' });
assertType<Equal<typeof revised.revision, number>>();
t.string(40).version({
  next: (old) => {
    assertType<Equal<typeof old, string | null>>();
    return 'b';
  },
});
// @ts-expect-error a version is a value of its column
t.string(40).version({ next: () => 5 });
