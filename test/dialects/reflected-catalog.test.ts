import { expect, it } from 'vitest';
import type { Dialect } from '../../src/dialects/base/dialect.ts';
import type { ReflectedTable, ReflectedView } from '../../src/dialects/base/reflection.ts';
import { Inspector } from '../../src/engine/inspector.ts';

const table = (name: string, schema: string | null): ReflectedTable => ({
  name,
  schema,
  columns: [],
  primaryKey: null,
  uniques: [],
  indexes: [],
  foreignKeys: [],
  checks: [],
});
const view = (name: string): ReflectedView => ({
  name,
  schema: null,
  definition: 'SELECT 1',
  columns: ['one'],
  materialized: name === 'kept',
});

it('a dialect without a catalog of its own is read by reflect() and reflectViews()', async () => {
  const dialect = {
    reflect: async () => [table('users', null), table('orders', 'shop')],
    reflectViews: async () => [view('seen'), view('kept')],
  } as unknown as Dialect;
  const inspector = new Inspector({ '~readCatalog': (work) => work(dialect, { query: () => [] }) });
  expect(await inspector.tableNames()).toEqual(['users']);
  expect(await inspector.tableNames({ schema: 'shop' })).toEqual(['orders']);
  expect([await inspector.viewNames(), await inspector.materializedViewNames()]).toEqual([['seen'], ['kept']]);
  expect((await inspector.table('orders', { schema: 'shop' })).name).toBe('orders');
  expect(await inspector.viewDefinition('seen')).toBe('SELECT 1');
  expect([await inspector.schemaNames(), await inspector.enums(), await inspector.sequenceNames()]).toEqual([[], [], []]);
  await expect(inspector.columns('user')).rejects.toThrow("Did you mean 'users'?");
});
