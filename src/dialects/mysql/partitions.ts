import type { DriverRow } from '../base/driver.ts';

/** Whether a row of `information_schema.tables` is of a table that is kept in parts. */
export function isPartitioned([, , , , , createOptions]: DriverRow): boolean {
  return /\bpartitioned\b/i.test(String(createOptions ?? ''));
}

/** What is said of the parts; `words` choose the tables. */
export function partitionsQuery(words: string): string {
  return `SELECT table_name, partition_name, partition_method, partition_expression, partition_description, subpartition_method,
      subpartition_expression, subpartition_name
    FROM information_schema.partitions WHERE table_schema = ?${words} AND partition_name IS NOT NULL
    ORDER BY table_name, partition_ordinal_position, subpartition_ordinal_position`;
}

/** What stands after PARTITION BY; null for a table that is in one piece, or is divided by its own history. */
export function partitionWords(rows: readonly DriverRow[]): string | null {
  if (rows.length === 0) return null;
  const [, , method, expression, , subMethod, subExpression] = rows[0].map((value) => (value === null ? null : String(value)));
  if (method === null || /SYSTEM_TIME/i.test(method)) return null;
  const parts = [...Map.groupBy(rows, (row) => String(row[1])).values()];
  const words = `${method} (${expression ?? ''})`;
  const below = subMethod === null ? '' : ` SUBPARTITION BY ${subMethod} (${subExpression ?? ''}) SUBPARTITIONS ${String(parts[0].length)}`;
  if (/HASH|KEY/i.test(method)) return `${words} PARTITIONS ${parts.length}${below}`;
  const bounds = parts.map(
    ([[, name, , , description]]) => `PARTITION \`${String(name).replaceAll('`', '``')}\` ${bound(method, String(description))}`,
  );
  return `${words}${below} (${bounds.join(', ')})`;
}

function bound(method: string, description: string): string {
  if (/^RANGE/i.test(method)) return `VALUES LESS THAN ${/^maxvalue$/i.test(description) ? 'MAXVALUE' : `(${description})`}`;
  return /^default$/i.test(description) ? 'DEFAULT' : `VALUES IN (${description})`;
}
