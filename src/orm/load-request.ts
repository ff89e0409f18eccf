import type { DriverRow } from '../dialects/base/driver.ts';
import { describe } from '../sql/errors.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import type { TableColumn } from '../sql/schema.ts';
import { type ColumnChoice, choose, defaultChoice, keepRead } from './column-choice.ts';
import { relatedClasses } from './concrete-relations.ts';
import { ormError } from './errors.ts';
import { isA } from './hierarchy.ts';
import { mapperOf, relationsNamed, withDescendants } from './mapper.ts';
import type { Mapper, Relationship, RowDispatch } from './mapping.ts';

/** How a relation is loaded, or that it is not. */
export type LoadStrategy = 'joined' | 'selectin' | 'subquery' | 'contains' | 'recursive' | 'raise' | 'noload' | 'select';

/** Makes the session's objects of these rows what the rows say; `offset` is where each row's columns of the class begin. */
export type Populate = (
  mapper: Mapper,
  rows: readonly DriverRow[],
  columns: ColumnChoice | null,
  options?: { readonly offset?: number; readonly dispatch?: RowDispatch | null },
) => void;

/** What `with()` asked for one relation, read and checked. */
export interface LoadRequest {
  readonly relation: Relationship;
  /** What its rows are read as: the related class, or the one below it whose alias was joined. */
  readonly target: Mapper;
  readonly strategy: LoadStrategy;
  readonly filter: readonly Node[];
  readonly orderBy: readonly Node[] | null;
  readonly limit: number | null;
  readonly offset: number | null;
  /** The alias of the target that the query joined, where `contains` names one. */
  readonly source: SourceNode | null;
  /** How many steps of a recursive load. */
  readonly depth: number;
  readonly nested: readonly LoadRequest[];
  /** The columns that it reads, where those are not what its class says. */
  readonly columns: ColumnChoice | null;
  /** Makes what it finds anew of its rows, where the query populates what is here. */
  readonly populate?: Populate;
  /** Equal for requests that load alike but for the values of their conditions. */
  readonly key: string;
}

const STRATEGIES: readonly string[] = ['joined', 'selectin', 'subquery', 'contains', 'recursive', 'raise', 'noload', 'select'];
const FIELDS = new Set(['strategy', 'with', 'filter', 'orderBy', 'limit', 'offset', 'alias', 'depth', 'loadOnly', 'defer', 'undefer']);
/** Stands for all relations that are not named. */
const OTHERS = '*';
const FOR_OTHERS: readonly unknown[] = ['raise', 'noload', 'select'];
/** These load all relations of the class itself, not those of what they lead to, which might lead back for ever. */
const LOADING_OTHERS: readonly unknown[] = [true, 'joined', 'selectin', 'subquery'];

function nodes(value: unknown): Node[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map((item: { node: Node }) => item.node);
}

/** Reads the argument of `with()` for a class. Throws a MappingError for a name that is no relation. */
export function readRequests(mapper: Mapper, spec: object, outer: LoadStrategy | null = null): LoadRequest[] {
  const { [OTHERS]: said, ...named } = spec as Record<string, unknown>;
  const loads = LOADING_OTHERS.includes(said);
  if (said !== undefined && !loads && !FOR_OTHERS.includes(said))
    throw badOption(`${mapper.name}.*`, said, [...LOADING_OTHERS, ...FOR_OTHERS].join(', '));
  const others = loads ? outer : ((said as LoadStrategy | undefined) ?? outer);
  const requests = Object.entries(named).flatMap(([key, value]) => {
    const relations = relationsNamed(mapper, key);
    return value === undefined ? [] : relations.map((relation) => readRequest(relation, value, others));
  });
  if (others === null && !loads) return requests;
  const rest = relationsBelow(mapper).filter((relation) => !requests.some((request) => request.relation === relation));
  const ask = (relation: Relationship): LoadRequest =>
    loads ? readRequest(relation, said, others) : plainRequest(relation, others as LoadStrategy, []);
  return [...requests, ...rest.map(ask)];
}

/** The relations of a class, and those that the classes below it add. */
function relationsBelow(mapper: Mapper): readonly Relationship[] {
  const classes = withDescendants(mapper);
  return classes.length === 1 ? mapper.relations() : [...new Set(classes.flatMap((one) => one.relations()))];
}

function badOption(where: string, got: unknown, expected: string): Error {
  return ormError('orm.bad-request', where, typeof got === 'string' ? `'${got}'` : describe(got), expected);
}

function readRequest(relation: Relationship, value: unknown, others: LoadStrategy | null): LoadRequest {
  const { name, target } = relation;
  const options = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const fields = Object.keys(options).filter((field) => options[field] !== undefined);
  for (const field of fields) if (!FIELDS.has(field)) throw badOption(name, field, [...FIELDS].join(', '));
  const named = typeof value === 'string' ? value : value === false ? 'select' : options.strategy;
  if (named !== undefined && !STRATEGIES.includes(named as string)) throw badOption(name, named, STRATEGIES.join(', '));
  if (typeof value !== 'object' && typeof value !== 'string' && typeof value !== 'boolean')
    throw badOption(name, value, STRATEGIES.join(', '));
  const filter = nodes(options.filter);
  const orderBy = options.orderBy === undefined ? null : nodes(options.orderBy);
  const limit = rowNumber(name, 'limit', options.limit);
  const offset = rowNumber(name, 'offset', options.offset);
  const nested =
    options.with === undefined && others === null ? [] : readNested(relation, (options.with as object | undefined) ?? {}, others);
  let strategy =
    (named as LoadStrategy | undefined) ?? (options.alias === undefined ? (relation.many ? 'selectin' : 'joined') : 'contains');
  const plain = filter.length === 0 && orderBy === null && limit === null && offset === null;
  if (relation.overUnion) {
    if (strategy === 'contains' || ['loadOnly', 'defer', 'undefer'].some((field) => fields.includes(field)))
      throw ormError('orm.concrete-query', `with() of ${name} by 'contains' or with chosen columns`, target.name, 'Leave that out');
    // A statement of its own reads all tables.
    if (strategy === 'joined') strategy = 'selectin';
  }
  if (strategy === 'contains' && !plain)
    throw badOption(name, 'contains', 'conditions and limits on the query itself, which joins the rows');
  // What is counted for each parent, or is no part of a LEFT JOIN, takes a statement of its own.
  if (strategy === 'joined' && (limit !== null || offset !== null)) strategy = 'selectin';
  if (strategy === 'recursive' && target !== relation.mapper)
    throw badOption(name, 'recursive', `a relation of ${relation.mapper.name} to itself`);
  refuseUnused(name, strategy, fields);
  const depth = strategy === 'recursive' ? (rowNumber(name, 'depth', options.depth) ?? Number.POSITIVE_INFINITY) : 1;
  const source = (options.alias as { readonly '~source'?: { readonly node: SourceNode } } | undefined)?.['~source']?.node ?? null;
  if (options.alias !== undefined && source === null) throw badOption(name, options.alias, 'an alias of the related class');
  const reached = aliasedMapper(options.alias, target);
  const within = withDefaults(target, nested);
  const columns = readColumns(relation, reached, options, strategy === 'recursive' ? [relation] : [], within);
  return withKey({ relation, target: reached, strategy, filter, orderBy, limit, offset, source, depth, nested: within, columns });
}

/** What is asked for below a relation; of several classes with tables of their own, for each what it has. */
function readNested(relation: Relationship, spec: object, outer: LoadStrategy | null): LoadRequest[] {
  if (!relation.overUnion) return readRequests(relation.target, spec, outer);
  const classes = relatedClasses(relation);
  const has = (one: Mapper, key: string): boolean =>
    key === OTHERS || withDescendants(one).some(({ relationKeys }) => relationKeys.includes(key));
  // A name that is no relation of any is told with those that there are.
  for (const key of Object.keys(spec)) if (!classes.some((one) => has(one, key))) relationsNamed(relation.target, key);
  return classes.flatMap((one) => readRequests(one, Object.fromEntries(Object.entries(spec).filter(([key]) => has(one, key))), outer));
}

/** The class that an alias stands for, where it is below the related class. */
function aliasedMapper(alias: unknown, target: Mapper): Mapper {
  const model = typeof alias === 'object' && alias !== null && '~model' in alias ? alias['~model'] : null;
  const mapper = model === null ? target : mapperOf(model, 'with()');
  return isA(mapper, target) ? mapper : target;
}

/** The columns that a request asks for: what ties its objects to others is always among them. */
function readColumns(
  relation: Relationship,
  target: Mapper,
  options: Record<string, unknown>,
  again: readonly Relationship[],
  nested: readonly LoadRequest[],
): ColumnChoice | null {
  const named = (field: 'loadOnly' | 'defer' | 'undefer'): readonly string[] | undefined => {
    const value = options[field];
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || value.some((name) => typeof name !== 'string'))
      throw badOption(`${relation.name}: { ${field} }`, value, `a list of columns of ${target.name}`);
    return value as string[];
  };
  const [only, defer, undefer] = [named('loadOnly'), named('defer'), named('undefer')];
  if (only === undefined && defer === undefined && undefer === undefined) return null;
  const choice = choose(target, defaultChoice(target), { only, defer, undefer });
  const byTarget = relation.through === null && relation.join === null;
  const ties = byTarget ? relation.remote.map((position) => target.columns[position]) : [];
  return keepRead(target, choice, [...ties, ...again.flatMap(ownSide), ...tiesOf(nested)]);
}

function ownSide({ local, mapper }: Relationship): TableColumn[] {
  return local.map((position) => mapper.columns[position]);
}

/** The columns by which objects find what was asked for beside them. */
export function tiesOf(requests: readonly LoadRequest[]): TableColumn[] {
  return requests.flatMap(({ relation, strategy }) => (FOR_OTHERS.includes(strategy) ? [] : ownSide(relation)));
}

/** What would be said in vain is refused: a relation that is not loaded now has no rows to filter, and so on. */
function refuseUnused(name: string, strategy: LoadStrategy, fields: readonly string[]): void {
  const unloaded = FOR_OTHERS.includes(strategy);
  for (const field of fields) {
    if (unloaded && field !== 'strategy' && !(field === 'with' && strategy === 'select'))
      throw badOption(`${name}: { strategy: '${strategy}' }`, field, strategy === 'select' ? "'with' for later" : 'nothing else');
    if (field === 'alias' && strategy !== 'contains') throw badOption(`${name}: { strategy: '${strategy}' }`, field, "it for 'contains'");
    if (field === 'depth' && strategy !== 'recursive') throw badOption(`${name}: { strategy: '${strategy}' }`, field, "it for 'recursive'");
  }
}

function rowNumber(where: string, field: string, value: unknown): number | null {
  if (value === undefined) return null;
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw badOption(`${where}: { ${field} }`, value, 'a whole number from 0');
  return value as number;
}

function plainRequest(relation: Relationship, strategy: LoadStrategy, nested: readonly LoadRequest[]): LoadRequest {
  const { target } = relation;
  const own = { relation, target, strategy, filter: [], orderBy: null, limit: null, offset: null, source: null, columns: null };
  return withKey({ ...own, depth: 1, nested });
}

function withKey(request: Omit<LoadRequest, 'key'>): LoadRequest {
  const { relation, strategy, filter, orderBy, limit, offset, source, nested, columns } = request;
  const parts = [...filter, ...(orderBy ?? [])].map((node) => node.key).join();
  const rows = `${limit === null ? '' : 'l'}${offset === null ? '' : 'o'}${source === null ? '' : source.key}`;
  const owner = relation.mapper.parent === null ? '' : `${relation.mapper.planId}.`;
  const read = columns === null ? '' : `-${columns.skipped.join('.')}`;
  const terms = `${filter.length}:${orderBy === null ? '' : orderBy.length}:${rows}${read}(${parts})`;
  const key = `${owner}${relation.position}:${strategy}:${terms}[${nested.map((n) => n.key).join()}]`;
  return { ...request, key };
}

/** Whether all that a relation holds is asked for, in its own order. */
export function isPlain(request: Pick<LoadRequest, 'filter' | 'orderBy' | 'limit' | 'offset'>): boolean {
  return request.filter.length === 0 && request.orderBy === null && request.limit === null && request.offset === null;
}

/** One request for each relation; a later one takes the place of an earlier one. */
export function mergeRequests(earlier: readonly LoadRequest[], later: readonly LoadRequest[]): LoadRequest[] {
  return [...earlier.filter((request) => !later.some((other) => other.relation === request.relation)), ...later];
}

const defaults = new WeakMap<Mapper, { readonly planId: number; readonly requests: readonly LoadRequest[] }>();

/** What a class's relations ask for by themselves, with `lazy: 'joined'`, `'selectin'` or `'subquery'`; made once. */
export function defaultRequests(mapper: Mapper): readonly LoadRequest[] {
  let known = defaults.get(mapper);
  // A class that was extended since may have more.
  if (known === undefined || known.planId !== mapper.planId) {
    known = { planId: mapper.planId, requests: requestsWithin(mapper, []) };
    defaults.set(mapper, known);
  }
  return known.requests;
}

/** A relation that leads back to itself is loaded once, as SQLAlchemy does without a join depth. */
function requestsWithin(mapper: Mapper, path: readonly Relationship[]): LoadRequest[] {
  return relationsBelow(mapper).flatMap((relation) => {
    const { lazy } = relation.definition.options;
    if (lazy === undefined || lazy === 'select' || lazy === 'raise' || path.includes(relation)) return [];
    const below = relatedClasses(relation).flatMap((one) => requestsWithin(one, [...path, relation]));
    return [plainRequest(relation, lazy, below)];
  });
}

/** The requests of a query over the defaults of its class. */
export function withDefaults(mapper: Mapper, requests: readonly LoadRequest[]): readonly LoadRequest[] {
  if (mapper.relationKeys.length === 0 && mapper.dispatch === null) return requests;
  const own = defaultRequests(mapper);
  return own.length === 0 ? requests : requests.length === 0 ? own : mergeRequests(own, requests);
}
