import { sqlError } from '../../sql/errors.ts';
import type { CastNode } from '../../sql/expression-nodes.ts';
import { make } from '../../sql/make.ts';
import type { ColumnNode } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { isTextual } from '../../sql/type.ts';
import type { Visitors, Writer } from '../base/compiler.ts';
import { TIGHTNESS } from '../base/compiler.ts';
import { expressionVisitors } from '../base/expressions.ts';
import { DURATION_FROM } from '../base/intervals.ts';
import { storedType } from '../base/type-names.ts';
import { mssqlArithmeticVisitors, writeCalendar } from './arithmetic.ts';
import { collationName } from './collations.ts';
import { isCondition, truthVisitors } from './conditions.ts';
import { mssqlCteVisitors, writeLeadingCtes } from './ctes.ts';
import { writeDateField } from './date-fields.ts';
import { mssqlDmlVisitors } from './dml.ts';
import { writeItems } from './function-forms.ts';
import { functionVisitors, writeConcat } from './functions.ts';
import { mssqlJsonVisitors } from './json.ts';
import { mssqlDocumentVisitors } from './json-documents.ts';
import { writeOrderTerm } from './ordering.ts';
import { scopeOf, within } from './scope.ts';
import { mssqlSelectVisitors } from './selects.ts';
import { mssqlSourceVisitors } from './sources.ts';
import { missingVisitors } from './unsupported.ts';
import { typeOfNode } from './value-types.ts';

// Quoted text and comments hold no placeholders.
const PLACEHOLDER = /N?'(?:[^']|'')*'|"(?:[^"]|"")*"|\[(?:[^\]]|\]\])*\]|--[^\n]*|\/\*[\s\S]*?\*\/|(?<![\w@])(@p\d+)\b/gi;

function writeColumn(node: ColumnNode, to: Writer): void {
  const { output } = scopeOf(to);
  if (output !== null && node.source.id === output.table) {
    const name = to.spelling.quote(node.name);
    to.write(
      output.rows === 'either' ? `CASE WHEN $action = 'DELETE' THEN deleted.${name} ELSE inserted.${name} END` : `${output.rows}.${name}`,
    );
  } else expressionVisitors.column(node, to);
}

/** What SQL Server writes differently. */
export const mssqlVisitors: Visitors = {
  ...expressionVisitors,
  ...truthVisitors,
  ...mssqlArithmeticVisitors,
  ...mssqlJsonVisitors,
  ...mssqlDocumentVisitors,
  ...missingVisitors,
  ...functionVisitors,
  ...mssqlSelectVisitors,
  ...mssqlSourceVisitors,
  ...mssqlCteVisitors,
  ...mssqlDmlVisitors,
  column: writeColumn,
  // NULL travels as text, which SQL Server does not turn into bytes by itself.
  rowList: (node, to) => to.rows(node, 'VALUES '),
  bind: (node, to) => {
    if (node.type.name === 'binary' && !node.expanding) to.write('CAST(').parameter(node).write(' AS VARBINARY(MAX))');
    else to.parameter(node);
  },
  binary: (node, to) => {
    if (node.operator === '||') writeConcat(node, to);
    else if (!writeCalendar(node, to)) truthVisitors.binary(node, to);
  },
  // All rows of a group have one value of it.
  groupValue: ({ operand }, to) => {
    if (operand.binds.length === 0 || isCondition(operand)) to.visit(operand);
    else to.write('MIN(').visit(operand).write(')');
  },
  cast: (node, to) => {
    const duration = isTextual(storedType(node.type, 'mssql')) && typeOfNode(node.operand)?.name === 'interval';
    const part = make('raw', { pieces: ['SUBSTRING(', `, ${DURATION_FROM}, 80)`], items: [node.operand] });
    expressionVisitors.cast(duration ? { ...(node as CastNode), operand: part } : node, to);
  },
  extract: writeDateField,
  tryCast: (node, to) =>
    to
      .write('TRY_CAST(')
      .visit(node.operand)
      .write(` AS ${to.spelling.typeName(node.type)})`),
  quantified: (node, to) => {
    const { quantifier, operand } = node;
    const list = isKind(operand, 'list');
    if (!list && !isKind(operand, 'select') && !isKind(operand, 'setOperation') && !isKind(operand, 'values'))
      throw sqlError('sql.unsupported', `${quantifier.toUpperCase()} of an array`, 'SQL Server');
    to.write(quantifier === 'any' ? 'ANY (' : 'ALL (');
    within(to, { place: 'nested', exact: false }, () => (list ? writeItems(operand.items, to) : to.visit(operand)));
    to.write(')');
  },
  caseOf: (node, to) => within(to, { exact: false }, () => expressionVisitors.caseOf(node, to)),
  case: (node, to) => within(to, { exact: false }, () => expressionVisitors.case(node, to)),
  order: (node, to) => writeOrderTerm(node, to),
  collate: (node, to) => {
    to.operand(node.operand, TIGHTNESS.collate).write(` COLLATE ${collationName(node.collation)}`);
  },
  nextValue: (node, to) => {
    const path = [...(node.schema === null ? [] : [node.schema]), node.sequence];
    to.write(`NEXT VALUE FOR ${path.map((part) => to.spelling.quote(part)).join('.')}`);
  },
  raw: (node, to) => {
    // A placeholder that was written by hand would take the value of another one.
    for (const piece of node.pieces) {
      for (const [, placeholder] of piece.matchAll(PLACEHOLDER)) {
        if (placeholder !== undefined) throw sqlError('sql.bare-placeholder', placeholder);
      }
    }
    writeLeadingCtes(to);
    // Conditions stand as such: SQL by hand has them after its WHERE.
    for (const [i, item] of node.items.entries()) {
      to.write(node.pieces[i]);
      if (isCondition(item)) to.condition(item);
      else to.visit(item);
    }
    to.write(node.pieces[node.items.length]);
  },
};
