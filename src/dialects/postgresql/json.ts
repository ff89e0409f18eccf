import { sqlError } from '../../sql/errors.ts';
import type { JsonScalarNode } from '../../sql/expression-nodes.ts';
import type { Node } from '../../sql/node.ts';
import type { Visitors, Writer } from '../base/compiler.ts';
import { jsonVisitors } from '../base/json.ts';

/** What jsonb_typeof() says of values that are read as such. */
const KINDS = { number: 'number', numeric: 'number', integer: 'number', boolean: 'boolean' } as const;
const TYPES = { string: 'string', number: 'number', boolean: 'boolean' } as const;
const ORDER = new Set(['<', '<=', '>', '>=']);

function kindOf(node: Node, to: Writer): Writer {
  return to.write('jsonb_typeof(CAST(').visit(node).write(' AS JSONB))');
}

/** JSON whose values are asked for their kind first: a cast of another kind is an error, and an order goes across kinds. */
export const postgresqlJsonVisitors: Pick<Visitors, 'jsonScalar' | 'jsonComparison'> = {
  jsonScalar: (node, to) => {
    if (node.as === 'text') return jsonVisitors.jsonScalar(node, to);
    kindOf(node.operand, to.write('CASE ')).write(` WHEN '${KINDS[node.as]}' THEN `);
    // A cast from text to a whole number takes no fraction.
    const whole = node.as === 'integer';
    if (whole) to.write('CAST(round(');
    jsonVisitors.jsonScalar({ ...(node as JsonScalarNode), as: whole ? 'numeric' : node.as }, to);
    to.write(whole ? ') AS INTEGER) END' : ' END');
  },
  jsonComparison: (node, to) => {
    if (!ORDER.has(node.operator)) return jsonVisitors.jsonComparison(node, to);
    if (node.value === 'json') throw sqlError('sql.unsupported', `order among JSON values ('${node.operator}')`, to.spelling.title);
    kindOf(node.left, to.write('(')).write(` = '${TYPES[node.value]}' AND `);
    jsonVisitors.jsonComparison(node, to);
    to.write(')');
  },
};
