import type { DriverRow } from '../dialects/base/driver.ts';
import { conjunction } from '../sql/expression.ts';
import { make, makeAlias, makeBind, makeColumn, makeSelect } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import { isKind } from '../sql/node-walk.ts';
import type { TableColumn } from '../sql/schema.ts';
import { INTEGER } from '../sql/type.ts';
import { columnValue } from './attributes.ts';
import { readNode } from './column-choice.ts';
import { identityOf, identityOfRow } from './identity.ts';
import type { LoadRequest } from './load-request.ts';
import { entityOfRow, type LoadingSession } from './loader.ts';
import { columnOf } from './mapped-source.ts';
import type { Entity, Relationship } from './mapping.ts';
import { collectionOf, EntityCollection, knownOne, relatedOf } from './related.ts';
import { conditionsOf, tie, ties } from './relation-attribute.ts';

/** Parents whose related rows are asked for in one statement. */
const CHUNK = 500;
/** Keys of several columns make one condition each, so fewer go into a statement. */
const COMPOSITE_CHUNK = 100;

/** What a select-in load of one relation may ask for beside the relation itself. */
export type Wish = Pick<LoadRequest, 'filter' | 'orderBy' | 'limit' | 'key'>;
const PLAIN: Wish = { filter: [], orderBy: null, limit: null, key: '' };

/**
 * Loads a relation of many parents with one statement for each 500 of them, and gives the related objects.
 * SQLAlchemy: `selectinload()`, also for lazy loads.
 */
export async function loadSelectIn(
  session: LoadingSession,
  relation: Relationship,
  parents: readonly Entity[],
  wish: Wish = PLAIN,
): Promise<Entity[]> {
  if (relation.direction === 'manyToOne') return loadOne(session, relation, parents, wish);
  const loaded: Entity[] = [];
  const found = new Map<unknown, Entity[]>();
  const keyed = parents.map((parent) => localKey(parent, relation));
  const keys = [...new Map(keyed.filter((key) => key !== null).map((key) => [key.identity, key])).values()];
  for (const key of keys) found.set(key.identity, []);
  const width = relation.target.rowColumns.length;
  const single = relation.local.length === 1;
  const owner = isByTarget(relation) ? relation.remote : relation.local.map((_, i) => width + i);
  await fetchInChunks(session, relation, keys, wish, loaded, (child, row) => {
    const raw = row[owner[0]];
    const identity = single && typeof raw === 'number' ? raw : ownerIdentity(row, owner, relation);
    const list = found.get(identity);
    // By a condition, a row may be related in several ways.
    if (list !== undefined && (relation.join === null || !list.includes(child))) list.push(child);
  });
  parents.forEach((parent, i) => {
    const key = keyed[i];
    fill(session, parent, relation, key === null ? [] : (found.get(key.identity) as Entity[]), wish);
  });
  return loaded;
}

interface Key {
  readonly identity: unknown;
  readonly values: readonly unknown[];
}

function localKey(parent: Entity, relation: Relationship): Key | null {
  const values = relation.local.map((position) => columnValue(parent, position));
  return values.some((value) => value === null || value === undefined) ? null : { identity: identityOf(values), values };
}

/** Whether the target's own columns tell to whom a row belongs; else the owner's key is read with it. */
function isByTarget(relation: Relationship): boolean {
  return relation.through === null && relation.join === null;
}

function ownerIdentity(row: DriverRow, owner: readonly number[], relation: Relationship): unknown {
  const codecs = relation.target.codecs();
  const local = relation.mapper.codecs();
  const values = owner.map((place, i) => {
    // A through table's columns have the types of the keys they point at.
    const codec = isByTarget(relation) ? codecs[place] : local[relation.local[i]];
    return codec.decode === null ? row[place] : codec.decode(row[place]);
  });
  return identityOf(values);
}

/** Gives a parent its related objects; what was added and removed before they were loaded stays added and removed. */
function fill(session: LoadingSession, parent: Entity, relation: Relationship, items: Entity[], wish: Wish): void {
  if (!relation.many) {
    const related = relatedOf(parent);
    if (related[relation.position] !== undefined) return;
    related[relation.position] = items[0] ?? null;
    session.noteLoaded(parent, relation);
    return;
  }
  session.noteLoaded(parent, relation);
  const related = relatedOf(parent);
  let collection = related[relation.position] as EntityCollection | undefined;
  if (collection === undefined) {
    collection = new EntityCollection(parent, relation, items);
    related[relation.position] = collection;
  } else merge(collection, items);
  collection.partial = wish.filter.length > 0 || wish.limit !== null;
}

/** Makes a collection a loaded one without losing what was done to it meanwhile. */
export function merge(collection: EntityCollection, items: Entity[]): void {
  const { added, removed, replaced } = collection;
  if (added === null && removed === null && !replaced) {
    collection.items = items;
    return;
  }
  collection.before = items;
  if (replaced) {
    collection.removed = new Set(items.filter((item) => !added?.has(item)));
    collection.replaced = false;
  }
  collection.items = items.filter((item) => !collection.removed?.has(item));
  const there = new Set(collection.items);
  for (const item of added ?? []) {
    if (there.has(item)) added?.delete(item);
    else collection.items.push(item);
  }
}

/** Loads to-one relations: only those that the identity map does not have are asked for. */
async function loadOne(session: LoadingSession, relation: Relationship, parents: readonly Entity[], wish: Wish): Promise<Entity[]> {
  const loaded: Entity[] = [];
  const wanted = new Map<unknown, Key>();
  const waiting: { parent: Entity; key: Key }[] = [];
  for (const parent of parents) {
    const known = wish === PLAIN || wish.filter.length === 0 ? knownOne(parent, relation) : undefined;
    if (known !== undefined) {
      relatedOf(parent)[relation.position] = known;
      if (known !== null) loaded.push(known);
      continue;
    }
    const key = localKey(parent, relation);
    if (key === null) relatedOf(parent)[relation.position] = null;
    else {
      waiting.push({ parent, key });
      wanted.set(key.identity, key);
    }
  }
  const keys = [...wanted.values()];
  const found = new Map<unknown, Entity>();
  await fetchInChunks(session, relation, keys, wish, loaded, (entity, row) => {
    const values = relation.remote.map((place) => {
      const { decode } = relation.target.codecs()[place];
      return decode === null ? row[place] : decode(row[place]);
    });
    found.set(identityOf(values), entity);
  });
  for (const { parent, key } of waiting) {
    relatedOf(parent)[relation.position] = found.get(key.identity) ?? null;
    session.noteLoaded(parent, relation);
  }
  return loaded;
}

/** Fetches the related rows of these keys, so many at a time, and gives each row's object with it. */
async function fetchInChunks(
  session: LoadingSession,
  relation: Relationship,
  keys: readonly Key[],
  wish: Wish,
  loaded: Entity[],
  each: (entity: Entity, row: DriverRow) => void,
): Promise<void> {
  const { target } = relation;
  const map = session.identities.of(target);
  const chunk = relation.local.length === 1 ? CHUNK : COMPOSITE_CHUNK;
  for (let start = 0; start < keys.length; start += chunk) {
    const values = keys.slice(start, start + chunk).map((key) => key.values);
    for (const row of await fetchRelated(session, relation, values, wish)) {
      const entity = entityOfRow(session, target, map, row, identityOfRow(target, row), loaded);
      loaded.push(entity);
      each(entity, row);
    }
  }
}

function fetchRelated(
  session: LoadingSession,
  relation: Relationship,
  keys: readonly (readonly unknown[])[],
  wish: Wish,
): ReturnType<LoadingSession['fetch']> {
  const single = relation.local.length === 1;
  const list = single ? keys.map((key) => key[0]) : keys;
  const node = (): Node => statement(relation, list, wish);
  const plain =
    wish.filter.length === 0 &&
    wish.orderBy === null &&
    wish.limit === null &&
    relation.condition === null &&
    relation.join === null &&
    relation.target.condition === null &&
    relation.target.rowColumns.every(({ formula }) => formula === undefined) &&
    relation.orderBy.length === 0;
  const key = `related:${relation.name}:${relation.mapper.planId}:${relation.target.planId}:${wish.key}:${single ? '' : keys.length}`;
  const { table } = relation.target;
  if (plain && single) return session.fetch(table, key, node, [list]);
  // The conditions carry values of their own, so the statement is built; its plan is still found by its shape.
  const built = node();
  return session.fetch(
    table,
    built.key,
    () => built,
    built.binds.map((bind) => bind.value),
  );
}

/** SELECT the target's columns (and the through table's own key) WHERE the key is among these. */
function statement(relation: Relationship, keys: readonly unknown[], wish: Wish): Node {
  const target = relation.target.table.node;
  const tied = new Set(isByTarget(relation) ? relation.remote : []);
  const columns: Node[] = relation.target.rowColumns.map((column, place) =>
    tied.has(place) ? columnOf(target, column) : readNode(target, column),
  );
  const from: Node[] = [];
  const where: Node[] = [];
  let near: Node[];
  let nearTypes: readonly TableColumn[];
  if (relation.join !== null) {
    const own = makeAlias(relation.mapper.selectable, null);
    nearTypes = relation.local.map((position) => relation.mapper.columns[position]);
    near = nearTypes.map((column) => columnOf(own, column));
    columns.push(...near);
    from.push(joinByCondition(relation, own, target));
  } else if (relation.through === null) {
    nearTypes = relation.remote.map((position) => relation.target.columns[position]);
    near = nearTypes.map((column) => columnOf(target, column));
    from.push(relation.target.from);
    where.push(...conditionsOf(relation));
  } else {
    const through = relation.through.node;
    nearTypes = relation.throughLocal;
    near = nearTypes.map((column) => columnOf(through, column));
    columns.push(...near);
    const { far } = ties(relation, relation.mapper.table.node, through, target);
    from.push(make('join', { type: 'inner', left: through, right: relation.target.from, on: far }));
  }
  const order = wish.orderBy ?? relation.orderBy.map((term) => term.node);
  where.unshift(membership(near, nearTypes, keys));
  where.push(...wish.filter);
  const rows = { from, where: conjunction(where) };
  if (wish.limit === null) return makeSelect({ ...rows, columns, orderBy: order });
  return limited(columns, near, order, rows, wish.limit, relation);
}

/** The owners' rows with those that a condition relates to them. */
function joinByCondition(relation: Relationship, own: SourceNode, target: SourceNode): Node {
  const rows = relation.target.from;
  if (relation.through === null) return make('join', { type: 'inner', left: own, right: rows, on: tie(relation, own, target) });
  const through = relation.through.node;
  const { near, far, across } = ties(relation, own, through, target);
  const pairs = make('join', { type: 'inner', left: own, right: through, on: near });
  return make('join', { type: 'inner', left: pairs, right: rows, on: across === null ? far : (conjunction([far, across]) as Node) });
}

function membership(near: readonly Node[], columns: readonly TableColumn[], keys: readonly unknown[]): Node {
  if (near.length === 1) {
    return make('in', { operand: near[0], list: makeBind(keys, columns[0].type, { expanding: true }), negated: false });
  }
  const items = (keys as readonly (readonly unknown[])[]).map(
    (key) =>
      conjunction(near.map((node, i) => make('binary', { operator: '=', left: node, right: makeBind(key[i], columns[i].type) }))) as Node,
  );
  return items.length === 1 ? items[0] : make('junction', { operator: 'or', items });
}

/** At most so many for each parent: rows are numbered within their parent, and the first ones kept. */
function limited(
  columns: readonly Node[],
  near: readonly Node[],
  order: readonly Node[],
  rows: { from: Node[]; where: Node | null },
  limit: number,
  relation: Relationship,
): Node {
  const inOrder =
    order.length > 0
      ? order
      : relation.target.keyPositions.map((position) => columnOf(relation.target.table.node, relation.target.columns[position]));
  const call = make('function', { name: 'row_number', args: [], distinct: false, orderBy: [], filter: null });
  const number = make('label', {
    operand: make('over', { call, window: null, partitionBy: near, orderBy: inOrder, frame: null }),
    name: 'place',
  });
  const inner = makeSelect({
    ...rows,
    columns: [...columns.map((column, i) => make('label', { operand: column, name: `c${i}` })), number],
  });
  const numbered = makeAlias(inner, null);
  const { rowColumns } = relation.target;
  const outer = columns.map((column, i) => {
    if (isKind(column, 'constant')) return column;
    return makeColumn(numbered, `c${i}`, `c${i}`, isKind(column, 'column') ? column.type : rowColumns[i].type);
  });
  const place = makeColumn(numbered, 'place', 'place', INTEGER);
  return makeSelect({
    columns: outer,
    from: [numbered],
    where: make('binary', { operator: '<=', left: place, right: makeBind(limit, INTEGER) }),
    orderBy: [place],
  });
}

/** Loads what was asked for below objects that are loaded, level by level. */
export async function loadRequests(session: LoadingSession, parents: readonly Entity[], requests: readonly LoadRequest[]): Promise<void> {
  for (const request of requests) {
    const { relation } = request;
    const all = parents.length === new Set(parents).size ? parents : [...new Set(parents)];
    const plain = request.filter.length === 0 && request.limit === null && request.orderBy === null;
    const missing = plain ? all.filter((parent) => !isLoadedHere(parent, relation)) : all;
    if (!plain && relation.many) for (const parent of all) reset(collectionOf(parent, relation));
    if (missing.length > 0) await loadSelectIn(session, relation, missing, request);
    if (request.nested.length === 0) continue;
    const next = all.flatMap((parent) => relatedTo(parent, relation));
    if (next.length > 0) await loadRequests(session, next, request.nested);
  }
}

function reset(collection: EntityCollection): void {
  if (collection.added === null && collection.removed === null) collection.items = null;
}

function isLoadedHere(parent: Entity, relation: Relationship): boolean {
  return relation.many ? collectionOf(parent, relation).isWhole : knownOne(parent, relation) !== undefined;
}

/** The loaded objects of a relation. */
export function relatedTo(parent: Entity, relation: Relationship): readonly Entity[] {
  if (relation.many) return collectionOf(parent, relation).items ?? [];
  const one = knownOne(parent, relation);
  return one === null || one === undefined ? [] : [one];
}
