import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { DriverOptions } from '../base/driver.ts';
import { dialectError } from '../base/errors.ts';

/** How a server is reached and what a session begins with, read from a URL and libpq's environment variables. */
export interface ConnectOptions {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | null;
  readonly database: string;
  readonly tls: false | TlsOptions;
  /** With `sslmode=prefer` a server without TLS will do. */
  readonly tlsOptional: boolean;
  readonly connectSeconds: number;
  /** Settings of the session, sent with the first message. */
  readonly settings: Readonly<Record<string, string>>;
  readonly preparedStatements: boolean;
}

const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];
/** Settings of the server that an option of the URL may give as they are. */
const SETTINGS = ['application_name', 'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'search_path', 'options'];
const KNOWN = ['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'connect_timeout', 'preparedStatements', ...SETTINGS];

/** How long a server may take to answer a login; 0 waits without end, as libpq does. */
const DEFAULT_CONNECT_SECONDS = 10;

/** What every session of Athanor's has, so that rows read alike whatever the server's own settings are. */
const FIXED = { TimeZone: 'UTC', DateStyle: 'ISO' };

/** Reads the options of a `postgresql:` URL. Throws a ConfigurationError for one that is unknown or wrong. */
export function connectOptions(options: DriverOptions, environment: NodeJS.ProcessEnv = process.env): ConnectOptions {
  const { query } = options;
  for (const name of Object.keys(query)) if (!KNOWN.includes(name)) throw dialectError('driver.unknown-option', name, KNOWN.join(', '));
  const user = options.user ?? environment.PGUSER ?? userInfo().username;
  // Without a host and a name the engine says memory, which no server has.
  const named = options.database === '' || options.database === ':memory:' ? null : options.database;
  const port = options.port ?? wholeNumber('PGPORT', environment.PGPORT, 1, 65_535) ?? 5432;
  const settings: Record<string, string> = { ...FIXED };
  if (environment.PGAPPNAME) settings.application_name = environment.PGAPPNAME;
  if (environment.PGOPTIONS) settings.options = environment.PGOPTIONS;
  for (const name of SETTINGS) if (query[name] !== undefined) settings[name] = query[name];
  return {
    host: query.host ?? options.host ?? environment.PGHOST ?? '127.0.0.1',
    port,
    user,
    password: options.password ?? environment.PGPASSWORD ?? null,
    database: named ?? environment.PGDATABASE ?? user,
    ...tlsOptions(query, environment),
    connectSeconds:
      wholeNumber('connect_timeout', query.connect_timeout ?? environment.PGCONNECT_TIMEOUT, 0, 86_400) ?? DEFAULT_CONNECT_SECONDS,
    settings,
    preparedStatements: onOff('preparedStatements', query.preparedStatements, true),
  };
}

function wholeNumber(name: string, given: string | undefined, least: number, greatest: number): number | null {
  if (given === undefined || given === '') return null;
  const number = Number(given);
  if (given.trim() === '' || !(Number.isInteger(number) && number >= least && number <= greatest))
    throw dialectError('driver.bad-option', name, `a whole number from ${least} to ${greatest}`, given);
  return number;
}

function onOff(name: string, given: string | undefined, fallback: boolean): boolean {
  if (given === undefined) return fallback;
  const lower = given.toLowerCase();
  if (['true', 'on', '1'].includes(lower)) return true;
  if (['false', 'off', '0'].includes(lower)) return false;
  throw dialectError('driver.bad-option', name, 'true or false', given);
}

/** libpq's meanings: `require` encrypts and does not ask who the server is; `verify-full` does. */
function tlsOptions(query: DriverOptions['query'], environment: NodeJS.ProcessEnv): Pick<ConnectOptions, 'tls' | 'tlsOptional'> {
  const mode = query.sslmode ?? environment.PGSSLMODE ?? 'disable';
  if (!SSL_MODES.includes(mode)) throw dialectError('driver.bad-option', 'sslmode', `one of ${SSL_MODES.join(', ')}`, mode);
  if (mode === 'disable') return { tls: false, tlsOptional: false };
  const file = (name: string, given: string | undefined): string | undefined => {
    if (given === undefined || given === '') return undefined;
    try {
      return readFileSync(given, 'utf8');
    } catch (error) {
      throw dialectError('driver.bad-option', name, 'a file that can be read', `${given} (${(error as NodeJS.ErrnoException).code})`);
    }
  };
  const ca = file('sslrootcert', query.sslrootcert ?? environment.PGSSLROOTCERT);
  const checked = mode === 'verify-ca' || mode === 'verify-full' || (mode === 'require' && ca !== undefined);
  return {
    tls: {
      ca,
      cert: file('sslcert', query.sslcert ?? environment.PGSSLCERT),
      key: file('sslkey', query.sslkey ?? environment.PGSSLKEY),
      rejectUnauthorized: checked,
      ...(mode === 'verify-full' || !checked ? {} : { checkServerIdentity: () => undefined }),
    },
    tlsOptional: mode === 'prefer' || mode === 'allow',
  };
}
