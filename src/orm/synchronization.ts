import type { Capabilities } from '../dialects/base/dialect.ts';
import type { MaybePromise } from '../dialects/base/driver.ts';
import type { Engine } from '../engine/engine.ts';
import type { Result } from '../engine/result.ts';
import { Result as Rows } from '../engine/result.ts';
import { Delete } from '../sql/delete.ts';
import { makeSelect } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import type { Table } from '../sql/schema.ts';
import type { DeleteNode, UpdateNode } from '../sql/statement-nodes.ts';
import type { Update } from '../sql/update.ts';
import { type AttachingSession, letGo } from './attachment.ts';
import { hasCriteria } from './criteria.ts';
import { followEffects } from './database-effects.ts';
import { ormError } from './errors.ts';
import { type Evaluator, evaluator, isKeptAsGiven, NotEvaluable } from './evaluation.ts';
import { isA, tellsApart } from './hierarchy.ts';
import { identityOf } from './identity.ts';
import { cascadedFrom, deleteEffects, followCascades } from './key-changes.ts';
import { columnOf } from './mapped-source.ts';
import { byMapper, CHANGES, type Entity, isEntity, MAPPER, type Mapper } from './mapping.ts';
import { storedKey } from './persistence.ts';
import { type ReloadingSession, readByKeys } from './reloading.ts';
import { take } from './taken-values.ts';
import type { Undo } from './undo.ts';
import { isReferable } from './update-order.ts';

/**
 * How the session's objects follow a statement that changes or deletes rows: `'evaluate'` works the condition out in
 * JavaScript, `'fetch'` asks the database for the keys of the rows, `'auto'` does the first where it can and else the
 * second, `false` lets objects be. SQLAlchemy: `synchronize_session`.
 */
export type Synchronize = 'auto' | 'evaluate' | 'fetch' | false;

/** What objects that follow a statement over their rows need of a session. */
export interface FollowingSession extends AttachingSession, ReloadingSession {
  readonly identities: AttachingSession['identities'];
  readonly dirty: Set<Entity>;
  readonly watched: Set<Entity>;
  readonly suspects: Set<Entity> | null;
  partial: Set<Entity> | null;
  readonly undo: Undo[];
  /** Objects whose rows a statement deleted: they are detached when the transaction is committed. */
  readonly swept: Entity[];
  beginWriting(mappers: Iterable<Mapper>): MaybePromise<void>;
}

/** What a statement over many rows needs of a session. */
export interface SynchronizingSession extends FollowingSession {
  engineOf(table: Table): Engine;
  /** Runs a statement's node with its own values. */
  fetchNode(table: Table, node: Node, named: Readonly<Record<string, unknown>>): MaybePromise<unknown[][]>;
}

type RowStatement = Update<never, unknown> | Delete<never, unknown>;
type Named = Readonly<Record<string, unknown>> | undefined;

/** Runs an UPDATE or DELETE of a class's rows, and lets the session's objects follow. `run` runs a statement as it is. */
export async function changeRows(
  session: SynchronizingSession,
  mapper: Mapper,
  given: RowStatement,
  params: Named,
  synchronize: Exclude<Synchronize, false>,
  run: (statement: RowStatement) => Promise<Result<unknown>>,
): Promise<Result<unknown>> {
  await session.beginWriting([mapper]);
  const statement = given instanceof Delete ? given : given['~settled']();
  const node = statement.build();
  const work = new Synchronization(session, mapper, node, params);
  // Objects of several classes have several sets of columns, and criteria hide rows: the database says which are meant.
  const alike = mapper.parent === null && !tellsApart(mapper) && !hasCriteria();
  let matched = synchronize === 'fetch' || !alike ? null : work.evaluate();
  if (matched === null && synchronize === 'evaluate') throw ormError('orm.not-evaluable', mapper.name);
  // Rows that come back tell their new keys, and not whose they were.
  const changesKey = node.kind === 'update' && mapper.ownKey.some(({ name }) => node.columns.includes(name));
  let result: Result<unknown>;
  if (matched !== null) {
    result = await run(statement);
  } else if (
    !changesKey &&
    givesKeys(session.engineOf(mapper.table).dialect.capabilities, node) &&
    statement.projection === null &&
    node.table.kind === 'table'
  ) {
    const keys = mapper.ownKey.map((column) => mapper.table.attributes[column.position]);
    const returned = await run((statement as Update<never, unknown>).returning(...keys));
    const rows = returned.all() as unknown[][];
    const map = session.identities.of(mapper);
    matched = rows.flatMap((row) => map.get(identityOf(row)) ?? []);
    result = new Rows<unknown>([], rows.length);
  } else {
    matched = await work.fetch();
    if (changesKey) work.workOut(matched);
    result = await run(statement);
  }
  if (statement instanceof Delete) {
    const returned = statement.projection === null ? [] : result.all().flatMap((row) => Object.values(row as object));
    const own = returned.filter((value): value is Entity => isEntity(value) && isA(value[MAPPER], mapper));
    sweep(session, [...matched, ...own]);
  } else await work.follow(matched);
  return result;
}

/** Whether the statement itself can give the keys of its rows. */
function givesKeys({ returning, updateReturning = returning }: Capabilities, node: UpdateNode | DeleteNode): boolean {
  return node.kind === 'update' || node.using.length > 0 ? updateReturning : returning;
}

/** Objects whose rows a statement deleted leave the session, with those that the database deleted with them. */
export function sweep(session: FollowingSession, entities: readonly Entity[]): void {
  followEffects(session, deleteEffects(session, entities));
}

/** One statement over many rows, and the session's objects among them. */
class Synchronization {
  readonly #session: SynchronizingSession;
  readonly #mapper: Mapper;
  readonly #node: UpdateNode | DeleteNode;
  readonly #params: Named;
  /** What the objects get, worked out before their rows change; null where they must be read. */
  #values: Map<Entity, unknown[]> | null = null;

  constructor(session: SynchronizingSession, mapper: Mapper, node: UpdateNode | DeleteNode, params: Named) {
    this.#session = session;
    this.#mapper = mapper;
    this.#node = node;
    this.#params = params;
  }

  /** The objects that the condition holds for, worked out without the database; null where that cannot be. */
  evaluate(): Entity[] | null {
    const node = this.#node;
    const others = node.kind === 'update' ? node.from : node.using;
    if (others.length > 0 || node.orderBy.length > 0 || node.limit !== null) return null;
    try {
      const holds = node.where === null ? () => true : this.#evaluator(node.where);
      const matched = [...this.#session.identities.of(this.#mapper).values()].filter((entity) => holds(entity) === true);
      this.workOut(matched);
      return matched;
    } catch (error) {
      if (error instanceof NotEvaluable) return null;
      throw error;
    }
  }

  /** The session's objects among the rows that the condition finds in the database. */
  async fetch(): Promise<Entity[]> {
    const { table, keyPositions, ownKey } = this.#mapper;
    const { where, orderBy, limit, table: target, ...rest } = this.#node;
    const others = 'from' in rest ? rest.from : 'using' in rest ? rest.using : [];
    const keys = ownKey.map((column) => columnOf(target, column));
    const node = makeSelect({ columns: keys, from: [target, ...(others as readonly Node[])], where, orderBy, limit });
    const names = new Set(node.binds.flatMap((bind) => bind.name ?? []));
    const named = Object.fromEntries(Object.entries(this.#params ?? {}).filter(([name]) => names.has(name)));
    const map = this.#session.identities.of(this.#mapper);
    const codecs = this.#mapper.codecs();
    const found = new Set<Entity>();
    for (const row of await this.#session.fetchNode(table, node, named)) {
      const values = row.map((raw, i) => codecs[keyPositions[i]].decode?.(raw) ?? raw);
      const entity = map.get(identityOf(values));
      if (entity !== undefined) found.add(entity);
    }
    return [...found];
  }

  /** Gives the objects what their rows have now: what was worked out, or what is read. */
  async follow(matched: readonly Entity[]): Promise<void> {
    if (this.#node.kind !== 'update' || matched.length === 0) return;
    const session = this.#session;
    const mapper = this.#mapper;
    const columns = this.#setColumns();
    const referable = columns.some((position) => isReferable(mapper, position));
    if (this.#values !== null) {
      const valuesOf = (entity: Entity): unknown[] => this.#values?.get(entity) as unknown[];
      if (referable) {
        const rows = matched.map((entity) => ({ entity, positions: columns, values: valuesOf(entity), changes: entity[CHANGES] ?? [] }));
        followCascades(session, mapper, rows);
      }
      for (const entity of matched) take(session, entity, columns, valuesOf(entity));
      return;
    }
    await followRows(session, referable ? [...new Set([...matched, ...cascadedFrom(session, mapper, matched)])] : matched);
  }

  #evaluator(node: Node): Evaluator {
    const { dialect } = this.#session.engineOf(this.#mapper.table);
    const exactText = dialect.name === 'sqlite' || dialect.name === 'postgresql';
    return evaluator(node, { mapper: this.#mapper, target: this.#node.table, params: this.#params, exactText });
  }

  /** Where what an UPDATE sets is in the objects; -1 for a column that only a subclass has. */
  #setColumns(): number[] {
    const { columns } = this.#mapper;
    const names = this.#node.kind === 'update' ? this.#node.columns : [];
    return names.map((name) => columns.find((column) => column.name === name)?.position ?? -1);
  }

  /** Works out what an UPDATE gives the objects, if it says nothing that only the database knows. */
  workOut(matched: readonly Entity[]): void {
    if (this.#node.kind !== 'update') return;
    const { columns, workedOut } = this.#mapper;
    const set = this.#setColumns();
    if (workedOut.length > 0 || set.includes(-1)) return;
    try {
      const makers = this.#node.values.map((value) => this.#evaluator(value));
      const values = new Map<Entity, unknown[]>();
      for (const entity of matched) {
        const made = makers.map((make) => make(entity));
        if (!made.every((value, i) => isKeptAsGiven(columns[set[i]], value))) return;
        values.set(entity, made);
      }
      this.#values = values;
    } catch (error) {
      if (!(error instanceof NotEvaluable)) throw error;
    }
  }
}

/** Objects whose rows a statement changed take what the rows have now; those without a row are let go. */
export async function followRows(
  session: AttachingSession & ReloadingSession & { partial: Set<Entity> | null; readonly undo: Undo[] },
  entities: readonly Entity[],
): Promise<void> {
  for (const [mapper, list] of byMapper(entities)) {
    const keys = list.map((entity) => storedKey(entity, entity[CHANGES]));
    const rows = await readByKeys(session, mapper, keys);
    list.forEach((entity, i) => {
      const row = rows.get(identityOf(keys[i]));
      if (row === undefined) letGo(session, entity);
      else {
        const all = mapper.columns.map(({ position }) => position);
        take(session, entity, all, row);
        session.partial?.delete(entity);
      }
    });
  }
}
