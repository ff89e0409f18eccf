import type { MigrationTarget } from '../migrate/target.ts';

/** What the commands use of a Database. */
export interface CliDatabase extends MigrationTarget {
  createAll(): Promise<void>;
  dropAll(): Promise<void>;
  dispose(): Promise<void>;
}
