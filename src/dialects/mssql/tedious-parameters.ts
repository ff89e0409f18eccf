import type { Request, TYPES } from 'tedious';
import { digitsOf, TypedParameter } from './parameters.ts';

type DataType = Parameters<Request['addParameter']>[1];

/** A parameter as tedious takes it. */
export interface TediousParameter {
  readonly type: DataType;
  readonly value: unknown;
  readonly options: { readonly length?: number; readonly precision?: number; readonly scale?: number };
}

/** Sizes that stand for all shorter values, so that the server keeps one plan for them. */
const TEXT_LENGTH = 4000;
const BYTES_LENGTH = 8000;
const INT_MIN = -2_147_483_648n;
const INT_MAX = 2_147_483_647n;

/** Makes parameters of encoded values: their types follow from the values, as the codecs made them. */
export function parameterMaker(types: typeof TYPES): (value: unknown) => TediousParameter {
  const decimal = exactDecimal(types.Decimal);
  return (value) => {
    switch (typeof value) {
      case 'bigint':
        return value >= INT_MIN && value <= INT_MAX
          ? { type: types.Int, value: Number(value), options: {} }
          : { type: types.BigInt, value, options: {} };
      case 'number':
        return { type: types.Float, value, options: {} };
      case 'boolean':
        return { type: types.Bit, value, options: {} };
      case 'string':
        return { type: types.NVarChar, value, options: value.length > TEXT_LENGTH ? {} : { length: TEXT_LENGTH } };
      default:
        // NULL as text is taken for NULL of nearly every type; the compiler sees to bytes.
        if (value === null) return { type: types.NVarChar, value, options: { length: TEXT_LENGTH } };
        if (value instanceof Date) return { type: types.DateTime2, value, options: { scale: 3 } };
        if (value instanceof Uint8Array) {
          const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
          return { type: types.VarBinary, value: bytes, options: bytes.length > BYTES_LENGTH ? {} : { length: BYTES_LENGTH } };
        }
        if (value instanceof TypedParameter) return typed(value, types, decimal);
        throw new TypeError(`A parameter has a value of a kind that SQL Server's driver does not take: ${typeof value}`);
    }
  };
}

function typed({ type, text }: TypedParameter, types: typeof TYPES, decimal: DataType): TediousParameter {
  if (type === 'decimal') return { type: decimal, value: text, options: digitsOf(text) };
  if (type === 'date') return { type: types.Date, value: new Date(`${text}T00:00:00Z`), options: {} };
  const [clock, fraction = ''] = text.split('.');
  const value = new Date(`1970-01-01T${clock}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  // What a Date does not hold: tedious takes it as a fraction of a second beside it.
  const rest = Number(`0.000${fraction.slice(3, 7).padEnd(4, '0')}`);
  return { type: types.Time, value: Object.assign(value, { nanosecondDelta: rest }), options: { scale: 7 } };
}

/** DECIMAL from its digits. The package's own goes through a floating-point number, which would change long ones. */
function exactDecimal(decimal: DataType): DataType {
  return {
    ...decimal,
    validate: (value: unknown) => value,
    writeValue: (buffer, { value, precision = 0 }) => {
      if (value === null || value === undefined) {
        buffer.writeUInt8(0);
        return;
      }
      const text = String(value);
      const words = precision <= 9 ? 1 : precision <= 19 ? 2 : precision <= 28 ? 3 : 4;
      buffer.writeUInt8(words * 4 + 1);
      buffer.writeUInt8(text.startsWith('-') ? 0 : 1);
      let magnitude = BigInt(text.replace(/^[+-]/, '').replace('.', ''));
      for (let i = 0; i < words; i++) {
        buffer.writeUInt32LE(Number(magnitude & 0xffff_ffffn));
        magnitude >>= 32n;
      }
    },
  };
}
