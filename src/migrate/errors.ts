import { AthanorError } from '../sql/errors.ts';

/** A migration cannot be written, found or applied. The message says which and what to do. Alembic: `CommandError`. */
export class MigrationError extends AthanorError {}

const TABLE = {
  'migrate.not-yet': (differences: readonly string[]) =>
    `The models and the database differ in ways that Athanor cannot write a migration for yet:\n${differences.map((d) => `  - ${d}`).join('\n')}\nNothing was written. Bring the model back in line with the database, or change the database in a migration of your own (athanor db revision -m '…') and run this again.`,
  'migrate.no-models': () =>
    'No table is defined, so a migration would drop every table of the database. Import the files of your models in the configuration, so that they are defined when it is read.',
  'migrate.bad-directory': (path: string) =>
    `There is no folder ${path}. Run 'athanor db init' to make it, or give its path as migrations.directory.`,
  'migrate.bad-file': (file: string, reason: string) =>
    `The migration ${file} cannot be used: ${reason}. A migration exports revision, downRevision, message, upgrade(op) and downgrade(op).`,
  'migrate.not-loaded': (file: string, reason: string) => `The migration ${file} could not be loaded: ${reason}`,
  'migrate.duplicate-revision': (id: string, files: string) =>
    `Two migrations have the revision ${id}: ${files}. Give one of them another.`,
  'migrate.missing-parent': (file: string, parent: string, directory: string) =>
    `${file} comes after the revision ${parent}, which no file in ${directory} has. Bring that file back, or set downRevision to one that is there.`,
  'migrate.several-heads': (parent: string, files: string) =>
    `Several migrations come after ${parent}: ${files}. Branches cannot be applied yet: put them in one line by setting the downRevision of one to the revision of the other.`,
  'migrate.circle': (files: string) =>
    `These migrations come after one another in a circle: ${files}. Set downRevision of the first one to null, or to the revision before it.`,
  'migrate.unknown-revision': (given: string, directory: string) =>
    `No migration in ${directory} has the revision '${given}'. 'athanor db history' lists them; 'head', 'base', '+1' and '-1' may be given too.`,
  'migrate.ambiguous-revision': (given: string, ids: string) =>
    `The revision '${given}' may be any of ${ids}. Give more of its characters.`,
  'migrate.too-far': (given: string, steps: number, way: string) =>
    `'${given}' goes further than the migrations do: only ${steps} can be ${way} from where the database is.`,
  'migrate.foreign-revision': (id: string, directory: string) =>
    `The database is at the revision ${id}, which no file in ${directory} has. It was migrated by another version of this program: check that version out, or downgrade with it first.`,
  'migrate.wrong-way': (command: string, target: string, current: string, other: string) =>
    `Cannot ${command} to ${target}: the database is at ${current}. Use '${other}' to go there.`,
  'migrate.several-rows': (count: number) =>
    `The table athanor_version has ${count} rows. It must have one: the revision that the database is at. Delete the others.`,
  'migrate.behind': (current: string, head: string) =>
    `The database is at ${current} and the newest migration is ${head}, so the comparison would find again what is already written. Run 'athanor db upgrade' first.`,
  'migrate.failed': (step: string, reason: string, undone: boolean) =>
    `${step} failed: ${reason}\n${undone ? 'It was undone: the database is as it was before this migration.' : 'What it did before was not undone: see what that was, and put it right by hand.'}`,
  'migrate.violations': (rows: readonly string[], more: number) =>
    `afterwards ${rows.join('; ')}${more > 0 ? `; and ${more} more` : ''}. Foreign keys are not enforced while a migration runs, so put such rows right in the migration, with op.execute().`,
  'migrate.busy': (seconds: number) =>
    `The database was locked by another connection for ${seconds} seconds. Another process may be migrating it, or holds a transaction open: wait for it and run this again.`,
  'migrate.left-transaction': () => 'it ended the transaction that it runs in. A migration must not run BEGIN, COMMIT or ROLLBACK.',
  'migrate.add-column': (column: string, reason: string) => `'${column}' cannot be added to a table that has rows: ${reason}.`,
  'migrate.bad-option': (where: string, expected: string, got: string) => `${where} takes ${expected}, but got ${got}.`,
} as const satisfies Record<string, (...args: never[]) => string>;

type Code = keyof typeof TABLE;

/** Makes the error of this code, with its text filled in. */
export function migrationError<C extends Code>(code: C, args: Parameters<(typeof TABLE)[C]>, options?: ErrorOptions): MigrationError {
  return new MigrationError(code, (TABLE[code] as (...a: unknown[]) => string)(...args), options);
}
