import { type Column, isColumn } from '../sql/column.ts';
import { describe } from '../sql/errors.ts';
import { type ColumnProperty, isColumnProperty } from './column-property.ts';
import { isDerived } from './derived-attribute.ts';
import { ormError } from './errors.ts';
import { Hybrid } from './hybrid.ts';
import { isRelation } from './relation.ts';

/** The keys of a shape that are relations: getters, and relation values that a mixin brought. */
export function relationKeys(shape: object): string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(shape))
    .filter(([, descriptor]) => descriptor.get !== undefined || isRelation(descriptor.value))
    .map(([key]) => key);
}

/** The attributes of a shape that queries work out. */
export function propertiesOf(shape: object): [string, ColumnProperty][] {
  return Object.entries(Object.getOwnPropertyDescriptors(shape)).flatMap(([key, { value }]) =>
    isColumnProperty(value) ? [[key, value] as [string, ColumnProperty]] : [],
  );
}

/** The attributes of a shape that are expressions in SQL and values on objects. */
export function hybridsOf(shape: object): [string, Hybrid][] {
  return Object.entries(Object.getOwnPropertyDescriptors(shape)).flatMap(([key, { value }]) =>
    value instanceof Hybrid ? [[key, value] as [string, Hybrid]] : [],
  );
}

/** The columns of a shape, without touching its getters. */
export function columnsOf(table: string, shape: object): Record<string, Column> {
  const columns: Record<string, Column> = {};
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(shape))) {
    if (descriptor.get !== undefined || isRelation(descriptor.value) || isDerived(descriptor.value)) continue;
    if (isColumnProperty(descriptor.value) || descriptor.value instanceof Hybrid) continue;
    if (!isColumn(descriptor.value))
      throw ormError('orm.not-a-model', `'${key}' of the model of '${table}': a column (t.…) or a relation`, describe(descriptor.value));
    columns[key] = descriptor.value;
  }
  return columns;
}
