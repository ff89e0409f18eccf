import { rawSql } from '../../sql/raw-text.ts';
import { isWhole, makeType, type SqlType, TEXT } from '../../sql/type.ts';
import type { Dialect } from './dialect.ts';
import { catalogOf } from './reflected-catalog.ts';
import type { ReflectedColumn, ReflectedDomain } from './reflection.ts';

/** The type of a reflected column, and whether nothing is known of how its values travel. */
export interface ReadType {
  readonly type: SqlType;
  readonly unknown: boolean;
}

const native = (words: string, inner: SqlType): SqlType => makeType({ name: 'native', words, inner });

/**
 * The type that a database's words stand for. Where Athanor would write other words for it, the database's own are kept
 * beside it, so that the column is created again as it was: a FLOAT of MySQL is `t.float()`, and FLOAT there.
 *
 * @param home the schema of the metadata that takes it
 */
export function reflectedType(column: ReflectedColumn, dialect: Dialect, home: string | null): ReadType {
  const { type: words, baseType, enum: own, domain } = column;
  if (domain !== undefined) {
    return { type: orArray(words, domainType(words.replace(/\[\]$/, ''), domain, dialect, home)), unknown: false };
  }
  if (own !== undefined) return { type: enumType(words, own, home), unknown: false };
  const like = (text: string): SqlType | null => catalogOf(dialect).typeLike?.(text) ?? null;
  const { ddl } = dialect;
  if (baseType !== undefined) return { type: native(words, ddl.parseType(baseType) ?? like(baseType) ?? TEXT), unknown: false };
  const known = ddl.parseType(words);
  if (known === null) {
    const other = like(words);
    return { type: other?.name === 'array' ? other : native(words, other ?? TEXT), unknown: other === null };
  }
  const decides = catalogOf(dialect).numbersByType === true && column.primaryKey && column.autoIncrement === false && isWhole(known);
  if (!decides && ddl.sameType(ddl.typeName(known), words)) return { type: known, unknown: false };
  return { type: makeType({ ...known, variants: { [dialect.name]: native(words, known) } }), unknown: false };
}

function enumType(words: string, { name, schema, values }: NonNullable<ReflectedColumn['enum']>, home: string | null): SqlType {
  const length = Math.max(1, ...values.map((value) => value.length));
  const type = makeType({ name: 'enum', values, length, enumName: name, ...(schema === home ? {} : { enumSchema: schema }) });
  return orArray(words, type);
}

/** The type, or an array of it where the words are those of one. */
function orArray(words: string, type: SqlType): SqlType {
  return words.endsWith('[]') ? makeType({ name: 'array', inner: type, dimensions: 1 }) : type;
}

function domainType(words: string, domain: ReflectedDomain, dialect: Dialect, home: string | null): SqlType {
  const { name, schema, type, base, nullable, collation, default: fallback, checks } = domain;
  const on: ReflectedColumn = {
    name,
    type,
    nullable,
    default: null,
    primaryKey: false,
    cannotDrop: null,
    ...(base === undefined ? {} : { domain: base }),
    ...(domain.enum === undefined ? {} : { enum: domain.enum }),
  };
  return makeType({
    name: 'native',
    words,
    inner: reflectedType(on, dialect, home).type,
    domain: {
      name,
      ...(schema === home ? {} : { schema }),
      notNull: !nullable,
      collation,
      serverDefault: fallback === null ? null : rawSql(fallback),
      checks: checks.map((check) => ({ name: check.name, condition: rawSql(check.sql) })),
    },
  });
}

/** The same for a migration, which is of one database: words that Athanor would not write stand for themselves. */
export function writtenType(words: string, ddl: Dialect['ddl']): SqlType {
  // SQLite's columns may have no type.
  if (words === '') return TEXT;
  const type = ddl.parseType(words);
  return type === null ? native(words, TEXT) : ddl.sameType(ddl.typeName(type), words) ? type : native(words, type);
}
