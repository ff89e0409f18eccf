import { sqlError } from '../../sql/errors.ts';
import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { TIGHTNESS, type Writer } from '../base/compiler.ts';
import type { textMatchVisitors } from '../base/text-match.ts';
import { stringLiteral } from './literal.ts';
import type { MysqlServer } from './server.ts';

/** What MySQL calls the flags of JavaScript's regular expressions. */
const MYSQL_FLAGS: Readonly<Record<string, string>> = { i: 'i', m: 'm', s: 'n', c: 'c' };

/** MariaDB's expression with its flags before it. Without them the column's collation would say whether case counts. */
function inlineFlags(flags: string, to: Writer): string {
  const known = [...flags].filter((flag) => flag !== 'g' && flag !== 'c');
  const unknown = known.find((flag) => !'imsx'.includes(flag));
  if (unknown !== undefined) throw sqlError('sql.unsupported', `flag '${unknown}' of regular expressions`, to.spelling.title);
  return `(?${known.join('')}${known.includes('i') ? '' : '-i'})`;
}

function matchType(flags: string, to: Writer): string {
  const letters = [...flags].filter((flag) => flag !== 'g' && flag !== 'x');
  const unknown = letters.find((flag) => !Object.hasOwn(MYSQL_FLAGS, flag));
  if (unknown !== undefined) throw sqlError('sql.unsupported', `flag '${unknown}' of regular expressions`, to.spelling.title);
  return stringLiteral(`${letters.includes('i') ? '' : 'c'}${letters.map((flag) => MYSQL_FLAGS[flag]).join('')}`);
}

/** MySQL's argument for flags has none for a pattern that is spaced out, and the pattern itself has. */
const spaced = (flags: string): boolean => flags.includes('x');

/** An expression may be bytes to the server where all of it is NULL, and those meet no text. */
function text(node: Node, to: Writer): void {
  if (isKind(node, 'column') || isKind(node, 'bind')) to.visit(node);
  else to.write('CONVERT(').visit(node).write(' USING utf8mb4)');
}

/** Regular expressions and full text as MySQL or MariaDB has them. */
export function mysqlTextMatchVisitors(server: MysqlServer): typeof textMatchVisitors {
  return {
    regexp: (node, to) => {
      const flags = node.flags ?? '';
      if (server.mariadb) {
        to.operand(node.operand, TIGHTNESS.collate).write(`${node.negated ? ' NOT' : ''} REGEXP CONCAT('${inlineFlags(flags, to)}', `);
        to.visit(node.pattern).write(')');
      } else {
        text(node.operand, to.write(node.negated ? '(NOT REGEXP_LIKE(' : '(REGEXP_LIKE('));
        if (spaced(flags)) to.write(", CONCAT('(?x)', ").visit(node.pattern).write(')');
        else text(node.pattern, to.write(', '));
        to.write(`, ${matchType(flags, to)}))`);
      }
    },
    regexpReplace: (node, to) => {
      const flags = node.flags ?? '';
      const all = flags.includes('g');
      to.write('REGEXP_REPLACE(');
      if (server.mariadb) {
        to.visit(node.operand);
        // It replaces every match. The first one alone is what can be reached from the beginning.
        const first = all ? '' : '(?s)\\A.*?\\K(?-s)';
        to.write(`, CONCAT(${stringLiteral(`${first}${inlineFlags(flags, to)}(?:`)}, `)
          .visit(node.pattern)
          .write(", ')'), ");
        // The whole match is \0 there.
        to.write('REPLACE(')
          .visit(node.replacement)
          .write(`, ${stringLiteral('\\&')}, ${stringLiteral('\\0')}))`);
        return;
      }
      // Groups are $1 there, and a backslash takes the next character as it is. One that the pattern does not have is empty.
      text(node.operand, to);
      to.write(spaced(flags) ? ", CONCAT('(?x:', " : ", CONCAT('(?:', ")
        .visit(node.pattern)
        .write(`, '${spaced(flags) ? '\\n' : ''})()()()()()()()()()'), REGEXP_REPLACE(REPLACE(REPLACE(`)
        .visit(node.replacement)
        .write(
          `, '$', ${stringLiteral('\\$')}), ${stringLiteral('\\&')}, '$0'), ${stringLiteral('\\\\([0-9])')}, ${stringLiteral('\\$$1')})`,
        );
      to.write(`, 1, ${all ? 0 : 1}, ${matchType(flags, to)})`);
    },
    match: (node, to) => {
      to.write('MATCH (').list(node.operands).write(') AGAINST (').visit(node.query);
      to.write(node.mode === 'boolean' ? ' IN BOOLEAN MODE)' : ')');
    },
  };
}
