/** What is known of the server that a connection speaks to: MySQL and MariaDB are two databases by now. */
export interface MysqlServer {
  readonly mariadb: boolean;
  /** Major, minor and patch. */
  readonly version: readonly [number, number, number];
}

/** Presumed for URLs that begin with `mysql` and `mariadb`, until a connection has told. */
export const MYSQL_8: MysqlServer = { mariadb: false, version: [8, 0, 31] };
export const MARIADB_10_6: MysqlServer = { mariadb: true, version: [10, 6, 0] };

/** Reads what a server says of itself: `8.0.36`, `10.11.6-MariaDB-1`, and `5.5.5-10.6.4-MariaDB`, as MariaDB greets old clients. */
export function readServer(version: string): MysqlServer {
  const mariadb = /mariadb/i.test(version);
  const [, major = 0, minor = 0, patch = 0] = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(mariadb ? version.replace(/^5\.5\.5-/, '') : version) ?? [];
  return { mariadb, version: [Number(major), Number(minor), Number(patch)] };
}

/** Whether the server is of this version or a later one. */
export function isAtLeast({ version }: MysqlServer, ...wanted: readonly [number, number, number]): boolean {
  for (let i = 0; i < 3; i++) if (version[i] !== wanted[i]) return version[i] > wanted[i];
  return true;
}
