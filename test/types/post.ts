import { belongsTo, index, manyToMany, t, unique } from 'athanor';
import { db } from './database.ts';
import { Tag } from './tag.ts';
import { User } from './user.ts';

export const postTags = db.Table('post_tags', {
  postId: t.integer().primaryKey().references('posts.id', { onDelete: 'cascade' }),
  tagId: t.integer().primaryKey().references('tags.id'),
});

export class Post extends db.Model(
  'posts',
  {
    id: t.integer().primaryKey(),
    title: t.string(200),
    body: t.text().nullable(),
    published: t.boolean().default(false),
    views: t.bigInteger().default(0),
    price: t.numeric(10, 2).nullable(),
    userId: t.integer().references('users.id'),
    parentId: t.integer().nullable().references('posts.id'),
    get author() {
      return belongsTo(User, { backPopulates: 'posts' });
    },
    get parent() {
      return belongsTo(Post, { nullable: true });
    },
    get tags() {
      return manyToMany(Tag, { through: postTags, orderBy: () => Tag.c.name });
    },
  },
  { constraints: [unique('userId', 'title'), index('published')] },
) {
  get slug() {
    return this.title.toLowerCase();
  }
}
