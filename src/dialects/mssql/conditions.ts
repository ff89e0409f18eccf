import { sqlError } from '../../sql/errors.ts';
import type { BinaryNode, InNode, LikeNode, ListNode } from '../../sql/expression-nodes.ts';
import type { Node } from '../../sql/node.ts';
import type { NodeOf } from '../../sql/node-kinds.ts';
import { isKind, walk } from '../../sql/node-walk.ts';
import { precedence, TIGHTNESS, type Visitors, type Writer } from '../base/compiler.ts';
import { expressionVisitors } from '../base/expressions.ts';
import { writeJsonComparison, writeJsonHasKeys } from './json.ts';
import { textLiteral } from './literals.ts';
import { outputColumns } from './output-columns.ts';
import { scopeOf, within } from './scope.ts';
import { typeOfNode } from './value-types.ts';

const COMPARISONS = new Set(['=', '<>', '!=', '<', '<=', '>', '>=']);
/** Comparisons among the operators that are written by hand. */
const OWN_COMPARISON = /^(?:[=<>]|<=|>=|<>|!=|!<|!>|(?:not )?like)$/i;
const DISTINCT = 'IS DISTINCT FROM';
const NOT_DISTINCT = 'IS NOT DISTINCT FROM';

/** Kinds that are conditions whatever is in them. */
type ConditionKind =
  | 'junction'
  | 'like'
  | 'in'
  | 'between'
  | 'exists'
  | 'truth'
  | 'symmetricBetween'
  | 'match'
  | 'jsonComparison'
  | 'jsonHasKeys';
const KINDS: ReadonlySet<string> = new Set<ConditionKind>([
  'junction',
  'like',
  'in',
  'between',
  'exists',
  'truth',
  'symmetricBetween',
  'match',
  'jsonComparison',
  'jsonHasKeys',
]);

function isComparison(node: Node): node is BinaryNode {
  return isKind(node, 'binary') && (COMPARISONS.has(node.operator) || node.operator === DISTINCT || node.operator === NOT_DISTINCT);
}

/** Whether the node is a condition, which SQL Server takes for no value. */
export function isCondition(node: Node): boolean {
  if (isKind(node, 'label')) return isCondition(node.operand);
  if (isKind(node, 'unary')) return node.postfix || node.operator === 'NOT';
  if (isKind(node, 'customOperator')) return node.precedence === 'comparison' || OWN_COMPARISON.test(node.operator);
  return KINDS.has(node.kind) || isComparison(node);
}

/** Whether the node is a condition or a BIT. */
export function isTruth(node: Node): boolean {
  return isCondition(node) || typeOfNode(node)?.name === 'boolean';
}

/** Whether the condition is true or false for every row, never unknown. */
function isDefinite(node: Node): boolean {
  if (isKind(node, 'unary')) return node.postfix || isDefinite(node.operand);
  if (isKind(node, 'junction')) return node.items.every(isDefinite);
  if (isKind(node, 'binary')) return node.operator === DISTINCT || node.operator === NOT_DISTINCT;
  return isKind(node, 'exists') || isKind(node, 'truth');
}

/** Writes a node where a condition stands; a value there is compared with 1. */
export function writeCondition(node: Node, to: Writer): void {
  if (isKind(node, 'label')) writeCondition(node.operand, to);
  else if (isKind(node, 'constant') && node.value !== null) to.write(node.value ? '1 = 1' : '1 = 0');
  // SQL by hand is the condition that it says.
  else if (isKind(node, 'raw')) to.visit(node);
  else if (isComparison(node)) comparison(node, to);
  else if (isKind(node, 'unary') && node.operator === 'NOT') {
    to.write('NOT ');
    within(to, { exact: true }, () => part(node.operand, TIGHTNESS.comparison, to));
  } else if (isKind(node, 'unary') && node.postfix) expressionVisitors.unary(node, to);
  else if (isKind(node, 'junction')) {
    const tightness = node.operator === 'or' ? TIGHTNESS.or : TIGHTNESS.and;
    node.items.forEach((item, i) => {
      if (i > 0) to.write(node.operator === 'or' ? ' OR ' : ' AND ');
      part(item, tightness + 1, to);
    });
  } else if (isKind(node, 'like')) like(node, to);
  else if (isKind(node, 'in')) inList(node, to);
  else if (isKind(node, 'between')) expressionVisitors.between(node, to);
  else if (isKind(node, 'exists')) within(to, { place: 'nested', exact: false }, () => expressionVisitors.exists(node, to));
  else if (isKind(node, 'truth')) truth(node, to);
  else if (isKind(node, 'symmetricBetween')) symmetricBetween(node, to);
  else if (isKind(node, 'match')) match(node, to);
  else if (isKind(node, 'jsonComparison')) writeJsonComparison(node, to);
  else if (isKind(node, 'jsonHasKeys')) writeJsonHasKeys(node, to);
  else if (isKind(node, 'customOperator') && isCondition(node)) expressionVisitors.customOperator(node, to);
  else to.operand(node, TIGHTNESS.comparison + 1).write(' = 1');
}

/** IS TRUE and its like, which are never unknown. */
function truth({ operand, value, negated }: NodeOf<'truth'>, to: Writer): void {
  to.write(value ? 'CASE WHEN ' : 'CASE WHEN NOT ');
  within(to, { exact: !value }, () => part(operand, value ? 0 : TIGHTNESS.comparison, to));
  to.write(` THEN 1 ELSE 0 END = ${negated ? 0 : 1}`);
}

function symmetricBetween({ operand, low, high, negated }: NodeOf<'symmetricBetween'>, to: Writer): void {
  const between = (from: Node, until: Node): void => {
    to.operand(operand, TIGHTNESS.comparison + 1)
      .write(' BETWEEN ')
      .operand(from, TIGHTNESS.comparison + 1);
    to.write(' AND ').operand(until, TIGHTNESS.comparison + 1);
  };
  to.write(negated ? '(NOT (' : '(');
  between(low, high);
  to.write(' OR ');
  between(high, low);
  to.write(negated ? '))' : ')');
}

/** Full-text search, over columns of a full-text index. */
function match({ operands, query, language, mode }: NodeOf<'match'>, to: Writer): void {
  to.write(mode === 'boolean' ? 'CONTAINS((' : 'FREETEXT((')
    .list(operands)
    .write('), ')
    .visit(query);
  to.write(language === null ? ')' : `, LANGUAGE ${textLiteral(language)})`);
}

/** Writes a condition, in brackets where it binds less tightly than its surroundings. */
export function writeConditionIn(node: Node, to: Writer, tightness: number): void {
  part(node, tightness, to);
}

/** A condition within another one. */
function part(node: Node, tightness: number, to: Writer): void {
  const inner = isKind(node, 'label') ? node.operand : node;
  const own = isCondition(inner) || isKind(inner, 'raw') ? precedence(inner) : TIGHTNESS.comparison;
  if (own < tightness) {
    to.write('(');
    writeCondition(inner, to);
    to.write(')');
  } else writeCondition(inner, to);
}

/** Writes a condition where a value stands: 1, 0 or NULL. */
function writeTruth(node: Node, to: Writer): void {
  if (isKind(node, 'unary') && node.operator === 'NOT' && isTruth(node.operand)) {
    to.write('~(').visit(node.operand).write(')');
    return;
  }
  if (isComparison(node) && truthOfTruths(node, to)) return;
  const definite = isDefinite(node);
  const condition = (): void => within(to, { exact: true }, () => writeCondition(node, to));
  to.write('CAST(CASE WHEN ');
  condition();
  if (definite) to.write(' THEN 1 ELSE 0 END AS BIT)');
  else {
    to.write(' THEN 1 WHEN NOT (');
    condition();
    to.write(') THEN 0 END AS BIT)');
  }
}

const BITS: Readonly<Record<string, readonly [left: string, operator: string, right: string, all: string]>> = {
  '=': ['', '^', '', '~'],
  '<>': ['', '^', '', ''],
  '!=': ['', '^', '', ''],
  '<': ['~', '&', '', ''],
  '>': ['', '&', '~', ''],
  '<=': ['~', '|', '', ''],
  '>=': ['', '|', '~', ''],
};

/** A comparison of two truths as bits, which asks for each of them once: conditions compared with conditions would double at each level. */
function truthOfTruths(node: BinaryNode, to: Writer): boolean {
  const words = BITS[node.operator];
  if (words === undefined || !isTruth(node.left) || !isTruth(node.right) || !(isCondition(node.left) || isCondition(node.right)))
    return false;
  const [left, operator, right, all] = words;
  const side = (sign: string, node: Node): void => {
    to.write(sign === '' ? '(' : `(${sign}(`)
      .visit(node)
      .write(sign === '' ? ')' : '))');
  };
  to.write(`${all}(`);
  side(left, node.left);
  to.write(` ${operator} `);
  side(right, node.right);
  to.write(')');
  return true;
}

function comparison(node: BinaryNode, to: Writer): void {
  const { left, right, operator } = node;
  if (isKind(left, 'list') && isKind(right, 'list')) tuples(left, right, operator, to);
  else if (isKind(left, 'list'))
    throw sqlError('sql.unsupported-instead', 'comparison of a row of values with a select', 'SQL Server', 'Use tuple(…).in(query).');
  else if (operator === DISTINCT || operator === NOT_DISTINCT) distinct(node, to);
  else expressionVisitors.binary(operator === '!=' ? { ...node, operator: '<>' } : node, to);
}

/** `(a, b) = (c, d)`, which SQL Server does not have. */
function tuples(left: ListNode, right: ListNode, operator: string, to: Writer): void {
  if (operator !== '=' && operator !== '<>') {
    orderedTuples(left.items, right.items, operator, to);
    return;
  }
  if (operator === '<>') to.write('NOT ');
  to.write('(');
  left.items.forEach((item, i) => {
    if (i > 0) to.write(' AND ');
    to.operand(item, TIGHTNESS.comparison + 1)
      .write(' = ')
      .operand(right.items[i], TIGHTNESS.comparison + 1);
  });
  to.write(')');
}

/** `(a, b) < (c, d)`: a before c, or a equal to c and b before d. */
function orderedTuples(left: readonly Node[], right: readonly Node[], operator: string, to: Writer): void {
  const compare = (sign: string, place: number): void => {
    to.operand(left[place], TIGHTNESS.comparison + 1)
      .write(` ${sign} `)
      .operand(right[place], TIGHTNESS.comparison + 1);
  };
  const last = left.length - 1;
  for (let i = 0; i < last; i++) {
    to.write('(');
    compare(operator[0], i);
    to.write(' OR ');
    compare('=', i);
    to.write(' AND ');
  }
  compare(operator, last);
  to.write(')'.repeat(last));
}

/** Equality for which NULL equals NULL: what INTERSECT goes by. Aggregates and windows must not move into a subquery. */
function distinct({ left, right, operator }: BinaryNode, to: Writer): void {
  const differs = operator === DISTINCT;
  if (isMovable(left) && isMovable(right)) {
    to.write(differs ? 'NOT EXISTS (SELECT ' : 'EXISTS (SELECT ');
    within(to, { place: 'nested' }, () => to.visit(left).write(' INTERSECT SELECT ').visit(right).write(')'));
    return;
  }
  const side = (node: Node): Writer => to.operand(node, TIGHTNESS.comparison + 1);
  to.write('CASE WHEN ');
  side(left).write(' = ');
  side(right).write(' OR (');
  side(left).write(' IS NULL AND ');
  side(right).write(` IS NULL) THEN ${differs ? '0 ELSE 1' : '1 ELSE 0'} END = 1`);
}

const BOUND: ReadonlySet<string> = new Set([
  'over',
  'function',
  'raw',
  'scalar',
  'select',
  'setOperation',
  'values',
  'nextValue',
  'withinGroup',
  'quantified',
]);

/** Whether an expression means the same inside a subquery. */
export function isMovable(node: Node): boolean {
  let movable = true;
  walk(node, (child) => {
    if (BOUND.has(child.kind)) movable = false;
    return movable;
  });
  return movable;
}

/** LIKE, in which a bracket in the pattern stands for itself as it does elsewhere. */
function like(node: LikeNode, to: Writer): void {
  const lowered = (write: () => void): void => {
    if (node.insensitive) to.write('LOWER(');
    write();
    if (node.insensitive) to.write(')');
  };
  lowered(() => to.operand(node.operand, TIGHTNESS.comparison + 1));
  to.write(node.negated ? ' NOT LIKE ' : ' LIKE ');
  lowered(() => {
    if (node.escape === '[') to.operand(node.pattern, TIGHTNESS.comparison + 1);
    else to.write('REPLACE(').visit(node.pattern).write(", N'[', N'[[]')");
  });
  if (node.escape !== null) to.write(` ESCAPE N'${node.escape.replaceAll("'", "''")}'`);
}

function inList(node: InNode, to: Writer): void {
  if (!isKind(node.operand, 'list')) within(to, { place: 'nested', exact: false }, () => expressionVisitors.in(node, to));
  else if (['select', 'setOperation', 'values', 'rowList'].includes(node.list.kind)) tupleIn(node, node.operand, node.list, to);
  else throw sqlError('sql.unsupported', 'comparison of rows of values with a list', 'SQL Server');
}

/** `(a, b) IN (SELECT …)`: whether a row equals it, and where it counts, whether one might but for a NULL. */
function tupleIn(node: InNode, left: ListNode, query: Node, to: Writer): void {
  const width = isKind(query, 'rowList') ? query.items.length : outputColumns(query)?.length;
  if (width !== left.items.length)
    throw sqlError('sql.bad-argument', 'in()', `a select of ${left.items.length} columns`, `one of ${width ?? 'unknown'} columns`);
  const exists = (possible: boolean): void => {
    const alias = to.anonymous('in');
    to.write('EXISTS (SELECT 1 FROM (');
    within(to, { place: 'nested', exact: false, lock: null }, () => to.visit(query));
    to.write(`) AS ${alias} (${left.items.map((_, i) => `[value ${i + 1}]`).join(', ')}) WHERE `);
    left.items.forEach((item, i) => {
      const column = `${alias}.[value ${i + 1}]`;
      if (i > 0) to.write(' AND ');
      if (possible) to.write('(');
      to.operand(item, TIGHTNESS.comparison + 1).write(` = ${column}`);
      if (possible)
        to.write(' OR ')
          .operand(item, TIGHTNESS.comparison + 1)
          .write(` IS NULL OR ${column} IS NULL)`);
    });
    to.write(')');
  };
  if (!scopeOf(to).exact && !node.negated) {
    exists(false);
    return;
  }
  to.write('CASE WHEN ');
  exists(false);
  to.write(` THEN ${node.negated ? 0 : 1} WHEN NOT `);
  exists(true);
  to.write(` THEN ${node.negated ? 1 : 0} END = 1`);
}

type TruthKind = ConditionKind | 'customOperator' | 'constant' | 'unary' | 'binary';

/** Conditions where values are asked for. */
export const truthVisitors: Pick<Visitors, TruthKind> = {
  junction: writeTruth,
  like: writeTruth,
  in: writeTruth,
  between: writeTruth,
  exists: writeTruth,
  truth: writeTruth,
  symmetricBetween: writeTruth,
  match: writeTruth,
  jsonComparison: writeTruth,
  jsonHasKeys: writeTruth,
  customOperator: (node, to) => (isCondition(node) ? writeTruth(node, to) : expressionVisitors.customOperator(node, to)),
  constant: (node, to) => to.write(node.value === null ? 'NULL' : `CAST(${node.value ? 1 : 0} AS BIT)`),
  unary: (node, to) => (isCondition(node) ? writeTruth(node, to) : expressionVisitors.unary(node, to)),
  binary: (node, to) => {
    if (isComparison(node)) writeTruth(node, to);
    else expressionVisitors.binary(node, to);
  },
};
