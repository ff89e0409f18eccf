import { makeAlias } from './make.ts';
import type { AnyClass, Subquery } from './projection.ts';
import { ColumnAttribute, type Columns, type Source, sourceOf, type Table } from './schema.ts';

/** A table under another name. SQLAlchemy: `alias()`. */
export interface TableAlias<S> extends Source {
  readonly c: Columns<S>;
}

/** What can be aliased in a way of its own: a model class, whose alias also has its relations. */
export interface Aliasable<A> {
  '~alias'(name: string | null): A;
}

/** The alias of a model class; its rows are the class's own objects. */
export type EntityAlias<C extends AnyClass> =
  C extends Aliasable<infer A> ? Omit<A, '~entity'> & { readonly '~entity': InstanceType<C> } : never;

/**
 * A table, a model, a subquery or a CTE under another name, so that it can stand twice in one statement. SQLAlchemy: `aliased()`.
 * @example const manager = alias(Employee, 'manager'); select(Employee, manager).join(manager, Employee.c.managerId.eq(manager.c.id))
 */
export function alias<C extends AnyClass & Aliasable<unknown>>(source: C, name?: string): EntityAlias<C>;
export function alias<A>(source: Aliasable<A>, name?: string): A;
export function alias<S>(source: Table<S>, name?: string): TableAlias<S>;
export function alias<R>(source: Subquery<R>, name?: string): Subquery<R>;
export function alias<C>(source: Source & { readonly c: C }, name?: string): Source & { readonly c: C };
export function alias(source: Source | Aliasable<unknown>, name?: string): unknown {
  if ('~alias' in source) return source['~alias'](name ?? null);
  return aliasOf(sourceOf(source, 'alias()'), name ?? null);
}

/** The alias of a source, with its columns by attribute name. */
export function aliasOf(source: Source['~source'], name: string | null): Source & { readonly c: Record<string, ColumnAttribute> } {
  const node = makeAlias(source.node.kind === 'alias' ? source.node.of : source.node, name);
  const columns = source.columns.map((c) => new ColumnAttribute(node, c.node.name, c.key, c.type, c.column));
  return {
    c: Object.fromEntries(columns.map((c) => [c.key, c])),
    '~source': { node, name: name ?? source.name, columns, table: source.table },
  };
}
