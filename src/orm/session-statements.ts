import type { DriverRow } from '../dialects/base/driver.ts';
import { Result } from '../engine/result.ts';
import { type Executable, prepareStatement } from '../engine/statement.ts';
import { limitsOf, type StatementLimits } from '../engine/statement-limits.ts';
import { Delete } from '../sql/delete.ts';
import { Insert } from '../sql/insert.ts';
import type { Node } from '../sql/node.ts';
import type { Projection } from '../sql/projection.ts';
import { Query as CoreQuery } from '../sql/query.ts';
import { Select } from '../sql/select.ts';
import { SetOperation } from '../sql/set-operation.ts';
import { Update } from '../sql/update.ts';
import { bindOf } from './bind-routing.ts';
import { type Criterion, hasCriteria } from './criteria.ts';
import { mapperOfTable } from './mapper.ts';
import type { Entity } from './mapping.ts';
import { restrict } from './restriction.ts';
import type { SessionConnections } from './session-connections.ts';
import { hasEntities, readEntityRows } from './statement-rows.ts';
import { changeRows, type Synchronize, type SynchronizingSession } from './synchronization.ts';

type Parameters = Readonly<Record<string, unknown>>;

/** What running a statement of Core needs of a session. */
export interface StatementSession extends SynchronizingSession {
  suspects: Set<Entity> | null;
  readonly connections: SessionConnections;
  /** The criteria of the database and of the session. */
  readonly criteria: readonly (readonly Criterion[])[];
}

/** Runs a statement of Core in a session; its objects follow an UPDATE or DELETE of their rows. See `Session.execute()`. */
export function executeStatement<R>(
  session: StatementSession,
  statement: Executable<R>,
  params: Parameters | undefined,
  synchronize: Synchronize,
  limits: StatementLimits = {},
): Promise<Result<R>> {
  if (synchronize !== false && (statement instanceof Update || statement instanceof Delete)) {
    const mapper = mapperOfTable(statement.table);
    if (mapper !== null && !session.identities.isEmpty(mapper)) {
      const run = (changed: unknown): Promise<Result<unknown>> => execute(session, changed as Executable, params, limits);
      return changeRows(session, mapper, statement, params, synchronize, run) as Promise<Result<R>>;
    }
  }
  return execute(session, statement, params, limits);
}

async function execute<R>(
  session: StatementSession,
  statement: Executable<R>,
  params: Parameters | undefined,
  given: StatementLimits,
): Promise<Result<R>> {
  const { connections } = session;
  const limits = limitsOf(given, connections.limits ?? null) ?? given;
  const engine = connections.engineFor(bindOf(statement));
  await engine.ready();
  const restricted = hasCriteria() ? (node: Node) => restrict(node, session.criteria) : undefined;
  const prepared = prepareStatement(engine, statement, 'execute()', restricted);
  const { executions, projection } = prepared;
  const writes = executions.some(({ plan }) => plan.writes);
  if (writes) {
    await connections.open(engine);
    session.suspects ??= new Set();
  }
  if (projection !== null && hasEntities(projection)) {
    const rows: DriverRow[] = [];
    for (const { plan, rows: values } of executions)
      for (const row of values) rows.push(...(await connections.on(engine, (connection) => connection.fetch(plan, row, params, limits))));
    const query = statement instanceof CoreQuery ? statement.node : null;
    const read = readEntityRows(session, engine.dialect, projection, rows, { query, written: writes }) as R[];
    await session.later.settle();
    return new Result(read, writes ? rows.length : 0);
  }
  return connections.on(engine, (connection) => connection.executePrepared(prepared, params, limits)) as Promise<Result<R>>;
}

/** Runs a statement once for each set of values. See `Session.executeMany()`. */
export async function executeStatementMany<R>(
  session: StatementSession,
  statement: Executable<R>,
  list: readonly Parameters[],
): Promise<Result<R>> {
  const { connections } = session;
  const entities = (statement as { readonly projection?: Projection | null }).projection;
  if (entities !== null && entities !== undefined && hasEntities(entities)) {
    const isInsert = statement instanceof Insert && statement.isEmpty;
    if (isInsert) return executeStatement(session, statement.values(list as never) as unknown as Executable<R>, undefined, 'auto');
    const results: Result<R>[] = [];
    for (const params of list) results.push(await executeStatement(session, statement, params, 'auto'));
    return new Result<R>(
      results.flatMap((result) => result.all()),
      results.reduce((sum, result) => sum + result.rowCount, 0),
    );
  }
  const engine = connections.engineFor(bindOf(statement));
  await engine.ready();
  if (!(statement instanceof CoreQuery)) {
    await connections.open(engine);
    session.suspects ??= new Set();
  }
  return connections.on(engine, (connection) => connection.executeMany(statement, list));
}

/** The statement with a LIMIT, where it is one that can have it and has none. */
export function limited<R>(statement: Executable<R>, rows: number): Executable<R> {
  if (statement instanceof Select && statement.node.limit === null) return statement.limit(rows) as Executable<R>;
  return statement instanceof SetOperation && statement.node.limit === null ? (statement.limit(rows) as Executable<R>) : statement;
}
