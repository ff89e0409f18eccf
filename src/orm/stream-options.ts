import type { StatementLimits } from '../engine/statement-limits.ts';
import { describe, sqlError } from '../sql/errors.ts';

/** How objects are streamed. */
export interface StreamOptions extends StatementLimits {
  /** How many objects are made, and have their relations loaded, at a time; 500 unless told. SQLAlchemy: `yield_per`. */
  readonly batch?: number;
}

const BATCH = 500;

/** The size of a batch, checked. */
export function readBatch(batch: number | undefined): number {
  if (batch === undefined) return BATCH;
  if (!Number.isSafeInteger(batch) || batch < 1)
    throw sqlError('sql.bad-argument', 'stream({ batch })', 'a whole number from 1', describe(batch));
  return batch;
}
