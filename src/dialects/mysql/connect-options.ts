import { readFileSync } from 'node:fs';
import type { ConnectionOptions, SslOptions } from 'mysql2';
import type { DriverOptions } from '../base/driver.ts';
import { dialectError } from '../base/errors.ts';

const KNOWN = [
  ...['charset', 'collation', 'compress', 'connect_timeout', 'ssl', 'ssl_ca', 'ssl_cert', 'ssl_key', 'ssl_verify', 'unix_socket'],
  'zero_dates',
];
const TRUE = new Set(['true', '1', 'on', 'yes']);
const FALSE = new Set(['false', '0', 'off', 'no']);
const DEFAULT_TIMEOUT_SECONDS = 10;
/** Of one connection; a server allows 16,382 for all together. */
const PREPARED_STATEMENTS = 250;

/** What mysql2 is told, read from a URL. Throws a ConfigurationError for an option that is unknown or wrong. */
export function connectOptions({ database, host, port, user, password, query }: DriverOptions): ConnectionOptions {
  for (const name of Object.keys(query)) if (!KNOWN.includes(name)) throw dialectError('driver.unknown-option', name, KNOWN.join(', '));
  const charset = query.charset ?? 'utf8mb4';
  if (charset.toLowerCase() !== 'utf8mb4')
    throw dialectError('driver.bad-option', 'charset', 'utf8mb4, the one that holds every character', charset);
  return {
    host: host ?? 'localhost',
    port: port ?? 3306,
    user: user ?? undefined,
    password: password ?? undefined,
    database: database === '' || database === ':memory:' ? undefined : database,
    ...(query.unix_socket !== undefined && { socketPath: query.unix_socket }),
    connectTimeout: seconds(query) * 1000,
    ssl: sslOptions(query),
    compress: flag(query, 'compress') ?? false,
    charset: query.collation ?? 'utf8mb4',
    // Rows that a condition found, not only those that an UPDATE changed.
    flags: ['FOUND_ROWS'],
    // Only for scripts: what has parameters, or is one statement, is prepared, and the server takes one at a time then.
    multipleStatements: true,
    maxPreparedStatements: PREPARED_STATEMENTS,
    rowsAsArray: true,
    dateStrings: true,
    supportBigNumbers: true,
    jsonStrings: true,
    timezone: 'Z',
  };
}

/** Whether the zero date, which no calendar has, is read as NULL. */
export function zeroDates({ query }: DriverOptions): boolean {
  const given = query.zero_dates;
  if (given !== undefined && given !== 'null' && given !== 'error')
    throw dialectError('driver.bad-option', 'zero_dates', "'null' or 'error'", given);
  return given === 'null';
}

function flag(query: DriverOptions['query'], name: string): boolean | undefined {
  const given = query[name]?.toLowerCase();
  if (given === undefined) return undefined;
  if (!TRUE.has(given) && !FALSE.has(given)) throw dialectError('driver.bad-option', name, 'true or false', query[name]);
  return TRUE.has(given);
}

function seconds(query: DriverOptions['query']): number {
  const given = query.connect_timeout;
  if (given === undefined) return DEFAULT_TIMEOUT_SECONDS;
  const value = Number(given);
  if (given.trim() === '' || !(value > 0 && value <= 86_400))
    throw dialectError('driver.bad-option', 'connect_timeout', 'seconds from more than 0 to 86400', given);
  return value;
}

function sslOptions(query: DriverOptions['query']): SslOptions | undefined {
  const files = { ca: query.ssl_ca, cert: query.ssl_cert, key: query.ssl_key };
  const verify = flag(query, 'ssl_verify');
  const wanted = flag(query, 'ssl') ?? (verify !== undefined || Object.values(files).some((file) => file !== undefined));
  if (!wanted) return undefined;
  const read = Object.entries(files).flatMap(([name, file]) => (file === undefined ? [] : [[name, readPem(`ssl_${name}`, file)]]));
  return { ...Object.fromEntries(read), rejectUnauthorized: verify ?? true, verifyIdentity: verify ?? true };
}

function readPem(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw dialectError('driver.bad-option', option, `a file that can be read (${(error as NodeJS.ErrnoException).code})`, file);
  }
}
