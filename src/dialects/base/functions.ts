import type { FrameBoundNode, FunctionNode } from '../../sql/expression-nodes.ts';
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

type FunctionVisitors = Pick<Visitors, 'function' | 'textLiteral' | 'withinGroup' | 'over' | 'frame' | 'frameBound'>;

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
    to.visit(node.call).write(' OVER (');
    const parts: (() => void)[] = [];
    if (node.partitionBy.length > 0) parts.push(() => to.write('PARTITION BY ').list(node.partitionBy));
    if (node.orderBy.length > 0) parts.push(() => to.write('ORDER BY ').list(node.orderBy));
    const { frame } = node;
    if (frame !== null) parts.push(() => to.visit(frame));
    parts.forEach((part, i) => {
      if (i > 0) to.write(' ');
      part();
    });
    to.write(')');
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
