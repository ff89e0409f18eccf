import { convert, isJavaScript, slotKind, write } from './attributes.ts';
import { readOne } from './known-related.ts';
import { Decoded, type Entity, type Mapper, ROW } from './mapping.ts';
import { assign, collectionOf } from './related.ts';

/** When a slot holds the JavaScript value, as code over `v`. */
const HELD = {
  string: "typeof v === 'string'",
  number: "typeof v === 'number'",
  boolean: 'v === true || v === false',
  bigint: "typeof v === 'bigint'",
  // null is an object too, and stands for itself.
  object: "typeof v === 'object'",
  // A driver's Buffer is a Uint8Array too, over memory that may be shared.
  bytes: 'v === null || (v !== undefined && v.constructor === Uint8Array)',
} as const;

/**
 * Defines the attributes on the base class's prototype, once for all objects. Each getter has code of its own, so that
 * its inline cache sees one class only. A class that extends another one has that one's already, and begins with its own.
 */
export function installAccessors(prototype: object, mapper: Mapper, firstColumn = 0, firstRelation = 0): void {
  mapper.columns.forEach((column, position) => {
    if (position < firstColumn) return;
    Object.defineProperty(prototype, column.key, {
      get: columnGetter(mapper, position, slotKind(column.type)),
      set(this: Entity, value: unknown) {
        write(this, position, value);
      },
      enumerable: true,
      configurable: true,
    });
  });
  mapper.relationKeys.forEach((key, position) => {
    if (position < firstRelation) return;
    Object.defineProperty(prototype, key, {
      get(this: Entity) {
        const relation = mapper.relations()[position];
        return relation.many ? collectionOf(this, relation) : readOne(this, relation);
      },
      set(this: Entity, value: unknown) {
        assign(this, mapper.relations()[position], value);
      },
      enumerable: true,
      configurable: true,
    });
  });
}

function columnGetter(mapper: Mapper, position: number, kind: ReturnType<typeof slotKind>): (this: Entity) => unknown {
  // The decoder is looked up at each first reading, since it comes with the database; convert() takes what is out of the ordinary.
  const body =
    kind === 'boxed'
      ? `const v = this[ROW][${position}]; return v instanceof Decoded ? v.value : v === null ? null : convert(this, ${position});`
      : `const row = this[ROW], v = row[${position}]; if (${HELD[kind]}) return v; if (v === null) return null;
         const decode = mapper.decoders[${position}]; return v === undefined || !decode ? convert(this, ${position}) : (row[${position}] = decode(v));`;
  try {
    return new Function('ROW', 'Decoded', 'convert', 'mapper', `return function () { ${body} }`)(ROW, Decoded, convert, mapper) as (
      this: Entity,
    ) => unknown;
  } catch {
    // Where code may not be made at run time.
    return function (this: Entity): unknown {
      const v = this[ROW][position];
      if (v instanceof Decoded) return v.value;
      return v === null || isJavaScript(v, kind) ? v : convert(this, position);
    };
  }
}
