import type { ForeignKey, Table, TableColumn } from '../sql/schema.ts';
import { columnValue, sameValue } from './attributes.ts';
import { ormError } from './errors.ts';
import { levelsOf, type Wait } from './levels.ts';
import { byMapper, type Entity, hasChange, MAPPER, type Mapper } from './mapping.ts';
import { rowValue } from './persistence.ts';
import { uniquesOf } from './update-order.ts';

/** A foreign key that the flush sets: the child's columns take the parent's key, or NULL. */
export interface KeyAssignment {
  readonly child: Entity;
  readonly positions: readonly number[];
  readonly parent: Entity | null;
  readonly parentPositions: readonly number[];
  /** Set by an UPDATE of its own, whatever the order of the rows. */
  readonly post: boolean;
}

/** Rows of one class that are written together. */
export interface Batch {
  readonly mapper: Mapper;
  readonly entities: readonly Entity[];
}

/** One kind of write for rows of one class; updates may be of several that take each other's values. */
export interface SaveStep extends Batch {
  readonly kind: 'insert' | 'update';
}

export interface SaveOrder {
  readonly steps: readonly SaveStep[];
  /** Keys that are set by an UPDATE of their own, since the rows refer to each other in a circle. */
  readonly deferred: readonly KeyAssignment[];
}

/** The foreign keys of a class's tables that lead to rows of other objects: one that ties its own tables does not. */
export function foreignKeysOf({ tables }: Mapper): ForeignKey[] {
  if (tables.length === 1) return tables[0].foreignKeys as ForeignKey[];
  return tables.flatMap((table, i) =>
    table.foreignKeys.filter(({ columns, targetTable }) => i === 0 || !isTie(table, columns, tables.slice(0, i), targetTable)),
  );
}

function isTie(table: Table, columns: readonly TableColumn[], above: readonly Table[], target: string): boolean {
  return columns.every((column) => table.primaryKey?.columns.includes(column)) && above.some(({ fullName }) => fullName === target);
}

/** Whether a column of a foreign key may become NULL, so that its row leads nowhere. */
export function mayLetGo({ nullable, primaryKey }: TableColumn): boolean {
  return nullable && !primaryKey;
}

const NONE: ReadonlySet<Mapper> = new Set();

/**
 * Groups classes so that each group comes after those its tables refer to. A group of several, or one that refers to
 * itself, is a circle of tables, in which rows have to be ordered one by one. Classes of the hierarchies in `together` are one group.
 */
export function orderMappers(
  mappers: readonly Mapper[],
  together: ReadonlySet<Mapper> = NONE,
): { readonly mappers: readonly Mapper[]; readonly circular: boolean }[] {
  const byTable = new Map<string, Mapper[]>();
  for (const mapper of mappers) for (const { fullName } of mapper.tables) byTable.set(fullName, [...(byTable.get(fullName) ?? []), mapper]);
  const targets = (mapper: Mapper): Mapper[] => [
    ...foreignKeysOf(mapper).flatMap((key) => byTable.get(key.targetTable) ?? []),
    ...(together.has(mapper.root) ? mappers.filter(({ root }) => root === mapper.root) : []),
  ];
  // Tarjan's strongly connected components come out with what is referred to first.
  const index = new Map<Mapper, number>();
  const low = new Map<Mapper, number>();
  const stack: Mapper[] = [];
  const groups: { mappers: Mapper[]; circular: boolean }[] = [];
  const visit = (mapper: Mapper): void => {
    index.set(mapper, index.size);
    low.set(mapper, index.get(mapper) as number);
    stack.push(mapper);
    for (const target of targets(mapper)) {
      if (!index.has(target)) {
        visit(target);
        low.set(mapper, Math.min(low.get(mapper) as number, low.get(target) as number));
      } else if (stack.includes(target)) low.set(mapper, Math.min(low.get(mapper) as number, index.get(target) as number));
    }
    if (low.get(mapper) !== index.get(mapper)) return;
    const group = stack.splice(stack.indexOf(mapper));
    groups.push({ mappers: group, circular: group.length > 1 || targets(mapper).includes(mapper) });
  };
  for (const mapper of mappers) if (!index.has(mapper)) visit(mapper);
  return groups;
}

function batchesOf(entities: readonly Entity[]): Batch[] {
  return [...byMapper(entities)].map(([mapper, list]) => ({ mapper, entities: list }));
}

/**
 * Saves in an order in which every parent is there before its children. Within a class updates come first, so that a
 * unique value that an update gives up can be taken by a new row; updates that wait for a new row come after it.
 */
export function orderSaves(
  inserts: readonly Entity[],
  updates: readonly Entity[],
  assignments: ReadonlyMap<Entity, readonly KeyAssignment[]>,
  together: ReadonlySet<Mapper> = NONE,
): SaveOrder {
  const steps: SaveStep[] = [];
  const deferred = [...assignments.values()].flatMap((list) => list.filter(({ post }) => post));
  const insertsOf = byMapper(inserts);
  const updatesOf = byMapper(updates);
  const add = (kind: SaveStep['kind'], batches: readonly Batch[]): void => {
    for (const batch of batches) if (batch.entities.length > 0) steps.push({ kind, ...batch });
  };
  for (const { mappers, circular } of orderMappers([...new Set([...insertsOf.keys(), ...updatesOf.keys()])], together)) {
    if (!circular) {
      const [mapper] = mappers;
      add('update', [{ mapper, entities: updatesOf.get(mapper) ?? [] }]);
      add('insert', [{ mapper, entities: insertsOf.get(mapper) ?? [] }]);
      continue;
    }
    const added = mappers.flatMap((mapper) => insertsOf.get(mapper) ?? []);
    const changed = mappers.flatMap((mapper) => updatesOf.get(mapper) ?? []);
    // What refers to a row of another class finds it written already.
    const fresh = new Set(added);
    const later = [...followers(changed, assignments), ...givers(changed, fresh, assignments)];
    const put = new Set(later);
    deferred.push(...later);
    const waits = (entity: Entity): boolean =>
      (assignments.get(entity) ?? []).some((a) => !a.post && a.parent !== null && fresh.has(a.parent) && !put.has(a));
    const mixed = mappers.some(({ root }) => together.has(root));
    const batches = (list: readonly Entity[]): Batch[] => (mixed ? [{ mapper: mappers[0], entities: list }] : batchesOf(list));
    add('update', batches(changed.filter((entity) => !waits(entity))));
    add('insert', levels(added, assignments, deferred));
    add('update', batches(changed.filter(waits)));
  }
  return { steps, deferred };
}

/** The keys of changed rows that lead to others whose keys change too: those others may be written later. */
function followers(changed: readonly Entity[], assignments: ReadonlyMap<Entity, readonly KeyAssignment[]>): KeyAssignment[] {
  if (changed.length < 2) return [];
  const all = new Set(changed);
  return changed.flatMap((entity) =>
    (assignments.get(entity) ?? []).filter(
      ({ post, parent, parentPositions }) =>
        !post &&
        parent !== null &&
        parent !== entity &&
        all.has(parent) &&
        parentPositions.some((position) => !sameValue(rowValue(parent, position), columnValue(parent, position))),
    ),
  );
}

/** The keys that changed rows take from new ones, where they give up a unique value that a new row may take: it is given up first. */
function givers(
  changed: readonly Entity[],
  fresh: ReadonlySet<Entity>,
  assignments: ReadonlyMap<Entity, readonly KeyAssignment[]>,
): KeyAssignment[] {
  if (fresh.size === 0) return [];
  return changed.flatMap((entity) => {
    const taken = (assignments.get(entity) ?? []).filter(({ post, parent }) => !post && parent !== null && fresh.has(parent));
    if (taken.length === 0) return taken;
    return uniquesOf(entity[MAPPER]).some(({ positions }) => positions.some((position) => hasChange(entity, position))) ? taken : [];
  });
}

/** Rows of a circle of tables, level by level: first those that wait for nobody. */
function levels(
  entities: readonly Entity[],
  assignments: ReadonlyMap<Entity, readonly KeyAssignment[]>,
  deferred: KeyAssignment[],
): Batch[] {
  const waits = new Map<Entity, readonly ParentWait[]>();
  const waitsOf = (entity: Entity): readonly ParentWait[] => {
    let own = waits.get(entity);
    if (own === undefined) {
      own = (assignments.get(entity) ?? []).flatMap((assignment) =>
        assignment.post || assignment.parent === null ? [] : [{ item: entity, on: assignment.parent, assignment }],
      );
      waits.set(entity, own);
    }
    return own;
  };
  const loosen = (left: ReadonlySet<Entity>, openOf: (entity: Entity) => ParentWait[]): ParentWait[] => {
    for (const entity of left)
      for (const wait of openOf(entity)) {
        if (!canWait(entity, wait.assignment, assignments.get(entity) ?? [])) continue;
        deferred.push(wait.assignment);
        return [wait];
      }
    throw ormError('orm.circular-rows', [...new Set([...left].map((entity) => entity[MAPPER].table.name))].join(', '));
  };
  return [...levelsOf(entities, waitsOf, loosen)].flatMap(batchesOf);
}

/** Whether a new row can do without a key at first: a part of it may be NULL, and something else says the rest. */
function canWait(entity: Entity, { positions }: KeyAssignment, all: readonly KeyAssignment[]): boolean {
  const { columns } = entity[MAPPER];
  const bound = positions.filter((position) => !mayLetGo(columns[position]));
  if (bound.length === positions.length) return false;
  return bound.every(
    (position) =>
      columnValue(entity, position) != null ||
      all.some((other) => other.positions !== positions && other.parent !== null && !other.post && other.positions.includes(position)),
  );
}

/** A new row waits for the one that its key is taken from. */
interface ParentWait extends Wait<Entity> {
  readonly assignment: KeyAssignment;
}

/** A row to delete comes after the row that it refers to; the whole is turned round at the end. */
interface DeleteWait extends Wait<Entity> {
  /** The key may become NULL, so that the row referred to can go first. */
  readonly loose: boolean;
}

/** Rows to delete in an order in which every child goes before its parents. `parentsOf` gives the rows that a row refers to by a key. */
export function orderDeletes(entities: readonly Entity[], parentsOf: (entity: Entity, key: ForeignKey) => readonly Entity[]): Batch[] {
  const batches: Batch[] = [];
  for (const { mappers, circular } of orderMappers([...new Set(entities.map((entity) => entity[MAPPER]))])) {
    const own = entities.filter((entity) => mappers.includes(entity[MAPPER]));
    if (!circular) {
      batches.push(...batchesOf(own));
      continue;
    }
    // Levels of parents first; the whole is turned round at the end.
    const waits = new Map(own.map((item) => [item, deleteWaits(item, parentsOf)]));
    // Rows in a circle let go of each other where their keys may be NULL. The others go in one statement, at whose end the database checks their keys.
    const loosen = (left: ReadonlySet<Entity>, openOf: (entity: Entity) => DeleteWait[]): DeleteWait[] | null => {
      const loose = [...left].flatMap((entity) => openOf(entity).filter((wait) => wait.loose));
      return loose.length > 0 ? loose : null;
    };
    for (const level of levelsOf(own, (entity) => waits.get(entity) ?? [], loosen)) batches.push(...batchesOf(level));
  }
  return batches.reverse();
}

/** The rows that one refers to, each once: held by one key that may not be NULL, it is held. */
function deleteWaits(item: Entity, parentsOf: (entity: Entity, key: ForeignKey) => readonly Entity[]): DeleteWait[] {
  const held = new Map<Entity, boolean>();
  for (const key of foreignKeysOf(item[MAPPER])) {
    const loose = key.columns.some(mayLetGo);
    for (const on of parentsOf(item, key)) if (on !== item) held.set(on, loose && held.get(on) !== false);
  }
  return [...held].map(([on, loose]) => ({ item, on, loose }));
}
