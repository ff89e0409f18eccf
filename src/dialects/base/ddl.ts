import type { Node } from '../../sql/node.ts';
import type { ForeignKey, MetaData, Table, TableColumn } from '../../sql/schema.ts';
import type { SqlType } from '../../sql/type.ts';
import type { DdlCompiler, ForeignKeyParts, IndexParts, RenderedCheck, TableName } from './dialect.ts';
import { type InlineSpelling, renderInline } from './inline.ts';
import { parseTypeWords, sameTypeWords, storedType, type TypeNames, typeWords } from './type-names.ts';

/** What a dialect says so that the statements below are written its way; the statements themselves it may replace one by one. */
export interface DdlRules
  extends Pick<DdlCompiler, 'cannotAddColumn' | 'forwardReferences' | 'altersConstraints' | 'tableExists' | 'schemaChange'> {
  readonly spelling: Omit<InlineSpelling, 'typeName'>;
  readonly types: TypeNames;
  /** The type's words where the column, not the type alone, decides them. */
  columnType?(column: TableColumn): string | null;
  /** The words that make a column the whole primary key, or null where the key is a constraint of its own. */
  inlineKey(column: TableColumn): string | null;
  /** Foreign keys and checks of one column stand with the column, not after all columns. */
  readonly constraintsWithColumn: boolean;
  /** Enums are text with a check. */
  readonly enumCheck: boolean;
  /** A default as it stands after DEFAULT. */
  defaultWords(expression: string): string;
  /** What stands before DEFAULT, where defaults have names. */
  defaultName?(table: string, column: string): string;
  /** How an action of a foreign key is written, where a database has another word; null for what it does anyway. */
  referenceAction?(action: string): string | null;
  /** The word after ADD, COLUMN where nothing else is said. */
  readonly addColumnWord?: string;
}

/** The DDL of a database by its rules. */
export function makeDdl(rules: DdlRules): DdlCompiler {
  const { spelling } = rules;
  const quote = spelling.quote;
  const names = (columns: readonly { readonly name: string }[]): string => columns.map((c) => quote(c.name)).join(', ');

  const typeName = (type: SqlType, column?: TableColumn): string =>
    (column && rules.columnType?.(column)) ?? typeWords(rules.types, type, spelling.title);
  const inline: DdlCompiler['inline'] = (node, column) => renderInline(node, { ...spelling, typeName }, column);
  const condition = (node: Node): string => renderInline(node, { ...spelling, typeName }, undefined, true);

  const references = (key: ForeignKeyParts, table: Table | null): string => {
    // A model may name the target by its attributes; a migration has no other tables to look into.
    const target = table?.metadata.tables.get(key.targetTable) ?? null;
    const columns =
      table !== null && target !== null
        ? table.metadata.resolve(table, key as ForeignKey).columns
        : key.targetColumns.map((name) => ({ name }));
    let words = `REFERENCES ${target === null ? key.targetTable.split('.').map(quote).join('.') : qualified(target)} (${names(columns)})`;
    const action = (said: string | null): string | null =>
      said === null || said === 'no action' ? null : rules.referenceAction === undefined ? said.toUpperCase() : rules.referenceAction(said);
    const [onDelete, onUpdate] = [action(key.onDelete), action(key.onUpdate)];
    if (onDelete !== null) words += ` ON DELETE ${onDelete}`;
    if (onUpdate !== null) words += ` ON UPDATE ${onUpdate}`;
    return words;
  };
  const foreignKeyWords = (key: ForeignKeyParts, table: Table | null): string =>
    `CONSTRAINT ${quote(key.name)} FOREIGN KEY (${names(key.columns)}) ${references(key, table)}`;
  const checkWords = (check: RenderedCheck): string => `CONSTRAINT ${quote(check.name)} CHECK (${check.sql})`;

  const checks = (table: Table): RenderedCheck[] => {
    const list: RenderedCheck[] = table.checks.map((check) => {
      const column = table.columns.find((c) => c.check?.node === check.condition) ?? null;
      return { name: check.name, sql: condition(check.condition), column };
    });
    if (!rules.enumCheck) return list;
    for (const column of table.columns) {
      const { values } = storedType(column.type);
      if (values === undefined) continue;
      let name = table.metadata.naming.check(table.name, column.name);
      if (list.some((check) => check.name === name)) name = table.metadata.naming.check(table.name, `${column.name}_enum`);
      list.push({ name, sql: `${quote(column.name)} IN (${values.map(spelling.literal).join(', ')})`, column });
    }
    return list;
  };

  const columnWords = (column: TableColumn, own: readonly RenderedCheck[], without: readonly ForeignKey[]): string => {
    const { table } = column;
    let words = `${quote(column.name)} ${typeName(column.type, column)}`;
    if (column.serverDefault !== null)
      words += `${rules.defaultName?.(table.name, column.name) ?? ''} DEFAULT ${rules.defaultWords(inline(column.serverDefault.node))}`;
    if (!column.nullable) words += ' NOT NULL';
    const key = isWholeKey(column) ? rules.inlineKey(column) : null;
    if (key !== null) words += ` ${key}`;
    if (!rules.constraintsWithColumn) return words;
    for (const foreignKey of table.foreignKeys) {
      const single = foreignKey.columns.length === 1 && foreignKey.columns[0] === column && !without.includes(foreignKey);
      if (single) words += ` CONSTRAINT ${quote(foreignKey.name)} ${references(foreignKey, table)}`;
    }
    for (const check of own) if (check.column === column) words += ` ${checkWords(check)}`;
    return words;
  };

  const qualified = (table: TableName): string =>
    table.schema === null ? quote(table.name) : `${quote(table.schema)}.${quote(table.name)}`;

  const createIndex = (table: TableName, index: IndexParts): string => {
    const where = index.where === null ? '' : ` WHERE ${condition(index.where)}`;
    return `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${quote(index.name)} ON ${qualified(table)} (${names(index.columns)})${where}`;
  };

  return {
    typeName,
    inline,
    checks,
    createIndex,
    createTable: (table, without = []) => {
      const all = checks(table);
      const items = table.columns.map((column) => columnWords(column, all, without));
      const key = table.primaryKey;
      if (key !== null && !(key.columns.length === 1 && rules.inlineKey(key.columns[0]) !== null)) {
        items.push(`CONSTRAINT ${quote(key.name)} PRIMARY KEY (${names(key.columns)})`);
      }
      for (const unique of table.uniques) items.push(`CONSTRAINT ${quote(unique.name)} UNIQUE (${names(unique.columns)})`);
      for (const foreignKey of table.foreignKeys) {
        const written = rules.constraintsWithColumn && foreignKey.columns.length === 1;
        if (!written && !without.includes(foreignKey)) items.push(foreignKeyWords(foreignKey, table));
      }
      for (const check of all) if (!rules.constraintsWithColumn || check.column === null) items.push(checkWords(check));
      return [
        `CREATE TABLE ${qualified(table)} (\n  ${items.join(',\n  ')}\n)`,
        ...table.indexes.map((index) => createIndex(table, index)),
      ];
    },
    dropTable: (table) => [`DROP TABLE ${qualified(table)}`],
    dropIndex: (_table, name) => `DROP INDEX ${quote(name)}`,
    addColumn: (table, column) => {
      let words = `ALTER TABLE ${qualified(table)} ADD ${rules.addColumnWord ?? 'COLUMN '}${columnWords(column, checks(column.table), [])}`;
      if (!rules.constraintsWithColumn) {
        for (const key of column.foreignKeys) words += `, ADD ${foreignKeyWords(key, column.table)}`;
        for (const check of checks(column.table)) if (check.column === column) words += `, ADD ${checkWords(check)}`;
      }
      return words;
    },
    dropColumn: (table, column) => `ALTER TABLE ${qualified(table)} DROP COLUMN ${quote(column.name)}`,
    addUnique: (table, unique) => [
      `ALTER TABLE ${qualified(table)} ADD CONSTRAINT ${quote(unique.name)} UNIQUE (${names(unique.columns)})`,
    ],
    addForeignKey: (table, key) => [`ALTER TABLE ${qualified(table)} ADD ${foreignKeyWords(key, null)}`],
    dropConstraint: (table, name) => [`ALTER TABLE ${qualified(table)} DROP CONSTRAINT ${quote(name)}`],
    parseType: parseTypeWords,
    sameType: sameTypeWords,
    sameExpression: (a, b) => a.trim() === b.trim(),
    cannotAddColumn: rules.cannotAddColumn,
    forwardReferences: rules.forwardReferences,
    altersConstraints: rules.altersConstraints,
    tableExists: (table) => rules.tableExists(table),
    schemaChange: rules.schemaChange,
  };
}

/** Whether the column alone is its table's primary key. */
export function isWholeKey(column: TableColumn): boolean {
  const key = column.table.primaryKey;
  return key !== null && key.columns.length === 1 && key.columns[0] === column;
}

/**
 * The statements that create these tables, each after those it refers to. Foreign keys that close a circle are added
 * at the end where the database cannot name a table that is not there yet. SQLAlchemy: `MetaData.create_all()`.
 */
export function createAllStatements(ddl: DdlCompiler, metadata: MetaData, only: (table: Table) => boolean = () => true): string[] {
  const statements: string[] = [];
  const late: string[] = [];
  const created = new Set<string>();
  for (const table of metadata.sortedTables().filter(only)) {
    created.add(table.fullName);
    const early = ddl.forwardReferences
      ? []
      : table.foreignKeys.filter((key) => !created.has(key.targetTable) && metadata.tables.has(key.targetTable));
    statements.push(...ddl.createTable(table, early));
    for (const key of early) {
      const targetColumns = metadata.resolve(table, key).columns.map((column) => column.name);
      late.push(...ddl.addForeignKey(table, { ...key, targetColumns }));
    }
  }
  return [...statements, ...late];
}

/** The statements that drop these tables, each before those it refers to. SQLAlchemy: `MetaData.drop_all()`. */
export function dropAllStatements(ddl: DdlCompiler, metadata: MetaData, only: (table: Table) => boolean = () => true): string[] {
  const tables = metadata.sortedTables().filter(only).reverse();
  const left = new Set(tables.map((table) => table.fullName));
  const early: string[] = [];
  if (!ddl.forwardReferences) {
    for (const table of tables) {
      left.delete(table.fullName);
      for (const key of table.foreignKeys) {
        // The target goes first, so the key that points at it must go before.
        if (!left.has(key.targetTable) && key.targetTable !== table.fullName && tables.some((t) => t.fullName === key.targetTable)) {
          early.push(...ddl.dropConstraint(table, key.name, 'foreignKey'));
        }
      }
    }
  }
  return [...early, ...tables.flatMap((table) => ddl.dropTable(table))];
}
