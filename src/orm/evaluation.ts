import type { Node, SourceNode } from '../sql/node.ts';
import { isKind } from '../sql/node-walk.ts';
import type { TableColumn } from '../sql/schema.ts';
import { plainValue } from './attributes.ts';
import { CHANGES, type Entity, type Mapper, ROW } from './mapping.ts';

/** Thrown where JavaScript cannot tell what the database would. */
export class NotEvaluable extends Error {}

/** Works an expression out for one object, by the values that its row has in the database. NULL is null. */
export type Evaluator = (entity: Entity) => unknown;

/** What evaluating needs to know besides the expression. */
export interface EvaluationContext {
  readonly mapper: Mapper;
  /** The table or alias whose rows are changed. */
  readonly target: SourceNode;
  readonly params: Readonly<Record<string, unknown>> | undefined;
  /** The database compares text character by character, as JavaScript does. */
  readonly exactText: boolean;
  /** By the values that the object has now, flushed or not. */
  readonly current?: boolean;
}

/** The expression as a function over objects. Throws a NotEvaluable for what only the database can work out. SQLAlchemy: `EvaluatorCompiler`. */
export function evaluator(node: Node, context: EvaluationContext): Evaluator {
  const compile = (inner: Node): Evaluator => evaluator(inner, context);
  if (isKind(node, 'column')) return columnReader(node.source, node.name, context);
  if (isKind(node, 'constant')) return () => node.value;
  if (isKind(node, 'bind')) {
    if (node.expanding) throw new NotEvaluable();
    const value = node.name === null ? node.value : context.params?.[node.name];
    if (value === undefined) throw new NotEvaluable();
    return () => value;
  }
  if (isKind(node, 'junction')) return junction(node.operator, node.items.map(compile));
  if (isKind(node, 'unary')) return unary(node.operator, compile(node.operand));
  if (isKind(node, 'between')) {
    const [value, low, high] = [node.operand, node.low, node.high].map(compile);
    const compare = comparison(node.operand, context);
    const inside = junction('and', [
      (entity) => compare('>=', value(entity), low(entity)),
      (entity) => compare('<=', value(entity), high(entity)),
    ]);
    return node.negated ? unary('NOT', inside) : inside;
  }
  if (isKind(node, 'in') && isKind(node.list, 'bind') && node.list.expanding) {
    const { list } = node;
    const items = list.name === null ? list.value : context.params?.[list.name];
    if (!Array.isArray(items)) throw new NotEvaluable();
    const value = compile(node.operand);
    const compare = comparison(node.operand, context);
    const among = junction(
      'or',
      items.map((item: unknown) => (entity: Entity) => compare('=', value(entity), item)),
    );
    const found: Evaluator = (entity) => (items.length > 0 && value(entity) === null ? null : among(entity));
    return node.negated ? unary('NOT', found) : found;
  }
  if (isKind(node, 'binary')) {
    const [left, right] = [compile(node.left), compile(node.right)];
    if (node.operator in SUMS) return sum(SUMS[node.operator as keyof typeof SUMS], left, right);
    if (!COMPARISONS.has(node.operator)) throw new NotEvaluable();
    const compare = comparison(isKind(node.left, 'column') ? node.left : node.right, context);
    return (entity) => compare(node.operator, left(entity), right(entity));
  }
  throw new NotEvaluable();
}

/** The value that a column of the object's row has in the database: from before what was not flushed. */
function columnReader(source: SourceNode, name: string, { mapper, target, current = false }: EvaluationContext): Evaluator {
  const column = mapper.columns.find(
    (candidate) => candidate.name === name && candidate.formula === undefined && (!current || candidate.table.node === source),
  );
  if (column === undefined || (!current && source.id !== target.id)) throw new NotEvaluable();
  const { position } = column;
  return (entity) => {
    const changes = entity[CHANGES];
    let slot = entity[ROW][position];
    if (changes !== null && !current) for (let i = 0; i < changes.length; i += 2) if (changes[i] === position) slot = changes[i + 1];
    if (slot === undefined) throw new NotEvaluable();
    return plainValue(entity, position, slot);
  };
}

function junction(operator: 'and' | 'or', items: readonly Evaluator[]): Evaluator {
  const decides = operator === 'or';
  return (entity) => {
    let answer: boolean | null = !decides;
    for (const item of items) {
      const value = truth(item(entity));
      if (value === decides) return decides;
      if (value === null) answer = null;
    }
    return answer;
  };
}

function unary(operator: string, operand: Evaluator): Evaluator {
  if (operator === 'IS NULL') return (entity) => operand(entity) === null;
  if (operator === 'IS NOT NULL') return (entity) => operand(entity) !== null;
  if (operator !== 'NOT') throw new NotEvaluable();
  return (entity) => {
    const value = truth(operand(entity));
    return value === null ? null : !value;
  };
}

function truth(value: unknown): boolean | null {
  if (value === null || typeof value === 'boolean') return value;
  throw new NotEvaluable();
}

const SUMS = { '+': (a: number, b: number) => a + b, '-': (a: number, b: number) => a - b, '*': (a: number, b: number) => a * b };
const COMPARISONS = new Set(['=', '!=', '<>', '<', '<=', '>', '>=']);

/** Whole numbers alone: everything else is rounded in a way of the database's own. */
function sum(work: (a: number, b: number) => number, left: Evaluator, right: Evaluator): Evaluator {
  return (entity) => {
    const [a, b] = [left(entity), right(entity)];
    if (a === null || b === null) return null;
    if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b)) throw new NotEvaluable();
    const result = work(a as number, b as number);
    if (!Number.isSafeInteger(result)) throw new NotEvaluable();
    return result;
  };
}

const TEXT_TYPES = new Set(['string', 'text', 'enum']);

/** How two values compare; that of text depends on the column's collation, of which only equality is known. */
function comparison(side: Node, { exactText }: EvaluationContext): (operator: string, a: unknown, b: unknown) => boolean | null {
  const type = isKind(side, 'column') ? side.type : null;
  const text = exactText && type !== null && TEXT_TYPES.has(type.name) && type.collation === undefined;
  return (operator, a, b) => {
    if (a === null || b === null) return null;
    if (type?.name === 'float') throw new NotEvaluable();
    const [left, right] = [comparable(a), comparable(b)];
    const kinds = `${typeof left} ${typeof right}`;
    const equality = operator === '=' || operator === '!=' || operator === '<>';
    const numbers = /^(number|bigint) (number|bigint)$/.test(kinds);
    if (!numbers && !(equality && (kinds === 'boolean boolean' || (text && kinds === 'string string')))) throw new NotEvaluable();
    if (equality) {
      // biome-ignore lint/suspicious/noDoubleEquals: a number and a bigint may be one value
      const same = left == right;
      return operator === '=' ? same : !same;
    }
    const [x, y] = [left as number, right as number];
    return operator === '<' ? x < y : operator === '<=' ? x <= y : operator === '>' ? x > y : x >= y;
  };
}

function comparable(value: unknown): unknown {
  return value instanceof Date ? value.getTime() : value;
}

/** Whether a row that is given this value holds it just so, and an object may take it without a read. */
export function isKeptAsGiven({ type }: TableColumn, value: unknown): boolean {
  if (value === null) return true;
  switch (type.name) {
    case 'integer':
    case 'smallInteger':
    case 'tinyInteger':
    case 'mediumInteger':
      return Number.isSafeInteger(value);
    case 'double':
      return typeof value === 'number' && Number.isFinite(value);
    case 'bigInteger':
      return typeof value === (type.asNumber ? 'number' : 'bigint');
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
    case 'text':
    case 'enum':
      return typeof value === 'string';
    default:
      return false;
  }
}
