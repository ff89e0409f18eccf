import { make } from './make.ts';
import type { Node } from './node.ts';

/** A term of an order, which may say where NULL stands. */
export interface OrderTerm {
  readonly node: Node;
  readonly '~order': true;
  /** Rows with NULL come first. SQLAlchemy: `nulls_first()`. */
  nullsFirst(): OrderTerm;
  /** Rows with NULL come last. SQLAlchemy: `nulls_last()`. */
  nullsLast(): OrderTerm;
}

/** A term with its direction. */
export class Order implements OrderTerm {
  declare readonly '~order': true;
  readonly node: Node;
  readonly #operand: Node;
  readonly #direction: 'asc' | 'desc';
  constructor(operand: Node, direction: 'asc' | 'desc', nulls: 'first' | 'last' | null = null) {
    this.#operand = operand;
    this.#direction = direction;
    this.node = make('order', { operand, direction, nulls });
  }
  nullsFirst(): OrderTerm {
    return new Order(this.#operand, this.#direction, 'first');
  }
  nullsLast(): OrderTerm {
    return new Order(this.#operand, this.#direction, 'last');
  }
}
