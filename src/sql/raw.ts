import { describe, sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import { make, makeBind } from './make.ts';
import type { Node } from './node.ts';
import { isKind } from './node-walk.ts';
import { isQuery, operand } from './operand.ts';
import type { Subquery } from './projection.ts';
import { type ColumnTypes, namedColumns, TextQuery } from './text-query.ts';
import { type SqlType, UNKNOWN } from './type.ts';
import type { ColumnsRow } from './values.ts';

/**
 * SQL written by hand: a statement of its own, or a piece inside another. SQLAlchemy: `text()`.
 *
 * @typeParam V the value where it stands for one; the row where it is a statement
 */
export class RawFragment<V = unknown> extends Expression<V> {
  declare readonly '~row': V;
  /** The names of its `:parameters`, where it was written with `text()`. */
  readonly parameters: readonly string[];
  constructor(node: Node, type: SqlType, parameters: readonly string[] = []) {
    super(node, type);
    this.parameters = parameters;
  }
  /** Says which SQL type the value has, so that it is decoded as such. SQLAlchemy: `type_coerce()`. */
  typed<T>(to: { readonly '~value': T; readonly type: SqlType }): RawFragment<T> {
    return new RawFragment<T>(this.node, to.type, this.parameters);
  }
  /**
   * A query whose columns, in their order, have these names and types: its rows are typed and decoded, and it can stand
   * in the place of a table, as a CTE and among other queries. SQLAlchemy: `TextClause.columns()`.
   * @example text('SELECT id, title FROM posts WHERE views > :least').columns({ id: t.integer(), title: t.string() })
   */
  columns<const C extends ColumnTypes>(columns: C): TextQuery<ColumnsRow<C>> {
    return new TextQuery<ColumnsRow<C>>(this.node, namedColumns(columns, 'columns()'));
  }
  /** Gives the value this name in the result; with columns: a source for FROM under this name. */
  override as<N extends string>(name: N): Expression<V> & { readonly '~name': N };
  override as<const C extends ColumnTypes, N extends string>(name: N, columns: C): Subquery<ColumnsRow<C>, N>;
  override as(name: string, columns?: ColumnTypes): unknown {
    return columns === undefined ? super.as(name) : this.columns(columns).subquery(name);
  }
}

/** Makes SQL of a template: every `${value}` becomes a parameter, and expressions, tables and fragments stand as they are. */
export interface SqlTag {
  <V = unknown>(pieces: TemplateStringsArray, ...values: unknown[]): RawFragment<V>;
  /** A quoted name: sql.identifier('schema', 'table'). */
  identifier(...path: string[]): RawFragment;
  /** Text that stands in the SQL as it is. Never give it what a user wrote. SQLAlchemy: `text()`, `literal_column()`. */
  raw<V = unknown>(text: string): RawFragment<V>;
  /** Several pieces with a separator between them. */
  join(items: readonly unknown[], separator?: RawFragment): RawFragment;
}

export const NOTHING = make('raw', { pieces: ['SELECT NULL WHERE 1 = 0'], items: [] });

function valueNode(value: unknown, position: number): Node {
  if (value === undefined) throw sqlError('sql.undefined-value', `sql\`…\`, at value ${position + 1},`);
  if (value instanceof Expression) return value.node;
  const source = (value as { readonly '~source'?: { readonly node: Node } } | null)?.['~source'];
  if (source !== undefined) {
    const { node } = source;
    return isKind(node, 'table') ? make('identifier', { path: node.schema === null ? [node.name] : [node.schema, node.name] }) : node;
  }
  // No items would be no list: `IN ()` is an error in most databases.
  if (Array.isArray(value)) return make('list', { items: value.length === 0 ? [NOTHING] : value.map((item, i) => valueNode(item, i)) });
  return operand(value, UNKNOWN, 'sql``', `Parameter ${position + 1}`);
}

/** A list of values alone as one parameter. */
function arrayNode(value: unknown, position: number): Node {
  const alone = Array.isArray(value) && !value.some((item) => item instanceof Expression || isQuery(item) || Array.isArray(item));
  return alone ? makeBind([...value], UNKNOWN, { expanding: true }) : valueNode(value, position);
}

/** Words before brackets that are those of a query or of a list; a row of values before IN asks for rows, in brackets of their own. */
const BEFORE_QUERY = /\b(?:in|exists|any|all|some|from|join|lateral)\s*\(\s*$/i;
const BEFORE_LIST = /(?:^|[^)\s])\s*\bin\s*\(\s*$/i;
/** Words before an array of the database, and what is cast to one. */
const BEFORE_ARRAY = /\b(?:any|all|some)\s*\(\s*$/i;
const ARRAY_TYPE = String.raw`[\w".]+(?:\s+[a-z]+)*\s*(?:\([\d\s,]*\))?\s*(?:\[\d*\]|array\b)`;
const CAST_TO_ARRAY = new RegExp(String.raw`^\s*::\s*${ARRAY_TYPE}`, 'i');
const BEFORE_CAST = /\bcast\s*\(\s*$/i;
const AS_ARRAY = new RegExp(String.raw`^\s+as\s+${ARRAY_TYPE}`, 'i');

/** Whether what stands between these two pieces of SQL is an array of the database. */
function isArrayPlace(before: string, after: string): boolean {
  if (CAST_TO_ARRAY.test(after)) return true;
  return BEFORE_ARRAY.test(before) ? /^\s*\)/.test(after) : BEFORE_CAST.test(before) && AS_ARRAY.test(after);
}

/** The pieces of a template, without brackets that the value between them brings along: `IN (${list})`, `EXISTS (${query})`. */
function withoutBrackets(given: readonly string[], values: readonly unknown[]): string[] {
  const pieces = [...given];
  values.forEach((value, i) => {
    const before = Array.isArray(value) ? BEFORE_LIST : isQuery(value) ? BEFORE_QUERY : null;
    if (before === null || !before.test(pieces[i]) || !/^\s*\)/.test(pieces[i + 1])) return;
    pieces[i] = pieces[i].replace(/\(\s*$/, '');
    pieces[i + 1] = pieces[i + 1].replace(/^\s*\)/, '');
  });
  return pieces;
}

/**
 * SQL by hand, safely: values become parameters. SQLAlchemy: `text()` with bound parameters.
 * @example await db.session.execute(sql`UPDATE users SET active = ${true} WHERE id = ${id}`)
 */
export const sql: SqlTag = Object.assign(
  <V>(pieces: TemplateStringsArray, ...values: unknown[]): RawFragment<V> => {
    // As a function it would take text that values were already put into.
    if (!Array.isArray(pieces) || !Array.isArray(pieces.raw))
      throw sqlError('sql.bad-argument', 'sql', 'a template: sql`…`', describe(pieces));
    const items = values.map((value, i) => (isArrayPlace(pieces[i], pieces[i + 1]) ? arrayNode(value, i) : valueNode(value, i)));
    return new RawFragment<V>(make('raw', { pieces: withoutBrackets(pieces, values), items }), UNKNOWN);
  },
  {
    identifier: (...path: string[]): RawFragment => {
      const bad = path.findIndex((name) => typeof name !== 'string' || name === '');
      if (path.length === 0 || bad >= 0)
        throw sqlError('sql.bad-argument', 'sql.identifier()', 'one or more names', path.length === 0 ? 'none' : describe(path[bad]));
      return new RawFragment(make('identifier', { path }), UNKNOWN);
    },
    raw: <V>(text: string): RawFragment<V> => {
      if (typeof text !== 'string') throw sqlError('sql.bad-argument', 'sql.raw()', 'trusted SQL text', describe(text));
      return new RawFragment<V>(make('raw', { pieces: [text], items: [] }), UNKNOWN);
    },
    join: (items: readonly unknown[], separator: RawFragment = sql`, `): RawFragment => {
      const nodes = items.flatMap((item, i) => (i === 0 ? [valueNode(item, i)] : [separator.node, valueNode(item, i)]));
      return new RawFragment(make('raw', { pieces: ['', ...nodes.map(() => '')], items: nodes }), UNKNOWN);
    },
  },
);

// A name after a colon that is not a cast (::type), not part of a word (a slice's a:b) and not inside quotes or comments.
const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\$(?<tag>[A-Za-z_]*)\$[\s\S]*?\$\k<tag>\$|--[^\n]*|\/\*[\s\S]*?\*\/|::|\\:|(?<!\w):(?<name>[A-Za-z_]\w*)/g;

/** What a parameter stands after that is a list: IN, with brackets of its own or without. */
const BEFORE_PARAMETER = /\bin\s*(?<bracket>\(\s*)?$/i;

/** Whether an IN stands in `position(a IN b)`, where no list follows. */
function inPosition(before: string): boolean {
  let closed = 0;
  for (let i = before.length - 1; i >= 0; i--) {
    if (before[i] === ')') closed++;
    else if (before[i] === '(' && closed-- === 0) return /\bposition\s*$/i.test(before.slice(0, i));
  }
  return false;
}

/**
 * A statement as text with `:name` parameters, whose values are given beside it. `\:` is a colon. A parameter after IN takes a list
 * of values: `IN :ids`, `IN (:ids)`; so does one that is an array of PostgreSQL: `= ANY(:ids)`, `unnest(:ids::int[])`.
 * SQLAlchemy: `text()`, with `bindparam(expanding=True)` for lists.
 * @example await db.session.all(text('SELECT * FROM users WHERE username = :username'), { username })
 */
export function text<R = Record<string, unknown>>(statement: string): RawFragment<R> {
  const pieces: string[] = [];
  const items: Node[] = [];
  const names = new Set<string>();
  let piece = '';
  let last = 0;
  for (const match of statement.matchAll(TOKEN)) {
    // Without comments and quoted text, which are tokens of their own.
    const between = statement.slice(last, match.index);
    piece += between;
    last = match.index + match[0].length;
    const name = match.groups?.name;
    if (name === undefined) piece += match[0] === '\\:' ? ':' : match[0];
    else {
      const before = BEFORE_PARAMETER.exec(between);
      const bracketed = before?.groups?.bracket !== undefined;
      const whole = before !== null && (!bracketed || /^\s*\)/.test(statement.slice(last)));
      const listed = whole && !inPosition(statement.slice(0, match.index - before[0].length));
      const expanding = listed || isArrayPlace(between, statement.slice(last));
      pieces.push(listed && !bracketed ? `${piece}(` : piece);
      piece = listed && !bracketed ? ')' : '';
      names.add(name);
      items.push(makeBind(undefined, UNKNOWN, { name, expanding }));
    }
  }
  pieces.push(piece + statement.slice(last));
  return new RawFragment<R>(make('raw', { pieces, items }), UNKNOWN, [...names]);
}
