import { checkSeries, type SeriesOptions } from './column.ts';
import { describe, sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import { make } from './make.ts';
import type { Node } from './node.ts';
import { isKind } from './node-walk.ts';
import { INTEGER, type SqlType } from './type.ts';

/** What a sequence is made with. */
export interface SequenceOptions<V = number> extends SeriesOptions {
  readonly schema?: string | null;
  /** The type of its numbers: `t.bigInteger()`; `t.integer()` unless told. */
  readonly type?: { readonly '~value': V; readonly type: SqlType };
  /** Left out where a database has no sequences: the column's own numbering serves there. */
  readonly optional?: boolean;
}

const sequences = new WeakMap<Node, Sequence<unknown>>();

/**
 * A counter of the database. It belongs to the metadata that names it, or that has a table with it as a default, and is
 * created and dropped with its tables. SQLAlchemy: `Sequence`.
 *
 * @typeParam V the value of its numbers
 * @example
 * const orderNumbers = db.Sequence('order_numbers', { start: 1000 });
 * class Order extends db.Model('orders', { id: t.integer().primaryKey(), number: t.integer().default(orderNumbers.next()) }) {}
 */
export class Sequence<V = number> {
  readonly name: string;
  readonly schema: string | null;
  readonly type: SqlType;
  readonly series: SeriesOptions;
  readonly optional: boolean;

  constructor(name: string, options: SequenceOptions<V> = {}) {
    if (typeof name !== 'string' || name === '') throw sqlError('sql.bad-argument', 'new Sequence()', 'a name', describe(name));
    const { schema = null, type, optional = false, ...series } = options;
    checkSeries(series, `new Sequence('${name}')`);
    this.name = name;
    this.schema = schema;
    this.type = type?.type ?? INTEGER;
    this.series = series;
    this.optional = optional;
  }

  /** The name with its schema. */
  get fullName(): string {
    return this.schema === null ? this.name : `${this.schema}.${this.name}`;
  }

  /** Its next number, taken by the statement that the expression stands in. SQLAlchemy: `next_value()`. */
  next(): Expression<V> {
    const node = make('nextValue', { sequence: this.name, schema: this.schema, optional: this.optional });
    sequences.set(node, this as Sequence<unknown>);
    return new Expression<V>(node, this.type);
  }
}

/** The sequence whose next number this is; null for any other expression. */
export function sequenceBehind(node: Node): Sequence<unknown> | null {
  return isKind(node, 'nextValue') ? (sequences.get(node) ?? null) : null;
}
