import { type Connection, type Engine, type Inspector, inspect, reflectTable, type Table, t } from 'athanor';
import { assertType, type Equal } from './equal.ts';
import { User } from './user.ts';

declare const engine: Engine;
declare const connection: Connection;
assertType<Equal<ReturnType<typeof inspectEngine>, Inspector>>();
const inspectEngine = () => inspect(engine);
inspect(connection).tableNames({ schema: 'shop' });
inspect(new User({ username: 'x' })).state;
// @ts-expect-error an object of a model has no tables
inspect(new User({ username: 'x' })).tableNames();
// @ts-expect-error there is no such kind
inspect(engine).tables({ kind: 'procedure' });

export const users = await reflectTable(engine, 'users', { columns: { settings: t.json<{ theme: string }>().nullable() } });
const { settings } = users.c;
settings.isNull();
// The compiler knows of it what was said alone.
users.c.anything?.isNull();
const plain: Table = await reflectTable(connection, 'users');
plain.columns.map((column) => column.name);
// @ts-expect-error there are two ways to call attributes
reflectTable(engine, 'users', { naming: 'snake' });
