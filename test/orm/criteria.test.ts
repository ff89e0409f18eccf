import { describe, expect, test } from 'vitest';
import { alias, belongsTo, deleteFrom, exists, func, hasMany, manyToMany, select, t, update } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';

/** Notes and authors of two tenants, some of them deleted softly. */
async function openNotes(database: TestDatabase) {
  const db = openDatabase(database);
  const softDelete = { deleted: t.boolean().default(false) };
  const ofTenant = { tenant: t.integer() };
  const noteTags = db.Table('note_tags', {
    noteId: t.integer().primaryKey().references('notes.id'),
    tagId: t.integer().primaryKey().references('tags.id'),
  });
  class Author extends db.Model('authors', {
    deleted: softDelete.deleted,
    tenant: ofTenant.tenant,
    id: t.integer().primaryKey(),
    name: t.string(20),
    get notes() {
      return hasMany(Note, { orderBy: () => Note.c.id });
    },
  }) {}
  class Note extends db.Model(
    'notes',
    {
      deleted: softDelete.deleted,
      id: t.integer().primaryKey(),
      text: t.string(20),
      hidden: t.boolean().default(false),
      authorId: t.integer().nullable().references('authors.id'),
      get author() {
        return belongsTo(Author, { nullable: true });
      },
      get tags() {
        return manyToMany(Tag, { through: noteTags, orderBy: () => Tag.c.id });
      },
    },
    { criteria: { visible: (c) => c.hidden.eq(false) } },
  ) {}
  class Tag extends db.Model('tags', {
    deleted: softDelete.deleted,
    id: t.integer().primaryKey(),
    name: t.string(20),
    get notes() {
      return manyToMany(Note, { through: noteTags });
    },
  }) {}
  db.withCriteria(softDelete, (c) => c.deleted.eq(false), { name: 'softDelete' });
  await db.createAll();
  const session = db.createSession();
  const [red, old] = [new Tag({ name: 'red' }), new Tag({ name: 'old', deleted: true })];
  session.addAll([
    new Author({
      name: 'ann',
      tenant: 1,
      notes: [
        new Note({ text: 'a1', tags: [red, old] }),
        new Note({ text: 'a2', deleted: true, tags: [red] }),
        new Note({ text: 'a3', hidden: true }),
      ],
    }),
    new Author({ name: 'bob', tenant: 2, notes: [new Note({ text: 'b1', tags: [red] })] }),
    new Author({ name: 'cid', tenant: 1, deleted: true, notes: [new Note({ text: 'c1' })] }),
  ]);
  await session.commit();
  session.expungeAll();
  const statements = new Statements(db.engine);
  return { db, session, statements, Author, Note, Tag };
}

const texts = (list: readonly { text: string }[]) => list.map(({ text }) => text).sort();

describe.each(allDatabases)('criteria on $name', (database) => {
  test('reach queries, counts, pages, keys and streams', async () => {
    const { session, statements, Note } = await openNotes(database);
    const query = session.query(Note).orderBy(Note.c.id);
    expect(texts(await query.all())).toEqual(['a1', 'b1', 'c1']);
    expect(await query.count()).toBe(3);
    expect(await query.filter(Note.c.text.eq('a2')).exists()).toBe(false);
    const page = await query.paginate({ page: 1, perPage: 2 });
    expect([page.total, texts(page.items)]).toEqual([3, ['a1', 'b1']]);
    expect(await query.select({ text: Note.c.text }).all()).toHaveLength(3);
    expect(await query.orderBy().select(func.count(Note.c.id)).scalar()).toBe(3);
    const streamed: string[] = [];
    for await (const note of query.stream()) streamed.push(note.text);
    expect(streamed).toEqual(['a1', 'b1', 'c1']);
    expect(await session.get(Note, 2)).toBeNull();
    expect(await session.get(Note, 3, { populateExisting: true })).toBeNull();
    expect((await query.toSQL()).sql).toMatch(/hidden/);
    expect(statements.count()).toBe(10);

    expect(texts(await query.withoutCriteria('softDelete').all())).toEqual(['a1', 'a2', 'b1', 'c1']);
    expect(texts(await query.withoutCriteria().all())).toEqual(['a1', 'a2', 'a3', 'b1', 'c1']);
    expect(await query.withoutCriteria('softDelete', 'visible').count()).toBe(5);
    // What the session has is looked at too, without a statement.
    statements.takeAll();
    expect([await session.get(Note, 1), await session.get(Note, 2)].map((note) => note?.text)).toEqual(['a1', undefined]);
    expect(statements.count()).toBe(0);
    expect((await query.withoutCriteria().get(2))?.text).toBe('a2');
    expect((await session.withoutCriteria(() => session.get(Note, 3)))?.text).toBe('a3');
    // Objects that are here may be read again, written and deleted, whatever hides their rows.
    const hidden = await query.withoutCriteria().get(2);
    await session.refresh(hidden as object);
    (hidden as { text: string }).text = 'A2';
    await session.flush();
    session.delete(hidden as object);
    await session.commit();
    expect(await query.withoutCriteria().count()).toBe(4);
  });

  test('reach what is loaded: lazily, by joins, by lists of keys, from both sides', async () => {
    const { session, statements, Author, Note, Tag } = await openNotes(database);
    const authors = await session.query(Author).orderBy(Author.c.id).all();
    expect(authors.map((author) => author.name)).toEqual(['ann', 'bob']);
    expect(texts(await authors[0].notes)).toEqual(['a1']);
    expect(texts(await authors[0].notes.query().all())).toEqual(['a1']);
    expect(await authors[0].notes.query().count()).toBe(1);
    expect(statements.count()).toBe(4);
    session.expungeAll();
    for (const strategy of ['joined', 'selectin'] as const) {
      const eager = await session
        .query(Author)
        .with({ notes: { strategy, with: { tags: true } } })
        .orderBy(Author.c.id)
        .all();
      expect(eager.map((author) => [author.name, author.notes.map((n) => [n.text, n.tags.map((tag) => tag.name)])])).toEqual([
        ['ann', [['a1', ['red']]]],
        ['bob', [['b1', ['red']]]],
      ]);
      session.expungeAll();
      const notes = await session.query(Note).with({ author: strategy }).orderBy(Note.c.id).all();
      expect(notes.map((note) => [note.text, note.author?.name ?? null])).toEqual([
        ['a1', 'ann'],
        ['b1', 'bob'],
        ['c1', null],
      ]);
      session.expungeAll();
      const all = await session.query(Author).with({ notes: strategy }).withoutCriteria().orderBy(Author.c.id).all();
      expect(all.map((author) => texts([...author.notes]))).toEqual([['a1', 'a2', 'a3'], ['b1'], ['c1']]);
      session.expungeAll();
    }
    const limited = await session
      .query(Author)
      .with({ notes: { limit: 1, orderBy: Note.c.id.desc() } })
      .orderBy(Author.c.id)
      .all();
    expect(limited.map((author) => texts([...author.notes]))).toEqual([['a1'], ['b1']]);
    session.expungeAll();
    const note = await session.query(Note).filterBy({ text: 'c1' }).one();
    expect(await note.author).toBeNull();
    const red = await session.query(Tag).one();
    expect(texts(await red.notes)).toEqual(['a1', 'b1']);
    const [ann] = await session.query(Author).orderBy(Author.c.id).all();
    expect((await session.load(ann, { notes: true })).notes.length).toBe(1);
  });

  test('reach predicates, joins, aliases, subqueries and statements of Core', async () => {
    const { session, Author, Note, Tag } = await openNotes(database);
    const names = async (...conditions: Parameters<ReturnType<typeof session.query<typeof Author>>['filter']>) =>
      (
        await session
          .query(Author)
          .filter(...conditions)
          .orderBy(Author.c.id)
          .all()
      ).map((author) => author.name);
    expect(await names(Author.c.notes.any(Note.c.text.eq('a2')))).toEqual([]);
    expect(await names(Author.c.notes.any(Note.c.tags.any(Tag.c.name.eq('red'))))).toEqual(['ann', 'bob']);
    expect(await names(Author.c.notes.any(Note.c.tags.any(Tag.c.name.eq('old'))))).toEqual([]);
    expect(await names(Author.c.id.in(select(Note.c.authorId).where(Note.c.text.in(['a2', 'b1']))))).toEqual(['bob']);
    expect(await names(exists(select(Note.c.id).where(Note.c.authorId.eq(Author.c.id), Note.c.text.like('a%'))))).toEqual(['ann']);
    expect((await session.query(Author).join(Author.c.notes).filter(Note.c.text.eq('a3')).all()).length).toBe(0);
    const other = alias(Note, 'other');
    expect(await session.all(select({ text: other.c.text }).orderBy(other.c.id))).toEqual([{ text: 'a1' }, { text: 'b1' }, { text: 'c1' }]);
    // A full join: who is not to be seen is nobody's partner, and does not stand alone.
    const full = session.all(
      select(Author.c.name, Note.c.text)
        .from(Author)
        .fullJoin(Note, Note.c.authorId.eq(Author.c.id).and(Note.c.text.ne('b1'))),
    );
    if (database.family === 'mysql') await expect(full).rejects.toThrow('has no FULL OUTER JOIN');
    else expect((await full).map((row) => row.map((value) => value ?? '-').join()).sort()).toEqual(['-,b1', '-,c1', 'ann,a1', 'bob,-']);
    // An outer join keeps the rows that have no partner to be seen.
    const rows = await session.all(
      select({ text: Note.c.text, author: Author.c.name }).from(Note).outerJoin(Author, Note.c.authorId.eq(Author.c.id)).orderBy(Note.c.id),
    );
    expect(rows).toEqual([
      { text: 'a1', author: 'ann' },
      { text: 'b1', author: 'bob' },
      { text: 'c1', author: null },
    ]);
    const counts = select({ authorId: Note.c.authorId, count: func.count(Note.c.id) })
      .groupBy(Note.c.authorId)
      .subquery('counts');
    expect(
      await session.all(
        select({ name: Author.c.name, count: counts.c.count })
          .from(Author)
          .join(counts, counts.c.authorId.eq(Author.c.id))
          .orderBy(Author.c.id),
      ),
    ).toEqual([
      { name: 'ann', count: 1 },
      { name: 'bob', count: 1 },
    ]);
    const both = select(Note.c.text)
      .where(Note.c.id.lt(3))
      .union(select(Note.c.text).where(Note.c.id.ge(3)));
    expect((await session.scalars(both)).sort()).toEqual(['a1', 'b1', 'c1']);
    expect(await session.query(Note).filter(Note.c.id.gt(0)).update({ text: 'x' })).toBe(3);
    expect((await session.execute(update(Note).set({ text: 'y' }).where(Note.c.text.ne('none')))).rowCount).toBe(3);
    expect((await session.execute(deleteFrom(Note).where(Note.c.text.eq('a2')))).rowCount).toBe(0);
    expect(await session.query(Note).withoutCriteria().filter(Note.c.text.eq('a2')).update({ text: 'z' })).toBe(1);
  });

  test('of a session and of a query, with values of the moment', async () => {
    const { session, db, Author, Note } = await openNotes(database);
    let tenant = 1;
    const end = session.withCriteria(Author, (c) => c.tenant.eq(tenant), { name: 'tenant' });
    const names = async () => (await session.query(Author).orderBy(Author.c.id).all()).map((author) => author.name);
    expect(await names()).toEqual(['ann']);
    tenant = 2;
    expect(await names()).toEqual(['bob']);
    expect(await session.get(Author, 1)).toBeNull();
    const other = db.createSession();
    expect(await other.query(Author).count()).toBe(2);
    await other.close();
    expect(await session.query(Author).withoutCriteria('tenant').count()).toBe(2);
    end();
    expect(await names()).toEqual(['ann', 'bob']);
    const some = await session
      .query(Author)
      .with({ notes: true })
      .withCriteria(Note, (c) => c.text.startsWith('b'))
      .orderBy(Author.c.id)
      .all();
    expect(some.map((author) => author.notes.length)).toEqual([0, 1]);
    session.withCriteria(Author, () => true);
    expect(await names()).toEqual(['ann', 'bob']);
    expect(() => session.withCriteria({} as never, () => true)).toThrow(/a model class, or a mixin/);
    session.withCriteria(Author, () => undefined as never);
    await expect(names()).rejects.toThrow(/criterion/);
  });

  test('go with a hierarchy, in one table and in several', async () => {
    const db = openDatabase(database);
    class Animal extends db.Model(
      'animals',
      { id: t.integer().primaryKey(), kind: t.string(10), alive: t.boolean().default(true) },
      {
        on: 'kind',
        get identities() {
          return { cat: Cat, dog: Dog };
        },
      },
    ) {}
    class Cat extends Animal.extend({ lives: t.integer() }, { criteria: { lively: (c) => c.lives.gt(1) } }) {}
    class Dog extends Animal.extend('dogs', { tricks: t.integer() }, { criteria: { clever: (c) => c.tricks.gt(1) } }) {}
    db.withCriteria(Animal, (c) => c.alive.eq(true), { name: 'alive' });
    await db.createAll();
    await using session = db.createSession();
    session.addAll([
      new Cat({ lives: 9 }),
      new Cat({ lives: 1 }),
      new Cat({ lives: 9, alive: false }),
      new Dog({ tricks: 5 }),
      new Dog({ tricks: 0 }),
    ]);
    await session.commit();
    session.expungeAll();
    const kinds = (await session.query(Animal).orderBy(Animal.c.id).all()).map((animal) =>
      animal instanceof Cat ? animal.lives : animal.tricks,
    );
    expect(kinds).toEqual([9, 5]);
    expect([await session.query(Cat).count(), await session.query(Dog).count(), await session.query(Animal).count()]).toEqual([1, 1, 2]);
    expect(await session.query(Animal).withoutCriteria('alive', 'lively').count()).toBe(4);
  });
});
