import type { CteNode } from '../../sql/statement-nodes.ts';
import type { Visitors, Writer } from './compiler.ts';

type CteVisitors = Pick<Visitors, 'with' | 'cte' | 'cteReference'>;

/** `WITH a AS (…), b AS (…) `. */
export function writeCtes(ctes: readonly CteNode[], to: Writer): void {
  to.write(ctes.some((cte) => cte.recursive) ? 'WITH RECURSIVE ' : 'WITH ');
  to.list(ctes).write(' ');
}

/** How common table expressions are written. */
export const cteVisitors: CteVisitors = {
  with: (node, to) => {
    writeCtes(node.ctes, to);
    to.visit(node.statement);
  },
  cte: (node, to) => {
    to.write(to.cteName(node));
    if (node.columns.length > 0) to.write(` (${node.columns.map((name) => to.spelling.quote(name)).join(', ')})`);
    to.write(node.materialized === null ? ' AS (' : node.materialized ? ' AS MATERIALIZED (' : ' AS NOT MATERIALIZED (');
    to.scoped([], () => to.visit(node.query));
    to.write(')');
  },
  cteReference: (node, to) => to.write(to.cteName(node)),
};
