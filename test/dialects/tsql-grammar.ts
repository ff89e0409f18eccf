import { createRequire } from 'node:module';
import type { ParserRuleContext } from 'antlr4ts';
import type { TerminalNode } from 'antlr4ts/tree/TerminalNode.js';

// The grammar of Transact-SQL that ANTLR's authors publish, so that what the compiler writes is read by something else.
// The package's own entry loads the grammars of five databases.
const require = createRequire(import.meta.url);
const { CharStreams, CommonTokenStream } = require('antlr4ts') as typeof import('antlr4ts');
const { CaseChangingStream } = require('antlr4ts-sql/dist/src/models/CaseChangingStream') as typeof import('antlr4ts-sql');
const { TSqlLexer } = require('antlr4ts-sql/dist/src/grammar-output/tsql/TSqlLexer') as typeof import('antlr4ts-sql');
const { TSqlParser } =
  require('antlr4ts-sql/dist/src/grammar-output/tsql/TSqlParser') as typeof import('antlr4ts-sql/dist/src/grammar-output/tsql/TSqlParser.js');

/** A rule of the grammar with what it is made of, or a token. */
export interface Parsed {
  readonly rule: string;
  readonly text: string;
  readonly parts: readonly Parsed[];
}

/** What SQL Server has and the grammar does not, as something of the same place that it has. */
const UNKNOWN: readonly (readonly [RegExp, string | ((...match: string[]) => string)])[] = [
  [/, NOWAIT\)/g, ')'],
  [/\$action\b/g, '@action'],
  [/ TABLESAMPLE SYSTEM \([^()]*\)(?: REPEATABLE \([^()]*\))?/g, ''],
  [/\bFREETEXT\(/g, 'CONTAINS('],
  [/, LANGUAGE N'[^']*'\)/g, ')'],
  [/\bNEXT VALUE FOR ([\w.[\]]+)/g, 'next_value($1)'],
  [/\bTRIM\(([^()]+?) FROM /g, 'TRIM($1, '],
  [/^CREATE OR ALTER VIEW /, 'CREATE VIEW '],
  [/^(CREATE .*INDEX .* WHERE .*) WITH \([^()]*\)$/, '$1'],
  [
    /\b(?:GROUPING SETS|ROLLUP|CUBE) \(((?:\([^()]*\)(?:, )?|[^(),]+(?:, )?)+)\)/g,
    (_all, lists) => `ROLLUP (${lists.replace(/[()]/g, '').replace(/(?:, )+$/, '')})`,
  ],
];

/** Reads T-SQL. Throws for what is none. */
export function parseTsql(sql: string): Parsed {
  const errors: string[] = [];
  const listener = {
    syntaxError: (_recognizer: unknown, _symbol: unknown, line: number, column: number, message: string): void => {
      errors.push(`${line}:${column} ${message.slice(0, 200)}`);
    },
  };
  let known = sql;
  for (const [words, other] of UNKNOWN) known = known.replace(words, other as string);
  const lexer = new TSqlLexer(new CaseChangingStream(CharStreams.fromString(known), true));
  lexer.removeErrorListeners();
  lexer.addErrorListener(listener);
  const parser = new TSqlParser(new CommonTokenStream(lexer));
  parser.removeErrorListeners();
  parser.addErrorListener(listener);
  const tree = convert(parser.tsql_file(), parser.ruleNames, [...known]);
  if (errors.length === 0) refuse(tree, errors);
  if (errors.length > 0) throw new Error(`Not T-SQL: ${errors[0]}\n${sql}`);
  return tree;
}

/** The lexer counts in characters, not in halves of them. */
function convert(node: ParserRuleContext, rules: readonly string[], characters: readonly string[]): Parsed {
  const textOf = (from: number, to: number): string => characters.slice(from, to + 1).join('');
  const parts = (node.children ?? []).map((child) => {
    if ('ruleIndex' in child) return convert(child as ParserRuleContext, rules, characters);
    const { symbol } = child as TerminalNode;
    return { rule: '', text: symbol.type === -1 ? '' : textOf(symbol.startIndex, symbol.stopIndex), parts: [] };
  });
  return { rule: rules[node.ruleIndex], text: textOf(node.start.startIndex, node.stop?.stopIndex ?? -1), parts };
}

/** What the grammar takes and SQL Server does not. */
function refuse(node: Parsed, errors: string[], parent = ''): void {
  const words = node.parts.filter((part) => part.rule === '').map((part) => part.text.toUpperCase());
  if (words.includes('||')) errors.push(`there is no || in '${node.text}'`);
  if (node.rule === 'table_source_item' && node.parts.some((part) => part.rule === 'derived_table')) {
    if (!node.parts.some((part) => part.rule === 'as_table_alias')) errors.push(`no alias for '${node.text}'`);
  }
  if (node.rule === 'full_column_name' && /^(true|false)$/i.test(node.text)) errors.push(`there is no ${node.text}`);
  // The rows of an INSERT may have an order, in which keys are made.
  if (node.rule === 'subquery' && parent !== 'rows') refuseOrder(node, errors);
  for (const part of node.parts)
    refuse(
      part,
      errors,
      node.rule === 'insert_statement_value' || (parent === 'rows' && node.rule === 'derived_table') ? 'rows' : node.rule,
    );
}

/** ORDER BY in a subquery without TOP or OFFSET. */
function refuseOrder(node: Parsed, errors: string[]): void {
  for (const statement of node.parts) {
    if (statement.rule !== 'select_statement') continue;
    const order = statement.parts.find((part) => part.rule === 'order_by_clause');
    if (order !== undefined && !/\boffset\b/i.test(order.text) && !/^select (distinct )?top\b/i.test(statement.text))
      errors.push(`ORDER BY in the subquery '${statement.text}'`);
  }
}

/** The rules of a tree without its names and values: equal for statements that mean the same but for those. */
export function shapeOf(node: Parsed): string {
  if (node.rule === 'id' || node.rule === 'constant') return node.rule;
  if (node.rule === '') return node.text.toUpperCase();
  return `${node.rule}(${node.parts.map(shapeOf).join(' ')})`;
}
