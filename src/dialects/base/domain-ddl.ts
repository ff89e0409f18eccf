import type { Node } from '../../sql/node.ts';
import type { DomainType } from '../../sql/own-types.ts';
import { type DdlFeatures, need } from './ddl-features.ts';
import type { DdlCompiler, DomainChange, TableName } from './dialect.ts';

interface Spelling {
  readonly title: string;
  readonly features: DdlFeatures;
  readonly inline: DdlCompiler['inline'];
  quote(name: string): string;
  qualified(name: TableName): string;
  collation(name: string): string;
  condition(node: Node): string;
  /** Throws for a name that is too long. */
  check(what: string, name: string): void;
}

/** CREATE DOMAIN over this type, with all that it says. */
export function createDomain(
  domain: DomainType,
  type: string,
  { inline, condition, check, quote, qualified, collation }: Spelling,
): string {
  const { name, notNull, serverDefault, checks } = domain;
  check('domain', name);
  let text = `CREATE DOMAIN ${qualified(domain)} AS ${type}`;
  if (domain.collation !== null) text += ` COLLATE ${collation(domain.collation)}`;
  if (serverDefault !== null) text += ` DEFAULT ${inline(serverDefault)}`;
  if (notNull) text += ' NOT NULL';
  for (const own of checks) {
    if (own.name !== null) check(`constraint of the domain '${name}'`, own.name);
    text += `${own.name === null ? '' : ` CONSTRAINT ${quote(own.name)}`} CHECK (${condition(own.condition)})`;
  }
  return text;
}

/** ALTER DOMAIN, once for each thing that changes: what goes before what comes. */
export function alterDomain(
  domain: TableName,
  { serverDefault, notNull, dropChecks = [], addChecks = [] }: DomainChange,
  { title, features, inline, condition, check, quote, qualified }: Spelling,
): string[] {
  need(features.enumTypes, `domains ('${domain.name}')`, title);
  for (const own of addChecks) check(`constraint of the domain '${domain.name}'`, own.name);
  return [
    ...dropChecks.map((name) => `DROP CONSTRAINT ${quote(name)}`),
    ...(serverDefault === undefined ? [] : [serverDefault === null ? 'DROP DEFAULT' : `SET DEFAULT ${inline(serverDefault)}`]),
    ...(notNull === undefined ? [] : [`${notNull ? 'SET' : 'DROP'} NOT NULL`]),
    ...addChecks.map((own) => `ADD CONSTRAINT ${quote(own.name)} CHECK (${condition(own.condition)})`),
  ].map((action) => `ALTER DOMAIN ${qualified(domain)} ${action}`);
}
