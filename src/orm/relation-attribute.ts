import { describe } from '../sql/errors.ts';
import { Expression } from '../sql/expression.ts';
import { func } from '../sql/function.ts';
import type { Joinable } from '../sql/join.ts';
import { make, makeAlias, makeLateBind, makeSelect } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import type { NameOf } from '../sql/operand.ts';
import { conditions, conjunction, type ExpressionLike } from '../sql/operand.ts';
import { type Source, sourceOf } from '../sql/schema.ts';
import type { SelectNode } from '../sql/statement-nodes.ts';
import { BOOLEAN, INTEGER } from '../sql/type.ts';
import { moveToUnion } from './concrete-conditions.ts';
import { isRowOfObject } from './concrete-keys.ts';
import { isRelatable, relatedAlias } from './concrete-relations.ts';
import { type ConcreteUnion, unionBehind } from './concrete-union.ts';
import { ormError } from './errors.ts';
import { isA } from './hierarchy.ts';
import { nameOf } from './identity.ts';
import { adaptTo, columnOf, isRowOf } from './mapped-source.ts';
import { mapperOf } from './mapper.ts';
import {
  DELETED,
  DETACHED,
  type Entity,
  isEntity,
  MAPPER,
  type Mapper,
  PENDING,
  PERSISTENT,
  type RelationListeners,
  type Relationship,
  STATUS,
  TRANSIENT,
} from './mapping.ts';
import { rowValue } from './persistence.ts';
import { fromNaming, wholeFrom } from './polymorphic-reading.ts';
import { splitJoin, TRUE } from './relation-condition.ts';

export function equal(left: Node, right: Node): Node {
  return make('binary', { operator: '=', left, right });
}

/** The conditions between a parent source and a target source, without a table between. */
export function tie(relation: Relationship, parent: SourceNode, target: SourceNode): Node {
  if (relation.join !== null) {
    const { near, far, across } = splitJoin(relation.join, parent, target, null);
    const said = [near, far, across].filter((node): node is Node => node !== null && node !== TRUE);
    return conjunction([...ofOwners(relation, parent), ...said, ...extra(relation, target)]) as Node;
  }
  const pairs = relation.local.map((position, i) =>
    equal(columnOf(parent, relation.mapper.columns[position]), columnOf(target, relation.target.columns[relation.remote[i]])),
  );
  return conjunction([...ofOwners(relation, parent), ...pairs, ...extra(relation, target)]) as Node;
}

/** That a row is of the relation's own class, where its key tells whose the related rows are, and rows of others may have the same. */
function ofOwners({ mapper, local }: Relationship, parent: SourceNode): Node[] {
  const rows = isRowOf(parent, mapper);
  return rows !== null && local.every((position) => mapper.keyPositions.includes(position)) ? [rows] : [];
}

function extra(relation: Relationship, target: SourceNode): Node[] {
  return conditionsOf(relation).map((node) => adaptTo(relation.target, node, target));
}

/** What tells the related rows from others besides the keys, over the target's own tables. */
export function conditionsOf({ condition, target }: Relationship): Node[] {
  return [condition, target.condition].filter((node) => node !== null);
}

/** The conditions of both halves of a many-to-many relation, and what needs both at once. */
export function ties(
  relation: Relationship,
  parent: SourceNode,
  through: SourceNode,
  target: SourceNode,
): { readonly near: Node; readonly far: Node; readonly across: Node | null } {
  if (relation.join !== null) {
    const split = splitJoin(relation.join, parent, target, through);
    const more = extra(relation, target);
    const near = conjunction([...ofOwners(relation, parent), split.near]) as Node;
    return { ...split, near, far: more.length === 0 ? split.far : (conjunction([split.far, ...more]) as Node) };
  }
  const near = relation.throughLocal.map((column, i) =>
    equal(columnOf(parent, relation.mapper.columns[relation.local[i]]), columnOf(through, column)),
  );
  const far = relation.throughRemote.map((column, i) =>
    equal(columnOf(through, column), columnOf(target, relation.target.columns[relation.remote[i]])),
  );
  return {
    near: conjunction([...ofOwners(relation, parent), ...near]) as Node,
    far: conjunction([...far, ...extra(relation, target)]) as Node,
    across: null,
  };
}

/**
 * A relation as a part of SQL: `User.c.posts`. SQLAlchemy: `RelationshipProperty.Comparator`.
 * @typeParam M the related object
 */
export class RelationAttribute<M = unknown, S = unknown, N extends string = string> implements Joinable {
  /** The shape of the model that the relation belongs to. */
  declare readonly '~shape'?: S;
  declare readonly '~related': M;
  /** The name of the model that it leads to. */
  declare readonly '~from'?: N;
  readonly #source: SourceNode;
  readonly #mapper: Mapper;
  readonly #position: number;
  /** The alias that stands for the related class, where `of()` named one. */
  readonly #target: SourceNode | null;
  /** The class below the related one whose objects alone are meant, where `of()` named one. */
  readonly #narrowed: Mapper | null;
  constructor(source: SourceNode, mapper: Mapper, position: number, target: SourceNode | null = null, narrowed: Mapper | null = null) {
    this.#source = source;
    this.#mapper = mapper;
    this.#position = position;
    this.#target = target;
    this.#narrowed = narrowed;
  }
  /**
   * The relation to an alias of the related class, whose columns can then be named: in joins, in `any()` and `has()`, and in
   * `with({ …: { alias } })`; or to the objects of a class that extends the related one, or of an alias of such a class.
   * SQLAlchemy: `of_type()`.
   * @example const child = alias(Node); Node.query().join(Node.c.children.of(child)).filter(child.c.name.eq('x'))
   * @example Company.query().filter(Company.c.employees.of(Engineer).any(Engineer.c.language.eq('ts')))
   */
  of<T extends Source & { readonly '~entity': M }>(target: T): RelationAttribute<M, S, NameOf<T>>;
  of<C extends Source & (abstract new (...args: never) => M)>(target: C): RelationAttribute<InstanceType<C>, S, NameOf<C>>;
  of(target: Source): unknown {
    const { relation } = this;
    const where = `${relation.name}.of()`;
    const { node, table } = sourceOf(target, where);
    const model = '~model' in target ? target['~model'] : target;
    const named = typeof model === 'function' && MAPPER in model ? mapperOf(model, where) : null;
    if (named === null || !isA(named, relation.target))
      throw ormError(
        'orm.wrong-class',
        where,
        `an alias of ${relation.target.name} or of a class below it`,
        named?.name ?? table?.name ?? 'a subquery',
      );
    const narrowed = named === relation.target ? null : named;
    return new RelationAttribute(this.#source, this.#mapper, this.#position, model === target ? null : node, narrowed);
  }
  /** The relation, to the class that was named. */
  get #reached(): Relationship {
    return this.#narrowed === null ? this.relation : { ...this.relation, target: this.#narrowed };
  }
  /** The same relation of the rows of another source. */
  '~over'(source: SourceNode): RelationAttribute<M, S, N> {
    return new RelationAttribute(source, this.#mapper, this.#position, this.#target, this.#narrowed);
  }
  /** The relation behind it. */
  get relation(): Relationship {
    return this.#mapper.relations()[this.#position];
  }
  /** The relation's name. */
  get key(): string {
    return this.#mapper.relationKeys[this.#position];
  }
  /** What is called when the relation changes. */
  get listeners(): RelationListeners {
    return this.#mapper.relationListeners[this.#position];
  }

  /** Some related row meets all these conditions. SQLAlchemy: `any()`. */
  any(...list: (ExpressionLike<boolean | null> | boolean)[]): Expression<boolean> {
    return this.#exists(conditions(list, `${this.relation.name}.any()`));
  }
  /** The related row meets all these conditions. SQLAlchemy: `has()`. */
  has(...list: (ExpressionLike<boolean | null> | boolean)[]): Expression<boolean> {
    return this.#exists(conditions(list, `${this.relation.name}.has()`));
  }
  /** Every related row meets all these conditions, as where there is none. */
  every(first: ExpressionLike<boolean | null> | boolean, ...rest: (ExpressionLike<boolean | null> | boolean)[]): Expression<boolean> {
    const operand = conjunction(conditions([first, ...rest], `${this.relation.name}.every()`)) as Node;
    // A row whose columns are NULL may leave it open whether it meets them, which is not to meet them.
    return this.#exists([new Expression<boolean>(operand, BOOLEAN).isNot(true).node]).not();
  }
  /**
   * How many related rows there are, or how many of them meet these conditions.
   * @example User.query().orderBy(User.c.posts.count().desc()); User.query().select({ user: User, drafts: User.c.posts.count(Post.c.published.eq(false)) })
   */
  count(...list: (ExpressionLike<boolean | null> | boolean)[]): Expression<number> {
    const query = this.#related([func.count().node], conditions(list, `${this.relation.name}.count()`));
    return new Expression<number>(make('scalar', { query }), INTEGER);
  }
  /** Is related to this object, by the key that it has when the statement runs; `null` is: to none. SQLAlchemy: `==`. */
  eq(object: M | null): Expression<boolean> {
    const { relation } = this;
    if (object === null) return this.isNull();
    if (relation.direction !== 'manyToOne') return this.contains(object);
    const entity = entityFor(relation, object);
    const pairs = relation.local.map((position, i) =>
      equal(columnOf(this.#source, relation.mapper.columns[position]), keyBind(relation, entity, relation.remote[i])),
    );
    return new Expression(conjunction(pairs) as Node, BOOLEAN);
  }
  /** Is not related to this object. SQLAlchemy: `!=`. */
  ne(object: M | null): Expression<boolean> {
    const { relation } = this;
    if (object === null) return this.isNotNull();
    if (relation.direction !== 'manyToOne') return this.contains(object).not();
    const missing = relation.local.map((position) => isNull(columnOf(this.#source, relation.mapper.columns[position])));
    const unequal = make('unary', { operator: 'NOT', operand: this.eq(object).node, postfix: false });
    return new Expression(make('junction', { operator: 'or', items: [unequal, ...missing] }), BOOLEAN);
  }
  /** The object is among the related ones. SQLAlchemy: `contains()`. */
  contains(object: M): Expression<boolean> {
    const { relation } = this;
    const entity = entityFor(relation, object);
    if (relation.overUnion) {
      const keyOf = (position: number): Node => keyBind(relation, entity, position);
      return this.#exists([], (target) => [isRowOfObject(unionBehind(target) as ConcreteUnion, entity, keyOf).node]);
    }
    return this.#exists([], (target) =>
      relation.target.keyPositions.map((position) =>
        equal(columnOf(target, relation.target.columns[position]), keyBind(relation, entity, position)),
      ),
    );
  }
  /** Is related to none. SQLAlchemy: `== None`. */
  isNull(): Expression<boolean> {
    const { relation } = this;
    if (relation.direction !== 'manyToOne') return this.any().not();
    const items = relation.local.map((position) => isNull(columnOf(this.#source, relation.mapper.columns[position])));
    return new Expression(items.length === 1 ? items[0] : make('junction', { operator: 'or', items }), BOOLEAN);
  }
  /** Is related to some. */
  isNotNull(): Expression<boolean> {
    return this.isNull().not();
  }

  /** The join, with the source whose columns are the related rows', and the class that they are read as. */
  '~join'(): ReturnType<Joinable['~join']> & { readonly target: SourceNode; readonly mapper: Mapper } {
    const relation = this.#reached;
    if (relation.overUnion && this.#target === null)
      throw ormError(
        'orm.concrete-query',
        `join() along ${relation.name}`,
        relation.target.name,
        'Join an alias, whose columns can be named: .of(alias(…))',
      );
    const shared = relation.target.root === relation.mapper.root;
    if (shared && this.#target === null && relation.target !== this.#mapper)
      throw ormError('orm.join-without-alias', relation.name, relation.target.name, this.#mapper.name, relation.target.root.table.name);
    const target = this.#target ?? (shared ? makeAlias(relation.target.selectable, null) : relation.target.table.node);
    // Conditions that come later may name any class below.
    const rows = this.#target !== null || shared ? target : (wholeFrom(relation.target) as SourceNode);
    const { condition } = relation.target;
    const told = condition === null ? [] : [adaptTo(relation.target, condition, target)];
    const reached = { from: this.#source, target, mapper: relation.target, told };
    if (relation.through === null) return { ...reached, steps: [{ source: rows, on: tie(relation, this.#source, target) }] };
    // Where an alias stands for the related class, the relation may be joined again by another.
    const through = this.#target === null ? relation.through.node : makeAlias(relation.through.node, null);
    const { near, far, across } = ties(relation, this.#source, through, target);
    return {
      ...reached,
      filtered: relation.join !== null || conditionsOf(relation).length > 0,
      steps: [
        { source: through, on: near },
        { source: rows, on: across === null ? far : (conjunction([far, across]) as Node) },
      ],
    };
  }

  #exists(list: readonly Node[], more?: (target: SourceNode) => readonly Node[]): Expression<boolean> {
    return new Expression(make('exists', { query: this.#related([ONE], list, more) }), BOOLEAN);
  }

  /** A subquery for the related rows. */
  #related(columns: readonly Node[], list: readonly Node[], more: (target: SourceNode) => readonly Node[] = () => []): SelectNode {
    const relation = this.#reached;
    const own = relation.target;
    // Conditions are written over the class's own tables; inside the subquery such a name may be the outer one's.
    const aliased = this.#target === null && (relation.overUnion || (this.#source.kind === 'table' && own.root === this.#mapper.root));
    const alias = aliased ? (relation.overUnion ? relatedAlias(relation) : makeAlias(own.selectable, null)) : null;
    const target: SourceNode = this.#target ?? alias ?? own.table.node;
    const union = relation.overUnion ? unionBehind(target) : null;
    const move = (node: Node): Node => (union === null ? adaptTo(own, node, target) : moveToUnion(own, union, node));
    const inner = aliased ? list.map(move) : list;
    const from: Node[] = [this.#target !== null || aliased ? target : fromNaming(own, list)];
    const where: Node[] = [];
    if (relation.through === null) where.push(tie(relation, this.#source, target));
    else {
      const { near, far, across } = ties(relation, this.#source, relation.through.node, target);
      from.unshift(relation.through.node);
      where.push(near, far);
      if (across !== null) where.push(across);
    }
    return makeSelect({ columns, from, where: conjunction([...where, ...more(target), ...inner]) });
  }
}

const ONE = make('raw', { pieces: ['1'], items: [] });

function isNull(operand: Node): Node {
  return make('unary', { operator: 'IS NULL', operand, postfix: true });
}

function entityFor(relation: Relationship, object: unknown): Entity {
  if (!isEntity(object)) throw ormError('orm.wrong-class', relation.name, relation.target.name, describe(object));
  if (!isRelatable(object[MAPPER], relation)) throw ormError('orm.wrong-class', relation.name, relation.target.name, object[MAPPER].name);
  return object;
}

/** A parameter with one value of an object's key, read when the statement runs: a new object gets it by the flush before. */
function keyBind(relation: Relationship, entity: Entity, position: number): Node {
  const { type, key } = relation.target.columns[position];
  const read = (): unknown => rowValue(entity, position) ?? unknownKey(relation, entity, key, rowValue(entity, position));
  return makeLateBind(read, type);
}

/** Throws what says why a statement cannot tell an object's rows. */
export function unknownKey(relation: Relationship, entity: Entity, key: string, value: unknown): never {
  const cure =
    value === null
      ? `Give it a value first`
      : {
          [TRANSIENT]: 'Add it to the session, which flushes before its queries',
          [PENDING]: 'Flush before the query, which does not',
          [PERSISTENT]: 'Call refresh() for it before the query',
          [DELETED]: 'Its row is gone',
          [DETACHED]: 'Load it before its session closes',
        }[entity[STATUS]];
  throw ormError('orm.unknown-key', relation.name, nameOf(entity), key, value === null ? 'null' : 'not known', cure);
}
