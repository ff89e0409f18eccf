import type { Dialect } from './base/dialect.ts';
import type { Driver } from './base/driver.ts';

/** Every dialect by the name that a URL begins with; its folder is loaded when a URL names it. */
export const dialects: Record<string, () => Promise<Dialect>> = {
  sqlite: () => import('./sqlite/dialect.ts').then((module) => module.sqlite),
  postgresql: () => import('./postgresql/dialect.ts').then((module) => module.postgresql),
  postgres: () => import('./postgresql/dialect.ts').then((module) => module.postgresql),
  mysql: () => import('./mysql/dialect.ts').then((module) => module.mysql),
  mariadb: () => import('./mysql/dialect.ts').then((module) => module.mariadb),
  mssql: () => import('./mssql/dialect.ts').then((module) => module.mssql),
};

/** Drivers from outside, by dialect and by the name that a URL gives after `+`. */
const added = new Map<string, Map<string, () => Promise<Driver>>>();

/**
 * Adds a driver from outside the package: afterwards URLs of this dialect can name it after a `+`. One of the package's own
 * with that name is replaced. SQLAlchemy: `registry.register()`.
 *
 * @param dialect what URLs begin with, such as `postgresql`
 * @example registerDriver('sqlite', 'libsql', async () => (await import('./libsql-driver.ts')).libsql); // sqlite+libsql:///app.db
 */
export function registerDriver(dialect: string, name: string, load: () => Promise<Driver>): void {
  const drivers = added.get(dialect) ?? new Map<string, () => Promise<Driver>>();
  added.set(dialect, drivers.set(name, load));
}

/** The drivers that a dialect can be used with, its own first. */
export function driversOf(name: string, dialect: Dialect): Readonly<Record<string, () => Promise<Driver>>> {
  return { ...dialect.drivers, ...Object.fromEntries(added.get(name) ?? []) };
}
