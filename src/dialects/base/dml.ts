import { make } from '../../sql/make.ts';
import { isKind, type Node } from '../../sql/node.ts';
import type { Visitors, Writer } from './compiler.ts';

type DmlVisitors = Pick<Visitors, 'insert' | 'conflict' | 'update' | 'delete'>;

const TRUE = make('constant', { value: true });

function assignments(columns: readonly string[], values: readonly Node[], to: Writer): void {
  columns.forEach((name, i) => {
    if (i > 0) to.write(', ');
    to.identifier(name).write(' = ').visit(values[i]);
  });
}

function returning(nodes: readonly Node[], to: Writer): void {
  if (nodes.length === 0) return;
  to.unqualified = true;
  to.write(' RETURNING ').columns(nodes);
  to.unqualified = false;
}

/** How rows are written where a database has ON CONFLICT and RETURNING. */
export const dmlVisitors: DmlVisitors = {
  insert: (node, to) => {
    to.write('INSERT INTO ').visit(node.table);
    if (node.columns.length > 0) to.write(` (${node.columns.map((name) => to.spelling.quote(name)).join(', ')})`);
    if (node.query !== null) {
      to.write(' ');
      if (node.conflict === null) to.visit(node.query);
      // Without a WHERE, SQLite would take ON CONFLICT for the ON of a join; the grammar of the others allows it too.
      else if (isKind(node.query, 'select')) to.visit(node.query.where === null ? { ...node.query, where: TRUE } : node.query);
      else
        to.write('SELECT * FROM (')
          .visit(node.query)
          .write(`) AS ${to.anonymous('rows')} WHERE TRUE`);
    } else if (node.columns.length === 0) to.write(' DEFAULT VALUES');
    else {
      const width = node.columns.length;
      for (let start = 0; start < node.values.length; start += width) {
        to.write(start === 0 ? ' VALUES (' : ', (')
          .list(node.values.slice(start, start + width))
          .write(')');
      }
    }
    if (node.conflict !== null) to.visit(node.conflict);
    returning(node.returning, to);
  },
  conflict: (node, to) => {
    to.write(' ON CONFLICT');
    if (node.target.length > 0) to.write(` (${node.target.map((name) => to.spelling.quote(name)).join(', ')})`);
    if (node.columns.length === 0) {
      to.write(' DO NOTHING');
      return;
    }
    to.write(' DO UPDATE SET ');
    assignments(node.columns, node.values, to);
    if (node.where !== null) to.write(' WHERE ').condition(node.where);
  },
  update: (node, to) => {
    to.enclosing = [node.table.id];
    to.write('UPDATE ').visit(node.table).write(' SET ');
    assignments(node.columns, node.values, to);
    if (node.from.length > 0) to.write(' FROM ').list(node.from);
    if (node.where !== null) to.write(' WHERE ').condition(node.where);
    returning(node.returning, to);
  },
  delete: (node, to) => {
    to.enclosing = [node.table.id];
    to.write('DELETE FROM ').visit(node.table);
    if (node.where !== null) to.write(' WHERE ').condition(node.where);
    returning(node.returning, to);
  },
};
