import { columnValue, differs } from './attributes.ts';
import { earlyDeletes, type KeyCut, type TakenValue } from './early-deletes.ts';
import { type KeyAssignment, mayLetGo, orderSaves } from './flush-order.ts';
import { givenUp, isStored, type Preparation, type PreparationSession } from './flush-preparation.ts';
import { CHANGES, type Entity, hasChange, MAPPER, PERSISTENT, RELATED, type Relationship, STATUS } from './mapping.ts';
import { belongsElsewhere } from './parentage.ts';
import { rowValue } from './persistence.ts';
import { EntityCollection } from './related.ts';
import { rowSwitches } from './row-switch.ts';
import { handingOver } from './update-order.ts';

/** All that a flush will do, worked out without I/O. */
export interface FlushPlan {
  readonly inserts: readonly Entity[];
  readonly updates: readonly Entity[];
  readonly deletes: readonly Entity[];
  readonly assignments: ReadonlyMap<Entity, readonly KeyAssignment[]>;
  readonly order: ReturnType<typeof orderSaves>;
  /** Deleted before anything is inserted: rows whose unique values or keys new rows of their class may take. */
  readonly early: readonly Entity[];
  /** Keys of rows that stay, which become NULL before that. */
  readonly cuts: readonly KeyCut[];
  /** What rows that are deleted later let go of before that. */
  readonly released: readonly TakenValue[];
  /** New objects that take over the rows of deleted ones. */
  readonly switches: ReadonlyMap<Entity, Entity>;
  readonly links: readonly LinkChange[];
  readonly unlinked: Preparation['unlinked'];
  /** Collections that changed, with their owners' relations, to settle afterwards. */
  readonly collections: readonly EntityCollection[];
}

/** What a many-to-many relation of one owner gains and loses. */
export interface LinkChange {
  readonly relation: Relationship;
  readonly owner: Entity;
  readonly added: readonly Entity[];
  readonly removed: readonly Entity[];
}

/** The pairs that one side of a many-to-many relation says. Where both sides do, it is the one whose columns come first. */
function saidBy(
  { owner, relation, added, removed }: EntityCollection,
  side: 'added' | 'removed',
  { created, dirty }: Pick<PreparationSession, 'created' | 'dirty'>,
  gone: ReadonlySet<Entity>,
): Entity[] {
  const { back, throughLocal, throughRemote } = relation;
  const speaker = back !== null && !back.viewOnly && throughRemote[0].position < throughLocal[0].position ? back : null;
  const said: Entity[] = [];
  for (const member of (side === 'added' ? added : removed) ?? []) {
    if (side === 'added' ? !isStored(member) || gone.has(member) : member[STATUS] !== PERSISTENT) continue;
    // The other side says it only if the flush sees it there.
    const seen = (side === 'added' || owner[STATUS] === PERSISTENT) && !gone.has(member) && (dirty.has(member) || created.has(member));
    if (speaker !== null && seen) {
      const other = member[RELATED]?.[speaker.position];
      if (other instanceof EntityCollection && other[side]?.has(owner)) continue;
    }
    said.push(member);
  }
  return said;
}

/** Plans a flush; null where there is nothing to write. Pure: it reads the objects and changes nothing. */
export function planFlush(
  session: Pick<PreparationSession, 'created' | 'dirty' | 'removed' | 'identities'>,
  preparation: Preparation,
): FlushPlan | null {
  const deletes = [...session.removed].filter((entity) => entity[STATUS] === PERSISTENT);
  const gone = new Set(deletes);
  const created = [...session.created];
  const inserts = gone.size === 0 ? created : created.filter((entity) => !gone.has(entity));
  const touched = [...session.dirty].filter((entity) => entity[STATUS] === PERSISTENT);
  const assignments = new Map<Entity, KeyAssignment[]>();
  const links: LinkChange[] = [];
  const collections: EntityCollection[] = [];
  const assign = (assignment: KeyAssignment, replace: boolean): void => {
    const list = assignments.get(assignment.child) ?? [];
    const place = list.findIndex((a) => a.positions.join() === assignment.positions.join());
    if (place < 0) list.push(assignment);
    else if (replace) list[place] = assignment;
    assignments.set(assignment.child, list);
  };
  const letGo = (assignment: KeyAssignment, owner: Entity, relation: Relationship): void => {
    if (!belongsElsewhere(owner, relation, assignment.child)) assign(assignment, false);
  };
  for (const owner of [...inserts, ...touched]) {
    const mapper = owner[MAPPER];
    const related = owner[RELATED];
    if (related === null) continue;
    for (const relation of mapper.relations()) {
      const value = related[relation.position];
      if (relation.viewOnly) continue;
      const post = relation.postUpdate || relation.back?.postUpdate === true;
      if (relation.many) {
        if (!(value instanceof EntityCollection)) continue;
        if (value.added !== null || value.removed !== null || value.before !== null) collections.push(value);
        if (relation.direction === 'manyToMany') {
          if (gone.has(owner)) continue;
          const added = saidBy(value, 'added', session, gone);
          const removed = saidBy(value, 'removed', session, gone);
          if (added.length > 0 || removed.length > 0) links.push({ relation, owner, added, removed });
          continue;
        }
        const { remote: positions, local: parentPositions } = relation;
        if (!gone.has(owner))
          for (const child of value.added ?? []) assign({ child, positions, parent: owner, parentPositions, post }, true);
        if (relation.passiveDeletes !== 'all')
          for (const child of value.removed ?? []) letGo({ child, positions, parent: null, parentPositions, post }, owner, relation);
      } else if (relation.direction === 'manyToOne') {
        const changed = hasChange(owner, mapper.columns.length + relation.position);
        if (!changed && (owner[STATUS] === PERSISTENT || !value)) continue;
        if (changed && value === undefined) continue;
        // A foreign key set by value, with the relation only following an old parent's list, keeps its value.
        assign(
          { child: owner, positions: relation.local, parent: value as Entity | null, parentPositions: relation.remote, post },
          value !== null,
        );
      } else {
        const { remote: positions, local: parentPositions } = relation;
        for (const child of givenUp(owner, relation)) letGo({ child, positions, parent: null, parentPositions, post }, owner, relation);
        if (value && !gone.has(owner)) {
          const changed = hasChange(owner, mapper.columns.length + relation.position) || owner[STATUS] !== PERSISTENT;
          if (changed) assign({ child: value as Entity, positions, parent: owner, parentPositions, post }, true);
        }
      }
    }
  }
  for (const assignment of preparation.nullified) assign(assignment, false);
  for (const [child, list] of assignments)
    list.forEach((assignment, i) => {
      if (assignment.parent === null && assignment.positions.length > 1) list[i] = cleared(child, assignment);
    });
  const updates = new Set(touched.filter((entity) => !gone.has(entity) && columnsChanged(entity)));
  for (const [child, list] of assignments) {
    if (child[STATUS] === PERSISTENT && !gone.has(child) && list.some((a) => wouldChange(a))) updates.add(child);
  }
  if (inserts.length + updates.size + deletes.length + links.length + preparation.unlinked.length === 0) return null;
  const changed = [...updates];
  const switches = rowSwitches(session.identities, inserts, gone, assignments);
  const added = switches.size === 0 ? inserts : inserts.filter((entity) => !switches.has(entity));
  const kept = new Set(switches.values());
  const ordered = orderSaves(
    added,
    switches.size === 0 ? changed : [...changed, ...switches.keys()],
    assignments,
    handingOver(added, changed),
  );
  return {
    inserts,
    updates: changed,
    deletes,
    assignments,
    order: ordered,
    ...earlyDeletes(added, changed, kept.size === 0 ? deletes : deletes.filter((entity) => !kept.has(entity)), [...kept], assignments),
    switches,
    links,
    unlinked: preparation.unlinked,
    collections,
  };
}

/** Of a key of several columns those become NULL that may: one is enough to lead nowhere, and others may say whose the row is. */
function cleared(child: Entity, assignment: KeyAssignment): KeyAssignment {
  const { positions, parentPositions } = assignment;
  const free = positions.filter((position) => mayLetGo(child[MAPPER].columns[position]));
  if (free.length === 0 || free.length === positions.length) return assignment;
  return { ...assignment, positions: free, parentPositions: free.map((position) => parentPositions[positions.indexOf(position)]) };
}

/** Whether a column holds another value than its row. */
export function columnsChanged(entity: Entity): boolean {
  const changes = entity[CHANGES];
  const width = entity[MAPPER].columns.length;
  if (changes !== null)
    for (let i = 0; i < changes.length; i += 2)
      if ((changes[i] as number) < width && differs(entity, changes[i] as number, changes[i + 1])) return true;
  return false;
}

function wouldChange({ child, positions, parent, parentPositions }: KeyAssignment): boolean {
  return positions.some((position, i) => {
    const next = parent === null ? null : columnValue(parent, parentPositions[i]);
    const now = String(columnValue(child, position));
    if (next === undefined || String(next) !== now) return true;
    // A row with this very value follows another parent, which gives it up in this flush.
    return parent !== null && (parent[STATUS] !== PERSISTENT || String(rowValue(parent, parentPositions[i])) !== now);
  });
}
