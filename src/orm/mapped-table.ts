import { isColumn } from '../sql/column.ts';
import { describe, sqlError } from '../sql/errors.ts';
import type { MetaData } from '../sql/metadata.ts';
import { snakeCase } from '../sql/naming.ts';
import { type Shape, Table } from '../sql/schema.ts';
import { ormError } from './errors.ts';
import { mapperOfTable } from './mapper.ts';
import type { ModelOptions } from './model-class.ts';
import { columnsOf } from './model-shape.ts';

/** A table's name: as given, or by the rule for class names where it looks like one. */
export function tableName(name: string): string {
  if (typeof name !== 'string' || name === '') throw ormError('orm.not-a-model', 'db.Model()', describe(name));
  return /^[A-Z]/.test(name) ? snakeCase(name) : name;
}

/** The table of a new model, made of its shape or there already, and the whole shape of its class. */
export function tableOfModel<S>(
  metadataFor: (bind: string | null) => MetaData,
  given: string | Table,
  shape: S & object,
  options: ModelOptions<S>,
): { readonly table: Table; readonly shape: S & object } {
  if (given instanceof Table) return { table: given, shape: shapeOver(given, shape, options) as S & object };
  const name = tableName(given);
  const columns = columnsOf(name, shape);
  return { table: new Table<S>(metadataFor(options.bind ?? null), name, columns as S, options) as Table, shape };
}

/** What a class may say whose table says the rest. */
const OWN_OPTIONS: readonly string[] = ['confirmDeletedRows', 'criteria', 'on', 'identities'];

/** The columns of a table that is there already, with what a class has beside them. */
function shapeOver(table: Table, shape: object, options: object): object {
  const known = mapperOfTable(table);
  if (known !== null) throw ormError('orm.table-mapped', table.fullName, known.name);
  const option = Object.keys(options).find((key) => !OWN_OPTIONS.includes(key));
  if (option !== undefined)
    throw sqlError(
      'sql.bad-argument',
      `The model of '${table.fullName}', at '${option}',`,
      `one of ${OWN_OPTIONS.join(', ')}`,
      `'${option}'`,
    );
  const more = Object.getOwnPropertyDescriptors(shape);
  for (const [key, { value }] of Object.entries(more)) {
    if (isColumn(value)) throw ormError('orm.column-of-table', table.fullName, key);
    if (key in table.c) throw ormError('orm.inherited-attribute', `The model of '${table.fullName}'`, key);
  }
  return Object.defineProperties({ ...(table.shape as Shape) }, more);
}
