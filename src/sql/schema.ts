import { type Column, type ColumnDefinition, type ColumnValue, isColumn, type ReferenceAction } from './column.ts';
import type { ConstraintDefinition, Deferral, TableItem } from './constraints.ts';
import { describe, sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import { makeColumn, makeTable } from './make.ts';
import { type NamingConvention, type NamingTemplates, snakeCase } from './naming.ts';
import type { ColumnNode, Node, SourceNode, TableNode } from './node.ts';
import { isKind } from './node-walk.ts';
import type { ExpressionLike } from './operand.ts';
import type { OrderTerm } from './order-term.ts';
import { type Sequence, sequenceBehind } from './sequence.ts';
import { type DialectOptions, dialectOptions } from './table-options.ts';
import {
  type Check,
  deferralOf,
  definitionOf,
  type Exclude,
  type ForeignKeyOf,
  type IndexOf,
  type IndexPart,
  type PrimaryKeyOf,
  type UniqueOf,
  wordsOf,
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
  /** How the rows of its class are read, where that is not its source alone: what a select of it reads from, unless that is said. */
  declare readonly '~reads'?: Reads;
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

  constructor(metadata: TableRegistry, name: N, shape: S, options: TableOptions<S> = {}) {
    this.metadata = metadata;
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
              this.#named(
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
            ...(keyGiven === null ? {} : this.#included(keyGiven.definition)),
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
      const foreignKey = this.#foreignKey([column], [target], keyName ?? null, { onDelete, onUpdate, ...more });
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
          name: this.#named('ck', given.name, []) ?? naming.check(name, String(checks.length + 1)),
          condition: given.condition as Node,
        });
        continue;
      }
      if (given.kind === 'exclude') {
        excludes.push(this.#exclude(given, excludes.length));
        continue;
      }
      const columns = given.columns.map((c) => this.#own(c, given.kind));
      const names = columns.map((c) => c.name);
      if (given.kind === 'primaryKey') {
        keyGiven = { columns, definition: given };
      } else if (given.kind === 'unique') {
        uniques.push({
          kind: 'unique',
          name: this.#named('uq', given.name, names) ?? naming.unique(name, names),
          columns,
          ...deferralOf(given),
          ...this.#included(given),
          ...(given.nullsNotDistinct === true ? { nullsNotDistinct: true } : {}),
        });
      } else foreignKeys.push(this.#foreignKey(columns, given.target ?? [], given.name, given));
    }
    return keyGiven;
  }

  /** The index that `index()` describes, over this table's columns. */
  makeIndex(item: TableItem): Index {
    const given = definitionOf(item, this.name);
    if (given.kind !== 'index') throw sqlError('sql.bad-argument', 'an index', 'index(…)', `${given.kind}(…)`);
    if (given.columns.length === 0) throw sqlError('sql.invalid-schema', this.name, 'an index() is over no columns');
    const parts = given.columns.map((column) => this.#indexPart(column, given));
    const columns = parts.flatMap(({ column }) => (column === null ? [] : [column]));
    const words = parts.flatMap(({ column, expression }) => (column === null ? wordsOf(expression as Node) : [column.name]));
    const plain = parts.every(
      (part) =>
        part.column !== null &&
        part.direction === 'asc' &&
        part.nulls === null &&
        part.collation === null &&
        part.operatorClass === null &&
        part.length === null,
    );
    return {
      kind: 'index',
      name: this.#named('ix', given.name, words) ?? this.metadata.naming.index(this.name, words),
      columns,
      unique: given.unique === true,
      where: given.condition ?? null,
      ...(plain ? {} : { parts }),
      ...this.#included(given),
      ...(given.using === undefined ? {} : { using: given.using }),
      ...(given.nullsNotDistinct === true ? { nullsNotDistinct: true } : {}),
      ...(given.storage === undefined ? {} : { storage: given.storage }),
      ...(given.concurrently === true ? { concurrently: true } : {}),
      ...(given.ifNotExists === true ? { ifNotExists: true } : {}),
    };
  }

  #indexPart(given: ExpressionLike | OrderTerm | string, index: ConstraintDefinition): IndexPart & { readonly column: TableColumn | null } {
    if (typeof given !== 'string' && (given as ExpressionLike | null)?.node === undefined) this.#own(given as ExpressionLike, 'index');
    let node: Node | null = typeof given === 'string' ? null : given.node;
    const order = node !== null && isKind(node, 'order') ? node : null;
    if (order !== null) node = order.operand;
    const label = node !== null && isKind(node, 'label') ? node : null;
    if (label !== null) node = label.operand;
    let collation: string | null = null;
    let column: TableColumn | null = typeof given === 'string' ? this.column(given) : null;
    if (node !== null) {
      const inner = isKind(node, 'collate') ? node.operand : node;
      if (isKind(inner, 'column')) {
        column = this.columns.find((c) => c.name === inner.name) ?? null;
        if (column === null || inner.source !== this.node)
          this.#own(new ColumnAttribute(inner.source, inner.name, inner.attribute, inner.type, null), 'index');
        if (isKind(node, 'collate')) collation = node.collation;
      } else if (isKind(node, 'collate')) {
        // The collation is the index's own, and stands outside of the expression's brackets.
        collation = node.collation;
        node = inner;
      }
    }
    const key = column?.key ?? label?.name;
    return {
      column,
      expression: column === null ? node : null,
      direction: order?.direction ?? 'asc',
      nulls: order?.nulls ?? null,
      collation,
      operatorClass: key === undefined ? null : (index.operatorClasses?.[key] ?? null),
      length: key === undefined ? null : (index.lengths?.[key] ?? null),
    };
  }

  #exclude(given: ConstraintDefinition, before: number): Exclude {
    const elements = given.columns.map((element, i) => {
      const node = typeof element === 'string' ? (this.c as Record<string, ColumnAttribute>)[this.column(element).key].node : element.node;
      const label = isKind(node, 'label') ? node : null;
      const expression = label?.operand ?? node;
      const key = isKind(expression, 'column') ? expression.attribute : label?.name;
      const operatorClass = key == null ? undefined : given.operatorClasses?.[key];
      return { expression, operator: (given.operators ?? [])[i], ...(operatorClass === undefined ? {} : { operatorClass }) };
    });
    return {
      kind: 'exclude',
      name: this.#named('ck', given.name, []) ?? this.metadata.naming.check(this.name, `exclude${before === 0 ? '' : before + 1}`),
      elements,
      using: given.using ?? 'gist',
      where: given.condition ?? null,
      ...deferralOf(given),
    };
  }

  #foreignKey(columns: readonly TableColumn[], targets: readonly string[], given: string | null, options: ForeignKeyOptions): ForeignKey {
    const { targetTable: exact } = options;
    const parts = targets.map((target) => {
      const dot = target.lastIndexOf('.');
      return exact === undefined ? [target.slice(0, dot), target.slice(dot + 1)] : [exact, target];
    });
    const named = parts[0]?.[0] ?? '';
    if (named === '' || parts.length !== columns.length || parts.some(([table]) => table !== named)) {
      throw sqlError('sql.invalid-schema', this.name, 'a foreignKey() needs one target column, of one table, for each of its columns');
    }
    const { schema, naming } = this.metadata;
    const targetTable = schema !== null && exact === undefined && !named.includes('.') ? `${schema}.${named}` : named;
    const names = columns.map((c) => c.name);
    const targetColumns = parts.map(([, column]) => column);
    return {
      kind: 'foreignKey',
      name: this.#named('fk', given, names) ?? naming.foreignKey(this.name, names, named.replaceAll('.', '_'), targetColumns),
      columns,
      targetTable,
      targetColumns,
      onDelete: options.onDelete ?? null,
      onUpdate: options.onUpdate ?? null,
      ...deferralOf(options),
      ...(options.match === undefined ? {} : { match: options.match }),
      ...(options.useAlter === true ? { useAlter: true } : {}),
    };
  }

  #named(kind: keyof NamingTemplates, given: string | null, columns: readonly string[]): string | null {
    return given === null ? null : (this.metadata.naming.given?.(kind, given, this.name, columns) ?? given);
  }

  #included(given: ConstraintDefinition): { include?: readonly TableColumn[] } {
    return given.include === undefined || given.include.length === 0
      ? {}
      : { include: given.include.map((column) => this.#own(column, `${given.kind} include()`)) };
  }

  #adoptSequence(node: Node | null): void {
    const sequence = node === null ? null : sequenceBehind(node);
    if (sequence !== null) this.metadata.sequences.set(sequence.fullName, sequence);
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

interface ForeignKeyOptions extends Deferral {
  readonly onDelete?: ReferenceAction | null;
  readonly onUpdate?: ReferenceAction | null;
  readonly match?: 'simple' | 'partial' | 'full';
  readonly useAlter?: boolean;
  readonly targetTable?: string;
}

const NUMBERS = ['integer', 'bigInteger', 'smallInteger'];

/** The usual rule for a single key: an integer that nothing else gives a value. */
function isNumbered(definition: ColumnDefinition): boolean {
  return (
    definition.reference === null &&
    definition.default === null &&
    definition.serverDefault === null &&
    NUMBERS.includes(definition.type.name)
  );
}

/** What cannot be said of one column at once. */
function checkColumn(table: string, key: string, definition: ColumnDefinition): void {
  const { computed, identity, serverDefault } = definition;
  const fill = definition.default !== null ? 'default()' : serverDefault !== null ? 'serverDefault()' : null;
  const one = computed !== null ? 'computed()' : identity !== null ? 'identity()' : null;
  if (one !== null && fill !== null) throw sqlError('sql.invalid-schema', table, `its column '${key}' has both ${one} and ${fill}`);
  if (computed !== null && identity !== null)
    throw sqlError('sql.invalid-schema', table, `its column '${key}' has both computed() and identity()`);
  if ((identity !== null || definition.autoIncrement === true) && !NUMBERS.includes(definition.type.name))
    throw sqlError('sql.invalid-schema', table, `its column '${key}' is numbered by the database, and is no integer`);
}

/** The source behind a table, an alias, a subquery or a model class. Throws an ArgumentError for anything else. */
export function sourceOf(value: unknown, where: string): Source['~source'] {
  const source = (typeof value === 'object' || typeof value === 'function') && value !== null ? (value as Source)['~source'] : undefined;
  if (source === undefined) throw sqlError('sql.not-a-source', where, describe(value));
  return source;
}
