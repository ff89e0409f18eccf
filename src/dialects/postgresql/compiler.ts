import { sqlError } from '../../sql/errors.ts';
import type { BinaryNode, FunctionNode, RawNode } from '../../sql/expression-nodes.ts';
import type { BindNode, Node, SourceNode } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { NOTHING } from '../../sql/raw.ts';
import { isTextual, isWhole } from '../../sql/type.ts';
import type { Visitor, Visitors, Writer } from '../base/compiler.ts';
import { TIGHTNESS } from '../base/compiler.ts';
import { cteVisitors } from '../base/ctes.ts';
import { dmlVisitors } from '../base/dml.ts';
import { expressionVisitors } from '../base/expressions.ts';
import { typeOfNode } from '../base/node-types.ts';
import { selectVisitors, writeLimit } from '../base/selects.ts';
import { sourceVisitors } from '../base/sources.ts';
import { storedType } from '../base/type-names.ts';
import { postgresqlJsonVisitors } from './json.ts';
import { castName } from './type-names.ts';

// PostgreSQL gives each parameter a type from what stands beside it. Beside a column that is the column's; where nothing
// says one, `SELECT $1 + $2`, the parameter says it itself. Binds that need not are noted here: each is an object of its
// own in the statement that is compiled.
const bare: WeakSet<Node> = new WeakSet();
/** Whole numbers beside a whole-number column: of 64 bits, since one that is too great for the column is no error. */
const wide: WeakSet<Node> = new WeakSet();

const COMPARISONS = new Set(['=', '<>', '!=', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM']);
/** SQL by hand after a value of which nothing else says a type. */
const IS_NULL = /^\s*is\s+(not\s+)?null\b/i;
/** SQL by hand before a list. */
const BEFORE_LIST = /\b(not\s+)?in\s*$/i;
/** SQL by hand before a parameter that is a list. */
const BEFORE_PARAMETER = /\b(not\s+)?in\s*\(\s*$/i;
/** Words before an array that something is looked for in, or compared with each item of. */
const AMONG_ARRAY = /\b(?:any|all|some)\s*\(\s*(?:cast\s*\(\s*)?$/i;
/** In SQL by hand, what these are is plain; a text may stand for anything. */
const PLAIN_BY_HAND = new Set(['integer', 'bigInteger', 'boolean']);

/** Values of no known type for functions that take any, and so ask for one: as text. */
const anything: WeakSet<Node> = new WeakSet();
const CHOOSES = new Set(['coalesce', 'nullif', 'greatest', 'least']);
const TAKES_ANY = new Set([
  ...['concat', 'concat_ws', 'format', 'to_json', 'to_jsonb', 'json_build_array', 'jsonb_build_array', 'json_build_object'],
  ...['jsonb_build_object', 'num_nulls', 'num_nonnulls', 'pg_typeof'],
]);

/** Types that min() takes. */
const HAVE_LEAST: ReadonlySet<string> = new Set(
  'integer bigInteger smallInteger float double numeric string text char date time dateTime interval'.split(' '),
);

function isBind(node: Node): node is BindNode {
  return isKind(node, 'bind');
}
function leaveBare(nodes: readonly Node[]): void {
  for (const node of nodes) if (isBind(node)) bare.add(node);
}

/** A parameter that is compared with something takes that thing's type. */
function compared(value: Node, beside: Node): void {
  if (!isBind(value) || isBind(beside)) return;
  if (isKind(beside, 'column') && isWhole(beside.type) && isWhole(value.type)) wide.add(value);
  else bare.add(value);
}

/** Values of which one comes out: a text beside a column takes the column's type, which may be an enum's. */
function chosenFrom(values: readonly (Node | null)[]): void {
  if (!values.some((value) => value !== null && isKind(value, 'column'))) return;
  leaveBare(values.filter((value) => value !== null && isBind(value) && isTextual(value.type)) as Node[]);
}

/** Values stand in place: in DDL, which has no parameters. */
function inPlace(to: Writer): boolean {
  return to.spelling.visitors.bind !== bind;
}

const bind: Visitor<'bind'> = (node, to) => {
  const type = bare.has(node) ? null : wide.has(node) ? 'BIGINT' : (castName(node.type) ?? (anything.has(node) ? 'TEXT' : null));
  to.parameter(node);
  if (type !== null && !node.expanding) to.write(`::${type}`);
};

/** The type that an expression surely has; null where only the database knows. */
function knownType(node: Node): string | null {
  switch (node.kind) {
    case 'column':
    case 'bind':
    case 'cast':
      return (node as BindNode).type.name;
    case 'like':
    case 'in':
    case 'between':
    case 'exists':
    case 'junction':
      return 'boolean';
    case 'binary':
      return COMPARISONS.has((node as BinaryNode).operator) ? 'boolean' : null;
    default:
      return null;
  }
}

// Quoted text, quoted names and comments hold no placeholders.
const PLACEHOLDER =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(?<tag>[A-Za-z_]\w*|)\$[\s\S]*?\$\k<tag>\$|--[^\n]*|\/\*[\s\S]*?\*\/|(?<placeholder>(?<![\w$])\$\d+)/g;

const selects = selectVisitors((node, to) => {
  if (node.limit !== null) leaveBare([node.limit]);
  if (node.offset !== null) leaveBare([node.offset]);
  writeLimit(node, to);
});

/** SQL by hand. The database asks a select of no rows for its type, so an empty list after IN is an array. */
function writeRaw(node: RawNode, to: Writer): void {
  const { pieces } = node;
  node.items.forEach((item, i) => {
    const none = isKind(item, 'list') && item.items[0] === NOTHING ? BEFORE_LIST.exec(pieces[i]) : null;
    if (none !== null) {
      // What it takes its type from is the other side.
      to.write(`${pieces[i].slice(0, none.index)}${none[1] === undefined ? '= ANY' : '<> ALL'} ('{}')`);
      return;
    }
    if (isBind(item) && item.expanding && !inPlace(to)) {
      // As `in()` does: one array, for lists of every length. After ANY it is one already.
      const among = BEFORE_PARAMETER.exec(pieces[i]);
      const before = among === null ? pieces[i] : `${pieces[i].slice(0, among.index)}${among[1] === undefined ? '= ANY' : '<> ALL'} (`;
      to.write(before).parameter(item, among !== null ? true : AMONG_ARRAY.test(before) ? 'given' : 'whole');
      return;
    }
    to.write(pieces[i]);
    for (const one of isKind(item, 'list') ? item.items : [item]) if (isBind(one)) bare.add(one);
    // FETCH FIRST takes no cast but this one.
    const said = pieces[i + 1].startsWith('::') || /\bcast\s*\(\s*$/i.test(pieces[i]);
    if (isBind(item) && !said && !inPlace(to) && castName(item.type) === null && IS_NULL.test(pieces[i + 1])) {
      to.visit(item).write('::TEXT');
      return;
    }
    const plain = isBind(item) && !said && !inPlace(to) && PLAIN_BY_HAND.has(item.type.name);
    if (plain)
      to.write('CAST(')
        .visit(item)
        .write(` AS ${castName(item.type)})`);
    else to.visit(item);
  });
  to.write(pieces[node.items.length]);
}

/** The least or the greatest, of types too for which PostgreSQL has no such aggregate. */
function writeExtreme(node: FunctionNode, to: Writer): void {
  const type = typeOfNode(node.args[0], 'postgresql')?.name;
  if (type === 'binary') throw sqlError('sql.unsupported', `${node.name}() of binary values`, 'PostgreSQL');
  if (type === 'boolean') expressionVisitors.function({ ...node, name: node.name === 'min' ? 'bool_and' : 'bool_or' }, to);
  else if (type === 'uuid') asUuid(() => expressionVisitors.function(ofText(node), to), to);
  else expressionVisitors.function(node, to);
}

/** The call with its argument as text, which has the same order. */
function ofText(node: FunctionNode): FunctionNode {
  return { ...node, args: [{ kind: 'raw', pieces: ['CAST(', ' AS TEXT)'], items: node.args } as unknown as Node] };
}

function asUuid(write: () => void, to: Writer): void {
  to.write('CAST(');
  write();
  to.write(' AS UUID)');
}

function isExtremeUuid(call: Node): call is FunctionNode {
  if (!isKind(call, 'function') || (call.name !== 'min' && call.name !== 'max') || call.args.length !== 1) return false;
  return typeOfNode(call.args[0], 'postgresql')?.name === 'uuid';
}

/** What PostgreSQL writes differently. */
export const postgresqlVisitors: Visitors = {
  ...expressionVisitors,
  ...postgresqlJsonVisitors,
  ...selects,
  select: (node, to) => {
    if (node.modifiers?.withTies === true) leaveBare([node.limit, node.offset].filter((part) => part !== null));
    selects.select(node, to);
  },
  ...sourceVisitors,
  ...cteVisitors,
  ...dmlVisitors,
  bind,
  insert: (node, to) => {
    leaveBare(node.values);
    dmlVisitors.insert(node, to);
  },
  conflict: (node, to) => {
    leaveBare(node.values);
    dmlVisitors.conflict(node, to);
  },
  update: (node, to) => {
    leaveBare(node.values);
    dmlVisitors.update(node, to);
  },
  binary: (node, to) => {
    if (COMPARISONS.has(node.operator)) {
      compared(node.left, node.right);
      compared(node.right, node.left);
    }
    expressionVisitors.binary(node, to);
  },
  case: (node, to) => {
    chosenFrom([...node.thens, node.otherwise]);
    expressionVisitors.case(node, to);
  },
  caseOf: (node, to) => {
    for (const when of node.whens) compared(when, node.operand);
    chosenFrom([...node.thens, node.otherwise]);
    expressionVisitors.caseOf(node, to);
  },
  arrayOperator: (node, to) => {
    compared(node.left, node.right);
    compared(node.right, node.left);
    expressionVisitors.arrayOperator(node, to);
  },
  unary: (node, to) => {
    if (node.postfix && isBind(node.operand)) anything.add(node.operand);
    expressionVisitors.unary(node, to);
  },
  between: (node, to) => {
    compared(node.low, node.operand);
    compared(node.high, node.operand);
    expressionVisitors.between(node, to);
  },
  like: (node, to) => {
    if (!isBind(node.operand)) leaveBare([node.pattern]);
    to.operand(node.operand, TIGHTNESS.comparison + 1);
    to.write(`${node.negated ? ' NOT' : ''}${node.insensitive ? ' ILIKE ' : ' LIKE '}`);
    to.operand(node.pattern, TIGHTNESS.comparison + 1);
    if (node.escape !== null) to.write(` ESCAPE '${node.escape.replaceAll("'", "''")}'`);
  },
  // A list is one parameter, an array: one text and one prepared statement for lists of every length.
  in: (node, to) => {
    const { list, operand } = node;
    // An array has no arrays as its elements.
    const nested = isBind(list) && storedType(list.type, 'postgresql').name === 'array';
    if (!isBind(list) || !list.expanding || nested || inPlace(to)) return expressionVisitors.in(node, to);
    to.operand(operand, TIGHTNESS.comparison + 1).write(node.negated ? ' <> ALL (' : ' = ANY (');
    const whole = isKind(operand, 'column') && isWhole(operand.type) && isWhole(list.type);
    const type = whole ? 'BIGINT' : isKind(operand, 'column') ? null : castName(list.type);
    to.parameter(list, true).write(type === null ? ')' : `::${type}[])`);
  },
  // All rows of a group have one value of it, so that an aggregate gives that value. Not all types have a least one.
  groupValue: ({ operand }, to) => {
    const type = typeOfNode(operand, 'postgresql')?.name ?? 'unknown';
    if (operand.binds.length === 0) to.visit(operand);
    else if (type === 'boolean') to.write('bool_and(').visit(operand).write(')');
    else if (HAVE_LEAST.has(type)) to.write('min(').visit(operand).write(')');
    else to.write('(array_agg(').visit(operand).write('))[1]');
  },
  over: (node, to) => {
    const { call } = node;
    if (isExtremeUuid(call)) asUuid(() => expressionVisitors.over({ ...node, call: ofText(call) }, to), to);
    else expressionVisitors.over(node, to);
  },
  function: (node, to) => {
    const { name, args } = node;
    if (CHOOSES.has(name)) chosenFrom(args);
    if (TAKES_ANY.has(name)) for (const arg of args) if (isBind(arg)) anything.add(arg);
    if (name === 'sum' && args.length === 1 && knownType(args[0]) === 'boolean') {
      const cast = { kind: 'raw', pieces: ['CAST(', ' AS INTEGER)'], items: args } as unknown as Node;
      return expressionVisitors.function({ ...node, args: [cast] }, to);
    }
    if ((name === 'min' || name === 'max') && args.length === 1) return writeExtreme(node, to);
    if (name === 'round' && args.length === 2) {
      // Only numeric is rounded to digits.
      const cast = { kind: 'raw', pieces: ['CAST(', ' AS NUMERIC)'], items: [args[0]] } as unknown as Node;
      return expressionVisitors.function({ ...node, args: [cast, args[1]] }, to);
    }
    expressionVisitors.function(node, to);
  },
  raw: (node, to) => {
    // A placeholder that was written by hand would take the value of another one, or none.
    for (const piece of node.pieces) {
      for (const match of piece.matchAll(PLACEHOLDER)) {
        const placeholder = match.groups?.placeholder;
        if (placeholder !== undefined) throw sqlError('sql.bare-placeholder', placeholder);
      }
    }
    writeRaw(node, to);
  },
  lock: (node, to) => {
    to.write(node.strength === 'share' ? ' FOR SHARE' : ' FOR UPDATE');
    // A table stands under its bare name here, whatever its schema.
    const name = (source: SourceNode): string => (isKind(source, 'table') ? to.spelling.quote(source.name) : to.sourceName(source));
    if (node.of.length > 0) to.write(` OF ${node.of.map((source) => name(source as SourceNode)).join(', ')}`);
    if (node.wait !== null) to.write(node.wait === 'skipLocked' ? ' SKIP LOCKED' : ' NOWAIT');
  },
};
