import type { Decimal } from 'decimal.js';
import { arithmeticType, calendarArithmetic, division, operandType, type Side } from './arithmetic.ts';
import { arrayIndexNode, isArray, itemType } from './array.ts';
import { betweenNode, comparisonNode, inNode, isNode, junctionNode, notNode, nullTest, plainNode } from './comparison.ts';
import { describe, sqlError } from './errors.ts';
import type { BitwiseNode, CustomOperatorNode, JsonScalarNode } from './expression-nodes.ts';
import { isJson, type JsonAt, type JsonKey, jsonPathNode, jsonScalarNode } from './json-path.ts';
import { make } from './make.ts';
import type { Node } from './node.ts';
import {
  type Among,
  type Contained,
  conditions,
  type Difference,
  type DurationOf,
  type ExpressionLike,
  type Item,
  type NameOf,
  type NullOf,
  type Operand,
  operand,
  type Quotient,
  SqlValue,
} from './operand.ts';
import { Order, type OrderTerm } from './order-term.ts';
import {
  type AffixOptions,
  affixNode,
  concatNode,
  likeNode,
  type MatchOptions,
  matchNode,
  type RegexpOptions,
  regexpNode,
  regexpReplaceNode,
} from './text-match.ts';
import { BOOLEAN, DOUBLE, INTEGER, isTextual, JSON_TYPE, NUMERIC, type SqlType, TEXT, typeOfValue } from './type.ts';

/** An operator that waits for its right side. */
export type Operator<V, R> = { operate(value: Operand<V> | ExpressionLike): Expression<R> }['operate'];

/** How an operator of the database's own is written. */
export interface OperatorOptions {
  /** How tightly it binds: its operands and itself stand in brackets where they have to. */
  readonly precedence?: NonNullable<CustomOperatorNode['precedence']>;
}

/**
 * A SQL expression: a column, a value, or something made of them. Immutable; every operator gives a new expression.
 * SQLAlchemy: `ColumnElement`.
 *
 * @typeParam V its value
 * @typeParam N the names of the sources that it is of, where they are known
 * @example User.query().filter(User.c.age.ge(18), User.c.email.endsWith('@example.com'))
 */
export class Expression<V = unknown, N extends string = string> extends SqlValue implements ExpressionLike<V> {
  declare readonly '~value': V;
  /** The sources whose columns it is made of, so that it is known to be null where an outer join leaves them out. */
  declare readonly '~from'?: N;

  /** `=`; `IS NULL` for null. SQLAlchemy: `==`. */
  eq(value: Operand<V>): Expression<boolean> {
    return value === null ? this.isNull() : this.#compare('=', value, 'eq()');
  }
  /** `<>`; `IS NOT NULL` for null. SQLAlchemy: `!=`. */
  ne(value: Operand<V>): Expression<boolean> {
    return value === null ? this.isNotNull() : this.#compare('<>', value, 'ne()');
  }
  /** `>`. */
  gt(value: Operand<V>): Expression<boolean> {
    return this.#compare('>', value, 'gt()');
  }
  /** `>=`. SQLAlchemy: `>=`. */
  ge(value: Operand<V>): Expression<boolean> {
    return this.#compare('>=', value, 'ge()');
  }
  /** `<`. */
  lt(value: Operand<V>): Expression<boolean> {
    return this.#compare('<', value, 'lt()');
  }
  /** `<=`. */
  le(value: Operand<V>): Expression<boolean> {
    return this.#compare('<=', value, 'le()');
  }
  /** The same as `ge()`. */
  gte(value: Operand<V>): Expression<boolean> {
    return this.ge(value);
  }
  /** The same as `le()`. */
  lte(value: Operand<V>): Expression<boolean> {
    return this.le(value);
  }
  /** Equal, with NULL equal to NULL only. SQLAlchemy: `is_not_distinct_from()`. */
  isNotDistinctFrom(value: Operand<V>): Expression<boolean> {
    return this.#compare('IS NOT DISTINCT FROM', value, 'isNotDistinctFrom()');
  }
  /** Different, with NULL different from every value. SQLAlchemy: `is_distinct_from()`. */
  isDistinctFrom(value: Operand<V>): Expression<boolean> {
    return this.#compare('IS DISTINCT FROM', value, 'isDistinctFrom()');
  }
  /** `IS NULL`; of a JSON path also JSON's null. SQLAlchemy: `is_(None)`. */
  isNull(): Expression<boolean> {
    return condition(nullTest(this.node, 'IS NULL'));
  }
  /** `IS NOT NULL`. SQLAlchemy: `is_not(None)`. */
  isNotNull(): Expression<boolean> {
    return condition(nullTest(this.node, 'IS NOT NULL'));
  }
  /** `IS NULL`, `IS TRUE` or `IS FALSE`: never NULL itself. Anything else is `isNotDistinctFrom()`. SQLAlchemy: `is_()`. */
  is(value: Operand<V>): Expression<boolean> {
    return condition(isNode(this, value, false));
  }
  /** `IS NOT NULL`, `IS NOT TRUE` or `IS NOT FALSE`. SQLAlchemy: `is_not()`. */
  isNot(value: Operand<V>): Expression<boolean> {
    return condition(isNode(this, value, true));
  }
  /**
   * `IN`: a list of values and expressions (of values alone it is one parameter whatever its length; an empty one matches
   * nothing), a parameter that gets such a list when the statement runs, or a select of one column. NULLs in a list are
   * left out. SQLAlchemy: `in_()`.
   * @example select(User).where(User.c.id.in(param('ids'))) // with { ids: [1, 2] }
   */
  in(values: Among<V>): Expression<boolean> {
    return condition(inNode(this, values, false));
  }
  /** `NOT IN`; an empty list matches everything. SQLAlchemy: `not_in()`. */
  notIn(values: Among<V>): Expression<boolean> {
    return condition(inNode(this, values, true));
  }
  /** `BETWEEN low AND high`, both included; with `symmetric` in either order. */
  between(low: Operand<V>, high: Operand<V>, options: { readonly symmetric?: boolean } = {}): Expression<boolean> {
    return condition(betweenNode(this, low, high, options.symmetric === true, false));
  }
  /** `NOT BETWEEN low AND high`. */
  notBetween(low: Operand<V>, high: Operand<V>, options: { readonly symmetric?: boolean } = {}): Expression<boolean> {
    return condition(betweenNode(this, low, high, options.symmetric === true, true));
  }
  /** `LIKE` with the pattern as it is: `%` and `_` are wildcards. Whether case counts is the database's habit. */
  like(pattern: Operand<string>, options: { escape?: string } = {}): Expression<boolean> {
    return condition(likeNode(this.#text(), operand(pattern, TEXT, 'like()'), options));
  }
  /** `NOT LIKE`. */
  notLike(pattern: Operand<string>, options: { escape?: string } = {}): Expression<boolean> {
    return condition(likeNode(this.#text(), operand(pattern, TEXT, 'notLike()'), { ...options, negated: true }));
  }
  /** `LIKE` that ignores case, whatever the database's own habit. */
  ilike(pattern: Operand<string>, options: { escape?: string } = {}): Expression<boolean> {
    return condition(likeNode(this.#text(), operand(pattern, TEXT, 'ilike()'), { ...options, insensitive: true }));
  }
  /** `NOT LIKE` that ignores case. */
  notIlike(pattern: Operand<string>, options: { escape?: string } = {}): Expression<boolean> {
    return condition(likeNode(this.#text(), operand(pattern, TEXT, 'notIlike()'), { ...options, insensitive: true, negated: true }));
  }
  /** Begins with this text; its wildcards stand for themselves unless `autoescape` is false. SQLAlchemy: `startswith()`. */
  startsWith(text: Operand<string>, options: AffixOptions = {}): Expression<boolean> {
    return this.#affix('', text, '%', false, options, 'startsWith()');
  }
  /** Ends with this text; its wildcards stand for themselves unless `autoescape` is false. SQLAlchemy: `endswith()`. */
  endsWith(text: Operand<string>, options: AffixOptions = {}): Expression<boolean> {
    return this.#affix('%', text, '', false, options, 'endsWith()');
  }
  /**
   * Text: contains this text, whose wildcards stand for themselves unless `autoescape` is false. JSON: holds this part
   * (`{ size: 'L' }`, `['red']`), wherever it holds more. Arrays: has all these items. SQLAlchemy: `contains()`.
   */
  contains(value: Contained<V>, options: AffixOptions = {}): Expression<boolean> {
    if (isArray(this.type)) return this.arrayContains(value as Operand<V>);
    const textual = typeof value === 'string' || (value instanceof Expression && !isJson(value.type));
    if (isJson(this.type) && !textual)
      return condition(make('jsonContains', { left: this.node, right: operand(value, JSON_TYPE, 'contains()') }));
    return this.#affix('%', value as Operand<string>, '%', false, options, 'contains()');
  }
  /** `startsWith()` that ignores case. SQLAlchemy: `istartswith()`. */
  istartsWith(text: Operand<string>, options: AffixOptions = {}): Expression<boolean> {
    return this.#affix('', text, '%', true, options, 'istartsWith()');
  }
  /** `endsWith()` that ignores case. SQLAlchemy: `iendswith()`. */
  iendsWith(text: Operand<string>, options: AffixOptions = {}): Expression<boolean> {
    return this.#affix('%', text, '', true, options, 'iendsWith()');
  }
  /** `contains()` of text that ignores case. SQLAlchemy: `icontains()`. */
  icontains(text: Operand<string>, options: AffixOptions = {}): Expression<boolean> {
    return this.#affix('%', text, '%', true, options, 'icontains()');
  }
  /** Matches a regular expression, in the language of the database (SQLite: JavaScript's). SQLAlchemy: `regexp_match()`. */
  regexpMatch(pattern: Operand<string>, options: RegexpOptions = {}): Expression<boolean> {
    return condition(regexpNode(this.#text(), operand(pattern, TEXT, 'regexpMatch()'), options, false));
  }
  /** Does not match a regular expression. SQLAlchemy: `~regexp_match()`. */
  notRegexpMatch(pattern: Operand<string>, options: RegexpOptions = {}): Expression<boolean> {
    return condition(regexpNode(this.#text(), operand(pattern, TEXT, 'notRegexpMatch()'), options, true));
  }
  /**
   * The text with the first match of a regular expression replaced, or with every one where the flags have a `g`. In the
   * replacement, `\\1` to `\\9` are what its groups matched. SQLAlchemy: `regexp_replace()`.
   */
  regexpReplace(pattern: Operand<string>, replacement: Operand<string>, options: RegexpOptions = {}): Expression<string | (V & null), N> {
    const [by, to] = [operand(pattern, TEXT, 'regexpReplace()'), operand(replacement, TEXT, 'regexpReplace()')];
    return new Expression(regexpReplaceNode(this.#text(), by, to, options), TEXT);
  }
  /** Full-text search (SQLite: a column of an FTS5 table). SQLAlchemy: `match()`. */
  match(query: Operand<string>, options: MatchOptions = {}): Expression<boolean> {
    return condition(matchNode([this.node], operand(query, TEXT, 'match()'), options));
  }
  /**
   * `+`; joins strings with `||`. To a date or a moment it adds a duration, as ISO 8601 text or an interval: a month later is the
   * same day of the next month, or its last one. SQLAlchemy: `+`.
   *
   * @example Trial.c.startedAt.plus('P14D')
   */
  plus<X extends Operand<V> | DurationOf<V>>(value: X): Expression<V | NullOf<X>, N | NameOf<X>> {
    return (isTextual(this.type) ? this.concat(value as Operand<string>) : this.#arithmetic('+', value, 'plus()')) as Expression<
      never,
      never
    >;
  }
  /** `-`. Of a date or a moment: a duration before it, or the interval since another one (PostgreSQL). */
  minus<X extends Operand<V> | DurationOf<V>>(value: X): Expression<Difference<V, X> | (V & null) | NullOf<X>, N | NameOf<X>> {
    return this.#arithmetic('-', value, 'minus()') as Expression<never, never>;
  }
  /** `*`. */
  times<X extends Operand<V>>(value: X): Expression<V | NullOf<X>, N | NameOf<X>> {
    return this.#arithmetic('*', value, 'times()') as Expression<never, never>;
  }
  /** `/`, with the fraction in every database: 1 divided by 2 is 0.5. Whole numbers give a double. SQLAlchemy: `/`. */
  dividedBy<X extends Operand<V>>(value: X): Expression<Quotient<V> | NullOf<X>, N | NameOf<X>> {
    return this.#division('divide', value, 'dividedBy()') as Expression<never, never>;
  }
  /** The quotient rounded down, below zero as well: −7 by 2 is −4. SQLAlchemy: `//`. */
  floorDiv<X extends Operand<V>>(value: X): Expression<V | NullOf<X>, N | NameOf<X>> {
    return this.#division('floor', value, 'floorDiv()') as Expression<never, never>;
  }
  /** `%`, what remains, with the sign of the left side: −7 by 2 is −1. SQLAlchemy: `%`. */
  mod<X extends Operand<V>>(value: X): Expression<V | NullOf<X>, N | NameOf<X>> {
    return this.#division('modulo', value, 'mod()') as Expression<never, never>;
  }
  /** The opposite number. SQLAlchemy: unary `-`. */
  negate(): Expression<V, N> {
    const { node, type } = this.#number();
    return new Expression(make('unary', { operator: '-', operand: node, postfix: false }), type);
  }
  /** The bits that are in both. SQLAlchemy: `bitwise_and()`. */
  bitwiseAnd<X extends Operand<V>>(value: X): Expression<V | NullOf<X>, N | NameOf<X>> {
    return this.#bitwise('and', value, 'bitwiseAnd()') as Expression<never, never>;
  }
  /** The bits that are in either. SQLAlchemy: `bitwise_or()`. */
  bitwiseOr<X extends Operand<V>>(value: X): Expression<V | NullOf<X>, N | NameOf<X>> {
    return this.#bitwise('or', value, 'bitwiseOr()') as Expression<never, never>;
  }
  /** The bits that are in one of both. SQLAlchemy: `bitwise_xor()`. */
  bitwiseXor<X extends Operand<V>>(value: X): Expression<V | NullOf<X>, N | NameOf<X>> {
    return this.#bitwise('xor', value, 'bitwiseXor()') as Expression<never, never>;
  }
  /** Every bit turned round. SQLAlchemy: `bitwise_not()`. */
  bitwiseNot(): Expression<V, N> {
    const { node, type } = this.#number();
    return new Expression(make('bitwiseNot', { operand: node }), type);
  }
  /** The bits moved to the left. SQLAlchemy: `bitwise_lshift()`. */
  bitwiseLeftShift<X extends Operand<V>>(places: X): Expression<V | NullOf<X>, N | NameOf<X>> {
    return this.#bitwise('shiftLeft', places, 'bitwiseLeftShift()') as Expression<never, never>;
  }
  /** The bits moved to the right. SQLAlchemy: `bitwise_rshift()`. */
  bitwiseRightShift<X extends Operand<V>>(places: X): Expression<V | NullOf<X>, N | NameOf<X>> {
    return this.#bitwise('shiftRight', places, 'bitwiseRightShift()') as Expression<never, never>;
  }
  /** Joins text with `||`. */
  concat<X extends Operand<string>>(value: X): Expression<string | (V & null) | NullOf<X>, N | NameOf<X>> {
    return new Expression(concatNode(this.#text(), operand(value, TEXT, 'concat()')), TEXT);
  }
  /**
   * An operator that only the database knows, given the value it takes. The operands stand in brackets unless a
   * `precedence` says that they need none. SQLAlchemy: `op()`.
   *
   * @example Event.c.span.op('&&', { comparison: true })(otherSpan)
   * @throws ArgumentError for text that is no operator
   */
  op(operator: string, options: OperatorOptions & { readonly comparison: true }): Operator<V, boolean>;
  op<R>(
    operator: string,
    options: OperatorOptions & { readonly returns: { readonly '~value': R; readonly type: SqlType } },
  ): Operator<V, R>;
  op(operator: string, options?: OperatorOptions): Operator<V, V>;
  op(
    operator: string,
    options: OperatorOptions & { readonly comparison?: boolean; readonly returns?: { readonly type: SqlType } } = {},
  ): Operator<V, never> {
    const { comparison = false, precedence = null, returns } = options;
    if (!OPERATOR.test(operator) || /--|\/\*/.test(operator))
      throw sqlError('sql.bad-argument', 'op()', "an operator such as '&&' or 'SIMILAR TO'", 'another text');
    const type = comparison ? BOOLEAN : (returns?.type ?? this.type);
    return (value) => {
      const right = operand(value, this.type, `op('${operator}')`);
      return new Expression<never>(make('customOperator', { operator, precedence, left: this.node, right }), type);
    };
  }
  /** `op()` for a condition. SQLAlchemy: `bool_op()`. */
  boolOp(operator: string): Operator<V, boolean> {
    return this.op(operator, { comparison: true });
  }
  /** `DISTINCT`, as the argument of an aggregate: `func.count(User.c.city.distinct())`. SQLAlchemy: `distinct()`. */
  distinct(): Expression<V, N> {
    return new Expression(make('distinct', { operand: this.node }), this.type);
  }

  /**
   * Walks into a JSON value, by keys of objects and places in arrays (below zero from the end). The result is JSON again:
   * compare it with JavaScript values, or take it as a value of SQL with `asText()` and its like. Null where nothing is
   * there. SQLAlchemy: `column['a', 0]`.
   *
   * @example Product.c.meta.json('sizes', 0).eq('XL')
   * @throws ArgumentError where the value is not JSON
   */
  json<A extends JsonKey<V>>(a: A): Expression<JsonAt<V, A>, N>;
  json<A extends JsonKey<V>, B extends JsonKey<JsonAt<V, A>>>(a: A, b: B): Expression<JsonAt<JsonAt<V, A>, B>, N>;
  json<A extends JsonKey<V>, B extends JsonKey<JsonAt<V, A>>, C extends JsonKey<JsonAt<JsonAt<V, A>, B>>>(
    a: A,
    b: B,
    c: C,
  ): Expression<JsonAt<JsonAt<JsonAt<V, A>, B>, C>, N>;
  json<
    A extends JsonKey<V>,
    B extends JsonKey<JsonAt<V, A>>,
    C extends JsonKey<JsonAt<JsonAt<V, A>, B>>,
    D extends JsonKey<JsonAt<JsonAt<JsonAt<V, A>, B>, C>>,
  >(a: A, b: B, c: C, d: D): Expression<JsonAt<JsonAt<JsonAt<JsonAt<V, A>, B>, C>, D>, N>;
  json(...steps: readonly unknown[]): Expression<unknown, N> {
    return new Expression(jsonPathNode(this.node, this.type, steps), JSON_TYPE);
  }
  /** A JSON value as text. SQLAlchemy: `as_string()`. */
  asText(): Expression<string | null> {
    return this.#jsonAs('text', TEXT, 'asText()');
  }
  /** A JSON number as a whole number. SQLAlchemy: `as_integer()`. */
  asInteger(): Expression<number | null> {
    return this.#jsonAs('integer', INTEGER, 'asInteger()');
  }
  /** A JSON number as a double. SQLAlchemy: `as_float()`. */
  asNumber(): Expression<number | null> {
    return this.#jsonAs('number', DOUBLE, 'asNumber()');
  }
  /** A JSON number as a decimal. SQLAlchemy: `as_numeric()`. */
  asDecimal(): Expression<Decimal | null> {
    return this.#jsonAs('numeric', NUMERIC as SqlType<Decimal>, 'asDecimal()');
  }
  /** JSON's true or false. SQLAlchemy: `as_boolean()`. */
  asBoolean(): Expression<boolean | null> {
    return this.#jsonAs('boolean', BOOLEAN, 'asBoolean()');
  }
  /** Whether a JSON object has this key, or an array this text. SQLAlchemy: `JSONB.has_key()`. */
  hasKey(key: Operand<string>): Expression<boolean> {
    return this.#hasKeys([key], true, 'hasKey()');
  }
  /** Whether a JSON object has one of these keys. SQLAlchemy: `JSONB.has_any()`. */
  hasAnyKey(keys: readonly Operand<string>[]): Expression<boolean> {
    return this.#hasKeys(keys, false, 'hasAnyKey()');
  }
  /** Whether a JSON object has all of these keys. SQLAlchemy: `JSONB.has_all()`. */
  hasAllKeys(keys: readonly Operand<string>[]): Expression<boolean> {
    return this.#hasKeys(keys, true, 'hasAllKeys()');
  }
  /** How many items a JSON array or an array has; NULL for JSON that is no array. SQLAlchemy: `func.jsonb_array_length()`, `func.cardinality()`. */
  arrayLength(): Expression<number | null> {
    return new Expression<number | null>(make(isJson(this.type) ? 'jsonLength' : 'arrayLength', { operand: this.node }), INTEGER);
  }
  /** The array has all these items: `@>`. SQLAlchemy: `ARRAY.contains()`. */
  arrayContains(items: Operand<V>): Expression<boolean> {
    return this.#array('contains', items, 'arrayContains()');
  }
  /** These items are all that the array has: `<@`. SQLAlchemy: `ARRAY.contained_by()`. */
  arrayContainedBy(items: Operand<V>): Expression<boolean> {
    return this.#array('containedBy', items, 'arrayContainedBy()');
  }
  /** The array has one of these items: `&&`. SQLAlchemy: `ARRAY.overlap()`. */
  overlaps(items: Operand<V>): Expression<boolean> {
    return this.#array('overlaps', items, 'overlaps()');
  }
  /** An item of the array, counted from 0, below zero from the end. SQLAlchemy: `column[1]`, counted from 1. */
  at(index: number | ExpressionLike<number | null>): Expression<Item<V> | null> {
    const at = index instanceof Expression ? index.node : null;
    return new Expression<Item<V> | null>(arrayIndexNode(this.node, at ?? (index as number)), itemType(this.type));
  }

  /** Sorts or compares by this collation. */
  collate(collation: string): Expression<V, N> {
    return new Expression(make('collate', { operand: this.node, collation }), this.type);
  }
  /** Gives the value this name in the result. SQLAlchemy: `label()`. */
  as<L extends string>(name: L): Expression<V, N> & { readonly '~name': L } {
    return new Expression<V, N>(make('label', { operand: this.node, name }), this.type) as Expression<V, N> & { readonly '~name': L };
  }
  /** Ascending order in which rows with NULL come first. SQLAlchemy: `nulls_first()`. */
  nullsFirst(): OrderTerm {
    return this.asc().nullsFirst();
  }
  /** Ascending order in which rows with NULL come last. SQLAlchemy: `nulls_last()`. */
  nullsLast(): OrderTerm {
    return this.asc().nullsLast();
  }
  /** Ascending order. */
  asc(): OrderTerm {
    return new Order(this.node, 'asc');
  }
  /** Descending order. */
  desc(): OrderTerm {
    return new Order(this.node, 'desc');
  }
  /** The opposite of a condition. SQLAlchemy: `~`. */
  not(): Expression<boolean> {
    return not(this as unknown as Expression<boolean>);
  }
  /** Both conditions. SQLAlchemy: `&`. */
  and(...conditions: ExpressionLike<boolean | null>[]): Expression<boolean> {
    return and(this as unknown as Expression<boolean>, ...conditions);
  }
  /** Either condition. SQLAlchemy: `|`. */
  or(...conditions: ExpressionLike<boolean | null>[]): Expression<boolean> {
    return or(this as unknown as Expression<boolean>, ...conditions);
  }

  #compare(operator: string, value: unknown, where: string): Expression<boolean> {
    return condition(comparisonNode(this, operator, value, where));
  }
  /** This as a side of arithmetic: JSON as the number it is. */
  #number(beside: SqlType = DOUBLE): Side {
    if (!isJson(this.type)) return this;
    return beside.name === 'numeric'
      ? { node: jsonScalarNode(this.node, 'numeric'), type: NUMERIC }
      : { node: jsonScalarNode(this.node, 'number'), type: DOUBLE };
  }
  #side(value: unknown, where: string): Side {
    if (value instanceof Expression) return value.#number(this.type);
    const type = isJson(this.type) ? typeOfValue(value) : operandType(this.type, value);
    return { node: operand(value, type, where), type };
  }
  #arithmetic(operator: string, value: unknown, where: string): Expression<V> {
    const right = this.#side(value, where);
    const calendar = calendarArithmetic(operator, this, right);
    if (calendar !== null) return new Expression(calendar.node, calendar.type);
    const left = this.#number(right.type);
    return new Expression(
      make('binary', { operator, left: left.node, right: right.node }),
      arithmeticType(operator, left.type, right.type),
    );
  }
  #division(operator: 'divide' | 'floor' | 'modulo', value: unknown, where: string): Expression<V> {
    const right = this.#side(value, where);
    const { node, type } = division(operator, this.#number(right.type), right);
    return new Expression(node, type);
  }
  #bitwise(operator: BitwiseNode['operator'], value: unknown, where: string): Expression<V> {
    const right = this.#side(value, where);
    return new Expression(make('bitwise', { operator, left: this.#number().node, right: right.node }), this.type);
  }
  #text(): Node {
    return plainNode(this);
  }
  #affix(
    before: string,
    text: Operand<string>,
    after: string,
    insensitive: boolean,
    options: AffixOptions,
    where: string,
  ): Expression<boolean> {
    return condition(affixNode(this.#text(), { before, after, insensitive }, operand(text, TEXT, where), options));
  }
  #jsonAs<T>(as: JsonScalarNode['as'], type: SqlType<T>, where: string): Expression<T | null> {
    if (!isJson(this.type) && this.type.name !== 'unknown')
      throw sqlError('sql.bad-argument', where, 'a value of type json', `one of type ${this.type.name}`);
    return new Expression<T | null>(jsonScalarNode(this.node, as), type);
  }
  #hasKeys(keys: readonly Operand<string>[], every: boolean, where: string): Expression<boolean> {
    if (!Array.isArray(keys)) throw sqlError('sql.bad-argument', where, 'an array of keys', describe(keys));
    return condition(make('jsonHasKeys', { operand: this.node, keys: keys.map((key) => operand(key, TEXT, where)), every }));
  }
  #array(operator: 'contains' | 'containedBy' | 'overlaps', items: unknown, where: string): Expression<boolean> {
    return condition(make('arrayOperator', { operator, left: this.node, right: operand(items, this.type, where) }));
  }
}

const OPERATOR = /^(?:[-+*/<>=~!@#%^&|`?:]+|[A-Za-z]+(?: [A-Za-z]+)*)$/;

function condition(node: Node): Expression<boolean> {
  return new Expression(node, BOOLEAN);
}

/** Conditions joined by `AND` or `OR`; the bare truth or falsehood where there are none. */
export function junction(operator: 'and' | 'or', list: readonly unknown[]): Expression<boolean> {
  return condition(junctionNode(operator, conditions(list, `${operator}()`)));
}

/**
 * All of these conditions; true when there are none. SQLAlchemy: `and_()`.
 * @example User.query().filter(and(User.c.active.eq(true), User.c.age.ge(18)))
 */
export function and(...list: (ExpressionLike<boolean | null> | boolean)[]): Expression<boolean> {
  return junction('and', list);
}

/**
 * Any of these conditions; false when there are none. SQLAlchemy: `or_()`.
 * @example User.query().filter(or(User.c.role.eq('admin'), User.c.role.eq('manager')))
 */
export function or(...list: (ExpressionLike<boolean | null> | boolean)[]): Expression<boolean> {
  return junction('or', list);
}

/**
 * The opposite of a condition. SQLAlchemy: `not_()`.
 * @example User.query().filter(not(User.c.username.startsWith('deleted_')))
 */
export function not(opposite: ExpressionLike<boolean | null>): Expression<boolean> {
  return condition(notNode(conditions([opposite], 'not()')[0]));
}
