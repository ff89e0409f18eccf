import { engineError } from './errors.ts';

/** What a statement gave: its rows, or how many rows it changed. SQLAlchemy: `Result`. */
export class Result<R = unknown> implements Iterable<R> {
  /** Rows that were changed; for a query, 0. */
  readonly rowCount: number;
  /** The key that the database made for the last row inserted, where it tells. */
  readonly lastInsertId: number | bigint | null;
  readonly #rows: readonly R[];

  constructor(rows: readonly R[], rowCount = 0, lastInsertId: number | bigint | null = null) {
    this.#rows = rows;
    this.rowCount = rowCount;
    this.lastInsertId = lastInsertId;
  }

  /** All rows. */
  all(): R[] {
    return [...this.#rows];
  }
  /** The first row, or null. */
  first(): R | null {
    return this.#rows.length === 0 ? null : this.#rows[0];
  }
  /** The only row. Throws NoResultFound or MultipleResultsFound. */
  one(): R {
    if (this.#rows.length === 0) throw engineError('result.none');
    return this.oneOrNone() as R;
  }
  /** The only row, or null. Throws MultipleResultsFound. SQLAlchemy: `one_or_none()`. */
  oneOrNone(): R | null {
    if (this.#rows.length > 1) throw engineError('result.several', this.#rows.length);
    return this.first();
  }
  /** The first value of the first row, or null. */
  scalar(): ScalarOf<R> | null {
    return this.#rows.length === 0 ? null : scalarOf(this.#rows[0]);
  }
  /** The first value of each row. */
  scalars(): ScalarOf<R>[] {
    return this.#rows.map(scalarOf);
  }
  [Symbol.iterator](): Iterator<R> {
    return this.#rows[Symbol.iterator]();
  }
}

/** The type of a row's first value; of an object's, any of its values' types. */
export type ScalarOf<R> = R extends readonly [infer V, ...unknown[]]
  ? V
  : R extends readonly (infer V)[]
    ? V
    : R extends object
      ? R[keyof R]
      : R;

function scalarOf<R>(row: R): ScalarOf<R> {
  return (Array.isArray(row) ? row[0] : Object.values(row as object)[0]) as ScalarOf<R>;
}
