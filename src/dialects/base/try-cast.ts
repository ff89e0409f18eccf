import { sqlError } from '../../sql/errors.ts';
import type { TryCastNode } from '../../sql/expression-nodes.ts';
import { make } from '../../sql/make.ts';
import type { Node } from '../../sql/node.ts';
import { NUMERIC, type SqlType, TEXT } from '../../sql/type.ts';
import { integerRange } from './codecs.ts';
import type { Writer } from './compiler.ts';
import { storedType } from './type-names.ts';

const BLANK = make('textLiteral', { text: '' });
const REGEXP = make('regexp', { operand: BLANK, pattern: BLANK, flags: null, negated: false });
const CAST = make('cast', { operand: BLANK, type: TEXT });

const WHOLE = '^ *[-+]?[0-9]+ *$';
const EXACT = '^ *[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+) *$';
const FLOAT = '^ *[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]{1,2})? *$';

/** What a text has to look like to be a value of this type, and between which numbers it has to be; null for other types. */
function conditions(type: SqlType): { readonly pattern: string; readonly least?: string; readonly greatest?: string } | null {
  switch (type.name) {
    case 'bigInteger':
      return type.unsigned ? null : { pattern: WHOLE, least: String(-(2n ** 63n)), greatest: String(2n ** 63n - 1n) };
    case 'integer':
    case 'smallInteger':
    case 'mediumInteger':
    case 'tinyInteger': {
      const [least, greatest] = integerRange(type);
      return { pattern: WHOLE, least: String(least), greatest: String(greatest) };
    }
    case 'numeric': {
      if (type.precision === undefined) return { pattern: EXACT };
      const { precision, scale = 0 } = type;
      // What lies further would be rounded up beyond the last digit.
      const greatest = `${precision === scale ? '0' : '9'.repeat(precision - scale)}.${'9'.repeat(scale)}4999999999`;
      return { pattern: EXACT, least: `-${greatest}`, greatest };
    }
    case 'double':
      return { pattern: FLOAT };
    default:
      return null;
  }
}

/** A cast of texts that look like numbers of the type and are within its range, NULL for others, where a database has no TRY_CAST. */
export function writeTryCast(node: TryCastNode, to: Writer): void {
  const type = storedType(node.type, to.spelling.name);
  const { operand } = node;
  const cast = (into: SqlType): Node => ({ ...CAST, operand, type: into }) as Node;
  if (type.name === 'text' || (type.name === 'string' && type.length === undefined)) {
    to.visit(cast(node.type));
    return;
  }
  const found = conditions(type);
  if (found === null) throw sqlError('sql.unsupported', `TRY_CAST to ${type.name}`, to.spelling.title);
  const pattern = { ...BLANK, text: found.pattern } as Node;
  to.write('CASE WHEN ').condition({ ...REGEXP, operand: cast(TEXT), pattern } as Node);
  to.write(' THEN ');
  if (found.least === undefined) to.visit(cast(node.type));
  else {
    to.write('CASE WHEN ').visit(cast(NUMERIC)).write(` BETWEEN ${found.least} AND ${found.greatest} THEN `);
    to.visit(cast(node.type)).write(' END');
  }
  to.write(' END');
}
