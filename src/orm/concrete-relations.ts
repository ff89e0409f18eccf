import { makeAlias } from '../sql/make.ts';
import type { AliasNode } from '../sql/node.ts';
import { concreteBelow, listedConcrete } from './concrete-classes.ts';
import { type ConcreteUnion, unionOf } from './concrete-union.ts';
import { isA } from './hierarchy.ts';
import type { Mapper, Relationship } from './mapping.ts';

/** The rows that a relation to several classes with tables of their own leads to. */
export function relatedUnion({ target }: Relationship): ConcreteUnion {
  return unionOf(target, listedConcrete(target));
}

/** The same under a name of their own, for conditions on them. */
export function relatedAlias(relation: Relationship): AliasNode {
  return makeAlias((relatedUnion(relation).source as AliasNode).of, null);
}

/** The classes that a relation leads to: its target, or all that the target lists. */
export function relatedClasses(relation: Relationship): readonly Mapper[] {
  return relation.overUnion ? relatedUnion(relation).parts.map(({ mapper }) => mapper) : [relation.target];
}

/** Whether objects of a class may be what a relation leads to. */
export function isRelatable(mapper: Mapper, { target, overUnion }: Relationship): boolean {
  return isA(mapper, target) || (overUnion && concreteBelow(target).some((one) => isA(mapper, one)));
}
