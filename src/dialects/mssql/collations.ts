import { sqlError } from '../../sql/errors.ts';

/** The name of a collation, which T-SQL takes in no quotes. Throws an ArgumentError for what is none. */
export function collationName(name: string): string {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) throw sqlError('sql.bad-argument', 'collate()', 'the name of a collation', 'another text');
  return name;
}
