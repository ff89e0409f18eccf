import type { ReflectedColumn, ReflectedIndex, ReflectedTable } from '../dialects/base/reflection.ts';
import type { Index, Table, TableColumn } from '../sql/schema.ts';
import { compareChecks, compareExcludes, compareForeignKeys, dropUnique, type TableDifference } from './compare-constraints.ts';
import type { Change, ComparedDialect, Comparison } from './comparison.ts';
import { columnBuilder, draftColumn, isOwnIndex, isOwnUnique, tableFromReflection } from './draft.ts';
import type { Operation } from './operation.ts';
import { domainChain } from './own-type-pairs.ts';
import { sameIndex, sameSet, sameUnique } from './same-parts.ts';

/** A default that is none: PostgreSQL keeps the type with it. */
const NO_VALUE = /^null(?:::[\w "[\](),.]+)?$/i;

/** What one table of the models and one of the database do not share. */
export function compareTable(table: Table, reflected: ReflectedTable, dialect: ComparedDialect): Comparison {
  return new TableComparison(table, reflected, dialect).run();
}

class TableComparison {
  readonly #table: Table;
  readonly #reflected: ReflectedTable;
  readonly #dialect: ComparedDialect;
  readonly #draft: Table;
  readonly #added: readonly TableColumn[];
  readonly #removed: readonly ReflectedColumn[];
  readonly #changes: Change[] = [];
  readonly #problems: string[] = [];
  readonly #warnings: string[] = [];
  readonly #difference: TableDifference;

  constructor(table: Table, reflected: ReflectedTable, dialect: ComparedDialect) {
    this.#table = table;
    this.#reflected = reflected;
    this.#dialect = dialect;
    this.#draft = tableFromReflection(reflected, dialect.ddl);
    this.#added = table.columns.filter((column) => !reflected.columns.some((other) => other.name === column.name));
    this.#removed = reflected.columns.filter((column) => !table.columns.some((other) => other.name === column.name));
    this.#difference = {
      table,
      reflected,
      dialect,
      draft: this.#draft,
      added: this.#added,
      removed: this.#removed,
      changes: this.#changes,
      problems: this.#problems,
    };
  }

  run(): Comparison {
    const columns = this.#table.columns.filter((column) => !this.#added.includes(column));
    for (const column of columns)
      this.#compareColumn(column, this.#reflected.columns.find((other) => other.name === column.name) as ReflectedColumn);
    this.#comparePrimaryKey();
    this.#compareTableOptions();
    const { added, dropped } = this.#compareIndexes();
    // Indexes and checks go before the columns that they stand on, and come after them.
    this.#changes.push(...dropped);
    const checks = compareChecks(this.#difference);
    for (const column of this.#added) this.#addColumn(column);
    this.#changes.push(...added, ...checks);
    compareForeignKeys(this.#difference);
    compareExcludes(this.#difference);
    for (const column of this.#removed) this.#dropColumn(column);
    this.#guessRenames();
    return { changes: this.#changes, problems: this.#problems, warnings: this.#warnings };
  }

  #change(upgrade: Operation, downgrade: Operation): Change {
    return { upgrade: [upgrade], downgrade: [downgrade] };
  }

  #compareColumn(column: TableColumn, other: ReflectedColumn): void {
    const { ddl } = this.#dialect;
    const where = `${this.#table.name}.${column.name}`;
    const differs = (what: string, model: string, database: string): void => {
      this.#problems.push(
        `'${where}': the ${what} is ${model} in the models and ${database} in the database; altering a column is not there yet.`,
      );
    };
    const type = ddl.typeName(column.type, column);
    if (!ddl.sameType(type, other.type)) differs('type', type, other.type || 'not given');
    // A column takes no NULL where its domain does not, whatever was said of the column.
    const byDomain = column.nullable && domainChain(other.domain).some((domain) => !domain.nullable);
    if (!column.primaryKey && !other.primaryKey && column.nullable !== other.nullable && !byDomain) {
      const word = (nullable: boolean): string => (nullable ? 'nullable' : 'NOT NULL');
      this.#problems.push(
        `'${where}' is ${word(column.nullable)} in the models and ${word(other.nullable)} in the database; altering a column is not there yet.`,
      );
    }
    const counts = column.identity === null && other.autoIncrement !== undefined && !column.primaryKey && !other.primaryKey;
    if (counts && column.autoIncrement !== other.autoIncrement && other.identity == null) {
      const word = (numbered: boolean | undefined): string => (numbered === true ? 'the database' : 'nobody');
      differs('numbering', `by ${word(column.autoIncrement)}`, `by ${word(other.autoIncrement)}`);
    }
    const fallback = column.serverDefault === null ? null : ddl.inline(column.serverDefault.node);
    // NULL is what a column has without a default, and not every database keeps that it was said.
    const [own, there] = [fallback, other.default].map((text) => (text === null || NO_VALUE.test(text) ? null : text));
    const same = own === null || there === null ? own === there : ddl.sameExpression(own, there);
    if (!same) differs('server default', fallback ?? 'none', other.default ?? 'none');
    this.#compareColumnOptions(column, other, differs);
  }

  /** What a database may not have, and then does not say. */
  #compareColumnOptions(
    column: TableColumn,
    other: ReflectedColumn,
    differs: (what: string, model: string, database: string) => void,
  ): void {
    const { ddl } = this.#dialect;
    if (other.computed !== undefined) {
      const own = column.computed;
      const stored = own === null ? false : (own.stored ?? ddl.has.computed === 'stored');
      const expression = own === null ? null : ddl.inline(own.expression.node);
      const there = other.computed;
      const same =
        expression === null || there === null ? expression === there : stored === there.stored && ddl.sameExpression(expression, there.sql);
      const word = (sql: string, kept: boolean): string => `(${sql})${kept ? ' stored' : ''}`;
      if (!same)
        differs(
          'computed expression',
          expression === null ? 'none' : word(expression, stored),
          there === null ? 'none' : word(there.sql, there.stored),
        );
    }
    // To be numbered is to be an identity of which nothing more is said.
    const plain = (own: object | null | undefined): boolean => own != null && Object.keys(own).length === 0;
    const numbered =
      column.identity === null ? column.autoIncrement && plain(other.identity) : other.autoIncrement === true && plain(column.identity);
    const identity = numbered && (column.identity === null || other.identity === null) ? column.identity : other.identity;
    if (identity !== undefined && (column.identity === null) !== (identity === null))
      differs('identity', column.identity === null ? 'none' : 'there', identity === null ? 'none' : 'there');
    else if (identity != null && (column.identity?.always ?? false) !== (identity.always ?? false))
      differs('identity', column.identity?.always ? 'ALWAYS' : 'BY DEFAULT', identity.always ? 'ALWAYS' : 'BY DEFAULT');
    // The words of a type may say one.
    const collation = column.collation ?? / COLLATE (\w+)$/.exec(ddl.typeName(column.type, column))?.[1] ?? null;
    if (other.collation !== undefined && collation !== other.collation)
      differs('collation', collation ?? 'none', other.collation ?? 'none');
    if (other.comment !== undefined && column.comment !== other.comment)
      differs('comment', quotedOrNone(column.comment), quotedOrNone(other.comment));
  }

  #compareTableOptions(): void {
    const { comment, options } = this.#reflected;
    const problem = (what: string, model: string, database: string): void => {
      this.#problems.push(
        `'${this.#table.name}': ${what} is ${model} in the models and ${database} in the database; changing it is not there yet.`,
      );
    };
    if (comment !== undefined && comment !== this.#table.comment)
      problem('the comment', quotedOrNone(this.#table.comment), quotedOrNone(comment));
    for (const [dialect, there] of Object.entries(options ?? {})) {
      const own = (this.#table.options[dialect as keyof Table['options']] ?? {}) as Readonly<Record<string, unknown>>;
      const found = there as Readonly<Record<string, unknown>>;
      for (const key of new Set([...Object.keys(own), ...Object.keys(found)])) {
        // A switch that is off is as good as one that was not named.
        const [model, database] = [own[key] || false, found[key] || false];
        if (JSON.stringify(model) !== JSON.stringify(database)) problem(`the option '${key}'`, String(model), String(database));
      }
    }
  }

  #comparePrimaryKey(): void {
    const model = (this.#table.primaryKey?.columns ?? []).map((column) => column.name).join(', ');
    const database = (this.#reflected.primaryKey?.columns ?? []).join(', ');
    if (model === database) return;
    const word = (columns: string): string => (columns === '' ? 'none' : `(${columns})`);
    this.#problems.push(
      `'${this.#table.name}': the primary key is ${word(model)} in the models and ${word(database)} in the database; changing a primary key is not there yet.`,
    );
  }

  #addColumn(column: TableColumn): void {
    const { ddl } = this.#dialect;
    const reason = ddl.cannotAddColumn(column);
    if (reason !== null) {
      this.#problems.push(`'${this.#table.name}.${column.name}' cannot be added: ${reason}. ${this.#cureForAdding(column)}`);
      return;
    }
    const own = draftColumn(this.#table.name, column.name, columnBuilder(column, { keys: ddl.columnsHoldKeys !== true }));
    const back: Operation[] = [
      ...own.table.uniques.map((unique) => ({
        kind: 'dropConstraint' as const,
        table: this.#table,
        name: unique.name,
        type: 'unique' as const,
      })),
      ...own.table.indexes.map((index) => ({ kind: 'dropIndex' as const, table: this.#table, name: index.name })),
      { kind: 'dropColumn', table: this.#table, column: column.name },
    ];
    this.#changes.push({ upgrade: [{ kind: 'addColumn', column: own }], downgrade: back });
  }

  #cureForAdding(column: TableColumn): string {
    if (column.computed !== null) return 'Say { stored: false } with it, or build the table anew in a migration of your own.';
    if (column.primaryKey || column.nullable)
      return 'Make it nullable without a default, or build the table anew in a migration of your own.';
    const given = column.default !== null && 'value' in column.default ? column.default.value : undefined;
    const plain = typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean';
    const example = plain ? `sql\`\${${JSON.stringify(given).replaceAll('"', "'")}}\`` : 'sql`…`';
    const why = column.default === null ? '' : ' (.default() is for rows that the program makes)';
    return `Give it .serverDefault(${example})${why}, or make it .nullable().`;
  }

  #dropColumn(column: ReflectedColumn): void {
    const table = this.#table;
    const where = `${table.name}.${column.name}`;
    if (column.cannotDrop !== null) {
      this.#problems.push(
        `'${where}' is not in the models, and cannot be dropped: ${column.cannotDrop}; building a table anew is not there yet.`,
      );
      return;
    }
    const source = this.#draft.columns.find((other) => other.name === column.name) as TableColumn;
    // Its indexes are dropped, and made again, by steps of their own.
    const own = draftColumn(table.name, column.name, columnBuilder(source, { indexes: false, keys: !this.#dialect.ddl.altersConstraints }));
    const reason = this.#dialect.ddl.cannotAddColumn(own);
    const note = reason === null ? this.#lostKeys(source) : `Only an empty table can take this column back: ${reason}.`;
    this.#changes.push(this.#change({ kind: 'dropColumn', table, column: column.name }, { kind: 'addColumn', column: own, note }));
    this.#warnings.push(`The column '${where}' is not in the models any more: it is dropped, with its values.`);
  }

  /** A column brings one foreign key back with it; what is said of those that it had beside it, where none can be added later. */
  #lostKeys(column: TableColumn): string | undefined {
    if (this.#dialect.ddl.altersConstraints) return undefined;
    const [, ...others] = this.#draft.foreignKeys.filter(({ columns }) => columns.length === 1 && columns[0] === column);
    if (others.length === 0) return undefined;
    const keys = others.map((key) => `to ${key.targetTable} (${key.targetColumns.join(', ')})`);
    return `The column comes back without its further foreign key ${keys.join(' and ')}: ${this.#dialect.title} adds none to a table that exists.`;
  }

  /** Uniques and indexes: both are unique to the database, so either may keep what the other promises. */
  #compareIndexes(): { added: Change[]; dropped: Change[] } {
    const table = this.#table;
    const added: Change[] = [];
    const dropped: Change[] = [];
    const isNew = (columns: readonly TableColumn[]): boolean => columns.length === 1 && this.#added.includes(columns[0]);
    const left = new Set(this.#reflected.indexes);
    for (const index of table.indexes) {
      const other = this.#reflected.indexes.find((candidate) => candidate.name === index.name);
      if (other !== undefined) left.delete(other);
      if (other !== undefined && sameIndex(index, other, this.#dialect.ddl)) continue;
      if (other !== undefined) dropped.push(this.#dropIndex(other));
      if (isNew(index.columns) && isOwnIndex(index, index.columns[0])) continue; // it comes with its column
      added.push(this.#change({ kind: 'createIndex', table, index }, { kind: 'dropIndex', table, name: index.name }));
    }
    const uniques = [...this.#reflected.uniques];
    for (const unique of table.uniques) {
      const names = unique.columns.map((column) => column.name);
      const place = uniques.findIndex((other) => sameUnique(unique, other, this.#dialect.ddl));
      if (place !== -1) {
        uniques.splice(place, 1);
        continue;
      }
      const index = [...left].find((other) => other.unique && other.where === null && sameSet(other.columns, names));
      if (index !== undefined) {
        left.delete(index);
        continue;
      }
      if (isNew(unique.columns) && isOwnUnique(unique, unique.columns[0])) continue;
      const back: Operation = { kind: 'dropConstraint', table, name: unique.name, type: 'unique' };
      added.push(this.#change({ kind: 'createUniqueConstraint', table, unique }, back));
    }
    for (const other of uniques) {
      const change = dropUnique(this.#difference, other);
      if (change !== null) dropped.push(change);
    }
    for (const other of left) dropped.push(this.#dropIndex(other));
    return { added, dropped };
  }

  #dropIndex(other: ReflectedIndex): Change {
    const table = this.#table;
    const index = this.#draft.indexes.find((own) => own.name === other.name) as Index;
    return this.#change({ kind: 'dropIndex', table, name: other.name }, { kind: 'createIndex', table, index });
  }

  #guessRenames(): void {
    const { ddl } = this.#dialect;
    for (const gone of this.#removed) {
      const twin = this.#added.find((column) => ddl.sameType(ddl.typeName(column.type, column), gone.type));
      if (twin === undefined) continue;
      this.#warnings.push(
        `'${this.#table.name}.${gone.name}' goes and '${this.#table.name}.${twin.name}' of the same type comes. If it was renamed, replace both steps by op.execute(\`ALTER TABLE ${this.#table.name} RENAME COLUMN ${gone.name} TO ${twin.name}\`), or its values are lost.`,
      );
    }
  }
}

function quotedOrNone(text: string | null): string {
  return text === null ? 'none' : `'${text}'`;
}
