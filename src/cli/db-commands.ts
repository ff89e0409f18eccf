import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Step } from '../migrate/apply.ts';
import { migrate, revision, type WrittenRevision } from '../migrate/autogenerate.ts';
import { readHistory, versionsFolder } from '../migrate/history.ts';
import { describeOperation } from '../migrate/operation.ts';
import { current, downgrade, history, type UpgradeOptions, upgrade } from '../migrate/upgrade.ts';
import type { LoadedConfig } from './config.ts';
import { cliError } from './errors.ts';
import type { Terminal } from './terminal.ts';

/** One command of `athanor db`, over a loaded configuration. */
export type DbCommand<A extends unknown[] = []> = (config: LoadedConfig, terminal: Terminal, ...args: A) => Promise<void>;

const README = `# Migrations

Each file in versions/ is one step of the database's schema. They are applied in the order of their downRevision.

    athanor db migrate -m "what changed"   compare the models with the database, write the next step
    athanor db upgrade                     apply what the database lacks
    athanor db downgrade                   undo the newest step
    athanor db history                     list the steps
`;

/** A path as the user would write it. */
function shown(path: string, { workingDirectory }: LoadedConfig): string {
  const short = relative(workingDirectory, path);
  return short === '' || short.startsWith('..') ? path : short;
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** Makes the folder of the migrations. Flask-Migrate: `flask db init`. */
export const initCommand: DbCommand = async (config, terminal) => {
  const { directory } = config;
  const folder = versionsFolder(directory);
  if (existsSync(folder)) return terminal.print(`${shown(folder, config)} is there already.`);
  await mkdir(folder, { recursive: true });
  const readme = join(directory, 'README.md');
  if (!existsSync(readme)) await writeFile(readme, README);
  terminal.print(`Made ${terminal.out.bold(shown(directory, config))}. Next: athanor db migrate -m 'create the tables'`);
};

/** Writes a migration of what the models and the database do not share. Flask-Migrate: `flask db migrate`. */
export const migrateCommand: DbCommand<[message: string | undefined]> = async (config, terminal, message) => {
  const written = await migrate(config.db, { directory: config.directory, message });
  if (written === null) return terminal.print('Nothing to migrate: the database has what the models define.');
  printWritten(written, config, terminal);
  for (const change of written.changes)
    for (const operation of change.upgrade) terminal.print(`  ${terminal.out.dim(describeOperation(operation))}`);
  for (const warning of written.warnings) terminal.complain(`${terminal.err.yellow('warning:')} ${warning}`);
  terminal.print('Look it over, then run: athanor db upgrade');
};

/** Writes an empty migration. Flask-Migrate: `flask db revision`. */
export const revisionCommand: DbCommand<[message: string | undefined]> = async (config, terminal, message) => {
  printWritten(await revision(config.db, { directory: config.directory, message }), config, terminal);
  terminal.print('Fill in upgrade(op) and downgrade(op), then run: athanor db upgrade');
};

function printWritten(written: WrittenRevision, config: LoadedConfig, terminal: Terminal): void {
  terminal.print(`Wrote ${terminal.out.bold(shown(written.file, config))}`);
}

function stepPrinter(terminal: Terminal): (step: Step) => void {
  return ({ direction, revision: id, message, milliseconds }) => {
    const arrow = direction === 'upgrade' ? terminal.out.green('↑') : terminal.out.yellow('↓');
    terminal.print(`${arrow} ${terminal.out.bold(id)}  ${message}  ${terminal.out.dim(`${Math.round(milliseconds)} ms`)}`);
  };
}

async function move(go: typeof upgrade, config: LoadedConfig, terminal: Terminal, target: string | undefined): Promise<void> {
  const { db, directory } = config;
  const options: UpgradeOptions = { directory, onStep: stepPrinter(terminal), ...(target !== undefined && { revision: target }) };
  const steps = await go(db, options);
  const at = (await current(db)) ?? 'base, before the first migration';
  if (steps.length === 0) terminal.print(`Nothing to do: the database is at ${at}.`);
  else terminal.print(`${plural(steps.length, 'migration')} ${go === upgrade ? 'applied' : 'undone'}. The database is at ${at}.`);
}

/** Applies migrations. Flask-Migrate: `flask db upgrade`. */
export const upgradeCommand: DbCommand<[target: string | undefined]> = (config, terminal, target) =>
  move(upgrade, config, terminal, target);

/** Undoes migrations. Flask-Migrate: `flask db downgrade`. */
export const downgradeCommand: DbCommand<[target: string | undefined]> = (config, terminal, target) =>
  move(downgrade, config, terminal, target);

/** Shows where the database is. Flask-Migrate: `flask db current`. */
export const currentCommand: DbCommand = async (config, terminal) => {
  const { db, directory } = config;
  const id = await current(db);
  if (id === null) return terminal.print('base  no migration has been applied');
  const { revisions } = await readHistory(directory);
  const place = revisions.findIndex((candidate) => candidate.revision === id);
  const mark =
    place === revisions.length - 1 ? ' (head)' : place === -1 ? ` (no file in ${shown(versionsFolder(directory), config)} has it)` : '';
  terminal.print(`${terminal.out.bold(id)}${mark}  ${revisions[place]?.message ?? ''}`.trimEnd());
};

/** Lists the migrations, the newest first. Flask-Migrate: `flask db history`. */
export const historyCommand: DbCommand = async ({ db, directory }, terminal) => {
  const entries = await history(db, { directory });
  if (entries.length === 0)
    return terminal.print("There are no migrations yet. Write the first one with: athanor db migrate -m 'create the tables'");
  const newest = entries.findLastIndex((entry) => entry.applied);
  for (const [place, { revision: id, message, applied }] of [...entries.entries()].reverse()) {
    const marks = [place === entries.length - 1 && 'head', place === newest && 'current'].filter(Boolean).join(', ');
    const sign = applied ? terminal.out.green('✓') : ' ';
    terminal.print(`${sign} ${terminal.out.bold(id)}  ${message}${marks === '' ? '' : terminal.out.dim(`  (${marks})`)}`.trimEnd());
  }
};

/** Creates the tables without migrations. Flask-SQLAlchemy: `db.create_all()`. */
export const createAllCommand: DbCommand = async ({ db }, terminal) => {
  await db.createAll();
  terminal.print(
    `${plural(tableCount({ db }), 'table')} of the models ${tableCount({ db }) === 1 ? 'is' : 'are'} there now. Tables that were there before were left as they are.`,
  );
};

/** Drops the tables of the models. Flask-SQLAlchemy: `db.drop_all()`. */
export const dropAllCommand: DbCommand<[sure: boolean]> = async ({ db }, terminal, sure) => {
  if (!sure) throw cliError('cli.confirm', [tableCount({ db })]);
  await db.dropAll();
  terminal.print(`${plural(tableCount({ db }), 'table')} of the models dropped.`);
};

function tableCount({ db }: Pick<LoadedConfig, 'db'>): number {
  return [...db.metadatas.values()].reduce((sum, metadata) => sum + metadata.tables.size, 0);
}
