import { describe, expect, it } from 'vitest';
import { func, insertInto, select, t } from '../../src/index.ts';
import { openDatabase, Statements } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';

/** Longer together than any server of MySQL's family reads at once unless told. */
const LONG = 140_000;
const ROWS = 130;

describe.each(allDatabases)('many rows of long values on $name', (database) => {
  const body = (i: number, mark: string): string => `${i}${mark}`.padEnd(LONG, mark);

  it('are inserted, changed and read with the session and without it', async () => {
    const db = openDatabase(database);
    const pages = db.Table('pages', { id: t.integer().primaryKey(), body: t.text(), picture: t.binary().nullable() });
    class Page extends db.Model('session_pages', { id: t.integer().primaryKey(), body: t.text(), notes: t.json().nullable() }) {}
    await db.context(async () => {
      await db.createAll();
      const rows = Array.from({ length: ROWS }, (_, i) => ({
        id: i + 1,
        body: body(i, 'a'),
        picture: i === 3 ? new Uint8Array(LONG) : null,
      }));
      await db.session.execute(insertInto(pages).values(rows));
      const total = select({ rows: func.count(), length: func.sum(func.charLength(pages.c.body)) }).from(pages);
      expect(await db.session.one(total)).toEqual({ rows: ROWS, length: ROWS * LONG });
      db.session.addAll(
        Array.from({ length: ROWS }, (_, i) => new Page({ body: body(i, 'b'), notes: i === 7 ? { parts: [body(i, 'n')] } : null })),
      );
      await db.session.commit();
    });
    await db.context(async () => {
      const made = await Page.query().orderBy(Page.c.id).all();
      expect(made.map(({ id, body: text }) => [id, text.slice(0, 4)])).toEqual(made.map((_, i) => [i + 1, body(i, 'b').slice(0, 4)]));
      made.forEach((page, i) => {
        page.body = body(i, 'c');
      });
      await db.session.commit();
    });
    await db.context(async () => {
      const changed = await Page.query().orderBy(Page.c.id).all();
      expect(changed.every((page, i) => page.body === body(i, 'c'))).toBe(true);
      expect(changed[7].notes).toEqual({ parts: [body(7, 'n')] });
    });
  }, 60_000);

  it('leave the rows beside them together', async () => {
    const db = openDatabase(database);
    class Note extends db.Model('notes', { id: t.integer().primaryKey(), body: t.text() }) {}
    await db.context(async () => {
      await db.createAll();
      const statements = new Statements(db.engine);
      // The first one is longer than a statement of many rows may be.
      db.session.addAll(Array.from({ length: 130 }, (_, i) => new Note({ body: i === 0 ? 'x'.repeat(3_000_000) : `n${i}` })));
      await db.session.commit();
      expect(statements.count()).toBeLessThanOrEqual(5);
      expect(await Note.query().filter(func.charLength(Note.c.body).gt(1000)).count()).toBe(1);
      expect((await Note.query().orderBy(Note.c.id).all()).map(({ body: text }) => text.slice(0, 4)).slice(1, 3)).toEqual(['n1', 'n2']);
    });
  });
});
