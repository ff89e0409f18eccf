import type { ShapeOf } from './cells.ts';
import type { FromItem } from './from-item.ts';
import { makeDelete } from './make.ts';
import type { Node } from './node.ts';
import { conjunction } from './operand.ts';
import { type Output, project, type SelectRow } from './projection.ts';
import { beginChange, RowChange, type RowChangeState } from './row-change.ts';
import type { Shape, Source } from './schema.ts';
import type { DeleteNode } from './statement-nodes.ts';

/** A DELETE. Immutable; a session or connection runs it. SQLAlchemy: `Delete`. */
export class Delete<S = Shape, R = never> extends RowChange<RowChangeState, R> {
  declare readonly '~shape'?: S;

  /**
   * Other sources that the conditions use. Sources that these name come in by themselves. SQLAlchemy: a DELETE of several tables.
   * @example deleteFrom(Post).using(User).where(Post.c.userId.eq(User.c.id), User.c.active.eq(false))
   */
  using(...sources: FromItem[]): Delete<S, R> {
    return this.addSources(sources, 'using()');
  }
  /** Gives back columns of the rows that were deleted. */
  returning<const X extends readonly unknown[]>(...items: X): Delete<S, SelectRow<X>> {
    return new Delete<S, SelectRow<X>>({ ...this.state, projection: project(items, 'returning()') });
  }
  build(): DeleteNode {
    return this.#node(this.returned());
  }
  '~derive'(): { readonly node: Node; readonly outputs: readonly Output[] } {
    const outputs = this.outputs();
    return { node: this.#node(outputs.map((output) => output.node)), outputs };
  }

  #node(returning: readonly Node[]): DeleteNode {
    const { target, told, where, orderBy, limit, ctes } = this.state;
    this.checkRestricted('delete');
    return makeDelete({
      table: target,
      using: this.allSources(where),
      where: conjunction([...where, ...told]),
      orderBy,
      limit,
      returning,
      ctes,
    });
  }
}

/**
 * Begins a DELETE from a table, a model or an alias of one. It needs a condition, or `{ all: true }`. SQLAlchemy: `delete()`.
 * @example await db.session.execute(deleteFrom(Review).where(Review.c.approved.eq(false)))
 */
export function deleteFrom<X extends Source>(target: X, options: { all?: boolean } = {}): Delete<ShapeOf<X>> {
  return new Delete<ShapeOf<X>>(beginChange(target, options.all === true, 'deleteFrom()'));
}
