import { sqlError } from '../../sql/errors.ts';
import type { JsonComparisonNode, JsonScalarNode } from '../../sql/expression-nodes.ts';
import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { BOOLEAN, DOUBLE, INTEGER, NUMERIC, type SqlType } from '../../sql/type.ts';
import { TIGHTNESS, type Visitors, type Writer } from '../base/compiler.ts';
import { textLiteral } from './literals.ts';

// OPENJSON tells what a value is and gives texts of any length; JSON_VALUE gives NULL for those of more than 4,000 characters.

type Step = string | number;

/** Text compared character by character, as JSON's keys and texts are. */
const EXACT = 'COLLATE Latin1_General_100_BIN2';
const TYPES = { string: 1, number: 2, boolean: 3 } as const;

const SCALARS: Readonly<Record<Exclude<JsonScalarNode['as'], 'text'>, SqlType>> = {
  integer: INTEGER,
  number: DOUBLE,
  numeric: NUMERIC,
  boolean: BOOLEAN,
};

function pathText(path: readonly Step[]): string {
  const steps = path.map((step) => {
    if (typeof step === 'string') return `.${JSON.stringify(step)}`;
    if (step < 0) throw sqlError('sql.unsupported', 'place in a JSON array that is counted from the end', 'SQL Server');
    return `[${step}]`;
  });
  return textLiteral(`$${steps.join('')}`);
}

/** A value and where it stands; a whole document as the one item of a list, since SQL Server takes no bare text or number for JSON. */
function placeOf(node: Node, to: Writer): { readonly document: () => void; readonly path: readonly Step[]; readonly isWhole: boolean } {
  if (isKind(node, 'jsonPath')) return { document: () => void to.visit(node.operand), path: node.path, isWhole: false };
  const whole = (): void => {
    to.write("N'[' + CAST(").visit(node).write(" AS NVARCHAR(MAX)) + N']'");
  };
  return { document: whole, path: [0], isWhole: true };
}

/** What OPENJSON says of a JSON value: its [value] as text or its [type]. NULL where it is not there. */
function entry(node: Node, what: string, to: Writer): void {
  const { document, path, isWhole } = placeOf(node, to);
  const [parent, last] = [path.slice(0, -1), path[path.length - 1]];
  // Refuses what cannot be a place.
  pathText(path);
  to.write(`(SELECT TOP (1) ${what} FROM OPENJSON(`);
  document();
  if (parent.length > 0) to.write(`, ${pathText(parent)}`);
  to.write(`) WHERE [key] = ${textLiteral(String(last))}`);
  // An object may have digits for a key, and a list has them for its places.
  if (!isWhole && /^\d+$/.test(String(last))) {
    to.write(' AND JSON_QUERY(');
    document();
    to.write(`, ${pathText(parent)}) LIKE N'${typeof last === 'number' ? '[[]' : '{'}%'`);
  }
  to.write(')');
}

/** The text of a value, as JSON again. */
const AS_JSON = `CASE [type] WHEN 0 THEN N'null' WHEN 1 THEN N'"' + STRING_ESCAPE([value], 'json') + N'"' ELSE [value] END`;

/** Whether both are the same kind of value and compare so; NULL where one is not there. */
function compare(node: JsonComparisonNode, operator: string, to: Writer): void {
  if (node.value === 'json') throw sqlError('sql.unsupported', 'comparison of JSON objects and lists', 'SQL Server');
  const side = (value: Node): void => {
    if (node.value === 'number') to.write('CAST(');
    entry(value, '[value]', to);
    to.write(node.value === 'number' ? ' AS FLOAT(53))' : ` ${EXACT}`);
  };
  to.write('(');
  entry(node.left, '[type]', to);
  // A number must not be asked of what is none, so that its text is looked at only then.
  if (node.value === 'number') {
    to.write(' = 2 AND CASE WHEN ');
    entry(node.left, '[type]', to);
    to.write(' = 2 THEN ');
    side(node.left);
    to.write(' END');
  } else {
    to.write(` = ${TYPES[node.value]} AND `);
    side(node.left);
  }
  to.write(` ${operator} `);
  side(node.right);
  to.write(')');
}

/** Conditions over JSON. */
export function writeJsonComparison(node: JsonComparisonNode, to: Writer): void {
  const { operator } = node;
  if (operator === '<>') {
    to.write('(NOT ');
    compare(node, '=', to);
    to.write(')');
  } else if (operator.endsWith('DISTINCT FROM')) {
    to.write('CASE WHEN ');
    compare(node, '=', to);
    to.write(` THEN 1 ELSE 0 END = ${operator.startsWith('IS NOT') ? 1 : 0}`);
  } else compare(node, operator, to);
}

/** Keys of an object, or texts of a list; NULL for NULL. */
export function writeJsonHasKeys(
  node: { readonly operand: Node; readonly keys: readonly Node[]; readonly every: boolean },
  to: Writer,
): void {
  const document = (): Writer => to.operand(node.operand, TIGHTNESS.atom);
  to.write('CASE WHEN ');
  document().write(' IS NOT NULL THEN CASE WHEN ');
  if (node.keys.length === 0) to.write(node.every ? '1 = 1' : '1 = 0');
  node.keys.forEach((key, i) => {
    const rows = to.anonymous('keys');
    if (i > 0) to.write(node.every ? ' AND ' : ' OR ');
    to.write('EXISTS (SELECT 1 FROM OPENJSON(').visit(node.operand).write(`) AS ${rows} WHERE `);
    document().write(` LIKE N'{%' AND ${rows}.[key] = `).visit(key).write(` ${EXACT} OR `);
    document().write(` LIKE N'[[]%' AND ${rows}.[type] = 1 AND ${rows}.[value] = `).visit(key).write(` ${EXACT})`);
  });
  to.write(' THEN 1 ELSE 0 END END = 1');
}

/** JSON as text, by the functions for it. */
export const mssqlJsonVisitors: Pick<Visitors, 'jsonPath' | 'jsonScalar' | 'jsonLength' | 'jsonCanonical'> = {
  jsonPath: (node, to) => entry(node, AS_JSON, to),
  jsonScalar: ({ operand, as }, to) => {
    if (as === 'text') entry(operand, '[value]', to);
    else {
      to.write('CAST(');
      const { document, path } = placeOf(operand, to);
      to.write('JSON_VALUE(');
      document();
      to.write(`, ${pathText(path)}) AS ${to.spelling.typeName(SCALARS[as])})`);
    }
  },
  jsonCanonical: () => {
    throw sqlError('sql.unsupported', 'comparison of JSON objects and lists', 'SQL Server');
  },
  jsonLength: ({ operand }, to) => {
    to.write('CASE WHEN ').operand(operand, TIGHTNESS.atom).write(" LIKE N'[[]%' THEN (SELECT COUNT(*) FROM OPENJSON(");
    to.visit(operand).write(')) END');
  },
};
