import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

/** All that the catalog reads from its environment. */
export interface Config {
  readonly production: boolean;
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  /** What session cookies and tokens are signed with. */
  readonly secret: string;
  /** Believe X-Forwarded-* headers: only behind a proxy that sets them. */
  readonly trustProxy: boolean;
  /** Fill an empty database with sample products. */
  readonly sampleData: boolean;
  /** The password of the sample users; without one they can't sign in. */
  readonly samplePassword: string | null;
}

/** The sample users' password in development, which is no secret. */
export const developmentPassword = 'kindling';

/** The environment is not fit to start with; the message says what to set. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the catalog's tables are: `DATABASE_URL`, or a SQLite file beside this example. */
export function databaseUrl(env: Environment = process.env): string {
  return env.DATABASE_URL || `sqlite:///${fileURLToPath(new URL('../catalog.db', import.meta.url))}`;
}

/** Reads the configuration; throws a {@link ConfigError} that names the variable at fault. */
export function loadConfig(env: Environment = process.env): Config {
  const production = env.NODE_ENV === 'production';
  return {
    production,
    host: env.HOST || '127.0.0.1',
    port: portOf(env.PORT),
    databaseUrl: databaseUrl(env),
    secret: secretOf(env.SECRET_KEY, production),
    trustProxy: isOn(env.TRUST_PROXY, false),
    sampleData: isOn(env.SAMPLE_DATA, true),
    samplePassword: env.SAMPLE_PASSWORD || (production ? null : developmentPassword),
  };
}

function portOf(value: string | undefined): number {
  if (value === undefined || value === '') return 5000;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new ConfigError(`PORT is ${JSON.stringify(value)}: expected a whole number from 0 to 65535.`);
  }
  return port;
}

function secretOf(value: string | undefined, production: boolean): string {
  if (value) return value;
  if (production) {
    throw new ConfigError(
      'SECRET_KEY is not set. With NODE_ENV=production the catalog signs its sessions and tokens with it: ' +
        'set it to a long random text, for example the output of `node -p "crypto.randomBytes(32).toString(\'base64url\')"`.',
    );
  }
  // In development everyone is signed out at a restart, and nothing needs setting up.
  return randomBytes(32).toString('base64url');
}

function isOn(value: string | undefined, otherwise: boolean): boolean {
  if (value === undefined || value === '') return otherwise;
  return !['0', 'off', 'no', 'false'].includes(value.toLowerCase());
}
