import { AthanorError } from '../sql/errors.ts';

/** The command was given something that it cannot use. The message says what, and what to do. */
export class CliError extends AthanorError {}

const TABLE = {
  'cli.no-config': (names: string, folder: string) =>
    `There is no ${names} in ${folder} or a folder above it. Write one that gives your database, or name it with --config:

  // athanor.config.ts
  import { db } from './src/db.ts';
  import './src/models.ts'; // the files of your models
  export default { db };`,
  'cli.no-file': (file: string) => `There is no file ${file}, which --config names.`,
  'cli.config-failed': (file: string, reason: string) => `${file} could not be loaded: ${reason}`,
  'cli.bad-config': (file: string, got: string) =>
    `${file} exports no database: its default export is ${got}. Write 'export default { db }', where db is a Database of athanor.`,
  'cli.bad-directory': (file: string) => `In ${file}, migrations.directory must be a path or a URL.`,
  'cli.typescript': (file: string, version: string) =>
    `${file} is TypeScript, which Node runs as it is from 22.18 on; this is Node ${version}${Number.parseInt(version, 10) >= 22 ? ', or it was started with type stripping switched off' : ''}. Use a newer Node, or write the configuration in JavaScript.`,
  'cli.confirm': (tables: number) => `This drops ${tables} tables with all their rows. Say --yes if that is meant.`,
} as const satisfies Record<string, (...args: never[]) => string>;

type Code = keyof typeof TABLE;

/** Makes the error of this code, with its text filled in. */
export function cliError<C extends Code>(code: C, args: Parameters<(typeof TABLE)[C]>, options?: ErrorOptions): CliError {
  return new CliError(code, (TABLE[code] as (...a: unknown[]) => string)(...args), options);
}
