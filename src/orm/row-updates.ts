import type { DriverRow, MaybePromise } from '../dialects/base/driver.ts';
import { PACKED_CHUNK, type PackedRows, packedRows } from '../engine/packed-rows.ts';
import { lengthOf, rowsWithin } from '../engine/statement-size.ts';
import { make, makeBind, makeSelect, makeUpdate } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import { conjunction } from '../sql/operand.ts';
import type { TableColumn } from '../sql/schema.ts';
import { columnValue } from './attributes.ts';
import { ormError } from './errors.ts';
import { nameOf } from './identity.ts';
import { columnOf } from './mapped-source.ts';
import { type Entity, type Mapper, ROW, UNRESTRICTED, type WriteTarget } from './mapping.ts';
import { bindOf, equals, expressionOf, type ManyResult, matchedColumns, type Writer } from './persistence.ts';
import { hasFaithfulKey, matchOfEntity, rowsByKey } from './row-keys.ts';
import { constantsOf, type SqlValues, shapeOf, sqlColumns } from './sql-values.ts';
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
  /** Columns that SQL is the value of: they are not among `positions`. */
  readonly sql?: SqlValues | undefined;
}

/** What rows with the same changed columns have in common. */
interface Change {
  readonly mapper: WriteTarget;
  /** Tells plans of one kind of change from those of others. */
  readonly name: string;
  readonly keys: readonly TableColumn[];
  readonly columns: readonly TableColumn[];
  /** Columns whose values are SQL that the objects were given. It comes first, since MySQL works out columns in order. */
  readonly sql: readonly { readonly name: string; readonly node: Node }[];
  /** Columns that an expression of theirs sets. */
  readonly worked: readonly { readonly name: string; readonly node: Node }[];
  /** Columns that the database works out, which the objects are told. */
  readonly asked: readonly TableColumn[];
  readonly returns: boolean;
}

/** Updates rows of one class: those with the same changed columns go together, or all of them one after the other in this order. Throws a StaleDataError for a row that is gone or has another version. */
export function updateRows(writer: Writer, mapper: Mapper, updates: readonly RowUpdate[], inOrder = false): MaybePromise<void> {
  return mapper.writes.length === 1 ? updateTable(writer, mapper, updates, inOrder) : updateTables(writer, mapper, updates);
}

async function updateTables(writer: Writer, { writes }: Mapper, updates: readonly RowUpdate[]): Promise<void> {
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
  const hasSql = update.sql !== undefined && [...update.sql.keys()].some((position) => columns[position] !== undefined);
  if (places.length === 0 && !hasSql && !workedOut.some((column) => expressionOf(column.onUpdate) !== null)) return null;
  const key = keyPositions.map((position, i) => {
    const place = isTop ? -1 : update.positions.indexOf(position);
    if (place >= 0) return update.values[place];
    return !isTop && update.sql?.has(position) ? columnValue(update.entity, position) : update.key[i];
  });
  return {
    ...update,
    positions: places.map((place) => update.positions[place]),
    values: places.map((place) => update.values[place]),
    key: versionPosition < 0 ? key : update.key,
  };
}

function updateTable(writer: Writer, mapper: WriteTarget, updates: readonly RowUpdate[], inOrder = false): MaybePromise<void> {
  if (updates.length === 0) return;
  const [first] = updates;
  // Mostly they are all of one kind, and share the list of it.
  if (updates.every((update) => update.positions === first.positions && update.sql === undefined))
    return updateAlike(writer, mapper, updates, inOrder);
  return updateGroups(writer, mapper, alike(updates), inOrder);
}

async function updateGroups(writer: Writer, mapper: WriteTarget, groups: Iterable<readonly RowUpdate[]>, inOrder: boolean): Promise<void> {
  for (const group of groups) await updateAlike(writer, mapper, group, inOrder);
}

function updateAlike(writer: Writer, mapper: WriteTarget, group: readonly RowUpdate[], inOrder: boolean): MaybePromise<void> {
  const change = changeOf(writer, mapper, group[0]);
  const constants = constantsOf(change.worked);
  const dialect = writer.dialectOf(mapper.table);
  const packed = inOrder ? null : packedRows(dialect, mapper.table, change.keys, change.columns, group.length);
  // What comes back with the statement is matched by key.
  const matches = change.asked.length === 0 || !change.returns || hasFaithfulKey(mapper);
  return packed === null || !matches || !isSameSql(mapper, group)
    ? updateEach(writer, change, group, constants)
    : updateTogether(writer, change, group, packed, constants);
}

/** Rows with the same changed columns, in the order of their first. */
function alike(updates: readonly RowUpdate[]): Iterable<readonly RowUpdate[]> {
  const groups = new Map<string, RowUpdate[]>();
  for (const update of updates) {
    const signature = update.sql === undefined ? update.positions.join() : `${update.positions.join()};${shapeOf(update.sql)}`;
    const group = groups.get(signature);
    if (group === undefined) groups.set(signature, [update]);
    else group.push(update);
  }
  return groups.values();
}

function changeOf(writer: Writer, mapper: WriteTarget, { entity, positions, sql }: RowUpdate): Change {
  const { returning, updateReturning = returning } = writer.dialectOf(mapper.table).capabilities;
  const columns = positions.map((position) => mapper.columns[position]);
  const given = sql === undefined ? [] : mapper.columns.filter((column) => column !== undefined && sql.has(column.position));
  const key = given.find(({ position }) => mapper.keyPositions.includes(position));
  if (key !== undefined && !updateReturning) throw ormError('orm.sql-key', nameOf(entity), key.key);
  const left = mapper.workedOut.filter((column) => !columns.includes(column) && !given.includes(column));
  return {
    mapper,
    name: `${mapper.planId}:${mapper.table.node.id}:${positions.join()}${sql === undefined ? '' : `;${shapeOf(sql)}`}`,
    keys: matchedColumns(mapper),
    columns,
    sql: sql === undefined ? [] : sqlColumns(sql, mapper),
    worked: left.flatMap((column) => {
      const expression = expressionOf(column.onUpdate);
      return expression === null ? [] : [{ name: column.name, node: expression.node }];
    }),
    asked: [...given, ...left],
    returns: updateReturning,
  };
}

/** Whether the SQL of all these objects has the same constants, so that one statement can say it; and leaves their keys alone. */
function isSameSql(mapper: WriteTarget, group: readonly RowUpdate[]): boolean {
  const [{ sql }] = group;
  if (sql === undefined) return true;
  if (mapper.keyPositions.some((position) => sql.has(position))) return false;
  const constants = constantsOf(sqlColumns(sql, mapper));
  return group.every((update) => constantsOf(sqlColumns(update.sql as SqlValues, mapper)).every((value, i) => value === constants[i]));
}

/** One statement for up to a thousand rows. */
async function updateTogether(
  writer: Writer,
  change: Change,
  group: readonly RowUpdate[],
  packed: PackedRows,
  constants: readonly unknown[],
): Promise<void> {
  const { mapper, name, asked, returns } = change;
  const { table } = mapper;
  const build = (): Node => packedUpdate(change, packed);
  const dialect = writer.dialectOf(table);
  let size = 0;
  for (let start = 0; start < group.length; start += size) {
    const from = start;
    size = rowsWithin(dialect, Math.min(packed.size, group.length - start), (row) => lengthOf(group[from + row].values));
    const chunk = size === group.length ? group : group.slice(start, start + size);
    const flat: unknown[] = [];
    for (const { key, values } of chunk) {
      for (let i = 0; i < key.length; i++) flat.push(key[i]);
      for (let i = 0; i < values.length; i++) flat.push(values[i]);
    }
    const parameters = packed.pack(flat);
    if (parameters === null) {
      await updateEach(writer, change, chunk, constants);
      continue;
    }
    const all = constants.length + change.sql.length === 0 ? parameters : [...constantsOf(change.sql), ...constants, ...parameters];
    if (asked.length > 0 && returns) {
      const answer = writer.fetch(table, `${UNRESTRICTED}update ${packed.name}:${name}`, build, all);
      const rows = answer instanceof Promise ? await answer : answer;
      if (rows.length !== chunk.length) throw await staleUpdate(writer, mapper, chunk, rows.length);
      takeByKey(mapper, chunk, asked, rows);
      continue;
    }
    const answer = writer.run(table, `update ${packed.name}:${name}`, build, all);
    const { rowCount } = answer instanceof Promise ? await answer : answer;
    if (rowCount !== chunk.length) throw await staleUpdate(writer, mapper, chunk, rowCount);
    if (asked.length > 0) await readAgain(writer, mapper, chunk, asked);
  }
}

function packedUpdate({ mapper, keys, columns, sql, worked, asked, returns }: Change, packed: PackedRows): Node {
  const { table } = mapper;
  const found = keys.map((column, i) => make('binary', { operator: '=', left: columnOf(table.node, column), right: packed.column(i) }));
  const returned = asked.length > 0 && returns ? [...keysOf(mapper), ...asked] : [];
  return makeUpdate({
    table: table.node,
    columns: [...sql, ...columns, ...worked].map((column) => column.name),
    values: [...sql.map(({ node }) => node), ...columns.map((_, i) => packed.column(keys.length + i)), ...worked.map(({ node }) => node)],
    from: [packed.source],
    where: conjunction(found),
    returning: returned.map((column) => columnOf(table.node, column)),
  });
}

/** A run of the statement for each row. */
function updateEach(writer: Writer, change: Change, group: readonly RowUpdate[], constants: readonly unknown[]): MaybePromise<void> {
  const { mapper, name, keys, columns, sql, worked, asked, returns } = change;
  const { table } = mapper;
  const build = (): Node =>
    makeUpdate({
      table: table.node,
      columns: [...sql, ...columns, ...worked].map((column) => column.name),
      values: [...sql.map(({ node }) => node), ...columns.map(bindOf), ...worked.map(({ node }) => node)],
      where: equals(table, keys),
      returning: returns ? asked.map((column) => columnOf(table.node, column)) : [],
    });
  const rows = group.map(({ sql: own, values, key }) => {
    const row = [...values, ...constants, ...key];
    return own === undefined ? row : [...constantsOf(sqlColumns(own, mapper)), ...row];
  });
  if (asked.length > 0 && returns) return updateAndRead(writer, mapper, group, asked, `update:${name}`, build, rows);
  const answer = writer.runMany(table, `update:${name}`, build, rows);
  const check = ({ rowCount }: ManyResult): MaybePromise<void> => {
    if (rowCount !== group.length) return refuseStale(writer, mapper, group, rowCount);
    if (asked.length > 0) return readAgain(writer, mapper, group, asked);
  };
  return answer instanceof Promise ? answer.then(check) : check(answer);
}

async function refuseStale(writer: Writer, mapper: WriteTarget, group: readonly RowUpdate[], rowCount: number): Promise<void> {
  throw await staleUpdate(writer, mapper, group, rowCount);
}

function keysOf(mapper: WriteTarget): TableColumn[] {
  return mapper.keyPositions.map((position) => mapper.columns[position]);
}

/** Puts what the database worked out on the objects; each row begins with its key, as it is now. */
function takeByKey(mapper: WriteTarget, group: readonly RowUpdate[], asked: readonly TableColumn[], rows: readonly DriverRow[]): void {
  const { keyPositions } = mapper;
  const byKey = rowsByKey(mapper, rows);
  for (const { entity } of group) {
    const row = byKey.get(matchOfEntity(mapper, entity));
    if (row === undefined) throw ormError('orm.stale-update', mapper.table.name, group.length, rows.length, [nameOf(entity)]);
    asked.forEach((column, place) => {
      entity[ROW][column.position] = row[keyPositions.length + place];
    });
  }
}

/** Without RETURNING, what the database worked out is read by the keys of the rows. */
async function readAgain(writer: Writer, mapper: WriteTarget, group: readonly RowUpdate[], asked: readonly TableColumn[]): Promise<void> {
  const { table } = mapper;
  const keys = keysOf(mapper);
  const name = `${mapper.planId}:${table.node.id}:${asked.map((column) => column.position).join()}`;
  const columns = [...keys, ...asked].map((column) => columnOf(table.node, column));
  const values = group.map(({ entity }) => keys.map((column) => columnValue(entity, column.position)));
  if (keys.length > 1 || !hasFaithfulKey(mapper)) {
    const select = (): Node => makeSelect({ columns, from: [table.node], where: equals(table, keys) });
    const results = await writer.fetchMany(table, `updated:${name}`, select, values);
    results.forEach(([row], i) => {
      asked.forEach((column, place) => {
        group[i].entity[ROW][column.position] = row[keys.length + place];
      });
    });
    return;
  }
  const select = (): Node => {
    const list = makeBind([], keys[0].type, { expanding: true });
    return makeSelect({
      columns,
      from: [table.node],
      where: make('in', { operand: columnOf(table.node, keys[0]), list, negated: false }),
    });
  };
  for (let start = 0; start < group.length; start += PACKED_CHUNK) {
    const list = values.slice(start, start + PACKED_CHUNK).map(([key]) => key);
    takeByKey(
      mapper,
      group.slice(start, start + PACKED_CHUNK),
      asked,
      await writer.fetch(table, `${UNRESTRICTED}updatedIn:${name}`, select, [list]),
    );
  }
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
