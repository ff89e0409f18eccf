import { sqlError } from '../../sql/errors.ts';
import { make } from '../../sql/make.ts';
import type { Node } from '../../sql/node.ts';
import { isKind, mapChildren } from '../../sql/node-walk.ts';
import { isWhole } from '../../sql/type.ts';
import { type Survey, someType } from '../base/survey.ts';
import { storedType } from '../base/type-names.ts';
import { EXACT, isExactNumeric } from './exact-numeric.ts';

/**
 * Exact decimal numbers of more digits than SQLite's own numbers hold are stored as text that compares and sorts as they
 * do. All else that a statement does with them goes through functions of the connection: this writes them into it.
 */
export function withExactNumerics(statement: Node, { types }: Survey): Node {
  return someType(types, isExactNumeric) ? rewrite(statement) : statement;
}

const FUNCTION_OF: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
};
const COMPARISONS = new Set(['=', '<>', '!=', '<', '<=', '>', '>=', 'IS', 'IS NOT', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM']);
/** Functions that give one of their arguments, which they compare at most. */
const CHOOSING = new Set('min max greatest least coalesce nullif lag lead first_value last_value nth_value ifnull'.split(' '));
/** Of these the second argument is a number of rows. */
const WITH_OFFSET = new Set(['lag', 'lead', 'nth_value']);

const DOUBLES: ReadonlySet<string> = new Set(['double', 'float']);

function call(name: string, ...args: Node[]): Node {
  return make('function', { name: `athanor_decimal${name && `_${name}`}`, args, distinct: false, orderBy: [], filter: null });
}

/** Whether the node's values are exact decimal numbers as sorted text. */
function isExact(node: Node): boolean {
  if (isKind(node, 'column') || isKind(node, 'cast') || isKind(node, 'bind')) return isExactNumeric(node.type);
  if (isKind(node, 'label') || isKind(node, 'order')) return isExact(node.operand);
  if (isKind(node, 'over')) return isExact(node.call);
  if (isKind(node, 'case') || isKind(node, 'caseOf'))
    return node.thens.some(isExact) || (node.otherwise !== null && isExact(node.otherwise));
  if (isKind(node, 'scalar')) return firstIsExact(node.query);
  if (isKind(node, 'function')) {
    if (/^athanor_decimal(?!_text$|_number$)/.test(node.name)) return true;
    return CHOOSING.has(node.name.toLowerCase()) && node.args.some(isExact);
  }
  return false;
}

function firstIsExact(query: Node): boolean {
  if (isKind(query, 'setOperation')) return firstIsExact(query.queries[0]);
  return isKind(query, 'select') && query.columns.length === 1 && isExact(query.columns[0]);
}

/** The node as sorted text: a value of its own is sent so, anything else is turned. NULL is NULL. */
function exactly(node: Node): Node {
  if (isExact(node) || (isKind(node, 'constant') && node.value === null)) return node;
  if (isKind(node, 'bind') && (isWhole(node.type) || ['numeric', 'double', 'unknown', 'null'].includes(node.type.name)))
    return { ...node, type: EXACT } as Node;
  if (isKind(node, 'label')) return { ...node, operand: exactly(node.operand) } as Node;
  return call('', node);
}

function rewrite(given: Node): Node {
  const node = mapChildren(given, rewrite);
  if (isKind(node, 'binary')) {
    if (!isExact(node.left) && !isExact(node.right)) return node;
    const name = FUNCTION_OF[node.operator];
    if (name !== undefined) return besideDoubles(call(name, exactly(node.left), exactly(node.right)), node.left, node.right);
    if (COMPARISONS.has(node.operator)) return { ...(node as Node), left: exactly(node.left), right: exactly(node.right) } as Node;
    if (node.operator === '||') return { ...(node as Node), left: written(node.left), right: written(node.right) } as Node;
    return refuse(`operator ${node.operator} for numeric values of more than 15 digits`);
  }
  if (isKind(node, 'division') && (isExact(node.left) || isExact(node.right))) {
    if (node.operator === 'floor') return refuse('floorDiv() of numeric values of more than 15 digits');
    const quotient = call(node.operator === 'divide' ? 'divide' : 'remainder', exactly(node.left), exactly(node.right));
    return besideDoubles(quotient, node.left, node.right);
  }
  if (isKind(node, 'bitwise') && (isExact(node.left) || isExact(node.right)))
    return refuse('bits of numeric values of more than 15 digits');
  if (isKind(node, 'quantified') && isExact(node.operand)) return refuse('ANY or ALL over numeric values of more than 15 digits');
  if ((isKind(node, 'between') || isKind(node, 'symmetricBetween')) && [node.operand, node.low, node.high].some(isExact))
    return { ...(node as Node), operand: exactly(node.operand), low: exactly(node.low), high: exactly(node.high) } as Node;
  if (isKind(node, 'caseOf') && (isExact(node) || [node.operand, ...node.whens].some(isExact))) {
    const compared = [node.operand, ...node.whens].some(isExact);
    const given = isExact(node);
    return {
      ...(node as Node),
      operand: compared ? exactly(node.operand) : node.operand,
      whens: compared ? node.whens.map(exactly) : node.whens,
      thens: given ? node.thens.map(exactly) : node.thens,
      otherwise: given && node.otherwise !== null ? exactly(node.otherwise) : node.otherwise,
    } as Node;
  }
  if (isKind(node, 'in')) return listed(node);
  if (isKind(node, 'unary') && node.operator === '-' && isExact(node.operand)) return call('negate', node.operand);
  if (isKind(node, 'like') && isExact(node.operand)) return { ...(node as Node), operand: call('text', node.operand) } as Node;
  if (isKind(node, 'case') && isExact(node)) {
    const otherwise = node.otherwise === null ? null : exactly(node.otherwise);
    return { ...(node as Node), thens: node.thens.map(exactly), otherwise } as Node;
  }
  if (isKind(node, 'cast')) return converted(node);
  if (isKind(node, 'setOperation')) return agreeing(node);
  return isKind(node, 'function') ? calculated(node) : node;
}

/** A double makes doubles of all that it is calculated with. */
function besideDoubles(result: Node, ...sides: readonly Node[]): Node {
  const double = sides.some(
    (side) => (isKind(side, 'column') || isKind(side, 'cast')) && DOUBLES.has(storedType(side.type, 'sqlite').name),
  );
  return double ? call('number', result) : result;
}

function refuse(feature: string): never {
  throw sqlError('sql.unsupported', feature, 'SQLite');
}

const written = (node: Node): Node => (isExact(node) ? call('text', node) : node);

function listed(node: Node & { readonly operand: Node; readonly list: Node }): Node {
  const { operand, list } = node;
  const inList = isKind(list, 'bind') ? isExactNumeric(list.type) : firstIsExact(list);
  if (!isExact(operand) && !inList) return node;
  if (isKind(list, 'bind')) return { ...(node as Node), operand: exactly(operand), list: exactly(list) } as Node;
  if (!inList) refuse('IN over a select of other numbers, for numeric values of more than 15 digits');
  return { ...(node as Node), operand: exactly(operand) } as Node;
}

/** A cast from an exact number takes its digits, and one to it is rounded to its scale. */
function converted(node: Node & { readonly operand: Node; readonly type: Parameters<typeof isExactNumeric>[0] }): Node {
  const { operand, type } = node;
  const rounded = (scale: number): Node => call('', exactly(operand), make('raw', { pieces: [String(scale)], items: [] }));
  if (isExactNumeric(type)) return rounded(type.scale ?? 0);
  const stored = storedType(type, 'sqlite');
  const whole = isWhole(stored) || (stored.name === 'numeric' && stored.scale === 0);
  return { ...(node as Node), operand: isExact(operand) && whole ? call('text', rounded(0)) : written(operand) } as Node;
}

/** Whether a column says how its values are stored: a bare NULL does not. */
function says(column: Node | undefined): column is Node {
  if (column === undefined) return false;
  return isKind(column, 'label') ? says(column.operand) : !(isKind(column, 'constant') && column.value === null);
}

/** The parts of a set operation have to store their numbers alike. */
function agreeing(node: Node & { readonly queries: readonly Node[] }): Node {
  const parts = node.queries.filter((query) => isKind(query, 'select')).map(({ columns }) => columns);
  const alike = (i: number): boolean =>
    new Set(
      parts
        .map((columns) => columns[i])
        .filter(says)
        .map(isExact),
    ).size < 2;
  if (!(parts[0] ?? []).every((_, i) => alike(i)))
    refuse('set operation of numeric values of more than 15 digits with other numbers: cast() them to one type');
  return node;
}

function calculated(node: Node & { readonly name: string; readonly args: readonly Node[]; readonly distinct: boolean }): Node {
  const { args } = node;
  if (!args.some(isExact)) return node;
  const name = node.name.toLowerCase();
  const named = (own: string): Node => ({ ...(node as Node), name: `athanor_decimal_${own}` }) as Node;
  switch (name) {
    case 'sum':
    case 'abs':
      return named(name);
    // Their result is a double in every database.
    case 'avg':
    case 'round':
      return call('number', named(name));
    case 'count':
      return node;
    default:
      break;
  }
  if (name.startsWith('athanor_decimal')) return node;
  if (!CHOOSING.has(name)) return refuse(`function ${node.name}() for numeric values of more than 15 digits`);
  return { ...(node as Node), args: args.map((arg, i) => (i === 1 && WITH_OFFSET.has(name) ? arg : exactly(arg))) } as Node;
}
