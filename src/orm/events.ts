import { describe } from '../sql/errors.ts';
import { ColumnAttribute } from '../sql/schema.ts';
import { ormError } from './errors.ts';
import { mapperOf, mapperOfColumn, mapperOfTable, withDescendants } from './mapper.ts';
import { MAPPER, type Mapper, type MapperEvent, type MapperListener, type RelationListeners } from './mapping.ts';
import type { AnyClass, Instance } from './model-types.ts';
import { RelationAttribute } from './relation-attribute.ts';

const MAPPER_EVENTS: readonly MapperEvent[] = [
  'beforeInsert',
  'afterInsert',
  'beforeUpdate',
  'afterUpdate',
  'beforeDelete',
  'afterDelete',
  'load',
  'refresh',
];

/** How a handler is called. */
export interface ListenOptions {
  /** It is called once, and then no more. SQLAlchemy: `once=True`. */
  readonly once?: boolean;
}

/** How a handler of an attribute's `set` is called. */
export interface SetListenOptions extends ListenOptions {
  /** It runs before the value is set, and what it gives is set in its place. SQLAlchemy: `retval=True`. */
  readonly retval?: boolean;
}

/** A handler of an attribute's event; its object may be said to be of the model's own class, which the attribute does not know. */
type Handler<O, V> = { handle(object: O, value: V, old: V | null): unknown }['handle'];

/** Something with events of its own: a database, a session. */
export interface EventTarget {
  '~listen'(event: string, handler: (...args: never[]) => unknown): () => void;
}

/**
 * Calls a function when something happens to objects, attributes, or the target's own work; gives a function that ends it.
 * `beforeInsert` and its like run in the flush, and may change the object that is about to be written; attribute events
 * run at once, in the constructor too. What is told of a class is told of those that extend it. SQLAlchemy: `event.listen()`.
 *
 * @example listen(Post, 'beforeInsert', (post) => { post.slug ??= slugify(post.title); });
 * @example listen(Post.c.title, 'set', (post, value) => { post.slug = slugify(value); });
 */
export function listen<C extends AnyClass>(
  target: C,
  event: MapperEvent,
  handler: (object: InstanceType<C>) => unknown,
  options?: ListenOptions,
): () => void;
export function listen<V, S>(
  target: ColumnAttribute<V, S>,
  event: 'set',
  handler: Handler<Instance<S>, V>,
  options?: SetListenOptions,
): () => void;
export function listen<M, S>(
  target: RelationAttribute<M, S>,
  event: 'set' | 'append' | 'remove',
  handler: Handler<Instance<S>, M>,
  options?: ListenOptions,
): () => void;
export function listen<M, S>(
  target: RelationAttribute<M, S>,
  event: 'bulkReplace',
  handler: { handle(object: Instance<S>, objects: M[]): unknown }['handle'],
  options?: ListenOptions,
): () => void;
export function listen<M extends object, E extends keyof M & string>(
  target: { '~events'?: M } & EventTarget,
  event: E,
  handler: M[E],
  options?: ListenOptions,
): () => void;
export function listen(
  target: unknown,
  event: string,
  handler: (...args: never[]) => unknown,
  { once = false, retval = false }: SetListenOptions = {},
): () => void {
  if (retval && !(target instanceof ColumnAttribute)) throw ormError('orm.bad-retval', event);
  if (!once && !retval) return add(target, event, handler);
  let stop: (() => void) | null = null;
  const wrapper = (...args: never[]): unknown => {
    if (once) stop?.();
    return handler(...args);
  };
  stop = add(target, event, retval ? Object.assign(wrapper, { retval }) : wrapper);
  return stop;
}

/** Puts a handler where its event is told; gives what takes it out again. */
function add(target: unknown, event: string, handler: (...args: never[]) => unknown): () => void {
  const fn = handler as MapperListener;
  if (target instanceof ColumnAttribute) {
    const mapper = target.column === null ? null : (mapperOfColumn(target.column) ?? mapperOfTable(target.column.table));
    if (mapper === null || target.column === null) throw ormError('orm.not-a-model', 'listen()', `the column '${target.key}' of no model`);
    if (event !== 'set') throw ormError('orm.bad-event', `${mapper.name}.${target.key}`, event, 'set');
    const { position } = target.column;
    for (const { setters } of withDescendants(mapper)) setters[position] = [...(setters[position] ?? []), fn];
    return () => {
      for (const { setters } of withDescendants(mapper)) {
        const rest = (setters[position] ?? []).filter((other) => other !== fn);
        setters[position] = rest.length === 0 ? null : rest;
      }
    };
  }
  if (target instanceof RelationAttribute) {
    // The relation itself may not resolve yet, since other classes need not be there: its listeners are.
    const list = target.listeners[event as keyof RelationListeners] as MapperListener[] | undefined;
    if (list === undefined) throw ormError('orm.bad-event', `the relation '${target.key}'`, event, 'set, append, remove, bulkReplace');
    list.push(fn);
    return () => {
      const place = list.indexOf(fn);
      if (place >= 0) list.splice(place, 1);
    };
  }
  if (typeof target === 'function' && MAPPER in target) {
    const mapper: Mapper = mapperOf(target, 'listen()');
    if (!MAPPER_EVENTS.includes(event as MapperEvent)) throw ormError('orm.bad-event', mapper.name, event, MAPPER_EVENTS.join(', '));
    const name = event as MapperEvent;
    for (const { listeners } of withDescendants(mapper)) listeners.set(name, [...(listeners.get(name) ?? []), fn]);
    return () => {
      for (const { listeners } of withDescendants(mapper)) {
        const rest = (listeners.get(name) ?? []).filter((other) => other !== fn);
        if (rest.length === 0) listeners.delete(name);
        else listeners.set(name, rest);
      }
    };
  }
  if (typeof (target as EventTarget | null)?.['~listen'] === 'function') return (target as EventTarget)['~listen'](event, handler);
  throw ormError('orm.not-a-model', 'listen()', describe(target));
}
