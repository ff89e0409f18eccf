import type { NodeKind } from './node-fields.ts';
import type { SqlType } from './type.ts';

/**
 * The language as data. A node is a plain object of one kind; `FIELDS` declares each kind's fields once, and from that
 * come the shape key, the binds in order, walking and copying. Two statements with equal keys differ in nothing but
 * their binds' values, so a compiled plan is found by key and no tree is walked.
 */
export interface Node {
  readonly kind: NodeKind;
  /** The shape: equal for nodes that compile to the same SQL. Anonymous names appear as `~id~`, see `canonicalKey`. */
  readonly key: string;
  /** The parameters of the tree in the order of its fields. */
  readonly binds: readonly BindNode[];
  /** The aliases that the tree's columns belong to and its FROM names, not those inside subqueries. */
  readonly aliases: readonly AliasNode[];
}

export interface BindNode extends Node {
  readonly kind: 'bind';
  readonly type: SqlType;
  readonly value: unknown;
  /** One parameter that stands for a list, spread when the statement runs. */
  readonly expanding: boolean;
  /** The name given with param() or text(); its value comes with the execution. */
  readonly name: string | null;
  /** Where a compiled statement finds the value among `binds`; −1 until `numberBinds`. */
  readonly slot: number;
}

export interface ColumnNode extends Node {
  readonly kind: 'column';
  readonly source: SourceNode;
  readonly name: string;
  /** The name of the value in JavaScript: the attribute's. */
  readonly attribute: string;
  readonly type: SqlType;
}
export interface TableNode extends Node {
  readonly kind: 'table';
  readonly id: string;
  readonly name: string;
  readonly schema: string | null;
}
export interface AliasNode extends Node {
  readonly kind: 'alias';
  readonly id: string;
  readonly name: string | null;
  readonly of: Node;
}
export type SourceNode = TableNode | AliasNode;
