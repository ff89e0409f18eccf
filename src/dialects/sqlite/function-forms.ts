import { sqlError } from '../../sql/errors.ts';
import type { FunctionNode, WithinGroupNode } from '../../sql/expression-nodes.ts';
import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import type { Writer } from '../base/compiler.ts';
import { extreme, FUNCTION_FORMS, type FunctionForms, writeCall, writeFilter } from '../base/functions.ts';
import { isExact } from './exact-arithmetic.ts';
import { BOUNDED } from './stored-values.ts';

type Form = FunctionForms[string];

const text =
  (sql: string): Form =>
  (_node, to) =>
    void to.write(sql);

/** The name that SQLite has for it. */
const named =
  (name: string): Form =>
  (node, to) => {
    writeCall(node, to, name);
    writeFilter(node, to);
  };

/** A template over the arguments: `~0` is the first. Used where it is called with so many of them. */
const template =
  (sql: string, count: number): Form =>
  (node, to) => {
    if (node.args.length !== count) {
      writeCall(node, to);
      return;
    }
    sql.split(/~(\d)/).forEach((piece, i) => {
      if (i % 2 === 0) to.write(piece);
      else to.write('(').visit(node.args[Number(piece)]).write(')');
    });
  };

const byCount =
  (...forms: readonly (readonly [number, string])[]): Form =>
  (node, to) => {
    const form = forms.find(([count]) => count === node.args.length);
    if (form === undefined) writeCall(node, to);
    else template(form[1], form[0])(node, to);
  };

/** The texts joined. One separator only is possible where each text counts once. */
const stringAgg: Form = (node, to) => {
  const [value, separator, ...others] = node.args;
  if (separator === undefined || others.length > 0) {
    named('group_concat')(node, to);
    return;
  }
  if (node.distinct || isKind(value, 'distinct')) {
    if (!isKind(separator, 'textLiteral') || separator.text !== ',')
      throw sqlError('sql.unsupported', 'string_agg(DISTINCT …) with a separator other than a comma', to.spelling.title);
    named('group_concat')({ ...node, args: [value] }, to);
  } else named('group_concat')(node, to);
};

/** The bound is compared as the value is: a number, or the text of an exact one. */
const bounded: Form = ({ args: [value, bound, message] }, to) => {
  const exact = isExact(value);
  to.write(exact ? 'iif(athanor_decimal_abs(' : 'iif(abs(').visit(value);
  to.write(exact ? ') >= athanor_decimal(' : ') >= ').visit(bound);
  to.write(`${exact ? ')' : ''}, json_extract('1', `).visit(message);
  to.write('), ').operand(value, 1).write(')');
};

const PADDED = 'CASE WHEN length(~0) >= ~1 THEN substr(~0, 1, max(~1, 0)) ELSE';
const FILL = "substr(replace(hex(zeroblob(max(~1, 0))), '00', ~2), 1, ~1 - length(~0))";
const pad = (before: boolean): Form => {
  const whole = before ? `(${PADDED} ${FILL} || ~0 END)` : `(${PADDED} ~0 || ${FILL} END)`;
  return byCount([3, whole], [2, whole.replaceAll('~2', "' '")]);
};

/** The functions that SQLite has in another way. */
export const SQLITE_FUNCTION_FORMS: FunctionForms = {
  [BOUNDED]: bounded,
  ...FUNCTION_FORMS,
  now: text("strftime('%Y-%m-%d %H:%M:%f', 'now')"),
  current_timestamp: text("strftime('%Y-%m-%d %H:%M:%f', 'now')"),
  local_timestamp: text("strftime('%Y-%m-%d %H:%M:%f', 'now')"),
  current_date: text("date('now')"),
  current_time: text("time('now')"),
  local_time: text("time('now')"),
  // SQLite's own gives an integer of 64 bits.
  random: text('((random() & 9007199254740991) / 9007199254740992.0)'),
  greatest: extreme('max'),
  least: extreme('min'),
  string_agg: stringAgg,
  bool_and: named('min'),
  bool_or: named('max'),
  char_length: named('length'),
  coalesce: (node, to) => {
    if (node.args.length === 1) to.write('(').visit(node.args[0]).write(')');
    else writeCall(node, to);
  },
  concat: ({ args }, to) => {
    if (args.length === 0) to.write("''");
    else to.write('(ifnull(');
    args.forEach((arg, i) => {
      if (i > 0) to.write(' || ifnull(');
      to.visit(arg).write(", '')");
    });
    if (args.length > 0) to.write(" || '')");
  },
  position: byCount([2, 'instr(~1, ~0)']),
  // From 1 on: SQLite counts places below that from the end.
  substring: byCount([2, 'substr(~0, max(~1, 1))'], [3, 'substr(~0, max(~1, 1), max(~2 + min(~1 - 1, 0), 0))']),
  left: byCount([2, '(CASE WHEN ~1 >= 0 THEN substr(~0, 1, ~1) ELSE substr(~0, 1, max(length(~0) + ~1, 0)) END)']),
  right: byCount([2, '(CASE WHEN ~1 >= 0 THEN substr(~0, max(length(~0) - ~1, 0) + 1) ELSE substr(~0, 1 - ~1) END)']),
  lpad: pad(true),
  rpad: pad(false),
  repeat: byCount([2, "replace(hex(zeroblob(max(~1, 0))), '00', ~0)"]),
};

/** An aggregate over an order: the two that SQLite has, which take the value first. */
export function writeWithinGroup(node: WithinGroupNode, to: Writer): void {
  const call = node.call as FunctionNode;
  const [term] = node.orderBy;
  const descending = isKind(term, 'order') && term.direction === 'desc';
  const simple = node.orderBy.length === 1 && !descending && call.args.length === 1 && !call.distinct;
  if (!simple || (call.name !== 'percentile_cont' && call.name !== 'percentile_disc'))
    throw sqlError('sql.unsupported', `${call.name}(…) WITHIN GROUP`, to.spelling.title);
  const value: Node = isKind(term, 'order') ? term.operand : term;
  writeCall({ ...call, args: [value, call.args[0]] }, to);
  writeFilter(call, to);
}
