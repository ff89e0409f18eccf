import type { RestingKeys } from '../dialects/base/dialect.ts';
import { makeUpdate } from '../sql/make.ts';
import { rawNode } from '../sql/raw-text.ts';
import type { TableColumn } from '../sql/schema.ts';
import { CHANGES, type Entity, MAPPER, type WriteTarget } from './mapping.ts';
import { bindOf, equals, storedMatch, storedValue, type Writer } from './persistence.ts';
import type { RowUpdate } from './row-updates.ts';
import { canSpare, groupOf, spareReference, spareValue } from './spare-values.ts';
import { type Exchange, exchangeError, type UniqueSet, uniquesOf } from './update-order.ts';

/**
 * Which of a row's changed columns can let its value of a key or unique constraint go for a moment: one that may be NULL, or
 * one for which a value can be made that no other row has. Null where there is none.
 */
export function parkingPlace({ entity, positions: changed }: RowUpdate, { positions }: UniqueSet): number | null {
  const mapper = entity[MAPPER];
  const columns = positions.filter((position) => changed.includes(position)).map((position) => mapper.columns[position]);
  const loose = columns.find((column) => column.nullable && !isReferred(column));
  const spare = columns.filter((column) => canSpare(column.type));
  // A key that leads elsewhere needs a row there that nobody refers to.
  const free = loose ?? spare.find((column) => column.foreignKeys.length === 0) ?? spare.find((column) => !isReferred(column));
  return free?.position ?? null;
}

/** Whether rows of other tables refer to the column: they would follow it to NULL, and be lost. */
function isReferred({ table, name }: TableColumn): boolean {
  for (const other of table.metadata.tables.values())
    for (const { targetTable, targetColumns } of other.foreignKeys)
      if (targetTable === table.fullName && targetColumns.includes(name)) return true;
  return false;
}

/**
 * Gives a column of a row another value for a moment, so that the row that takes its value can have it. Gives the row's
 * change, which finds it by the key that it has then, and that value. Throws an InvalidStateError where the database refuses.
 */
export async function park(
  writer: Writer,
  update: RowUpdate,
  position: number,
  exchange: Exchange<RowUpdate>,
): Promise<{ readonly update: RowUpdate; readonly value: unknown }> {
  const mapper = update.entity[MAPPER];
  const target = mapper.writes.find(({ columns }) => columns[position] !== undefined) as WriteTarget;
  const column = mapper.columns[position];
  const { table } = column;
  const keys = mapper.keyPositions.map((at) => target.columns[at]);
  const key = update.key.slice(0, keys.length);
  const name = `${table.node.id}:${column.position}`;
  const build = () => makeUpdate({ table: table.node, columns: [column.name], values: [bindOf(column)], where: equals(table, keys) });
  const { value, resting } = await valueFor(writer, update, column, exchange.set);
  if (value === undefined) throw exchangeError(exchange);
  try {
    if (resting !== null) await writer.run(table, resting.begin, () => rawNode(resting.begin), []);
    await writer.run(table, `park:${name}`, build, [value, ...key]);
  } catch (cause) {
    const refused = exchangeError(exchange);
    refused.cause = cause;
    throw refused;
  } finally {
    if (resting !== null) await writer.run(table, resting.end, () => rawNode(resting.end), []);
  }
  const place = mapper.keyPositions.indexOf(position);
  return { update: place < 0 ? update : { ...update, key: update.key.with(place, value) }, value };
}

/** Gives a unique value of a row that is deleted later to the row that takes it. A row without room for another value keeps it. */
export async function release(writer: Writer, holder: Entity, set: UniqueSet, taker: Entity): Promise<void> {
  const changes = holder[CHANGES] ?? [];
  const update = { entity: holder, positions: set.positions, values: [], key: storedMatch(holder, changes), changes };
  const own = set.positions.some((position) => holder[MAPPER].keyPositions.includes(position));
  const position = own ? null : parkingPlace(update, set);
  if (position === null) return;
  const taking = { entity: taker, positions: set.positions, values: [], key: [], changes: [] };
  await park(writer, update, position, { item: taking, on: update, set });
}

/** What a row's column holds for a moment, and the words between which foreign keys are not looked at, where it leads nowhere. */
async function valueFor(
  writer: Writer,
  { entity, changes }: RowUpdate,
  column: TableColumn,
  set: UniqueSet,
): Promise<{ readonly value: unknown; readonly resting: RestingKeys | null }> {
  const mapper = entity[MAPPER];
  if (column.nullable && !isReferred(column)) return { value: null, resting: null };
  const own = uniquesOf(mapper).filter(({ positions }) => positions.includes(column.position));
  const others = set.positions.filter((position) => position !== column.position).map((position) => mapper.columns[position]);
  const group = groupOf(own.length > 1 ? [] : others, ({ position }) => storedValue(entity, position, changes));
  if (column.foreignKeys.length === 0) return { value: await spareValue(writer, column, group), resting: null };
  const reference = await spareReference(writer, column);
  if (reference !== undefined) return { value: reference, resting: null };
  const resting = writer.dialectOf(column.table).restingKeys ?? null;
  return { value: resting === null ? undefined : await spareValue(writer, column, group), resting };
}
