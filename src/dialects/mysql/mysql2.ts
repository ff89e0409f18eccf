import type * as Mysql2 from 'mysql2';
import type { Driver, DriverOptions } from '../base/driver.ts';
import { connectOptions, zeroDates } from './connect-options.ts';
import { MysqlConnection, type ServerSettings } from './connection.ts';
import { classifyMysql } from './errors.ts';

/**
 * What every connection is set to: times in UTC; values that do not fit are refused, not cut; a backslash is an escape and NOT
 * binds as the standard says, whatever the server's settings; a key of 0 is that key, not the next one; assignments of an UPDATE see the row as it was (MariaDB); long
 * GROUP_CONCATs are not cut.
 */
const SETTINGS = `SET SESSION autocommit = 1, time_zone = '+00:00', group_concat_max_len = 4294967295,
  sql_mode = TRIM(BOTH ',' FROM REPLACE(CONCAT(REPLACE(REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', ''), 'HIGH_NOT_PRECEDENCE', ''),
  ',STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO' /*M!100305 , ',SIMULTANEOUS_ASSIGNMENT' */), ',,', ','));
  SELECT VERSION(), @@auto_increment_increment`;

/** Unless the URL names a collation: text that no column holds compares as the database's tables do, or they could not be compared. */
const COLLATION = `SET SESSION collation_connection =
  IF(@@character_set_database = 'utf8mb4', @@collation_database, @@collation_connection); `;

let loaded: typeof Mysql2 | undefined;

async function load(): Promise<typeof Mysql2> {
  loaded ??= ((await import('mysql2')) as unknown as { default: typeof Mysql2 }).default;
  return loaded;
}

function open(mysql2: typeof Mysql2, options: Mysql2.ConnectionOptions): Promise<Mysql2.Connection> {
  return new Promise((resolve, reject) => {
    const connection = mysql2.createConnection(options);
    // Without a listener a late error would end the process.
    connection.on('error', () => {});
    const failed = (error: unknown): void => {
      connection.destroy();
      reject(error);
    };
    connection.once('error', failed);
    connection.once('connect', () => {
      connection.off('error', failed);
      resolve(connection);
    });
  });
}

function prepare(connection: Mysql2.Connection, collated: boolean): Promise<Omit<ServerSettings, 'zeroDates'>> {
  return new Promise((resolve, reject) => {
    connection.query(collated ? SETTINGS : COLLATION + SETTINGS, ((error: Error | null, results: [...unknown[], [[string, number]]]) => {
      if (error !== null) {
        connection.destroy();
        return reject(error);
      }
      const [[version, keyStep]] = results.at(-1) as [[string, number]];
      resolve({ version, keyStep: Number(keyStep) });
    }) as never);
  });
}

async function connect(options: DriverOptions): Promise<MysqlConnection> {
  const settings = connectOptions(options);
  const readsNull = zeroDates(options);
  const mysql2 = await load();
  const connection = await open(mysql2, settings);
  const server = { ...(await prepare(connection, options.query.collation !== undefined)), zeroDates: readsNull };
  const kill = async (thread: number): Promise<void> => {
    const other = await open(mysql2, settings);
    await new Promise<void>((resolve, reject) => {
      other.query(`KILL QUERY ${thread}`, (error) => {
        other.destroy();
        // 1094: it has ended by itself.
        if (error === null || error.errno === 1094) resolve();
        else reject(error);
      });
    });
  };
  return new MysqlConnection(connection, mysql2.TypedParameter, server, kill);
}

/** MySQL and MariaDB by mysql2. */
export const mysql2: Driver = { name: 'mysql2', package: 'mysql2', connect, classify: classifyMysql };
