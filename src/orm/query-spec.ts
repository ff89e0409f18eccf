import type { MaybePromise } from '../dialects/base/driver.ts';
import type { Executable } from '../engine/statement.ts';
import type { StatementLimits } from '../engine/statement-limits.ts';
import type { SourceNode } from '../sql/node.ts';
import type { Select } from '../sql/select.ts';
import type { ColumnChoice } from './column-choice.ts';
import type { UnionReading } from './concrete-reading.ts';
import type { CriteriaChange } from './criteria.ts';
import type { QueryJoin } from './eager-join.ts';
import type { LoadRequest } from './load-request.ts';
import type { Entity, Mapper, RowDispatch } from './mapping.ts';
import type { RowRunner } from './row-query.ts';
import type { StreamOptions } from './stream-options.ts';
import type { Synchronize } from './synchronization.ts';

/** How a plan is asked for. */
export interface ExplainOptions {
  /** Runs the query, and tells what it took. */
  readonly analyze?: boolean;
}

/** What a query asks for, as data. */
export interface QuerySpec {
  readonly mapper: Mapper;
  /** The columns that the class had when the query was made. */
  readonly planId: number;
  /** The class's table, or the alias that the query goes over. */
  readonly source: SourceNode;
  readonly select: Select<unknown>;
  readonly requests: readonly LoadRequest[];
  /** Rows may repeat an object, since something was joined. */
  readonly joined: boolean;
  /** Criteria that hold for this query besides others, and those that do not. */
  readonly criteria: CriteriaChange | null;
  /** The columns that it reads, where those are not all. */
  readonly columns: ColumnChoice | null;
  /** How its rows are told apart, where it says so itself. */
  readonly dispatch?: RowDispatch | null;
  /** The classes with tables of their own whose rows it reads, where it reads several. */
  readonly union?: UnionReading;
  /** The relations along which it was joined. */
  readonly joins?: readonly QueryJoin[];
  /** Objects that the session has become what their rows say. */
  readonly populate?: boolean;
  /** A statement that gives the rows in the select's place. */
  readonly statement?: { readonly statement: Executable; readonly params: Readonly<Record<string, unknown>> | undefined };
}

/** How the rows of a query are changed or deleted in one statement. */
export interface ChangeOptions {
  /** Every row of the table is meant, without a condition. */
  readonly all?: boolean;
  /** How the session's objects follow; `'auto'` unless told. */
  readonly synchronize?: Synchronize;
}

/** The session's side of a query. */
export interface QueryRunner extends RowRunner {
  /** The objects of a query, with what it loads beside them. */
  runQuery(spec: QuerySpec): Promise<Entity[]>;
  /** The object with this key: the session's own, or read. */
  runGet(mapper: Mapper, values: readonly unknown[], requests: readonly LoadRequest[]): MaybePromise<Entity | null>;
  /** The objects of a query one after the other. */
  runStream(spec: QuerySpec, options: StreamOptions): AsyncGenerator<Entity, void, undefined>;
  /** How many rows a query has. */
  runCount(spec: QuerySpec): Promise<number>;
  /** Changes all rows of the query, and the session's objects among them. */
  runUpdate(spec: QuerySpec, values: Readonly<Record<string, unknown>>, options: ChangeOptions): Promise<number>;
  /** Deletes all rows of the query, and lets go of the session's objects among them. */
  runDelete(spec: QuerySpec, options: ChangeOptions): Promise<number>;
  /** How the database would run the query. */
  runExplain(spec: QuerySpec, options: ExplainOptions): Promise<string[]>;
  /** The query as SQL, with its parameters. */
  toSQL(spec: QuerySpec): Promise<{ sql: string; parameters: unknown[] }>;
  /** Runs work whose statements have these limits. */
  within<T>(limits: StatementLimits, work: () => T): T;
}

/** A session's side of a query whose statements have limits, those that load beside it included. */
export function limitedRunner(runner: QueryRunner, limits: StatementLimits): QueryRunner {
  return {
    runQuery: (spec) => runner.within(limits, () => runner.runQuery(spec)),
    runGet: (mapper, values, requests) => runner.within(limits, () => runner.runGet(mapper, values, requests)),
    runStream: (spec, options) => runner.runStream(spec, { ...limits, ...options }),
    runCount: (spec) => runner.within(limits, () => runner.runCount(spec)),
    all: (select) => runner.within(limits, () => runner.all(select)),
    runUpdate: (spec, values, options) => runner.within(limits, () => runner.runUpdate(spec, values, options)),
    runDelete: (spec, options) => runner.within(limits, () => runner.runDelete(spec, options)),
    runExplain: (spec, options) => runner.within(limits, () => runner.runExplain(spec, options)),
    toSQL: (spec) => runner.toSQL(spec),
    pageParameters: () => runner.pageParameters(),
    within: (own, work) => runner.within(own, work),
  };
}
