import type { DriverRow } from '../dialects/base/driver.ts';
import { conjunction } from '../sql/expression.ts';
import { sourcesOf } from '../sql/join.ts';
import { make, makeAlias } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import { isKind } from '../sql/node-walk.ts';
import type { SelectNode } from '../sql/statement-nodes.ts';
import { readNode } from './column-choice.ts';
import { identityOfRow } from './identity.ts';
import type { LoadRequest } from './load-request.ts';
import { entityOfRow, type LoadingSession } from './loader.ts';
import type { Entity, Mapper, Relationship } from './mapping.ts';
import { EntityCollection, relatedOf } from './related.ts';
import { tie, ties } from './relation-attribute.ts';

/** A relation whose rows come in the same statement, and where in each row they stand. */
export interface JoinedLoad {
  readonly relation: Relationship;
  readonly offset: number;
  readonly joined: readonly JoinedLoad[];
  /** What is loaded below it by statements of its own. */
  readonly separate: readonly LoadRequest[];
}

export interface EagerPlan {
  readonly joined: readonly JoinedLoad[];
  readonly separate: readonly LoadRequest[];
  /** Parents stand in several rows, because a collection was joined. */
  readonly repeats: boolean;
}

/** Splits requests into those that join and those that load by themselves. */
export function planEager(mapper: Mapper, requests: readonly LoadRequest[], canRepeat: boolean): { plan: EagerPlan; width: number } {
  let width = mapper.rowColumns.length;
  let repeats = false;
  const split = (list: readonly LoadRequest[]): { joined: JoinedLoad[]; separate: LoadRequest[] } => {
    const joined: JoinedLoad[] = [];
    const separate: LoadRequest[] = [];
    for (const request of list) {
      // Two joined collections would multiply each other's rows, and a limit would count rows instead of objects.
      const joins = request.strategy === 'joined' && (!request.relation.many || (canRepeat && !repeats));
      if (!joins) {
        separate.push(request);
        continue;
      }
      if (request.relation.many) repeats = true;
      const offset = width;
      width += request.relation.target.rowColumns.length;
      joined.push({ relation: request.relation, offset, ...split(request.nested) });
    }
    return { joined, separate };
  };
  const top = split(requests);
  return { plan: { ...top, repeats }, width };
}

/** The select with the joins and columns of its eager loads. */
export function joinEager(select: SelectNode, source: SourceNode, plan: EagerPlan): SelectNode {
  if (plan.joined.length === 0) return select;
  const columns: Node[] = [...select.columns];
  const orderBy: Node[] = [...select.orderBy];
  let place = select.from.findIndex((item) => sourcesOf([item]).some((s) => s.id === source.id));
  const from: Node[] = place < 0 ? [...select.from, source] : [...select.from];
  if (place < 0) place = from.length - 1;
  const add = (parent: SourceNode, loads: readonly JoinedLoad[]): void => {
    for (const { relation, joined } of loads) {
      const target = makeAlias(relation.target.selectable, null);
      let left = from[place];
      if (relation.through === null) left = make('join', { type: 'left', left, right: target, on: tie(relation, parent, target) });
      else {
        const through = makeAlias(relation.through.node, null);
        const { near, far, across } = ties(relation, parent, through, target);
        const pairRows = make('join', { type: 'inner', left: through, right: target, on: far });
        left = make('join', { type: 'left', left, right: pairRows, on: across === null ? near : (conjunction([near, across]) as Node) });
      }
      from[place] = left;
      columns.push(...relation.target.rowColumns.map((column) => readNode(target, column)));
      if (relation.many) orderBy.push(...relation.orderBy.map((term) => term.node).filter((node) => isKind(node, 'order')));
      add(target, joined);
    }
  };
  add(source, plan.joined);
  return make('select', { ...select, columns, from, orderBy });
}

/** The objects of rows with eager columns: parents once each, in the order of their first row. */
export function entitiesOfJoinedRows(session: LoadingSession, mapper: Mapper, plan: EagerPlan, rows: readonly DriverRow[]): Entity[] {
  const map = session.identities.of(mapper);
  const entities: Entity[] = [];
  const seen = plan.repeats ? new Set<Entity>() : null;
  const fresh = new Set<EntityCollection>();
  const peers = new Map<JoinedLoad, Entity[]>();
  const read = (parent: Entity, loads: readonly JoinedLoad[], row: DriverRow): void => {
    for (const load of loads) {
      const { relation, offset } = load;
      const { target } = relation;
      const identity = identityOfRow(target, row, offset);
      let list = peers.get(load);
      if (list === undefined) {
        list = [];
        peers.set(load, list);
      }
      let child: Entity | null = null;
      if (identity !== undefined) {
        child = entityOfRow(
          session,
          target,
          session.identities.of(target),
          row.slice(offset, offset + target.rowColumns.length),
          identity,
          list,
        );
        list.push(child);
      }
      place(session, parent, relation, child, fresh);
      if (child !== null && load.joined.length > 0) read(child, load.joined, row);
    }
  };
  for (const row of rows) {
    const entity = entityOfRow(session, mapper, map, row, identityOfRow(mapper, row), entities);
    if (seen === null) entities.push(entity);
    else if (!seen.has(entity)) {
      seen.add(entity);
      entities.push(entity);
    }
    read(entity, plan.joined, row);
  }
  return entities;
}

function place(session: LoadingSession, parent: Entity, relation: Relationship, child: Entity | null, fresh: Set<EntityCollection>): void {
  const related = relatedOf(parent);
  if (!relation.many) {
    if (related[relation.position] !== undefined) return;
    related[relation.position] = child;
    session.noteLoaded(parent, relation);
    return;
  }
  let collection = related[relation.position] as EntityCollection | undefined;
  if (collection === undefined) {
    collection = new EntityCollection(parent, relation, []);
    related[relation.position] = collection;
    fresh.add(collection);
    session.noteLoaded(parent, relation);
  }
  // A collection that was loaded before, or changed, is the user's; only one made by this statement is filled.
  if (child !== null && fresh.has(collection) && !collection.holds(child)) collection.push(child);
}
