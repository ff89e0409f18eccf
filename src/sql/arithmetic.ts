import type { DivisionDomain } from './expression-nodes.ts';
import { make } from './make.ts';
import type { Node } from './node.ts';
import {
  BIG_INTEGER,
  DOUBLE,
  INTEGER,
  INTERVAL,
  isDecimal,
  isWhole,
  NUMERIC,
  type SqlType,
  temporalName,
  typeOfValue,
  widerType,
} from './type.ts';

/** An operator's node with the type of what it gives. */
export interface TypedNode {
  readonly node: Node;
  readonly type: SqlType;
}

/** A node and its type on each side of an operator. */
export interface Side {
  readonly node: Node;
  readonly type: SqlType;
}

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
  return right.name === 'numeric' && isWhole(left) ? right : widerType(left, right);
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
  if (!isCalendar(calendar)) return INTERVAL;
  return calendar;
}

/** A sum or difference of dates, moments and durations, or null for other arithmetic. */
export function calendarArithmetic(operator: string, left: Side, right: Side): TypedNode | null {
  if (operator !== '+' && operator !== '-') return null;
  const type = calendarType(operator, left.type, right.type);
  if (isCalendar(left.type) && right.type.name === 'interval') return shift(left, right, operator === '-');
  if (operator === '+' && left.type.name === 'interval' && isCalendar(right.type)) return shift(right, left, false);
  if (operator === '-' && isCalendar(left.type) && isCalendar(right.type))
    return { node: make('dateDifference', { of: type === INTEGER ? 'days' : 'interval', left: left.node, right: right.node }), type };
  return null;
}

function shift(moment: Side, duration: Side, negated: boolean): TypedNode {
  const of = moment.type.name as 'date' | 'time' | 'dateTime';
  return { node: make('dateShift', { of, negated, operand: moment.node, duration: duration.node }), type: moment.type };
}

function domainOf(left: SqlType, right: SqlType): DivisionDomain {
  const names = [left.name, right.name];
  if (names.some((name) => name === 'float' || name === 'double')) return 'double';
  if (names.includes('numeric')) return 'numeric';
  if (isWhole(left) && isWhole(right)) return names.includes('bigInteger') ? 'bigInteger' : 'integer';
  return 'unknown';
}

/** A quotient, a quotient without its fraction, or what remains: the same numbers in every database. */
export function division(operator: 'divide' | 'floor' | 'modulo', left: Side, right: Side): TypedNode {
  const domain = domainOf(left.type, right.type);
  const node = make('division', { operator, domain, left: left.node, right: right.node });
  if (domain === 'unknown') return { node, type: isWhole(left.type) && operator === 'divide' ? DOUBLE : left.type };
  if (domain === 'numeric') return { node, type: left.type.name === 'numeric' ? widerType(left.type, right.type) : NUMERIC };
  if (domain === 'double' || operator === 'divide') return { node, type: DOUBLE };
  return { node, type: domain === 'bigInteger' ? BIG_INTEGER : left.type };
}
