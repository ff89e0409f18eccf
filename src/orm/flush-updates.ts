import type { MaybePromise } from '../dialects/base/driver.ts';
import { Expression } from '../sql/expression.ts';
import { columnValue, differs } from './attributes.ts';
import { checkChanged } from './class-values.ts';
import type { FlushSession } from './flush-session.ts';
import { identityOf, identityOfEntity } from './identity.ts';
import { watchInside } from './inner-changes.ts';
import { followKeys, moveReferrers, movesRows } from './key-changes.ts';
import { byMapper, CHANGES, Decoded, type Entity, MAPPER, type Mapper, ROW, recordChange } from './mapping.ts';
import { nextVersion, storedMatch } from './persistence.ts';
import { type RowUpdate, updateRows } from './row-updates.ts';
import { mayHaveSqlValues, type SqlValues, takeSqlValues } from './sql-values.ts';
import { park, parkingPlace } from './unique-exchanges.ts';
import { inSteps, isReferable, type UpdateStep } from './update-order.ts';

/** Writes the changed columns of stored objects, of one class or of several that take each other's unique values. */
export function updateChanged(session: FlushSession, entities: readonly Entity[]): MaybePromise<void> {
  if (entities.length === 0) return;
  const mapper = entities[0][MAPPER];
  if (entities.length > 1 && entities.some((entity) => entity[MAPPER] !== mapper)) return updateClasses(session, [...byMapper(entities)]);
  checkChanged(mapper, entities);
  const updates = rowUpdates(session, mapper, entities);
  if (updates.length === 0) return;
  session.undo.push({ kind: 'updates', rows: updates });
  const steps = inSteps(updates, parkingPlace);
  const together = steps.length === 1 && !('parked' in steps[0]) && !movesRows(mapper);
  const written = together ? updateRows(session, mapper, updates) : runSteps(session, steps);
  const goOn = (): MaybePromise<void> => follow(session, mapper, entities, updates);
  return written instanceof Promise ? written.then(goOn) : goOn();
}

async function updateClasses(session: FlushSession, groups: readonly (readonly [Mapper, readonly Entity[]])[]): Promise<void> {
  for (const [mapper, list] of groups) checkChanged(mapper, list);
  const parts = groups.map(([mapper, list]) => ({ mapper, list, updates: rowUpdates(session, mapper, list) }));
  const updates = parts.flatMap((part) => part.updates);
  if (updates.length === 0) return;
  session.undo.push({ kind: 'updates', rows: updates });
  await runSteps(session, inSteps(updates, parkingPlace));
  for (const { mapper, list, updates: own } of parts) if (own.length > 0) await follow(session, mapper, list, own);
}

/** What has to follow rows that were changed: children of their keys, and the session's maps. */
function follow(session: FlushSession, mapper: Mapper, entities: readonly Entity[], updates: readonly RowUpdate[]): MaybePromise<void> {
  if (mapper.jsonPositions.length > 0) for (const { entity } of updates) watchInside(session, entity);
  const objects = updates.length === entities.length ? entities : updates.map(({ entity }) => entity);
  session.written.push({ objects, change: 'update' });
  const written = mayHaveSqlValues(mapper) ? updates.map(withSqlResults) : updates;
  const referred = changing(written, (position) => isReferable(mapper, position));
  if (referred.length > 0) return followChanged(session, mapper, referred);
}

async function followChanged(session: FlushSession, mapper: Mapper, referred: readonly RowUpdate[]): Promise<void> {
  await followKeys(session, mapper, referred);
  for (const { entity, key } of changing(referred, (position) => mapper.keyPositions.includes(position))) {
    const before = identityOf(key.slice(0, mapper.keyPositions.length));
    const now = identityOfEntity(entity);
    if (now !== before) {
      const map = session.identities.of(mapper);
      if (map.get(before) === entity) map.delete(before);
      map.set(now, entity);
    }
  }
}

async function runSteps(session: FlushSession, steps: readonly UpdateStep<RowUpdate>[]): Promise<void> {
  const parked = new Map<RowUpdate, Parked>();
  for (const step of inRuns(steps)) {
    if ('parked' in step) {
      const { parked: update, position, exchange } = step;
      const mapper = update.entity[MAPPER];
      const { update: later, held } = parked.get(update) ?? { update, held: [] };
      const { value, ...rest } = await park(session, later, position, exchange);
      const now = { entity: update.entity, positions: [position], values: [value], changes: [...held, ...update.changes] };
      if (movesRows(mapper)) await moveReferrers(session, mapper, [now]);
      parked.set(update, { update: rest.update, held: [position, value, ...held] });
      continue;
    }
    for (const [mapper, rows] of byClass(step.rows)) {
      const now = parked.size === 0 ? rows : rows.map((update) => parked.get(update)?.update ?? update);
      await updateRows(session, mapper, now, step.inOrder);
      if (!movesRows(mapper)) continue;
      const before = (update: RowUpdate): readonly unknown[] => [...(parked.get(update)?.held ?? []), ...update.changes];
      await moveReferrers(
        session,
        mapper,
        rows.map((update) => ({ ...withSqlResults(update), changes: before(update) })),
      );
    }
  }
}

/** Rows that one or several steps write; `inOrder`, one after the other. */
interface Run {
  readonly rows: readonly RowUpdate[];
  readonly inOrder: boolean;
}

type Parking = Extract<UpdateStep<RowUpdate>, { readonly parked: RowUpdate }>;

/**
 * Steps with those of one row each that follow each other as one: a run of their statement does them in order. Rows of a chain,
 * each of which takes what the next one had, so need no round trip each.
 */
function inRuns(steps: readonly UpdateStep<RowUpdate>[]): readonly (Run | Parking)[] {
  const [only] = steps;
  if (steps.length === 1 && !('parked' in only)) return [{ rows: only, inOrder: false }];
  const runs: (Run | Parking)[] = [];
  let chain: RowUpdate[] | null = null;
  for (const step of steps) {
    const single = 'parked' in step || step.length > 1 || !isPlain(step[0]) ? null : step[0];
    if (single !== null && chain !== null && chain[0].positions === single.positions && chain[0].entity[MAPPER] === single.entity[MAPPER]) {
      chain.push(single);
      continue;
    }
    chain = single === null ? null : [single];
    runs.push('parked' in step ? step : { rows: chain ?? step, inOrder: chain !== null });
  }
  return runs;
}

/** Whether an update is one statement, and moves nothing else. */
function isPlain({ entity, sql }: RowUpdate): boolean {
  const mapper = entity[MAPPER];
  return sql === undefined && mapper.writes.length === 1 && !movesRows(mapper);
}

function byClass(updates: readonly RowUpdate[]): Iterable<readonly [Mapper, readonly RowUpdate[]]> {
  const mapper = updates[0].entity[MAPPER];
  if (updates.every(({ entity }) => entity[MAPPER] === mapper)) return [[mapper, updates]];
  return Map.groupBy(updates, ({ entity }) => entity[MAPPER]);
}

/** A change of a row that has another value for a moment, and what it holds until then: position, value … */
interface Parked {
  readonly update: RowUpdate;
  readonly held: readonly unknown[];
}

/** An update with what the database made of the SQL in it. */
function withSqlResults(update: RowUpdate): RowUpdate {
  const { entity, sql } = update;
  if (sql === undefined) return update;
  const made = [...sql.keys()];
  return {
    ...update,
    positions: [...update.positions, ...made],
    values: [...update.values, ...made.map((position) => columnValue(entity, position))],
  };
}

/** The updates of certain columns. Most have one list of columns in common, which is looked at once. */
function changing(updates: readonly RowUpdate[], wanted: (position: number) => boolean): readonly RowUpdate[] {
  const shared = updates[0]?.positions;
  if (updates.every(({ positions }) => positions === shared)) return shared?.some(wanted) ? updates : [];
  let last: readonly number[] | null = null;
  let changes = false;
  return updates.filter(({ positions }) => {
    if (positions !== last) {
      last = positions;
      changes = positions.some(wanted);
    }
    return changes;
  });
}

/** What is to be written of each object; those that are what the database has are left out. */
function rowUpdates(session: FlushSession, mapper: Mapper, entities: readonly Entity[]): RowUpdate[] {
  const updates: RowUpdate[] = [];
  const renewed = mapper.columns.filter((column) => column.onUpdate !== null && !mapper.workedOut.includes(column));
  const versioned = mapper.versionPosition >= 0 && mapper.columns[mapper.versionPosition].version?.serverGenerated === false;
  const plain = renewed.length === 0 && !versioned && mapper.workedOut.length === 0;
  const maySql = mayHaveSqlValues(mapper);
  let last: readonly number[] = [];
  for (const entity of entities) {
    let positions = changedPositions(entity, last);
    if (positions.length === 0) continue;
    const sql = maySql ? restricted(session, takeSqlValues(entity)) : undefined;
    if (sql !== undefined) positions = positions.filter((position) => !sql.has(position));
    if (!plain) {
      // What the database works out anew comes back with the statement; a rollback needs what it was.
      for (const { position } of mapper.workedOut) if (!positions.includes(position)) recordChange(entity, position, entity[ROW][position]);
      positions = [...positions];
      // Columns with onUpdate are made anew, unless the change said them itself.
      for (const { position, onUpdate } of renewed)
        if (onUpdate !== null && !positions.includes(position) && !sql?.has(position))
          setMade(entity, position, 'make' in onUpdate ? onUpdate.make() : onUpdate.value, positions as number[]);
      const { versionPosition } = mapper;
      if (versioned && !positions.includes(versionPosition) && !sql?.has(versionPosition)) {
        const next = nextVersion(mapper.columns[versionPosition], columnValue(entity, versionPosition));
        setMade(entity, versionPosition, next, positions as number[]);
      }
    }
    if (positions !== last) {
      if (positions.length > 1) positions = [...positions].sort((a, b) => a - b);
      // One list for all that have the same, by which they are told to belong together.
      if (isSame(positions, last)) positions = last;
      else last = positions;
    }
    const { columns, related } = splitChanges(entity);
    const changes = columns ?? [];
    const values: unknown[] = [];
    for (let i = 0; i < positions.length; i++) values.push(columnValue(entity, positions[i]));
    updates.push({ entity, positions, values, key: storedMatch(entity, changes), changes, sql });
    // What is set while the statements run belongs to the next flush. If they fail, the rollback takes this back.
    entity[CHANGES] = related;
  }
  return updates;
}

/** SQL whose subqueries read what the session's criteria let through. */
export function restricted(session: Pick<FlushSession, 'restrict'>, values: SqlValues | undefined): SqlValues | undefined {
  if (values === undefined) return undefined;
  return new Map([...values].map(([position, { node, type }]) => [position, new Expression(session.restrict(node), type)]));
}

/** Sets a value that the flush itself makes. */
function setMade(entity: Entity, position: number, value: unknown, positions: number[]): void {
  recordChange(entity, position, entity[ROW][position]);
  entity[ROW][position] = entity[MAPPER].kinds[position] === 'boxed' ? new Decoded(value, undefined) : value;
  positions.push(position);
}

/** The columns that hold other values than the row does; `likely` itself where they are those. */
function changedPositions(entity: Entity, likely: readonly number[]): readonly number[] {
  const changes = entity[CHANGES];
  if (changes === null) return NONE;
  if (changes.length === 2 && likely.length === 1 && changes[0] === likely[0])
    return differs(entity, likely[0], changes[1]) ? likely : NONE;
  const width = entity[MAPPER].columns.length;
  const positions: number[] = [];
  for (let i = 0; i < changes.length; i += 2) {
    const position = changes[i] as number;
    if (position < width && differs(entity, position, changes[i + 1])) positions.push(position);
  }
  return positions;
}

const NONE: readonly number[] = [];

function isSame(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** An object's changes, those of columns and those of relations; null where there are none. Mostly there are columns alone. */
export function splitChanges(entity: Entity): { readonly columns: unknown[] | null; readonly related: unknown[] | null } {
  const changes = entity[CHANGES];
  if (!changesRelations(entity)) return { columns: changes, related: null };
  const width = entity[MAPPER].columns.length;
  const columns: unknown[] = [];
  const related: unknown[] = [];
  if (changes !== null)
    for (let i = 0; i < changes.length; i += 2) ((changes[i] as number) < width ? columns : related).push(changes[i], changes[i + 1]);
  return { columns: columns.length > 0 ? columns : null, related };
}

/** Whether an object holds other relations than at the last flush. */
export function changesRelations(entity: Entity): boolean {
  const changes = entity[CHANGES];
  if (changes === null) return false;
  const width = entity[MAPPER].columns.length;
  for (let i = 0; i < changes.length; i += 2) if ((changes[i] as number) >= width) return true;
  return false;
}
