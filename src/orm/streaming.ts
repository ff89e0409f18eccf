import type { DriverRow, MaybePromise } from '../dialects/base/driver.ts';
import type { Connection } from '../engine/connection.ts';
import type { Engine } from '../engine/engine.ts';
import { valuesOf } from '../engine/statement.ts';
import type { StatementLimits } from '../engine/statement-limits.ts';
import type { Table } from '../sql/schema.ts';
import type { AttachingSession } from './attachment.ts';
import { changedInside } from './attributes.ts';
import { blank, settleChoice } from './column-choice.ts';
import { entitiesOfUnion } from './concrete-loading.ts';
import { inScope } from './criteria.ts';
import { entitiesOfJoinedRows, joinEager, planEager } from './eager-join.ts';
import { identityOf } from './identity.ts';
import { withDefaults } from './load-request.ts';
import { entitiesOfRows } from './loader.ts';
import { CHANGES, type Entity, MAPPER, PEERS, PERSISTENT, SESSION, STATUS } from './mapping.ts';
import { storedKey } from './persistence.ts';
import { populated, populating } from './populating.ts';
import { loadSeparate, type QuerySession } from './query-execution.ts';
import type { QuerySpec } from './query-spec.ts';

/** A connection that a stream reads from, and how it is given back. */
export interface StreamConnection {
  readonly connection: Connection;
  release(): MaybePromise<void>;
}

/** What streaming needs of a session. */
export interface StreamingSession extends QuerySession, AttachingSession {
  readonly identities: AttachingSession['identities'];
  readonly suspects: Set<Entity> | null;
  partial: Set<Entity> | null;
  /** The objects that a stream's batch brought, while it is being made. */
  arrivals: Entity[] | null;
  /** Objects that a stream let go: they come back when they are changed. */
  strays: WeakSet<Entity> | null;
  engineOf(table: Table): Engine;
  openStream(engine: Engine): Promise<StreamConnection>;
}

/**
 * The objects of a query one after the other. The rows come as the loop asks for them; a batch of them becomes objects, has
 * its relations loaded, is handed out, and is let go, unless it was changed. SQLAlchemy: `yield_per` with `stream_scalars()`.
 */
export async function* streamEntities(
  session: StreamingSession,
  spec: QuerySpec,
  batch: number,
  limits: StatementLimits,
): AsyncGenerator<Entity, void, undefined> {
  await session.ready();
  const { mapper, source, select, dispatch = mapper.dispatch } = spec;
  const engine = session.engineOf(mapper.table);
  await engine.ready();
  mapper.useDialect(engine.dialect);
  // Rows come one by one, so none may stand for a part of an object: collections load in statements of their own.
  const populate = spec.populate === true ? populating(session) : null;
  const asked = spec.union === undefined ? withDefaults(mapper, spec.requests) : [];
  const requests = populate === null ? asked : populated(asked, populate);
  const { plan } = planEager(mapper, requests, select.node, { made: spec.joins, byBatch: true, dispatch });
  const node = inScope(spec.criteria, () => session.restrict(joinEager(select.node, source, plan, spec.joins)));
  const make = async (rows: DriverRow[]): Promise<{ entities: Entity[]; arrivals: Entity[] }> => {
    const outer = session.arrivals;
    const arrivals: Entity[] = [];
    session.arrivals = arrivals;
    try {
      if (spec.union !== undefined) return { entities: await entitiesOfUnion(session, spec.union, rows, populate), arrivals };
      populate?.(mapper, rows, spec.columns, { dispatch });
      const read = spec.columns === null ? [] : rows.map((row) => [...row]);
      if (spec.columns !== null) blank(rows, spec.columns);
      const made =
        plan.joined.length === 0
          ? entitiesOfRows(session, mapper, rows, false, dispatch)
          : entitiesOfJoinedRows(session, mapper, plan, rows, spec.joined, dispatch);
      if (spec.columns !== null) settleChoice(session, mapper, read, made, spec.columns);
      if (spec.columns?.narrow === true) session.later.drop();
      await session.later.settle();
      const entities = spec.joined ? [...new Set(made)] : made;
      await loadSeparate(session, entities, plan, null);
      return { entities, arrivals };
    } finally {
      session.arrivals = outer;
    }
  };
  async function* handOut(rows: DriverRow[]): AsyncGenerator<Entity, void, undefined> {
    const { entities, arrivals } = await inScope(spec.criteria, () => make(rows));
    try {
      yield* entities;
    } finally {
      for (const entity of arrivals) letStray(session, entity);
    }
  }
  const { connection, release } = await session.openStream(engine);
  try {
    let rows: DriverRow[] = [];
    for await (const row of connection.fetchStream(engine.plans.get(engine.dialect, node), valuesOf(node), limits)) {
      if (rows.push(row) < batch) continue;
      yield* handOut(rows);
      rows = [];
    }
    if (rows.length > 0) yield* handOut(rows);
  } finally {
    await release();
  }
}

/** Lets an object go that has nothing to write, so that it lives only as long as someone else holds it. */
function letStray(session: StreamingSession, entity: Entity): void {
  if (entity[SESSION] !== session || entity[STATUS] !== PERSISTENT) return;
  if (session.dirty.has(entity) || session.removed.has(entity)) return;
  if (session.watched.has(entity) && entity[MAPPER].jsonPositions.some((position) => changedInside(entity, position))) return;
  const map = session.identities.of(entity[MAPPER]);
  const identity = identityOf(storedKey(entity, entity[CHANGES]));
  if (map.get(identity) === entity) map.delete(identity);
  entity[PEERS] = null;
  session.watched.delete(entity);
  session.partial?.delete(entity);
  session.suspects?.delete(entity);
  session.strays ??= new WeakSet();
  session.strays.add(entity);
}
