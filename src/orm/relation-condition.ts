import { adapt } from '../sql/adapt.ts';
import { sourcesOf } from '../sql/join.ts';
import { make, makeAlias } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import { isKind } from '../sql/node-walk.ts';
import { conjunction, type ExpressionLike } from '../sql/operand.ts';
import { ColumnAttribute, type ForeignKey, type Table } from '../sql/schema.ts';
import { ormError } from './errors.ts';
import type { JoinCondition, Mapper } from './mapping.ts';
import type { ConditionColumns, RelationDefinition } from './relation.ts';

/** What the `on` of a relation says. */
export interface RelationCondition {
  /** A further condition, over the related table alone. */
  readonly extra: Node | null;
  /** A condition between both sides, where no foreign key says it. */
  readonly join: JoinCondition | null;
  /** The join condition says all; without it the foreign keys of the table between count too. */
  readonly complete: boolean;
  /** The foreign key that the condition spells out. */
  readonly key: ForeignKey | null;
}

const NOTHING: RelationCondition = { extra: null, join: null, complete: false, key: null };

/** Reads a relation's `on`: a further condition on the related rows, or all that joins them. Throws where it cannot be written and is not view-only. */
export function readCondition(name: string, mapper: Mapper, target: Mapper, { form, options }: RelationDefinition): RelationCondition {
  if (options.on === undefined) return NOTHING;
  const through = options.through === undefined ? null : 'table' in options.through ? options.through.table : options.through;
  const own = mapper.table.node;
  // Where both sides are one table, the related one goes by another name in the condition.
  const related = target.table === mapper.table ? makeAlias(own, null) : target.table.node;
  const given: ExpressionLike<boolean | null> = options.on(
    columnsOf(mapper.table, own),
    columnsOf(target.table, related),
    through === null ? {} : columnsOf(through, through.node),
  );
  const parts = conjuncts(given.node);
  const named = new Set(sourcesOf(parts).map((source) => source.id));
  const uses = (part: Node, source: SourceNode): boolean => sourcesOf([part]).some(({ id }) => id === source.id);
  const plain = related !== own && target.table === mapper.table && !named.has(related.id);
  // Of one table under its own name alone, the condition is about the related rows.
  if (plain && (through === null || !named.has(through.node.id))) return { ...NOTHING, extra: given.node };
  const foreign = parts.filter((part) => sourcesOf([part]).some(({ id }) => id !== related.id));
  if (foreign.length === 0) return { ...NOTHING, extra: adapt(given.node, related, target.table.node) };
  if (through === null) {
    const key = spelledKey(form === 'belongsTo', mapper, target, foreign, own, related);
    if (key !== null) {
      const rest = conjunction(parts.filter((part) => !foreign.includes(part)));
      return { ...NOTHING, extra: rest === null ? null : adapt(rest, related, target.table.node), key };
    }
  }
  if (options.viewOnly !== true) throw ormError('orm.join-not-written', name);
  const complete =
    through === null ||
    (parts.some((part) => uses(part, own) && uses(part, through.node)) &&
      parts.some((part) => uses(part, related) && uses(part, through.node)));
  return { ...NOTHING, join: { parts, own, related, through: through?.node ?? null }, complete };
}

/** The columns of a table by attribute, under a name that it has in a condition. */
function columnsOf(table: Table, source: SourceNode): ConditionColumns {
  return Object.fromEntries(
    table.attributes.map((column) => [column.key, new ColumnAttribute(source, column.node.name, column.key, column.type, column.column)]),
  ) as unknown as ConditionColumns;
}

/** The parts of a condition that all have to be true. */
function conjuncts(node: Node): Node[] {
  return isKind(node, 'junction') && node.operator === 'and' ? node.items.flatMap(conjuncts) : [node];
}

/** The foreign key that these parts say, column for column. */
function spelledKey(
  owns: boolean,
  mapper: Mapper,
  target: Mapper,
  parts: readonly Node[],
  own: SourceNode,
  related: SourceNode,
): ForeignKey | null {
  const pairs = parts.map((part) => {
    if (!isKind(part, 'binary') || part.operator !== '=' || !isKind(part.left, 'column') || !isKind(part.right, 'column')) return null;
    const [a, b] = part.left.source.id === own.id ? [part.left, part.right] : [part.right, part.left];
    return a.source.id === own.id && b.source.id === related.id ? `${a.name} ${b.name}` : null;
  });
  const [owner, other] = owns ? [mapper.table, target.table] : [target.table, mapper.table];
  const said = (key: ForeignKey): boolean => {
    if (key.targetTable !== other.fullName || key.columns.length !== pairs.length) return false;
    const referred = owner.metadata.resolve(owner, key).columns;
    return key.columns.every((column, i) =>
      pairs.includes(owns ? `${column.name} ${referred[i].name}` : `${referred[i].name} ${column.name}`),
    );
  };
  return owner.foreignKeys.find(said) ?? null;
}

export const TRUE = make('constant', { value: true });

/** A join condition with its sides under other names, by what it needs to have been joined. */
export function splitJoin(
  join: JoinCondition,
  parent: SourceNode,
  target: SourceNode,
  through: SourceNode | null,
): {
  /** Of the parent and the table between. */
  readonly near: Node;
  /** Of the target, with the table between or alone. */
  readonly far: Node;
  /** Of the parent and the target. */
  readonly across: Node | null;
} {
  const near: Node[] = [];
  const far: Node[] = [];
  const across: Node[] = [];
  for (const part of join.parts) {
    const sources = new Set(sourcesOf([part]).map((source) => source.id));
    const list = !sources.has(join.related.id) ? near : sources.has(join.own.id) ? across : far;
    // The own side first: under its new name it cannot be taken for the other.
    let moved = adapt(part, join.own, parent);
    if (join.through !== null && through !== null) moved = adapt(moved, join.through, through);
    list.push(adapt(moved, join.related, target));
  }
  return { near: conjunction(near) ?? TRUE, far: conjunction(far) ?? TRUE, across: conjunction(across) };
}
