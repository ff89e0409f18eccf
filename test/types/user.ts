import { hasMany, hasOne, t } from 'athanor';
import { db } from './database.ts';
import { Post } from './post.ts';
import { Profile } from './profile.ts';

export class User extends db.Model('users', {
  id: t.integer().primaryKey(),
  username: t.string(80).unique(),
  email: t.string(120),
  role: t.enum(['admin', 'manager', 'customer']).default('customer'),
  lastLogin: t.dateTime().nullable(),
  settings: t.json<{ theme: 'dark' | 'light' }>().nullable(),
  get posts() {
    return hasMany(Post, { backPopulates: 'author', orderBy: Post.c.id.desc() });
  },
  get profile() {
    return hasOne(Profile);
  },
}) {
  get label() {
    return `${this.username} <${this.email}>`;
  }
  async titles() {
    const posts = await this.posts;
    return posts.map((post) => post.slug);
  }
  static findByEmail(email: string) {
    // biome-ignore lint/complexity/noThisInStatic: the class that is asked, a subclass too
    return this.query().filterBy({ email }).first();
  }
}
