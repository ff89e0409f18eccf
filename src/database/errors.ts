import { ConfigurationError } from '../dialects/base/errors.ts';
import { AthanorError, type ErrorTable, errorsOf } from '../sql/errors.ts';

/** `db.session` was used outside a context. Flask-SQLAlchemy: `RuntimeError: Working outside of application context`. */
export class NoContextError extends AthanorError {}

/** Every error of this room: its code, its class and its text. */
const TABLE = {
  'database.not-configured': () => [
    ConfigurationError,
    'This database has no URL yet. Give one with new Database({ url }) or db.configure({ url }), such as sqlite:///app.db.',
  ],
  'database.no-default': (binds: string) => [
    ConfigurationError,
    `This database has no default URL, only the binds ${binds}. Give { url }, or say { bind } with the model or table.`,
  ],
  'database.unknown-bind': (bind: string, known: string) => [
    ConfigurationError,
    `There is no bind '${bind}'. db.configure({ binds }) names: ${known || 'none'}.`,
  ],
  'database.in-use': () => [
    ConfigurationError,
    'db.configure() came after the database was used. Configure it before the first query, or await db.dispose() first.',
  ],
  'database.late-naming': () => [
    ConfigurationError,
    'db.configure({ naming }) came too late: constraints get their names when a model is defined. Say it with new Database({ naming }).',
  ],
  'database.no-context': () => [
    NoContextError,
    'db.session was used outside a context. In a script, wrap the work: await db.context(async () => { … }). In a web application, register the adapter, such as athanor/fastify. Or make a session of your own with db.createSession().',
  ],
  'database.closed-context': () => [
    NoContextError,
    'db.session was used after its context ended, by work that was not awaited. Await it inside the context, or give it a context of its own with db.context().',
  ],
  'database.bad-event': (event: string, known: string) => [ConfigurationError, `A database has no event '${event}'. It has: ${known}.`],
} as const satisfies ErrorTable;

/** Makes the error of this code, with its text filled in. */
export const configurationError = errorsOf(TABLE);
