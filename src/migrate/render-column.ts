import type { DdlCompiler } from '../dialects/base/dialect.ts';
import { storedType } from '../dialects/base/type-names.ts';
import type { Deferral } from '../sql/constraints.ts';
import { NAMING } from '../sql/naming.ts';
import type { ForeignKey, Table, TableColumn } from '../sql/schema.ts';
import type { SqlType } from '../sql/type.ts';
import { isOwnCheck, isOwnIndex, isOwnUnique } from './draft.ts';
import { objectLiteral, quoted, sqlTemplate } from './source-text.ts';

/** `t.string(80)`: the type that is stored, whatever the model makes of it. */
export function typeSource(type: SqlType): string {
  const stored = storedType(type);
  switch (stored.name) {
    case 'string':
    case 'binary':
      return `t.${stored.name}(${stored.length ?? ''})`;
    case 'numeric':
      return `t.numeric(${[stored.precision, stored.scale].filter((size) => size !== undefined).join(', ')})${stored.asNumber ? '.asNumber()' : ''}`;
    case 'dateTime':
      return `t.dateTime(${stored.timezone ? '{ timezone: true }' : ''})`;
    case 'enum':
      return `t.enum([${(stored.values ?? []).map(quoted).join(', ')}]${stored.enumName === undefined ? '' : `, { name: ${quoted(stored.enumName)} }`})`;
    default:
      return `t.${stored.name}()`;
  }
}

/** The one foreign key that `.references()` on the column says. */
export function ownForeignKey(column: TableColumn): ForeignKey | undefined {
  return column.table.foreignKeys.find((key) => key.columns.length === 1 && key.columns[0] === column);
}

/** The fields of a primary key of which nothing more is said than its columns. */
const PLAIN_KEY = 3;

/** Whether `.primaryKey()` on its columns says just this table's primary key. */
export function keyStandsWithColumns(table: Table): boolean {
  const key = table.primaryKey;
  if (key === null || key.name !== NAMING.primaryKey(table.name) || Object.keys(key).length > PLAIN_KEY) return false;
  return key.columns.every((column, i) => column === table.columns.filter((c) => key.columns.includes(c))[i]);
}

/** The columns that a foreign key points at, in the names of the database. */
export function targetsOf(table: Table, key: ForeignKey): string[] {
  const { metadata } = table;
  const columns = metadata.tables.has(key.targetTable)
    ? metadata.resolve(table, key).columns.map((column) => column.name)
    : key.targetColumns;
  return columns.map((name) => `${key.targetTable}.${name}`);
}

/** When a constraint is checked, as entries of an object literal. */
export function deferral({ deferrable, initially }: Deferral): Record<string, string | undefined> {
  return {
    deferrable: deferrable === undefined ? undefined : String(deferrable),
    initially: initially === undefined ? undefined : quoted(initially),
  };
}

/** Options that are numbers and truths, as an object literal. */
function numbers(options: object): string | null {
  return objectLiteral(
    Object.fromEntries(
      Object.entries(options).map(([key, value]) => [
        key,
        value === undefined ? undefined : typeof value === 'bigint' ? `${value}n` : String(value),
      ]),
    ),
  );
}

/** The column as a migration writes it: `t.integer().references('users.id', { onDelete: 'cascade' })`. */
export function columnSource(column: TableColumn, ddl: DdlCompiler): string {
  const { table } = column;
  let source = typeSource(column.type);
  if (table.primaryKey?.columns.includes(column) && keyStandsWithColumns(table)) source += '.primaryKey()';
  else if (column.nullable) source += '.nullable()';
  const index = table.indexes.find((candidate) => isOwnIndex(candidate, column));
  if (index?.unique || table.uniques.some((unique) => isOwnUnique(unique, column))) source += '.unique()';
  if (index !== undefined) source += '.index()';
  if (column.computed !== null) {
    const { expression, stored } = column.computed;
    source += `.computed(${sqlTemplate(ddl.inline(expression.node))}${stored === null ? '' : `, { stored: ${stored} }`})`;
  }
  if (column.identity !== null) source += `.identity(${numbers(column.identity) ?? ''})`;
  if (column.numbering !== null) source += `.autoIncrement(${column.numbering ? '' : 'false'})`;
  if (column.collation !== null) source += `.collate(${quoted(column.collation)})`;
  if (column.comment !== null) source += `.comment(${quoted(column.comment)})`;
  if (column.serverDefault !== null) source += `.serverDefault(${sqlTemplate(ddl.inline(column.serverDefault.node))})`;
  if (column.check !== null && table.checks.some((check) => isOwnCheck(check, column)))
    source += `.check(${sqlTemplate(ddl.inline(column.check.node))})`;
  const key = ownForeignKey(column);
  if (key !== undefined) {
    const options = objectLiteral({
      onDelete: key.onDelete === null ? undefined : quoted(key.onDelete),
      onUpdate: key.onUpdate === null ? undefined : quoted(key.onUpdate),
      ...deferral(key),
      match: key.match === undefined ? undefined : quoted(key.match),
      name: key.name === NAMING.foreignKey(table.name, [column.name], key.targetTable.replaceAll('.', '_')) ? undefined : quoted(key.name),
    });
    source += `.references(${quoted(targetsOf(table, key)[0])}${options === null ? '' : `, ${options}`})`;
  }
  return source;
}
