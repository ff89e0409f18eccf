/** What a function of SQL takes and gives. */
export type Value = string | number | bigint | null;

/** A function of SQL, and an aggregate that can also be a window. */
export interface SqliteFunctions {
  define(name: string, run: (...args: Value[]) => Value): void;
  aggregate<T>(name: string, of: SqliteAggregate<T>): void;
}

/** An aggregate by what it has gathered: with one more value, without one that has left the window, and what comes of it. */
export interface SqliteAggregate<T> {
  start(): T;
  step(gathered: T, value: Value): T;
  inverse(gathered: T, value: Value): T;
  result(gathered: T): Value;
}
