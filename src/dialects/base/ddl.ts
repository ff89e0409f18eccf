import type { MetaData } from '../../sql/metadata.ts';
import type { Node } from '../../sql/node.ts';
import type { OwnType } from '../../sql/own-types.ts';
import type { ForeignKey, Table, TableColumn, ViewDefinition } from '../../sql/schema.ts';
import type { Sequence } from '../../sql/sequence.ts';
import { enumTypeName, type SqlType } from '../../sql/type.ts';
import { computedWords, seriesWords, standardIdentity } from './column-words.ts';
import { checkWords, excludeWords, keyWords, referenceWords } from './constraint-words.ts';
import { type DdlFeatures, need, STANDARD_FEATURES } from './ddl-features.ts';
import type { CreateOptions, DdlCompiler, DropOptions, ForeignKeyParts, IndexParts, RenderedCheck, TableName } from './dialect.ts';
import { alterDomain, createDomain } from './domain-ddl.ts';
import { dialectError } from './errors.ts';
import { type IndexClauses, indexClauses, standardIndex } from './index-words.ts';
import { type InlineSpelling, renderInline, renderQuery } from './inline.ts';
import { standardTablePrefix, standardTableSuffix } from './table-words.ts';
import { parseTypeWords, sameTypeWords, storedType, type TypeNames, typeWords } from './type-names.ts';
import { createView, standardExists } from './view-ddl.ts';

/** What a dialect says so that the statements below are written its way; the statements themselves it may replace one by one. */
export interface DdlRules
  extends Pick<
    DdlCompiler,
    'cannotAddColumn' | 'forwardReferences' | 'altersConstraints' | 'columnsHoldKeys' | 'tableExists' | 'schemaChange'
  > {
  readonly spelling: Omit<InlineSpelling, 'typeName'>;
  readonly types: TypeNames;
  /** The type's words where the column, not the type alone, decides them: a key that the database numbers, an identity. */
  columnType?(column: TableColumn): string | null;
  /** The words that make a column the whole primary key, or null where the key is a constraint of its own. */
  inlineKey(column: TableColumn): string | null;
  /** Foreign keys and checks of one column stand with the column, not after all columns. */
  readonly constraintsWithColumn: boolean;
  /** Enums are text with a check; or only some of them. */
  readonly enumCheck: boolean | ((type: SqlType) => boolean);
  /** What the values of a column's type must be beside that, as a name's ending and a condition; null for most. */
  typeCheck?(column: TableColumn): { readonly suffix: string; readonly sql: string } | null;
  /** A default as it stands after DEFAULT. */
  defaultWords(expression: string, column: TableColumn): string;
  /** What stands before DEFAULT, where defaults have names. */
  defaultName?(table: string, column: string): string;
  /** How an action of a foreign key is written, where a database has another word; null for what it does anyway. */
  referenceAction?(action: string): string | null;
  /** The word after ADD, COLUMN where nothing else is said. */
  readonly addColumnWord?: string;
  /** What stands at the end of a column, with a blank before it. */
  afterColumn?(column: TableColumn): string;
  /** What differs from PostgreSQL in what there is. */
  readonly features?: Partial<DdlFeatures>;
  /** The greatest length of a name; no limit where it is left out. */
  readonly identifierLimit?: { readonly length: number; readonly unit: 'bytes' | 'characters' };
  /** A collation as it is written after COLLATE; quoted if left out. */
  collationName?(name: string): string;
  /** What an identity column has after its type (a blank before it), where that is not the standard's: SQL Server's IDENTITY(1,1), nothing where the key is numbered anyway. Throws a CompileError for what cannot be. */
  identityWords?(column: TableColumn): string;
  /** A computed column's words, where they are not GENERATED ALWAYS AS (…) STORED; SQL Server has `AS (…) PERSISTED` and no type. */
  computedWords?(column: TableColumn, expression: string): string;
  /** A column's comment in place (MySQL: ` COMMENT 'x'`); used where `features.commentStatements` is off. */
  columnComment?(comment: string): string;
  /** The words between CREATE and TABLE, each with a blank after it; the standard's TEMPORARY and PostgreSQL's UNLOGGED if left out. */
  tablePrefix?(table: Table): string;
  /** What stands in the brackets of CREATE TABLE beside columns and constraints: MariaDB's periods, MySQL's keys that a column needs. */
  tableItems?(table: Table, inline: DdlCompiler['inline'], quote: (name: string) => string): string[];
  /** What follows the brackets of CREATE TABLE, each with a blank before it: MySQL's ENGINE and COMMENT, SQLite's STRICT; PostgreSQL's if left out. */
  tableSuffix?(table: Table): string;
  /** CREATE INDEX put together from its clauses, where their order is another: MySQL's FULLTEXT and USING, SQLite's schema. */
  indexForm?(clauses: IndexClauses, table: TableName, index: IndexParts): string;
  /** A foreign key's target as it is written; SQLite leaves its schema out. */
  referencedTable?(key: ForeignKeyParts, table: TableName | null, target: TableName): string;
  /** As `DdlCompiler.exists`; PostgreSQL's catalog if left out. */
  exists?: DdlCompiler['exists'];
  /** CREATE SEQUENCE's data type, with a blank before; ` AS BIGINT` and the like if left out. */
  sequenceType?(sequence: Sequence<unknown>): string;
}

/** The DDL of a database by its rules. */
export function makeDdl(rules: DdlRules): DdlCompiler {
  const { spelling } = rules;
  const { title, quote } = spelling;
  const features: DdlFeatures = { ...STANDARD_FEATURES, ...rules.features };
  const names = (columns: readonly { readonly name: string }[]): string => columns.map((c) => quote(c.name)).join(', ');

  const typeName = (type: SqlType, column?: TableColumn): string => {
    const own = column === undefined ? null : (rules.columnType?.(column) ?? null);
    if (own !== null) return own;
    const stored = storedType(type, spelling.name);
    const { name, enumSchema, inner, domain } = stored;
    const enumName = enumTypeName(stored);
    const inSchema = (schema: string | null | undefined): string | null =>
      schema === undefined ? (column?.table.metadata.schema ?? null) : schema;
    if (features.enumTypes && enumName !== null) return qualified({ name: enumName, schema: inSchema(enumSchema) });
    if (features.enumTypes && domain !== undefined) return qualified({ name: domain.name, schema: inSchema(domain.schema) });
    // The elements of an array may be such types.
    if (name === 'array' && inner !== undefined && features.enumTypes) return rules.types.array(stored, typeName(inner, column));
    return typeWords(rules.types, type, title, spelling.name);
  };
  const inline: DdlCompiler['inline'] = (node, column) => renderInline(node, { ...spelling, typeName }, column);
  const condition = (node: Node): string => renderInline(node, { ...spelling, typeName }, undefined, true);
  const words = { title, features, quote, inline, condition, referenceAction: rules.referenceAction };

  const qualified = (table: TableName): string =>
    table.schema === null ? quote(table.name) : `${quote(table.schema)}.${quote(table.name)}`;
  const check = (what: string, name: string): void => {
    const { length, unit } = rules.identifierLimit ?? { length: Number.POSITIVE_INFINITY, unit: 'characters' };
    const own = unit === 'bytes' ? Buffer.byteLength(name) : name.length;
    if (own > length) throw dialectError('ddl.name-too-long', what, name, `${length} ${unit}`, title);
  };
  const domainWords = { ...words, qualified, check, collation: rules.collationName ?? quote };
  const ifNotExists = (options: CreateOptions | undefined): string => (options?.ifNotExists === true ? 'IF NOT EXISTS ' : '');
  const drop = (what: string, name: string, options: DropOptions = {}): string => {
    if (options.cascade === true) need(features.cascade, `DROP ${what} … CASCADE`, title);
    return `DROP ${what} ${options.ifExists === true ? 'IF EXISTS ' : ''}${name}${options.cascade === true ? ' CASCADE' : ''}`;
  };

  const references = (key: ForeignKeyParts, table: Table | null, owner: TableName | null): string => {
    // A model may name the target by its attributes; a migration has no other tables to look into.
    const named = table?.metadata.tables.get(key.targetTable) ?? null;
    // A column that a migration adds to its own table stands alone in it.
    const whole = named !== table || key.targetColumns.every((name) => named?.columns.some((c) => c.name === name || c.key === name));
    const target = whole ? named : null;
    const columns =
      table !== null && target !== null
        ? table.metadata.resolve(table, key as ForeignKey).columns
        : key.targetColumns.map((name) => ({ name }));
    const dot = key.targetTable.lastIndexOf('.');
    const name = target ?? { name: key.targetTable.slice(dot + 1), schema: dot < 0 ? null : key.targetTable.slice(0, dot) };
    const written = rules.referencedTable?.(key, owner, name) ?? qualified(name);
    return `REFERENCES ${written} (${names(columns)})${referenceWords(key, words)}`;
  };
  const foreignKeyWords = (key: ForeignKeyParts, table: Table | null, owner: TableName): string =>
    `CONSTRAINT ${quote(key.name)} FOREIGN KEY (${names(key.columns)}) ${references(key, table, owner)}`;

  const checks = (table: Table): RenderedCheck[] => {
    const list: RenderedCheck[] = table.checks.map((own) => {
      const column = table.columns.find((c) => c.check?.node === own.condition) ?? null;
      return { name: own.name, sql: condition(own.condition), column };
    });
    for (const column of table.columns) {
      const own = rules.typeCheck?.(column) ?? null;
      if (own !== null) list.push({ name: table.metadata.naming.check(table.name, `${column.name}_${own.suffix}`), sql: own.sql, column });
    }
    const checked = rules.enumCheck;
    if (checked === false) return list;
    for (const column of table.columns) {
      const stored = storedType(column.type, spelling.name);
      const { values } = stored;
      if (values === undefined || (features.enumTypes && enumTypeName(stored) !== null) || (checked !== true && !checked(stored))) continue;
      let name = table.metadata.naming.check(table.name, column.name);
      if (list.some((own) => own.name === name)) name = table.metadata.naming.check(table.name, `${column.name}_enum`);
      list.push({ name, sql: `${quote(column.name)} IN (${values.map(spelling.literal).join(', ')})`, column });
    }
    return list;
  };

  const columnWords = (column: TableColumn, own: readonly RenderedCheck[], without: readonly ForeignKey[]): string => {
    const { table } = column;
    check(`column of '${table.name}'`, column.name);
    let text = quote(column.name);
    const computed = column.computed === null ? null : inline(column.computed.expression.node);
    if (computed !== null && rules.computedWords !== undefined) text += rules.computedWords(column, computed);
    else {
      text += ` ${typeName(column.type, column)}`;
      if (column.collation !== null) text += ` COLLATE ${(rules.collationName ?? quote)(column.collation)}`;
      if (column.serverDefault !== null)
        text += `${rules.defaultName?.(table.name, column.name) ?? ''} DEFAULT ${rules.defaultWords(inline(column.serverDefault.node), column)}`;
      if (computed !== null) text += computedWords(column, computed, features, title);
      if (column.identity !== null) {
        if (rules.identityWords !== undefined) text += rules.identityWords(column);
        else {
          need(features.identity, `identity columns ('${table.name}.${column.name}')`, title);
          text += standardIdentity(column);
        }
      }
      if (!column.nullable) text += ' NOT NULL';
    }
    const key = isWholeKey(column) ? rules.inlineKey(column) : null;
    if (key !== null) text += ` ${key}`;
    text += rules.afterColumn?.(column) ?? '';
    if (!features.commentStatements && column.comment !== null && rules.columnComment !== undefined)
      text += rules.columnComment(column.comment);
    if (!rules.constraintsWithColumn) return text;
    for (const foreignKey of table.foreignKeys) {
      const single = foreignKey.columns.length === 1 && foreignKey.columns[0] === column && !without.includes(foreignKey);
      if (single) text += ` CONSTRAINT ${quote(foreignKey.name)} ${references(foreignKey, table, table)}`;
    }
    for (const one of own) if (one.column === column) text += ` ${checkWords(one, quote)}`;
    return text;
  };

  const createIndex = (table: TableName, index: IndexParts, options?: CreateOptions): string => {
    check('index', index.name);
    const clauses = indexClauses(qualified(table), index, options?.ifNotExists === true, words);
    return rules.indexForm?.(clauses, table, index) ?? standardIndex(clauses);
  };

  const comments = (table: Table): string[] => {
    if (!features.commentStatements) return [];
    const own = table.comment === null ? [] : [`COMMENT ON TABLE ${qualified(table)} IS ${spelling.literal(table.comment)}`];
    const noted = table.columns.filter((column) => column.comment !== null);
    return [
      ...own,
      ...noted.map(
        (column) => `COMMENT ON COLUMN ${qualified(table)}.${quote(column.name)} IS ${spelling.literal(column.comment as string)}`,
      ),
    ];
  };

  const createTable: DdlCompiler['createTable'] = (table, without = [], options = {}) => {
    check('table', table.name);
    const all = checks(table);
    const items = table.columns.map((column) => columnWords(column, all, without));
    const key = table.primaryKey;
    if (key !== null && !(key.columns.length === 1 && rules.inlineKey(key.columns[0]) !== null))
      items.push(keyWords('PRIMARY KEY', key, words));
    for (const unique of table.uniques) items.push(keyWords('UNIQUE', unique, words));
    for (const foreignKey of table.foreignKeys) {
      const written = rules.constraintsWithColumn && foreignKey.columns.length === 1;
      if (!written && !without.includes(foreignKey)) items.push(foreignKeyWords(foreignKey, table, table));
    }
    for (const one of all) if (!rules.constraintsWithColumn || one.column === null) items.push(checkWords(one, quote));
    for (const exclude of table.excludes) items.push(excludeWords(exclude, words));
    items.push(...(rules.tableItems?.(table, inline, quote) ?? []));
    for (const part of [...(key === null ? [] : [key]), ...table.uniques, ...table.foreignKeys, ...all, ...table.excludes])
      check('constraint', part.name);
    const prefix = (rules.tablePrefix ?? standardTablePrefix)(table);
    const suffix = rules.tableSuffix?.(table) ?? standardTableSuffix(table, quote);
    return [
      `CREATE ${prefix}TABLE ${ifNotExists(options)}${qualified(table)} (\n  ${items.join(',\n  ')}\n)${suffix}`,
      ...table.indexes.map((index) => createIndex(table, index, options)),
      ...comments(table),
    ];
  };

  return {
    typeName,
    inline,
    checks,
    createIndex,
    createTable,
    comments,
    renderQuery: (query) => renderQuery(query, { ...spelling, typeName }),
    dropTable: (table, options) => [drop('TABLE', qualified(table), options)],
    createTableAs: (table, query, options) => {
      check('table', table.name);
      const prefix = options.temporary ? 'TEMPORARY ' : '';
      return `CREATE ${prefix}TABLE ${ifNotExists(options)}${qualified(table)} AS ${renderQuery(query, { ...spelling, typeName })}`;
    },
    dropIndex: (_table, name, options) => drop('INDEX', quote(name), options),
    createView: (view, options = {}) =>
      createView(view, options, { ...words, qualified, check, literal: spelling.literal }, (query) =>
        renderQuery(query, { ...spelling, typeName }),
      ),
    dropView: (view, options) => drop(view.materialized ? 'MATERIALIZED VIEW' : 'VIEW', qualified(view), options),
    refreshView: (view, concurrently) => {
      need(features.materializedViews, `materialized views ('${view.name}')`, title);
      return `REFRESH MATERIALIZED VIEW ${concurrently ? 'CONCURRENTLY ' : ''}${qualified(view)}`;
    },
    createSequence: (sequence, options) => {
      if (!features.sequences && sequence.optional) return [];
      need(features.sequences, `sequences ('${sequence.name}')`, title);
      check('sequence', sequence.name);
      const type = rules.sequenceType?.(sequence) ?? ` AS ${typeName(sequence.type)}`;
      return [`CREATE SEQUENCE ${ifNotExists(options)}${qualified(sequence)}${type}${seriesWords(sequence.series)}`];
    },
    dropSequence: (sequence, options) => {
      need(features.sequences, `sequences ('${sequence.name}')`, title);
      return drop('SEQUENCE', qualified(sequence), options);
    },
    createSchema: (name, options) => {
      need(features.schemas, 'schemas of its own to create', title);
      return `CREATE SCHEMA ${ifNotExists(options)}${quote(name)}`;
    },
    dropSchema: (name, options) => {
      need(features.schemas, 'schemas of its own to drop', title);
      return drop('SCHEMA', quote(name), options);
    },
    createType: (type) => {
      if (!features.enumTypes) return [];
      if (!('values' in type)) return [createDomain(type, typeName(type.on), domainWords)];
      check('type', type.name);
      return [`CREATE TYPE ${qualified(type)} AS ENUM (${type.values.map(spelling.literal).join(', ')})`];
    },
    addEnumValue: (type, value, { after, before }) => {
      need(features.enumTypes, `types of enums ('${type.name}')`, title);
      const place =
        after !== undefined ? ` AFTER ${spelling.literal(after)}` : before !== undefined ? ` BEFORE ${spelling.literal(before)}` : '';
      return `ALTER TYPE ${qualified(type)} ADD VALUE IF NOT EXISTS ${spelling.literal(value)}${place}`;
    },
    alterDomain: (domain, change) => alterDomain(domain, change, domainWords),
    dropType: (type, options) => (features.enumTypes ? [drop('values' in type ? 'TYPE' : 'DOMAIN', qualified(type), options)] : []),
    has: {
      enumTypes: features.enumTypes,
      sequences: features.sequences,
      uniqueOptions: features.include && features.keyInclude,
      computed: features.computed.usual,
    },
    addColumn: (table, column) => {
      let text = `ALTER TABLE ${qualified(table)} ADD ${rules.addColumnWord ?? 'COLUMN '}${columnWords(column, checks(column.table), [])}`;
      if (!rules.constraintsWithColumn) {
        for (const key of column.foreignKeys) text += `, ADD ${foreignKeyWords(key, column.table, table)}`;
        for (const one of checks(column.table)) if (one.column === column) text += `, ADD ${checkWords(one, quote)}`;
      }
      return text;
    },
    dropColumn: (table, column) => `ALTER TABLE ${qualified(table)} DROP COLUMN ${quote(column.name)}`,
    addUnique: (table, unique) => [`ALTER TABLE ${qualified(table)} ADD ${keyWords('UNIQUE', unique, words)}`],
    addForeignKey: (table, key) => [`ALTER TABLE ${qualified(table)} ADD ${foreignKeyWords(key, null, table)}`],
    addCheck: (table, name, node) => {
      check('constraint', name);
      return [`ALTER TABLE ${qualified(table)} ADD ${checkWords({ name, sql: condition(node) }, quote)}`];
    },
    dropConstraint: (table, name) => [`ALTER TABLE ${qualified(table)} DROP CONSTRAINT ${quote(name)}`],
    parseType: parseTypeWords,
    sameType: sameTypeWords,
    sameExpression: (a, b) => a.trim() === b.trim(),
    cannotAddColumn: rules.cannotAddColumn,
    forwardReferences: rules.forwardReferences,
    altersConstraints: rules.altersConstraints,
    columnsHoldKeys: rules.columnsHoldKeys,
    tableExists: (table) => rules.tableExists(table),
    exists: rules.exists ?? standardExists(spelling.literal),
    schemaChange: rules.schemaChange,
  };
}

/** Whether the column alone is its table's primary key. */
export function isWholeKey(column: TableColumn): boolean {
  const key = column.table.primaryKey;
  return key !== null && key.columns.length === 1 && key.columns[0] === column;
}

/** The types, sequences and views that go with tables. */
export interface SchemaParts {
  readonly types: readonly OwnType[];
  readonly sequences: readonly Sequence<unknown>[];
  readonly views: readonly ViewDefinition[];
}

/** All that a metadata names beside its tables. */
export function schemaParts(metadata: MetaData): SchemaParts {
  return { types: metadata.ownTypes(), sequences: [...metadata.sequences.values()], views: [...metadata.views.values()] };
}

/**
 * The statements that create these tables, each after those it refers to, with the types and sequences that come before them
 * and the views after. Foreign keys that close a circle are added at the end where the database cannot name a table that is
 * not there yet. SQLAlchemy: `MetaData.create_all()`.
 */
export function createAllStatements(
  ddl: DdlCompiler,
  metadata: MetaData,
  only: (table: Table) => boolean = () => true,
  { types, sequences, views }: SchemaParts = schemaParts(metadata),
): string[] {
  const statements = [...types.flatMap((type) => ddl.createType(type)), ...sequences.flatMap((sequence) => ddl.createSequence(sequence))];
  const late: string[] = [];
  const created = new Set<string>();
  for (const table of metadata.sortedTables().filter(only)) {
    created.add(table.fullName);
    const early = ddl.forwardReferences
      ? []
      : table.foreignKeys.filter((key) => (key.useAlter === true || !created.has(key.targetTable)) && metadata.tables.has(key.targetTable));
    statements.push(...ddl.createTable(table, early));
    for (const key of early) {
      const targetColumns = metadata.resolve(table, key).columns.map((column) => column.name);
      late.push(...ddl.addForeignKey(table, { ...key, targetColumns }));
    }
  }
  return [...statements, ...late, ...views.flatMap((view) => ddl.createView(view))];
}

/** The statements that drop these tables, each before those it refers to, the views before and the rest after. SQLAlchemy: `MetaData.drop_all()`. */
export function dropAllStatements(
  ddl: DdlCompiler,
  metadata: MetaData,
  only: (table: Table) => boolean = () => true,
  { types, sequences, views }: SchemaParts = schemaParts(metadata),
): string[] {
  const tables = metadata.sortedTables().filter(only).reverse();
  const left = new Set(tables.map((table) => table.fullName));
  const early: string[] = views.toReversed().map((view) => ddl.dropView(view));
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
  return [
    ...early,
    ...tables.flatMap((table) => ddl.dropTable(table)),
    ...sequences.filter((sequence) => ddl.has.sequences || !sequence.optional).map((sequence) => ddl.dropSequence(sequence)),
    ...types.toReversed().flatMap((type) => ddl.dropType(type)),
  ];
}
