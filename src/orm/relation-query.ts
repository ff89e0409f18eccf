import { conjunction, Expression } from '../sql/expression.ts';
import { make, makeBind } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import { BOOLEAN } from '../sql/type.ts';
import { columnValue } from './attributes.ts';
import { columnOf } from './mapped-source.ts';
import type { Entity, Relationship } from './mapping.ts';
import type { Query } from './query.ts';
import { ties } from './relation-attribute.ts';

function is(column: Node, value: unknown, type: Parameters<typeof makeBind>[1]): Node {
  return make('binary', { operator: '=', left: column, right: makeBind(value, type) });
}

function condition(nodes: readonly Node[]): Expression<boolean> {
  return new Expression<boolean>(conjunction(nodes) as Node, BOOLEAN);
}

/** A query over the related rows of one object. SQLAlchemy: what `lazy='dynamic'` gives. */
export function relationQuery(query: Query<unknown>, owner: Entity, relation: Relationship): Query<unknown> {
  const target = relation.target.table;
  const ordered = relation.orderBy.length === 0 ? query : query.orderBy(...(relation.orderBy as never[]));
  const own = relation.condition === null ? [] : [relation.condition];
  if (relation.through === null) {
    const keys = relation.remote.map((position, i) => {
      const column = relation.target.columns[position];
      return is(columnOf(target.node, column), columnValue(owner, relation.local[i]), column.type);
    });
    return ordered.filter(condition([...keys, ...own]));
  }
  const through = relation.through;
  const { far } = ties(relation, relation.mapper.table.node, through.node, target.node);
  const keys = relation.throughLocal.map((column, i) =>
    is(columnOf(through.node, column), columnValue(owner, relation.local[i]), column.type),
  );
  return ordered.join(through, new Expression<boolean>(far, BOOLEAN)).filter(condition(keys));
}
