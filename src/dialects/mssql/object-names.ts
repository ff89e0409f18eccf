import type { TableName } from '../base/dialect.ts';
import { textLiteral } from './literals.ts';
import { mssqlSpelling } from './spelling.ts';

const { quote } = mssqlSpelling;

/** A name with its schema. */
export function qualified({ schema, name }: TableName): string {
  return schema === null ? quote(name) : `${quote(schema)}.${quote(name)}`;
}

/** The name as a function such as OBJECT_ID() takes it. Temporary tables are elsewhere. */
export function nameLiteral({ schema, name }: TableName): string {
  const bracketed = (part: string): string => `[${part.replaceAll(']', ']]')}]`;
  if (name.startsWith('#')) return textLiteral(`tempdb..${bracketed(name)}`);
  return textLiteral(schema === null ? bracketed(name) : `${bracketed(schema)}.${bracketed(name)}`);
}

const KINDS = { table: 'U', view: 'V', sequence: 'SO' } as const;

/** Whether something of this kind and name is there, as a condition. */
export function isThere(kind: keyof typeof KINDS, name: TableName): string {
  return `OBJECT_ID(${nameLiteral(name)}, N'${KINDS[kind]}') IS NOT NULL`;
}

/** A statement that runs only where the condition does not hold. */
export function unless(condition: string, statement: string): string {
  return `IF NOT (${condition}) ${statement}`;
}

/** A statement that has to be a batch of its own, inside another one. */
export function asBatch(statement: string): string {
  return `EXEC (${textLiteral(statement)})`;
}
