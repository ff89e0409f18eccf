import { sqlError } from '../../sql/errors.ts';
import type { FrameNode, FunctionNode } from '../../sql/expression-nodes.ts';
import type { Node } from '../../sql/node.ts';
import type { NodeOf } from '../../sql/node-kinds.ts';
import { isKind } from '../../sql/node-walk.ts';
import { TIGHTNESS, type Visitors, type Writer } from '../base/compiler.ts';
import { functionVisitors as baseVisitors, withoutName } from '../base/functions.ts';
import { isTruth } from './conditions.ts';
import { formOf, truthAggregate, writeAsText } from './function-forms.ts';
import { textLiteral } from './literals.ts';
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
  string_agg: 'STRING_AGG',
  stddev: 'STDEV',
  stddev_samp: 'STDEV',
  stddev_pop: 'STDEVP',
  variance: 'VAR',
  var_samp: 'VAR',
  var_pop: 'VARP',
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

function writeFunction(given: FunctionNode, to: Writer): void {
  const [first, ...others] = given.args;
  const isDistinct = first !== undefined && isKind(first, 'distinct');
  const node: FunctionNode = isDistinct ? { ...given, distinct: true, args: [first.operand, ...others] } : given;
  const truth = truthAggregate(node);
  if (truth !== null) {
    to.visit(truth);
    return;
  }
  const known = Object.hasOwn(NAMES, node.name) ? NAMES[node.name] : node.name;
  const name = known.toLowerCase();
  const form = formOf({ ...node, name } as FunctionNode);
  if (form !== null) {
    form(node, to);
    return;
  }
  const joins = name === 'string_agg';
  if (joins && node.distinct) throw unsupported('STRING_AGG(DISTINCT …)');
  if (node.orderBy.length > 0 && !joins) throw unsupported(`order for the aggregate '${node.name}'`);
  // A name with its schema.
  const written = known.includes('.')
    ? known
        .split('.')
        .map((part) => to.spelling.quote(part))
        .join('.')
    : known;
  if (name === 'grouping' && node.args.length > 1) to.write('GROUPING_ID(');
  else to.write(`${written}(`);
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

/** A frame as far as SQL Server has it: rows are counted by numbers in the text, and a range has no numbers at all. */
function writeFrame({ unit, start, end, exclude }: FrameNode, to: Writer): void {
  const bounds = [start, end].filter((bound) => isKind(bound, 'frameBound'));
  if (unit === 'groups') throw unsupported('window frame in GROUPS');
  if (exclude !== null && exclude !== 'no others') throw unsupported('EXCLUDE in a window frame');
  if (unit === 'range' && bounds.some(({ count, offset }) => count !== null || offset !== null))
    throw unsupported('window frame in RANGE with a distance');
  if (bounds.some(({ offset }) => offset !== null)) throw unsupported('window frame whose distance is an expression');
  to.write(`${unit.toUpperCase()} BETWEEN `).visit(start).write(' AND ').visit(end);
}

/** An aggregate over an order: only the one that joins texts, and percentiles are windows. */
function writeWithinGroup({ call, orderBy }: NodeOf<'withinGroup'>, to: Writer): void {
  if (!isKind(call, 'function') || call.name !== 'string_agg')
    throw unsupported(`aggregate ${isKind(call, 'function') ? call.name : ''}(…) WITHIN GROUP`);
  to.visit({ ...call, orderBy: [...call.orderBy, ...orderBy] } as FunctionNode);
}

function writeOver(given: NodeOf<'over'>, to: Writer): void {
  const node = withoutName(given);
  const { call, frame } = node;
  const truth = truthAggregate(call, (own) => ({ ...node, call: own }) as Node);
  if (truth !== null) {
    to.visit(truth);
    return;
  }
  if (isKind(call, 'withinGroup')) throw unsupported('window over an aggregate WITHIN GROUP');
  if (isKind(call, 'function')) {
    if (call.distinct || call.args.some((arg) => isKind(arg, 'distinct'))) throw unsupported('window over different values (DISTINCT)');
    if (call.name === 'string_agg') throw unsupported(`window over '${call.name}'`);
  }
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
  if (frame !== null) to.write(' ').visit(frame);
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

type FunctionKinds = 'function' | 'textLiteral' | 'withinGroup' | 'over' | 'namedWindow' | 'frame' | 'frameBound';

/** Functions and windows. */
export const functionVisitors: Pick<Visitors, FunctionKinds> = {
  ...baseVisitors,
  function: writeFunction,
  textLiteral: (node, to) => to.write(textLiteral(node.text)),
  withinGroup: writeWithinGroup,
  over: writeOver,
  frame: writeFrame,
};
