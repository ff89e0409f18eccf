/** What a statement listener is told when a statement has ended. */
export interface StatementEvent {
  readonly sql: string;
  /** The parameters by kind and length, never their contents. */
  readonly parameters: readonly string[];
  /** Milliseconds of `performance.now()`. */
  readonly startTime: number;
  readonly endTime: number;
  /** Rows that were given or changed; null where it failed. */
  readonly rowCount: number | null;
  readonly error: unknown;
}

/** Called after each statement of an engine. What it throws is thrown to the caller of the statement. */
export type StatementListener = (event: StatementEvent) => void;

/** Writes each statement to the standard output: what `echo: true` does. SQLAlchemy: `echo=True`. */
export function echoStatement({ sql, parameters, startTime, endTime, rowCount, error }: StatementEvent): void {
  const outcome = error === null ? `${rowCount} rows` : `failed: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  console.log(`[athanor] ${sql}\n[athanor]   [${parameters.join(', ')}] ${(endTime - startTime).toFixed(2)} ms, ${outcome}`);
}
