import type { DriverRow } from '../dialects/base/driver.ts';
import { changeSelect, make } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import { isKind } from '../sql/node-walk.ts';
import type { TableColumn } from '../sql/schema.ts';
import { Select } from '../sql/select.ts';
import { type AttachingSession, markPartial } from './attachment.ts';
import { unknownAttribute } from './attributes.ts';
import { LATER } from './hierarchy.ts';
import { identityOfRow } from './identity.ts';
import { entityOfRow, type LoadingSession } from './loader.ts';
import { columnOf } from './mapped-source.ts';
import { type Entity, MAPPER, type Mapper, ROW, type RowDispatch } from './mapping.ts';

/** Which columns a query leaves out, and which of those that wait by themselves it reads, by their places in its rows. */
export interface ColumnChoice {
  readonly skipped: readonly number[];
  readonly filled: readonly number[];
  /** Nothing else is wanted than what was named. */
  readonly narrow?: boolean;
}

/** Stands for a column that a statement does not read. */
export const NOT_READ = make('constant', { value: null });

/** A column as loads read it: one that waits until it is asked for is not sent. */
export function readNode(source: SourceNode, column: TableColumn): Node {
  return column.deferred === null ? columnOf(source, column) : NOT_READ;
}

/** The values that expressions among columns carry: in a statement they stand before those of its condition. */
export function valuesWithin(columns: readonly TableColumn[], waiting = true): unknown[] {
  if (columns.every(({ formula }) => formula === undefined)) return [];
  return columns.flatMap((column) => {
    if (column.formula === undefined || column.deferred === LATER || (!waiting && column.deferred !== null)) return [];
    return columnOf(column.table.node, column).binds.map((bind) => bind.value);
  });
}

/** The places of the columns that wait by themselves; null where there are none. */
export function defaultChoice(mapper: Mapper): ColumnChoice | null {
  const skipped = mapper.rowColumns.flatMap((column, place) => (column.deferred === null ? [] : [place]));
  return skipped.length === 0 ? null : { skipped, filled: [] };
}

/** The places in a row of the class at which the slots of one of its objects stand. */
export function placesOf(mapper: Mapper, entity: Entity, dispatch: RowDispatch | null = mapper.dispatch): readonly number[] {
  const places = mapper.rowColumns.map((_column, place) => place);
  return dispatch === null ? places : (dispatch.rowOf(entity[MAPPER], places) as number[]);
}

/** What a query says of columns, by attribute. */
export interface ChoiceChange {
  readonly only?: readonly string[];
  readonly defer?: readonly string[];
  readonly undefer?: readonly string[];
}

/** The choice with some attributes read alone, some not at all, some after all. Groups of waiting columns go by their names. */
export function choose(mapper: Mapper, choice: ColumnChoice | null, { only, defer = [], undefer = [] }: ChoiceChange): ColumnChoice {
  const places = (names: readonly string[]): number[] =>
    names.flatMap((name) => {
      const group = mapper.rowColumns.flatMap((column, place) => (column.deferred === name ? [place] : []));
      const position = mapper.positions.get(name);
      if (position !== undefined && position < mapper.columns.length) return [position];
      return group.length > 0 ? group : unknownAttribute(mapper, name);
    });
  let skipped = new Set(choice?.skipped ?? []);
  if (only !== undefined) {
    const kept = new Set([...places(only), ...mapper.keyPositions]);
    const { dispatch, rowColumns } = mapper;
    // What tells classes apart is always read.
    if (dispatch?.discriminator !== undefined && dispatch.discriminator >= 0) kept.add(dispatch.discriminator);
    if (mapper.versionPosition >= 0) kept.add(mapper.versionPosition);
    skipped = new Set(rowColumns.flatMap((_column, place) => (kept.has(place) ? [] : [place])));
  }
  for (const place of places(defer)) if (!mapper.keyPositions.includes(place)) skipped.add(place);
  const read = [...places(undefer), ...(only === undefined ? [] : places(only))];
  for (const place of read) skipped.delete(place);
  const filled = [...new Set([...(choice?.filled ?? []), ...read])].filter((place) => !skipped.has(place));
  return { skipped: [...skipped], filled, narrow: only !== undefined || choice?.narrow === true };
}

/** The choice with these columns read whatever it says. */
export function keepRead(mapper: Mapper, choice: ColumnChoice, columns: readonly TableColumn[]): ColumnChoice {
  const kept = new Set(columns.map((column) => mapper.rowColumns.indexOf(column)));
  return { ...choice, skipped: choice.skipped.filter((place) => !kept.has(place)) };
}

/** The columns of rows as a choice reads them, or as the class says where there is none. */
export function readNodes(source: SourceNode, { rowColumns }: Mapper, choice: ColumnChoice | null): Node[] {
  if (choice === null) return rowColumns.map((column) => readNode(source, column));
  const { skipped } = choice;
  return rowColumns.map((column, place) => (skipped.includes(place) ? NOT_READ : columnOf(source, column)));
}

/** The select of a class's query, with the columns of the choice. */
export function selectChosen(select: Select<unknown>, mapper: Mapper, source: SourceNode, choice: ColumnChoice): Select<unknown> {
  const [entity] = select.node.columns;
  if (!isKind(entity, 'entity')) return select;
  const columns = readNodes(source, mapper, choice);
  return new Select(changeSelect(select.node, { columns: [make('entity', { ...entity, columns })] }), select.projection);
}

/** Forgets what a query did not read, where the columns are not among those that wait by themselves. */
export function blank(rows: readonly unknown[][], { skipped }: ColumnChoice): void {
  for (const row of rows) for (const place of skipped) row[place] = undefined;
}

/** Gives objects the waiting columns that a query read, and notes those of which something is not known. */
export function settleChoice(
  session: LoadingSession & Pick<AttachingSession, 'partial'>,
  mapper: Mapper,
  rows: readonly (readonly unknown[])[],
  entities: readonly Entity[],
  choice: ColumnChoice,
): void {
  if (choice.filled.length > 0)
    for (const row of rows) {
      const entity = session.identities.get(mapper, identityOfRow(mapper, row));
      if (entity !== undefined) fillWaiting(mapper, row, entity, choice);
    }
  if (!leavesOut(mapper, choice)) return;
  for (const entity of entities) markLacking(session, entity);
}

/** Gives an object the waiting columns that its row brought. */
function fillWaiting(mapper: Mapper, row: readonly unknown[], entity: Entity, { filled }: ColumnChoice): void {
  placesOf(mapper, entity).forEach((place, position) => {
    if (filled.includes(place)) entity[ROW][position] ??= row[place];
  });
}

/** Whether a choice leaves out columns that do not wait by themselves. */
function leavesOut({ rowColumns }: Mapper, { skipped }: ColumnChoice): boolean {
  return skipped.some((place) => rowColumns[place].deferred === null);
}

function markLacking(session: Pick<AttachingSession, 'partial'>, entity: Entity): void {
  const { columns } = entity[MAPPER];
  if (entity[ROW].some((slot, i) => slot === undefined && columns[i]?.deferred === null)) markPartial(session, entity);
}

/** Makes the objects of rows that a choice reads, one by one. */
export function chosenEntity(
  session: LoadingSession,
  mapper: Mapper,
  choice: ColumnChoice,
): (map: Map<unknown, Entity>, row: DriverRow, identity: unknown, peers: Entity[]) => Entity {
  const lacks = leavesOut(mapper, choice);
  return (map, row, identity, peers) => {
    const read = choice.filled.length > 0 ? [...row] : row;
    for (const place of choice.skipped) row[place] = undefined;
    const entity = entityOfRow(session, mapper, map, row, identity, peers);
    if (read !== row) fillWaiting(mapper, read, entity, choice);
    if (lacks) markLacking(session, entity);
    return entity;
  };
}

/** Whether an object has all that a load is to bring: its class's own columns, or those of the choice. */
export function hasChosen(session: LoadingSession, mapper: Mapper, entity: Entity, choice: ColumnChoice | null): boolean {
  if (choice === null) return session.partial?.has(entity) !== true;
  if (session.partial === null && choice.filled.length === 0) return true;
  return placesOf(mapper, entity).every((place, position) => choice.skipped.includes(place) || entity[ROW][position] !== undefined);
}
