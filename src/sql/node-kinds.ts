import type {
  ArrayIndexNode,
  ArrayLengthNode,
  ArrayOfNode,
  ArrayOperatorNode,
  BetweenNode,
  BinaryNode,
  BitwiseNode,
  BitwiseNotNode,
  CaseNode,
  CaseOfNode,
  CastNode,
  CollateNode,
  ConstantNode,
  CustomOperatorNode,
  DateDifferenceNode,
  DateShiftNode,
  DistinctNode,
  DivisionNode,
  ExistsNode,
  ExtractNode,
  FrameBoundNode,
  FrameNode,
  FunctionNode,
  GroupValueNode,
  IdentifierNode,
  InNode,
  JsonAggregateNode,
  JsonCanonicalNode,
  JsonComparisonNode,
  JsonContainsNode,
  JsonHasKeysNode,
  JsonLengthNode,
  JsonObjectNode,
  JsonPathNode,
  JsonRowsNode,
  JsonScalarNode,
  JunctionNode,
  LabelNode,
  LikeNode,
  ListNode,
  MatchNode,
  NamedWindowNode,
  NextValueNode,
  OrderNode,
  OverNode,
  QuantifiedNode,
  RawNode,
  RegexpNode,
  RegexpReplaceNode,
  RowListNode,
  SameAsColumnNode,
  ScalarNode,
  StarNode,
  SymmetricBetweenNode,
  TextLiteralNode,
  TruthNode,
  TryCastNode,
  UnaryNode,
  WithinGroupNode,
} from './expression-nodes.ts';
import type { AliasNode, BindNode, ColumnNode, Node, TableNode } from './node.ts';
import type { NodeKind } from './node-fields.ts';
import type {
  ConflictNode,
  CteNode,
  CteReferenceNode,
  DeleteNode,
  EntityNode,
  ExplainNode,
  GroupingNode,
  HintNode,
  InsertNode,
  JoinNode,
  LateralNode,
  LockNode,
  MergeClauseNode,
  MergeNode,
  NamedQueryNode,
  RowFieldNode,
  SelectModifiersNode,
  SelectNode,
  SetOperationNode,
  TableFunctionNode,
  TableSampleNode,
  TruncateNode,
  UpdateNode,
  ValuesNode,
  WithNode,
} from './statement-nodes.ts';

export interface NodeByKind {
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
  rowList: RowListNode;
  function: FunctionNode;
  over: OverNode;
  namedWindow: NamedWindowNode;
  case: CaseNode;
  cast: CastNode;
  collate: CollateNode;
  order: OrderNode;
  label: LabelNode;
  sameAsColumn: SameAsColumnNode;
  groupValue: GroupValueNode;
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
  rowField: RowFieldNode;
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
  namedQuery: NamedQueryNode;
  merge: MergeNode;
  mergeClause: MergeClauseNode;
  truncate: TruncateNode;
  explain: ExplainNode;
  bitwise: BitwiseNode;
  bitwiseNot: BitwiseNotNode;
  dateShift: DateShiftNode;
  dateDifference: DateDifferenceNode;
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
  jsonCanonical: JsonCanonicalNode;
  jsonObject: JsonObjectNode;
  jsonRows: JsonRowsNode;
  jsonAggregate: JsonAggregateNode;
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
/** Fields that are null where they are not said. */
type Defaulted = 'assumed';
/** The fields that a node of this kind is made from. */
export type Fields<K extends NodeKind> = Omit<NodeByKind[K], Derived | Defaulted> &
  Partial<Pick<NodeByKind[K], Defaulted & keyof NodeByKind[K]>>;
/** The fields of a node from which a changed one is made. */
export type FieldsOf<N extends Node> = Omit<N, Derived>;
