import { Expression } from '../sql/expression.ts';
import { func } from '../sql/function.ts';
import { make, makeBind, makeSelect } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import { conjunction } from '../sql/operand.ts';
import type { TableColumn } from '../sql/schema.ts';
import { select } from '../sql/select.ts';
import { BOOLEAN, type SqlType } from '../sql/type.ts';
import { columnOf } from './mapped-source.ts';
import { UNRESTRICTED } from './mapping.ts';
import { bindOf, type Writer } from './persistence.ts';

/** Columns of the rows among which a value is to be the only one, and what they hold: the others of a unique constraint. */
export interface UniqueGroup {
  readonly columns: readonly TableColumn[];
  readonly values: readonly unknown[];
}

/**
 * What makes a value that no row has: beyond the smallest or greatest that there is, by chance among so many that none has it,
 * or one of a list that is not taken.
 */
type Maker =
  | { readonly beyond: 'min' | 'max'; readonly next: (value: unknown) => unknown }
  | { readonly chance: () => unknown }
  | { readonly among: () => readonly unknown[] };

/** Characters of a random value: enough that no row has it. */
const RANDOM_LENGTH = 12;
/** How many short texts are tried at once. */
const TRIES = 30;
/** Days far from any that programs have to do with: 8000-01-01 and some thousand years after it, in milliseconds. */
const FAR = Date.UTC(8000, 0, 1);
const DAY = 86_400_000;
const FAR_DAYS = 700_000;

/** Whether a value of this type can be made that no row has. */
export function canSpare(type: SqlType): boolean {
  return makerOf(type) !== null;
}

/** A value of the column that no row has, or none of the group; undefined where there is none. */
export async function spareValue(writer: Writer, column: TableColumn, group: UniqueGroup): Promise<unknown> {
  const maker = makerOf(column.type);
  if (maker === null) return undefined;
  if ('chance' in maker) return maker.chance();
  const { table } = column;
  const own = columnOf(table.node, column);
  if ('beyond' in maker) {
    const { beyond, next } = maker;
    const build = () =>
      makeSelect({ columns: [func[beyond](new Expression<number>(own, column.type as SqlType<number>)).node], from: [table.node] });
    const [row] = await writer.fetch(table, `${UNRESTRICTED}${beyond}:${table.node.id}:${column.position}`, build, []);
    return next(row[0]);
  }
  const candidates = maker.among();
  const build = (): Node => {
    const list = makeBind([], column.type, { expanding: true });
    const others = group.columns.map((other) => make('binary', { operator: '=', left: columnOf(table.node, other), right: bindOf(other) }));
    const where = conjunction([...others, make('in', { operand: own, list, negated: false })]);
    return makeSelect({ columns: [own], from: [table.node], where });
  };
  const name = `${UNRESTRICTED}taken:${table.node.id}:${column.position}:${group.columns.map(({ position }) => position).join()}`;
  const { decode } = writer.dialectOf(table).codec(column.type);
  const taken = new Set(
    (await writer.fetch(table, name, build, [...group.values, candidates])).map(([raw]) => asText(decode?.(raw) ?? raw)),
  );
  return candidates.find((candidate) => !taken.has(asText(candidate)));
}

/** A key of the table that a foreign key leads to which no row here refers to; undefined where there is none. */
export async function spareReference(writer: Writer, column: TableColumn): Promise<unknown> {
  const { table } = column;
  const key = table.foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === column);
  if (key === undefined) return undefined;
  const [target] = table.metadata.resolve(table, key).columns;
  if (target.table === table) return undefined;
  const build = (): Node => {
    const list = makeSelect({ columns: [columnOf(table.node, column)], from: [table.node] });
    const far = new Expression(columnOf(target.table.node, target), target.type);
    const free = new Expression<boolean>(make('in', { operand: far.node, list, negated: true }), BOOLEAN);
    return select(far).from(target.table).where(free).limit(1).node;
  };
  const [row] = await writer.fetch(table, `${UNRESTRICTED}free:${table.node.id}:${column.position}`, build, [1]);
  if (row === undefined) return undefined;
  return writer.dialectOf(table).codec(target.type).decode?.(row[0]) ?? row[0];
}

/** Texts as databases compare them that see no difference in case. */
function asText(value: unknown): string {
  return String(value).trimEnd().toLowerCase();
}

function makerOf(type: SqlType): Maker | null {
  switch (type.name) {
    case 'integer':
    case 'smallInteger':
    case 'tinyInteger':
    case 'mediumInteger':
    case 'bigInteger': {
      const big = type.name === 'bigInteger' && !type.asNumber;
      const one = (value: bigint): bigint | number => (big ? value : Number(value));
      const known = (value: unknown): bigint => BigInt((value as number | bigint | string | null) ?? 0);
      if (type.unsigned) return { beyond: 'max', next: (value) => one(known(value) + 1n) };
      // Below zero, where no sequence ever comes.
      return { beyond: 'min', next: (value) => one((known(value) < 0n ? known(value) : 0n) - 1n) };
    }
    case 'string':
    case 'char':
    case 'text': {
      const length = Math.min(type.length ?? RANDOM_LENGTH, RANDOM_LENGTH);
      if (length === RANDOM_LENGTH) return { chance: () => randomText(length) };
      return { among: () => Array.from({ length: TRIES }, () => randomText(length)) };
    }
    case 'uuid':
      return { chance: () => crypto.randomUUID() };
    case 'enum':
      return { among: () => type.values ?? [] };
    case 'boolean':
      return { among: () => [false, true] };
    case 'float':
    case 'double':
      return { chance: () => -Math.round(Math.random() * 2 ** 23) - 0.5 };
    case 'numeric':
      return { chance: () => randomDecimal(type) };
    case 'date':
      return { chance: () => new Date(FAR + Math.floor(Math.random() * FAR_DAYS) * DAY).toISOString().slice(0, 10) };
    case 'dateTime': {
      const far = (): Date => new Date(FAR + Math.floor((Math.random() * FAR_DAYS * DAY) / 1000) * 1000);
      return { chance: () => (type.asString ? far().toISOString() : far()) };
    }
    case 'time':
      return {
        among: () => Array.from({ length: TRIES }, () => new Date(Math.floor(Math.random() * 86_400) * 1000).toISOString().slice(11, 19)),
      };
    default:
      return null;
  }
}

function randomText(length: number): string {
  return crypto.randomUUID().replaceAll('-', '').slice(0, length);
}

/** A negative number with all digits that the column has room for. */
function randomDecimal({ precision = 12, scale = 0, asNumber, unsigned }: SqlType): string | number {
  const digits = Array.from({ length: Math.min(precision, 15) }, () => Math.floor(Math.random() * 10))
    .join('')
    .padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  const signed = `${unsigned ? '' : '-'}${text.replace(/^0+(?=\d)/, '')}`;
  return asNumber ? Number(signed) : signed;
}

/** The other columns of a key or unique constraint, where all rows that a value may meet are told by it alone. */
export function groupOf(columns: readonly TableColumn[], held: (column: TableColumn) => unknown): UniqueGroup {
  const values = columns.map(held);
  return values.some((value) => value === null || value === undefined) ? { columns: [], values: [] } : { columns, values };
}
