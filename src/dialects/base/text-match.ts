import type { Node } from '../../sql/node.ts';
import { TIGHTNESS, type Visitors, type Writer } from './compiler.ts';

/** A pattern with its flags before it, where the operator has no place for them. */
function pattern(node: Node, flags: string | null, to: Writer): void {
  if (flags === null || flags === 'i') to.operand(node, TIGHTNESS.collate);
  else to.write(`('(?${flags})' || `).operand(node, TIGHTNESS.collate).write(')');
}

/** Regular expressions and full text as PostgreSQL has them. */
export const textMatchVisitors: Pick<Visitors, 'regexp' | 'regexpReplace' | 'match'> = {
  regexp: (node, to) => {
    to.operand(node.operand, TIGHTNESS.collate).write(` ${node.negated ? '!' : ''}~${node.flags === 'i' ? '*' : ''} `);
    pattern(node.pattern, node.flags, to);
  },
  regexpReplace: (node, to) => {
    to.write('regexp_replace(').list([node.operand, node.pattern, node.replacement]);
    to.write(node.flags === null ? ')' : `, '${node.flags}')`);
  },
  match: (node, to) => {
    const language = node.language === null ? '' : `'${node.language}', `;
    const [first, ...rest] = node.operands;
    if (rest.length > 0 || node.language !== null) {
      to.write(`to_tsvector(${language}`);
      if (rest.length > 0) to.write("concat_ws(' ', ").list(node.operands).write(')');
      else to.visit(first);
      to.write(')');
    } else to.operand(first, TIGHTNESS.collate);
    to.write(` @@ ${node.mode === 'boolean' ? 'to_tsquery' : 'plainto_tsquery'}(${language}`)
      .visit(node.query)
      .write(')');
  },
};
