import type { ConnectionConfiguration, ConnectionOptions } from 'tedious';
import type { DriverOptions } from '../base/driver.ts';
import { dialectError } from '../base/errors.ts';

const KNOWN = [
  'encrypt',
  'trustServerCertificate',
  'instance',
  'domain',
  'appName',
  'connectTimeout',
  'requestTimeout',
  'multiSubnetFailover',
  'readOnlyIntent',
  'packetSize',
];

const SWITCHES = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
]);

const DEFAULT_CONNECT_TIMEOUT = 15;

/** Reads the options of an `mssql:` URL. Throws a ConfigurationError for one that is unknown or wrong. */
export function connectionOptions({ host, port, user, password, database, query }: DriverOptions): ConnectionConfiguration {
  for (const name of Object.keys(query)) if (!KNOWN.includes(name)) throw dialectError('driver.unknown-option', name, KNOWN.join(', '));
  const choice = (name: string): boolean | undefined => {
    if (query[name] === undefined) return undefined;
    const chosen = SWITCHES.get(query[name].toLowerCase());
    if (chosen === undefined) throw dialectError('driver.bad-option', name, 'true or false', query[name]);
    return chosen;
  };
  const number = (name: string, what: string, least: number, greatest: number): number | undefined => {
    if (query[name] === undefined) return undefined;
    const value = Number(query[name]);
    if (query[name].trim() === '' || !(value >= least && value <= greatest))
      throw dialectError('driver.bad-option', name, `${what} from ${least} to ${greatest}`, query[name]);
    return value;
  };
  const encrypt = query.encrypt?.toLowerCase() === 'strict' ? 'strict' : (choice('encrypt') ?? true);
  if (query.instance !== undefined && port !== null)
    throw dialectError('driver.bad-option', 'instance', 'a name only where the URL has no port', query.instance);
  const options: ConnectionOptions = {
    ...(database !== '' && { database }),
    ...(query.instance === undefined ? { port: port ?? 1433 } : { instanceName: query.instance }),
    encrypt,
    trustServerCertificate: choice('trustServerCertificate') ?? false,
    appName: query.appName ?? 'athanor',
    connectTimeout: Math.round((number('connectTimeout', 'seconds', 0, 86_400) ?? DEFAULT_CONNECT_TIMEOUT) * 1000),
    // A statement may take its time; a caller that would not wait cancels it.
    requestTimeout: Math.round((number('requestTimeout', 'seconds', 0, 86_400) ?? 0) * 1000),
    multiSubnetFailover: choice('multiSubnetFailover') ?? false,
    readOnlyIntent: choice('readOnlyIntent') ?? false,
    ...(query.packetSize !== undefined && { packetSize: number('packetSize', 'bytes', 512, 32_767) }),
    useUTC: true,
    lowerCaseGuids: true,
    useColumnNames: false,
    rowCollectionOnRequestCompletion: false,
    enableArithAbort: true,
  };
  const { domain } = query;
  return {
    server: host ?? 'localhost',
    options,
    authentication: {
      type: domain === undefined ? 'default' : 'ntlm',
      options: { userName: user ?? undefined, password: password ?? undefined, ...(domain !== undefined && { domain }) },
    },
  };
}
