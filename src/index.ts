export type { AthanorConfig } from './cli/config.ts';
export { Context } from './database/context.ts';
export { Database, type DatabaseOptions } from './database/database.ts';
export { NoContextError } from './database/errors.ts';
export type { RecordedQuery } from './database/recording.ts';
export { ConfigurationError, DecodeError } from './dialects/base/errors.ts';
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
  NotNullViolation,
  OperationalError,
  PoolTimeoutError,
  ProgrammingError,
  SerializationFailure,
  UniqueViolation,
} from './engine/errors.ts';
export type { Result } from './engine/result.ts';
export type { StatementEvent, StatementListener } from './engine/statement-event.ts';
export type { Operations } from './migrate/operations.ts';
export type { Collection, LoadedCollection } from './orm/collection.ts';
export type { CollectionQuery } from './orm/collection-query.ts';
export {
  DetachedInstanceError,
  InvalidStateError,
  MappingError,
  NotFoundError,
  NotLoadedError,
  StaleDataError,
  ValidationError,
} from './orm/errors.ts';
export { listen } from './orm/events.ts';
export { type Inspection, inspect, isLoaded } from './orm/inspection.ts';
export type { Attributes, ModelAlias, ModelClass } from './orm/model.ts';
export type { FilterBy, Init, Instance, Loaded, With } from './orm/model-types.ts';
export type { NotLoaded } from './orm/not-loaded.ts';
export { type PaginateOptions, Pagination } from './orm/pagination.ts';
export type { Query, RowQuery } from './orm/query.ts';
export {
  belongsTo,
  hasMany,
  hasOne,
  type ManyToManyOptions,
  manyToMany,
  type RelationOptions,
} from './orm/relation.ts';
export type { RelationAttribute } from './orm/relation-attribute.ts';
export type { ModelChange, Session } from './orm/session.ts';
export type { NestedTransaction, SessionTransactionOptions } from './orm/transaction-scope.ts';
export { type CaseBuilder, caseWhen } from './sql/case.ts';
export type { Column, ColumnValue, ReferenceAction, ReferenceOptions, StandardSchema, Validator } from './sql/column.ts';
export { t } from './sql/column-types.ts';
export { ArgumentError, AthanorError, CompileError } from './sql/errors.ts';
export {
  and,
  cast,
  Expression,
  type ExpressionLike,
  exists,
  literal,
  not,
  type OrderTerm,
  or,
  param,
} from './sql/expression.ts';
export { type FunctionCall, func } from './sql/function.ts';
export { excluded, type Insert, type InsertRow, insertInto, type UpdateValues } from './sql/insert.ts';
export { type RawFragment, sql, text } from './sql/raw.ts';
export {
  type ColumnAttribute,
  check,
  foreignKey,
  index,
  type MetaData,
  primaryKey,
  Table,
  type TableOptions,
  unique,
  uniqueIndex,
} from './sql/schema.ts';
export {
  alias,
  except,
  intersect,
  type Select,
  type SelectRow,
  type SetOperation,
  type Subquery,
  select,
  type TableAlias,
  union,
  unionAll,
} from './sql/select.ts';
export { tuple } from './sql/tuple.ts';
export { type Delete, deleteFrom, type Update, update } from './sql/update.ts';
