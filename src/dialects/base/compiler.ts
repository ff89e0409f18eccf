import { CompileError, sqlError } from '../../sql/errors.ts';
import type { AliasNode, BindNode, Node, SourceNode } from '../../sql/node.ts';
import type { NodeKind } from '../../sql/node-fields.ts';
import type { NodeOf } from '../../sql/node-kinds.ts';
import { isKind, numberBinds, walk } from '../../sql/node-walk.ts';
import type { CteNode, CteReferenceNode } from '../../sql/statement-nodes.ts';
import type { SqlType } from '../../sql/type.ts';
import type { Compiled, Slot } from './compiled.ts';
import { changesRows, withCtes } from './cte-hoisting.ts';
import { dialectError } from './errors.ts';
import { type Survey, someType, survey } from './survey.ts';
import { checkTextForms } from './text-forms.ts';
import { applyTypes, changesSql, wrapBind } from './type-expressions.ts';

/** Writes one kind of node. A dialect replaces entries of the table, nothing else. */
export type Visitor<K extends NodeKind> = (node: NodeOf<K>, to: Writer) => void;
export type Visitors = { readonly [K in NodeKind]: Visitor<K> };

/** What the writer asks of the dialect. */
export interface Spelling {
  /** The dialect's name, by which prefixes and hints are chosen, and what the database is called in messages. */
  readonly name: string;
  readonly title: string;
  readonly visitors: Visitors;
  /** What the database needs written differently throughout a statement; its binds keep their order. */
  prepare?(statement: Node, survey: Survey): Node;
  quote(name: string): string;
  placeholder(position: number): string;
  /** The words for a type in CAST. */
  typeName(type: SqlType): string;
  /** Where an expression with parameters is not known again in GROUP BY, or in GROUP BY and ORDER BY, and its place stands for it. */
  readonly places?: 'groups' | 'all';
  /** False where windows have no names, so that each says what it is. */
  readonly windowNames?: boolean;
  /** Whether arrays and intervals are kept as text, since the database has none. */
  readonly textForms?: boolean;
  /** Writes a node where a condition stands, in databases where conditions are no values. */
  condition?(node: Node, to: Writer, tightness: number): void;
}

const NO_HINTS: ReadonlyMap<string, readonly Node[]> = new Map();

/** Collects the text of one statement, in the order in which its parameters stand. */
export class Writer {
  readonly spelling: Spelling;
  readonly pieces: string[] = [];
  readonly slots: Slot[] = [];
  /** What is allowed and seldom meant. */
  readonly warnings: string[] = [];
  /** The sources of the enclosing selects, which a subquery may refer to. */
  enclosing: readonly string[] = [];
  /** Column names stand alone: in INSERT, SET and RETURNING. */
  unqualified = false;
  /** The rows of this INSERT have a name, by which its conflict clause calls them; else they are called by a function. */
  rowsNamed = false;
  /** While FROM is written: the sources around it and in it, which a lateral subquery sees. */
  neighbours: readonly string[] = [];
  /** Words that stand after sources in FROM, by the sources' ids. */
  hints: ReadonlyMap<string, readonly Node[]> = NO_HINTS;
  #text = '';
  readonly #names = new Map<string, string>();
  readonly #taken: ReadonlySet<string>;
  #last = 0;

  /** @param taken names that the statement gives to its tables and aliases */
  constructor(spelling: Spelling, taken: ReadonlySet<string> = new Set()) {
    this.spelling = spelling;
    this.#taken = taken;
  }

  write(text: string): this {
    this.#text += text;
    return this;
  }

  visit(node: Node): this {
    // The table has an entry for every kind, so the visitor fits the node.
    const visitor = this.spelling.visitors[node.kind] as ((node: Node, to: Writer) => void) | undefined;
    if (visitor === undefined) throw sqlError('sql.unknown-kind', node.kind, this.spelling.title);
    visitor(node, this);
    return this;
  }

  /** A node where a condition stands: in WHERE, HAVING, ON, WHEN, FILTER and CHECK; in brackets where it binds less tightly. */
  condition(node: Node, tightness = 0): this {
    if (this.spelling.condition === undefined) return this.operand(node, tightness);
    this.spelling.condition(node, this, tightness);
    return this;
  }

  list(nodes: readonly Node[], separator = ', '): this {
    nodes.forEach((node, i) => {
      if (i > 0) this.write(separator);
      this.visit(node);
    });
    return this;
  }

  /** The columns of a result, with the names that were given to them. */
  columns(nodes: readonly Node[]): this {
    nodes.forEach((node, i) => {
      if (i > 0) this.write(', ');
      if (isKind(node, 'label')) this.operand(node.operand, 1).write(' AS ').identifier(node.name);
      else this.visit(node);
    });
    return this;
  }

  /** A node, in brackets where it binds less tightly than its surroundings. */
  operand(node: Node, tightness: number): this {
    return precedence(node) < tightness ? this.write('(').visit(node).write(')') : this.visit(node);
  }

  /** Writes something with these sources around it, and goes on as before. */
  scoped(enclosing: readonly string[], write: () => void): this {
    const { unqualified, neighbours, hints } = this;
    const around = this.enclosing;
    Object.assign(this, { enclosing, unqualified: false, neighbours: enclosing, hints: NO_HINTS });
    write();
    Object.assign(this, { enclosing: around, unqualified, neighbours, hints });
    return this;
  }

  identifier(name: string): this {
    return this.write(this.spelling.quote(name));
  }

  /** @param array a list that is sent as one parameter */
  parameter(bind: BindNode, array = false): this {
    const wrapped = wrapBind(bind, this.spelling.name);
    if (wrapped !== null) return bind.expanding ? this.#wrappedList(bind, wrapped) : this.visit(wrapped);
    if (bind.slot < 0) return this.#slot({ index: -1, type: bind.type, expanding: false, name: null, constant: bind.value });
    return this.#slot({ index: bind.slot, type: bind.type, expanding: bind.expanding, array, name: bind.name });
  }

  /** A list of which each parameter has SQL around it, which is written beforehand to see what stands on its two sides. */
  #wrappedList(bind: BindNode, wrapped: Node): this {
    const { pieces, slots } = this;
    const text = this.#text;
    Object.assign(this, { pieces: [], slots: [] });
    this.#text = '';
    this.visit(wrapped);
    const [before, after = ''] = this.finish();
    const single = this.slots.length === 1;
    Object.assign(this, { pieces, slots });
    this.#text = text;
    if (!single) throw dialectError('type.wrapped-list');
    return this.#slot({ index: bind.slot, type: bind.type, expanding: true, name: bind.name, around: [before, after] });
  }

  #slot(slot: Slot): this {
    this.pieces.push(this.#text);
    this.#text = '';
    this.slots.push(slot);
    return this;
  }

  /** The name of a source; aliases without one are numbered as they appear. */
  sourceName(source: SourceNode): string {
    if (isKind(source, 'table')) {
      const name = this.spelling.quote(source.name);
      return source.schema === null ? name : `${this.spelling.quote(source.schema)}.${name}`;
    }
    return this.spelling.quote(source.name ?? this.#nameOf(source));
  }

  /** The name of a common table expression. */
  cteName(cte: CteNode | CteReferenceNode): string {
    return this.spelling.quote(cte.name ?? this.#nameOf(cte));
  }

  /** A quoted name that nothing else in the statement has. */
  anonymous(base: string): string {
    return this.spelling.quote(this.#freeName(base));
  }

  #nameOf(named: AliasNode | CteNode | CteReferenceNode): string {
    let name = this.#names.get(named.id);
    if (name === undefined) {
      name = this.#freeName(baseName(named));
      this.#names.set(named.id, name);
    }
    return name;
  }
  #freeName(base: string): string {
    let name: string;
    do name = `${base}_${++this.#last}`;
    while (this.#taken.has(name));
    return name;
  }

  finish(): readonly string[] {
    this.pieces.push(this.#text);
    return this.pieces;
  }
}

/** What an anonymous name begins with. */
function baseName(named: AliasNode | CteNode | CteReferenceNode): string {
  const of = isKind(named, 'alias') ? named.of : named;
  if (isKind(of, 'table')) return of.name;
  return (isKind(of, 'cte') || isKind(of, 'cteReference')) && of.name !== null ? of.name : 'anon';
}

/** How tightly a node binds: a looser one inside a tighter one needs brackets. */
export const TIGHTNESS = { or: 1, and: 2, not: 3, comparison: 4, concat: 5, sum: 6, product: 7, sign: 8, collate: 9, atom: 10 } as const;

const OPERATORS: Record<string, number> = {
  '+': TIGHTNESS.sum,
  '-': TIGHTNESS.sum,
  '*': TIGHTNESS.product,
  '/': TIGHTNESS.product,
  '%': TIGHTNESS.product,
  '||': TIGHTNESS.concat,
};

export function precedence(node: Node): number {
  if (isKind(node, 'junction')) return node.operator === 'or' ? TIGHTNESS.or : TIGHTNESS.and;
  if (isKind(node, 'unary')) return node.postfix ? TIGHTNESS.comparison : node.operator === 'NOT' ? TIGHTNESS.not : TIGHTNESS.sign;
  if (isKind(node, 'binary')) return OPERATORS[node.operator] ?? TIGHTNESS.comparison;
  if (isKind(node, 'customOperator')) return node.precedence === null ? TIGHTNESS.comparison : TIGHTNESS[node.precedence];
  switch (node.kind) {
    case 'like':
    case 'in':
    case 'between':
    case 'symmetricBetween':
    case 'truth':
    case 'regexp':
    case 'match':
    case 'jsonComparison':
    case 'jsonContains':
    case 'jsonHasKeys':
    case 'arrayOperator':
      return TIGHTNESS.comparison;
    // The databases differ in what binds more tightly than these, so everything around them is bracketed.
    case 'bitwise':
    case 'bitwiseNot':
    case 'jsonPath':
      return TIGHTNESS.concat;
    case 'dateShift':
      return (node as NodeOf<'dateShift'>).of === 'date' ? TIGHTNESS.atom : TIGHTNESS.sum;
    case 'dateDifference':
      return TIGHTNESS.sum;
    case 'division':
      return TIGHTNESS.product;
    case 'collate':
      return TIGHTNESS.collate;
    case 'raw':
      return 0;
    case 'label':
    case 'groupValue':
      return precedence((node as NodeOf<'label'>).operand);
    default:
      return TIGHTNESS.atom;
  }
}

/** Compiles a statement. Binds are numbered by their place, so that any statement of equal shape can use the result. */
export function compile(spelling: Spelling, statement: Node): Compiled {
  try {
    const found = survey(statement);
    if (spelling.textForms === true) checkTextForms(statement, found, spelling);
    const node = numberBinds(spelling.prepare?.(statement, found) ?? statement);
    const typed = someType(found.columnTypes, (type) => changesSql(type, spelling.name));
    const writer = new Writer(spelling, found.names);
    const whole = typed ? applyTypes(node, spelling.name) : node;
    // The shape names the kinds that a statement has.
    const ctes = statement.key.includes('cte(');
    writer.visit(ctes ? withCtes(whole) : whole);
    const columns = outputTypes(node);
    return { pieces: writer.finish(), slots: writer.slots, columns, warnings: writer.warnings, ...behaviour(node, columns, ctes) };
  } catch (error) {
    if (error instanceof RangeError)
      throw new CompileError('sql.too-deep', 'The statement is nested too deeply to compile. Split it into smaller ones.', {
        cause: error,
      });
    throw error;
  }
}

function outputTypes(node: Node): SqlType[] {
  if (isKind(node, 'select')) return node.columns.flatMap(typesOf);
  if (isKind(node, 'setOperation')) return outputTypes(node.queries[0]);
  if (isKind(node, 'insert') || isKind(node, 'update') || isKind(node, 'delete') || isKind(node, 'merge'))
    return node.returning.flatMap(typesOf);
  if (isKind(node, 'values')) return [...node.types];
  return [];
}

function typesOf(node: Node): SqlType[] {
  if (isKind(node, 'entity')) return node.columns.flatMap(typesOf);
  if (isKind(node, 'label')) return typesOf(node.operand);
  if (isKind(node, 'column') || isKind(node, 'cast') || isKind(node, 'bind')) return [node.type];
  return [UNTYPED];
}

/** The type of a column that only its expression knows; the projection says it. */
const UNTYPED: SqlType = { name: 'unknown', key: 'unknown' };

const READS = /^[\s(]*(select|values|table|with|explain|pragma|show|describe)\b/i;
const WRITES = /\b(insert\s+(or\s+\w+\s+)?into|replace\s+into|update|delete\s+from|merge\s+into|create|drop|alter|truncate)\b/i;

function behaviour(node: Node, columns: readonly SqlType[], ctes: boolean): { returnsRows: boolean; writes: boolean } {
  if (isKind(node, 'select')) return { returnsRows: true, writes: node.lock !== null || (ctes && hasChangingCte(node)) };
  if (isKind(node, 'setOperation') || isKind(node, 'values')) return { returnsRows: true, writes: ctes && hasChangingCte(node) };
  if (isKind(node, 'explain')) return { returnsRows: true, writes: node.analyze && behaviour(node.statement, [], ctes).writes };
  if (!isKind(node, 'raw')) return { returnsRows: columns.length > 0, writes: true };
  // SQL by hand: comments and quoted text are no keywords.
  const text = node.pieces.join(' ? ').replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g, ' ');
  const reads = READS.test(text);
  const writes = !reads || WRITES.test(text) || (ctes && hasChangingCte(node));
  // WITH may begin any statement.
  const rows = reads && !(writes && /^[\s(]*with\b/i.test(text) && !/\bfor\s+(no\s+key\s+)?update\b/i.test(text));
  return { returnsRows: rows || /\breturning\b/i.test(text), writes };
}

function hasChangingCte(statement: Node): boolean {
  let found = false;
  walk(statement, (node) => {
    found ||= isKind(node, 'cte') && changesRows(node.query);
    return !found;
  });
  return found;
}
