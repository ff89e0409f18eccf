import { ormError } from './errors.ts';
import { type LoadRequest, mergeRequests, readRequests } from './load-request.ts';
import type { Entity, Mapper } from './mapping.ts';
import type { Loaded, With } from './model-types.ts';

/** A query whose rows come from a statement of one's own: relations can be loaded with it, but it is built upon no more. */
export class StatementQuery<M, Out = M> {
  readonly #mapper: Mapper;
  readonly #requests: readonly LoadRequest[];
  readonly #run: (requests: readonly LoadRequest[]) => Promise<Entity[]>;
  constructor(mapper: Mapper, requests: readonly LoadRequest[], run: (requests: readonly LoadRequest[]) => Promise<Entity[]>) {
    this.#mapper = mapper;
    this.#requests = requests;
    this.#run = run;
  }
  /** Loads relations together with the objects, by statements of their own. */
  with<const W extends With<M>>(spec: W): StatementQuery<M, Loaded<M, W>> {
    const requests = mergeRequests(this.#requests, readRequests(this.#mapper, spec));
    return new StatementQuery<M, Loaded<M, W>>(this.#mapper, requests, this.#run);
  }
  /** All objects, each once, in the order of the rows. */
  async all(): Promise<Out[]> {
    return (await this.#run(this.#requests)) as Out[];
  }
  /** The first object, or null. */
  async first(): Promise<Out | null> {
    return (await this.all())[0] ?? null;
  }
  /** The only object. Throws NoResultFound or MultipleResultsFound. */
  async one(): Promise<Out> {
    const found = await this.#only('one');
    if (found === null) throw ormError('orm.no-result', this.#mapper.name);
    return found;
  }
  /** The only object, or null. Throws MultipleResultsFound. */
  oneOrNone(): Promise<Out | null> {
    return this.#only('oneOrNone');
  }
  async #only(method: string): Promise<Out | null> {
    const found = await this.all();
    if (found.length > 1) throw ormError('orm.several-results', this.#mapper.name, method);
    return found[0] ?? null;
  }
}
