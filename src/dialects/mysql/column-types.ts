import type { Column } from '../../sql/column.ts';
import { t } from '../../sql/column-types.ts';
import { describe, sqlError } from '../../sql/errors.ts';

type Plain<V> = Column<V, false, false>;

const quoted = (word: string): string => `'${word.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;

/**
 * Types that only MySQL and MariaDB have. On another database they need a variant: `mysql.year().variant('sqlite', t.smallInteger())`.
 * SQLAlchemy: `sqlalchemy.dialects.mysql`.
 *
 * @example const shape = { days: mysql.set(['mon', 'tue', 'wed']), founded: mysql.year() };
 */
export const mysql = {
  /** Any of these words, as a list in their order here. SQLAlchemy: `SET`. */
  set: <const W extends string>(words: readonly W[]): Plain<readonly W[]> => {
    const bad =
      words.length === 0 ||
      words.length > 64 ||
      new Set(words).size !== words.length ||
      words.some((word) => word.includes(',') || word === '');
    if (bad) throw sqlError('sql.bad-argument', 'mysql.set()', 'from 1 to 64 different words without commas', 'others');
    return t.custom<readonly W[], string>({
      type: t.native({ mysql: `SET(${words.map(quoted).join(', ')})` }),
      toDatabase: (value) => {
        const known = Array.isArray(value) && value.every((word) => words.includes(word));
        if (!known)
          throw sqlError(
            'sql.bad-argument',
            'A set',
            `a list of ${words.map(quoted).join(', ')}`,
            Array.isArray(value) ? 'another word' : describe(value),
          );
        return words.filter((word) => value.includes(word)).join(',');
      },
      fromDatabase: (raw) => (raw === '' ? [] : (raw.split(',') as W[])),
    });
  },
  /** A year from 1901 to 2155. SQLAlchemy: `YEAR`. */
  year: (): Plain<number> => t.native({ mysql: 'YEAR' }, t.smallInteger()),
  /** A byte that shows `width` digits; `mysql.tinyint(1)` is what MySQL calls a boolean, here as a number. SQLAlchemy: `TINYINT`. */
  tinyint: (width?: number): Plain<number> => {
    const valid = width === undefined || (Number.isInteger(width) && width > 0 && width <= 255);
    if (!valid) throw sqlError('sql.bad-argument', 'mysql.tinyint()', 'a width from 1 to 255', describe(width));
    return t.native({ mysql: width === undefined ? 'TINYINT' : `TINYINT(${width})` }, t.tinyInteger());
  },
} as const;
