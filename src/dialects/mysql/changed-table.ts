import { sourcesOf } from '../../sql/join.ts';
import { make } from '../../sql/make.ts';
import type { Node, SourceNode } from '../../sql/node.ts';
import { isKind, walk } from '../../sql/node-walk.ts';
import type { SelectNode } from '../../sql/statement-nodes.ts';
import type { Writer } from '../base/compiler.ts';
import { NO_LIMIT } from './no-limit.ts';

// MySQL lets no subquery of a change read the table that is being changed, unless it is a table of its own in FROM.

/** The tables that are being changed where a statement's values are written. */
const changed = new WeakMap<Writer, SourceNode>();

/** Writes values of a change of this table: their subqueries over it stand in FROM, where they are worked out by themselves. */
export function whileChanging(table: SourceNode, to: Writer, write: () => void): void {
  changed.set(to, table);
  write();
  changed.delete(to);
}

/** Writes a subquery that reads the table being changed; false where this one does not. */
export function writtenApart(query: SelectNode, to: Writer): boolean {
  const table = changed.get(to);
  if (table === undefined || !readsTable(query, table)) return false;
  changed.delete(to);
  // With a limit it is not taken for a part of the query around it.
  const limit = query.limit ?? make('raw', { pieces: [NO_LIMIT], items: [] });
  to.write('SELECT * FROM (')
    .visit({ ...withOwnNames(query), limit } as Node)
    .write(`) AS ${to.anonymous('rows')}`);
  changed.set(to, table);
  return true;
}

/** The select with a name of its own for each column, as a source in FROM needs it. */
export function withOwnNames(query: SelectNode): SelectNode {
  const taken = new Set<string>();
  const columns = query.columns.flatMap((column) => (isKind(column, 'entity') ? column.columns : [column]));
  const named = columns.map((column, i) => {
    const own = isKind(column, 'label') || isKind(column, 'column') ? column.name : null;
    if (own !== null && !taken.has(own)) {
      taken.add(own);
      return column;
    }
    return make('label', { operand: isKind(column, 'label') ? column.operand : column, name: `column ${i + 1}` });
  });
  return make('select', { ...query, columns: named });
}

/** What an alias is over. */
function behind(source: Node): Node {
  return isKind(source, 'alias') ? behind(source.of) : source;
}

/** Whether both are the same table of the database. */
export function sameTable(node: Node, table: Node): boolean {
  return isKind(node, 'table') && isKind(table, 'table') && node.name === table.name && node.schema === table.schema;
}

/** Whether a condition has a subquery that reads this table. */
export function readsTable(condition: Node, changed: SourceNode): boolean {
  let reads = false;
  const table = behind(changed);
  const isTable = (node: Node): boolean => (isKind(node, 'alias') ? isTable(node.of) : sameTable(node, table));
  walk(condition, (node) => {
    if (isKind(node, 'select')) {
      for (const item of node.from)
        walk(item, (inner) => {
          reads ||= isTable(inner);
          return !reads;
        });
      // Without FROM it is what its columns belong to.
      if (node.from.length === 0) reads ||= sourcesOf(node.columns).every(isTable);
    }
    return !reads;
  });
  return reads;
}
