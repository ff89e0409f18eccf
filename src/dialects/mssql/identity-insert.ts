import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { type TableColumn, tableBehind } from '../../sql/schema.ts';
import type { Writer } from '../base/compiler.ts';

/** The column whose values the database makes, or null. */
export function identityOf(table: Node): string | null {
  return identityColumn(table)?.name ?? null;
}

function identityColumn(table: Node): TableColumn | undefined {
  if (!isKind(table, 'table')) return undefined;
  return tableBehind(table)?.columns.find((column) => column.autoIncrement || column.identity !== null);
}

/**
 * Writes a statement that inserts into these columns; where one is an identity column, SQL Server has to be told to take its
 * values. `ends` says that the statement ends with a semicolon of its own, `overriding` that a column that always makes its own values
 * takes these as well.
 */
export function writeGivenKeys(
  table: Node,
  columns: readonly string[],
  { ends, overriding = false }: { readonly ends: boolean; readonly overriding?: boolean },
  to: Writer,
  write: () => void,
): void {
  const identity = identityColumn(table);
  // One that always makes its own values is left to refuse others.
  const takes = identity !== undefined && (overriding || identity.identity?.always !== true);
  const gives = takes && columns.includes(identity.name) && isKind(table, 'table');
  const name = gives ? to.sourceName(table) : '';
  if (gives) to.write(`SET IDENTITY_INSERT ${name} ON; `);
  write();
  if (gives) to.write(`${ends ? '' : ';'} SET IDENTITY_INSERT ${name} OFF`);
}
