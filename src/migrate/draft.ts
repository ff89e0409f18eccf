import type { DdlCompiler } from '../dialects/base/dialect.ts';
import type { ReflectedCheck, ReflectedIndex, ReflectedIndexPart, ReflectedTable } from '../dialects/base/reflection.ts';
import { type Column, column, type ReferenceAction } from '../sql/column.ts';
import type { ConstraintDefinition, TableItem } from '../sql/constraints.ts';
import type { Expression, ExpressionLike, OrderTerm } from '../sql/expression.ts';
import { MetaData } from '../sql/metadata.ts';
import { NAMING } from '../sql/naming.ts';
import { rawNode, rawSql } from '../sql/raw-text.ts';
import { type Shape, Table, type TableColumn, type TableOptions } from '../sql/schema.ts';
import { makeType, type SqlType, TEXT } from '../sql/type.ts';

/**
 * A table for a migration: it belongs to no models, and its keys are the names of the database.
 * Names that are not given follow Athanor's own convention, whatever the models'.
 */
export function draftTable<S extends Shape>(
  name: string,
  shape: S,
  options: TableOptions<S> = {},
  metadata: MetaData = new MetaData(),
): Table<S> {
  const named = Object.fromEntries(
    Object.entries(shape as Record<string, Column>).map(([key, builder]) => [
      key,
      builder.definition.name === null ? builder.named(key) : builder,
    ]),
  );
  return new Table<S>(metadata, name, named as S, options);
}

/** A column alone in a table of its own: the type, default, check, reference, and what `.unique()` and `.index()` would say. */
export function draftColumn(table: string, name: string, builder: Column): TableColumn {
  return draftTable(table, { [name]: builder }).columns[0];
}

/** What stands with a column in a migration: its type, default, check, reference, and its own unique or index unless left out. */
export function columnBuilder(source: TableColumn, options: { readonly indexes?: boolean } = {}): Column {
  const { table } = source;
  let builder = column(source.type) as Column;
  if (source.nullable) builder = builder.nullable();
  if (source.serverDefault !== null) builder = builder.serverDefault(source.serverDefault);
  if (source.computed !== null)
    builder = builder.computed(source.computed.expression, { stored: source.computed.stored ?? undefined }) as Column;
  if (source.identity !== null) builder = builder.identity(source.identity);
  if (source.numbering !== null) builder = builder.autoIncrement(source.numbering);
  if (source.collation !== null) builder = builder.collate(source.collation);
  if (source.comment !== null) builder = builder.comment(source.comment);
  const reference = table.foreignKeys.find((key) => key.columns.length === 1 && key.columns[0] === source);
  if (reference !== undefined) {
    const targetColumn = table.metadata.tables.has(reference.targetTable)
      ? table.metadata.resolve(table, reference).columns[0].name
      : reference.targetColumns[0];
    builder = builder.references(`${reference.targetTable}.${targetColumn}`, {
      name: reference.name,
      onDelete: reference.onDelete ?? undefined,
      onUpdate: reference.onUpdate ?? undefined,
      deferrable: reference.deferrable,
      initially: reference.initially,
      match: reference.match,
    });
  }
  if (source.check !== null) builder = builder.check(source.check);
  if (options.indexes === false) return builder;
  if (table.uniques.some((constraint) => isOwnUnique(constraint, source))) builder = builder.unique();
  const own = table.indexes.find((candidate) => isOwnIndex(candidate, source));
  if (own !== undefined) builder = own.unique ? builder.unique().index() : builder.index();
  return builder;
}

/** The fields of a unique constraint of which nothing more is said than its columns. */
const PLAIN_UNIQUE = 3;

/** Whether `.unique()` on the column says just this constraint. */
export function isOwnUnique(constraint: Table['uniques'][number], source: TableColumn): boolean {
  return (
    constraint.columns.length === 1 &&
    constraint.columns[0] === source &&
    Object.keys(constraint).length === PLAIN_UNIQUE &&
    constraint.name === NAMING.unique(source.table.name, [source.name])
  );
}

/** The fields of an index of which nothing more is said than its columns, `unique` and `where`. */
export const PLAIN_INDEX = 5;

/** Whether `.index()` (or `.unique().index()`) on the column says just this index. */
export function isOwnIndex(candidate: Table['indexes'][number], source: TableColumn): boolean {
  return (
    candidate.columns.length === 1 &&
    candidate.columns[0] === source &&
    candidate.where === null &&
    Object.keys(candidate).length === PLAIN_INDEX &&
    candidate.name === NAMING.index(source.table.name, [source.name])
  );
}

/** Whether `.check()` on the column says just this check. */
export function isOwnCheck(candidate: Table['checks'][number], source: TableColumn): boolean {
  return (
    source.check !== null && candidate.condition === source.check.node && candidate.name === NAMING.check(source.table.name, source.name)
  );
}

/** The values of a check that an enum's would be: `role IN ('admin', 'customer')`. */
function enumValues(column: string, condition: string): string[] | null {
  const match = /^["`[]?([^"`\]]+?)["`\]]?\s+IN\s*\(((?:\s*'(?:[^']|'')*'\s*,?)+)\)$/i.exec(condition);
  if (match === null || match[1] !== column) return null;
  return [...match[2].matchAll(/'((?:[^']|'')*)'/g)].map(([, value]) => value.replaceAll("''", "'"));
}

/** A table of a database as a migration would create it again. */
export function tableFromReflection(reflected: ReflectedTable, ddl: DdlCompiler, metadata: MetaData = new MetaData()): Table {
  const { name } = reflected;
  const shape: Record<string, Column> = {};
  const constraints = (c: Record<string, ExpressionLike>): TableItem[] => {
    const pick = (names: readonly string[]): ExpressionLike[] => names.map((column) => c[column]);
    const items: ConstraintDefinition[] = [
      ...(reflected.primaryKey === null
        ? []
        : [{ kind: 'primaryKey' as const, name: reflected.primaryKey.name, columns: pick(reflected.primaryKey.columns) }]),
      ...reflected.uniques.map((constraint) => ({ kind: 'unique' as const, name: constraint.name, columns: pick(constraint.columns) })),
      ...reflected.indexes.map((index) => indexDefinition(index, c)),
      ...reflected.foreignKeys.map((key) => ({
        kind: 'foreignKey' as const,
        name: key.name,
        columns: pick(key.columns),
        target: key.targetColumns.map((column) => `${key.targetTable}.${column}`),
        onDelete: (key.onDelete ?? undefined) as ReferenceAction | undefined,
        onUpdate: (key.onUpdate ?? undefined) as ReferenceAction | undefined,
        ...(key.deferrable === true ? { deferrable: true, initially: key.initially } : {}),
      })),
      ...reflected.checks
        .filter((condition) => !spent.has(condition))
        .map((condition) => ({ kind: 'check' as const, name: condition.name, columns: [], condition: rawNode(condition.sql) })),
    ];
    return items.map((definition) => ({ '~definition': definition }));
  };
  const spent = new Set<ReflectedCheck>();
  for (const source of reflected.columns) {
    let type: SqlType = ddl.parseType(source.type) ?? TEXT;
    for (const condition of reflected.checks) {
      const values =
        type.name === 'string' && condition.name === NAMING.check(name, source.name) ? enumValues(source.name, condition.sql) : null;
      const length = Math.max(...(values ?? []).map((value) => value.length));
      if (values === null || length !== type.length) continue;
      type = makeType({ name: 'enum', values, length });
      spent.add(condition);
    }
    let builder = column(type) as Column;
    if (source.nullable) builder = builder.nullable();
    if (source.computed != null) builder = builder.computed(rawSql(source.computed.sql), { stored: source.computed.stored }) as Column;
    else if (source.identity != null) builder = builder.identity(source.identity);
    else if (source.default !== null) builder = builder.serverDefault(rawSql(source.default));
    if (source.collation != null) builder = builder.collate(source.collation);
    if (source.comment != null) builder = builder.comment(source.comment);
    const own = reflected.checks.find((condition) => condition.column === source.name && !spent.has(condition));
    if (own !== undefined && (own.name ?? NAMING.check(name, source.name)) === NAMING.check(name, source.name)) {
      builder = builder.check(rawSql(own.sql));
      spent.add(own);
    }
    shape[source.name] = builder;
  }
  const options = { ...reflected.options, ...(reflected.comment == null ? {} : { comment: reflected.comment }) };
  return draftTable(name, shape, { ...options, constraints: constraints as TableOptions<Shape>['constraints'] }, metadata);
}

/** An index of a database as `index()` would say it. */
function indexDefinition(index: ReflectedIndex, c: Record<string, ExpressionLike>): ConstraintDefinition {
  const { parts, using, include, nullsNotDistinct } = index;
  const names = parts?.map((part, i) => part.column ?? `expression${i + 1}`) ?? [];
  const given = <V>(of: (part: ReflectedIndexPart) => V | null): Record<string, V> =>
    Object.fromEntries((parts ?? []).flatMap((part, i) => (of(part) === null ? [] : [[names[i], of(part) as V]])));
  return {
    kind: 'index',
    name: index.name,
    columns: parts === undefined ? index.columns.map((column) => c[column]) : parts.map((part, i) => partExpression(part, names[i], c)),
    unique: index.unique,
    condition: index.where === null ? undefined : rawNode(index.where),
    using,
    nullsNotDistinct,
    include: include?.map((column) => c[column]),
    operatorClasses: given((part) => part.operatorClass),
    lengths: given((part) => part.length),
  };
}

function partExpression(part: ReflectedIndexPart, label: string, c: Record<string, ExpressionLike>): ExpressionLike | OrderTerm {
  let expression: Expression = part.column === null ? rawSql(part.expression ?? '') : (c[part.column] as Expression);
  if (part.collation !== null) expression = expression.collate(part.collation);
  if (part.column === null) expression = expression.as(label);
  if (part.direction === 'asc' && part.nulls === null) return expression;
  const order = part.direction === 'desc' ? expression.desc() : expression.asc();
  return part.nulls === null ? order : part.nulls === 'first' ? order.nullsFirst() : order.nullsLast();
}
