import { type Column, isColumn } from '../sql/column.ts';
import { describe, sqlError } from '../sql/errors.ts';
import type { Expression } from '../sql/expression.ts';
import { expressionNode } from '../sql/order.ts';
import { ormError } from './errors.ts';
import { type EvaluationContext, evaluator, NotEvaluable } from './evaluation.ts';
import { type Entity, MAPPER } from './mapping.ts';
import type { ConditionColumns } from './relation.ts';

/** An object as a hybrid sees it: its attributes by name. */
// biome-ignore lint/suspicious/noExplicitAny: the class cannot be named in its own shape
export type HybridObject = Record<string, any>;

/** What a hybrid is on an object, where the expression alone does not say it. */
export interface HybridOptions<V> {
  /** Its value on an object; without it the expression is worked out in JavaScript. */
  readonly get?: (object: HybridObject) => V;
  /** What setting it does. SQLAlchemy: `@name.setter`. */
  readonly set?: (object: HybridObject, value: V) => void;
}

/** An attribute that is an expression in SQL, and a value on objects. */
export class Hybrid {
  readonly define: (columns: ConditionColumns) => unknown;
  readonly options: HybridOptions<never>;
  constructor(define: (columns: ConditionColumns) => unknown, options: HybridOptions<never>) {
    this.define = define;
    this.options = options;
  }
}

/**
 * One definition for objects and for SQL: `Interval.c.length.gt(10)` in a query, `interval.length` on an object, as it is
 * now. Nothing is read for it. Comparisons, sums and conditions are worked out in JavaScript by themselves; anything else
 * says with `get` what it is on an object. SQLAlchemy: `hybrid_property`.
 *
 * @param column the type of its value
 * @param define gives the expression, of the class's columns
 * @param options what it is on objects, and what setting it does
 * @example length: hybrid(t.integer(), (c) => c.end.minus(c.start))
 * @example fullName: hybrid(t.string(), (c) => c.first.concat(' ').concat(c.last), { get: (user) => `${user.first} ${user.last}` })
 */
export function hybrid<V, N extends boolean>(
  column: Column<V, N>,
  // biome-ignore lint/suspicious/noExplicitAny: a type here would be compared, and the types of two models would need each other
  define: (columns: ConditionColumns) => any,
  options: HybridOptions<N extends true ? V | null : V> = {},
): Column<V, N, true> & { readonly '~computed': true } {
  if (!isColumn(column)) throw sqlError('sql.bad-argument', 'hybrid()', 'a type (t.…)', describe(column));
  if (typeof define !== 'function') throw sqlError('sql.bad-argument', 'hybrid()', 'a function', describe(define));
  return new Hybrid(define, options as unknown as HybridOptions<never>) as never;
}

/** Defines a hybrid on the objects of a class. */
export function installHybrid(prototype: object, key: string, { define, options }: Hybrid): void {
  Object.defineProperty(prototype, key, {
    get(this: Entity) {
      return options.get === undefined ? workOut(this, key, define) : options.get(this as unknown as HybridObject);
    },
    set(this: Entity, value: never) {
      if (options.set === undefined) throw sqlError('sql.computed-column', this[MAPPER].name, key);
      options.set(this as unknown as HybridObject, value);
    },
    enumerable: true,
    configurable: true,
  });
}

/** The expression for one object, by the values that it has now. */
function workOut(entity: Entity, key: string, define: (columns: ConditionColumns) => unknown): unknown {
  const mapper = entity[MAPPER];
  const { c } = mapper.entityClass as unknown as { readonly c: ConditionColumns };
  const context: EvaluationContext = { mapper, target: mapper.table.node, params: undefined, exactText: true, current: true };
  try {
    return evaluator(expressionNode(define(c) as Expression, `The hybrid() '${key}'`), context)(entity);
  } catch (error) {
    if (error instanceof NotEvaluable) throw ormError('orm.hybrid-not-evaluable', mapper.name, key);
    throw error;
  }
}
