import { columnValue } from './attributes.ts';
import type { KeyAssignment } from './flush-order.ts';
import type { Entity } from './mapping.ts';

/** The foreign keys that a flush sets, by the object that they are of. */
export type Assignments = ReadonlyMap<Entity, readonly KeyAssignment[]>;

/**
 * The value that a column will be written with: its parent's, where a relation hands one on, however far up that comes
 * from. Undefined where a row that is not inserted yet has to tell.
 */
export function plannedValue(entity: Entity, position: number, assignments: Assignments, below: readonly Entity[] = []): unknown {
  const own = assignments.get(entity);
  // The last one is the one that stays. Keys that are set by an UPDATE of their own come later than all of this.
  for (let i = (own?.length ?? 0) - 1; i >= 0; i--) {
    const { positions, parent, parentPositions, post } = (own as readonly KeyAssignment[])[i];
    const place = post ? -1 : positions.indexOf(position);
    if (place < 0 || (parent !== null && below.includes(parent))) continue;
    return parent === null ? null : plannedValue(parent, parentPositions[place], assignments, [...below, entity]);
  }
  return columnValue(entity, position);
}

/** Whether a relation hands a value on to one of these columns. */
export function isAssigned(entity: Entity, positions: readonly number[], assignments: Assignments): boolean {
  return assignments.get(entity)?.some((assignment) => assignment.positions.some((position) => positions.includes(position))) === true;
}
