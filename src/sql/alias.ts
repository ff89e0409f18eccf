import { makeAlias } from './make.ts';
import type { AnyClass, Subquery } from './projection.ts';
import { ColumnAttribute, type Columns, type Source, sourceOf, type Table } from './schema.ts';

/** A table under another name. SQLAlchemy: `alias()`. */
export interface TableAlias<S, N extends string = string> extends Source {
  readonly '~from'?: N;
  readonly c: Columns<S, N>;
}

/** What can be aliased in a way of its own: a model class, whose alias also has its relations. */
export interface Aliasable<K extends AliasKind = AliasKind> {
  readonly '~aliased'?: K;
  '~alias'(name: string | null): unknown;
}

/** The type of a class's alias as far as its name is open: `(K & { name: N })['type']` is the one under this name. */
export interface AliasKind {
  readonly name: string;
  readonly type: unknown;
}

/** The alias of a model class; its rows are the class's own objects. */
export type EntityAlias<C extends AnyClass, N extends string = string> =
  C extends Aliasable<infer K> ? Omit<(K & { readonly name: N })['type'], '~entity'> & { readonly '~entity': InstanceType<C> } : never;

/**
 * A table, a model, a subquery or a CTE under another name, so that it can stand twice in one statement. SQLAlchemy: `aliased()`.
 * @example const manager = alias(Employee, 'manager'); select(Employee, manager).join(manager, Employee.c.managerId.eq(manager.c.id))
 */
export function alias<C extends AnyClass & Aliasable, N extends string = '~alias'>(source: C, name?: N): EntityAlias<C, N>;
export function alias<S, N extends string = '~alias'>(source: Table<S>, name?: N): TableAlias<S, N>;
export function alias<R, N extends string = '~alias'>(source: Subquery<R>, name?: N): Subquery<R, N>;
export function alias<C>(source: Source & { readonly c: C }, name?: string): Source & { readonly c: C };
export function alias(source: Source | Aliasable, name?: string): unknown {
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
