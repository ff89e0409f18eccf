import { describe, sqlError } from './errors.ts';
import type { JsonScalarNode } from './expression-nodes.ts';
import { make } from './make.ts';
import type { Node } from './node.ts';
import { isKind } from './node-walk.ts';
import type { SqlType } from './type.ts';

/** One step into a JSON value: a key of an object, or a place in an array. */
export type JsonStep = string | number;

type Present<V> = Exclude<V, null | undefined>;
type IsAny<V> = 0 extends 1 & V ? true : false;
type IsUnknown<V> = unknown extends V ? true : false;

/** The steps that a JSON value of type `V` has; of a union, those of each member. */
export type JsonKey<V> = IsUnknown<V> extends true ? JsonStep : KeyOf<Present<V>>;
type KeyOf<V> = V extends readonly unknown[] ? number : V extends object ? Extract<keyof V, JsonStep> : never;

/** What stands at a step of a JSON value: null where it may be missing. */
export type JsonAt<V, K> = IsAny<V> extends true ? unknown : IsUnknown<V> extends true ? unknown : At<V, K>;
type At<V, K> = V extends null | undefined
  ? null
  : V extends readonly unknown[]
    ? ItemAt<V, K>
    : K extends keyof V
      ? string extends keyof V
        ? Stored<V[K]> | null
        : Stored<V[K]>
      : null;
/** A place of a tuple is there; one of an array may be beyond its end. */
type ItemAt<V extends readonly unknown[], K> = number extends V['length']
  ? Stored<V[number]> | null
  : K extends number
    ? `${K}` extends keyof V
      ? Stored<V[`${K}` & keyof V]>
      : Stored<V[number]> | null
    : null;
/** JSON has no undefined: what is optional is missing, and comes as null. */
type Stored<V> = V extends undefined ? null : V;

/** Whether values of the type are JSON: `t.json()`, or a custom type over it. */
export function isJson(type: SqlType): boolean {
  return type.name === 'json' || type.name === 'jsonb' || (type.name === 'custom' && type.inner !== undefined && isJson(type.inner));
}

/** Walks into a JSON value. Steps into what is already a step make one path. */
export function jsonPathNode(operand: Node, type: SqlType, steps: readonly unknown[]): Node {
  if (!isJson(type) && type.name !== 'unknown')
    throw sqlError('sql.bad-argument', 'json()', 'steps into a value of type json', `a value of type ${type.name}`);
  if (steps.length === 0) throw sqlError('sql.bad-argument', 'json()', 'one or more steps', 'none');
  for (const step of steps) {
    if (step === undefined) throw sqlError('sql.undefined-value', 'json()');
    if (typeof step === 'string' ? step.includes('\0') : !Number.isSafeInteger(step))
      throw sqlError('sql.bad-argument', 'json()', 'keys of objects as strings and places in arrays as whole numbers', describe(step));
  }
  const path = steps as readonly JsonStep[];
  return isKind(operand, 'jsonPath')
    ? make('jsonPath', { operand: operand.operand, path: [...operand.path, ...path] })
    : make('jsonPath', { operand, path });
}

export function jsonScalarNode(operand: Node, as: JsonScalarNode['as']): Node {
  return make('jsonScalar', { operand, as });
}

const SCALARS: Readonly<Record<string, JsonScalarNode['as']>> = {
  smallInteger: 'integer',
  tinyInteger: 'integer',
  mediumInteger: 'integer',
  integer: 'integer',
  bigInteger: 'integer',
  float: 'number',
  double: 'number',
  numeric: 'numeric',
  boolean: 'boolean',
};

/** A JSON value as a value of SQL that can stand beside one of this type. */
export function jsonBeside(operand: Node, type: SqlType): Node {
  return jsonScalarNode(operand, SCALARS[type.name] ?? 'text');
}

/** What a JavaScript value is in JSON. */
export function jsonKindOf(value: unknown): 'string' | 'number' | 'boolean' | 'json' {
  const kind = typeof value;
  return kind === 'string' || kind === 'number' || kind === 'boolean' ? kind : 'json';
}
