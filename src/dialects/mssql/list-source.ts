import type { SqlType } from '../../sql/type.ts';
import type { ListSource } from '../base/dialect.ts';
import { typeWords } from '../base/type-names.ts';
import { MSSQL_TYPE_NAMES } from './type-names.ts';

/** A long list as one JSON array: a statement may have about 2,100 parameters. */
export const listSource: ListSource = {
  from: 500,
  sql: (placeholder, type) => `SELECT [value] FROM OPENJSON(${placeholder}) WITH ([value] ${columnWords(type)} '$')`,
  encode: (values) => {
    for (const value of values) if (typeof value !== 'string' && typeof value !== 'bigint') return null;
    return `[${values.map((value) => (typeof value === 'string' ? JSON.stringify(value) : String(value))).join()}]`;
  },
};

function columnWords(type: SqlType): string {
  // What is only known from the values: whole numbers or text.
  if (type.name === 'unknown' || type.name === 'null') return 'NVARCHAR(MAX)';
  return typeWords(MSSQL_TYPE_NAMES, type, 'SQL Server', 'mssql');
}

/** A select of no row for an empty list; a bare NULL is an INT, which many types cannot be compared with. */
export function emptyList(type: SqlType): string {
  return `SELECT CAST(NULL AS ${columnWords(type)}) WHERE 1 = 0`;
}
