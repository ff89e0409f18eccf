/** Turns a column's value as tedious gives it into what a row holds; null where nothing is to be done. */
export type Convert = ((value: unknown) => unknown) | null;

/** Of a column's metadata what says its type. */
export interface ColumnType {
  readonly type: { readonly name: string };
  readonly dataLength?: number | undefined;
}

/** Wide integers come as digits: a number where one holds it, else a bigint. */
function readBigInt(value: unknown): unknown {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(value as string);
}

function readDate(value: unknown): unknown {
  return (value as Date).toISOString().slice(0, 10);
}

/** `HH:MM:SS`, with the fraction where there is one. */
function readTime(value: unknown): unknown {
  const date = value as Date & { readonly nanosecondsDelta?: number };
  // Digits four to seven after the point.
  const rest = Math.round((date.nanosecondsDelta ?? 0) * 1e7);
  const fraction = `${String(date.getUTCMilliseconds()).padStart(3, '0')}${String(rest).padStart(4, '0')}`.replace(/0+$/, '');
  return date.toISOString().slice(11, 19) + (fraction === '' ? '' : `.${fraction}`);
}

/** What the values of a column need. */
export function converterOf({ type, dataLength }: ColumnType): Convert {
  switch (type.name) {
    case 'BigInt':
      return readBigInt;
    case 'IntN':
      return dataLength === 8 ? readBigInt : null;
    case 'Date':
      return readDate;
    case 'Time':
      return readTime;
    default:
      return null;
  }
}
