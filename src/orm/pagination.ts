import { sqlError } from '../sql/errors.ts';
import { type NotFoundError, ormError } from './errors.ts';

export interface PaginateOptions {
  /** The page, counted from 1; without it the request's `page`, or 1. */
  page?: number;
  /** Objects on a page; without it the request's `per_page`, or 20. */
  perPage?: number;
  /** The most that `perPage` may be; 100 unless told. */
  maxPerPage?: number;
  /** A page that cannot be is a NotFoundError (404); with false it is page 1, or an empty page. */
  errorOut?: boolean;
  /** Count all objects; without the count there is no `total`, and one statement less. */
  count?: boolean;
}

/** What a request says of its page, as the web adapter read it. */
export interface PageParameters {
  readonly page: string | undefined;
  readonly perPage: string | undefined;
}

const DEFAULT_PER_PAGE = 20;
const MAX_PER_PAGE = 100;

/** Settles which page is meant. Throws a NotFoundError for an impossible one, unless `errorOut` is false. */
export function readPage(options: PaginateOptions, request: PageParameters | null): { page: number; perPage: number } {
  const errorOut = options.errorOut ?? true;
  const max = options.maxPerPage ?? MAX_PER_PAGE;
  if (!Number.isSafeInteger(max) || max < 1)
    throw sqlError('sql.bad-argument', 'paginate({ maxPerPage })', 'a whole number from 1', String(max));
  const read = (given: number | undefined, asked: string | undefined, fallback: number): number => {
    const text = given ?? (asked === undefined || asked === '' ? fallback : asked);
    const value = typeof text === 'number' ? text : /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= 1) return value;
    if (errorOut) throw notFound('page');
    return fallback;
  };
  const page = read(options.page, request?.page, 1);
  const perPage = Math.min(read(options.perPage, request?.perPage, DEFAULT_PER_PAGE), max);
  // A page so far out that its offset is no exact number cannot have rows.
  if (!Number.isSafeInteger(page * perPage)) {
    if (errorOut) throw notFound('page');
    return { page: 1, perPage };
  }
  return { page, perPage };
}

export function notFound(what: string): NotFoundError {
  return ormError('orm.not-found', what) as NotFoundError;
}

/** How a page gets its neighbours. */
export type PageLoader<M> = (page: number, perPage: number) => Promise<M[]>;

/**
 * One page of a query's objects. Iterable. Flask-SQLAlchemy: `Pagination`.
 * @example const users = await User.query().orderBy(User.c.username).paginate({ page: 2, perPage: 20 }); for (const user of users) …
 */
export class Pagination<M> implements Iterable<M> {
  /** The objects of this page. */
  readonly items: M[];
  /** This page, counted from 1. */
  readonly page: number;
  /** Objects on a full page. */
  readonly perPage: number;
  /** Objects on all pages; null without the count. */
  readonly total: number | null;
  readonly #load: PageLoader<M>;

  constructor(items: M[], page: number, perPage: number, total: number | null, load: PageLoader<M>) {
    this.items = items;
    this.page = page;
    this.perPage = perPage;
    this.total = total;
    this.#load = load;
  }

  /** Pages in all; 0 where there is nothing, or no count. */
  get pages(): number {
    return this.total === null ? 0 : Math.ceil(this.total / this.perPage);
  }
  /** The number of the first object on this page among all, counted from 1; 0 on an empty page. */
  get first(): number {
    return this.items.length === 0 ? 0 : (this.page - 1) * this.perPage + 1;
  }
  /** The number of the last object on this page; 0 on an empty page. */
  get last(): number {
    return this.items.length === 0 ? 0 : this.first + this.items.length - 1;
  }
  get hasPrev(): boolean {
    return this.page > 1;
  }
  get hasNext(): boolean {
    return this.page < this.pages;
  }
  get prevNum(): number | null {
    return this.hasPrev ? this.page - 1 : null;
  }
  get nextNum(): number | null {
    return this.hasNext ? this.page + 1 : null;
  }
  /** The page before, without counting again; a NotFoundError where there is none, unless `errorOut` is false. */
  prev(options: { errorOut?: boolean } = {}): Promise<Pagination<M>> {
    return this.#turn(this.page - 1, this.hasPrev, options.errorOut ?? false);
  }
  /** The page after, without counting again; a NotFoundError where there is none, unless `errorOut` is false. */
  next(options: { errorOut?: boolean } = {}): Promise<Pagination<M>> {
    return this.#turn(this.page + 1, this.hasNext, options.errorOut ?? false);
  }
  async #turn(page: number, exists: boolean, errorOut: boolean): Promise<Pagination<M>> {
    if (!exists && errorOut) throw notFound('page');
    const items = page < 1 ? [] : await this.#load(page, this.perPage);
    return new Pagination(items, page, this.perPage, this.total, this.#load);
  }

  /**
   * Page numbers for a row of links, with null for a gap: the edges, and those around this page.
   * @example for (const n of page.iterPages()) n === null ? '…' : link(n)
   */
  *iterPages(
    options: { leftEdge?: number; leftCurrent?: number; rightCurrent?: number; rightEdge?: number } = {},
  ): IterableIterator<number | null> {
    const { leftEdge = 2, leftCurrent = 2, rightCurrent = 4, rightEdge = 2 } = options;
    const { page, pages } = this;
    let last = 0;
    for (let n = 1; n <= pages; n++) {
      const shown = n <= leftEdge || (n >= page - leftCurrent && n <= page + rightCurrent) || n > pages - rightEdge;
      if (!shown) continue;
      if (n > last + 1) yield null;
      yield n;
      last = n;
    }
    if (last < pages) yield null;
  }

  [Symbol.iterator](): IterableIterator<M> {
    return this.items[Symbol.iterator]();
  }

  /** The objects and the numbers, for an answer in JSON. */
  toJSON(): {
    items: M[];
    page: number;
    perPage: number;
    total: number | null;
    pages: number;
    hasPrev: boolean;
    hasNext: boolean;
    prevNum: number | null;
    nextNum: number | null;
  } {
    const { items, page, perPage, total, pages, hasPrev, hasNext, prevNum, nextNum } = this;
    return { items, page, perPage, total, pages, hasPrev, hasNext, prevNum, nextNum };
  }
}
