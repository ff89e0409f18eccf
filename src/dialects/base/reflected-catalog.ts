import { type Catalog, nothing } from './catalog.ts';
import type { Dialect } from './dialect.ts';

/** The catalog of a dialect: its own, or what its `reflect()` and `reflectViews()` tell. */
export function catalogOf(dialect: Dialect): Catalog {
  if (dialect.catalog !== undefined) return dialect.catalog;
  const wanted =
    (schema: string | null, names: readonly string[] | null) =>
    (item: { readonly name: string; readonly schema: string | null }): boolean =>
      item.schema === schema && (names === null || names.includes(item.name));
  const tablesOf: Catalog['tables'] = async (reader, { schema, names, kinds }) =>
    kinds.includes('table') ? (await dialect.reflect(reader)).filter(wanted(schema, names)) : [];
  const viewsOf: Catalog['views'] = async (reader, { schema, names }) =>
    ((await dialect.reflectViews?.(reader)) ?? []).filter(wanted(schema, names));
  return {
    defaultSchema: async () => null,
    schemas: nothing,
    relations: async (reader, schema) => {
      const request = { schema, names: null, kinds: ['table'] } as const;
      const tables = (await tablesOf(reader, request)).map(({ name }) => ({ name, schema, kind: 'table' as const, temporary: false }));
      const views = (await viewsOf(reader, request)).map(({ name, materialized }) => ({
        name,
        schema,
        kind: materialized ? ('materializedView' as const) : ('view' as const),
        temporary: false,
      }));
      return [...tables, ...views];
    },
    tables: tablesOf,
    views: viewsOf,
    sequences: nothing,
    enums: nothing,
    domains: nothing,
  };
}
