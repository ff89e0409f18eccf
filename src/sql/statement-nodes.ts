import type { Node, SourceNode, TableNode } from './node.ts';
import type { SqlType } from './type.ts';

export interface JoinNode extends Node {
  readonly kind: 'join';
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross';
  readonly left: Node;
  readonly right: Node;
  readonly on: Node | null;
  /**
   * Set where nothing but columns of a class brought its tables: a subquery leaves them out where a select around it has them. Then
   * this tells the class's rows among those.
   */
  readonly assumed: Node | null;
}

/** A model class or an alias of one among the columns: all its columns, given back as one object. */
export interface EntityNode extends Node {
  readonly kind: 'entity';
  readonly source: SourceNode;
  readonly columns: readonly Node[];
  /** The class, for the room that can make objects of it. */
  readonly entity: unknown;
}
export interface SelectNode extends Node {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly columns: readonly Node[];
  readonly from: readonly Node[];
  /** The aliases that columns and conditions name and FROM does not: children too, for their shape and their parameters. */
  readonly implied: readonly Node[];
  readonly where: Node | null;
  readonly groupBy: readonly Node[];
  readonly having: Node | null;
  readonly orderBy: readonly Node[];
  readonly limit: Node | null;
  readonly offset: Node | null;
  readonly lock: Node | null;
  /** The clauses that few selects have, as one node, so that the others do not pay for them. */
  readonly modifiers: SelectModifiersNode | null;
}
export interface LockNode extends Node {
  readonly kind: 'lock';
  readonly strength: 'update' | 'share' | 'noKeyUpdate' | 'keyShare';
  readonly wait: 'skipLocked' | 'noWait' | null;
  readonly of: readonly Node[];
  /** Nobody asked for these sources alone: a database that locks all of them does as well. */
  readonly assumed: boolean;
}
export interface SetOperationNode extends Node {
  readonly kind: 'setOperation';
  readonly operator: string;
  readonly queries: readonly Node[];
  readonly orderBy: readonly Node[];
  readonly limit: Node | null;
  readonly offset: Node | null;
  /** Common table expressions that it does not read itself. */
  readonly ctes: readonly Node[];
}
export interface InsertNode extends Node {
  readonly kind: 'insert';
  readonly table: TableNode;
  readonly columns: readonly string[];
  /** The expressions of one row after the other, or none where `query` gives the rows. */
  readonly values: readonly Node[];
  readonly query: Node | null;
  readonly conflict: ConflictNode | null;
  readonly returning: readonly Node[];
  /** What is done with a row whose key is there, where the database says it before INTO: `INSERT OR REPLACE`, `INSERT IGNORE`. */
  readonly instead: 'replace' | 'ignore' | null;
  /** Which values count for columns that the database always numbers: those given, or its own. */
  readonly overriding: 'system' | 'user' | null;
  readonly prefixes: readonly Node[];
  /** Common table expressions that it does not read itself. */
  readonly ctes: readonly Node[];
}
export interface ConflictNode extends Node {
  readonly kind: 'conflict';
  /** The columns of the unique key; none for any key. */
  readonly target: readonly string[];
  /** What is set; no columns: the row is left as it is. */
  readonly columns: readonly string[];
  readonly values: readonly Node[];
  readonly where: Node | null;
  /** Expressions of the unique index that are no columns. */
  readonly expressions: readonly Node[];
  /** The condition of a partial unique index. */
  readonly targetWhere: Node | null;
  /** The name of the constraint, in place of columns. */
  readonly constraint: string | null;
  /** Said as `onDuplicateKeyUpdate()`: any unique key counts. */
  readonly duplicateKey: boolean;
}
export interface UpdateNode extends Node {
  readonly kind: 'update';
  readonly table: SourceNode;
  readonly columns: readonly string[];
  readonly values: readonly Node[];
  readonly from: readonly Node[];
  readonly where: Node | null;
  readonly orderBy: readonly Node[];
  readonly limit: Node | null;
  readonly returning: readonly Node[];
  /** Common table expressions that it does not read itself. */
  readonly ctes: readonly Node[];
}
/** One column of a select that gives several at once: `(a, b) = (SELECT …)`. */
export interface RowFieldNode extends Node {
  readonly kind: 'rowField';
  readonly query: Node;
  /** The column's place in the select. */
  readonly place: number;
  /** Which of the statement's selects it is. */
  readonly row: number;
}
export interface DeleteNode extends Node {
  readonly kind: 'delete';
  readonly table: SourceNode;
  readonly using: readonly Node[];
  readonly where: Node | null;
  readonly orderBy: readonly Node[];
  readonly limit: Node | null;
  readonly returning: readonly Node[];
  /** Common table expressions that it does not read itself. */
  readonly ctes: readonly Node[];
}

export interface SelectModifiersNode extends Node {
  readonly kind: 'selectModifiers';
  /** `DISTINCT ON`: of the rows that are equal in these, the first. */
  readonly distinctOn: readonly Node[];
  /** The limit also lets in the rows that the order puts beside its last one. */
  readonly withTies: boolean;
  readonly prefixes: readonly Node[];
  readonly suffixes: readonly Node[];
  readonly hints: readonly Node[];
  /** Which sources of the enclosing selects are not named in FROM: only the correlated ones, or all but them; null: by itself. */
  readonly correlation: 'only' | 'except' | null;
  readonly correlated: readonly Node[];
  /** Common table expressions that no FROM names. */
  readonly ctes: readonly Node[];
}
/** Text for a database's planner, or a word that only it knows. */
export interface HintNode extends Node {
  readonly kind: 'hint';
  /** The dialect that it is for; null for all. */
  readonly dialect: string | null;
  readonly content: Node;
  /** The source that it stands beside; null for the whole statement. */
  readonly source: SourceNode | null;
}
export interface GroupingNode extends Node {
  readonly kind: 'grouping';
  readonly form: 'rollup' | 'cube' | 'sets';
  /** Expressions, and lists of them. */
  readonly items: readonly Node[];
}
/** A common table expression. A source is an alias of it; the alias with its own id is the one under its own name. */
export interface CteNode extends Node {
  readonly kind: 'cte';
  readonly id: string;
  readonly name: string | null;
  /** Names of its columns, where the query does not give them. */
  readonly columns: readonly string[];
  readonly query: Node;
  readonly recursive: boolean;
  readonly materialized: boolean | null;
}
/** A recursive common table expression inside its own query. */
export interface CteReferenceNode extends Node {
  readonly kind: 'cteReference';
  readonly id: string;
  readonly name: string | null;
}
/** A statement below its common table expressions: made by the compiler, which brings them to the top. */
export interface WithNode extends Node {
  readonly kind: 'with';
  readonly ctes: readonly CteNode[];
  readonly statement: Node;
}
/** A subquery in FROM that sees the sources beside it. */
export interface LateralNode extends Node {
  readonly kind: 'lateral';
  readonly query: Node;
}
export interface TableSampleNode extends Node {
  readonly kind: 'tableSample';
  readonly source: Node;
  readonly method: string;
  readonly percent: Node;
  readonly seed: Node | null;
}
/** A function that gives rows, in FROM. */
export interface TableFunctionNode extends Node {
  readonly kind: 'tableFunction';
  readonly call: Node;
  /** The names to give its columns; none where the function names them. */
  readonly columns: readonly string[];
  readonly ordinality: boolean;
}
export interface ValuesNode extends Node {
  readonly kind: 'values';
  readonly columns: readonly string[];
  readonly types: readonly SqlType[];
  /** One list for each row. */
  readonly rows: readonly Node[];
}
/** SQL by hand whose columns, in their order, have these names. */
export interface NamedQueryNode extends Node {
  readonly kind: 'namedQuery';
  readonly query: Node;
  readonly columns: readonly string[];
}
export interface MergeNode extends Node {
  readonly kind: 'merge';
  readonly target: SourceNode;
  readonly source: Node;
  readonly on: Node;
  readonly clauses: readonly Node[];
  readonly returning: readonly Node[];
}
export interface MergeClauseNode extends Node {
  readonly kind: 'mergeClause';
  readonly match: 'matched' | 'notMatched' | 'notMatchedBySource';
  readonly condition: Node | null;
  readonly action: 'update' | 'delete' | 'insert' | 'nothing';
  readonly columns: readonly string[];
  readonly values: readonly Node[];
}
export interface TruncateNode extends Node {
  readonly kind: 'truncate';
  readonly tables: readonly Node[];
  readonly restartIdentity: boolean;
  readonly cascade: boolean;
}
export interface ExplainNode extends Node {
  readonly kind: 'explain';
  readonly statement: Node;
  readonly analyze: boolean;
}
