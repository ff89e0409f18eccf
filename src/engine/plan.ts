import type { Compiled, Slot } from '../dialects/base/compiled.ts';
import type { Dialect } from '../dialects/base/dialect.ts';
import { RecentCache } from '../dialects/base/recent-cache.ts';
import { describe, sqlError } from '../sql/errors.ts';
import { canonicalKey } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import type { SqlType } from '../sql/type.ts';
import { placesOf } from './bind-place.ts';
import { engineError } from './errors.ts';

/** A statement's text and its parameters as the driver takes them. */
export interface Encoded {
  readonly sql: string;
  readonly parameters: unknown[];
}

type Bind = (value: unknown, where?: string) => unknown;

/** Everything about a statement's shape that need not be worked out again when it runs. */
export interface Plan {
  readonly key: string;
  readonly compiled: Compiled;
  /** The complete text, or null where a list's length decides it. */
  readonly sql: string | null;
  readonly returnsRows: boolean;
  readonly writes: boolean;
  readonly columns: readonly SqlType[];
  /** For each column what makes a JavaScript value of what the row holds; null where it holds it already. */
  readonly decoders: readonly (((raw: unknown) => unknown) | null)[];
  /**
   * @param values JavaScript values, one for each of the statement's binds in order
   * @param named the values of `:name` parameters
   */
  encode(values: readonly unknown[], named?: Readonly<Record<string, unknown>>): Encoded;
  /** Gives what is compared with rows the form that the database compares fastest; changes the list. */
  makeNative(parameters: unknown[]): void;
}

/** Compiles a statement and prepares the encoding of its parameters. */
export function makePlan(dialect: Dialect, node: Node, key: string): Plan {
  return new CompiledPlan(dialect, node, key);
}

/** The sizes to which lists are filled up, so that a few texts serve lists of any length: exact to 16, then by quarters of powers of two. */
export function bucketSize(count: number): number {
  if (count <= 16) return count;
  const step = 2 ** (Math.floor(Math.log2(count - 1)) - 2);
  return Math.ceil(count / step) * step;
}

const NOTHING_AROUND = ['', ''] as const;
const NOTHING = 'SELECT NULL WHERE 1 = 0';
/** The place of a list that travels as one parameter. */
const ONE_PARAMETER = -1;

class CompiledPlan implements Plan {
  readonly key: string;
  readonly compiled: Compiled;
  readonly sql: string | null;
  readonly returnsRows: boolean;
  readonly writes: boolean;
  readonly columns: readonly SqlType[];
  readonly decoders: readonly (((raw: unknown) => unknown) | null)[];
  readonly #dialect: Dialect;
  readonly #slots: readonly Slot[];
  readonly #indexes: readonly number[];
  readonly #binds: readonly Bind[];
  readonly #places: readonly string[];
  /** For a list of rows, what each value of a row is bound by. */
  readonly #rows: readonly (readonly Bind[] | null)[];
  /** Neither lists nor names: the quick way. */
  readonly #plain: boolean;
  readonly #names: ReadonlySet<string>;
  /** Places in the list of parameters, of a statement without lists. */
  readonly #native: readonly { readonly place: number; readonly make: (bound: unknown) => unknown }[];
  /** Texts by the sizes of their lists. */
  readonly #texts: Map<string, string> = new Map();

  constructor(dialect: Dialect, node: Node, key: string) {
    const compiled = dialect.compile(node);
    const { slots } = compiled;
    for (const warning of compiled.warnings ?? []) process.emitWarning(warning, { type: 'AthanorWarning', code: 'athanor.product' });
    const places = placesOf(node);
    this.key = key;
    this.compiled = compiled;
    this.returnsRows = compiled.returnsRows;
    this.writes = compiled.writes;
    this.columns = compiled.columns;
    this.decoders = compiled.columns.map((type) => dialect.codec(type).decode);
    this.#dialect = dialect;
    this.#slots = slots;
    this.#indexes = slots.map((slot) => slot.index);
    this.#binds = slots.map((slot) => {
      const codec = dialect.codec(slot.type);
      const use = places[slot.index]?.use;
      return (use === 'stored' ? codec.store : use === 'free' ? codec.literal : undefined) ?? codec.bind;
    });
    this.#rows = slots.map(({ row }) => row?.types.map((type) => dialect.codec(type).bind) ?? null);
    this.#places = slots.map((slot, i) =>
      slot.name === null ? (places[slot.index]?.name ?? `Parameter ${i + 1}`) : `The parameter ':${slot.name}'`,
    );
    this.#names = new Set(slots.flatMap((slot) => (slot.name === null ? [] : [slot.name])));
    const expanding = slots.some((slot) => slot.expanding && !slot.array);
    this.#plain =
      this.#names.size === 0 && !slots.some((slot) => slot.expanding) && slots.every((slot) => slot.index >= 0 || slot.name !== null);
    this.sql = expanding ? null : this.#text([]);
    this.#native = expanding
      ? []
      : slots.flatMap((slot, place) => {
          const make = places[slot.index]?.use === 'compared' ? dialect.codec(slot.type).native : undefined;
          return make === undefined ? [] : [{ place, make }];
        });
    const limit = dialect.capabilities.maxParameters;
    if (slots.length > limit) throw engineError('engine.too-many-parameters', slots.length, limit, dialect.title);
  }

  encode(values: readonly unknown[], named?: Readonly<Record<string, unknown>>): Encoded {
    if (!this.#plain || named !== undefined) return this.#encodeNamed(values, named);
    const indexes = this.#indexes;
    const parameters: unknown[] = [];
    for (let i = 0; i < indexes.length; i++) {
      const value = values[indexes[i]];
      parameters.push(value === null ? null : this.#value(value, i));
    }
    return { sql: this.sql as string, parameters };
  }

  makeNative(parameters: unknown[]): void {
    for (const { place, make } of this.#native) if (parameters[place] !== null) parameters[place] = make(parameters[place]);
  }

  #value(value: unknown, slot: number): unknown {
    if (value === undefined) throw sqlError('sql.undefined-value', this.#places[slot]);
    return this.#binds[slot](value, this.#places[slot]);
  }

  #encodeNamed(values: readonly unknown[], named: Readonly<Record<string, unknown>> = {}): Encoded {
    for (const name of Object.keys(named))
      if (!this.#names.has(name)) throw sqlError('sql.extra-parameter', name, [...this.#names].join(', '));
    const parameters: unknown[] = [];
    const sizes: number[] = [];
    for (let i = 0; i < this.#slots.length; i++) {
      const { index, name, type, expanding, constant, array, row } = this.#slots[i];
      if (name !== null && !Object.hasOwn(named, name)) throw sqlError('sql.missing-parameter', name);
      const value = name !== null ? named[name] : index < 0 ? constant : values[index];
      // `IN (:id)` by hand: in SQL, one value in brackets.
      const alone =
        expanding && row === undefined && name !== null && type.name === 'unknown' && value !== undefined && !Array.isArray(value);
      if (alone) {
        const encoded = value === null ? null : this.#value(value, i);
        parameters.push(array === true && encoded !== null ? this.#dialect.encodeList?.([encoded]) : encoded);
        if (!array) sizes.push(1);
      } else if (!expanding) parameters.push(value === null ? null : this.#value(value, i));
      else if (Array.isArray(value) && array) parameters.push(this.#dialect.encodeList?.(this.#encodeItems(value, i, array === 'whole')));
      else if (Array.isArray(value))
        sizes.push(row === undefined ? this.#spread(value, i, parameters) : this.#spreadRows(value, i, parameters));
      else if (value === undefined) throw sqlError('sql.undefined-value', this.#places[i]);
      else throw engineError('engine.not-a-list', this.#places[i], describe(value));
    }
    const limit = this.#dialect.capabilities.maxParameters;
    if (parameters.length > limit) throw engineError('engine.too-many-parameters', parameters.length, limit, this.#dialect.title);
    if (this.sql !== null) return { sql: this.sql, parameters };
    const size = sizes.join();
    let sql = this.#texts.get(size);
    if (sql === undefined) {
      sql = this.#text(sizes);
      this.#texts.set(size, sql);
    }
    return { sql, parameters };
  }

  /** A list in a list of no known type is a row of values, which would be taken for JSON. */
  #item(value: unknown, slot: number): unknown {
    if (Array.isArray(value) && this.#slots[slot].type.name === 'unknown')
      throw sqlError(
        'sql.bad-argument',
        this.#places[slot],
        'a list of values (for rows of values: tuple(a, b).in(rows))',
        'a list in the list',
      );
    return this.#value(value, slot);
  }

  #encodeItems(list: readonly unknown[], slot: number, nulls = false): unknown[] {
    const encoded: unknown[] = [];
    // No row equals NULL, so it is left out: x NOT IN (1, NULL) would be true for nothing.
    for (const value of list)
      if (value !== null) encoded.push(this.#item(value, slot));
      else if (nulls) encoded.push(null);
    return encoded;
  }

  /** Adds a list's values to the parameters, and answers how much room its text must have. */
  #spread(list: readonly unknown[], slot: number, parameters: unknown[]): number {
    const encoded = this.#encodeItems(list, slot);
    const source = this.#dialect.listSource;
    if (source !== undefined && encoded.length > source.from && this.#slots[slot].around === undefined) {
      const one = source.encode(encoded);
      if (one !== null) {
        parameters.push(one);
        return ONE_PARAMETER;
      }
    }
    let size = bucketSize(encoded.length);
    if (parameters.length + size > this.#dialect.capabilities.maxParameters) size = encoded.length;
    for (const value of encoded) parameters.push(value);
    for (let i = encoded.length; i < size; i++) parameters.push(encoded[encoded.length - 1]);
    return size;
  }

  /** The same of a list of rows. */
  #spreadRows(list: readonly unknown[], slot: number, parameters: unknown[]): number {
    const binds = this.#rows[slot] as readonly Bind[];
    const place = this.#places[slot];
    const encoded = list.map((row, n) => {
      if (!Array.isArray(row) || row.length !== binds.length)
        throw sqlError(
          'sql.bad-argument',
          `${place}, at ${n + 1},`,
          `a row of ${binds.length} values`,
          Array.isArray(row) ? `one of ${row.length}` : describe(row),
        );
      return row.map((value, i) => {
        if (value === undefined) throw sqlError('sql.undefined-value', `${place}, in row ${n + 1},`);
        return value === null ? null : binds[i](value, place);
      });
    });
    let size = bucketSize(encoded.length);
    if (parameters.length + size * binds.length > this.#dialect.capabilities.maxParameters) size = encoded.length;
    for (let n = 0; n < size; n++) for (const value of encoded[Math.min(n, encoded.length - 1)]) parameters.push(value);
    return size;
  }

  #text(sizes: readonly number[]): string {
    const { pieces } = this.compiled;
    const dialect = this.#dialect;
    let text = pieces[0];
    let position = 0;
    let list = 0;
    this.#slots.forEach((slot, i) => {
      const size = slot.expanding && !slot.array ? sizes[list++] : 1;
      if (size === ONE_PARAMETER) text += dialect.listSource?.sql(dialect.placeholder(++position), slot.type);
      else if (slot.row !== undefined) {
        const { word, pieces: around, none } = slot.row;
        const row = (): string => around.map((piece, n) => (n === 0 ? piece : dialect.placeholder(++position) + piece)).join('');
        text += size === 0 ? none : word + Array.from({ length: size }, row).join(', ');
      } else if (size === 0) text += dialect.emptyList?.(slot.type) ?? NOTHING;
      else {
        const [before, after] = slot.around ?? NOTHING_AROUND;
        for (let n = 0; n < size; n++) text += `${n === 0 ? '' : ', '}${before}${dialect.placeholder(++position)}${after}`;
      }
      text += pieces[i + 1];
    });
    return text;
  }
}

const CAPACITY = 500;

/** How a cache of plans does. */
export interface PlanCacheStatus {
  /** Plans that are kept. */
  readonly size: number;
  /** Statements whose plan was there, and those compiled anew, since the engine began. */
  readonly hits: number;
  readonly misses: number;
}

/** The plans of an engine by the shape of their statements; those not used lately are forgotten. SQLAlchemy: the compiled cache. */
export class PlanCache {
  readonly #plans: RecentCache<Plan>;
  #hits = 0;
  #misses = 0;

  constructor(capacity: number = CAPACITY) {
    this.#plans = new RecentCache(capacity);
  }

  get size(): number {
    return this.#plans.size;
  }

  /**
   * How many statements found their plan here. A program whose misses keep growing builds statements of ever new shapes:
   * values that are part of the text, or lists of columns that vary. SQLAlchemy: the `[cached since …]` of its log.
   * @example const { hits, misses } = db.engine.plans.status();
   */
  status(): PlanCacheStatus {
    return { size: this.size, hits: this.#hits, misses: this.#misses };
  }

  /** The plan for a statement, made if there is none yet. */
  get(dialect: Dialect, node: Node): Plan {
    const key = canonicalKey(node.key);
    let plan = this.#plans.get(key);
    if (plan === undefined) {
      this.#misses++;
      plan = makePlan(dialect, node, key);
      this.#plans.set(key, plan);
    } else this.#hits++;
    return plan;
  }

  /** The plan under a name of the caller's own; `build` makes the statement when there is none yet. */
  named(dialect: Dialect, key: string, build: () => Node): Plan {
    let plan = this.#plans.get(key);
    if (plan === undefined) {
      this.#misses++;
      plan = makePlan(dialect, build(), key);
      this.#plans.set(key, plan);
    } else this.#hits++;
    return plan;
  }

  clear(): void {
    this.#plans.clear();
  }
}
