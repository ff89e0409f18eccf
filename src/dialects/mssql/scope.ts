import type { Writer } from '../base/compiler.ts';

/** What SQL Server's compiler knows of the place that it writes at, beside what the writer knows. */
export interface Scope {
  /**
   * outermost: the next select is the statement itself, whose columns go to the driver. insert: it gives the rows of an
   * INSERT. nested: it may have no ORDER BY without TOP or OFFSET.
   */
  place: 'outermost' | 'insert' | 'nested';
  /** Unknown must not become false: under NOT, and where a condition's truth is the value. */
  exact: boolean;
  /** In an OUTPUT clause: the rows before or after, and the table that they are of. */
  output: { readonly rows: 'inserted' | 'deleted'; readonly table: string } | null;
  /** The hint after each table of a select that locks its rows, and the sources that it is for; null stands for all. */
  lock: { readonly hint: string; readonly of: ReadonlySet<string> | null } | null;
}

const scopes = new WeakMap<Writer, Scope>();

/** The scope of a writer; it changes as the writer moves on. */
export function scopeOf(to: Writer): Scope {
  let scope = scopes.get(to);
  if (scope === undefined) {
    scope = { place: 'outermost', exact: false, output: null, lock: null };
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
