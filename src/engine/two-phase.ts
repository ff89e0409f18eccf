import type { TransactionOptions, TwoPhaseWords } from '../dialects/base/dialect.ts';
import { type Channel, NONE, QUERY, RUN, type TwoPhase } from './channel.ts';
import { engineError } from './errors.ts';
import { endingLimits } from './statement-limits.ts';

/** What both databases take for a name, and what needs no escape in either. */
const XID = /^[\w.:-]{1,64}$/;

function wordsOf(channel: Channel): TwoPhaseWords {
  const { twoPhase, title } = channel.engine.dialect;
  if (twoPhase === undefined) throw engineError('engine.no-two-phase', title);
  return twoPhase;
}

function checkXid(xid: string): string {
  if (typeof xid !== 'string' || !XID.test(xid)) throw engineError('engine.bad-xid', xid);
  return xid;
}

/** Begins a transaction that can be prepared; gives its name. */
export async function beginTwoPhase(channel: Channel, given: string | undefined, options: TransactionOptions): Promise<string> {
  const words = wordsOf(channel);
  channel.check();
  if (channel.inTransaction) throw engineError('engine.in-transaction');
  const xid = checkXid(given ?? `athanor-${crypto.randomUUID()}`);
  for (const sql of words.begin(xid, channel.engine.dialect.beginTransaction(options, true))) await channel.call(RUN, sql, NONE, false);
  channel.inTransaction = true;
  channel.twoPhase = { xid, prepared: false };
  return xid;
}

/** Makes the transaction safe on the server: from now on it can be committed, whatever happens to the connection. */
export async function prepareTransaction(channel: Channel): Promise<void> {
  const { twoPhase } = channel;
  if (twoPhase === null) throw engineError('engine.not-two-phase');
  if (twoPhase.prepared) throw engineError('engine.prepared');
  for (const sql of wordsOf(channel).prepare(twoPhase.xid)) await channel.call(RUN, sql, NONE, false);
  twoPhase.prepared = true;
}

/** Ends the connection's own two-phase transaction. */
export async function endTwoPhase(channel: Channel, verb: 'commit' | 'rollback'): Promise<void> {
  const { xid, prepared } = channel.twoPhase as TwoPhase;
  // What the server has undone by itself still has its name there.
  if (verb === 'rollback') channel.lost = false;
  const { statements, mayFail } = wordsOf(channel)[verb](xid, prepared);
  for (const [i, sql] of statements.entries()) {
    const done = channel.control(sql, endingLimits(channel.limits));
    await (i < mayFail ? Promise.resolve(done).catch(ignore) : done);
  }
}

/** The names of the transactions that were prepared and not ended yet, by any connection. */
export async function preparedTransactions(channel: Channel): Promise<string[]> {
  const { recover } = wordsOf(channel);
  const rows = await channel.call(QUERY, recover.sql, NONE, false);
  return rows.map((row) => recover.read(row));
}

/** Ends a prepared transaction of a connection that is gone. */
export async function endPrepared(channel: Channel, verb: 'commit' | 'rollback', xid: string): Promise<void> {
  const words = wordsOf(channel);
  if (channel.inTransaction) throw engineError('engine.in-transaction');
  for (const sql of words[verb](checkXid(xid), true).statements) await channel.call(RUN, sql, NONE, false);
}

function ignore(): void {}
