import { expect } from 'vitest';
import { mssql } from '../../src/dialects/mssql/dialect.ts';
import type { InsertBatch } from '../../src/sql/insert.ts';
import type { Node } from '../../src/sql/node.ts';
import { parseTsql } from './tsql-grammar.ts';

export type Statement = { readonly node: Node } | { build(): Node } | { batches(): readonly InsertBatch[] };

function nodeOf(statement: Statement): Node {
  if ('node' in statement) return statement.node;
  return 'build' in statement ? statement.build() : statement.batches()[0].node;
}

/** A statement's text, with a placeholder where each of its parameters stands. */
export function textOf(statement: Statement): string {
  const { pieces } = mssql.compile(nodeOf(statement));
  return pieces.map((piece, i) => (i === 0 ? piece : `@p${i}${piece}`)).join('');
}

/** Compares a statement's text with the one that is meant, and has it read by the grammar. */
export function checkText(statement: Statement, expected: string): void {
  const written = textOf(statement);
  expect(written).toBe(expected);
  parseTsql(written);
}
