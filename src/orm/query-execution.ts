import type { DriverRow, MaybePromise } from '../dialects/base/driver.ts';
import type { Engine } from '../engine/engine.ts';
import type { Result } from '../engine/result.ts';
import { type Executable, valuesOf } from '../engine/statement.ts';
import { asSaid } from '../sql/class-rows.ts';
import { deleteFrom } from '../sql/delete.ts';
import { explain } from '../sql/explain.ts';
import { Expression } from '../sql/expression.ts';
import { func } from '../sql/function.ts';
import { canonicalKey, make } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import type { Table } from '../sql/schema.ts';
import { select } from '../sql/select.ts';
import type { SelectNode } from '../sql/statement-nodes.ts';
import { BOOLEAN } from '../sql/type.ts';
import { update } from '../sql/update.ts';
import { letGo } from './attachment.ts';
import { blank, type ColumnChoice, settleChoice, valuesWithin } from './column-choice.ts';
import { changeUnion, valuesFor } from './concrete-changes.ts';
import { entitiesOfUnion } from './concrete-loading.ts';
import { type Criterion, criteriaOf, hasCriteria } from './criteria.ts';
import { type EagerPlan, entitiesOfJoinedRows, type JoinedLoad, joinEager, planEager } from './eager-join.ts';
import { ormError } from './errors.ts';
import { evaluator, NotEvaluable } from './evaluation.ts';
import { isA } from './hierarchy.ts';
import { identityOf } from './identity.ts';
import { deleteJoined, hasRowsBelow, isJoined, type JoinedChangeSession, updateJoined } from './joined-changes.ts';
import { type LoadRequest, withDefaults } from './load-request.ts';
import { entitiesOfRows, type LoadingSession, noteLater, ownRow } from './loader.ts';
import { columnOf } from './mapped-source.ts';
import { CHANGES, type Entity, MAPPER, type Mapper, type Relationship } from './mapping.ts';
import { storedKey } from './persistence.ts';
import { populated, populating } from './populating.ts';
import type { ChangeOptions, ExplainOptions, QuerySpec } from './query-spec.ts';
import { relatedTo } from './related-filling.ts';
import { conditionsOf } from './relation-attribute.ts';
import { type RowLock, readByKeys, replaceRow, selectByKey } from './reloading.ts';
import { type KeyQuery, loadRequests } from './request-loading.ts';
import { entitiesOfStatement } from './statement-entities.ts';

/** What running a query needs of a session. */
export interface QuerySession extends JoinedChangeSession {
  /** Whether a query has to wait, for a flush under way or one of its own. */
  readonly busy: boolean;
  /** Flushes what a query must see, after the flush that is under way. */
  ready(): Promise<void>;
  engineOf(table: Table): Engine;
  execute<R>(statement: Executable<R>, params?: Readonly<Record<string, unknown>>, options?: ChangeOptions): Promise<Result<R>>;
  readonly criteria: readonly (readonly Criterion[])[];
  restrict<N extends Node>(node: N): N;
}

/** The object with this key: the session's own, or read. At once where neither the session nor the driver has to wait. */
export function getEntity(
  session: QuerySession,
  mapper: Mapper,
  values: readonly unknown[],
  asked: readonly LoadRequest[],
): MaybePromise<Entity | null> {
  const requests = withDefaults(mapper, asked);
  const known = session.identities.get(mapper, identityOf(values));
  if (known !== undefined && !session.partial?.has(known)) return getKnown(session, mapper, known, requests);
  return session.busy
    ? session.ready().then(() => getUnknown(session, mapper, values, requests))
    : getUnknown(session, mapper, values, requests);
}

function getKnown(session: QuerySession, mapper: Mapper, known: Entity, requests: readonly LoadRequest[]): MaybePromise<Entity | null> {
  if (!isA(known[MAPPER], mapper)) return null;
  const settled = (): Entity | null => (session.removed.has(known) ? null : known);
  if (!hasCriteria() && requests.length === 0) return settled();
  const load = async (seen: boolean): Promise<Entity | null> => {
    if (!seen) return null;
    if (requests.length > 0) await loadRequests(session, [known], requests);
    return settled();
  };
  return hasCriteria() ? isSeen(session, known).then(load) : load(true);
}

function getUnknown(
  session: QuerySession,
  mapper: Mapper,
  values: readonly unknown[],
  requests: readonly LoadRequest[],
): MaybePromise<Entity | null> {
  // The rows of a class that shares its table are told apart when they are there.
  const reader = mapper.condition === null ? mapper : mapper.root;
  const within = valuesWithin(reader.rowColumns, false);
  const build = (): Node => selectByKey(reader);
  const answer = session.fetch(mapper.table, `get:${reader.planId}`, build, within.length === 0 ? values : [...within, ...values]);
  const take = (rows: DriverRow[]): MaybePromise<Entity | null> => {
    if (rows.length === 0) {
      const known = session.identities.get(mapper, identityOf(values));
      // An object that was to be read again and has no row is none of the session's.
      if (known !== undefined && isA(known[MAPPER], mapper) && session.partial?.has(known)) letGo(session, known);
      return null;
    }
    const [entity] = entitiesOfRows(session, reader, rows);
    const later = session.later.settle();
    if (later === undefined && requests.length === 0) return isA(entity[MAPPER], mapper) ? entity : null;
    return (later ?? Promise.resolve()).then(async () => {
      if (!isA(entity[MAPPER], mapper)) return null;
      if (requests.length > 0) await loadRequests(session, [entity], requests);
      return entity;
    });
  };
  return answer instanceof Promise ? answer.then(take) : take(answer);
}

/** The object with this key as its row is now, whether or not the session has it; null where there is no row. */
export async function readEntity(
  session: QuerySession,
  mapper: Mapper,
  values: readonly unknown[],
  asked: readonly LoadRequest[],
  lock: RowLock | null,
): Promise<Entity | null> {
  await session.ready();
  const reader = mapper.condition === null ? mapper : mapper.root;
  const [found] = await readByKeys(session, reader, [values], { lock, whole: true, restricted: true });
  const known = session.identities.get(mapper, found === undefined ? identityOf(values) : found[0]);
  if (found === undefined) {
    if (known !== undefined && isA(known[MAPPER], mapper) && lock?.skipLocked !== true) letGo(session, known);
    return null;
  }
  const [entity] = known === undefined ? entitiesOfRows(session, reader, [found[1]]) : [known];
  if (!isA(entity[MAPPER], mapper)) return null;
  if (known !== undefined) {
    replaceRow(session, known, ownRow(reader, known, found[1]));
    if (reader.dispatch !== null) noteLater(session, reader.dispatch, known);
    session.suspects?.add(known);
  }
  await session.later.settle();
  const requests = withDefaults(mapper, asked);
  if (requests.length > 0) await loadRequests(session, [entity], requests);
  return entity;
}

/** The objects of a query, with what it loads beside them. */
export async function queryEntities(session: QuerySession, spec: QuerySpec): Promise<Entity[]> {
  if (session.busy) await session.ready();
  const { mapper, source, joined, dispatch = mapper.dispatch } = spec;
  const populate = spec.populate === true ? populating(session) : null;
  const asked = withDefaults(mapper, spec.requests);
  const requests = populate === null ? asked : populated(asked, populate);
  if (spec.statement !== undefined) {
    const entities = await entitiesOfStatement(session, mapper, spec.statement.statement, spec.statement.params, populate);
    await session.later.settle();
    await loadRequests(session, entities, requests);
    return entities;
  }
  const { node } = spec.select;
  if (spec.union !== undefined) {
    const rows = await selectRows(session, mapper.table, node, node.key, () => node);
    return entitiesOfUnion(session, spec.union, rows, populate);
  }
  if (requests.length === 0) {
    const answer = selectRows(session, mapper.table, node, node.key, () => node);
    const rows = answer instanceof Promise ? await answer : answer;
    populate?.(mapper, rows, spec.columns, { dispatch });
    if (spec.columns !== null) return chosenEntities(session, spec, spec.columns, rows);
    const entities = entitiesOfRows(session, mapper, rows, !joined && readsAlone(node, mapper), dispatch);
    const later = session.later.settle();
    if (later !== undefined) await later;
    return joined ? [...new Set(entities)] : entities;
  }
  const { plan } = planEager(mapper, requests, node, { made: spec.joins, dispatch });
  const key = plan.joined.length === 0 ? node.key : `${node.key}+${requests.map((request) => request.key).join()}`;
  const build = (): Node => joinEager(node, source, plan, spec.joins);
  const answer = selectRows(session, mapper.table, plan.joined.some(carriesValues) ? build() : node, key, build);
  const rows = answer instanceof Promise ? await answer : answer;
  const { columns } = spec;
  populate?.(mapper, rows, columns, { dispatch });
  const read = columns === null ? null : rows.map((row) => [...row]);
  if (columns !== null) blank(rows, columns);
  let entities =
    plan.joined.length === 0
      ? entitiesOfRows(session, mapper, rows, !joined && readsAlone(node, mapper), dispatch)
      : entitiesOfJoinedRows(session, mapper, plan, rows, joined, dispatch);
  if (columns !== null && read !== null) settleChoice(session, mapper, read, entities, columns);
  if (columns?.narrow === true) session.later.drop();
  const later = session.later.settle();
  if (later !== undefined) await later;
  if (joined) entities = [...new Set(entities)];
  await loadSeparate(session, entities, plan, (relation) => keysOf(spec, relation));
  return entities;
}

/** The objects of rows of which some columns were not read. */
async function chosenEntities(
  session: QuerySession,
  { mapper, dispatch = mapper.dispatch }: QuerySpec,
  columns: ColumnChoice,
  rows: DriverRow[],
): Promise<Entity[]> {
  const read = columns.filled.length === 0 ? [] : rows.map((row) => [...row]);
  blank(rows, columns);
  const entities = [...new Set(entitiesOfRows(session, mapper, rows, false, dispatch))];
  settleChoice(session, mapper, read, entities, columns);
  if (columns.narrow === true) session.later.drop();
  await session.later.settle();
  return entities;
}

/** Whether a select names nothing but what the class's rows are read from. */
function readsAlone({ from }: SelectNode, mapper: Mapper): boolean {
  return from.length === 0 || (from.length === 1 && asSaid(from[0]) === mapper.from);
}

/** Whether the criteria let an object that the session has be seen. */
async function isSeen(session: QuerySession, known: Entity): Promise<boolean> {
  const mapper = known[MAPPER];
  try {
    for (let above: Mapper | null = mapper; above !== null; above = above.parent)
      for (const node of criteriaOf(above, session.criteria)) {
        const holds = evaluator(node, { mapper, target: above.table.node, params: undefined, exactText: false });
        if (holds(known) !== true) return false;
      }
    return true;
  } catch (error) {
    if (!(error instanceof NotEvaluable)) throw error;
  }
  const rows = await readByKeys(session, mapper, [storedKey(known, known[CHANGES])], { restricted: true });
  return rows.size > 0;
}

/** Loads what a query asks for by statements of its own. */
export async function loadSeparate(
  session: LoadingSession,
  entities: readonly Entity[],
  plan: EagerPlan,
  keys: KeyQuery | null,
): Promise<void> {
  await loadRequests(session, entities, plan.separate, keys);
  await loadBelow(session, entities, plan.joined);
}

/** Loads what was asked for below relations that were joined. */
async function loadBelow(session: LoadingSession, parents: readonly Entity[], loads: readonly JoinedLoad[]): Promise<void> {
  for (const load of loads) {
    if (load.separate.length === 0 && load.joined.length === 0) continue;
    const reached = parents.flatMap((parent) => (isA(parent[MAPPER], load.relation.mapper) ? relatedTo(parent, load.relation) : []));
    await loadRequests(session, reached, load.separate);
    await loadBelow(session, reached, load.joined);
  }
}

/** A query for the keys by which the objects of another query find what a relation leads to. */
function keysOf({ select: statement, source }: QuerySpec, relation: Relationship): Node {
  const columns = relation.local.map((position) => relation.mapper.columns[position]);
  const keys = (from: SourceNode): Expression[] => columns.map((column) => new Expression(columnOf(from, column), column.type));
  const { limit, offset } = statement.node;
  if (limit === null && offset === null) return statement.orderBy().columns(...keys(source)).node;
  // Its rows are cut first. MySQL takes no limit in the subquery of an IN, but in a table that stands there.
  const rows = statement.subquery();
  return select(...keys(rows['~source'].node)).from(rows).node;
}

/** Runs a select for objects; `values` are those of its own parameters. */
function selectRows(session: QuerySession, table: Table, valued: Node, key: string, build: () => Node): MaybePromise<DriverRow[]> {
  return session.fetch(table, canonicalKey(key), build, valuesOf(valued));
}

const COUNT = func.count().node;

/** How many rows a query has. */
export async function countRows(session: QuerySession, { mapper, source, select: statement }: QuerySpec): Promise<number> {
  if (session.busy) await session.ready();
  const { node } = statement;
  const whole = node.limit === null && node.offset === null;
  const plain = whole && !node.distinct && node.groupBy.length === 0 && node.having === null && node.modifiers === null;
  const counted = plain
    ? make('select', {
        ...node,
        columns: [COUNT],
        from: node.from.length > 0 ? node.from : [source],
        orderBy: [],
        lock: null,
      })
    : select(func.count()).from((whole ? statement.orderBy() : statement).subquery()).node;
  const answer = selectRows(session, mapper.table, counted, counted.key, () => counted);
  const rows = answer instanceof Promise ? await answer : answer;
  return Number(rows[0][0]);
}

/** Changes all rows of a query, and the session's objects among them. */
export async function updateAll(
  session: QuerySession,
  spec: QuerySpec,
  values: Readonly<Record<string, unknown>>,
  options: ChangeOptions,
): Promise<number> {
  await session.ready();
  const { mapper, union } = spec;
  if (union !== undefined) {
    const set = new Map(union.union.parts.map((part) => [part, valuesFor(mapper, union.union, part, values)]));
    return changeUnion(session, spec, union, 'update', options, (own, part) => updateAll(session, own, set.get(part) ?? {}, options));
  }
  if (isJoined(spec.mapper)) return updateJoined(session, spec, values, options);
  const statement = update(spec.mapper.table, { all: options.all === true }).set(values as never);
  const where = wholeCondition(spec, 'update');
  const whole = where === null ? statement : statement.where(new Expression<boolean>(where, BOOLEAN));
  return (await session.execute(whole, undefined, options)).rowCount;
}

/** Deletes all rows of a query, and lets go of the session's objects among them. */
export async function deleteAll(session: QuerySession, spec: QuerySpec, options: ChangeOptions): Promise<number> {
  await session.ready();
  const { union } = spec;
  if (union !== undefined) return changeUnion(session, spec, union, 'delete', options, (own) => deleteAll(session, own, options));
  if (hasRowsBelow(spec.mapper)) return deleteJoined(session, spec, options);
  const statement = deleteFrom(spec.mapper.table, { all: options.all === true });
  const where = wholeCondition(spec, 'delete');
  const whole = where === null ? statement : statement.where(new Expression<boolean>(where, BOOLEAN));
  return (await session.execute(whole, undefined, options)).rowCount;
}

/** How the database would run a query. */
export async function explainQuery(session: QuerySession, spec: QuerySpec, options: ExplainOptions = {}): Promise<string[]> {
  const node = eagerSelect(spec);
  const lines = await session.execute(explain({ node }, options));
  return lines.all().map(([line]) => line);
}

/** The select of a query with the joins of its eager loads. */
function eagerSelect(spec: QuerySpec): SelectNode {
  const { node } = spec.select;
  if (spec.union !== undefined) return node;
  const { plan } = planEager(spec.mapper, withDefaults(spec.mapper, spec.requests), node, {
    made: spec.joins,
    dispatch: spec.dispatch,
  });
  return joinEager(node, spec.source, plan, spec.joins);
}

/** A query as SQL, with its parameters. */
export async function queryToSQL(session: QuerySession, spec: QuerySpec): Promise<{ sql: string; parameters: unknown[] }> {
  const engine = session.engineOf(spec.mapper.table);
  await engine.ready();
  const node = session.restrict(eagerSelect(spec));
  return engine.plans.get(engine.dialect, node).encode(valuesOf(node));
}

function carriesValues(load: JoinedLoad): boolean {
  const { relation, request } = load;
  const own =
    request.strategy === 'contains'
      ? []
      : [...conditionsOf(relation), ...request.filter, ...(request.orderBy ?? relation.orderBy.map((term) => term.node))];
  if (relation.target.rowColumns.some(({ formula }) => formula !== undefined)) return true;
  return own.some((node) => node !== null && node.binds.length > 0) || load.joined.some(carriesValues);
}

/** The condition of a query that changes its rows; one with joins or limits goes by the keys of its rows. */
function wholeCondition({ mapper, source, select }: QuerySpec, verb: string): Node | null {
  const { node } = select;
  const plain =
    node.from.length === 0 &&
    node.limit === null &&
    node.offset === null &&
    node.groupBy.length === 0 &&
    !node.distinct &&
    source.kind === 'table';
  if (plain) return node.where;
  if (mapper.keyPositions.length > 1) throw ormError('orm.bulk-with-joins', mapper.name, verb);
  const column = mapper.columns[mapper.keyPositions[0]];
  const list = select.columns(new Expression(columnOf(source, column), column.type)).node;
  return make('in', { operand: columnOf(mapper.table.node, column), list, negated: false });
}
