import { type Column, type ColumnDefinition, type ColumnValue, isColumn } from './column.ts';
import { checkColumn, isNumbered } from './column-checks.ts';
import type { ConstraintDefinition, TableItem } from './constraints.ts';
import { describe, sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import { makeColumn, makeTable } from './make.ts';
import { type NamingConvention, snakeCase } from './naming.ts';
import type { ColumnNode, Node, SourceNode, TableNode } from './node.ts';
import { isKind, walkDeep } from './node-walk.ts';
import type { ExpressionLike } from './operand.ts';
import type { OrderTerm } from './order-term.ts';
import { type Sequence, sequenceBehind } from './sequence.ts';
import { excludeOf, foreignKeyOf, givenName, type ItemOwner, included, indexOf } from './table-items.ts';
import { type DialectOptions, dialectOptions } from './table-options.ts';
import {
  type Check,
  deferralOf,
  definitionOf,
  type Exclude,
  type ForeignKeyOf,
  type IndexOf,
  type PrimaryKeyOf,
  type UniqueOf,
} from './table-parts.ts';
import type { SqlType } from './type.ts';

/** Column builders by attribute name. */
// biome-ignore lint/suspicious/noExplicitAny: a structural constraint would resolve relation getters too early (see the design's type proof)
export type Shape = Record<string, any>;

/** The columns of a table or alias as expressions. */
export type Columns<S, N extends string = string> = {
  readonly [K in keyof S]: S[K] extends { readonly kind: 'column' } ? ColumnAttribute<ColumnValue<S[K]>, unknown, N> : never;
};

/** Anything that rows can be selected from. */
export interface Source {
  /** What tells it apart from other sources for the compiler, which knows by it what an outer join leaves out: its name. */
  readonly '~from'?: string;
  readonly '~source': {
    readonly node: SourceNode;
    readonly name: string;
    readonly columns: readonly ColumnAttribute[];
    readonly table: Table | null;
    /** What rows of it are read from, and which of those rows, where that is not the source alone. */
    readonly reads?: Reads;
  };
}

/** How the rows of a class that extends another one are read. */
export interface Reads {
  readonly from: Node;
  readonly where: Node | null;
  /** What tells them in a FROM that has other rows beside them, where `where` does not. */
  readonly among?: Node | null;
}

const readsOfColumns = new WeakMap<Node, () => Reads | undefined>();
const NO_READS: readonly Reads[] = [];
/** Without classes that extend others there is nothing to look for. */
let anyReads = false;

/** Says how the rows of a column's class are read, where that is not its source alone: what a select of it reads from, unless that is said. */
export function setReads(column: Node, reads: () => Reads | undefined): void {
  anyReads = true;
  readsOfColumns.set(column, reads);
}

/** What the classes are read from whose columns an expression names, but for those in its subqueries. */
export function readsIn(expression: Node): readonly Reads[] {
  if (!anyReads) return NO_READS;
  const found = new Set<Reads>();
  walkDeep(expression, (node) => {
    const reads = readsOfColumns.get(node)?.();
    if (reads !== undefined) found.add(reads);
    return !isKind(node, 'select') && !isKind(node, 'alias') && !isKind(node, 'setOperation');
  });
  return [...found];
}

/** A column as an expression: `User.c.email`, `table.c.email`, `alias.c.email`. SQLAlchemy: `InstrumentedAttribute`, `Column`. */
export class ColumnAttribute<V = unknown, S = unknown, N extends string = string> extends Expression<V, N> {
  /** The shape of the model that the attribute belongs to. */
  declare readonly '~shape'?: S;
  declare readonly node: ColumnNode;
  /** The column of the table that it stands for; null for a column of a subquery. */
  readonly column: TableColumn | null;
  constructor(source: SourceNode, name: string, attribute: string, type: SqlType, column: TableColumn | null) {
    super(makeColumn(source, name, attribute, type), type);
    this.column = column;
  }
  /** The attribute's name in JavaScript. */
  get key(): string {
    return this.node.attribute;
  }
}

/** A column of a table: its definition and its place. SQLAlchemy: `Column`. */
export interface TableColumn extends Omit<ColumnDefinition, 'name' | 'reference' | 'autoIncrement'> {
  readonly table: Table;
  /** The name in the database. */
  readonly name: string;
  /** The name in JavaScript. */
  readonly key: string;
  readonly position: number;
  /** The key that the database makes when a new row says none. */
  readonly autoIncrement: boolean;
  /** Whether `.autoIncrement()` said so; null where the usual rule decided. */
  readonly numbering: boolean | null;
  /** The database has a value for it where a statement says none: a server default, an identity, a computed column. */
  readonly serverGenerated: boolean;
  readonly foreignKeys: readonly ForeignKey[];
  /** What stands for it in statements, where it is no column of the table. */
  readonly formula?: (source: SourceNode) => Node;
}

export interface PrimaryKey extends PrimaryKeyOf<TableColumn> {}
export interface Unique extends UniqueOf<TableColumn> {}
export interface Index extends IndexOf<TableColumn> {}
export interface ForeignKey extends ForeignKeyOf<TableColumn> {}

export interface TableOptions<S> extends DialectOptions {
  /**
   * Uniques, indexes, checks and composite keys over several columns. SQLAlchemy: `__table_args__`.
   *
   * A function gets the columns. A list names them by attribute: TypeScript needs that where models refer to each other in
   * a circle (or one to itself) and more than one of the circle has constraints, for it reads a shape's getters too early
   * when a function without parameter types stands beside it.
   *
   * @example { constraints: (c) => [unique(c.userId, c.productId)] }
   * @example { constraints: [unique('userId', 'productId')] }
   */
  constraints?: ((c: Columns<S>) => readonly TableItem[]) | readonly TableItem<NoInfer<keyof S & string>>[];
  /** The key of the database that holds the table. Flask-SQLAlchemy: `__bind_key__`. */
  bind?: string;
  /** The schema that holds it, in place of the metadata's; null for the database's own default. */
  schema?: string | null;
  /** A note kept in the database where it can. */
  comment?: string;
  /** There for one connection, which `createAll()` cannot give: create it with `createTable()`. SQLAlchemy: `prefixes=['TEMPORARY']`. */
  temporary?: boolean;
  /** Words between CREATE and TABLE. */
  prefixes?: readonly string[];
}

/** What the database is told of a view. */
export interface ViewDefinition {
  readonly name: string;
  readonly schema: string | null;
  readonly fullName: string;
  readonly query: Node;
  readonly columns: readonly ColumnAttribute[];
  readonly materialized: boolean;
  readonly temporary: boolean;
  readonly checkOption: 'local' | 'cascaded' | null;
  readonly comment: string | null;
}

/** What a table asks of the metadata that it belongs to. */
export interface TableRegistry {
  readonly tables: Map<string, Table>;
  readonly sequences: Map<string, Sequence<unknown>>;
  readonly naming: NamingConvention;
  readonly schema: string | null;
  sortedTables(): Table[];
  checkReferences(): void;
  resolve(table: Table, key: ForeignKey): { table: Table; columns: readonly TableColumn[] };
}

const tables = new WeakMap<Node, Table>();

/** The table that a source node stands for, itself or under another name; null for a subquery. */
export function tableBehind(node: SourceNode): Table | null {
  return tables.get(node) ?? (node.kind === 'alias' ? (tables.get(node.of) ?? null) : null);
}

const columnsOf = new WeakMap<Node, readonly ColumnAttribute[]>();

/** Notes the columns of a source. */
export function setColumns(node: SourceNode, columns: readonly ColumnAttribute[]): void {
  columnsOf.set(node, columns);
}

/** The columns of a source: a table, an alias, a subquery. */
export function columnsBehind(node: SourceNode): readonly ColumnAttribute[] {
  const noted = columnsOf.get(node);
  if (noted !== undefined) return noted;
  const table = tableBehind(node);
  return table?.attributes.map((c) => new ColumnAttribute(node, c.node.name, c.key, c.type, c.column)) ?? [];
}

const binds = new WeakMap<Node, string | null>();

/** Notes which database a source that is no table belongs to. */
export function setBind(node: SourceNode, bind: string | null): void {
  binds.set(node, bind);
}

/** The key of the database that a table, a view or an alias of one belongs to; undefined for a subquery. */
export function bindBehind(node: SourceNode): string | null | undefined {
  const table = tableBehind(node);
  if (table !== null) return table.bind;
  return binds.get(node) ?? (node.kind === 'alias' ? binds.get(node.of) : binds.has(node) ? null : undefined);
}

/** A table: columns, keys, constraints and indexes. SQLAlchemy: `Table`. */
export class Table<S = Shape, N extends string = string> implements Source {
  declare readonly '~from'?: N;
  declare readonly '~shape'?: S;
  declare readonly '~row': { [K in keyof S as S[K] extends Column ? K : never]: ColumnValue<S[K]> };
  readonly name: string;
  readonly schema: string | null;
  readonly comment: string | null;
  readonly bind: string | null;
  readonly temporary: boolean;
  readonly prefixes: readonly string[];
  /** What it says for one database only. */
  readonly options: DialectOptions;
  readonly metadata: TableRegistry;
  /** The columns as they were said, by attribute name. */
  readonly shape: Readonly<Record<string, unknown>>;
  readonly node: TableNode;
  /** The columns as expressions, by attribute name. */
  readonly c: Columns<S, N> = {} as Columns<S, N>;
  readonly columns: readonly TableColumn[] = [];
  readonly attributes: readonly ColumnAttribute[] = [];
  readonly primaryKey: PrimaryKey | null;
  readonly uniques: readonly Unique[] = [];
  readonly indexes: readonly Index[] = [];
  readonly checks: readonly Check[] = [];
  readonly foreignKeys: readonly ForeignKey[] = [];
  readonly excludes: readonly Exclude[] = [];
  /** What its items are made of. */
  readonly #owner: ItemOwner<TableColumn>;

  constructor(metadata: TableRegistry, name: N, shape: S, options: TableOptions<S> = {}) {
    this.metadata = metadata;
    this.#owner = {
      name,
      metadata,
      own: (given, kind) => this.#own(given, kind),
      ownNode: (node, kind) => this.#ownNode(node, kind),
      nodeOf: (key) => (this.c as Record<string, ColumnAttribute>)[this.column(key).key].node,
    };
    this.shape = shape as Shape;
    this.name = name;
    this.schema = options.schema === undefined ? metadata.schema : options.schema;
    this.comment = options.comment ?? null;
    this.bind = options.bind ?? null;
    this.temporary = options.temporary === true;
    this.prefixes = options.prefixes ?? [];
    const badPrefix = this.prefixes.find((word) => !/^[A-Za-z][A-Za-z ]*$/.test(word));
    if (badPrefix !== undefined) throw sqlError('sql.invalid-schema', name, 'its prefixes are not all words');
    this.options = dialectOptions(name, options);
    this.node = makeTable(name, this.schema);
    const { naming } = metadata;
    const builders = Object.entries(shape as Shape).filter((entry): entry is [string, Column] => isColumn(entry[1]));
    if (builders.length === 0) throw sqlError('sql.invalid-schema', name, 'it has no columns');
    const keyed = builders.filter(([, b]) => b.definition.primaryKey);
    for (const [key, { definition }] of builders) this.#addColumn(key, definition, keyed.length === 1);
    const { columns } = this;
    this.#refuseTwice();
    const { constraints = [] } = options;
    const keyGiven = this.#addItems(columns, typeof constraints === 'function' ? constraints(this.c) : constraints);
    const keyColumns = keyGiven === null ? columns.filter((c) => c.primaryKey) : keyGiven.columns;
    this.primaryKey =
      keyColumns.length === 0
        ? null
        : {
            kind: 'primaryKey',
            name:
              givenName(
                this.#owner,
                'pk',
                keyGiven?.definition.name ?? null,
                keyColumns.map((c) => c.name),
              ) ??
              naming.primaryKey(
                name,
                keyColumns.map((c) => c.name),
              ),
            columns: keyColumns,
            ...deferralOf(keyGiven?.definition ?? {}),
            ...(keyGiven === null ? {} : included(this.#owner, keyGiven.definition)),
          };
    for (const column of keyColumns) (column as { primaryKey: boolean }).primaryKey = true;
    const full = this.fullName;
    if (metadata.tables.has(full)) throw sqlError('sql.duplicate-table', full);
    metadata.tables.set(full, this as Table);
    tables.set(this.node, this as Table);
  }

  /** The name with its schema. */
  get fullName(): string {
    return this.schema === null ? this.name : `${this.schema}.${this.name}`;
  }

  get '~source'(): Source['~source'] {
    return { node: this.node, name: this.name, columns: this.attributes, table: this as Table };
  }

  /** The column of this attribute. Throws an ArgumentError that lists the attributes where there is none. */
  column(key: string): TableColumn {
    const column = this.columns.find((c) => c.key === key);
    if (column === undefined) throw sqlError('sql.unknown-column', this.name, key, this.columns.map((c) => c.key).join(', '));
    return column;
  }

  /**
   * Adds columns, and what is said over them, to a table that is there already: a class that extends another one keeps its
   * own columns in the other's table. SQLAlchemy: `append_column()`.
   */
  addColumns(shape: Readonly<Record<string, Column>>, constraints: TableOptions<Shape>['constraints'] = []): readonly TableColumn[] {
    const added = Object.entries(shape).map(([key, { definition }]) => {
      const problem = definition.primaryKey
        ? `its key is complete, so '${key}' cannot be part of it`
        : key in this.c
          ? `it has an attribute '${key}' already`
          : null;
      if (problem !== null) throw sqlError('sql.invalid-schema', this.name, problem);
      return this.#addColumn(key, definition, false);
    });
    (this as { shape: Readonly<Record<string, unknown>> }).shape = { ...this.shape, ...shape };
    this.#refuseTwice();
    const items = typeof constraints === 'function' ? constraints(this.c as Columns<Shape>) : constraints;
    if (this.#addItems(added, items) !== null) throw sqlError('sql.invalid-schema', this.name, 'it has a primary key already');
    return added;
  }

  #addColumn(key: string, definition: ColumnDefinition, onlyKey: boolean): TableColumn {
    const { name: table } = this;
    const own: ForeignKey[] = [];
    const { reference, name: given, autoIncrement: numbering, ...rest } = definition;
    checkColumn(table, key, definition);
    const column: TableColumn = {
      ...rest,
      table: this as Table,
      key,
      name: given ?? snakeCase(key),
      position: this.columns.length,
      autoIncrement: numbering ?? (definition.primaryKey && onlyKey && isNumbered(definition)),
      numbering,
      serverGenerated:
        definition.serverDefault !== null ||
        definition.identity !== null ||
        definition.computed !== null ||
        definition.version?.serverGenerated === true,
      foreignKeys: own,
    };
    if (reference !== null) {
      const { target, name: keyName, onDelete = null, onUpdate = null, ...more } = reference;
      const foreignKey = foreignKeyOf(this.#owner, [column], [target], keyName ?? null, { onDelete, onUpdate, ...more });
      own.push(foreignKey);
      (this.foreignKeys as ForeignKey[]).push(foreignKey);
    }
    for (const fill of [definition.default, definition.serverDefault])
      if (fill !== null)
        this.#adoptSequence('node' in fill ? fill.node : 'value' in fill && fill.value instanceof Expression ? fill.value.node : null);
    const attribute = new ColumnAttribute(this.node, column.name, key, definition.type, column);
    (this.c as Record<string, ColumnAttribute>)[key] = attribute;
    (this.attributes as ColumnAttribute[]).push(attribute);
    (this.columns as TableColumn[]).push(column);
    return column;
  }

  #refuseTwice(): void {
    const twice = this.columns.find((c, i) => this.columns.findIndex((d) => d.name === c.name) !== i);
    if (twice !== undefined)
      throw sqlError('sql.invalid-schema', this.name, `two of its attributes are stored in the column '${twice.name}'`);
  }

  /** What these columns and the table's options say over them; gives the primary key that the options say. */
  #addItems(
    added: readonly TableColumn[],
    items: readonly TableItem<string>[],
  ): { readonly columns: readonly TableColumn[]; readonly definition: ConstraintDefinition } | null {
    const { name } = this;
    const { naming } = this.metadata;
    const uniques = this.uniques as Unique[];
    const indexes = this.indexes as Index[];
    const checks = this.checks as Check[];
    const excludes = this.excludes as Exclude[];
    const foreignKeys = this.foreignKeys as ForeignKey[];
    for (const column of added) {
      const columns = [column];
      if (column.index)
        indexes.push({ kind: 'index', name: naming.index(name, [column.name]), columns, unique: column.unique, where: null });
      else if (column.unique) uniques.push({ kind: 'unique', name: naming.unique(name, [column.name]), columns });
      if (column.check !== null) checks.push({ kind: 'check', name: naming.check(name, column.name), condition: column.check.node });
    }
    let keyGiven: { columns: readonly TableColumn[]; definition: ConstraintDefinition } | null = null;
    for (const item of items) {
      const given = definitionOf(item, name);
      if (given.kind === 'index') {
        indexes.push(this.makeIndex(item));
        continue;
      }
      if (given.kind === 'check') {
        checks.push({
          kind: 'check',
          name: givenName(this.#owner, 'ck', given.name, []) ?? naming.check(name, String(checks.length + 1)),
          condition: given.condition as Node,
        });
        continue;
      }
      if (given.kind === 'exclude') {
        excludes.push(excludeOf(this.#owner, given, excludes.length));
        continue;
      }
      const columns = given.columns.map((c) => this.#own(c, given.kind));
      const names = columns.map((c) => c.name);
      if (given.kind === 'primaryKey') {
        keyGiven = { columns, definition: given };
      } else if (given.kind === 'unique') {
        uniques.push({
          kind: 'unique',
          name: givenName(this.#owner, 'uq', given.name, names) ?? naming.unique(name, names),
          columns,
          ...deferralOf(given),
          ...included(this.#owner, given),
          ...(given.nullsNotDistinct === true ? { nullsNotDistinct: true } : {}),
        });
      } else foreignKeys.push(foreignKeyOf(this.#owner, columns, given.target ?? [], given.name, given));
    }
    return keyGiven;
  }

  /** The index that `index()` describes, over this table's columns. */
  makeIndex(item: TableItem): Index {
    return indexOf(this.#owner, item);
  }

  #adoptSequence(node: Node | null): void {
    const sequence = node === null ? null : sequenceBehind(node);
    if (sequence !== null) this.metadata.sequences.set(sequence.fullName, sequence);
  }

  #ownNode(node: ColumnNode, kind: string): TableColumn {
    const column = node.source === this.node ? this.columns.find((c) => c.name === node.name) : undefined;
    return column ?? this.#own(new ColumnAttribute(node.source, node.name, node.attribute, node.type, null), kind);
  }

  #own(expression: ExpressionLike | OrderTerm | string, kind: string): TableColumn {
    if (typeof expression === 'string') return this.column(expression);
    const column = expression instanceof ColumnAttribute ? expression.column : null;
    if (column === null || column.table !== (this as Table)) {
      throw sqlError(
        'sql.invalid-schema',
        this.name,
        `its ${kind} names ${column === null ? describe(expression) : `a column of '${column.table.name}'`}, not one of its own columns`,
      );
    }
    return column;
  }
}

/** The source behind a table, an alias, a subquery or a model class. Throws an ArgumentError for anything else. */
export function sourceOf(value: unknown, where: string): Source['~source'] {
  const source = (typeof value === 'object' || typeof value === 'function') && value !== null ? (value as Source)['~source'] : undefined;
  if (source === undefined) throw sqlError('sql.not-a-source', where, describe(value));
  return source;
}
