import { type Catalog, nothing } from './catalog.ts';
import type { Dialect } from './dialect.ts';

/** The catalog of a dialect: its own, or what its `reflect()` and `reflectViews()` tell of the default schema. */
export function catalogOf(dialect: Dialect): Catalog {
  if (dialect.catalog !== undefined) return dialect.catalog;
  const among = (names: readonly string[] | null) => (item: { readonly name: string }) => names === null || names.includes(item.name);
  const tablesOf: Catalog['tables'] = async (reader, { schema, names, kinds }) =>
    schema === null && kinds.includes('table') ? (await dialect.reflect(reader)).filter(among(names)) : [];
  const viewsOf: Catalog['views'] = async (reader, { schema, names }) =>
    schema === null ? ((await dialect.reflectViews?.(reader)) ?? []).filter(among(names)) : [];
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
