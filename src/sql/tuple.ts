import { describe, sqlError } from './errors.ts';
import { Expression, type ExpressionLike, isQuery, junction, not, operand, type QueryLike, typeOf } from './expression.ts';
import { make } from './make.ts';
import type { Node } from './node.ts';
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

type TupleValues<E extends readonly ExpressionLike[]> = { readonly [I in keyof E]: E[I]['~value'] };

export class Tuple<E extends readonly ExpressionLike[]> {
  readonly #items: readonly Node[];
  readonly #types: readonly SqlType[];
  constructor(items: readonly Node[], types: readonly SqlType[]) {
    this.#items = items;
    this.#types = types;
  }
  /** Equal to one of these rows of values. */
  in(rows: readonly TupleValues<E>[] | QueryLike): Expression<boolean> {
    if (rows === undefined) throw sqlError('sql.undefined-value', 'tuple().in()');
    const left = make('list', { items: this.#items });
    if (isQuery(rows)) return new Expression(make('in', { operand: left, list: rows.node, negated: false }), BOOLEAN);
    if (rows.length === 0) return new Expression(make('constant', { value: false }), BOOLEAN);
    const lists = rows.map((row) => this.#row(row));
    return junction(
      'or',
      lists.map((right) => new Expression(make('binary', { operator: '=', left, right }), BOOLEAN)),
    );
  }
  /** Equal to none of these rows of values; an empty list matches everything. */
  notIn(rows: readonly TupleValues<E>[] | QueryLike): Expression<boolean> {
    return not(this.in(rows));
  }
  /** Equal to this row of values. */
  eq(row: TupleValues<E>): Expression<boolean> {
    return this.#compare('=', row);
  }
  /** Different from this row of values. */
  ne(row: TupleValues<E>): Expression<boolean> {
    return this.#compare('<>', row);
  }
  /** Before this row of values, the first column counting most: the way to go on after a page's last row. */
  lt(row: TupleValues<E>): Expression<boolean> {
    return this.#compare('<', row);
  }
  /** Before this row of values, or equal to it. */
  le(row: TupleValues<E>): Expression<boolean> {
    return this.#compare('<=', row);
  }
  /** After this row of values. */
  gt(row: TupleValues<E>): Expression<boolean> {
    return this.#compare('>', row);
  }
  /** After this row of values, or equal to it. */
  ge(row: TupleValues<E>): Expression<boolean> {
    return this.#compare('>=', row);
  }
  #compare(operator: string, row: readonly unknown[]): Expression<boolean> {
    return new Expression(make('binary', { operator, left: make('list', { items: this.#items }), right: this.#row(row) }), BOOLEAN);
  }
  #row(row: readonly unknown[]): Node {
    if (!Array.isArray(row)) throw sqlError('sql.bad-argument', 'tuple()', 'rows of values', describe(row));
    if (row.length !== this.#items.length) {
      throw sqlError('sql.bad-argument', 'tuple()', `rows of ${this.#items.length} values`, `one of ${row.length}`);
    }
    return make('list', { items: row.map((value, i) => operand(value, this.#types[i], 'tuple()')) });
  }
}
