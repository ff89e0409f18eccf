import { type Column, isColumn } from './column.ts';
import { describe, sqlError } from './errors.ts';
import { make, makeAlias, makeColumn, makeSelect } from './make.ts';
import type { Node } from './node.ts';
import { type Output, projectColumns } from './projection.ts';
import { Query } from './query.ts';
import type { SqlType } from './type.ts';

/** Columns by name, as `t` says them: of VALUES, of SQL by hand, of a function in FROM. */
export type ColumnTypes = Readonly<Record<string, Column>>;

/** One column of such a list. */
export interface NamedColumn {
  readonly key: string;
  readonly name: string;
  readonly type: SqlType;
}

/** Reads such a list; a column has its own name, or that of `named()`. */
export function namedColumns(columns: ColumnTypes, where: string): NamedColumn[] {
  if (typeof columns !== 'object' || columns === null)
    throw sqlError('sql.bad-argument', where, 'columns such as { id: t.integer() }', describe(columns));
  const list = Object.entries(columns).map(([key, column]) => {
    if (!isColumn(column)) throw sqlError('sql.bad-argument', `${where}, at '${key}',`, 'a type such as t.integer()', describe(column));
    return { key, name: column.definition.name ?? key, type: column.type };
  });
  if (list.length === 0) throw sqlError('sql.bad-argument', where, 'one or more columns', 'none');
  return list;
}

/** A query as SQL by hand whose columns are known, in their order. SQLAlchemy: `TextualSelect`. */
export class TextQuery<R> extends Query<R> {
  readonly node: Node;
  readonly #columns: readonly NamedColumn[];
  constructor(node: Node, columns: readonly NamedColumn[]) {
    super({ ...projectColumns(columns), named: true });
    this.node = node;
    this.#columns = columns;
  }
  override '~derive'(): { readonly node: Node; readonly outputs: readonly Output[]; readonly columns: readonly string[] } {
    const columns = this.#columns.map(({ name }) => name);
    return { node: this.node, outputs: this.#columns.map((column) => ({ ...column, node: this.node })), columns };
  }
  /** Its SQL may call its columns something else, so a source says their names. */
  protected override source(node: Node): Node {
    return make('namedQuery', { query: node, columns: this.#columns.map(({ name }) => name) });
  }
  override '~part'(): Node {
    const source = makeAlias(this.source(this.node), null);
    return makeSelect({ columns: this.#columns.map(({ name, key, type }) => makeColumn(source, name, key, type)), from: [source] });
  }
}
