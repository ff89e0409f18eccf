import type { RunResult } from './driver.ts';

/** Runs a statement once for each row of parameters, one after the other: for databases whose protocol takes one run at a time. */
export async function runOneByOne(
  rows: readonly (readonly unknown[])[],
  run: (row: readonly unknown[]) => Promise<RunResult>,
): Promise<{ rowCount: number; lastInsertIds: (number | bigint | null)[] }> {
  const lastInsertIds: (number | bigint | null)[] = [];
  let rowCount = 0;
  for (const row of rows) {
    const done = await run(row);
    rowCount += done.rowCount;
    lastInsertIds.push(done.lastInsertId);
  }
  return { rowCount, lastInsertIds };
}
