import { describe } from '../../sql/errors.ts';
import type { Node } from '../../sql/node.ts';
import type { SqlType } from '../../sql/type.ts';
import { type Spelling, type Visitors, Writer } from './compiler.ts';
import { withCtes } from './cte-hoisting.ts';
import type { Codec } from './dialect.ts';
import { dialectError } from './errors.ts';
import { survey } from './survey.ts';
import { wrapBind } from './type-expressions.ts';

/** What of a dialect is needed to write values into SQL text. */
export interface InlineSpelling extends Spelling {
  codec(type: SqlType): Codec;
  /** A parameter as the driver would get it, as SQL text. */
  literal(encoded: unknown): string;
}

/** An encoded value as a literal of standard SQL. */
export function literal(encoded: unknown): string {
  switch (typeof encoded) {
    case 'string':
      if (encoded.includes('\0')) throw dialectError('ddl.bad-literal', 'Text with a NUL character');
      return `'${encoded.replaceAll("'", "''")}'`;
    case 'bigint':
      return String(encoded);
    case 'number':
      if (!Number.isFinite(encoded)) throw dialectError('ddl.bad-literal', String(encoded));
      return String(encoded);
    case 'boolean':
      return encoded ? 'TRUE' : 'FALSE';
    default:
      if (encoded === null) return 'NULL';
      if (encoded instanceof Uint8Array) return `X'${Buffer.from(encoded).toString('hex').toUpperCase()}'`;
      throw dialectError('ddl.bad-literal', describe(encoded));
  }
}

/**
 * An expression as it stands in DDL: with its values in place, since DDL has no parameters, and with its columns'
 * bare names, since there is one table. `column` writes the columns another way; `condition` where it stands as one.
 */
export function renderInline(
  node: Node,
  spelling: InlineSpelling,
  column: (name: string) => string = spelling.quote,
  condition = false,
): string {
  const visitors: Visitors = { ...spelling.visitors, column: (own, to) => to.write(column(own.name)) };
  return render(node, { ...spelling, visitors }, condition);
}

/** A query as it stands in a view: with its values in place, and its columns as in any select. */
export function renderQuery(query: Node, spelling: InlineSpelling): string {
  return render(query, spelling);
}

function render(node: Node, spelling: InlineSpelling, condition = false): string {
  const value = (encodable: unknown, type: SqlType): string => {
    if (encodable === null) return spelling.literal(null);
    const codec = spelling.codec(type);
    return spelling.literal((codec.literal ?? codec.bind)(encodable));
  };
  const visitors: Visitors = {
    ...spelling.visitors,
    bind: (bind, to) => {
      if (bind.name !== null) throw dialectError('ddl.parameter', bind.name);
      const wrapped = bind.expanding ? null : wrapBind(bind, spelling.name);
      if (wrapped !== null) {
        to.visit(wrapped);
        return;
      }
      const items = bind.expanding ? (bind.value as readonly unknown[]) : [bind.value];
      if (items.length === 0) throw dialectError('ddl.bad-literal', 'An empty list');
      to.write(items.map((item) => value(item, bind.type)).join(', '));
    },
  };
  const writer = new Writer({ ...spelling, visitors }, survey(node).names);
  const whole = withCtes(node);
  return (condition ? writer.condition(whole) : writer.visit(whole)).finish().join('');
}
