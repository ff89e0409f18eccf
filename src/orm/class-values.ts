import { describe } from '../sql/errors.ts';
import { columnValue } from './attributes.ts';
import { ormError } from './errors.ts';
import { isIdentityOf } from './hierarchy.ts';
import { nameOf } from './identity.ts';
import { type Entity, hasChange, type Mapper, ROW } from './mapping.ts';
import type { SqlRows } from './sql-values.ts';

/** Looks at what new objects say of their class and for it, before any statement. */
export function checkNew(mapper: Mapper, entities: readonly Entity[], sql: SqlRows | null): void {
  if (mapper.required.length > 0) requireValues(mapper, entities, sql);
  if (mapper.root.dispatch !== null) for (const entity of entities) checkIdentity(mapper, entity);
}

/** The same for stored objects, of what was changed. */
export function checkChanged(mapper: Mapper, entities: readonly Entity[]): void {
  // Most classes stand alone.
  if (mapper.required.length === 0 && mapper.root.dispatch === null) return;
  for (const entity of entities) {
    for (const { position, key } of mapper.required)
      if (entity[ROW][position] === null && hasChange(entity, position)) refuse(mapper, entity, key);
    const { dispatch } = mapper.root;
    if (dispatch !== null && dispatch.discriminator >= 0 && hasChange(entity, dispatch.discriminator)) checkIdentity(mapper, entity);
  }
}

/** Warns of an object whose row would be read as one of another class. */
function checkIdentity(mapper: Mapper, entity: Entity): void {
  const { root } = mapper;
  const position = root.dispatch?.discriminator ?? -1;
  const value = position < 0 ? undefined : columnValue(entity, position);
  if (value === undefined || (value === null && mapper === root) || isIdentityOf(mapper, value)) return;
  process.emitWarning(
    `${nameOf(entity)} is written with ${describe(value)} in '${root.columns[position].key}', which does not stand for ${mapper.name}: ` +
      'its row will be read as an object of another class, or not at all.',
    { type: 'AthanorWarning', code: 'athanor.other-identity' },
  );
}

/**
 * Throws a MappingError for a new object without a value that its class has to have, where the database cannot ask for it: the column
 * is in a table with rows of other classes, which have none.
 */
function requireValues(mapper: Mapper, entities: readonly Entity[], sql: SqlRows | null): void {
  for (const entity of entities)
    for (const column of mapper.required) {
      const slot = entity[ROW][column.position];
      const made = column.default !== null || column.serverGenerated || column.version !== null || sql?.get(entity)?.has(column.position);
      if (slot === null || (slot === undefined && !made)) refuse(mapper, entity, column.key);
    }
}

function refuse(mapper: Mapper, entity: Entity, key: string): never {
  throw ormError('orm.null-of-class', nameOf(entity), mapper.name, key, mapper.table.name);
}
