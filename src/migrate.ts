// `athanor/migrate`: migrations from a program.
export type { Step } from './migrate/apply.ts';
export { migrate, type RevisionOptions, revision, type WrittenRevision } from './migrate/autogenerate.ts';
export { compare } from './migrate/compare.ts';
export type { Change, Comparison } from './migrate/comparison.ts';
export { MigrationError } from './migrate/errors.ts';
export type { Operation } from './migrate/operation.ts';
export type { Operations } from './migrate/operations.ts';
export type { DirectoryOptions, MigrationTarget } from './migrate/target.ts';
export { current, downgrade, type HistoryEntry, history, type UpgradeOptions, upgrade } from './migrate/upgrade.ts';
