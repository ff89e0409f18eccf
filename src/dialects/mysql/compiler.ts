import { sqlError } from '../../sql/errors.ts';
import { make } from '../../sql/make.ts';
import { type FunctionNode, isKind, type Node, type OrderNode } from '../../sql/node.ts';
import type { SqlType } from '../../sql/type.ts';
import { TIGHTNESS, type Visitors, type Writer } from '../base/compiler.ts';
import { expressionVisitors, orderWords } from '../base/expressions.ts';
import { selectVisitors, writeLimit } from '../base/selects.ts';
import { storedType } from '../base/type-names.ts';
import { mysqlDml } from './dml.ts';
import { stringLiteral } from './literal.ts';
import { isAtLeast, type MysqlServer } from './server.ts';

/** As many rows as there can be: MySQL has no OFFSET without a LIMIT. */
const NO_LIMIT = '18446744073709551615';

// Quoted text and comments hold no placeholders.
const PLACEHOLDER = /'(?:[^'\\]|''|\\[\s\S])*'|"(?:[^"\\]|""|\\[\s\S])*"|`(?:[^`]|``)*`|--\s[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|(\?)/g;

/** The parts of a concatenation, whichever way it was put together. */
function parts(node: Node): Node[] {
  return isKind(node, 'binary') && node.operator === '||' ? [...parts(node.left), ...parts(node.right)] : [node];
}

const CASTS: Partial<Record<SqlType['name'], (type: SqlType) => string>> = {
  integer: () => 'SIGNED',
  bigInteger: () => 'SIGNED',
  smallInteger: () => 'SIGNED',
  string: (type) => (type.length === undefined ? 'CHAR' : `CHAR(${type.length})`),
  text: () => 'CHAR',
  enum: () => 'CHAR',
  uuid: () => 'CHAR(36)',
  float: () => 'DOUBLE',
  double: () => 'DOUBLE',
  numeric: ({ precision = 65, scale }) => `DECIMAL(${precision}, ${scale ?? (precision === 65 ? 30 : 0)})`,
  date: () => 'DATE',
  time: () => 'TIME(6)',
  dateTime: () => 'DATETIME(3)',
  binary: () => 'BINARY',
};

/** The names that other databases have for what MySQL calls in its own way. */
const FUNCTIONS: Readonly<Record<string, string>> = { random: 'RAND', length: 'CHAR_LENGTH', string_agg: 'GROUP_CONCAT' };

/** What stands between the parts of a GROUP_CONCAT until the separator that was given, a parameter, takes its place. */
const SEPARATOR = '\u001f\u001e\u001f';

/** MySQL has no FILTER: an aggregate leaves NULLs out, so the other rows give it NULL. */
function filtered(node: FunctionNode): readonly Node[] {
  const { filter } = node;
  if (filter === null) return node.args;
  return node.args.map((arg) =>
    make('case', { whens: [filter], thens: [isKind(arg, 'star') ? make('constant', { value: true }) : arg], otherwise: null }),
  );
}

function writeFunction(node: FunctionNode, to: Writer): void {
  const args = filtered(node);
  const name = FUNCTIONS[node.name] ?? node.name;
  if (node.name === 'now' && args.length === 0) {
    to.write('NOW(3)');
    return;
  }
  if (name.toUpperCase() === 'GROUP_CONCAT') {
    writeGroupConcat(node, args, to);
    return;
  }
  if (node.orderBy.length > 0) throw sqlError('sql.unsupported', `order of rows in ${node.name}()`, to.spelling.title);
  to.write(`${name}(${node.distinct ? 'DISTINCT ' : ''}`);
  // The average of whole numbers would be cut to four digits.
  if (node.name === 'avg' && args.length === 1) to.operand(args[0], TIGHTNESS.sum).write(' + 0e0');
  else to.list(args);
  to.write(')');
}

function writeGroupConcat(node: FunctionNode, args: readonly Node[], to: Writer): void {
  const [value, separator] = args.length === 2 ? node.args : [node.args[0], null];
  const given = separator ?? null;
  if (given !== null) to.write('REPLACE(');
  to.write(`GROUP_CONCAT(${node.distinct ? 'DISTINCT ' : ''}`).visit(
    node.filter === null ? value : filtered({ ...node, args: [value] })[0],
  );
  if (node.orderBy.length > 0) {
    to.write(' ORDER BY ');
    to.list(node.orderBy);
  }
  to.write(` SEPARATOR ${stringLiteral(given === null ? ',' : SEPARATOR)})`);
  if (given !== null)
    to.write(`, ${stringLiteral(SEPARATOR)}, `)
      .visit(given)
      .write(')');
}

/** NULLs come first in an ascending order; another place is a term of its own. */
function writeOrder(node: OrderNode, to: Writer): void {
  const first = node.direction === 'asc';
  if (node.nulls !== null && (node.nulls === 'first') !== first)
    to.operand(node.operand, TIGHTNESS.comparison + 1).write(node.nulls === 'first' ? ' IS NOT NULL, ' : ' IS NULL, ');
  to.operand(node.operand, 1).write(orderWords({ ...node, nulls: null }));
}

/** A subquery with a limit cannot stand in IN, but may be a table there. */
function limited(query: Node): boolean {
  return (isKind(query, 'select') || isKind(query, 'setOperation')) && (query.limit !== null || query.offset !== null);
}

/** What this server writes in another way. */
export function mysqlVisitors(server: MysqlServer): Visitors {
  const selects = selectVisitors((node, to) => {
    if (node.limit === null && node.offset !== null) to.write(` LIMIT ${NO_LIMIT}`);
    writeLimit(node, to);
  });
  const hasSetOperations = server.mariadb || isAtLeast(server, 8, 0, 31);
  return {
    ...expressionVisitors,
    ...selects,
    ...mysqlDml(server),
    binary: (node, to) => {
      if (node.operator === '||') {
        to.write('CONCAT(').list(parts(node)).write(')');
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
      if (!limited(node.list)) return expressionVisitors.in(node, to);
      to.operand(node.operand, TIGHTNESS.comparison + 1).write(`${node.negated ? ' NOT' : ''} IN (SELECT * FROM (`);
      to.visit(node.list).write(`) AS ${to.anonymous('rows')})`);
    },
    function: writeFunction,
    over: (node, to) => {
      if (node.frame !== null && /^groups|exclude/i.test(node.frame))
        throw sqlError('sql.unsupported', `window frame '${node.frame}'`, to.spelling.title);
      expressionVisitors.over(node, to);
    },
    cast: (node, to) => {
      const type = storedType(node.type);
      if (type.name === 'boolean') {
        to.write('(')
          .operand(node.operand, TIGHTNESS.comparison + 1)
          .write(' <> 0)');
        return;
      }
      const words = type.name === 'json' ? (server.mariadb ? 'CHAR' : 'JSON') : (CASTS[type.name]?.(type) ?? to.spelling.typeName(type));
      to.write('CAST(').visit(node.operand).write(` AS ${words})`);
    },
    order: writeOrder,
    raw: (node, to) => {
      // A placeholder that was written by hand would take the value of another one, or none.
      for (const piece of node.pieces)
        for (const [, placeholder] of piece.matchAll(PLACEHOLDER))
          if (placeholder !== undefined) throw sqlError('sql.bare-placeholder', placeholder);
      expressionVisitors.raw(node, to);
    },
    join: (node, to) => {
      if (node.type === 'full') throw sqlError('sql.unsupported', 'FULL OUTER JOIN', to.spelling.title);
      selects.join(node, to);
    },
    setOperation: (node, to) => {
      if (!hasSetOperations && !/^UNION/i.test(node.operator))
        throw sqlError('sql.unsupported', node.operator, `${to.spelling.title} before 8.0.31`);
      selects.setOperation(node, to);
    },
    lock: (node, to) => {
      if (!server.mariadb) return selects.lock(node, to);
      if (node.of.length > 0) throw sqlError('sql.unsupported', 'FOR UPDATE OF some of the tables', to.spelling.title);
      to.write(node.strength === 'share' ? ' LOCK IN SHARE MODE' : ' FOR UPDATE');
      if (node.wait !== null) to.write(node.wait === 'skipLocked' ? ' SKIP LOCKED' : ' NOWAIT');
    },
  };
}
