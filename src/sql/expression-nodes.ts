import type { Node } from './node.ts';
import type { SqlType } from './type.ts';

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
/** A parameter that gets a list of rows; one bind for each value of a row says its type. */
export interface RowListNode extends Node {
  readonly kind: 'rowList';
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
  /** The named window that it begins from. */
  readonly window: Node | null;
  readonly partitionBy: readonly Node[];
  readonly orderBy: readonly Node[];
  readonly frame: Node | null;
}
/** A window with a name: `WINDOW name AS (…)`. */
export interface NamedWindowNode extends Node {
  readonly kind: 'namedWindow';
  readonly name: string;
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
/** In GROUP BY and ORDER BY: an expression that is also a column of the result, its values included. */
export interface SameAsColumnNode extends Node {
  readonly kind: 'sameAsColumn';
  readonly operand: Node;
  /** The column's place, where the compiler writes that. */
  readonly place?: number;
}
/** An expression that the rows are grouped by, said again with the same values. */
export interface GroupValueNode extends Node {
  readonly kind: 'groupValue';
  readonly operand: Node;
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

// Operators and forms that databases write in different ways: each is a kind of its own, which a dialect may write anew.
export interface BitwiseNode extends Node {
  readonly kind: 'bitwise';
  readonly operator: 'and' | 'or' | 'xor' | 'shiftLeft' | 'shiftRight';
  readonly left: Node;
  readonly right: Node;
}
/** A date or a moment with a duration added to it, or taken from it. */
export interface DateShiftNode extends Node {
  readonly kind: 'dateShift';
  readonly of: 'date' | 'time' | 'dateTime';
  readonly negated: boolean;
  readonly operand: Node;
  readonly duration: Node;
}
/** What lies between two dates or moments. */
export interface DateDifferenceNode extends Node {
  readonly kind: 'dateDifference';
  /** Of two dates it is a number of days, of others an interval. */
  readonly of: 'days' | 'interval';
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
/** A JSON object of these values. */
export interface JsonObjectNode extends Node {
  readonly kind: 'jsonObject';
  readonly names: readonly string[];
  readonly values: readonly Node[];
  readonly types: readonly SqlType[];
}
/** The rows of a subquery as JSON: a list of objects, or one object. */
export interface JsonRowsNode extends Node {
  readonly kind: 'jsonRows';
  readonly query: Node;
  /** The names of the query's columns in SQL, and those in the objects. */
  readonly columns: readonly string[];
  readonly names: readonly string[];
  readonly types: readonly SqlType[];
  readonly many: boolean;
}
/** The values of a group as a JSON list. */
export interface JsonAggregateNode extends Node {
  readonly kind: 'jsonAggregate';
  readonly value: Node;
  readonly type: SqlType;
  readonly orderBy: readonly Node[];
  readonly filter: Node | null;
}
/** JSON in a form that is equal for equal values, where the database compares it by itself. */
export interface JsonCanonicalNode extends Node {
  readonly kind: 'jsonCanonical';
  readonly operand: Node;
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
