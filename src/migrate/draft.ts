import type { DdlCompiler } from '../dialects/base/dialect.ts';
import type { ReflectedCheck, ReflectedTable } from '../dialects/base/reflection.ts';
import { type Column, column, type ReferenceAction } from '../sql/column.ts';
import type { ExpressionLike } from '../sql/expression.ts';
import { NAMING } from '../sql/naming.ts';
import { rawNode, rawSql } from '../sql/raw-text.ts';
import { type ConstraintDefinition, MetaData, type Shape, Table, type TableColumn, type TableOptions } from '../sql/schema.ts';
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
  const reference = table.foreignKeys.find((key) => key.columns.length === 1 && key.columns[0] === source);
  if (reference !== undefined) {
    const targetColumn = table.metadata.tables.has(reference.targetTable)
      ? table.metadata.resolve(table, reference).columns[0].name
      : reference.targetColumns[0];
    builder = builder.references(`${reference.targetTable}.${targetColumn}`, {
      name: reference.name,
      onDelete: reference.onDelete ?? undefined,
      onUpdate: reference.onUpdate ?? undefined,
    });
  }
  if (source.check !== null) builder = builder.check(source.check);
  if (options.indexes === false) return builder;
  if (table.uniques.some((constraint) => isOwnUnique(constraint, source))) builder = builder.unique();
  const own = table.indexes.find((candidate) => isOwnIndex(candidate, source));
  if (own !== undefined) builder = own.unique ? builder.unique().index() : builder.index();
  return builder;
}

/** Whether `.unique()` on the column says just this constraint. */
export function isOwnUnique(constraint: Table['uniques'][number], source: TableColumn): boolean {
  return (
    constraint.columns.length === 1 &&
    constraint.columns[0] === source &&
    constraint.name === NAMING.unique(source.table.name, [source.name])
  );
}

/** Whether `.index()` (or `.unique().index()`) on the column says just this index. */
export function isOwnIndex(candidate: Table['indexes'][number], source: TableColumn): boolean {
  return (
    candidate.columns.length === 1 &&
    candidate.columns[0] === source &&
    candidate.where === null &&
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
  const constraints = (c: Record<string, ExpressionLike>): ConstraintDefinition[] => {
    const pick = (names: readonly string[]): ExpressionLike[] => names.map((column) => c[column]);
    return [
      ...(reflected.primaryKey === null
        ? []
        : [{ kind: 'primaryKey' as const, name: reflected.primaryKey.name, columns: pick(reflected.primaryKey.columns) }]),
      ...reflected.uniques.map((constraint) => ({ kind: 'unique' as const, name: constraint.name, columns: pick(constraint.columns) })),
      ...reflected.indexes.map((index) => ({
        kind: 'index' as const,
        name: index.name,
        columns: pick(index.columns),
        unique: index.unique,
        condition: index.where === null ? undefined : rawNode(index.where),
      })),
      ...reflected.foreignKeys.map((key) => ({
        kind: 'foreignKey' as const,
        name: key.name,
        columns: pick(key.columns),
        target: key.targetColumns.map((column) => `${key.targetTable}.${column}`),
        onDelete: (key.onDelete ?? undefined) as ReferenceAction | undefined,
        onUpdate: (key.onUpdate ?? undefined) as ReferenceAction | undefined,
      })),
      ...reflected.checks
        .filter((condition) => !spent.has(condition))
        .map((condition) => ({ kind: 'check' as const, name: condition.name, columns: [], condition: rawNode(condition.sql) })),
    ];
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
    if (source.default !== null) builder = builder.serverDefault(rawSql(source.default));
    const own = reflected.checks.find((condition) => condition.column === source.name && !spent.has(condition));
    if (own !== undefined && (own.name ?? NAMING.check(name, source.name)) === NAMING.check(name, source.name)) {
      builder = builder.check(rawSql(own.sql));
      spent.add(own);
    }
    shape[source.name] = builder;
  }
  return draftTable(name, shape, { constraints: constraints as TableOptions<Shape>['constraints'] }, metadata);
}
