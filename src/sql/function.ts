import { describe, sqlError } from './errors.ts';
import { FunctionCall } from './function-call.ts';
import { isJson } from './json-path.ts';
import { FUNCTION_RESULTS, type FunctionResult, type Functions, JSON_READ_AS } from './known-functions.ts';
import { make } from './make.ts';
import type { Node } from './node.ts';
import { besideType, isExpression, operand, SqlValue, typeOf } from './operand.ts';
import { INTEGER, isWhole, makeType, type SqlType, TEXT, UNKNOWN, widerType } from './type.ts';

interface AnyFunction {
  readonly [name: string]: <V = unknown>(...args: unknown[]) => FunctionCall<V>;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const CAMEL = /(?<=[a-z0-9])[A-Z]/g;

/** Other names for what a database may call by one of its own. */
const SAME: Readonly<Record<string, string>> = {
  ifNull: 'coalesce',
  groupConcat: 'stringAgg',
  ceiling: 'ceil',
  substr: 'substring',
  every: 'boolAnd',
};

/** Functions whose second argument is a number of rows. */
const COUNTED: ReadonlySet<string> = new Set(['lag', 'lead', 'nthValue']);

function call(given: string, all: readonly unknown[]): FunctionCall {
  if (!NAME.test(given)) throw sqlError('sql.bad-argument', 'func', 'the name of a SQL function', JSON.stringify(given));
  const name = Object.hasOwn(SAME, given) ? SAME[given] : given;
  const args = Object.hasOwn(JSON_READ_AS, name) ? all.map((arg) => plain(arg, JSON_READ_AS[name])) : all;
  const result: FunctionResult = Object.hasOwn(FUNCTION_RESULTS, name) ? FUNCTION_RESULTS[name] : UNKNOWN;
  const nodes = args.map((arg, i) => {
    if (arg === undefined) throw sqlError('sql.undefined-value', `func.${given}(), argument ${i + 1},`);
    if (typeof arg === 'function') throw sqlError('sql.not-an-expression', `func.${given}()`, describe(arg));
    // A bare value takes the type of the expression it stands beside: coalesce(price, 0).
    const beside = result === 'argument' && i > 0 && !(i === 1 && COUNTED.has(name)) ? typeOf(args[0]) : UNKNOWN;
    return operand(arg, isExpression(arg) ? UNKNOWN : beside, `func.${given}()`);
  });
  if (name === 'count' && nodes.length === 0) nodes.push(make('star', {}));
  if (name === 'stringAgg' && nodes.length > 0) joinable(nodes, args);
  return functionCall(
    name.replace(CAMEL, (c) => `_${c.toLowerCase()}`),
    nodes,
    resultType(name, result, args),
  );
}

/** JSON as a value of this type; anything else as it is. */
function plain(arg: unknown, type: SqlType): unknown {
  return arg instanceof SqlValue && isJson(arg.type) ? new SqlValue(besideType(arg, type), type) : arg;
}

/** The aggregate that joins texts takes nothing but texts in some databases, and in some no parameter as the separator. */
function joinable(nodes: Node[], [value, separator = ',']: readonly unknown[]): void {
  const type = typeOf(value);
  const textual = type.name === 'string' || type.name === 'text' || type.name === 'enum' || type.name === 'unknown';
  if (!textual) nodes[0] = make('cast', { operand: nodes[0], type: TEXT });
  if (typeof separator !== 'string') return;
  if (separator.includes('\0'))
    throw sqlError('sql.bad-argument', 'func.stringAgg()', 'a separator without NUL characters', 'one with them');
  nodes[1] = make('textLiteral', { text: separator });
}

function resultType(name: string, result: FunctionResult, args: readonly unknown[]): SqlType {
  const type = args.length > 0 ? typeOf(args[0]) : UNKNOWN;
  if (name === 'avg' && type.name === 'interval') return type;
  if (typeof result === 'object') return result;
  if (result === 'array') return makeType({ name: 'array', inner: type });
  if (result === 'item') return type.inner ?? UNKNOWN;
  // The sum of truths counts them.
  if (name === 'sum' && type.name === 'boolean') return INTEGER;
  // A bare NULL says nothing; one of the others may.
  if (type.name === 'numeric' || isWhole(type)) return args.filter(isExpression).map(typeOf).reduce(widerType, type);
  if (type.name !== 'null') return type;
  return args.map(typeOf).find((other) => other.name !== 'null') ?? type;
}

function functionCall<V>(name: string, args: readonly Node[], type: SqlType): FunctionCall<V> {
  return new FunctionCall<V>(make('function', { name, args, distinct: false, orderBy: [], filter: null }), type);
}

/** A function by the name that the database has for it, with its schema: `pg_catalog.now`. */
function callerOf(path: unknown): <V = unknown>(...args: unknown[]) => FunctionCall<V> {
  if (typeof path !== 'string' || !path.split('.').every((part) => NAME.test(part)))
    throw sqlError('sql.bad-argument', 'func()', "the name of a SQL function such as 'pg_catalog.now'", describe(path));
  return <V>(...args: unknown[]) => {
    const nodes = args.map((arg, i) => {
      if (arg === undefined) throw sqlError('sql.undefined-value', `func('${path}')(), argument ${i + 1},`);
      return operand(arg, UNKNOWN, `func('${path}')()`);
    });
    return functionCall<V>(path, nodes, UNKNOWN);
  };
}

/** `func`: the known functions with their types, every other one by its name, and those of a schema by calling it. */
export type FunctionMaker = Functions &
  Omit<AnyFunction, keyof Functions> &
  ((path: string) => <V = unknown>(...args: unknown[]) => FunctionCall<V>);

/**
 * Any SQL function by its name: `func.lower(User.c.name)`, `func.jsonExtract(…)` (camelCase becomes snake_case). A name as
 * it is, with its schema, is an argument: `func('pg_catalog.now')()`. What differs between databases is written for each
 * of them (see docs/expressions.md); all else is the database's own.
 * SQLAlchemy: `func`.
 *
 * @example select({ name: Category.c.name, products: func.count(Product.c.id) })
 * @throws ArgumentError for a name that is none, and for undefined among the arguments
 */
export const func: FunctionMaker = new Proxy(callerOf as unknown as FunctionMaker, {
  get: (_target, name) => (typeof name === 'string' ? (...args: unknown[]) => call(name, args) : undefined),
});
