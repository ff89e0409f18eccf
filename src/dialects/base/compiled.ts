import type { SqlType } from '../../sql/type.ts';

/** Where a parameter of the SQL text gets its value. */
export interface Slot {
  /** The place among the statement's binds. */
  readonly index: number;
  readonly type: SqlType;
  /** One value that is a list, spread into as many parameters when the statement runs. */
  readonly expanding: boolean;
  /**
   * The list stays one parameter, an array, whatever its length. `'given'`: what is no list is one in the database's own form;
   * `'whole'`: so it is, and NULLs are items.
   */
  readonly array?: boolean | 'given' | 'whole';
  /** The name under which the value is given with the execution, or null. */
  readonly name: string | null;
  /** A value that the parameter's type brought itself; `index` is −1 then. */
  readonly constant?: unknown;
  /** SQL around each parameter of a list. */
  readonly around?: readonly [before: string, after: string];
  /** The list is one of rows. */
  readonly row?: RowSlot;
}

/** How each row of a list of rows is written. */
export interface RowSlot {
  /** What stands before all of them. */
  readonly word: string;
  /** The text around the values of one row, and their types. */
  readonly pieces: readonly string[];
  readonly types: readonly SqlType[];
  /** What stands for no rows at all: a query that gives none. */
  readonly none: string;
}

/** A statement as SQL text for one database. */
export interface Compiled {
  /** The text around the parameters: one piece more than there are slots. */
  readonly pieces: readonly string[];
  readonly slots: readonly Slot[];
  /** The types of the columns that it gives; empty where it gives no rows or the columns are not known (SQL by hand). */
  readonly columns: readonly SqlType[];
  readonly returnsRows: boolean;
  /** It may change data, so it belongs in a transaction. */
  readonly writes: boolean;
  /** What is allowed and seldom meant, such as rows beside rows without a condition. */
  readonly warnings?: readonly string[];
}
