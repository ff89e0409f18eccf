import { engineError } from './errors.ts';

/** A database URL in its parts. SQLAlchemy: `URL`. */
export interface DatabaseUrl {
  /** What the URL begins with: sqlite, postgresql, mysql. */
  readonly dialect: string;
  /** What stands after the `+`, or null for the dialect's default. */
  readonly driver: string | null;
  readonly user: string | null;
  readonly password: string | null;
  readonly host: string | null;
  readonly port: number | null;
  /** The database's name, or a file's path; empty where the URL gives none. */
  readonly database: string;
  /** The options after the `?`. */
  readonly query: Readonly<Record<string, string>>;
}

const URL_PARTS = /^([A-Za-z][\w.]*)(?:\+([\w.-]+))?:\/\/([^/?]*)(\/[^?]*)?(?:\?(.*))?$/s;
const AUTHORITY = /^(?:([^:@]*)(?::(.*))?@)?(?:\[([^\]]+)\]|([^:@[\]]*))(?::(\d*))?$/s;

/**
 * Reads `dialect+driver://user:password@host:port/database?option=value`. Parts are percent-decoded.
 * Throws a ConfigurationError that says what is wrong, with the password hidden. SQLAlchemy: `make_url()`.
 *
 * @example parseUrl('sqlite+better-sqlite3:///app.db?timeout=10')
 */
export function parseUrl(url: string): DatabaseUrl {
  if (typeof url !== 'string') throw engineError('engine.bad-url', String(url), 'it is not a string');
  const wrong = (reason: string): Error => engineError('engine.bad-url', maskUrl(url), reason);
  const parts = URL_PARTS.exec(url);
  if (parts === null) {
    if (/^[A-Za-z][\w.+-]*:/.test(url)) throw wrong("'//' has to follow the colon");
    throw wrong('it does not begin with the name of a database');
  }
  const [, dialect, driver, authority, path = '', options] = parts;
  const found = AUTHORITY.exec(authority);
  if (found === null)
    throw wrong(
      'the part between // and the next / is no user:password@host:port (special characters have to be written as %40 and so on)',
    );
  const [, user, password, address, name, port] = found;
  const decode = (text: string, what: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      throw wrong(`${what} has a % that is not followed by two digits of a character (write % itself as %25)`);
    }
  };
  const host = address ?? name;
  const number = port === undefined || port === '' ? null : Number(port);
  if (number !== null && (number < 1 || number > 65_535)) throw wrong('the port is not from 1 to 65535');
  const query: Record<string, string> = {};
  for (const pair of (options ?? '').split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const key = decode((equals < 0 ? pair : pair.slice(0, equals)).replaceAll('+', ' '), 'an option');
    if (Object.hasOwn(query, key)) throw wrong(`the option '${key}' is given twice`);
    query[key] = equals < 0 ? '' : decode(pair.slice(equals + 1).replaceAll('+', ' '), `the option '${key}'`);
  }
  return {
    dialect: dialect.toLowerCase(),
    driver: driver ?? null,
    user: user === undefined || user === '' ? null : decode(user, 'the user'),
    password: password === undefined ? null : decode(password, 'the password'),
    host: host === '' ? null : decode(host, 'the host'),
    port: number,
    database: decode(path.slice(1), 'the database'),
    query,
  };
}

const SECRET_OPTION = /([?&][^=&]*(?:password|passwd|pwd|secret|token|key)[^=&]*=)[^&]*/gi;

/** The URL with the password, and options that look like one, as `***`. SQLAlchemy: `URL.render_as_string()`. */
export function maskUrl(url: string): string {
  // Up to the last @, since a password that was not percent-encoded may hold one.
  return String(url)
    .replace(/^([^:/?#]+:\/\/[^:/@]*):(.*)@/s, (_all, start) => `${start}:***@`)
    .replace(SECRET_OPTION, '$1***');
}
