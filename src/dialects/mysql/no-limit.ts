/** As many rows as there can be: MySQL has no OFFSET without a LIMIT. */
export const NO_LIMIT = '18446744073709551615';
