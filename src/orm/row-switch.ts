import { columnValue, sameValue } from './attributes.ts';
import { identityOf } from './identity.ts';
import type { IdentityMap } from './identity-map.ts';
import { CHANGES, type Entity, MAPPER, type Mapper, ROW } from './mapping.ts';
import { isExpressionDefault, nextVersion, storedMatch, storedValue, type Writer } from './persistence.ts';
import { type Assignments, plannedValue } from './planned-values.ts';
import { insertRow } from './row-inserts.ts';
import { type RowUpdate, updateRows } from './row-updates.ts';
import { sqlValuesOf } from './sql-values.ts';

/**
 * New objects whose key is that of an object that the same flush deletes, with that object: the row stays, and one UPDATE
 * makes it the new object's. What the database itself would fill in needs a new row, so such objects are left out.
 * SQLAlchemy: row switch.
 */
export function rowSwitches(
  identities: IdentityMap,
  inserts: readonly Entity[],
  gone: ReadonlySet<Entity>,
  assignments: Assignments,
): Map<Entity, Entity> {
  const switches = new Map<Entity, Entity>();
  if (gone.size === 0) return switches;
  for (const fresh of inserts) {
    const mapper = fresh[MAPPER];
    const key = mapper.keyPositions.map((position) => plannedValue(fresh, position, assignments));
    const former = key.some((value) => value === undefined || value === null) ? undefined : identities.get(mapper, identityOf(key));
    if (former !== undefined && former[MAPPER] === mapper && gone.has(former) && isComplete(fresh, mapper)) switches.set(fresh, former);
  }
  return switches;
}

/** Whether no column is left to the database. */
function isComplete(fresh: Entity, mapper: Mapper): boolean {
  if (sqlValuesOf(fresh) !== undefined) return false;
  return mapper.columns.every(
    (column) => fresh[ROW][column.position] !== undefined || (!column.serverGenerated && !isExpressionDefault(column)),
  );
}

/** Writes new objects over the rows of the deleted ones. */
export async function switchRows(writer: Writer, mapper: Mapper, pairs: readonly (readonly [Entity, Entity])[]): Promise<void> {
  const updates: RowUpdate[] = [];
  const { versionPosition } = mapper;
  for (const [fresh, former] of pairs) {
    const match = storedMatch(former, former[CHANGES]);
    if (versionPosition >= 0 && fresh[ROW][versionPosition] === undefined) {
      const column = mapper.columns[versionPosition];
      fresh[ROW][versionPosition] = nextVersion(column, match[match.length - 1]);
    }
    for (const target of mapper.writes) insertRow(fresh, target, []);
    const positions: number[] = [];
    for (const { position, computed } of mapper.columns) {
      if (computed !== null || mapper.keyPositions.includes(position)) continue;
      if (!sameValue(columnValue(fresh, position), storedValue(former, position, former[CHANGES]))) positions.push(position);
    }
    if (positions.length > 0)
      updates.push({
        entity: fresh,
        positions,
        values: positions.map((position) => columnValue(fresh, position)),
        key: match,
        changes: [],
      });
  }
  await updateRows(writer, mapper, updates);
}
