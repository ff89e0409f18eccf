import { expect, test } from 'vitest';
import { belongsTo, type Database, hasMany, hasOne, inspect, isLoaded, manyToMany, type Session, t, text } from '../../src/index.ts';
import { randomNumbers } from '../core/random-values.ts';
import { databases, openDatabase } from '../setup/databases.ts';
import { liveDatabases } from '../setup/live-databases.ts';
import { firstSeed as first, isOneSeed } from '../setup/seed.ts';

// Random work on objects whose keys are names that change, compared with a model of plain maps: rows follow the names of
// what they refer to, and names that are given up are taken by others. ATHANOR_SEED=… runs one seed; ATHANOR_RUNS=… another
// number of them.

function models(db: Database) {
  const onUpdate = { onUpdate: 'cascade' } as const;
  const pairs = db.Table('pairs', {
    memberName: t.string(20).primaryKey().references('members.name', onUpdate),
    tagName: t.string(20).primaryKey().references('tags.name', onUpdate),
  });
  class Club extends db.Model('clubs', {
    name: t.string(20).primaryKey(),
    get members() {
      return hasMany(Member);
    },
    get seats() {
      return hasMany(Seat, { cascade: 'all, delete-orphan' });
    },
  }) {}
  class Seat extends db.Model('seats', {
    clubName: t.string(20).primaryKey().references('clubs.name', onUpdate),
    name: t.string(20).primaryKey(),
    get club() {
      return belongsTo(Club);
    },
  }) {}
  class Member extends db.Model('members', {
    name: t.string(20).primaryKey(),
    version: t.integer().version(),
    clubName: t.string(20).nullable().references('clubs.name', onUpdate),
    get club() {
      return belongsTo(Club, { nullable: true });
    },
    get tags() {
      return manyToMany(Tag, { through: pairs });
    },
    get badge() {
      return hasOne(Badge);
    },
  }) {}
  class Tag extends db.Model('tags', {
    name: t.string(20).primaryKey(),
    get members() {
      return manyToMany(Member, { through: pairs });
    },
  }) {}
  class Badge extends db.Model('badges', {
    name: t.string(20).primaryKey(),
    memberName: t.string(20).nullable().unique().references('members.name', onUpdate),
    get member() {
      return belongsTo(Member, { nullable: true });
    },
  }) {}
  return { Club, Seat, Member, Tag, Badge };
}

type Models = ReturnType<typeof models>;
type Kind = keyof Models;
/** A thing has a label that never changes, and is of a club (members, seats) or of a member (badges). */
type Thing = { readonly kind: Kind; name: string; of: string | null };
// biome-ignore lint/suspicious/noExplicitAny: objects of five classes, by their labels
type AnyEntity = any;

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
  below(kind: Kind, owner: string): string[] {
    return this.of(kind).filter((label) => this.thing(label).of === owner);
  }
  thing(label: string): Thing {
    return this.things.get(label) as Thing;
  }
  partners(label: string): string[] {
    const mine = [...this.pairs].map((pair) => pair.split(' ')).filter((pair) => pair.includes(label));
    return mine.map(([a, b]) => (a === label ? b : a));
  }
  unlink(label: string): void {
    for (const other of this.partners(label)) for (const pair of [`${label} ${other}`, `${other} ${label}`]) this.pairs.delete(pair);
  }
  delete(label: string): void {
    this.unlink(label);
    this.things.delete(label);
    for (const [other, thing] of [...this.things]) {
      if (thing.of !== label) continue;
      if (thing.kind === 'Seat') this.things.delete(other);
      else thing.of = null;
    }
  }
}

class Run {
  readonly log: string[] = [];
  readonly #models: Models;
  readonly #next: () => number;
  readonly #session: Session;
  #world = new World();
  #committed = new World();
  #objects = new Map<string, AnyEntity>();
  /** Every object that was ever made or read, so that a rollback finds those that are there again. */
  #all = new Map<string, AnyEntity>();
  #made = 0;

  constructor(session: Session, classes: Models, next: () => number) {
    this.#session = session;
    this.#models = classes;
    this.#next = next;
  }

  #below(n: number): number {
    return Math.floor(this.#next() * n);
  }
  #some(labels: readonly string[]): string[] {
    return labels.filter((label) => this.#objects.has(label) && this.#next() < 0.4);
  }
  #pick(...kinds: Kind[]): string | undefined {
    const list = kinds.flatMap((kind) => this.#world.of(kind)).filter((label) => this.#objects.has(label));
    return list[this.#below(list.length)];
  }
  #object(label: string | null): AnyEntity {
    return label === null ? null : this.#objects.get(label);
  }
  /** A name that no thing of the kind has; at times one that a row still has, which is given up or goes with the same flush. */
  #free(kind: Kind): string {
    const taken = new Set(this.#world.of(kind).map((label) => this.#world.thing(label).name));
    const old = this.#committed.of(kind).map((label) => this.#committed.thing(label).name);
    const free = old.filter((name) => !taken.has(name));
    return free.length > 0 && this.#next() < 0.4 ? free[this.#below(free.length)] : `n${++this.#made}`;
  }

  async step(): Promise<void> {
    const [club, member, tag, badge, seat] = (['Club', 'Member', 'Tag', 'Badge', 'Seat'] as const).map((kind) => this.#pick(kind));
    const named = this.#pick('Club', 'Member', 'Tag');
    const any = this.#pick('Club', 'Member', 'Tag', 'Badge', 'Seat');
    const acts: (() => unknown)[] = [
      () => this.#new((['Club', 'Member', 'Tag', 'Badge'] as const)[this.#below(4)]),
      () => club && this.#newSeat(club),
      () => named && this.#rename(named),
      () => named && this.#rename(named),
      () => member && this.#join(member, this.#next() < 0.2 ? null : (club ?? null)),
      () => club && this.#setMembers(club),
      () => member && tag && this.#pair(member, tag),
      () => member && tag && this.#pair(member, tag),
      () => member && this.#setTags(member),
      () => badge && this.#award(badge, this.#next() < 0.2 ? null : (member ?? null)),
      () => seat && club && this.#moveSeat(seat, club),
      () => any && this.#delete(any),
      () => any && this.#load(any),
      () => this.#settle('flush', () => this.#session.flush()),
      () => this.#commit(),
      () => this.#next() < 0.5 && this.#rollback(),
    ];
    await acts[this.#below(acts.length)]();
  }

  #keep(kind: Kind, name: string, of: string | null, object: AnyEntity): void {
    const label = `${kind}${++this.#made}`;
    this.log.push(`new ${label} named ${name}${of === null ? '' : ` of ${of}`}`);
    this.#objects.set(label, object);
    this.#all.set(label, object);
    this.#world.things.set(label, { kind, name, of });
  }
  #new(kind: 'Club' | 'Member' | 'Tag' | 'Badge'): void {
    const name = kind === 'Badge' ? `n${++this.#made}` : this.#free(kind);
    const object = new this.#models[kind]({ name });
    this.#session.add(object);
    this.#keep(kind, name, null, object);
  }
  #newSeat(club: string): void {
    const name = `n${++this.#made}`;
    const seat = new this.#models.Seat({ name });
    this.#object(club).seats.add(seat);
    this.#keep('Seat', name, club, seat);
  }
  #rename(label: string): void {
    const thing = this.#world.thing(label);
    const name = this.#free(thing.kind);
    this.log.push(`rename ${label} from ${thing.name} to ${name}`);
    this.#object(label).name = name;
    thing.name = name;
  }
  #join(member: string, club: string | null): void {
    const byMember = club === null || this.#next() < 0.5;
    this.log.push(byMember ? `${member}.club = ${club}` : `${club}.members.add(${member})`);
    if (byMember) this.#object(member).club = this.#object(club);
    else this.#object(club).members.add(this.#object(member));
    this.#world.thing(member).of = club;
  }
  #setMembers(club: string): void {
    const members = this.#some(this.#world.of('Member'));
    this.log.push(`${club}.members.set(${members})`);
    this.#object(club).members.set(members.map((label) => this.#object(label)));
    for (const label of this.#world.below('Member', club)) this.#world.thing(label).of = null;
    for (const label of members) this.#world.thing(label).of = club;
  }
  #pair(member: string, tag: string): void {
    const [owner, list, other] = this.#next() < 0.5 ? [member, 'tags', tag] : [tag, 'members', member];
    const verb = this.#world.pairs.has(`${member} ${tag}`) && this.#next() < 0.7 ? 'remove' : 'add';
    this.log.push(`${owner}.${list}.${verb}(${other})`);
    this.#object(owner)[list][verb](this.#object(other));
    if (verb === 'add') this.#world.pairs.add(`${member} ${tag}`);
    else this.#world.pairs.delete(`${member} ${tag}`);
  }
  #setTags(member: string): void {
    const tags = this.#some(this.#world.of('Tag'));
    this.log.push(`${member}.tags.set(${tags})`);
    this.#object(member).tags.set(tags.map((label) => this.#object(label)));
    this.#world.unlink(member);
    for (const tag of tags) this.#world.pairs.add(`${member} ${tag}`);
  }
  #award(badge: string, member: string | null): void {
    const byBadge = member === null || this.#next() < 0.5;
    this.log.push(byBadge ? `${badge}.member = ${member}` : `${member}.badge = ${badge}`);
    if (byBadge) this.#object(badge).member = this.#object(member);
    else this.#object(member).badge = this.#object(badge);
    if (member !== null) for (const other of this.#world.below('Badge', member)) this.#world.thing(other).of = null;
    this.#world.thing(badge).of = member;
  }
  /** A seat's key is made of its club's. */
  #moveSeat(seat: string, club: string): void {
    const thing = this.#world.thing(seat);
    if (thing.of !== club && inspect(this.#object(seat)).state === 'persistent') {
      this.log.push(`${seat}.club = ${club}`);
      this.#object(seat).club = this.#object(club);
      thing.of = club;
    } else if (thing.of === club) {
      this.log.push(`${club}.seats.remove(${seat})`);
      this.#object(club).seats.remove(this.#object(seat));
      this.#forget(seat);
    }
  }
  #delete(label: string): void {
    if (inspect(this.#object(label)).state !== 'persistent') return;
    this.log.push(`delete ${label}`);
    this.#session.delete(this.#object(label));
    this.#forget(label);
  }
  #forget(label: string): void {
    this.#world.delete(label);
    for (const other of this.#objects.keys()) if (!this.#world.things.has(other)) this.#objects.delete(other);
  }
  async #load(label: string): Promise<void> {
    const relations = {
      Club: ['members', 'seats'],
      Seat: ['club'],
      Member: ['club', 'tags', 'badge'],
      Tag: ['members'],
      Badge: ['member'],
    };
    const keys = relations[this.#world.thing(label).kind];
    const key = keys[this.#below(keys.length)];
    const quietly = this.#next() < 0.4;
    this.log.push(`load ${label}.${key}${quietly ? ' without a flush' : ''}`);
    const load = async (): Promise<void> => {
      await this.#object(label)[key];
    };
    await (quietly ? this.#session.noAutoflush(load) : load());
  }

  async #settle(what: string, work: () => Promise<void>): Promise<void> {
    this.log.push(what);
    await work();
    await this.#checkRows();
    this.#checkObjects();
  }
  async #commit(): Promise<void> {
    await this.#settle('commit', () => this.#session.commit());
    this.#committed = this.#world.copy();
    if (this.#next() < 0.6) return;
    this.log.push('let all go, and read some again');
    this.#session.expungeAll();
    this.#objects = new Map();
    for (const [label, { kind, name, of }] of this.#world.things) {
      if (this.#next() < 0.3) continue;
      const key = kind === 'Seat' ? [this.#world.thing(of as string).name, name] : name;
      this.#objects.set(label, await this.#session.getOne(this.#models[kind], key));
    }
    this.#all = new Map(this.#objects);
  }
  async #rollback(): Promise<void> {
    await this.#settle('rollback', async () => {
      await this.#session.rollback();
      this.#world = this.#committed.copy();
      this.#objects = new Map([...this.#all].filter(([label]) => this.#world.things.has(label)));
    });
  }
  async finish(): Promise<void> {
    await this.#settle('commit', () => this.#session.commit());
    await this.#session.close();
  }

  #nameOf(label: string | null): string | null {
    return label === null ? null : this.#world.thing(label).name;
  }
  async #checkRows(): Promise<void> {
    const rows = async (columns: string, table: string): Promise<string[]> => {
      const found = await this.#session.noAutoflush(() =>
        this.#session.all(text<Record<string, unknown>>(`SELECT ${columns} FROM ${table}`)),
      );
      return found.map((row) => Object.values(row).map(String).join(' ')).sort();
    };
    const expected = (kind: Kind, owned: boolean): string[] =>
      this.#world
        .of(kind)
        .map((label) => this.#world.thing(label))
        .map(({ name, of }) => (owned ? `${name} ${this.#nameOf(of)}` : name))
        .sort();
    expect(await rows('name', 'clubs'), 'clubs').toEqual(expected('Club', false));
    expect(await rows('name', 'tags'), 'tags').toEqual(expected('Tag', false));
    expect(await rows('name, club_name', 'seats'), 'seats').toEqual(expected('Seat', true));
    expect(await rows('name, club_name', 'members'), 'members').toEqual(expected('Member', true));
    expect(await rows('name, member_name', 'badges'), 'badges').toEqual(expected('Badge', true));
    const pairs = [...this.#world.pairs].map((pair) =>
      pair
        .split(' ')
        .map((label) => this.#nameOf(label))
        .join(' '),
    );
    expect(await rows('member_name, tag_name', 'pairs'), 'pairs').toEqual(pairs.sort());
  }
  /** What is loaded says what the rows say. */
  #checkObjects(): void {
    for (const [label, object] of this.#objects) {
      const { kind, name, of } = this.#world.thing(label);
      expect(`${label} is ${inspect(object).state}, ${object.name}`).toBe(`${label} is persistent, ${name}`);
      if (kind === 'Member' || kind === 'Seat') expect(object.clubName, `${label}.clubName`).toBe(this.#nameOf(of));
      if (kind === 'Badge') expect(object.memberName, `${label}.memberName`).toBe(this.#nameOf(of));
      const holds = (key: string, labels: readonly string[]): void => {
        if (!isLoaded(object[key])) return;
        const names = [...object[key]].map((member: { readonly name: string }) => member.name);
        expect(names.sort(), `${label}.${key}`).toEqual(labels.map((member) => this.#nameOf(member)).sort());
      };
      if (kind === 'Club') {
        holds('members', this.#world.below('Member', label));
        holds('seats', this.#world.below('Seat', label));
      } else if (kind === 'Tag') holds('members', this.#world.partners(label));
      else if (kind === 'Member') {
        holds('tags', this.#world.partners(label));
        const [badge = null] = this.#world.below('Badge', label);
        if (isLoaded(object.badge)) expect(object.badge?.name ?? null, `${label}.badge`).toBe(this.#nameOf(badge));
      }
    }
  }
}

const asked = process.env.ATHANOR_RUNS;
const RUNS = Number(asked ?? 200);
const STEPS = 40;
/** A server takes its time to empty the tables. */
const RUNS_ON_A_SERVER = 15;

test.each([databases[0], ...liveDatabases])(
  `random work on objects with names for keys agrees with plain maps on $name (seeds from ${first})`,
  async (database) => {
    const db = openDatabase(database);
    const classes = models(db);
    await db.createAll();
    const runs = isOneSeed ? 1 : database.family === 'sqlite' || asked !== undefined ? RUNS : RUNS_ON_A_SERVER;
    for (let seed = first; seed < first + runs; seed++) {
      const run = new Run(db.createSession(), classes, randomNumbers(seed));
      try {
        for (let i = 0; i < STEPS; i++) await run.step();
        await run.finish();
      } catch (error) {
        throw new Error(`With ATHANOR_SEED=${seed}, after:\n  ${run.log.join('\n  ')}`, { cause: error });
      }
      const emptying = db.createSession();
      for (const table of ['pairs', 'badges', 'seats', 'members', 'tags', 'clubs']) await emptying.execute(text(`DELETE FROM ${table}`));
      await emptying.commit();
      await emptying.close();
    }
  },
  asked === undefined ? 120_000 : RUNS * 20_000,
);
