import type { OrderNode } from '../../sql/expression-nodes.ts';
import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { DOUBLE, INTEGER } from '../../sql/type.ts';
import { arithmeticVisitors } from './arithmetic.ts';
import { arrayVisitors } from './arrays.ts';
import { precedence, TIGHTNESS, type Visitors, type Writer } from './compiler.ts';
import { functionVisitors } from './functions.ts';
import { jsonVisitors } from './json.ts';
import { documentVisitors, type JsonWords } from './json-documents.ts';
import { textMatchVisitors } from './text-match.ts';
import { writeTryCast } from './try-cast.ts';

type SubjectVisitors = typeof arithmeticVisitors &
  typeof arrayVisitors &
  typeof functionVisitors &
  typeof jsonVisitors &
  ReturnType<typeof documentVisitors> &
  typeof textMatchVisitors;

type ExpressionVisitors = Pick<
  Visitors,
  | 'bind'
  | 'column'
  | 'binary'
  | 'unary'
  | 'junction'
  | 'like'
  | 'in'
  | 'between'
  | 'constant'
  | 'list'
  | 'rowList'
  | 'case'
  | 'cast'
  | 'collate'
  | 'order'
  | 'label'
  | 'sameAsColumn'
  | 'groupValue'
  | 'exists'
  | 'scalar'
  | 'star'
  | 'raw'
  | 'identifier'
  | 'nextValue'
  | 'truth'
  | 'symmetricBetween'
  | 'customOperator'
  | 'distinct'
  | 'quantified'
  | 'caseOf'
  | 'tryCast'
  | 'extract'
>;

/** JSON made of rows as PostgreSQL has it. */
const JSON_WORDS: JsonWords = {
  object: 'json_build_object',
  aggregate: 'json_agg',
  nested: null,
  hex: (value, to) => {
    to.write('encode(').visit(value).write(", 'hex')");
  },
  mostFields: 50,
  orders: true,
  limits: false,
  correlates: true,
  filters: true,
};

const CONSTANTS = new Map<null | boolean, string>([
  [null, 'NULL'],
  [true, 'TRUE'],
  [false, 'FALSE'],
]);

/** What follows a term of ORDER BY. */
export function orderWords(node: OrderNode): string {
  const nulls = node.nulls === null ? '' : node.nulls === 'first' ? ' NULLS FIRST' : ' NULLS LAST';
  return `${node.direction === 'desc' ? ' DESC' : ''}${nulls}`;
}

/** The fields of EXTRACT that have a fraction. */
const FRACTIONS = new Set(['second', 'milliseconds', 'microseconds', 'epoch']);

function tail(
  node: { readonly whens: readonly Node[]; readonly thens: readonly Node[]; readonly otherwise: Node | null },
  to: Writer,
  when: (node: Node) => Writer,
): void {
  for (const [i, item] of node.whens.entries()) {
    to.write(' WHEN ');
    when(item).write(' THEN ').visit(node.thens[i]);
  }
  if (node.otherwise !== null) to.write(' ELSE ').visit(node.otherwise);
  to.write(' END');
}

/** How expressions are written where a database does not differ. */
export const expressionVisitors: ExpressionVisitors & SubjectVisitors = {
  ...arithmeticVisitors,
  ...arrayVisitors,
  ...functionVisitors,
  ...jsonVisitors,
  ...documentVisitors(JSON_WORDS),
  ...textMatchVisitors,
  bind: (node, to) => to.parameter(node),
  column: (node, to) => {
    if (!to.unqualified || node.source.kind === 'alias') to.write(`${to.sourceName(node.source)}.`);
    to.identifier(node.name);
  },
  binary: (node, to) => {
    const tightness = precedence(node);
    // The databases differ in how tightly || binds and in which comparison comes first, so there nothing is left to them.
    const concat = tightness === TIGHTNESS.concat;
    const same = isKind(node.left, 'binary') && node.left.operator === node.operator;
    to.operand(node.left, concat ? (same ? tightness : TIGHTNESS.sign) : tightness === TIGHTNESS.comparison ? tightness + 1 : tightness);
    to.write(` ${node.operator} `).operand(node.right, concat ? TIGHTNESS.sign : tightness + 1);
  },
  unary: (node, to) => {
    if (node.postfix) to.operand(node.operand, TIGHTNESS.comparison + 1).write(` ${node.operator}`);
    else if (node.operator === 'NOT') to.write('NOT ').operand(node.operand, TIGHTNESS.comparison);
    // A space, since a value may be written in place: -(-1), not a comment.
    else to.write(node.operand.kind === 'bind' ? `${node.operator} ` : node.operator).operand(node.operand, TIGHTNESS.atom);
  },
  junction: (node, to) => {
    const tightness = node.operator === 'or' ? TIGHTNESS.or : TIGHTNESS.and;
    node.items.forEach((item, i) => {
      if (i > 0) to.write(node.operator === 'or' ? ' OR ' : ' AND ');
      to.operand(item, tightness + 1);
    });
  },
  like: (node, to) => {
    const both = (write: () => void): void => {
      if (node.insensitive) to.write('lower(');
      write();
      if (node.insensitive) to.write(')');
    };
    both(() => to.operand(node.operand, TIGHTNESS.comparison + 1));
    to.write(node.negated ? ' NOT LIKE ' : ' LIKE ');
    both(() => to.operand(node.pattern, TIGHTNESS.comparison + 1));
    if (node.escape !== null) to.write(` ESCAPE '${node.escape.replaceAll("'", "''")}'`);
  },
  in: (node, to) => {
    to.operand(node.operand, TIGHTNESS.comparison + 1).write(node.negated ? ' NOT IN (' : ' IN (');
    if (isKind(node.list, 'list')) to.list(node.list.items);
    else to.visit(node.list);
    to.write(')');
  },
  between: (node, to) => {
    to.operand(node.operand, TIGHTNESS.comparison + 1).write(node.negated ? ' NOT BETWEEN ' : ' BETWEEN ');
    to.operand(node.low, TIGHTNESS.comparison + 1)
      .write(' AND ')
      .operand(node.high, TIGHTNESS.comparison + 1);
  },
  constant: (node, to) => to.write(CONSTANTS.get(node.value) as string),
  list: (node, to) => to.write('(').list(node.items).write(')'),
  rowList: (node, to) => to.rows(node, ''),
  case: (node, to) => {
    to.write('CASE');
    tail(node, to, (when) => to.condition(when));
  },
  caseOf: (node, to) => {
    to.write('CASE ').visit(node.operand);
    tail(node, to, (when) => to.visit(when));
  },
  truth: (node, to) => {
    to.operand(node.operand, TIGHTNESS.comparison + 1).write(`${node.negated ? ' IS NOT ' : ' IS '}${node.value ? 'TRUE' : 'FALSE'}`);
  },
  symmetricBetween: (node, to) => {
    to.operand(node.operand, TIGHTNESS.comparison + 1).write(node.negated ? ' NOT BETWEEN SYMMETRIC ' : ' BETWEEN SYMMETRIC ');
    to.operand(node.low, TIGHTNESS.comparison + 1)
      .write(' AND ')
      .operand(node.high, TIGHTNESS.comparison + 1);
  },
  customOperator: (node, to) => {
    const tightness = node.precedence === null ? TIGHTNESS.collate : TIGHTNESS[node.precedence];
    to.operand(node.left, node.precedence === 'comparison' ? tightness + 1 : tightness);
    to.write(` ${node.operator} `).operand(node.right, node.precedence === null ? tightness : tightness + 1);
  },
  distinct: (node, to) => to.write('DISTINCT ').visit(node.operand),
  quantified: (node, to) => {
    to.write(node.quantifier === 'any' ? 'ANY (' : 'ALL (');
    if (isKind(node.operand, 'list')) to.write('ARRAY[').list(node.operand.items).write(']');
    else to.visit(node.operand);
    to.write(')');
  },
  tryCast: writeTryCast,
  // As a number that the driver gives as one: EXTRACT alone is an exact decimal.
  extract: (node, to) => {
    const type = FRACTIONS.has(node.field) ? DOUBLE : INTEGER;
    to.write(`CAST(EXTRACT(${node.field.toUpperCase()} FROM `).operand(node.operand, TIGHTNESS.concat);
    to.write(`) AS ${to.spelling.typeName(type)})`);
  },
  cast: (node, to) =>
    to
      .write('CAST(')
      .visit(node.operand)
      .write(` AS ${to.spelling.typeName(node.type)})`),
  collate: (node, to) => to.operand(node.operand, TIGHTNESS.collate).write(' COLLATE ').identifier(node.collation),
  order: (node, to) => {
    to.operand(node.operand, 1).write(orderWords(node));
  },
  // Its name belongs to the list of columns (`Writer.columns`); elsewhere it is what it names.
  label: (node, to) => to.visit(node.operand),
  sameAsColumn: ({ operand, place }, to) => {
    if (place === undefined) to.visit(operand);
    else to.write(String(place));
  },
  groupValue: (node, to) => to.visit(node.operand),
  exists: (node, to) => to.write('EXISTS (').visit(node.query).write(')'),
  scalar: (node, to) => to.write('(').visit(node.query).write(')'),
  star: (_node, to) => to.write('*'),
  raw: (node, to) => {
    for (const [i, item] of node.items.entries()) to.write(node.pieces[i]).visit(item);
    to.write(node.pieces[node.items.length]);
  },
  identifier: (node, to) => to.write(node.path.map((name) => to.spelling.quote(name)).join('.')),
  nextValue: (node, to) => {
    const name = [...(node.schema === null ? [] : [node.schema]), node.sequence].map((part) => to.spelling.quote(part)).join('.');
    to.write(`nextval('${name.replaceAll("'", "''")}')`);
  },
};
