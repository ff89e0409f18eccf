import type { AttachingSession } from './attachment.ts';
import { forgetRelated } from './attributes.ts';
import { identityOf } from './identity.ts';
import { CHANGES, type Entity, hasChange, MAPPER, RELATED, ROW } from './mapping.ts';
import { storedKey } from './persistence.ts';
import type { Undo } from './undo.ts';

/** Puts values that the row has now into the object; what was changed and not flushed stays so. */
export function take(
  { undo, identities }: { readonly undo: Undo[]; readonly identities: AttachingSession['identities'] },
  entity: Entity,
  positions: readonly number[],
  values: readonly unknown[],
): void {
  const mapper = entity[MAPPER];
  const before = identityOf(storedKey(entity, entity[CHANGES]));
  undo.push({ kind: 'update', entity, changes: positions.flatMap((position) => [position, entity[ROW][position]]) });
  for (let i = 0; i < positions.length; i++) takeColumn(entity, positions[i], values[i]);
  if (!positions.some((position) => mapper.keyPositions.includes(position))) return;
  const now = identityOf(storedKey(entity, entity[CHANGES]));
  const map = identities.of(mapper);
  if (now === before) return;
  // Another object may have taken the former key by now.
  if (map.get(before) === entity) map.delete(before);
  map.set(now, entity);
}

/** A column of the object is what its row has; one that was changed and not flushed was that before. */
export function takeColumn(entity: Entity, position: number, value: unknown): void {
  const changes = entity[CHANGES];
  if (hasChange(entity, position) && changes !== null) {
    for (let i = 0; i < changes.length; i += 2) if (changes[i] === position) changes[i + 1] = value;
    return;
  }
  const old = entity[ROW][position];
  entity[ROW][position] = value;
  if (entity[RELATED] !== null && old !== value) forgetRelated(entity, entity[MAPPER], position);
}

/** Gives an object that the session has the row that a statement gave back for it. */
export function takeRow(entity: Entity, row: readonly unknown[]): void {
  for (let position = 0; position < row.length; position++) takeColumn(entity, position, row[position]);
}
