import { makeSelect, makeUpdate } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import type { TableColumn } from '../sql/schema.ts';
import { columnValue } from './attributes.ts';
import { ormError } from './errors.ts';
import { nameOf } from './identity.ts';
import { columnOf } from './mapped-source.ts';
import { type Entity, type Mapper, ROW, type WriteTarget } from './mapping.ts';
import { bindOf, equals, expressionOf, type Writer } from './persistence.ts';
import { staleUpdate } from './stale-rows.ts';

/** One object's changed columns and the key that its row has in the database. */
export interface RowUpdate {
  readonly entity: Entity;
  readonly positions: readonly number[];
  readonly values: readonly unknown[];
  /** The key values before the change, and the version where the class has one: what the row is found by. */
  readonly key: readonly unknown[];
  /** What the changed columns held before: position, value, position, value … */
  readonly changes: readonly unknown[];
}

/** The columns that a row to be changed or deleted is found by: its key, and its version where the class has one. */
export function matchedColumns(mapper: WriteTarget): TableColumn[] {
  const positions = mapper.versionPosition < 0 ? mapper.keyPositions : [...mapper.keyPositions, mapper.versionPosition];
  return positions.map((position) => mapper.columns[position]);
}

/** Updates rows of one class: those with the same changed columns go together. Throws a StaleDataError for a row that is gone or has another version. */
export async function updateRows(writer: Writer, mapper: Mapper, updates: readonly RowUpdate[]): Promise<void> {
  const { writes } = mapper;
  if (writes.length === 1) return updateTable(writer, mapper, updates);
  for (const [i, target] of writes.entries()) {
    const part = updates.flatMap((update) => partOf(update, target, i === 0) ?? []);
    if (part.length > 0) await updateTable(writer, target, part);
  }
}

/** What an update says of one table of several; null where it says nothing. */
function partOf(update: RowUpdate, target: WriteTarget, isTop: boolean): RowUpdate | null {
  const { keyPositions, columns, versionPosition, workedOut } = target;
  // Below the top the row has taken over the key that the row above has now, by ON UPDATE CASCADE.
  const places = update.positions.flatMap((position, place) =>
    columns[position] === undefined || (!isTop && keyPositions.includes(position)) ? [] : [place],
  );
  if (places.length === 0 && !workedOut.some((column) => expressionOf(column.onUpdate) !== null)) return null;
  const key = keyPositions.map((position, i) => {
    const place = isTop ? -1 : update.positions.indexOf(position);
    return place < 0 ? update.key[i] : update.values[place];
  });
  return {
    ...update,
    positions: places.map((place) => update.positions[place]),
    values: places.map((place) => update.values[place]),
    key: versionPosition < 0 ? key : update.key,
  };
}

async function updateTable(writer: Writer, mapper: WriteTarget, updates: readonly RowUpdate[]): Promise<void> {
  const groups = new Map<string, RowUpdate[]>();
  for (const update of updates) {
    const signature = update.positions.join();
    const group = groups.get(signature);
    if (group === undefined) groups.set(signature, [update]);
    else group.push(update);
  }
  const { table, planId } = mapper;
  const keys = matchedColumns(mapper);
  const { returning, updateReturning = returning } = writer.capabilitiesOf(table);
  for (const [signature, group] of groups) {
    const columns = group[0].positions.map((position) => mapper.columns[position]);
    const worked = mapper.workedOut.flatMap((column) => {
      const expression = columns.includes(column) ? null : expressionOf(column.onUpdate);
      return expression === null ? [] : [{ name: column.name, node: expression.node }];
    });
    const asked = mapper.workedOut.filter((column) => !columns.includes(column));
    const build = (): Node =>
      makeUpdate({
        table: table.node,
        columns: [...columns, ...worked].map((column) => column.name),
        values: [...columns.map(bindOf), ...worked.map(({ node }) => node)],
        where: equals(table, keys),
        returning: updateReturning ? asked.map((column) => columnOf(table.node, column)) : [],
      });
    const constants = worked.flatMap(({ node }) => node.binds.map((bind) => bind.value));
    const rows = group.map(({ values, key }) => [...values, ...constants, ...key]);
    if (asked.length > 0 && updateReturning) {
      await updateAndRead(writer, mapper, group, asked, `update:${planId}:${table.node.id}:${signature}`, build, rows);
      continue;
    }
    const answer = writer.runMany(table, `update:${planId}:${table.node.id}:${signature}`, build, rows);
    const { rowCount } = answer instanceof Promise ? await answer : answer;
    if (rowCount !== group.length) throw await staleUpdate(writer, mapper, group, rowCount);
    if (asked.length > 0) await readAgain(writer, mapper, group, asked);
  }
}

/** Without RETURNING, what the database worked out is read by the keys of the rows. */
async function readAgain(writer: Writer, mapper: WriteTarget, group: readonly RowUpdate[], asked: readonly TableColumn[]): Promise<void> {
  const { table } = mapper;
  const keys = mapper.keyPositions.map((position) => mapper.columns[position]);
  const select = (): Node =>
    makeSelect({ columns: asked.map((column) => columnOf(table.node, column)), from: [table.node], where: equals(table, keys) });
  const results = await writer.fetchMany(
    table,
    `updated:${mapper.planId}:${table.node.id}:${asked.map((column) => column.position).join()}`,
    select,
    group.map(({ entity }) => keys.map((column) => columnValue(entity, column.position))),
  );
  results.forEach(([row], i) => {
    asked.forEach((column, place) => {
      group[i].entity[ROW][column.position] = row[place];
    });
  });
}

/** Updates rows whose database works out further columns, and puts those on the objects. */
async function updateAndRead(
  writer: Writer,
  mapper: WriteTarget,
  group: readonly RowUpdate[],
  asked: readonly TableColumn[],
  key: string,
  build: () => Node,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  const answer = writer.fetchMany(mapper.table, key, build, rows);
  const results = answer instanceof Promise ? await answer : answer;
  const missing = results.findIndex((result) => result.length === 0);
  if (missing >= 0) {
    const found = results.filter((result) => result.length > 0).length;
    throw ormError('orm.stale-update', mapper.table.name, group.length, found, [nameOf(group[missing].entity)]);
  }
  results.forEach(([row], i) => {
    asked.forEach((column, place) => {
      group[i].entity[ROW][column.position] = row[place];
    });
  });
}
