import type { DriverRow } from '../dialects/base/driver.ts';
import { describe } from '../sql/errors.ts';
import { make, makeBind, makeColumn, nextId } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import { conjunction } from '../sql/operand.ts';
import type { TableColumn } from '../sql/schema.ts';
import { ormError } from './errors.ts';
import type { Mapper, RowDispatch } from './mapping.ts';

/** What a model says of the classes that extend it. */
export interface Listing {
  /** The attribute that tells classes apart; null where a class further up says it. */
  readonly on: string | null;
  /** The classes by that attribute's value; evaluated late, since they are defined later. */
  readonly identities: () => unknown;
}

/** A mapper as its hierarchy sees it. */
export interface Member extends Mapper {
  readonly parent: Member | null;
  readonly children: Member[];
  readonly listing: Listing | null;
  readonly isAbstract: boolean;
  /** Queries of the classes above leave its columns to a statement of their own. */
  readonly loadsLater: boolean;
  /** How many of its columns are those of the class that it extends. */
  readonly inherited: number;
  rowColumns: readonly TableColumn[];
  planId: number;
  dispatch: RowDispatch | null;
}

/** Where an object's columns stand in a row of a class further up: places and how many. */
type Segments = readonly (readonly [number, number])[];

/** Classes that extend each other, with one table or several. SQLAlchemy: what `Mapper.polymorphic_map` and its like know. */
export class Hierarchy {
  readonly root: Member;
  /** The position of the column that tells classes apart, or −1. */
  readonly discriminator: number;
  #byIdentity: Map<unknown, Member> | null = null;
  #identities: Map<Member, unknown[]> = new Map();
  readonly #find: (model: unknown, where: string) => Mapper;

  constructor(root: Member, on: string | null, find: (model: unknown, where: string) => Mapper) {
    this.root = root;
    this.#find = find;
    const position = on === null ? -1 : root.positions.get(on);
    if (position === undefined || position >= root.columns.length)
      throw ormError('orm.no-discriminator', `The model of '${root.table.name}'`, on ?? '', root.columns.map(({ key }) => key).join(', '));
    this.discriminator = position;
    if (position >= 0) root.dispatch = new Dispatch(this, root, loadsLater);
  }

  /** A class was defined: those above it read its columns too. */
  grow(member: Member): void {
    this.#byIdentity = null;
    for (let above: Member | null = member; above !== null; above = above.parent) {
      above.rowColumns = columnsBelow(above);
      above.planId = nextId();
      if (this.discriminator >= 0 && above.children.length > 0) above.dispatch = new Dispatch(this, above, loadsLater);
    }
  }

  /** The class that a discriminator's value stands for. Throws a MappingError for a value that no class has. */
  memberOf(identity: unknown): Member {
    if (identity === null || identity === undefined) return this.root;
    const member = this.#listed().get(identity);
    if (member === undefined) {
      const known = [...this.#listed().keys()].map(String).join(', ');
      throw ormError('orm.unknown-identity', this.root.name, this.root.columns[this.discriminator].key, describe(identity), known);
    }
    return member;
  }

  /** What the discriminator says of an object of this class. Throws a MappingError for a class that no list names. */
  identityOf(member: Member): unknown {
    if (this.discriminator < 0) return undefined;
    this.#listed();
    const [identity] = this.#identities.get(member) ?? [];
    if (identity === undefined && member.isAbstract) throw ormError('orm.abstract-class', member.name);
    if (identity === undefined && member !== this.root) throw ormError('orm.no-identity', member.name, this.root.name);
    return identity;
  }

  /** The values of the discriminator that stand for a class itself. */
  ownIdentities(member: Member): readonly unknown[] {
    this.#listed();
    return this.#identities.get(member) ?? [];
  }

  /** The values of the discriminator in the rows of a class: its own, and those of the classes below it. */
  identitiesBelow(member: Member): unknown[] {
    this.#listed();
    return [...(this.#identities.get(member) ?? []), ...member.children.flatMap((child) => this.identitiesBelow(child))];
  }

  /** A key of `identities`, which is text, as a value of the discriminator. */
  #valueOf(name: string): unknown {
    const { kinds, columns, name: model } = this.root;
    switch (this.discriminator < 0 ? 'string' : kinds[this.discriminator]) {
      case 'number':
        return Number(name);
      case 'bigint':
        return BigInt(name);
      case 'boolean':
        if (name === 'true' || name === 'false') return name === 'true';
        throw ormError('orm.bad-identity', model, columns[this.discriminator].key, name, "'true' or 'false'");
      default:
        return name;
    }
  }

  /** Reads the lists of all classes, each once. */
  #listed(): Map<unknown, Member> {
    if (this.#byIdentity !== null) return this.#byIdentity;
    const map = new Map<unknown, Member>();
    const read = (member: Member): void => {
      const classes = member.listing?.identities();
      for (const [name, model] of Object.entries((classes ?? {}) as Record<string, unknown>)) {
        const value = this.#valueOf(name);
        const found = this.#find(model, `The identity '${name}' of ${member.name}`) as Member;
        if (found.root !== this.root) throw ormError('orm.foreign-identity', name, member.name, found.name);
        map.set(value, found);
      }
      for (const child of member.children) read(child);
    };
    read(this.root);
    this.#identities = new Map();
    for (const [identity, member] of map) this.#identities.set(member, [...(this.#identities.get(member) ?? []), identity]);
    this.#byIdentity = map;
    return map;
  }
}

/** How a class said that those above it read its columns. */
function loadsLater(member: Member): boolean {
  return member.loadsLater;
}

/** Whether rows of a class may be those of classes that extend it. */
export function tellsApart({ dispatch }: Mapper): boolean {
  return dispatch !== null && dispatch.discriminator >= 0;
}

/** Whether a class has no table, only those have one that extend it. */
export function isTableless(mapper: Mapper): boolean {
  return mapper.parent === null && (mapper as Member).isAbstract;
}

/** Whether a class is another one, or extends it. */
export function isA(mapper: Mapper, ancestor: Mapper): boolean {
  for (let above: Mapper | null = mapper; above !== null; above = above.parent) if (above === ancestor) return true;
  return false;
}

/** The highest of the classes that a class extends which has all of these relations; itself where none has. */
export function topOwner(mapper: Mapper, keys: readonly string[]): Mapper {
  let owner = mapper;
  for (let above = mapper.parent; above !== null && keys.every((key) => above?.relationKeys.includes(key)); above = above.parent)
    owner = above;
  return owner;
}

/** The group of the columns that the rows of a class do not bring, since the class below that has them loads later. */
export const LATER = '(loads later)';

/** The columns of a class, then those that the classes below it add. */
function columnsBelow(member: Member): TableColumn[] {
  const below = (one: Member, later: boolean): TableColumn[] => {
    const waits = later || one.loadsLater;
    const own = one.columns.slice(one.inherited);
    return [
      ...(waits ? own.map((column) => ({ ...column, deferred: LATER })) : own),
      ...one.children.flatMap((child) => below(child, waits)),
    ];
  };
  return [...member.columns, ...member.children.flatMap((child) => below(child, false))];
}

/** The same, as the classes say them. */
export function saidBelow(member: Member): TableColumn[] {
  const below = (one: Member): TableColumn[] => [...one.columns.slice(one.inherited), ...one.children.flatMap(below)];
  return [...member.columns, ...member.children.flatMap(below)];
}

/** Makes objects of the right class of the rows of a class that others extend. */
export class Dispatch implements RowDispatch {
  readonly discriminator: number;
  readonly later: readonly Mapper[];
  readonly skipped: readonly number[];
  readonly #hierarchy: Hierarchy;
  readonly #base: Member;
  readonly #segments: Map<Mapper, Segments> = new Map();
  /** The classes whose columns the rows do not bring, each with the topmost of them. */
  readonly #tops: Map<Mapper, Mapper> = new Map();

  constructor(hierarchy: Hierarchy, base: Member, isLater: (member: Member) => boolean) {
    this.#hierarchy = hierarchy;
    this.#base = base;
    this.discriminator = hierarchy.discriminator;
    let place = 0;
    const skipped: number[] = [];
    const walk = (member: Member, above: Segments, top: Member | null): void => {
      const width = member === base ? member.columns.length : member.columns.length - member.inherited;
      const own = [...above, [place, width] as const];
      if (top !== null) {
        this.#tops.set(member, top);
        for (let i = 0; i < width; i++) skipped.push(place + i);
      }
      place += width;
      this.#segments.set(member, own);
      for (const child of member.children) walk(child, own, top ?? (isLater(child) ? child : null));
    };
    walk(base, [], null);
    this.skipped = skipped;
    this.later = [...new Set(this.#tops.values())];
  }

  /** Whether a value of the discriminator stands for a class. */
  names(mapper: Mapper, value: unknown): boolean {
    return this.#hierarchy.ownIdentities(mapper as Member).includes(value);
  }

  laterOf(mapper: Mapper): Mapper | null {
    return this.#tops.get(mapper) ?? null;
  }

  mapperOf(row: DriverRow): Mapper {
    const { root, discriminator } = this.#hierarchy;
    const raw = row[discriminator];
    const { decode } = root.codecs()[discriminator];
    const member = this.#hierarchy.memberOf(raw === null || decode === null ? raw : decode(raw));
    // A row of a class that is not below this one is read as one of this class, whose columns it has.
    return this.#segments.has(member) ? member : this.#base;
  }

  rowOf(mapper: Mapper, row: DriverRow): DriverRow {
    const segments = this.#segments.get(mapper);
    // An object of a class further up, or aside: the row has the columns that both have.
    if (segments === undefined) return row.slice(0, Math.min(mapper.columns.length, this.#base.columns.length));
    const [[, width]] = segments;
    const own = row.slice(0, width);
    for (let i = 1; i < segments.length; i++) {
      const [place, count] = segments[i];
      for (let j = 0; j < count; j++) own.push(row[place + j]);
    }
    if (this.#tops.has(mapper)) this.#forget(mapper as Member, own);
    return withoutWaiting(mapper, own);
  }

  /** What a class that loads later holds comes as NULL, which says nothing, unless a statement brought it after all. */
  #forget(mapper: Member, own: DriverRow): void {
    const { inherited } = this.#tops.get(mapper) as Member;
    for (let i = inherited; i < own.length; i++) if (own[i] !== null && own[i] !== undefined) return;
    for (let i = inherited; i < own.length; i++) own[i] = undefined;
  }
}

/** Makes objects of the rows of a class with columns that wait until they are asked for. */
export class WaitingColumns implements RowDispatch {
  readonly discriminator = -1;
  readonly later: readonly Mapper[] = [];
  readonly skipped: readonly number[] = [];
  readonly #mapper: Mapper;
  constructor(mapper: Mapper) {
    this.#mapper = mapper;
  }
  laterOf(): null {
    return null;
  }
  mapperOf(): Mapper {
    return this.#mapper;
  }
  rowOf(mapper: Mapper, row: DriverRow): DriverRow {
    return withoutWaiting(mapper, row);
  }
}

/** A waiting column comes as NULL where it was not read, which says nothing of its value. */
function withoutWaiting(mapper: Mapper, row: DriverRow): DriverRow {
  for (const { position, deferred } of mapper.columns) if (deferred !== null && row[position] === null) row[position] = undefined;
  return row;
}

/** Whether the attribute that tells classes apart may have this value in a row of a class. */
export function isIdentityOf(member: Mapper, value: unknown): boolean {
  const { root } = member;
  return root.dispatch instanceof Dispatch && root.dispatch.names(member, value);
}

/** The condition that tells a class's rows from those of others in its table; null where its table is its own. */
export function ownCondition(member: Member, hierarchy: Hierarchy): Node | null {
  const { parent } = member;
  if (parent === null || hierarchy.discriminator < 0 || member.table !== parent.table) return null;
  const column = hierarchy.root.columns[hierarchy.discriminator];
  const operand = column.formula?.(column.table.node) ?? makeColumn(column.table.node, column.name, column.key, column.type);
  const identities = hierarchy.identitiesBelow(member);
  if (identities.length === 0) {
    hierarchy.identityOf(member);
    return make('constant', { value: false });
  }
  if (identities.length === 1) return make('binary', { operator: '=', left: operand, right: makeBind(identities[0], column.type) });
  return make('in', { operand, list: makeBind(identities, column.type, { expanding: true }), negated: false });
}

/** The condition that ties a class's own table to that of the class it extends. */
export function tieToParent(member: Member): Node {
  const { parent, ownKey, table } = member;
  const keys = (parent as Member).ownKey;
  return conjunction(
    ownKey.map((column, i) =>
      make('binary', {
        operator: '=',
        left: makeColumn(keys[i].table.node, keys[i].name, keys[i].key, keys[i].type),
        right: makeColumn(table.node, column.name, column.key, column.type),
      }),
    ),
  ) as Node;
}
