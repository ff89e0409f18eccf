import { describe } from '../../sql/errors.ts';
import type { SqlType } from '../../sql/type.ts';
import { badValue } from './codecs.ts';
import type { Codec } from './dialect.ts';
import { dialectError } from './errors.ts';
import { decodePortable, encodePortable, type Portable } from './portable-values.ts';

/** Applies `change` to the elements of lists that are nested `depth` deep; `bad` answers for what is no list, or too deep a one. */
export function mapNested<E>(value: unknown, depth: number, change: (element: E) => unknown, bad: (got: string) => Error): unknown[] {
  if (!Array.isArray(value)) throw bad(describe(value));
  return Array.from(value as unknown[], (item) => (depth > 1 ? mapNested(item, depth - 1, change, bad) : change(item as E)));
}

/** What an array column takes, for messages. */
function expectedOf(depth: number): string {
  return depth === 1 ? 'an array' : `arrays nested ${depth} deep`;
}

/** A check of an array's value: nested as deep as its type says, the lists of one depth equally long, and no undefined. */
export function checkArray(type: SqlType, value: unknown, where?: string): void {
  const depth = type.dimensions ?? 1;
  const bad = (got: string): Error => badValue('array', expectedOf(depth), got, where);
  mapNested(
    value,
    depth,
    (element) => {
      if (element === undefined) throw bad('one with undefined');
      return element;
    },
    bad,
  );
  if (depth > 1) rectangular(value as unknown[][], bad);
}

function rectangular(lists: readonly (readonly unknown[])[], bad: (got: string) => Error): void {
  for (const list of lists) if (list.length !== lists[0].length) throw bad('lists of different lengths');
  if (Array.isArray(lists[0]?.[0])) rectangular(lists.flat() as unknown as unknown[][], bad);
}

/** Arrays where the database has none, as JSON text. Equal arrays have equal texts. */
export function arrayTextCodec(type: SqlType, element: Codec): Codec {
  const inner = type.inner as SqlType;
  const depth = type.dimensions ?? 1;
  return {
    bind: (value, where) => {
      checkArray(type, value, where);
      const bad = (got: string): Error => badValue('array', expectedOf(depth), got, where);
      return JSON.stringify(mapNested(value, depth, (item) => encodePortable(element, item, where), bad));
    },
    decode: (raw) => {
      const bad = (got: string): Error => dialectError('driver.undecodable', 'array', 'a JSON array', got);
      let value: unknown;
      try {
        value = JSON.parse(raw as string);
      } catch {
        throw bad(typeof raw === 'string' ? 'another text' : describe(raw));
      }
      return mapNested<Portable>(value, depth, (item) => decodePortable(element, inner, item), bad);
    },
  };
}
