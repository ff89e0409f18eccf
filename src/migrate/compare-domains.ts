import type { DdlCompiler } from '../dialects/base/dialect.ts';
import type { ReflectedColumn, ReflectedDomain } from '../dialects/base/reflection.ts';
import { type DomainType, ownTypesOf } from '../sql/own-types.ts';
import type { TableColumn } from '../sql/schema.ts';

/** How the domains that a column's type is made of differ from those of the database, in words: each what it is here and there. */
export function domainDifferences(column: TableColumn, other: ReflectedColumn, ddl: DdlCompiler): string[] {
  if (other.domain === undefined) return [];
  const { name, metadata } = column.table;
  const found: string[] = [];
  for (const own of ownTypesOf([{ name, columns: [column] }], metadata.schema)) {
    let there: ReflectedDomain | undefined = other.domain;
    while (there !== undefined && there.name !== own.name) there = there.base;
    if ('values' in own || there === undefined || sameDomain(own, there, ddl)) continue;
    found.push(
      `the domain '${own.name}' is ${ownWords(own, ddl)} in the models and ${wordsOf(there)} in the database; altering a domain is not there yet. Alter it in a migration of your own (revision): await op.execute('ALTER DOMAIN …');`,
    );
  }
  return found;
}

function sameDomain(own: DomainType, there: ReflectedDomain, ddl: DdlCompiler): boolean {
  const fallback = own.serverDefault === null ? null : ddl.inline(own.serverDefault);
  const sameDefault =
    fallback === null || there.default === null ? fallback === there.default : ddl.sameExpression(fallback, there.default);
  const left = own.checks.map(({ condition }) => ddl.inline(condition));
  const known = there.checks.every(({ sql }) => {
    const place = left.findIndex((check) => ddl.sameExpression(check, sql));
    if (place >= 0) left.splice(place, 1);
    return place >= 0;
  });
  return (
    ddl.sameType(ddl.typeName(own.on), there.type) &&
    own.notNull === !there.nullable &&
    own.collation === there.collation &&
    sameDefault &&
    known &&
    left.length === 0
  );
}

function ownWords({ on, notNull, collation, serverDefault, checks }: DomainType, ddl: DdlCompiler): string {
  return words(
    ddl.typeName(on),
    notNull,
    collation,
    serverDefault === null ? null : ddl.inline(serverDefault),
    checks.map(({ condition }) => ddl.inline(condition)),
  );
}

function wordsOf({ type, nullable, collation, default: fallback, checks }: ReflectedDomain): string {
  return words(
    type,
    !nullable,
    collation,
    fallback,
    checks.map(({ sql }) => sql),
  );
}

function words(type: string, notNull: boolean, collation: string | null, fallback: string | null, checks: readonly string[]): string {
  return [
    type,
    ...(collation === null ? [] : [`COLLATE ${collation}`]),
    ...(fallback === null ? [] : [`DEFAULT ${fallback}`]),
    ...(notNull ? ['NOT NULL'] : []),
    ...checks.map((sql) => `CHECK (${sql})`),
  ].join(' ');
}
