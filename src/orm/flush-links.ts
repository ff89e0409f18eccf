import type { Table } from '../sql/schema.ts';
import type { FlushPlan, LinkChange } from './flush-plan.ts';
import type { Entity, Relationship } from './mapping.ts';
import { rowValue, type Writer } from './persistence.ts';
import { deleteRows } from './row-deletes.ts';
import { insertPairs } from './row-inserts.ts';

/** Rows of a table between: the places of their columns, and their values row after row. */
interface Pairs {
  readonly columns: readonly number[];
  readonly values: unknown[];
}

/** Where the columns of the table between get their values, in the table's order. */
interface Cell {
  readonly column: number;
  /** A column of the owner, or of the member. */
  readonly owner: boolean;
  readonly position: number;
}

function cellsOf(relation: Relationship): Cell[] {
  return [
    ...relation.throughLocal.map((column, i) => ({ column: column.position, owner: true, position: relation.local[i] })),
    ...relation.throughRemote.map((column, i) => ({ column: column.position, owner: false, position: relation.remote[i] })),
  ].sort((a, b) => a.column - b.column);
}

/** Pairs that were said before, by the object whose columns come first in the table between. */
type Said = Map<Entity, Set<Entity>>;

function saidBefore(said: Said, first: Entity, second: Entity): boolean {
  const others = said.get(first);
  if (others === undefined) {
    said.set(first, new Set([second]));
    return false;
  }
  if (others.has(second)) return true;
  others.add(second);
  return false;
}

/** Tables that more lead through than a relation and its back, whose pairs the plan says once. */
function crowdedTables(changes: readonly LinkChange[]): Set<Table> {
  const first = new Map<Table, Relationship>();
  const crowded = new Set<Table>();
  for (const { relation } of changes) {
    if (relation.through === null) continue;
    const other = first.get(relation.through);
    if (other === undefined) first.set(relation.through, relation);
    else if (other !== relation && other !== relation.back) crowded.add(relation.through);
  }
  return crowded;
}

/** Pairs of a many-to-many relation by the table between, each once whichever relation says it. */
function pairsOf(changes: readonly LinkChange[], pick: (change: LinkChange) => readonly Entity[]): Map<Table, Pairs> {
  const tables = new Map<Table, Pairs>();
  const cells = new Map<Relationship, Cell[]>();
  const saids = new Map([...crowdedTables(changes)].map((table): [Table, Said] => [table, new Map()]));
  for (const change of changes) {
    const { relation, owner } = change;
    const members = pick(change);
    const { through } = relation;
    if (through === null || members.length === 0) continue;
    let own = cells.get(relation);
    if (own === undefined) {
      own = cellsOf(relation);
      cells.set(relation, own);
    }
    let pairs = tables.get(through);
    if (pairs === undefined) {
      pairs = { columns: own.map((cell) => cell.column), values: [] };
      tables.set(through, pairs);
    }
    const { values } = pairs;
    const said = saids.get(through);
    const ownerFirst = own[0].owner;
    const fixed = own.map((cell) => (cell.owner ? rowValue(owner, cell.position) : undefined));
    for (const member of members) {
      if (said !== undefined && (ownerFirst ? saidBefore(said, owner, member) : saidBefore(said, member, owner))) continue;
      for (let i = 0; i < own.length; i++) values.push(own[i].owner ? fixed[i] : rowValue(member, own[i].position));
    }
  }
  return tables;
}

/** Deletes the rows between that relations gave up, and those of owners that go, by the keys from before this flush changes them. */
export async function removeLinks(session: Writer, plan: FlushPlan): Promise<void> {
  for (const [table, { columns, values }] of pairsOf(plan.links, (change) => change.removed)) {
    const keys: unknown[][] = [];
    for (let i = 0; i < values.length; i += columns.length) keys.push(values.slice(i, i + columns.length));
    await deleteRows(
      session,
      table,
      columns.map((position) => table.columns[position]),
      keys,
    );
  }
  const owners = new Map<Relationship, Entity[]>();
  for (const { relation, owner } of plan.unlinked) {
    const list = owners.get(relation);
    if (list === undefined) owners.set(relation, [owner]);
    else list.push(owner);
  }
  for (const [relation, list] of owners) {
    if (relation.through === null) continue;
    await deleteRows(
      session,
      relation.through,
      relation.throughLocal,
      list.map((owner) => relation.local.map((position) => rowValue(owner, position))),
    );
  }
}

/** Inserts the rows between that relations gained. */
export async function addLinks(session: Writer, plan: FlushPlan): Promise<void> {
  for (const [table, { columns, values }] of pairsOf(plan.links, (change) => change.added))
    await insertPairs(
      session,
      table,
      columns.map((position) => table.columns[position]),
      values,
    );
}
