import {
  BIG_INTEGER,
  DATE_TIME,
  DOUBLE,
  INTEGER,
  INTERVAL,
  isDecimal,
  isWhole,
  NUMERIC,
  type SqlType,
  temporalName,
  typeOfValue,
} from './type.ts';

/** The type of a bare value beside an operand of arithmetic. SQLAlchemy: `coerce_compared_value()`. */
export function operandType(beside: SqlType, value: unknown): SqlType {
  if (isDecimal(value)) return NUMERIC;
  if (typeof value === 'number') {
    // A fraction beside whole numbers is none of them; beside exact ones it is one.
    if (beside.name === 'numeric' && !Number.isInteger(value)) return NUMERIC;
    return isWhole(beside) && Number.isInteger(value) && beside.name === 'bigInteger' ? BIG_INTEGER : typeOfValue(value);
  }
  if (typeof value === 'bigint') return beside.name === 'numeric' ? NUMERIC : BIG_INTEGER;
  const duration = temporalName(value) === 'Temporal.Duration' || (typeof value === 'string' && /^[+-]?P/.test(value));
  return duration && isCalendar(beside) ? INTERVAL : beside;
}

/** The type of what arithmetic with these two gives. */
export function arithmeticType(operator: string, left: SqlType, right: SqlType): SqlType {
  if (isCalendar(left) || isCalendar(right) || left.name === 'interval' || right.name === 'interval')
    return calendarType(operator, left, right);
  // Whole numbers give whole ones, however wide; a fraction among them makes a double, and exact numbers stay exact.
  if (isWhole(left) && isWhole(right)) return left.name !== 'bigInteger' && right.name === 'bigInteger' ? right : left;
  if (isFloat(left) && (isWhole(right) || isFloat(right))) return left;
  if (isWhole(left) && isFloat(right)) return DOUBLE;
  return right.name === 'numeric' && isWhole(left) ? right : left;
}

function isFloat(type: SqlType): boolean {
  return type.name === 'float' || type.name === 'double';
}

function isCalendar({ name }: SqlType): boolean {
  return name === 'date' || name === 'time' || name === 'dateTime';
}

function calendarType(operator: string, left: SqlType, right: SqlType): SqlType {
  if (left.name === 'interval' && right.name === 'interval') return INTERVAL;
  if (left.name === 'interval' && !isCalendar(right)) return INTERVAL;
  if (isCalendar(left) && isCalendar(right) && operator === '-') return left.name === 'date' && right.name === 'date' ? INTEGER : INTERVAL;
  const calendar = isCalendar(left) ? left : right;
  const other = calendar === left ? right : left;
  if (!isCalendar(calendar)) return INTERVAL;
  return calendar.name === 'date' && other.name === 'interval' ? DATE_TIME : calendar;
}
