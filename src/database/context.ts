import { ormError } from '../orm/errors.ts';
import type { PageParameters } from '../orm/pagination.ts';
import { Session } from '../orm/session.ts';
import type { SessionOptions } from '../orm/unit-of-work.ts';
import { configurationError } from './errors.ts';
import type { RecordedQuery } from './recording.ts';

/**
 * What belongs to one request or one piece of work: its session, made when it is first asked for, and its recorded
 * queries. Flask-SQLAlchemy: the application context.
 */
export class Context {
  readonly recorded: RecordedQuery[] = [];
  /** What the current request says of its page; set by web adapters. */
  pageParameters: (() => PageParameters | null) | null = null;
  strictLoading = false;
  readonly #options: SessionOptions;
  readonly #current: () => Context | undefined;
  #session: Session | null = null;
  #closed = false;

  /** @param current the context that the code runs in which asks */
  constructor(options: SessionOptions, current: () => Context | undefined = () => undefined) {
    this.#options = options;
    this.#current = current;
  }

  /** The context's session. Throws a NoContextError once the context has ended. */
  get session(): Session {
    if (this.#session === null) {
      if (this.#closed) throw configurationError('database.closed-context');
      const pageParameters = (): PageParameters | null => this.pageParameters?.() ?? null;
      const { strictLoading } = this;
      this.#session = new Session({ ...this.#options, pageParameters, strictLoading, checkUse: () => this.#checkUse() });
    }
    if (this.#closed) throw configurationError('database.closed-context');
    return this.#session;
  }
  /** Another request's code has a session of its own. */
  #checkUse(): void {
    const here = this.#current();
    if (here !== undefined && here !== this) throw ormError('orm.other-context');
  }
  /** Whether a session was made. */
  get used(): boolean {
    return this.#session !== null;
  }

  /** Rolls back what was not committed and gives the connection back. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#session?.close();
  }
}
