import type { FrameBoundNode, FunctionNode, NamedWindowNode, OverNode } from '../../sql/expression-nodes.ts';
import type { Node } from '../../sql/node.ts';
import { isKind, walk } from '../../sql/node-walk.ts';
import { TIGHTNESS, type Visitor, type Visitors, type Writer } from './compiler.ts';
import { literal } from './inline.ts';

/** Functions that are not written as `name(arguments)`, or that a database has under another name. */
export type FunctionForms = Readonly<Record<string, (node: FunctionNode, to: Writer) => void>>;

/** A call under this name, without its FILTER. */
export function writeCall(node: FunctionNode, to: Writer, name: string = node.name): void {
  const written = name.includes('.')
    ? name
        .split('.')
        .map((part) => to.spelling.quote(part))
        .join('.')
    : name;
  to.write(`${written}(${node.distinct ? 'DISTINCT ' : ''}`).list(node.args);
  if (node.orderBy.length > 0) to.write(' ORDER BY ').list(node.orderBy);
  to.write(')');
}

export function writeFilter(node: FunctionNode, to: Writer): void {
  if (node.filter !== null) to.write(' FILTER (WHERE ').condition(node.filter).write(')');
}

const bare = (words: string) => (_node: FunctionNode, to: Writer) => void to.write(words);

/** The forms of standard SQL. A dialect spreads these and replaces some. */
export const FUNCTION_FORMS: FunctionForms = {
  current_date: bare('CURRENT_DATE'),
  current_time: bare('CURRENT_TIME'),
  current_timestamp: bare('CURRENT_TIMESTAMP'),
  local_time: bare('LOCALTIME'),
  local_timestamp: bare('LOCALTIMESTAMP'),
  position: (node, to) => {
    if (node.args.length !== 2) return writeCall(node, to);
    to.write('position(').operand(node.args[0], TIGHTNESS.collate).write(' IN ').operand(node.args[1], TIGHTNESS.collate).write(')');
  },
};

/** How function calls are written, given the forms of those that differ. */
export function functionVisitor(forms: FunctionForms): Visitor<'function'> {
  return (node, to) => {
    if (Object.hasOwn(forms, node.name)) forms[node.name](node, to);
    else {
      writeCall(node, to);
      writeFilter(node, to);
    }
  };
}

const DIRECTIONS: Readonly<Record<FrameBoundNode['direction'], string>> = {
  preceding: ' PRECEDING',
  following: ' FOLLOWING',
  'current row': 'CURRENT ROW',
};

type FunctionVisitors = Pick<Visitors, 'function' | 'textLiteral' | 'withinGroup' | 'over' | 'namedWindow' | 'frame' | 'frameBound'>;

/** What a window is made of, in brackets. */
function writeWindow(
  { window, partitionBy, orderBy, frame }: Pick<OverNode, 'window' | 'partitionBy' | 'orderBy' | 'frame'>,
  to: Writer,
): void {
  const parts: (() => void)[] = [];
  if (window !== null && isKind(window, 'namedWindow')) parts.push(() => to.identifier(window.name));
  if (partitionBy.length > 0) parts.push(() => to.write('PARTITION BY ').list(partitionBy));
  if (orderBy.length > 0) parts.push(() => to.write('ORDER BY ').list(orderBy));
  if (frame !== null) parts.push(() => to.visit(frame));
  to.write('(');
  parts.forEach((part, i) => {
    if (i > 0) to.write(' ');
    part();
  });
  to.write(')');
}

/** The named windows of these nodes, each once, without those of subqueries. */
export function namedWindows(nodes: readonly Node[]): NamedWindowNode[] {
  const found = new Map<string, NamedWindowNode>();
  // Few selects have one: a look at the shape is quicker than a walk.
  for (const node of nodes)
    if (node.key.includes('namedWindow('))
      walk(node, (child) => {
        if (isKind(child, 'namedWindow')) found.set(child.name, found.get(child.name) ?? child);
        return !isKind(child, 'select') && !isKind(child, 'setOperation');
      });
  return [...found.values()];
}

/** A call over a window whose name was resolved, for databases without names. */
export function withoutName(node: OverNode): OverNode {
  const { window } = node;
  if (window === null || !isKind(window, 'namedWindow')) return node;
  const orderBy = node.orderBy.length > 0 ? node.orderBy : window.orderBy;
  return { ...node, window: null, partitionBy: window.partitionBy, orderBy, frame: node.frame ?? window.frame };
}

export const functionVisitors: FunctionVisitors = {
  function: functionVisitor(FUNCTION_FORMS),
  textLiteral: (node, to) => to.write(literal(node.text)),
  withinGroup: (node, to) => {
    const call = node.call as FunctionNode;
    writeCall(call, to);
    to.write(' WITHIN GROUP (ORDER BY ').list(node.orderBy).write(')');
    writeFilter(call, to);
  },
  over: (node, to) => {
    const { window } = node;
    to.visit(node.call).write(' OVER ');
    if (window !== null && isKind(window, 'namedWindow') && node.orderBy.length === 0 && node.frame === null) to.identifier(window.name);
    else writeWindow(node, to);
  },
  namedWindow: (node, to) => {
    to.identifier(node.name).write(' AS ');
    writeWindow({ ...node, window: null }, to);
  },
  frame: (node, to) => {
    to.write(`${node.unit.toUpperCase()} BETWEEN `).visit(node.start).write(' AND ').visit(node.end);
    if (node.exclude !== null) to.write(` EXCLUDE ${node.exclude.toUpperCase()}`);
  },
  frameBound: (node, to) => {
    if (node.offset !== null) to.operand(node.offset, TIGHTNESS.sum);
    else if (node.direction !== 'current row') to.write(node.count === null ? 'UNBOUNDED' : String(node.count));
    to.write(DIRECTIONS[node.direction]);
  },
};

const AGGREGATES: ReadonlySet<string> = new Set(
  'count sum avg min max string_agg array_agg bool_and bool_or stddev stddev_pop stddev_samp variance var_pop var_samp json_arrayagg json_objectagg'.split(
    ' ',
  ),
);

/** Whether an expression is made of a group's rows. */
export function holdsAggregate(column: Node): boolean {
  let found = false;
  walk(column, (node) => {
    found ||= isKind(node, 'withinGroup') || isKind(node, 'jsonAggregate') || (isKind(node, 'function') && AGGREGATES.has(node.name));
    return !found && !isKind(node, 'over') && !isKind(node, 'select');
  });
  return found;
}

/**
 * The greatest or least of values among which no NULL is left, where one NULL would make it NULL: each is replaced by another
 * value that is there.
 */
export function extreme(name: string): FunctionForms[string] {
  return ({ args }, to) => {
    // Of one value SQLite's would be the aggregate.
    if (args.length === 1) {
      to.write('(').visit(args[0]).write(')');
      return;
    }
    to.write(`${name}(`);
    args.forEach((_, i) => {
      to.write(i === 0 ? 'COALESCE(' : ', COALESCE(');
      to.list([...args.slice(i), ...args.slice(0, i)]).write(')');
    });
    to.write(')');
  };
}
