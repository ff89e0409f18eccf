import { Expression } from '../sql/expression.ts';
import { func } from '../sql/function.ts';
import { makeSelect, makeUpdate } from '../sql/make.ts';
import type { Table, TableColumn } from '../sql/schema.ts';
import type { SqlType } from '../sql/type.ts';
import { columnOf } from './mapped-source.ts';
import { MAPPER, UNRESTRICTED, type WriteTarget } from './mapping.ts';
import { bindOf, equals, type Writer } from './persistence.ts';
import type { RowUpdate } from './row-updates.ts';
import { type Exchange, exchangeError, type UniqueSet } from './update-order.ts';

/**
 * Which of a row's changed columns can let its value of a key or unique constraint go for a moment: one that may be NULL, or
 * one for which a value can be made that no other row has. Null where there is none.
 */
export function parkingPlace({ entity, positions: changed }: RowUpdate, { positions }: UniqueSet): number | null {
  const mapper = entity[MAPPER];
  const columns = positions.filter((position) => changed.includes(position)).map((position) => mapper.columns[position]);
  const loose = columns.find((column) => column.nullable && !isReferred(column));
  const free = loose ?? columns.find((column) => column.foreignKeys.length === 0 && makerOf(column.type) !== null);
  return free?.position ?? null;
}

/** Whether rows of other tables refer to the column: they would follow it to NULL, and be lost. */
function isReferred({ table, name }: TableColumn): boolean {
  for (const other of table.metadata.tables.values())
    for (const { targetTable, targetColumns } of other.foreignKeys)
      if (targetTable === table.fullName && targetColumns.includes(name)) return true;
  return false;
}

/** What makes a value that no row has, of the smallest or greatest that there is. */
type Maker = { readonly beyond: 'min' | 'max'; readonly next: (value: unknown) => unknown } | { readonly make: () => unknown };

/** Characters of a random value: enough that no row has it. */
const RANDOM_LENGTH = 12;

function makerOf(type: SqlType): Maker | null {
  switch (type.name) {
    case 'integer':
    case 'smallInteger':
    case 'tinyInteger':
    case 'mediumInteger':
    case 'bigInteger': {
      const big = type.name === 'bigInteger' && !type.asNumber;
      const one = (value: bigint): bigint | number => (big ? value : Number(value));
      const known = (value: unknown): bigint => BigInt((value as number | bigint | string | null) ?? 0);
      if (type.unsigned) return { beyond: 'max', next: (value) => one(known(value) + 1n) };
      // Below zero, where no sequence ever comes.
      return { beyond: 'min', next: (value) => one((known(value) < 0n ? known(value) : 0n) - 1n) };
    }
    case 'string':
    case 'char':
    case 'text':
      if (type.length !== undefined && type.length < RANDOM_LENGTH) return null;
      return { make: () => crypto.randomUUID().replaceAll('-', '').slice(0, RANDOM_LENGTH) };
    case 'uuid':
      return { make: () => crypto.randomUUID() };
    default:
      return null;
  }
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
  const value = column.nullable && !isReferred(column) ? null : await unusedValue(writer, table, column);
  const build = () => makeUpdate({ table: table.node, columns: [column.name], values: [bindOf(column)], where: equals(table, keys) });
  try {
    await writer.run(table, `park:${name}`, build, [value, ...key]);
  } catch (cause) {
    const refused = exchangeError(exchange);
    refused.cause = cause;
    throw refused;
  }
  const place = mapper.keyPositions.indexOf(position);
  return { update: place < 0 ? update : { ...update, key: update.key.with(place, value) }, value };
}

async function unusedValue(writer: Writer, table: Table, column: TableColumn): Promise<unknown> {
  const maker = makerOf(column.type) as Maker;
  if ('make' in maker) return maker.make();
  const { beyond, next } = maker;
  const own = new Expression<number>(columnOf(table.node, column), column.type as SqlType<number>);
  const build = () => makeSelect({ columns: [func[beyond](own).node], from: [table.node] });
  const [row] = await writer.fetch(table, `${UNRESTRICTED}${beyond}:${table.node.id}:${column.position}`, build, []);
  return next(row[0]);
}
