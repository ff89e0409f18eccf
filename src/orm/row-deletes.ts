import { PACKED_CHUNK, type PackedRows, packedRows } from '../engine/packed-rows.ts';
import { make, makeBind, makeDelete, makeSelect } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import { conjunction } from '../sql/operand.ts';
import type { Table, TableColumn } from '../sql/schema.ts';
import { columnOf } from './mapped-source.ts';
import { equals, type Writer } from './persistence.ts';

/** Deletes the rows of these keys, and tells how many there were. */
export async function deleteRows(
  writer: Writer,
  table: Table,
  columns: readonly TableColumn[],
  keys: readonly (readonly unknown[])[],
): Promise<number> {
  if (keys.length === 0) return 0;
  if (columns.length > 1) return deleteByLists(writer, table, columns, keys);
  const [column] = columns;
  const build = (): Node => {
    const list = makeBind([], column.type, { expanding: true });
    const where = make('in', { operand: columnOf(table.node, column), list, negated: false });
    return makeDelete({ table: table.node, where });
  };
  let count = 0;
  for (let start = 0; start < keys.length; start += PACKED_CHUNK) {
    const part: unknown[] = [];
    for (let i = start; i < keys.length && i < start + PACKED_CHUNK; i++) part.push(keys[i][0]);
    const answer = writer.run(table, `deleteIn:${table.node.id}:${column.position}`, build, [part]);
    count += (answer instanceof Promise ? await answer : answer).rowCount;
  }
  return count;
}

/** Rows that are found by several columns each. */
async function deleteByLists(
  writer: Writer,
  table: Table,
  columns: readonly TableColumn[],
  keys: readonly (readonly unknown[])[],
): Promise<number> {
  const dialect = writer.dialectOf(table);
  const packed = packedRows(dialect, table, columns, [], keys.length);
  const name = `${table.node.id}:${columns.map((column) => column.position).join()}`;
  let count = 0;
  let rest = keys;
  if (packed !== null) {
    const build = (): Node => packedDelete(table, columns, packed, dialect.rowSource?.joins === true);
    rest = [];
    for (let start = 0; start < keys.length; start += packed.size) {
      const chunk = keys.slice(start, start + packed.size);
      const values = packed.pack(chunk.flat());
      if (values === null) {
        rest = [...rest, ...chunk];
        continue;
      }
      const answer = writer.run(table, `delete ${packed.name}:${name}`, build, values);
      count += (answer instanceof Promise ? await answer : answer).rowCount;
    }
  }
  if (rest.length === 0) return count;
  const build = (): Node => makeDelete({ table: table.node, where: equals(table, columns) });
  const answer = writer.runMany(table, `delete:${name}`, build, rest);
  return count + (answer instanceof Promise ? await answer : answer).rowCount;
}

function packedDelete(table: Table, columns: readonly TableColumn[], packed: PackedRows, joins: boolean): Node {
  const own = columns.map((column) => columnOf(table.node, column));
  if (joins) {
    const pairs = own.map((left, i) => make('binary', { operator: '=', left, right: packed.column(i) }));
    return makeDelete({ table: table.node, using: [packed.source], where: conjunction(pairs) });
  }
  const list = makeSelect({ columns: own.map((_, i) => packed.column(i)), from: [packed.source] });
  return makeDelete({ table: table.node, where: make('in', { operand: make('list', { items: own }), list, negated: false }) });
}
