import { describe, sqlError } from './errors.ts';
import { make } from './make.ts';
import type { Node } from './node.ts';
import type { ExplainNode } from './statement-nodes.ts';

type Explainable = { readonly node: Node } | { build(): Node };

/** How the database would run a statement. A session or connection runs it; each row is one line of text. */
export class Explain {
  declare readonly '~row': [string];
  readonly statement: Explainable;
  readonly #analyze: boolean;
  constructor(statement: Explainable, analyze: boolean) {
    this.statement = statement;
    this.#analyze = analyze;
  }
  build(): ExplainNode {
    const { statement } = this;
    return make('explain', { statement: 'node' in statement ? statement.node : statement.build(), analyze: this.#analyze });
  }
}

/**
 * The plan of a statement, in the database's own words. With `analyze` the statement runs, and what it took is told.
 * @example for (const line of await db.session.scalars(explain(select(User).where(User.c.id.eq(1))))) console.log(line);
 */
export function explain(statement: Explainable, options: { readonly analyze?: boolean } = {}): Explain {
  const node = (statement as { readonly node?: unknown } | undefined)?.node;
  if (node === undefined && typeof (statement as { build?: unknown } | undefined)?.build !== 'function')
    throw sqlError('sql.bad-argument', 'explain()', 'a statement', describe(statement));
  return new Explain(statement, options.analyze === true);
}
