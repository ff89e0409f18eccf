import type { DdlCompiler, DomainChange, ForeignKeyParts, IndexParts, TableName, UniqueParts } from '../dialects/base/dialect.ts';
import { partsOf } from '../dialects/base/index-words.ts';
import { NAMING } from '../sql/naming.ts';
import type { Node } from '../sql/node.ts';
import { isKind } from '../sql/node-walk.ts';
import type { ForeignKey, Table, TableColumn } from '../sql/schema.ts';
import type { Exclude, IndexPart } from '../sql/table-parts.ts';
import { isOwnCheck, isOwnIndex, isOwnUnique, PLAIN_INDEX } from './draft.ts';
import type { Operation } from './operation.ts';
import { columnSource, deferral, keyStandsWithColumns, ownForeignKey, targetsOf } from './render-column.ts';
import { arrayLiteral, callStatement, member, objectLiteral, propertyKey, quoted, sqlTemplate } from './source-text.ts';

/** The operations as lines of a migration's `upgrade` or `downgrade`. Alembic: `render_python_code`. */
export function renderOperations(operations: readonly Operation[], ddl: DdlCompiler, indent = '  '): string {
  return operations.map((operation) => renderOperation(operation, ddl, indent)).join('\n');
}

function renderOperation(operation: Operation, ddl: DdlCompiler, indent: string): string {
  const call = (name: string, ...args: (string | null)[]): string =>
    callStatement(
      `op.${name}`,
      args.filter((arg) => arg !== null),
      indent,
    );
  switch (operation.kind) {
    case 'createTable':
      return createTable(operation.table, operation.without ?? [], ddl, indent);
    case 'dropTable':
      return call('dropTable', quoted(operation.table.name));
    case 'addColumn': {
      const { column } = operation;
      return noted(operation.note, call('addColumn', quoted(column.table.name), quoted(column.name), columnSource(column, ddl)), indent);
    }
    case 'dropColumn':
      return call('dropColumn', quoted(operation.table.name), quoted(operation.column));
    case 'createIndex':
      return call('createIndex', ...indexArguments(operation.table, operation.index, ddl));
    case 'dropIndex':
      return call('dropIndex', quoted(operation.name), quoted(operation.table.name));
    case 'createUniqueConstraint': {
      const { unique, table } = operation;
      return call('createUniqueConstraint', quoted(unique.name), quoted(table.name), list(unique.columns), uniqueOptions(unique));
    }
    case 'createCheckConstraint': {
      const { name, table, condition } = operation;
      return call('createCheckConstraint', quoted(name), quoted(table.name), sqlTemplate(ddl.inline(condition)));
    }
    case 'createForeignKey': {
      const { key } = operation;
      const targets = key.targetColumns.map((name) => quoted(`${key.targetTable}.${name}`));
      return call(
        'createForeignKey',
        quoted(key.name),
        quoted(operation.table.name),
        list(key.columns),
        `[${targets.join(', ')}]`,
        actions(key),
      );
    }
    case 'dropConstraint':
      return call('dropConstraint', quoted(operation.name), quoted(operation.table.name), quoted(operation.type));
    case 'addEnumValue': {
      const { type, value, after, before } = operation;
      const place = objectLiteral({
        after: after === undefined ? undefined : quoted(after),
        before: before === undefined ? undefined : quoted(before),
        schema: type.schema === null ? undefined : quoted(type.schema),
      });
      return call('addEnumValue', quoted(type.name), quoted(value), place);
    }
    case 'alterDomain':
      return noted(
        operation.note,
        call('alterDomain', quoted(operation.domain.name), domainChange(operation.domain, operation.change, ddl)),
        indent,
      );
  }
}

function noted(note: string | undefined, line: string, indent: string): string {
  return note === undefined ? line : `${indent}// ${note}\n${line}`;
}

function domainChange({ schema }: TableName, change: DomainChange, ddl: DdlCompiler): string | null {
  const { serverDefault, notNull, dropChecks, addChecks } = change;
  const conditions = addChecks?.map(({ name, condition }) => [name, sqlTemplate(ddl.inline(condition))]);
  return objectLiteral({
    serverDefault: serverDefault === undefined ? undefined : serverDefault === null ? 'null' : sqlTemplate(ddl.inline(serverDefault)),
    notNull: notNull === undefined ? undefined : String(notNull),
    dropChecks: dropChecks === undefined ? undefined : `[${dropChecks.map(quoted).join(', ')}]`,
    addChecks: conditions === undefined ? undefined : (objectLiteral(Object.fromEntries(conditions)) as string),
    schema: schema === null ? undefined : quoted(schema),
  });
}

function list(columns: readonly { readonly name: string }[]): string {
  return `[${columns.map((column) => quoted(column.name)).join(', ')}]`;
}

function actions(key: ForeignKeyParts): string | null {
  return objectLiteral({
    onDelete: key.onDelete === null ? undefined : quoted(key.onDelete),
    onUpdate: key.onUpdate === null ? undefined : quoted(key.onUpdate),
    ...deferral(key),
    match: key.match === undefined ? undefined : quoted(key.match),
  });
}

/** What a unique constraint says beside its columns, as an object literal. */
function uniqueOptions(unique: UniqueParts): string | null {
  return objectLiteral({
    nullsNotDistinct: unique.nullsNotDistinct === true ? 'true' : undefined,
    include: unique.include === undefined ? undefined : list(unique.include),
    ...deferral(unique),
  });
}

/** What a unique constraint or a primary key says beside its columns, as calls. */
function keyOptions(key: UniqueParts): string {
  let source = '';
  if (key.nullsNotDistinct === true) source += '.nullsNotDistinct()';
  if (key.include !== undefined) source += `.include(${key.include.map((column) => member('c', column.name)).join(', ')})`;
  if (key.deferrable === true) source += `.deferrable(${key.initially === undefined ? '' : quoted(key.initially)})`;
  return source;
}

function indexArguments(table: TableName, index: IndexParts, ddl: DdlCompiler): (string | null)[] {
  const options = objectLiteral({
    unique: index.unique ? 'true' : undefined,
    where: index.where === null ? undefined : sqlTemplate(ddl.inline(index.where)),
    using: index.using === undefined ? undefined : quoted(index.using),
    include: index.include === undefined ? undefined : list(index.include),
    nullsNotDistinct: index.nullsNotDistinct === true ? 'true' : undefined,
    with: index.storage === undefined ? undefined : valueSource(index.storage),
    concurrently: index.concurrently === true ? 'true' : undefined,
  });
  const columns = `[${partsOf(index)
    .map((part) => indexPart(part, ddl))
    .join(', ')}]`;
  return [quoted(index.name), quoted(table.name), columns, options];
}

/** `'a'`, or `{ column: 'a', direction: 'desc' }`. */
function indexPart(part: IndexPart, ddl: DdlCompiler): string {
  const word = (value: string | null): string | undefined => (value === null ? undefined : quoted(value));
  const more = {
    direction: part.direction === 'asc' ? undefined : quoted(part.direction),
    nulls: word(part.nulls),
    collation: word(part.collation),
    operatorClass: word(part.operatorClass),
    length: part.length === null ? undefined : String(part.length),
  };
  if (part.column === null) return objectLiteral({ expression: sqlTemplate(ddl.inline(part.expression as Node)), ...more }) as string;
  const plain = Object.values(more).every((value) => value === undefined);
  return plain ? quoted(part.column.name) : (objectLiteral({ column: quoted(part.column.name), ...more }) as string);
}

/** A plain value as TypeScript. */
function valueSource(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(valueSource).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, own]) => [key, own === undefined ? undefined : valueSource(own)]);
  return objectLiteral(Object.fromEntries(entries)) ?? '{}';
}

function createTable(table: Table, without: readonly ForeignKey[], ddl: DdlCompiler, indent: string): string {
  const inner = `${indent}  `;
  const { constraints, after } = tableConstraints(table, without, ddl, indent);
  const shape = (deep: string): string => {
    const lines = table.columns.map((column) => `${deep}  ${propertyKey(column.name)}: ${columnSource(column, ddl, without)},\n`);
    return `{\n${lines.join('')}${deep}}`;
  };
  const entries = tableOptions(table);
  const options = constraints.length === 0 ? objectLiteral(Object.fromEntries(entries)) : optionsSource(constraints, entries, inner);
  const create =
    options === null
      ? `${indent}await op.createTable(${quoted(table.name)}, ${shape(indent)});`
      : `${indent}await op.createTable(\n${inner}${quoted(table.name)},\n${inner}${shape(inner)},\n${inner}${options},\n${indent});`;
  return [create, ...after].join('\n');
}

/** What a table says beside its columns and constraints, each as an entry of its options. */
function tableOptions(table: Table): [string, string][] {
  return [
    ...(table.comment === null ? [] : [['comment', quoted(table.comment)] as [string, string]]),
    ...(table.prefixes.length === 0 ? [] : [['prefixes', valueSource(table.prefixes)] as [string, string]]),
    ...Object.entries(table.options)
      .filter(([, own]) => Object.keys(own).length > 0)
      .map(([dialect, own]): [string, string] => [dialect, valueSource(own)]),
  ];
}

function optionsSource(constraints: readonly string[], entries: readonly [string, string][], indent: string): string {
  const more = entries.map(([key, value]) => `, ${key}: ${value}`).join('');
  const line = `{ constraints: (c) => ${arrayLiteral(constraints, indent, '{ constraints: (c) => ', `${more} },`)}${more} }`;
  if (!line.includes('\n')) return line;
  const deep = `${indent}  `;
  const lines = entries.map(([key, value]) => `${deep}${key}: ${value},\n`).join('');
  return `{\n${deep}constraints: (c) => ${arrayLiteral(constraints, deep, 'constraints: (c) => ', ',')},\n${lines}${indent}}`;
}

/** What stands beside the columns, and the statements for what `constraints` has no words for. */
function tableConstraints(
  table: Table,
  without: readonly ForeignKey[],
  ddl: DdlCompiler,
  indent: string,
): { constraints: string[]; after: string[] } {
  const constraints: string[] = [];
  const after: string[] = [];
  const columns = (of: readonly TableColumn[]): string => of.map((column) => member('c', column.name)).join(', ');
  const named = (name: string, usual: string): string => (name === usual ? '' : `.named(${quoted(name)})`);
  const names = (of: readonly TableColumn[]): string[] => of.map((column) => column.name);

  const key = table.primaryKey;
  if (key !== null && !keyStandsWithColumns(table))
    constraints.push(`primaryKey(${columns(key.columns)})${keyOptions(key)}${named(key.name, NAMING.primaryKey(table.name))}`);
  for (const unique of table.uniques) {
    if (unique.columns.some((column) => isOwnUnique(unique, column))) continue;
    constraints.push(
      `unique(${columns(unique.columns)})${keyOptions(unique)}${named(unique.name, NAMING.unique(table.name, names(unique.columns)))}`,
    );
  }
  for (const foreignKey of table.foreignKeys) {
    if (without.includes(foreignKey)) continue;
    if (foreignKey.columns.length === 1 && ownForeignKey(foreignKey.columns[0]) === foreignKey) continue;
    const targets = targetsOf(table, foreignKey).map(quoted);
    const options = actions(foreignKey);
    const usual = NAMING.foreignKey(table.name, names(foreignKey.columns), foreignKey.targetTable.replaceAll('.', '_'));
    const args = `[${columns(foreignKey.columns)}], [${targets.join(', ')}]${options === null ? '' : `, ${options}`}`;
    constraints.push(`foreignKey(${args})${named(foreignKey.name, usual)}`);
  }
  for (const check of table.checks) {
    if (table.columns.some((column) => isOwnCheck(check, column))) continue;
    constraints.push(`check(${conditionSource(check.condition, table, ddl)}, ${quoted(check.name)})`);
  }
  for (const exclude of table.excludes) {
    const elements = exclude.elements.map(
      (element, i) => `[${excludeElement(element, i, conditionSource(element.expression, table, ddl))}, ${quoted(element.operator)}]`,
    );
    const options = objectLiteral({
      using: quoted(exclude.using),
      operatorClasses: classesSource(exclude),
      where: exclude.where === null ? undefined : conditionSource(exclude.where, table, ddl),
      ...deferral(exclude),
    });
    constraints.push(`exclude([${elements.join(', ')}], ${options}).named(${quoted(exclude.name)})`);
  }
  for (const index of table.indexes) {
    if (index.columns.some((column) => isOwnIndex(index, column))) continue;
    if (Object.keys(index).length > PLAIN_INDEX) {
      after.push(renderOperation({ kind: 'createIndex', table, index }, ddl, indent));
      continue;
    }
    const suffix = named(index.name, NAMING.index(table.name, names(index.columns)));
    if (index.unique) {
      const where = index.where === null ? '' : `, { where: ${conditionSource(index.where, table, ddl)} }`;
      constraints.push(`uniqueIndex([${columns(index.columns)}]${where})${suffix}`);
    } else if (index.where === null) constraints.push(`index(${columns(index.columns)})${suffix}`);
    else after.push(renderOperation({ kind: 'createIndex', table, index }, ddl, indent));
  }
  return { constraints, after };
}

/** What an exclude constraint is over; with a name where an operator class is said for it. */
function excludeElement({ expression, operatorClass }: Exclude['elements'][number], i: number, source: string): string {
  if (operatorClass === undefined) return source;
  return isKind(expression, 'column') ? member('c', expression.name) : `${source}.as(${quoted(`expression${i + 1}`)})`;
}

/** The operator classes that an exclude constraint says, by the names of what it is over. */
function classesSource({ elements }: Exclude): string | undefined {
  const classes = elements.flatMap(({ expression, operatorClass }, i) =>
    operatorClass === undefined
      ? []
      : [[isKind(expression, 'column') ? expression.name : `expression${i + 1}`, quoted(operatorClass)] as const],
  );
  return objectLiteral(Object.fromEntries(classes)) ?? undefined;
}

/** A condition whose columns are written as `${c.name}`, so that each database quotes them its own way. */
function conditionSource(condition: Node, table: Table, ddl: DdlCompiler): string {
  const marks = new Map<string, string>();
  const text = ddl.inline(condition, (name) => {
    const mark = `\u0000${table.columns.findIndex((column) => column.name === name)}\u0000`;
    marks.set(mark, member('c', name));
    return mark;
  });
  return sqlTemplate(text, marks);
}

/** The names that the rendered code imports beside `type Operations`, in order. */
export function importsOf(code: string): string[] {
  const names = ['check', 'exclude', 'foreignKey', 'index', 'pg', 'primaryKey', 'sql', 't', 'unique', 'uniqueIndex'];
  // What stands in strings is no code; the tag before a template is.
  const bare = code.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g, (text) => text[0] + text[0]);
  return names.filter((name) => new RegExp(`(?<![\\w.$])${name}[.(\`]`).test(bare));
}
