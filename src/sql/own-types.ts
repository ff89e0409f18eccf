import { sqlError } from './errors.ts';
import type { Node } from './node.ts';
import { changeType, type Domain, enumTypeName, type SqlType } from './type.ts';

/** A type of the database's own for an enum, shared by all columns that name it. */
export interface EnumType {
  readonly name: string;
  readonly schema: string | null;
  readonly values: readonly string[];
}

/** A domain, shared by all columns that name it. */
export interface DomainType {
  readonly name: string;
  readonly schema: string | null;
  /** The type that it stands on, which may be an enum or another domain. */
  readonly on: SqlType;
  readonly notNull: boolean;
  readonly collation: string | null;
  readonly serverDefault: Node | null;
  readonly checks: readonly { readonly name: string | null; readonly condition: Node }[];
}

/** A type that a database makes by a statement of its own. */
export type OwnType = EnumType | DomainType;

/** What has columns: a table. */
interface Typed {
  readonly name: string;
  readonly columns: readonly { readonly key: string; readonly type: SqlType }[];
}

/**
 * The enums and domains of these tables' columns that are types of their own, each after those that it stands on. Throws an
 * ArgumentError for two of one name that differ.
 *
 * @param schema the schema of those that name none
 */
export function ownTypesOf(tables: Iterable<Typed>, schema: string | null): OwnType[] {
  const found = new Map<string, OwnType>();
  for (const table of tables)
    for (const column of table.columns)
      for (const own of ownTypesWithin(column.type, schema)) {
        const full = JSON.stringify([own.schema, own.name]);
        const known = found.get(full);
        if (known !== undefined && textOf(known) !== textOf(own)) {
          const what = 'values' in own ? `the enum '${own.name}'` : `the domain '${own.name}'`;
          const how = 'values' in own && 'values' in known ? 'has other values elsewhere' : 'is another type elsewhere';
          throw sqlError('sql.invalid-schema', table.name, `${what} of its column '${column.key}' ${how}`);
        }
        if (known === undefined) found.set(full, own);
      }
  return [...found.values()];
}

/** The types of its own that a type is, or is made of, the lowest first. */
function ownTypesWithin(type: SqlType, schema: string | null): OwnType[] {
  const { inner, domain } = type;
  // A domain may be what another type is on PostgreSQL alone.
  const found = Object.values(type.variants ?? {}).flatMap((variant) =>
    variant.domain === undefined ? [] : ownTypesWithin(variant, schema),
  );
  const own = type.name === 'enum' ? enumTypeName(type) : null;
  if (own !== null) found.push({ name: own, schema: schemaOf(type.enumSchema, schema), values: type.values ?? [] });
  if (inner !== undefined) found.push(...ownTypesWithin(inner, schema));
  if (inner !== undefined && domain !== undefined) found.push(domainType(domain, inner, schema));
  return found;
}

function domainType(domain: Domain, inner: SqlType, schema: string | null): DomainType {
  const { name, notNull, collation, serverDefault, checks } = domain;
  return {
    name,
    schema: schemaOf(domain.schema, schema),
    on: settled(inner, schema),
    notNull,
    collation,
    serverDefault: nodeOf(serverDefault ?? defaultBelow(inner)),
    checks: checks.map((check) => ({ name: check.name, condition: nodeOf(check.condition) as Node })),
  };
}

/** A domain over another one has its default, and keeps it whatever becomes of that. */
function defaultBelow({ domain, inner }: SqlType): object | null {
  return domain === undefined ? null : (domain.serverDefault ?? (inner === undefined ? null : defaultBelow(inner)));
}

/** What a domain says of each column of it: its default, and whether it takes NULL; nothing of any other type. */
export function domainRules(type: SqlType): { readonly serverDefault: Node | null; readonly notNull: boolean } {
  const notNull = ({ domain, inner }: SqlType): boolean =>
    domain !== undefined && (domain.notNull || (inner !== undefined && notNull(inner)));
  return { serverDefault: nodeOf(defaultBelow(type)), notNull: notNull(type) };
}

/** Whoever made the domain put expressions into it. */
function nodeOf(expression: object | null): Node | null {
  return expression === null ? null : (expression as { readonly node: Node }).node;
}

const schemaOf = (own: string | null | undefined, usual: string | null): string | null => (own === undefined ? usual : own);

/** The type with the schema that its name is in, which no column can tell any more. */
function settled(type: SqlType, schema: string | null): SqlType {
  if (type.name === 'enum') return enumTypeName(type) === null ? type : changeType(type, { enumSchema: schemaOf(type.enumSchema, schema) });
  if (type.domain !== undefined) return changeType(type, { domain: { ...type.domain, schema: schemaOf(type.domain.schema, schema) } });
  return type.name === 'array' && type.inner !== undefined ? changeType(type, { inner: settled(type.inner, schema) }) : type;
}

/** All that a type is made of, as text: the same for types that are the same. */
function textOf(type: OwnType): string {
  if ('values' in type) return JSON.stringify(type.values);
  const { on, notNull, collation, serverDefault, checks } = type;
  const sql = (node: Node | null): unknown => node && [node.key, node.binds.map((bind) => String(bind.value))];
  return JSON.stringify([
    on.key,
    on.length,
    notNull,
    collation,
    sql(serverDefault),
    checks.map(({ name, condition }) => [name, sql(condition)]),
  ]);
}
