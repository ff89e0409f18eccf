import { expect, test } from 'vitest';
import { InvalidStateError, t } from '../../src/index.ts';
import { databases, openDatabase } from '../setup/databases.ts';

test('a session of one context is refused in another, and goes on in its own', async () => {
  const db = openDatabase(databases[1]);
  class Tag extends db.Model('tags', { id: t.integer().primaryKey(), name: t.string(20) }) {}
  await db.context(async () => {
    await db.createAll();
    const { session } = db;
    const tag = new Tag({ name: 'a' });
    session.add(tag);
    await session.commit();
    await db.context(async () => {
      expect(() => session.add(new Tag({ name: 'b' }))).toThrow(InvalidStateError);
      await expect(session.query(Tag).all()).rejects.toThrow(/another context/);
      await expect(session.commit()).rejects.toThrow(/another context/);
      expect(() => db.session.add(tag)).toThrow(/another session/);
      expect(await Tag.query().count()).toBe(1);
    });
    tag.name = 'c';
    await session.commit();
    expect(await Tag.query().filterBy({ name: 'c' }).count()).toBe(1);
  });
});
