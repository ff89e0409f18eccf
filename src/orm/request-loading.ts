import type { Node } from '../sql/node.ts';
import { hasChosen } from './column-choice.ts';
import { relatedClasses } from './concrete-relations.ts';
import { ormError } from './errors.ts';
import { isA } from './hierarchy.ts';
import { markLoad, noteBelow } from './load-marks.ts';
import { isPlain, type LoadRequest } from './load-request.ts';
import type { LoadingSession } from './loader.ts';
import { type Entity, MAPPER, type Relationship } from './mapping.ts';
import { loadRecursive, type RecursiveLoad } from './recursive-loading.ts';
import { collectionOf, type EntityCollection } from './related.ts';
import { fill, isWholeHere, relatedTo } from './related-filling.ts';
import { keysBelow } from './related-statement.ts';
import { loadSelectIn } from './select-in-loading.ts';

/** A query for the keys by which the parents of a load find what a relation leads to. */
export type KeyQuery = (relation: Relationship) => Node;

/** Loads what was asked for below objects that are loaded, level by level; `keys` gives the parents' keys where a query can. */
export async function loadRequests(
  session: LoadingSession,
  parents: readonly Entity[],
  requests: readonly LoadRequest[],
  keys: KeyQuery | null = null,
): Promise<void> {
  if (parents.length === 0) return;
  const all = requests.length === 0 || parents.length === new Set(parents).size ? parents : [...new Set(parents)];
  for (const request of requests) {
    const { relation, nested } = request;
    // A class that extends another one may have relations that its siblings do not have.
    const owners = relation.mapper.parent === null ? all : all.filter((parent) => isA(parent[MAPPER], relation.mapper));
    const reached = await loadRequest(session, owners, request, keys);
    if (nested.length === 0 || reached.length === 0) continue;
    // A query for the keys of what one step of the relation reached, all of it.
    if (relation.overUnion) {
      await loadOfClasses(session, relation, reached, nested);
      continue;
    }
    const follows = keys !== null && request.strategy !== 'recursive' && isPlain(request) && relation.local.length === 1;
    const below = follows ? (next: Relationship): Node => keysBelow(relation, keys(relation), next) : null;
    await loadRequests(session, reached, nested, below);
  }
}

/** Loads below objects of several classes with tables of their own what was asked for of each. */
export async function loadOfClasses(
  session: LoadingSession,
  relation: Relationship,
  objects: readonly Entity[],
  requests: readonly LoadRequest[],
): Promise<void> {
  for (const one of relatedClasses(relation)) {
    const own = requests.filter((request) => request.relation.mapper.root === one.root);
    await loadRequests(
      session,
      objects.filter((object) => isA(object[MAPPER], one)),
      own,
    );
  }
}

/** Loads one relation of these objects, and gives what it leads to. */
async function loadRequest(
  session: LoadingSession,
  parents: readonly Entity[],
  request: LoadRequest,
  keys: KeyQuery | null,
): Promise<readonly Entity[]> {
  const { relation, strategy } = request;
  switch (strategy) {
    case 'select':
    case 'raise':
      for (const parent of parents) {
        if (isWholeHere(parent, relation)) continue;
        markLoad(parent, relation, strategy);
        if (strategy === 'select') noteBelow(parent, relation, request.nested);
      }
      return [];
    case 'noload':
      for (const parent of parents) if (!isWholeHere(parent, relation)) fill(session, parent, relation, [], true);
      return [];
    case 'contains':
      throw ormError('orm.bad-request', relation.name, "'contains'", `a join along ${relation.name} in the same query`);
    case 'recursive': {
      const step: RecursiveLoad = (level, one) => loadRequest(session, level, one, null);
      return loadRecursive(session, parents, request, step);
    }
  }
  const plain = isPlain(request);
  const missing = plain ? parents.filter((parent) => !isHere(session, parent, request)) : parents;
  if (!plain && relation.many) for (const parent of parents) reset(collectionOf(parent, relation));
  if (missing.length > 0) {
    await loadSelectIn(session, relation, missing, request, strategy === 'subquery' && keys !== null ? keys(relation) : null);
  }
  return request.nested.length === 0 && request.depth === 1 ? [] : parents.flatMap((parent) => relatedTo(parent, relation));
}

/** Whether all that a relation of an object holds is known, with the columns that are asked for. */
function isHere(session: LoadingSession, parent: Entity, { relation, columns, populate }: LoadRequest): boolean {
  if (populate !== undefined || !isWholeHere(parent, relation)) return false;
  if (session.partial === null && columns === null) return true;
  return relatedTo(parent, relation).every((one) => hasChosen(session, relation.target, one, columns));
}

/** A collection that nobody changed gives way to what is loaded in its place. */
function reset(collection: EntityCollection): void {
  if (collection.added === null && collection.removed === null) collection.items = null;
}
