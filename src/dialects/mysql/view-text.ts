import type { ReflectedView } from '../base/reflection.ts';

const TOKEN = /'(?:[^'\\]|''|\\[\s\S])*'|`(?:[^`]|``)*`|[\s\S]/g;
const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/**
 * SQL of a server without the name of its own database before the names of tables, so that it means the same in another one.
 * Where something else has the database's name, a table's alias perhaps, nothing is taken away.
 */
export function withoutDatabase(sql: string, database: string | null): string {
  if (database === null) return sql;
  const own = quoted(database);
  if (!sql.includes(`${own}.`)) return sql;
  const tokens = Array.from(sql.matchAll(TOKEN), ([token]) => token);
  const before = (i: number): boolean => tokens[i] === own && tokens[i - 1] !== '.' && tokens[i + 1] === '.';
  if (tokens.some((token, i) => token === own && !before(i))) return sql;
  return tokens.filter((_, i) => !before(i) && !(i > 0 && before(i - 1))).join('');
}

/** An expression without a pair of brackets around all of it. */
export function withoutBrackets(sql: string): string {
  if (!sql.startsWith('(') || !sql.endsWith(')')) return sql;
  let depth = 0;
  for (const { 0: token, index } of sql.matchAll(TOKEN)) {
    if (token === '(') depth++;
    else if (token === ')' && --depth === 0) return index === sql.length - 1 ? sql.slice(1, -1) : sql;
  }
  return sql;
}

/** Views so that each comes after those that it selects from. */
export function inOrder(views: readonly ReflectedView[]): ReflectedView[] {
  const sorted = new Set<ReflectedView>();
  const open = new Set<ReflectedView>();
  const visit = (view: ReflectedView): void => {
    if (open.has(view)) return;
    open.add(view);
    const names = new Set(view.definition.match(TOKEN));
    for (const other of views) if (other !== view && names.has(quoted(other.name))) visit(other);
    sorted.add(view);
  };
  views.forEach(visit);
  return [...sorted];
}
