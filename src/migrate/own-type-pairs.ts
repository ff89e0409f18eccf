import type { ColumnEnum, ReflectedColumn, ReflectedDomain, ReflectedTable } from '../dialects/base/reflection.ts';
import { type DomainType, type EnumType, type OwnType, ownTypesOf } from '../sql/own-types.ts';
import type { Table } from '../sql/schema.ts';

/** The enums and domains of a database, for what no column of it has. */
export interface ReflectedTypes {
  readonly enums: readonly ColumnEnum[];
  readonly domains: readonly ReflectedDomain[];
}

/** The enums and domains of models that a database has too, each with the one there. */
export interface OwnTypePairs {
  readonly enums: ReadonlyMap<EnumType, ColumnEnum>;
  readonly domains: ReadonlyMap<DomainType, ReflectedDomain>;
}

/** The one there is that of a column which both have, or else that of the same name. */
export function ownTypePairs(models: readonly Table[], reflected: readonly ReflectedTable[], types: ReflectedTypes): OwnTypePairs {
  const enums = new Map<EnumType, ColumnEnum>();
  const domains = new Map<DomainType, ReflectedDomain>();
  for (const metadata of new Set(models.map((table) => table.metadata))) {
    const tables = models.filter((table) => table.metadata === metadata);
    for (const own of ownTypesOf(tables, metadata.schema)) {
      const named = ({ name, schema }: { readonly name: string; readonly schema: string | null }): boolean =>
        name === own.name && schema === own.schema;
      if ('values' in own) {
        const there = inColumns(own, tables, reflected, enumsOf) ?? types.enums.find(named);
        if (there !== undefined) enums.set(own, there);
      } else {
        const there = inColumns(own, tables, reflected, ({ domain }) => domainChain(domain)) ?? types.domains.find(named);
        if (there !== undefined) domains.set(own, there);
      }
    }
  }
  return { enums, domains };
}

/** A domain and those that it stands on. */
export function domainChain(domain: ReflectedDomain | undefined): ReflectedDomain[] {
  return domain === undefined ? [] : [domain, ...domainChain(domain.base)];
}

function enumsOf(column: ReflectedColumn): ColumnEnum[] {
  return [column.enum, ...domainChain(column.domain).map((domain) => domain.enum)].filter((own) => own !== undefined);
}

function inColumns<T extends { readonly name: string }>(
  own: OwnType,
  tables: readonly Table[],
  reflected: readonly ReflectedTable[],
  typesOf: (column: ReflectedColumn) => readonly T[],
): T | undefined {
  for (const table of tables) {
    const other = reflected.find(({ name }) => name === table.name);
    for (const column of table.columns) {
      const twin = other?.columns.find(({ name }) => name === column.name);
      const found = twin === undefined ? undefined : typesOf(twin).find(({ name }) => name === own.name);
      const has = (): boolean =>
        ownTypesOf([{ name: table.name, columns: [column] }], table.metadata.schema).some(
          ({ name, schema }) => name === own.name && schema === own.schema,
        );
      if (found !== undefined && has()) return found;
    }
  }
  return undefined;
}
