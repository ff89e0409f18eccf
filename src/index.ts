export type { Decimal } from 'decimal.js';
export type { AthanorConfig } from './cli/config.ts';
export { Context } from './database/context.ts';
export { Database, type DatabaseOptions } from './database/database.ts';
export { NoContextError } from './database/errors.ts';
export type { RecordedQuery } from './database/recording.ts';
export type { ReflectedEnum, ReflectedSequence } from './dialects/base/catalog.ts';
export type { Driver, DriverConnection, DriverFailure, DriverOptions, DriverResult, DriverRow, RunResult } from './dialects/base/driver.ts';
export { ConfigurationError, DecodeError } from './dialects/base/errors.ts';
export type {
  ReflectedCheck,
  ReflectedColumn,
  ReflectedDomain,
  ReflectedForeignKey,
  ReflectedIndex,
  ReflectedIndexPart,
  ReflectedKey,
  ReflectedTable,
  ReflectedUnique,
  ReflectedView,
  RelationKind,
} from './dialects/base/reflection.ts';
export { mysql } from './dialects/mysql/column-types.ts';
export { pg } from './dialects/postgresql/column-types.ts';
export type { DomainCheck, DomainOptions } from './dialects/postgresql/domain-type.ts';
export type { Range } from './dialects/postgresql/range-text.ts';
export { registerDriver } from './dialects/registry.ts';
export type { Connection } from './engine/connection.ts';
export { createEngine, type Engine, type EngineOptions } from './engine/engine.ts';
export {
  CheckViolation,
  DatabaseError,
  DataError,
  Deadlock,
  DisconnectError,
  EngineError,
  ForeignKeyViolation,
  IntegrityError,
  LockTimeout,
  MultipleResultsFound,
  NoResultFound,
  NoSuchTableError,
  NotNullViolation,
  OperationalError,
  PoolTimeoutError,
  ProgrammingError,
  SerializationFailure,
  StatementCancelled,
  StatementTimeout,
  UniqueViolation,
} from './engine/errors.ts';
export type { Inspector, SchemaOption, TablesOptions } from './engine/inspector.ts';
export { type ReflectedSqlTable, type ReflectTableOptions, reflectTable } from './engine/reflect-tables.ts';
export type { Result } from './engine/result.ts';
export type { StatementEvent, StatementListener } from './engine/statement-event.ts';
export type { StatementLimits } from './engine/statement-limits.ts';
export type { Operations } from './migrate/operations.ts';
export { type Assigned, assign } from './orm/assignment.ts';
export {
  type AssociationProxy,
  type AssociationProxyAttribute,
  type AssociationProxyOptions,
  associationProxy,
  type ProxyCollection,
} from './orm/association-proxy.ts';
export type { Collection, LoadedCollection } from './orm/collection.ts';
export type { CollectionQuery } from './orm/collection-query.ts';
export { columnProperty } from './orm/column-property.ts';
export type { CriteriaCondition, CriteriaTarget, CriterionOptions } from './orm/criteria.ts';
export type { CursorOptions, CursorPage } from './orm/cursor-pagination.ts';
export { type Composite, type CompositeAttribute, composite, type Synonym, synonym } from './orm/derived-attribute.ts';
export {
  DetachedInstanceError,
  InvalidStateError,
  MappingError,
  NotFoundError,
  NotLoadedError,
  StaleDataError,
  ValidationError,
} from './orm/errors.ts';
export { type ListenOptions, listen, type SetListenOptions } from './orm/events.ts';
export type { RefreshOptions } from './orm/expiry.ts';
export { type HybridObject, type HybridOptions, hybrid } from './orm/hybrid.ts';
export type { IdentityView } from './orm/identity-view.ts';
export { type Inspection, inspect, isLoaded } from './orm/inspection.ts';
export type { ModelOptions } from './orm/model.ts';
export type {
  Attributes,
  ExtendedClass,
  ExtendedPolymorphicClass,
  ExtendOptions,
  ModelAlias,
  ModelClass,
  PolymorphicClass,
  PolymorphicOptions,
} from './orm/model-class.ts';
export type { BulkInsertRow, BulkUpdateRow, FilterBy, Init, Instance, Loaded, With } from './orm/model-types.ts';
export type { NotLoaded } from './orm/not-loaded.ts';
export { type PaginateOptions, Pagination } from './orm/pagination.ts';
export type { Query } from './orm/query.ts';
export type { QueryAlias } from './orm/query-alias.ts';
export type { ChangeOptions, ExplainOptions } from './orm/query-spec.ts';
export {
  belongsTo,
  type ConditionColumns,
  hasMany,
  hasOne,
  type Many,
  type ManyToManyOptions,
  manyToMany,
  type One,
  type RelationOptions,
} from './orm/relation.ts';
export type { RelationAttribute } from './orm/relation-attribute.ts';
export type { RowLock } from './orm/reloading.ts';
export type { RowQuery } from './orm/row-query.ts';
export { type GetOptions, objectSession, type Session, type SessionEvents } from './orm/session.ts';
export type { ModelChange } from './orm/session-ending.ts';
export type { StatementQuery } from './orm/statement-query.ts';
export type { StreamOptions } from './orm/stream-options.ts';
export type { Synchronize } from './orm/synchronization.ts';
export type { NestedTransaction, SessionTransactionOptions } from './orm/transaction-scope.ts';
export { makeTransient, makeTransientToDetached } from './orm/transience.ts';
export { alias, type TableAlias } from './sql/alias.ts';
export { type CaseBuilder, type CaseOfBuilder, type CaseOfStart, caseOf, caseWhen } from './sql/case.ts';
export type { InsertRow, UpdateValues } from './sql/cells.ts';
export type {
  BigIntegerColumn,
  Column,
  ColumnValue,
  ComputedColumn,
  DateTimeColumn,
  DialectName,
  IdentityOptions,
  NumericColumn,
  ReferenceAction,
  ReferenceOptions,
  SeriesOptions,
  StandardSchema,
  TypeOf,
  Validator,
  VersionOptions,
} from './sql/column.ts';
export { t } from './sql/column-types.ts';
export { type ConflictSet, type ConflictTarget, excluded } from './sql/conflict.ts';
export { falseValue, literalColumn, nullValue, trueValue } from './sql/constant.ts';
export {
  check,
  exclude,
  foreignKey,
  type KeyConstraint,
  type NamedConstraint,
  primaryKey,
  type TableItem,
  unique,
} from './sql/constraints.ts';
export { cast, type DateField, extract, tryCast, typeCoerce } from './sql/conversion.ts';
export { type Cte, type CteOptions, cte } from './sql/cte.ts';
export type { CustomType } from './sql/custom-type.ts';
export {
  createIndex,
  createSchema,
  createSequence,
  createTable,
  createTableAs,
  createView,
  type DdlStatement,
  dropIndex,
  dropSchema,
  dropSequence,
  dropTable,
  dropView,
} from './sql/ddl-statement.ts';
export { type Delete, deleteFrom } from './sql/delete.ts';
export type { EncryptionOptions } from './sql/encrypted-type.ts';
export { ArgumentError, AthanorError, CompileError } from './sql/errors.ts';
export { type Explain, explain } from './sql/explain.ts';
export { and, Expression, not, type Operator, type OperatorOptions, or } from './sql/expression.ts';
export type { FrameBound, FrameOptions } from './sql/frame.ts';
export { type FromItem, Join, type JoinCondition, join, outerJoin, type SharedColumns } from './sql/from-item.ts';
export { type FunctionMaker, func } from './sql/function.ts';
export { distinct, type FunctionCall, type NamedWindow, type WindowOptions, window } from './sql/function-call.ts';
export { cube, groupingSets, rollup } from './sql/grouping.ts';
export { type IndexConstraint, type IndexMethod, index, uniqueIndex } from './sql/indexes.ts';
export { type Insert, insertInto } from './sql/insert.ts';
export { jsonArrayAgg, jsonArrayFrom, jsonObject, jsonObjectFrom } from './sql/json-document.ts';
export type { Functions } from './sql/known-functions.ts';
export { literal, param } from './sql/literal.ts';
export { match } from './sql/match.ts';
export { type Merge, mergeInto, type WhenMatched, type WhenNotMatched } from './sql/merge.ts';
export { MetaData, type MetaDataOptions, type ReflectOptions, type SchemaChangeOptions } from './sql/metadata.ts';
export { NAMING, type Naming, type NamingConvention, type NamingTemplates } from './sql/naming.ts';
export type { ExpressionLike, Operand } from './sql/operand.ts';
export type { OrderTerm } from './sql/order-term.ts';
export type { SelectRow, Subquery } from './sql/projection.ts';
export { all, any, arrayOf } from './sql/quantified.ts';
export { lateral, type Query as CoreQuery } from './sql/query.ts';
export { exists } from './sql/query-value.ts';
export { type RawFragment, sql, text } from './sql/raw.ts';
export { type ColumnAttribute, type ForeignKey, type Index, type Shape, Table, type TableOptions } from './sql/schema.ts';
export { type Select, select, selectFrom } from './sql/select.ts';
export { Sequence, type SequenceOptions } from './sql/sequence.ts';
export {
  except,
  exceptAll,
  intersect,
  intersectAll,
  type SetOperation,
  union,
  unionAll,
} from './sql/set-operation.ts';
export { type TableSample, tableFunction, tableSample } from './sql/table-expression.ts';
export type { DialectOptions } from './sql/table-options.ts';
export type { AffixOptions, MatchOptions, RegexpOptions } from './sql/text-match.ts';
export type { ColumnTypes, TextQuery } from './sql/text-query.ts';
export { type Truncate, type TruncateOptions, truncate } from './sql/truncate.ts';
export { tuple } from './sql/tuple.ts';
export { type EncryptionKey, jsonNull } from './sql/type.ts';
export { type Update, update } from './sql/update.ts';
export { type ColumnsRow, type Values, values } from './sql/values.ts';
export type { ShapeRow, View, ViewOptions } from './sql/view.ts';
