import { make, makeAlias, makeSelect } from '../../sql/make.ts';
import type { Node } from '../../sql/node.ts';
import type { Table, TableColumn, ViewDefinition } from '../../sql/schema.ts';
import { isWholeKey, makeDdl } from '../base/ddl.ts';
import { need } from '../base/ddl-features.ts';
import type { CreateOptions, DdlCompiler, IndexParts, TableName } from '../base/dialect.ts';
import { dialectError } from '../base/errors.ts';
import type { IndexClauses } from '../base/index-words.ts';
import { renderInline, renderQuery } from '../base/inline.ts';
import { typeWords } from '../base/type-names.ts';
import { collationName } from './collations.ts';
import { tableComments, viewComments } from './comments.ts';
import { isCondition } from './conditions.ts';
import { sameMssqlExpression } from './expression-text.ts';
import { textLiteral } from './literals.ts';
import { identityWords, standardSeries } from './numbering.ts';
import { asBatch, isThere, nameLiteral, qualified, unless } from './object-names.ts';
import { mssqlSpelling } from './spelling.ts';
import { MSSQL_TYPE_NAMES, parseMssqlType, sameMssqlType } from './type-names.ts';

const { quote } = mssqlSpelling;
const TITLE = 'SQL Server';

/** Longer names are refused. */
const LONGEST_NAME = 128;

/** What stands in DDL is part of something else: no order, no decimals as text. */
const spelling = { ...mssqlSpelling, scope: { place: 'nested' } } as const;

function cannotAddColumn(column: TableColumn): string | null {
  if (column.primaryKey && !isWholeKey(column)) return 'it belongs to a primary key of several columns, which is a constraint of its own';
  if (column.nullable || column.autoIncrement || column.identity !== null || column.computed !== null) return null;
  const fallback = column.serverDefault === null ? null : base.inline(column.serverDefault.node);
  return fallback === null || /^\(*null\)*$/i.test(fallback)
    ? 'it is NOT NULL and has no server default for the rows that are already there'
    : null;
}

function refuseTemporary(name: string, temporary: boolean): void {
  need(!temporary || name.startsWith('#'), `temporary tables whose name does not begin with # ('${name}')`, TITLE);
}

/** A temporary table is one whose name says so; there are no words before TABLE. */
function tablePrefix(table: Table): string {
  const other = table.prefixes.find((word) => !/^temp(orary)?$/i.test(word));
  need(other === undefined, `CREATE ${other?.toUpperCase()} TABLE ('${table.name}')`, TITLE);
  refuseTemporary(table.name, table.temporary || table.prefixes.length > 0);
  return '';
}

function computedWords(column: TableColumn, expression: string): string {
  const stored = column.computed?.stored === true;
  return ` AS (${expression})${stored ? ' PERSISTED' : ''}${stored && !column.nullable ? ' NOT NULL' : ''}`;
}

function indexForm({ unique, ifNotExists, name, table, method, parts, rest }: IndexClauses, owner: TableName, index: IndexParts): string {
  need(!index.parts?.some((part) => part.collation !== null), `collations in indexes ('${index.name}')`, TITLE);
  const storage = Object.entries(index.storage ?? {}).map(
    ([option, value]) => `${option} = ${typeof value === 'boolean' ? (value ? 'ON' : 'OFF') : value}`,
  );
  const kind = method === null ? '' : `${method.toUpperCase()} `;
  const words = `CREATE ${unique}${kind}INDEX ${name} ON ${table} (${parts})${rest}${storage.length === 0 ? '' : ` WITH (${storage.join(', ')})`}`;
  if (ifNotExists === '') return words;
  return unless(
    `EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(${nameLiteral(owner)}) AND name = ${textLiteral(index.name)})`,
    words,
  );
}

const base: DdlCompiler = makeDdl({
  spelling,
  types: MSSQL_TYPE_NAMES,
  features: {
    deferrableForeignKeys: false,
    deferrableUniques: false,
    matchFull: false,
    nullsNotDistinct: 'always',
    keyInclude: false,
    exclude: false,
    expressionIndexes: false,
    indexNulls: false,
    operatorClasses: false,
    indexStorage: false,
    concurrently: false,
    indexMethods: ['clustered', 'nonclustered'],
    computed: { usual: 'virtual', stored: true, virtual: true },
    enumTypes: false,
    materializedViews: false,
    viewIfNotExists: true,
    cascade: false,
    commentStatements: false,
  },
  identifierLimit: { length: LONGEST_NAME, unit: 'characters' },
  columnType: (column) =>
    column.autoIncrement && column.identity === null && !isWholeKey(column)
      ? `${typeWords(MSSQL_TYPE_NAMES, column.type, TITLE, 'mssql')}${identityWords(column)}`
      : null,
  inlineKey: (column) => {
    if (!column.autoIncrement && column.identity === null) return null;
    const numbers = column.identity === null ? `${identityWords(column).trimStart()} ` : '';
    return `${numbers}CONSTRAINT ${quote(column.table.primaryKey?.name ?? '')} PRIMARY KEY`;
  },
  identityWords,
  computedWords,
  collationName,
  tablePrefix,
  tableSuffix: () => '',
  indexForm,
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
  tableExists: (table) => `SELECT 1 AS found WHERE ${isThere('table', table)}`,
  exists: (kind, name) => `SELECT 1 AS found WHERE ${kind === 'type' ? '1 = 0' : isThere(kind, name)}`,
  schemaChange: { pause: null, violations: null },
});

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

/** CREATE VIEW, which has to be a batch of its own. */
function createView(view: ViewDefinition, options: CreateOptions & { readonly orReplace?: boolean } = {}): string[] {
  need(!view.temporary, `temporary views ('${view.name}')`, TITLE);
  need(view.checkOption !== 'local', `views WITH LOCAL CHECK OPTION ('${view.name}')`, TITLE);
  const orReplace = options.orReplace === true && options.ifNotExists !== true;
  // The base checks the name and what there is; its words are not all SQL Server's.
  const [words] = base.createView({ ...view, checkOption: null, comment: null, columns: view.columns }, {});
  let text = orReplace ? words.replace(/^CREATE /, 'CREATE OR ALTER ') : words;
  if (view.checkOption !== null) text += ' WITH CHECK OPTION';
  return [options.ifNotExists === true ? unless(isThere('view', view), asBatch(text)) : text, ...viewComments(view)];
}

/** SELECT … INTO, with the query in FROM, where all it can say may stand. */
function createTableAs(table: TableName, query: Node, options: CreateOptions & { readonly temporary: boolean }): string {
  if (table.name.length > LONGEST_NAME) throw dialectError('ddl.name-too-long', 'table', table.name, `${LONGEST_NAME} characters`, TITLE);
  refuseTemporary(table.name, options.temporary);
  const whole = makeSelect({ columns: [make('star', {})], from: [makeAlias(query, null)] });
  const into = { ...mssqlSpelling, typeName: base.typeName, scope: { into: qualified(table) } };
  const text = renderQuery(whole, into);
  if (options.ifNotExists !== true) return text;
  // WITH stands after nothing but the beginning of a block.
  return unless(isThere('table', table), text.startsWith('WITH ') ? `BEGIN ${text} END` : text);
}

/** How SQL Server defines and changes tables. */
export const mssqlDdl: DdlCompiler = {
  ...base,
  inline: (node, column) => renderInline(node, { ...spelling, typeName: base.typeName }, column, isCondition(node)),
  createTable: (table, without, { ifNotExists = false } = {}) => {
    const [create, ...indexes] = base.createTable(table, without);
    if (!ifNotExists) return [create, ...indexes, ...tableComments(table)];
    const guarded = table.indexes.map((index) => base.createIndex(table, index, { ifNotExists }));
    return [unless(isThere('table', table), create), ...guarded, ...tableComments(table)];
  },
  comments: tableComments,
  createTableAs,
  createView,
  dropIndex: (table, name, { ifExists = false, cascade = false } = {}) => {
    need(!cascade, 'DROP INDEX … CASCADE', TITLE);
    return `DROP INDEX ${ifExists ? 'IF EXISTS ' : ''}${quote(name)} ON ${qualified(table)}`;
  },
  createSequence: (sequence, { ifNotExists = false } = {}) => {
    const { name, schema, type, optional, fullName } = sequence;
    const [create] = base.createSequence({
      name,
      schema,
      type,
      optional,
      fullName,
      series: standardSeries(sequence.series),
    } as typeof sequence);
    return [ifNotExists ? unless(isThere('sequence', sequence), create) : create];
  },
  createSchema: (name, { ifNotExists = false } = {}) => {
    const create = base.createSchema(name);
    return ifNotExists ? unless(`SCHEMA_ID(${textLiteral(name)}) IS NOT NULL`, asBatch(create)) : create;
  },
  dropColumn: (table, column) => `${dropDependents(table, column.name)}; ${base.dropColumn(table, column)}`,
  restrictsAnyway: true,
  parseType: parseMssqlType,
  sameType: sameMssqlType,
  sameExpression: sameMssqlExpression,
};
