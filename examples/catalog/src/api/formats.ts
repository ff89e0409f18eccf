import { isPlainText } from '../text-field.ts';

/** The formats that the routes' JSON schemas name, beside the ones that every schema knows. */
export const formats = {
  /** Text that every database can keep. */
  plain: isPlainText,
  /** The same, and not blank. */
  name: (text: string) => isPlainText(text) && text.trim() !== '',
  /** An amount of money: whole cents. */
  money: { type: 'number' as const, validate: (value: number) => Number(value.toFixed(2)) === value },
};
