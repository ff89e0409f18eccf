import type { ReferenceAction } from './column.ts';
import type { ConstraintDefinition, Deferral, Named, StorageOptions, TableItem } from './constraints.ts';
import { describe, sqlError } from './errors.ts';
import type { Node } from './node.ts';
import { isKind, walk } from './node-walk.ts';

export interface PrimaryKeyOf<C extends Named> extends Deferral {
  readonly kind: 'primaryKey';
  readonly name: string;
  readonly columns: readonly C[];
  readonly include?: readonly Named[];
}
export interface UniqueOf<C extends Named> extends Deferral {
  readonly kind: 'unique';
  readonly name: string;
  readonly columns: readonly C[];
  readonly include?: readonly Named[];
  readonly nullsNotDistinct?: boolean;
}
/** One of the things that an index is over. */
export interface IndexPart {
  /** Null where it is an expression. */
  readonly column: Named | null;
  readonly expression: Node | null;
  readonly direction: 'asc' | 'desc';
  readonly nulls: 'first' | 'last' | null;
  readonly collation: string | null;
  readonly operatorClass: string | null;
  /** Characters of the column that are kept; null for all. */
  readonly length: number | null;
}
export interface IndexOf<C extends Named> {
  readonly kind: 'index';
  readonly name: string;
  /** The columns among its parts. */
  readonly columns: readonly C[];
  readonly unique: boolean;
  readonly where: Node | null;
  /** All it is over, where that is more than its columns in ascending order. */
  readonly parts?: readonly IndexPart[];
  readonly using?: string;
  readonly include?: readonly Named[];
  readonly nullsNotDistinct?: boolean;
  readonly storage?: StorageOptions;
  readonly concurrently?: boolean;
  readonly ifNotExists?: boolean;
}
export interface Check {
  readonly kind: 'check';
  readonly name: string;
  readonly condition: Node;
}
export interface ForeignKeyOf<C extends Named> extends Deferral {
  readonly kind: 'foreignKey';
  readonly name: string;
  readonly columns: readonly C[];
  /** The table and columns it refers to, in the names of the database. */
  readonly targetTable: string;
  readonly targetColumns: readonly string[];
  readonly onDelete: ReferenceAction | null;
  readonly onUpdate: ReferenceAction | null;
  readonly match?: 'simple' | 'partial' | 'full';
  /** Added by an ALTER TABLE after all tables, where the database can. */
  readonly useAlter?: boolean;
}
/** No two rows for which all the operators hold. */
export interface Exclude extends Deferral {
  readonly kind: 'exclude';
  readonly name: string;
  readonly elements: readonly { readonly expression: Node; readonly operator: string; readonly operatorClass?: string }[];
  readonly using: string;
  readonly where: Node | null;
}

export function definitionOf(item: TableItem, table: string): ConstraintDefinition {
  const definition = (item as TableItem | null | undefined)?.['~definition'];
  if (definition === undefined)
    throw sqlError('sql.invalid-schema', table, `among its constraints is ${describe(item)}, not unique(…), index(…) or the like`);
  return definition;
}

export function deferralOf({ deferrable, initially }: Deferral): Deferral {
  if (deferrable === undefined && initially === undefined) return {};
  return { deferrable: deferrable ?? initially === 'deferred', ...(initially === undefined ? {} : { initially }) };
}

/** The words of an expression for the name of its index: its functions and columns. */
export function wordsOf(expression: Node): string[] {
  const words: string[] = [];
  walk(expression, (node) => {
    if (isKind(node, 'function') || isKind(node, 'column')) words.push(node.name);
    return true;
  });
  return words.length === 0 ? ['expression'] : words;
}
