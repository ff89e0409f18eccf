import type { AliasNode, BindNode, ColumnNode, Node, SourceNode, TableNode } from './node.ts';
import { FIELD_LIST, type NodeKind } from './node-fields.ts';
import type { Fields, FieldsOf, NodeOf } from './node-kinds.ts';
import { isKind, walk } from './node-walk.ts';
import type { CteNode, CteReferenceNode, DeleteNode, InsertNode, SelectModifiersNode, SelectNode, UpdateNode } from './statement-nodes.ts';
import type { SqlType } from './type.ts';

const NO_BINDS: readonly BindNode[] = [];
const NO_ALIASES: readonly AliasNode[] = [];

/** What these name is their own affair. */
const OWN_SCOPE: ReadonlySet<NodeKind> = new Set(['setOperation', 'values', 'cte', 'insert', 'update', 'delete', 'merge']);

/** A node's shape key, the binds and the aliases below it, from its kind's declaration. */
function derive(
  kind: NodeKind,
  values: Readonly<Record<string, unknown>>,
): { key: string; binds: readonly BindNode[]; aliases: readonly AliasNode[] } {
  let key = `${kind}(`;
  let binds = NO_BINDS;
  let aliases = NO_ALIASES;
  const fields = FIELD_LIST[kind];
  // Read by place: every select comes through here, and iterators would be half of its cost.
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i];
    const fieldKind = field[1];
    if (fieldKind === 'data') continue;
    const value = values[field[0]];
    if (fieldKind === 'token') key += `${tokenKey(value)};`;
    else if (fieldKind === 'node') {
      if (value === null) key += '-;';
      else {
        const node = value as Node;
        key += `${node.key};`;
        if (node.binds.length > 0) binds = binds.length === 0 ? node.binds : binds.concat(node.binds);
        if (node.aliases.length > 0) aliases = joined(aliases, node.aliases);
      }
    } else {
      const nodes = value as readonly Node[];
      for (let j = 0; j < nodes.length; j++) {
        const node = nodes[j];
        key += `${node.key},`;
        if (node.binds.length > 0) binds = binds.length === 0 ? node.binds : binds.concat(node.binds);
        if (node.aliases.length > 0) aliases = joined(aliases, node.aliases);
      }
      key += ';';
    }
  }
  return { key: `${key})`, binds, aliases };
}

/** Makes a node of this kind and works out its shape key and its binds from the kind's declaration. */
export function make<K extends NodeKind>(kind: K, fields: Fields<K>): NodeOf<K> {
  switch (kind) {
    case 'select':
      return new LazySelect(fields as unknown as Fields<'select'>) as unknown as NodeOf<K>;
    case 'binary':
      return makeBinary(fields as unknown as Fields<'binary'>) as unknown as NodeOf<K>;
    case 'label':
      return makeLabel(fields as unknown as Fields<'label'>) as unknown as NodeOf<K>;
    case 'junction':
      return makeJunction(fields as unknown as Fields<'junction'>) as unknown as NodeOf<K>;
    case 'order':
      return makeOrder(fields as unknown as Fields<'order'>) as unknown as NodeOf<K>;
  }
  const { key, binds, aliases } = derive(kind, fields as Record<string, unknown>);
  return { ...fields, kind, key, binds, aliases: aliases.length > 0 && OWN_SCOPE.has(kind) ? NO_ALIASES : aliases } as unknown as NodeOf<K>;
}

// The kinds that nearly every statement is made of, written out: what `derive` does, without a loop, and with a letter for
// the kind's name, since looking a plan up takes time by the length of its key.

function makeBinary({ operator, left, right }: Fields<'binary'>): NodeOf<'binary'> {
  const binds = left.binds.length === 0 ? right.binds : right.binds.length === 0 ? left.binds : left.binds.concat(right.binds);
  const aliases = right.aliases.length === 0 ? left.aliases : joined(left.aliases, right.aliases);
  return { operator, left, right, kind: 'binary', key: `b(${operator};${left.key};${right.key};)`, binds, aliases };
}

function makeLabel({ operand, name }: Fields<'label'>): NodeOf<'label'> {
  const { binds, aliases } = operand;
  return { operand, name, kind: 'label', key: `l(${operand.key};${textKey(name)};)`, binds, aliases };
}

function makeOrder({ operand, direction, nulls }: Fields<'order'>): NodeOf<'order'> {
  const { binds, aliases } = operand;
  return { operand, direction, nulls, kind: 'order', key: `o(${operand.key};${direction};${nulls};)`, binds, aliases };
}

function makeJunction({ operator, items }: Fields<'junction'>): NodeOf<'junction'> {
  let key = operator === 'and' ? 'a(' : 'j(';
  let aliases = NO_ALIASES;
  let count = 0;
  for (const item of items) {
    key += `${item.key},`;
    count += item.binds.length;
    if (item.aliases.length > 0) aliases = joined(aliases, item.aliases);
  }
  const binds: BindNode[] = [];
  if (count > 0) for (const item of items) for (const bind of item.binds) binds.push(bind);
  return { operator, items, kind: 'junction', key: `${key})`, binds: count === 0 ? NO_BINDS : binds, aliases };
}

/**
 * A select is made anew by each method of a query, and only the last one runs: its shape is worked out when it is asked
 * for, and written out here, since every query comes through it. Its children count in the order of their declaration.
 */
class LazySelect implements SelectNode {
  readonly kind = 'select';
  readonly distinct: boolean;
  readonly columns: readonly Node[];
  readonly from: readonly Node[];
  readonly implied: readonly Node[];
  readonly where: Node | null;
  readonly groupBy: readonly Node[];
  readonly having: Node | null;
  readonly orderBy: readonly Node[];
  readonly limit: Node | null;
  readonly offset: Node | null;
  readonly lock: Node | null;
  readonly modifiers: SelectModifiersNode | null;
  readonly aliases: readonly AliasNode[] = NO_ALIASES;
  #key: string | null = null;
  #binds: readonly BindNode[] = NO_BINDS;

  constructor(fields: Fields<'select'>, implied?: readonly Node[]) {
    this.distinct = fields.distinct;
    this.columns = fields.columns;
    this.from = fields.from;
    this.implied = implied ?? impliedSources(fields);
    this.where = fields.where;
    this.groupBy = fields.groupBy;
    this.having = fields.having;
    this.orderBy = fields.orderBy;
    this.limit = fields.limit;
    this.offset = fields.offset;
    this.lock = fields.lock;
    this.modifiers = fields.modifiers;
  }
  get key(): string {
    if (this.#key === null) this.#derive();
    return this.#key as string;
  }
  get binds(): readonly BindNode[] {
    if (this.#key === null) this.#derive();
    return this.#binds;
  }
  #derive(): void {
    const binds: BindNode[] = [];
    let key = this.distinct ? 'select(!' : 'select(';
    key += keyOfAll(this.columns, binds);
    if (this.from.length > 0) key += `;F${keyOfAll(this.from, binds)}`;
    if (this.implied.length > 0) key += `;I${keyOfAll(this.implied, binds)}`;
    if (this.where !== null) key += `;W${keyOf(this.where, binds)}`;
    if (this.groupBy.length > 0) key += `;G${keyOfAll(this.groupBy, binds)}`;
    if (this.having !== null) key += `;H${keyOf(this.having, binds)}`;
    if (this.orderBy.length > 0) key += `;O${keyOfAll(this.orderBy, binds)}`;
    if (this.limit !== null) key += `;L${keyOf(this.limit, binds)}`;
    if (this.offset !== null) key += `;S${keyOf(this.offset, binds)}`;
    if (this.lock !== null) key += `;K${keyOf(this.lock, binds)}`;
    if (this.modifiers !== null) key += `;M${keyOf(this.modifiers, binds)}`;
    this.#key = `${key})`;
    this.#binds = binds;
  }
}

/** A child's key; its binds are added to those of its parent. */
function keyOf(node: Node, binds: BindNode[]): string {
  const own = node.binds;
  for (let i = 0; i < own.length; i++) binds.push(own[i]);
  return node.key;
}

function keyOfAll(nodes: readonly Node[], binds: BindNode[]): string {
  let key = '';
  for (let i = 0; i < nodes.length; i++) key += `${keyOf(nodes[i], binds)},`;
  return key;
}

/** The select with some of its clauses changed. */
export function changeSelect(node: SelectNode, change: Partial<FieldsOf<SelectNode>>): SelectNode {
  const columns = change.columns ?? node.columns;
  const from = change.from ?? node.from;
  const where = change.where === undefined ? node.where : change.where;
  const fields: Fields<'select'> = {
    distinct: change.distinct ?? node.distinct,
    columns,
    from,
    where,
    groupBy: change.groupBy ?? node.groupBy,
    having: change.having === undefined ? node.having : change.having,
    orderBy: change.orderBy ?? node.orderBy,
    limit: change.limit === undefined ? node.limit : change.limit,
    offset: change.offset === undefined ? node.offset : change.offset,
    lock: change.lock === undefined ? node.lock : change.lock,
    modifiers: change.modifiers === undefined ? node.modifiers : change.modifiers,
  };
  const same = columns === node.columns && from === node.from && where === node.where;
  return new LazySelect(fields, same ? node.implied : undefined);
}

function joined(first: readonly AliasNode[], second: readonly AliasNode[]): readonly AliasNode[] {
  if (first.length === 0) return second;
  const added = second.filter((alias) => !first.includes(alias));
  return added.length === 0 ? first : [...first, ...added];
}

function impliedSources({ columns, where, from }: Fields<'select'>): readonly AliasNode[] {
  let named = where === null ? NO_ALIASES : where.aliases;
  for (const column of columns) if (column.aliases.length > 0) named = joined(named, column.aliases);
  if (named.length === 0) return named;
  const said = new Set<string>();
  const visit = (item: Node): boolean => {
    if (isKind(item, 'alias')) said.add(item.id);
    return isKind(item, 'join');
  };
  for (const item of from) walk(item, visit);
  return named.filter((alias) => !said.has(alias.id));
}

let lastId = 0;

export function makeBind(value: unknown, type: SqlType, options: { expanding?: boolean; name?: string } = {}): BindNode {
  const { expanding = false, name = null } = options;
  const key = `${name === null ? '?' : `:${textKey(name)}`}${expanding ? '*' : ''}${type.key}`;
  const node = { type, value, expanding, name, slot: -1, kind: 'bind', key, binds: NO_BINDS, aliases: NO_ALIASES } as BindNode & {
    binds: readonly BindNode[];
  };
  (node as { binds: readonly BindNode[] }).binds = [node];
  return node;
}

/**
 * A parameter whose value is asked for when the statement runs: of an object that gets its key by the flush before. Its
 * shape is that of any other parameter.
 */
export function makeLateBind(read: () => unknown, type: SqlType): BindNode {
  return new LateBind(read, type);
}

class LateBind implements BindNode {
  readonly kind = 'bind';
  readonly type: SqlType;
  readonly expanding = false;
  readonly name = null;
  readonly slot = -1;
  readonly key: string;
  readonly binds: readonly BindNode[] = [this];
  readonly aliases: readonly AliasNode[] = NO_ALIASES;
  readonly #read: () => unknown;

  constructor(read: () => unknown, type: SqlType) {
    this.type = type;
    this.key = `?${type.key}`;
    this.#read = read;
  }
  get value(): unknown {
    return this.#read();
  }
}

/** A source's own part of its columns' keys. */
export function sourceKey(source: SourceNode): string {
  return source.kind === 'table' ? source.id : source.name === null ? `~${source.id}~` : `alias${tokenKey(source.name)}`;
}

export function makeColumn(source: SourceNode, name: string, attribute: string, type: SqlType): ColumnNode {
  const aliases = source.kind === 'table' ? NO_ALIASES : source.aliases;
  return { source, name, attribute, type, kind: 'column', key: `${sourceKey(source)}.${textKey(name)}`, binds: NO_BINDS, aliases };
}

export function makeTable(name: string, schema: string | null): TableNode {
  const id = `t${nextId()}`;
  return { id, name, schema, kind: 'table', key: id, binds: NO_BINDS, aliases: NO_ALIASES };
}

export function makeAlias(of: Node, name: string | null): AliasNode {
  const id = String(nextId());
  const node = make('alias', { id, name, of }) as AliasNode & { key: string; aliases: readonly AliasNode[] };
  if (name === null) node.key = `~${id}~${node.key}`;
  node.aliases = [node];
  return node;
}

/** A common table expression; one without a name is told apart by its id, as an alias is. */
export function makeCte(fields: Fields<'cte'>): CteNode {
  return anonymousById(make('cte', fields));
}

/** The name of a recursive common table expression inside its own query. */
export function makeCteReference(id: string, name: string | null): CteReferenceNode {
  return anonymousById(make('cteReference', { id, name }));
}

/** The alias under which a common table expression stands by its own name: it has the expression's own id. */
export function makeCteAlias(of: CteNode | CteReferenceNode): AliasNode {
  const node = make('alias', { id: of.id, name: of.name, of }) as AliasNode & { key: string; aliases: readonly AliasNode[] };
  if (of.name === null) node.key = `~${of.id}~${node.key}`;
  node.aliases = [node];
  return node;
}

function anonymousById<N extends CteNode | CteReferenceNode>(node: N): N {
  if (node.name === null) (node as { key: string }).key = `~${node.id}~${node.key}`;
  return node;
}

export function nextId(): number {
  return ++lastId;
}

/** The key with anonymous names numbered by first appearance, so that the same statement built again has the same key. */
export function canonicalKey(key: string): string {
  if (!key.includes('~')) return key;
  const seen = new Map<string, number>();
  return key.replace(/~\d+~/g, (id) => {
    let n = seen.get(id);
    if (n === undefined) {
      n = seen.size;
      seen.set(id, n);
    }
    return `~${n}`;
  });
}

/** A tree in which children were replaced, with its key and binds worked out anew. */
export function rebuild<N extends Node>(node: N): N {
  if (isKind(node, 'bind') || isKind(node, 'column') || isKind(node, 'table')) return node;
  const made = make(node.kind, node as unknown as Fields<NodeKind>);
  if (isKind(made, 'alias')) {
    const alias = made as AliasNode & { key: string; aliases: readonly AliasNode[] };
    if (alias.name === null) alias.key = `~${alias.id}~${alias.key}`;
    alias.aliases = [alias];
  }
  if (isKind(made, 'cte') || isKind(made, 'cteReference')) return anonymousById(made) as unknown as N;
  return made as unknown as N;
}

function tokenKey(token: unknown): string {
  if (typeof token === 'string') return textKey(token);
  if (Array.isArray(token)) return `[${token.map(tokenKey).join(',')}]`;
  // A type among the tokens is written into the SQL, where its length counts.
  if (typeof token === 'object' && token !== null) return `${(token as SqlType).key}#${(token as SqlType).length ?? ''}`;
  return String(token);
}

/** Text is prefixed by its length, so that no content can be mistaken for structure, and has no `~`, which marks anonymous names. */
function textKey(text: string): string {
  return `${text.length}:${escapeMark(text)}`;
}

function escapeMark(text: string): string {
  return /[!~]/.test(text) ? text.replace(/[!~]/g, (mark) => (mark === '~' ? '!t' : '!!')) : text;
}

const BLANK = {
  distinct: false,
  from: [],
  where: null,
  groupBy: [],
  having: null,
  orderBy: [],
  limit: null,
  offset: null,
  lock: null,
  modifiers: null,
};

/** A select of which only these clauses are there. */
export function makeSelect(fields: Pick<FieldsOf<SelectNode>, 'columns'> & Partial<FieldsOf<SelectNode>>): SelectNode {
  return make('select', { ...BLANK, ...fields });
}

const BLANK_INSERT = { columns: [], values: [], query: null, conflict: null, returning: [], instead: null, prefixes: [], ctes: [] };
const BLANK_CHANGE = { where: null, orderBy: [], limit: null, returning: [], ctes: [] };

/** An insert of which only these clauses are there. */
export function makeInsert(fields: Pick<FieldsOf<InsertNode>, 'table'> & Partial<FieldsOf<InsertNode>>): InsertNode {
  return make('insert', { ...BLANK_INSERT, ...fields });
}

/** An update of which only these clauses are there. */
export function makeUpdate(fields: Pick<FieldsOf<UpdateNode>, 'table' | 'columns' | 'values'> & Partial<FieldsOf<UpdateNode>>): UpdateNode {
  return make('update', { ...BLANK_CHANGE, from: [], ...fields });
}

/** A delete of which only these clauses are there. */
export function makeDelete(fields: Pick<FieldsOf<DeleteNode>, 'table'> & Partial<FieldsOf<DeleteNode>>): DeleteNode {
  return make('delete', { ...BLANK_CHANGE, using: [], ...fields });
}
