import type { RenderedCheck } from '../dialects/base/dialect.ts';
import type { ReflectedCheck, ReflectedColumn, ReflectedForeignKey, ReflectedTable, ReflectedUnique } from '../dialects/base/reflection.ts';
import { rawNode } from '../sql/raw-text.ts';
import type { ForeignKey, Table, TableColumn } from '../sql/schema.ts';
import type { Change, ComparedDialect } from './comparison.ts';
import { isOwnCheck } from './draft.ts';
import { sameExclude, sameKey } from './same-parts.ts';

/** A table of the models beside that of the database, with what was found so far. */
export interface TableDifference {
  readonly table: Table;
  readonly reflected: ReflectedTable;
  readonly dialect: ComparedDialect;
  /** The database's table as a migration would write it. */
  readonly draft: Table;
  readonly added: readonly TableColumn[];
  readonly removed: readonly ReflectedColumn[];
  readonly changes: Change[];
  readonly problems: string[];
}

/** Whether one of these columns goes. */
export function goes({ removed }: TableDifference, columns: readonly string[]): boolean {
  return columns.some((name) => removed.some((column) => column.name === name));
}

export function compareForeignKeys(difference: TableDifference): void {
  const { table, reflected, dialect, added, changes } = difference;
  const { ddl } = dialect;
  const left = [...reflected.foreignKeys];
  for (const key of table.foreignKeys) {
    const targetColumns = targetColumnsOf(table, key);
    const place = left.findIndex((other) => sameKey(key, targetColumns, other, ddl.restrictsAnyway === true));
    if (place !== -1) {
      const [kept] = left.splice(place, 1);
      if (ddl.columnsHoldKeys === true && losesIndex(difference, kept)) changes.push(dropKey(table, kept), back(dropKey(table, kept)));
      continue;
    }
    const own = table.foreignKeys.find((other) => other.columns.length === 1 && other.columns[0] === key.columns[0]);
    // It comes with its column, unless indexes could not be dropped before it.
    if (own === key && added.includes(key.columns[0]) && ddl.columnsHoldKeys !== true) continue;
    const parts = { ...key, targetColumns };
    if (ddl.altersConstraints)
      changes.push({
        upgrade: [{ kind: 'createForeignKey', table, key: parts }],
        downgrade: [{ kind: 'dropConstraint', table, name: key.name, type: 'foreignKey' }],
      });
    else cannotAdd(difference, `foreign key ${named(key.name)}${describeKey({ ...parts, columns: parts.columns.map((c) => c.name) })}`);
  }
  for (const other of left) {
    if (ddl.altersConstraints && other.name !== null) {
      changes.push(dropKey(table, other));
      // A column that goes says this of itself, in better words.
    } else if (!goes(difference, other.columns)) cannotDrop(difference, `foreign key ${named(other.name)}${describeKey(other)}`);
  }
}

function dropKey(table: Table, other: ReflectedForeignKey): Change {
  const name = other.name as string;
  const key = {
    ...other,
    name,
    columns: other.columns.map((column) => ({ name: column })),
    onDelete: other.onDelete as ForeignKey['onDelete'],
    onUpdate: other.onUpdate as ForeignKey['onUpdate'],
  };
  return {
    upgrade: [{ kind: 'dropConstraint', table, name, type: 'foreignKey' }],
    downgrade: [{ kind: 'createForeignKey', table, key }],
  };
}

function back({ upgrade, downgrade }: Change): Change {
  return { upgrade: downgrade, downgrade: upgrade };
}

/**
 * Whether a foreign key that stays has no index that stays too, where some come or go: MySQL drops none that a key needs, and
 * gives up its own for one that comes. The key has to let go for the time of the migration.
 */
function losesIndex({ draft, changes }: TableDifference, key: ReflectedForeignKey): boolean {
  const serves = ({ columns }: { readonly columns: readonly { readonly name: string }[] }): boolean =>
    key.columns.every((name, i) => columns[i]?.name === name);
  const steps = changes.flatMap(({ upgrade }) => upgrade);
  const dropped = steps.flatMap((step) =>
    step.kind === 'dropIndex' || (step.kind === 'dropConstraint' && step.type === 'unique') ? [step.name] : [],
  );
  const comes = steps.some(
    (step) => (step.kind === 'createIndex' && serves(step.index)) || (step.kind === 'createUniqueConstraint' && serves(step.unique)),
  );
  const before = [...draft.indexes, ...draft.uniques, ...(draft.primaryKey === null ? [] : [draft.primaryKey])].filter(serves);
  return key.name !== null && before.every(({ name }) => dropped.includes(name)) && (comes || before.length > 0);
}

function targetColumnsOf(table: Table, key: ForeignKey): readonly string[] {
  const { metadata } = table;
  return metadata.tables.has(key.targetTable) ? metadata.resolve(table, key).columns.map((column) => column.name) : key.targetColumns;
}

/** Checks that go: before the columns that they name. Gives what adds the others, after the columns that these name. */
export function compareChecks(difference: TableDifference): Change[] {
  const { table, reflected, dialect, added, changes, draft } = difference;
  const { ddl } = dialect;
  const { missing, left } = unlike(
    ddl.checks(table).filter((check) => check.column === null || !added.includes(check.column)),
    reflected.checks,
    (check, other) => ddl.sameExpression(other.sql, check.sql),
  );
  const comes = missing.flatMap(({ name, sql }): Change[] => {
    if (ddl.altersConstraints)
      return [
        {
          upgrade: [{ kind: 'createCheckConstraint', table, name, condition: rawNode(sql) }],
          downgrade: [{ kind: 'dropConstraint', table, name, type: 'check' }],
        },
      ];
    cannotAdd(difference, `check ${named(name)}(${sql})`);
    return [];
  });
  for (const other of left) {
    const { name, sql } = other;
    const away = difference.removed.some((column) => names(sql, column.name));
    // A check that names a column which goes is dropped with it, or keeps it from being dropped.
    if (away && (!ddl.altersConstraints || comesWithColumn(other, draft))) continue;
    const inPlace = dialect.ddl.columnsHoldKeys === true && other.column !== null;
    if (ddl.altersConstraints && name !== null && !inPlace)
      changes.push({
        upgrade: [{ kind: 'dropConstraint', table, name, type: 'check' }],
        downgrade: [{ kind: 'createCheckConstraint', table, name, condition: rawNode(sql) }],
      });
    else if (!away) cannotDrop(difference, `check ${named(name)}(${sql})`);
  }
  return comes;
}

/** Whether the column of a draft says the check. */
function comesWithColumn(check: ReflectedCheck, draft: Table): boolean {
  const own = draft.checks.find(({ name }) => name === check.name);
  return own === undefined || draft.columns.some((column) => isOwnCheck(own, column));
}

/**
 * The checks of the models that the database lacks, and the other way round. The name does not matter, unless one that is
 * missing has the name of one that would stay.
 */
function unlike(
  models: readonly RenderedCheck[],
  there: readonly ReflectedCheck[],
  same: (check: RenderedCheck, other: ReflectedCheck) => boolean,
): { missing: RenderedCheck[]; left: ReflectedCheck[] } {
  const pairs = new Map<RenderedCheck, ReflectedCheck>();
  const taken = (): Set<ReflectedCheck> => new Set(pairs.values());
  for (const check of models) {
    const free = there.filter((other) => same(check, other) && !taken().has(other));
    const twin = free.find(({ name }) => name === check.name) ?? free[0];
    if (twin !== undefined) pairs.set(check, twin);
  }
  for (;;) {
    const missing = models.filter((check) => !pairs.has(check));
    const held = [...pairs].find(([, other]) => missing.some(({ name }) => name === other.name));
    if (held === undefined) return { missing, left: there.filter((other) => !taken().has(other)) };
    pairs.delete(held[0]);
  }
}

export function compareExcludes(difference: TableDifference): void {
  const { table, reflected, dialect } = difference;
  const left = [...(reflected.excludes ?? [])];
  const missing = table.excludes.filter((exclude) => {
    const place = left.findIndex((other) => sameExclude(exclude, other, dialect.ddl));
    if (place !== -1) left.splice(place, 1);
    return place === -1;
  });
  for (const { name } of missing) cannotAdd(difference, `exclude constraint ${named(name)}`.trimEnd());
  for (const other of left)
    if (
      !goes(
        difference,
        other.elements.flatMap(({ column }) => column ?? []),
      )
    )
      cannotDrop(difference, `exclude constraint ${named(other.name)}`.trimEnd());
}

/** What drops a unique constraint and makes it again; null where it is said that it cannot be dropped. */
export function dropUnique(difference: TableDifference, other: ReflectedUnique): Change | null {
  const { table, dialect } = difference;
  const { name, columns, include, deferrable, initially, nullsNotDistinct } = other;
  if (dialect.ddl.altersConstraints && name !== null) {
    const unique = {
      name,
      columns: columns.map((column) => ({ name: column })),
      ...(include === undefined ? {} : { include: include.map((column) => ({ name: column })) }),
      ...(deferrable === true ? { deferrable, initially } : {}),
      ...(nullsNotDistinct === true ? { nullsNotDistinct } : {}),
    };
    return {
      upgrade: [{ kind: 'dropConstraint', table, name, type: 'unique' }],
      downgrade: [{ kind: 'createUniqueConstraint', table, unique }],
    };
  }
  // A column that goes says this of itself, in better words.
  if (!goes(difference, columns)) cannotDrop(difference, `unique constraint ${named(name)}(${columns.join(', ')})`);
  return null;
}

function cannotAdd({ table, dialect, problems }: TableDifference, what: string): void {
  problems.push(
    `'${table.name}' has the ${what} in the models and not in the database; adding it to a table that exists is not there yet for ${dialect.title}.`,
  );
}

function cannotDrop({ table, dialect, problems }: TableDifference, what: string): void {
  problems.push(
    `'${table.name}' has the ${what} in the database and not in the models; dropping it from a table that exists is not there yet for ${dialect.title}.`,
  );
}

function describeKey(key: Omit<ReflectedForeignKey, 'name'>): string {
  const actions = [key.onDelete && ` on delete ${key.onDelete}`, key.onUpdate && ` on update ${key.onUpdate}`].filter(Boolean).join('');
  return `(${key.columns.join(', ')}) → ${key.targetTable} (${key.targetColumns.join(', ')})${actions}`;
}

function named(name: string | null): string {
  return name === null ? '' : `'${name}' `;
}

/** Whether SQL text names a column. */
function names(sql: string, column: string): boolean {
  const escaped = column.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`, 'i').test(sql);
}
