import { sqlError } from '../../sql/errors.ts';
import type { Node } from '../../sql/node.ts';
import { isKind, walk } from '../../sql/node-walk.ts';
import type { CteNode } from '../../sql/statement-nodes.ts';
import type { Visitors, Writer } from '../base/compiler.ts';
import { changesRows } from '../base/cte-hoisting.ts';
import { cteVisitors } from '../base/ctes.ts';
import { isFor } from '../base/selects.ts';
import { outputColumns } from './output-columns.ts';
import { scopeOf, within } from './scope.ts';

/** The common table expressions that a statement stands below, which begin it; what sets an option stands before them. */
export function writeLeadingCtes(to: Writer): void {
  const scope = scopeOf(to);
  const { ctes } = scope;
  if (ctes.length === 0) return;
  scope.ctes = [];
  to.write('WITH ');
  within(to, { place: 'nested', options: [], into: null }, () => to.list(ctes));
  to.write(' ');
}

const OPTION = /^\s*OPTION\s*\(([\s\S]*)\)\s*$/i;

/** The end of a statement: words that the user put there, and OPTION. A statement has one list of options. */
export function writeEnd(suffixes: readonly Node[], to: Writer): void {
  const scope = scopeOf(to);
  const options = [...scope.options];
  scope.options = [];
  for (const hint of suffixes) {
    if (!isKind(hint, 'hint') || !isFor(hint, to)) continue;
    const { content } = hint;
    const own = isKind(content, 'raw') && content.items.length === 0 ? OPTION.exec(content.pieces[0]) : null;
    if (own === null) to.write(' ').visit(hint);
    else if (/\bMAXRECURSION\b/i.test(own[1])) options.splice(0, options.length, own[1].trim(), ...options.filter((o) => o !== UNLIMITED));
    else options.push(own[1].trim());
  }
  if (options.length > 0) to.write(` OPTION (${options.join(', ')})`);
}

/** A recursion ends where it gives no more rows; SQL Server alone would end it with an error after 100 rounds. */
const UNLIMITED = 'MAXRECURSION 0';

function namesItself(cte: CteNode): boolean {
  let found = false;
  walk(cte.query, (node) => {
    found ||= isKind(node, 'cteReference') && node.id === cte.id;
    return !found;
  });
  return found;
}

/** Common table expressions: no word says that one is recursive. */
export const mssqlCteVisitors: Pick<Visitors, 'with' | 'cte' | 'cteReference'> = {
  ...cteVisitors,
  with: (node, to) => {
    const options = node.ctes.some(namesItself) ? [UNLIMITED] : [];
    within(to, { ctes: node.ctes, options }, () => to.visit(node.statement));
  },
  cte: (node, to) => {
    if (changesRows(node.query))
      throw sqlError('sql.unsupported', 'INSERT, UPDATE, DELETE or MERGE in a common table expression', 'SQL Server');
    const { query } = node;
    if (namesItself(node) && !(isKind(query, 'setOperation') && query.operator === 'UNION ALL'))
      throw sqlError('sql.unsupported-instead', 'recursion with UNION', 'SQL Server', 'Use unionAll().');
    const columns = node.columns.length > 0 ? null : outputColumns(query);
    // Each column needs a name.
    const names = columns?.some(({ own }) => !own) === true ? columns.map(({ name }) => name) : node.columns;
    cteVisitors.cte({ ...node, columns: names, materialized: null }, to);
  },
};
