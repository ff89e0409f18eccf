import { sqlError } from '../../sql/errors.ts';
import type { JsonAggregateNode, JsonRowsNode } from '../../sql/expression-nodes.ts';
import { make } from '../../sql/make.ts';
import type { Node } from '../../sql/node.ts';
import { isKind, walk } from '../../sql/node-walk.ts';
import { unlabelled } from '../../sql/projection.ts';
import type { SelectNode } from '../../sql/statement-nodes.ts';
import type { SqlType } from '../../sql/type.ts';
import type { Visitors, Writer } from '../base/compiler.ts';
import { jsonForm } from '../base/json-values.ts';
import { storedType } from '../base/type-names.ts';
import { textLiteral } from './literals.ts';
import { within } from './scope.ts';

// FOR JSON takes a dot in a name for a step, writes fewer digits of a double than it has, and no JSON that is a bare text or
// number: so the text of a document is put together from its values. Each is NVARCHAR(MAX), or STRING_AGG would end at 8,000 bytes.

const NUMBERS: ReadonlySet<SqlType['name']> = new Set(['integer', 'smallInteger', 'mediumInteger', 'tinyInteger']);
const MOMENTS: ReadonlySet<SqlType['name']> = new Set(['date', 'time', 'dateTime']);
/** Styles of CONVERT: a double with all its digits, ISO 8601, hexadecimal digits. */
const [ALL_DIGITS, ISO, HEX] = [3, 121, 2];

/** A value as JSON text, NULL where it is NULL. */
function writeValue(value: Node, type: SqlType, to: Writer): void {
  const convert = (style: number | null): void => {
    to.write('CONVERT(NVARCHAR(MAX), ').visit(value);
    to.write(style === null ? ')' : `, ${style})`);
  };
  const { name } = storedType(type, 'mssql');
  const form = jsonForm(type, 'mssql');
  if (form === 'json' || NUMBERS.has(name)) convert(null);
  else if (name === 'double' || name === 'float') convert(ALL_DIGITS);
  else if (name === 'boolean')
    to.write('CONVERT(NVARCHAR(MAX), CASE ').visit(value).write(" WHEN 1 THEN N'true' WHEN 0 THEN N'false' END)");
  else if (form === 'hex' || MOMENTS.has(name) || name === 'bigInteger' || name === 'numeric') {
    to.write("N'\"' + ");
    convert(form === 'hex' ? HEX : MOMENTS.has(name) ? ISO : null);
    to.write(" + N'\"'");
  } else if (name === 'uuid') {
    to.write("N'\"' + LOWER(");
    convert(null);
    to.write(") + N'\"'");
  } else {
    to.write("N'\"' + STRING_ESCAPE(");
    convert(null);
    to.write(", 'json') + N'\"'");
  }
}

/** A value that is JSON's null where it is NULL. */
function writeItem(value: Node, type: SqlType, to: Writer): void {
  to.write('ISNULL(');
  writeValue(value, type, to);
  to.write(", N'null')");
}

/** `[1,2]` of the texts that this writes, in this order; `[]` where there are none. */
function writeList(item: () => void, order: (() => void) | null, to: Writer): void {
  to.write("ISNULL(N'[' + STRING_AGG(");
  item();
  to.write(", N',')");
  if (order !== null) {
    to.write(' WITHIN GROUP (ORDER BY ');
    order();
    to.write(')');
  }
  to.write(" + N']', N'[]')");
}

function writeAggregate(node: JsonAggregateNode, to: Writer): void {
  const { value, type, orderBy, filter } = node;
  if (holdsQuery(value)) throw sqlError('sql.unsupported', 'subquery or JSON path in jsonArrayAgg()', 'SQL Server');
  const item = (): void => {
    if (filter !== null) {
      to.write('CASE WHEN ');
      within(to, { exact: false }, () => to.condition(filter));
      to.write(' THEN ');
    }
    writeItem(value, type, to);
    if (filter !== null) to.write(' END');
  };
  writeList(item, orderBy.length === 0 ? null : () => void to.list(orderBy), to);
}

/** An aggregate takes no subquery, which JSON paths are as well. */
function holdsQuery(value: Node): boolean {
  let found = false;
  walk(value, (node) => {
    found ||= QUERIES.has(node.kind);
    return !found;
  });
  return found;
}
const QUERIES: ReadonlySet<string> = new Set([
  'select',
  'setOperation',
  'jsonRows',
  'jsonPath',
  'jsonScalar',
  'jsonComparison',
  'jsonLength',
]);

const NAME = make('identifier', { path: ['x'] });
const BLANK_OBJECT = make('jsonObject', { names: [], values: [], types: [] });
const ROW_NUMBER = make('function', { name: 'row_number', args: [], distinct: false, orderBy: [], filter: null });

function isPlain(query: Node): query is SelectNode {
  return isKind(query, 'select') && !query.distinct && query.modifiers === null && query.lock === null;
}

/** The rows of a query as a list of objects, or its one row. */
function writeRows({ query, columns, names, types, many }: JsonRowsNode, to: Writer): void {
  const rows = to.anonymous('rows');
  const ordered = (isKind(query, 'select') || isKind(query, 'setOperation')) && query.orderBy.length > 0;
  if (isPlain(query)) {
    const value = { ...BLANK_OBJECT, names, types, values: query.columns.map(unlabelled) } as Node;
    if (!many) {
      writeQuery({ ...query, columns: [value] } as Node, to);
      return;
    }
    const place = make('over', { call: ROW_NUMBER, window: null, partitionBy: [], orderBy: query.orderBy, frame: null });
    const inner = [
      make('label', { operand: value, name: 'value' }),
      ...(ordered ? [make('label', { operand: place, name: 'place' })] : []),
    ];
    // An order in FROM is lost, but for the rows that a limit takes.
    const orderBy = query.limit === null && query.offset === null ? [] : query.orderBy;
    to.write('(SELECT ');
    writeList(() => to.write(`${rows}.[value]`), ordered ? () => to.write(`${rows}.[place]`) : null, to);
    to.write(' FROM ');
    writeQuery({ ...query, columns: inner, orderBy } as Node, to);
    to.write(` AS ${rows})`);
    return;
  }
  if (many && ordered)
    throw sqlError(
      'sql.unsupported-instead',
      'order of a distinct or combined query in jsonArrayFrom()',
      'SQL Server',
      'Order a select of its subquery().',
    );
  const values = columns.map((name) => ({ ...NAME, path: [rows, name] }) as Node);
  const value = { ...BLANK_OBJECT, names, types, values } as Node;
  to.write('(SELECT ');
  if (many) writeList(() => to.visit(value), null, to);
  else to.visit(value);
  to.write(' FROM ');
  writeQuery(query, to);
  to.write(` AS ${rows})`);
}

function writeQuery(query: Node, to: Writer): void {
  to.write('(');
  within(to, { place: 'nested', exact: false, lock: null }, () => to.visit(query));
  to.write(')');
}

/** JSON that a statement makes of values and rows. */
export const mssqlDocumentVisitors: Pick<Visitors, 'jsonObject' | 'jsonRows' | 'jsonAggregate'> = {
  jsonObject: ({ names, values, types }, to) => {
    names.forEach((name, i) => {
      to.write(`${i === 0 ? '' : ' + '}${textLiteral(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`)} + `);
      writeItem(values[i], types[i], to);
    });
    to.write(" + N'}'");
  },
  jsonRows: writeRows,
  jsonAggregate: writeAggregate,
};
