import { createHash } from 'node:crypto';
import { quoter } from '../base/identifiers.ts';
import { RESERVED } from './reserved.ts';

/** PostgreSQL cuts longer names, and two that begin alike would then be one. */
const LONGEST = 63;
const HASH = 8;

const plain = quoter(RESERVED);
const shortened = new Map<string, string>();

/** The name as PostgreSQL keeps it: one that is too long gives its end for a hash of the whole. */
export function storedName(name: string): string {
  // A character has at most three bytes for each unit of its length.
  if (name.length * 3 <= LONGEST || Buffer.byteLength(name) <= LONGEST) return name;
  let short = shortened.get(name);
  if (short === undefined) {
    let start = name;
    while (Buffer.byteLength(start) > LONGEST - HASH - 1) start = [...start].slice(0, -1).join('');
    short = `${start}_${createHash('sha256').update(name).digest('hex').slice(0, HASH)}`;
    if (shortened.size < 10_000) shortened.set(name, short);
  }
  return short;
}

/** Quotes a name where it needs it. */
export function quote(name: string): string {
  return plain(storedName(name));
}
