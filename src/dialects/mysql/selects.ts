import { sqlError } from '../../sql/errors.ts';
import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import type { LockNode, SelectNode } from '../../sql/statement-nodes.ts';
import type { Writer } from '../base/compiler.ts';
import { writeDistinctOn, writeOrderedOutside, writeWithTies } from '../base/row-numbers.ts';
import { type Limits, selectVisitors, writeLimit } from '../base/selects.ts';
import { writtenApart } from './changed-table.ts';
import { NO_LIMIT } from './no-limit.ts';
import { isAtLeast, type MysqlServer } from './server.ts';

/** A number of rows is a parameter or a number here, nothing that is worked out. */
function limit(node: Limits, to: Writer): void {
  for (const part of [node.limit, node.offset])
    if (part !== null && !isKind(part, 'bind') && !isKind(part, 'raw'))
      throw sqlError('sql.unsupported', 'expressions in LIMIT and OFFSET', to.spelling.title);
  if (node.limit === null && node.offset !== null) to.write(` LIMIT ${NO_LIMIT}`);
  writeLimit(node, to);
}

const selects = selectVisitors(limit);

/** Rows are locked for changes or against them, nothing between. */
const STRENGTHS: Readonly<Record<LockNode['strength'], 'update' | 'share'>> = {
  update: 'update',
  noKeyUpdate: 'update',
  share: 'share',
  keyShare: 'share',
};

/** GROUP BY … WITH ROLLUP is for all of the columns; nothing else of grouping sets is there. */
function checkGrouping(node: SelectNode, to: Writer): void {
  const grouping = node.groupBy.find((item) => isKind(item, 'grouping'));
  if (grouping === undefined || !isKind(grouping, 'grouping')) return;
  const { form, items } = grouping;
  if (form !== 'rollup') throw sqlError('sql.unsupported', form === 'sets' ? 'GROUPING SETS' : 'CUBE', to.spelling.title);
  if (node.groupBy.length > 1 || items.some((item: Node) => isKind(item, 'list')))
    throw sqlError('sql.unsupported', 'ROLLUP of some of the columns of GROUP BY', to.spelling.title);
}

/** How selects are written on this server. */
export function mysqlSelects(server: MysqlServer): typeof selects {
  const hasSetOperations = server.mariadb || isAtLeast(server, 8, 0, 31);
  return {
    ...selects,
    select: (node, to) => {
      if (writtenApart(node, to)) return;
      checkGrouping(node, to);
      if (node.modifiers !== null && node.modifiers.distinctOn.length > 0) writeDistinctOn(node, to, limit);
      else if (node.modifiers?.withTies === true && node.limit !== null) writeWithTies(node, to);
      // MariaDB has no order beside WITH ROLLUP.
      else if (server.mariadb && node.orderBy.length > 0 && isKind(node.groupBy[0] ?? node, 'grouping'))
        writeOrderedOutside(node, to, limit);
      else selects.select(node, to);
    },
    setOperation: (node, to) => {
      if (!hasSetOperations && !/^UNION/i.test(node.operator))
        throw sqlError('sql.unsupported', node.operator, `${to.spelling.title} before 8.0.31`);
      selects.setOperation(node, to);
    },
    grouping: (node, to) => to.list(node.items).write(' WITH ROLLUP'),
    lock: (node, to) => {
      const strength = STRENGTHS[node.strength];
      if (!server.mariadb) return selects.lock({ ...node, strength }, to);
      if (node.of.length > 0 && !node.assumed) throw sqlError('sql.unsupported', 'FOR UPDATE OF some of the tables', to.spelling.title);
      to.write(strength === 'share' ? ' LOCK IN SHARE MODE' : ' FOR UPDATE');
      if (node.wait !== null) to.write(node.wait === 'skipLocked' ? ' SKIP LOCKED' : ' NOWAIT');
    },
  };
}
