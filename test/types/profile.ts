import { belongsTo, t } from 'athanor';
import { db } from './database.ts';
import { User } from './user.ts';

export class Profile extends db.Model('profiles', {
  id: t.integer().primaryKey(),
  bio: t.text(),
  userId: t.integer().references('users.id'),
  get user() {
    return belongsTo(User);
  },
}) {}
