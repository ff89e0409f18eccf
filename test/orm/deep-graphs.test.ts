import { expect, test } from 'vitest';
import { belongsTo, hasMany, t, text } from '../../src/index.ts';
import { databases, openDatabase } from '../setup/databases.ts';

/** A thousand times as deep takes a thousand times as long, not a million times: the limits are far above what it takes. */
test('a chain of rows is stored, renumbered and deleted in time that grows with its length', async () => {
  const db = openDatabase(databases[0]);
  class Link extends db.Model('links', {
    id: t.integer().primaryKey(),
    place: t.integer().unique(),
    parentId: t.integer().nullable().references('links.id'),
    get parent() {
      return belongsTo(Link, { nullable: true });
    },
    get children() {
      return hasMany(Link);
    },
  }) {}
  await db.createAll();
  const session = db.createSession();
  const chain: InstanceType<typeof Link>[] = [];
  for (let place = 0; place < 3000; place++) chain.push(new Link({ place, parent: chain.at(-1) ?? null }));
  const start = performance.now();
  session.addAll(chain.toReversed());
  await session.flush();
  expect(chain.slice(1).every((link, i) => link.parentId === chain[i].id)).toBe(true);
  for (const link of chain) link.place++;
  await session.flush();
  // All of them in one round: the last takes the place of the first.
  for (const [i, link] of chain.entries()) link.place = ((i + 1) % chain.length) + 1;
  await session.flush();
  expect(await session.all(text('SELECT min(place) AS a, max(place) AS b, count(DISTINCT place) AS n FROM links'))).toEqual([
    { a: 1, b: 3000, n: 3000 },
  ]);
  for (const link of chain) session.delete(link);
  await session.commit();
  expect(await session.query(Link).count()).toBe(0);
  // A walk of all that wait for each row would take minutes.
  expect(performance.now() - start).toBeLessThan(20_000);
});
