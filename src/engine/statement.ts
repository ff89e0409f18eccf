import { ddlStatements } from '../dialects/base/ddl-statements.ts';
import { DdlStatement } from '../sql/ddl-statement.ts';
import { Delete } from '../sql/delete.ts';
import { describe } from '../sql/errors.ts';
import { Explain } from '../sql/explain.ts';
import { Insert } from '../sql/insert.ts';
import { Merge } from '../sql/merge.ts';
import type { Node } from '../sql/node.ts';
import type { Projection } from '../sql/projection.ts';
import { Query } from '../sql/query.ts';
import { RawFragment } from '../sql/raw.ts';
import { rawNode } from '../sql/raw-text.ts';
import { Truncate } from '../sql/truncate.ts';
import type { SqlType } from '../sql/type.ts';
import { Update } from '../sql/update.ts';
import { engineError } from './errors.ts';
import type { EngineHost } from './host.ts';
import { insertExecutions } from './insert-executions.ts';
import { makePlan, type Plan } from './plan.ts';

/** Anything of the language that a connection can run. */
export interface Executable<R = unknown> {
  readonly '~row': R;
}

/** A plan and the values to run it with, once for each row of them. */
export interface Execution {
  readonly plan: Plan;
  readonly rows: readonly (readonly unknown[])[];
}

/** A statement as it is run. */
export interface Prepared {
  /** One, or for an insert of rows with different columns several. */
  readonly executions: readonly Execution[];
  /** How rows are put together; null where there are none, or where only the database knows their columns. */
  readonly projection: Projection | null;
  /** SQL by hand: the type of its value where `typed()` said one. */
  readonly raw: SqlType | null;
  readonly what: string;
  /** The rows are lines of an explanation. */
  readonly lines: boolean;
}

type Planner = Pick<EngineHost, 'dialect' | 'plans'>;

/** Finds or makes the plan of a statement, which `change` may put another one in place of, and takes its values out. Throws an EngineError for what is no statement. */
export function prepareStatement(host: Planner, statement: unknown, where: string, change: (node: Node) => Node = asItIs): Prepared {
  if (statement instanceof Query) return one(host, change(statement.node), statement.projection, 'select');
  if (statement instanceof Insert)
    return {
      executions: insertExecutions(host, statement, change),
      projection: statement.projection,
      raw: null,
      what: 'insert',
      lines: false,
    };
  if (statement instanceof Update) return one(host, change(statement.build()), statement.projection, 'update');
  if (statement instanceof Delete) return one(host, change(statement.build()), statement.projection, 'delete');
  if (statement instanceof Merge) return one(host, statement.build(), statement.projection, 'merge');
  if (statement instanceof Truncate) return one(host, statement.node, null, 'truncate');
  if (statement instanceof Explain) return { ...one(host, change(statement.build()), null, 'explain'), lines: true };
  if (statement instanceof RawFragment) return { ...one(host, statement.node, null, 'statement'), raw: statement.type };
  if (statement instanceof DdlStatement) return ddl(host, statement);
  throw engineError('engine.not-a-statement', where, describe(statement));
}

/** A change of the schema may be several statements. Their plans are of no use to others, so they are not kept. */
function ddl({ dialect }: Planner, { definition }: DdlStatement): Prepared {
  const executions = ddlStatements(dialect.ddl, definition).map((text) => {
    const plan = makePlan(dialect, rawNode(text), '');
    return { plan: plan.returnsRows ? { ...plan, encode: plan.encode.bind(plan), returnsRows: false, writes: true } : plan, rows: [[]] };
  });
  return { executions, projection: null, raw: null, what: definition.kind, lines: false };
}

/** The values of a statement's parameters, in their order. */
export function valuesOf(node: Node): unknown[] {
  return node.binds.map((bind) => bind.value);
}

function asItIs(node: Node): Node {
  return node;
}

function one(host: Planner, node: Node, projection: Projection | null, what: string): Prepared {
  return { executions: [{ plan: host.plans.get(host.dialect, node), rows: [valuesOf(node)] }], projection, raw: null, what, lines: false };
}
