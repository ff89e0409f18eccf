import type { Capabilities } from '../dialects/base/dialect.ts';
import type { DriverRow, MaybePromise, RunResult } from '../dialects/base/driver.ts';
import type { DefaultValue } from '../sql/column.ts';
import { conjunction, Expression } from '../sql/expression.ts';
import { make, makeBind, makeDelete, makeInsert, makeUpdate } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import type { Table, TableColumn } from '../sql/schema.ts';
import { columnValue, plainValue } from './attributes.ts';
import { ormError } from './errors.ts';
import { nameOf } from './identity.ts';
import { Decoded, type Entity, MAPPER, type Mapper, ROW } from './mapping.ts';
import { columnOf } from './relation-attribute.ts';

/** What writing rows needs of a session: statements on a table's database, their plans found by key. */
export interface Writer {
  run(table: Table, key: string, build: () => Node, values: readonly unknown[]): MaybePromise<RunResult>;
  runMany(table: Table, key: string, build: () => Node, rows: readonly (readonly unknown[])[]): MaybePromise<ManyResult>;
  fetchMany(table: Table, key: string, build: () => Node, rows: readonly (readonly unknown[])[]): MaybePromise<DriverRow[][]>;
  fetch(table: Table, key: string, build: () => Node, values: readonly unknown[]): MaybePromise<DriverRow[]>;
  capabilitiesOf(table: Table): Capabilities;
}

export interface ManyResult {
  readonly rowCount: number;
  readonly lastInsertIds: readonly (number | bigint | null)[];
}

function bindOf(column: TableColumn): Node {
  return makeBind(null, column.type);
}

function equals(table: Table, columns: readonly TableColumn[]): Node {
  return conjunction(
    columns.map((column) => make('binary', { operator: '=', left: columnOf(table.node, column), right: bindOf(column) })),
  ) as Node;
}

/** Whether the column's default is SQL, which the INSERT itself works out. */
function isExpressionDefault(column: TableColumn): boolean {
  return expressionOf(column.default) !== null;
}

/** The SQL of a default or `onUpdate` that is an expression. */
function expressionOf(given: DefaultValue | null): Expression | null {
  return given !== null && 'value' in given && given.value instanceof Expression ? given.value : null;
}

/** The columns that an INSERT of this object names, with its values; defaults of this moment are filled in on the object. */
function insertRow(entity: Entity, mapper: Mapper, values: unknown[]): string {
  const row = entity[ROW];
  const { columns, kinds } = mapper;
  let left = '';
  for (let position = 0; position < columns.length; position++) {
    let value = row[position];
    // Nearly every value is one as it stands.
    if (typeof value === kinds[position]) {
      values.push(value);
      continue;
    }
    if (value === undefined) {
      const column = columns[position];
      if (column.default !== null && !isExpressionDefault(column)) {
        value = 'make' in column.default ? column.default.make() : column.default.value;
        if (value !== null && mapper.kinds[position] === 'boxed') value = new Decoded(value, undefined);
        row[position] = value;
      } else if (position === mapper.generatedKey || column.serverGenerated || column.default !== null) {
        left += `,${position}`;
        continue;
      } else {
        if (column.primaryKey) throw ormError('orm.null-key', nameOf(entity), column.key);
        row[position] = null;
        value = null;
      }
    }
    values.push(plainValue(entity, position, value));
  }
  return left;
}

/**
 * Inserts objects of one class, in order; those with the same columns go together. Generated keys and the database's own
 * defaults are put back on the objects.
 */
export async function insertEntities(writer: Writer, mapper: Mapper, entities: readonly Entity[]): Promise<void> {
  let start = 0;
  let left: string | null = null;
  /** The values of all rows in one list: a list for each would be thrown away at once. */
  let values: unknown[] = [];
  for (let i = 0; i < entities.length; i++) {
    const { length } = values;
    const next = insertRow(entities[i], mapper, values);
    if (left !== null && next !== left) {
      const own = values.splice(length);
      await insertAlike(writer, mapper, entities.slice(start, i), left, values);
      start = i;
      values = own;
    }
    left = next;
  }
  if (left !== null) await insertAlike(writer, mapper, start === 0 ? entities : entities.slice(start), left, values);
}

/** Rows of one INSERT: few sizes, so that few statements are prepared. */
const INSERT_SIZES = [128, 32, 8];
/** Fewer rows, where keys come with RETURNING alone and a run for each row would be a round trip. */
const SMALL_SIZES = [4, 2, 1];

async function insertAlike(
  writer: Writer,
  mapper: Mapper,
  entities: readonly Entity[],
  left: string,
  values: readonly unknown[],
): Promise<void> {
  const { generatedKey, table } = mapper;
  const { ascendingKeys, keyFromRun, maxParameters } = writer.capabilitiesOf(table);
  const omitted = new Set(left.split(',').slice(1).map(Number));
  const columns = mapper.columns.filter((column) => !omitted.has(column.position));
  const asked = mapper.columns.filter((column) => omitted.has(column.position));
  const worked = asked.flatMap((column) => {
    const expression = expressionOf(column.default);
    return expression === null ? [] : [{ name: column.name, node: expression.node }];
  });
  const build = (size: number, returning: readonly TableColumn[]) => (): Node =>
    makeInsert({
      table: table.node,
      columns: [...columns, ...worked].map((column) => column.name),
      values: Array.from({ length: size }, () => [...columns.map(bindOf), ...worked.map(({ node }) => node)]).flat(),
      returning: returning.map((column) => columnOf(table.node, column)),
    });
  const key = `insert:${table.node.id}:${left}`;
  const width = columns.length;
  const keyOnly = asked.length === 1 && asked[0].position === generatedKey;
  let start = 0;
  // Rows of one statement come back in any order; generated keys tell it where they ascend.
  if (width > 0 && (asked.length === 0 || (keyOnly && ascendingKeys))) {
    for (const size of asked.length > 0 && !keyFromRun ? [...INSERT_SIZES, ...SMALL_SIZES] : INSERT_SIZES) {
      if (size * width > maxParameters) continue;
      for (; entities.length - start >= size; start += size) {
        const part = values.slice(start * width, (start + size) * width);
        if (asked.length === 0) {
          const answer = writer.run(table, `${key}:${size}`, build(size, asked), part);
          if (answer instanceof Promise) await answer;
          continue;
        }
        const answer = writer.fetch(table, `${key}:${size}`, build(size, asked), part);
        const made = ascending(answer instanceof Promise ? await answer : answer);
        for (let i = 0; i < size; i++) setGeneratedKey(mapper, entities[start + i], made[i][0] as number | bigint);
      }
    }
  }
  if (start === entities.length) return;
  const constants = worked.flatMap(({ node }) => node.binds.map((bind) => bind.value));
  const rest: unknown[][] = [];
  for (let i = start; i < entities.length; i++) {
    const row = values.slice(i * width, (i + 1) * width);
    rest.push(constants.length === 0 ? row : row.concat(constants));
  }
  // A key that the driver tells by itself need not be asked for, unless something else is.
  if (asked.length > 0 && !(keyOnly && keyFromRun)) {
    const answer = writer.fetchMany(table, `${key}:returning`, build(1, asked), rest);
    const results = answer instanceof Promise ? await answer : answer;
    results.forEach(([row], i) => {
      asked.forEach((column, place) => {
        entities[start + i][ROW][column.position] = row[place];
      });
    });
    return;
  }
  const answer = writer.runMany(table, key, build(1, []), rest);
  const { lastInsertIds } = answer instanceof Promise ? await answer : answer;
  if (asked.length > 0)
    for (let i = start; i < entities.length; i++) setGeneratedKey(mapper, entities[i], lastInsertIds[i - start] as number | bigint);
}

/** Rows of one generated key each, by that key; nearly always they are. */
function ascending(rows: DriverRow[]): DriverRow[] {
  type Key = number | bigint;
  for (let i = 1; i < rows.length; i++)
    if ((rows[i - 1][0] as Key) > (rows[i][0] as Key)) return rows.sort(([a], [b]) => ((a as Key) < (b as Key) ? -1 : 1));
  return rows;
}

function setGeneratedKey(mapper: Mapper, entity: Entity, key: number | bigint): void {
  const big = mapper.columns[mapper.generatedKey].type.name === 'bigInteger';
  entity[ROW][mapper.generatedKey] = big ? BigInt(key) : Number(key);
}

/** One object's changed columns and the key that its row has in the database. */
export interface RowUpdate {
  readonly entity: Entity;
  readonly positions: readonly number[];
  readonly values: readonly unknown[];
  /** The key values before the change. */
  readonly key: readonly unknown[];
}

/** Updates rows of one class: those with the same changed columns go together. Throws a StaleDataError for a row that is gone. */
export async function updateRows(writer: Writer, mapper: Mapper, updates: readonly RowUpdate[]): Promise<void> {
  const groups = new Map<string, RowUpdate[]>();
  for (const update of updates) {
    const signature = update.positions.join();
    const group = groups.get(signature);
    if (group === undefined) groups.set(signature, [update]);
    else group.push(update);
  }
  const { table } = mapper;
  const keys = mapper.keyPositions.map((position) => mapper.columns[position]);
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
        returning: asked.map((column) => columnOf(table.node, column)),
      });
    const constants = worked.flatMap(({ node }) => node.binds.map((bind) => bind.value));
    const rows = group.map(({ values, key }) => [...values, ...constants, ...key]);
    if (asked.length > 0) {
      await updateAndRead(writer, mapper, group, asked, `update:${table.node.id}:${signature}`, build, rows);
      continue;
    }
    const answer = writer.runMany(table, `update:${table.node.id}:${signature}`, build, rows);
    const { rowCount } = answer instanceof Promise ? await answer : answer;
    if (rowCount !== group.length) throw ormError('orm.stale-update', table.name, group.length, rowCount);
  }
}

/** Updates rows whose database works out further columns, and puts those on the objects. */
async function updateAndRead(
  writer: Writer,
  { table }: Mapper,
  group: readonly RowUpdate[],
  asked: readonly TableColumn[],
  key: string,
  build: () => Node,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  const answer = writer.fetchMany(table, key, build, rows);
  const results = answer instanceof Promise ? await answer : answer;
  const found = results.filter((result) => result.length > 0).length;
  if (found !== group.length) throw ormError('orm.stale-update', table.name, group.length, found);
  results.forEach(([row], i) => {
    asked.forEach((column, place) => {
      group[i].entity[ROW][column.position] = row[place];
    });
  });
}

/** Rows whose keys go into one DELETE. */
const DELETE_CHUNK = 1000;

/** Deletes the rows of these keys. A row that is gone already is as it should be. */
export async function deleteRows(
  writer: Writer,
  table: Table,
  columns: readonly TableColumn[],
  keys: readonly (readonly unknown[])[],
): Promise<void> {
  if (keys.length === 0) return;
  const name = columns.map((column) => column.position).join();
  if (columns.length > 1) {
    const build = (): Node => makeDelete({ table: table.node, where: equals(table, columns) });
    const answer = writer.runMany(table, `delete:${table.node.id}:${name}`, build, keys);
    if (answer instanceof Promise) await answer;
    return;
  }
  const [column] = columns;
  const build = (): Node => {
    const list = makeBind([], column.type, { expanding: true });
    const where = make('in', { operand: columnOf(table.node, column), list, negated: false });
    return makeDelete({ table: table.node, where });
  };
  for (let start = 0; start < keys.length; start += DELETE_CHUNK) {
    const answer = writer.run(table, `deleteIn:${table.node.id}:${name}`, build, [
      keys.slice(start, start + DELETE_CHUNK).map((key) => key[0]),
    ]);
    if (answer instanceof Promise) await answer;
  }
}

/** Inserts rows of a table without a class: the pairs of a many-to-many relation. */
export async function insertPairs(
  writer: Writer,
  table: Table,
  columns: readonly TableColumn[],
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  // Other columns of the table take their defaults.
  const defaults = table.columns.filter((column) => !columns.includes(column) && column.default !== null);
  const rest = defaults.filter((column) => !isExpressionDefault(column));
  const worked = defaults.flatMap((column) => {
    const expression = expressionOf(column.default);
    return expression === null ? [] : [{ name: column.name, node: expression.node }];
  });
  const constants = worked.flatMap(({ node }) => node.binds.map((bind) => bind.value));
  const all = [...columns, ...rest];
  const build = (): Node =>
    makeInsert({
      table: table.node,
      columns: [...all, ...worked].map((c) => c.name),
      values: [...all.map(bindOf), ...worked.map(({ node }) => node)],
    });
  const full = defaults.length === 0 ? rows : rows.map((row) => [...row, ...rest.map((column) => defaultOf(column)), ...constants]);
  const answer = writer.runMany(table, `pairs:${table.node.id}:${all.map((column) => column.position).join()}`, build, full);
  if (answer instanceof Promise) await answer;
}

function defaultOf(column: TableColumn): unknown {
  const given = column.default;
  return given === null ? null : 'make' in given ? given.make() : given.value;
}

/** The key of an object as its row has it in the database now, from before any change. */
export function storedKey(entity: Entity, changes: readonly unknown[] | null): unknown[] {
  const mapper = entity[MAPPER];
  return mapper.keyPositions.map((position) => {
    if (changes !== null)
      for (let i = 0; i < changes.length; i += 2) if (changes[i] === position) return plainValue(entity, position, changes[i + 1]);
    return columnValue(entity, position);
  });
}
