import type { Table, ViewDefinition } from '../../sql/schema.ts';
import type { TableName } from '../base/dialect.ts';
import { textLiteral } from './literals.ts';

// SQL Server keeps a note as a property of what it is about.

/** Notes a text, or puts it in the place of the one that is there. */
function comment(kind: 'TABLE' | 'VIEW', target: TableName, text: string, column: string | null): string {
  // The procedures take variables and literals, not expressions.
  const variables = [
    `@schema sysname = ${target.schema === null ? 'SCHEMA_NAME()' : textLiteral(target.schema)}`,
    `@name sysname = ${textLiteral(target.name)}`,
    `@note nvarchar(3750) = ${textLiteral(text)}`,
    ...(column === null ? [] : [`@column sysname = ${textLiteral(column)}`]),
  ];
  const place = `N'SCHEMA', @schema, N'${kind}', @name`;
  const full = column === null ? place : `${place}, N'COLUMN', @column`;
  const known = `sys.fn_listextendedproperty(N'MS_Description', ${column === null ? `${place}, NULL, NULL` : full})`;
  const exec = (verb: string): string => `EXEC sys.sp_${verb}extendedproperty N'MS_Description', @note, ${full}`;
  return `DECLARE ${variables.join(', ')}; IF EXISTS (SELECT 1 FROM ${known}) ${exec('update')} ELSE ${exec('add')}`;
}

/** The statements that note what a table and its columns are. */
export function tableComments(table: Table): string[] {
  return [
    ...(table.comment === null ? [] : [comment('TABLE', table, table.comment, null)]),
    ...table.columns.flatMap((column) => (column.comment === null ? [] : [comment('TABLE', table, column.comment, column.name)])),
  ];
}

/** The same for a view. */
export function viewComments(view: ViewDefinition): string[] {
  return view.comment === null ? [] : [comment('VIEW', view, view.comment, null)];
}
