import { describe, sqlError } from './errors.ts';
import { Expression, junction, not } from './expression.ts';
import { make, makeBind } from './make.ts';
import type { Node } from './node.ts';
import { isKind } from './node-walk.ts';
import { type ExpressionLike, isQuery, type Operand, operand, type QueryLike, typeOf } from './operand.ts';
import { BOOLEAN, type SqlType, UNKNOWN } from './type.ts';

/**
 * A row of values, for comparing several columns at once. SQLAlchemy: `tuple_()`.
 * @example tuple(Post.c.userId, Post.c.id).in([[1, 2], [1, 3]])
 */
export function tuple<const E extends readonly ExpressionLike[]>(...items: E): Tuple<E> {
  if (items.length < 2) throw sqlError('sql.bad-argument', 'tuple()', 'two or more expressions', String(items.length));
  return new Tuple<E>(
    items.map((item) => operand(item, UNKNOWN, 'tuple()')),
    items.map(typeOf),
  );
}

/** A row to compare with: a value or an expression for each item, another tuple, or a select of one row. */
type RowOperand<E extends readonly ExpressionLike[]> = TupleValues<E> | TupleLike<E> | QueryLike;

/** What `in()` looks among. */
type Rows<E extends readonly ExpressionLike[]> =
  | readonly (TupleValues<E> | TupleLike<E>)[]
  | QueryLike
  | ExpressionLike<readonly TupleValues<E>[]>;

const EXPECTED = 'an array of rows, a select, or param() for rows that come when it runs';

type TupleValues<E extends readonly ExpressionLike[]> = { readonly [I in keyof E]: Operand<E[I]['~value']> };

interface TupleLike<E extends readonly ExpressionLike[]> {
  readonly '~tuple': { readonly [I in keyof E]: ExpressionLike<NonNullable<E[I]['~value']> | null> };
}

export class Tuple<E extends readonly ExpressionLike[]> {
  declare readonly '~tuple': E;
  readonly #items: readonly Node[];
  readonly #types: readonly SqlType[];
  constructor(items: readonly Node[], types: readonly SqlType[]) {
    this.#items = items;
    this.#types = types;
  }
  /**
   * Equal to one of these rows, or to a row of the select. A parameter gets its rows when the statement runs.
   * @example select(Seat.c.id).where(tuple(Seat.c.row, Seat.c.place).in(param('seats'))) // with { seats: [[1, 2], [1, 3]] }
   */
  in(rows: Rows<E>): Expression<boolean> {
    if (rows === undefined) throw sqlError('sql.undefined-value', 'tuple().in()');
    const left = make('list', { items: this.#items });
    if (isQuery(rows)) return new Expression(make('in', { operand: left, list: rows.node, negated: false }), BOOLEAN);
    if (rows instanceof Expression)
      return new Expression(make('in', { operand: left, list: this.#parameter(rows.node), negated: false }), BOOLEAN);
    if (!Array.isArray(rows)) throw sqlError('sql.bad-argument', 'tuple().in()', EXPECTED, describe(rows));
    if (rows.length === 0) return new Expression(make('constant', { value: false }), BOOLEAN);
    const lists = (rows as readonly unknown[]).map((row) => this.#row(row));
    return junction(
      'or',
      lists.map((right) => new Expression(make('binary', { operator: '=', left, right }), BOOLEAN)),
    );
  }
  /** Equal to none of these rows; an empty list matches everything. */
  notIn(rows: Rows<E>): Expression<boolean> {
    return not(this.in(rows));
  }
  /** Equal to this row. */
  eq(row: RowOperand<E>): Expression<boolean> {
    return this.#compare('=', row);
  }
  /** Different from this row. */
  ne(row: RowOperand<E>): Expression<boolean> {
    return this.#compare('<>', row);
  }
  /** Before this row, the first column counting most: the way to go on after a page's last row. */
  lt(row: RowOperand<E>): Expression<boolean> {
    return this.#compare('<', row);
  }
  /** Before this row, or equal to it. */
  le(row: RowOperand<E>): Expression<boolean> {
    return this.#compare('<=', row);
  }
  /** After this row. */
  gt(row: RowOperand<E>): Expression<boolean> {
    return this.#compare('>', row);
  }
  /** After this row, or equal to it. */
  ge(row: RowOperand<E>): Expression<boolean> {
    return this.#compare('>=', row);
  }
  /** From one row to another, both included. SQLAlchemy: `tuple_().between()`. */
  between(low: RowOperand<E>, high: RowOperand<E>): Expression<boolean> {
    return junction('and', [this.ge(low), this.le(high)]);
  }
  /** The parameter that gets the rows, as one of each item's type. */
  #parameter(node: Node): Node {
    if (isKind(node, 'raw')) return node;
    if (!isKind(node, 'bind') || node.name === null) throw sqlError('sql.bad-argument', 'tuple().in()', EXPECTED, 'an expression');
    const { name } = node;
    return make('rowList', { items: this.#types.map((type) => makeBind(undefined, type, { name })) });
  }
  #compare(operator: string, row: unknown): Expression<boolean> {
    const right = isQuery(row) ? make('scalar', { query: row.node }) : this.#row(row);
    return new Expression(make('binary', { operator, left: make('list', { items: this.#items }), right }), BOOLEAN);
  }
  #row(row: unknown): Node {
    const items = row instanceof Tuple ? row.#items : row;
    if (!Array.isArray(items)) throw sqlError('sql.bad-argument', 'tuple()', 'rows of values', describe(row));
    if (items.length !== this.#items.length) {
      throw sqlError('sql.bad-argument', 'tuple()', `rows of ${this.#items.length} values`, `one of ${items.length}`);
    }
    if (row instanceof Tuple) return make('list', { items });
    return make('list', { items: items.map((value, i) => operand(value, this.#types[i], 'tuple()')) });
  }
}
