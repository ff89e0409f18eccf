import { expect, test } from 'vitest';
import {
  belongsTo,
  type Database,
  hasMany,
  hasOne,
  inspect,
  isLoaded,
  manyToMany,
  type NestedTransaction,
  NotNullViolation,
  type Session,
  t,
  text,
} from '../../src/index.ts';
import { randomNumbers } from '../core/random-values.ts';
import { databases, openDatabase } from '../setup/databases.ts';
import { liveDatabases } from '../setup/live-databases.ts';
import { firstSeed as first, isOneSeed } from '../setup/seed.ts';

// Random work on a session, compared with a model of plain maps: what was flushed must be in the database, what was
// committed must survive a rollback, and what is loaded must be what the database would give.
// ATHANOR_SEED=… runs one seed; ATHANOR_RUNS=… another number of them.

function models(db: Database) {
  const links = db.Table('links', {
    parentId: t.integer().primaryKey().references('parents.id'),
    tagId: t.integer().primaryKey().references('tags.id'),
  });
  class Parent extends db.Model('parents', {
    id: t.integer().primaryKey(),
    name: t.string(),
    get kids() {
      return hasMany(Kid, { cascade: 'all, delete-orphan' });
    },
    get items() {
      return hasMany(Item);
    },
    get tags() {
      return manyToMany(Tag, { through: links });
    },
    get badge() {
      return hasOne(Badge);
    },
  }) {}
  class Badge extends db.Model('badges', {
    id: t.integer().primaryKey(),
    name: t.string(),
    parentId: t.integer().nullable().references('parents.id'),
    get parent() {
      return belongsTo(Parent, { nullable: true });
    },
  }) {}
  class Kid extends db.Model('kids', {
    id: t.integer().primaryKey(),
    name: t.string(),
    parentId: t.integer().references('parents.id'),
    get parent() {
      return belongsTo(Parent);
    },
  }) {}
  class Item extends db.Model('items', {
    id: t.integer().primaryKey(),
    name: t.string(),
    parentId: t.integer().nullable().references('parents.id'),
    aboveId: t.integer().nullable().references('items.id'),
    get parent() {
      return belongsTo(Parent, { nullable: true });
    },
    // Rows may refer to each other in a circle, and to themselves.
    get above() {
      return belongsTo(Item, { nullable: true });
    },
    get below() {
      return hasMany(Item);
    },
  }) {}
  class Tag extends db.Model('tags', {
    id: t.integer().primaryKey(),
    name: t.string(40).unique(),
    get parents() {
      return manyToMany(Parent, { through: links });
    },
  }) {}
  return { Parent, Kid, Item, Tag, Badge };
}

type Models = ReturnType<typeof models>;
type Kind = 'Parent' | 'Kid' | 'Item' | 'Tag' | 'Badge';
type Thing = { kind: Kind; name: string; parent: string | null; above: string | null };
/** Things by a label that never changes, and pairs `parent tag`. */
class World {
  things = new Map<string, Thing>();
  pairs = new Set<string>();
  copy(): World {
    const world = new World();
    for (const [label, thing] of this.things) world.things.set(label, { ...thing });
    world.pairs = new Set(this.pairs);
    return world;
  }
  of(kind: Kind): string[] {
    return [...this.things].filter(([, thing]) => thing.kind === kind).map(([label]) => label);
  }
  children(kind: 'Kid' | 'Item' | 'Badge', parent: string): string[] {
    return [...this.things].filter(([, thing]) => thing.kind === kind && thing.parent === parent).map(([label]) => label);
  }
  below(item: string): string[] {
    return [...this.things].filter(([, thing]) => thing.above === item).map(([label]) => label);
  }
  delete(label: string): void {
    const thing = this.things.get(label);
    if (thing === undefined) return;
    this.things.delete(label);
    for (const pair of this.pairs) if (pair.split(' ').includes(label)) this.pairs.delete(pair);
    for (const item of this.below(label)) (this.things.get(item) as Thing).above = null;
    if (thing.kind !== 'Parent') return;
    for (const badge of this.children('Badge', label)) (this.things.get(badge) as Thing).parent = null;
    for (const kid of this.children('Kid', label)) this.things.delete(kid);
    for (const item of this.children('Item', label)) (this.things.get(item) as Thing).parent = null;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: objects of four classes, by their labels
type AnyEntity = any;

class Run {
  readonly log: string[] = [];
  readonly #db: Database;
  readonly #models: Models;
  readonly #next: () => number;
  #session: Session;
  #world = new World();
  #committed = new World();
  #entities = new Map<string, AnyEntity>();
  #labels = new Map<object, string>();
  #nested: { transaction: NestedTransaction; world: World } | null = null;
  #made = 0;

  constructor(db: Database, classes: Models, next: () => number) {
    this.#db = db;
    this.#models = classes;
    this.#next = next;
    this.#session = db.createSession();
  }

  #chance(probability: number): boolean {
    return this.#next() < probability;
  }
  #pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.#next() * list.length)];
  }
  #say(...words: unknown[]): void {
    this.log.push(words.join(' '));
  }
  #entity(label: string): AnyEntity {
    return this.#entities.get(label);
  }

  #make(kind: Kind, parent: string | null): string {
    const label = `${kind[0]}${++this.#made}`;
    const entity = new this.#models[kind]({ name: label });
    this.#entities.set(label, entity);
    this.#labels.set(entity, label);
    this.#world.things.set(label, { kind, name: label, parent, above: null });
    return label;
  }

  async step(): Promise<void> {
    await this.#act(true);
    this.#checkObjects();
  }

  /** One thing of many; those that wait for the database are last. */
  async #act(waits: boolean): Promise<void> {
    const world = this.#world;
    const parent = this.#pick(world.of('Parent'));
    const other = this.#pick(world.of('Parent'));
    const kid = this.#pick(world.of('Kid'));
    const item = this.#pick(world.of('Item'));
    const tag = this.#pick(world.of('Tag'));
    const badge = this.#pick(world.of('Badge'));
    const above = this.#pick(world.of('Item'));
    const any = this.#pick([...world.things.keys()]);
    const choices: [number, () => unknown][] = [
      [3, () => this.#newParent()],
      [2, () => this.#newTag()],
      [1, () => this.#newItem()],
      [1, () => this.#newBadge()],
      [parent && badge ? 2 : 0, () => this.#award(parent as string, badge as string)],
      [badge ? 1 : 0, () => this.#takeBadge(badge as string)],
      [item && above ? 3 : 0, () => this.#put(item as string, above as string)],
      [item ? 1 : 0, () => this.#liftOut(item as string)],
      [parent ? 3 : 0, () => this.#newChild('Kid', parent as string)],
      [parent ? 3 : 0, () => this.#newChild('Item', parent as string)],
      [kid && other ? 2 : 0, () => this.#move(kid as string, other as string)],
      [item && other ? 2 : 0, () => this.#move(item as string, other as string)],
      [item ? 1 : 0, () => this.#leave(item as string)],
      [kid ? 1 : 0, () => this.#orphan(kid as string)],
      [parent && tag ? 4 : 0, () => this.#link(parent as string, tag as string)],
      [any ? 2 : 0, () => this.#rename(any as string)],
      [any ? 1 : 0, () => this.#delete(any as string)],
      [parent ? 1 : 0, () => this.#replace(parent as string)],
      [parent ? 1 : 0, () => this.#replaceTags(parent as string)],
      [any ? 2 : 0, () => this.#load(any as string)],
      [tag ? 2 : 0, () => this.#exchange()],
      [2, () => this.#flush()],
      [1, () => this.#commit()],
      [1, () => this.#rollback()],
      [1, () => this.#reload()],
      [1, () => this.#savepoint()],
      [1, () => this.#fail()],
      [1, () => this.#changeMeanwhile()],
    ];
    const possible = waits
      ? choices
      : choices.slice(
          0,
          choices.findIndex(([, act]) => String(act).includes('#load')),
        );
    let place = this.#next() * possible.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, act] of possible) {
      place -= weight;
      if (place >= 0) continue;
      const answer = act();
      if (waits) await answer;
      return;
    }
  }

  #newParent(): void {
    const label = this.#make('Parent', null);
    this.#say('new', label);
    this.#session.add(this.#entity(label));
  }
  #newTag(): void {
    const label = this.#make('Tag', null);
    this.#say('new', label);
    this.#session.add(this.#entity(label));
  }
  #newItem(): void {
    const label = this.#make('Item', null);
    this.#say('new', label);
    this.#session.add(this.#entity(label));
  }
  #newBadge(): void {
    const label = this.#make('Badge', null);
    this.#say('new', label);
    this.#session.add(this.#entity(label));
  }
  /** A parent has one badge, and a badge one parent. */
  #award(parent: string, badge: string): void {
    const byBadge = this.#chance(0.5);
    this.#say('award', byBadge ? `${badge}.parent = ${parent}` : `${parent}.badge = ${badge}`);
    for (const other of this.#world.children('Badge', parent)) (this.#world.things.get(other) as Thing).parent = null;
    (this.#world.things.get(badge) as Thing).parent = parent;
    if (byBadge) this.#entity(badge).parent = this.#entity(parent);
    else this.#entity(parent).badge = this.#entity(badge);
  }
  #takeBadge(badge: string): void {
    const thing = this.#world.things.get(badge) as Thing;
    const byBadge = thing.parent === null || this.#chance(0.5);
    this.#say('take', badge, byBadge ? '' : `from ${thing.parent}`);
    if (byBadge) this.#entity(badge).parent = null;
    else this.#entity(thing.parent as string).badge = null;
    thing.parent = null;
  }
  #put(item: string, above: string): void {
    const byItem = this.#chance(0.5);
    this.#say('put', item, byItem ? '.above =' : 'below', above);
    if (byItem) this.#entity(item).above = this.#entity(above);
    else this.#entity(above).below.add(this.#entity(item));
    (this.#world.things.get(item) as Thing).above = above;
  }
  #liftOut(item: string): void {
    const thing = this.#world.things.get(item) as Thing;
    const byItem = thing.above === null || this.#chance(0.5);
    this.#say('lift out', item, byItem ? '' : `of ${thing.above}`);
    if (byItem) this.#entity(item).above = null;
    else this.#entity(thing.above as string).below.remove(this.#entity(item));
    thing.above = null;
  }
  #newChild(kind: 'Kid' | 'Item', parent: string): void {
    const label = this.#make(kind, parent);
    const byChild = this.#chance(0.5);
    this.#say('new', label, byChild ? '.parent =' : 'added to', parent);
    const child = this.#entity(label);
    const list = kind === 'Kid' ? this.#entity(parent).kids : this.#entity(parent).items;
    if (byChild) {
      child.parent = this.#entity(parent);
      this.#session.add(child);
    } else list.add(child);
  }
  #move(child: string, parent: string): void {
    const thing = this.#world.things.get(child) as Thing;
    const list = thing.kind === 'Kid' ? this.#entity(parent).kids : this.#entity(parent).items;
    const byChild = this.#chance(0.5);
    this.#say('move', child, byChild ? '.parent =' : 'added to', parent);
    if (byChild) this.#entity(child).parent = this.#entity(parent);
    else list.add(this.#entity(child));
    thing.parent = parent;
  }
  #leave(item: string): void {
    const thing = this.#world.things.get(item) as Thing;
    const byChild = thing.parent === null || this.#chance(0.5);
    this.#say('leave', item, byChild ? '.parent = null' : `removed from ${thing.parent}`);
    if (byChild) this.#entity(item).parent = null;
    else this.#entity(thing.parent as string).items.remove(this.#entity(item));
    thing.parent = null;
  }
  #orphan(kid: string): void {
    const { parent } = this.#world.things.get(kid) as Thing;
    this.#say('orphan', kid, 'of', parent);
    this.#entity(parent as string).kids.remove(this.#entity(kid));
    this.#forget(kid);
  }
  #link(parent: string, tag: string): void {
    const pair = `${parent} ${tag}`;
    const [owner, list, member] = this.#chance(0.5) ? [parent, 'tags', tag] : [tag, 'parents', parent];
    const has = this.#world.pairs.has(pair);
    this.#say(has ? 'unlink' : 'link', owner, list, member);
    this.#entity(owner)[list][has ? 'remove' : 'add'](this.#entity(member));
    if (has) this.#world.pairs.delete(pair);
    else this.#world.pairs.add(pair);
  }
  #rename(label: string): void {
    const thing = this.#world.things.get(label) as Thing;
    const name = `${label}-${Math.floor(this.#next() * 3)}`;
    // Names of tags are unique, and another may have got this one by an exchange.
    if ([...this.#world.things.values()].some((other) => other !== thing && other.name === name)) return;
    thing.name = name;
    this.#say('rename', label, thing.name);
    this.#entity(label).name = thing.name;
  }
  /** Some or all tags hand their names on in a round. */
  #exchange(): void {
    const tags = this.#world.of('Tag').filter(() => this.#next() < 0.6);
    const names = tags.map((label) => (this.#world.things.get(label) as Thing).name);
    this.#say('exchange', ...tags);
    for (const [i, label] of tags.entries()) {
      const name = names[(i + 1) % names.length];
      (this.#world.things.get(label) as Thing).name = name;
      this.#entity(label).name = name;
    }
  }
  #delete(label: string): void {
    const entity = this.#entity(label);
    if (inspect(entity).state !== 'persistent') return;
    this.#say('delete', label);
    this.#session.delete(entity);
    this.#forget(label);
  }
  #replace(parent: string): void {
    const items = this.#world.of('Item').filter(() => this.#chance(0.4));
    this.#say('set', parent, 'items', items);
    for (const item of this.#world.children('Item', parent)) (this.#world.things.get(item) as Thing).parent = null;
    for (const item of items) (this.#world.things.get(item) as Thing).parent = parent;
    this.#entity(parent).items = items.map((item) => this.#entity(item));
  }
  #replaceTags(parent: string): void {
    const tags = this.#world.of('Tag').filter(() => this.#chance(0.4));
    this.#say('set', parent, 'tags', tags);
    for (const pair of this.#world.pairs) if (pair.startsWith(`${parent} `)) this.#world.pairs.delete(pair);
    for (const tag of tags) this.#world.pairs.add(`${parent} ${tag}`);
    this.#entity(parent).tags = tags.map((tag) => this.#entity(tag));
  }
  /** Takes a thing, and what goes with it, out of the model. Objects that are gone are not used any more. */
  #forget(label: string): void {
    const before = new Set(this.#world.things.keys());
    this.#world.delete(label);
    for (const other of before) if (!this.#world.things.has(other)) this.#entities.delete(other);
  }

  async #load(label: string): Promise<void> {
    const { kind } = this.#world.things.get(label) as Thing;
    const keys = {
      Parent: ['kids', 'items', 'tags', 'badge'],
      Tag: ['parents'],
      Item: ['parent', 'above', 'below'],
      Kid: ['parent'],
      Badge: ['parent'],
    };
    const key = this.#pick(keys[kind]) as string;
    this.#say('load', label, key);
    await this.#entity(label)[key];
  }
  async #flush(): Promise<void> {
    this.#say('flush');
    await this.#session.flush();
    await this.#checkRows();
  }
  /** What is changed while a flush runs belongs to the next one. */
  async #changeMeanwhile(): Promise<void> {
    this.#say('flush {');
    const running = this.#session.flush();
    for (let turns = Math.floor(this.#next() * 30); turns > 0; turns--) await null;
    await this.#act(false);
    await this.#act(false);
    await running;
    this.#say('}');
    await this.#flush();
  }
  /** A flush that the database refuses, and the rollback after it. */
  async #fail(): Promise<void> {
    this.#say('flush that fails');
    this.#session.add(new this.#models.Tag({}));
    await expect(this.#session.flush()).rejects.toThrow(NotNullViolation);
    if (this.#nested === null) return this.#rollback();
    const { transaction, world } = this.#nested;
    this.#nested = null;
    this.#say('rollback nested');
    await transaction.rollback();
    this.#return(world);
    await this.#checkRows();
  }
  async #commit(): Promise<void> {
    if (this.#nested !== null) return;
    this.#say('commit');
    await this.#session.commit();
    this.#committed = this.#world.copy();
    await this.#checkRows();
  }
  async #rollback(): Promise<void> {
    this.#say('rollback');
    this.#nested = null;
    await this.#session.rollback();
    this.#return(this.#committed);
    await this.#checkRows();
  }
  /** Back to what the world was; objects that had been deleted are there again. */
  #return(world: World): void {
    this.#world = world.copy();
    this.#entities = new Map();
    for (const [entity, label] of this.#labels) if (world.things.has(label)) this.#entities.set(label, entity);
  }
  async #savepoint(): Promise<void> {
    if (this.#nested === null) {
      this.#say('begin nested');
      this.#nested = { transaction: await this.#session.beginNested(), world: this.#world.copy() };
      return;
    }
    const { transaction, world } = this.#nested;
    this.#nested = null;
    if (this.#chance(0.5)) {
      this.#say('commit nested');
      await transaction.commit();
    } else {
      this.#say('rollback nested');
      await transaction.rollback();
      this.#return(world);
    }
    await this.#checkRows();
  }
  /** A new session, with some of the relations loaded. */
  async #reload(): Promise<void> {
    if (this.#nested !== null) return;
    this.#say('commit, new session');
    await this.#session.commit();
    this.#committed = this.#world.copy();
    await this.#session.close();
    this.#session = this.#db.createSession();
    const ids = new Map(
      [...this.#entities].map(([label, entity]) => [`${(this.#world.things.get(label) as Thing).kind} ${entity.id}`, label]),
    );
    this.#entities = new Map();
    this.#labels = new Map();
    const eager = this.#chance(0.5);
    for (const kind of ['Parent', 'Kid', 'Item', 'Tag', 'Badge'] as const) {
      const query = this.#session.query(this.#models[kind]);
      const found: AnyEntity[] = await (kind === 'Parent' && eager
        ? query.with({ kids: true, tags: true, badge: true } as never)
        : query
      ).all();
      for (const entity of found) {
        const label = ids.get(`${kind} ${entity.id}`) as string;
        this.#entities.set(label, entity);
        this.#labels.set(entity, label);
      }
    }
  }

  async finish(): Promise<void> {
    if (this.#nested === null) await this.#commit();
    else await this.#rollback();
    await this.#session.close();
  }

  async #checkRows(): Promise<void> {
    const rows = async (sql: string): Promise<Record<string, unknown>[]> => this.#session.noAutoflush(() => this.#session.all(text(sql)));
    const names = new Map<string, string>();
    for (const [label, { name }] of this.#world.things) names.set(label, name);
    const label = (kind: Kind, id: unknown): string | null =>
      id === null
        ? null
        : ([...this.#entities].find(([other, entity]) => this.#world.things.get(other)?.kind === kind && entity.id === id)?.[0] ??
          `unknown ${kind} ${id}`);
    const seen = new World();
    for (const { id, name } of await rows('SELECT id, name FROM parents'))
      seen.things.set(label('Parent', id) as string, { kind: 'Parent', name: String(name), parent: null, above: null });
    for (const { id, name } of await rows('SELECT id, name FROM tags'))
      seen.things.set(label('Tag', id) as string, { kind: 'Tag', name: String(name), parent: null, above: null });
    for (const kind of ['Kid', 'Item', 'Badge'] as const) {
      for (const row of await rows(`SELECT * FROM ${kind.toLowerCase()}s`)) {
        const above = kind === 'Item' ? label('Item', row.above_id) : null;
        seen.things.set(label(kind, row.id) as string, { kind, name: String(row.name), parent: label('Parent', row.parent_id), above });
      }
    }
    for (const row of await rows('SELECT parent_id, tag_id FROM links'))
      seen.pairs.add(`${label('Parent', row.parent_id)} ${label('Tag', row.tag_id)}`);
    const sorted = (world: World): unknown => [[...world.things].sort(([a], [b]) => (a < b ? -1 : 1)), [...world.pairs].sort()];
    expect(sorted(seen), 'the rows').toEqual(sorted(this.#world));
    const { created, dirty, removed } = this.#session;
    expect([created.size, dirty.size, removed.size], 'nothing is left to flush').toEqual([0, 0, 0]);
    for (const [name, entity] of this.#entities) expect(`${name} ${inspect(entity).state}`).toBe(`${name} persistent`);
  }

  /** What is loaded is what the model says, flushed or not. */
  #checkObjects(): void {
    // What goes with a deleted object goes at the flush.
    if (this.#session.deleted.size > 0) return;
    // Whose badge was replaced without being loaded is found out by the flush.
    const settled = this.#session.dirty.size === 0;
    const labels = (entities: Iterable<object>): string[] => [...entities].map((entity) => this.#labels.get(entity) ?? '?').sort();
    for (const [label, { kind, name, parent, above }] of this.#world.things) {
      const entity = this.#entity(label);
      expect(`${label} ${entity.name}`).toBe(`${label} ${name}`);
      if (kind === 'Parent') {
        for (const [key, child] of [
          ['kids', 'Kid'],
          ['items', 'Item'],
        ] as const) {
          if (isLoaded(entity[key])) expect(labels(entity[key]), `${label}.${key}`).toEqual(this.#world.children(child, label).sort());
        }
        const [badge = null] = this.#world.children('Badge', label);
        if (isLoaded(entity.badge) && settled)
          expect(entity.badge === null ? null : labels([entity.badge])[0], `${label}.badge`).toBe(badge);
        if (isLoaded(entity.tags)) expect(labels(entity.tags), `${label}.tags`).toEqual(this.#partners(label));
      } else if (kind === 'Tag') {
        if (isLoaded(entity.parents)) expect(labels(entity.parents), `${label}.parents`).toEqual(this.#partners(label));
      } else if (isLoaded(entity.parent) && (kind !== 'Badge' || settled)) {
        expect(entity.parent === null ? null : labels([entity.parent])[0], `${label}.parent`).toBe(parent);
      }
      if (kind !== 'Item') continue;
      if (isLoaded(entity.above)) expect(entity.above === null ? null : labels([entity.above])[0], `${label}.above`).toBe(above);
      if (isLoaded(entity.below)) expect(labels(entity.below), `${label}.below`).toEqual(this.#world.below(label).sort());
    }
  }
  #partners(label: string): string[] {
    return [...this.#world.pairs]
      .map((pair) => pair.split(' '))
      .filter((pair) => pair.includes(label))
      .map(([a, b]) => (a === label ? b : a))
      .sort();
  }
}

const asked = process.env.ATHANOR_RUNS;
const RUNS = Number(asked ?? 150);
const STEPS = 60;
const seeds = Array.from({ length: isOneSeed ? 1 : RUNS }, (_, i) => first + i);

/** A server takes its time to make tables anew. */
const RUNS_ON_A_SERVER = 10;

test.each([databases[0], ...liveDatabases])(
  `random work on a session agrees with plain maps on $name (seeds from ${first})`,
  async (database) => {
    const db = openDatabase(database);
    const classes = models(db);
    await db.createAll();
    for (const seed of database.family === 'sqlite' ? seeds : asked === undefined ? seeds.slice(0, RUNS_ON_A_SERVER) : seeds) {
      const run = new Run(db, classes, randomNumbers(seed));
      try {
        for (let i = 0; i < STEPS; i++) await run.step();
        await run.finish();
      } catch (error) {
        throw new Error(`With ATHANOR_SEED=${seed}, after:\n  ${run.log.join('\n  ')}`, { cause: error });
      }
      await db.dropAll();
      await db.createAll();
    }
  },
  asked === undefined ? 120_000 : RUNS * 20_000,
);
