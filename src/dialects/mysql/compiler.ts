import { sqlError } from '../../sql/errors.ts';
import type { OrderNode } from '../../sql/expression-nodes.ts';
import { make } from '../../sql/make.ts';
import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { isTextual, type SqlType } from '../../sql/type.ts';
import { TIGHTNESS, type Visitors, type Writer } from '../base/compiler.ts';
import { expressionVisitors, orderWords } from '../base/expressions.ts';
import { DURATION_FROM } from '../base/intervals.ts';
import { documentVisitors } from '../base/json-documents.ts';
import { typeOfNode } from '../base/node-types.ts';
import { storedType } from '../base/type-names.ts';
import { mysqlArithmeticVisitors } from './arithmetic.ts';
import { writeDateField } from './date-fields.ts';
import { mysqlDml } from './dml.ts';
import { mysqlFunctionVisitors } from './function-forms.ts';
import { mysqlJsonVisitors } from './json.ts';
import { stringLiteral } from './literal.ts';
import { writeQuantified } from './quantified.ts';
import { mysqlSelects } from './selects.ts';
import type { MysqlServer } from './server.ts';
import { mysqlSources } from './sources.ts';
import { mysqlTextMatchVisitors } from './text-match.ts';
import { clockPrecision } from './type-words.ts';

// Quoted text and comments hold no placeholders.
const PLACEHOLDER = /'(?:[^'\\]|''|\\[\s\S])*'|"(?:[^"\\]|""|\\[\s\S])*"|`(?:[^`]|``)*`|--\s[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|(\?)/g;

/** The parts of a concatenation, whichever way it was put together. */
function parts(node: Node): Node[] {
  return isKind(node, 'binary') && node.operator === '||' ? [...parts(node.left), ...parts(node.right)] : [node];
}

const whole = (type: SqlType): string => (type.unsigned ? 'UNSIGNED' : 'SIGNED');
const sized = ({ length }: SqlType): string => (length === undefined ? 'CHAR' : `CHAR(${length})`);

/** The words of a type in CAST, where they are not those of a column. */
const CASTS: Partial<Record<SqlType['name'], (type: SqlType) => string>> = {
  integer: whole,
  bigInteger: whole,
  smallInteger: whole,
  tinyInteger: whole,
  mediumInteger: whole,
  string: sized,
  char: sized,
  text: () => 'CHAR',
  enum: () => 'CHAR',
  interval: () => 'CHAR',
  array: () => 'CHAR',
  encrypted: () => 'CHAR',
  bit: () => 'UNSIGNED',
  uuid: () => 'CHAR(36)',
  float: () => 'DOUBLE',
  double: () => 'DOUBLE',
  numeric: ({ precision = 65, scale }) => `DECIMAL(${precision}, ${scale ?? (precision === 65 ? 30 : 0)})`,
  date: () => 'DATE',
  time: ({ precision = 6 }) => `TIME(${precision})`,
  dateTime: (type) => `DATETIME(${clockPrecision(type)})`,
  binary: () => 'BINARY',
};

/** MySQL's JSON_ARRAYAGG has no order, but GROUP_CONCAT has. */
function writeOrderedArray(item: () => void, order: readonly Node[], to: Writer): void {
  to.write("CAST(CONCAT('[', GROUP_CONCAT(JSON_EXTRACT(JSON_ARRAY(");
  item();
  to.write("), '$[0]') ORDER BY ").list(order).write("), ']') AS JSON)");
}

/** NULLs come first in an ascending order; another place is a term of its own. */
function writeOrder(node: OrderNode, to: Writer): void {
  const first = node.direction === 'asc';
  if (node.nulls !== null && (node.nulls === 'first') !== first)
    to.operand(node.operand, TIGHTNESS.comparison + 1).write(node.nulls === 'first' ? ' IS NOT NULL, ' : ' IS NULL, ');
  to.operand(node.operand, 1).write(orderWords({ ...node, nulls: null }));
}

/**
 * A subquery with a limit cannot stand in IN, but may be a table there. MySQL puts the comparison into a HAVING, where it then
 * misses the expressions of GROUP BY.
 */
function apart(query: Node, { mariadb }: MysqlServer): boolean {
  if (!isKind(query, 'select') && !isKind(query, 'setOperation')) return false;
  return query.limit !== null || query.offset !== null || (!mariadb && isKind(query, 'select') && query.having !== null);
}

function unsupported(feature: string): (node: Node, to: Writer) => never {
  return (_node, to) => {
    throw sqlError('sql.unsupported', feature, to.spelling.title);
  };
}

/** What this server writes in another way. */
export function mysqlVisitors(server: MysqlServer): Visitors {
  return {
    ...expressionVisitors,
    ...mysqlSources(server),
    ...mysqlSelects(server),
    ...mysqlDml(server),
    ...mysqlArithmeticVisitors,
    ...mysqlFunctionVisitors(server),
    ...mysqlJsonVisitors(server),
    ...mysqlTextMatchVisitors(server),
    ...documentVisitors({
      object: 'JSON_OBJECT',
      aggregate: 'JSON_ARRAYAGG',
      // MariaDB has no type of JSON: what stands for it is text unless a function says so.
      nested: server.mariadb ? 'JSON_COMPACT' : null,
      hex: (value, to) => {
        to.write('HEX(').visit(value).write(')');
      },
      ...(server.mariadb ? {} : { empty: 'JSON_ARRAY()', orderedAggregate: writeOrderedArray }),
      orders: server.mariadb,
      limits: server.mariadb,
      correlates: !server.mariadb,
      filters: false,
    }),
    extract: writeDateField,
    binary: (node, to) => {
      if (node.operator === '||') {
        to.write('CONCAT(').list(parts(node)).write(')');
      } else if (isKind(node.right, 'quantified')) {
        writeQuantified(node, node.right, to);
      } else if (node.operator === 'IS DISTINCT FROM') {
        to.write('NOT (')
          .operand(node.left, TIGHTNESS.comparison + 1)
          .write(' <=> ');
        to.operand(node.right, TIGHTNESS.comparison + 1).write(')');
      } else expressionVisitors.binary(node.operator === 'IS NOT DISTINCT FROM' ? { ...node, operator: '<=>' } : node, to);
    },
    like: (node, to) => {
      expressionVisitors.like({ ...node, escape: null }, to);
      // A backslash, which stands for itself here, would escape the quote.
      if (node.escape !== null) to.write(` ESCAPE ${stringLiteral(node.escape)}`);
    },
    in: (node, to) => {
      if (!apart(node.list, server)) return expressionVisitors.in(node, to);
      to.operand(node.operand, TIGHTNESS.comparison + 1).write(`${node.negated ? ' NOT' : ''} IN (SELECT * FROM (`);
      to.visit(node.list).write(`) AS ${to.anonymous('rows')})`);
    },
    cast: (node, to) => {
      const type = storedType(node.type, to.spelling.name);
      if (type.name === 'boolean') {
        to.write('(')
          .operand(node.operand, TIGHTNESS.comparison + 1)
          .write(' <> 0)');
        return;
      }
      if (isTextual(type) && typeOfNode(node.operand, to.spelling.name)?.name === 'interval') {
        to.write('SUBSTRING(').visit(node.operand).write(`, ${DURATION_FROM})`);
        return;
      }
      const json = type.name === 'json' || type.name === 'jsonb';
      const words = json ? (server.mariadb ? 'CHAR' : 'JSON') : (CASTS[type.name]?.(type) ?? to.spelling.typeName(type));
      to.write('CAST(').visit(node.operand).write(` AS ${words})`);
    },
    // HAVING knows no column but by an aggregate, and all rows of a group have one value of it.
    groupValue: ({ operand }, to) => to.write('MIN(').visit(operand).write(')'),
    order: writeOrder,
    symmetricBetween: (node, to) => {
      const between = (low: Node, high: Node): Node => make('between', { operand: node.operand, low, high, negated: false });
      const either = make('junction', { operator: 'or', items: [between(node.low, node.high), between(node.high, node.low)] });
      to.write(node.negated ? '(NOT (' : '((')
        .visit(either)
        .write('))');
    },
    arrayOperator: unsupported('arrays'),
    arrayIndex: unsupported('arrays'),
    arrayLength: unsupported('arrays'),
    arrayOf: unsupported('arrays'),
    nextValue: (node, to) => {
      if (server.mariadb) {
        const path = [...(node.schema === null ? [] : [node.schema]), node.sequence];
        to.write(`NEXT VALUE FOR ${path.map((name) => to.spelling.quote(name)).join('.')}`);
        return;
      }
      // A key that the database numbers takes NULL for the next one.
      if (!node.optional) throw sqlError('sql.unsupported', `sequences ('${node.sequence}')`, to.spelling.title);
      to.write('NULL');
    },
    raw: (node, to) => {
      // A placeholder that was written by hand would take the value of another one, or none.
      for (const piece of node.pieces)
        for (const [, placeholder] of piece.matchAll(PLACEHOLDER))
          if (placeholder !== undefined) throw sqlError('sql.bare-placeholder', placeholder);
      expressionVisitors.raw(node, to);
    },
  };
}
