import { adapt } from '../sql/adapt.ts';
import { sourcesOf } from '../sql/join.ts';
import { changeSelect, make, makeColumn, rebuild } from '../sql/make.ts';
import type { BindNode, Node, SourceNode } from '../sql/node.ts';
import { isKind, mapChildren, walk } from '../sql/node-walk.ts';
import { conjunction } from '../sql/operand.ts';
import { tableBehind } from '../sql/schema.ts';
import type { JoinNode, SelectNode } from '../sql/statement-nodes.ts';
import { type Criterion, criteriaOf } from './criteria.ts';
import { mapperOfTable, withDescendants } from './mapper.ts';
import type { Mapper } from './mapping.ts';

/** A statement with the criteria of all classes whose rows it reads, in its subqueries too. */
export function restrict<N extends Node>(node: N, lists: readonly (readonly Criterion[])[]): N {
  return new Restriction(lists).visit(node, new Set()) as N;
}

/** A statement with its criteria, and its values, those of the criteria among them in their places. */
export function restrictValues(
  node: Node,
  values: readonly unknown[],
  lists: readonly (readonly Criterion[])[],
): { readonly node: Node; readonly values: readonly unknown[] } {
  const restricted = restrict(node, lists);
  if (restricted === node) return { node, values };
  const places = new Map<BindNode, number[]>();
  node.binds.forEach((bind, i) => {
    places.set(bind, [...(places.get(bind) ?? []), i]);
  });
  const own = restricted.binds.map((bind) => {
    const list = places.get(bind);
    if (list === undefined) return bind.value;
    return values[(list.length > 1 ? list.shift() : list[0]) as number];
  });
  return { node: restricted, values: own };
}

type Ids = ReadonlySet<string>;

/** A condition on the rows of a source. */
interface Told {
  readonly source: SourceNode;
  readonly condition: Node;
}

/** One statement's criteria. Each class is asked for them once. */
class Restriction {
  readonly #lists: readonly (readonly Criterion[])[];
  readonly #known: Map<Mapper, Node[]> = new Map();

  constructor(lists: readonly (readonly Criterion[])[]) {
    this.#lists = lists;
  }

  visit(node: Node, around: Ids): Node {
    if (isKind(node, 'bind') || isKind(node, 'column') || isKind(node, 'table')) return node;
    if (isKind(node, 'select')) return this.#select(node, around);
    if (isKind(node, 'update') || isKind(node, 'delete')) {
      const inner = new Set([...around, ...sourcesOf([node.table]).map(({ id }) => id)]);
      const mapped = mapChildren(node, (child) => (child === node.table ? child : this.visit(child, inner)));
      const where = this.#conditions(node.table);
      if (where.length === 0) return mapped === node ? node : rebuild(mapped);
      return rebuild({ ...mapped, where: both(mapped.where, where) });
    }
    const mapped = mapChildren(node, (child) => this.visit(child, around));
    return mapped === node ? node : rebuild(mapped);
  }

  #select(node: SelectNode, around: Ids): SelectNode {
    const said = new Set(node.from.flatMap(held));
    const named = sourcesOf([...node.columns, ...(node.where === null ? [] : [node.where])]).filter((source) => !said.has(source.id));
    const local = named.filter((source) => !around.has(source.id));
    const selected = new Set(sourcesOf(node.columns).map(({ id }) => id));
    const read = named.filter(({ id }) => selected.has(id));
    const implied = local.length > 0 || node.from.length > 0 ? local : read.length > 0 ? read : named;
    const inner = new Set([...around, ...said, ...implied.map(({ id }) => id)]);
    const told: Told[] = [];
    let changed = false;
    const map = (child: Node): Node => {
      const next = this.visit(child, inner);
      changed ||= next !== child;
      return next;
    };
    const from = node.from.map((item) => {
      const next = this.#item(item, false, told, inner);
      changed ||= next !== item;
      return next;
    });
    for (const source of implied) {
      const next = this.#item(source, false, told, inner);
      if (next === source) continue;
      changed = true;
      from.push(next);
    }
    const columns = node.columns.map(map);
    const own = node.where === null ? null : map(node.where);
    const groupBy = node.groupBy.map(map);
    const having = node.having === null ? null : map(node.having);
    const orderBy = node.orderBy.map(map);
    const modifiers = node.modifiers === null ? null : (map(node.modifiers) as typeof node.modifiers);
    const where = told.map(({ condition }) => condition);
    if (!changed && where.length === 0) return node;
    return changeSelect(node, { columns, from, where: both(own, where), groupBy, having, orderBy, modifiers });
  }

  /** A part of FROM. Its conditions go into `where`; where an outer join may leave it out, they let that be. */
  #item(item: Node, nullable: boolean, where: Told[], around: Ids): Node {
    if (isKind(item, 'join')) return this.#join(item, nullable, where, around);
    if (isKind(item, 'table') || (isKind(item, 'alias') && isKind(item.of, 'table'))) {
      const source = item as SourceNode;
      const own = this.#conditions(source);
      where.push(...own.map((condition) => ({ source, condition: nullable ? orAbsent(source, condition) : condition })));
      return item;
    }
    return this.visit(item, around);
  }

  #join(join: JoinNode, nullable: boolean, where: Told[], around: Ids): Node {
    const { type } = join;
    const on: Told[] = [];
    const part = (item: Node, outer: boolean): Node => {
      if (type === 'full') return this.#item(item, nullable, on, around);
      // The table of a class that extends another one belongs to its row: without it, the row is not to be seen.
      const apart = outer && !isExtension(item);
      return this.#item(item, nullable || (outer && !apart), apart ? on : where, around);
    };
    const left = part(join.left, type === 'right');
    const right = part(join.right, type === 'left');
    // In a full join such a row is nobody's partner, and does not stand alone either.
    if (type === 'full') where.push(...on.map(({ source, condition }) => ({ source, condition: orAbsent(source, condition) })));
    const own = join.on === null ? null : this.visit(join.on, around);
    if (left === join.left && right === join.right && own === join.on && on.length === 0) return join;
    const { assumed } = join;
    const conditions = on.map(({ condition }) => condition);
    return make('join', { type, left, right, on: both(own, conditions), assumed });
  }

  /** The conditions on the rows of a table, or of an alias of one. */
  #conditions(source: SourceNode): Node[] {
    const table = tableBehind(source);
    const mapper = table === null ? null : mapperOfTable(table);
    if (table === null || mapper === null) return [];
    return withDescendants(mapper)
      .filter((one) => one.table === table)
      .flatMap((one) => {
        const own = this.#of(one);
        // Other classes of the table have rows that this class says nothing of.
        const apart =
          one === mapper || one.condition === null ? null : make('unary', { operator: 'NOT', operand: one.condition, postfix: false });
        return own.map((node) => {
          const whole = apart === null ? node : make('junction', { operator: 'or', items: [apart, node] });
          return source.kind === 'table' ? whole : adapt(whole, table.node, source);
        });
      });
  }

  #of(mapper: Mapper): Node[] {
    let own = this.#known.get(mapper);
    if (own === undefined) {
      own = criteriaOf(mapper, this.#lists);
      this.#known.set(mapper, own);
    }
    return own;
  }
}

function both(first: Node | null, more: readonly Node[]): Node | null {
  return more.length === 0 ? first : conjunction(first === null ? more : [first, ...more]);
}

function isExtension(item: Node): boolean {
  const table = isKind(item, 'table') ? tableBehind(item) : null;
  return table !== null && mapperOfTable(table)?.parent != null;
}

/** The condition, or that an outer join found no row. */
function orAbsent(source: SourceNode, condition: Node): Node {
  const column = tableBehind(source)?.primaryKey?.columns[0];
  if (column === undefined) return condition;
  const operand = makeColumn(source, column.name, column.key, column.type);
  return make('junction', { operator: 'or', items: [make('unary', { operator: 'IS NULL', operand, postfix: true }), condition] });
}

/** The ids of the sources in a part of FROM, not looking into subqueries. */
function held(item: Node): string[] {
  const ids: string[] = [];
  walk(item, (node) => {
    if (isKind(node, 'table') || isKind(node, 'alias')) ids.push(node.id);
    return isKind(node, 'join');
  });
  return ids;
}
