// Every value is text, or a boolean: drivers differ in what they make of the rest. Lists come as JSON.

/** In the schema named by $1; where that is NULL, in the one that new tables go to, or what is said beside it. */
const inSchema = (found = 'n.nspname = current_schema()'): string => `
  CASE WHEN $1::text IS NULL THEN ${found} ELSE n.nspname = $1::text END`;

/** Names are found as a statement finds them: along the search path, the connection's own tables first. */
const byName = (names: string): string =>
  inSchema(`CASE WHEN ${names}::text[] IS NULL THEN n.nspname = current_schema()
    ELSE pg_catalog.pg_table_is_visible(c.oid) AND n.nspname NOT IN ('pg_catalog', 'information_schema') END`);

const notOfExtension = (catalog: string, oid: string): string => `NOT EXISTS (
  SELECT 1 FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`;

export const RELATIONS = `
  SELECT c.relname::text, c.relkind::text, c.relispartition, c.relpersistence::text
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ${inSchema('(n.nspname = current_schema() OR n.oid = pg_catalog.pg_my_temp_schema())')} AND ${notOfExtension('pg_class', 'c.oid')}
  ORDER BY c.relname`;

/** $2: kinds, $3: names or NULL. */
export const TABLES = `
  SELECT c.oid::text, c.relname::text, c.relkind::text, c.relispartition, c.relpersistence::text,
    pg_catalog.obj_description(c.oid, 'pg_class'), CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END,
    array_to_json(c.reloptions)::text, s.spcname::text,
    (SELECT json_agg(CASE WHEN pn.nspname = $1::text OR NOT pg_catalog.pg_table_is_visible(p.oid) THEN pn.nspname || '.' ELSE '' END || p.relname
      ORDER BY i.inhseqno)::text FROM pg_catalog.pg_inherits i
      JOIN pg_catalog.pg_class p ON p.oid = i.inhparent JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid),
    CASE WHEN c.relispartition THEN pg_catalog.pg_get_expr(c.relpartbound, c.oid) END
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
  WHERE c.relkind::text = ANY ($2::text[]) AND ${byName('$3')}
    AND ($3::text[] IS NULL OR c.relname::text = ANY ($3::text[]))
    AND ($3::text[] IS NOT NULL OR c.relpersistence <> 't') AND ${notOfExtension('pg_class', 'c.oid')}
  ORDER BY c.oid`;

/** A sequence of the column's own stands behind an identity ('i') and behind what SERIAL made ('a'). $2: the schema asked for. */
export const COLUMNS = `
  SELECT a.attrelid::text, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull OR (t.typtype = 'd' AND t.typnotnull),
    pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attidentity::text, a.attgenerated::text,
    pg_catalog.col_description(a.attrelid, a.attnum),
    CASE WHEN a.attcollation <> t.typcollation THEN (SELECT o.collname::text FROM pg_catalog.pg_collation o WHERE o.oid = a.attcollation) END,
    CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod)
      WHEN dt.typtype = 'd' THEN pg_catalog.format_type(dt.typbasetype, dt.typtypmod) || '[]' END,
    CASE WHEN t.typtype = 'e' THEN t.typname::text WHEN et.typtype = 'e' AND t.typcategory = 'A' THEN et.typname::text END,
    CASE WHEN COALESCE(e.oid, et.oid) IS NOT NULL THEN
      (SELECT json_agg(l.enumlabel ORDER BY l.enumsortorder)::text FROM pg_catalog.pg_enum l WHERE l.enumtypid = COALESCE(e.oid, et.oid)) END,
    CASE WHEN tn.nspname = $2::text OR NOT pg_catalog.pg_type_is_visible(t.oid) THEN tn.nspname::text END,
    q.seqstart::text, q.seqincrement::text, q.seqmin::text, q.seqmax::text, q.seqcycle, q.seqcache::text, q.seqtypid::regtype::text
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_type e ON e.oid = t.oid AND t.typtype = 'e'
  LEFT JOIN pg_catalog.pg_type et ON et.oid = t.typelem AND t.typcategory = 'A' AND et.typtype = 'e'
  LEFT JOIN pg_catalog.pg_type dt ON dt.oid = t.typelem AND t.typcategory = 'A' AND dt.typtype = 'd'
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN (
    SELECT w.refobjid, w.refobjsubid, s.* FROM pg_catalog.pg_depend w JOIN pg_catalog.pg_sequence s ON s.seqrelid = w.objid
    WHERE w.classid = 'pg_catalog.pg_class'::regclass AND w.refclassid = 'pg_catalog.pg_class'::regclass AND w.deptype IN ('a', 'i')
  ) q ON q.refobjid = a.attrelid AND q.refobjsubid = a.attnum
  WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum`;

const namesOf = (numbers: string, table: string): string => `
  (SELECT json_agg(k.attname ORDER BY u.place)::text FROM unnest(${numbers}) WITH ORDINALITY u(number, place)
    JOIN pg_catalog.pg_attribute k ON k.attrelid = ${table} AND k.attnum = u.number)`;

/** Primary keys, uniques, checks, foreign keys and exclude constraints; not the copies that partitions have of their table's. $2: the schema asked for. */
export const CONSTRAINTS = `
  SELECT r.conrelid::text, r.conname::text, r.contype::text, ${namesOf('r.conkey', 'r.conrelid')}, r.condeferrable, r.condeferred,
    f.relname::text, CASE WHEN fn.nspname = $2::text OR NOT pg_catalog.pg_table_is_visible(f.oid) THEN fn.nspname::text END,
    ${namesOf('r.confkey', 'r.confrelid')}, r.confdeltype::text, r.confupdtype::text, r.confmatchtype::text,
    pg_catalog.pg_get_expr(r.conbin, r.conrelid),
    CASE WHEN r.contype IN ('p', 'u') THEN pg_catalog.pg_get_indexdef(r.conindid) END,
    CASE WHEN r.contype IN ('p', 'u') THEN (SELECT json_agg(k.attname ORDER BY u.place)::text
      FROM pg_catalog.pg_index x CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY u(number, place)
      JOIN pg_catalog.pg_attribute k ON k.attrelid = x.indrelid AND k.attnum = u.number
      WHERE x.indexrelid = r.conindid AND u.place > x.indnkeyatts) END,
    CASE WHEN r.contype = 'x' THEN (SELECT json_build_array(m.amname, pg_catalog.pg_get_expr(x.indpred, x.indrelid), (
        SELECT json_agg(json_build_array(k.attname, CASE WHEN u.number = 0 THEN pg_catalog.pg_get_indexdef(x.indexrelid, u.place::int, true) END,
            o.oprname, CASE WHEN NOT p.opcdefault THEN p.opcname END) ORDER BY u.place)
        FROM unnest(x.indkey::int2[]) WITH ORDINALITY u(number, place)
        LEFT JOIN pg_catalog.pg_attribute k ON k.attrelid = x.indrelid AND k.attnum = u.number
        JOIN pg_catalog.pg_operator o ON o.oid = r.conexclop[u.place]
        JOIN pg_catalog.pg_opclass p ON p.oid = x.indclass[u.place - 1]))::text
      FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid JOIN pg_catalog.pg_am m ON m.oid = i.relam
      WHERE x.indexrelid = r.conindid) END,
    r.convalidated, r.connoinherit,
    CASE WHEN r.confdeltype IN ('n', 'd') THEN (SELECT json_agg(k.attname ORDER BY u.place)::text
      FROM jsonb_array_elements_text(COALESCE(NULLIF(to_jsonb(r) -> 'confdelsetcols', 'null'), '[]')) WITH ORDINALITY u(number, place)
      JOIN pg_catalog.pg_attribute k ON k.attrelid = r.conrelid AND k.attnum = u.number::int) END
  FROM pg_catalog.pg_constraint r
  LEFT JOIN pg_catalog.pg_class f ON f.oid = r.confrelid
  LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
  LEFT JOIN pg_catalog.pg_constraint fp ON fp.oid = r.conparentid
  WHERE r.conrelid = ANY ($1::oid[]) AND r.contype IN ('p', 'u', 'c', 'f', 'x')
    AND NOT (r.contype = 'f' AND fp.oid IS NOT NULL AND fp.conrelid = r.conrelid)
  ORDER BY r.conrelid, r.oid`;

/** Indexes that keep no constraint. */
export const INDEXES = `
  SELECT i.indrelid::text, c.relname::text, i.indisunique, m.amname::text, pg_catalog.pg_get_expr(i.indpred, i.indrelid),
    pg_catalog.pg_get_indexdef(i.indexrelid), array_to_json(c.reloptions)::text,
    (SELECT json_agg(json_build_array(
        k.attname, CASE WHEN u.number = 0 THEN pg_catalog.pg_get_indexdef(i.indexrelid, u.place::int, true) END,
        i.indoption[u.place - 1]::int, o.collname, CASE WHEN NOT p.opcdefault THEN p.opcname END, u.place > i.indnkeyatts) ORDER BY u.place)::text
      FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(number, place)
      LEFT JOIN pg_catalog.pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = u.number
      LEFT JOIN pg_catalog.pg_opclass p ON u.place <= i.indnkeyatts AND p.oid = i.indclass[u.place - 1]
      LEFT JOIN pg_catalog.pg_collation o ON u.place <= i.indnkeyatts AND o.oid = i.indcollation[u.place - 1]
        AND i.indcollation[u.place - 1] <> COALESCE(k.attcollation, 100))
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = c.relam
  WHERE i.indrelid = ANY ($1::oid[]) AND i.indislive
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint r WHERE r.conindid = i.indexrelid AND r.contype IN ('p', 'u', 'x'))
  ORDER BY i.indrelid, c.oid`;

/** $2: names or NULL. */
export const VIEWS = `
  SELECT c.relname::text, c.relkind::text, pg_catalog.pg_get_viewdef(c.oid, true), pg_catalog.obj_description(c.oid, 'pg_class'),
    (SELECT option_value FROM pg_catalog.pg_options_to_table(c.reloptions) WHERE option_name = 'check_option'),
    (SELECT json_agg(a.attname ORDER BY a.attnum)::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('v', 'm') AND ${byName('$2')}
    AND ($2::text[] IS NULL OR c.relname::text = ANY ($2::text[])) AND ${notOfExtension('pg_class', 'c.oid')}
  ORDER BY c.oid`;

export const SEQUENCES = `
  SELECT c.relname::text, s.seqstart::text, s.seqincrement::text, s.seqmin::text, s.seqmax::text, s.seqcycle, s.seqcache::text,
    s.seqtypid::regtype::text, o.relname::text, a.attname::text
  FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
    AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i')
  LEFT JOIN pg_catalog.pg_class o ON o.oid = d.refobjid
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
  WHERE d.deptype IS DISTINCT FROM 'i' AND ${inSchema()} AND ${notOfExtension('pg_class', 'c.oid')}
  ORDER BY c.relname`;

export const ENUMS = `
  SELECT t.typname::text, (SELECT json_agg(l.enumlabel ORDER BY l.enumsortorder)::text FROM pg_catalog.pg_enum l WHERE l.enumtypid = t.oid)
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  WHERE t.typtype = 'e' AND ${inSchema()} AND ${notOfExtension('pg_type', 't.oid')} ORDER BY t.typname`;

/** All domains: those of $1 among them, and those that nobody but the database or an extension made. */
export const DOMAINS = `
  SELECT pg_catalog.format_type(t.oid, NULL), t.typname::text,
    CASE WHEN n.nspname = $1::text OR NOT pg_catalog.pg_type_is_visible(t.oid) THEN n.nspname::text END, ${inSchema()},
    n.nspname <> 'information_schema' AND ${notOfExtension('pg_type', 't.oid')},
    pg_catalog.format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault,
    CASE WHEN t.typcollation <> b.typcollation THEN (SELECT o.collname::text FROM pg_catalog.pg_collation o WHERE o.oid = t.typcollation) END,
    (SELECT json_agg(json_build_array(r.conname, pg_catalog.pg_get_constraintdef(r.oid)) ORDER BY r.oid)::text
      FROM pg_catalog.pg_constraint r WHERE r.contypid = t.oid AND r.contype = 'c'),
    CASE WHEN b.typtype = 'e' THEN b.typname::text END,
    CASE WHEN bn.nspname = $1::text OR NOT pg_catalog.pg_type_is_visible(b.oid) THEN bn.nspname::text END,
    CASE WHEN b.typtype = 'e' THEN
      (SELECT json_agg(l.enumlabel ORDER BY l.enumsortorder)::text FROM pg_catalog.pg_enum l WHERE l.enumtypid = b.oid) END
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype JOIN pg_catalog.pg_namespace bn ON bn.oid = b.typnamespace
  WHERE t.typtype = 'd' ORDER BY t.typname`;
