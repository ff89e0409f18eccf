import { type Column, redefine } from '../sql/column.ts';
import { foreignKey } from '../sql/constraints.ts';
import { Table, type TableColumn } from '../sql/schema.ts';
import { ormError } from './errors.ts';
import type { Mapper } from './mapping.ts';
import type { ExtendOptions } from './model-class.ts';

/** The table of a class that extends another one, the columns that it adds, and its own names of the key. */
export interface ExtensionTable {
  readonly table: Table;
  readonly added: readonly TableColumn[];
  readonly keyNames: readonly string[];
}

type Options = ExtendOptions<Record<string, unknown>>;

/** Options with others over them. Getters among them stay what they are: they name classes that are defined later. */
export function optionsWith<O extends object>(options: object, more: object): O {
  return Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(options), ...Object.getOwnPropertyDescriptors(more) }) as O;
}

/** More columns in the table of the class that is extended. Rows of other classes have no value there, so all may be NULL. */
export function sharedTable(parent: Mapper, columns: Readonly<Record<string, Column>>, options: Options): ExtensionTable {
  const { table } = parent;
  for (const key of Object.keys(columns))
    if (parent.positions.has(key)) throw ormError('orm.inherited-attribute', `The model of '${table.name}'`, key);
  const loose = Object.fromEntries(Object.entries(columns).map(([key, column]) => [key, redefine(column, { nullable: true })]));
  const made = table.addColumns(loose, options.constraints as Parameters<Table['addColumns']>[1]);
  const width = parent.columns.length;
  const added = made.map((column, i) => ({ ...column, nullable: columns[column.key].definition.nullable, position: width + i }));
  return { table, added, keyNames: [] };
}

/** A table whose key is that of the class that is extended, said in the shape or made here. */
export function ownTable(parent: Mapper, name: string, columns: Readonly<Record<string, Column>>, options: Options): ExtensionTable {
  const above = parent.table;
  const saysKey = Object.values(columns).some((column) => column.definition.primaryKey);
  const keys = saysKey ? {} : keyColumns(parent);
  const several = !saysKey && parent.ownKey.length > 1;
  const { constraints = [] } = options as { constraints?: ((c: never) => readonly never[]) | readonly never[] };
  const table = new Table(
    above.metadata,
    name,
    { ...keys, ...columns },
    optionsWith(options, {
      ...(above.bind === null ? {} : { bind: above.bind }),
      constraints: !several
        ? constraints
        : (c: never) => [
            ...(typeof constraints === 'function' ? constraints(c) : constraints),
            foreignKey(Object.keys(keys) as never[], parent.ownKey.map((column) => `${above.fullName}.${column.name}`) as never[], {
              onDelete: 'cascade',
              onUpdate: 'cascade',
            }),
          ],
    }),
  ) as Table;
  const own = table.primaryKey?.columns ?? [];
  const tied = table.foreignKeys.some(
    (key) =>
      parent.tables.some((one) => one.fullName === key.targetTable) &&
      own.length === key.columns.length &&
      own.every((column) => key.columns.includes(column)),
  );
  if (own.length !== parent.keyPositions.length || !tied) throw ormError('orm.no-inheritance-key', name, above.name);
  const width = parent.columns.length;
  const added = table.columns.filter((column) => !own.includes(column)).map((column, i) => ({ ...column, position: width + i }));
  return { table, added, keyNames: own.map((column) => column.key) };
}

/** The key's columns as those of a table whose rows go on with the rows of the class that is extended. */
function keyColumns(parent: Mapper): Record<string, Column> {
  const [only] = parent.ownKey;
  const single = parent.ownKey.length === 1;
  return Object.fromEntries(
    parent.ownKey.map((column) => {
      const built = parent.table.shape[column.key] as Column;
      const plain = redefine(built, {
        name: column.name,
        primaryKey: true,
        default: null,
        serverDefault: null,
        identity: null,
        autoIncrement: null,
        reference: single ? { target: `${parent.table.fullName}.${only.name}`, onDelete: 'cascade', onUpdate: 'cascade' } : null,
      });
      return [column.key, plain];
    }),
  );
}
