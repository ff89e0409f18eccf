import type { FastifyInstance, LightMyRequestResponse } from 'fastify';

/** Someone with a browser's manners: keeps cookies, sends forms with the token that the page gave. */
export class Visitor {
  readonly #app: FastifyInstance;
  readonly cookies = new Map<string, string>();
  #token = '';

  constructor(app: FastifyInstance) {
    this.#app = app;
  }

  /** Opens a page. */
  async get(url: string): Promise<LightMyRequestResponse> {
    const answer = await this.#app.inject({ url, headers: { accept: 'text/html' }, cookies: Object.fromEntries(this.cookies) });
    return this.#keep(answer);
  }

  /** Sends a form as the last opened page would have. */
  async post(url: string, fields: Readonly<Record<string, string>> = {}): Promise<LightMyRequestResponse> {
    const answer = await this.#app.inject({
      method: 'POST',
      url,
      headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
      cookies: Object.fromEntries(this.cookies),
      payload: new URLSearchParams({ _csrf: this.#token, ...fields }).toString(),
    });
    return this.#keep(answer);
  }

  /** Signs in through the page. */
  async signIn(username: string, password: string): Promise<LightMyRequestResponse> {
    await this.get('/sign-in');
    return this.post('/sign-in', { username, password });
  }

  #keep(answer: LightMyRequestResponse): LightMyRequestResponse {
    for (const { name, value } of answer.cookies) this.cookies.set(name, value);
    const token = /name="_csrf" value="([^"]+)"/.exec(answer.body);
    if (token) this.#token = token[1];
    return answer;
  }
}
