/**
 * One object of each kind, kept as long as its owner. When a collection finds no object of a class, V8 drops the class's hidden
 * class, and with it all compiled code that reads such objects; a server between two requests has none.
 */
const SPECIMENS = new WeakMap<object, object>();

/** Keeps an object that nobody uses for the sake of those that are made like it. `owner` is what makes them. */
export function keepSpecimen(owner: object, specimen: object): void {
  SPECIMENS.set(owner, specimen);
}
