import { inspect as show } from 'node:util';
import { Decimal } from 'decimal.js';
import { describe, expect, test } from 'vitest';
import {
  belongsTo,
  Database,
  hasMany,
  InvalidStateError,
  inspect,
  jsonNull,
  listen,
  MappingError,
  sql,
  t,
  text,
  ValidationError,
} from '../../src/index.ts';
import { openDatabase, Statements } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';

describe('defining models', () => {
  const db = new Database();

  test('a new object with a key of several columns, or of any type, can be looked at before a database was', () => {
    class Slot extends db.Model('model_slots', { room: t.string(5).primaryKey(), hour: t.integer().primaryKey() }) {}
    const slot = new Slot({ room: 'a', hour: 9 });
    expect([inspect(slot).state, inspect(slot).identity, show(slot)]).toEqual(['transient', ['a', 9], "<Slot room='a' hour=9>"]);
    expect(inspect(new Slot({ room: 'a' } as never)).identity).toBeNull();
    class Part extends db.Model('model_parts', {
      code: t.binary(3).primaryKey(),
      at: t.dateTime().primaryKey(),
      size: t.numeric(5, 2).primaryKey(),
      number: t.bigInteger().primaryKey(),
      on: t.boolean().primaryKey(),
    }) {}
    const part = new Part({ code: new Uint8Array([1]), at: new Date(0), size: new Decimal('1.5'), number: 5n, on: true });
    expect(inspect(part).identity?.map(String)).toEqual(['1', String(new Date(0)), '1.5', '5', 'true']);
  });

  test('attributes are camelCase, columns snake_case unless they are named', () => {
    class A extends db.Model('model_a', {
      id: t.integer().primaryKey(),
      firstName: t.string(),
      htmlURL: t.string(),
      odd: t.string().named('Odd Name'),
    }) {}
    expect(A.table.columns.map((column) => column.name)).toEqual(['id', 'first_name', 'html_url', 'Odd Name']);
    expect(A.c.firstName.key).toBe('firstName');
  });

  test('a PascalCase table name is turned into snake_case', () => {
    expect(db.Model('HTTPRequest', { id: t.integer().primaryKey() }).table.name).toBe('http_request');
    expect(db.Model('UserProfile', { id: t.integer().primaryKey() }).table.name).toBe('user_profile');
    expect(db.Model('plain_name', { id: t.integer().primaryKey() }).table.name).toBe('plain_name');
  });

  test('mixins are plain objects, relations among them', () => {
    const timestamps = { createdAt: t.dateTime().default(() => new Date(0)), updatedAt: t.dateTime().nullable() };
    class Owner extends db.Model('owners', { id: t.integer().primaryKey(), ...timestamps }) {}
    const owned = { ownerId: t.integer().references('owners.id'), owner: belongsTo(Owner) };
    class Thing extends db.Model('things', { ...timestamps, id: t.integer().primaryKey(), ...owned }) {}
    expect(Thing.table.columns.map((column) => column.key)).toEqual(['createdAt', 'updatedAt', 'id', 'ownerId']);
    const owner = new Owner();
    expect(new Thing({ owner }).owner).toBe(owner);
  });

  test('a model needs a key, columns, and names that are free', () => {
    expect(() => db.Model('no_key', { name: t.string() })).toThrow(/'no_key' has no primary key/);
    expect(() => db.Model('bad', { id: t.integer().primaryKey(), name: 'text' as never })).toThrow(MappingError);
    for (const key of ['toJSON', 'then', 'constructor', 'toString']) {
      expect(() => db.Model(`reserved_${key}`, { id: t.integer().primaryKey(), [key]: t.string() } as never)).toThrow(
        new RegExp(`attribute '${key}'`),
      );
    }
  });

  test('one class for each db.Model()', () => {
    const Base = db.Model('bases', { id: t.integer().primaryKey() });
    class First extends Base {}
    class Second extends Base {}
    new First();
    expect(() => new Second()).toThrow(/'bases' is mapped by First/);
  });

  test('an attribute that there is not is an error that lists those there are', () => {
    class A extends db.Model('attrs', { id: t.integer().primaryKey(), name: t.string() }) {}
    expect(() => (A.c as unknown as { nome: unknown }).nome).toThrow(/A has no attribute 'nome'. It has: id, name/);
    expect(() => new A({ nome: 'x' } as never)).toThrow(/no attribute 'nome'/);
    expect(() => new A(5 as never)).toThrow(MappingError);
  });

  test('methods, getters and statics of the class', () => {
    class A extends db.Model('methods', { id: t.integer().primaryKey(), first: t.string(), last: t.string() }) {
      get full(): string {
        return `${this.first} ${this.last}`;
      }
      set full(value: string) {
        [this.first, this.last] = value.split(' ') as [string, string];
      }
      static named(first: string): A {
        return new this({ first });
      }
    }
    const a = new A({ full: 'Ann Lee' } as never);
    expect([a.first, a.last, a.full]).toEqual(['Ann', 'Lee', 'Ann Lee']);
    expect(A.named('Bob').first).toBe('Bob');
    expect(a).toBeInstanceOf(A);
  });

  test('undefined is never a value', () => {
    class A extends db.Model('undef', { id: t.integer().primaryKey(), name: t.string().nullable() }) {}
    expect(() => new A({ name: undefined } as never)).toThrow(/name was set to undefined/);
    const a = new A();
    expect(() => {
      a.name = undefined as never;
    }).toThrow(InvalidStateError);
  });

  test('a value that was never given reads as null where the column may be NULL, else undefined', () => {
    class A extends db.Model('unset', { id: t.integer().primaryKey(), name: t.string(), note: t.string().nullable() }) {}
    const a = new A();
    expect([a.id, a.name, a.note]).toEqual([undefined, undefined, null]);
  });

  test('attribute events fire in the constructor, in the order of the keys given', () => {
    class A extends db.Model('events', {
      id: t.integer().primaryKey(),
      title: t.string(),
      slug: t.string(),
      get parts() {
        return hasMany(B);
      },
    }) {}
    class B extends db.Model('event_parts', { id: t.integer().primaryKey(), aId: t.integer().references('events.id') }) {}
    const log: unknown[] = [];
    const stops = [
      listen(A.c.title, 'set', (a: A, value, old) => {
        log.push(['title', value, old]);
        a.slug = value.toLowerCase();
      }),
      listen(A.c.slug, 'set', (_a, value, old) => {
        log.push(['slug', value, old]);
      }),
      listen(A.c.parts, 'append', (_a, part) => {
        log.push(['append', part]);
      }),
      listen(A.c.parts, 'remove', (_a, part) => {
        log.push(['remove', part]);
      }),
    ];
    const part = new B();
    const a = new A({ parts: [part], title: 'Hello', slug: 'own' });
    expect(a.slug).toBe('own');
    expect(log).toEqual([
      ['append', part],
      ['title', 'Hello', null],
      ['slug', 'hello', null],
      ['slug', 'own', 'hello'],
    ]);
    log.length = 0;
    expect(new A({ slug: 'own', title: 'Hello' }).slug).toBe('hello');
    a.parts.remove(part);
    expect(log.at(-1)).toEqual(['remove', part]);
    for (const stop of stops) stop();
    log.length = 0;
    a.title = 'Other';
    expect(log).toEqual([]);
    expect(() => listen(A, 'beforeNoon' as never, () => {})).toThrow(/no event 'beforeNoon'/);
    expect(() => listen(A.c.title, 'append' as never, (() => {}) as never)).toThrow(/no event 'append'/);
    expect(() => listen({} as never, 'set', (() => {}) as never)).toThrow(MappingError);
  });

  test('validators check or change each value, the constructor’s too', () => {
    const schema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value: unknown) =>
          typeof value === 'string' && value.includes('@') ? { value: value.toLowerCase() } : { issues: [{ message: 'no @' }] },
      },
    } as const;
    class A extends db.Model('validated', {
      id: t.integer().primaryKey(),
      email: t.string().validate(schema),
      age: t
        .integer()
        .nullable()
        .validate((age) => {
          if (age < 0) throw new RangeError('negative');
        })
        .validate((age) => Math.round(age)),
    }) {}
    const a = new A({ email: 'ANN@X', age: 4.6 });
    expect([a.email, a.age]).toEqual(['ann@x', 5]);
    expect(() => new A({ email: 'ann' })).toThrow(ValidationError);
    try {
      a.email = 'nope';
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ attribute: 'email', code: 'orm.invalid-value', message: 'A.email refused the value: no @' });
    }
    expect(() => {
      a.age = -1;
    }).toThrow(RangeError);
    expect([a.email, a.age]).toEqual(['ann@x', 5]);
    a.age = null;
    expect(a.age).toBeNull();
    class Slow extends db.Model('slow', {
      id: t.integer().primaryKey(),
      x: t.string().validate({ '~standard': { version: 1, vendor: 'test', validate: () => Promise.resolve({ value: 'x' }) } } as never),
    }) {}
    expect(() => new Slow({ x: 'x' })).toThrow(/synchronous schema/);
  });

  test('toJSON() and inspect leave sensitive columns out', () => {
    class User extends db.Model('secretive', {
      id: t.integer().primaryKey(),
      name: t.string(),
      password: t.string().sensitive(),
      get notes() {
        return hasMany(Note);
      },
    }) {}
    class Note extends db.Model('secret_notes', {
      id: t.integer().primaryKey(),
      body: t.text(),
      userId: t.integer().references('secretive.id'),
      get user() {
        return belongsTo(User);
      },
    }) {}
    const user = new User({ id: 1, name: 'ann', password: 'hunter2', notes: [new Note({ body: 'x' })] });
    expect(JSON.parse(JSON.stringify(user))).toEqual({ id: 1, name: 'ann', notes: [{ body: 'x' }] });
    expect(show(user)).toBe("<User id=1 name='ann'>");
    expect(`${show(user)} ${JSON.stringify(user)}`).not.toContain('hunter2');
    expect(show(new User())).toBe('<User (transient)>');
  });
});

describe.each(allDatabases)('attributes on $name', (database) => {
  test('every type goes in, is read back, is compared, and is NULL', async () => {
    const db = openDatabase(database);
    class Thing extends db.Model('things', {
      id: t.integer().primaryKey(),
      small: t.smallInteger().nullable(),
      big: t.bigInteger().nullable(),
      text: t.text().nullable(),
      flag: t.boolean().nullable(),
      ratio: t.double().nullable(),
      price: t.numeric(10, 2).nullable(),
      rough: t.numeric(10, 2).asNumber().nullable(),
      day: t.date().nullable(),
      hour: t.time().nullable(),
      at: t.dateTime().nullable(),
      data: t.json<unknown>().nullable(),
      uid: t.uuid().nullable(),
      bytes: t.binary().nullable(),
      color: t.enum(['red', 'blue']).nullable(),
      list: t
        .custom<string[], string>({ type: t.text(), toDatabase: (value) => value.join(','), fromDatabase: (value) => value.split(',') })
        .nullable(),
    }) {}
    await db.createAll();
    const values = {
      small: 7,
      big: 2n ** 62n,
      text: 'größe 😀',
      flag: false,
      ratio: 0.1,
      price: new Decimal('12.30'),
      rough: 1.25,
      day: '2024-02-29',
      hour: '23:59:58',
      at: new Date('2024-02-29T12:34:56.789Z'),
      data: { a: [1, null, 'x'] },
      uid: '0a5b9c1e-7f3d-4e2a-9b8c-112233445566',
      bytes: new Uint8Array([0, 1, 255]),
      color: 'red' as const,
      list: ['a', 'b'],
    };
    await using session = db.createSession();
    session.addAll([new Thing(values), new Thing()]);
    await session.commit();
    await using next = db.createSession();
    const statements = new Statements(db.engine);
    const [full, empty] = await next.query(Thing).orderBy(Thing.c.id).all();
    for (const [key, value] of Object.entries(values)) {
      expect(full[key as keyof typeof values], key).toEqual(value);
      expect(full[key as keyof typeof values], `${key} is kept`).toBe(full[key as keyof typeof values]);
      expect(empty[key as keyof typeof values], `${key} of the other`).toBeNull();
    }
    // better-sqlite3 gives Buffers.
    expect(full.bytes?.constructor).toBe(Uint8Array);
    expect(full.price?.toString()).toBe('12.3');
    statements.takeAll();
    // Equal values are no change.
    Object.assign(full, {
      ...values,
      at: new Date(values.at),
      price: new Decimal('12.3'),
      data: { a: [1, null, 'x'] },
      bytes: new Uint8Array([0, 1, 255]),
      list: ['a', 'b'],
    });
    full.price = 12.3 as never;
    await next.commit();
    expect(statements.takeAll()).toEqual([]);
    Object.assign(empty, values);
    for (const key of Object.keys(values)) Object.assign(full, { [key]: null });
    await next.commit();
    await using last = db.createSession();
    const [nulls, again] = await last.query(Thing).orderBy(Thing.c.id).all();
    for (const [key, value] of Object.entries(values)) {
      expect(key === 'bytes' ? new Uint8Array(again.bytes as Uint8Array) : again[key as keyof typeof values], key).toEqual(value);
      expect(nulls[key as keyof typeof values], key).toBeNull();
    }
  });

  test('a plain number for a Decimal reads as a Decimal', async () => {
    const db = openDatabase(database);
    class Product extends db.Model('products', {
      id: t.integer().primaryKey(),
      price: t.numeric(10, 2),
      old: t.numeric(10, 2).nullable(),
    }) {}
    await db.createAll();
    await using session = db.createSession();
    const product = new Product({ price: 5 as never, old: '7.25' as never });
    session.add(product);
    await session.commit();
    expect(product.price).toBeInstanceOf(Decimal);
    expect(product.price.plus(1).toString()).toBe('6');
    expect(product.old?.toString()).toBe('7.25');
    product.price = 5.5 as never;
    expect(product.price.toFixed(2)).toBe('5.50');
    await session.commit();
    await session.refresh(product);
    expect(product.price.toFixed(2)).toBe('5.50');
    expect(JSON.parse(JSON.stringify(product)).price).toBe('5.5');
  });

  test('JSON that is changed from within is written at the flush', async () => {
    const db = openDatabase(database);
    class Doc extends db.Model('docs', { id: t.integer().primaryKey(), data: t.json<{ tags: string[] }>() }) {}
    await db.createAll();
    await using session = db.createSession();
    const doc = new Doc({ data: { tags: ['a'] } });
    session.add(doc);
    await session.commit();
    doc.data.tags.push('b');
    await session.commit();
    doc.data.tags.push('c');
    await session.commit();
    await using next = db.createSession();
    const statements = new Statements(db.engine);
    const read = await next.query(Doc).one();
    expect(read.data.tags).toEqual(['a', 'b', 'c']);
    await next.commit();
    expect(statements.summary()).toEqual(['SELECT docs']);
    read.data.tags.length = 1;
    await next.flush();
    expect(statements.summary()).toEqual(['UPDATE docs']);
    await next.flush();
    expect(statements.takeAll()).toEqual([]);
    expect(inspect(read).modified).toBe(false);
    const before = read.data;
    read.data.tags.push('gone');
    read.data = { tags: ['new'] };
    await next.rollback();
    expect(read.data).toEqual({ tags: ['a', 'b', 'c'] });
    expect(read.data).not.toBe(before);
  });

  test('JSON that is set to what it was can still be changed from within', async () => {
    const db = openDatabase(database);
    class Doc extends db.Model('docs', {
      id: t.integer().primaryKey(),
      data: t.json<{ tags: string[] }>(),
      list: t.array(t.integer()),
      revision: t.integer().version(),
    }) {}
    await db.createAll();
    await using session = db.createSession();
    session.add(new Doc({ data: { tags: ['a'] }, list: [1] }));
    await session.commit();
    session.expungeAll();
    const doc = await session.query(Doc).one();
    doc.data = { tags: ['a'] };
    doc.list = [1];
    await session.commit();
    expect([doc.revision, inspect(doc).modified]).toEqual([1, false]);
    doc.data.tags.push('b');
    await session.commit();
    doc.list.push(2);
    await session.commit();
    expect(doc.revision).toBe(3);
    await session.refresh(doc);
    expect([doc.data, doc.list]).toEqual([{ tags: ['a', 'b'] }, [1, 2]]);
  });

  test('arrays are changed from within whatever they hold', async () => {
    const db = openDatabase(database);
    class Doc extends db.Model('docs', {
      id: t.integer().primaryKey(),
      big: t.array(t.bigInteger()),
      real: t.array(t.double()),
      price: t.array(t.numeric(10, 2).asNumber()),
      at: t.array(t.dateTime()),
      bytes: t.array(t.binary()),
      data: t.json<Record<string, unknown>>(),
    }) {}
    await db.createAll();
    await using session = db.createSession();
    session.add(new Doc({ big: [1n], real: [1.5], price: [1.5], at: [new Date(0)], bytes: [new Uint8Array([1])], data: {} }));
    await session.commit();
    session.expungeAll();
    const doc = await session.query(Doc).one();
    const statements = new Statements(db.engine);
    await session.commit();
    expect(statements.takeAll()).toEqual([]);
    doc.big.push(2n ** 60n);
    doc.real[0] = 2.5;
    doc.price.pop();
    doc.at[0].setTime(5000);
    doc.bytes[0][0] = 7;
    await session.commit();
    expect(statements.summary()).toEqual(['UPDATE docs']);
    await session.refresh(doc);
    expect([doc.big, doc.real, doc.price, doc.at, doc.bytes]).toEqual([
      [1n, 2n ** 60n],
      [2.5],
      [],
      [new Date(5000)],
      [new Uint8Array([7])],
    ]);
    doc.data.wide = 5n;
    await expect(session.commit()).rejects.toThrow('docs.data is of type json and takes a value that JSON can hold');
    await session.rollback();
  });

  test('NULL takes the place of the null inside JSON, and that the place of NULL', async () => {
    const db = openDatabase(database);
    class Doc extends db.Model('docs', { id: t.integer().primaryKey(), data: t.json().nullable() }) {}
    await db.createAll();
    await using session = db.createSession();
    const doc = new Doc({ data: jsonNull });
    session.add(doc);
    await session.commit();
    const nulls = () => session.query(Doc).filter(Doc.c.data.isNull()).count();
    expect(await nulls()).toBe(0);
    for (const again of [false, true]) {
      if (again) await session.refresh(doc);
      doc.data = null;
      await session.commit();
      expect(await nulls()).toBe(1);
      doc.data = jsonNull;
      await session.commit();
      expect(await nulls()).toBe(0);
    }
    await session.refresh(doc);
    expect(doc.data).toBe(null);
  });

  test('defaults: values, functions, the server’s, and onUpdate', async () => {
    const db = openDatabase(database);
    let clock = 0;
    class Row extends db.Model('records', {
      id: t.integer().primaryKey(),
      name: t.string(),
      kind: t.string().default('plain'),
      serial: t.integer().default(() => ++clock),
      note: t.string().nullable().default('note'),
      stamp: t
        .integer()
        .nullable()
        .onUpdate(() => ++clock),
      made: t.integer().serverDefault(sql`42`),
    }) {}
    await db.createAll();
    const statements = new Statements(db.engine);
    await using session = db.createSession();
    const rows = [new Row({ name: 'a' }), new Row({ name: 'b', kind: 'own', made: 1 }), new Row({ name: 'c', note: null })];
    expect(rows[0].kind).toBeUndefined();
    session.addAll(rows);
    await session.commit();
    // Without RETURNING what the server fills in is read.
    const kinds = database.returning ? ['INSERT records'] : ['INSERT records', 'SELECT records'];
    expect([...new Set(statements.summary())]).toEqual(kinds);
    expect(rows.map((row) => [row.kind, row.serial, row.stamp, row.made])).toEqual([
      ['plain', 1, null, 42],
      ['own', 2, null, 1],
      ['plain', 3, null, 42],
    ]);
    expect(rows.map((row) => row.note)).toEqual(['note', 'note', null]);
    expect(statements.takeAll()).toEqual([]);
    rows[0].name = 'x';
    await session.commit();
    expect(rows[0].stamp).toBe(4);
    rows[0].name = 'y';
    rows[0].stamp = 100;
    await session.commit();
    expect(rows[0].stamp).toBe(100);
    expect(await session.all(text('SELECT name, stamp FROM records ORDER BY id'))).toEqual([
      { name: 'y', stamp: 100 },
      { name: 'b', stamp: null },
      { name: 'c', stamp: null },
    ]);
  });

  test('an expression as a value is written as SQL and read back', async () => {
    const db = openDatabase(database);
    class Counter extends db.Model('counters', { id: t.integer().primaryKey(), n: t.integer() }) {}
    await db.createAll();
    await using session = db.createSession();
    session.add(new Counter({ n: 1 }));
    await session.commit();
    await session.query(Counter).update({ n: Counter.c.n.plus(4) }, { all: true });
    expect((await session.query(Counter).one()).n).toBe(5);
  });

  test('text keys with odd characters, and columns with reserved names', async () => {
    const db = openDatabase(database);
    class Odd extends db.Model('order', {
      key: t.string(50).primaryKey(),
      group: t.string().named('group'),
      from: t.integer().named('Select From'),
    }) {}
    await db.createAll();
    await using session = db.createSession();
    session.add(new Odd({ key: 'a\'b"c', group: 'g', from: 1 }));
    await session.commit();
    session.expungeAll();
    const odd = await session.get(Odd, 'a\'b"c');
    expect([odd?.group, odd?.from]).toEqual(['g', 1]);
  });
});
