import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { temporaryDatabase } from './support/catalog.ts';
import { run, type Started } from './support/run.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function start(env: Record<string, string> = {}): Promise<{ server: Started; address: URL; url: string }> {
  const { url, remove } = await temporaryDatabase();
  const server = run('src/main.ts', [], { DATABASE_URL: url, PORT: '0', ...env });
  ends.push(async () => {
    server.signal('SIGKILL');
    await server.ended;
    await remove();
  });
  const [, address] = await server.until(/The catalog is at (\S+)/);
  return { server, address: new URL(address), url };
}

it('starts on an empty database with sample products, and finds them there again', async () => {
  const { server, address, url } = await start();
  expect(server.output()).toContain('The database was empty');
  expect(address.hostname).toBe('127.0.0.1');
  const page = await fetch(address);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('Kindling');
  const { total } = (await (await fetch(new URL('/api/products', address))).json()) as { total: number };
  expect(total).toBeGreaterThan(12);
  server.signal('SIGINT');
  expect(await server.ended).toBe(0);

  const again = await start({ DATABASE_URL: url });
  expect(again.server.output()).not.toContain('The database was empty');
  expect(((await (await fetch(new URL('/api/products', again.address))).json()) as { total: number }).total).toBe(total);
});

it.each(['SIGTERM', 'SIGINT'] as const)('answers a request in flight before %s ends it', async (signal) => {
  const { server, address } = await start();
  // A request whose body is still on its way when the signal comes.
  const socket = connect(Number(address.port), address.hostname);
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  const closed = new Promise((resolve) => socket.on('close', resolve));
  const body = JSON.stringify({ name: 'Made in passing' });
  const head = ['POST /category HTTP/1.1', `Host: ${address.host}`, 'Content-Type: application/json', `Content-Length: ${body.length}`];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 5)}`);
  await new Promise((resolve) => setTimeout(resolve, 200));

  server.signal(signal);
  await server.until(/answering what is in flight/);
  socket.write(body.slice(5));
  await closed;
  expect(answer).toMatch(/^HTTP\/1\.1 201/);
  expect(answer).toContain('Category created');
  expect(await server.ended).toBe(0);
  await expect(fetch(address)).rejects.toThrow();
});

it('closes at once where nothing is in flight, idle connections included', async () => {
  const { server, address } = await start();
  await (await fetch(address)).text(); // fetch keeps its connection open
  const before = Date.now();
  server.signal('SIGTERM');
  expect(await server.ended).toBe(0);
  expect(Date.now() - before).toBeLessThan(3000);
});

it('does not start in production without a secret', async () => {
  const { url, remove } = await temporaryDatabase();
  ends.push(remove);
  const server = run('src/main.ts', [], { DATABASE_URL: url, PORT: '0', NODE_ENV: 'production' });
  expect(await server.ended).toBe(1);
  expect(server.stderr()).toMatch(/^SECRET_KEY is not set/);
});

it('says so when its port is taken', async () => {
  const { address } = await start();
  const { url, remove } = await temporaryDatabase();
  ends.push(remove);
  const second = run('src/main.ts', [], { DATABASE_URL: url, PORT: address.port });
  expect(await second.ended).toBe(1);
  expect(second.stderr()).toContain('EADDRINUSE');
});

it('keeps imported products to itself, and gives an empty user list its sample accounts', async () => {
  const { folder, url, remove } = await temporaryDatabase();
  ends.push(remove);
  const file = join(folder, 'one.csv');
  await writeFile(file, 'Handle,Title,Variant Price\nmug,Mug,5\n');
  const imported = run('src/import.ts', [file], { DATABASE_URL: url });
  expect(await imported.ended).toBe(0);
  const { server, address } = await start({ DATABASE_URL: url });
  expect(server.output()).not.toContain('The database was empty');
  expect(((await (await fetch(new URL('/api/products', address))).json()) as { total: number }).total).toBe(1);
  const login = await fetch(new URL('/login', address), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: 'kindling' }),
  });
  expect(login.status).toBe(200);
});
