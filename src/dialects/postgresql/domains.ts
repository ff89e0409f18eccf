import type { CatalogReader } from '../base/catalog.ts';
import type { DriverRow } from '../base/driver.ts';
import type { ReflectedDomain } from '../base/reflection.ts';
import { DOMAINS } from './catalog-queries.ts';
import { bare, list, text, truth } from './catalog-values.ts';

/** The domains of a database, by PostgreSQL's words for them. */
export interface Domains {
  /** Those of the schema that was asked for, which users made. */
  readonly asked: ReflectedDomain[];
  /** The domain that a type is, or that its elements are; undefined where it is none, or none that users made. */
  of(type: string): ReflectedDomain | undefined;
  /** The type that a domain stands on in the end. */
  inTheEnd(type: string): string;
}

export const NO_DOMAINS: Domains = { asked: [], of: () => undefined, inTheEnd: (type) => type };

/** Reads all domains, in one statement. */
export async function readDomains(reader: CatalogReader, schema: string | null): Promise<Domains> {
  const rows = new Map((await reader.query(DOMAINS, [schema])).map((row) => [String(row[0]), row]));
  const domainOf = (row: DriverRow): ReflectedDomain => {
    const [, name, own, , , type, notNull, fallback, collation, checks, enumName, enumSchema, values] = row;
    const below = rows.get(String(type));
    return {
      name: String(name),
      schema: text(own),
      type: String(type),
      nullable: !truth(notNull),
      collation: text(collation),
      default: text(fallback),
      checks: (JSON.parse(String(checks ?? '[]')) as [string, string][]).map(([check, definition]) => ({
        name: check,
        sql: bare(/^CHECK \(([\s\S]*)\)(?: NOT VALID)?$/.exec(definition)?.[1] ?? definition),
      })),
      ...(below === undefined || !truth(below[4]) ? {} : { base: domainOf(below) }),
      ...(enumName === null ? {} : { enum: { name: String(enumName), schema: text(enumSchema), values: list(values) } }),
    };
  };
  const inTheEnd = (type: string): string => {
    const element = /^(.+)\[\]$/.exec(type)?.[1];
    if (element !== undefined && rows.has(element)) return `${inTheEnd(element)}[]`;
    const below = rows.get(type);
    return below === undefined ? type : inTheEnd(String(below[5]));
  };
  return {
    asked: [...rows.values()].filter((row) => truth(row[3]) && truth(row[4])).map((row) => ({ ...domainOf(row), schema })),
    of: (type) => {
      const row = rows.get(type.replace(/\[\]$/, ''));
      return row === undefined || !truth(row[4]) ? undefined : domainOf(row);
    },
    inTheEnd,
  };
}
