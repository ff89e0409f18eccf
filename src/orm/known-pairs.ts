import { make, makeBind, makeSelect } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import { conjunction } from '../sql/operand.ts';
import { identityOf } from './identity.ts';
import type { LoadingSession } from './loader.ts';
import { columnOf } from './mapped-source.ts';
import { type Entity, PERSISTENT, RELATED, type Relationship, STATUS } from './mapping.ts';
import { rowValue } from './persistence.ts';
import { EntityCollection } from './related.ts';

/** Pairs that are looked up in one statement. */
const CHUNK = 200;

interface Candidate {
  readonly collection: EntityCollection;
  readonly member: Entity;
}

/**
 * What was added to a many-to-many collection that is not loaded may be in it already: such pairs are looked up, so that
 * they are not inserted twice.
 */
export async function dropKnownPairs(session: LoadingSession, owners: Iterable<Entity>): Promise<void> {
  const candidates = new Map<Relationship, Candidate[]>();
  for (const owner of owners) {
    for (const collection of owner[STATUS] === PERSISTENT ? (owner[RELATED] ?? []) : []) {
      if (!(collection instanceof EntityCollection) || collection.items !== null || collection.added === null || collection.replaced)
        continue;
      const { relation } = collection;
      if (relation.direction !== 'manyToMany') continue;
      for (const member of [...collection.added]) {
        if (member[STATUS] !== PERSISTENT) continue;
        const other = relation.back === null ? null : member[RELATED]?.[relation.back.position];
        // The loaded side knows.
        if (other instanceof EntityCollection && other.items !== null) {
          if (!other.added?.has(owner)) collection.added.delete(member);
          continue;
        }
        const list = candidates.get(relation) ?? [];
        list.push({ collection, member });
        candidates.set(relation, list);
      }
    }
  }
  for (const [relation, list] of candidates) {
    for (let start = 0; start < list.length; start += CHUNK) await lookUp(session, relation, list.slice(start, start + CHUNK));
  }
}

async function lookUp(session: LoadingSession, relation: Relationship, list: readonly Candidate[]): Promise<void> {
  // Keys that this flush changes are not changed yet.
  const keyOf = (entity: Entity, positions: readonly number[]): unknown[] => positions.map((position) => rowValue(entity, position));
  const through = relation.through as NonNullable<Relationship['through']>;
  const columns = [...relation.throughLocal, ...relation.throughRemote];
  const pairs = list.map(({ collection, member }) => [...keyOf(collection.owner, relation.local), ...keyOf(member, relation.remote)]);
  const any = pairs.map(
    (pair) =>
      conjunction(
        columns.map((column, i) =>
          make('binary', { operator: '=', left: columnOf(through.node, column), right: makeBind(pair[i], column.type) }),
        ),
      ) as Node,
  );
  const node = makeSelect({
    columns: columns.map((column) => columnOf(through.node, column)),
    from: [through.node],
    where: any.length === 1 ? any[0] : make('junction', { operator: 'or', items: any }),
  });
  const rows = await session.fetch(
    through,
    node.key,
    () => node,
    node.binds.map((bind) => bind.value),
  );
  // A through table's columns have the types of the keys they point at.
  const codecs = [
    ...relation.local.map((position) => relation.mapper.codecs()[position]),
    ...relation.remote.map((position) => relation.target.codecs()[position]),
  ];
  const known = new Set(rows.map((row) => identityOf(codecs.map(({ decode }, i) => (decode === null ? row[i] : decode(row[i]))))));
  list.forEach(({ collection, member }, i) => {
    if (known.has(identityOf(pairs[i]))) collection.added?.delete(member);
  });
}
