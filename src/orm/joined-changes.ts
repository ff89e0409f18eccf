import type { Result } from '../engine/result.ts';
import type { Executable } from '../engine/statement.ts';
import { defaultValue } from '../sql/cells.ts';
import { deleteFrom } from '../sql/delete.ts';
import { describe, sqlError } from '../sql/errors.ts';
import { Expression } from '../sql/expression.ts';
import { make, makeBind } from '../sql/make.ts';
import type { Table } from '../sql/schema.ts';
import { BOOLEAN } from '../sql/type.ts';
import { update } from '../sql/update.ts';
import { ormError } from './errors.ts';
import { isA } from './hierarchy.ts';
import { identityOf } from './identity.ts';
import { columnOf } from './mapped-source.ts';
import { withDescendants } from './mapper.ts';
import { type Entity, MAPPER, type Mapper } from './mapping.ts';
import type { ChangeOptions, QuerySpec } from './query-spec.ts';
import { type FollowingSession, followRows, sweep } from './synchronization.ts';

/** What changing rows of several tables needs of a session. */
export interface JoinedChangeSession extends FollowingSession {
  execute<R>(statement: Executable<R>, params?: undefined, options?: ChangeOptions): Promise<Result<R>>;
  all<R>(statement: Executable<R>): Promise<R[]>;
}

/** Keys that go into one statement. */
const CHUNK = 500;

/** Whether a query's rows are those of several tables, which no one statement changes. */
export function isJoined({ tables }: Mapper): boolean {
  return tables.length > 1;
}

/** Whether deleting rows of a class takes rows of other tables along. */
export function hasRowsBelow(mapper: Mapper): boolean {
  return withDescendants(mapper).some((one) => one.tables.length > 1);
}

/** Changes all rows of a query over several tables, table by table; gives their number. */
export async function updateJoined(
  session: JoinedChangeSession,
  spec: QuerySpec,
  values: Readonly<Record<string, unknown>>,
  options: ChangeOptions,
): Promise<number> {
  const { mapper } = spec;
  const parts = new Map<Table, Record<string, unknown>>();
  for (const [key, value] of Object.entries(values)) {
    const position = mapper.positions.get(key);
    const column = position === undefined ? undefined : mapper.columns[position];
    if (column === undefined) throw ormError('orm.unknown-attribute', mapper.name, key, mapper.columns.map((one) => one.key).join(', '));
    if (value === undefined) throw sqlError('sql.undefined-value', `update() of ${mapper.name}, at '${key}',`);
    parts.set(column.table, { ...parts.get(column.table), [column.key]: value });
  }
  if (parts.size === 0) throw sqlError('sql.bad-argument', 'update()', 'values by attribute', describe(values));
  // A row that changes in one table has changed: what the other tables note of it is made anew too, once for all rows.
  for (const { table, key, onUpdate } of mapper.columns)
    if (onUpdate !== null && !Object.hasOwn(values, key)) parts.set(table, { ...parts.get(table), [key]: defaultValue(onUpdate) });
  const keys = await keysOf(session, spec, 'update', options);
  await session.beginWriting([mapper]);
  for (const table of mapper.tables) {
    const part = parts.get(table);
    if (part === undefined) continue;
    for (const condition of conditionsOf(table, keys))
      await session.execute(
        update(table)
          .set(part as never)
          .where(condition),
        undefined,
        { synchronize: false },
      );
  }
  if (options.synchronize !== false) await followRows(session, objectsOf(session, mapper, keys));
  return keys.length;
}

/** Deletes all rows of a query and what goes on with them in other tables; gives their number. */
export async function deleteJoined(session: JoinedChangeSession, spec: QuerySpec, options: ChangeOptions): Promise<number> {
  const { mapper } = spec;
  const keys = await keysOf(session, spec, 'delete', options);
  await session.beginWriting([mapper]);
  const tables = new Set(withDescendants(mapper).flatMap((one) => [...one.tables]));
  for (const table of [...tables].reverse())
    for (const condition of conditionsOf(table, keys))
      await session.execute(deleteFrom(table).where(condition), undefined, { synchronize: false });
  if (options.synchronize !== false) sweep(session, objectsOf(session, mapper, keys));
  return keys.length;
}

async function keysOf(session: JoinedChangeSession, spec: QuerySpec, verb: string, options: ChangeOptions): Promise<unknown[]> {
  const { mapper, source, select } = spec;
  const { where, limit, offset } = select.node;
  if ((where === null || where === mapper.condition) && limit === null && offset === null && options.all !== true)
    throw sqlError('sql.whole-table', verb, mapper.table.name);
  if (mapper.keyPositions.length > 1) throw ormError('orm.bulk-with-joins', mapper.name, verb);
  const column = mapper.columns[mapper.keyPositions[0]];
  const rows = await session.all(select.columns(new Expression(columnOf(source, column), column.type)).distinct());
  return rows.map((row) => (row as readonly unknown[])[0]);
}

function conditionsOf(table: Table, keys: readonly unknown[]): Expression<boolean>[] {
  const [column] = table.columns.filter(({ primaryKey }) => primaryKey);
  const conditions: Expression<boolean>[] = [];
  for (let start = 0; start < keys.length; start += CHUNK) {
    const list = makeBind(keys.slice(start, start + CHUNK), column.type, { expanding: true });
    conditions.push(new Expression(make('in', { operand: columnOf(table.node, column), list, negated: false }), BOOLEAN));
  }
  return conditions;
}

function objectsOf(session: JoinedChangeSession, mapper: Mapper, keys: readonly unknown[]): Entity[] {
  const map = session.identities.of(mapper);
  return keys.flatMap((key) => map.get(identityOf([key])) ?? []).filter((entity) => isA(entity[MAPPER], mapper));
}
