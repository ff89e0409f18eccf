import { db } from '../db.ts';

/** The largest key that an integer column holds in every database. */
const largestId = 2_147_483_647;

/** The row with this key; null where there is none, or where no row could have such a key. */
export async function findById<C extends Parameters<typeof db.session.get>[0]>(
  model: C,
  id: number | string,
): Promise<InstanceType<C> | null> {
  const key = typeof id === 'string' && !/^\d{1,10}$/.test(id) ? Number.NaN : Number(id);
  if (!Number.isInteger(key) || key < 1 || key > largestId) return null;
  return (await db.session.get(model, key)) as InstanceType<C> | null;
}
