import type { DdlCompiler } from '../dialects/base/dialect.ts';
import { reflectedDefinition } from '../dialects/base/reflected-definition.ts';
import { writtenType } from '../dialects/base/reflected-type.ts';
import type { ReflectedTable } from '../dialects/base/reflection.ts';
import { type Column, column } from '../sql/column.ts';
import { MetaData } from '../sql/metadata.ts';
import { NAMING } from '../sql/naming.ts';
import { type Shape, Table, type TableColumn, type TableOptions } from '../sql/schema.ts';

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

/** What stands with a column in a migration: its type, default, check, and its reference, its own unique or index unless left out. */
export function columnBuilder(source: TableColumn, options: { readonly indexes?: boolean; readonly keys?: boolean } = {}): Column {
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
  const reference =
    options.keys === false ? undefined : table.foreignKeys.find((key) => key.columns.length === 1 && key.columns[0] === source);
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

/** A table of a database as a migration would create it again. */
export function tableFromReflection(reflected: ReflectedTable, ddl: DdlCompiler, metadata: MetaData = new MetaData()): Table {
  const { shape, options } = reflectedDefinition(reflected, { typeOf: (source) => writtenType(source.type, ddl) });
  return draftTable<Shape>(reflected.name, shape, options, metadata);
}
