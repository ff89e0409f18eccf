import type { SqlType } from './type.ts';

/**
 * The language as data. A node is a plain object of one kind; `FIELDS` declares each kind's fields once, and from that
 * come the shape key, the binds in order, walking and copying. Two statements with equal keys differ in nothing but
 * their binds' values, so a compiled plan is found by key and no tree is walked.
 */
export interface Node {
  readonly kind: NodeKind;
  /** The shape: equal for nodes that compile to the same SQL. Anonymous names appear as `~id~`, see `canonicalKey`. */
  readonly key: string;
  /** The parameters of the tree in the order of its fields. */
  readonly binds: readonly BindNode[];
  /** The aliases that the tree's columns belong to and its FROM names, not those inside subqueries. */
  readonly aliases: readonly AliasNode[];
}

export interface BindNode extends Node {
  readonly kind: 'bind';
  readonly type: SqlType;
  readonly value: unknown;
  /** One parameter that stands for a list, spread when the statement runs. */
  readonly expanding: boolean;
  /** The name given with param() or text(); its value comes with the execution. */
  readonly name: string | null;
  /** Where a compiled statement finds the value among `binds`; −1 until `numberBinds`. */
  readonly slot: number;
}

export interface ColumnNode extends Node {
  readonly kind: 'column';
  readonly source: SourceNode;
  readonly name: string;
  /** The name of the value in JavaScript: the attribute's. */
  readonly attribute: string;
  readonly type: SqlType;
}
export interface TableNode extends Node {
  readonly kind: 'table';
  readonly id: string;
  readonly name: string;
  readonly schema: string | null;
}
export interface AliasNode extends Node {
  readonly kind: 'alias';
  readonly id: string;
  readonly name: string | null;
  readonly of: Node;
}
export type SourceNode = TableNode | AliasNode;

export interface JoinNode extends Node {
  readonly kind: 'join';
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross';
  readonly left: Node;
  readonly right: Node;
  readonly on: Node | null;
}
export interface BinaryNode extends Node {
  readonly kind: 'binary';
  readonly operator: string;
  readonly left: Node;
  readonly right: Node;
}
export interface UnaryNode extends Node {
  readonly kind: 'unary';
  readonly operator: string;
  readonly operand: Node;
  readonly postfix: boolean;
}
export interface JunctionNode extends Node {
  readonly kind: 'junction';
  readonly operator: 'and' | 'or';
  readonly items: readonly Node[];
}
export interface LikeNode extends Node {
  readonly kind: 'like';
  readonly operand: Node;
  readonly pattern: Node;
  readonly escape: string | null;
  readonly insensitive: boolean;
  readonly negated: boolean;
}
export interface InNode extends Node {
  readonly kind: 'in';
  readonly operand: Node;
  readonly list: Node;
  readonly negated: boolean;
}
export interface BetweenNode extends Node {
  readonly kind: 'between';
  readonly operand: Node;
  readonly low: Node;
  readonly high: Node;
  readonly negated: boolean;
}
export interface ConstantNode extends Node {
  readonly kind: 'constant';
  readonly value: null | boolean;
}
export interface ListNode extends Node {
  readonly kind: 'list';
  readonly items: readonly Node[];
}
export interface FunctionNode extends Node {
  readonly kind: 'function';
  readonly name: string;
  readonly args: readonly Node[];
  readonly distinct: boolean;
  readonly orderBy: readonly Node[];
  readonly filter: Node | null;
}
export interface OverNode extends Node {
  readonly kind: 'over';
  readonly call: Node;
  readonly partitionBy: readonly Node[];
  readonly orderBy: readonly Node[];
  readonly frame: Node | null;
}
export interface CaseNode extends Node {
  readonly kind: 'case';
  readonly whens: readonly Node[];
  readonly thens: readonly Node[];
  readonly otherwise: Node | null;
}
export interface CastNode extends Node {
  readonly kind: 'cast';
  readonly operand: Node;
  readonly type: SqlType;
}
export interface CollateNode extends Node {
  readonly kind: 'collate';
  readonly operand: Node;
  readonly collation: string;
}
export interface OrderNode extends Node {
  readonly kind: 'order';
  readonly operand: Node;
  readonly direction: 'asc' | 'desc';
  readonly nulls: 'first' | 'last' | null;
}
export interface LabelNode extends Node {
  readonly kind: 'label';
  readonly operand: Node;
  readonly name: string;
}
export interface ExistsNode extends Node {
  readonly kind: 'exists';
  readonly query: Node;
}
export interface ScalarNode extends Node {
  readonly kind: 'scalar';
  readonly query: Node;
}
export interface StarNode extends Node {
  readonly kind: 'star';
}
/** SQL text with expressions between its pieces. */
export interface RawNode extends Node {
  readonly kind: 'raw';
  readonly pieces: readonly string[];
  readonly items: readonly Node[];
}
export interface IdentifierNode extends Node {
  readonly kind: 'identifier';
  readonly path: readonly string[];
}
/** The next number of a sequence. */
export interface NextValueNode extends Node {
  readonly kind: 'nextValue';
  readonly sequence: string;
  readonly schema: string | null;
  /** A database without sequences leaves the value to the column. */
  readonly optional: boolean;
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
}
export interface SetOperationNode extends Node {
  readonly kind: 'setOperation';
  readonly operator: string;
  readonly queries: readonly Node[];
  readonly orderBy: readonly Node[];
  readonly limit: Node | null;
  readonly offset: Node | null;
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
  readonly prefixes: readonly Node[];
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
}
export interface DeleteNode extends Node {
  readonly kind: 'delete';
  readonly table: SourceNode;
  readonly using: readonly Node[];
  readonly where: Node | null;
  readonly orderBy: readonly Node[];
  readonly limit: Node | null;
  readonly returning: readonly Node[];
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
// Operators and forms that databases write in different ways: each is a kind of its own, which a dialect may write anew.
export interface BitwiseNode extends Node {
  readonly kind: 'bitwise';
  readonly operator: 'and' | 'or' | 'xor' | 'shiftLeft' | 'shiftRight';
  readonly left: Node;
  readonly right: Node;
}
export interface BitwiseNotNode extends Node {
  readonly kind: 'bitwiseNot';
  readonly operand: Node;
}
/** What is divided: whole numbers are cut by most databases, exact decimals by some. */
export type DivisionDomain = 'integer' | 'bigInteger' | 'numeric' | 'double' | 'unknown';
export interface DivisionNode extends Node {
  readonly kind: 'division';
  readonly operator: 'divide' | 'floor' | 'modulo';
  readonly domain: DivisionDomain;
  readonly left: Node;
  readonly right: Node;
}
/** `IS TRUE` and its like. */
export interface TruthNode extends Node {
  readonly kind: 'truth';
  readonly operand: Node;
  readonly value: boolean;
  readonly negated: boolean;
}
export interface SymmetricBetweenNode extends Node {
  readonly kind: 'symmetricBetween';
  readonly operand: Node;
  readonly low: Node;
  readonly high: Node;
  readonly negated: boolean;
}
/** An operator that only the database knows. */
export interface CustomOperatorNode extends Node {
  readonly kind: 'customOperator';
  readonly operator: string;
  readonly precedence: 'comparison' | 'concat' | 'sum' | 'product' | null;
  readonly left: Node;
  readonly right: Node;
}
export interface RegexpNode extends Node {
  readonly kind: 'regexp';
  readonly operand: Node;
  readonly pattern: Node;
  readonly flags: string | null;
  readonly negated: boolean;
}
export interface RegexpReplaceNode extends Node {
  readonly kind: 'regexpReplace';
  readonly operand: Node;
  readonly pattern: Node;
  readonly replacement: Node;
  readonly flags: string | null;
}
/** Full-text search. */
export interface MatchNode extends Node {
  readonly kind: 'match';
  readonly operands: readonly Node[];
  readonly query: Node;
  readonly language: string | null;
  readonly mode: 'natural' | 'boolean';
}
export interface DistinctNode extends Node {
  readonly kind: 'distinct';
  readonly operand: Node;
}
/** `ANY (…)` or `ALL (…)` over a query, an array, or a list of values. */
export interface QuantifiedNode extends Node {
  readonly kind: 'quantified';
  readonly quantifier: 'any' | 'all';
  readonly operand: Node;
}
export interface JsonPathNode extends Node {
  readonly kind: 'jsonPath';
  readonly operand: Node;
  /** Keys of objects as strings, places in arrays as numbers; below zero they count from the end. */
  readonly path: readonly (string | number)[];
}
/** A JSON value as a value of SQL. */
export interface JsonScalarNode extends Node {
  readonly kind: 'jsonScalar';
  readonly operand: Node;
  readonly as: 'text' | 'integer' | 'number' | 'numeric' | 'boolean';
}
/** Two JSON values compared as JSON. `value` says what the right one is, where that is known. */
export interface JsonComparisonNode extends Node {
  readonly kind: 'jsonComparison';
  readonly operator: string;
  readonly value: 'string' | 'number' | 'boolean' | 'json';
  readonly left: Node;
  readonly right: Node;
}
export interface JsonContainsNode extends Node {
  readonly kind: 'jsonContains';
  readonly left: Node;
  readonly right: Node;
}
export interface JsonHasKeysNode extends Node {
  readonly kind: 'jsonHasKeys';
  readonly operand: Node;
  readonly keys: readonly Node[];
  readonly every: boolean;
}
export interface JsonLengthNode extends Node {
  readonly kind: 'jsonLength';
  readonly operand: Node;
}
export interface ArrayOperatorNode extends Node {
  readonly kind: 'arrayOperator';
  readonly operator: 'contains' | 'containedBy' | 'overlaps';
  readonly left: Node;
  readonly right: Node;
}
/** One item of an array, counted from 0. */
export interface ArrayIndexNode extends Node {
  readonly kind: 'arrayIndex';
  readonly operand: Node;
  readonly index: number | null;
  readonly at: Node | null;
}
export interface ArrayLengthNode extends Node {
  readonly kind: 'arrayLength';
  readonly operand: Node;
}
export interface ArrayOfNode extends Node {
  readonly kind: 'arrayOf';
  readonly items: readonly Node[];
  /** The type of the items, where it is known. */
  readonly type: SqlType | null;
}
export interface CaseOfNode extends Node {
  readonly kind: 'caseOf';
  readonly operand: Node;
  readonly whens: readonly Node[];
  readonly thens: readonly Node[];
  readonly otherwise: Node | null;
}
export interface TryCastNode extends Node {
  readonly kind: 'tryCast';
  readonly operand: Node;
  readonly type: SqlType;
}
export interface ExtractNode extends Node {
  readonly kind: 'extract';
  readonly field: string;
  readonly operand: Node;
}
/** Text that is part of the shape, where a database takes no parameter: a separator. */
export interface TextLiteralNode extends Node {
  readonly kind: 'textLiteral';
  readonly text: string;
}
export interface WithinGroupNode extends Node {
  readonly kind: 'withinGroup';
  readonly call: Node;
  readonly orderBy: readonly Node[];
}
export interface FrameNode extends Node {
  readonly kind: 'frame';
  readonly unit: 'rows' | 'range' | 'groups';
  readonly start: Node;
  readonly end: Node;
  readonly exclude: 'current row' | 'group' | 'ties' | 'no others' | null;
}
export interface FrameBoundNode extends Node {
  readonly kind: 'frameBound';
  readonly direction: 'preceding' | 'following' | 'current row';
  /** A number of rows, or of a range; null together with `offset` where there is no bound. */
  readonly count: number | null;
  readonly offset: Node | null;
}

/** node: a child or null. nodes: a list of children. token: a value that is part of the shape. data: not part of it. */
type FieldKind = 'node' | 'nodes' | 'token' | 'data';

const FIELDS = {
  bind: { type: 'data', value: 'data', expanding: 'data', name: 'data', slot: 'data' },
  column: { source: 'data', name: 'data', attribute: 'data', type: 'data' },
  table: { id: 'data', name: 'data', schema: 'data' },
  alias: { id: 'data', name: 'token', of: 'node' },
  join: { type: 'token', left: 'node', right: 'node', on: 'node' },
  binary: { operator: 'token', left: 'node', right: 'node' },
  unary: { operator: 'token', operand: 'node', postfix: 'token' },
  junction: { operator: 'token', items: 'nodes' },
  like: { operand: 'node', pattern: 'node', escape: 'token', insensitive: 'token', negated: 'token' },
  in: { operand: 'node', list: 'node', negated: 'token' },
  between: { operand: 'node', low: 'node', high: 'node', negated: 'token' },
  constant: { value: 'token' },
  list: { items: 'nodes' },
  function: { name: 'token', args: 'nodes', distinct: 'token', orderBy: 'nodes', filter: 'node' },
  over: { call: 'node', partitionBy: 'nodes', orderBy: 'nodes', frame: 'node' },
  case: { whens: 'nodes', thens: 'nodes', otherwise: 'node' },
  cast: { operand: 'node', type: 'token' },
  collate: { operand: 'node', collation: 'token' },
  order: { operand: 'node', direction: 'token', nulls: 'token' },
  label: { operand: 'node', name: 'token' },
  exists: { query: 'node' },
  scalar: { query: 'node' },
  star: {},
  raw: { pieces: 'token', items: 'nodes' },
  identifier: { path: 'token' },
  nextValue: { sequence: 'token', schema: 'token', optional: 'token' },
  entity: { source: 'data', columns: 'nodes', entity: 'data' },
  select: {
    distinct: 'token',
    columns: 'nodes',
    from: 'nodes',
    implied: 'nodes',
    where: 'node',
    groupBy: 'nodes',
    having: 'node',
    orderBy: 'nodes',
    limit: 'node',
    offset: 'node',
    lock: 'node',
    modifiers: 'node',
  },
  lock: { strength: 'token', wait: 'token', of: 'nodes' },
  setOperation: { operator: 'token', queries: 'nodes', orderBy: 'nodes', limit: 'node', offset: 'node' },
  insert: {
    table: 'node',
    columns: 'token',
    values: 'nodes',
    query: 'node',
    conflict: 'node',
    returning: 'nodes',
    instead: 'token',
    prefixes: 'nodes',
  },
  conflict: {
    target: 'token',
    columns: 'token',
    values: 'nodes',
    where: 'node',
    expressions: 'nodes',
    targetWhere: 'node',
    constraint: 'token',
    duplicateKey: 'token',
  },
  update: {
    table: 'node',
    columns: 'token',
    values: 'nodes',
    from: 'nodes',
    where: 'node',
    orderBy: 'nodes',
    limit: 'node',
    returning: 'nodes',
  },
  delete: { table: 'node', using: 'nodes', where: 'node', orderBy: 'nodes', limit: 'node', returning: 'nodes' },
  selectModifiers: {
    distinctOn: 'nodes',
    withTies: 'token',
    prefixes: 'nodes',
    suffixes: 'nodes',
    hints: 'nodes',
    correlation: 'token',
    correlated: 'nodes',
    ctes: 'nodes',
  },
  hint: { dialect: 'token', content: 'node', source: 'node' },
  grouping: { form: 'token', items: 'nodes' },
  cte: { id: 'data', name: 'token', columns: 'token', query: 'node', recursive: 'token', materialized: 'token' },
  cteReference: { id: 'data', name: 'token' },
  with: { ctes: 'nodes', statement: 'node' },
  lateral: { query: 'node' },
  tableSample: { source: 'node', method: 'token', percent: 'node', seed: 'node' },
  tableFunction: { call: 'node', columns: 'token', ordinality: 'token' },
  values: { columns: 'token', types: 'token', rows: 'nodes' },
  merge: { target: 'node', source: 'node', on: 'node', clauses: 'nodes', returning: 'nodes' },
  mergeClause: { match: 'token', condition: 'node', action: 'token', columns: 'token', values: 'nodes' },
  truncate: { tables: 'nodes', restartIdentity: 'token', cascade: 'token' },
  explain: { statement: 'node', analyze: 'token' },
  bitwise: { operator: 'token', left: 'node', right: 'node' },
  bitwiseNot: { operand: 'node' },
  division: { operator: 'token', domain: 'token', left: 'node', right: 'node' },
  truth: { operand: 'node', value: 'token', negated: 'token' },
  symmetricBetween: { operand: 'node', low: 'node', high: 'node', negated: 'token' },
  customOperator: { operator: 'token', precedence: 'token', left: 'node', right: 'node' },
  regexp: { operand: 'node', pattern: 'node', flags: 'token', negated: 'token' },
  regexpReplace: { operand: 'node', pattern: 'node', replacement: 'node', flags: 'token' },
  match: { operands: 'nodes', query: 'node', language: 'token', mode: 'token' },
  distinct: { operand: 'node' },
  quantified: { quantifier: 'token', operand: 'node' },
  jsonPath: { operand: 'node', path: 'token' },
  jsonScalar: { operand: 'node', as: 'token' },
  jsonComparison: { operator: 'token', value: 'token', left: 'node', right: 'node' },
  jsonContains: { left: 'node', right: 'node' },
  jsonHasKeys: { operand: 'node', keys: 'nodes', every: 'token' },
  jsonLength: { operand: 'node' },
  arrayOperator: { operator: 'token', left: 'node', right: 'node' },
  arrayIndex: { operand: 'node', index: 'token', at: 'node' },
  arrayLength: { operand: 'node' },
  arrayOf: { items: 'nodes', type: 'token' },
  caseOf: { operand: 'node', whens: 'nodes', thens: 'nodes', otherwise: 'node' },
  tryCast: { operand: 'node', type: 'token' },
  extract: { field: 'token', operand: 'node' },
  textLiteral: { text: 'token' },
  withinGroup: { call: 'node', orderBy: 'nodes' },
  frame: { unit: 'token', start: 'node', end: 'node', exclude: 'token' },
  frameBound: { direction: 'token', count: 'token', offset: 'node' },
} as const satisfies Record<string, Record<string, FieldKind>>;

export type NodeKind = keyof typeof FIELDS;

interface NodeByKind {
  bind: BindNode;
  column: ColumnNode;
  table: TableNode;
  alias: AliasNode;
  join: JoinNode;
  binary: BinaryNode;
  unary: UnaryNode;
  junction: JunctionNode;
  like: LikeNode;
  in: InNode;
  between: BetweenNode;
  constant: ConstantNode;
  list: ListNode;
  function: FunctionNode;
  over: OverNode;
  case: CaseNode;
  cast: CastNode;
  collate: CollateNode;
  order: OrderNode;
  label: LabelNode;
  exists: ExistsNode;
  scalar: ScalarNode;
  star: StarNode;
  raw: RawNode;
  identifier: IdentifierNode;
  nextValue: NextValueNode;
  entity: EntityNode;
  select: SelectNode;
  lock: LockNode;
  setOperation: SetOperationNode;
  insert: InsertNode;
  conflict: ConflictNode;
  update: UpdateNode;
  delete: DeleteNode;
  selectModifiers: SelectModifiersNode;
  hint: HintNode;
  grouping: GroupingNode;
  cte: CteNode;
  cteReference: CteReferenceNode;
  with: WithNode;
  lateral: LateralNode;
  tableSample: TableSampleNode;
  tableFunction: TableFunctionNode;
  values: ValuesNode;
  merge: MergeNode;
  mergeClause: MergeClauseNode;
  truncate: TruncateNode;
  explain: ExplainNode;
  bitwise: BitwiseNode;
  bitwiseNot: BitwiseNotNode;
  division: DivisionNode;
  truth: TruthNode;
  symmetricBetween: SymmetricBetweenNode;
  customOperator: CustomOperatorNode;
  regexp: RegexpNode;
  regexpReplace: RegexpReplaceNode;
  match: MatchNode;
  distinct: DistinctNode;
  quantified: QuantifiedNode;
  jsonPath: JsonPathNode;
  jsonScalar: JsonScalarNode;
  jsonComparison: JsonComparisonNode;
  jsonContains: JsonContainsNode;
  jsonHasKeys: JsonHasKeysNode;
  jsonLength: JsonLengthNode;
  arrayOperator: ArrayOperatorNode;
  arrayIndex: ArrayIndexNode;
  arrayLength: ArrayLengthNode;
  arrayOf: ArrayOfNode;
  caseOf: CaseOfNode;
  tryCast: TryCastNode;
  extract: ExtractNode;
  textLiteral: TextLiteralNode;
  withinGroup: WithinGroupNode;
  frame: FrameNode;
  frameBound: FrameBoundNode;
}
export type NodeOf<K extends NodeKind> = NodeByKind[K];
type Derived = 'kind' | 'key' | 'binds' | 'aliases' | 'implied';
/** The fields that a node of this kind is made from. */
export type Fields<K extends NodeKind> = Omit<NodeByKind[K], Derived>;
/** The fields of a node from which a changed one is made. */
export type FieldsOf<N extends Node> = Omit<N, Derived>;

/** The fields of each kind in the order in which they count. */
export const FIELD_LIST = Object.fromEntries(Object.entries(FIELDS).map(([kind, fields]) => [kind, Object.entries(fields)])) as Record<
  NodeKind,
  [string, FieldKind][]
>;

/** A copy of the tree in which every child went through `change` first; the same node where nothing changed. */
export function mapChildren<N extends Node>(node: N, change: (child: Node) => Node): N {
  let copy: Record<string, unknown> | null = null;
  for (const [name, fieldKind] of FIELD_LIST[node.kind]) {
    const value = (node as unknown as Record<string, unknown>)[name];
    let next = value;
    if (fieldKind === 'node' && value !== null) next = change(value as Node);
    else if (fieldKind === 'nodes') {
      const list = value as readonly Node[];
      const mapped = list.map(change);
      next = mapped.some((child, i) => child !== list[i]) ? mapped : list;
    }
    if (next !== value) {
      copy ??= { ...(node as unknown as Record<string, unknown>) };
      copy[name] = next;
    }
  }
  return (copy ?? node) as N;
}

/** Whether the node is of this kind. */
export function isKind<K extends NodeKind>(node: Node, kind: K): node is NodeByKind[K] {
  return node.kind === kind;
}

/** Calls `visit` for the node and, where it answers true, for all below it, in the order of the fields. */
export function walk(node: Node, visit: (node: Node) => boolean): void {
  if (!visit(node)) return;
  for (const [name, fieldKind] of FIELD_LIST[node.kind]) {
    const value = (node as unknown as Record<string, unknown>)[name];
    if (fieldKind === 'node' && value !== null) walk(value as Node, visit);
    else if (fieldKind === 'nodes') for (const child of value as readonly Node[]) walk(child, visit);
  }
}

/**
 * A copy whose binds know their place in `binds`. A bind may stand twice in one statement, and a statement of the same
 * shape may have two different binds there: so places are numbered by position, not by object.
 */
export function numberBinds<N extends Node>(node: N): N {
  let slot = 0;
  const change = (child: Node): Node => (child.kind === 'bind' ? ({ ...child, slot: slot++ } as BindNode) : mapChildren(child, change));
  return change(node) as N;
}
