import type { DriverRow } from '../dialects/base/driver.ts';
import { canonicalKey } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import { columnValue } from './attributes.ts';
import { chosenEntity, hasChosen } from './column-choice.ts';
import { objectsOfUnion } from './concrete-objects.ts';
import { relatedUnion } from './concrete-relations.ts';
import { identityOf, identityOfRow } from './identity.ts';
import { knownOne, relatedOf } from './known-related.ts';
import { loadMark } from './load-marks.ts';
import { isPlain } from './load-request.ts';
import { complete, entitiesOfRows, entityOfRow, type LoadingSession } from './loader.ts';
import { CHANGES, type Entity, hasChange, MAPPER, PERSISTENT, type Relationship, ROW, STATUS } from './mapping.ts';
import { FOLDS, groupByOwner, isLoose, ownerOf } from './owner-groups.ts';
import { rowValue, storedKey } from './persistence.ts';
import { fill, fillOne } from './related-filling.ts';
import { ALL, type ParentKeys, relatedStatement, type Wish } from './related-statement.ts';
import { readByKeys } from './reloading.ts';

/** Parents whose related rows are asked for in one statement. */
const CHUNK = 500;
/** Keys of several columns make one condition each, so fewer go into a statement. */
const COMPOSITE_CHUNK = 100;

/**
 * Loads a relation of many parents with one statement for each 500 of them, and gives the related objects; with one
 * statement for all of them where `within` is a query for their keys. SQLAlchemy: `selectinload()` and `subqueryload()`,
 * also for lazy loads.
 */
export async function loadSelectIn(
  session: LoadingSession,
  relation: Relationship,
  parents: readonly Entity[],
  wish: Wish = ALL,
  within: Node | null = null,
): Promise<Entity[]> {
  await readOwnSide(session, relation, parents);
  const query = relation.local.length === 1 ? within : null;
  if (relation.direction === 'manyToOne') return loadOne(session, relation, parents, wish, query);
  const loaded: Entity[] = [];
  const keys = parentKeys(parents, relation);
  const { found, add } = groupByOwner(relation, undefined, keys.identities);
  await fetchRelated(session, relation, keys.values, wish, query, loaded, add);
  const partial = wish.filter.length > 0 || wish.limit !== null || wish.offset !== null;
  if (!relation.many && relation.orderBy.length === 0 && wish.orderBy === null && [...found.values()].some((list) => list.length > 1)) {
    warnOfSeveral(relation);
  }
  const given = keys.identities.length === keys.values.length ? null : new Set<unknown>();
  for (let i = 0; i < parents.length; i++) {
    const identity = keys.identities[i];
    const list = identity === undefined ? undefined : found.get(identity);
    // Each parent has a list of its own, also where several have one key.
    const shared = list !== undefined && given?.has(identity) === true;
    if (list !== undefined) given?.add(identity);
    fill(session, parents[i], relation, list === undefined ? [] : shared ? [...list] : list, partial);
  }
  return loaded;
}

/** Reads the columns by which the parents find what the relation leads to, where a query left them out. */
async function readOwnSide(session: LoadingSession, { local, mapper }: Relationship, parents: readonly Entity[]): Promise<void> {
  const lacking = parents.filter((parent) => parent[STATUS] === PERSISTENT && local.some((place) => rowValue(parent, place) === undefined));
  if (lacking.length === 0) return;
  const keys = lacking.map((parent) => storedKey(parent, parent[CHANGES]));
  const found = await readByKeys(session, mapper, keys, { positions: local });
  lacking.forEach((parent, i) => {
    const row = found.get(identityOf(keys[i]));
    if (row !== undefined) complete(session, mapper, parent, row, null);
  });
}

const warned = new WeakSet<Relationship>();

/** Warns, once, of a relation to one object that found several and no order to choose by. */
function warnOfSeveral(relation: Relationship): void {
  if (warned.has(relation)) return;
  warned.add(relation);
  process.emitWarning(
    `${relation.name} is a relation to one object, and several rows lead to the same owner: one of them was taken. ` +
      'Say which with { orderBy }, make the foreign key unique, or use hasMany().',
    { type: 'AthanorWarning', code: 'athanor.several-rows' },
  );
}

/** The parents' side of a relation. */
export interface ParentKeyList {
  /** What each parent finds its rows by; undefined where it can have none. */
  readonly identities: readonly unknown[];
  /** The keys for a statement, each once: values, or lists of them where a key has several columns. */
  readonly values: readonly unknown[];
}

export function parentKeys(parents: readonly Entity[], { local, direction }: Relationship): ParentKeyList {
  // A foreign key leads to where it points now; other rows still refer to the key that the parent's row has.
  const valueAt = direction === 'manyToOne' ? columnValue : rowValue;
  const identities: unknown[] = [];
  const values: unknown[] = [];
  const seen = new Set<unknown>();
  const [first] = local;
  for (const parent of parents) {
    let identity: unknown;
    let value: unknown;
    if (local.length === 1) {
      value = valueAt(parent, first);
      // Most keys are numbers, which are their own identity.
      if (typeof value === 'number') identity = value;
      else if (value !== null && value !== undefined) identity = identityOf([value]);
    } else {
      const list = local.map((position) => valueAt(parent, position));
      value = list;
      if (!list.some((one) => one === null || one === undefined)) identity = identityOf(list);
    }
    identities.push(identity);
    if (identity === undefined || seen.has(identity)) continue;
    seen.add(identity);
    values.push(value);
  }
  return { identities, values };
}

/** Loads to-one relations: only those that the identity map does not have are asked for. */
async function loadOne(
  session: LoadingSession,
  relation: Relationship,
  parents: readonly Entity[],
  wish: Wish,
  within: Node | null,
): Promise<Entity[]> {
  const loaded: Entity[] = [];
  const waiting: Entity[] = [];
  const partial = wish.filter.length > 0 || wish.offset !== null;
  for (const parent of parents) {
    // What a user set stays, whatever is asked for; what a filter left is not all there is.
    const open = partial || loadMark(parent, relation) === 'partial';
    const changed = hasChange(parent, parent[MAPPER].columns.length + relation.position);
    const known = open && !changed ? undefined : knownOne(parent, relation);
    const here = known !== undefined && (known === null || changed || hasChosen(session, relation.target, known, wish.columns));
    if (here && (wish.populate === undefined || known === null || changed)) {
      relatedOf(parent)[relation.position] = known;
      if (known !== null) loaded.push(known);
      continue;
    }
    waiting.push(parent);
  }
  if (waiting.length === 0) return loaded;
  const found = new Map<unknown, Entity>();
  const keys = parentKeys(waiting, relation);
  const owner = ownerOf(relation);
  await fetchRelated(session, relation, keys.values, wish, within, loaded, (entity, row) => {
    found.set(owner(row), entity);
  });
  const alike = findTarget(session, relation, found);
  for (let i = 0; i < waiting.length; i++) {
    const identity = keys.identities[i];
    if (identity === undefined) relatedOf(waiting[i])[relation.position] ??= null;
    else fillOne(session, waiting[i], relation, found.get(identity) ?? alike(waiting[i]), partial);
  }
  return loaded;
}

/** Finds the target of a foreign key that has another text than the key, where the database may hold both equal. */
function findTarget(
  session: LoadingSession,
  { target, local, remote }: Relationship,
  found: ReadonlyMap<unknown, Entity>,
): (parent: Entity) => Entity | null {
  const { dialect } = session.engineOf(target.table);
  const loose = remote.map((position) => isLoose(target.columns[position], dialect));
  if (!loose.includes(true)) return () => null;
  const folded = (entity: Entity, positions: readonly number[], fold: (text: string) => string): unknown =>
    identityOf(
      positions.map((position, i) => {
        const value = columnValue(entity, position);
        return loose[i] && typeof value === 'string' ? fold(value) : value;
      }),
    );
  let maps: readonly ReadonlyMap<unknown, Entity>[] | null = null;
  return (parent) => {
    maps ??= FOLDS.map((fold) => new Map([...found.values()].map((one) => [folded(one, remote, fold), one])));
    for (const [i, fold] of FOLDS.entries()) {
      const one = maps[i].get(folded(parent, local, fold));
      if (one !== undefined) return one;
    }
    return null;
  };
}

/** The objects that a to-one relation leads to from these keys, whatever its owners hold now; by their keys' identity. */
export async function loadTargets(
  session: LoadingSession,
  relation: Relationship,
  keys: readonly (readonly unknown[])[],
): Promise<Map<unknown, Entity>> {
  const found = new Map<unknown, Entity>();
  const owner = ownerOf(relation);
  const asked = relation.local.length === 1 ? keys.map(([value]) => value) : keys;
  await fetchRelated(session, relation, asked, ALL, null, [], (entity, row) => {
    found.set(owner(row), entity);
  });
  return found;
}

/** Fetches the related rows of these keys, so many at a time, and gives each row's object with it. */
async function fetchRelated(
  session: LoadingSession,
  relation: Relationship,
  keys: readonly unknown[],
  wish: Wish,
  within: Node | null,
  loaded: Entity[],
  each: (entity: Entity, row: DriverRow) => void,
): Promise<void> {
  const { target } = relation;
  const single = relation.local.length === 1;
  const chunk = within !== null ? Math.max(1, keys.length) : single ? CHUNK : COMPOSITE_CHUNK;
  for (let start = 0; start < keys.length; start += chunk) {
    const part = within ?? keys.slice(start, start + chunk);
    const answer = fetchRows(session, relation, part, wish);
    const rows = answer instanceof Promise ? await answer : answer;
    if (relation.overUnion) {
      const made = objectsOfUnion(session, { union: relatedUnion(relation), choices: null }, rows, wish.populate ?? null);
      for (const [i, entity] of made.rows.entries()) each(entity, rows[i]);
      for (const entity of made.rows) loaded.push(entity);
      continue;
    }
    wish.populate?.(target, rows, wish.columns);
    if (relation.direction === 'oneToMany' && relation.join === null && keys.length <= chunk && wish.columns === null) {
      // A row has one owner, so no two rows are of one object.
      const entities = entitiesOfRows(session, target, rows, true);
      // The driver's list may have become the list of objects, whose rows are as they came.
      const made = (entities as unknown) === rows;
      for (let i = 0; i < entities.length; i++) each(entities[i], made ? entities[i][ROW] : rows[i]);
      for (const entity of entities) loaded.push(entity);
      const later = session.later.settle();
      if (later !== undefined) await later;
      return;
    }
    const map = session.identities.of(target);
    const choose = wish.columns === null ? null : chosenEntity(session, target, wish.columns);
    for (const row of rows) {
      const identity = identityOfRow(target, row);
      const entity = choose === null ? entityOfRow(session, target, map, row, identity, loaded) : choose(map, row, identity, loaded);
      loaded.push(entity);
      each(entity, row);
    }
    const later = session.later.settle();
    if (later !== undefined) await later;
  }
}

function fetchRows(session: LoadingSession, relation: Relationship, keys: ParentKeys, wish: Wish): ReturnType<LoadingSession['fetch']> {
  const { table } = relation.target;
  const { condition, join, orderBy } = relation;
  const plain =
    isPlain(wish) &&
    !relation.overUnion &&
    condition === null &&
    join === null &&
    orderBy.length === 0 &&
    relation.target.condition === null &&
    relation.target.rowColumns.every(({ formula }) => formula === undefined);
  if (Array.isArray(keys) && relation.local.length === 1 && plain) {
    const key = `related:${relation.name}:${relation.mapper.planId}:${relation.target.planId}:${wish.key}`;
    return session.fetch(table, key, () => relatedStatement(relation, keys, wish), [keys]);
  }
  // The conditions carry values of their own, so the statement is built; its plan is still found by its shape.
  const built = relatedStatement(relation, keys, wish);
  return session.fetch(
    table,
    canonicalKey(built.key),
    () => built,
    built.binds.map((bind) => bind.value),
  );
}
