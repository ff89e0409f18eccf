import { type Column, column, isColumn, type TypeOf } from '../../sql/column.ts';
import { describe, sqlError } from '../../sql/errors.ts';
import { Expression } from '../../sql/expression.ts';
import { makeBind } from '../../sql/make.ts';
import type { ExpressionLike, Input } from '../../sql/operand.ts';
import { rawNode } from '../../sql/raw-text.ts';
import { makeType, type SqlType } from '../../sql/type.ts';

/** A condition of a domain: SQL in which VALUE is the value, or a function of an expression that stands for it. */
export type DomainCheck<V> = ExpressionLike | ((value: Expression<V>) => ExpressionLike);

/** What a domain says beyond the type that it stands on. */
export interface DomainOptions<V> {
  /** A condition that each value meets, or several by their names. */
  readonly check?: DomainCheck<V> | Readonly<Record<string, DomainCheck<V>>>;
  /** NULL is no value of it, whichever column has it. */
  readonly notNull?: boolean;
  /** The default of columns that say none: a value or SQL. */
  readonly serverDefault?: Input<V> | ExpressionLike;
  readonly collation?: string;
  /** The schema that it is in; the metadata's unless told. */
  readonly schema?: string | null;
}

/** `pg.domain()`. */
export function domain<V>(name: string, on: TypeOf<V>, options: DomainOptions<V> = {}): Column<V, false, false> {
  const where = 'pg.domain()';
  if (typeof name !== 'string' || name === '') throw sqlError('sql.bad-argument', where, 'the name of the domain', describe(name));
  if (!isColumn(on) || on.type.name === 'encrypted')
    throw sqlError('sql.bad-argument', `pg.domain('${name}')`, 'a type that is not encrypted, such as t.text()', describe(on));
  const { check, notNull = false, serverDefault, collation = null, schema } = options;
  const { type } = on;
  const own = makeType<V>({
    name: 'native',
    words: { postgresql: name },
    inner: type,
    domain: {
      name,
      ...(schema === undefined ? {} : { schema }),
      notNull,
      collation,
      serverDefault: defaultOf(serverDefault, type),
      checks: checksOf(check, type, `pg.domain('${name}', { check })`),
    },
  });
  return column(own);
}

function defaultOf(given: unknown, type: SqlType): object | null {
  if (given === undefined) return null;
  return given instanceof Expression ? given : new Expression(makeBind(given, type), type);
}

function checksOf(given: unknown, type: SqlType, where: string): { readonly name: string | null; readonly condition: object }[] {
  if (given === undefined) return [];
  const single = given instanceof Expression || typeof given === 'function';
  if (!single && (typeof given !== 'object' || given === null)) throw sqlError('sql.not-an-expression', where, describe(given));
  const named: [string | null, unknown][] = single ? [[null, given]] : Object.entries(given as object);
  return named.map(([name, check]) => {
    const condition: unknown =
      typeof check === 'function' ? (check as (value: Expression) => unknown)(new Expression(rawNode('VALUE'), type)) : check;
    if (!(condition instanceof Expression)) throw sqlError('sql.not-an-expression', where, describe(condition));
    return { name, condition };
  });
}
