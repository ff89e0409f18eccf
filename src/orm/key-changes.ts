import { makeUpdate } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import type { Table, TableColumn } from '../sql/schema.ts';
import { columnValue, sameValue } from './attributes.ts';
import { isA } from './hierarchy.ts';
import { identityOf, identityOfEntity } from './identity.ts';
import type { IdentityMap } from './identity-map.ts';
import { withDescendants } from './mapper.ts';
import { CHANGES, type Entity, MAPPER, type Mapper, ROW } from './mapping.ts';
import { bindOf, equals, storedValue, type Writer } from './persistence.ts';
import type { Undo } from './undo.ts';

/** What following changed keys needs of a session. */
export interface FollowingSession extends Writer {
  readonly identities: IdentityMap;
  readonly undo: Undo[];
}

/** An object whose row has other values now. */
export interface ChangedRow {
  readonly entity: Entity;
  readonly positions: readonly number[];
  readonly values: readonly unknown[];
  readonly changes: readonly unknown[];
}

/**
 * Rows that refer to a changed key follow it. The database does that by ON UPDATE CASCADE, and the session's objects are told
 * the new key; with `passiveUpdates: false` the rows are changed by an UPDATE first. SQLAlchemy: `passive_updates`.
 */
export async function followKeys(session: FollowingSession, mapper: Mapper, changed: readonly ChangedRow[]): Promise<void> {
  for (const relation of mapper.relations()) {
    if (relation.passiveUpdates || relation.viewOnly || relation.direction === 'manyToOne') continue;
    const columns =
      relation.through === null ? relation.remote.map((position) => relation.target.columns[position]) : relation.throughLocal;
    const [{ table }] = columns;
    for (const row of changed) {
      const { before, now } = keyOf(row, relation.local);
      if (!same(before, now)) await moveRows(session, table, columns, before, now);
    }
  }
  for (const other of session.identities.mappers().flatMap(withDescendants)) {
    for (const key of other.table.foreignKeys) {
      if (!mapper.tables.some((table) => table.fullName === key.targetTable)) continue;
      const own = key.columns.map((column) => other.positionOf(column));
      // What a class has from the one that it extends was looked at there.
      if (own.includes(-1) || (other.parent !== null && !key.columns.some((column) => other.parent?.positionOf(column) === -1))) continue;
      const referred = other.table.metadata.resolve(other.table, key).columns.map((column) => mapper.positionOf(column));
      const rows = changed.filter(({ positions }) => positions.some((position) => referred.includes(position)));
      const followed: ChangedRow[] = [];
      for (const row of rows) {
        const { before, now } = keyOf(row, referred);
        if (same(before, now)) continue;
        for (const child of [...session.identities.of(other).values()]) {
          if (!isA(child[MAPPER], other)) continue;
          const values = own.map((position) => columnValue(child, position));
          if (same(values, before)) followed.push(follow(session, child, own, now));
        }
      }
      // A key that is made of its parent's goes on to the rows below.
      if (followed.length > 0) await followKeys(session, other, followed);
    }
  }
}

function keyOf({ entity, positions, values, changes }: ChangedRow, key: readonly number[]): { before: unknown[]; now: unknown[] } {
  const now = key.map((position) => {
    const place = positions.indexOf(position);
    return place < 0 ? columnValue(entity, position) : values[place];
  });
  return { before: key.map((position) => storedValue(entity, position, changes)), now };
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.every((value, i) => sameValue(value, b[i]));
}

/** An object of the session takes the key that its row has now. */
function follow(session: FollowingSession, child: Entity, positions: readonly number[], values: readonly unknown[]): ChangedRow {
  const mapper = child[MAPPER];
  const row = child[ROW];
  const map = session.identities.of(mapper);
  const before = identityOfEntity(child);
  const changes = positions.flatMap((position) => [position, row[position]]);
  positions.forEach((position, i) => {
    row[position] = values[i];
  });
  const now = identityOf(mapper.keyPositions.map((position) => columnValue(child, position)));
  if (now !== before && child[CHANGES] === null) {
    if (map.get(before) === child) map.delete(before);
    map.set(now, child);
  }
  session.undo.push({ kind: 'update', entity: child, changes });
  return { entity: child, positions, values, changes };
}

async function moveRows(
  writer: Writer,
  table: Table,
  columns: readonly TableColumn[],
  before: readonly unknown[],
  now: readonly unknown[],
): Promise<void> {
  const build = (): Node =>
    makeUpdate({
      table: table.node,
      columns: columns.map((column) => column.name),
      values: columns.map(bindOf),
      where: equals(table, columns),
    });
  const name = columns.map((column) => column.position).join();
  await writer.run(table, `move:${table.node.id}:${name}`, build, [...now, ...before]);
}
