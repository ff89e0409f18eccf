import { manyToMany, t } from 'athanor';
import { db } from './database.ts';
import { Post, postTags } from './post.ts';

export class Tag extends db.Model('tags', {
  id: t.integer().primaryKey(),
  name: t.string(50).unique(),
  get posts() {
    return manyToMany(Post, { through: postTags });
  },
}) {}
