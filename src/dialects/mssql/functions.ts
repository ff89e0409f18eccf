import { sqlError } from '../../sql/errors.ts';
import { type FunctionNode, isKind, type Node, type NodeOf } from '../../sql/node.ts';
import { TIGHTNESS, type Visitors, type Writer } from '../base/compiler.ts';
import { isTruth } from './conditions.ts';
import { writeOrderTerm } from './ordering.ts';
import { within } from './scope.ts';
import { isText } from './value-types.ts';

function unsupported(feature: string): Error {
  return sqlError('sql.unsupported', feature, 'SQL Server');
}

/** Names that SQL Server has for the same functions. */
const NAMES: Readonly<Record<string, string>> = {
  substr: 'SUBSTRING',
  ceil: 'CEILING',
  ln: 'LOG',
  pow: 'POWER',
  ifnull: 'COALESCE',
  group_concat: 'STRING_AGG',
  octet_length: 'DATALENGTH',
  char_length: 'length',
  character_length: 'length',
};

/** Aggregates of numbers, which take no BIT. */
const OF_NUMBERS = new Set(['sum', 'min', 'max']);

/** Windows that need an order, whatever it is. */
const ORDERED = new Set([
  'row_number',
  'rank',
  'dense_rank',
  'percent_rank',
  'cume_dist',
  'ntile',
  'lag',
  'lead',
  'first_value',
  'last_value',
]);

/** The first argument of an aggregate, NULL for the rows that its filter leaves out. */
function filtered(node: FunctionNode, write: () => void, to: Writer): void {
  const { filter } = node;
  if (filter === null) write();
  else {
    to.write('CASE WHEN ');
    within(to, { exact: false }, () => to.condition(filter));
    to.write(' THEN ');
    write();
    to.write(' END');
  }
}

/** Text of any length, so that joining it cuts nothing. */
export function writeAsText(node: Node, to: Writer): void {
  to.write('CAST(').visit(node).write(' AS NVARCHAR(MAX))');
}

/** The arguments of an aggregate or another function. */
function writeArguments(node: FunctionNode, name: string, to: Writer): void {
  const { args } = node;
  if (node.distinct) to.write('DISTINCT ');
  args.forEach((arg, i) => {
    if (i > 0) {
      to.write(', ').visit(arg);
      return;
    }
    filtered(
      node,
      () => {
        if (name === 'avg') to.write('CAST(').visit(arg).write(' AS FLOAT(53))');
        else if (OF_NUMBERS.has(name) && isTruth(arg)) to.write('CAST(').visit(arg).write(' AS INT)');
        else if (name === 'string_agg') writeAsText(arg, to);
        else if (isKind(arg, 'star') && node.filter !== null) to.write('1');
        else to.visit(arg);
      },
      to,
    );
  });
}

const SPECIAL: Readonly<Record<string, (node: FunctionNode, to: Writer) => void>> = {
  now: (_node, to) => to.write('SYSUTCDATETIME()'),
  current_timestamp: (_node, to) => to.write('CURRENT_TIMESTAMP'),
  // A seed of its own for each row; RAND() alone gives all rows one number.
  random: (_node, to) => to.write('RAND(CHECKSUM(NEWID()))'),
  // LEN leaves blanks at the end out, and counts in BIGINT where the text may be long.
  length: ({ args }, to) => {
    to.write('CAST(LEN(');
    writeAsText(args[0], to);
    to.write(" + N'.') - 1 AS INT)");
  },
  round: ({ args }, to) => {
    to.write('ROUND(').visit(args[0]).write(', ');
    if (args.length > 1) to.list(args.slice(1));
    else to.write('0');
    to.write(')');
  },
  substring: ({ args }, to) => {
    to.write('SUBSTRING(').list(args);
    if (args.length === 2) to.write(', 2147483647');
    to.write(')');
  },
  instr: ({ args: [text, part] }, to) => to.write('CHARINDEX(').visit(part).write(', ').visit(text).write(')'),
  strpos: ({ args: [text, part] }, to) => to.write('CHARINDEX(').visit(part).write(', ').visit(text).write(')'),
};

function writeFunction(node: FunctionNode, to: Writer): void {
  const known = NAMES[node.name] ?? node.name;
  const name = known.toLowerCase();
  const special = Object.hasOwn(SPECIAL, name) ? SPECIAL[name] : undefined;
  if (special !== undefined && node.args.length >= (special.length === 0 ? 0 : (LEAST_ARGUMENTS[name] ?? 0))) {
    special(node, to);
    return;
  }
  const joins = name === 'string_agg';
  if (joins && node.distinct) throw unsupported('STRING_AGG(DISTINCT …)');
  if (node.orderBy.length > 0 && !joins) throw unsupported(`order for the aggregate '${node.name}'`);
  to.write(`${known}(`);
  writeArguments(node, name, to);
  if (joins && node.args.length === 1) to.write(", N','");
  to.write(')');
  if (node.orderBy.length > 0) {
    to.write(' WITHIN GROUP (ORDER BY ');
    node.orderBy.forEach((term, i) => {
      if (i > 0) to.write(', ');
      writeOrderTerm(term, to);
    });
    to.write(')');
  }
}

/** Fewer arguments are left to the database to refuse. */
const LEAST_ARGUMENTS: Readonly<Record<string, number>> = { length: 1, round: 1, substring: 2, instr: 2, strpos: 2 };

function writeOver(node: NodeOf<'over'>, to: Writer): void {
  const { call, frame } = node;
  if (isKind(call, 'function')) {
    if (call.distinct) throw unsupported('window over different values (DISTINCT)');
    if (call.name === 'string_agg' || call.name === 'group_concat') throw unsupported(`window over '${call.name}'`);
  }
  if (frame !== null && (/^groups|exclude/i.test(frame) || /^range.*\d/i.test(frame)))
    throw unsupported(`window frame '${frame}' before its version 2022`);
  to.visit(call).write(' OVER (');
  if (node.partitionBy.length > 0) to.write('PARTITION BY ').list(node.partitionBy);
  const needsOrder = frame !== null || (isKind(call, 'function') && ORDERED.has(call.name));
  if (node.orderBy.length > 0 || needsOrder) {
    if (node.partitionBy.length > 0) to.write(' ');
    to.write('ORDER BY ');
    if (node.orderBy.length === 0) to.write('(SELECT NULL)');
    node.orderBy.forEach((term, i) => {
      if (i > 0) to.write(', ');
      writeOrderTerm(term, to);
    });
  }
  if (frame !== null) to.write(` ${frame.toUpperCase()}`);
  to.write(')');
}

/** `a || b`, which gives NULL for NULL and turns what is no text into text. */
export function writeConcat(node: NodeOf<'binary'>, to: Writer): void {
  const { left, right } = node;
  if (isKind(left, 'binary') && left.operator === '||') writeConcat(left, to);
  else writeAsText(left, to);
  to.write(' + ');
  if (isText(right)) to.operand(right, TIGHTNESS.sign);
  else writeAsText(right, to);
}

/** Functions and windows. */
export const functionVisitors: Pick<Visitors, 'function' | 'over'> = { function: writeFunction, over: writeOver };
