import { describe, expect, test } from 'vitest';
import { belongsTo, Database, hasMany, select, t } from '../../src/index.ts';
import { openDatabase, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';

async function openDeck(database: TestDatabase) {
  const db = openDatabase(database);
  class Deck extends db.Model('decks', {
    id: t.integer().primaryKey(),
    get slides() {
      return hasMany(Slide, { ordering: 'place', cascade: 'all, delete-orphan' });
    },
  }) {}
  class Slide extends db.Model('slides', {
    id: t.integer().primaryKey(),
    title: t.string(20),
    place: t.integer(),
    deckId: t.integer().references('decks.id'),
    get deck() {
      return belongsTo(Deck);
    },
  }) {}
  await db.createAll();
  const session = db.createSession();
  const [a, b, c] = ['a', 'b', 'c'].map((title) => new Slide({ title }));
  session.add(new Deck({ slides: [b, c, a] }));
  await session.commit();
  session.expungeAll();
  const stored = async () =>
    (await session.all(select(Slide.c.title, Slide.c.place).orderBy(Slide.c.place))).map(([title, place]) => `${title}${place}`);
  return { session, Deck, Slide, stored };
}

describe.each(allDatabases)('ordered collections on $name', (database) => {
  test('new members are numbered, and read in that order', async () => {
    const { session, Deck, stored } = await openDeck(database);
    expect(await stored()).toEqual(['b0', 'c1', 'a2']);
    const deck = await session.query(Deck).with({ slides: true }).one();
    expect(deck.slides.map((slide) => slide.title)).toEqual(['b', 'c', 'a']);
  });

  test('set() moves members, and only those that moved are written', async () => {
    const { session, Deck, stored } = await openDeck(database);
    const deck = await session.query(Deck).with({ slides: true }).one();
    const [b, c, a] = deck.slides;
    deck.slides.set([c, b, a]);
    await session.flush();
    expect([c.place, b.place, a.place]).toEqual([0, 1, 2]);
    await session.commit();
    expect(await stored()).toEqual(['c0', 'b1', 'a2']);
    deck.slides.set([a, b, c]);
    await session.flush();
    expect(await stored()).toEqual(['a0', 'b1', 'c2']);
    await session.rollback();
    expect(await stored()).toEqual(['c0', 'b1', 'a2']);
    expect((await deck.slides).map((slide) => slide.title)).toEqual(['c', 'b', 'a']);
  });

  test('what is removed leaves no gap, and what is added comes last, loaded or not', async () => {
    const { session, Deck, Slide, stored } = await openDeck(database);
    const deck = await session.query(Deck).with({ slides: true }).one();
    deck.slides.remove(deck.slides.toArray()[0]);
    deck.slides.add(new Slide({ title: 'd' }));
    await session.commit();
    expect(await stored()).toEqual(['c0', 'a1', 'd2']);
    session.expungeAll();
    const unloaded = await session.query(Deck).one();
    unloaded.slides.add(new Slide({ title: 'e' }));
    await session.commit();
    expect(await stored()).toEqual(['c0', 'a1', 'd2', 'e3']);
    session.expungeAll();
    const again = await session.query(Deck).one();
    const all = await session.query(Slide).orderBy(Slide.c.title).all();
    again.slides.set(all.reverse());
    await session.commit();
    expect(await stored()).toEqual(['e0', 'd1', 'c2', 'a3']);
  });
});

test('an order by what is no column is an error', () => {
  const db = new Database({ url: 'sqlite://' });
  class Pot extends db.Model('pots', {
    id: t.integer().primaryKey(),
    get lids() {
      return hasMany(Lid, { ordering: 'pot' });
    },
  }) {}
  class Lid extends db.Model('lids', { id: t.integer().primaryKey(), potId: t.integer().references('pots.id') }) {}
  expect(() => new Pot({ lids: [new Lid()] })).toThrow(
    "Pot.lids has { ordering } 'pot'. It names a column of the related class, of a hasMany() that can be written. Columns: id, potId.",
  );
});
