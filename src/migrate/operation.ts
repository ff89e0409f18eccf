import type {
  ConstraintKind,
  DdlCompiler,
  DomainChange,
  ForeignKeyParts,
  IndexParts,
  TableName,
  UniqueParts,
} from '../dialects/base/dialect.ts';
import type { Node } from '../sql/node.ts';
import type { ForeignKey, Table, TableColumn } from '../sql/schema.ts';

/**
 * One change of the schema as data: it can be run (`statements`) and written into a migration file (`render`).
 * Alembic: `MigrateOperation`.
 */
export type Operation =
  | {
      readonly kind: 'createTable';
      readonly table: Table;
      /** Foreign keys that are created by steps of their own, since what they refer to comes later. */
      readonly without?: readonly ForeignKey[];
    }
  | { readonly kind: 'dropTable'; readonly table: TableName }
  | {
      readonly kind: 'addColumn';
      /** A column of a table of its own, which has nothing but what comes with the column. */
      readonly column: TableColumn;
      /** What whoever runs it should know; a comment in the file. */
      readonly note?: string;
    }
  | { readonly kind: 'dropColumn'; readonly table: TableName; readonly column: string }
  | { readonly kind: 'createIndex'; readonly table: TableName; readonly index: IndexParts }
  | { readonly kind: 'dropIndex'; readonly table: TableName; readonly name: string }
  | { readonly kind: 'createUniqueConstraint'; readonly table: TableName; readonly unique: UniqueParts }
  | { readonly kind: 'createCheckConstraint'; readonly table: TableName; readonly name: string; readonly condition: Node }
  | { readonly kind: 'createForeignKey'; readonly table: TableName; readonly key: ForeignKeyParts }
  | { readonly kind: 'dropConstraint'; readonly table: TableName; readonly name: string; readonly type: ConstraintKind }
  | {
      readonly kind: 'addEnumValue';
      readonly type: TableName;
      readonly value: string;
      /** The value that it stands after or before; at the end where neither is told. */
      readonly after?: string;
      readonly before?: string;
    }
  | {
      readonly kind: 'alterDomain';
      readonly domain: TableName;
      readonly change: DomainChange;
      /** What whoever runs it should know; a comment in the file. */
      readonly note?: string;
    };

/** The SQL that runs an operation on this database. */
export function statements(operation: Operation, ddl: DdlCompiler): string[] {
  switch (operation.kind) {
    case 'createTable':
      return ddl.createTable(operation.table, operation.without);
    case 'dropTable':
      return ddl.dropTable(operation.table);
    case 'addColumn': {
      const { column } = operation;
      const { table } = column;
      return [
        ddl.addColumn(table, column),
        ...table.uniques.flatMap((unique) => ddl.addUnique(table, unique)),
        ...table.indexes.map((index) => ddl.createIndex(table, index)),
        ...ddl.comments(table),
      ];
    }
    case 'dropColumn':
      return [ddl.dropColumn(operation.table, { name: operation.column })];
    case 'createIndex':
      return [ddl.createIndex(operation.table, operation.index)];
    case 'dropIndex':
      return [ddl.dropIndex(operation.table, operation.name)];
    case 'createUniqueConstraint':
      return ddl.addUnique(operation.table, operation.unique);
    case 'createCheckConstraint':
      return ddl.addCheck(operation.table, operation.name, operation.condition);
    case 'createForeignKey':
      return ddl.addForeignKey(operation.table, operation.key);
    case 'dropConstraint':
      return ddl.dropConstraint(operation.table, operation.name, operation.type);
    case 'addEnumValue':
      return [ddl.addEnumValue(operation.type, operation.value, operation)];
    case 'alterDomain':
      return ddl.alterDomain(operation.domain, operation.change);
  }
}

/** The operation in a few words, for logs and for a migration without a message. */
export function describeOperation(operation: Operation): string {
  switch (operation.kind) {
    case 'createTable':
      return `create ${operation.table.name}`;
    case 'dropTable':
      return `drop ${operation.table.name}`;
    case 'addColumn':
      return `add ${operation.column.table.name}.${operation.column.name}`;
    case 'dropColumn':
      return `drop ${operation.table.name}.${operation.column}`;
    case 'createIndex':
      return `create ${operation.index.name}`;
    case 'createUniqueConstraint':
      return `create ${operation.unique.name}`;
    case 'createCheckConstraint':
      return `create ${operation.name}`;
    case 'createForeignKey':
      return `create ${operation.key.name}`;
    case 'dropIndex':
    case 'dropConstraint':
      return `drop ${operation.name}`;
    case 'addEnumValue':
      return `add ${operation.type.name}.${operation.value}`;
    case 'alterDomain':
      return `alter ${operation.domain.name}`;
  }
}
