import { describe, sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import { type ExpressionLike, type Operand, operand } from './operand.ts';
import { type MatchOptions, matchNode } from './text-match.ts';
import { BOOLEAN, TEXT, UNKNOWN } from './type.ts';

/**
 * Full-text search in several columns at once. SQLAlchemy: `mysql.match()`.
 * @example select(Post.c.id).where(match([Post.c.title, Post.c.body], 'databases'))
 */
export function match(columns: readonly ExpressionLike[], query: Operand<string>, options: MatchOptions = {}): Expression<boolean> {
  if (!Array.isArray(columns) || columns.length === 0)
    throw sqlError('sql.bad-argument', 'match()', 'one or more columns in an array', Array.isArray(columns) ? 'none' : describe(columns));
  const operands = columns.map((column) => operand(column, UNKNOWN, 'match()'));
  return new Expression(matchNode(operands, operand(query, TEXT, 'match()'), options), BOOLEAN);
}
