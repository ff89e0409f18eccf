import { describe } from '../sql/errors.ts';
import type { Node } from '../sql/node.ts';
import { ormError } from './errors.ts';
import { relationOf } from './mapper.ts';
import type { Mapper, Relationship } from './mapping.ts';

/** What `with()` asked for one relation, read and checked. */
export interface LoadRequest {
  readonly relation: Relationship;
  readonly strategy: 'joined' | 'selectin';
  readonly filter: readonly Node[];
  readonly orderBy: readonly Node[] | null;
  readonly limit: number | null;
  readonly nested: readonly LoadRequest[];
  /** Equal for requests that load alike but for the values of their conditions. */
  readonly key: string;
}

const STRATEGIES = ['joined', 'selectin'];
const FIELDS = new Set(['strategy', 'with', 'filter', 'orderBy', 'limit']);

function nodes(value: unknown): Node[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map((item: { node: Node }) => item.node);
}

/** Reads the argument of `with()` for a class. Throws a MappingError for a name that is no relation. */
export function readRequests(mapper: Mapper, spec: object): LoadRequest[] {
  return Object.entries(spec).flatMap(([key, value]) => {
    const relation = relationOf(mapper, key);
    if (value === false || value === undefined) return [];
    return [readRequest(relation, value)];
  });
}

function readRequest(relation: Relationship, value: unknown): LoadRequest {
  const options = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  for (const field of Object.keys(options))
    if (!FIELDS.has(field)) throw ormError('orm.bad-with', relation.name, field, [...FIELDS].join(', '));
  const named = typeof value === 'string' ? value : options.strategy;
  if (
    (named !== undefined && !STRATEGIES.includes(named as string)) ||
    (typeof value !== 'object' && typeof value !== 'string' && value !== true)
  ) {
    throw ormError('orm.bad-with', relation.name, typeof named === 'string' ? named : describe(value), STRATEGIES.join(', '));
  }
  const filter = nodes(options.filter);
  const orderBy = options.orderBy === undefined ? null : nodes(options.orderBy);
  const limit = (options.limit as number | undefined) ?? null;
  // A filter or a limit is about the related rows alone, which a join would mix with the parents.
  const plain = filter.length === 0 && limit === null && orderBy === null;
  const strategy = plain ? ((named as 'joined' | 'selectin' | undefined) ?? (relation.many ? 'selectin' : 'joined')) : 'selectin';
  const nested = withDefaults(relation.target, options.with === undefined ? [] : readRequests(relation.target, options.with as object));
  const parts = [...filter, ...(orderBy ?? [])].map((node) => node.key).join();
  const key = `${relation.position}:${strategy}:${filter.length}:${orderBy === null ? '' : orderBy.length}:${limit === null ? '' : 'l'}(${parts})[${nested.map((n) => n.key).join()}]`;
  return { relation, strategy, filter, orderBy, limit, nested, key };
}

/** One request for each relation; a later one takes the place of an earlier one. */
export function mergeRequests(earlier: readonly LoadRequest[], later: readonly LoadRequest[]): LoadRequest[] {
  return [...earlier.filter((request) => !later.some((other) => other.relation === request.relation)), ...later];
}

const defaults = new WeakMap<Mapper, readonly LoadRequest[]>();

/** What a class's relations ask for by themselves, with `lazy: 'joined'` or `'selectin'`; made once. */
export function defaultRequests(mapper: Mapper): readonly LoadRequest[] {
  let requests = defaults.get(mapper);
  if (requests === undefined) {
    requests = requestsWithin(mapper, []);
    defaults.set(mapper, requests);
  }
  return requests;
}

/** A relation that leads back to itself is loaded once, as SQLAlchemy does without a join depth. */
function requestsWithin(mapper: Mapper, path: readonly Relationship[]): LoadRequest[] {
  return mapper.relations().flatMap((relation) => {
    const { lazy } = relation.definition.options;
    if ((lazy !== 'joined' && lazy !== 'selectin') || path.includes(relation)) return [];
    const nested = requestsWithin(relation.target, [...path, relation]);
    const key = `${relation.position}:${lazy}:0::()[${nested.map((n) => n.key).join()}]`;
    return [{ relation, strategy: lazy, filter: [], orderBy: null, limit: null, nested, key }];
  });
}

/** The requests of a query over the defaults of its class. */
export function withDefaults(mapper: Mapper, requests: readonly LoadRequest[]): readonly LoadRequest[] {
  if (mapper.relationKeys.length === 0) return requests;
  const own = defaultRequests(mapper);
  return own.length === 0 ? requests : requests.length === 0 ? own : mergeRequests(own, requests);
}
