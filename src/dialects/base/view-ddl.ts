import type { Node } from '../../sql/node.ts';
import type { ViewDefinition } from '../../sql/schema.ts';
import { type DdlFeatures, need } from './ddl-features.ts';
import type { CreateOptions, DdlCompiler, TableName } from './dialect.ts';

interface Spelling {
  readonly title: string;
  readonly features: DdlFeatures;
  quote(name: string): string;
  qualified(name: TableName): string;
  literal(value: unknown): string;
  /** Throws for a name that is too long. */
  check(what: string, name: string): void;
}

/** CREATE VIEW with its query, whose values stand in place, and its comment. */
export function createView(
  view: ViewDefinition,
  options: CreateOptions & { readonly orReplace?: boolean },
  { title, features, quote, qualified, literal, check }: Spelling,
  render: (query: Node) => string,
): string[] {
  check('view', view.name);
  const where = `('${view.name}')`;
  if (view.materialized) need(features.materializedViews, `materialized views ${where}`, title);
  if (options.orReplace === true) need(features.replaceView && !view.materialized, `CREATE OR REPLACE VIEW ${where}`, title);
  if (options.ifNotExists === true) need(features.viewIfNotExists || view.materialized, `CREATE VIEW IF NOT EXISTS ${where}`, title);
  if (view.checkOption !== null) need(features.viewCheckOption, `views WITH CHECK OPTION ${where}`, title);
  let words = `CREATE ${options.orReplace === true ? 'OR REPLACE ' : ''}${view.temporary ? 'TEMPORARY ' : ''}`;
  words += `${view.materialized ? 'MATERIALIZED ' : ''}VIEW ${options.ifNotExists === true ? 'IF NOT EXISTS ' : ''}${qualified(view)}`;
  words += ` (${view.columns.map((column) => quote(column.node.name)).join(', ')}) AS ${render(view.query)}`;
  if (view.checkOption !== null) words += ` WITH ${view.checkOption.toUpperCase()} CHECK OPTION`;
  if (view.comment === null || !features.commentStatements) return [words];
  return [words, `COMMENT ON ${view.materialized ? 'MATERIALIZED ' : ''}VIEW ${qualified(view)} IS ${literal(view.comment)}`];
}

/** Queries over PostgreSQL's catalog that give a row where something exists. */
export function standardExists(literal: (value: unknown) => string): DdlCompiler['exists'] {
  return (kind, { name, schema }) => {
    const [catalog, prefix] = kind === 'type' ? ['pg_type', 'typ'] : ['pg_class', 'rel'];
    const relkind = kind === 'view' ? " AND c.relkind IN ('v', 'm')" : kind === 'sequence' ? " AND c.relkind = 'S'" : '';
    const place = schema === null ? `pg_${kind === 'type' ? 'type' : 'table'}_is_visible(c.oid)` : `n.nspname = ${literal(schema)}`;
    return `SELECT 1 FROM pg_catalog.${catalog} c JOIN pg_catalog.pg_namespace n ON n.oid = c.${prefix}namespace WHERE c.${prefix}name = ${literal(name)}${relkind} AND ${place}`;
  };
}
