import { inspect } from 'node:util';
import { columnValue } from './attributes.ts';
import { nameOf } from './identity.ts';
import { type Entity, MAPPER, RELATED } from './mapping.ts';
import { EntityCollection } from './related.ts';

/** Objects whose toJSON is under way, so that two objects that hold each other end. */
const open = new Set<Entity>();

/** The columns and the loaded relations as plain values, without the sensitive ones. */
export function toJSON(entity: Entity): Record<string, unknown> {
  const mapper = entity[MAPPER];
  const result: Record<string, unknown> = {};
  for (const column of mapper.columns) {
    if (column.sensitive) continue;
    const value = columnValue(entity, column.position);
    if (value !== undefined) result[column.key] = jsonValue(value);
  }
  const related = entity[RELATED];
  if (related === null) return result;
  open.add(entity);
  try {
    mapper.relationKeys.forEach((key, i) => {
      const value = related[i];
      if (value === null) result[key] = null;
      else if (value instanceof EntityCollection) {
        if (value.items !== null) result[key] = value.items.filter((item) => !open.has(item)).map(plain);
      } else if (value !== undefined && !open.has(value as Entity)) result[key] = plain(value as Entity);
    });
  } finally {
    open.delete(entity);
  }
  return result;
}

/** A class's own toJSON has the last word on its objects. */
function plain(entity: Entity): unknown {
  return (entity as unknown as { toJSON(): unknown }).toJSON();
}

function jsonValue(value: unknown): unknown {
  if (typeof value === 'bigint')
    return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return value;
}

/** `<User id=1 username='john'>`; sensitive columns are left out. */
export function inspectEntity(entity: Entity, options: object): string {
  const mapper = entity[MAPPER];
  const shown = mapper.columns
    .filter((column) => !column.sensitive)
    .flatMap((column) => {
      const value = columnValue(entity, column.position);
      return value === undefined
        ? []
        : [`${column.key}=${inspect(value, { ...options, depth: 1, breakLength: Number.POSITIVE_INFINITY })}`];
    });
  return shown.length === 0 ? nameOf(entity) : `<${mapper.name} ${shown.join(' ')}>`;
}
