import { sqlError } from '../../sql/errors.ts';
import { make } from '../../sql/make.ts';
import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { TIGHTNESS, type Visitors, type Writer } from '../base/compiler.ts';
import { changesRows } from '../base/cte-hoisting.ts';
import { cteVisitors } from '../base/ctes.ts';
import { dmlVisitors } from '../base/dml.ts';
import { expressionVisitors } from '../base/expressions.ts';
import { functionVisitor } from '../base/functions.ts';
import { documentVisitors } from '../base/json-documents.ts';
import { isCounted, writeCounted, writeDistinctOn, writeWithTies } from '../base/row-numbers.ts';
import { type Limits, selectVisitors, writeLimit } from '../base/selects.ts';
import { isTextQuery, sourceVisitors, writeAlias, writeNamedQuery } from '../base/sources.ts';
import { sqliteArithmeticVisitors } from './arithmetic.ts';
import { writeCast } from './casts.ts';
import { writeDateField } from './date-fields.ts';
import { sqliteDml } from './dml.ts';
import { SQLITE_FUNCTION_FORMS, writeWithinGroup } from './function-forms.ts';
import { sqliteJsonVisitors } from './json.ts';
import { writeQuantified } from './quantified.ts';

// Quoted text and comments hold no placeholders.
const PLACEHOLDER =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\/|(\?\d*|(?<![\w:])[:@$][A-Za-z0-9_]+)/g;

function limit(node: Limits, to: Writer): void {
  if (node.limit === null && node.offset !== null) to.write(' LIMIT -1');
  writeLimit(node, to);
}

const selects = selectVisitors(limit);

function unsupported(feature: string): (node: Node, to: Writer) => never {
  return (_node, to) => {
    throw sqlError('sql.unsupported', feature, to.spelling.title);
  };
}

/** The flags that JavaScript's regular expressions have too. */
function flagsOf(flags: string, to: Writer): string {
  const unknown = [...flags].find((flag) => !'gims'.includes(flag));
  if (unknown !== undefined) throw sqlError('sql.unsupported', `flag '${unknown}' of regular expressions`, to.spelling.title);
  return flags;
}

/** What SQLite writes differently. */
export const sqliteVisitors: Visitors = {
  ...expressionVisitors,
  ...selects,
  ...sourceVisitors,
  ...cteVisitors,
  ...dmlVisitors,
  ...sqliteDml,
  select: (node, to) => {
    if (node.modifiers !== null && node.modifiers.distinctOn.length > 0) writeDistinctOn(node, to, limit);
    else if (node.modifiers?.withTies === true && node.limit !== null) writeWithTies(node, to);
    else selects.select(node, to);
  },
  setOperation: (node, to) => {
    if (isCounted(node)) writeCounted(node, to, limit);
    else selects.setOperation(node, to);
  },
  alias: (node, to) => {
    if (isKind(node.of, 'namedQuery') && isTextQuery(node.of.query)) return writeNamedQuery(node, node.of, to);
    if (!isKind(node.of, 'values')) return sourceVisitors.alias(node, to);
    // An alias has no list of columns here; VALUES calls its own column1, column2.
    const columns = node.of.columns.map((name, i) => `column${i + 1} AS ${to.spelling.quote(name)}`);
    to.write(`(SELECT ${columns.join(', ')} FROM (`)
      .visit(node.of)
      .write('))');
    writeAlias(node, [], to);
  },
  // Rows are a list only as VALUES.
  rowList: (node, to) => to.rows(node, 'VALUES '),
  // Values have types of their own, so no row need say them.
  values: (node, to) => to.write('VALUES ').list(node.rows),
  cte: (node, to) => {
    if (changesRows(node.query)) unsupported('INSERT, UPDATE or DELETE in a common table expression')(node, to);
    cteVisitors.cte(node, to);
  },
  lateral: unsupported('LATERAL subquery'),
  tableSample: unsupported('TABLESAMPLE'),
  tableFunction: (node, to) => {
    if (node.columns.length > 0) unsupported('names for the columns of a function in FROM, nor WITH ORDINALITY')(node, to);
    sourceVisitors.tableFunction(node, to);
  },
  grouping: (node, to) => unsupported(node.form === 'sets' ? 'GROUPING SETS' : node.form.toUpperCase())(node, to),
  // SQLite's LIKE ignores case by itself, and an index can serve it only without lower().
  like: (node, to) => expressionVisitors.like({ ...node, insensitive: false }, to),
  ...sqliteArithmeticVisitors,
  ...sqliteJsonVisitors,
  function: functionVisitor(SQLITE_FUNCTION_FORMS),
  withinGroup: writeWithinGroup,
  ...documentVisitors({
    object: 'json_object',
    aggregate: 'json_group_array',
    nested: 'json',
    // Its hex() makes an empty text of NULL.
    hex: (value, to) => {
      to.write('iif(').operand(value, 1).write(' IS NULL, NULL, hex(').visit(value).write('))');
    },
    // Its JSON has 15 digits before 3.52, and printf() makes a number of NULL.
    double: (value, to) => {
      to.write('iif(').operand(value, 1).write(" IS NULL, NULL, printf('%!.17g', ").operand(value, 1).write('))');
    },
    // Everything else is a number or a text as it is stored.
    asText: (type) => type.name === 'bigInteger',
    orders: true,
    limits: false,
    correlates: true,
    filters: true,
  }),
  extract: writeDateField,
  cast: writeCast,
  binary: (node, to) => {
    if (isKind(node.right, 'quantified')) writeQuantified(node, node.right, to);
    else expressionVisitors.binary(node, to);
  },
  nextValue: (node, to) => {
    // A row number takes NULL for the next one.
    if (!node.optional) throw sqlError('sql.unsupported', `sequences ('${node.sequence}')`, 'SQLite');
    to.write('NULL');
  },
  symmetricBetween: (node, to) => {
    const between = (low: Node, high: Node): Node => make('between', { operand: node.operand, low, high, negated: false });
    const either = make('junction', { operator: 'or', items: [between(node.low, node.high), between(node.high, node.low)] });
    to.write(node.negated ? '(NOT (' : '((')
      .visit(either)
      .write('))');
  },
  regexp: (node, to) => {
    if (node.flags === null) {
      to.operand(node.operand, TIGHTNESS.collate)
        .write(node.negated ? ' NOT REGEXP ' : ' REGEXP ')
        .operand(node.pattern, TIGHTNESS.collate);
    } else {
      to.write(node.negated ? '(NOT regexp(' : '(regexp(').list([node.pattern, node.operand]);
      to.write(`, '${flagsOf(node.flags, to)}'))`);
    }
  },
  regexpReplace: (node, to) => {
    to.write('regexp_replace(').list([node.operand, node.pattern, node.replacement]);
    to.write(node.flags === null ? ')' : `, '${flagsOf(node.flags, to)}')`);
  },
  match: (node, to) => {
    if (node.operands.length > 1) throw sqlError('sql.unsupported', 'match() over several columns', to.spelling.title);
    to.operand(node.operands[0], TIGHTNESS.collate).write(' MATCH ').operand(node.query, TIGHTNESS.collate);
  },
  arrayOperator: unsupported('arrays'),
  arrayIndex: unsupported('arrays'),
  arrayLength: unsupported('arrays'),
  arrayOf: unsupported('arrays'),
  raw: (node, to) => {
    // A placeholder that was written by hand would take the value of another one, or none.
    for (const piece of node.pieces) {
      for (const [, placeholder] of piece.matchAll(PLACEHOLDER)) {
        if (placeholder !== undefined) throw sqlError('sql.bare-placeholder', placeholder);
      }
    }
    expressionVisitors.raw(node, to);
  },
  // A writer locks the whole database, and `BEGIN IMMEDIATE` takes that lock.
  lock: () => {},
};
