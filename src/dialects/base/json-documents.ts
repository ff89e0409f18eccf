import { sqlError } from '../../sql/errors.ts';
import type { JsonAggregateNode, JsonObjectNode, JsonRowsNode } from '../../sql/expression-nodes.ts';
import { make } from '../../sql/make.ts';
import type { Node } from '../../sql/node.ts';
import { isKind, walk } from '../../sql/node-walk.ts';
import { unlabelled } from '../../sql/projection.ts';
import type { SelectNode } from '../../sql/statement-nodes.ts';
import type { SqlType } from '../../sql/type.ts';
import type { Visitors, Writer } from './compiler.ts';
import { holdsAggregate } from './functions.ts';
import { jsonForm } from './json-values.ts';
import { held } from './sources.ts';

/** How a database makes JSON of its rows. */
export interface JsonWords {
  readonly object: string;
  readonly aggregate: string;
  /** A list without items; `'[]'` if left out. */
  readonly empty?: string;
  /** Writes the aggregate of items in an order, where the aggregate itself has none. */
  readonly orderedAggregate?: (item: () => void, order: readonly Node[], to: Writer) => void;
  /** Around what is JSON already, which would else be taken for text. */
  readonly nested: string | null;
  /** Writes bytes as hexadecimal digits, and NULL as NULL. */
  readonly hex: (value: Node, to: Writer) => void;
  /** Writes a double with all its digits, as text, where JSON would have fewer. */
  readonly double?: (value: Node, to: Writer) => void;
  /** A value of this type that is to stand as text; null for the usual cast. */
  readonly asText?: (type: SqlType) => boolean;
  /** The most fields that one call takes. */
  readonly mostFields?: number;
  /** The aggregate takes an order, a limit; a subquery in FROM may name the enclosing sources. */
  readonly orders: boolean;
  readonly limits: boolean;
  readonly correlates: boolean;
  readonly filters: boolean;
}

type DocumentVisitors = Pick<Visitors, 'jsonObject' | 'jsonRows' | 'jsonAggregate'>;

const UNKNOWN_TEXT = make('textLiteral', { text: '' });

export function documentVisitors(words: JsonWords): DocumentVisitors {
  const field = (value: Node, type: SqlType, to: Writer): void => {
    const form = jsonForm(type, to.spelling.name);
    if (form === 'json' && words.nested !== null && !isKind(value, 'jsonObject')) to.write(`${words.nested}(`).visit(value).write(')');
    else if (words.double !== undefined && (type.name === 'double' || type.name === 'float')) words.double(value, to);
    else if (form === 'hex') words.hex(value, to);
    else if (form === 'text' && words.asText?.(type) !== false) to.visit({ ...TEXT_CAST, operand: value } as Node);
    else to.operand(value, 1);
  };
  const object = ({ names, values, types }: Pick<JsonObjectNode, 'names' | 'values' | 'types'>, to: Writer): void => {
    const most = words.mostFields ?? names.length;
    const calls = Math.max(1, Math.ceil(names.length / most));
    // More fields than a call takes are objects that are put together.
    if (calls > 1) to.write('CAST(');
    for (let i = 0; i < calls; i++) {
      to.write(calls === 1 ? `${words.object}(` : `${i === 0 ? '' : ' || '}CAST(${words.object}(`);
      names.slice(i * most, (i + 1) * most).forEach((name, k) => {
        to.write(k === 0 ? '' : ', ').visit({ ...UNKNOWN_TEXT, text: name } as Node);
        field(values[i * most + k], types[i * most + k], to.write(', '));
      });
      to.write(calls === 1 ? ')' : ') AS JSONB)');
    }
    if (calls > 1) to.write(' AS JSON)');
  };
  const aggregate = (node: Pick<JsonAggregateNode, 'value' | 'type' | 'orderBy' | 'filter'>, limits: () => void, to: Writer): void => {
    if (node.filter !== null && !words.filters) throw sqlError('sql.unsupported', 'filter of jsonArrayAgg()', to.spelling.title);
    const { orderedAggregate, empty = "'[]'" } = words;
    if (node.orderBy.length > 0 && !words.orders) {
      if (orderedAggregate === undefined) throw sqlError('sql.unsupported', 'order of jsonArrayAgg()', to.spelling.title);
      orderedAggregate(() => field(node.value, node.type, to), node.orderBy, to.write('COALESCE('));
      to.write(`, ${empty})`);
      return;
    }
    to.write(`COALESCE(${words.aggregate}(`);
    field(node.value, node.type, to);
    if (node.orderBy.length > 0) to.write(' ORDER BY ').list(node.orderBy);
    limits();
    to.write(')');
    if (node.filter !== null) to.write(' FILTER (WHERE ').condition(node.filter).write(')');
    to.write(`, ${empty})`);
  };
  const rows = (node: JsonRowsNode, to: Writer): void => {
    const { query, names, types, many, columns } = node;
    const limited = isKind(query, 'select') && (query.limit !== null || query.offset !== null);
    const flat = isFlat(query, many) && (!many || ((!limited || words.limits) && (words.orders || query.orderBy.length === 0)));
    if (!flat) {
      if (!words.correlates && namesEnclosing(query, to))
        throw sqlError(
          'sql.unsupported',
          'jsonArrayFrom() of a grouped, distinct or combined query that names the enclosing select',
          to.spelling.title,
        );
      const source = to.anonymous('rows');
      const values = columns.map((name) => ({ ...NAME, path: [name] }) as Node);
      const value = { ...BLANK_OBJECT, names, types, values } as Node;
      to.write('(SELECT ');
      if (many) aggregate({ value, type: JSON_ROW, orderBy: [], filter: null }, () => {}, to);
      else to.visit(value);
      to.write(' FROM (').visit(inOrder(query, words)).write(`) AS ${source})`);
      return;
    }
    const value = { ...BLANK_OBJECT, names, types, values: query.columns.map(unlabelled) } as Node;
    if (!many) {
      to.write('(')
        .visit({ ...query, columns: [value] } as Node)
        .write(')');
      return;
    }
    const item = { ...BLANK_AGGREGATE, value, orderBy: query.orderBy, limits: query };
    to.write('(')
      .visit({ ...query, columns: [item as Node], orderBy: [], limit: null, offset: null } as Node)
      .write(')');
  };
  return {
    jsonObject: object,
    jsonRows: rows,
    jsonAggregate: (node, to) => {
      const { limits } = node as JsonAggregateNode & { readonly limits?: SelectNode };
      aggregate(
        node,
        () => {
          if (limits === undefined || limits.limit === null) return;
          to.write(' LIMIT ');
          if (limits.offset !== null) to.visit(limits.offset).write(', ');
          to.visit(limits.limit);
        },
        to,
      );
    },
  };
}

const JSON_ROW: SqlType = { name: 'json', key: 'json' };
const BLANK_OBJECT = make('jsonObject', { names: [], values: [], types: [] });
const BLANK_AGGREGATE = make('jsonAggregate', { value: UNKNOWN_TEXT, type: JSON_ROW, orderBy: [], filter: null });
const NAME = make('identifier', { path: ['x'] });
const TEXT_CAST = make('cast', { operand: UNKNOWN_TEXT, type: { name: 'text', key: 'text' } });

/**
 * Whether the JSON may take the place of the query's columns: one object of a row always, an aggregate where the rows are
 * those of its sources that meet the condition.
 */
function isFlat(query: Node, many: boolean): query is SelectNode {
  if (!isKind(query, 'select') || query.distinct || query.modifiers !== null || query.lock !== null) return false;
  if (!many) return true;
  if (query.groupBy.length > 0 || query.having !== null) return false;
  return !query.columns.some((column) => holdsAggregate(column) || holdsWindow(column));
}

function holdsWindow(column: Node): boolean {
  let found = false;
  walk(column, (node) => {
    found ||= isKind(node, 'over');
    return !found;
  });
  return found;
}

function namesEnclosing(query: Node, to: Writer): boolean {
  let found = false;
  const own = new Set<string>();
  walk(query, (node) => {
    if (isKind(node, 'select')) for (const id of node.from.flatMap(held)) own.add(id);
    found ||= isKind(node, 'column') && to.enclosing.includes(node.source.id) && !own.has(node.source.id);
    return !found;
  });
  return found;
}

/** A query in FROM; MySQL forgets an order there unless a limit needs it. */
function inOrder(query: Node, words: JsonWords): Node {
  if (words.orders || !isKind(query, 'select') || query.orderBy.length === 0 || query.limit !== null) return query;
  return { ...query, limit: make('raw', { pieces: ['18446744073709551615'], items: [] }) } as Node;
}
