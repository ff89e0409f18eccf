import { isKind } from '../../sql/node-walk.ts';
import type { IndexPart } from '../../sql/table-parts.ts';
import { type DdlSpelling, need } from './ddl-features.ts';
import type { IndexParts } from './dialect.ts';

/** The pieces of a CREATE INDEX, already as SQL; empty texts for those that are not there. */
export interface IndexClauses {
  /** `UNIQUE ` or nothing. */
  readonly unique: string;
  /** `CONCURRENTLY ` or nothing. */
  readonly concurrently: string;
  /** `IF NOT EXISTS ` or nothing. */
  readonly ifNotExists: string;
  readonly name: string;
  readonly table: string;
  /** The method in lower case; null for the usual one. */
  readonly method: string | null;
  /** What stands in the brackets. */
  readonly parts: string;
  /** What follows the brackets: INCLUDE, NULLS NOT DISTINCT, WITH, WHERE. */
  readonly rest: string;
}

/** CREATE INDEX as PostgreSQL and SQLite write it. */
export function standardIndex(clauses: IndexClauses): string {
  const { unique, concurrently, ifNotExists, name, table, method, parts, rest } = clauses;
  return `CREATE ${unique}INDEX ${concurrently}${ifNotExists}${name} ON ${table}${method === null ? '' : ` USING ${method}`} (${parts})${rest}`;
}

/** What one of an index's parts says beside its column. */
type Whole<C> = Omit<IndexPart, 'column' | 'expression'> & { readonly column: C | null; readonly expression: null };

/** All that an index is over: its parts, or its columns in ascending order, be they a model's or those that a database names. */
export function partsOf<C, P>(index: { readonly columns: readonly C[]; readonly parts?: readonly P[] }): readonly (P | Whole<C>)[] {
  return (
    index.parts ??
    index.columns.map((column) => ({
      column,
      expression: null,
      direction: 'asc',
      nulls: null,
      collation: null,
      operatorClass: null,
      length: null,
    }))
  );
}

/** One of the things that an index is over, with its collation, operator class and direction. */
function partWords(part: IndexPart, index: IndexParts, { title, features, quote, inline }: DdlSpelling): string {
  let words: string;
  if (part.column !== null) words = quote(part.column.name);
  else {
    need(features.expressionIndexes, `indexes over expressions ('${index.name}')`, title);
    const expression = inline(part.expression as NonNullable<IndexPart['expression']>);
    words = isKind(part.expression as NonNullable<IndexPart['expression']>, 'function') ? expression : `(${expression})`;
  }
  if (part.length !== null) {
    if (features.prefixLength) words += `(${part.length})`;
    else need(!index.unique, `unique indexes over the first characters of a column ('${index.name}')`, title);
  }
  if (part.collation !== null) words += ` COLLATE ${quote(part.collation)}`;
  if (part.operatorClass !== null) {
    need(features.operatorClasses, `operator classes of indexes ('${index.name}')`, title);
    words += ` ${part.operatorClass}`;
  }
  if (part.direction === 'desc') words += ' DESC';
  if (part.nulls !== null) {
    need(features.indexNulls, `NULLS FIRST and NULLS LAST in indexes ('${index.name}')`, title);
    words += part.nulls === 'first' ? ' NULLS FIRST' : ' NULLS LAST';
  }
  return words;
}

/** The method as it stands after USING; null where it is the usual one. Throws a CompileError for one that is not there. */
function methodOf(index: IndexParts, { title, features }: DdlSpelling): string | null {
  const method = index.using?.toLowerCase();
  if (method === undefined || features.indexMethods.includes(method)) return method ?? null;
  need(method === 'btree', `indexes of the method '${method}' ('${index.name}')`, title);
  return null;
}

/** `WITH (fillfactor = 70)` */
export function storageWords(storage: Readonly<Record<string, string | number | boolean>>): string {
  return `WITH (${Object.entries(storage)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ')})`;
}

/** An index taken apart into clauses, each checked against what the database has. */
export function indexClauses(table: string, index: IndexParts, ifNotExists: boolean, spelling: DdlSpelling): IndexClauses {
  const { title, features, quote, condition } = spelling;
  let rest = '';
  if (index.include !== undefined) {
    if (features.include) rest += ` INCLUDE (${index.include.map((column) => quote(column.name)).join(', ')})`;
  }
  if (index.nullsNotDistinct === true) {
    need(features.nullsNotDistinct !== false, `NULLS NOT DISTINCT ('${index.name}')`, title);
    if (features.nullsNotDistinct === true) rest += ' NULLS NOT DISTINCT';
  }
  if (index.storage !== undefined && features.indexStorage) rest += ` ${storageWords(index.storage)}`;
  if (index.where !== null) {
    need(features.partialIndexes, `indexes of some rows only ('${index.name}')`, title);
    rest += ` WHERE ${condition(index.where)}`;
  }
  const exists = ifNotExists || index.ifNotExists === true;
  if (exists) need(features.indexIfNotExists, 'CREATE INDEX IF NOT EXISTS', title);
  return {
    unique: index.unique ? 'UNIQUE ' : '',
    concurrently: index.concurrently === true && features.concurrently ? 'CONCURRENTLY ' : '',
    ifNotExists: exists ? 'IF NOT EXISTS ' : '',
    name: quote(index.name),
    table,
    method: methodOf(index, spelling),
    parts: partsOf(index)
      .map((part) => partWords(part, index, spelling))
      .join(', '),
    rest,
  };
}
