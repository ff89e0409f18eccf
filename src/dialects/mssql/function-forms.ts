import { sqlError } from '../../sql/errors.ts';
import type { FunctionNode } from '../../sql/expression-nodes.ts';
import { make } from '../../sql/make.ts';
import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { BOOLEAN } from '../../sql/type.ts';
import type { Writer } from '../base/compiler.ts';
import { isMovable } from './conditions.ts';
import { scopeOf, within } from './scope.ts';

type Form = (node: FunctionNode, to: Writer) => void;

const text =
  (sql: string): Form =>
  (_node, to) =>
    void to.write(sql);

/** Text of any length, so that joining it cuts nothing. */
export function writeAsText(node: Node, to: Writer): void {
  // It may be that already.
  if (isKind(node, 'cast') && to.spelling.typeName(node.type) === 'NVARCHAR(MAX)') to.visit(node);
  else to.write('CAST(').visit(node).write(' AS NVARCHAR(MAX))');
}

/** A template over the arguments: `~0` is the first, and `~t0` the first as text of any length. */
function template(sql: string): Form {
  const pieces = sql.split(/~(t?\d)/);
  return ({ args }, to) =>
    pieces.forEach((piece, i) => {
      if (i % 2 === 0) to.write(piece);
      else if (piece.startsWith('t')) writeAsText(args[Number(piece.slice(1))], to);
      else to.operand(args[Number(piece)], 10);
    });
}

// Characters, those at the end included, which LEN leaves out.
const LENGTH = "(LEN(~t0 + N'.') - 1)";
const padded = (before: boolean, fill: string): string => {
  const filling = `LEFT(REPLICATE(${fill}, ~1), ~1 - ${LENGTH})`;
  return `CASE WHEN ${LENGTH} >= ~1 THEN LEFT(~0, ~1) ELSE ${before ? `${filling} + ~t0` : `~t0 + ${filling}`} END`;
};
const BLANK = "CAST(N' ' AS NVARCHAR(MAX))";

/** The rows of a list of values, as a query of one column. */
export function writeItems(items: readonly Node[], to: Writer, column = '[value]'): void {
  const rows = to.anonymous('items');
  to.write(`SELECT ${column.replaceAll('[value]', `${rows}.[value]`)} FROM (VALUES `);
  items.forEach((item, i) => {
    to.write(i > 0 ? ', (' : '(')
      .visit(item)
      .write(')');
  });
  to.write(`) AS ${rows} ([value])`);
}

/** The greatest or the least of values, NULLs left out. Aggregates and windows must not move into a subquery. */
const extreme =
  (name: 'MAX' | 'MIN'): Form =>
  ({ args }, to) => {
    if (scopeOf(to).output === null && args.every(isMovable)) {
      to.write('(');
      within(to, { place: 'nested' }, () => writeItems(args, to, `${name}([value])`));
      to.write(')');
      return;
    }
    if (args.length > 4)
      throw sqlError('sql.unsupported', `${name === 'MAX' ? 'greatest' : 'least'}() of more than four such values`, 'SQL Server');
    const fold = (count: number): void => {
      if (count === 1) {
        to.operand(args[0], 10);
        return;
      }
      const last = (): Writer => to.operand(args[count - 1], 10);
      to.write('CASE WHEN ');
      fold(count - 1);
      to.write(' IS NULL OR ');
      last().write(name === 'MAX' ? ' > ' : ' < ');
      fold(count - 1);
      to.write(' THEN ');
      last().write(' ELSE ');
      fold(count - 1);
      to.write(' END');
    };
    fold(args.length);
  };

/** `CONCAT` for which NULL is an empty text: of one value at least two are made, and none is cut. */
const concat: Form = ({ args }, to) => {
  if (args.length === 0) {
    to.write("N''");
    return;
  }
  to.write('CONCAT(');
  writeAsText(args[0], to);
  for (const arg of args.slice(1)) to.write(', ').visit(arg);
  to.write(args.length === 1 ? ", N'')" : ')');
};

const refuse =
  (feature: string): Form =>
  () => {
    throw sqlError('sql.unsupported', feature, 'SQL Server');
  };

interface Forms {
  readonly [name: string]: { readonly [count: number]: Form; readonly any?: Form };
}

/** What is not written as `name(arguments)`, by the number of arguments where that counts. */
const FORMS: Forms = {
  now: { any: text('SYSUTCDATETIME()') },
  current_timestamp: { any: text('SYSUTCDATETIME()') },
  local_timestamp: { any: text('SYSUTCDATETIME()') },
  current_date: { any: text('CAST(SYSUTCDATETIME() AS DATE)') },
  current_time: { any: text('CAST(SYSUTCDATETIME() AS TIME)') },
  local_time: { any: text('CAST(SYSUTCDATETIME() AS TIME)') },
  // A seed of its own for each row; RAND() alone gives all rows one number.
  random: { any: text('RAND(CHECKSUM(NEWID()))') },
  length: { 1: template("CAST(LEN(~t0 + N'.') - 1 AS INT)") },
  round: { 1: template('ROUND(~0, 0)') },
  // As precise as its first argument, which may be a whole number.
  power: { 2: template('POWER(CAST(~0 AS FLOAT(53)), ~1)') },
  substring: { 2: template('SUBSTRING(~0, ~1, 2147483647)') },
  position: { 2: template('CHARINDEX(~0, ~1)') },
  instr: { 2: template('CHARINDEX(~1, ~0)') },
  strpos: { 2: template('CHARINDEX(~1, ~0)') },
  trim: { 2: template('TRIM(~1 FROM ~0)') },
  ltrim: { 2: refuse('ltrim() of given characters before its version 2022') },
  rtrim: { 2: refuse('rtrim() of given characters before its version 2022') },
  lpad: { 2: template(padded(true, BLANK)), 3: template(padded(true, '~t2')) },
  rpad: { 2: template(padded(false, BLANK)), 3: template(padded(false, '~t2')) },
  repeat: { 2: template('REPLICATE(~t0, CASE WHEN ~1 < 0 THEN 0 ELSE ~1 END)') },
  coalesce: { 1: template('(~0)') },
  greatest: { any: extreme('MAX') },
  least: { any: extreme('MIN') },
  concat: { any: concat },
  nth_value: { any: refuse('nth_value()') },
  array_agg: { any: refuse('arrays') },
  unnest: { any: refuse('arrays') },
};

/** How a function is written that is not written as others are; null for the others. */
export function formOf({ name, args }: FunctionNode): Form | null {
  const forms = Object.hasOwn(FORMS, name) ? FORMS[name] : {};
  return forms[args.length] ?? forms.any ?? null;
}

const TRUTHS: Readonly<Record<string, string>> = { bool_and: 'min', bool_or: 'max' };

/** An aggregate of truths as the least or the greatest of 0 and 1; `over` puts a window around that. Null for what is none. */
export function truthAggregate(call: Node, over: (call: Node) => Node = (same) => same): Node | null {
  if (!isKind(call, 'function') || !Object.hasOwn(TRUTHS, call.name)) return null;
  return make('cast', { operand: over({ ...call, name: TRUTHS[call.name] } as Node), type: BOOLEAN });
}
