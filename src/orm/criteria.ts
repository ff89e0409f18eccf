import { AsyncLocalStorage } from 'node:async_hooks';
import { type Column, isColumn } from '../sql/column.ts';
import { describe, sqlError } from '../sql/errors.ts';
import type { Node } from '../sql/node.ts';
import { conditions, type ExpressionLike } from '../sql/operand.ts';
import type { Columns } from '../sql/schema.ts';
import { mapperOf } from './mapper.ts';
import { MAPPER, type Mapper } from './mapping.ts';
import type { AnyClass } from './model-types.ts';

/** What a criterion says of the rows that there are: a condition, or `true` for all of them. */
export type CriterionResult = ExpressionLike<boolean | null> | boolean;

/** What criteria are said of: a class, or a mixin of columns that shapes were made with. */
export type CriteriaTarget = AnyClass | Readonly<Record<string, Column>>;

/** A function that gives a condition over a class's attributes, or over a mixin's columns; `true` where there is none. */
export type CriteriaCondition<T> = (
  c: T extends { readonly c: infer A } ? (T extends AnyClass ? A : Columns<T>) : Columns<T>,
) => ExpressionLike<boolean | null> | boolean;

/** A condition on every read of some classes. SQLAlchemy: `with_loader_criteria()`. */
export interface Criterion {
  readonly name: string | null;
  /** Whether it is said of this very class; those that extend it have it by their rows. */
  readonly saidOf: (mapper: Mapper) => boolean;
  readonly condition: (attributes: never) => CriterionResult;
}

/** How a criterion is named, so that a query can leave it out. */
export interface CriterionOptions {
  readonly name?: string;
}

/** Criteria that are to hold within some work besides others, and those that are not, by name. */
export interface CriteriaChange {
  readonly without?: 'all' | readonly string[];
  readonly more?: readonly Criterion[];
}

/** The criteria that hold within some work, and those that do not. */
interface Scope {
  readonly without: 'all' | ReadonlySet<string>;
  readonly more: readonly Criterion[];
}

const NONE: ReadonlySet<string> = new Set();
const scopes = new AsyncLocalStorage<Scope>();
const ofModels = new Map<Mapper, readonly Criterion[]>();
let anywhere = 0;

/** Whether there are any criteria at all; mostly there are none, and nothing has to be looked at. */
export function hasCriteria(): boolean {
  return anywhere > 0;
}

/** The criteria that a model says of itself. */
export function defineCriteria(mapper: Mapper, criteria: Readonly<Record<string, (attributes: never) => CriterionResult>>): void {
  const list = Object.entries(criteria).map(([name, condition]) => {
    if (typeof condition !== 'function') throw sqlError('sql.bad-argument', `The criterion '${name}'`, 'a function', describe(condition));
    return { name, saidOf: (one: Mapper) => one === mapper, condition };
  });
  if (list.length === 0) return;
  ofModels.set(mapper, list);
  anywhere++;
}

/** What a model and those above it say of their rows, by name. */
export function criteriaSaid(mapper: Mapper): Readonly<Record<string, (attributes: never) => CriterionResult>> {
  const above = mapper.parent === null ? {} : criteriaSaid(mapper.parent);
  return { ...above, ...Object.fromEntries((ofModels.get(mapper) ?? []).map(({ name, condition }) => [name as string, condition])) };
}

/** A criterion of a class, of several, or of every class whose shape was made with a mixin. */
export function makeCriterion(target: unknown, condition: (attributes: never) => CriterionResult, name: string | null): Criterion {
  if (typeof condition !== 'function')
    throw sqlError('sql.bad-argument', 'withCriteria()', 'a function that gives a condition', describe(condition));
  if (typeof target === 'function' && MAPPER in target) {
    const mapper = mapperOf(target, 'withCriteria()');
    return { name, saidOf: (one) => one === mapper, condition };
  }
  if (typeof target !== 'object' || target === null || Object.values(target).length === 0 || !Object.values(target).every(isColumn))
    throw sqlError('sql.bad-argument', 'withCriteria()', 'a model class, or a mixin of columns', describe(target));
  const mixin = Object.entries(target);
  return { name, saidOf: ({ table }) => mixin.every(([key, column]) => table.shape[key] === column), condition };
}

/** Counts criteria that were added, and gives what takes them away again. */
export function addCriterion(list: Criterion[], criterion: Criterion): () => void {
  list.push(criterion);
  anywhere++;
  return () => {
    const place = list.indexOf(criterion);
    if (place < 0) return;
    list.splice(place, 1);
    anywhere--;
  };
}

/** Runs work with more criteria, or without some of them. */
export function inScope<T>(change: CriteriaChange | null, work: () => T): T {
  if (change === null) return work();
  const outer = scopes.getStore();
  const { without = [], more = [] } = change;
  const left = outer?.without ?? NONE;
  const next: Scope = {
    without: without === 'all' || left === 'all' ? 'all' : new Set([...left, ...without]),
    more: [...(outer?.more ?? []), ...more],
  };
  if (more.length === 0) return scopes.run(next, work);
  // While they hold, they are there for every statement to see.
  anywhere++;
  const done = (): void => {
    anywhere--;
  };
  let answer: T;
  try {
    answer = scopes.run(next, work);
  } catch (error) {
    done();
    throw error;
  }
  if (answer instanceof Promise) return answer.finally(done) as T;
  done();
  return answer;
}

/** A change and another one after it. */
export function addChange(first: CriteriaChange | null, next: CriteriaChange): CriteriaChange {
  const all = first?.without === 'all' || next.without === 'all';
  const names = [first?.without, next.without].flatMap((one) => (one === undefined || one === 'all' ? [] : one));
  return { without: all ? 'all' : names, more: [...(first?.more ?? []), ...(next.more ?? [])] };
}

/** The conditions on rows of this very class, over its own tables. `lists` are those of the database and of the session. */
export function criteriaOf(mapper: Mapper, lists: readonly (readonly Criterion[])[]): Node[] {
  const scope = scopes.getStore();
  const without = scope?.without ?? NONE;
  const found: Criterion[] = [];
  if (without !== 'all')
    for (const list of [ofModels.get(mapper) ?? [], ...lists])
      for (const criterion of list)
        if (criterion.saidOf(mapper) && !(criterion.name !== null && without.has(criterion.name))) found.push(criterion);
  for (const criterion of scope?.more ?? []) if (criterion.saidOf(mapper)) found.push(criterion);
  const { c } = mapper.entityClass as unknown as { readonly c: never };
  return found.flatMap(({ condition, name }) => {
    const result = condition(c);
    return result === true ? [] : conditions([result], `The criterion '${name ?? mapper.name}' of ${mapper.name}`);
  });
}
