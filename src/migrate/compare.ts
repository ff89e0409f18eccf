import type { ReflectedTable } from '../dialects/base/reflection.ts';
import { MetaData } from '../sql/metadata.ts';
import type { Table } from '../sql/schema.ts';
import { compareDomains } from './compare-domains.ts';
import { compareEnums } from './compare-enums.ts';
import { compareTable } from './compare-table.ts';
import type { Change, ComparedDialect, Comparison } from './comparison.ts';
import { tableFromReflection } from './draft.ts';
import { ownTypePairs, type ReflectedTypes } from './own-type-pairs.ts';
import { VERSION_TABLE } from './version-table.ts';

/**
 * Compares tables of models with those of a database. Pure: it reads no database. Alembic: `compare_metadata`.
 *
 * @param types the enums and domains of the database, for what no column of it has
 * @example const { changes } = compare([...metadata.tables.values()], await dialect.reflect(connection), dialect);
 */
export function compare(
  models: readonly Table[],
  reflected: readonly ReflectedTable[],
  dialect: ComparedDialect,
  types: ReflectedTypes = { enums: [], domains: [] },
): Comparison {
  const changes: Change[] = [];
  const problems: string[] = [];
  const warnings: string[] = [];
  const add = (found: Comparison): void => {
    changes.push(...found.changes);
    problems.push(...found.problems);
    warnings.push(...found.warnings);
  };
  // A new table or column is made with the types as the models have them.
  if (dialect.ddl.has.enumTypes) {
    const pairs = ownTypePairs(models, reflected, types);
    add(compareEnums(pairs.enums, dialect));
    add(compareDomains(pairs.domains, reflected, dialect));
  }
  const found = new Map(reflected.filter((table) => table.name !== VERSION_TABLE).map((table) => [table.name, table]));
  const named = new Set(models.map((table) => table.name));
  for (const { name, kind, columns } of reflected) {
    if (named.has(name)) continue;
    // Parts of a table come and go as its rows do.
    if (kind === 'partition') found.delete(name);
    if (columns.length > 0) continue;
    found.delete(name);
    warnings.push(`The table '${name}' has no columns and no model: it is left as it is.`);
  }

  const kept: [Table, ReflectedTable][] = [];
  const made: Table[] = [];
  for (const table of sorted(models)) {
    // It is there for one connection only.
    if (table.temporary) continue;
    if (table.schema !== null) {
      problems.push(
        `'${table.fullName}' stands in a schema of its own, and only the default schema is compared yet. Take { schema } away.`,
      );
      continue;
    }
    const other = found.get(table.name);
    if (other !== undefined) kept.push([table, other]);
    else made.push(table);
    found.delete(table.name);
  }
  changes.push(...inCircles(made, dialect));

  for (const [table, other] of kept) add(compareTable(table, other, dialect));

  const dropped = new MetaData();
  for (const table of found.values()) tableFromReflection(table, dialect.ddl, dropped);
  const gone = dropped.sortedTables();
  changes.push(
    ...inCircles(gone, dialect)
      .map(({ upgrade, downgrade }) => ({ upgrade: downgrade, downgrade: upgrade }))
      .reverse(),
  );
  for (const table of gone.toReversed()) {
    warnings.push(`The table '${table.name}' has no model any more: it is dropped, with all its rows.`);
    warnings.push(...withoutType(found.get(table.name)));
  }
  return { changes: keysOutside(changes), problems, warnings };
}

/** Foreign keys go before anything that they stand on, and come after all of it, whichever table that is in. */
function keysOutside(changes: readonly Change[]): Change[] {
  const isDropped = ({ upgrade: [step] }: Change): boolean => step.kind === 'dropConstraint' && step.type === 'foreignKey';
  const isCreated = ({ upgrade: [step] }: Change): boolean => step.kind === 'createForeignKey';
  const rest = changes.filter((change) => !isDropped(change) && !isCreated(change));
  return [...changes.filter(isDropped), ...rest, ...changes.filter(isCreated)];
}

/** Steps that create tables in this order. Foreign keys that close a circle are added at the end. */
function inCircles(tables: readonly Table[], { ddl }: ComparedDialect): Change[] {
  const keys: Change[] = [];
  const steps = tables.map((table, i): Change => {
    const later = ddl.forwardReferences ? [] : tables.slice(i + 1).map((other) => other.fullName);
    const without = table.foreignKeys.filter((key) => later.includes(key.targetTable));
    for (const key of without) {
      const targetColumns = table.metadata.resolve(table, key).columns.map((column) => column.name);
      keys.push({
        upgrade: [{ kind: 'createForeignKey', table, key: { ...key, targetColumns } }],
        downgrade: [{ kind: 'dropConstraint', table, name: key.name, type: 'foreignKey' }],
      });
    }
    return {
      upgrade: [{ kind: 'createTable', table, ...(without.length === 0 ? {} : { without }) }],
      downgrade: [{ kind: 'dropTable', table }],
    };
  });
  return [...steps, ...keys];
}

/** Tables so that each comes after those it refers to. */
function sorted(tables: readonly Table[]): Table[] {
  const order = [...new Set(tables.map((table) => table.metadata))].flatMap((metadata) => metadata.sortedTables());
  return order.filter((table) => tables.includes(table));
}

/** A column without a type, as SQLite may have, comes back as text. */
function withoutType(table: ReflectedTable | undefined): string[] {
  const blank = table?.columns.filter((column) => column.type === '') ?? [];
  return blank.map((column) => `'${table?.name}.${column.name}' has no type: the downgrade makes it TEXT.`);
}
