import { sqlError } from '../../sql/errors.ts';
import type { JsonComparisonNode } from '../../sql/expression-nodes.ts';
import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import type { Visitors, Writer } from '../base/compiler.ts';
import { literal } from '../base/inline.ts';
import type { jsonVisitors } from '../base/json.ts';

/** A path as SQLite's functions take it. */
function pathText(path: readonly (string | number)[]): string {
  const steps = path.map((key) => {
    if (typeof key === 'string') return `.${JSON.stringify(key)}`;
    return key >= 0 ? `[${key}]` : `[#${key}]`;
  });
  return literal(`$${steps.join('')}`);
}

/** One of SQLite's functions of a document and a path; a value that is no path is a document of its own. */
function call(name: string, node: Node, to: Writer): Writer {
  const [document, path] = isKind(node, 'jsonPath') ? [node.operand, node.path] : [node, []];
  return to
    .write(`${name}(`)
    .visit(document)
    .write(`, ${pathText(path)})`);
}

/** JSON's true and false as text and as the truth; SQLite would make 1 and 0 of both. */
const TRUTHS = { text: ["'true'", "'false'"], boolean: ['1', '0'] } as const;

const TYPES = { string: "'text'", number: "'integer', 'real'", boolean: "'true', 'false'" } as const;

/** Whether both are the same value of JSON; not so where they are of different types. NULL where one is not there. */
function equal(node: JsonComparisonNode, operator: string, to: Writer): void {
  to.write('(');
  if (node.value === 'json') {
    if (operator !== '=') throw sqlError('sql.unsupported', `order among JSON values ('${operator}')`, to.spelling.title);
    to.write('json_canonical(').visit(node.left).write(') = json_canonical(').visit(node.right).write(')');
  } else {
    call('json_type', node.left, to).write(` IN (${TYPES[node.value]}) AND `);
    call('json_extract', node.left, to).write(` ${operator} `);
    call('json_extract', node.right, to);
  }
  to.write(')');
}

/** JSON by SQLite's functions; what it has none for by the ones of `functions.ts`. */
export const sqliteJsonVisitors: typeof jsonVisitors & Pick<Visitors, 'jsonPath'> = {
  jsonPath: (node, to) => {
    // Operators bind to their neighbours, functions do not: the same text serves everywhere.
    to.write('(')
      .visit(node.operand)
      .write(` -> ${pathText(node.path)})`);
  },
  jsonScalar: (node, to) => {
    const { as, operand } = node;
    to.write('CASE ');
    call('json_type', operand, to);
    if (as === 'text' || as === 'boolean') {
      const [yes, no] = TRUTHS[as];
      to.write(` WHEN 'true' THEN ${yes} WHEN 'false' THEN ${no}`);
      if (as === 'text') call('json_extract', operand, to.write(' ELSE CAST(')).write(' AS TEXT)');
    } else {
      for (const type of ['integer', 'real']) {
        to.write(` WHEN '${type}' THEN `);
        if (as === 'integer') to.write(type === 'real' ? 'CAST(round(' : 'CAST((');
        else if (as === 'number') to.write('CAST((');
        else to.write('((');
        call('json_extract', operand, to).write(')');
        to.write(as === 'integer' ? ' AS INTEGER)' : as === 'number' ? ' AS REAL)' : ')');
      }
    }
    to.write(' END');
  },
  jsonComparison: (node, to) => {
    const { operator } = node;
    if (operator === '<>') {
      to.write('(NOT ');
      equal(node, '=', to);
      to.write(')');
    } else if (operator.endsWith('DISTINCT FROM')) {
      to.write(operator.startsWith('IS NOT') ? '(ifnull(' : '(NOT ifnull(');
      equal(node, '=', to);
      to.write(', 0))');
    } else equal(node, operator, to);
  },
  jsonContains: (node, to) => to.write('json_contains(').list([node.left, node.right]).write(')'),
  jsonHasKeys: (node, to) => {
    const one = (key: Node): void => {
      const each = to.anonymous('keys');
      to.write(`EXISTS (SELECT 1 FROM json_each(`).visit(node.operand).write(`) AS ${each} WHERE CASE json_type(`).visit(node.operand);
      to.write(`) WHEN 'object' THEN ${each}.key = `)
        .visit(key)
        .write(` ELSE ${each}.type = 'text' AND ${each}.value = `)
        .visit(key)
        .write(' END)');
    };
    to.write('(CASE WHEN ').visit(node.operand).write(' IS NOT NULL THEN ');
    if (node.keys.length === 0) to.write(node.every ? '1' : '0');
    node.keys.forEach((key, i) => {
      if (i > 0) to.write(node.every ? ' AND ' : ' OR ');
      one(key);
    });
    to.write(' END)');
  },
  jsonCanonical: (node, to) => to.write('json_canonical(').visit(node.operand).write(')'),
  jsonLength: (node, to) => {
    to.write('CASE json_type(').visit(node.operand).write(") WHEN 'array' THEN json_array_length(").visit(node.operand).write(') END');
  },
};
