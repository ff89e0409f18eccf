import type { JsonScalarNode } from '../../sql/expression-nodes.ts';
import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { BOOLEAN, DOUBLE, INTEGER, NUMERIC, type SqlType } from '../../sql/type.ts';
import { TIGHTNESS, type Visitors, type Writer } from './compiler.ts';
import { literal } from './inline.ts';

const SCALARS: Readonly<Record<Exclude<JsonScalarNode['as'], 'text'>, SqlType>> = {
  integer: INTEGER,
  number: DOUBLE,
  numeric: NUMERIC,
  boolean: BOOLEAN,
};

/** A JSON value with operators and an equality, which PostgreSQL's older `json` does not have. */
function binary(node: Node, to: Writer): Writer {
  return to.write('CAST(').visit(node).write(' AS JSONB)');
}

/** What is walked into: a parameter has to be told that it is JSON. */
function document(node: Node, to: Writer): void {
  if (isKind(node, 'bind')) binary(node, to);
  else to.operand(node, TIGHTNESS.collate);
}

const step = (key: string | number): string => (typeof key === 'number' ? String(key) : literal(key));

type JsonVisitors = Pick<
  Visitors,
  'jsonPath' | 'jsonScalar' | 'jsonComparison' | 'jsonContains' | 'jsonHasKeys' | 'jsonLength' | 'jsonCanonical'
>;

/** JSON as PostgreSQL has it. */
export const jsonVisitors: JsonVisitors = {
  jsonPath: (node, to) => {
    document(node.operand, to);
    for (const key of node.path) to.write(` -> ${step(key)}`);
  },
  jsonScalar: (node, to) => {
    if (node.as !== 'text') to.write('CAST(');
    if (isKind(node.operand, 'jsonPath')) {
      const { operand, path } = node.operand;
      to.write('(');
      document(operand, to);
      for (const [i, key] of path.entries()) to.write(` ${i === path.length - 1 ? '->>' : '->'} ${step(key)}`);
      to.write(')');
    } else {
      // The whole value as text: an empty path.
      to.write('(');
      document(node.operand, to);
      to.write(" #>> '{}')");
    }
    if (node.as !== 'text') to.write(` AS ${to.spelling.typeName(SCALARS[node.as])})`);
  },
  jsonComparison: (node, to) => {
    binary(node.left, to).write(` ${node.operator} `);
    binary(node.right, to);
  },
  jsonContains: (node, to) => {
    binary(node.left, to).write(' @> ');
    binary(node.right, to);
  },
  jsonHasKeys: (node, to) => {
    binary(node.operand, to);
    if (node.keys.length === 1) to.write(' ? ').operand(node.keys[0], TIGHTNESS.collate);
    else
      to.write(` ${node.every ? '?&' : '?|'} CAST(ARRAY[`)
        .list(node.keys)
        .write('] AS TEXT[])');
  },
  jsonCanonical: (node, to) => binary(node.operand, to),
  jsonLength: (node, to) => {
    to.write('CASE jsonb_typeof(');
    binary(node.operand, to).write(") WHEN 'array' THEN jsonb_array_length(");
    binary(node.operand, to).write(') END');
  },
};
