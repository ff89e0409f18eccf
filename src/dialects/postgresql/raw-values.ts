import type { DriverRow } from '../base/driver.ts';

/** The types, by their fixed numbers, whose values drivers give as numbers and booleans; everything else stays text. */
const BOOL = 16;
const INT8 = 20;
const INT2 = 21;
const INT4 = 23;
const OID = 26;
const FLOAT4 = 700;
const FLOAT8 = 701;

/** A column of an answer, as both packages describe it. */
export interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

/** The columns of an answer: their names, and which of them are no text. */
export interface Fields {
  readonly names: readonly string[];
  readonly numbers: readonly number[];
  readonly longs: readonly number[];
  readonly booleans: readonly number[];
}

export const NO_FIELDS: Fields = { names: [], numbers: [], longs: [], booleans: [] };

export function readFields(fields: readonly Field[]): Fields {
  const [numbers, longs, booleans] = [[], [], []] as [number[], number[], number[]];
  fields.forEach(({ dataTypeID }, i) => {
    if (dataTypeID === INT4 || dataTypeID === FLOAT8 || dataTypeID === INT2 || dataTypeID === FLOAT4 || dataTypeID === OID) numbers.push(i);
    else if (dataTypeID === INT8) longs.push(i);
    else if (dataTypeID === BOOL) booleans.push(i);
  });
  return { names: fields.map((field) => field.name), numbers, longs, booleans };
}

/**
 * Numbers and booleans of a row of texts, in their place: a short text costs less as a number than kept. A bigint that a
 * number holds exactly is one, as on every database.
 */
export function convertRow(row: DriverRow, { numbers, longs, booleans }: Fields): DriverRow {
  for (let i = 0; i < numbers.length; i++) {
    const place = numbers[i];
    const text = row[place];
    if (text !== null) row[place] = Number(text);
  }
  for (let i = 0; i < longs.length; i++) {
    const place = longs[i];
    const text = row[place] as string | null;
    if (text === null) continue;
    const number = Number(text);
    row[place] = Number.isSafeInteger(number) ? number : BigInt(text);
  }
  for (let i = 0; i < booleans.length; i++) {
    const place = booleans[i];
    const text = row[place];
    if (text !== null) row[place] = text === 't';
  }
  return row;
}
