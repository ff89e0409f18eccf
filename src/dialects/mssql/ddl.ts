import type { Table, TableColumn } from '../../sql/schema.ts';
import { isWholeKey, makeDdl } from '../base/ddl.ts';
import type { DdlCompiler, TableName } from '../base/dialect.ts';
import { renderInline } from '../base/inline.ts';
import { isCondition } from './conditions.ts';
import { sameMssqlExpression } from './expression-text.ts';
import { textLiteral } from './literals.ts';
import { mssqlSpelling } from './spelling.ts';
import { MSSQL_TYPE_NAMES, parseMssqlType, sameMssqlType } from './type-names.ts';

const { quote } = mssqlSpelling;

/** Longer names are refused. */
const LONGEST_NAME = 128;

function qualified({ schema, name }: TableName): string {
  return schema === null ? quote(name) : `${quote(schema)}.${quote(name)}`;
}

/** The table's name as a function such as OBJECT_ID() takes it. */
function nameLiteral({ schema, name }: TableName): string {
  const bracketed = (part: string): string => `[${part.replaceAll(']', ']]')}]`;
  return textLiteral(schema === null ? bracketed(name) : `${bracketed(schema)}.${bracketed(name)}`);
}

function cannotAddColumn(column: TableColumn): string | null {
  if (column.primaryKey && !isWholeKey(column)) return 'it belongs to a primary key of several columns, which is a constraint of its own';
  if (column.nullable || column.autoIncrement) return null;
  const fallback = column.serverDefault === null ? null : base.inline(column.serverDefault.node);
  return fallback === null || /^\(*null\)*$/i.test(fallback)
    ? 'it is NOT NULL and has no server default for the rows that are already there'
    : null;
}

const base: DdlCompiler = makeDdl({
  spelling: mssqlSpelling,
  types: MSSQL_TYPE_NAMES,
  inlineKey: (column) =>
    column.autoIncrement ? `IDENTITY(1, 1) CONSTRAINT ${quote(column.table.primaryKey?.name ?? '')} PRIMARY KEY` : null,
  constraintsWithColumn: true,
  enumCheck: true,
  defaultName: (table, column) => ` CONSTRAINT ${quote(`df_${table}_${column}`.slice(0, LONGEST_NAME))}`,
  defaultWords: (expression) => `(${expression})`,
  addColumnWord: '',
  // SQL Server has no RESTRICT: it checks at once whatever is said.
  referenceAction: (action) => (action === 'restrict' ? null : action.toUpperCase()),
  cannotAddColumn,
  forwardReferences: false,
  altersConstraints: true,
  tableExists: (table) => `SELECT 1 AS found WHERE OBJECT_ID(${nameLiteral(table)}, N'U') IS NOT NULL`,
  schemaChange: { pause: null, violations: null },
});

/** A note on a table or column, which SQL Server keeps as a property. */
function comment(table: Table, text: string, column: string | null): string {
  // The procedure takes variables and literals, not expressions.
  const variables = [
    `@schema sysname = ${table.schema === null ? 'SCHEMA_NAME()' : textLiteral(table.schema)}`,
    `@table sysname = ${textLiteral(table.name)}`,
    `@note nvarchar(3750) = ${textLiteral(text)}`,
    ...(column === null ? [] : [`@column sysname = ${textLiteral(column)}`]),
  ];
  const place = column === null ? '' : ", N'COLUMN', @column";
  return `DECLARE ${variables.join(', ')}; EXEC sys.sp_addextendedproperty N'MS_Description', @note, N'SCHEMA', @schema, N'TABLE', @table${place}`;
}

/** Drops what belongs to the column alone and would keep it: its default, its check, its foreign key. */
function dropDependents(table: TableName, column: string): string {
  const target = nameLiteral(table);
  const alter = textLiteral(`ALTER TABLE ${qualified(table)} DROP CONSTRAINT `);
  const owned = (catalog: string): string =>
    `SELECT d.name FROM ${catalog} AS d JOIN sys.columns AS c ON c.object_id = d.parent_object_id AND c.column_id = d.parent_column_id WHERE d.parent_object_id = OBJECT_ID(${target}) AND c.name = ${textLiteral(column)}`;
  const keys = `SELECT OBJECT_NAME(k.constraint_object_id) FROM sys.foreign_key_columns AS k JOIN sys.columns AS c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id WHERE k.parent_object_id = OBJECT_ID(${target}) AND c.name = ${textLiteral(column)} AND NOT EXISTS (SELECT 1 FROM sys.foreign_key_columns AS o WHERE o.constraint_object_id = k.constraint_object_id AND o.constraint_column_id > 1)`;
  const all = [owned('sys.default_constraints'), owned('sys.check_constraints'), keys].join(' UNION ALL ');
  return `DECLARE @drops nvarchar(max) = N''; SELECT @drops = @drops + ${alter} + QUOTENAME(own.name) + N'; ' FROM (${all}) AS own (name); EXEC sys.sp_executesql @drops`;
}

/** How SQL Server defines and changes tables. */
export const mssqlDdl: DdlCompiler = {
  ...base,
  inline: (node, column) => renderInline(node, { ...mssqlSpelling, typeName: base.typeName }, column, isCondition(node)),
  createTable: (table, without) => [
    ...base.createTable(table, without),
    ...(table.comment === null ? [] : [comment(table, table.comment, null)]),
    ...table.columns.flatMap((column) => (column.comment === null ? [] : [comment(table, column.comment, column.name)])),
  ],
  dropIndex: (table, name) => `DROP INDEX ${quote(name)} ON ${qualified(table)}`,
  dropColumn: (table, column) => `${dropDependents(table, column.name)}; ${base.dropColumn(table, column)}`,
  parseType: parseMssqlType,
  sameType: sameMssqlType,
  sameExpression: sameMssqlExpression,
};
