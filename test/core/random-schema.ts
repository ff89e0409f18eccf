import { type Column, check, index, MetaData, primaryKey, Sequence, sql, Table, type TableItem, t, unique } from '../../src/index.ts';
import { rawSql } from '../../src/sql/raw-text.ts';
import type { TestDatabase } from '../setup/databases.ts';
import type { Random } from './random-values.ts';

type Family = TestDatabase['family'];
type Columns = Readonly<Record<string, never>>;

const WORDS = [
  'select',
  'Two Words',
  'p.q',
  "it's",
  'naïve_ß',
  '漢字',
  '%(x)s',
  'a:b',
  '$1',
  'back\\slash',
  'Upper',
  'order',
  'x"y',
  'a`b',
  '[br]',
  '$x{}',
  '--',
  'limit',
];

/** A name that nobody else has: plain, or of characters that need quotes. */
function name(random: Random, taken: Set<string>, what: string): string {
  for (;;) {
    const plain = random.below(3) > 0;
    const made = plain ? `${what}_${random.below(1000)}` : `${random.of(WORDS)}${random.below(2) === 0 ? '' : random.below(100)}`;
    // SQLite and MariaDB compare names without case; an index may not be called as a table is.
    const key = made.toLowerCase();
    if (taken.has(key)) continue;
    taken.add(key);
    return made;
  }
}

interface Made {
  readonly column: Column;
  /** What it holds: who may be indexed, checked and computed from. */
  readonly holds: 'number' | 'text' | 'moment' | 'other';
}

/** A column of any type, with a default that fits it. */
function anyColumn(random: Random, family: Family): Made {
  const kinds: (() => Made)[] = [
    () => number(t.integer(), random.of([0, 1, -1, 2147483647])),
    () => number(t.smallInteger(), random.of([0, -5, 32767])),
    () => number(t.tinyInteger(), 7),
    () => number(t.mediumInteger(), 70000),
    () => number(t.bigInteger(), random.of([0n, -1n, 9007199254740993n])),
    () => number(t.numeric(random.between(5, 12), random.between(1, 4)), random.of(['0', '-1.5', '7'])),
    () => number(t.double(), random.of([0, -1.5, 1e20])),
    () => number(t.float(), random.of([0, -1.5])),
    () => text(t.string(random.between(1, 200)), ''),
    () =>
      text(
        t.string(random.between('CURRENT_DATE'.length, 200)),
        random.of(["it's", 'a\\b', 'NULL', '1', 'ünï 漢', 'x; --', 'CURRENT_DATE']),
      ),
    () => text(t.char(random.between(1, 30)), 'x'),
    () => ({ column: defaulted(t.text(), family === 'mysql' ? sql`${'long'}` : 'long'), holds: 'other' }),
    () => ({ column: defaulted(t.boolean(), random.below(2) === 0), holds: 'other' }),
    () => ({ column: defaulted(t.date(), '2020-01-31'), holds: 'moment' }),
    () => ({ column: defaulted(t.time(), '10:30:00'), holds: 'other' }),
    () => ({ column: defaulted(t.dateTime(), random.of([sql`CURRENT_TIMESTAMP`, new Date('2020-01-31T10:00:00Z')])), holds: 'moment' }),
    () => ({ column: defaulted(t.dateTime({ precision: random.between(0, 6) }), sql`CURRENT_TIMESTAMP`), holds: 'moment' }),
    () => ({ column: defaulted(t.json(), { a: [1, "it's"] }), holds: 'other' }),
    () => ({ column: defaulted(t.jsonb(), []), holds: 'other' }),
    () => ({ column: defaulted(t.uuid(), '00000000-0000-4000-8000-000000000000'), holds: 'other' }),
    () => ({ column: random.below(2) === 0 ? t.binary() : t.binary(random.between(1, 40)), holds: 'other' }),
    () => ({ column: defaulted(t.enum(['a', "it's", 'B'] as const), "it's"), holds: 'other' }),
    () => ({ column: t.bit(random.between(1, 8)), holds: 'other' }),
    () => ({ column: t.interval(), holds: 'other' }),
    () => ({ column: t.array(t.integer()), holds: 'other' }),
  ];
  if (family === 'postgresql')
    kinds.push(
      () => ({ column: t.dateTime({ timezone: true, precision: random.between(0, 6) }), holds: 'moment' }),
      () => ({ column: t.time({ timezone: true }), holds: 'other' }),
      () => ({ column: defaulted(t.enum(['sad', 'ok'] as const, { name: 'mood' }), 'ok'), holds: 'other' }),
      () => ({ column: t.array(t.enum(['sad', 'ok'] as const, { name: 'mood' })), holds: 'other' }),
      () => ({ column: t.array(t.string(20), { dimensions: 2 }), holds: 'other' }),
      () => ({ column: defaulted(t.interval({ precision: 3 }), 'P1DT2H'), holds: 'other' }),
      () => ({ column: t.native('inet'), holds: 'other' }),
      () => ({ column: defaulted(t.uuid(), sql`gen_random_uuid()`), holds: 'other' }),
    );
  if (family === 'mysql')
    kinds.push(
      () => ({ column: t.text({ size: random.of(['tiny', 'medium', 'long'] as const) }), holds: 'other' }),
      () => ({ column: t.binary(undefined, { size: random.of(['tiny', 'medium', 'long'] as const) }), holds: 'other' }),
      () => number(t.bigInteger({ unsigned: true }), 18446744073709551615n),
      () => number(t.integer({ unsigned: true }), 4294967295),
      () => ({ column: t.native("set('a','b')"), holds: 'other' }),
    );
  return random.of(kinds)();

  function defaulted<C>(column: C, value: unknown): C {
    return random.below(2) === 0 ? column : (column as { serverDefault(value: unknown): C }).serverDefault(value);
  }
  function number(column: unknown, value: unknown): Made {
    return { column: defaulted(column as Column, value), holds: 'number' };
  }
  function text(column: Column<string, false, false>, value: string): Made {
    const collations = { sqlite: ['NOCASE', 'RTRIM'], postgresql: ['C', 'POSIX'], mysql: ['utf8mb4_bin', 'utf8mb4_unicode_ci'] }[family];
    const own = random.below(4) === 0 ? column.collate(random.of(collations)) : column;
    return { column: defaulted(own, value) as unknown as Column, holds: 'text' };
  }
}

/** A schema of whatever a database can express, that of one seed always the same. */
export function randomSchema(random: Random, family: Family): MetaData {
  const metadata = new MetaData();
  const tables: Table[] = [];
  const names = new Set<string>();
  if (family !== 'sqlite' && random.below(2) === 0)
    metadata.sequences.set(
      'tick',
      new Sequence<unknown>('tick', { start: 10, increment: random.between(1, 5), cache: 3, type: t.bigInteger() as never }),
    );
  for (let count = random.between(1, 5); count > 0; count--) tables.push(randomTable(random, family, metadata, tables, names));
  return metadata;
}

function randomTable(random: Random, family: Family, metadata: MetaData, others: readonly Table[], names: Set<string>): Table {
  const own = new Set<string>();
  const shape: Record<string, Column> = {};
  const holds: { readonly name: string; readonly holds: Made['holds'] }[] = [];
  const add = (column: unknown, what: Made['holds']): string => {
    const called = name(random, own, 'c');
    const noted =
      family !== 'sqlite' && random.below(6) === 0 ? (column as Column).comment("a 'note' \\ of\ntwo lines") : (column as Column);
    shape[called] = noted.named(called) as Column;
    holds.push({ name: called, holds: what });
    return called;
  };
  const keys: string[] = [];
  const kind = random.below(5);
  if (kind < 2) keys.push(add(random.of([t.integer(), t.bigInteger()]).primaryKey(), 'number'));
  else if (kind === 2 && family === 'postgresql')
    keys.push(
      add(
        t
          .integer()
          .primaryKey()
          .identity(random.of([{}, { always: true }, { start: 5, increment: 3, cache: 7, cycle: true }])),
        'number',
      ),
    );
  else if (kind === 3) keys.push(add(t.string(40).primaryKey(), 'text'));
  else if (kind === 4) keys.push(add(t.integer(), 'number'), add(t.string(30), 'text'));
  for (let count = random.between(1, 7); count > 0; count--) {
    const { column, holds: what } = anyColumn(random, family);
    add(random.below(2) === 0 ? column : column.nullable(), what);
  }
  const numbers = holds.filter((one) => one.holds === 'number' && !keys.includes(one.name)).map((one) => one.name);
  const texts = holds.filter((one) => one.holds === 'text').map((one) => one.name);
  const quote = (column: string): string =>
    family === 'mysql' ? `\`${column.replaceAll('`', '``')}\`` : `"${column.replaceAll('"', '""')}"`;
  if (numbers.length > 0 && random.below(3) === 0) {
    const stored = family === 'postgresql' || random.below(2) === 0;
    add(
      t
        .double()
        .computed(rawSql(`${quote(random.of(numbers))} * 2`) as never, { stored })
        .nullable(),
      'other',
    );
  }
  const references: (readonly [string[], Table, string[]])[] = [];
  const targets = others.filter(({ primaryKey: key }) => key !== null);
  if (targets.length > 0 && random.below(2) === 0) {
    const target = random.of(targets);
    const key = target.primaryKey?.columns ?? [];
    const columns = key.map((column) => {
      const like =
        column.type.name === 'string' ? t.string(column.type.length) : column.type.name === 'bigInteger' ? t.bigInteger() : t.integer();
      return add(like.nullable(), 'other');
    });
    references.push([columns, target, key.map((column) => column.name)]);
  }
  const constraints = (c: Columns): TableItem[] => {
    const named = (what: string): string => name(random, names, what);
    const items: TableItem[] = [];
    if (kind === 4) items.push(primaryKey(c[keys[1]], c[keys[0]]).named(named('pk')));
    const indexed = [...numbers, ...texts, ...holds.filter((one) => one.holds === 'moment').map((one) => one.name)];
    if (indexed.length > 1 && random.below(2) === 0) items.push(unique(c[indexed[0]], c[indexed[1]]).named(named('uq')));
    if (indexed.length > 0)
      for (let count = random.below(3); count > 0; count--) {
        const first = c[random.of(indexed)] as unknown as { desc(): never; asc(): { nullsFirst(): never } };
        const form = random.below(family === 'postgresql' ? 6 : 4);
        let own = index(form === 1 ? first.desc() : form === 5 ? first.asc().nullsFirst() : (first as never)).named(named('ix'));
        if (form === 2 && family !== 'mysql') own = own.where(rawSql(`${quote(random.of(indexed))} IS NOT NULL`) as never);
        if (form === 3 && family !== 'mysql' && texts.length > 0)
          own = index(rawSql(`lower(${quote(random.of(texts))})`) as never).named(named('ix'));
        if (form === 4)
          own = index(first as never)
            .include(c[indexed[0]])
            .with({ fillfactor: 70 })
            .named(named('ix'));
        items.push(random.below(4) === 0 && form < 2 ? own.unique() : own);
      }
    for (const column of numbers.slice(0, random.below(3)))
      items.push(check(rawSql(`${quote(column)} > -100 OR ${quote(column)} IN (-300, -200)`) as never, named('ck')));
    for (const [columns, target, targetColumns] of references)
      items.push({
        '~definition': {
          kind: 'foreignKey',
          name: named('fk'),
          columns: columns.map((column) => c[column]),
          target: targetColumns,
          // As the reflection says it: the name of a table, and of a column, may have dots.
          targetTable: target.name,
          onDelete: random.of([undefined, 'cascade', 'set null', 'restrict'] as const),
          onUpdate: random.of([undefined, 'cascade', 'no action'] as const),
          ...(family !== 'mysql' && random.below(3) === 0
            ? { deferrable: true, initially: random.of(['deferred', 'immediate'] as const) }
            : {}),
        },
      });
    return items;
  };
  const lone = keys.length === 1 && kind < 2;
  const options = {
    sqlite: {
      ...(lone && random.below(4) === 0 ? { autoincrement: true } : {}),
      ...(keys.length > 0 && kind >= 3 && random.below(3) === 0 ? { withoutRowid: true } : {}),
    },
    postgresql: random.below(4) === 0 ? { unlogged: true } : random.below(3) === 0 ? { with: { fillfactor: 80 } } : {},
    mysql: random.below(4) === 0 ? { rowFormat: 'COMPRESSED' } : {},
  };
  // A table that is logged may not refer to one that is not.
  const { unlogged: _none, ...logged } = options.postgresql as { unlogged?: boolean };
  return new Table(metadata, name(random, names, 't'), shape, {
    constraints: constraints as never,
    ...options,
    postgresql: logged,
    ...(family !== 'sqlite' && random.below(3) === 0 ? { comment: `It's "the" table \\ of\n${random.below(9)}` } : {}),
  }) as unknown as Table;
}
