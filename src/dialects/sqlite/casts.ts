import type { CastNode } from '../../sql/expression-nodes.ts';
import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { isTextual, isWhole, type SqlType } from '../../sql/type.ts';
import type { Writer } from '../base/compiler.ts';
import { DURATION_FROM } from '../base/intervals.ts';
import { typeOfNode } from '../base/node-types.ts';
import { storedType } from '../base/type-names.ts';

const MOMENT = "strftime('%Y-%m-%d %H:%M:%f', ~)";

/** The nearest whole number. Beyond 2^53 round() would change one that is whole already. */
const WHOLE = "iif(typeof(~) = 'integer', ~, CAST(round(~) AS INTEGER))";

/**
 * SQLite has five kinds of values, and its CAST makes a number of everything that has another type's name: a date would
 * become its year. This writes what gives the form in which values of the type are stored.
 */
function formOf(type: SqlType): string | null {
  switch (type.name) {
    case 'date':
      return 'date(~)';
    case 'dateTime':
      return type.asString ? `(${MOMENT} || '000')` : MOMENT;
    case 'time':
      return "rtrim(rtrim(strftime('%H:%M:%f', ~), '0'), '.')";
    case 'json':
    case 'jsonb':
      return 'json(~)';
    case 'string':
    case 'char':
      return type.length === undefined ? null : `substr(CAST(~ AS TEXT), 1, ${type.length})`;
    case 'numeric':
      if (type.scale === undefined || type.precision === undefined) return null;
      return type.scale === 0 ? WHOLE : `round(~, ${type.scale})`;
    default:
      return isWhole(type) ? WHOLE : null;
  }
}

/** The form of a whole number, made of what is known not to be a fraction, of what is one, or of anything. */
function wholeForm(node: Node, from: SqlType | null, to: SqlType): string {
  if (from === null) return isKind(node, 'function') && node.name === 'athanor_decimal_text' ? 'CAST(~ AS INTEGER)' : WHOLE;
  const fraction = from.name === 'double' || from.name === 'float' || (from.name === 'numeric' && from.scale !== 0);
  return fraction || (isTextual(from) && to.name === 'numeric') ? 'CAST(round(~) AS INTEGER)' : 'CAST(~ AS INTEGER)';
}

/** CAST, as other databases do it. */
export function writeCast(node: CastNode, to: Writer): void {
  const type = storedType(node.type, 'sqlite');
  const own = typeOfNode(node.operand, 'sqlite');
  const same = own !== null && own.name === type.name && own.asString === type.asString && own.length === type.length;
  const duration = own?.name === 'interval' && isTextual(type);
  const form = same && type.name !== 'numeric' ? '~' : duration ? `substr(~, ${DURATION_FROM})` : formOf(type);
  const written = form === WHOLE ? wholeForm(node.operand, own, type) : (form ?? `CAST(~ AS ${to.spelling.typeName(node.type)})`);
  written.split('~').forEach((piece, i) => {
    // A value that is sent as the type's own form needs none of this.
    if (i > 0 && written === '~') to.operand(node.operand, 1);
    else if (i > 0) to.visit(node.operand);
    to.write(piece);
  });
}
