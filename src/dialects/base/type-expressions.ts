import { Expression } from '../../sql/expression.ts';
import { make } from '../../sql/make.ts';
import type { BindNode, ColumnNode, Node } from '../../sql/node.ts';
import { isKind, mapChildren } from '../../sql/node-walk.ts';
import { type SqlType, UNKNOWN, variantFor } from '../../sql/type.ts';
import { SEARCH_LENGTH } from './encryption.ts';
import { dialectError } from './errors.ts';

/** Whether a statement with a column of this type needs `applyTypes`. */
export function changesSql(given: SqlType, dialect: string): boolean {
  const type = variantFor(given, dialect);
  return type.name === 'encrypted' || (type.custom?.columnExpression ?? null) !== null;
}

/** The statement with the SQL that its columns' types ask for. Throws for what an encrypted column cannot do. */
export function applyTypes(statement: Node, dialect: string): Node {
  return searchEncrypted(wrapResults(statement, dialect), dialect);
}

/** The node of what a user's function gave for an expression. */
function nodeFrom(type: SqlType, convert: (expression: unknown) => unknown, of: Node, name: string): Node {
  const result = convert(new Expression(of, type.inner ?? UNKNOWN));
  if (result instanceof Expression) return result.node;
  throw dialectError('type.not-an-expression', name);
}

/** What stands for a parameter whose type wraps it, around a bind that is not wrapped again; null for any other. */
export function wrapBind(bind: BindNode, dialect: string): Node | null {
  const type = variantFor(bind.type, dialect);
  const convert = type.custom?.bindExpression ?? null;
  if (convert === null || type.custom === undefined) return null;
  // The key stays, and with it the codec.
  const bare: SqlType = { ...type, custom: { ...type.custom, bindExpression: null } };
  return nodeFrom(type, convert, { ...bind, type: bare } as BindNode, 'bindExpression');
}

/** The columns of the outermost result in the SQL that their types put around them. Subqueries give them as they are stored. */
function wrapResults(node: Node, dialect: string): Node {
  const wrap = (column: Node): Node => {
    if (isKind(column, 'entity')) return { ...column, columns: column.columns.map(wrap) } as Node;
    const inside = isKind(column, 'label') ? column.operand : column;
    if (!isKind(inside, 'column')) return column;
    const type = variantFor(inside.type, dialect);
    const convert = type.custom?.columnExpression ?? null;
    if (convert === null) return column;
    const name = isKind(column, 'label') ? column.name : inside.name;
    return make('label', { operand: nodeFrom(type, convert, inside, 'columnExpression'), name });
  };
  if (isKind(node, 'select')) return { ...node, columns: node.columns.map(wrap) } as Node;
  if (isKind(node, 'setOperation')) return { ...node, queries: node.queries.map((query) => wrapResults(query, dialect)) } as Node;
  if (isKind(node, 'insert') || isKind(node, 'update') || isKind(node, 'delete'))
    return { ...(node as Node), returning: node.returning.map(wrap) } as Node;
  return node;
}

const EQUALITIES = new Set(['=', '<>', '!=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM']);

/** Comparisons of encrypted columns as comparisons of their hashes. */
function searchEncrypted(statement: Node, dialect: string): Node {
  const encrypted = (node: Node): node is ColumnNode => isKind(node, 'column') && variantFor(node.type, dialect).name === 'encrypted';
  const refuse = (column: ColumnNode, reason: string): never => {
    const owner = column.source.name;
    throw dialectError('type.encrypted', `${owner === null ? '' : `${owner}.`}${column.attribute}`, reason);
  };
  const hash = (column: ColumnNode): Node => {
    if (variantFor(column.type, dialect).encryption?.search === null) refuse(column, 'it cannot be compared, since it has no search');
    return make('raw', { pieces: ['substring(', `, 1, ${SEARCH_LENGTH})`], items: [column] });
  };
  /** One side of a comparison: an encrypted column by its hash, or a value, which its codec makes a hash of. */
  const side = (node: Node, column: ColumnNode): Node => {
    if (encrypted(node)) return node.type.key === column.type.key ? hash(node) : refuse(column, 'the column beside it has other keys');
    if (isKind(node, 'bind') && node.type.key === column.type.key) return node;
    return refuse(column, 'it is compared with values and with columns of its own type only');
  };
  const change = (node: Node): Node => {
    if (isKind(node, 'binary') && (encrypted(node.left) || encrypted(node.right))) {
      const column = (encrypted(node.left) ? node.left : node.right) as ColumnNode;
      if (!EQUALITIES.has(node.operator)) refuse(column, `it cannot stand beside ${node.operator}`);
      return { ...node, left: side(node.left, column), right: side(node.right, column) } as Node;
    }
    if (isKind(node, 'in') && encrypted(node.operand))
      return { ...node, operand: hash(node.operand), list: side(node.list, node.operand) } as Node;
    const counts = isKind(node, 'function') && node.name === 'count' && !node.distinct;
    const keeps =
      counts ||
      ['label', 'entity', 'raw', 'insert', 'update', 'conflict', 'delete', 'scalar', 'alias', 'select'].includes(node.kind) ||
      (isKind(node, 'unary') && node.postfix);
    const lists = isKind(node, 'select') ? [...node.groupBy, ...node.orderBy, ...(node.distinct ? node.columns : [])] : [];
    for (const item of lists) if (encrypted(item)) refuse(item, 'rows cannot be sorted or grouped by it');
    return mapChildren(node, (child) => {
      if (encrypted(child) && !keeps)
        refuse(child, `it cannot stand in ${node.kind === 'order' ? 'ORDER BY' : `this expression (${node.kind})`}`);
      return change(child);
    });
  };
  return change(statement);
}
