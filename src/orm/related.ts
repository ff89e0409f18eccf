import { inspect } from 'node:util';
import { describe } from '../sql/errors.ts';
import { Expression } from '../sql/expression.ts';
import { make, makeBind, makeColumn } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import { conjunction, type ExpressionLike } from '../sql/operand.ts';
import { BOOLEAN } from '../sql/type.ts';
import { columnValue } from './attributes.ts';
import { ormError } from './errors.ts';
import { isA } from './hierarchy.ts';
import { identityOf, nameOf } from './identity.ts';
import { knownOne, relatedOf } from './known-related.ts';
import {
  DELETED,
  DETACHED,
  type Entity,
  hasChange,
  isEntity,
  MAPPER,
  PENDING,
  PERSISTENT,
  RELATED,
  type Relationship,
  ROW,
  recordChange,
  SESSION,
  STATUS,
  TRANSIENT,
} from './mapping.ts';
import { isNotLoaded } from './not-loaded.ts';
import { rowValue } from './persistence.ts';
import { refuseSecondOwner } from './single-owner.ts';
import { keepSpecimen } from './specimens.ts';

/** The one implementation of both. It fires no statements of its own: its owner's session does. */
export class EntityCollection implements PromiseLike<readonly Entity[]> {
  readonly owner: Entity;
  readonly relation: Relationship;
  /** The objects in order, or null where they are not loaded. */
  items: Entity[] | null;
  /** Added and removed since the last flush. */
  added: Set<Entity> | null = null;
  removed: Set<Entity> | null = null;
  /** What a loaded collection held at the last flush, kept when it is first changed. */
  before: readonly Entity[] | null = null;
  /** `set()` on a collection that is not loaded: at the flush, all that is not added goes. */
  replaced = false;
  /** Loaded with a filter or a limit: good for reading, but not all there is. */
  partial = false;
  /** `set()` put what it holds into another order. */
  reordered = false;
  /** `set()` said what it holds, so that even an empty one is meant. */
  given = false;
  #index: Set<Entity> | null = null;

  constructor(owner: Entity, relation: Relationship, items: Entity[] | null) {
    this.owner = owner;
    this.relation = relation;
    this.items = items;
  }

  get isLoaded(): boolean {
    return this.items !== null;
  }
  /** Whether all related objects are here. */
  get isWhole(): boolean {
    return this.items !== null && !this.partial;
  }

  add(...objects: Entity[]): void {
    for (const object of objects) append(this.owner, this.relation, this.#checked(object), true);
  }
  remove(...objects: Entity[]): void {
    for (const object of objects) detach(this.owner, this.relation, this.#checked(object), true);
  }
  set(objects: Iterable<Entity>): void {
    let next = [...objects].map((object) => this.#checked(object));
    const { bulkReplace } = this.relation.listeners;
    if (bulkReplace.length > 0) {
      for (const listener of bulkReplace) listener(this.owner, next);
      // A handler may have taken objects out of the list, or put others in.
      next = next.map((object) => this.#checked(object));
    }
    const wanted = new Set(next);
    this.given = true;
    if (this.items === null) {
      refuseViewOnly(this.relation);
      this.replaced = true;
      const session = this.owner[SESSION];
      const { back, target } = this.relation;
      const held = new Set(this.added);
      // Members that the session knows need not wait for the flush to lose their owner.
      if (session !== null && back !== null)
        for (const member of [...session.objectsOf(target)]) if (isHeldBy(member, back, this.owner)) held.add(member);
      for (const object of held) if (!wanted.has(object)) detach(this.owner, this.relation, object, true);
      session?.touch(this.owner);
    } else for (const object of [...this.items]) if (!wanted.has(object)) detach(this.owner, this.relation, object, true);
    for (const object of next) append(this.owner, this.relation, object, true);
    if (this.items !== null && wanted.size === this.items.length) this.#reorder([...wanted]);
  }
  /** Puts the members into another order. Where a column keeps it, that is a change. */
  #reorder(next: readonly Entity[]): void {
    const items = this.items as Entity[];
    if (next.every((object, i) => object === items[i])) return;
    if (this.relation.ordering >= 0) {
      this.before ??= [...items];
      this.reordered = true;
      this.owner[SESSION]?.touch(this.owner);
    }
    items.splice(0, items.length, ...next);
  }
  clear(): void {
    this.set([]);
  }
  has(object: Entity): boolean {
    return this.#told(object) ?? this.known().includes(object);
  }
  async contains(object: Entity): Promise<boolean> {
    const told = this.#told(this.#checked(object));
    if (told !== undefined) return told;
    if (object[STATUS] !== PERSISTENT) return false;
    // The key alone does not tell whose row it is.
    if (this.relation.overUnion) return (await this.load()).includes(object);
    return (this.query() as RelatedQuery).filter(isObject(object)).exists();
  }
  async count(): Promise<number> {
    return this.isWhole || this.owner[STATUS] !== PERSISTENT ? this.known().length : (this.query() as RelatedQuery).count();
  }
  /** Whether the object is here, where that is known without a statement. */
  #told(object: Entity): boolean | undefined {
    if (this.added?.has(object)) return true;
    if (this.removed?.has(object)) return false;
    if (this.isWhole) return this.holds(object);
    const { relation, owner } = this;
    const { local, remote, direction, condition, join } = relation;
    if (this.items !== null && this.holds(object)) return true;
    if (this.replaced || direction !== 'oneToMany' || condition !== null || join !== null || object[STATUS] !== PERSISTENT)
      return undefined;
    // The object's own foreign key says whose it is, unless its other side was turned meanwhile.
    if (relation.back !== null && hasChange(object, object[MAPPER].columns.length + relation.back.position)) return undefined;
    const theirs = remote.map((position) => columnValue(object, position));
    if (theirs.includes(undefined)) return undefined;
    return identityOf(theirs) === identityOf(local.map((position) => rowValue(owner, position)));
  }
  /** Whether the object is known not to be here, loaded or not: there is nothing to be removed. */
  lacks(object: Entity): boolean {
    return this.items === null ? !this.removed?.has(object) && this.#told(object) === false : !this.holds(object);
  }
  /** Whether a loaded collection has the object; large ones keep an index. */
  holds(object: Entity): boolean {
    const items = this.items as Entity[];
    if (items.length <= 16) return items.includes(object);
    if (this.#index === null || this.#index.size !== items.length) this.#index = new Set(items);
    return this.#index.has(object);
  }
  push(object: Entity): void {
    this.items?.push(object);
    this.#index?.add(object);
  }
  drop(object: Entity): void {
    const place = this.items?.indexOf(object) ?? -1;
    if (place >= 0) this.items?.splice(place, 1);
    this.#index?.delete(object);
  }
  /** Whether there is something to write. */
  get changed(): boolean {
    return this.added !== null || this.removed !== null || this.replaced;
  }
  /** Forgets what was changed: it has been written, or undone. */
  settle(): void {
    this.added = null;
    this.removed = null;
    this.before = null;
    this.replaced = false;
    this.reordered = false;
  }
  load(): Promise<readonly Entity[]> {
    if (this.items !== null) return Promise.resolve(this.items);
    const session = this.owner[SESSION];
    if (session === null) {
      return Promise.reject(ormError('orm.detached', nameOf(this.owner), `its '${this.relation.key}' cannot be loaded`));
    }
    return session.loadRelation(this.owner, this.relation) as Promise<readonly Entity[]>;
  }
  then<A, B>(
    resolve?: ((objects: readonly Entity[]) => A | PromiseLike<A>) | null,
    reject?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.load()
      .then((items) => [...items])
      .then(resolve, reject);
  }
  query(): unknown {
    const session = this.owner[SESSION];
    if (session === null || (this.owner[STATUS] !== PERSISTENT && this.owner[STATUS] !== PENDING)) {
      throw ormError('orm.detached', nameOf(this.owner), `its '${this.relation.key}' cannot be queried`);
    }
    return session.relationQuery(this.owner, this.relation);
  }

  get length(): number {
    return this.known().length;
  }
  at(index: number): Entity | undefined {
    return this.known().at(index);
  }
  map<U>(fn: (object: Entity, index: number) => U): U[] {
    return this.known().map(fn);
  }
  filter(fn: (object: Entity, index: number) => boolean): Entity[] {
    return this.known().filter(fn);
  }
  find(fn: (object: Entity, index: number) => boolean): Entity | undefined {
    return this.known().find(fn);
  }
  some(fn: (object: Entity, index: number) => boolean): boolean {
    return this.known().some(fn);
  }
  findIndex(fn: (object: Entity, index: number) => boolean): number {
    return this.known().findIndex(fn);
  }
  every(fn: (object: Entity, index: number) => boolean): boolean {
    return this.known().every(fn);
  }
  forEach(fn: (object: Entity, index: number) => void): void {
    this.known().forEach((object, index) => {
      fn(object, index);
    });
  }
  flatMap<U>(fn: (object: Entity, index: number) => U | readonly U[]): U[] {
    return this.known().flatMap(fn);
  }
  includes(object: Entity): boolean {
    this.known();
    return this.holds(object);
  }
  indexOf(object: Entity): number {
    return this.known().indexOf(object);
  }
  slice(start?: number, end?: number): Entity[] {
    return this.known().slice(start, end);
  }
  reduce<U>(fn: (sum: U, object: Entity, index: number) => U, start: U): U {
    return this.known().reduce(fn, start);
  }
  toArray(): Entity[] {
    return [...this.known()];
  }
  [Symbol.iterator](): IterableIterator<Entity> {
    return this.known()[Symbol.iterator]();
  }
  toJSON(): unknown {
    return this.items ?? undefined;
  }
  [inspect.custom](_depth: number, options: object): string {
    return this.items === null ? '[not loaded: await it]' : inspect(this.items, options);
  }

  /** The loaded objects. Throws a NotLoadedError where they are not. */
  known(): Entity[] {
    if (this.items === null) throw ormError('orm.not-loaded', `'${this.relation.key}'`, nameOf(this.owner), this.relation.key);
    return this.items;
  }

  #checked(object: unknown): Entity {
    const { relation } = this;
    if (object === null || object === undefined) throw ormError('orm.null-in-collection', relation.name);
    if (!isEntity(object)) throw ormError('orm.wrong-class', relation.name, relation.target.name, describe(object));
    if (!relation.overUnion && !isA(object[MAPPER], relation.target))
      throw ormError('orm.wrong-class', relation.name, relation.target.name, object[MAPPER].name);
    return object;
  }
}

keepSpecimen(EntityCollection, new EntityCollection({} as Entity, {} as Relationship, []));

/** What a collection asks of the query over its rows, which knows of collections itself. */
interface RelatedQuery {
  filter(...list: ExpressionLike<boolean>[]): RelatedQuery;
  exists(): Promise<boolean>;
  count(): Promise<number>;
}

/** Whether a row is this object's. */
function isObject(object: Entity): Expression<boolean> {
  const { table, columns, keyPositions } = object[MAPPER];
  const equal = keyPositions.map((position) => {
    const { name, key, type } = columns[position];
    return make('binary', {
      operator: '=',
      left: makeColumn(table.node, name, key, type),
      right: makeBind(rowValue(object, position), type),
    });
  });
  return new Expression<boolean>(conjunction(equal) as Node, BOOLEAN);
}

/** Whether a loaded relation of `holder` is known to lead to `object`. */
function isHeldBy(holder: Entity, relation: Relationship, object: Entity): boolean {
  if (!relation.many) return knownOne(holder, relation) === object;
  const collection = holder[RELATED]?.[relation.position];
  return collection instanceof EntityCollection && collection.items !== null && collection.holds(object);
}

/** The collection of a to-many relation; a new object's is empty, a stored one's not loaded. */
export function collectionOf(entity: Entity, relation: Relationship): EntityCollection {
  const related = relatedOf(entity);
  let collection = related[relation.position] as EntityCollection | undefined;
  if (collection === undefined) {
    const fresh = entity[STATUS] === TRANSIENT || entity[STATUS] === PENDING;
    collection = new EntityCollection(entity, relation, fresh ? [] : null);
    related[relation.position] = collection;
  }
  return collection;
}

/** The setter of a relation: an object or null, or the members of a collection. */
export function assign(entity: Entity, relation: Relationship, value: unknown): void {
  if (!relation.many) {
    // What a read gave for an unloaded relation, assigned back, changes nothing.
    if (isNotLoaded(value) && knownOne(entity, relation) === undefined) return;
    setOne(entity, relation, value, true);
    return;
  }
  const collection = collectionOf(entity, relation);
  if (value === (collection as unknown)) return;
  if (typeof (value as Iterable<unknown> | null)?.[Symbol.iterator] !== 'function') {
    throw ormError('orm.wrong-class', relation.name, `an iterable of ${relation.target.name}`, describe(value));
  }
  collection.set(value as Iterable<Entity>);
}

function refuseViewOnly(relation: Relationship): void {
  if (relation.viewOnly) throw ormError('orm.view-only', relation.name);
}

function checkOne(relation: Relationship, value: unknown): asserts value is Entity | null {
  if (value === null) return;
  if (value === undefined) throw ormError('orm.undefined-attribute', relation.name);
  if (!isEntity(value)) throw ormError('orm.wrong-class', relation.name, relation.target.name, describe(value));
  if (!isA(value[MAPPER], relation.target)) throw ormError('orm.wrong-class', relation.name, relation.target.name, value[MAPPER].name);
}

/** Points a to-one relation at another object. `direct` is false where it follows from a change of the other side. */
function setOne(owner: Entity, relation: Relationship, value: unknown, direct: boolean): void {
  refuseViewOnly(relation);
  checkOne(relation, value);
  const known = knownOne(owner, relation);
  const old = known === undefined ? holderOf(owner, relation) : known;
  const related = relatedOf(owner);
  const place = owner[MAPPER].columns.length + relation.position;
  if (old === value && (related[relation.position] === value || hasChange(owner, place))) {
    // Saying null again for a row that may have another object, seen only by its foreign key, is still a change; and so is
    // an object that was given up on its own side, before this one was known to hold it.
    if (value === null ? owner[STATUS] === PERSISTENT : !direct || !isGivenUp(value, relation, owner)) {
      if (direct && value !== null) bringIn(owner, relation, value);
      return;
    }
  }
  recordChange(owner, place, old);
  related[relation.position] = value;
  const session = owner[SESSION];
  session?.touch(owner);
  for (const listener of [...relation.listeners.set]) listener(owner, value, old ?? null);
  const { back } = relation;
  if (old !== null && old !== undefined) {
    if (direct && back !== null && !back.viewOnly) release(old, back, owner);
    if (relation.cascade.deleteOrphan && !isShared(old, relation, owner)) old[SESSION]?.orphaned(old);
  }
  if (value === null) return;
  if (direct && back !== null && !back.viewOnly) {
    if (back.many) append(value, back, owner, false);
    else {
      const partner = knownOne(value, back);
      // One that was given another object meanwhile keeps that.
      const held = partner === null || partner === undefined || partner === owner ? null : knownOne(partner, relation);
      if (held === undefined || held === value) setOne(partner as Entity, relation, null, false);
      setOne(value, back, owner, false);
    }
  }
  if (direct && relation.cascade.saveUpdate) session?.cascade(value);
}

/** Of an object whose foreign key is not known, the one that is loaded as holding it. */
function holderOf(object: Entity, { back, local, target }: Relationship): Entity | undefined {
  const session = object[SESSION];
  if (back === null || back.viewOnly || session === null || local.every((position) => object[ROW][position] !== undefined))
    return undefined;
  for (const holder of session.objectsOf(target)) if (isHeldBy(holder, back, object)) return holder;
  return undefined;
}

/** Whether a new object has another owner by a relation from many to it. */
function isShared(object: Entity, relation: Relationship, owner: Entity): boolean {
  const session = object[SESSION];
  if (relation.direction !== 'manyToOne' || object[STATUS] !== PENDING || session === null) return false;
  for (const other of session.objectsOf(relation.mapper))
    if (other !== owner && other[RELATED]?.[relation.position] === object) return true;
  return false;
}

/** An object that only its own side related, and so stayed outside, comes into the session once the owner says it too. */
function bringIn(owner: Entity, relation: Relationship, object: Entity): void {
  if (object[SESSION] === null && object[STATUS] !== DELETED && relation.cascade.saveUpdate) owner[SESSION]?.cascade(object);
}

/** Whether the other side of a one-to-one relation is known to hold something else. */
function isGivenUp(value: Entity, { back }: Relationship, owner: Entity): boolean {
  if (back === null || back.many || back.viewOnly) return false;
  const held = knownOne(value, back);
  return held !== undefined && held !== owner;
}

/** Takes `member` out of what the other side of a change holds. */
function release(holder: Entity, relation: Relationship, member: Entity): void {
  if (relation.many) detach(holder, relation, member, false);
  else if (knownOne(holder, relation) === member) setOne(holder, relation, null, false);
}

/** Adds to a collection, and turns the other side to it. */
function append(owner: Entity, relation: Relationship, object: Entity, direct: boolean): void {
  refuseViewOnly(relation);
  const collection = collectionOf(owner, relation);
  if (collection.added?.has(object) || (collection.items !== null && collection.holds(object))) {
    if (direct) bringIn(owner, relation, object);
    return;
  }
  if (direct) {
    refuseSecondOwner(owner, relation, object);
    if (relation.back !== null) refuseSecondOwner(object, relation.back, owner);
  }
  if (collection.items !== null && collection.before === null) collection.before = [...collection.items];
  collection.push(object);
  if (!collection.removed?.delete(object) || collection.items === null) {
    collection.added ??= new Set();
    collection.added.add(object);
  }
  const session = owner[SESSION];
  session?.touch(owner);
  const { append: listeners } = relation.listeners;
  if (listeners.length > 0) for (const listener of [...listeners]) listener(owner, object);
  const { back } = relation;
  if (direct && back !== null && !back.viewOnly) {
    if (back.many) append(object, back, owner, false);
    else {
      const parent = knownOne(object, back);
      if (parent !== null && parent !== undefined && parent !== owner) detach(parent, relation, object, false);
      setOne(object, back, owner, false);
    }
  }
  if (direct && relation.cascade.saveUpdate) session?.cascade(object);
}

/** Removes from a collection, and turns the other side away from it. */
function detach(owner: Entity, relation: Relationship, object: Entity, direct: boolean): void {
  refuseViewOnly(relation);
  const collection = collectionOf(owner, relation);
  if (direct ? collection.lacks(object) : collection.items !== null && !collection.holds(object)) return;
  if (collection.items !== null && collection.before === null) collection.before = [...collection.items];
  collection.drop(object);
  if (!collection.added?.delete(object) || collection.items === null) {
    collection.removed ??= new Set();
    collection.removed.add(object);
  }
  owner[SESSION]?.touch(owner);
  const { remove: listeners } = relation.listeners;
  if (listeners.length > 0) for (const listener of [...listeners]) listener(owner, object);
  const { back } = relation;
  if (direct && back !== null && !back.viewOnly) {
    if (back.many) detach(object, back, owner, false);
    else {
      // A parent that has left the session stands for nothing here.
      const parent = knownOne(object, back);
      if (parent === owner || parent === undefined || parent?.[STATUS] === DETACHED) setOne(object, back, null, false);
    }
  }
  if (direct && relation.cascade.deleteOrphan) object[SESSION]?.orphaned(object);
}
