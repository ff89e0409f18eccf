import type { Dialect } from '../dialects/base/dialect.ts';
import type { DriverRow } from '../dialects/base/driver.ts';
import { storedType } from '../dialects/base/type-names.ts';
import { chosenFor } from '../sql/dialect-choice.ts';
import type { TableColumn } from '../sql/schema.ts';
import { relatedUnion } from './concrete-relations.ts';
import { identityOf } from './identity.ts';
import type { Entity, Relationship } from './mapping.ts';
import { isByTarget } from './related-statement.ts';

/** Related objects under the identity of the parent that each belongs to. */
export interface OwnerGroups {
  readonly found: ReadonlyMap<unknown, Entity[]>;
  /** Adds the object of a row to its parent's. */
  readonly add: (entity: Entity, row: DriverRow) => void;
}

/**
 * Groups the rows of a relation by their parents. `repeats`: an object may come to one parent again, and counts once; `asked`: the
 * identities of all parents, where they are known before.
 */
export function groupByOwner(
  relation: Relationship,
  repeats: boolean = mayRepeat(relation),
  asked: readonly unknown[] | null = null,
): OwnerGroups {
  const found = new Map<unknown, Entity[]>();
  const owner = ownerOf(relation, asked);
  const seen = repeats ? new Map<Entity[], Set<Entity>>() : null;
  const add = (entity: Entity, row: DriverRow): void => {
    const identity = owner(row);
    let list = found.get(identity);
    if (list === undefined) {
      list = [];
      found.set(identity, list);
    }
    if (seen === null || isNew(seen, list, entity)) list.push(entity);
  };
  return { found, add };
}

/** Whether a list does not have the object yet, of which it has it now. */
function isNew(seen: Map<Entity[], Set<Entity>>, list: Entity[], one: Entity): boolean {
  let members = seen.get(list);
  if (members === undefined) {
    members = new Set();
    seen.set(list, members);
  }
  if (members.has(one)) return false;
  members.add(one);
  return true;
}

/** Nothing keeps rows of the table between from standing there twice. */
export function mayRepeat({ join, through, throughLocal, throughRemote }: Relationship): boolean {
  // By a condition, a row may be related in several ways.
  if (join !== null) return true;
  if (through === null) return false;
  const columns = [...throughLocal, ...throughRemote];
  const held = (key: readonly unknown[] | undefined): boolean => key?.every((column) => columns.includes(column as never)) === true;
  return !held(through.primaryKey?.columns) && !through.uniques.some((unique) => held(unique.columns));
}

/** Finds the parent's key in a row, as the parent has it where `asked` says the identities of all. */
export function ownerOf(relation: Relationship, asked: readonly unknown[] | null = null): (row: DriverRow) => unknown {
  const owner = keyReader(relation);
  if (asked === null || !asked.some((identity) => typeof identity === 'string')) return owner;
  const known = new Set(asked);
  let alike: ((identity: string) => unknown) | null = null;
  return (row) => {
    const identity = owner(row);
    if (known.has(identity) || typeof identity !== 'string') return identity;
    alike ??= findAlike(known);
    return alike(identity);
  };
}

/** Collations that tell every character from others. */
const EXACT = /^(binary|c|posix)$|_(bin2?|cs)(_|$)/i;

/** Whether a database may hold different texts of a column equal. */
export function isLoose({ type, collation }: TableColumn, { name, capabilities }: Dialect): boolean {
  const stored = storedType(type, name);
  if (stored.name === 'native') {
    const { words = '' } = stored;
    return (typeof words === 'string' ? words : chosenFor(words, name)) === 'citext';
  }
  if (!TEXTS.has(stored.name)) return false;
  return collation === null ? capabilities.looseText === true : !EXACT.test(collation);
}

const TEXTS: ReadonlySet<string> = new Set(['string', 'char', 'text', 'enum', 'uuid']);

const withoutCase = (text: string): string => text.trimEnd().toLowerCase();
const withoutMarks = (text: string): string => withoutCase(text).normalize('NFKD').replace(/\p{M}/gu, '');

/** What collations leave aside of a text, the least first. */
export const FOLDS: readonly ((text: string) => string)[] = [withoutCase, withoutMarks];

/**
 * Finds the text that a database holds equal to another one: its collation may leave case, accents and blanks at the end aside. A row
 * was asked for by one of the texts, so the nearest is the one.
 */
export function findAlike(known: ReadonlySet<unknown>): (text: string) => unknown {
  const maps = FOLDS.map((fold) => {
    const texts = [...known].filter((one) => typeof one === 'string');
    return { fold, texts: new Map(texts.map((text) => [fold(text), text])) };
  });
  return (text) => {
    for (const { fold, texts } of maps) {
      const found = texts.get(fold(text));
      if (found !== undefined) return found;
    }
    return text;
  };
}

/** Reads the parent's key out of a row: among the target's columns, or after them where a table stands between. */
function keyReader(relation: Relationship): (row: DriverRow) => unknown {
  const width = relation.target.rowColumns.length;
  const byTarget = isByTarget(relation);
  // Of several classes, the keys stand after all that their union has.
  const after = relation.overUnion ? relatedUnion(relation).columns.length : width;
  const places = byTarget && !relation.overUnion ? relation.remote : relation.local.map((_, i) => after + i);
  const [first] = places;
  const kind = byTarget ? relation.target.kinds[first] : relation.mapper.kinds[relation.local[0]];
  // A number that stands for a number is its own identity; others stand for a boolean, a decimal, or what a type makes of it.
  const plain = places.length === 1 && (kind === 'number' || kind === 'bigint');
  return (row) => {
    const raw = row[first];
    if (plain && typeof raw === 'number') return raw;
    const codecs = byTarget ? relation.target.codecs() : [];
    const local = relation.mapper.codecs();
    const values = places.map((place, i) => {
      // A through table's columns have the types of the keys they point at.
      const codec = byTarget ? codecs[relation.remote[i]] : local[relation.local[i]];
      return codec.decode === null ? row[place] : codec.decode(row[place]);
    });
    return identityOf(values);
  };
}
