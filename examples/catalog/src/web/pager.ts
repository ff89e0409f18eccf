import type { Pagination } from 'athanor';

/** The links under a list of several pages. */
export interface Pager {
  readonly links: readonly (
    | { readonly gap: true }
    | { readonly gap: false; readonly number: number; readonly url: string; readonly current: boolean }
  )[];
  readonly prev: string | null;
  readonly next: string | null;
}

/** The page links of a pagination; `urlOf` gives the address of a page. */
export function pagerOf(
  pages: Pick<Pagination<unknown>, 'page' | 'pages' | 'prevNum' | 'nextNum' | 'iterPages'>,
  urlOf: (page: number) => string,
): Pager {
  return {
    links: Array.from(pages.iterPages({ leftEdge: 1, leftCurrent: 1, rightCurrent: 2, rightEdge: 1 }), (number) =>
      number === null ? { gap: true } : { gap: false, number, url: urlOf(number), current: number === pages.page },
    ),
    prev: pages.prevNum === null ? null : urlOf(pages.prevNum),
    next: pages.nextNum === null ? null : urlOf(pages.nextNum),
  };
}
