import { makeSelect } from '../sql/make.ts';
import type { TableColumn } from '../sql/schema.ts';
import { plainValue, sameValue } from './attributes.ts';
import { ormError, type StaleDataError } from './errors.ts';
import { nameOf } from './identity.ts';
import { columnOf } from './mapped-source.ts';
import type { Entity, WriteTarget } from './mapping.ts';
import { UNRESTRICTED } from './mapping.ts';
import { equals, type Writer } from './persistence.ts';

/** An update of one row that may not have found it. */
interface Attempt {
  readonly entity: Entity;
  readonly positions: readonly number[];
  readonly values: readonly unknown[];
  /** The key values before the change; a version may follow. */
  readonly key: readonly unknown[];
}

/** The row of a key as it is now, or undefined. */
async function read(
  writer: Writer,
  mapper: WriteTarget,
  columns: readonly TableColumn[],
  key: readonly unknown[],
): Promise<readonly unknown[] | undefined> {
  const { table } = mapper;
  const keys = mapper.keyPositions.map((position) => mapper.columns[position]);
  const rows = await writer.fetch(
    table,
    `${UNRESTRICTED}stale:${mapper.planId}:${table.node.id}:${columns.map((column) => column.position).join()}`,
    () => makeSelect({ columns: columns.map((column) => columnOf(table.node, column)), from: [table.node], where: equals(table, keys) }),
    key,
  );
  return rows[0];
}

/**
 * The error of an update that found too few rows. Which of many they were is found out only now: those that do not hold
 * what was to be written.
 */
export async function staleUpdate(
  writer: Writer,
  mapper: WriteTarget,
  updates: readonly Attempt[],
  matched: number,
): Promise<StaleDataError> {
  const stale: Entity[] = updates.length === 1 ? [updates[0].entity] : [];
  for (const { entity, positions, values, key } of stale.length > 0 ? [] : updates) {
    const columns = [...positions, ...mapper.keyPositions].map((position) => mapper.columns[position]);
    const keyNow = mapper.keyPositions.map((position, i) => {
      const place = positions.indexOf(position);
      return place < 0 ? key[i] : values[place];
    });
    const row = await read(writer, mapper, columns, keyNow);
    const differs = positions.some((position, i) => row !== undefined && !sameValue(plainValue(entity, position, row[i]), values[i]));
    if (row === undefined || differs) stale.push(entity);
  }
  return ormError('orm.stale-update', mapper.table.name, updates.length, matched, stale.map(nameOf));
}

/** The error of a delete that found too few rows. Those that are still there have another version. */
export async function staleDelete(
  writer: Writer,
  mapper: WriteTarget,
  entities: readonly Entity[],
  keys: readonly (readonly unknown[])[],
  matched: number,
): Promise<StaleDataError> {
  const stale: Entity[] = entities.length === 1 ? [entities[0]] : [];
  const columns = mapper.keyPositions.map((position) => mapper.columns[position]);
  if (stale.length === 0)
    for (const [i, entity] of entities.entries()) {
      if ((await read(writer, mapper, columns, keys[i].slice(0, columns.length))) !== undefined) stale.push(entity);
    }
  return ormError('orm.stale-delete', mapper.table.name, entities.length, matched, stale.map(nameOf));
}
