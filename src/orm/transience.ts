import { describe } from '../sql/errors.ts';
import { ormError } from './errors.ts';
import { identityOfEntity, nameOf } from './identity.ts';
import { DETACHED, type Entity, isEntity, RELATED, SESSION, STATUS, STATUS_NAMES, TRANSIENT } from './mapping.ts';
import { EntityCollection } from './related.ts';
import { toTransient } from './undo.ts';

function entityOf(object: unknown, where: string): Entity {
  if (!isEntity(object)) throw ormError('orm.not-an-entity', where, describe(object));
  return object;
}

/**
 * Makes an object as new as one that was never stored: it leaves its session and keeps its values, its key too. Added
 * again, it is inserted. What it has not loaded reads as if it was never set. SQLAlchemy: `make_transient()`.
 * @example makeTransient(post); post.id = 9; db.session.add(post); // a copy of the row
 */
export function makeTransient(object: object): void {
  const entity = entityOf(object, 'makeTransient()');
  entity[SESSION]?.release(entity);
  toTransient(entity);
}

/**
 * Makes a new object stand for the row of its key, as if it had been read and taken out of its session. Attributes that it
 * does not have are not loaded. Throws an InvalidStateError for an object that is not new, or has no key. SQLAlchemy:
 * `make_transient_to_detached()`.
 * @example const user = new User({ id: 5 }); makeTransientToDetached(user); db.session.add(user); // no statement yet
 */
export function makeTransientToDetached(object: object): void {
  const entity = entityOf(object, 'makeTransientToDetached()');
  if (entity[STATUS] !== TRANSIENT || entity[SESSION] !== null)
    throw ormError('orm.not-transient', nameOf(entity), STATUS_NAMES[entity[STATUS]]);
  if (identityOfEntity(entity) === undefined) throw ormError('orm.no-key', nameOf(entity));
  entity[STATUS] = DETACHED;
  const related = entity[RELATED];
  related?.forEach((value, i) => {
    if (!(value instanceof EntityCollection)) return;
    if (value.given || (value.items?.length ?? 0) > 0) value.settle();
    else related[i] = undefined;
  });
}
