import type { StorageOptions } from './constraints.ts';
import { describe, sqlError } from './errors.ts';
import { checkStorage } from './indexes.ts';

/** What a database has for tables that others do not. Each database reads its own part and leaves the others alone. */
export interface DialectOptions {
  /** SQLAlchemy: `sqlite_autoincrement`, `sqlite_with_rowid`, `sqlite_strict`. */
  readonly sqlite?: {
    /** Each value must be of its column's type. */
    readonly strict?: boolean;
    /** The rows are kept in the order of the primary key. */
    readonly withoutRowid?: boolean;
    /** Never gives a number that a deleted row had. */
    readonly autoincrement?: boolean;
  };
  /** SQLAlchemy: `postgresql_partition_by`, `postgresql_with`, `postgresql_tablespace`, `postgresql_inherits`. */
  readonly postgresql?: {
    /** Not written to the log: quicker, and empty after a crash. */
    readonly unlogged?: boolean;
    /** Such as `'RANGE (created_at)'`. */
    readonly partitionBy?: string;
    /** The table that it is a part of, and its rows there: `{ table: 'logs', bound: "FOR VALUES IN ('a')" }`. */
    readonly partitionOf?: { readonly table: string; readonly bound: string };
    readonly tablespace?: string;
    readonly with?: StorageOptions;
    /** The tables whose columns it inherits. */
    readonly inherits?: string | readonly string[];
    /** What becomes of a temporary table's rows at the end of the transaction. */
    readonly onCommit?: 'preserve rows' | 'delete rows' | 'drop';
  };
  /** SQLAlchemy: `mysql_engine`, `mysql_charset`, `mysql_collate` and so on. */
  readonly mysql?: {
    readonly engine?: string;
    readonly charset?: string;
    readonly collate?: string;
    readonly rowFormat?: string;
    readonly keyBlockSize?: number;
    /** Such as `'HASH (id) PARTITIONS 4'`. */
    readonly partitionBy?: string;
    /** MariaDB keeps the rows that were changed and deleted. */
    readonly systemVersioned?: boolean;
    /** The first number that the database gives. */
    readonly autoIncrement?: number;
  };
}

const KNOWN: Readonly<Record<keyof DialectOptions, readonly string[]>> = {
  sqlite: ['strict', 'withoutRowid', 'autoincrement'],
  postgresql: ['unlogged', 'partitionBy', 'partitionOf', 'tablespace', 'with', 'inherits', 'onCommit'],
  mysql: ['engine', 'charset', 'collate', 'rowFormat', 'keyBlockSize', 'partitionBy', 'systemVersioned', 'autoIncrement'],
};

/** The databases' own options of a table. Throws an ArgumentError for one that no database has. */
export function dialectOptions(table: string, given: DialectOptions): DialectOptions {
  const options: Record<string, unknown> = {};
  for (const [dialect, known] of Object.entries(KNOWN)) {
    const own = given[dialect as keyof DialectOptions] as Readonly<Record<string, unknown>> | undefined;
    if (own === undefined) continue;
    const unknown = Object.keys(own).find((key) => !known.includes(key));
    if (unknown !== undefined)
      throw sqlError('sql.invalid-schema', table, `there is no ${dialect} option '${unknown}'; there are ${known.join(', ')}`);
    options[dialect] = own;
  }
  const { postgresql, mysql } = options as DialectOptions;
  if (postgresql?.with !== undefined) checkStorage(postgresql.with, `the table '${table}', at 'with',`);
  for (const key of ['engine', 'charset', 'collate', 'rowFormat'] as const) {
    const value = mysql?.[key];
    if (value !== undefined && !/^\w+$/.test(value))
      throw sqlError('sql.bad-argument', `the table '${table}', at '${key}',`, 'a word', describe(value));
  }
  return options as DialectOptions;
}
