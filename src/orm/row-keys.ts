import type { DriverRow } from '../dialects/base/driver.ts';
import { columnValue } from './attributes.ts';
import { identityOf } from './identity.ts';
import type { Entity, WriteTarget } from './mapping.ts';

/** Types whose values come back from the database as they were given, but for the case of a UUID's letters. */
const FAITHFUL = new Set(['integer', 'smallInteger', 'tinyInteger', 'mediumInteger', 'bigInteger', 'string', 'text', 'enum', 'uuid']);

/** Whether rows that come back in any order can be told apart by the keys that were given for them. */
export function hasFaithfulKey({ keyPositions, columns }: WriteTarget): boolean {
  return keyPositions.every((position) => FAITHFUL.has(columns[position].type.name));
}

/** Rows that begin with their keys, by those keys. */
export function rowsByKey(mapper: WriteTarget, rows: readonly DriverRow[]): Map<unknown, DriverRow> {
  const codecs = mapper.codecs();
  const byKey = new Map<unknown, DriverRow>();
  for (const row of rows)
    byKey.set(
      matchOf(
        mapper,
        mapper.keyPositions.map((position, i) => codecs[position].decode?.(row[i]) ?? row[i]),
      ),
      row,
    );
  return byKey;
}

/** What the row of an object is found by among those. */
export function matchOfEntity(mapper: WriteTarget, entity: Entity): unknown {
  return matchOf(
    mapper,
    mapper.keyPositions.map((position) => columnValue(entity, position)),
  );
}

function matchOf({ keyPositions, columns }: WriteTarget, key: readonly unknown[]): unknown {
  return identityOf(
    key.map((value, i) => (columns[keyPositions[i]].type.name === 'uuid' && typeof value === 'string' ? value.toLowerCase() : value)),
  );
}
