import { closing, isWord, type Token, textOf, tokens } from './tokens.ts';

/** What only the text of a CREATE TABLE tells: the names of constraints, checks, and which of them stand with their column. */
export interface TableText {
  readonly primaryKey: { readonly name: string | null } | null;
  readonly uniques: readonly NamedColumns[];
  readonly foreignKeys: readonly ForeignKeyText[];
  /** By the column's name in lower case: what is said of it beside its type. */
  readonly columns: ReadonlyMap<string, ColumnText>;
  readonly autoincrement: boolean;
  readonly checks: readonly {
    readonly name: string | null;
    readonly sql: string;
    readonly column: string | null;
    readonly words: readonly string[];
  }[];
}

interface ForeignKeyText extends NamedColumns {
  readonly withColumn: boolean;
  readonly deferrable: boolean;
  readonly initially: 'deferred' | 'immediate' | null;
}

interface ColumnText {
  readonly collation: string | null;
  readonly computed: { readonly sql: string; readonly stored: boolean } | null;
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
  const foreignKeys: { -readonly [K in keyof ForeignKeyText]: ForeignKeyText[K] }[] = [];
  const columnTexts = new Map<string, { -readonly [K in keyof ColumnText]: ColumnText[K] }>();
  const checkedAtOnce = { deferrable: false, initially: null };
  let autoincrement = false;
  const checks: TableText['checks'][number][] = [];

  // A view has no such text.
  for (const item of open === -1 ? [] : split(all.slice(open + 1, closing(all, open)))) {
    const isConstraint = isWord(item[0], 'CONSTRAINT') || KINDS.some((kind) => isWord(item[0], kind));
    const column = isConstraint ? null : item[0].value;
    const text: { -readonly [K in keyof ColumnText]: ColumnText[K] } = { collation: null, computed: null };
    if (column !== null) columnTexts.set(column.toLowerCase(), text);
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
        const key = foreignKeys[foreignKeys.length - 1];
        if (isWord(token, 'COLLATE')) text.collation = item[i + 1]?.value ?? null;
        else if (isWord(token, 'AUTOINCREMENT')) autoincrement = true;
        else if (isWord(token, 'DEFERRABLE') && key !== undefined) key.deferrable = !isWord(item[i - 1], 'NOT');
        else if (isWord(token, 'INITIALLY') && key !== undefined)
          key.initially = isWord(item[i + 1], 'DEFERRED') ? 'deferred' : 'immediate';
        else if (column !== null && isWord(token, 'AS') && item[i + 1]?.raw === '(') {
          const end = closing(item, i + 1);
          text.computed = { sql: textOf(sql, item.slice(i + 2, end)), stored: isWord(item[end + 1], 'STORED') };
        }
        // A default, a type's length or a generated value; a keyword in its brackets is none of ours.
        if (token.raw === '(') i = closing(item, i);
        name = null;
        continue;
      }
      if (kind === 'CHECK') {
        const [from, to] = [bracket(), closing(item, bracket())];
        const words = item.slice(from + 1, to).flatMap((t) => (t.kind === 'name' ? [t.value.toLowerCase()] : []));
        checks.push({ name, sql: textOf(sql, item.slice(from + 1, to)), column, words });
        i = to;
      } else if (kind === 'REFERENCES') {
        // Of a table's FOREIGN KEY (…) REFERENCES only the first word counts.
        if (column !== null) foreignKeys.push({ name, columns: [column], withColumn: true, ...checkedAtOnce });
      } else {
        const columns = column === null ? namesIn(item, bracket()) : [column];
        if (kind === 'PRIMARY') primaryKey = { name };
        else if (kind === 'UNIQUE') uniques.push({ name, columns });
        else foreignKeys.push({ name, columns, withColumn: false, ...checkedAtOnce });
        if (column === null) i = closing(item, bracket());
      }
      name = null;
    }
  }
  return { primaryKey, uniques, foreignKeys, checks, columns: columnTexts, autoincrement };
}

/** The items between the commas that stand in no brackets. */
export function split(list: readonly Token[]): Token[][] {
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
