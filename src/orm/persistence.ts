import type { Dialect } from '../dialects/base/dialect.ts';
import type { DriverRow, MaybePromise, RunResult } from '../dialects/base/driver.ts';
import type { DefaultValue } from '../sql/column.ts';
import { Expression } from '../sql/expression.ts';
import { make, makeBind } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import { conjunction } from '../sql/operand.ts';
import type { Table, TableColumn } from '../sql/schema.ts';
import { columnValue, plainValue } from './attributes.ts';
import { ormError } from './errors.ts';
import { nameOf } from './identity.ts';
import { columnOf } from './mapped-source.ts';
import { CHANGES, type Entity, MAPPER, PERSISTENT, STATUS, type WriteTarget } from './mapping.ts';

/** What writing rows needs of a session: statements on a table's database, their plans found by key. */
export interface Writer {
  run(table: Table, key: string, build: () => Node, values: readonly unknown[]): MaybePromise<RunResult>;
  runMany(table: Table, key: string, build: () => Node, rows: readonly (readonly unknown[])[]): MaybePromise<ManyResult>;
  fetchMany(table: Table, key: string, build: () => Node, rows: readonly (readonly unknown[])[]): MaybePromise<DriverRow[][]>;
  fetch(table: Table, key: string, build: () => Node, values: readonly unknown[]): MaybePromise<DriverRow[]>;
  dialectOf(table: Table): Dialect;
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

/** The key of an object as its row has it in the database now, from before any change. */
export function storedKey(entity: Entity, changes: readonly unknown[] | null): unknown[] {
  const { keyPositions } = entity[MAPPER];
  const key: unknown[] = [];
  for (let i = 0; i < keyPositions.length; i++) key.push(storedValue(entity, keyPositions[i], changes));
  return key;
}

/** A column's value as the row has it in the database now, from before any change. */
export function storedValue(entity: Entity, position: number, changes: readonly unknown[] | null): unknown {
  if (changes !== null)
    for (let i = 0; i < changes.length; i += 2) if (changes[i] === position) return plainValue(entity, position, changes[i + 1]);
  return columnValue(entity, position);
}

/** A column's value as the row has it now, or will have it, where there is none yet: what other rows refer to it by. */
export function rowValue(entity: Entity, position: number): unknown {
  const changes = entity[CHANGES];
  return changes === null || entity[STATUS] < PERSISTENT ? columnValue(entity, position) : storedValue(entity, position, changes);
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

/** The columns that a row to be changed or deleted is found by: its key, and its version where the class has one. */
export function matchedColumns(mapper: WriteTarget): TableColumn[] {
  const positions = mapper.versionPosition < 0 ? mapper.keyPositions : [...mapper.keyPositions, mapper.versionPosition];
  return positions.map((position) => mapper.columns[position]);
}
