import { inspect } from 'node:util';
import { ormError } from './errors.ts';
import { nameOf } from './identity.ts';
import { type Entity, type Relationship, SESSION } from './mapping.ts';

/** A related object that is not loaded: `await` it. Touching anything else throws a NotLoadedError. */
export interface NotLoaded<M> extends PromiseLike<M> {
  readonly '~notLoaded': true;
}

interface Target {
  readonly owner: Entity;
  readonly relation: Relationship;
}

const TARGET = Symbol('not loaded');

function load({ owner, relation }: Target): Promise<unknown> {
  const session = owner[SESSION];
  if (session === null) return Promise.reject(ormError('orm.detached', nameOf(owner), `its '${relation.key}' cannot be loaded`));
  return session.loadRelation(owner, relation);
}

function refuse({ owner, relation }: Target): never {
  throw ormError('orm.not-loaded', `'${relation.key}'`, nameOf(owner), relation.key);
}

const handler: ProxyHandler<Target> = {
  get(target, property) {
    if (property === 'then') {
      return (resolve: (value: unknown) => unknown, reject: (reason: unknown) => unknown) => load(target).then(resolve, reject);
    }
    if (property === TARGET) return target;
    if (property === inspect.custom) return () => `[not loaded: await it]`;
    if (property === Symbol.toStringTag) return 'NotLoaded';
    // Tools that look an object over ask for these; they touch no attribute.
    if (typeof property === 'symbol' || property === 'constructor') return undefined;
    return refuse(target);
  },
  set: (target) => refuse(target),
  has: (target, property) => property === TARGET || property === 'then' || (typeof property === 'symbol' ? false : refuse(target)),
  ownKeys: (target) => refuse(target),
  getOwnPropertyDescriptor: () => undefined,
  // An invariant of proxies holds it to an extensible target, for which any prototype may be told.
  getPrototypeOf: () => null,
};

/** The stand-in for the object that a to-one relation has not loaded. */
export function notLoaded(owner: Entity, relation: Relationship): unknown {
  return new Proxy<Target>({ owner, relation }, handler);
}

export function isNotLoaded(value: unknown): value is NotLoaded<unknown> {
  return typeof value === 'object' && value !== null && (value as { [TARGET]?: unknown })[TARGET] !== undefined;
}
