import type { MaybePromise } from '../dialects/base/driver.ts';
import type { Node } from '../sql/node.ts';
import type { PreparationSession } from './flush-preparation.ts';
import type { Entity, Mapper } from './mapping.ts';
import type { Writer } from './persistence.ts';
import type { Undo } from './undo.ts';

/** Objects that were written in one way. */
export interface WrittenRows {
  readonly objects: readonly Entity[];
  readonly change: 'insert' | 'update' | 'delete';
}

/** What a flush works on: the session's sets of changed objects, and its way to the database. */
export interface FlushSession extends PreparationSession, Writer {
  readonly undo: Undo[];
  readonly swept: Entity[];
  partial: Set<Entity> | null;
  version: number;
  /** Whether nothing waits for the flush but stored objects whose attributes were set. */
  readonly onlyChanged: boolean;
  /** Whether nothing waits for the flush but deletes. */
  readonly onlyRemoved: boolean;
  /** What was written in this transaction, for afterCommit. */
  readonly written: WrittenRows[];
  /** Opens the transactions that writes of these classes belong to. */
  beginWriting(mappers: Iterable<Mapper>): MaybePromise<void>;
  /** SQL with the criteria of the classes that it reads. */
  restrict<N extends Node>(node: N): N;
}
