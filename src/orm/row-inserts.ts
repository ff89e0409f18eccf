import type { DriverRow } from '../dialects/base/driver.ts';
import { PACKED_CHUNK, type PackedRows, packedRows } from '../engine/packed-rows.ts';
import { lengthOf, rowsTogether } from '../engine/statement-size.ts';
import { make, makeInsert, makeSelect } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import type { Table, TableColumn } from '../sql/schema.ts';
import { columnValue, plainValue } from './attributes.ts';
import { checkNew } from './class-values.ts';
import { ormError } from './errors.ts';
import { nameOf } from './identity.ts';
import { columnOf } from './mapped-source.ts';
import { CHANGES, Decoded, type Entity, type Mapper, NO_CHANGES, ROW, UNRESTRICTED, type WriteTarget } from './mapping.ts';
import { bindOf, equals, expressionOf, isExpressionDefault, nextVersion, type Writer } from './persistence.ts';
import { hasFaithfulKey, matchOfEntity, rowsByKey } from './row-keys.ts';
import { constantsOf, type SqlRows, type SqlValues, shapeOf, sqlColumns } from './sql-values.ts';

/** The columns that an INSERT of this object names, with its values; defaults of this moment are filled in on the object. */
export function insertRow(entity: Entity, mapper: WriteTarget, values: unknown[], sql?: SqlValues): string {
  const row = entity[ROW];
  const { columns, kinds } = mapper;
  const changes = entity[CHANGES];
  if (changes !== null && changes !== NO_CHANGES) entity[CHANGES] = unwritten(changes, columns);
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
      if (sql?.has(position)) {
        left += `,${position}`;
        continue;
      }
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

/** What was changed before the values were taken is written with them. */
function unwritten(changes: readonly unknown[], columns: WriteTarget['columns']): unknown[] {
  const left = changes.flatMap((item, i) => (i % 2 === 0 && columns[item as number] === undefined ? [item, changes[i + 1]] : []));
  return left.length === 0 ? NO_CHANGES : left;
}

/**
 * Inserts objects of one class, in order; those with the same columns go together. Generated keys and the database's own
 * defaults are put back on the objects.
 */
export async function insertEntities(
  writer: Writer,
  mapper: Mapper,
  entities: readonly Entity[],
  sql: SqlRows | null = null,
): Promise<void> {
  const { writes } = mapper;
  if (mapper.required.length > 0 || mapper.root.dispatch !== null) checkNew(mapper, entities, sql);
  for (let i = 0; i < writes.length; i++) await insertRows(writer, writes[i], entities, sql);
}

async function insertRows(writer: Writer, mapper: WriteTarget, entities: readonly Entity[], sql: SqlRows | null): Promise<void> {
  let start = 0;
  let left: string | null = null;
  /** The values of all rows in one list: a list for each would be thrown away at once. */
  let values: unknown[] = [];
  for (let i = 0; i < entities.length; i++) {
    const { length } = values;
    const given = sql?.get(entities[i]);
    let next = insertRow(entities[i], mapper, values, given);
    if (given !== undefined) next += `;${shapeOf(given)}`;
    if (left !== null && next !== left) {
      const own = values.splice(length);
      await insertAlike(writer, mapper, entities.slice(start, i), left, values, sql);
      start = i;
      values = own;
    }
    left = next;
  }
  if (left !== null) await insertAlike(writer, mapper, start === 0 ? entities : entities.slice(start), left, values, sql);
}

/** Rows of one INSERT: few sizes, so that few statements are prepared. */
const INSERT_SIZES = [128, 32, 8];
/** Fewer rows, where keys come with RETURNING alone and a run for each row would be a round trip. */
const SMALL_SIZES = [4, 2, 1];

/** Inserts of one class that leave the same columns to the database. */
interface InsertShape {
  readonly mapper: WriteTarget;
  /** Tells plans of one kind of insert from those of others. */
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** Columns that an expression of theirs sets. */
  readonly worked: readonly { readonly name: string; readonly node: Node }[];
  /** Columns that the database fills in, which the objects are told. */
  readonly asked: readonly TableColumn[];
  /** Whether the key is among what SQL works out, so that nothing tells rows of one statement apart. */
  readonly worksOutKey: boolean;
}

async function insertAlike(
  writer: Writer,
  mapper: WriteTarget,
  entities: readonly Entity[],
  left: string,
  values: readonly unknown[],
  sql: SqlRows | null,
): Promise<void> {
  const { generatedKey, table } = mapper;
  const { keyFromRun, returning: returns } = writer.dialectOf(table).capabilities;
  const omitted = new Set(left.split(';', 1)[0].split(',').slice(1).map(Number));
  const given = sql?.get(entities[0]);
  const asked = mapper.columns.filter((column) => omitted.has(column.position));
  const shape: InsertShape = {
    mapper,
    name: `${UNRESTRICTED}insert:${mapper.planId}:${table.node.id}:${left}`,
    columns: mapper.columns.filter((column) => !omitted.has(column.position)),
    worked:
      given === undefined
        ? workedBy(asked)
        : [...sqlColumns(given, mapper), ...workedBy(asked.filter(({ position }) => !given.has(position)))],
    asked,
    worksOutKey: given !== undefined && mapper.keyPositions.some((position) => given.has(position)),
  };
  const width = shape.columns.length;
  const start = await insertTogether(writer, shape, entities, values);
  if (start === entities.length) return;
  const constants = constantsOf(shape.worked);
  const rest: unknown[][] = [];
  for (let i = start; i < entities.length; i++) {
    const row = values.slice(i * width, (i + 1) * width);
    const own = given === undefined ? undefined : sql?.get(entities[i]);
    if (own === undefined) rest.push(constants.length === 0 ? row : row.concat(constants));
    else {
      const made = constantsOf(sqlColumns(own, mapper));
      rest.push([...row, ...made, ...constants.slice(made.length)]);
    }
  }
  const keyOnly = asked.length === 1 && asked[0].position === generatedKey && !shape.worksOutKey;
  // A key that the driver tells by itself need not be asked for, unless something else is.
  if (asked.length > 0 && !(keyOnly && keyFromRun) && !returns) {
    await insertAndRead(writer, mapper, entities.slice(start), asked, { key: shape.name, build: insertOf(shape, 1, []), rows: rest });
    return;
  }
  if (asked.length > 0 && !(keyOnly && keyFromRun)) {
    const answer = writer.fetchMany(table, `${shape.name}:returning`, insertOf(shape, 1, asked), rest);
    const results = answer instanceof Promise ? await answer : answer;
    results.forEach(([row], i) => {
      take(entities[start + i], asked, row, 0);
    });
    return;
  }
  const answer = writer.runMany(table, shape.name, insertOf(shape, 1, []), rest);
  const { lastInsertIds } = answer instanceof Promise ? await answer : answer;
  if (asked.length > 0)
    for (let i = start; i < entities.length; i++) setGeneratedKey(mapper, entities[i], lastInsertIds[i - start] as number | bigint);
}

function insertOf({ mapper, columns, worked }: InsertShape, size: number, returning: readonly TableColumn[]): () => Node {
  const { table } = mapper;
  return () =>
    makeInsert({
      table: table.node,
      columns: [...columns, ...worked].map((column) => column.name),
      values: Array.from({ length: size }, () => [...columns.map(bindOf), ...worked.map(({ node }) => node)]).flat(),
      returning: returning.map((column) => columnOf(table.node, column)),
    });
}

function workedBy(columns: readonly TableColumn[]): { readonly name: string; readonly node: Node }[] {
  return columns.flatMap((column) => {
    const expression = expressionOf(column.default);
    return expression === null ? [] : [{ name: column.name, node: expression.node }];
  });
}

/**
 * Inserts rows with several in a statement, as far as what the database fills in can be told apart afterwards; gives how
 * many that were.
 */
async function insertTogether(
  writer: Writer,
  shape: InsertShape,
  entities: readonly Entity[],
  values: readonly unknown[],
): Promise<number> {
  const { mapper, name, columns, worked, asked } = shape;
  const { generatedKey, keyPositions, table } = mapper;
  const dialect = writer.dialectOf(table);
  const { ascendingKeys, keyFromRun, maxParameters, returning: returns } = dialect.capabilities;
  const width = columns.length;
  const keyOnly = asked.length === 1 && asked[0].position === generatedKey;
  const byKeys = hasFaithfulKey(mapper) && asked.every((column) => !keyPositions.includes(column.position));
  const byOrder = ascendingKeys && asked.some((column) => column.position === generatedKey);
  const constants = constantsOf(worked);
  if (width === 0 || constants.length > 0 || shape.worksOutKey) return 0;
  // Rows of one statement come back in any order: a key tells which is whose, a generated one by its place.
  if (asked.length > 0 && !(returns ? byKeys || byOrder : keyOnly && ascendingKeys)) return 0;
  const returned = asked.length === 0 || !returns ? [] : byOrder ? asked : [...keyPositions.map((at) => mapper.columns[at]), ...asked];
  const takeRows = (rows: DriverRow[], start: number): void => {
    if (byOrder) takeAscending(mapper, entities, start, asked, rows);
    else takeByKey(mapper, entities, start, asked, rows);
  };
  let start = 0;
  const packed = dialect.rowSource?.inserts ? packedRows(dialect, table, [], columns, entities.length) : null;
  if (packed !== null) {
    const build = (): Node => packedInsert(shape, packed, returned);
    for (; start < entities.length; start += PACKED_CHUNK) {
      const end = Math.min(start + PACKED_CHUNK, entities.length);
      const parameters = packed.pack(values.slice(start * width, end * width));
      if (parameters === null) break;
      if (returned.length === 0) {
        const answer = writer.run(table, `${name}:rows`, build, parameters);
        if (answer instanceof Promise) await answer;
      } else {
        const answer = writer.fetch(table, `${name}:rows`, build, parameters);
        takeRows(answer instanceof Promise ? await answer : answer, start);
      }
    }
    if (start >= entities.length) return entities.length;
  }
  const given = asked.length > 0 && !(keyOnly && keyFromRun) ? [...INSERT_SIZES, ...SMALL_SIZES] : INSERT_SIZES;
  const sizes = given.filter((size) => size * width <= maxParameters);
  while (start < entities.length) {
    const size = rowsTogether(dialect, sizes, start, entities.length, (row) => lengthOf(values, row * width, (row + 1) * width));
    // What is left over the caller sees to.
    if (size === 0) break;
    const part = values.slice(start * width, (start + size) * width);
    if (returned.length > 0) {
      const answer = writer.fetch(table, `${name}:${size}`, insertOf(shape, size, returned), part);
      takeRows(answer instanceof Promise ? await answer : answer, start);
    } else {
      const answer = writer.run(table, `${name}:${size}`, insertOf(shape, size, []), part);
      const { lastInsertId, keyStep = 1 } = answer instanceof Promise ? await answer : answer;
      if (asked.length > 0)
        for (let i = 0; i < size; i++)
          setGeneratedKey(mapper, entities[start + i], BigInt(lastInsertId as number) - BigInt((size - 1 - i) * keyStep));
    }
    start += size;
  }
  return start;
}

function packedInsert({ mapper, columns, worked }: InsertShape, packed: PackedRows, returning: readonly TableColumn[]): Node {
  const { table } = mapper;
  return makeInsert({
    table: table.node,
    columns: [...columns, ...worked].map((column) => column.name),
    query: makeSelect({ columns: [...columns.map((_, i) => packed.column(i)), ...worked.map(({ node }) => node)], from: [packed.source] }),
    returning: returning.map((column) => columnOf(table.node, column)),
  });
}

function take(entity: Entity, asked: readonly TableColumn[], row: DriverRow, offset: number): void {
  for (let i = 0; i < asked.length; i++) entity[ROW][asked[i].position] = row[offset + i];
}

/** Rows of generated keys are those of the objects by the keys' order. */
function takeAscending(
  mapper: WriteTarget,
  entities: readonly Entity[],
  start: number,
  asked: readonly TableColumn[],
  rows: DriverRow[],
): void {
  const { generatedKey } = mapper;
  const place = asked.findIndex((column) => column.position === generatedKey);
  const made = ascending(rows, place);
  for (let i = 0; i < made.length; i++) {
    const entity = entities[start + i];
    if (asked.length > 1) take(entity, asked, made[i], 0);
    setGeneratedKey(mapper, entity, made[i][place] as number | bigint);
  }
}

/** Rows that begin with their keys are those of the objects that have them. */
function takeByKey(
  mapper: WriteTarget,
  entities: readonly Entity[],
  start: number,
  asked: readonly TableColumn[],
  rows: readonly DriverRow[],
): void {
  const { keyPositions } = mapper;
  const byKey = rowsByKey(mapper, rows);
  for (let i = 0; i < rows.length; i++) {
    const entity = entities[start + i];
    const row = byKey.get(matchOfEntity(mapper, entity));
    // A trigger gave the row another key.
    if (row === undefined) throw ormError('orm.null-key', nameOf(entity), mapper.columns[keyPositions[0]].key);
    take(entity, asked, row, keyPositions.length);
  }
}

/** Rows of one generated key each, by that key; nearly always they are. */
function ascending(rows: DriverRow[], place: number): DriverRow[] {
  type Key = number | bigint;
  for (let i = 1; i < rows.length; i++)
    if ((rows[i - 1][place] as Key) > (rows[i][place] as Key)) return rows.sort((a, b) => ((a[place] as Key) < (b[place] as Key) ? -1 : 1));
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

/** Inserts rows of a table without a class, given value by value: the pairs of a many-to-many relation. */
export async function insertPairs(
  writer: Writer,
  table: Table,
  columns: readonly TableColumn[],
  values: readonly unknown[],
): Promise<void> {
  const dialect = writer.dialectOf(table);
  const { maxParameters } = dialect.capabilities;
  // Other columns of the table take their defaults.
  const defaults = table.columns.filter((column) => !columns.includes(column) && column.default !== null);
  const rest = defaults.filter((column) => !isExpressionDefault(column));
  const worked = workedBy(defaults);
  const constants = constantsOf(worked);
  const all = [...columns, ...rest];
  const full = rest.length === 0 ? values : withDefaults(values, columns.length, rest);
  const width = all.length;
  const count = full.length / width;
  const name = `pairs:${table.node.id}:${all.map((column) => column.position).join()}`;
  const build = (size: number) => (): Node =>
    makeInsert({
      table: table.node,
      columns: [...all, ...worked].map((c) => c.name),
      values: Array.from({ length: size }, () => [...all.map(bindOf), ...worked.map(({ node }) => node)]).flat(),
    });
  let start = 0;
  const packed = constants.length === 0 ? packedRows(dialect, table, [], all, count) : null;
  if (packed !== null) {
    const query = makeSelect({
      columns: [...all.map((_, i) => packed.column(i)), ...worked.map(({ node }) => node)],
      from: [packed.source],
      // Rows that only fill the statement up are none.
      where: dialect.rowSource?.grows ? make('unary', { operator: 'IS NOT NULL', operand: packed.column(0), postfix: true }) : null,
    });
    const insert = (): Node => makeInsert({ table: table.node, columns: [...all, ...worked].map((column) => column.name), query });
    for (; start < count; start += packed.size) {
      const part = full.slice(start * width, (start + packed.size) * width);
      const parameters = part.some((value, i) => i % width === 0 && value === null) ? null : packed.pack(part);
      if (parameters === null) break;
      const answer = writer.run(table, `${name}:${packed.name}`, insert, parameters);
      if (answer instanceof Promise) await answer;
    }
    if (start >= count) return;
  }
  if (constants.length === 0)
    for (const size of INSERT_SIZES) {
      if (size * width > maxParameters) continue;
      for (; count - start >= size; start += size) {
        const answer = writer.run(table, `${name}:${size}`, build(size), full.slice(start * width, (start + size) * width));
        if (answer instanceof Promise) await answer;
      }
    }
  if (start === count) return;
  const rows: unknown[][] = [];
  for (let i = start; i < count; i++) rows.push([...full.slice(i * width, (i + 1) * width), ...constants]);
  const answer = writer.runMany(table, name, build(1), rows);
  if (answer instanceof Promise) await answer;
}

function withDefaults(values: readonly unknown[], width: number, columns: readonly TableColumn[]): unknown[] {
  const full: unknown[] = [];
  for (let i = 0; i < values.length; i += width) {
    for (let place = 0; place < width; place++) full.push(values[i + place]);
    for (const column of columns) full.push(defaultOf(column));
  }
  return full;
}

function defaultOf(column: TableColumn): unknown {
  const given = column.default;
  return given === null ? null : 'make' in given ? given.make() : given.value;
}
