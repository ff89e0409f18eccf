import { asSaid } from '../sql/class-rows.ts';
import { type Column, isColumn } from '../sql/column.ts';
import { describe, sqlError } from '../sql/errors.ts';
import { sourcesOf } from '../sql/join.ts';
import { rebuild } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import { isKind, mapChildren } from '../sql/node-walk.ts';
import type { ExpressionLike } from '../sql/operand.ts';
import { expressionNode } from '../sql/order.ts';
import { ColumnAttribute, type Table, type TableColumn } from '../sql/schema.ts';
import { readingItself } from '../sql/select.ts';
import { adaptTo } from './mapped-source.ts';
import type { Mapper } from './mapping.ts';
import type { ConditionColumns } from './relation.ts';

/** An attribute that is worked out by the query that reads the object. */
export class ColumnProperty {
  readonly column: Column;
  readonly define: (columns: ConditionColumns) => unknown;
  constructor(column: Column, define: (columns: ConditionColumns) => unknown) {
    this.column = column;
    this.define = define;
  }
}

/**
 * An attribute that is an expression of SQL: every query that reads the object works it out, and it can be used in
 * conditions and in the order. Nothing may be written to it; `.deferred()` columns wait until they are asked for. A select
 * of another class has to stand in brackets: `.scalar()`. SQLAlchemy: `column_property()`.
 *
 * @param column the type of its value, and whether it may be NULL
 * @param define gives the expression; it gets the class's columns, and may name other classes
 * @example fullName: columnProperty(t.string(), (c) => c.firstName.concat(' ').concat(c.lastName))
 * @example postCount: columnProperty(t.integer(), (c) => select(func.count()).from(Post).where(Post.c.userId.eq(c.id)).scalar())
 */
export function columnProperty<V, N extends boolean>(
  column: Column<V, N>,
  // biome-ignore lint/suspicious/noExplicitAny: a type here would be compared, and the types of two models would need each other
  define: (columns: ConditionColumns) => any,
): Column<V, N, true> & { readonly '~computed': true } {
  if (!isColumn(column)) throw sqlError('sql.bad-argument', 'columnProperty()', 'a type (t.…)', describe(column));
  if (typeof define !== 'function') throw sqlError('sql.bad-argument', 'columnProperty()', 'a function', describe(define));
  return new ColumnProperty(column, define) as never;
}

export function isColumnProperty(value: unknown): value is ColumnProperty {
  return value instanceof ColumnProperty;
}

/** The column that stands for it among those of a class. */
export function columnOfProperty(
  key: string,
  { column, define }: ColumnProperty,
  table: Table,
  position: number,
  mapper: () => Mapper,
): TableColumn {
  const { reference: _reference, autoIncrement: _numbering, ...definition } = (column as Column).definition;
  let known: Node | null = null;
  const node = (): Node => {
    if (known === null) {
      const stored = mapper().columns.filter(({ formula }) => formula === undefined);
      const columns = stored.map((own) => [own.key, new ColumnAttribute(own.table.node, own.name, own.key, own.type, own)]);
      const given = define(Object.fromEntries(columns) as ConditionColumns);
      const expression = unlabelled(expressionNode(given as ExpressionLike, `The columnProperty() '${key}'`));
      known = correlated(expression, new Set(mapper().tables.map((own) => own.node.id)));
    }
    return known;
  };
  return {
    ...definition,
    table,
    key,
    name: key,
    position,
    primaryKey: false,
    autoIncrement: false,
    numbering: null,
    serverGenerated: false,
    foreignKeys: [],
    default: null,
    computed: { expression: NEVER, stored: false },
    formula: (source: SourceNode) => adaptTo(mapper(), node(), source),
  };
}

/**
 * An expression whose selects read all that they name but for the class's own row: they do so too where the query around them reads
 * the same tables.
 */
function correlated(node: Node, around: ReadonlySet<string>): Node {
  const isSelect = isKind(node, 'select');
  const named = isSelect ? sourcesOf([...node.from, ...node.columns, ...(node.where === null ? [] : [node.where])]) : [];
  const inner = new Set([...around, ...named.map(({ id }) => id)]);
  const mapped = mapChildren(node, (child) => correlated(child, inner));
  const changed = mapped === node ? node : rebuild(mapped);
  const others = named.filter(({ id }) => !around.has(id));
  if (!isKind(changed, 'select') || changed.from.some((item) => asSaid(item) === item) || others.length === 0) return changed;
  return (changed.modifiers?.correlation ?? null) === null ? readingItself(changed, others) : changed;
}

const NEVER = { '~value': undefined, node: null } as never;

function unlabelled(node: Node): Node {
  return isKind(node, 'label') ? node.operand : node;
}
