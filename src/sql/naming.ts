/**
 * How constraints and indexes without a name get one, so that every migration can name what it changes.
 * SQLAlchemy: `MetaData(naming_convention=…)`.
 */
export interface NamingConvention {
  primaryKey(table: string): string;
  unique(table: string, columns: readonly string[]): string;
  index(table: string, columns: readonly string[]): string;
  foreignKey(table: string, columns: readonly string[], target: string): string;
  check(table: string, what: string): string;
}

/** The default: `uq_users_email`, `fk_posts_user_id_users`, `ix_posts_created_at`. */
export const NAMING: NamingConvention = {
  primaryKey: (table) => shorten(`pk_${table}`),
  unique: (table, columns) => shorten(`uq_${table}_${columns.join('_')}`),
  index: (table, columns) => shorten(`ix_${table}_${columns.join('_')}`),
  foreignKey: (table, columns, target) => shorten(`fk_${table}_${columns.join('_')}_${target}`),
  check: (table, what) => shorten(`ck_${table}_${what}`),
};

/** The shortest limit among the databases is PostgreSQL's 63 bytes; one limit for all keeps names the same everywhere. */
const LIMIT = 63;

/** A name cut to the limit, with a hash of the whole at its end, so that two long names stay different and stable. */
function shorten(name: string): string {
  if (name.length <= LIMIT) return name;
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return `${name.slice(0, LIMIT - 9)}_${(hash >>> 0).toString(16).padStart(8, '0')}`;
}

/** `HTTPRequest` → `http_request`: the rule of Flask-SQLAlchemy for table names. */
export function snakeCase(name: string): string {
  return name
    .replace(/((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))/g, '_$1')
    .toLowerCase()
    .replace(/^_+/, '');
}
