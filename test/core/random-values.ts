import { Decimal } from 'decimal.js';
import { type Column, type TypeOf, t } from '../../src/index.ts';

/** Random numbers from a seed, so that a failure can be run again. */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  /** From 0 to below 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }
  between(least: number, greatest: number): number {
    return least + this.below(greatest - least + 1);
  }
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
  list<T>(longest: number, make: () => T): T[] {
    return Array.from({ length: this.below(longest + 1) }, make);
  }
  bits(count: number): bigint {
    let value = 0n;
    for (let i = 0; i < count; i++) value = value * 2n + BigInt(this.below(2));
    return value;
  }
  digits(count: number): string {
    return Array.from({ length: count }, () => this.below(10)).join('');
  }
  /** A character of any plane, but no NUL and no half of a pair. */
  character(): string {
    const code = this.of([this.between(1, 127), this.between(128, 0xd7ff), this.between(0xe000, 0xfffd), this.between(0x10000, 0x10ffff)]);
    return String.fromCodePoint(code);
  }
  text(longest: number): string {
    return this.list(longest, () => this.character()).join('');
  }
}

type Family = 'sqlite' | 'postgresql' | 'mysql';

/** A type with values that have to come back as they went in. */
export interface TypeCase {
  readonly name: string;
  readonly type: Column;
  readonly edges: readonly unknown[];
  readonly random: (random: Random) => unknown;
  /** The databases that compare these values for equality. */
  readonly comparable?: readonly Family[];
  /** Edges that not every database has. */
  readonly only?: Partial<Record<Family, readonly unknown[]>>;
  /** Equal in a comparison of the database are more than equal values, such as text whose collation ignores case. */
  readonly loose?: readonly Family[];
}

const EVERY: readonly Family[] = ['sqlite', 'postgresql', 'mysql'];
const two = (value: number): string => String(value).padStart(2, '0');
const day = (random: Random): string => new Date(random.between(-59_000_000, 250_000_000) * 1_000_000).toISOString().slice(0, 10);
const decimal = (random: Random, whole: number, scale: number): Decimal =>
  new Decimal(`${random.of(['', '-'])}${random.digits(random.between(1, whole))}.${random.digits(scale)}`).plus(0);

function json(random: Random, depth = 0): unknown {
  switch (random.below(depth > 2 ? 5 : 7)) {
    case 0:
      return random.text(8);
    case 1:
      return random.between(-(2 ** 40), 2 ** 40);
    case 2:
      // Of few digits: not every version of SQLite reads long ones to the last bit.
      return random.between(-(2 ** 20), 2 ** 20) / 64;
    case 3:
      return random.below(2) === 0;
    case 4:
      return depth === 0 ? [] : null;
    case 5:
      return random.list(4, () => json(random, depth + 1));
    default:
      return Object.fromEntries(random.list(4, () => [`k${random.digits(3)}`, json(random, depth + 1)]));
  }
}

function duration(random: Random): string {
  const date = random.of(['', `${random.between(1, 11)}M`, `${random.between(1, 99)}Y${random.between(1, 11)}M`]);
  const days = random.of(['', `${random.between(1, 400)}D`, `-${random.between(1, 9)}D`]);
  const time = random.of(['', `T${random.between(1, 99)}H`, `T${random.between(1, 59)}M${random.between(1, 59)}.${random.digits(5)}1S`]);
  return date + days + time === '' ? 'PT0S' : `P${date}${days}${time}`;
}

const WORDS = ['new', 'used', "it's", 'à la carte'] as const;

/** Every type that all databases have in some form. */
export const TYPE_CASES: readonly TypeCase[] = [
  { name: 'integer', type: t.integer(), edges: [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)], random: (r) => r.between(-(2 ** 31), 2 ** 31 - 1) },
  {
    name: 'integer, unsigned',
    type: t.integer({ unsigned: true }),
    edges: [0, 2 ** 32 - 1],
    random: (r) => r.between(0, 2 ** 32 - 1),
  },
  { name: 'smallInteger', type: t.smallInteger(), edges: [0, 32_767, -32_768], random: (r) => r.between(-32_768, 32_767) },
  { name: 'tinyInteger', type: t.tinyInteger(), edges: [0, 127, -128], random: (r) => r.between(-128, 127) },
  {
    name: 'tinyInteger, unsigned',
    type: t.tinyInteger({ unsigned: true }),
    edges: [0, 255],
    random: (r) => r.between(0, 255),
  },
  {
    name: 'mediumInteger',
    type: t.mediumInteger(),
    edges: [0, 2 ** 23 - 1, -(2 ** 23)],
    random: (r) => r.between(-(2 ** 23), 2 ** 23 - 1),
  },
  {
    name: 'bigInteger',
    type: t.bigInteger(),
    edges: [0n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n],
    random: (r) => r.bits(r.between(1, 63)) * r.of([1n, -1n]),
  },
  {
    name: 'bigInteger as numbers',
    type: t.bigInteger().asNumber(),
    edges: [0, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
    random: (r) => Number(r.bits(53)) * r.of([1, -1]) + 0,
  },
  {
    name: 'string',
    type: t.string(100),
    edges: [
      '',
      ' ',
      ' x',
      "it's",
      '"',
      '\\',
      "\\'",
      '%_',
      '1e3',
      '007',
      'null',
      'a\u0301',
      'á',
      '\u{10ffff}',
      '漢字',
      '👩‍👩‍👧',
      '\u2028',
      '\r\n\t',
      '\u0001',
    ],
    random: (r) => r.text(50),
    loose: ['mysql'],
  },
  {
    name: 'text',
    type: t.text({ size: 'medium' }),
    edges: ['', 'x'.repeat(100_000), '𝒳'.repeat(20_000)],
    random: (r) => r.text(300),
    loose: ['mysql'],
  },
  { name: 'char', type: t.char(3), edges: ['abc', "'\\'", '漢字👍'], random: (r) => `${r.between(100, 999)}`, loose: ['mysql'] },
  { name: 'boolean', type: t.boolean(), edges: [true, false], random: (r) => r.below(2) === 0 },
  {
    name: 'double',
    type: t.double(),
    edges: [0, 0.1, -0.1, 1 / 3, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE * 2 ** 52, 2 ** 63, 1e21, 123456789012345680],
    random: (r) => (r.fraction() - 0.5) * 10 ** r.between(-200, 200),
    only: {
      sqlite: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324],
      postgresql: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 5e-324],
    },
  },
  {
    name: 'numeric(10, 2)',
    type: t.numeric(10, 2),
    edges: ['0', '99999999.99', '-99999999.99', '0.01', '-0.01', '0.1'].map((digits) => new Decimal(digits)),
    random: (r) => decimal(r, 8, 2),
  },
  {
    name: 'numeric(38, 10)',
    type: t.numeric(38, 10),
    edges: ['0', `${'9'.repeat(28)}.${'9'.repeat(10)}`, `-${'9'.repeat(28)}.${'9'.repeat(10)}`, '0.0000000001', '-0.0000000001'].map(
      (digits) => new Decimal(digits),
    ),
    random: (r) => decimal(r, 28, 10),
  },
  {
    name: 'numeric(30)',
    type: t.numeric(30),
    edges: ['0', '9'.repeat(30), `-${'9'.repeat(30)}`].map((digits) => new Decimal(digits)),
    random: (r) => decimal(r, 30, 0),
  },
  {
    name: 'numeric as digits',
    type: t.numeric(20, 4).asString(),
    edges: ['0.0000', '-1.5000', '9999999999999999.9999'],
    random: (r) => decimal(r, 16, 4).toFixed(4),
  },
  {
    name: 'date',
    type: t.date(),
    edges: ['1000-01-01', '1582-10-15', '1899-12-31', '1900-02-28', '2000-02-29', '9999-12-31'],
    random: day,
  },
  {
    name: 'time',
    type: t.time({ precision: 6 }),
    edges: ['00:00:00', '23:59:59', '23:59:59.999999', '12:00:00.000001'],
    random: (r) => `${two(r.below(24))}:${two(r.below(60))}:${two(r.below(60))}.${r.digits(5)}${r.between(1, 9)}`,
  },
  {
    name: 'dateTime',
    type: t.dateTime({ precision: 3 }),
    edges: [
      '1000-01-01T00:00:00.000Z',
      '1899-12-31T23:59:59.999Z',
      '1969-12-31T23:59:59.999Z',
      '2024-03-31T01:30:00.001Z',
      '2024-10-27T01:30:00.000Z',
      '9999-12-31T23:59:59.999Z',
    ].map((text) => new Date(text)),
    random: (r) => new Date(r.between(-30_000_000_000, 250_000_000_000) * 1000 + r.below(1000)),
  },
  {
    name: 'dateTime as text',
    type: t.dateTime({ precision: 6 }).asString(),
    edges: ['1899-12-31T23:59:59.999999Z', '2024-05-01T12:30:15.000001Z', '2024-02-29T00:00:00.000000Z'],
    random: (r) => `${day(r)}T${two(r.below(24))}:${two(r.below(60))}:${two(r.below(60))}.${r.digits(6)}Z`,
  },
  {
    name: 'interval',
    type: t.interval(),
    edges: [
      'PT0S',
      'P1Y',
      'P1M',
      'P30D',
      'PT24H',
      'P1D',
      'P-1Y-2M-3DT-4H-5M-6.789S',
      'P1DT-1S',
      'PT0.000001S',
      'PT-0.000001S',
      'P178000Y',
      'PT100H',
    ],
    random: duration,
    // PostgreSQL takes a month for 30 days in comparisons.
    loose: ['postgresql'],
  },
  {
    name: 'json',
    type: t.json(),
    edges: [{}, [], '', 'null', 0, -0.5, true, false, [null], { a: [1, null, { b: 'é\u2028"\\' }] }],
    random: json,
    comparable: ['sqlite'],
  },
  { name: 'jsonb', type: t.jsonb(), edges: [{}, [], 'x', 1.5, { a: { b: [1, 2] } }], random: json, comparable: ['postgresql'] },
  {
    name: 'uuid',
    type: t.uuid(),
    edges: ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
    random: (r) =>
      r
        .bits(128)
        .toString(16)
        .padStart(32, '0')
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
  },
  {
    name: 'binary',
    type: t.binary(),
    edges: [new Uint8Array(0), new Uint8Array([0]), Uint8Array.from({ length: 256 }, (_, i) => i)],
    random: (r) => Uint8Array.from(r.list(64, () => r.below(256))),
  },
  {
    name: 'bit',
    type: t.bit(10),
    edges: ['0000000000', '1111111111', '0000000001'],
    random: (r) => r.bits(10).toString(2).padStart(10, '0'),
  },
  { name: 'enum', type: t.enum(WORDS, { name: 'word' }), edges: WORDS, random: (r) => r.of(WORDS) },
  {
    name: 'enum as text',
    type: t.enum({ New: 'new', Old: 'old' }, { native: false }),
    edges: ['new', 'old'],
    random: (r) => r.of(['new', 'old']),
  },
  {
    name: 'array of integers',
    type: t.array(t.integer()),
    edges: [[], [1], [null], [1, null, -5]],
    random: (r) => r.list(6, () => r.of([null, r.between(-1000, 1000)])),
  },
  {
    name: 'array of text',
    type: t.array(t.text()),
    edges: [[''], ['NULL', null, 'null'], ['{', '}', ',', '"', '\\', ' '], ['é', '👍']],
    random: (r) => r.list(4, () => r.text(6)),
  },
  {
    name: 'array of bigints',
    type: t.array(t.bigInteger()),
    edges: [[2n ** 63n - 1n, null, -(2n ** 63n)], [0n]],
    random: (r) => r.list(4, () => r.bits(62)),
  },
  {
    name: 'array of moments',
    type: t.array(t.dateTime({ precision: 3 })),
    edges: [[new Date('1850-02-03T04:05:06.789Z'), null]],
    random: (r) => r.list(3, () => new Date(r.between(0, 2 ** 31) * 1000 + r.below(1000))),
  },
  {
    name: 'array of two dimensions',
    type: t.array(t.integer(), { dimensions: 2 }),
    edges: [
      [
        [1, 2],
        [3, null],
      ],
    ],
    random: (r) => {
      const width = r.between(1, 3);
      return Array.from({ length: r.between(1, 3) }, () => Array.from({ length: width }, () => r.below(100)));
    },
  },
  {
    name: 'custom',
    type: t.custom<Set<string>, string>({
      type: t.text(),
      toDatabase: (value) => [...value].join(),
      fromDatabase: (value) => new Set(value.split(',')),
    }),
    edges: [new Set(['a']), new Set(['b', 'c'])],
    random: (r) => new Set([`x${r.digits(3)}`, `y${r.digits(3)}`]),
  },
  {
    name: 'encrypted',
    type: t.encrypted(t.json() as TypeOf, { key: '0'.repeat(64), search: true }),
    edges: [{ a: [1, 'é'] }, 'text', [[]], 5],
    random: (r) => ({ secret: r.text(10), number: r.fraction() }),
  },
  {
    name: 'variant',
    type: t.text().variant('mysql', t.string(191)).variant('sqlite', t.string(50)),
    edges: ['', 'x'],
    random: (r) => r.text(20),
    loose: ['mysql'],
  },
];

/** Whether the database says of these values whether they are equal. */
export function isComparable({ comparable = EVERY }: TypeCase, family: Family): boolean {
  return comparable.includes(family);
}

/** Numbers from 0 to below 1 that a seed repeats. */
export function randomNumbers(seed: number): () => number {
  const random = new Random(seed);
  return () => random.fraction();
}
