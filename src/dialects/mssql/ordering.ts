import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import type { Writer } from '../base/compiler.ts';

/** Whether NULL stands where SQL Server would not put it: there it is the least of all values. */
export function movesNulls(term: Node): boolean {
  return isKind(term, 'order') && term.nulls !== null && (term.nulls === 'first') === (term.direction === 'desc');
}

/** What a term of ORDER BY sorts by. */
export function sortedBy(term: Node): Node {
  return isKind(term, 'order') ? term.operand : term;
}

/** Whether the term is a bare value, which SQL Server would take for a column's number. */
export function isBareValue(term: Node): boolean {
  const by = sortedBy(term);
  const inner = isKind(by, 'label') ? by.operand : by;
  return isKind(inner, 'bind') || isKind(inner, 'constant');
}

/** A term of ORDER BY; `name` is the column of the result that it sorts by, where there is one. */
export function writeOrderTerm(term: Node, to: Writer, name?: string, nameInExpressions = false): void {
  const by = sortedBy(term);
  const descending = isKind(term, 'order') && term.direction === 'desc';
  if (movesNulls(term)) {
    to.write('CASE WHEN ');
    // The name of a column of the result is not known inside an expression.
    if (name !== undefined && nameInExpressions) to.identifier(name);
    else to.operand(by, 5);
    to.write(descending ? ' IS NULL THEN 0 ELSE 1 END, ' : ' IS NULL THEN 1 ELSE 0 END, ');
  }
  if (name !== undefined) to.identifier(name);
  else if (isBareValue(term)) to.write('(SELECT ').visit(by).write(')');
  else to.operand(by, 1);
  if (descending) to.write(' DESC');
}
