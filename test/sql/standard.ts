import { compile, type Visitors } from '../../src/dialects/base/compiler.ts';
import { expressionVisitors } from '../../src/dialects/base/expressions.ts';
import { quoter } from '../../src/dialects/base/identifiers.ts';
import { selectVisitors, writeLimit } from '../../src/dialects/base/selects.ts';
import { TYPE_NAMES, typeWords } from '../../src/dialects/base/type-names.ts';
import { sqliteVisitors } from '../../src/dialects/sqlite/compiler.ts';
import type { ExpressionLike } from '../../src/sql/operand.ts';
import { select } from '../../src/sql/select.ts';
import type { SqlType } from '../../src/sql/type.ts';

const visitors: Visitors = { ...sqliteVisitors, ...expressionVisitors, ...selectVisitors(writeLimit) };

const spelling = {
  name: 'standard',
  title: 'The standard',
  visitors,
  quote: quoter(new Set(['select', 'order'])),
  placeholder: (): string => '?',
  typeName: (type: SqlType): string => typeWords(TYPE_NAMES, type, 'The standard'),
};

/** An expression as the base of all dialects writes it, with ? for every parameter. */
export function standardText(expression: ExpressionLike): string {
  const statement = select({ x: expression }).node;
  return compile(spelling, statement)
    .pieces.join('?')
    .replace(/^SELECT ([\s\S]*?) AS x( FROM \w+)?$/, '$1');
}
