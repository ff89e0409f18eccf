import { canonicalKey, make, makeColumn, makeCte, makeCteAlias, makeCteReference, makeSelect, nextId } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import { conjunction } from '../sql/operand.ts';
import { INTEGER } from '../sql/type.ts';
import { chosenEntity } from './column-choice.ts';
import { identityOfRow } from './identity.ts';
import type { LoadRequest } from './load-request.ts';
import { entityOfRow, type LoadingSession } from './loader.ts';
import { columnOf } from './mapped-source.ts';
import type { Entity } from './mapping.ts';
import { groupByOwner, mayRepeat, type OwnerGroups } from './owner-groups.ts';
import { fill, isWholeHere, relatedTo } from './related-filling.ts';
import { isAmong, isByTarget, relatedColumns, relatedRows } from './related-statement.ts';
import { parentKeys } from './select-in-loading.ts';

/** Loads one step of the relation, where a step takes a statement of its own. */
export type RecursiveLoad = (parents: readonly Entity[], request: LoadRequest) => Promise<readonly Entity[]>;

/** Keys of roots that go into one statement. */
const CHUNK = 500;

/**
 * Loads a relation of a class to itself again and again, and gives all that was reached: a tree's branches, a node's
 * ancestors, a graph's neighbours. One recursive statement where the database can, else one for each level. Circles end.
 */
export async function loadRecursive(
  session: LoadingSession,
  roots: readonly Entity[],
  request: LoadRequest,
  step: RecursiveLoad,
): Promise<readonly Entity[]> {
  const { relation, limit, offset } = request;
  const { recursiveUnion = true } = session.engineOf(relation.target.table).dialect.capabilities;
  if (relation.local.length > 1 || limit !== null || offset !== null || !recursiveUnion) return byLevels(roots, request, step);
  const known = new Set<Entity>(roots);
  const { values } = parentKeys(roots, relation);
  // What is below roots of several statements comes with each of them.
  const groups = groupByOwner(relation, values.length > CHUNK || mayRepeat(relation));
  for (let start = 0; start < values.length; start += CHUNK) {
    await fetchBelow(session, request, values.slice(start, start + CHUNK), groups, known);
  }
  const partial = request.filter.length > 0;
  const reached = new Set<Entity>();
  // Objects that are related by changes not yet written: nothing was read of what is below them.
  const strays: Entity[] = [];
  let level: readonly Entity[] = roots;
  const seen = new Set<Entity>(roots);
  for (let depth = 1; depth <= request.depth && level.length > 0; depth++) {
    const next: Entity[] = [];
    const { identities } = parentKeys(level, relation);
    for (const [i, parent] of level.entries()) {
      if (!known.has(parent)) {
        strays.push(parent);
        continue;
      }
      if (partial || request.orderBy !== null || !isWholeHere(parent, relation)) {
        fill(session, parent, relation, [...(groups.found.get(identities[i]) ?? [])], partial);
      }
      for (const one of relatedTo(parent, relation)) {
        reached.add(one);
        if (seen.has(one)) continue;
        seen.add(one);
        next.push(one);
      }
    }
    level = next;
  }
  if (strays.length > 0) for (const one of await byLevels(strays, request, step)) reached.add(one);
  return [...reached];
}

async function byLevels(roots: readonly Entity[], request: LoadRequest, step: RecursiveLoad): Promise<readonly Entity[]> {
  const reached = new Set<Entity>();
  const seen = new Set<Entity>(roots);
  let level = roots;
  for (let depth = 1; depth <= request.depth && level.length > 0; depth++) {
    const found = await step(level, { ...request, strategy: 'selectin' });
    for (const one of found) reached.add(one);
    level = [...new Set(found)].filter((one) => !seen.has(one));
    for (const one of level) seen.add(one);
  }
  return [...reached];
}

/** Reads all rows below these keys in one statement, each under its parent's key. */
async function fetchBelow(
  session: LoadingSession,
  request: LoadRequest,
  keys: readonly unknown[],
  groups: OwnerGroups,
  known: Set<Entity>,
): Promise<void> {
  const { relation } = request;
  const { target } = relation;
  const built = recursiveStatement(request, keys);
  const values = built.binds.map((bind) => bind.value);
  const rows = await session.fetch(target.table, canonicalKey(built.key), () => built, values);
  request.populate?.(target, rows, request.columns);
  const map = session.identities.of(target);
  const peers: Entity[] = [];
  const choose = request.columns === null ? null : chosenEntity(session, target, request.columns);
  for (const row of rows) {
    const identity = identityOfRow(target, row);
    const entity = choose === null ? entityOfRow(session, target, map, row, identity, peers) : choose(map, row, identity, peers);
    peers.push(entity);
    known.add(entity);
    groups.add(entity, row);
  }
  await session.later.settle();
}

const ONE = make('raw', { pieces: ['1'], items: [] });

/**
 * WITH RECURSIVE the keys whose related rows are wanted: those given, then those of the rows that were reached. UNION, so that
 * a key is gone into once. With a depth each key stands beside its distance.
 */
function recursiveStatement(request: LoadRequest, keys: readonly unknown[]): Node {
  const { relation, filter, depth } = request;
  const target = relation.target.table.node;
  const { from, where, near, nearColumns } = relatedRows(relation);
  const counted = Number.isFinite(depth);
  const id = String(nextId());
  const self = makeCteAlias(makeCteReference(id, null));
  const own = relation.mapper.columns[relation.local[0]];
  const local = columnOf(target, own);
  const among = conjunction([isAmong(near, nearColumns, keys), ...where, ...filter]);
  const base = makeSelect({ columns: counted ? [near[0], ONE] : near, from: [...from], where: among });
  const distance = makeColumn(self, 'distance', 'distance', INTEGER);
  const follows = make('binary', { operator: '=', left: near[0], right: makeColumn(self, 'reached', 'reached', own.type) });
  const step = makeSelect({
    columns: counted ? [local, make('binary', { operator: '+', left: distance, right: ONE })] : [local],
    from: [make('join', { type: 'inner', left: from[0], right: self, on: follows })],
    where: conjunction([
      make('unary', { operator: 'IS NOT NULL', operand: local, postfix: true }),
      ...(counted ? [make('binary', { operator: '<', left: distance, right: make('raw', { pieces: [String(depth)], items: [] }) })] : []),
      ...where,
      ...filter,
    ]),
  });
  const union = make('setOperation', { operator: 'UNION', queries: [base, step], orderBy: [], limit: null, offset: null, ctes: [] });
  const columns = counted ? ['reached', 'distance'] : ['reached'];
  const all = makeCteAlias(makeCte({ id, name: null, columns, query: union, recursive: true, materialized: null }));
  const reached = makeSelect({ columns: [makeColumn(all, 'reached', 'reached', own.type)], from: [all] });
  return makeSelect({
    columns: [...relatedColumns(relation, target, request.columns), ...(isByTarget(relation) ? [] : near)],
    from: [...from],
    where: conjunction([isAmong(near, nearColumns, reached), ...where, ...filter]),
    orderBy: request.orderBy ?? relation.orderBy.map((term) => term.node),
  });
}
