import { sqlError } from './errors.ts';
import { make, makeColumn } from './make.ts';
import type { Node, SourceNode } from './node.ts';
import type { NodeKind } from './node-fields.ts';
import { isKind, walk } from './node-walk.ts';
import { conjunction } from './operand.ts';
import { type ForeignKey, type Source, type Table, tableBehind } from './schema.ts';

/** Something that knows the way from one source to another: a relation of a model. */
export interface Joinable {
  /** The name of what it leads to. */
  readonly '~from'?: string;
  '~join'(): {
    readonly from: SourceNode;
    readonly steps: readonly { readonly source: SourceNode; readonly on: Node }[];
    /** The last step leaves out rows that the one before it leads to. */
    readonly filtered?: boolean;
    /** What tells the rows that it leads to from others in their tables, which its last step says too. */
    readonly told?: readonly Node[];
  };
}

export function isJoinable(value: unknown): value is Joinable {
  return typeof (value as Joinable | null)?.['~join'] === 'function';
}

/** What names sources for itself alone. */
const OWN_SCOPE: ReadonlySet<NodeKind> = new Set(['alias', 'select', 'setOperation', 'values', 'insert', 'update', 'delete']);

/** The sources that these nodes name, in the order of their appearance, not looking into subqueries. */
export function sourcesOf(nodes: readonly Node[]): SourceNode[] {
  const found = new Map<string, SourceNode>();
  const visit = (node: Node): boolean => {
    const source = sourceAt(node);
    if (source !== null) found.set(source.id, found.get(source.id) ?? source);
    return !OWN_SCOPE.has(node.kind);
  };
  for (const node of nodes) walk(node, visit);
  return [...found.values()];
}

function sourceAt(node: Node): SourceNode | null {
  if (isKind(node, 'column') || isKind(node, 'entity')) return node.source;
  return isKind(node, 'table') || isKind(node, 'alias') ? node : null;
}

/** The condition that the one foreign key between the left side and the target gives. Throws an ArgumentError where there is none or several. */
export function joinCondition(left: Node, right: Pick<Source['~source'], 'node' | 'name' | 'table'>): Node {
  const found = foreignKeyTies(left, right);
  if (found.length === 1) return found[0];
  const leftName = sourcesOf([left])
    .map((s) => tableBehind(s)?.name ?? s.name ?? 'a subquery')
    .join(', ');
  const reason = found.length === 0 ? 'no foreign key goes between them' : `${found.length} foreign keys go between them`;
  throw sqlError('sql.no-join-condition', leftName, right.name, reason);
}

/** What each foreign key between a source and what is joined so far says. */
export function foreignKeyTies(left: Node, right: Pick<Source['~source'], 'node' | 'table'>): Node[] {
  const found: Node[] = [];
  const target = right.table;
  for (const source of sourcesOf([left])) {
    const table = tableBehind(source);
    if (table === null || target === null) continue;
    for (const key of table.foreignKeys) if (key.targetTable === target.fullName) found.push(equal(key, table, source, right.node));
    if (table !== target)
      for (const key of target.foreignKeys) if (key.targetTable === table.fullName) found.push(equal(key, target, right.node, source));
  }
  return found;
}

function equal(key: ForeignKey, owner: Table, from: SourceNode, to: SourceNode): Node {
  const target = owner.metadata.resolve(owner, key);
  const pairs = key.columns.map((column, i) =>
    make('binary', {
      operator: '=',
      left: makeColumn(from, column.name, column.key, column.type),
      right: makeColumn(to, target.columns[i].name, target.columns[i].key, target.columns[i].type),
    }),
  );
  return conjunction(pairs) as Node;
}
