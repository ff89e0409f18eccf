import { Expression } from '../sql/expression.ts';
import { make, makeBind, makeColumn } from '../sql/make.ts';
import type { ColumnNode, Node, SourceNode } from '../sql/node.ts';
import { conjunction } from '../sql/operand.ts';
import { BOOLEAN, INTEGER } from '../sql/type.ts';
import { columnValue } from './attributes.ts';
import type { ConcreteUnion, UnionPart } from './concrete-union.ts';
import { isA } from './hierarchy.ts';
import { columnOf } from './mapped-source.ts';
import { type Entity, MAPPER, type Mapper } from './mapping.ts';

/** The columns that tell the rows of a union from each other: whose they are, and the keys of all classes, which most often are one. */
export function unionKey({ parts, columns }: ConcreteUnion): ColumnNode[] {
  const places = new Set(parts.flatMap(keyPlaces));
  return [columns[0], ...[...places].map((place) => columns[place])];
}

/** Where the key of a class stands among the columns of its union. */
export function keyPlaces({ mapper, places }: UnionPart): number[] {
  return mapper.keyPositions.map((position) => places[position]);
}

/** The columns of a row that tell it from others, of a class or of a union. */
export function rowKey(source: SourceNode, mapper: Mapper, union: ConcreteUnion | null): ColumnNode[] {
  if (union === null) return mapper.keyPositions.map((position) => columnOf(source, mapper.columns[position]) as ColumnNode);
  return unionKey(union).map(({ name, attribute, type }) => makeColumn(source, name, attribute, type));
}

/** The condition that a row of a union is that of an object; `keyOf` says what stands for a value of its key. */
export function isRowOfObject(
  union: ConcreteUnion,
  entity: Entity,
  keyOf: (position: number, column: ColumnNode) => Node = (position, { type }) => makeBind(columnValue(entity, position), type),
): Expression<boolean> {
  const number = union.parts.findIndex(({ mapper }) => isA(entity[MAPPER], mapper));
  const part = union.parts[number];
  const equal = (left: ColumnNode, right: Node): Node => make('binary', { operator: '=', left, right });
  const keys = keyPlaces(part).map((place, i) => {
    const column = union.columns[place];
    return equal(column, keyOf(part.mapper.keyPositions[i], column));
  });
  return new Expression<boolean>(conjunction([equal(union.columns[0], makeBind(number, INTEGER)), ...keys]) as Node, BOOLEAN);
}
