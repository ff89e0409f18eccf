import type { ColumnDefinition } from './column.ts';
import { sqlError } from './errors.ts';
import { isWhole } from './type.ts';

/** The usual rule for a single key: an integer that nothing else gives a value. */
export function isNumbered(definition: ColumnDefinition): boolean {
  return definition.reference === null && definition.default === null && definition.serverDefault === null && isWhole(definition.type);
}

/** What cannot be said of one column at once. */
export function checkColumn(table: string, key: string, definition: ColumnDefinition): void {
  const { computed, identity, serverDefault } = definition;
  const fill = definition.default !== null ? 'default()' : serverDefault !== null ? 'serverDefault()' : null;
  const one = computed !== null ? 'computed()' : identity !== null ? 'identity()' : null;
  if (one !== null && fill !== null) throw sqlError('sql.invalid-schema', table, `its column '${key}' has both ${one} and ${fill}`);
  if (computed !== null && identity !== null)
    throw sqlError('sql.invalid-schema', table, `its column '${key}' has both computed() and identity()`);
  if ((identity !== null || definition.autoIncrement === true) && !isWhole(definition.type))
    throw sqlError('sql.invalid-schema', table, `its column '${key}' is numbered by the database, and is no integer`);
}
