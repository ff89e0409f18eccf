import type { ConcreteUnion, UnionChoices } from './concrete-union.ts';
import type { LoadRequest } from './load-request.ts';
import type { Mapper } from './mapping.ts';
import type { PolymorphicReading } from './polymorphic-reading.ts';

/** What a query over a union reads, and what it loads beside the objects of each class. */
export interface UnionReading {
  readonly union: ConcreteUnion;
  readonly requests: ReadonlyMap<Mapper, readonly LoadRequest[]>;
  /** The query of the class's own rows that it was before, and its select since. */
  readonly before: PolymorphicReading;
  readonly whole: PolymorphicReading['select'];
  /** The columns of each class that are read, where the query says so; null where the classes do. */
  readonly choices: UnionChoices | null;
  /** It goes over an alias, whose columns have names of their own: those of the classes mean their tables. */
  readonly aliased: boolean;
}
