import { make } from './make.ts';
import type { Node } from './node.ts';
import { RawFragment } from './raw.ts';
import { UNKNOWN } from './type.ts';

/** SQL text as it came from a database or a dialect. */
export function rawNode(text: string): Node {
  return make('raw', { pieces: [text], items: [] });
}

/** The same as a statement, or as an expression of a column. */
export function rawSql<R = Record<string, unknown>>(text: string): RawFragment<R> {
  return new RawFragment<R>(rawNode(text), UNKNOWN);
}
