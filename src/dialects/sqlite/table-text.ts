import { closing, isWord, type Token, tokens } from './tokens.ts';

/** What only the text of a CREATE TABLE tells: the names of constraints, checks, and which of them stand with their column. */
export interface TableText {
  readonly primaryKey: { readonly name: string | null } | null;
  readonly uniques: readonly NamedColumns[];
  readonly foreignKeys: readonly (NamedColumns & { readonly withColumn: boolean })[];
  readonly checks: readonly {
    readonly name: string | null;
    readonly sql: string;
    readonly column: string | null;
    readonly words: readonly string[];
  }[];
}

interface NamedColumns {
  readonly name: string | null;
  readonly columns: readonly string[];
}

const KINDS = ['PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN', 'REFERENCES'] as const;

/** Reads the text that SQLite keeps of a table. */
export function readTableText(sql: string): TableText {
  const all = tokens(sql);
  const open = all.findIndex((token) => token.raw === '(');
  let primaryKey: TableText['primaryKey'] = null;
  const uniques: NamedColumns[] = [];
  const foreignKeys: (NamedColumns & { withColumn: boolean })[] = [];
  const checks: TableText['checks'][number][] = [];

  for (const item of split(all.slice(open + 1, closing(all, open)))) {
    const isConstraint = isWord(item[0], 'CONSTRAINT') || KINDS.some((kind) => isWord(item[0], kind));
    const column = isConstraint ? null : item[0].value;
    let name: string | null = null;
    for (let i = column === null ? 0 : 1; i < item.length; i++) {
      const token = item[i];
      const bracket = (): number => item.findIndex((t, at) => at >= i && t.raw === '(');
      if (isWord(token, 'CONSTRAINT')) {
        name = item[++i]?.value ?? null;
        continue;
      }
      const kind = KINDS.find((word) => isWord(token, word));
      if (kind === undefined) {
        // A default, a type's length or a generated value; a keyword in its brackets is none of ours.
        if (token.raw === '(') i = closing(item, i);
        name = null;
        continue;
      }
      if (kind === 'CHECK') {
        const [from, to] = [bracket(), closing(item, bracket())];
        const words = item.slice(from + 1, to).flatMap((t) => (t.kind === 'name' ? [t.value.toLowerCase()] : []));
        checks.push({ name, sql: sql.slice(item[from].end, item[to].start).trim(), column, words });
        i = to;
      } else if (kind === 'REFERENCES') {
        // Of a table's FOREIGN KEY (…) REFERENCES only the first word counts.
        if (column !== null) foreignKeys.push({ name, columns: [column], withColumn: true });
      } else {
        const columns = column === null ? namesIn(item, bracket()) : [column];
        if (kind === 'PRIMARY') primaryKey = { name };
        else if (kind === 'UNIQUE') uniques.push({ name, columns });
        else foreignKeys.push({ name, columns, withColumn: false });
        if (column === null) i = closing(item, bracket());
      }
      name = null;
    }
  }
  return { primaryKey, uniques, foreignKeys, checks };
}

/** The items between the commas that stand in no brackets. */
function split(list: readonly Token[]): Token[][] {
  const items: Token[][] = [];
  let item: Token[] = [];
  for (let i = 0, depth = 0; i < list.length; i++) {
    if (list[i].raw === '(') depth++;
    else if (list[i].raw === ')') depth--;
    if (list[i].raw === ',' && depth === 0) {
      items.push(item);
      item = [];
    } else item.push(list[i]);
  }
  if (item.length > 0) items.push(item);
  return items.filter((tokensOfItem) => tokensOfItem.length > 0);
}

/** The column names in the brackets that begin at `open`, without COLLATE and ASC. */
function namesIn(item: readonly Token[], open: number): string[] {
  return split(item.slice(open + 1, closing(item, open))).map((part) => part[0].value);
}
