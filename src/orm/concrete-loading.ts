import type { DriverRow } from '../dialects/base/driver.ts';
import type { AttachingSession } from './attachment.ts';
import { objectsOfUnion } from './concrete-objects.ts';
import type { UnionReading } from './concrete-reading.ts';
import { type LoadRequest, type Populate, withDefaults } from './load-request.ts';
import type { LoadingSession } from './loader.ts';
import type { Entity } from './mapping.ts';
import { populated } from './populating.ts';
import { loadRequests } from './request-loading.ts';

/** The objects of rows of a union with what is loaded beside them, each once, in the order of the rows. */
export async function entitiesOfUnion(
  session: LoadingSession & Pick<AttachingSession, 'partial'>,
  reading: UnionReading,
  rows: readonly DriverRow[],
  populate: Populate | null,
): Promise<Entity[]> {
  const { union, requests, choices } = reading;
  const made = objectsOfUnion(session, reading, rows, populate);
  if ([...(choices?.values() ?? [])].some(({ narrow }) => narrow === true)) session.later.drop();
  for (const [number, { mapper }] of union.parts.entries()) {
    const asked: readonly LoadRequest[] = withDefaults(mapper, requests.get(mapper) ?? []);
    if (asked.length > 0) await loadRequests(session, made.classes[number], populate === null ? asked : populated(asked, populate));
  }
  return [...new Set(made.rows)];
}
