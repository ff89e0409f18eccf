import { tableOf } from './cells.ts';
import { sqlError } from './errors.ts';
import { make } from './make.ts';
import type { Source, Table } from './schema.ts';
import type { TruncateNode } from './statement-nodes.ts';

export interface TruncateOptions {
  /** Generated keys begin anew. */
  readonly restartIdentity?: boolean;
  /** Tables that refer to these are emptied too. */
  readonly cascade?: boolean;
}

/** A TRUNCATE. A session or connection runs it. */
export class Truncate {
  declare readonly '~row': never;
  readonly node: TruncateNode;
  readonly table: Table;
  constructor(node: TruncateNode, table: Table) {
    this.node = node;
    this.table = table;
  }
}

/**
 * Empties one table or several. On SQLite it is a DELETE, for one table and without `cascade`. Django: `flush`.
 * @example await db.session.execute(truncate(Review, { restartIdentity: true }))
 */
export function truncate(tables: Source | readonly Source[], options: TruncateOptions = {}): Truncate {
  const list = (Array.isArray(tables) ? tables : [tables]).map((table) => tableOf(table as Source, 'truncate()'));
  if (list.length === 0) throw sqlError('sql.bad-argument', 'truncate()', 'one or more tables', 'none');
  const fields = { restartIdentity: options.restartIdentity === true, cascade: options.cascade === true };
  return new Truncate(make('truncate', { tables: list.map((table) => table.node), ...fields }), list[0]);
}
