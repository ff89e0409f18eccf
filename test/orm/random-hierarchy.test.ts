import { describe, expect, test } from 'vitest';
import { randomNumbers } from '../core/random-values.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { firstSeed as first, isOneSeed } from '../setup/seed.ts';
import { openCompany } from './hierarchy-models.ts';

// Random work on a hierarchy, compared with plain records: every way of reading gives the same objects as the records.
// ATHANOR_SEED=… runs one seed; ATHANOR_RUNS=… another number of them.

interface Person {
  kind: string;
  name: string;
  extra: number | string | null;
  manager: number | null;
}
type Records = Map<number, Person>;

const runs = isOneSeed ? 1 : Number(process.env.ATHANOR_RUNS ?? 3);
const CASES = allDatabases
  .filter((database) => !database.name.includes('file'))
  .flatMap((database) =>
    (['inline', 'selectin'] as const).flatMap((load) => [true, false].map((joined) => ({ database, joined, load, name: database.name }))),
  );

describe.each(CASES)('random hierarchies on $name (joined: $joined, $load)', ({ database, joined, load }) => {
  test(`agree with plain records (seeds from ${first})`, { timeout: 600_000 }, async () => {
    const { db, Employee, Manager, Executive, Engineer } = await openCompany(database, joined, load);
    for (let run = 0; run < runs; run++) {
      const seed = first + run;
      const next = randomNumbers(seed);
      const below = (n: number) => Math.floor(next() * n);
      const pick = <T>(list: readonly T[]): T => list[below(list.length)];
      const session = db.createSession();
      await session.query(Engineer).delete({ all: true });
      await session.query(Employee).delete({ all: true });
      await session.commit();
      let records: Records = new Map();
      let committed: Records = new Map();
      const copy = (from: Records): Records => new Map([...from].map(([id, person]) => [id, { ...person }]));
      const add = async (): Promise<void> => {
        const name = `n${below(5)}`;
        const kind = pick(['employee', 'manager', 'executive', 'engineer']);
        const boss = pick([null, ...[...records].filter(([, { kind: k }]) => k === 'manager' || k === 'executive').map(([id]) => id)]);
        const extra = kind === 'employee' ? null : kind === 'engineer' ? `l${below(3)}` : below(100);
        const object =
          kind === 'employee'
            ? new Employee({ name })
            : kind === 'engineer'
              ? new Engineer({ name, language: String(extra), manager: boss === null ? null : await session.get(Manager, boss) })
              : kind === 'manager'
                ? new Manager({ name, budget: Number(extra) })
                : new Executive({ name, budget: Number(extra) });
        session.add(object);
        await session.flush();
        records.set(object.id, { kind, name, extra, manager: kind === 'engineer' ? boss : null });
      };
      const change = async (): Promise<void> => {
        const [id, person] = pick([...records]);
        const object = await session.get(Employee, id);
        if (next() < 0.5) {
          person.name = `n${below(5)}`;
          if (object !== null) object.name = person.name;
        } else if (object instanceof Engineer) {
          person.extra = `l${below(3)}`;
          object.language = person.extra;
        } else if (object instanceof Manager) {
          person.extra = below(100);
          object.budget = person.extra;
        }
      };
      const remove = async (): Promise<void> => {
        const [id] = pick([...records]);
        session.delete((await session.get(Employee, id)) as object);
        await session.flush();
        records.delete(id);
        for (const person of records.values()) if (person.manager === id) person.manager = null;
      };
      const check = async (): Promise<void> => {
        const fresh = next() < 0.5;
        if (fresh) {
          await session.flush();
          session.expungeAll();
        }
        // A collection that is there already is loaded by statements of its own.
        const strategy = fresh ? pick(['joined', 'selectin'] as const) : 'selectin';
        const expected = [...records].sort(([a], [b]) => a - b);
        const seen = (await session.query(Employee).orderBy(Employee.c.id).all()).map((e) => [
          e.id,
          {
            kind: e.type,
            name: e.name,
            extra: e instanceof Engineer ? e.language : e instanceof Manager ? e.budget : null,
            manager: e instanceof Engineer ? e.managerId : null,
          },
        ]);
        expect(seen, `seed ${seed}`).toEqual(expected);
        const ids = (test: (person: Person) => boolean) => expected.filter(([, person]) => test(person)).map(([id]) => id);
        const managers = await session.query(Manager).with({ reports: strategy }).orderBy(Manager.c.id).all();
        expect(
          managers.map(({ id }) => id),
          `seed ${seed}`,
        ).toEqual(ids(({ kind }) => kind === 'manager' || kind === 'executive'));
        for (const manager of managers)
          expect(
            [...manager.reports].map(({ id }) => id).sort((a, b) => a - b),
            `seed ${seed}`,
          ).toEqual(ids((person) => person.manager === manager.id));
        const name = `n${below(5)}`;
        expect(await session.query(Engineer).filterBy({ name }).count(), `seed ${seed}`).toBe(
          ids((person) => person.kind === 'engineer' && person.name === name).length,
        );
      };
      for (let step = 0; step < 25; step++) {
        const choice = next();
        if (records.size === 0 || choice < 0.4) await add();
        else if (choice < 0.6) await change();
        else if (choice < 0.7) await remove();
        else if (choice < 0.78) {
          await session.commit();
          committed = copy(records);
        } else if (choice < 0.84) {
          await session.rollback();
          records = copy(committed);
        } else await check();
      }
      await session.rollback();
      records = copy(committed);
      await check();
      await session.close();
    }
  });
});
