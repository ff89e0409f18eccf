import type { Decimal } from 'decimal.js';
import type { Column, TypeOf } from '../../sql/column.ts';
import { t } from '../../sql/column-types.ts';
import { describe, sqlError } from '../../sql/errors.ts';
import { decimalClass } from '../base/decimals.ts';
import { dialectError } from '../base/errors.ts';
import { momentIso, momentText } from '../base/moments.ts';
import { type DomainOptions, domain } from './domain-type.ts';
import { type Range, type RangeElement, readMultirange, readRange, writeMultirange, writeRange } from './range-text.ts';

type Plain<V> = Column<V, false, false>;

const text = (words: string): Plain<string> => t.native({ postgresql: words });

/** The values of each kind of range. */
interface RangeValues {
  int4: number;
  int8: bigint;
  num: Decimal;
  date: string;
  ts: Date;
  tstz: Date;
}

const moment: RangeElement<Date> = {
  write: (value) => value.toISOString(),
  read: (raw) => {
    const utc = momentText(raw, 3);
    if (utc === null) throw dialectError('driver.undecodable', 'range', 'moments of the years 0000 to 9999', 'another one');
    return new Date(momentIso(utc));
  },
};

const ELEMENTS: { readonly [K in keyof RangeValues]: RangeElement<RangeValues[K]> } = {
  int4: { write: String, read: Number },
  int8: { write: String, read: BigInt },
  num: { write: (value) => value.toFixed(), read: (raw) => new (decimalClass())(raw) },
  date: { write: String, read: String },
  ts: { ...moment, write: (value) => value.toISOString().slice(0, -1) },
  tstz: moment,
};

function elementOf<K extends keyof RangeValues>(kind: K, where: string): RangeElement<RangeValues[K]> {
  if (Object.hasOwn(ELEMENTS, kind)) return ELEMENTS[kind];
  throw sqlError('sql.bad-argument', where, Object.keys(ELEMENTS).join(', '), describe(kind));
}

const HSTORE = /"((?:[^"\\]|\\.)*)"=>(?:NULL|"((?:[^"\\]|\\.)*)")/gs;
const escaped = (word: string): string => `"${word.replace(/["\\]/g, '\\$&')}"`;
const unescaped = (word: string): string => word.replace(/\\(.)/gs, '$1');

/**
 * Types that only PostgreSQL has. On another database they need a variant: `pg.inet().variant('sqlite', t.text())`.
 * SQLAlchemy: `sqlalchemy.dialects.postgresql`.
 *
 * @example const shape = { address: pg.inet(), during: pg.range('tstz'), embedding: pg.vector(384) };
 */
export const pg = {
  /** A host's address, perhaps with its network, as text. SQLAlchemy: `INET`. */
  inet: (): Plain<string> => text('inet'),
  /** A network's address as text. SQLAlchemy: `CIDR`. */
  cidr: (): Plain<string> => text('cidr'),
  /** A MAC address of six bytes as text. SQLAlchemy: `MACADDR`. */
  macaddr: (): Plain<string> => text('macaddr'),
  /** A MAC address of eight bytes as text. SQLAlchemy: `MACADDR8`. */
  macaddr8: (): Plain<string> => text('macaddr8'),
  /** A document made ready for full-text search, as text. SQLAlchemy: `TSVECTOR`. */
  tsvector: (): Plain<string> => text('tsvector'),
  /** A query of full-text search, as text. SQLAlchemy: `TSQUERY`. */
  tsquery: (): Plain<string> => text('tsquery'),
  /** Text that compares without regard to case; needs the extension citext. SQLAlchemy: `CITEXT`. */
  citext: (): Plain<string> => text('citext'),
  /** An amount of money as text in the form of the server's locale. SQLAlchemy: `MONEY`. */
  money: (): Plain<string> => text('money'),
  /** An XML document as text. */
  xml: (): Plain<string> => text('xml'),
  /** A path in a tree of labels, as text; needs the extension ltree. */
  ltree: (): Plain<string> => text('ltree'),
  /** A path expression for JSON, as text. SQLAlchemy: `JSONPATH`. */
  jsonpath: (): Plain<string> => text('jsonpath'),
  /** An object's number inside the database. SQLAlchemy: `OID`. */
  oid: (): Plain<number> => t.native({ postgresql: 'oid' }, t.bigInteger().asNumber()),
  /** A string of bits of up to `length`, as a string of 0 and 1. SQLAlchemy: `BIT(varying=True)`. */
  bitVarying: (length?: number): Plain<string> =>
    text(length === undefined ? 'bit varying' : `bit varying(${whole(length, 'pg.bitVarying()')})`),
  /** Keys and their texts as an object; needs the extension hstore. SQLAlchemy: `HSTORE`. */
  hstore: (): Plain<Readonly<Record<string, string | null>>> =>
    t.custom<Readonly<Record<string, string | null>>, string>({
      type: text('hstore'),
      toDatabase: (value) =>
        Object.entries(value)
          .map(([key, word]) => `${escaped(key)}=>${word === null ? 'NULL' : escaped(word)}`)
          .join(', '),
      fromDatabase: (raw) =>
        Object.fromEntries(
          Array.from(raw.matchAll(HSTORE), ([, key, word]) => [unescaped(key), word === undefined ? null : unescaped(word)]),
        ),
    }),
  /** A range, such as `pg.range('int4')`. SQLAlchemy: `INT4RANGE`, `TSTZRANGE` and so on. */
  range: <K extends keyof RangeValues>(kind: K): Plain<Range<RangeValues[K]>> => {
    const element = elementOf(kind, 'pg.range()');
    return t.custom<Range<RangeValues[K]>, string>({
      type: text(`${kind}range`),
      toDatabase: (value) => writeRange(value, element),
      fromDatabase: (raw) => readRange(raw, element),
    });
  },
  /** Several ranges, such as `pg.multirange('date')`; PostgreSQL 14 and later. SQLAlchemy: `DATEMULTIRANGE` and so on. */
  multirange: <K extends keyof RangeValues>(kind: K): Plain<readonly Range<RangeValues[K]>[]> => {
    const element = elementOf(kind, 'pg.multirange()');
    return t.custom<readonly Range<RangeValues[K]>[], string>({
      type: text(`${kind}multirange`),
      toDatabase: (value) => writeMultirange(value, element),
      fromDatabase: (raw) => readMultirange(raw, element),
    });
  },
  /**
   * A domain: a type with conditions and a name of its own, which `createAll()` makes before the tables that use it, and
   * `dropAll()` drops after them. Its values are those of the type that it stands on, which may be a domain or an enum.
   * Throws an ArgumentError for a name, a type or a condition that is none. SQLAlchemy: `postgresql.DOMAIN`.
   *
   * @param name what it is called in the database
   * @param on the type that it stands on, such as `t.string(100)`
   * @param options `check`: a condition, SQL over VALUE or a function, or several by their names; `notNull`; `serverDefault`; `collation`; `schema`
   * @example const email = () => pg.domain('email', t.string(100), { check: (value) => value.contains('@') });
   */
  domain: <V>(name: string, on: TypeOf<V>, options?: DomainOptions<V>): Plain<V> => domain(name, on, options),
  /** A vector of single-precision numbers; needs the extension vector (pgvector). */
  vector: (dimensions?: number): Plain<readonly number[]> =>
    t.custom<readonly number[], string>({
      type: text(dimensions === undefined ? 'vector' : `vector(${whole(dimensions, 'pg.vector()')})`),
      toDatabase: (value) => {
        const wrong = !Array.isArray(value) || !value.every((item) => Number.isFinite(item));
        if (wrong) throw sqlError('sql.bad-argument', 'A vector', 'an array of finite numbers', describe(value));
        if (dimensions !== undefined && value.length !== dimensions)
          throw sqlError('sql.bad-argument', `A vector(${dimensions})`, `${dimensions} numbers`, String(value.length));
        return `[${value.join(',')}]`;
      },
      fromDatabase: (raw) => JSON.parse(raw) as number[],
    }),
} as const;

function whole(value: number, where: string): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw sqlError('sql.bad-argument', where, 'a whole number from 1', describe(value));
}
