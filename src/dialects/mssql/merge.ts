import { sqlError } from '../../sql/errors.ts';
import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import type { MergeClauseNode, MergeNode } from '../../sql/statement-nodes.ts';
import type { Writer } from '../base/compiler.ts';
import { inChange, writeAssignments, writeRows } from '../base/dml.ts';
import { checkSources } from '../base/sources.ts';
import { writeEnd, writeLeadingCtes } from './ctes.ts';
import { writeGivenKeys } from './identity-insert.ts';
import { writeOutput } from './outputs.ts';
import { within } from './scope.ts';
import { writeFrom } from './sources.ts';

const MATCHES: Record<MergeClauseNode['match'], string> = {
  matched: ' WHEN MATCHED',
  notMatched: ' WHEN NOT MATCHED',
  notMatchedBySource: ' WHEN NOT MATCHED BY SOURCE',
};

/** A clause, and the conditions of those before it that leave the row alone. */
interface Clause {
  readonly clause: MergeClauseNode;
  readonly unless: readonly Node[];
}

/**
 * The clauses as SQL Server has them. There is no DO NOTHING: where that comes first, those that follow are not for its rows.
 * What follows a clause without a condition is never reached.
 */
function reachable(clauses: readonly MergeClauseNode[]): Clause[] {
  const done = new Set<string>();
  const unless = new Map<string, Node[]>();
  const kept: Clause[] = [];
  for (const clause of clauses) {
    const { match, condition, action } = clause;
    if (done.has(match)) continue;
    if (action !== 'nothing') kept.push({ clause, unless: [...(unless.get(match) ?? [])] });
    else if (condition !== null) unless.set(match, [...(unless.get(match) ?? []), condition]);
    if (condition === null) done.add(match);
  }
  return kept;
}

/** One clause inserts, and of the others there are at most an UPDATE and a DELETE. */
function refuseRepeats(clauses: readonly Clause[]): void {
  const seen = new Set<string>();
  for (const { clause } of clauses) {
    const one = `${MATCHES[clause.match].trim()} THEN ${clause.action.toUpperCase()}`;
    if (seen.has(one)) throw sqlError('sql.unsupported', `two clauses ${one} in a MERGE`, 'SQL Server');
    seen.add(one);
  }
}

function writeClause({ clause, unless }: Clause, to: Writer): void {
  const { match, condition, action, columns, values } = clause;
  to.write(MATCHES[match]);
  if (condition !== null) to.write(' AND ').condition(condition, 2);
  for (const left of unless) {
    to.write(' AND CASE WHEN ');
    to.condition(left).write(' THEN 0 ELSE 1 END = 1');
  }
  to.write(' THEN ');
  if (action === 'insert') {
    to.write('INSERT');
    writeRows(clause, null, to);
  } else if (action === 'update') {
    to.write('UPDATE SET ');
    writeAssignments(columns, values, to);
  } else to.write('DELETE');
}

/** What the rows given back are: a row that is deleted has nothing after the change. */
function outputRows(clauses: readonly Clause[]): 'inserted' | 'deleted' | 'either' {
  const deletes = clauses.filter(({ clause }) => clause.action === 'delete').length;
  return deletes === 0 ? 'inserted' : deletes === clauses.length ? 'deleted' : 'either';
}

/** MERGE, which ends with a semicolon. */
export function writeMergeStatement(node: MergeNode, to: Writer): void {
  const { target, source, on, returning } = node;
  const clauses = reachable(node.clauses.filter((clause) => isKind(clause, 'mergeClause')));
  refuseRepeats(clauses);
  const table = isKind(target, 'alias') ? target.of : target;
  const given = clauses.flatMap(({ clause }) => (clause.action === 'insert' ? clause.columns : []));
  writeGivenKeys(table, given, { ends: true }, to, () =>
    inChange(target, [source], on, to, () =>
      within(to, { place: 'nested' }, () => {
        writeLeadingCtes(to);
        to.write('MERGE INTO ').visit(target);
        writeFrom([source], [], to, ' USING ');
        to.write(' ON ').condition(on);
        if (clauses.length === 0) to.write(' WHEN MATCHED AND 1 = 0 THEN DELETE');
        for (const clause of clauses) writeClause(clause, to);
        checkSources(returning, to.enclosing, 'returning()');
        writeOutput(returning, outputRows(clauses), target.id, to);
        writeEnd([], to);
        to.write(';');
      }),
    ),
  );
}
