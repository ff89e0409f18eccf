import { sqlError } from '../../sql/errors.ts';
import { isKind } from '../../sql/node.ts';
import type { Visitors } from '../base/compiler.ts';
import { dmlVisitors } from '../base/dml.ts';
import { expressionVisitors } from '../base/expressions.ts';
import { selectVisitors, writeLimit } from '../base/selects.ts';

// Quoted text and comments hold no placeholders.
const PLACEHOLDER =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\/|(\?\d*|(?<![\w:])[:@$][A-Za-z0-9_]+)/g;

const ARITHMETIC = new Set(['+', '-', '*', '/', '%']);

/** What SQLite writes differently. */
export const sqliteVisitors: Visitors = {
  ...expressionVisitors,
  ...selectVisitors((node, to) => {
    if (node.limit === null && node.offset !== null) to.write(' LIMIT -1');
    writeLimit(node, to);
  }),
  ...dmlVisitors,
  binary: (node, to) => {
    const intervals = [node.left, node.right].some(
      (side) => (isKind(side, 'column') || isKind(side, 'bind')) && side.type.name === 'interval',
    );
    if (intervals && ARITHMETIC.has(node.operator)) throw sqlError('sql.unsupported', 'arithmetic with intervals', 'SQLite');
    expressionVisitors.binary(node, to);
  },
  // SQLite's LIKE ignores case by itself, and an index can serve it only without lower().
  like: (node, to) => expressionVisitors.like({ ...node, insensitive: false }, to),
  function: (node, to) => {
    if (node.name === 'now') to.write("strftime('%Y-%m-%d %H:%M:%f', 'now')");
    else expressionVisitors.function(node, to);
  },
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
