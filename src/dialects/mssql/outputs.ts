import type { Node } from '../../sql/node.ts';
import type { Writer } from '../base/compiler.ts';
import { type Scope, within } from './scope.ts';
import { writeColumns } from './selects.ts';

type Rows = NonNullable<Scope['output']>['rows'];

/**
 * The OUTPUT clause: what RETURNING is elsewhere. It stands before the rows and the conditions. Columns of the changed table
 * (by its id) are those of the row after the change or before it.
 */
export function writeOutput(nodes: readonly Node[], rows: Rows, table: string, to: Writer): void {
  if (nodes.length === 0) return;
  to.write(' OUTPUT ');
  within(to, { output: { rows, table } }, () => writeColumns(nodes, to, true));
}
