/**
 * The root of every error that Athanor throws.
 *
 * `code` is stable across versions; the message says what was wrong, where, and what to do about it.
 *
 * @example
 * try { await db.session.commit(); } catch (error) { if (error instanceof AthanorError) console.error(error.code); }
 *
 * SQLAlchemy: `SQLAlchemyError`.
 */
export class AthanorError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** A function was called with something it cannot take; nothing was sent to a database. SQLAlchemy: `ArgumentError`. */
export class ArgumentError extends AthanorError {}

/** A statement cannot be written for this database; nothing was sent to it. SQLAlchemy: `CompileError`. */
export class CompileError extends AthanorError {}

/** A room's errors: for each code a class and a text. */
export type ErrorTable = Readonly<Record<string, (...args: never[]) => readonly [typeof AthanorError, string]>>;

/** The function that makes a table's errors: it takes a code and what its text needs. */
export function errorsOf<T extends ErrorTable>(table: T): <C extends keyof T>(code: C, ...args: Parameters<T[C]>) => AthanorError {
  return (code, ...args) => {
    const entry = table[code] as unknown as (...values: unknown[]) => readonly [typeof AthanorError, string];
    const [ErrorClass, message] = entry(...args);
    return new ErrorClass(code as string, message);
  };
}

/** Every error of this room: its code, its class and its text. */
const TABLE = {
  'sql.undefined-value': (where: string) => [
    ArgumentError,
    `${where} was given undefined. An undefined value is never "no condition" and never NULL: leave the key out, or pass null.`,
  ],
  'sql.not-an-expression': (where: string, got: string) => [
    ArgumentError,
    `${where} takes SQL expressions such as User.c.name.eq('x'), but got ${got}.`,
  ],
  'sql.not-a-source': (where: string, got: string) => [
    ArgumentError,
    `${where} takes a model class, a table, an alias or a subquery, but got ${got}.`,
  ],
  'sql.unknown-column': (source: string, column: string, known: string) => [
    ArgumentError,
    `'${source}' has no column '${column}'. It has: ${known}.`,
  ],
  'sql.no-join-condition': (left: string, right: string, reason: string) => [
    ArgumentError,
    `Can't tell how to join '${left}' to '${right}': ${reason}. Give the condition as the second argument, for example .join(${right}, a.eq(b)), or join along a relation such as .join(User.c.posts).`,
  ],
  'sql.joined-again': (name: string) => [
    ArgumentError,
    `'${name}' is in FROM already, and a second one needs a name of its own: const other = alias(…), then .join(other, …), or .join(User.c.posts.of(other)).`,
  ],
  'sql.different-widths': (where: string, first: number, other: number) => [
    ArgumentError,
    `The parts of ${where} must have the same columns, but the first has ${first} and another ${other}. Select as many in each.`,
  ],
  'sql.different-order': (where: string, first: string, other: string) => [
    ArgumentError,
    `${where} puts columns together by their places, but one side has ${first}, and the other ${other}. Give them in the same order.`,
  ],
  'sql.missing-source': (where: string, source: string) => [
    CompileError,
    `${where} names a column of '${source}', which the statement does not select from. Add it with join() or from().`,
  ],
  'sql.unsupported-instead': (feature: string, dialect: string, instead: string) => [
    CompileError,
    `${dialect} has no ${feature}. ${instead}`,
  ],
  'sql.whole-table': (verb: string, table: string) => [
    ArgumentError,
    `This ${verb} has no where() and would touch every row of '${table}'. Add a condition, or say { all: true } if that is meant.`,
  ],
  'sql.no-values': (verb: string, table: string) => [
    ArgumentError,
    `This ${verb} of '${table}' has no values. ${verb === 'insert' ? 'Give rows with values(), fromSelect() or defaultValues(), or as a list beside the statement' : 'Give at least one column'}.`,
  ],
  'sql.duplicate-cte': (name: string) => [
    CompileError,
    `The statement has two common table expressions named '${name}'. Give each a name of its own, or none; for a second look at one of them use alias(${name}, …).`,
  ],
  'sql.duplicate-table': (name: string) => [
    ArgumentError,
    `The table '${name}' is already defined in this metadata. Define each table once, and import it where it is needed.`,
  ],
  'sql.bad-reference': (column: string, reference: string, reason: string) => [
    ArgumentError,
    `The foreign key of '${column}' refers to '${reference}', but ${reason}. Write references('table.column') with the names of the database.`,
  ],
  'sql.invalid-schema': (table: string, reason: string) => [ArgumentError, `The table '${table}' is not well formed: ${reason}.`],
  'sql.bad-argument': (where: string, expected: string, got: string) => [ArgumentError, `${where} takes ${expected}, but got ${got}.`],
  'sql.missing-parameter': (name: string) => [
    ArgumentError,
    `The statement names the parameter ':${name}', but no value was given for it. Pass { ${name}: … } beside the statement.`,
  ],
  'sql.extra-parameter': (name: string, known: string) => [
    ArgumentError,
    `A value was given for the parameter ':${name}', which the statement does not name. It names: ${known || 'none'}.`,
  ],
  'sql.bare-placeholder': (placeholder: string) => [
    ArgumentError,
    `The SQL holds the placeholder '${placeholder}', which has no value. Write values into the template, sql\`… \${value} …\`, or name them in text('… :name …').`,
  ],
  'sql.no-default': (table: string, column: string) => [
    ArgumentError,
    `The rows for '${table}' differ in their keys, and '${column}' has neither a value nor a default in one of them. Give it in every row.`,
  ],
  'sql.computed-column': (table: string, column: string) => [
    ArgumentError,
    `'${table}.${column}' is worked out by the database, and nothing can be written to it. Leave it out: it is read back by itself.`,
  ],
  'sql.not-encrypted': (table: string, column: string) => [
    ArgumentError,
    `'${table}.${column}' is encrypted, which the program does: what the database works out would be stored as it is. Give the value itself, or a column of the same type.`,
  ],
  'sql.read-only-view': (view: string) => [
    ArgumentError,
    `The view '${view}' is for reading. Write to its tables, or say { updatable: true } with the view if the database can write through it.`,
  ],
  'sql.unsupported': (feature: string, dialect: string) => [
    CompileError,
    `${dialect} has no ${feature}. Write the statement another way for this database.`,
  ],
  'sql.no-columns': () => [CompileError, 'A select needs at least one column: select(User), select(User.c.id) or select({ name: … }).'],
  'sql.unknown-kind': (kind: string, dialect: string) => [
    CompileError,
    `The ${dialect} compiler has no entry for the construct '${kind}'.`,
  ],
  'sql.bad-value': (type: string, expected: string, got: string, where: string) => [
    ArgumentError,
    `${where} is of type ${type} and takes ${expected}, but got ${got}.`,
  ],
} as const satisfies ErrorTable;

/** Makes the error of this code, with its text filled in. */
export const sqlError = errorsOf(TABLE);

/** A short, safe description of a value for messages: its kind, never a long or secret content. */
export function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'boolean') return String(value);
  if (typeof value === 'function') return value.name ? `the function or class ${value.name}` : 'a function';
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (Array.isArray(value)) return 'an array';
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  return name && name !== 'Object' ? `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}` : 'a plain object';
}
