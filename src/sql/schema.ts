import { type Column, type ColumnDefinition, type ColumnValue, isColumn, type ReferenceAction } from './column.ts';
import { describe, sqlError } from './errors.ts';
import { Expression, type ExpressionLike } from './expression.ts';
import { makeColumn, makeTable } from './make.ts';
import { NAMING, type NamingConvention, snakeCase } from './naming.ts';
import type { ColumnNode, Node, SourceNode, TableNode } from './node.ts';
import { isWhole, type SqlType } from './type.ts';

/** Column builders by attribute name. */
// biome-ignore lint/suspicious/noExplicitAny: a structural constraint would resolve relation getters too early (see the design's type proof)
export type Shape = Record<string, any>;

/** The columns of a table or alias as expressions. */
export type Columns<S> = { readonly [K in keyof S]: S[K] extends { readonly kind: 'column' } ? ColumnAttribute<ColumnValue<S[K]>> : never };

/** Anything that rows can be selected from. */
export interface Source {
  readonly '~source': {
    readonly node: SourceNode;
    readonly name: string;
    readonly columns: readonly ColumnAttribute[];
    readonly table: Table | null;
  };
}

/** A column as an expression: `User.c.email`, `table.c.email`, `alias.c.email`. SQLAlchemy: `InstrumentedAttribute`, `Column`. */
export class ColumnAttribute<V = unknown, S = unknown> extends Expression<V> {
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
export interface TableColumn extends Omit<ColumnDefinition, 'name' | 'reference'> {
  readonly table: Table;
  /** The name in the database. */
  readonly name: string;
  /** The name in JavaScript. */
  readonly key: string;
  readonly position: number;
  /** The key that the database makes when a new row says none. */
  readonly autoIncrement: boolean;
  readonly foreignKeys: readonly ForeignKey[];
}

export interface PrimaryKey {
  readonly kind: 'primaryKey';
  readonly name: string;
  readonly columns: readonly TableColumn[];
}
export interface Unique {
  readonly kind: 'unique';
  readonly name: string;
  readonly columns: readonly TableColumn[];
}
export interface Index {
  readonly kind: 'index';
  readonly name: string;
  readonly columns: readonly TableColumn[];
  readonly unique: boolean;
  readonly where: Node | null;
}
export interface Check {
  readonly kind: 'check';
  readonly name: string;
  readonly condition: Node;
}
export interface ForeignKey {
  readonly kind: 'foreignKey';
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** The table and columns it refers to, in the names of the database. */
  readonly targetTable: string;
  readonly targetColumns: readonly string[];
  readonly onDelete: ReferenceAction | null;
  readonly onUpdate: ReferenceAction | null;
}

/** What `unique()`, `index()`, `check()`, `primaryKey()` and `foreignKey()` say, before a table takes it. */
export interface ConstraintDefinition<K extends string = string> {
  readonly kind: 'primaryKey' | 'unique' | 'index' | 'check' | 'foreignKey';
  readonly name: string | null;
  /** Columns as expressions, or by attribute name. */
  readonly columns: readonly (ExpressionLike | K)[];
  readonly unique?: boolean;
  readonly condition?: Node;
  readonly target?: readonly string[];
  readonly onDelete?: ReferenceAction;
  readonly onUpdate?: ReferenceAction;
}

export interface TableOptions<S> {
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
  constraints?: ((c: Columns<S>) => readonly ConstraintDefinition[]) | readonly ConstraintDefinition<NoInfer<keyof S & string>>[];
  /** The key of the database that holds the table. Flask-SQLAlchemy: `__bind_key__`. */
  bind?: string;
  schema?: string;
  comment?: string;
}

/** All tables of one database. SQLAlchemy: `MetaData`. */
export class MetaData {
  readonly tables: Map<string, Table> = new Map();
  readonly naming: NamingConvention;
  constructor(naming: NamingConvention = NAMING) {
    this.naming = naming;
  }

  /** The tables so that each comes after those it refers to; tables in a circle come in the order of their definition. SQLAlchemy: `sorted_tables`. */
  sortedTables(): Table[] {
    const sorted: Table[] = [];
    const state = new Map<Table, 'open' | 'done'>();
    const visit = (table: Table): void => {
      if (state.has(table)) return;
      state.set(table, 'open');
      for (const key of table.foreignKeys) {
        const target = this.tables.get(key.targetTable);
        if (target !== undefined && target !== table) visit(target);
      }
      state.set(table, 'done');
      sorted.push(table);
    };
    for (const table of this.tables.values()) visit(table);
    return sorted;
  }

  /** Checks that every foreign key points at a column that exists. */
  checkReferences(): void {
    for (const table of this.tables.values()) for (const key of table.foreignKeys) this.resolve(table, key);
  }

  /** The columns that a foreign key points at. Throws an ArgumentError that names it where there are none. */
  resolve(table: Table, key: ForeignKey): { table: Table; columns: readonly TableColumn[] } {
    const reference = `${key.targetTable}.${key.targetColumns.join(', ')}`;
    const where = `${table.name}.${key.columns.map((c) => c.name).join(', ')}`;
    const target = this.tables.get(key.targetTable);
    if (target === undefined)
      throw sqlError('sql.bad-reference', where, reference, `there is no table '${key.targetTable}' (was its file imported?)`);
    const columns = key.targetColumns.map((name) => {
      const column = target.columns.find((c) => c.name === name) ?? target.columns.find((c) => c.key === name);
      if (column === undefined) throw sqlError('sql.bad-reference', where, reference, `'${key.targetTable}' has no column '${name}'`);
      return column;
    });
    return { table: target, columns };
  }
}

const tables = new WeakMap<Node, Table>();

/** The table that a source node stands for, itself or under another name; null for a subquery. */
export function tableBehind(node: SourceNode): Table | null {
  return tables.get(node) ?? (node.kind === 'alias' ? (tables.get(node.of) ?? null) : null);
}

/** A table: columns, keys, constraints and indexes. SQLAlchemy: `Table`. */
export class Table<S = Shape> implements Source {
  declare readonly '~shape'?: S;
  declare readonly '~row': { [K in keyof S as S[K] extends Column ? K : never]: ColumnValue<S[K]> };
  readonly name: string;
  readonly schema: string | null;
  readonly comment: string | null;
  readonly bind: string | null;
  readonly metadata: MetaData;
  readonly node: TableNode;
  /** The columns as expressions, by attribute name. */
  readonly c: Columns<S>;
  readonly columns: readonly TableColumn[];
  readonly attributes: readonly ColumnAttribute[];
  readonly primaryKey: PrimaryKey | null;
  readonly uniques: readonly Unique[];
  readonly indexes: readonly Index[];
  readonly checks: readonly Check[];
  readonly foreignKeys: readonly ForeignKey[];

  constructor(metadata: MetaData, name: string, shape: S, options: TableOptions<S> = {}) {
    this.metadata = metadata;
    this.name = name;
    this.schema = options.schema ?? null;
    this.comment = options.comment ?? null;
    this.bind = options.bind ?? null;
    this.node = makeTable(name, this.schema);
    const naming = metadata.naming;

    const builders = Object.entries(shape as Shape).filter((entry): entry is [string, Column] => isColumn(entry[1]));
    if (builders.length === 0) throw sqlError('sql.invalid-schema', name, 'it has no columns');
    const attributes: Record<string, ColumnAttribute> = {};
    const foreignKeys: ForeignKey[] = [];
    const keyed = builders.filter(([, b]) => b.definition.primaryKey);
    this.columns = builders.map(([key, { definition }], position) => {
      const own: ForeignKey[] = [];
      const { reference, name: given, ...rest } = definition;
      const autoIncrement =
        definition.primaryKey &&
        keyed.length === 1 &&
        reference === null &&
        definition.default === null &&
        definition.serverDefault === null &&
        isWhole(definition.type);
      const column: TableColumn = {
        ...rest,
        table: this as Table,
        key,
        name: given ?? snakeCase(key),
        position,
        autoIncrement,
        foreignKeys: own,
      };
      if (reference !== null) {
        const dot = reference.target.lastIndexOf('.');
        const targetTable = reference.target.slice(0, dot);
        const foreignKey: ForeignKey = {
          kind: 'foreignKey',
          name: reference.name ?? naming.foreignKey(name, [column.name], targetTable.replaceAll('.', '_')),
          columns: [column],
          targetTable,
          targetColumns: [reference.target.slice(dot + 1)],
          onDelete: reference.onDelete ?? null,
          onUpdate: reference.onUpdate ?? null,
        };
        own.push(foreignKey);
        foreignKeys.push(foreignKey);
      }
      attributes[key] = new ColumnAttribute(this.node, column.name, key, definition.type, column);
      return column;
    });
    const twice = this.columns.find((c, i) => this.columns.findIndex((d) => d.name === c.name) !== i);
    if (twice !== undefined) throw sqlError('sql.invalid-schema', name, `two of its attributes are stored in the column '${twice.name}'`);
    this.c = attributes as Columns<S>;
    this.attributes = Object.values(attributes);

    const uniques: Unique[] = [];
    const indexes: Index[] = [];
    const checks: Check[] = [];
    for (const column of this.columns) {
      const columns = [column];
      if (column.index)
        indexes.push({ kind: 'index', name: naming.index(name, [column.name]), columns, unique: column.unique, where: null });
      else if (column.unique) uniques.push({ kind: 'unique', name: naming.unique(name, [column.name]), columns });
      if (column.check !== null) checks.push({ kind: 'check', name: naming.check(name, column.name), condition: column.check.node });
    }
    let keyColumns = this.columns.filter((c) => c.primaryKey);
    let keyName: string | null = null;
    const { constraints = [] } = options;
    for (const given of typeof constraints === 'function' ? constraints(this.c) : constraints) {
      const columns = given.columns.map((c) => this.#own(c, given.kind));
      const names = columns.map((c) => c.name);
      if (given.kind === 'primaryKey') {
        keyColumns = columns;
        keyName = given.name;
      } else if (given.kind === 'unique') uniques.push({ kind: 'unique', name: given.name ?? naming.unique(name, names), columns });
      else if (given.kind === 'index') {
        indexes.push({
          kind: 'index',
          name: given.name ?? naming.index(name, names),
          columns,
          unique: given.unique === true,
          where: given.condition ?? null,
        });
      } else if (given.kind === 'check') {
        checks.push({
          kind: 'check',
          name: given.name ?? naming.check(name, String(checks.length + 1)),
          condition: given.condition as Node,
        });
      } else {
        const parts = (given.target ?? []).map((target) => [
          target.slice(0, target.lastIndexOf('.')),
          target.slice(target.lastIndexOf('.') + 1),
        ]);
        const targetTable = parts[0]?.[0] ?? '';
        if (parts.length !== columns.length || parts.some(([table]) => table !== targetTable)) {
          throw sqlError('sql.invalid-schema', name, 'a foreignKey() needs one target column, of one table, for each of its columns');
        }
        foreignKeys.push({
          kind: 'foreignKey',
          name: given.name ?? naming.foreignKey(name, names, targetTable.replaceAll('.', '_')),
          columns,
          targetTable,
          targetColumns: parts.map(([, column]) => column),
          onDelete: given.onDelete ?? null,
          onUpdate: given.onUpdate ?? null,
        });
      }
    }
    this.primaryKey =
      keyColumns.length === 0 ? null : { kind: 'primaryKey', name: keyName ?? naming.primaryKey(name), columns: keyColumns };
    this.uniques = uniques;
    this.indexes = indexes;
    this.checks = checks;
    this.foreignKeys = foreignKeys;

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

  #own(expression: ExpressionLike | string, kind: string): TableColumn {
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

/**
 * No two rows are equal in all these columns. SQLAlchemy: `UniqueConstraint`.
 * @example db.Model('reviews', shape, { constraints: (c) => [unique(c.userId, c.productId)] })
 */
export function unique<const K extends string = never>(...columns: (ExpressionLike | K)[]): NamedConstraint<K> {
  return constraint({ kind: 'unique', name: null, columns });
}

/** A constraint or index, which may be given a name. */
export interface NamedConstraint<K extends string = string> extends ConstraintDefinition<K> {
  /** The name in the database, in place of the naming convention's. */
  named(name: string): NamedConstraint<K>;
}

function constraint<K extends string>(definition: ConstraintDefinition<K>): NamedConstraint<K> {
  return { ...definition, named: (name) => constraint({ ...definition, name }) };
}

/**
 * An index over these columns, in this order. SQLAlchemy: `Index`.
 * @example db.Model('posts', shape, { constraints: (c) => [index(c.userId, c.createdAt)] })
 */
export function index<const K extends string = never>(...columns: (ExpressionLike | K)[]): NamedConstraint<K> {
  return constraint({ kind: 'index', name: null, columns, unique: false });
}

/** A unique index over these columns, only for the rows that meet `where` if it is given. SQLAlchemy: `Index(unique=True)`. */
export function uniqueIndex<const K extends string = never>(
  columns: readonly (ExpressionLike | K)[],
  options: { where?: ExpressionLike<boolean | null> } = {},
): NamedConstraint<K> {
  return constraint({ kind: 'index', name: null, columns, unique: true, condition: options.where?.node });
}

/**
 * A condition that every row must meet. SQLAlchemy: `CheckConstraint`.
 * @example db.Model('products', shape, { constraints: (c) => [check(c.price.ge(0), 'price_not_negative')] })
 */
export function check(condition: ExpressionLike, name?: string): NamedConstraint<never> {
  return constraint({ kind: 'check', name: name ?? null, columns: [], condition: condition.node });
}

/** A primary key of several columns. SQLAlchemy: `PrimaryKeyConstraint`. */
export function primaryKey<const K extends string = never>(...columns: (ExpressionLike | K)[]): NamedConstraint<K> {
  return constraint({ kind: 'primaryKey', name: null, columns });
}

/**
 * A foreign key of several columns. SQLAlchemy: `ForeignKeyConstraint`.
 * @example foreignKey([c.orderId, c.line], ['lines.order_id', 'lines.line'], { onDelete: 'cascade' })
 */
export function foreignKey<const K extends string = never>(
  columns: readonly (ExpressionLike | K)[],
  target: readonly string[],
  options: { onDelete?: ReferenceAction; onUpdate?: ReferenceAction } = {},
): NamedConstraint<K> {
  return constraint({ kind: 'foreignKey', name: null, columns, target, ...options });
}

/** The source behind a table, an alias, a subquery or a model class. Throws an ArgumentError for anything else. */
export function sourceOf(value: unknown, where: string): Source['~source'] {
  const source = (typeof value === 'object' || typeof value === 'function') && value !== null ? (value as Source)['~source'] : undefined;
  if (source === undefined) throw sqlError('sql.not-a-source', where, describe(value));
  return source;
}
