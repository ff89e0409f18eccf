import { PACKED_CHUNK } from '../engine/packed-rows.ts';
import { make, makeUpdate } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import type { ForeignKey } from '../sql/schema.ts';
import { foreignKeysOf, mayLetGo } from './flush-order.ts';
import { CHANGES, type Entity, type Mapper } from './mapping.ts';
import { equals, matchedColumns, storedKey, type Writer } from './persistence.ts';

interface Batch {
  readonly mapper: Mapper;
  readonly entities: readonly Entity[];
}

/**
 * Rows whose parent goes before them let go of it first, where their key may be NULL. `rowwise`: those whose parent goes in
 * the same statement too, for databases that check foreign keys row by row. Rows of a batch that takes several statements may
 * be in another one than their parent. SQLAlchemy: `post_update`.
 */
export async function cutCircles(
  writer: Writer,
  batches: readonly Batch[],
  parentsOf: (entity: Entity, key: ForeignKey) => readonly Entity[],
  rowwise: boolean,
): Promise<void> {
  const turn = new Map<Entity, number>();
  for (const [i, { entities }] of batches.entries()) for (const entity of entities) turn.set(entity, i);
  for (const { mapper, entities } of batches) {
    const apart = rowwise || entities.length > PACKED_CHUNK || matchedColumns(mapper.writes[0]).length > 1;
    for (const key of foreignKeysOf(mapper)) {
      if (!key.columns.some(mayLetGo)) continue;
      const held = entities.filter((entity) =>
        parentsOf(entity, key).some((parent) => {
          const [first, own] = [turn.get(parent) ?? -1, turn.get(entity) ?? -1];
          return first < own || (first === own && (parent === entity ? rowwise : apart));
        }),
      );
      if (held.length > 0) await cut(writer, mapper, key, held);
    }
  }
}

/** These foreign keys become NULL, as far as they may. */
export async function cut(writer: Writer, mapper: Mapper, key: ForeignKey, entities: readonly Entity[]): Promise<void> {
  const { table } = key.columns[0];
  const free = key.columns.filter(mayLetGo);
  const keys = mapper.tables.length === 1 ? mapper.ownKey : (table.primaryKey?.columns ?? []);
  const build = (): Node =>
    makeUpdate({
      table: table.node,
      columns: free.map((column) => column.name),
      values: free.map(() => make('constant', { value: null })),
      where: equals(table, keys),
    });
  const rows = entities.map((entity) => storedKey(entity, entity[CHANGES]));
  const answer = writer.runMany(table, `cut:${table.node.id}:${key.name}`, build, rows);
  if (answer instanceof Promise) await answer;
}
