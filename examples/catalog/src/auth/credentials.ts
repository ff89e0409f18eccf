import { User } from '../models/user.ts';
import { verifyPassword } from './password.ts';

/** The user with this name and password; null, after the same time, for any other pair. */
export async function checkCredentials(username: string, password: string): Promise<User | null> {
  const user = await User.query().filterBy({ username: username.trim() }).first();
  const matches = await verifyPassword(user?.passwordHash, password);
  return matches ? user : null;
}
