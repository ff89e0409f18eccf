import { asSaid } from '../sql/class-rows.ts';
import { describe, sqlError } from '../sql/errors.ts';
import { sourcesOf } from '../sql/join.ts';
import { changeSelect, make, rebuild } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import { isKind, mapChildren } from '../sql/node-walk.ts';
import { Select } from '../sql/select.ts';
import type { LockNode } from '../sql/statement-nodes.ts';
import { type ColumnChoice, selectChosen } from './column-choice.ts';
import { ormError } from './errors.ts';
import { isA, type Member, saidBelow } from './hierarchy.ts';
import { fromOf } from './mapped-source.ts';
import { mapperOf, withDescendants } from './mapper.ts';
import type { Mapper, RowDispatch } from './mapping.ts';

/** What of a query says how the classes below its own are read: in the same statement, or by one for each of them. */
export interface PolymorphicReading {
  readonly mapper: Mapper;
  readonly source: SourceNode;
  readonly select: Select<unknown>;
  readonly columns: ColumnChoice | null;
  readonly dispatch?: RowDispatch | null;
}

/** Which classes are read how: those named, or `'*'` for all below. */
export type PolymorphicClasses = '*' | readonly unknown[];

/** A reading with some classes read in the same statement, or later. Throws a MappingError for what is no class below the query's. */
export function readClasses<R extends PolymorphicReading>(reading: R, named: PolymorphicClasses, how: 'inline' | 'selectin'): R {
  const { mapper } = reading;
  const where = `withPolymorphic() of ${mapper.name}`;
  if (named !== '*' && !Array.isArray(named)) throw sqlError('sql.bad-argument', where, "classes, or '*'", describe(named));
  if (how !== 'inline' && how !== 'selectin') throw sqlError('sql.bad-argument', where, "'inline' or 'selectin'", describe(how));
  if (mapper.dispatch === null || mapper.dispatch.discriminator < 0) throw ormError('orm.not-polymorphic', where, mapper.name);
  const below = withDescendants(mapper).slice(1);
  const classes = (named === '*' ? below : (named as readonly unknown[]).map((model) => mapperOf(model, where))) as readonly Mapper[];
  for (const one of classes)
    if (!isA(one, mapper) || one === mapper) throw ormError('orm.wrong-class', where, `a class below ${mapper.name}`, one.name);
  const later = laterNow(reading);
  if (how === 'selectin') for (const one of classes) later.add(one);
  // A class is read with those between it and the query's own.
  else for (const one of later) if (classes.some((wanted) => isA(wanted, one))) later.delete(one);
  return readWithout(reading, later);
}

/** A reading of all classes at once, as the models say instead. */
export function readByModel<R extends PolymorphicReading>(reading: R): R {
  const { mapper } = reading;
  const later = withDescendants(mapper).filter((one) => (one as Member).loadsLater && one !== mapper);
  return readWithout({ ...reading, dispatch: mapper.dispatchWith(new Set()) }, new Set(later));
}

/**
 * A reading whose statement names columns of classes that load later: it joins their tables, and so reads them too. The same where
 * it does not.
 */
export function readNamed<R extends PolymorphicReading>(reading: R): R {
  const { mapper, select, dispatch = mapper.dispatch } = reading;
  if (dispatch === null || dispatch.later.length === 0) return reading;
  const { node } = select;
  const parts = [node.where, node.having, ...node.orderBy, ...node.groupBy].filter((part) => part !== null);
  const there = new Set(sourcesOf(node.from).map(({ id }) => id));
  const named = new Set(namedBy(parts).filter((id) => !there.has(id)));
  if (named.size === 0) return reading;
  const later = laterNow(reading);
  for (const one of later)
    if (withDescendants(one).some(({ table }) => named.has(table.node.id) && !mapper.tables.includes(table))) later.delete(one);
  return readWithout(reading, later);
}

/** The tables of a class's rows, with those of classes that load later where these nodes name them. */
export function fromNaming(mapper: Mapper, nodes: readonly Node[]): Node {
  if (mapper.dispatch === null || mapper.dispatch.later.length === 0) return mapper.from;
  const named = new Set(namedBy(nodes));
  const wanted = (member: Member): boolean => withDescendants(member).some(({ table }) => named.has(table.node.id));
  return fromOf(mapper as Member, (member) => member.loadsLater && !wanted(member));
}

/** A lock on the rows of a class itself: those of the tables below come by outer joins, which not every database can lock. */
export function lockedOwn(mapper: Mapper, lock: LockNode): LockNode {
  if (lock.of.length > 0 || mapper.dispatch === null) return lock;
  const own = sourcesOf([mapper.from]).every((source) => mapper.tables.some(({ node }) => node.id === source.id));
  return own ? lock : make('lock', { ...lock, of: mapper.tables.map(({ node }) => node), assumed: true });
}

/** All tables of a class's rows and of those below it. */
export function wholeFrom(mapper: Mapper): Node {
  return mapper.dispatch === null || mapper.dispatch.later.length === 0 ? mapper.from : fromOf(mapper as Member, () => false);
}

/** The sources that expressions name, in their subqueries too, but for those that a subquery has of its own. */
function namedBy(nodes: readonly Node[]): string[] {
  const found = new Set<string>();
  const visit = (node: Node, hidden: ReadonlySet<string>): void => {
    if (isKind(node, 'column')) {
      if (!hidden.has(node.source.id)) found.add(node.source.id);
      return;
    }
    const own = isKind(node, 'select') ? sourcesOf(node.from.length > 0 ? node.from : node.columns).map(({ id }) => id) : [];
    const inner = own.length === 0 ? hidden : new Set([...hidden, ...own]);
    mapChildren(node, (child) => {
      visit(child, inner);
      return child;
    });
  };
  for (const node of nodes) visit(node, new Set());
  return [...found];
}

/** The classes that load later, and those below them that would by themselves. */
function laterNow({ mapper, dispatch = mapper.dispatch }: PolymorphicReading): Set<Mapper> {
  const waits = (one: Mapper): boolean => {
    const top = dispatch?.laterOf(one) ?? null;
    return top === one || (top !== null && (one as Member).loadsLater);
  };
  return new Set(withDescendants(mapper).filter(waits));
}

function readWithout<R extends PolymorphicReading>(reading: R, later: ReadonlySet<Mapper>): R {
  const { mapper, source, select, columns, dispatch: before = mapper.dispatch } = reading;
  const dispatch = mapper.dispatchWith(later);
  const old = new Set(before?.skipped);
  const now = new Set(dispatch?.skipped);
  const kept = new Set(columns?.skipped);
  // Columns that wait by themselves go on waiting, whichever statement reads their class.
  const skipped = saidBelow(mapper as Member).flatMap(({ deferred }, place) =>
    now.has(place) || (old.has(place) ? deferred !== null : kept.has(place)) ? [place] : [],
  );
  const choice: ColumnChoice = { ...columns, skipped, filled: columns?.filled ?? [] };
  const chosen = selectChosen(select, mapper, source, choice);
  if (source.kind !== 'table') return { ...reading, dispatch, columns: choice, select: chosen };
  const was = fromOf(mapper as Member, (member) => before?.laterOf(member) === member);
  const from = fromOf(mapper as Member, (member) => later.has(member));
  const { node, projection } = chosen;
  const items = node.from.length === 0 ? [from] : node.from.map((item) => replaced(item, was, from));
  return { ...reading, dispatch, columns: choice, select: new Select(changeSelect(node, { from: items }), projection) };
}

/** A part of FROM with other tables in the place of those that a class was read from. */
function replaced(item: Node, was: Node, from: Node): Node {
  if (asSaid(item).key === was.key) return from;
  return isKind(item, 'join') ? rebuild({ ...item, left: replaced(item.left, was, from) }) : item;
}
