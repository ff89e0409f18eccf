import type { AttachingSession } from './attachment.ts';
import { placesOf } from './column-choice.ts';
import { identityOfRow } from './identity.ts';
import type { LoadRequest, Populate } from './load-request.ts';
import { noteLater, ownRow } from './loader.ts';
import { type Mapper, ROW } from './mapping.ts';
import { type ReloadingSession, replaceRow } from './reloading.ts';

/** What a query that populates needs of a session. */
export type PopulatingSession = ReloadingSession & Pick<AttachingSession, 'identities' | 'removed' | 'suspects'>;

/**
 * The populating of one query. Each object is taken from its first row alone: what was loaded onto it since would be forgotten
 * with another.
 */
export function populating(session: PopulatingSession): Populate {
  const done = new Map<Mapper, Set<unknown>>();
  return (mapper, rows, columns, { offset = 0, dispatch = mapper.dispatch } = {}) => {
    const skipped = new Set(columns?.skipped);
    const seen = done.get(mapper.root) ?? new Set();
    done.set(mapper.root, seen);
    const map = session.identities.of(mapper);
    for (const row of rows) {
      const identity = identityOfRow(mapper, row, offset);
      if (identity === undefined || seen.has(identity)) continue;
      seen.add(identity);
      const known = map.get(identity);
      if (known === undefined || session.removed.has(known)) continue;
      const own = ownRow(mapper, known, row.slice(offset, offset + mapper.rowColumns.length), dispatch);
      // What this query does not read stays as it was, unless it is read later.
      placesOf(mapper, known, dispatch).forEach((place, i) => {
        if (skipped.has(place) && dispatch?.skipped.includes(place) !== true) own[i] = known[ROW][i];
      });
      replaceRow(session, known, own);
      if (dispatch !== null) noteLater(session, dispatch, known);
      session.suspects?.add(known);
    }
  };
}

/** Requests whose objects are populated too. */
export function populated(requests: readonly LoadRequest[], populate: Populate): LoadRequest[] {
  return requests.map((request) => ({ ...request, populate, nested: populated(request.nested, populate) }));
}
