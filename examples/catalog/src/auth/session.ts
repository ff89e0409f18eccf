import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** A message shown once, on the next page. */
export interface Flash {
  readonly kind: 'success' | 'error';
  readonly text: string;
}

/** What the browser keeps for us, signed so that it can read but not change it. */
export interface WebSession {
  userId?: number;
  csrf?: string;
  flash?: Flash;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The visitor's session; what is changed in it while answering goes back in the cookie. */
    webSession: WebSession;
  }
}

const day = 24 * 60 * 60;

/** How long a session lasts without a visit, in seconds. */
const lifetime = 14 * day;

export interface SessionOptions {
  readonly key: Buffer;
  /** Send the cookie over HTTPS only. */
  readonly secure: boolean;
}

/** Gives every request of `app` a session kept in a signed cookie. */
export async function registerSessions(app: FastifyInstance, { key, secure }: SessionOptions): Promise<void> {
  // A name with this prefix is one that browsers refuse from other hosts, other paths, and over plain HTTP.
  const name = secure ? '__Host-catalog' : 'catalog';
  const received = new WeakMap<FastifyRequest, string>();

  await app.register(cookie, { secret: key });
  app.decorateRequest('webSession');
  app.addHook('onRequest', async (request) => {
    const raw = request.cookies[name];
    const signed = raw === undefined ? null : request.unsignCookie(raw);
    const { age, session } = signed?.valid ? decode(signed.value) : { age: 0, session: {} };
    request.webSession = session;
    // A session that is used is written anew once a day, so that it does not end.
    received.set(request, age > day ? '' : JSON.stringify(session));
  });
  app.addHook('onSend', async (request, reply) => {
    // A request that failed before its session was read has none to write back.
    const before = received.get(request);
    if (before === undefined || JSON.stringify(request.webSession) === before) return;
    reply.setCookie(name, encode(request.webSession), {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure,
      signed: true,
      maxAge: lifetime,
    });
  });
}

/** Sets the message that the next page shows. */
export function flash(reply: FastifyReply, kind: Flash['kind'], text: string): void {
  reply.request.webSession.flash = { kind, text };
}

/** The message to show now, which is then gone. */
export function takeFlash(request: FastifyRequest): Flash | null {
  const { flash: message } = request.webSession;
  delete request.webSession.flash;
  return message ?? null;
}

function encode(session: WebSession): string {
  return Buffer.from(JSON.stringify({ ...session, at: Math.floor(Date.now() / 1000) })).toString('base64url');
}

function decode(value: string): { age: number; session: WebSession } {
  const { at, ...session } = JSON.parse(Buffer.from(value, 'base64url').toString()) as WebSession & { at: number };
  const age = Date.now() / 1000 - at;
  return { age, session: age > lifetime ? {} : session };
}
