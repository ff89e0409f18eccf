import type { Dialect } from '../dialects/base/dialect.ts';
import type { Operation } from './operation.ts';

/** One step of a migration: what brings the database to the models, and what brings it back. */
export interface Change {
  readonly upgrade: readonly Operation[];
  readonly downgrade: readonly Operation[];
}

/** How the models and a database differ. */
export interface Comparison {
  /** In the order in which they can run; backwards for the downgrade. */
  readonly changes: readonly Change[];
  /** Differences that no migration can be written for yet: each says what differs, where, and what to do. */
  readonly problems: readonly string[];
  /** What whoever runs the changes should know: data that goes, columns that may have been renamed. */
  readonly warnings: readonly string[];
}

/** What of a dialect the comparison asks. */
export type ComparedDialect = Pick<Dialect, 'title' | 'ddl'>;
