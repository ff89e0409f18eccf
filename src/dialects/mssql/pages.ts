import type { Node } from '../../sql/node.ts';
import type { Writer } from '../base/compiler.ts';
import { movesNulls, sortedBy, writeOrderTerm } from './ordering.ts';
import { type OutputColumn, outputColumns } from './output-columns.ts';
import { scopeOf, within } from './scope.ts';

/** Which rows of a query are meant. */
export interface Page {
  readonly orderBy: readonly Node[];
  readonly limit: Node | null;
  readonly offset: Node | null;
}

export const NO_PAGE: Page = { orderBy: [], limit: null, offset: null };

/** The terms without those that sort by the same thing again, which SQL Server refuses. */
function withoutRepeats(terms: readonly Node[]): Node[] {
  const seen = new Set<string>();
  return terms.filter((term) => {
    const by = sortedBy(term);
    if (by.binds.length > 0 || by.key === undefined) return true;
    const isNew = !seen.has(by.key);
    seen.add(by.key);
    return isNew;
  });
}

/** Whether the order may and must be written: in a subquery it has no meaning without a limit, and is refused. */
export function keepsOrder({ limit, offset }: Page, place: string): boolean {
  return place !== 'nested' || limit !== null || offset !== null;
}

/** ORDER BY, and OFFSET with FETCH. `names` are the columns of the result that terms sort by. */
export function writeOrder(page: Page, to: Writer, names: ReadonlyMap<string, string>, nameInExpressions: boolean, fallback: string): void {
  const terms = withoutRepeats(page.orderBy);
  if (terms.length > 0 || page.offset !== null) to.write(' ORDER BY ');
  if (terms.length === 0 && page.offset !== null) to.write(fallback);
  terms.forEach((term, i) => {
    if (i > 0) to.write(', ');
    writeOrderTerm(term, to, names.get(sortedBy(term).key), nameInExpressions);
  });
  if (page.offset === null) return;
  to.write(' OFFSET ').visit(page.offset).write(' ROWS');
  if (page.limit !== null) to.write(' FETCH NEXT ').visit(page.limit).write(' ROWS ONLY');
}

/** `TOP (n) `, where no offset makes another form of it. */
export function writeTop({ limit, offset }: Page, to: Writer, ties = false): void {
  if (limit !== null && offset === null)
    to.write('TOP (')
      .visit(limit)
      .write(ties ? ') WITH TIES ' : ') ');
}

/** The names of a query's columns by the keys of what they stand for. */
export function namesByKey(columns: readonly OutputColumn[] | null): Map<string, string> {
  const names = new Map<string, string>();
  for (const { keys, name } of columns ?? []) for (const key of keys) if (!names.has(key)) names.set(key, name);
  return names;
}

/** Columns that a query in FROM has after its own and the result has not, with what is asked of them. */
export interface Hidden {
  readonly names: readonly string[];
  /** Writes the condition, if there is one; `column` quotes a hidden column with the name of the rows. */
  readonly where: ((column: (name: string) => string) => void) | null;
}

/** A query in FROM whose columns have names, with the order and the limit around it. */
export function writeAround(
  query: Node,
  columns: readonly OutputColumn[] | null,
  page: Page,
  to: Writer,
  writeQuery: () => void,
  hidden: Hidden | null = null,
): void {
  const rows = to.anonymous('rows');
  const forDriver = scopeOf(to).place === 'outermost';
  const long = forDriver && columns?.some((column) => column.long);
  const column = (name: string): string => `${rows}.${to.spelling.quote(name)}`;
  to.write('SELECT ');
  writeTop(page, to);
  if (columns === null || (!long && hidden === null)) to.write('*');
  else to.write(columns.map((own) => (long && own.long ? `CONVERT(VARCHAR(41), ${column(own.name)})` : column(own.name))).join(', '));
  to.write(' FROM (');
  within(to, { place: 'nested' }, writeQuery);
  to.write(`) AS ${rows}`);
  if (columns !== null) {
    const all = [...columns.map(({ name }) => name), ...(hidden?.names ?? [])];
    to.write(` (${all.map((name) => to.spelling.quote(name)).join(', ')})`);
  }
  if (hidden !== null && hidden.where !== null) {
    to.write(' WHERE ');
    hidden.where(column);
  }
  if (keepsOrder(page, scopeOf(to).place)) writeOrder(page, to, namesByKey(columns ?? outputColumns(query)), true, '(SELECT NULL)');
}

/** Whether a term's order is that of the result's column, and the column has its name in the database. */
export function isPlainOrder(page: Page, names: ReadonlyMap<string, string>): boolean {
  return page.orderBy.every((term) => !movesNulls(term) && names.has(sortedBy(term).key));
}
