import type { DriverRow } from '../dialects/base/driver.ts';
import type { AttachingSession } from './attachment.ts';
import { blank, settleChoice } from './column-choice.ts';
import type { UnionReading } from './concrete-reading.ts';
import { wholeChoice } from './concrete-union.ts';
import type { Populate } from './load-request.ts';
import { entitiesOfRows, type LoadingSession } from './loader.ts';
import type { Entity } from './mapping.ts';

/** The objects of rows of a union: one for each row, and those of each class. */
export interface UnionObjects {
  readonly rows: readonly Entity[];
  readonly classes: readonly (readonly Entity[])[];
}

/** Makes the objects of rows of a union, each of its own class and with the identity that it has there. */
export function objectsOfUnion(
  session: LoadingSession & Pick<AttachingSession, 'partial'>,
  { union: { parts }, choices }: Pick<UnionReading, 'union' | 'choices'>,
  rows: readonly DriverRow[],
  populate: Populate | null,
): UnionObjects {
  const own: DriverRow[][] = parts.map(() => []);
  const order = rows.map((row): readonly [number, number] => {
    const number = Number(row[0]);
    return [number, own[number].push(parts[number].places.map((place) => row[place])) - 1];
  });
  const made = parts.map(({ mapper, dispatch }, number): Entity[] => {
    const read = own[number];
    if (read.length === 0) return [];
    mapper.useDialect(session.engineOf(mapper.table).dialect);
    const choice = choices?.get(mapper);
    const { skipped } = choice ?? wholeChoice(mapper);
    // Another class may have asked for a column that waits in this one.
    for (const row of read) for (const place of skipped) row[place] = null;
    populate?.(mapper, read, choice ?? null, { dispatch });
    if (choice === undefined) return entitiesOfRows(session, mapper, read, false, dispatch);
    const kept = choice.filled.length === 0 ? [] : read.map((row) => [...row]);
    blank(read, choice);
    const entities = entitiesOfRows(session, mapper, read, false, dispatch);
    settleChoice(session, mapper, kept, entities, choice);
    return entities;
  });
  return { rows: order.map(([number, place]) => made[number][place]), classes: made };
}
