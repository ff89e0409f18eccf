import type { DriverFailure } from '../base/driver.ts';

type Kind = DriverFailure['kind'];

/** What SQL Server's error numbers mean. */
const NUMBERS = new Map<number, Kind>([
  [2627, 'unique'],
  [2601, 'unique'],
  [547, 'foreignKey'],
  [515, 'notNull'],
  [550, 'check'],
  [1205, 'deadlock'],
  [1222, 'lockTimeout'],
  [3960, 'serialization'],
  [3961, 'serialization'],
  [41302, 'serialization'],
  [41305, 'serialization'],
  [41325, 'serialization'],
  [208, 'programming'],
  [207, 'programming'],
  [201, 'programming'],
  [102, 'programming'],
  [105, 'programming'],
  [130, 'programming'],
  [137, 'programming'],
  [145, 'programming'],
  [156, 'programming'],
  [195, 'programming'],
  [209, 'programming'],
  [213, 'programming'],
  [229, 'programming'],
  [230, 'programming'],
  [262, 'programming'],
  [334, 'programming'],
  [402, 'programming'],
  [512, 'programming'],
  [544, 'programming'],
  [2714, 'programming'],
  [2812, 'programming'],
  [3701, 'programming'],
  [4104, 'programming'],
  [4145, 'programming'],
  [4902, 'programming'],
  [4924, 'programming'],
  [8120, 'programming'],
  [8155, 'programming'],
  [220, 'data'],
  [232, 'data'],
  [241, 'data'],
  [242, 'data'],
  [244, 'data'],
  [245, 'data'],
  [248, 'data'],
  [2628, 'data'],
  [8114, 'data'],
  [8115, 'data'],
  [8134, 'data'],
  [8152, 'data'],
  [8169, 'data'],
  [9807, 'data'],
  [13609, 'data'],
  [233, 'disconnect'],
  [10053, 'disconnect'],
  [10054, 'disconnect'],
  [10060, 'disconnect'],
  [40197, 'disconnect'],
  [40501, 'operational'],
  [40613, 'disconnect'],
  [596, 'disconnect'],
  [6005, 'disconnect'],
  [701, 'operational'],
  [1105, 'operational'],
  [1204, 'operational'],
  [4060, 'operational'],
  [9002, 'operational'],
  [18456, 'operational'],
]);

/** What the package's own codes mean. */
const CODES: Readonly<Record<string, Kind>> = {
  ESOCKET: 'disconnect',
  ECONNCLOSED: 'disconnect',
  ECLOSE: 'disconnect',
  ECONNRESET: 'disconnect',
  EPIPE: 'disconnect',
  ENOTOPEN: 'disconnect',
  EINVALIDSTATE: 'programming',
  ETIMEOUT: 'timeout',
  EINSTLOOKUP: 'operational',
  ELOGIN: 'operational',
  ECANCEL: 'cancelled',
  EPARAM: 'data',
};

interface TediousError {
  readonly message?: string;
  readonly code?: unknown;
  readonly number?: unknown;
  readonly errors?: readonly unknown[];
  readonly cause?: unknown;
}

/** What an error of tedious means. */
export function classifyMssql(error: unknown): DriverFailure {
  const { message = String(error), code, number } = telling(error);
  const own = typeof number === 'number' ? number : null;
  const kind: Kind = own === null ? (typeof code === 'string' ? (CODES[code] ?? 'database') : 'database') : kindOf(own, message);
  return {
    kind,
    message: message + hint(own),
    code: own === null ? (typeof code === 'string' ? code : null) : String(own),
    ...places(own, message),
  };
}

/** Of several errors the one that says why: the rest follow from it. */
function telling(error: unknown): TediousError {
  const { errors } = (error ?? {}) as TediousError;
  if (!Array.isArray(errors) || errors.length === 0) return (error ?? {}) as TediousError;
  return (errors.find((one: TediousError) => typeof one.number === 'number' && NUMBERS.has(one.number)) ?? errors[0]) as TediousError;
}

function kindOf(number: number, message: string): Kind {
  // Foreign keys and checks share a number.
  if (number === 547 && /\bCHECK constraint\b/.test(message)) return 'check';
  return NUMBERS.get(number) ?? 'database';
}

function hint(number: number | null): string {
  return number === 334
    ? ' returning() needs the OUTPUT clause, which a table with triggers does not allow: read the rows with a select instead'
    : '';
}

const QUOTED = `(?:'([^']*)'|"([^"]*)")`;
const UNIQUE = new RegExp(`constraint ${QUOTED}.*object ${QUOTED}`);
const UNIQUE_INDEX = new RegExp(`object ${QUOTED} with unique index ${QUOTED}`);
const CONSTRAINT = new RegExp(`constraint ${QUOTED}`);
const TABLE = new RegExp(`table ${QUOTED}`);
const COLUMN = new RegExp(`column ${QUOTED}`);

function places(number: number | null, message: string): Pick<DriverFailure, 'constraint' | 'table' | 'column'> {
  const found = (pattern: RegExp, at = 1): string | null => {
    const match = pattern.exec(message);
    return match === null ? null : (match[at] ?? match[at + 1] ?? null);
  };
  // `dbo.users`, or with the database's name before it
  const bare = (name: string | null): string | null => (name === null ? null : name.slice(name.lastIndexOf('.') + 1));
  if (number === 2627) return { constraint: found(UNIQUE), table: bare(found(UNIQUE, 3)), column: null };
  if (number === 2601) return { constraint: found(UNIQUE_INDEX, 3), table: bare(found(UNIQUE_INDEX)), column: null };
  if (number === 547) return { constraint: found(CONSTRAINT), table: bare(found(TABLE)), column: found(COLUMN) };
  if (number === 515 || number === 2628) return { constraint: null, table: bare(found(TABLE)), column: found(COLUMN) };
  return { constraint: null, table: null, column: null };
}
