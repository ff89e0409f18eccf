import type { Capabilities } from '../dialects/base/dialect.ts';
import type { DriverRow, MaybePromise, RunResult } from '../dialects/base/driver.ts';
import type { DefaultValue } from '../sql/column.ts';
import { conjunction, Expression } from '../sql/expression.ts';
import { make, makeBind, makeDelete, makeInsert, makeSelect } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import type { Table, TableColumn } from '../sql/schema.ts';
import { columnValue, plainValue } from './attributes.ts';
import { ormError } from './errors.ts';
import { nameOf } from './identity.ts';
import { columnOf } from './mapped-source.ts';
import { Decoded, type Entity, MAPPER, type Mapper, ROW, UNRESTRICTED, type WriteTarget } from './mapping.ts';

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

/** A parameter of the column's type. */
export function bindOf(column: TableColumn): Node {
  return makeBind(null, column.type);
}

/** Each of these columns equals a parameter. */
export function equals(table: Table, columns: readonly TableColumn[]): Node {
  return conjunction(
    columns.map((column) => make('binary', { operator: '=', left: columnOf(table.node, column), right: bindOf(column) })),
  ) as Node;
}

/** Whether the column's default is SQL, which the INSERT itself works out. */
export function isExpressionDefault(column: TableColumn): boolean {
  return expressionOf(column.default) !== null;
}

/** The SQL of a default or `onUpdate` that is an expression. */
export function expressionOf(given: DefaultValue | null): Expression | null {
  return given !== null && 'value' in given && given.value instanceof Expression ? given.value : null;
}

/** The version after this one; null stands before the first. */
export function nextVersion({ version, type }: TableColumn, old: unknown): unknown {
  if (version?.next) return version.next(old);
  return type.name === 'bigInteger' && !type.asNumber ? ((old as bigint | null) ?? 0n) + 1n : ((old as number | null) ?? 0) + 1;
}

/** The columns that an INSERT of this object names, with its values; defaults of this moment are filled in on the object. */
export function insertRow(entity: Entity, mapper: WriteTarget, values: unknown[]): string {
  const row = entity[ROW];
  const { columns, kinds } = mapper;
  let left = '';
  for (let position = 0; position < columns.length; position++) {
    // A table that goes on with another one has some of the columns only.
    if (columns[position] === undefined) continue;
    let value = row[position];
    // Nearly every value is one as it stands.
    if (typeof value === kinds[position]) {
      values.push(value);
      continue;
    }
    if (value === undefined) {
      const column = columns[position];
      if (column.version !== null && !column.version.serverGenerated) {
        value = nextVersion(column, null);
        if (mapper.kinds[position] === 'boxed') value = new Decoded(value, undefined);
        row[position] = value;
      } else if (column.default !== null && !isExpressionDefault(column)) {
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
export async function insertEntities(writer: Writer, { writes }: Mapper, entities: readonly Entity[]): Promise<void> {
  for (let i = 0; i < writes.length; i++) await insertRows(writer, writes[i], entities);
}

async function insertRows(writer: Writer, mapper: WriteTarget, entities: readonly Entity[]): Promise<void> {
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
  mapper: WriteTarget,
  entities: readonly Entity[],
  left: string,
  values: readonly unknown[],
): Promise<void> {
  const { generatedKey, table, planId } = mapper;
  const { ascendingKeys, keyFromRun, maxParameters, returning: returns } = writer.capabilitiesOf(table);
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
  const key = `${UNRESTRICTED}insert:${planId}:${table.node.id}:${left}`;
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
        if (!returns) {
          const answer = writer.run(table, `${key}:${size}`, build(size, []), part);
          const { lastInsertId, keyStep = 1 } = answer instanceof Promise ? await answer : answer;
          for (let i = 0; i < size; i++)
            setGeneratedKey(mapper, entities[start + i], BigInt(lastInsertId as number) - BigInt((size - 1 - i) * keyStep));
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
  if (asked.length > 0 && !(keyOnly && keyFromRun) && !returns) {
    await insertAndRead(writer, mapper, entities.slice(start), asked, { key, build: build(1, []), rows: rest });
    return;
  }
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

/** Without RETURNING, what the database filled in is read by the keys of the new rows. */
async function insertAndRead(
  writer: Writer,
  mapper: WriteTarget,
  entities: readonly Entity[],
  asked: readonly TableColumn[],
  { key, build, rows }: { readonly key: string; readonly build: () => Node; readonly rows: readonly (readonly unknown[])[] },
): Promise<void> {
  const { generatedKey, table } = mapper;
  const { lastInsertIds } = await writer.runMany(table, `${key}:read`, build, rows);
  const made = asked.some((column) => column.position === generatedKey);
  const filled = asked.filter((column) => column.position !== generatedKey);
  const keys = mapper.keyPositions.map((position) => mapper.columns[position]);
  const select = (): Node =>
    makeSelect({ columns: filled.map((column) => columnOf(table.node, column)), from: [table.node], where: equals(table, keys) });
  for (const [i, entity] of entities.entries()) {
    if (made) setGeneratedKey(mapper, entity, lastInsertIds[i] as number | bigint);
    const values = keys.map((column) => columnValue(entity, column.position));
    // A key that the database computed cannot be known.
    if (values.includes(undefined)) throw ormError('orm.null-key', nameOf(entity), keys[values.indexOf(undefined)].key);
    const [row] = await writer.fetch(table, `${key}:filled`, select, values);
    filled.forEach((column, place) => {
      entity[ROW][column.position] = row[place];
    });
  }
}

function setGeneratedKey(mapper: WriteTarget, entity: Entity, key: number | bigint): void {
  const big = mapper.columns[mapper.generatedKey].type.name === 'bigInteger';
  entity[ROW][mapper.generatedKey] = big ? BigInt(key) : Number(key);
}

/** Rows whose keys go into one DELETE. */
const DELETE_CHUNK = 1000;

/** Deletes the rows of these keys, and tells how many there were. */
export async function deleteRows(
  writer: Writer,
  table: Table,
  columns: readonly TableColumn[],
  keys: readonly (readonly unknown[])[],
): Promise<number> {
  if (keys.length === 0) return 0;
  const name = columns.map((column) => column.position).join();
  if (columns.length > 1) {
    const build = (): Node => makeDelete({ table: table.node, where: equals(table, columns) });
    const answer = writer.runMany(table, `delete:${table.node.id}:${name}`, build, keys);
    return (answer instanceof Promise ? await answer : answer).rowCount;
  }
  const [column] = columns;
  const build = (): Node => {
    const list = makeBind([], column.type, { expanding: true });
    const where = make('in', { operand: columnOf(table.node, column), list, negated: false });
    return makeDelete({ table: table.node, where });
  };
  let count = 0;
  for (let start = 0; start < keys.length; start += DELETE_CHUNK) {
    const answer = writer.run(table, `deleteIn:${table.node.id}:${name}`, build, [
      keys.slice(start, start + DELETE_CHUNK).map((key) => key[0]),
    ]);
    count += (answer instanceof Promise ? await answer : answer).rowCount;
  }
  return count;
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
  return entity[MAPPER].keyPositions.map((position) => storedValue(entity, position, changes));
}

/** A column's value as the row has it in the database now, from before any change. */
export function storedValue(entity: Entity, position: number, changes: readonly unknown[] | null): unknown {
  if (changes !== null)
    for (let i = 0; i < changes.length; i += 2) if (changes[i] === position) return plainValue(entity, position, changes[i + 1]);
  return columnValue(entity, position);
}

/** What an object's row is found by when it is changed or deleted: its key, and its version where the class has one. */
export function storedMatch(entity: Entity, changes: readonly unknown[] | null): unknown[] {
  const key = storedKey(entity, changes);
  const { versionPosition, columns } = entity[MAPPER];
  if (versionPosition < 0) return key;
  const version = storedValue(entity, versionPosition, changes);
  if (version === null || version === undefined) throw ormError('orm.no-version', nameOf(entity), columns[versionPosition].key);
  key.push(version);
  return key;
}
