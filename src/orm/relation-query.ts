import { Expression } from '../sql/expression.ts';
import { makeAlias, makeLateBind, rebuild } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import { isKind, mapChildren } from '../sql/node-walk.ts';
import { conjunction } from '../sql/operand.ts';
import { BOOLEAN, type SqlType } from '../sql/type.ts';
import { columnOf } from './mapped-source.ts';
import type { Entity, Relationship } from './mapping.ts';
import { rowValue } from './persistence.ts';
import type { Query } from './query.ts';
import { equal, tie, ties, unknownKey } from './relation-attribute.ts';

/** The value that an object's column has when the query runs: a new object gets its key by the flush before. */
function columnBind(relation: Relationship, owner: Entity, position: number, type: SqlType): Node {
  const { key } = relation.mapper.columns[position];
  const read = (): unknown => {
    const value = rowValue(owner, position);
    return value === undefined ? unknownKey(relation, owner, key, value) : value;
  };
  return makeLateBind(read, type);
}

function condition(nodes: readonly Node[]): Expression<boolean> {
  return new Expression<boolean>(conjunction(nodes) as Node, BOOLEAN);
}

/** A condition with an object's values in place of its columns. */
function withValues(node: Node, source: SourceNode, relation: Relationship, owner: Entity): Node {
  const { columns } = relation.mapper;
  const change = (child: Node): Node => {
    if (isKind(child, 'column')) {
      if (child.source.id !== source.id) return child;
      const column = columns.find((candidate) => candidate.name === child.name) as (typeof columns)[number];
      return columnBind(relation, owner, column.position, column.type);
    }
    const mapped = mapChildren(child, change);
    return mapped === child ? child : rebuild(mapped);
  };
  return change(node);
}

/** A query over the related rows of one object. SQLAlchemy: what `lazy='dynamic'` gives. */
export function relationQuery(query: Query<unknown>, owner: Entity, relation: Relationship): Query<unknown> {
  const target = relation.target.table;
  const ordered = relation.orderBy.length === 0 ? query : query.orderBy(...(relation.orderBy as never[]));
  const own = relation.condition === null ? [] : [relation.condition];
  if (relation.join !== null) {
    // The owner's row has a name of its own here, and its columns are the owner's values.
    const own = makeAlias(relation.mapper.selectable, null);
    const said = (part: Node | null): Node[] => (part === null ? [] : [withValues(part, own, relation, owner)]);
    if (relation.through === null) return ordered.filter(condition(said(tie(relation, own, target.node))));
    const { near, far, across } = ties(relation, own, relation.through.node, target.node);
    return ordered.join(relation.through, condition(said(far))).filter(condition([...said(near), ...said(across)]));
  }
  if (relation.through === null) {
    const keys = relation.remote.map((position, i) => {
      const column = relation.target.columns[position];
      return equal(columnOf(target.node, column), columnBind(relation, owner, relation.local[i], column.type));
    });
    return ordered.filter(condition([...keys, ...own]));
  }
  const through = relation.through;
  const { far } = ties(relation, relation.mapper.table.node, through.node, target.node);
  const keys = relation.throughLocal.map((column, i) =>
    equal(columnOf(through.node, column), columnBind(relation, owner, relation.local[i], column.type)),
  );
  return ordered.join(through, new Expression<boolean>(far, BOOLEAN)).filter(condition(keys));
}
