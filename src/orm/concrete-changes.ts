import type { Executable } from '../engine/statement.ts';
import { describe, sqlError } from '../sql/errors.ts';
import { Expression } from '../sql/expression.ts';
import { make, rebuild } from '../sql/make.ts';
import type { ColumnNode, Node } from '../sql/node.ts';
import { isKind, mapChildren } from '../sql/node-walk.ts';
import { isExpression } from '../sql/operand.ts';
import type { Source, TableColumn } from '../sql/schema.ts';
import { type Select, select } from '../sql/select.ts';
import { BOOLEAN } from '../sql/type.ts';
import { NOT_READ } from './column-choice.ts';
import { keyPlaces, unionKey } from './concrete-keys.ts';
import type { UnionReading } from './concrete-reading.ts';
import type { ConcreteUnion, UnionPart } from './concrete-union.ts';
import { ormError } from './errors.ts';
import { type Member, saidBelow } from './hierarchy.ts';
import { adaptTo, columnOf } from './mapped-source.ts';
import type { Mapper } from './mapping.ts';
import type { ChangeOptions, QuerySpec } from './query-spec.ts';
import { isAmong } from './related-statement.ts';

type Values = Readonly<Record<string, unknown>>;

/** Keys that go into one statement. */
const CHUNK = 500;

/**
 * Changes or deletes the rows of a query over a union, each class's in its own table: the keys are asked for first, so that what
 * one statement changes does not decide what the next one finds. Gives the number of rows.
 */
export async function changeUnion(
  session: { all<R>(statement: Executable<R>): Promise<R[]> },
  spec: QuerySpec,
  { union, aliased }: UnionReading,
  verb: string,
  options: ChangeOptions,
  change: (part: QuerySpec, of: UnionPart) => Promise<number>,
): Promise<number> {
  const { mapper, select: statement } = spec;
  const { where, limit, offset } = statement.node;
  if (aliased) throw ormError('orm.concrete-query', `${verb}() of an alias`, mapper.name, 'Call it on the query of the class');
  if (where === null && limit === null && offset === null && options.all !== true) throw sqlError('sql.whole-table', verb, mapper.name);
  const columns = unionKey(union);
  const read = statement.columns(...columns.map((column) => new Expression(column, column.type)));
  const rows = (await session.all(read as unknown as Select<unknown>)) as (readonly unknown[])[];
  let count = 0;
  for (const [number, part] of union.parts.entries()) {
    const places = keyPlaces(part).map((place) => columns.indexOf(union.columns[place]));
    const keys = new Map<string, unknown>();
    for (const row of rows) {
      if (row[0] !== number) continue;
      const key = places.map((place) => row[place]);
      keys.set(key.map(String).join('\u0000'), key.length === 1 ? key[0] : key);
    }
    const list = [...keys.values()];
    for (let start = 0; start < list.length; start += CHUNK)
      count += await change(rowsWithKeys(spec, part.mapper, list.slice(start, start + CHUNK)), part);
  }
  return count;
}

function rowsWithKeys({ criteria }: QuerySpec, mapper: Mapper, keys: readonly unknown[]): QuerySpec {
  const columns = mapper.keyPositions.map((position) => mapper.columns[position]);
  const own = columns.map((column) => columnOf(column.table.node, column));
  const among = new Expression<boolean>(isAmong(own, columns, keys), BOOLEAN);
  const whole = select(mapper.entityClass as unknown as Source).where(among) as Select<unknown>;
  const { planId } = mapper;
  return { mapper, planId, source: mapper.table.node, select: whole, requests: [], joined: false, criteria, columns: null };
}

/** Values of an update over a union, for the rows of one of its classes. Throws for an attribute that not all of them have. */
export function valuesFor(base: Mapper, union: ConcreteUnion, part: UnionPart, values: Values): Values {
  if (Object.keys(values).length === 0) throw sqlError('sql.bad-argument', 'update()', 'values by attribute', describe(values));
  for (const key of Object.keys(values))
    for (const { mapper } of union.parts) {
      const position = mapper.positions.get(key);
      if (position === undefined || position >= mapper.columns.length)
        throw ormError('orm.unknown-attribute', mapper.name, key, mapper.columns.map((one) => one.key).join(', '));
    }
  const columns: TableColumn[] = saidBelow(part.mapper as Member);
  const own = (column: ColumnNode): Node => {
    const place = part.places.indexOf(union.columns.findIndex(({ name }) => name === column.name));
    return place < 0 ? make('cast', { operand: NOT_READ, type: column.type }) : columnOf(columns[place].table.node, columns[place]);
  };
  const move = (node: Node): Node => {
    if (isKind(node, 'column')) return node.source.id === union.source.id ? own(node) : node;
    const mapped = mapChildren(node, move);
    return mapped === node ? node : rebuild(mapped);
  };
  const moved = (value: unknown): unknown => {
    if (!isExpression(value)) return value;
    const { node, type } = value as Expression;
    return new Expression(move(adaptTo(base, node, union.source)), type);
  };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, moved(value)]));
}
