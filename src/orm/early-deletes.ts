import type { ForeignKey } from '../sql/schema.ts';
import { foreignKeysOf, mayLetGo } from './flush-order.ts';
import { identityText } from './identity.ts';
import { byMapper, CHANGES, type Entity, hasChange, MAPPER, type Mapper, PERSISTENT, STATUS } from './mapping.ts';
import { storedValue } from './persistence.ts';
import { type Assignments, isAssigned, plannedValue } from './planned-values.ts';
import { type UniqueSet, uniquesOf } from './update-order.ts';

/** Rows that are deleted before anything is saved, and the keys of rows that stay which become NULL before that. */
export interface EarlyDeletes {
  readonly early: readonly Entity[];
  readonly cuts: readonly KeyCut[];
  /** What deleted rows let go of while they are still there, since rows that stay cannot let go of them. */
  readonly released: readonly TakenValue[];
}

/** A key or unique value of a deleted row that another row takes. */
export interface TakenValue {
  readonly holder: Entity;
  readonly set: UniqueSet;
  readonly taker: Entity;
}

/** A foreign key of a row that lets go of a row which is deleted. */
export interface KeyCut {
  readonly entity: Entity;
  readonly key: ForeignKey;
}

const NOTHING_EARLY: EarlyDeletes = { early: [], cuts: [], released: [] };

/**
 * Rows that are deleted before anything is saved: those of which new rows of the class may take the place, where nothing
 * else in the flush refers to their table, and those whose key or unique value another row takes, with what refers to them.
 * `kept` are deleted objects whose rows new ones take over: until then they refer to what they did.
 */
export function earlyDeletes(
  inserts: readonly Entity[],
  updates: readonly Entity[],
  deletes: readonly Entity[],
  kept: readonly Entity[],
  assignments: Assignments,
): EarlyDeletes {
  if (deletes.length === 0 || inserts.length + updates.length + kept.length === 0) return NOTHING_EARLY;
  const early = replacedRows(inserts, [...updates, ...kept], deletes);
  const taken = takenFrom(deletes, [...inserts, ...updates], assignments);
  const gone = new Set(early);
  const held = taken.filter(({ holder }) => !gone.has(holder));
  if (held.length === 0) return { early, cuts: [], released: [] };
  const group = withReferrers(new Set(held.map(({ holder }) => holder)), deletes);
  // A row that stays and still refers to one of them lets go of it first.
  const keysTo = referringKeys(group);
  const cuts = [...updates, ...kept].flatMap((entity) => keysTo(entity).map((key) => ({ entity, key })));
  if (cuts.some(({ key }) => !key.columns.some(mayLetGo))) return { early, cuts: [], released: held };
  return { early: [...new Set([...early, ...group])], cuts, released: [] };
}

function replacedRows(inserts: readonly Entity[], updates: readonly Entity[], deletes: readonly Entity[]): Entity[] {
  const inserted = new Set(inserts.map((entity) => entity[MAPPER].root));
  const others = new Set([...updates, ...deletes].map((entity) => entity[MAPPER]));
  const free = new Map<Mapper, boolean>();
  for (const mapper of inserted)
    free.set(mapper, ![...others].some((other) => foreignKeysOf(other).some((key) => isOfHierarchy(mapper, key, deletes))));
  return deletes.filter((entity) => free.get(entity[MAPPER].root) === true);
}

/** Whether a foreign key leads to a table of one of the deleted objects of a hierarchy. */
function isOfHierarchy(root: Mapper, { targetTable }: ForeignKey, deletes: readonly Entity[]): boolean {
  if (root.table.fullName === targetTable) return true;
  return deletes.some(({ [MAPPER]: mapper }) => mapper.root === root && mapper.tables.some(({ fullName }) => fullName === targetTable));
}

/** The keys and unique values of deleted rows that one of the others takes. */
function takenFrom(deletes: readonly Entity[], takers: readonly Entity[], assignments: Assignments): TakenValue[] {
  const taken: TakenValue[] = [];
  const holders = new Map<object, Map<string, Entity>>();
  // Classes of one table have its constraints in common.
  for (const entity of deletes)
    for (const { constraint, positions } of uniquesOf(entity[MAPPER])) {
      const values = positions.map((position) => storedValue(entity, position, entity[CHANGES]));
      if (values.every(isKnown))
        holders.set(constraint, (holders.get(constraint) ?? new Map<string, Entity>()).set(identityText(values), entity));
    }
  for (const taker of takers)
    for (const set of uniquesOf(taker[MAPPER])) {
      const { constraint, positions } = set;
      const held = holders.get(constraint);
      if (held === undefined || (taker[STATUS] === PERSISTENT && !isChanging(taker, positions, assignments))) continue;
      const values = positions.map((position) => plannedValue(taker, position, assignments));
      const holder = values.every(isKnown) ? held.get(identityText(values)) : undefined;
      if (holder !== undefined) taken.push({ holder, set, taker });
    }
  return taken;
}

function isChanging(entity: Entity, positions: readonly number[], assignments: Assignments): boolean {
  return positions.some((position) => hasChange(entity, position)) || isAssigned(entity, positions, assignments);
}

function isKnown(value: unknown): boolean {
  return value !== null && value !== undefined;
}

/** Rows with all deleted rows that refer to them, however far. */
function withReferrers(rows: ReadonlySet<Entity>, deletes: readonly Entity[]): Set<Entity> {
  const group = new Set(rows);
  for (let size = 0; size < group.size; ) {
    size = group.size;
    const keysTo = referringKeys(group);
    for (const entity of deletes) if (!group.has(entity) && keysTo(entity).length > 0) group.add(entity);
  }
  return group;
}

/** Tells the foreign keys by which an object's row refers to one of these rows in the database. */
function referringKeys(rows: Iterable<Entity>): (entity: Entity) => ForeignKey[] {
  const byTable = new Map<string, Entity[]>();
  for (const [{ tables }, entities] of byMapper(rows))
    for (const { fullName } of tables) byTable.set(fullName, [...(byTable.get(fullName) ?? []), ...entities]);
  const keys = new Map<ForeignKey, ReadonlySet<string>>();
  return (entity) => {
    const mapper = entity[MAPPER];
    return foreignKeysOf(mapper).filter((key) => {
      const { table } = key.columns[0];
      const places = key.columns.map((column) => mapper.positionOf(column));
      const referred = places.includes(-1) ? undefined : byTable.get(key.targetTable);
      if (referred === undefined) return false;
      let values = keys.get(key);
      if (values === undefined) {
        const { columns } = table.metadata.resolve(table, key);
        values = new Set(
          referred.map((row) => identityText(columns.map((column) => storedValue(row, row[MAPPER].positionOf(column), row[CHANGES])))),
        );
        keys.set(key, values);
      }
      const own = places.map((position) => storedValue(entity, position, entity[CHANGES]));
      return own.every(isKnown) && values.has(identityText(own));
    });
  };
}
