import type { AliasNode, Node } from '../../sql/node.ts';
import type { OwnType } from '../../sql/own-types.ts';
import type { ForeignKey, Index, Table, TableColumn, Unique, ViewDefinition } from '../../sql/schema.ts';
import type { Sequence } from '../../sql/sequence.ts';
import type { SqlType } from '../../sql/type.ts';
import type { Catalog, CatalogReader } from './catalog.ts';
import type { Compiled } from './compiled.ts';
import type { Driver, DriverOptions } from './driver.ts';
import type { ReflectedTable, ReflectedView } from './reflection.ts';

/** The one place where a type's values are turned: into a parameter, from a row, and into SQL text for DDL. */
export interface Codec {
  /**
   * The parameter that the driver takes, to compare with. Throws for a value that the type cannot hold, naming the place
   * that `where` gives. Null never comes here.
   */
  readonly bind: (value: unknown, where?: string) => unknown;
  /** As `bind`, for a value that goes into a column: held to its precision, rounded to its scale. */
  readonly store?: (value: unknown, where?: string) => unknown;
  /** As `bind`, where no column stands beside the value to say its type: arithmetic, functions, SQL by hand. */
  readonly literal?: (value: unknown, where?: string) => unknown;
  /**
   * What the driver is given in place of what `bind` made, where that value is compared row by row and the driver would
   * pass it on in a form that is slower to compare.
   */
  readonly native?: (bound: unknown) => unknown;
  /** The JavaScript value of what a row holds; null where rows already hold it. A NULL never comes here. */
  readonly decode: ((raw: unknown) => unknown) | null;
}

/** What a database can do, where one bit says it. */
export interface Capabilities {
  readonly returning: boolean;
  /** Whether an UPDATE has RETURNING; as `returning` unless told. */
  readonly updateReturning?: boolean;
  readonly savepoints: boolean;
  readonly transactionalDdl: boolean;
  /** Rows can be locked by FOR UPDATE; without it the clause is left out, since whole-database locks serve. */
  readonly rowLocks: boolean;
  /** The keys that one INSERT makes for its rows ascend in the order of the rows. */
  readonly ascendingKeys: boolean;
  /** The key that the database made for a row comes with its run, without RETURNING. */
  readonly keyFromRun: boolean;
  readonly maxParameters: number;
  /** About how long the values of many rows in one statement may be, in characters or bytes, where a server refuses longer ones. */
  readonly maxStatementLength?: number;
  /** Foreign keys are checked with each row that a statement deletes, not at its end: rows that refer to each other have to let go first. */
  readonly rowwiseKeys?: boolean;
  /** A recursive common table expression may put its parts together by UNION; true unless told. */
  readonly recursiveUnion?: boolean;
  /** Texts that differ in case, accents or blanks at the end may be equal where a column says no collation. */
  readonly looseText?: boolean;
}

/** How a long list travels as one parameter. */
export interface ListSource {
  /** Lists longer than this are sent so. */
  readonly from: number;
  /** A select of the list's values, which are of this type. */
  sql(placeholder: string, type: SqlType): string;
  /** The parameter for these encoded values, or null where they cannot travel so. */
  encode(values: readonly unknown[]): unknown;
}

/** How the values of many rows travel with one statement whose text does not grow with them. */
export interface RowSource {
  /** Fewer rows than this are written one by one. */
  readonly from: number;
  /** Many rows are inserted so, too; without it an INSERT names them all. */
  readonly inserts: boolean;
  /** Rows to delete are found by a join with the source; without it by IN. */
  readonly joins: boolean;
  /** Each value is a parameter of its own, so that the text grows with the rows; without it the parameters are lists of them. */
  readonly grows: boolean;
  /**
   * A source with columns of these types, named `c0`, `c1` and so on, the first `keys` of them to find rows by, and so many
   * rows where its text grows with them. Null where values of one of the types cannot travel so.
   */
  source(types: readonly SqlType[], keys: number, rows: number): AliasNode | null;
  /** The parameters for encoded values, row after row; null where one of the values cannot travel so. */
  encode(values: readonly unknown[], width: number): readonly unknown[] | null;
}

/** How a transaction begins. */
export interface TransactionOptions {
  readonly isolation?: 'read uncommitted' | 'read committed' | 'repeatable read' | 'snapshot' | 'serializable';
  readonly readOnly?: boolean;
  readonly deferrable?: boolean;
}

/** How transactions and savepoints are spelled where a database differs from `COMMIT`, `ROLLBACK`, `SAVEPOINT x` and so on. */
export interface TransactionWords {
  readonly commit: string;
  readonly rollback: string;
  savepoint(name: string): string;
  /** Null where a savepoint cannot be forgotten; it goes with its transaction then. */
  release(name: string): string | null;
  rollbackTo(name: string): string;
}

/** How transactions in two steps are spelled. A name comes checked: it needs no escape. */
export interface TwoPhaseWords {
  /** @param plain what begins a transaction of one step here */
  begin(xid: string, plain: readonly string[]): readonly string[];
  prepare(xid: string): readonly string[];
  /** The statements, of which the first `mayFail` change nothing where they do. */
  commit(xid: string, prepared: boolean): { readonly statements: readonly string[]; readonly mayFail: number };
  rollback(xid: string, prepared: boolean): { readonly statements: readonly string[]; readonly mayFail: number };
  /** A query for the names of all that were prepared. */
  readonly recover: { readonly sql: string; readonly read: (row: readonly unknown[]) => string };
}

/** A table by its name, where nothing else of it is needed. */
export interface TableName {
  readonly name: string;
  readonly schema: string | null;
}

type Named = { readonly name: string };

export interface CreateOptions {
  readonly ifNotExists?: boolean;
}
export interface DropOptions {
  readonly ifExists?: boolean;
  /** Drops what stands on it too. */
  readonly cascade?: boolean;
}

/** What changes of a domain. A null default takes the default away. */
export interface DomainChange {
  readonly serverDefault?: Node | null;
  readonly notNull?: boolean;
  readonly dropChecks?: readonly string[];
  readonly addChecks?: readonly { readonly name: string; readonly condition: Node }[];
}

/** What an index, a unique and a foreign key are, whether a model says it or a migration. */
export type IndexParts = Omit<Index, 'kind' | 'columns'> & { readonly columns: readonly Named[] };
export type UniqueParts = Omit<Unique, 'kind' | 'columns'> & { readonly columns: readonly Named[] };
export type ForeignKeyParts = Omit<ForeignKey, 'kind' | 'columns'> & { readonly columns: readonly Named[] };

/** A check as SQL text; `column` where it belongs to one column and goes with it. */
export interface RenderedCheck {
  readonly name: string;
  readonly sql: string;
  readonly column: TableColumn | null;
}

/** What a migration needs besides its transaction. */
export interface SchemaChange {
  /** A setting that is switched off before the transaction begins, and put back as it was after it has ended. */
  readonly pause: { readonly read: string; readonly off: string; readonly restore: (value: unknown) => string } | null;
  /** A query for what is amiss with the data at the end of the transaction, where the database does not check it itself. */
  readonly violations: { readonly sql: string; readonly describe: (row: Readonly<Record<string, unknown>>) => string } | null;
  /** A query in a transaction that gives 1 where it takes the one lock of all that migrate this database, until the transaction ends. */
  readonly transactionLock?: string;
  /** A query that waits for the one lock of all that migrate this database, and gives 1 when it has it; where no transaction is lock enough. */
  readonly lock?: { readonly take: (seconds: number) => string; readonly release: string };
}

/** DDL as statements, one string each. */
export interface DdlCompiler {
  /** The column type as the database names it. */
  typeName(type: SqlType, column?: TableColumn): string;
  /** CREATE TABLE with its constraints, then its indexes and comments; without the foreign keys in `without`. */
  createTable(table: Table, without?: readonly ForeignKey[], options?: CreateOptions): string[];
  /** The statements that note a table's comments, where they are statements of their own. */
  comments(table: Table): string[];
  dropTable(table: TableName, options?: DropOptions): string[];
  /** CREATE TABLE … AS a query with its values in place. */
  createTableAs(table: TableName, query: Node, options: CreateOptions & { readonly temporary: boolean }): string;
  createIndex(table: TableName, index: IndexParts, options?: CreateOptions): string;
  dropIndex(table: TableName, name: string, options?: DropOptions): string;
  createView(view: ViewDefinition, options?: CreateOptions & { readonly orReplace?: boolean }): string[];
  dropView(view: Pick<ViewDefinition, 'name' | 'schema' | 'materialized'>, options?: DropOptions): string;
  refreshView(view: TableName, concurrently: boolean): string;
  /** Nothing for an optional sequence where the database has none. */
  createSequence(sequence: Sequence<unknown>, options?: CreateOptions): string[];
  dropSequence(sequence: TableName, options?: DropOptions): string;
  createSchema(name: string, options?: CreateOptions): string;
  dropSchema(name: string, options?: DropOptions): string;
  /** The types of enums that have one, and domains; nothing where enums are text with a check. */
  createType(type: OwnType): string[];
  dropType(type: OwnType, options?: DropOptions): string[];
  /** Throws a CompileError where enums have no types of their own. */
  addEnumValue(type: TableName, value: string, place: { readonly after?: string; readonly before?: string }): string;
  /** A statement for each thing that changes. Throws a CompileError where there are no domains. */
  alterDomain(domain: TableName, change: DomainChange): string[];
  /**
   * Whether there are types for enums and domains, and sequences, and whether a unique constraint says more than its columns;
   * what a computed column is where nothing was said.
   */
  readonly has: {
    readonly enumTypes: boolean;
    readonly sequences: boolean;
    readonly uniqueOptions: boolean;
    readonly computed: 'stored' | 'virtual';
  };
  /** Adds the column with its default, check and foreign key; not its unique or index. */
  addColumn(table: TableName, column: TableColumn): string;
  dropColumn(table: TableName, column: Named): string;
  addUnique(table: TableName, unique: UniqueParts): string[];
  addForeignKey(table: TableName, key: ForeignKeyParts): string[];
  addCheck(table: TableName, name: string, condition: Node): string[];
  dropConstraint(table: TableName, name: string, kind: ConstraintKind): string[];
  /** Why a column cannot be added to a table that has rows, or null. */
  cannotAddColumn(column: TableColumn): string | null;
  /** An expression with its values in place and its columns without their table; `column` writes them another way. */
  inline(node: Node, column?: (name: string) => string): string;
  /** The checks of a table, those of its enums included. */
  checks(table: Table): RenderedCheck[];
  /** The type that the database's words stand for; null where Athanor has none. */
  parseType(words: string): SqlType | null;
  /** Whether two names of a type mean the same. */
  sameType(a: string, b: string): boolean;
  /** Whether two expressions as the database gives them are the same. */
  sameExpression(a: string, b: string): boolean;
  /** A foreign key may name a table that is created later. */
  readonly forwardReferences: boolean;
  /** Foreign keys, checks and real unique constraints can be added to and dropped from a table that exists. */
  readonly altersConstraints: boolean;
  /** A column cannot be dropped while a foreign key is on it; where this is not said, the key goes with the column. */
  readonly columnsHoldKeys?: boolean | undefined;
  /** RESTRICT is what a foreign key does anyway, and the database does not tell it from NO ACTION. */
  readonly restrictsAnyway?: boolean;
  /** A query that gives a row where the table exists. */
  tableExists(table: TableName): string;
  /** The same for a view, a sequence and an enum's type. */
  exists(kind: 'view' | 'sequence' | 'type', name: TableName): string;
  /** A query with its values in place, as it stands in a view. */
  renderQuery(query: Node): string;
  readonly schemaChange: SchemaChange;
}

export type ConstraintKind = 'unique' | 'foreignKey' | 'check';

/** The statements between which a connection does not look at foreign keys. */
export interface RestingKeys {
  readonly begin: string;
  readonly end: string;
}

/** All that differs between databases. SQLAlchemy: `Dialect`. */
export interface Dialect {
  readonly name: string;
  readonly title: string;
  readonly capabilities: Capabilities;
  /**
   * The dialect as this server speaks it. Where a dialect has this, the engine asks its first connection for the version
   * (`DriverConnection.serverVersion`) before anything is compiled, and goes on with the answer. The same version must give the
   * same object.
   */
  forServer?(version: string): Dialect;
  readonly ddl: DdlCompiler;
  /** A quoted identifier, always safe to put in a statement. */
  quote(name: string): string;
  /** The placeholder of the parameter at this place, counted from 1. */
  placeholder(position: number): string;
  codec(type: SqlType): Codec;
  compile(node: Node): Compiled;
  /** How a long IN list is sent, where the database can unpack one. */
  readonly listSource?: ListSource;
  /** How many rows are changed by one statement, where the database can unpack them. */
  readonly rowSource?: RowSource;
  /** The parameter for a list of encoded values that the compiler left as one: an array. */
  encodeList?(values: readonly unknown[]): unknown;
  beginTransaction(options: TransactionOptions, writes: boolean): readonly string[];
  /** How foreign keys rest for a moment within a transaction, where they can. */
  readonly restingKeys?: RestingKeys;
  /** The words for the rest of a transaction, where they differ. */
  readonly transactionWords?: TransactionWords;
  /** Where transactions can be committed in two steps. */
  readonly twoPhase?: TwoPhaseWords;
  /** A select that gives no row and one column of this type, where a bare NULL does not fit beside every type. */
  emptyList?(type: SqlType): string;
  /**
   * Where one transaction at a time may write: what names the database, and how many seconds the others wait. They wait
   * outside the database, since a driver that answers at once would stop the whole process. Null where nobody has to.
   */
  writeLock?(options: DriverOptions): { readonly key: string; readonly seconds: number } | null;
  /** Whether the URL says that foreign keys are not looked at, so that nothing follows ON DELETE and ON UPDATE. */
  ignoresKeys?(options: DriverOptions): boolean;
  /** Whether the database lives in this process's memory, so that all must share one connection. */
  isMemory(options: DriverOptions): boolean;
  /** Statements that keep a connection from writing, and let it write again, where a transaction has no such mode of its own. */
  readonly readOnly?: { readonly on: string; readonly off: string };
  /** How a statement is explained: what stands before it, and the text of each row of the answer. */
  readonly explain: { readonly prefix: string; readonly line: (row: readonly unknown[]) => string };
  /** Reads the tables of a database back: those of the schema that new tables go to, or of the schemas given, null being that one. */
  reflect(connection: CatalogReader, schemas?: readonly (string | null)[]): Promise<ReflectedTable[]>;
  /** Reads the views of a database back, where that is there. */
  reflectViews?(connection: CatalogReader): Promise<ReflectedView[]>;
  /** Reads all that a database says of itself; where it is not there, `reflect()` and `reflectViews()` have to do. */
  readonly catalog?: Catalog;
  /** Drivers by the name that a URL gives after `+`; the first is the default. */
  readonly drivers: Readonly<Record<string, () => Promise<Driver>>>;
}
