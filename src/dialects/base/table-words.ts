import type { Table } from '../../sql/schema.ts';
import { storageWords } from './index-words.ts';

/** The words between CREATE and TABLE, with a blank after each: TEMPORARY, and PostgreSQL's UNLOGGED. */
export function standardTablePrefix(table: Table): string {
  const words = [...table.prefixes.map((word) => word.toUpperCase())];
  if (table.temporary && !words.includes('TEMPORARY')) words.push('TEMPORARY');
  if (table.options.postgresql?.unlogged === true) words.push('UNLOGGED');
  return words.map((word) => `${word} `).join('');
}

/** What follows the brackets of CREATE TABLE on PostgreSQL, with a blank before each. */
export function standardTableSuffix(table: Table, quote: (name: string) => string): string {
  const { inherits, partitionBy, with: storage, onCommit, tablespace } = table.options.postgresql ?? {};
  let words = '';
  if (inherits !== undefined) {
    const parents = typeof inherits === 'string' ? [inherits] : inherits;
    words += ` INHERITS (${parents.map((name) => name.split('.').map(quote).join('.')).join(', ')})`;
  }
  if (partitionBy !== undefined) words += ` PARTITION BY ${partitionBy}`;
  if (storage !== undefined) words += ` ${storageWords(storage)}`;
  if (onCommit !== undefined) words += ` ON COMMIT ${onCommit.toUpperCase()}`;
  if (tablespace !== undefined) words += ` TABLESPACE ${quote(tablespace)}`;
  return words;
}
