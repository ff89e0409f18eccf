import { describe, sqlError } from '../sql/errors.ts';
import { Expression } from '../sql/expression.ts';
import { make, makeBind } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import { isKind } from '../sql/node-walk.ts';
import { conjunction } from '../sql/operand.ts';
import type { OrderTerm } from '../sql/order-term.ts';
import { BOOLEAN, changeType, type SqlType, UNKNOWN } from '../sql/type.ts';
import { columnValue } from './attributes.ts';
import { isRowOfObject, unionKey } from './concrete-keys.ts';
import type { ConcreteUnion } from './concrete-union.ts';
import { ormError } from './errors.ts';
import { columnOf } from './mapped-source.ts';
import type { Entity, Mapper } from './mapping.ts';
import { notFound } from './pagination.ts';

export interface CursorOptions {
  /** Objects on a page; without it the request's `per_page`, or 20. */
  perPage?: number;
  /** The most that `perPage` may be; 100 unless told. */
  maxPerPage?: number;
  /** The page after this cursor: the `endCursor` of the page before it. */
  after?: string | null;
  /** The page before this cursor: the `startCursor` of the page after it. */
  before?: string | null;
  /** A cursor that was not made for this order is a NotFoundError (404); with false it counts as none. */
  errorOut?: boolean;
}

/** One term of an order that leaves no two rows equal. */
interface Term {
  readonly operand: Node;
  readonly type: SqlType;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
  readonly nullable: boolean;
  /** The position of the attribute that it is, or −1. */
  readonly position: number;
}

/** What pages are cut from. */
export interface CursorQuery<Out> {
  readonly mapper: Mapper;
  readonly source: SourceNode;
  /** The classes with tables of their own whose rows the pages have; null where they are those of one class. */
  readonly union: ConcreteUnion | null;
  readonly order: readonly Node[];
  /** The objects that meet the condition in this order, at most so many. */
  read(condition: Expression<boolean> | null, order: readonly OrderTerm[], limit: number): Promise<Out[]>;
  /** These expressions of the objects that meet the condition. */
  values(condition: Expression<boolean>, columns: readonly Expression[]): Promise<unknown[][]>;
}

/**
 * A page of a query that goes on from the last object of another page, however many there are before it. Iterable. What was
 * added or deleted meanwhile moves no object to another page.
 */
export class CursorPage<M> implements Iterable<M> {
  /** The objects of this page. */
  readonly items: M[];
  readonly perPage: number;
  /** Whether there are objects after this page. */
  readonly hasNext: boolean;
  /** Whether there are objects before this page. */
  readonly hasPrev: boolean;
  /** Stands for the first object of the page; null on an empty one. */
  readonly startCursor: string | null;
  /** Stands for the last object of the page; null on an empty one. */
  readonly endCursor: string | null;
  readonly #turn: (options: CursorOptions) => Promise<CursorPage<M>>;

  constructor(
    page: Pick<CursorPage<M>, 'items' | 'perPage' | 'hasNext' | 'hasPrev' | 'startCursor' | 'endCursor'>,
    turn: (options: CursorOptions) => Promise<CursorPage<M>>,
  ) {
    this.items = page.items;
    this.perPage = page.perPage;
    this.hasNext = page.hasNext;
    this.hasPrev = page.hasPrev;
    this.startCursor = page.startCursor;
    this.endCursor = page.endCursor;
    this.#turn = turn;
  }
  /** The page after this one, or null where this is the last. */
  async next(): Promise<CursorPage<M> | null> {
    return this.hasNext ? this.#turn({ after: this.endCursor }) : null;
  }
  /** The page before this one, or null where this is the first. */
  async prev(): Promise<CursorPage<M> | null> {
    return this.hasPrev ? this.#turn({ before: this.startCursor }) : null;
  }
  [Symbol.iterator](): IterableIterator<M> {
    return this.items[Symbol.iterator]();
  }
  /** The objects and the cursors, for an answer in JSON. */
  toJSON(): Pick<CursorPage<M>, 'items' | 'perPage' | 'hasNext' | 'hasPrev' | 'startCursor' | 'endCursor'> {
    const { items, perPage, hasNext, hasPrev, startCursor, endCursor } = this;
    return { items, perPage, hasNext, hasPrev, startCursor, endCursor };
  }
}

/** Cuts one page. Throws a NotFoundError for a cursor that is none of this order, an ArgumentError for two cursors. */
export async function pageByCursor<Out>(query: CursorQuery<Out>, options: CursorOptions, perPage: number): Promise<CursorPage<Out>> {
  const { after = null, before = null, errorOut = true } = options;
  if (after !== null && before !== null) throw sqlError('sql.bad-argument', 'paginateByCursor()', 'either after or before', 'both');
  const terms = orderTerms(query);
  const backward = before !== null;
  const place = readCursor(after ?? before, terms, errorOut);
  const inOrder = backward ? terms.map(reversed) : terms;
  const condition = place === null ? null : new Expression<boolean>(beyond(inOrder, place), BOOLEAN);
  const found = await query.read(
    condition,
    inOrder.map((term) => ({ node: orderNode(term) }) as unknown as OrderTerm),
    perPage + 1,
  );
  const more = found.length > perPage;
  if (more) found.pop();
  if (backward) found.reverse();
  const [startCursor, endCursor] = await cursorsOf(query, terms, found);
  const turn = (to: CursorOptions): Promise<CursorPage<Out>> => pageByCursor(query, to, perPage);
  const hasNext = backward ? place !== null : more;
  const hasPrev = backward ? more : place !== null;
  return new CursorPage({ items: found, perPage, hasNext, hasPrev, startCursor, endCursor }, turn);
}

/** The order of a query and its key after it, so that no two rows are equal. Empty values come last, going down first, unless said. */
function orderTerms({ mapper, source, union, order }: CursorQuery<unknown>): Term[] {
  const terms = order.map((node): Term => {
    const operand = isKind(node, 'order') ? node.operand : node;
    const descending = isKind(node, 'order') && node.direction === 'desc';
    const nulls = isKind(node, 'order') ? node.nulls : null;
    const own =
      union === null && isKind(operand, 'column') && operand.source.id === source.id ? mapper.positions.get(operand.attribute) : undefined;
    const type = isKind(operand, 'column') ? operand.type : UNKNOWN;
    const nullable = own === undefined || mapper.columns[own].nullable;
    return { operand, type, descending, nullsFirst: nulls === null ? descending : nulls === 'first', nullable, position: own ?? -1 };
  });
  const descending = terms.at(-1)?.descending ?? false;
  if (union !== null) {
    // What a column holds depends on the class, which may not have it: nothing is known but whose row it is.
    for (const operand of unionKey(union)) {
      if (terms.some((term) => term.operand.key === operand.key)) continue;
      terms.push({ operand, type: operand.type, descending, nullsFirst: descending, nullable: operand !== union.columns[0], position: -1 });
    }
    return terms;
  }
  for (const position of mapper.keyPositions) {
    if (terms.some((term) => term.position === position)) continue;
    const column = mapper.columns[position];
    const operand = columnOf(source, column);
    terms.push({ operand, type: column.type, descending, nullsFirst: false, nullable: false, position });
  }
  return terms;
}

function reversed(term: Term): Term {
  return { ...term, descending: !term.descending, nullsFirst: !term.nullsFirst };
}

function orderNode({ operand, descending, nullsFirst, nullable }: Term): Node {
  const nulls = nullable ? (nullsFirst ? 'first' : 'last') : null;
  return make('order', { operand, direction: descending ? 'desc' : 'asc', nulls });
}

/** Rows after this place in the order: the first term that differs decides. */
function beyond(terms: readonly Term[], place: readonly unknown[]): Node {
  const ways: Node[] = [];
  const equal: Node[] = [];
  terms.forEach((term, i) => {
    const later = laterThan(term, place[i]);
    if (later !== null) ways.push(conjunction([...equal, later]) as Node);
    equal.push(place[i] === null ? isNull(term) : compare('=', term, place[i]));
  });
  if (ways.length === 0) return make('constant', { value: false });
  return ways.length === 1 ? ways[0] : make('junction', { operator: 'or', items: ways });
}

function laterThan(term: Term, value: unknown): Node | null {
  if (value === null) return term.nullsFirst ? isNull(term, true) : null;
  const later = compare(term.descending ? '<' : '>', term, value);
  return term.nullable && !term.nullsFirst ? make('junction', { operator: 'or', items: [later, isNull(term)] }) : later;
}

function isNull({ operand }: Term, negated = false): Node {
  return make('unary', { operator: negated ? 'IS NOT NULL' : 'IS NULL', operand, postfix: true });
}

function compare(operator: string, term: Term, value: unknown): Node {
  return make('binary', { operator, left: term.operand, right: makeBind(value, exactType(term.type)) });
}

/** The type whose values keep everything that the database compares: a Date has no microseconds. */
function exactType(type: SqlType): SqlType {
  return type.name === 'dateTime' && type.asString !== true ? changeType(type, { asString: true }) : type;
}

/** The cursors of the first and the last object. */
async function cursorsOf(
  query: CursorQuery<unknown>,
  terms: readonly Term[],
  items: readonly unknown[],
): Promise<[string | null, string | null]> {
  if (items.length === 0) return [null, null];
  const ends = [items[0], items[items.length - 1]] as [Entity, Entity];
  if (terms.every((term) => term.position >= 0 && exactType(term.type) === term.type)) {
    const cursor = (entity: Entity): string => writeCursor(terms.map((term) => columnValue(entity, term.position)));
    return [cursor(ends[0]), cursor(ends[1])];
  }
  const { mapper, source, union } = query;
  const keys = mapper.keyPositions.map((position) => mapper.columns[position]);
  const isEnd = (entity: Entity): Expression<boolean> => {
    if (union !== null) return isRowOfObject(union, entity);
    const equal = keys.map((column) =>
      make('binary', {
        operator: '=',
        left: columnOf(source, column),
        right: makeBind(columnValue(entity, column.position), column.type),
      }),
    );
    return new Expression<boolean>(conjunction(equal) as Node, BOOLEAN);
  };
  const find = async (entity: Entity): Promise<string> => {
    const columns = terms.map((term) => new Expression(term.operand, exactType(term.type)));
    const [row] = await query.values(isEnd(entity), columns);
    if (row === undefined) throw ormError('orm.row-gone', mapper.name);
    return writeCursor(row);
  };
  const start = await find(ends[0]);
  return [start, ends[0] === ends[1] ? start : await find(ends[1])];
}

function writeCursor(values: readonly unknown[]): string {
  const plain = values.map((value) => {
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
    if (typeof value === 'bigint') return { n: String(value) };
    if (isDecimal(value)) return value.toFixed();
    if (value instanceof Uint8Array) return { b: Buffer.from(value).toString('base64') };
    throw sqlError('sql.bad-argument', 'paginateByCursor()', 'an order by numbers, texts, dates or bytes', describe(value));
  });
  return Buffer.from(JSON.stringify(plain)).toString('base64url');
}

function isDecimal(value: unknown): value is { toFixed(): string } {
  return typeof value === 'object' && value !== null && 'toFixed' in value;
}

/** The values of a cursor; null where there is none. A cursor comes from outside, so nothing of it is believed. */
function readCursor(cursor: string | null, terms: readonly Term[], errorOut: boolean): unknown[] | null {
  if (cursor === null || cursor === '') return null;
  const values = valuesOfCursor(cursor);
  const fits =
    values !== null &&
    values.length === terms.length &&
    values.every((value, i) => (value === null ? terms[i].nullable : KINDS[terms[i].type.name]?.(value, terms[i].type) !== false));
  if (fits) return values;
  if (errorOut) throw notFound('page');
  return null;
}

const isNumber = (value: unknown): boolean => typeof value === 'number';
const isText = (value: unknown): boolean => typeof value === 'string';

/** Whether a value can be compared with a column of this type, where a wrong one would be an error of the database. */
const KINDS: Readonly<Record<string, (value: unknown, type: SqlType) => boolean>> = {
  integer: isNumber,
  smallInteger: isNumber,
  tinyInteger: isNumber,
  mediumInteger: isNumber,
  bigInteger: (value, type) => typeof value === (type.asNumber ? 'number' : 'bigint'),
  float: isNumber,
  double: isNumber,
  numeric: (value, type) => (type.asNumber ? isNumber(value) : /^-?\d+(\.\d+)?$/.test(String(value))),
  boolean: (value) => typeof value === 'boolean',
  string: isText,
  text: isText,
  char: isText,
  enum: isText,
  uuid: (value) => isText(value) && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(String(value)),
  date: (value) => isText(value) && !Number.isNaN(Date.parse(String(value))),
  dateTime: (value) => isText(value) && !Number.isNaN(Date.parse(String(value))),
  time: isText,
  binary: (value) => value instanceof Uint8Array,
};

function valuesOfCursor(cursor: string): unknown[] | null {
  let plain: unknown;
  try {
    plain = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (!Array.isArray(plain)) return null;
  const values: unknown[] = [];
  for (const item of plain as unknown[]) {
    if (typeof item !== 'object' || item === null) values.push(item);
    else if ('n' in item && /^-?\d{1,38}$/.test(String(item.n))) values.push(BigInt(String(item.n)));
    else if ('b' in item) values.push(new Uint8Array(Buffer.from(String(item.b), 'base64')));
    else return null;
  }
  return values;
}
