import { sqlError } from '../../sql/errors.ts';
import type { JsonComparisonNode, JsonScalarNode } from '../../sql/expression-nodes.ts';
import { make } from '../../sql/make.ts';
import type { Node } from '../../sql/node.ts';
import type { Writer } from '../base/compiler.ts';
import type { jsonVisitors } from '../base/json.ts';
import { stringLiteral } from './literal.ts';
import { isAtLeast, type MysqlServer } from './server.ts';

/** What JSON_TYPE calls the values of these types in the two servers. */
const TYPES = {
  string: "'STRING'",
  number: "'INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL'",
  boolean: "'BOOLEAN'",
} as const;

/** A JSON value of a known type as the value of SQL that it is compared by. */
const COMPARED: Readonly<Record<keyof typeof TYPES, readonly [before: string, after: string]>> = {
  string: ['CONVERT(JSON_UNQUOTE(', ') USING utf8mb4) COLLATE utf8mb4_bin'],
  number: ['(JSON_UNQUOTE(', ') + 0e0)'],
  boolean: ['(JSON_UNQUOTE(', ") = 'true')"],
};

const SCALARS: Readonly<Record<Exclude<JsonScalarNode['as'], 'text' | 'boolean'>, readonly [before: string, after: string]>> = {
  integer: ['CAST(CAST(JSON_UNQUOTE(', ') AS DECIMAL(65, 0)) AS SIGNED)'],
  number: ['(JSON_UNQUOTE(', ') + 0e0)'],
  numeric: ['CAST(JSON_UNQUOTE(', ') AS DECIMAL(65, 30))'],
};

/** A place counted from the end, which MariaDB works out in a path for the first row only. */
function fromEnd(list: Node, back: number, to: Writer): void {
  to.write('CASE WHEN JSON_TYPE(').visit(list).write(") = 'ARRAY' AND JSON_LENGTH(").visit(list).write(`) >= ${back} THEN JSON_EXTRACT(`);
  to.visit(list).write(", CONCAT('$[', JSON_LENGTH(").visit(list).write(`) - ${back}, ']')) END`);
}

/** Whether `$[…]` takes what is no array for one of a single item: at its first place, and in MySQL at its last. */
function wraps(key: string | number, server: MysqlServer): boolean {
  return key === 0 || (!server.mariadb && key === -1);
}

/** JSON in the words of MySQL or MariaDB. */
export function mysqlJsonVisitors(server: MysqlServer): typeof jsonVisitors {
  const canNormalize = !server.mariadb || isAtLeast(server, 10, 7, 0);

  const step = (key: string | number, to: Writer): string => {
    if (typeof key === 'string') {
      // Even in quotes it takes such a one for no path at all, and everything for missing.
      if (server.mariadb && key.startsWith('-'))
        throw sqlError('sql.unsupported', `a path to a JSON key that begins with a minus sign ('${key}')`, to.spelling.title);
      return `.${JSON.stringify(key)}`;
    }
    if (key >= 0) return `[${key}]`;
    return key === -1 ? '[last]' : `[last-${-key - 1}]`;
  };

  const canonical = (node: Node, to: Writer): Writer => {
    if (!canNormalize) throw sqlError('sql.unsupported', 'comparison of whole JSON values', `${to.spelling.title} before 10.7`);
    // Of JSON_EQUALS MariaDB forgets in later rows that a value was NULL.
    const [before, after] = server.mariadb ? ['CONVERT(JSON_NORMALIZE(', ') USING utf8mb4) COLLATE utf8mb4_bin'] : ['CAST(', ' AS JSON)'];
    return to.write(before).visit(node).write(after);
  };

  /** Whether both are the same value of JSON, or in this order; not so where they are of different types. NULL where one is not there. */
  const compare = (node: JsonComparisonNode, operator: string, to: Writer): void => {
    if (node.value === 'json') {
      if (operator !== '=') throw sqlError('sql.unsupported', `order among JSON values ('${operator}')`, to.spelling.title);
      canonical(node.left, to.write('('));
      canonical(node.right, to.write(' = ')).write(')');
      return;
    }
    const [before, after] = COMPARED[node.value];
    to.write('(JSON_TYPE(').visit(node.left).write(`) IN (${TYPES[node.value]}) AND ${before}`);
    to.visit(node.left).write(`${after} ${operator} ${before}`).visit(node.right).write(`${after})`);
  };

  return {
    jsonPath: ({ operand, path }, to) => {
      const back = server.mariadb ? path.findLastIndex((key) => typeof key === 'number' && key < 0) : -1;
      const only = path.findLastIndex((key) => wraps(key, server));
      if (only > back) {
        const list = only === 0 ? operand : make('jsonPath', { operand, path: path.slice(0, only) });
        const steps = path.slice(only).map((key) => step(key, to));
        to.write('CASE JSON_TYPE(').visit(list).write(") WHEN 'ARRAY' THEN JSON_EXTRACT(").visit(list);
        to.write(`, ${stringLiteral(`$${steps.join('')}`)}) END`);
        return;
      }
      const text = path.slice(back + 1).map((key) => step(key, to));
      if (text.length > 0) to.write('JSON_EXTRACT(');
      if (back < 0) to.visit(operand);
      else fromEnd(back === 0 ? operand : make('jsonPath', { operand, path: path.slice(0, back) }), -(path[back] as number), to);
      if (text.length > 0) to.write(`, ${stringLiteral(`$${text.join('')}`)})`);
    },
    jsonScalar: ({ as, operand }, to) => {
      to.write('CASE');
      if (as === 'text')
        // JSON's null is no text.
        to.write(' WHEN JSON_TYPE(').visit(operand).write(") <> 'NULL' THEN JSON_UNQUOTE(").visit(operand).write(')');
      else if (as === 'boolean')
        to.write(' WHEN JSON_TYPE(').visit(operand).write(") = 'BOOLEAN' THEN JSON_UNQUOTE(").visit(operand).write(") = 'true'");
      else {
        const [before, after] = SCALARS[as];
        to.write(' WHEN JSON_TYPE(').visit(operand).write(`) IN (${TYPES.number}) THEN ${before}`).visit(operand).write(after);
      }
      to.write(' END');
    },
    jsonComparison: (node, to) => {
      const { operator } = node;
      if (operator === '<>') {
        to.write('(NOT ');
        compare(node, '=', to);
        to.write(')');
      } else if (operator.endsWith('DISTINCT FROM')) {
        to.write(operator.startsWith('IS NOT') ? '(IFNULL(' : '(NOT IFNULL(');
        compare(node, '=', to);
        to.write(', 0))');
      } else compare(node, operator, to);
    },
    jsonContains: (node, to) => to.write('JSON_CONTAINS(').list([node.left, node.right]).write(')'),
    jsonHasKeys: (node, to) => {
      const one = (key: Node): void => {
        to.write('CASE JSON_TYPE(').visit(node.operand).write(") WHEN 'OBJECT' THEN JSON_CONTAINS(JSON_KEYS(").visit(node.operand);
        to.write('), JSON_QUOTE(').visit(key).write(")) WHEN 'ARRAY' THEN JSON_CONTAINS(").visit(node.operand);
        to.write(', JSON_QUOTE(').visit(key).write(')) ELSE FALSE END');
      };
      to.write('(CASE WHEN ').visit(node.operand).write(' IS NOT NULL THEN ');
      if (node.keys.length === 0) to.write(node.every ? 'TRUE' : 'FALSE');
      node.keys.forEach((key, i) => {
        if (i > 0) to.write(node.every ? ' AND ' : ' OR ');
        one(key);
      });
      to.write(' END)');
    },
    jsonCanonical: (node, to) => canonical(node.operand, to),
    jsonLength: (node, to) => {
      to.write('CASE JSON_TYPE(').visit(node.operand).write(") WHEN 'ARRAY' THEN JSON_LENGTH(").visit(node.operand).write(') END');
    },
  };
}
