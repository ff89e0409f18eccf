import type { DriverRow } from '../dialects/base/driver.ts';
import type { UnionReading } from './concrete-union.ts';
import { type LoadRequest, type Populate, withDefaults } from './load-request.ts';
import { entitiesOfRows, type LoadingSession } from './loader.ts';
import type { Entity } from './mapping.ts';
import { populated } from './populating.ts';
import { loadRequests } from './request-loading.ts';

/** The objects of rows of a union, each of its own class and with the identity that it has there, in the order of the rows. */
export async function entitiesOfUnion(
  session: LoadingSession,
  { union: { parts }, requests }: UnionReading,
  rows: readonly DriverRow[],
  populate: Populate | null,
): Promise<Entity[]> {
  const own: DriverRow[][] = parts.map(() => []);
  const order = rows.map((row): readonly [number, number] => {
    const number = Number(row[0]);
    return [number, own[number].push(parts[number].places.map((place) => (place < 0 ? null : row[place]))) - 1];
  });
  const made = parts.map(({ mapper, dispatch }, number) => {
    if (own[number].length === 0) return [];
    mapper.useDialect(session.engineOf(mapper.table).dialect);
    populate?.(mapper, own[number], null, { dispatch });
    return entitiesOfRows(session, mapper, own[number], false, dispatch);
  });
  const entities = order.map(([number, place]) => made[number][place]);
  for (const [number, { mapper }] of parts.entries()) {
    const asked: readonly LoadRequest[] = withDefaults(mapper, requests.get(mapper) ?? []);
    if (asked.length > 0) await loadRequests(session, made[number], populate === null ? asked : populated(asked, populate));
  }
  return [...new Set(entities)];
}
