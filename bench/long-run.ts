// Measures what must not grow: memory over many contexts, and the time of a chunk in a session that has inserted many:
// node --expose-gc bench/long-run.ts [--contexts=100000] [--chunks=100]
import { Database, t } from 'athanor';

const option = (name: string): string | undefined => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.split('=')[1];
const contexts = Number(option('contexts') ?? 100_000);
const chunks = Number(option('chunks') ?? 100);
const CHUNK = 1000;

const db = new Database({ url: 'sqlite://' });
class Note extends db.Model('notes', { id: t.integer().primaryKey(), text: t.string(80), number: t.integer() }) {}

const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

async function useContexts(count: number): Promise<void> {
  for (let i = 0; i < count; i++)
    await db.context(async () => {
      const note = await Note.query()
        .filterBy({ id: 1 + (i % 10) })
        .one();
      note.number = i;
      await db.session.commit();
    });
}

async function memory(): Promise<void> {
  await db.context(async () => {
    await db.session.bulkInsert(
      Note,
      Array.from({ length: 10 }, (_, i) => ({ text: `note ${i}`, number: i })),
    );
    await db.session.commit();
  });
  await useContexts(contexts / 10);
  const before = heap();
  await useContexts(contexts);
  console.log(`${contexts} contexts: ${before.toFixed(1)} MiB before, ${heap().toFixed(1)} MiB after`);
}

async function growth(): Promise<void> {
  const session = db.createSession();
  const times: number[] = [];
  for (let chunk = 0; chunk < chunks; chunk++) {
    const start = performance.now();
    session.addAll(Array.from({ length: CHUNK }, (_, i) => new Note({ text: `chunk ${chunk}`, number: i })));
    await session.flush();
    times.push(performance.now() - start);
  }
  await session.rollback();
  const tenth = Math.max(1, Math.floor(chunks / 10));
  const middle = (list: number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
  const [early, late] = [times.slice(tenth, 2 * tenth), times.slice(-tenth)];
  console.log(`${chunks} chunks of ${CHUNK} in one session: ${middle(early).toFixed(2)} ms early, ${middle(late).toFixed(2)} ms late`);
}

await db.context(() => db.createAll());
await memory();
await growth();
await db.dispose();
