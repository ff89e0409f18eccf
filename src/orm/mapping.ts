import type { Codec, Dialect } from '../dialects/base/dialect.ts';
import type { DriverRow } from '../dialects/base/driver.ts';
import type { Validator } from '../sql/column.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import type { OrderTerm } from '../sql/order-term.ts';
import type { Table, TableColumn } from '../sql/schema.ts';
import type { RelationDefinition } from './relation.ts';
import { keepSpecimen } from './specimens.ts';

/**
 * What an object carries besides its attributes, under symbols: no name of a user's model can meet them, and
 * Object.keys does not see them. All objects of a class are made by one function and so have one hidden class.
 */
export const ROW = Symbol('row');
export const SESSION = Symbol('session');
export const STATUS = Symbol('status');
export const PEERS = Symbol('peers');
export const RELATED = Symbol('related');
export const CHANGES = Symbol('changes');
/** On the prototype and on the class: the mapper. */
export const MAPPER = Symbol('mapper');

/** Statements whose keys begin with this read rows of objects that the session has, or write some: no criterion hides those. */
export const UNRESTRICTED = '=';

export const TRANSIENT = 0;
export const PENDING = 1;
export const PERSISTENT = 2;
export const DELETED = 3;
export const DETACHED = 4;
export type Status = 0 | 1 | 2 | 3 | 4;
export const STATUS_NAMES = ['transient', 'pending', 'persistent', 'deleted', 'detached'] as const;

/** An object of a model class. */
export interface Entity {
  /** Column values by position: as the row brought them until first read, then as JavaScript values. undefined: not known. */
  [ROW]: unknown[];
  [SESSION]: EntitySession | null;
  [STATUS]: Status;
  /** The objects that came out of the same result: they load their relations together. */
  [PEERS]: readonly Entity[] | null;
  /** Related objects and collections by the relation's position; undefined: not known. */
  [RELATED]: unknown[] | null;
  /** Since the last flush: position, old value, position, old value … A relation's position comes after the columns'. */
  [CHANGES]: unknown[] | null;
  readonly [MAPPER]: Mapper;
}

/** What an object asks of its session. */
export interface EntitySession {
  /** The object has changes to write. */
  touch(entity: Entity): void;
  /** An object was related to one of this session's. */
  cascade(entity: Entity): void;
  /** The object may be changed from within: JSON that was read. */
  watch(entity: Entity): void;
  /** A pending object lost its only parent. */
  orphaned(entity: Entity): void;
  /** The objects of a class that the session has, stored or not. */
  objectsOf(mapper: Mapper): Iterable<Entity>;
  /** Whether the object is to be deleted by the next flush. */
  isRemoved(entity: Entity): boolean;
  /** The object with this identity, if the session has it. */
  identity(mapper: Mapper, key: unknown): Entity | undefined;
  /** Loads a relation of the object and of its peers. */
  loadRelation(entity: Entity, relation: Relationship): Promise<unknown>;
  /** Tells the handlers of an object's state; null while there are none. */
  readonly tellState: ((event: StateEvent, entity: Entity) => void) | null;
  /** A query over a relation's objects. */
  relationQuery(entity: Entity, relation: Relationship): unknown;
  /** Takes the object out, and nothing else with it. */
  release(entity: Entity): void;
}

/** An object goes from one state to another, or enters a session. */
export type StateEvent =
  | 'beforeAttach'
  | 'afterAttach'
  | 'transientToPending'
  | 'pendingToTransient'
  | 'pendingToPersistent'
  | 'loadedAsPersistent'
  | 'persistentToDeleted'
  | 'persistentToTransient'
  | 'persistentToDetached'
  | 'deletedToPersistent'
  | 'deletedToDetached'
  | 'detachedToPersistent';

/** How a slot tells that it holds the JavaScript value: a typeof word, a Uint8Array that is no Buffer, or a box. */
export type SlotKind = 'string' | 'number' | 'boolean' | 'bigint' | 'object' | 'bytes' | 'boxed';

export interface AttributeListener {
  (object: Entity, value: unknown, old: unknown): unknown;
  /** What it gives is set in the value's place. */
  readonly retval?: boolean;
}
export type MapperListener = (object: Entity) => unknown;
export type MapperEvent =
  | 'beforeInsert'
  | 'afterInsert'
  | 'beforeUpdate'
  | 'afterUpdate'
  | 'beforeDelete'
  | 'afterDelete'
  | 'load'
  | 'refresh';

/** What makes a class's objects: from a row to an object in one call. */
export interface EntityFactory {
  new (row: unknown[], session: EntitySession | null, peers: readonly Entity[] | null, status: Status): Entity;
}

/** How a class is mapped to a table. SQLAlchemy: `Mapper`. */
export interface Mapper {
  /** The class's name. */
  readonly name: string;
  /** The class whose objects rows become. */
  readonly entityClass: { readonly prototype: object; readonly name: string };
  /** Its own table; a class that extends another one may keep its columns in that one's. */
  readonly table: Table;
  /** Its queries read the tables of several classes that have nothing in common. */
  readonly readsUnion: boolean;
  /** The columns of its objects: those of the class that it extends come first. */
  readonly columns: readonly TableColumn[];
  /** Names its plans: another one when its columns are others. */
  readonly planId: number;
  /** The class that this one extends. */
  readonly parent: Mapper | null;
  /** The class at the top, whose keys all that extend it share; itself for most. */
  readonly root: Mapper;
  /** Its tables, from the root's to its own. */
  readonly tables: readonly Table[];
  /** The columns of its own table that are the key. */
  readonly ownKey: readonly TableColumn[];
  /** The columns of the rows that its queries read: its own, then those of the classes that extend it. */
  readonly rowColumns: readonly TableColumn[];
  /** Makes objects of the right classes of those rows; null where all are of this class. */
  readonly dispatch: RowDispatch | null;
  /** The same, where other classes below it load later; null where nothing tells classes apart. */
  dispatchWith(later: ReadonlySet<Mapper>): RowDispatch | null;
  /** What its rows are read from: its table, or several joined. */
  readonly from: Node;
  /** What stands for its rows under another name: its table, or a query over several. */
  readonly selectable: Node;
  /** The condition that tells its rows from those of other classes in its table; null where there are none. */
  readonly condition: Node | null;
  /** What its rows are written to, table by table. */
  readonly writes: readonly WriteTarget[];
  /** The slots of a new object. */
  blank(): unknown[];
  /** Attributes that are expressions in SQL and values on objects, by name. */
  readonly hybrids: ReadonlyMap<string, { readonly define: (columns: never) => unknown }>;
  /** The position of a column of one of its tables; −1 for one that its objects do not have. */
  positionOf(column: TableColumn): number;
  /** Attribute names to positions: columns first, then relations. */
  readonly positions: ReadonlyMap<string, number>;
  /** The positions of the primary key's columns. */
  readonly keyPositions: readonly number[];
  /** The key's one position where its raw value is its identity; −1 otherwise. */
  readonly plainKey: number;
  /** The position of the key that the database makes, or −1. */
  readonly generatedKey: number;
  /** The position of the row's version, or −1. */
  readonly versionPosition: number;
  /** A delete that finds no row is an error, whether the rows have versions or not. */
  readonly confirmsDeletes: boolean;
  readonly relationKeys: readonly string[];
  readonly relationListeners: readonly RelationListeners[];
  /** By position: how a slot tells a JavaScript value from what the row brought. */
  readonly kinds: readonly SlotKind[];
  /** Positions of JSON columns, whose values may be changed from within. */
  readonly jsonPositions: readonly number[];
  /** By column position: relations that are found by this foreign key. */
  readonly dependents: (readonly number[] | null)[];
  readonly listeners: Map<MapperEvent, MapperListener[]>;
  /** By position: what is called when the attribute is set; null where nothing is. */
  readonly setters: (AttributeListener[] | null)[];
  readonly validators: readonly (readonly Validator<unknown>[])[];
  /** By position: whether a new object's value goes into its slot as it is. */
  readonly plain: readonly boolean[];
  /** Columns without NULL that it keeps in the table of a class above, where the database allows it to other classes. */
  readonly required: readonly TableColumn[];
  /** The columns that an UPDATE makes the database work out anew. */
  readonly workedOut: readonly TableColumn[];
  /** Relations by their order among relations; resolved on first use. */
  relations(): readonly Relationship[];
  /** The constructor of its objects, which runs none of the class's own code. */
  readonly factory: EntityFactory;
  /** Makes an object; its constructor does not run. */
  instantiate(row: unknown[], session: EntitySession | null, peers: readonly Entity[] | null, status: Status): Entity;
  /** The conversions of the database that the class's rows come from. */
  codecs(): readonly Codec[];
  /** By position: what makes a JavaScript value of what a row brought; null where it is one. Empty until a database is known. */
  readonly decoders: readonly Codec['decode'][];
  useDialect(dialect: Dialect): void;
}

/** A table that rows are written to. Its columns stand at their positions in the objects' slots. */
export type WriteTarget = Pick<
  Mapper,
  'table' | 'columns' | 'keyPositions' | 'generatedKey' | 'versionPosition' | 'workedOut' | 'kinds' | 'planId' | 'codecs' | 'name'
>;

/** Tells of which class a row is. */
export interface RowDispatch {
  /** The place of the column that tells classes apart, or −1. */
  readonly discriminator: number;
  /** The classes below whose columns the rows do not bring, each the topmost, and the places of those columns. */
  readonly later: readonly Mapper[];
  readonly skipped: readonly number[];
  /** The class whose statement brings what objects of this one lack; null where nothing does. */
  laterOf(mapper: Mapper): Mapper | null;
  mapperOf(row: DriverRow): Mapper;
  /** The columns of such an object, out of the row. */
  rowOf(mapper: Mapper, row: DriverRow): DriverRow;
}

/** A relation between two mapped classes, resolved. SQLAlchemy: `RelationshipProperty`. */
export interface Relationship {
  /** For messages: `User.posts`. */
  readonly name: string;
  readonly key: string;
  /** Its order among its mapper's relations. */
  readonly position: number;
  readonly mapper: Mapper;
  readonly target: Mapper;
  readonly direction: 'manyToOne' | 'oneToMany' | 'manyToMany';
  /** A collection, or one object. */
  readonly many: boolean;
  readonly definition: RelationDefinition;
  /** Column positions: this side's, and the target's in the same order (not for many-to-many). */
  readonly local: readonly number[];
  readonly remote: readonly number[];
  /** Many-to-many: the table between, its columns for this side and for the target. */
  readonly through: Table | null;
  readonly throughLocal: readonly TableColumn[];
  readonly throughRemote: readonly TableColumn[];
  /** The foreign key points at the target's primary key, so the identity map can answer. */
  readonly byIdentity: boolean;
  readonly cascade: Cascade;
  readonly passiveDeletes: boolean | 'all';
  readonly passiveUpdates: boolean;
  readonly postUpdate: boolean;
  readonly viewOnly: boolean;
  /** It leads to the rows of all classes that the target's queries give, each with a table of its own. */
  readonly overUnion: boolean;
  readonly orderBy: readonly OrderTermLike[];
  /** The position of the target's column that keeps the members' order; -1 where none does. */
  readonly ordering: number;
  /** A further condition on the target's rows, over the target's own columns. */
  readonly condition: Node | null;
  /** What joins both sides where no foreign key does; the relation is read only then. */
  readonly join: JoinCondition | null;
  readonly raise: boolean;
  /** The relation on the other side. */
  back: Relationship | null;
  readonly listeners: RelationListeners;
}

/** A condition between two sides of a relation, and the names under which it has them. SQLAlchemy: `primaryjoin`, `secondaryjoin`. */
export interface JoinCondition {
  /** All of these have to be true. */
  readonly parts: readonly Node[];
  readonly own: SourceNode;
  readonly related: SourceNode;
  readonly through: SourceNode | null;
}

export type OrderTermLike = Pick<OrderTerm, 'node'>;
export type RelationListener = (object: Entity, value: unknown, old?: unknown) => unknown;

/** What is called when a relation changes. */
export interface RelationListeners {
  readonly set: RelationListener[];
  readonly append: RelationListener[];
  readonly remove: RelationListener[];
  readonly bulkReplace: RelationListener[];
}

export interface Cascade {
  readonly saveUpdate: boolean;
  readonly merge: boolean;
  readonly refreshExpire: boolean;
  readonly delete: boolean;
  readonly deleteOrphan: boolean;
  readonly expunge: boolean;
}

/** A value whose decoded form can't be told from its raw form. */
export class Decoded {
  readonly value: unknown;
  /** What the row held; undefined for a value that was set. */
  readonly raw: unknown;
  constructor(value: unknown, raw: unknown) {
    this.value = value;
    this.raw = raw;
  }
}
keepSpecimen(Decoded, new Decoded(undefined, undefined));

export function isEntity(value: unknown): value is Entity {
  return typeof value === 'object' && value !== null && ROW in value;
}

/** The changes of an object whose first row is being written, while there are none: one list for all of them, never added to. */
export const NO_CHANGES: unknown[] = [];

/** Remembers what an attribute held at the last flush, once. */
export function recordChange(entity: Entity, position: number, old: unknown): void {
  const changes = entity[CHANGES];
  if (changes === null || changes === NO_CHANGES) {
    entity[CHANGES] = [position, old];
    return;
  }
  for (let i = 0; i < changes.length; i += 2) if (changes[i] === position) return;
  changes.push(position, old);
}

/** Whether the attribute was changed since the last flush. */
export function hasChange(entity: Entity, position: number): boolean {
  const changes = entity[CHANGES];
  if (changes !== null) for (let i = 0; i < changes.length; i += 2) if (changes[i] === position) return true;
  return false;
}

/** Objects by their class, classes and objects in the order of their appearance. */
export function byMapper(entities: Iterable<Entity>): Map<Mapper, Entity[]> {
  const groups = new Map<Mapper, Entity[]>();
  let last: Mapper | null = null;
  let list: Entity[] = [];
  for (const entity of entities) {
    const mapper = entity[MAPPER];
    // Objects of one class mostly stand together.
    if (mapper !== last) {
      last = mapper;
      list = groups.get(mapper) ?? [];
      groups.set(mapper, list);
    }
    list.push(entity);
  }
  return groups;
}
