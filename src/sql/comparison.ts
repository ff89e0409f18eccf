import type { Side } from './arithmetic.ts';
import { describe, sqlError } from './errors.ts';
import { isJson, jsonBeside, jsonKindOf, jsonScalarNode } from './json-path.ts';
import { columnTypeOf, mapColumns } from './json-query.ts';
import { make, makeBind } from './make.ts';
import type { Node } from './node.ts';
import type { NodeOf } from './node-kinds.ts';
import { isKind } from './node-walk.ts';
import { besideType, isQuery, operand, SqlValue } from './operand.ts';
import { UNKNOWN } from './type.ts';

/** Conditions joined by AND or OR; the bare truth or falsehood where there are none. */
export function junctionNode(operator: 'and' | 'or', items: readonly Node[]): Node {
  if (items.length === 0) return make('constant', { value: operator === 'and' });
  return items.length === 1 ? items[0] : make('junction', { operator, items });
}

/** The opposite of a condition. */
export function notNode(condition: Node): Node {
  return make('unary', { operator: 'NOT', operand: condition, postfix: false });
}

/** JSON as text, where a value of SQL is wanted. */
export function plainNode({ node, type }: Side): Node {
  return isJson(type) ? jsonScalarNode(node, 'text') : node;
}

/** The operator that says the same with its sides exchanged. */
const MIRRORED: Readonly<Record<string, string>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  'IS DISTINCT FROM': 'IS DISTINCT FROM',
  'IS NOT DISTINCT FROM': 'IS NOT DISTINCT FROM',
};

/** A comparison with a value, an expression or a query. */
export function comparisonNode(left: Side, operator: string, given: unknown, where: string): Node {
  const queried = columnTypeOf(given);
  const value = isJson(queried) ? new SqlValue(operand(given, queried, where), queried) : given;
  // JSON says how it is compared, also from the right.
  const mirrored = value instanceof SqlValue && isJson(value.type) && !isJson(left.type) ? MIRRORED[operator] : undefined;
  if (mirrored !== undefined && !isKind((value as SqlValue).node, 'quantified'))
    return comparisonNode(value as SqlValue, mirrored, new SqlValue(left.node, left.type), where);
  const right = operand(value, left.type, where);
  if (isKind(right, 'quantified') && isKind(right.operand, 'list'))
    return eachNode(left, operator, right.quantifier, right.operand.items, where);
  if (isJson(left.type)) return jsonComparison(left, operator, value, right);
  // `param('p').eq(column)` is the same the other way round.
  return make('binary', {
    operator,
    left: value instanceof SqlValue ? besideType(new SqlValue(left.node, left.type), value.type) : left.node,
    right,
  });
}

/** JSON is compared as JSON with values and with JSON, and as a value of SQL with what is one. */
function jsonComparison(left: Side, operator: string, value: unknown, right: Node): Node {
  if (value === null && operator.endsWith('DISTINCT FROM'))
    return nullTest(left.node, operator === 'IS DISTINCT FROM' ? 'IS NOT NULL' : 'IS NULL');
  const beside = value instanceof SqlValue ? value.type : UNKNOWN;
  if (isKind(right, 'quantified') && isJson(beside) && (operator === '=' || operator === '<>'))
    return make('binary', {
      operator,
      left: canonicalNode(left.node),
      right: make('quantified', { ...right, operand: mapColumns(right.operand, canonicalNode) }),
    });
  const sides = isKind(right, 'scalar') && beside.name === 'unknown' ? columnTypeOf(value) : beside;
  const whole = isJson(sides) || (sides.name === 'unknown' && !isKind(right, 'scalar'));
  const plain = isKind(right, 'quantified') || !whole;
  if (plain) return make('binary', { operator, left: jsonBeside(left.node, sides), right });
  // What a type of the user's own makes of a value is not known here.
  const kind = left.type.name !== 'custom' && isKind(right, 'bind') && right.name === null ? jsonKindOf(right.value) : 'json';
  return make('jsonComparison', { operator, value: kind, left: left.node, right });
}

/** `any` or `all` of a list of values: one comparison each, which every database knows. */
function eachNode(left: Side, operator: string, quantifier: 'any' | 'all', items: readonly Node[], where: string): Node {
  const each = items.map((item) => {
    if (isKind(item, 'bind') && item.name === null) return comparisonNode(left, operator, item.value, where);
    return comparisonNode(left, operator, new SqlValue(item, isKind(item, 'column') ? item.type : UNKNOWN), where);
  });
  return junctionNode(quantifier === 'any' ? 'or' : 'and', each);
}

/** Whether there is a value. */
export function nullTest(node: Node, operator: 'IS NULL' | 'IS NOT NULL'): Node {
  // JSON's null is a null to whoever reads it.
  const tested = isKind(node, 'jsonPath') ? jsonScalarNode(node, 'text') : node;
  return make('unary', { operator, operand: tested, postfix: true });
}

/** IS NULL, IS TRUE, IS FALSE, and for any other value IS NOT DISTINCT FROM. */
export function isNode(left: Side, value: unknown, negated: boolean): Node {
  const constant = value instanceof SqlValue && isKind(value.node, 'constant') ? value.node.value : value;
  if (constant === null) return nullTest(left.node, negated ? 'IS NOT NULL' : 'IS NULL');
  if (typeof constant === 'boolean' && !isJson(left.type)) return make('truth', { operand: left.node, value: constant, negated });
  return negated
    ? comparisonNode(left, 'IS DISTINCT FROM', value, 'isDistinctFrom()')
    : comparisonNode(left, 'IS NOT DISTINCT FROM', value, 'isNotDistinctFrom()');
}

/** BETWEEN, with the bounds in either order where it is symmetric. */
export function betweenNode(left: Side, low: unknown, high: unknown, symmetric: boolean, negated: boolean): Node {
  const where = 'between()';
  if (isJson(left.type)) {
    const inside = (from: unknown, until: unknown): Node =>
      junctionNode('and', [comparisonNode(left, '>=', from, where), comparisonNode(left, '<=', until, where)]);
    const either = symmetric ? junctionNode('or', [inside(low, high), inside(high, low)]) : inside(low, high);
    return negated ? notNode(either) : either;
  }
  const fields = { operand: left.node, low: operand(low, left.type, where), high: operand(high, left.type, where), negated };
  return make(symmetric ? 'symmetricBetween' : 'between', fields);
}

/** IN over a list, a parameter that gets one, or a query. */
export function inNode(left: Side, values: unknown, negated: boolean): Node {
  if (Array.isArray(values)) {
    values.forEach((value, i) => {
      if (value === undefined) throw sqlError('sql.undefined-value', `The list of in(), at position ${i},`);
    });
    return inList(left, values, negated);
  }
  if (values === undefined) throw sqlError('sql.undefined-value', 'in()');
  if (values instanceof SqlValue) return inExpression(left, values.node, negated);
  if (!isQuery(values)) throw sqlError('sql.bad-argument', 'in()', 'an array or a select', describe(values));
  const type = columnTypeOf(values);
  if (isJson(type))
    return isJson(left.type)
      ? make('in', { operand: canonicalNode(left.node), list: mapColumns(values.node, canonicalNode), negated })
      : make('in', { operand: left.node, list: mapColumns(values.node, (column) => jsonBeside(column, left.type)), negated });
  return make('in', { operand: isJson(left.type) ? jsonBeside(left.node, type) : left.node, list: values.node, negated });
}

const canonicalNode = (operand: Node): Node => make('jsonCanonical', { operand });

function inList(left: Side, values: readonly unknown[], negated: boolean): Node {
  const present = values.filter((value) => value !== null);
  if (isJson(left.type)) {
    const found = junctionNode(
      'or',
      present.map((value) => comparisonNode(left, '=', value, 'in()')),
    );
    return negated ? notNode(found) : found;
  }
  // Values alone are one parameter, so that lists of any length share a plan.
  const list = present.some((value) => value instanceof SqlValue || isQuery(value))
    ? make('list', { items: present.map((value) => operand(value, left.type, 'in()')) })
    : makeBind([...values], left.type, { expanding: true });
  return make('in', { operand: left.node, list, negated });
}

/** A list that comes with the execution, or a query as SQL by hand. */
function inExpression(left: Side, node: Node, negated: boolean): Node {
  const operandNode = plainNode(left);
  if (isKind(node, 'raw')) return make('in', { operand: operandNode, list: node, negated });
  if (!isKind(node, 'bind') || node.name === null)
    throw sqlError('sql.bad-argument', 'in()', 'an array, a select or param() (for an array of the database: eq(any(…)))', 'an expression');
  if (isJson(left.type)) throw sqlError('sql.bad-argument', 'in() of JSON', 'an array', 'a parameter');
  return make('in', { operand: operandNode, list: listParameter(node, left), negated });
}

function listParameter({ name, type }: NodeOf<'bind'>, beside: Side): Node {
  return makeBind(undefined, type.name === 'unknown' ? beside.type : type, { name: name as string, expanding: true });
}
