import type { DdlCompiler } from '../dialects/base/dialect.ts';
import { storedType } from '../dialects/base/type-names.ts';
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
      return `t.enum([${(stored.values ?? []).map(quoted).join(', ')}])`;
    default:
      return `t.${stored.name}()`;
  }
}

/** The one foreign key that `.references()` on the column says. */
export function ownForeignKey(column: TableColumn): ForeignKey | undefined {
  return column.table.foreignKeys.find((key) => key.columns.length === 1 && key.columns[0] === column);
}

/** Whether `.primaryKey()` on its columns says just this table's primary key. */
export function keyStandsWithColumns(table: Table): boolean {
  const key = table.primaryKey;
  if (key === null || key.name !== NAMING.primaryKey(table.name)) return false;
  return key.columns.every((column, i) => column === table.columns.filter((c) => key.columns.includes(c))[i]);
}

function hasColumn(table: Table, name: string): boolean {
  return table.columns.some((column) => column.name === name || column.key === name);
}

/** The columns that a foreign key points at, in the names of the database. */
export function targetsOf(table: Table, key: ForeignKey): string[] {
  const { metadata } = table;
  const target = metadata.tables.get(key.targetTable);
  // A column that is added refers to its own table, of which nothing else is known here.
  const known = target !== undefined && (target !== table || key.targetColumns.every((name) => hasColumn(target, name)));
  const columns = known ? metadata.resolve(table, key).columns.map((column) => column.name) : key.targetColumns;
  return columns.map((name) => `${key.targetTable}.${name}`);
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
  if (column.serverDefault !== null) source += `.serverDefault(${sqlTemplate(ddl.inline(column.serverDefault.node))})`;
  if (column.check !== null && table.checks.some((check) => isOwnCheck(check, column)))
    source += `.check(${sqlTemplate(ddl.inline(column.check.node))})`;
  const key = ownForeignKey(column);
  if (key !== undefined) {
    const options = objectLiteral({
      onDelete: key.onDelete === null ? undefined : quoted(key.onDelete),
      onUpdate: key.onUpdate === null ? undefined : quoted(key.onUpdate),
      name: key.name === NAMING.foreignKey(table.name, [column.name], key.targetTable.replaceAll('.', '_')) ? undefined : quoted(key.name),
    });
    source += `.references(${quoted(targetsOf(table, key)[0])}${options === null ? '' : `, ${options}`})`;
  }
  return source;
}
