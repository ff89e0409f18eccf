import { AthanorError, CompileError, type ErrorTable, errorsOf } from '../../sql/errors.ts';

/** A URL, an option or an installation is not as it must be; found before anything was sent to a database. */
export class ConfigurationError extends AthanorError {}

/** A row holds something that is no value of its column's type. */
export class DecodeError extends AthanorError {}

/** Every error of this room: its code, its class and its text. */
const TABLE = {
  'driver.node-version': (name: string, wanted: string, got: string) => [
    ConfigurationError,
    `${name} needs Node ${wanted} or later, but this is Node ${got}. Use a newer Node, or another driver.`,
  ],
  'driver.unknown-option': (option: string, known: string) => [
    ConfigurationError,
    `The database URL has the option '${option}', which is not known here. Known options: ${known}.`,
  ],
  'driver.bad-option': (option: string, expected: string, got: string) => [
    ConfigurationError,
    `The option '${option}' of the database URL takes ${expected}, but got '${got}'.`,
  ],
  'driver.no-folder': (file: string, folder: string) => [
    ConfigurationError,
    `Can't open the database file '${file}': there is no folder '${folder}'. Make the folder, or correct the URL (three slashes before a relative path, four before an absolute one).`,
  ],
  'driver.no-file': (file: string, mode: string) => [
    ConfigurationError,
    `Can't open the database file '${file}': it does not exist, and mode=${mode} does not make one. Correct the URL, or leave the mode out.`,
  ],
  'driver.file-host': (host: string) => [
    ConfigurationError,
    `The database URL names the host '${host}', but this database is a file. Write three slashes before a relative path (sqlite:///app.db), four before an absolute one (sqlite:////var/app.db).`,
  ],
  'driver.busy-stream': (database: string) => [
    ConfigurationError,
    `${database} gives the rows of one statement at a time on a connection, and a stream is being read on this one. Read it to its end first, or use another connection.`,
  ],
  'driver.undecodable': (type: string, expected: string, got: string) => [
    DecodeError,
    `A row holds ${got} where its column is of type ${type}, which means ${expected}. Correct the data, or declare the column with the type that it has.`,
  ],
  'driver.zero-date': (got: string) => [
    DecodeError,
    `A row holds '${got}', MySQL's zero date, which no calendar has and no Date can be. Read it as NULL with ?zero_dates=null in the URL, or correct the data.`,
  ],
  'driver.no-key': (id: string, known: string) => [
    DecodeError,
    `A row holds a value that was encrypted with the key '${id}', which t.encrypted() was not given. It was given: ${known}. Keep old keys in the list until all rows are written anew.`,
  ],
  'driver.undecryptable': () => [
    DecodeError,
    'A row holds an encrypted value that its key does not open: the key is another one, or the value was changed. Nothing of it was read.',
  ],
  'type.not-an-expression': (name: string) => [
    CompileError,
    `The ${name} of a t.custom() type gave no SQL expression. Make one of the expression that it is given, such as func.lower(parameter).`,
  ],
  'type.wrapped-list': () => [
    CompileError,
    'The bindExpression of a t.custom() type uses values beside its parameter, so it cannot stand in a list. Compare with or() instead of in().',
  ],
  'type.encrypted': (column: string, reason: string) => [
    CompileError,
    `${column} is encrypted: ${reason}. With t.encrypted(…, { search: true }) eq(), ne(), in() and notIn() find equal values; nothing sorts, searches or adds them up.`,
  ],
  'ddl.no-type-name': (type: string, database: string) => [
    CompileError,
    `${database} has no column type for '${type}'. Choose another of t.*() for the column.`,
  ],
  'ddl.no-native-type': (type: string, database: string, dialect: string) => [
    CompileError,
    `${database} has no type '${type}'. Say what stands for it there with .variant('${dialect}', t.text()), or leave the column out for this database.`,
  ],
  'ddl.long-key': (column: string, what: string, database: string) => [
    CompileError,
    `'${column}' belongs to ${what}, but ${database} takes only the beginning of such a column into an index. Give it a length: t.string(n), or t.binary(n).`,
  ],
  'ddl.parameter': (name: string) => [
    CompileError,
    `The parameter ':${name}' stands in a check, a default or an index condition, which are stored without parameters. Write the value itself.`,
  ],
  'ddl.bad-literal': (value: string) => [
    CompileError,
    `${value} cannot be written into a check, a default or an index condition. Use a string, a number, a boolean or null.`,
  ],
  'ddl.name-too-long': (what: string, name: string, limit: string, database: string) => [
    CompileError,
    `The ${what} '${name}' is longer than ${database} allows, which is ${limit}; it would be cut, or refused. Give it a shorter name.`,
  ],
  'ddl.no-row-number': (table: string) => [
    CompileError,
    `The table '${table}' says { sqlite: { autoincrement: true } }, which needs a primary key of one integer column, and a row number. Change the key, or take the option away.`,
  ],
  'ddl.other-schema': (key: string, target: string, database: string) => [
    CompileError,
    `The foreign key '${key}' refers to '${target}', which stands in another schema; ${database} cannot refer to a table of another database file. Put both tables into one, or leave the key out.`,
  ],
  'ddl.needs-rebuild': (database: string, what: string) => [
    CompileError,
    `${database} cannot ${what} on a table that exists; the table has to be built anew, which Athanor does not do yet. Write the steps with op.execute(): create a table under a new name, INSERT … SELECT, drop the old one, rename.`,
  ],
} as const satisfies ErrorTable;

/** Makes the error of this code, with its text filled in. */
export const dialectError = errorsOf(TABLE);
