import type { Expression } from '../sql/expression.ts';
import { canonicalKey } from '../sql/make.ts';
import { type Entity, MAPPER, type Mapper, type WriteTarget } from './mapping.ts';

/** SQL by the positions of the columns that it is the value of. */
export type SqlValues = ReadonlyMap<number, Expression>;
/** What objects have SQL for values, and which. */
export type SqlRows = ReadonlyMap<Entity, SqlValues>;

/** What objects hold until their flush works it out. Few have any, so that it is not kept on the objects. */
const values = new WeakMap<Entity, Map<number, Expression>>();
/** The classes of objects that ever had some: only theirs are looked up. */
const classes = new WeakSet<Mapper>();

/** Whether objects of the class may have SQL for values. */
export function mayHaveSqlValues(mapper: Mapper): boolean {
  return classes.has(mapper);
}

/** The next flush writes what this works out. */
export function setSqlValue(entity: Entity, position: number, expression: Expression): void {
  classes.add(entity[MAPPER]);
  const own = values.get(entity);
  if (own === undefined) values.set(entity, new Map([[position, expression]]));
  else own.set(position, expression);
}

/** The SQL that an object has for values; undefined where it has none. */
export function sqlValuesOf(entity: Entity): SqlValues | undefined {
  return classes.has(entity[MAPPER]) ? values.get(entity) : undefined;
}

/** The SQL that is an attribute's value until the flush. */
export function sqlValueAt(entity: Entity, position: number): Expression | undefined {
  return sqlValuesOf(entity)?.get(position);
}

/** The attribute has another value now. */
export function dropSqlValue(entity: Entity, position: number): void {
  const own = values.get(entity);
  if (own?.delete(position) && own.size === 0) values.delete(entity);
}

/** None of the object's attributes is SQL any more. */
export function dropSqlValues(entity: Entity): void {
  if (classes.has(entity[MAPPER])) values.delete(entity);
}

/** Takes an object's SQL for the statement that writes it. */
export function takeSqlValues(entity: Entity): SqlValues | undefined {
  const own = values.get(entity);
  if (own !== undefined) values.delete(entity);
  return own;
}

/** Those of one table, in the order of its columns. */
export function sqlColumns(own: SqlValues, { columns }: WriteTarget): { readonly name: string; readonly node: Expression['node'] }[] {
  return columns.flatMap((column, position) => {
    const expression = column === undefined ? undefined : own.get(position);
    return expression === undefined ? [] : [{ name: column.name, node: expression.node }];
  });
}

/** Text that is equal where the SQL is, but for its constants. */
export function shapeOf(own: SqlValues): string {
  return [...own]
    .sort(([a], [b]) => a - b)
    .map(([position, { node }]) => `${position}=${canonicalKey(node.key)}`)
    .join();
}

/** The constants in SQL, in their order. */
export function constantsOf(columns: readonly { readonly node: Expression['node'] }[]): unknown[] {
  return columns.flatMap(({ node }) => node.binds.map((bind) => bind.value));
}
