import { sqlError } from '../../sql/errors.ts';
import { make } from '../../sql/make.ts';
import { isKind, type Node } from '../../sql/node.ts';
import { TIGHTNESS, type Visitors, type Writer } from '../base/compiler.ts';
import { dmlVisitors } from '../base/dml.ts';
import { expressionVisitors } from '../base/expressions.ts';
import { functionVisitor } from '../base/functions.ts';
import { selectVisitors, writeLimit } from '../base/selects.ts';
import { sqliteArithmeticVisitors } from './arithmetic.ts';
import { writeDateField } from './date-fields.ts';
import { SQLITE_FUNCTION_FORMS, writeWithinGroup } from './function-forms.ts';
import { sqliteJsonVisitors } from './json.ts';
import { writeQuantified } from './quantified.ts';

// Quoted text and comments hold no placeholders.
const PLACEHOLDER =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\/|(\?\d*|(?<![\w:])[:@$][A-Za-z0-9_]+)/g;

function noArrays(_node: Node, to: Writer): void {
  throw sqlError('sql.unsupported', 'arrays', to.spelling.title);
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
  ...selectVisitors((node, to) => {
    if (node.limit === null && node.offset !== null) to.write(' LIMIT -1');
    writeLimit(node, to);
  }),
  ...dmlVisitors,
  // SQLite's LIKE ignores case by itself, and an index can serve it only without lower().
  like: (node, to) => expressionVisitors.like({ ...node, insensitive: false }, to),
  ...sqliteArithmeticVisitors,
  ...sqliteJsonVisitors,
  function: functionVisitor(SQLITE_FUNCTION_FORMS),
  withinGroup: writeWithinGroup,
  extract: writeDateField,
  binary: (node, to) => {
    if (isKind(node.right, 'quantified')) writeQuantified(node, node.right, to);
    else expressionVisitors.binary(node, to);
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
  arrayOperator: noArrays,
  arrayIndex: noArrays,
  arrayLength: noArrays,
  arrayOf: noArrays,
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
