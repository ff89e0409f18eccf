import type { DriverFailure } from '../base/driver.ts';

type Kind = DriverFailure['kind'];

/** What the servers' error numbers mean. */
const KINDS = new Map<number, Kind>([
  ...of('unique', 1022, 1062, 1169, 1557, 1586, 1859),
  ...of('foreignKey', 1216, 1217, 1451, 1452, 1557, 1761, 1762),
  ...of('notNull', 1048, 1263, 1364, 1566),
  ...of('check', 3819, 3820, 4025),
  ...of('lockTimeout', 1205, 3572),
  ...of('deadlock', 1213, 1614, 3058),
  ...of('timeout', 1969, 3024),
  ...of('cancelled', 1317),
  // The rows were changed since this transaction's snapshot (MariaDB's innodb_snapshot_isolation).
  ...of('serialization', 1020, 3101),
  // 1053 the server shuts down; 1927, 1317 is only the query; 3032, 4031 idle for too long.
  ...of('disconnect', 1053, 1077, 1078, 1079, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 2006, 2013, 2055, 3169, 4031),
  ...of(
    'data',
    1139,
    1264,
    1265,
    1292,
    1300,
    1365,
    1366,
    1367,
    1406,
    1411,
    1416,
    1441,
    1525,
    1690,
    3140,
    3141,
    3143,
    3144,
    3156,
    // Regular expressions.
    3684,
    3685,
    3686,
    3687,
    3688,
    3689,
    3690,
    3691,
    3692,
    3693,
    3694,
    3695,
    3696,
    3697,
    3698,
    3699,
    4038,
    4078,
  ),
  ...of('operational', 1021, 1037, 1038, 1040, 1041, 1042, 1043, 1044, 1045, 1049, 1105, 1114, 1129, 1130, 1135, 1203, 1206, 1226, 1227),
  ...of('operational', 1290, 1318, 1461, 1792, 1836, 1153, 1194, 1195, 1030, 1028, 1015, 1016, 1698, 1251, 3118, 3159),
  ...of('programming', 1050, 1051, 1052, 1054, 1060, 1061, 1063, 1064, 1065, 1066, 1067, 1068, 1069, 1071, 1072, 1075, 1091, 1093, 1101),
  ...of('programming', 1103, 1109, 1110, 1111, 1120, 1136, 1140, 1142, 1143, 1146, 1149, 1166, 1170, 1210, 1222, 1235, 1241, 1242, 1243),
  ...of(
    'programming',
    1248,
    1253,
    1271,
    1273,
    1295,
    1305,
    1318,
    1327,
    1370,
    1390,
    1418,
    1583,
    1630,
    1824,
    1826,
    1828,
    1830,
    3105,
    3780,
    3822,
    3940,
    4002,
  ),
]);

function of(kind: Kind, ...numbers: readonly number[]): [number, Kind][] {
  return numbers.map((number) => [number, kind]);
}

/** Codes of Node and of mysql2, and what mysql2 says without one, when no server answers (any more). */
const GONE =
  /^(?:ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT|EACCES|ERR_STREAM_|PROTOCOL_(?!SEQUENCE))/;
const CLOSED = /closed state|Connection lost|is closed|closed by the server|write after end/i;

interface MysqlError {
  readonly errno?: unknown;
  readonly code?: unknown;
  readonly message?: string;
  readonly sqlMessage?: string;
  readonly fatal?: unknown;
  readonly sqlState?: unknown;
}

/** What an error of mysql2 means. */
export function classifyMysql(error: unknown): DriverFailure {
  const { errno, code, message = String(error), sqlMessage, fatal, sqlState } = (error ?? {}) as MysqlError;
  const number = typeof errno === 'number' && errno > 0 && (typeof sqlState === 'string' || errno >= 1000) ? errno : null;
  // A network error has a number of the system's own.
  const fromServer = number !== null && !(typeof code === 'string' && GONE.test(code));
  const said = sqlMessage ?? message;
  const kind = fromServer ? (KINDS.get(number) ?? byState(sqlState)) : away(code, said, fatal) ? 'disconnect' : 'programming';
  return {
    kind,
    message: withoutValue(number, said),
    code: fromServer ? String(number) : typeof code === 'string' ? code : null,
    ...places(number, said),
  };
}

/** A value that is there already is not for whoever reads the message. */
function withoutValue(number: number | null, message: string): string {
  return number === 1062 ? message.replace(/^Duplicate entry '.*' for key /s, 'Duplicate entry for key ') : message;
}

function away(code: unknown, message: string, fatal: unknown): boolean {
  return fatal === true || (typeof code === 'string' && GONE.test(code)) || CLOSED.test(message);
}

/** The class of the standard's SQLSTATE, for numbers that are not in the list. */
function byState(state: unknown): Kind {
  if (typeof state !== 'string') return 'database';
  if (state.startsWith('23')) return 'integrity';
  if (state.startsWith('22') || state.startsWith('21')) return 'data';
  if (state.startsWith('42')) return 'programming';
  if (state.startsWith('40')) return 'serialization';
  if (state.startsWith('08')) return 'disconnect';
  return 'database';
}

type Places = Pick<DriverFailure, 'constraint' | 'table' | 'column'>;
const NOWHERE: Places = { constraint: null, table: null, column: null };

/** Constraint, table and column as the messages of both servers name them. */
function places(number: number | null, message: string): Places {
  switch (number) {
    case 1062: {
      // Duplicate entry 'x' for key 'users.uq_users_email' (MySQL 8.0.19 and later) or 'uq_users_email'; both names may hold anything.
      const [, table = null, key = null] = /.*for key '(?:([^.]+?)\.)?(.+)'$/s.exec(message) ?? [];
      return { ...NOWHERE, table, constraint: key };
    }
    case 1451:
    case 1452: {
      const [, table = null] = /fails \((?:`(?:[^`]|``)*`\.)?`((?:[^`]|``)*)`/.exec(message) ?? [];
      const [, constraint = null] = /CONSTRAINT `((?:[^`]|``)*)`/.exec(message) ?? [];
      const [, columns = null] = /FOREIGN KEY \(([^)]*)\)/.exec(message) ?? [];
      return {
        table: unquoted(table),
        constraint: unquoted(constraint),
        column: columns === null ? null : unquoted(columns.replaceAll('`', '')),
      };
    }
    case 1048:
    case 1364:
    case 1406:
    case 1264:
    case 1265:
    case 1366: {
      const [, column = null] = /(?:[Cc]olumn|[Ff]ield) (?:`[^`]*`\.`[^`]*`\.)?['`]([^'`]+)['`]/.exec(message) ?? [];
      const [, table = null] = /[Cc]olumn `[^`]*`\.`([^`]*)`\./.exec(message) ?? [];
      return { ...NOWHERE, table, column };
    }
    case 3819: // Check constraint 'ck' is violated.
    case 4025: {
      // CONSTRAINT `ck` failed for `database`.`table`
      const [, constraint = null] = /[Cc](?:onstraint|ONSTRAINT) ['`]([^'`]+)['`]/.exec(message) ?? [];
      const [, path = null, table = null] = /failed for (`[^`]*`\.)?`([^`]*)`/.exec(message) ?? [];
      // MariaDB names a column's own check `table`.`column`, or by the column alone.
      return { ...NOWHERE, constraint, table: path === null ? null : table };
    }
    default:
      return NOWHERE;
  }
}

function unquoted(name: string | null): string | null {
  return name === null ? null : name.replaceAll('``', '`');
}
