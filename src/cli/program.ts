import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { AthanorError } from '../sql/errors.ts';
import { type LoadedConfig, loadConfig } from './config.ts';
import {
  createAllCommand,
  currentCommand,
  type DbCommand,
  downgradeCommand,
  dropAllCommand,
  historyCommand,
  initCommand,
  migrateCommand,
  revisionCommand,
  upgradeCommand,
} from './db-commands.ts';
import { makeTerminal, type Output, type Terminal } from './terminal.ts';

/** What a run of the command needs of its process. */
export interface ProcessFace {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  cwd(): string;
}

const OK = 0;
const FAILED = 1;
const USAGE = 2;

interface GlobalOptions {
  readonly config?: string;
  readonly directory?: string;
  readonly debug?: boolean;
}

/** Runs the command with these arguments (without `node` and the script); gives the exit code: 0, 1 for a failure, 2 for wrong usage. */
export async function run(args: readonly string[], face: ProcessFace): Promise<number> {
  const terminal = makeTerminal(face.stdout, face.stderr, face.env);
  const program = makeProgram(terminal, face);
  try {
    await program.parseAsync(args, { from: 'user' });
    return OK;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? OK : USAGE;
    printError(error, terminal, program.opts<GlobalOptions>().debug === true);
    return FAILED;
  }
}

/** One clear message; with --debug also where each error of the chain came from. */
function printError(error: unknown, terminal: Terminal, debug: boolean): void {
  const { red, dim } = terminal.err;
  const message = error instanceof Error ? error.message : String(error);
  terminal.complain(`${red('error:')} ${message}`);
  if (debug) {
    for (let cause = error, depth = 0; cause instanceof Error && depth < 10; cause = cause.cause, depth++)
      terminal.complain(dim(cause.stack ?? cause.message));
  } else if (!(error instanceof AthanorError)) terminal.complain(dim('Run it again with --debug to see where this came from.'));
}

const EXAMPLES = {
  root: `
Examples:
  $ athanor db migrate -m 'add tags'   write a migration of what changed in the models
  $ athanor db upgrade                 bring the database to the newest migration`,
  db: `
Examples:
  $ athanor db init                    once: make the folder of the migrations
  $ athanor db migrate -m 'add tags'   compare the models with the database, write a migration
  $ athanor db upgrade                 apply it
  $ athanor db downgrade               undo it

The database is the one of the nearest athanor.config.ts, which holds: export default { db }`,
  migrate: `
Examples:
  $ athanor db migrate -m 'add tags'
  $ athanor db migrate                 the message is made of what changed`,
  upgrade: `
Examples:
  $ athanor db upgrade                 to the newest migration
  $ athanor db upgrade +1              the next one only
  $ athanor db upgrade 3f2a            to the revision that begins so`,
  downgrade: `
Examples:
  $ athanor db downgrade               the newest migration only
  $ athanor db downgrade -2            the two newest
  $ athanor db downgrade 3f2a          to the revision that begins so, undoing those after it
  $ athanor db downgrade base          all of them`,
} as const;

function makeProgram(terminal: Terminal, face: ProcessFace): Command {
  const { version } = createRequire(import.meta.url)('athanor/package.json') as { version: string };
  const program = new Command('athanor')
    .description('Migrations and tables of an Athanor database')
    .version(version, '-v, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .option('-c, --config <file>', 'the configuration, in place of the nearest athanor.config.ts')
    .option('-d, --directory <folder>', "the folder of the migrations, in place of the configuration's")
    .option('--debug', 'show where an error came from')
    .addHelpText('after', EXAMPLES.root)
    .exitOverride()
    .showHelpAfterError('Add --help to see how it is used.')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void face.stdout.write(text),
      writeErr: (text) => void face.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error:/, terminal.err.red('error:'))),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });

  // The settings above are inherited by the commands made from here on.
  const db = program.command('db').description('migrate, upgrade and downgrade the database').addHelpText('after', EXAMPLES.db);
  db.helpCommand(false);
  program.helpCommand(false);

  const withConfig = async <A extends unknown[]>(command: DbCommand<A>, ...args: A): Promise<void> => {
    const options = program.opts<GlobalOptions>();
    const directory = options.directory === undefined ? undefined : resolve(face.cwd(), options.directory);
    const loaded = await loadConfig(options.config, face.cwd());
    const config: LoadedConfig = directory === undefined ? loaded : { ...loaded, directory };
    try {
      await command(config, terminal, ...args);
    } finally {
      await config.db.dispose();
    }
  };

  db.command('init')
    .description('make the folder of the migrations')
    .action(() => withConfig(initCommand));
  db.command('migrate')
    .description('compare the models with the database, write a migration of what differs')
    .option('-m, --message <text>', 'what changes, in a few words')
    .addHelpText('after', EXAMPLES.migrate)
    .action(({ message }: { message?: string }) => withConfig(migrateCommand, message));
  db.command('revision')
    .description('write an empty migration, to be filled in by hand')
    .option('-m, --message <text>', 'what changes, in a few words')
    .action(({ message }: { message?: string }) => withConfig(revisionCommand, message));
  db.command('upgrade')
    .description('apply migrations')
    .argument('[revision]', "where to: a revision or its beginning, 'head', or steps such as +1", 'head')
    .addHelpText('after', EXAMPLES.upgrade)
    .action((target: string) => withConfig(upgradeCommand, target));
  db.command('downgrade')
    .description('undo migrations')
    .argument('[revision]', "where to: a revision or its beginning, 'base', or steps such as -2", '-1')
    .addHelpText('after', EXAMPLES.downgrade)
    .action((target: string) => withConfig(downgradeCommand, target));
  db.command('current')
    .description('show the revision that the database is at')
    .action(() => withConfig(currentCommand));
  db.command('history')
    .description('list the migrations, the newest first')
    .action(() => withConfig(historyCommand));
  db.command('create-all')
    .description('create the tables of the models, without migrations')
    .action(() => withConfig(createAllCommand));
  db.command('drop-all')
    .description('drop the tables of the models, with all their rows')
    .option('--yes', 'yes, this is meant')
    .action(({ yes }: { yes?: boolean }) => withConfig(dropAllCommand, yes === true));
  return program;
}
