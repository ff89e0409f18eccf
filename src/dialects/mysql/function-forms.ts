import { sqlError } from '../../sql/errors.ts';
import type { FunctionNode, OverNode } from '../../sql/expression-nodes.ts';
import { make } from '../../sql/make.ts';
import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { TIGHTNESS, type Writer } from '../base/compiler.ts';
import { extreme, FUNCTION_FORMS, type FunctionForms, functionVisitors, writeCall } from '../base/functions.ts';
import { storedType } from '../base/type-names.ts';
import { stringLiteral } from './literal.ts';
import type { MysqlServer } from './server.ts';

type Form = FunctionForms[string];

const text =
  (sql: string): Form =>
  (_node, to) =>
    void to.write(sql);

/** MySQL has no FILTER: an aggregate leaves NULLs out, so the other rows give it NULL. */
function filtered({ filter, args }: FunctionNode): readonly Node[] {
  if (filter === null) return args;
  return args.map((arg) =>
    make('case', { whens: [filter], thens: [isKind(arg, 'star') ? make('constant', { value: true }) : arg], otherwise: null }),
  );
}

/** A call under this name, without FILTER. */
function call(node: FunctionNode, to: Writer, name: string = node.name): void {
  if (node.orderBy.length > 0) throw sqlError('sql.unsupported', `order of rows in ${node.name}()`, to.spelling.title);
  writeCall({ ...node, args: filtered(node), filter: null }, to, name);
}

const named =
  (name: string): Form =>
  (node, to) =>
    call(node, to, name);

/** A template over the arguments, `~0` the first, by how many there are. */
const byCount =
  (...forms: readonly (readonly [number, string])[]): Form =>
  (node, to) => {
    const form = forms.find(([count]) => count === node.args.length);
    if (form === undefined) return call(node, to);
    form[1].split(/~(\d)/).forEach((piece, i) => {
      if (i % 2 === 0) to.write(piece);
      else to.visit(node.args[Number(piece)]);
    });
  };

/** What stands between the parts of a GROUP_CONCAT until the separator that was given, a parameter, takes its place. */
const SEPARATOR = '\u001f\u001e\u001f';

const groupConcat: Form = (node, to) => {
  const [value, given = null] = node.args;
  const bare = given === null || isKind(given, 'textLiteral');
  if (!bare) to.write('REPLACE(');
  to.write(`GROUP_CONCAT(${node.distinct ? 'DISTINCT ' : ''}`).visit(filtered({ ...node, args: [value] })[0]);
  if (node.orderBy.length > 0) to.write(' ORDER BY ').list(node.orderBy);
  to.write(` SEPARATOR ${stringLiteral(given === null ? ',' : isKind(given, 'textLiteral') ? given.text : SEPARATOR)})`);
  if (!bare)
    to.write(`, ${stringLiteral(SEPARATOR)}, `)
      .visit(given)
      .write(')');
};

/** An exact average has sixteen digits more than its values; any other one is a double. MySQL's has four. */
const average: Form = (node, to) => {
  const [value, ...others] = node.args;
  if (value === undefined || others.length > 0) return call(node, to);
  const typed = isKind(value, 'column') || isKind(value, 'cast') ? storedType(value.type).name : 'unknown';
  const [arg] = filtered(node);
  to.write(`avg(${node.distinct ? 'DISTINCT ' : ''}`).operand(arg, typed === 'numeric' ? TIGHTNESS.product : TIGHTNESS.sum);
  to.write(typed === 'numeric' ? ' * 1.0000000000000000)' : ' + 0e0)');
};

const FORMS: FunctionForms = {
  ...FUNCTION_FORMS,
  now: text('NOW(3)'),
  current_timestamp: text('CURRENT_TIMESTAMP(3)'),
  local_timestamp: text('LOCALTIMESTAMP(3)'),
  current_time: text('CURRENT_TIME(3)'),
  local_time: text('CURRENT_TIME(3)'),
  random: named('RAND'),
  length: named('CHAR_LENGTH'),
  string_agg: groupConcat,
  group_concat: groupConcat,
  // Here these are of the whole population, and elsewhere of a sample.
  stddev: named('STDDEV_SAMP'),
  variance: named('VAR_SAMP'),
  bool_and: named('MIN'),
  bool_or: named('MAX'),
  avg: average,
  greatest: extreme('GREATEST'),
  least: extreme('LEAST'),
  concat: ({ args }, to) => {
    if (args.length === 0) to.write("''");
    else {
      to.write('CONCAT(');
      args.forEach((arg, i) => {
        to.write(i === 0 ? 'IFNULL(' : ', IFNULL(')
          .visit(arg)
          .write(", '')");
      });
      to.write(')');
    }
  },
  // As it was written, not as its collation compares.
  trim: (node, to) => trim(node, to),
  ltrim: (node, to) => trim(node, to),
  rtrim: (node, to) => trim(node, to),
  position: byCount([2, 'LOCATE(~0, CONVERT(~1 USING utf8mb4) COLLATE utf8mb4_bin)']),
  substring: byCount([2, 'SUBSTRING(~0, GREATEST(~1, 1))'], [3, 'SUBSTRING(~0, GREATEST(~1, 1), GREATEST((~2) + LEAST((~1) - 1, 0), 0))']),
  left: byCount([2, '(CASE WHEN (~1) >= 0 THEN LEFT(~0, ~1) ELSE LEFT(~0, GREATEST(CHAR_LENGTH(~0) + (~1), 0)) END)']),
  right: byCount([2, '(CASE WHEN (~1) >= 0 THEN RIGHT(~0, ~1) ELSE RIGHT(~0, GREATEST(CHAR_LENGTH(~0) + (~1), 0)) END)']),
  lpad: byCount([2, "LPAD(~0, GREATEST(~1, 0), ' ')"], [3, 'LPAD(~0, GREATEST(~1, 0), ~2)']),
  rpad: byCount([2, "RPAD(~0, GREATEST(~1, 0), ' ')"], [3, 'RPAD(~0, GREATEST(~1, 0), ~2)']),
};

/** Without the characters given: TRIM would take them for one word. */
const trim: Form = (node, to) => {
  if (node.args.length > 1) throw sqlError('sql.unsupported', `characters in ${node.name}()`, to.spelling.title);
  call(node, to);
};

/** How functions are called, and what MySQL or MariaDB has under another name. */
export function mysqlFunctionVisitors(server: MysqlServer): typeof functionVisitors {
  return {
    ...functionVisitors,
    function: (node, to) => {
      if (server.mariadb && node.name === 'grouping') throw sqlError('sql.unsupported', 'grouping()', to.spelling.title);
      if (Object.hasOwn(FORMS, node.name)) FORMS[node.name](node, to);
      else call(node, to);
    },
    textLiteral: (node, to) => to.write(stringLiteral(node.text)),
    withinGroup: (node, to) => {
      throw sqlError('sql.unsupported', `${(node.call as FunctionNode).name}(…) WITHIN GROUP`, to.spelling.title);
    },
    frameBound: (node, to) => {
      if (server.mariadb && node.offset !== null) throw sqlError('sql.unsupported', 'expressions in a window frame', to.spelling.title);
      functionVisitors.frameBound(node, to);
    },
    over: (node, to) => {
      const { frame } = node;
      if (frame !== null && isKind(frame, 'frame') && (frame.unit === 'groups' || frame.exclude !== null))
        throw sqlError('sql.unsupported', 'GROUPS and EXCLUDE in a window frame', to.spelling.title);
      if (server.mariadb && isShift(node.call)) writeShift(node, node.call, to);
      else if (server.mariadb && frame === null && node.window === null && node.partitionBy.length + node.orderBy.length === 0) {
        // Beside windows of different orders, MariaDB computes those wrongly if one window is empty or has a constant for its partition.
        to.visit(node.call).write(' OVER (PARTITION BY RAND() * 0)');
      } else functionVisitors.over(node, to);
    },
  };
}

/** lag() or lead() with a value for where there is no such row. */
function isShift(call: Node): call is FunctionNode {
  return isKind(call, 'function') && (call.name === 'lag' || call.name === 'lead') && call.args.length === 3;
}

/** MariaDB has no third argument. A one comes back from every row that is there. */
function writeShift(node: OverNode, { args, ...shift }: FunctionNode, to: Writer): void {
  const [value, distance, otherwise] = args;
  const over = (what: Node): void => {
    functionVisitors.over({ ...node, call: { ...shift, args: [what, distance] } as Node }, to);
  };
  to.write('CASE WHEN ');
  over(make('constant', { value: true }));
  to.write(' IS NULL THEN ').visit(otherwise).write(' ELSE ');
  over(value);
  to.write(' END');
}
