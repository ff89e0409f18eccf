import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { DriverOptions } from '../base/driver.ts';
import { dialectError } from '../base/errors.ts';

/** How a database file is opened, read from a URL's options. */
export interface OpenOptions {
  readonly file: string;
  readonly readOnly: boolean;
  /** Settings to be run once the file is open. */
  readonly pragmas: string;
}

/** Where something else is not asked for, how long a lock is waited for. Python's `sqlite3` waits as long. */
export const DEFAULT_TIMEOUT = 5;

/**
 * A driver that waits stops the whole process, so it waits only for locks that are held for an instant; the engine
 * waits for the longer ones, up to the whole timeout, while other work goes on.
 */
const DRIVER_WAIT_MS = 4;

const SWITCHES = new Map([
  ['on', 'ON'],
  ['1', 'ON'],
  ['true', 'ON'],
  ['off', 'OFF'],
  ['0', 'OFF'],
  ['false', 'OFF'],
]);
const words = (list: string): Map<string, string> => new Map(list.split(' ').map((word) => [word.toLowerCase(), word]));
const MODES = words('ro rw rwc memory');
const JOURNAL_MODES = words('DELETE TRUNCATE PERSIST MEMORY WAL OFF');
const SYNCHRONOUS = words('OFF NORMAL FULL EXTRA');

const KNOWN = ['mode', 'timeout', 'journal_mode', 'synchronous', 'foreign_keys', 'cache_size'];

/** Reads the options of a `sqlite:` URL. Throws a ConfigurationError for one that is unknown or wrong. */
export function openOptions(options: DriverOptions): OpenOptions {
  const { query, host } = options;
  if (host !== null) throw dialectError('driver.file-host', host);
  for (const name of Object.keys(query)) if (!KNOWN.includes(name)) throw dialectError('driver.unknown-option', name, KNOWN.join(', '));
  const choice = (name: string, choices: ReadonlyMap<string, string>, fallback: string): string => {
    if (query[name] === undefined) return fallback;
    const chosen = choices.get(query[name].toLowerCase());
    if (chosen === undefined) throw dialectError('driver.bad-option', name, `one of ${[...choices.keys()].join(', ')}`, query[name]);
    return chosen;
  };
  const mode = choice('mode', MODES, 'rwc');
  const memory = options.database === ':memory:' || mode === 'memory';
  const readOnly = mode === 'ro';
  const wait = Math.round(lockTimeout(options) * 1000);
  const pragmas = [`PRAGMA busy_timeout = ${wait}`];
  pragmas.push(`PRAGMA foreign_keys = ${choice('foreign_keys', SWITCHES, 'ON')}`);
  const journal = choice('journal_mode', JOURNAL_MODES, 'WAL');
  const synchronous = choice('synchronous', SYNCHRONOUS, 'NORMAL');
  if (!memory) {
    if (!readOnly) pragmas.push(`PRAGMA journal_mode = ${journal}`);
    pragmas.push(`PRAGMA synchronous = ${synchronous}`);
  }
  if (query.cache_size !== undefined) {
    if (!/^-?\d{1,9}$/.test(query.cache_size))
      throw dialectError('driver.bad-option', 'cache_size', 'a whole number of pages, or of KiB below zero', query.cache_size);
    pragmas.push(`PRAGMA cache_size = ${query.cache_size}`);
  }
  pragmas.push(`PRAGMA busy_timeout = ${Math.min(wait, DRIVER_WAIT_MS)}`);
  if (memory) return { file: ':memory:', readOnly: false, pragmas: pragmas.join(';') };

  const file = resolve(options.database);
  if (!existsSync(file)) {
    if (mode !== 'rwc') throw dialectError('driver.no-file', file, mode);
    if (!existsSync(dirname(file))) throw dialectError('driver.no-folder', file, dirname(file));
  }
  return { file, readOnly, pragmas: pragmas.join(';') };
}

/** SQLite has one writer at a time for each file. A database in memory has one connection, which is lock enough. */
export function sqliteWriteLock(options: DriverOptions): { key: string; seconds: number } | null {
  if (options.database === ':memory:' || options.query.mode === 'memory') return null;
  const file = resolve(options.database);
  const real = (path: string): string => (existsSync(path) ? realpathSync(path) : path);
  // The file may not exist yet, its folder does.
  return { key: existsSync(file) ? real(file) : join(real(dirname(file)), basename(file)), seconds: lockTimeout(options) };
}

/** Whether the URL switches foreign keys off. */
export function ignoresKeys({ query }: DriverOptions): boolean {
  return SWITCHES.get(query.foreign_keys?.toLowerCase() ?? 'on') === 'OFF';
}

/** How long a lock is waited for, in seconds: the option `timeout` of the URL. */
export function lockTimeout(options: DriverOptions): number {
  const given = options.query.timeout;
  if (given === undefined) return DEFAULT_TIMEOUT;
  const seconds = Number(given);
  if (given.trim() === '' || !(seconds >= 0 && seconds <= 86_400))
    throw dialectError('driver.bad-option', 'timeout', 'seconds from 0 to 86400', given);
  return seconds;
}
