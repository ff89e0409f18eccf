import type { DriverRow } from '../dialects/base/driver.ts';
import { adapt } from '../sql/adapt.ts';
import { sourcesOf } from '../sql/join.ts';
import { make, makeAlias } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import { conjunction } from '../sql/operand.ts';
import type { TableColumn } from '../sql/schema.ts';
import type { LockNode, SelectNode } from '../sql/statement-nodes.ts';
import { chosenEntity, hasChosen, readNodes } from './column-choice.ts';
import { ormError } from './errors.ts';
import { isA } from './hierarchy.ts';
import { identityOfRow } from './identity.ts';
import type { LoadRequest } from './load-request.ts';
import { entityOfRow, type LoadingSession } from './loader.ts';
import { adaptTo } from './mapped-source.ts';
import { type Entity, MAPPER, type Mapper, PEERS, type Relationship, type RowDispatch } from './mapping.ts';
import { mayRepeat } from './owner-groups.ts';
import { fill, fillOne, isWholeHere } from './related-filling.ts';
import { tie, ties } from './relation-attribute.ts';

/** A relation whose rows come in the same statement, and where in each row they stand. */
export interface JoinedLoad {
  readonly relation: Relationship;
  readonly request: LoadRequest;
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

/** A relation along which a query was joined: from which source, to which. */
export interface QueryJoin {
  readonly relation: Relationship;
  readonly parent: SourceNode;
  readonly target: SourceNode;
  /** The related class, or the one below it that was named. */
  readonly mapper: Mapper;
}

/** What else decides it: the joins that the query made, whether rows come in batches, and how they are told apart. */
export interface JoiningOptions {
  readonly made?: readonly QueryJoin[];
  readonly byBatch?: boolean;
  readonly dispatch?: RowDispatch | null;
}

/** What of a select decides which eager loads can join. */
export type JoiningSelect = Pick<SelectNode, 'limit' | 'offset' | 'distinct' | 'groupBy' | 'lock' | 'modifiers'>;

/**
 * Splits requests into those that join and those that load by themselves. Where rows are counted, grouped or made distinct, no
 * collection joins, since its rows repeat their parent.
 */
export function planEager(
  mapper: Mapper,
  requests: readonly LoadRequest[],
  select: JoiningSelect,
  { made = [], byBatch = false, dispatch = mapper.dispatch }: JoiningOptions = {},
): { plan: EagerPlan; width: number } {
  let width = mapper.rowColumns.length;
  let repeats = false;
  // No column of another table stands beside groups, and the side of an outer join that may be empty cannot be locked.
  const { groupBy, lock, modifiers } = select;
  const joins = groupBy.length === 0 && (lock === null || (lock as LockNode).of.length > 0);
  const chosen = select.limit !== null || select.offset !== null || select.distinct || (modifiers?.distinctOn.length ?? 0) > 0;
  let collections = joins && !byBatch && !chosen;
  const split = (list: readonly LoadRequest[], reading: RowDispatch | null): { joined: JoinedLoad[]; separate: LoadRequest[] } => {
    const joined: JoinedLoad[] = [];
    const separate: LoadRequest[] = [];
    for (const asked of list) {
      const { relation, strategy } = asked;
      const said = strategy === 'contains' && asked.source === null ? made.find((join) => join.relation === relation) : undefined;
      const request = said === undefined || said.mapper === asked.target ? asked : { ...asked, target: said.mapper };
      const many = mayBeSeveral(relation);
      if (strategy === 'contains' && relation.many && byBatch)
        throw ormError('orm.bad-request', relation.name, "'contains'", 'another strategy in stream(), which cuts the rows into batches');
      if (
        strategy !== 'contains' &&
        !(strategy === 'joined' && joins && !relation.overUnion && (!many || collections) && !comesLater(relation, reading))
      ) {
        separate.push(request);
        continue;
      }
      const offset = width;
      width += request.target.rowColumns.length;
      if (!many) {
        joined.push({ relation, request, offset, ...split(request.nested, request.target.dispatch) });
        continue;
      }
      repeats = true;
      // Collections side by side would multiply each other's rows; one below the other does not.
      const below = split(request.nested, request.target.dispatch);
      if (strategy === 'joined') collections = false;
      joined.push({ relation, request, offset, ...below });
    }
    return { joined, separate };
  };
  const top = split(requests, dispatch);
  return { plan: { ...top, repeats }, width };
}

/** Whether a relation is one of a class whose columns the rows at hand do not bring. */
function comesLater({ mapper }: Relationship, reading: RowDispatch | null): boolean {
  return reading !== null && reading.later.length > 0 && reading.laterOf(mapper) !== null;
}

/** Whether a parent may have several rows of the relation: a collection, or one object of which nothing says that it is the only one. */
function mayBeSeveral({ many, direction, remote, target }: Relationship): boolean {
  if (many || direction === 'manyToOne') return many;
  const holds = (key: { readonly columns: readonly TableColumn[] } | null): boolean =>
    key?.columns.every((column) => remote.includes(column.position)) === true;
  return !holds(target.table.primaryKey) && !target.table.uniques.some(holds);
}

/** The select with the joins and columns of its eager loads. */
export function joinEager(select: SelectNode, source: SourceNode, plan: EagerPlan, joins: readonly QueryJoin[] = []): SelectNode {
  if (plan.joined.length === 0) return select;
  const columns: Node[] = [...select.columns];
  const orderBy: Node[] = [...select.orderBy];
  let place = select.from.findIndex((item) => sourcesOf([item]).some((s) => s.id === source.id));
  const from: Node[] = place < 0 ? [...select.from, source] : [...select.from];
  if (place < 0) place = from.length - 1;
  const add = (parent: SourceNode, loads: readonly JoinedLoad[]): void => {
    for (const { relation, request, joined } of loads) {
      let target: SourceNode;
      if (request.strategy === 'contains') target = containedSource(request, parent, joins, from);
      else {
        if (relation.many && joins.some((join) => join.relation === relation && join.parent.id === parent.id)) warnOfTwo(relation);
        target = makeAlias(relation.target.selectable, null);
        const through = relation.through === null ? null : makeAlias(relation.through.node, null);
        const own = (node: Node): Node => {
          const moved = adaptTo(relation.target, node, target);
          return through === null || relation.through === null ? moved : adapt(moved, relation.through.node, through);
        };
        from[place] = joinTarget(from[place], relation, { parent, through, target }, request.filter.map(own));
        if (mayBeSeveral(relation)) orderBy.push(...(request.orderBy ?? relation.orderBy.map((term) => term.node)).map(own));
      }
      columns.push(...readNodes(target, request.target, request.columns));
      add(target, joined);
    }
  };
  add(source, plan.joined);
  return make('select', { ...select, columns, from, orderBy });
}

const warned = new WeakSet<Relationship>();

/** Warns, once, of a collection that a query joins and loads by another join: each owner's rows stand beside each other. */
function warnOfTwo(relation: Relationship): void {
  if (warned.has(relation)) return;
  warned.add(relation);
  process.emitWarning(
    `A query joins ${relation.name} and loads it by another join, so that the rows of each owner are multiplied by themselves. ` +
      `Take the first join with { ${relation.key}: 'contains' }, or load it with 'selectin'.`,
    { type: 'AthanorWarning', code: 'athanor.joined-twice' },
  );
}

function joinTarget(
  left: Node,
  relation: Relationship,
  { parent, through, target }: { readonly parent: SourceNode; readonly through: SourceNode | null; readonly target: SourceNode },
  filter: readonly Node[],
): Node {
  if (through === null)
    return make('join', { type: 'left', left, right: target, on: conjunction([tie(relation, parent, target), ...filter]) });
  const { near, far, across } = ties(relation, parent, through, target);
  // One after the other, not the pair as one: SQLite would make the whole join of the two first. A row between that leads to
  // nothing brings no object.
  const pairs = make('join', { type: 'left', left, right: through, on: near });
  return make('join', {
    type: 'left',
    left: pairs,
    right: target,
    on: conjunction([far, ...(across === null ? [] : [across]), ...filter]),
  });
}

/** The source that the query itself joined for a relation: the one named, the one joined along it, or the class's own table. */
function containedSource(
  { relation, source }: LoadRequest,
  parent: SourceNode,
  joins: readonly QueryJoin[],
  from: readonly Node[],
): SourceNode {
  const joined = joins.find((join) => join.relation === relation && join.parent.id === parent.id);
  const wanted = source ?? joined?.target ?? relation.target.table.node;
  const there = wanted.id !== parent.id && sourcesOf(from).some((one) => one.id === wanted.id);
  if (!there) throw ormError('orm.bad-request', relation.name, "'contains'", `a join along ${relation.name} in the same query`);
  return wanted;
}

/** One joined relation while rows are read. */
interface Reader {
  readonly load: JoinedLoad;
  readonly map: Map<unknown, Entity>;
  readonly width: number;
  /** Makes objects of which the request reads some columns; null where it reads those that its class says. */
  readonly choose: ReturnType<typeof chosenEntity> | null;
  readonly peers: Entity[];
  /** What each parent's collection has so far; null for a to-one relation. */
  readonly found: Map<Entity, Entity[]> | null;
  /** The same as sets, where rows may give an object to its parent again. */
  readonly members: Map<Entity, Set<Entity>> | null;
  readonly below: readonly Reader[];
  /** Only objects of this class have the relation; null where all parents do. */
  readonly owner: Mapper | null;
}

/**
 * The objects of rows with eager columns: parents once each, in the order of their first row. `repeated`: the query has joins
 * of its own, so that rows may repeat.
 */
export function entitiesOfJoinedRows(
  session: LoadingSession,
  mapper: Mapper,
  plan: EagerPlan,
  rows: readonly DriverRow[],
  repeated: boolean,
  dispatch: RowDispatch | null = mapper.dispatch,
): Entity[] {
  const map = session.identities.of(mapper);
  const entities: Entity[] = [];
  // `shared`: several rows may lead to the same parent, each with all that it has.
  const reader = (load: JoinedLoad, parent: Mapper, shared: boolean): Reader => {
    const { relation, request } = load;
    // Its values are decoded as its database brings them, even where nothing else was read of it.
    relation.target.useDialect(session.engineOf(relation.target.table).dialect);
    const below = load.joined.map((one) =>
      reader(one, relation.target, shared || relation.direction !== 'oneToMany' || relation.join !== null),
    );
    const repeats = shared || mayRepeat(relation) || below.some(bringsMany);
    return {
      load,
      map: session.identities.of(relation.target),
      width: request.target.rowColumns.length,
      choose: request.columns === null ? null : chosenEntity(session, request.target, request.columns),
      peers: [],
      found: relation.many ? new Map() : null,
      members: relation.many && repeats ? new Map() : null,
      below,
      owner: isA(parent, relation.mapper) ? null : relation.mapper,
    };
  };
  for (const load of plan.joined) populateJoined(load, rows);
  const readers = plan.joined.map((load) => reader(load, mapper, repeated));
  let last: Entity | null = null;
  const seen = plan.repeats ? new Set<Entity>() : null;
  for (const row of rows) {
    const entity = entityOfRow(session, mapper, map, row, identityOfRow(mapper, row), entities, dispatch);
    if (seen === null) entities.push(entity);
    else if (entity !== last && !seen.has(entity)) {
      seen.add(entity);
      entities.push(entity);
    }
    last = entity;
    for (const one of readers) readRelated(session, entity, one, row);
  }
  for (const one of readers) settle(session, one);
  return entities;
}

/** Where the query populates, the objects that its joins bring become what their rows say. */
function populateJoined({ request, offset, joined }: JoinedLoad, rows: readonly DriverRow[]): void {
  if (request.populate === undefined) return;
  request.populate(request.target, rows, request.columns, { offset });
  for (const load of joined) populateJoined(load, rows);
}

function bringsMany({ found, below }: Reader): boolean {
  return found !== null || below.some(bringsMany);
}

function readRelated(session: LoadingSession, parent: Entity, reader: Reader, row: DriverRow): void {
  const { load, found, members, below, owner } = reader;
  if (owner !== null && !isA(parent[MAPPER], owner)) return;
  const { relation, request } = load;
  const child = relatedOfRow(session, reader, row);
  if (found === null) fillOne(session, parent, relation, child, request.filter.length > 0);
  else {
    let list = found.get(parent);
    if (list === undefined) {
      list = [];
      found.set(parent, list);
      members?.set(parent, new Set());
    }
    if (child !== null && members?.get(parent)?.has(child) !== true) {
      list.push(child);
      members?.get(parent)?.add(child);
    }
  }
  if (child !== null) for (const one of below) readRelated(session, child, one, row);
}

/** The related object that a row brings, or null where the join found none. */
function relatedOfRow(session: LoadingSession, { load, map, width, choose, peers }: Reader, row: DriverRow): Entity | null {
  const { request, offset } = load;
  const identity = identityOfRow(request.target, row, offset);
  if (identity === undefined) return null;
  const known = map.get(identity);
  if (known !== undefined && hasChosen(session, request.target, known, request.columns)) {
    if (known !== peers[peers.length - 1]) peers.push(known);
    known[PEERS] = peers;
    return known;
  }
  const own = row.slice(offset, offset + width);
  const child = choose === null ? entityOfRow(session, request.target, map, own, identity, peers) : choose(map, own, identity, peers);
  peers.push(child);
  return child;
}

/** Gives the parents their collections. */
function settle(session: LoadingSession, { load, found, below }: Reader): void {
  const { relation, request } = load;
  if (found !== null) {
    // A join of the query's own may leave rows out, so what it brings is not taken for all there is.
    const partial = request.filter.length > 0 || request.strategy === 'contains';
    const anew = partial || request.orderBy !== null;
    for (const [parent, items] of found) if (anew || !isWholeHere(parent, relation)) fill(session, parent, relation, items, partial);
  }
  for (const one of below) settle(session, one);
}
