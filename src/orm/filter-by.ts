import { Expression } from '../sql/expression.ts';
import { make, makeBind } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import { BOOLEAN } from '../sql/type.ts';
import { checkValue, unknownAttribute } from './attributes.ts';
import { derivedEquals } from './derived-attribute.ts';
import { adaptTo, columnOf } from './mapped-source.ts';
import type { Mapper } from './mapping.ts';
import { RelationAttribute } from './relation-attribute.ts';

/** The conditions of `filterBy()`: one of equality for each attribute that is named. */
export function equalities(mapper: Mapper, source: SourceNode, values: object): Expression<boolean | null>[] {
  return Object.entries(values).map(([key, value]) => {
    const position = mapper.positions.get(key);
    if (position === undefined && mapper.hybrids.has(key)) return hybridIs(mapper, source, key, value);
    const derived = position === undefined ? derivedEquals(mapper, source, key, value) : null;
    if (derived !== null) return derived;
    if (position === undefined) return unknownAttribute(mapper, key);
    checkValue(value, `filterBy() of ${mapper.name}, at '${key}',`);
    if (position >= mapper.columns.length) {
      return new RelationAttribute(source, mapper, position - mapper.columns.length).eq(value as never);
    }
    const column = mapper.columns[position];
    const left = columnOf(source, column);
    const node: Node =
      value === null
        ? make('unary', { operator: 'IS NULL', operand: left, postfix: true })
        : make('binary', { operator: '=', left, right: value instanceof Expression ? value.node : makeBind(value, column.type) });
    return new Expression<boolean>(node, BOOLEAN);
  });
}

/** The condition that a hybrid has this value. */
function hybridIs(mapper: Mapper, source: SourceNode, key: string, value: unknown): Expression<boolean> {
  checkValue(value, `filterBy() of ${mapper.name}, at '${key}',`);
  const { c } = mapper.entityClass as unknown as { readonly c: Readonly<Record<string, Expression<unknown>>> };
  const own = new Expression<unknown>(adaptTo(mapper, c[key].node, source), c[key].type);
  return (value === null ? own.isNull() : own.eq(value as never)) as Expression<boolean>;
}
