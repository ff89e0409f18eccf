import { sqlError } from '../../sql/errors.ts';
import { make } from '../../sql/make.ts';
import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import type { CteNode, WithNode } from '../../sql/statement-nodes.ts';
import type { Writer } from '../base/compiler.ts';
import { changesRows } from '../base/cte-hoisting.ts';
import { cteVisitors, writeCtes } from '../base/ctes.ts';
import { isTextQuery, sourceVisitors, writeAlias, writeNamedQuery } from '../base/sources.ts';
import { withoutSemijoins } from './semijoins.ts';
import type { MysqlServer } from './server.ts';

type Sources = typeof sourceVisitors & typeof cteVisitors;

function unsupported(feature: string): (node: Node, to: Writer) => never {
  return (_node, to) => {
    throw sqlError('sql.unsupported', feature, to.spelling.title);
  };
}

/** The common table expressions of a change, which are written where they are used. */
const inPlace = new WeakMap<Writer, readonly CteNode[]>();

/** What stands in FROM and in WITH. */
export function mysqlSources(server: MysqlServer): Sources {
  return {
    ...sourceVisitors,
    ...cteVisitors,
    alias: (node, to) => {
      const { of } = node;
      const ctes = inPlace.get(to);
      if (isKind(of, 'values')) {
        to.write('(').visit(of).write(')');
        writeAlias(node, [], to);
      } else if (isKind(of, 'cte') && ctes !== undefined) {
        to.write('(');
        inPlace.delete(to);
        writeCtes(ctes, to);
        to.write(`SELECT * FROM ${to.cteName(of)})`);
        inPlace.set(to, ctes);
        if (of.id === node.id) to.write(` AS ${to.cteName(of)}`);
        else writeAlias(node, [], to);
      } else if (isKind(of, 'namedQuery') && isTextQuery(of.query)) writeNamedQuery(node, of, to);
      else sourceVisitors.alias(node, to);
    },
    join: (node, to) => {
      if (node.type === 'full') unsupported('FULL OUTER JOIN')(node, to);
      const outer = !server.mariadb && (node.type === 'left' || node.type === 'right') && node.on !== null;
      sourceVisitors.join(outer ? { ...node, on: withoutSemijoins(node.on) } : node, to);
    },
    lateral: server.mariadb ? unsupported('LATERAL subquery') : sourceVisitors.lateral,
    tableSample: unsupported('TABLESAMPLE'),
    tableFunction: unsupported('functions in FROM'),
    // A select gives its columns names, which VALUES cannot in both servers.
    values: (node, to) => {
      node.rows.forEach((row, i) => {
        to.write(i === 0 ? 'SELECT ' : ' UNION ALL SELECT ');
        if (!isKind(row, 'list')) {
          to.visit(row);
          return;
        }
        row.items.forEach((item, place) => {
          if (place > 0) to.write(', ');
          const type = node.types[place];
          if (i === 0 && isKind(item, 'bind') && type.name !== 'unknown') to.visit(make('cast', { operand: item, type }));
          else to.operand(item, 1);
          if (i === 0) to.write(' AS ').identifier(node.columns[place]);
        });
      });
    },
    with: (node, to) => writeWith(node, to, server),
    cte: (node, to) => {
      // When it is worked out is the server's affair.
      cteVisitors.cte({ ...node, materialized: null }, to);
    },
  };
}

function writeWith(node: WithNode, to: Writer, server: MysqlServer): void {
  const { statement } = node;
  const changing = node.ctes.find((cte) => changesRows(cte.query));
  if (changing !== undefined) unsupported('INSERT, UPDATE or DELETE in a common table expression')(changing, to);
  const change = isKind(statement, 'update') || isKind(statement, 'delete');
  if (isKind(statement, 'insert') && statement.query !== null) {
    to.visit({ ...statement, query: { ...node, statement: statement.query } } as Node);
  } else if (isKind(statement, 'insert') || (change && server.mariadb)) {
    inPlace.set(to, node.ctes);
    to.visit(statement);
    inPlace.delete(to);
  } else cteVisitors.with(node, to);
}
