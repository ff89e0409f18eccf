import { canonicalKey, makeSelect } from '../sql/make.ts';
import { markPartial } from './attachment.ts';
import { readNode } from './column-choice.ts';
import type { Member } from './hierarchy.ts';
import { identityOf, identityOfRow } from './identity.ts';
import { announce, complete, type LaterColumns, type LoadingSession } from './loader.ts';
import { addedFrom, columnOf } from './mapped-source.ts';
import { CHANGES, type Entity, type Mapper, PERSISTENT, SESSION, STATUS } from './mapping.ts';
import { storedKey } from './persistence.ts';
import { isAmong } from './related-statement.ts';

/** Objects whose further columns one statement reads. */
const CHUNK = 500;
/** Keys of several columns make one condition each, so fewer go into a statement. */
const COMPOSITE_CHUNK = 100;

/** What reading columns later needs of a session. */
export interface LaterSession extends LoadingSession {
  partial: Set<Entity> | null;
}

/**
 * The objects of a session that queries of a class above have found without the columns of their own class: one statement for each
 * such class brings them, before whoever asked sees the objects. SQLAlchemy: `selectin_polymorphic()`.
 */
export class LaterLoads implements LaterColumns {
  readonly #session: LaterSession;
  #waiting: Map<Entity, Mapper> | null = null;
  /** What other queries are reading, whose objects this one may have found too. */
  #running: Promise<unknown> | null = null;

  constructor(session: LaterSession) {
    this.#session = session;
  }

  note(entity: Entity, top: Mapper): void {
    this.#waiting ??= new Map();
    this.#waiting.set(entity, top);
  }

  settle(): Promise<void> | undefined {
    if (this.#waiting === null && this.#running === null) return undefined;
    return this.#settle();
  }

  drop(): void {
    for (const entity of this.#waiting?.keys() ?? []) {
      markPartial(this.#session, entity);
      announce(this.#session, entity);
    }
    this.#waiting = null;
  }

  async #settle(): Promise<void> {
    const before = this.#running;
    const own = this.#read();
    const all = Promise.allSettled([before, own]);
    this.#running = all;
    try {
      await own;
      await before;
    } finally {
      if (this.#running === all) this.#running = null;
    }
  }

  async #read(): Promise<void> {
    // A class below one that loads later may load later than that.
    while (this.#waiting !== null) {
      const waiting = this.#waiting;
      this.#waiting = null;
      const groups = new Map<Mapper, Entity[]>();
      for (const [entity, top] of waiting) {
        // Should the statement fail, the next query that finds the object reads them.
        markPartial(this.#session, entity);
        if (entity[SESSION] === this.#session && entity[STATUS] === PERSISTENT) groups.set(top, [...(groups.get(top) ?? []), entity]);
      }
      for (const [top, entities] of groups) await this.#readGroup(top as Member, entities);
    }
  }

  async #readGroup(top: Member, entities: readonly Entity[]): Promise<void> {
    const keyed = new Map(entities.map((entity) => [identityOf(storedKey(entity, entity[CHANGES])), entity]));
    const keys = entities.map((entity) => storedKey(entity, entity[CHANGES]));
    const { table, ownKey, rowColumns, inherited, keyPositions } = top;
    const { node } = table;
    const added = rowColumns.slice(inherited);
    // What is worked out may name columns of the classes above.
    const from = added.some(({ formula }) => formula !== undefined) ? top.from : addedFrom(top);
    const near = ownKey.map((column) => columnOf(node, column));
    const columns = [...near, ...added.map((column) => readNode(node, column))];
    const chunk = ownKey.length === 1 ? CHUNK : COMPOSITE_CHUNK;
    for (let start = 0; start < keys.length; start += chunk) {
      const part = keys.slice(start, start + chunk).map((key) => (ownKey.length === 1 ? key[0] : key));
      const statement = makeSelect({ columns, from: [from], where: isAmong(near, ownKey, part) });
      const values = statement.binds.map((bind) => bind.value);
      for (const row of await this.#session.fetch(table, canonicalKey(statement.key), () => statement, values)) {
        const whole: unknown[] = Array.from({ length: inherited }, () => undefined);
        keyPositions.forEach((position, i) => {
          whole[position] = row[i];
        });
        for (let i = ownKey.length; i < row.length; i++) whole.push(row[i]);
        const entity = keyed.get(identityOfRow(top, whole));
        if (entity !== undefined) this.#take(top, entity, whole);
      }
    }
  }

  #take(top: Mapper, entity: Entity, row: unknown[]): void {
    const session = this.#session;
    session.partial?.delete(entity);
    complete(session, top, entity, row);
    if (this.#waiting?.has(entity) !== true) announce(session, entity);
  }
}
