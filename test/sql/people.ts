import { beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import { deleteFrom, insertInto, MetaData, Table, t } from '../../src/index.ts';
import { openTables, shopDatabases } from './shop.ts';

const metadata = new MetaData();

/** People of every kind of value: the last one has none. */
export const person = new Table(metadata, 'person', {
  id: t.integer().primaryKey(),
  first: t.string(40).nullable(),
  last: t.string(40).nullable(),
  gender: t.enum(['male', 'female', 'other']).nullable(),
  age: t.integer().nullable(),
  score: t.double().nullable(),
  money: t.numeric(12, 3).nullable(),
  born: t.date().nullable(),
  seen: t.dateTime().nullable(),
  ok: t.boolean().nullable(),
  data: t.json<{ a?: number; b?: string[]; c?: { d: boolean }; z?: number } | (number | string)[]>().nullable(),
  raw: t.binary().nullable(),
  big: t.bigInteger().nullable(),
  uid: t.uuid().nullable(),
});
export const pet = new Table(metadata, 'pet', {
  id: t.integer().primaryKey(),
  name: t.string(40),
  ownerId: t.integer().nullable().references('person.id'),
  species: t.string(20),
});
export const toy = new Table(metadata, 'toy', {
  id: t.integer().primaryKey(),
  name: t.string(40),
  petId: t.integer().references('pet.id'),
  price: t.double(),
});

/** For what the compiler would not let stand beside each other. */
export const never = (value: unknown): never => value as never;

async function fill(connection: Connection): Promise<void> {
  await connection.execute(
    insertInto(person).values([
      {
        ...{ id: 1, first: 'Ann', last: 'Jones', gender: 'female', age: 30, score: 2.5, money: '10.125', born: '1990-05-17', ok: true },
        ...{ seen: new Date('2024-02-29T12:34:56.789Z'), data: { a: 1, b: ['x', 'y'], c: { d: true } }, raw: new Uint8Array([0, 255, 1]) },
        ...{ big: 9007199254740993n, uid: '0b7bd56a-3c22-4f6e-9d3e-0d6a6d4d9c11' },
      },
      {
        ...{ id: 2, first: 'Bob', last: 'Jones', gender: 'male', age: 40, score: -2.5, money: '-0.05', born: '1970-12-31', ok: false },
        ...{ seen: new Date('2023-12-31T23:59:59.999Z'), data: { a: 3, b: [], c: { d: false } }, raw: new Uint8Array([]) },
        ...{ big: -7n, uid: '1b7bd56a-3c22-4f6e-9d3e-0d6a6d4d9c11' },
      },
      {
        ...{ id: 3, first: 'Zoë_%', last: 'smith', gender: 'other', age: 20, score: 1e21, money: '999999999.999', born: '2000-02-29' },
        ...{ data: [1, 'two'], big: 0n },
      },
      { id: 4 },
    ]),
  );
  await connection.execute(
    insertInto(pet).values([
      { id: 1, name: 'Rex', ownerId: 1, species: 'dog' },
      { id: 2, name: 'Tom', ownerId: 1, species: 'cat' },
      { id: 3, name: 'Ivy', ownerId: 2, species: 'cat' },
      { id: 4, name: 'Stray', ownerId: null, species: 'dog' },
    ]),
  );
  await connection.execute(
    insertInto(toy).values([
      { id: 1, name: 'ball', petId: 1, price: 1.5 },
      { id: 2, name: 'bone', petId: 1, price: 2 },
      { id: 5, name: 'mouse', petId: 3, price: 0.1 },
    ]),
  );
}

/** Values as JSON has them: big integers as `5n`, bytes as a list, and doubles without their last digits. */
function plain(rows: unknown): unknown {
  const text = JSON.stringify(rows, (_key, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (value instanceof Uint8Array) return `bytes ${[...value]}`;
    return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(12)) : value;
  });
  return JSON.parse(text);
}

/** A query, with its parameters if it has some, and the rows that it gives. */
type Case = readonly [() => { readonly '~row': unknown } | readonly [{ readonly '~row': unknown }, Record<string, unknown>], unknown];

/** Tests that each of these queries gives these rows in every database. */
export function agree(subject: string, cases: Readonly<Record<string, Case>>): void {
  describe.each(shopDatabases)(`${subject} on $name`, (database) => {
    let connection: Connection;
    beforeAll(async () => {
      const opened = await openTables(database, metadata);
      connection = opened.connection;
      await fill(connection);
      return opened.close;
    });
    it.each(Object.entries(cases))('%s', async (_name, [make, rows]) => {
      const made = make();
      const [query, parameters] = Array.isArray(made) ? made : [made, undefined];
      expect(plain(await connection.all(never(query), never(parameters)))).toEqual(rows);
    });
  });
}

/** A change, how many rows it is said to have changed, a query, and the rows that it gives then. */
type Change = readonly [() => unknown, number, () => unknown, unknown];

/** Tests that each of these changes does the same in every database. */
export function agreeAfter(subject: string, cases: Readonly<Record<string, Change>>): void {
  describe.each(shopDatabases)(`${subject} on $name`, (database) => {
    let connection: Connection;
    beforeAll(async () => {
      const opened = await openTables(database, metadata);
      connection = opened.connection;
      return opened.close;
    });
    it.each(Object.entries(cases))('%s', async (_name, [change, count, query, rows]) => {
      for (const table of [toy, pet, person]) await connection.execute(deleteFrom(table, { all: true }));
      await fill(connection);
      const { rowCount } = await connection.execute(never(change()));
      expect(plain(await connection.all(never(query())))).toEqual(rows);
      expect(rowCount).toBe(count);
    });
  });
}
