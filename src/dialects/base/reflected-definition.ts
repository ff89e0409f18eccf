import { type Column, column, type ReferenceAction } from '../../sql/column.ts';
import type { ConstraintDefinition, TableItem } from '../../sql/constraints.ts';
import type { Expression } from '../../sql/expression.ts';
import { NAMING } from '../../sql/naming.ts';
import type { ExpressionLike } from '../../sql/operand.ts';
import type { OrderTerm } from '../../sql/order-term.ts';
import { rawNode, rawSql } from '../../sql/raw-text.ts';
import type { Shape, TableOptions } from '../../sql/schema.ts';
import { isWhole, makeType, type SqlType } from '../../sql/type.ts';
import type {
  ReflectedCheck,
  ReflectedColumn,
  ReflectedExclude,
  ReflectedIndex,
  ReflectedIndexPart,
  ReflectedKey,
  ReflectedTable,
} from './reflection.ts';

/** How the definition of a reflected table is written. */
export interface DefinitionRules {
  /** The type of a column. */
  typeOf(column: ReflectedColumn): SqlType;
  /** The attribute that stands for a column; its name unless told. */
  attributeOf?(column: string): string;
  /** A column that was said by hand, in place of the database's. */
  given?(column: string): Column | undefined;
  /** Says keys and numbering with their columns, as a model does. */
  readonly asModel?: boolean;
}

export interface Definition {
  readonly shape: Record<string, Column>;
  readonly options: TableOptions<Shape>;
}

/** What a table of a database would be defined by. */
export function reflectedDefinition(reflected: ReflectedTable, rules: DefinitionRules): Definition {
  const attributeOf = rules.attributeOf ?? ((name: string) => name);
  const spent = new Set<ReflectedCheck>();
  const shape: Record<string, Column> = {};
  const referring = new Set<string>();
  const keyed: string[] = [];
  for (const source of reflected.columns) {
    const given = rules.given?.(source.name);
    const attribute = attributeOf(source.name);
    shape[attribute] = given ?? columnOf(reflected, source, rules, spent);
    if (shape[attribute].definition.name === null) shape[attribute] = shape[attribute].named(source.name);
    if (given === undefined) continue;
    if (given.definition.reference !== null) referring.add(source.name);
    if (given.definition.primaryKey && !(reflected.primaryKey?.columns ?? []).includes(source.name)) keyed.push(source.name);
    for (const condition of reflected.checks)
      if (given.definition.type.name === 'enum' && condition.column === source.name) spent.add(condition);
  }
  const key = reflected.primaryKey;
  const primaryKey: ReflectedKey | null =
    keyed.length === 0 ? key : { ...key, name: key?.name ?? null, columns: [...(key?.columns ?? []), ...keyed] };
  const constraints = (c: Record<string, ExpressionLike>): TableItem[] => {
    const pick = (names: readonly string[]): ExpressionLike[] => names.map((name) => c[attributeOf(name)]);
    const items: ConstraintDefinition[] = [
      ...(primaryKey === null ? [] : [{ ...keyDefinition(primaryKey, pick), kind: 'primaryKey' as const }]),
      ...reflected.uniques
        // It is among the indexes.
        .filter((constraint) => constraint.duplicatesIndex === undefined)
        .map((constraint) => ({
          ...keyDefinition(constraint, pick),
          kind: 'unique' as const,
          ...(constraint.nullsNotDistinct === true ? { nullsNotDistinct: true } : {}),
        })),
      ...reflected.indexes.map((index) => indexDefinition(index, (name) => c[attributeOf(name)], attributeOf)),
      ...reflected.foreignKeys
        .filter(({ columns }) => !(columns.length === 1 && referring.has(columns[0])))
        .map((own) => ({
          kind: 'foreignKey' as const,
          name: own.name,
          columns: pick(own.columns),
          target: own.targetColumns,
          targetTable: own.targetTable,
          onDelete: (own.onDelete ?? undefined) as ReferenceAction | undefined,
          onUpdate: (own.onUpdate ?? undefined) as ReferenceAction | undefined,
          ...(own.deferrable === true ? { deferrable: true, initially: own.initially } : {}),
          ...(own.match === undefined ? {} : { match: own.match }),
        })),
      ...reflected.checks
        .filter((condition) => !spent.has(condition))
        .map((condition) => ({ kind: 'check' as const, name: condition.name, columns: [], condition: rawNode(condition.sql) })),
      ...(reflected.excludes ?? []).map((exclude) => excludeDefinition(exclude, (name) => c[attributeOf(name)], attributeOf)),
    ];
    return items.map((definition) => ({ '~definition': definition }));
  };
  const options = {
    ...reflected.options,
    ...(reflected.comment == null ? {} : { comment: reflected.comment }),
    ...(reflected.temporary === true ? { temporary: true } : {}),
  };
  return { shape, options: { ...options, constraints: constraints as TableOptions<Shape>['constraints'] } };
}

function keyDefinition(key: ReflectedKey, pick: (names: readonly string[]) => ExpressionLike[]): Omit<ConstraintDefinition, 'kind'> {
  const { name, columns, include, deferrable, initially } = key;
  return {
    name,
    columns: pick(columns),
    ...(include === undefined ? {} : { include: pick(include) }),
    ...(deferrable === true ? { deferrable, initially } : {}),
  };
}

function columnOf(reflected: ReflectedTable, source: ReflectedColumn, rules: DefinitionRules, spent: Set<ReflectedCheck>): Column {
  const { name } = reflected;
  let type = rules.typeOf(source);
  for (const condition of reflected.checks) {
    const values =
      type.name === 'string' && condition.name === NAMING.check(name, source.name) ? enumValues(source.name, condition.sql) : null;
    const length = Math.max(...(values ?? []).map((value) => value.length));
    if (values === null || length !== type.length) continue;
    type = makeType({ name: 'enum', values, length });
    spent.add(condition);
  }
  let builder = column(type) as Column;
  if (source.nullable) builder = builder.nullable();
  const counted = source.autoIncrement === true && source.identity == null;
  const numbers = rules.asModel === true && counted;
  if (source.computed != null) builder = builder.computed(rawSql(source.computed.sql), { stored: source.computed.stored }) as Column;
  else if (source.identity != null) builder = builder.identity(source.identity);
  // The sequence of a numbered column goes and comes with it.
  else if (source.default !== null && !numbers) builder = builder.serverDefault(rawSql(source.default));
  if (source.collation != null) builder = builder.collate(source.collation);
  if (source.comment != null) builder = builder.comment(source.comment);
  const own = reflected.checks.find((condition) => condition.column === source.name && !spent.has(condition));
  if (own !== undefined && (own.name ?? NAMING.check(name, source.name)) === NAMING.check(name, source.name)) {
    builder = builder.check(rawSql(own.sql));
    spent.add(own);
  }
  if (rules.asModel === true) return withKey(builder, reflected, source, numbers);
  return counted && source.default === null && !source.primaryKey ? builder.autoIncrement() : builder;
}

/** The key of one column as a model says it, and whether its numbers are made where the usual rule would say otherwise. */
function withKey(given: Column, reflected: ReflectedTable, source: ReflectedColumn, numbers: boolean): Column {
  const key = reflected.primaryKey?.columns ?? [];
  const alone = key.length === 1 && key[0] === source.name;
  const builder = key.includes(source.name) ? given.primaryKey() : given;
  const referring = reflected.foreignKeys.some(({ columns }) => columns.length === 1 && columns[0] === source.name);
  const usual = alone && !referring && isWhole(builder.type) && source.default === null;
  if (source.autoIncrement === undefined || source.identity != null || usual === source.autoIncrement) return builder;
  return numbers || usual ? builder.autoIncrement(numbers) : builder;
}

/** The values of a check that an enum's would be: `role IN ('admin', 'customer')`. */
function enumValues(name: string, condition: string): string[] | null {
  // PostgreSQL shows it as `(role)::text = ANY ((ARRAY['admin'::character varying])::text[])`.
  const plain = condition.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|::[a-z][a-z ]*(?:\[\])?|[()]/gi, (token) =>
    /^['"]/.test(token) ? token : '',
  );
  const listed = /^(.+?)\s*= ANY ARRAY\[(.+)\]$/s.exec(plain);
  const match = IN_LIST.exec(listed === null ? condition : `${listed[1]} IN (${listed[2]})`);
  if (match === null) return null;
  const [, double, back, bracket, bare, values] = match;
  if ((double?.replaceAll('""', '"') ?? back?.replaceAll('``', '`') ?? bracket ?? bare) !== name) return null;
  return [...values.matchAll(/'((?:[^']|'')*)'/g)].map(([, value]) => value.replaceAll("''", "'"));
}

const IN_LIST = /^(?:"((?:[^"]|"")+)"|`((?:[^`]|``)+)`|\[([^\]]+)\]|([^\s"`[\]]+))\s+IN\s*\(((?:\s*'(?:[^']|'')*'\s*,?)+)\)$/i;

/** An index of a database as `index()` would say it. */
function indexDefinition(
  index: ReflectedIndex,
  columnNamed: (name: string) => ExpressionLike,
  attributeOf: (name: string) => string,
): ConstraintDefinition {
  const { parts, using, include, nullsNotDistinct, storage } = index;
  const labels = parts?.map((part, i) => (part.column === null ? `expression${i + 1}` : attributeOf(part.column))) ?? [];
  const given = <V>(of: (part: ReflectedIndexPart) => V | null): Record<string, V> =>
    Object.fromEntries((parts ?? []).flatMap((part, i) => (of(part) === null ? [] : [[labels[i], of(part) as V]])));
  return {
    kind: 'index',
    name: index.name,
    columns: parts === undefined ? index.columns.map(columnNamed) : parts.map((part, i) => partExpression(part, labels[i], columnNamed)),
    unique: index.unique,
    condition: index.where === null ? undefined : rawNode(index.where),
    using,
    nullsNotDistinct,
    storage,
    include: include?.map(columnNamed),
    operatorClasses: given((part) => part.operatorClass),
    lengths: given((part) => part.length),
  };
}

/** An exclude constraint of a database as `exclude()` would say it. */
function excludeDefinition(
  { name, using, elements, where, deferrable, initially }: ReflectedExclude,
  columnNamed: (name: string) => ExpressionLike,
  attributeOf: (name: string) => string,
): ConstraintDefinition {
  const labels = elements.map((element, i) => (element.column === null ? `expression${i + 1}` : attributeOf(element.column)));
  const classes = elements.flatMap(({ operatorClass }, i) => (operatorClass === null ? [] : [[labels[i], operatorClass] as const]));
  return {
    kind: 'exclude',
    name,
    columns: elements.map((element, i) =>
      element.column === null ? rawSql(element.expression ?? '').as(labels[i]) : columnNamed(element.column),
    ),
    operators: elements.map(({ operator }) => operator),
    using,
    ...(classes.length === 0 ? {} : { operatorClasses: Object.fromEntries(classes) }),
    condition: where === null ? undefined : rawNode(where),
    ...(deferrable === true ? { deferrable, initially } : {}),
  };
}

function partExpression(
  part: ReflectedIndexPart,
  label: string,
  columnNamed: (name: string) => ExpressionLike,
): ExpressionLike | OrderTerm {
  let expression: Expression = part.column === null ? rawSql(part.expression ?? '') : (columnNamed(part.column) as Expression);
  if (part.collation !== null) expression = expression.collate(part.collation);
  if (part.column === null) expression = expression.as(label);
  if (part.direction === 'asc' && part.nulls === null) return expression;
  const order = part.direction === 'desc' ? expression.desc() : expression.asc();
  return part.nulls === null ? order : part.nulls === 'first' ? order.nullsFirst() : order.nullsLast();
}
