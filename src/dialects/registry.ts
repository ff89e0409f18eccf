import type { Dialect } from './base/dialect.ts';

/** Every dialect by the name that a URL begins with; its folder is loaded when a URL names it. */
export const dialects: Record<string, () => Promise<Dialect>> = {
  sqlite: () => import('./sqlite/dialect.ts').then((module) => module.sqlite),
};
