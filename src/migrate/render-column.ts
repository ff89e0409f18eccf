import type { DdlCompiler } from '../dialects/base/dialect.ts';
import { storedType } from '../dialects/base/type-names.ts';
import type { Deferral } from '../sql/constraints.ts';
import { NAMING } from '../sql/naming.ts';
import type { Node } from '../sql/node.ts';
import type { ForeignKey, Table, TableColumn } from '../sql/schema.ts';
import type { Domain, SqlType } from '../sql/type.ts';
import { isOwnCheck, isOwnIndex, isOwnUnique } from './draft.ts';
import { objectLiteral, quoted, sqlTemplate } from './source-text.ts';

/** `t.string(80)`: the type that is stored, whatever the model makes of it. */
export function typeSource(type: SqlType, ddl: DdlCompiler): string {
  const stored = storedType(type);
  const variants = Object.entries(stored.variants ?? {}).map(
    ([dialect, variant]) => `.variant(${quoted(dialect)}, ${typeSource(variant, ddl)})`,
  );
  return plainSource(stored, ddl) + variants.join('');
}

/** The options of a type that are set, as an object literal; nothing where none is. */
function options(type: SqlType, ...names: readonly (keyof SqlType)[]): string | null {
  const written = (value: unknown): string | undefined => {
    if (value === undefined || value === false) return undefined;
    return typeof value === 'string' ? quoted(value) : String(value);
  };
  return objectLiteral(Object.fromEntries(names.map((name) => [name, written(type[name])])));
}

function argumentsOf(...parts: readonly (string | number | null | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== null).join(', ');
}

function plainSource(type: SqlType, ddl: DdlCompiler): string {
  const view = type.asNumber ? '.asNumber()' : type.asString ? '.asString()' : '';
  switch (type.name) {
    case 'integer':
    case 'smallInteger':
    case 'tinyInteger':
    case 'mediumInteger':
    case 'bigInteger':
      return `t.${type.name}(${argumentsOf(options(type, 'unsigned'))})${view}`;
    case 'string':
    case 'char':
      return `t.${type.name}(${argumentsOf(type.length, options(type, 'collation'))})`;
    case 'text':
      return `t.text(${argumentsOf(options(type, 'size', 'collation'))})`;
    case 'bit':
      return `t.bit(${type.length ?? ''})`;
    case 'binary':
      return `t.binary(${argumentsOf(type.length ?? (type.size === undefined ? undefined : 'undefined'), options(type, 'size'))})`;
    case 'numeric':
      return `t.numeric(${argumentsOf(type.precision, type.scale)})${view}`;
    case 'time':
    case 'dateTime':
    case 'interval':
      return `t.${type.name}(${argumentsOf(options(type, 'precision', 'timezone'))})${view}`;
    case 'enum': {
      const { values = [], enumName, enumSchema, native } = type;
      const named = objectLiteral({
        name: enumName == null ? undefined : quoted(enumName),
        schema: enumSchema === undefined ? undefined : enumSchema === null ? 'null' : quoted(enumSchema),
        native: native === false ? 'false' : undefined,
      });
      return `t.enum(${argumentsOf(`[${values.map(quoted).join(', ')}]`, named)})`;
    }
    case 'array': {
      const deep = (type.dimensions ?? 1) > 1 ? `{ dimensions: ${type.dimensions} }` : null;
      return `t.array(${argumentsOf(typeSource(type.inner as SqlType, ddl), deep)})`;
    }
    case 'native': {
      const { words = '', inner, domain } = type;
      if (domain !== undefined) return domainSource(domain, inner as SqlType, ddl);
      const written =
        typeof words === 'string'
          ? quoted(words)
          : objectLiteral(Object.fromEntries(Object.entries(words).map(([name, word]) => [name, quoted(word)])));
      return `t.native(${argumentsOf(written, inner === undefined || inner.name === 'text' ? null : typeSource(inner, ddl))})`;
    }
    // A migration makes the column; it reads and writes no values.
    case 'encrypted':
      return 't.text()';
    default:
      return `t.${type.name}()`;
  }
}

function domainSource({ name, schema, notNull, collation, serverDefault, checks }: Domain, inner: SqlType, ddl: DdlCompiler): string {
  // Whoever made the domain put expressions into it.
  const source = (expression: object): string => sqlTemplate(ddl.inline((expression as { readonly node: Node }).node));
  const [only] = checks;
  const check =
    only?.name === null
      ? source(only.condition)
      : (objectLiteral(Object.fromEntries(checks.map((one) => [one.name ?? '', source(one.condition)]))) ?? undefined);
  const given = objectLiteral({
    check,
    notNull: notNull ? 'true' : undefined,
    serverDefault: serverDefault === null ? undefined : source(serverDefault),
    collation: collation === null ? undefined : quoted(collation),
    schema: schema === undefined ? undefined : schema === null ? 'null' : quoted(schema),
  });
  return `pg.domain(${argumentsOf(quoted(name), typeSource(inner, ddl), given)})`;
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

/** The column as a migration writes it: `t.integer().references('users.id', { onDelete: 'cascade' })`; a key of `without` is not said. */
export function columnSource(column: TableColumn, ddl: DdlCompiler, without: readonly ForeignKey[] = []): string {
  const { table } = column;
  let source = typeSource(column.type, ddl);
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
  if (key !== undefined && !without.includes(key)) {
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
