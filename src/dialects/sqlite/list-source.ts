import type { ListSource } from '../base/dialect.ts';

/** A long list as one JSON array: SQLite has a limit of 32,766 parameters, and prepares many of them slowly. */
export const listSource: ListSource = {
  from: 1000,
  sql: (placeholder) => `SELECT value FROM json_each(${placeholder})`,
  encode: (values) => {
    // Fractions are left out: their way through text is not exact in every version.
    for (const value of values) if (typeof value !== 'string' && typeof value !== 'bigint' && !Number.isSafeInteger(value)) return null;
    return `[${values.map((value) => (typeof value === 'string' ? JSON.stringify(value) : String(value))).join()}]`;
  },
};
