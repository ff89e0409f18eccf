import { make } from './make.ts';
import type { SourceNode } from './node.ts';
import type { ExpressionLike } from './operand.ts';
import { expressionNode } from './order.ts';
import type { HintNode } from './statement-nodes.ts';

/** Words for one dialect, or for all: a prefix, a suffix, or a hint for a source. */
export function hint(text: ExpressionLike, source: SourceNode | null, { dialect }: { readonly dialect?: string }, where: string): HintNode {
  return make('hint', { dialect: dialect ?? null, content: expressionNode(text, where), source });
}
