import type { CteNode } from '../../sql/statement-nodes.ts';
import type { Spelling, Writer } from '../base/compiler.ts';

/** What SQL Server's compiler knows of the place that it writes at, beside what the writer knows. */
export interface Scope {
  /**
   * outermost: the next select is the statement itself, whose columns go to the driver. insert: it gives the rows of an
   * INSERT. nested: it may have no ORDER BY without TOP or OFFSET.
   */
  place: 'outermost' | 'insert' | 'nested';
  /** Unknown must not become false: under NOT, and where a condition's truth is the value. */
  exact: boolean;
  /** In an OUTPUT clause: the rows after, before, or before where the row is deleted; and the table that they are of. */
  output: { readonly rows: 'inserted' | 'deleted' | 'either'; readonly table: string } | null;
  /** The hint after each table of a select that locks its rows, and the sources that it is for; null stands for all. */
  lock: { readonly hints: string; readonly of: ReadonlySet<string> | null } | null;
  /** Common table expressions that the statement is still to be written below. */
  ctes: readonly CteNode[];
  /** What OPTION has to say at the end of the statement. */
  options: readonly string[];
  /** The table, as SQL, that the outermost select makes of its rows. */
  into: string | null;
}

/** A spelling whose statements begin in another place than the outermost. */
export interface ScopedSpelling extends Spelling {
  readonly scope?: Partial<Scope>;
}

const scopes = new WeakMap<Writer, Scope>();

/** The scope of a writer; it changes as the writer moves on. */
export function scopeOf(to: Writer): Scope {
  let scope = scopes.get(to);
  if (scope === undefined) {
    scope = { place: 'outermost', exact: false, output: null, lock: null, ctes: [], options: [], into: null };
    Object.assign(scope, (to.spelling as ScopedSpelling).scope);
    scopes.set(to, scope);
  }
  return scope;
}

/** Writes with the scope changed, and puts it back. */
export function within(to: Writer, change: Partial<Scope>, write: () => void): void {
  const scope = scopeOf(to);
  const before = { ...scope };
  Object.assign(scope, change);
  write();
  Object.assign(scope, before);
}
