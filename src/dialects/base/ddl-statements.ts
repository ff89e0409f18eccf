import type { DdlDefinition } from '../../sql/ddl-statement.ts';
import type { DdlCompiler } from './dialect.ts';

/** The SQL of a schema change that a user executes. */
export function ddlStatements(ddl: DdlCompiler, definition: DdlDefinition): string[] {
  switch (definition.kind) {
    case 'createTable':
      return ddl.createTable(definition.table, [], definition);
    case 'dropTable':
      return ddl.dropTable(definition.table, definition);
    case 'createTableAs':
      return [ddl.createTableAs(definition.table, definition.query, definition)];
    case 'createIndex':
      return [ddl.createIndex(definition.table, definition.index, definition)];
    case 'dropIndex':
      return [ddl.dropIndex(definition.table, definition.name, definition)];
    case 'createView':
      return ddl.createView(definition.view, definition);
    case 'dropView':
      return [ddl.dropView(definition.view, definition)];
    case 'refreshView':
      return [ddl.refreshView(definition.view, definition.concurrently)];
    case 'createSequence':
      return ddl.createSequence(definition.sequence, definition);
    case 'dropSequence':
      return [ddl.dropSequence(definition.sequence, definition)];
    case 'createSchema':
      return [ddl.createSchema(definition.name, definition)];
    case 'dropSchema':
      return [ddl.dropSchema(definition.name, definition)];
  }
}
