import type { ReferenceAction } from './column.ts';
import type { ConstraintDefinition, Deferral, TableItem } from './constraints.ts';
import { sqlError } from './errors.ts';
import type { NamingConvention, NamingTemplates } from './naming.ts';
import type { ColumnNode, Node } from './node.ts';
import { isKind } from './node-walk.ts';
import type { ExpressionLike } from './operand.ts';
import type { OrderTerm } from './order-term.ts';
import { deferralOf, definitionOf, type Exclude, type ForeignKeyOf, type IndexOf, type IndexPart, wordsOf } from './table-parts.ts';

/** What keys, constraints and indexes are said over: a table, by its columns. */
export interface ItemOwner<C> {
  readonly name: string;
  readonly metadata: { readonly naming: NamingConvention; readonly schema: string | null };
  /** The column that an item of this kind names. Throws an ArgumentError for what is no column of the table. */
  own(given: ExpressionLike | OrderTerm | string, kind: string): C;
  /** The column behind a node. Throws an ArgumentError for that of another table. */
  ownNode(node: ColumnNode, kind: string): C;
  /** The node of the column of this attribute. */
  nodeOf(key: string): Node;
}

interface OwnColumn {
  readonly name: string;
  readonly key: string;
}

/** The name that was given, as the convention has it; null for none. */
export function givenName(
  { metadata, name }: Pick<ItemOwner<unknown>, 'metadata' | 'name'>,
  kind: keyof NamingTemplates,
  given: string | null,
  columns: readonly string[],
): string | null {
  return given === null ? null : (metadata.naming.given?.(kind, given, name, columns) ?? given);
}

/** The columns that a key or an index keeps with it. */
export function included<C extends OwnColumn>(owner: ItemOwner<C>, given: ConstraintDefinition): { include?: readonly C[] } {
  return given.include === undefined || given.include.length === 0
    ? {}
    : { include: given.include.map((column) => owner.own(column, `${given.kind} include()`)) };
}

/** The index that `index()` describes. */
export function indexOf<C extends OwnColumn>(owner: ItemOwner<C>, item: TableItem): IndexOf<C> {
  const given = definitionOf(item, owner.name);
  if (given.kind !== 'index') throw sqlError('sql.bad-argument', 'an index', 'index(…)', `${given.kind}(…)`);
  if (given.columns.length === 0) throw sqlError('sql.invalid-schema', owner.name, 'an index() is over no columns');
  const parts = given.columns.map((column) => indexPart(owner, column, given));
  const columns = parts.flatMap(({ column }) => (column === null ? [] : [column]));
  const words = parts.flatMap(({ column, expression }) => (column === null ? wordsOf(expression as Node) : [column.name]));
  const plain = parts.every(
    (part) =>
      part.column !== null &&
      part.direction === 'asc' &&
      part.nulls === null &&
      part.collation === null &&
      part.operatorClass === null &&
      part.length === null,
  );
  return {
    kind: 'index',
    name: givenName(owner, 'ix', given.name, words) ?? owner.metadata.naming.index(owner.name, words),
    columns,
    unique: given.unique === true,
    where: given.condition ?? null,
    ...(plain ? {} : { parts }),
    ...included(owner, given),
    ...(given.using === undefined ? {} : { using: given.using }),
    ...(given.nullsNotDistinct === true ? { nullsNotDistinct: true } : {}),
    ...(given.storage === undefined ? {} : { storage: given.storage }),
    ...(given.concurrently === true ? { concurrently: true } : {}),
    ...(given.ifNotExists === true ? { ifNotExists: true } : {}),
  };
}

function indexPart<C extends OwnColumn>(
  owner: ItemOwner<C>,
  given: ExpressionLike | OrderTerm | string,
  index: ConstraintDefinition,
): IndexPart & { readonly column: C | null } {
  if (typeof given !== 'string' && (given as ExpressionLike | null)?.node === undefined) owner.own(given, 'index');
  let node: Node | null = typeof given === 'string' ? null : given.node;
  const order = node !== null && isKind(node, 'order') ? node : null;
  if (order !== null) node = order.operand;
  const label = node !== null && isKind(node, 'label') ? node : null;
  if (label !== null) node = label.operand;
  let collation: string | null = null;
  let column: C | null = typeof given === 'string' ? owner.own(given, 'index') : null;
  if (node !== null) {
    const inner = isKind(node, 'collate') ? node.operand : node;
    if (isKind(inner, 'column')) {
      column = owner.ownNode(inner, 'index');
      if (isKind(node, 'collate')) collation = node.collation;
    } else if (isKind(node, 'collate')) {
      // The collation is the index's own, and stands outside of the expression's brackets.
      collation = node.collation;
      node = inner;
    }
  }
  const key = column?.key ?? label?.name;
  return {
    column,
    expression: column === null ? node : null,
    direction: order?.direction ?? 'asc',
    nulls: order?.nulls ?? null,
    collation,
    operatorClass: key === undefined ? null : (index.operatorClasses?.[key] ?? null),
    length: key === undefined ? null : (index.lengths?.[key] ?? null),
  };
}

/**
 * The exclusion constraint that `exclude()` describes.
 * @param before how many the table has already, for its name
 */
export function excludeOf(owner: ItemOwner<unknown>, given: ConstraintDefinition, before: number): Exclude {
  const elements = given.columns.map((element, i) => {
    const node = typeof element === 'string' ? owner.nodeOf(element) : element.node;
    const label = isKind(node, 'label') ? node : null;
    const expression = label?.operand ?? node;
    const key = isKind(expression, 'column') ? expression.attribute : label?.name;
    const operatorClass = key == null ? undefined : given.operatorClasses?.[key];
    return { expression, operator: (given.operators ?? [])[i], ...(operatorClass === undefined ? {} : { operatorClass }) };
  });
  return {
    kind: 'exclude',
    name: givenName(owner, 'ck', given.name, []) ?? owner.metadata.naming.check(owner.name, `exclude${before === 0 ? '' : before + 1}`),
    elements,
    using: given.using ?? 'gist',
    where: given.condition ?? null,
    ...deferralOf(given),
  };
}

/** What a foreign key says besides its columns. */
export interface ForeignKeyOptions extends Deferral {
  readonly onDelete?: ReferenceAction | null;
  readonly onUpdate?: ReferenceAction | null;
  readonly match?: 'simple' | 'partial' | 'full';
  readonly useAlter?: boolean;
  readonly targetTable?: string;
}

/** A foreign key from these columns to `table.column` targets. */
export function foreignKeyOf<C extends OwnColumn>(
  owner: Pick<ItemOwner<C>, 'name' | 'metadata'>,
  columns: readonly C[],
  targets: readonly string[],
  given: string | null,
  options: ForeignKeyOptions,
): ForeignKeyOf<C> {
  const { targetTable: exact } = options;
  const parts = targets.map((target) => {
    const dot = target.lastIndexOf('.');
    return exact === undefined ? [target.slice(0, dot), target.slice(dot + 1)] : [exact, target];
  });
  const named = parts[0]?.[0] ?? '';
  if (named === '' || parts.length !== columns.length || parts.some(([table]) => table !== named)) {
    throw sqlError('sql.invalid-schema', owner.name, 'a foreignKey() needs one target column, of one table, for each of its columns');
  }
  const { schema, naming } = owner.metadata;
  const targetTable = schema !== null && exact === undefined && !named.includes('.') ? `${schema}.${named}` : named;
  const names = columns.map((c) => c.name);
  const targetColumns = parts.map(([, column]) => column);
  return {
    kind: 'foreignKey',
    name: givenName(owner, 'fk', given, names) ?? naming.foreignKey(owner.name, names, named.replaceAll('.', '_'), targetColumns),
    columns,
    targetTable,
    targetColumns,
    onDelete: options.onDelete ?? null,
    onUpdate: options.onUpdate ?? null,
    ...deferralOf(options),
    ...(options.match === undefined ? {} : { match: options.match }),
    ...(options.useAlter === true ? { useAlter: true } : {}),
  };
}
