import { hasMany, t } from 'athanor';
import { hashPassword, verifyPassword } from '../auth/password.ts';
import { hasRank, type Role, roles } from '../auth/roles.ts';
import { db } from '../db.ts';
import { Review } from './review.ts';

export class User extends db.Model('users', {
  id: t.integer().primaryKey(),
  username: t.string(80).unique(),
  email: t.string(120).unique(),
  // Null for a user who can't sign in.
  passwordHash: t.string(200).nullable().sensitive(),
  role: t.enum(roles).default('customer'),
  createdAt: t.dateTime().default(() => new Date()),
  get reviews() {
    return hasMany(Review, { backPopulates: 'user', cascade: 'all, delete-orphan' });
  },
}) {
  /** Whether this user may do what `required` may: admin over manager over customer. */
  hasRole(required: Role): boolean {
    return hasRank(this.role, required);
  }

  async setPassword(password: string): Promise<void> {
    this.passwordHash = await hashPassword(password);
  }

  checkPassword(password: string): Promise<boolean> {
    return verifyPassword(this.passwordHash, password);
  }
}
