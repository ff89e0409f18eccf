import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, test } from 'vitest';
import { athanor } from '../../src/adapters/fastify.ts';
import type { Session } from '../../src/index.ts';
import { blogModels } from '../orm/blog-models.ts';
import { afterTest, openDatabase, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';

async function application(
  database: TestDatabase,
  routes: (app: FastifyInstance, models: ReturnType<typeof blogModels>, db: ReturnType<typeof openDatabase>) => void,
) {
  const db = openDatabase(database);
  const models = blogModels(db);
  await db.createAll();
  const app = Fastify({ logger: false });
  afterTest(() => app.close());
  await app.register(athanor, { database: db });
  routes(app, models, db);
  await app.ready();
  return { app, db, ...models };
}

const free = (db: ReturnType<typeof openDatabase>): number => db.engine.pool.status().checkedOut;

describe.each(allDatabases)('the Fastify adapter on $name', (database) => {
  test('each request has a session of its own, closed when the response ends', async () => {
    const sessions: Session[] = [];
    const { app, db, User } = await application(database, (server, models, own) => {
      server.post<{ Body: { name: string } }>('/users', async (request, reply) => {
        const mine = own.session;
        sessions.push(mine);
        own.session.add(new models.User({ name: request.body.name }));
        await own.session.commit();
        expect(own.session).toBe(mine);
        return reply.code(201).send(await models.User.query().filterBy({ name: request.body.name }).one());
      });
    });
    const [first, second] = await Promise.all(
      ['ann', 'bob'].map((name) => app.inject({ method: 'POST', url: '/users', payload: { name } })),
    );
    expect([first.statusCode, second.statusCode]).toEqual([201, 201]);
    expect(first.json()).toMatchObject({ name: 'ann', age: null });
    expect(sessions[0]).not.toBe(sessions[1]);
    for (const session of sessions) await expect(session.flush()).rejects.toThrow(/closed/);
    expect(free(db)).toBe(0);
    expect(await db.context(() => User.query().count())).toBe(2);
  });

  test('what was not committed is rolled back, an error or not', async () => {
    const { app, db, User } = await application(database, (server, models, own) => {
      server.get('/forgot', async () => {
        own.session.add(new models.User({ name: 'forgot' }));
        await own.session.flush();
        return 'ok';
      });
      server.get('/fails', async () => {
        own.session.add(new models.User({ name: 'fails' }));
        await own.session.flush();
        throw new Error('broken');
      });
      server.get('/duplicate', async () => {
        own.session.addAll([new models.User({ name: 'same' }), new models.User({ name: 'same' })]);
        await own.session.commit();
      });
    });
    expect((await app.inject('/forgot')).statusCode).toBe(200);
    expect((await app.inject('/fails')).statusCode).toBe(500);
    expect((await app.inject('/duplicate')).statusCode).toBe(500);
    expect(free(db)).toBe(0);
    expect(await db.context(() => User.query().count())).toBe(0);
    expect((await app.inject('/forgot')).statusCode).toBe(200);
  });

  test('what is not there is a 404', async () => {
    const { app } = await application(database, (server, models) => {
      server.get<{ Params: { id: string } }>('/users/:id', (request) => models.User.query().getOr404(request.params.id));
    });
    for (const id of ['1', 'abc', '99999999999999999999']) {
      const response = await app.inject(`/users/${id}`);
      expect(response.statusCode, id).toBe(404);
      expect(response.json().message).toBe('There is no such User.');
    }
  });

  test('paginate() reads the page from the query string', async () => {
    const { app, db, Tag } = await application(database, (server, models) => {
      server.get('/tags', () => models.Tag.query().orderBy(models.Tag.c.id).paginate());
      server.get('/tags/lenient', () => models.Tag.query().orderBy(models.Tag.c.id).paginate({ errorOut: false }));
      server.get('/tags/fixed', () => models.Tag.query().orderBy(models.Tag.c.id).paginate({ page: 2, perPage: 3 }));
    });
    await db.context(async () => {
      db.session.addAll(Array.from({ length: 45 }, (_, i) => new Tag({ name: `t${i}` })));
      await db.session.commit();
    });
    const get = async (url: string) => {
      const response = await app.inject(url);
      return response.statusCode === 200 ? { ...response.json(), items: response.json().items.length } : response.statusCode;
    };
    expect(await get('/tags')).toEqual({
      items: 20,
      page: 1,
      perPage: 20,
      total: 45,
      pages: 3,
      hasPrev: false,
      hasNext: true,
      prevNum: null,
      nextNum: 2,
    });
    expect(await get('/tags?page=3')).toMatchObject({ items: 5, page: 3, hasNext: false });
    expect(await get('/tags?page=2&per_page=30')).toMatchObject({ items: 15, page: 2, perPage: 30 });
    expect(await get('/tags?per_page=1000')).toMatchObject({ items: 45, perPage: 100 });
    expect(await get('/tags?page=1&page=2')).toMatchObject({ page: 2 });
    for (const bad of ['page=4', 'page=0', 'page=x', 'page=-1', 'per_page=0', 'per_page=1.5', 'page=1e1'])
      expect(await get(`/tags?${bad}`), bad).toBe(404);
    expect(await get('/tags/lenient?page=x&per_page=-1')).toMatchObject({ page: 1, perPage: 20 });
    expect(await get('/tags/fixed?page=9')).toMatchObject({ page: 2, perPage: 3 });
  });

  test('a client that goes away leaves no connection behind', async () => {
    let started = 0;
    let ended = 0;
    const { app, db, User } = await application(database, (server, models, own) => {
      server.get('/slow', async () => {
        started++;
        own.session.add(new models.User({ name: `slow${started}` }));
        await own.session.flush();
        try {
          await sleep(60);
          await own.session.commit();
        } finally {
          ended++;
        }
        return 'done';
      });
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as { port: number };
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    while (started === 0) await sleep(2);
    socket.destroy();
    while (ended === 0) await sleep(5);
    await sleep(20);
    expect(free(db)).toBe(0);
    expect(await db.context(() => User.query().count())).toBe(0);
    const response = await fetch(`http://127.0.0.1:${port}/slow`);
    expect(await response.text()).toBe('done');
    expect(await db.context(() => User.query().count())).toBe(1);
    await sleep(5);
    expect(free(db)).toBe(0);
  });

  test('a request that touches no session makes none', async () => {
    const { app, db } = await application(database, (server) => {
      server.get('/plain', () => 'plain');
    });
    expect((await app.inject('/plain')).body).toBe('plain');
    expect((await app.inject('/nowhere')).statusCode).toBe(404);
    expect(free(db)).toBe(0);
  });

  test('many requests at once', async () => {
    const { app, db, User } = await application(database, (server, models, own) => {
      server.get<{ Params: { n: string } }>('/make/:n', async (request) => {
        await models.User.query().count();
        own.session.add(new models.User({ name: request.params.n }));
        await own.session.commit();
        return { name: (await models.User.query().filterBy({ name: request.params.n }).one()).name };
      });
    });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => app.inject(`/make/${n}`)));
    expect(answers.map((answer) => answer.json().name)).toEqual(Array.from({ length: 40 }, (_, n) => `${n}`));
    expect(await db.context(() => User.query().count())).toBe(40);
    expect(free(db)).toBe(0);
  });
});
