import { sqlError } from './errors.ts';

/**
 * How constraints and indexes without a name get one, so that every migration can name what it changes. A name that comes
 * out too long is shortened. SQLAlchemy: `MetaData(naming_convention=…)`.
 *
 * @example new Database({ naming: { ...NAMING, unique: (table, columns) => `${table}_${columns.join('_')}_key` } })
 */
export interface NamingConvention {
  primaryKey(table: string, columns?: readonly string[]): string;
  unique(table: string, columns: readonly string[]): string;
  index(table: string, columns: readonly string[]): string;
  foreignKey(table: string, columns: readonly string[], target: string, targetColumns?: readonly string[]): string;
  /** `what` is the check's column or its number. */
  check(table: string, what: string): string;
  /** What becomes of a name that was given; it stays as it is without this. */
  given?(kind: keyof NamingTemplates, name: string, table: string, columns: readonly string[]): string;
}

/**
 * The same as texts with tokens: `%(table_name)s`, `%(column_0_name)s` (`column_1_name` …; `column_0N_name` for all of them run
 * together, `column_0_N_name` with `_` between them), `%(column_0_label)s` (the table's name, `_`, the column's), `%(referred_table_name)s`,
 * `%(referred_column_0_name)s` and `%(constraint_name)s`, into which a name that was given goes. SQLAlchemy: the same, and the same keys.
 *
 * @example new MetaData({ uq: 'uq_%(table_name)s_%(column_0_name)s', pk: 'pk_%(table_name)s' })
 */
export interface NamingTemplates {
  readonly ix?: string;
  readonly uq?: string;
  readonly ck?: string;
  readonly fk?: string;
  readonly pk?: string;
}

export type Naming = Partial<NamingConvention> | NamingTemplates;

/** The default: `uq_users_email`, `fk_posts_user_id_users`, `ix_posts_created_at`. */
export const NAMING: NamingConvention = {
  primaryKey: (table) => shorten(`pk_${table}`),
  unique: (table, columns) => shorten(`uq_${table}_${columns.join('_')}`),
  index: (table, columns) => shorten(`ix_${table}_${columns.join('_')}`),
  foreignKey: (table, columns, target) => shorten(`fk_${table}_${columns.join('_')}_${target}`),
  check: (table, what) => shorten(`ck_${table}_${what}`),
};

/** A convention of functions, of templates, or of some of either: what is not said follows the default. */
export function namingConvention(naming: Naming): NamingConvention {
  if (naming === NAMING) return NAMING;
  const functions = naming as Partial<NamingConvention>;
  const templates = naming as NamingTemplates;
  const known = ['primaryKey', 'unique', 'index', 'foreignKey', 'check', 'given', ...TEMPLATE_KEYS];
  const unknown = Object.keys(naming).find((key) => !known.includes(key));
  if (unknown !== undefined) throw sqlError('sql.bad-argument', 'naming', known.join(', '), `'${unknown}'`);
  const by = (key: keyof NamingTemplates, parts: Parts): string | null =>
    templates[key] === undefined ? null : fill(templates[key], key, parts);
  return {
    primaryKey: (table, columns = []) =>
      shorten(functions.primaryKey?.(table, columns) ?? by('pk', { table, columns }) ?? NAMING.primaryKey(table)),
    unique: (table, columns) =>
      shorten(functions.unique?.(table, columns) ?? by('uq', { table, columns }) ?? NAMING.unique(table, columns)),
    index: (table, columns) => shorten(functions.index?.(table, columns) ?? by('ix', { table, columns }) ?? NAMING.index(table, columns)),
    foreignKey: (table, columns, target, targetColumns = []) =>
      shorten(
        functions.foreignKey?.(table, columns, target, targetColumns) ??
          by('fk', { table, columns, target, targetColumns }) ??
          NAMING.foreignKey(table, columns, target),
      ),
    check: (table, what) =>
      shorten(functions.check?.(table, what) ?? by('ck', { table, columns: [what], given: what }) ?? NAMING.check(table, what)),
    given: (kind, name, table, columns) => {
      if (functions.given !== undefined) return functions.given(kind, name, table, columns);
      const template = templates[kind];
      return template?.includes('%(constraint_name)s') ? fill(template, kind, { table, columns, given: name }) : name;
    },
  };
}

const TEMPLATE_KEYS = ['ix', 'uq', 'ck', 'fk', 'pk'] as const;

interface Parts {
  readonly table: string;
  readonly columns: readonly string[];
  readonly target?: string;
  readonly targetColumns?: readonly string[];
  readonly given?: string;
}

const COLUMN_TOKEN = /^(referred_)?column_(\d+)(_?N)?_(name|key|label)$/;

function fill(template: string, key: string, parts: Parts): string {
  return template.replace(/%\((\w+)\)s/g, (_token, token: string) => {
    if (token === 'table_name') return parts.table;
    if (token === 'referred_table_name' && parts.target !== undefined) return parts.target;
    if (token === 'constraint_name') return parts.given ?? parts.columns.join('_');
    const [, referred, number, all, what] = COLUMN_TOKEN.exec(token) ?? [];
    if (number === undefined)
      throw sqlError('sql.bad-argument', `naming, at '${key}',`, 'the tokens of a naming convention', `'%(${token})s'`);
    const columns = (referred === undefined ? parts.columns : (parts.targetColumns ?? [])).map((name) =>
      what === 'label' ? `${referred === undefined ? parts.table : parts.target}_${name}` : name,
    );
    if (all !== undefined) return columns.slice(Number(number)).join(all === '_N' ? '_' : '');
    return columns[Number(number)] ?? '';
  });
}

/** The shortest limit among the databases is PostgreSQL's 63 bytes; one limit for all keeps names the same everywhere. */
const LIMIT = 63;

const encoder = new TextEncoder();

/** A name cut to the limit, with a hash of the whole at its end, so that two long names stay different and stable. */
export function shorten(name: string): string {
  if (encoder.encode(name).length <= LIMIT) return name;
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  let start = '';
  let bytes = 0;
  for (const character of name) {
    bytes += encoder.encode(character).length;
    if (bytes > LIMIT - 9) break;
    start += character;
  }
  return `${start}_${(hash >>> 0).toString(16).padStart(8, '0')}`;
}

/** `HTTPRequest` → `http_request`: the rule of Flask-SQLAlchemy for table names. */
export function snakeCase(name: string): string {
  return name
    .replace(/((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))/g, '_$1')
    .toLowerCase()
    .replace(/^_+/, '');
}

/** `created_at` → `createdAt`; a name that is not made of words stays as it is. */
export function camelCase(name: string): string {
  if (!/^\w+$/.test(name)) return name;
  const words = /^[A-Z0-9_]+$/.test(name) ? name.toLowerCase() : name;
  return words
    .replace(/(?<=[A-Za-z0-9])_+([A-Za-z0-9])/g, (_all, letter: string) => letter.toUpperCase())
    .replace(/^[A-Z]/, (letter) => letter.toLowerCase());
}
