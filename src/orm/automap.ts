import { nearNames } from '../engine/near-names.ts';
import { camelCase } from '../sql/naming.ts';
import type { ForeignKey, Shape, Table } from '../sql/schema.ts';
import { ormError } from './errors.ts';
import { mapperOfTable } from './mapper.ts';
import type { AutomappedClass } from './model-class.ts';
import { belongsTo, hasMany, hasOne, manyToMany, type RelationOptions } from './relation.ts';

/** A relation that is about to get a name. */
export interface AutomappedRelation {
  readonly kind: 'belongsTo' | 'hasMany' | 'hasOne' | 'manyToMany';
  /** The table whose class has the relation, and the one that it leads to. */
  readonly from: string;
  readonly to: string;
  /** The attributes of the foreign key; of the one that leads on, where a table stands between. */
  readonly columns: readonly string[];
  /** The table between. */
  readonly through: string | null;
  /** The name that it has unless told. */
  readonly name: string;
}

/** How classes and relations that are made of tables are called. */
export interface AutomapNames {
  /** The name of a table's class; the table's own unless told. SQLAlchemy: `classname_for_table`. */
  readonly className?: (table: string) => string;
  /** The name of a relation; its own where nothing is given, and null for none at all. SQLAlchemy: `name_for_scalar_relationship`, `name_for_collection_relationship`. */
  readonly relationName?: (relation: AutomappedRelation) => string | null | undefined;
}

/** The members that a row's class has, whose names no attribute can have. */
const MEMBERS = new Set(['constructor', 'then', 'toJSON', 'toString', 'valueOf']);

/** An attribute's name that a class can have. */
export function attributeName(column: string, naming: 'same' | 'camel'): string {
  const name = naming === 'camel' ? camelCase(column) : column;
  return MEMBERS.has(name) ? `${name}_` : name;
}

/** What a class will have: by name, the relation, made when it is first asked for. */
type Relations = Map<string, () => unknown>;

/**
 * Makes classes of tables, with the relations that their foreign keys say. A table without a primary key has no class, and one
 * that only pairs the rows of two others is a relation between these. Gives the classes by their names, those too that tables
 * had already.
 */
export function automap(
  tables: readonly Table[],
  makeModel: (table: Table, shape: Shape) => unknown,
  naming: 'same' | 'camel',
  names: AutomapNames,
): Readonly<Record<string, AutomappedClass>> {
  const keyed = new Set(tables.filter(({ primaryKey }) => primaryKey !== null).map(({ fullName }) => fullName));
  const referred = new Set(
    tables.flatMap(({ fullName, foreignKeys }) =>
      foreignKeys.flatMap(({ targetTable }) => (targetTable === fullName ? [] : [targetTable])),
    ),
  );
  const pairing = new Set(
    tables.filter((table) => mapperOfTable(table) === null && !referred.has(table.fullName) && pairsTwo(table, keyed)),
  );
  const mapped = new Map(
    tables.filter((table) => keyed.has(table.fullName) && !pairing.has(table)).map((table) => [table.fullName, table]),
  );
  const plan = new Plan(mapped, naming, names);
  for (const table of mapped.values()) plan.keysOf(table);
  for (const table of pairing) plan.pairing(table);

  const classes: Record<string, AutomappedClass> = {};
  for (const table of mapped.values()) {
    const made = plan.classOf(table, makeModel);
    const name = names.className?.(table.name) ?? table.name;
    classes[Object.hasOwn(classes, name) ? table.fullName : name] = made;
  }
  const keyless = tables.filter(({ primaryKey }) => primaryKey === null).map(({ fullName }) => fullName);
  return new Proxy(classes, {
    get: (target, key) => {
      if (typeof key === 'symbol' || Object.hasOwn(target, key) || key === 'then' || key in Object.prototype) return target[key as string];
      throw ormError('orm.no-automapped-class', key, nearNames(key, Object.keys(target)), keyless);
    },
  });
}

/** Whether a table has nothing but two keys, each to a row that has one. */
function pairsTwo({ columns, foreignKeys }: Table, keyed: ReadonlySet<string>): boolean {
  const keys = distinctKeys(foreignKeys);
  if (keys.length !== 2 || !keys.every(({ targetTable }) => keyed.has(targetTable))) return false;
  const [a, b] = keys;
  return columns.every((column) => a.columns.includes(column) !== b.columns.includes(column));
}

/** Foreign keys without those that say the same again. */
function distinctKeys(keys: readonly ForeignKey[]): ForeignKey[] {
  const said = (key: ForeignKey): string => [key.targetTable, ...key.columns.map(({ name }) => name)].join('\0');
  return keys.filter((key, i) => keys.findIndex((other) => said(other) === said(key)) === i);
}

class Plan {
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #naming: 'same' | 'camel';
  readonly #names: AutomapNames;
  readonly #relations: Map<Table, Relations> = new Map();
  readonly #classes: Map<Table, AutomappedClass> = new Map();

  constructor(tables: ReadonlyMap<string, Table>, naming: 'same' | 'camel', names: AutomapNames) {
    this.#tables = tables;
    this.#naming = naming;
    this.#names = names;
  }

  /** The relations on both sides of a table's foreign keys. */
  keysOf(table: Table): void {
    const keys = distinctKeys(table.foreignKeys).filter(({ targetTable }) => this.#tables.has(targetTable));
    for (const key of keys) {
      const target = this.#tables.get(key.targetTable) as Table;
      const columns = key.columns.map((column) => column.key);
      const several = keys.filter(({ targetTable }) => targetTable === key.targetTable).length > 1 || target === table;
      const by = withoutId(columns);
      const one = this.#name(table, 'belongsTo', target, columns, null, [by, target.name, this.#joined(target.name, 'by', ...columns)]);
      const single = isUnique(table, key);
      const kind = single ? 'hasOne' : 'hasMany';
      const far = this.#joined(table.name, 'by', by ?? columns.join('_'));
      const many = this.#name(target, kind, table, columns, null, several ? [far] : [table.name, far]);
      const foreignKey = columns;
      if (one !== null)
        this.#add(table, one, () =>
          belongsTo(this.#classes.get(target), { foreignKey, nullable: true, ...(many === null ? {} : { backPopulates: many }) }),
        );
      if (many !== null) {
        const options = { foreignKey, ...(one === null ? {} : { backPopulates: one }), ...cascadeOf(key) };
        this.#add(target, many, () => (single ? hasOne(this.#classes.get(table), options) : hasMany(this.#classes.get(table), options)));
      }
    }
  }

  /** The relations between the two tables whose rows a third one pairs. */
  pairing(through: Table): void {
    const keys = distinctKeys(through.foreignKeys);
    const [left, right] = keys.map(({ targetTable }) => this.#tables.get(targetTable) as Table);
    const [leftKey, rightKey] = keys.map(({ columns }) => columns.map(({ key }) => key));
    const name = (from: Table, to: Table, columns: readonly string[]): string | null => {
      const by = this.#joined(to.name, 'by', withoutId(columns) ?? columns.join('_'));
      return this.#name(
        from,
        'manyToMany',
        to,
        columns,
        through,
        from === to ? [by] : [to.name, this.#joined(to.name, 'by', through.name), by],
      );
    };
    const there = name(left, right, rightKey);
    const back = name(right, left, leftKey);
    const relation = (to: Table, foreignKey: readonly string[], otherKey: readonly string[], other: string | null) => () =>
      manyToMany(this.#classes.get(to), { through, foreignKey, otherKey, ...(other === null ? {} : { backPopulates: other }) });
    if (there !== null) this.#add(left, there, relation(right, leftKey, rightKey, back));
    if (back !== null) this.#add(right, back, relation(left, rightKey, leftKey, there));
  }

  /** The class of a table: the one that it has, or a new one with its relations. */
  classOf(table: Table, makeModel: (table: Table, shape: Shape) => unknown): AutomappedClass {
    const known = mapperOfTable(table)?.entityClass;
    const shape = {};
    for (const [name, get] of this.#relations.get(table) ?? []) Object.defineProperty(shape, name, { get, enumerable: true });
    const made = (known ?? makeModel(table, shape)) as AutomappedClass;
    if (known === undefined) Object.defineProperty(made, 'name', { value: this.#names.className?.(table.name) ?? table.name });
    this.#classes.set(table, made);
    return made;
  }

  #add(table: Table, name: string, relation: () => unknown): void {
    (this.#relations.get(table) as Relations).set(name, relation);
  }

  /** A name that the table's class has not yet; null for no relation: the class was there before, and has those that it says. */
  #name(
    from: Table,
    kind: AutomappedRelation['kind'],
    to: Table,
    columns: readonly string[],
    through: Table | null,
    wanted: readonly (string | null)[],
  ): string | null {
    if (mapperOfTable(from) !== null) return null;
    let relations = this.#relations.get(from);
    if (relations === undefined) {
      relations = new Map();
      this.#relations.set(from, relations);
    }
    const candidates = wanted.filter((one) => one !== null).map((one) => attributeName(one, this.#naming));
    const own = relations;
    const isFree = (name: string): boolean => !(name in from.c) && !own.has(name);
    let name = candidates.find(isFree);
    for (let i = 2; name === undefined; i++) name = [`${candidates[candidates.length - 1]}_${i}`].find(isFree);
    const relation = { kind, from: from.name, to: to.name, columns, through: through?.name ?? null, name };
    const given = this.#names.relationName?.(relation);
    if (given === null) return null;
    const said = given ?? name;
    if (said !== name && !isFree(said)) throw ormError('orm.inherited-attribute', `The class of '${from.name}'`, said);
    // Taken from now on, whatever it will be.
    own.set(said, () => undefined);
    return said;
  }

  #joined(...parts: readonly string[]): string {
    return parts.join('_');
  }
}

/** `author` of `author_id` or `authorId`; null where that is not how the key is called. */
function withoutId(columns: readonly string[]): string | null {
  const [, name] = (columns.length === 1 ? /^(.+?)(?:_id|_ID|Id|ID)$/.exec(columns[0]) : null) ?? [];
  return name ?? null;
}

/** Whether a key stands in one row only. */
function isUnique({ primaryKey, uniques, indexes }: Table, { columns }: ForeignKey): boolean {
  const within = (of: readonly unknown[]): boolean => of.length > 0 && of.every((column) => columns.includes(column as never));
  return (
    (primaryKey !== null && within(primaryKey.columns)) ||
    uniques.some((unique) => within(unique.columns)) ||
    indexes.some(({ unique, where, columns: of, parts = of }) => unique && where === null && parts.length === of.length && within(of))
  );
}

/** Rows that cannot be without the other go with it; what the database does about them is left to it. */
function cascadeOf({ columns, onDelete }: ForeignKey): Pick<RelationOptions, 'cascade' | 'passiveDeletes'> {
  const needed = columns.every(({ nullable }) => !nullable);
  const passive = onDelete === 'cascade' || (!needed && onDelete === 'set null');
  return { ...(needed ? { cascade: 'all, delete-orphan' } : {}), ...(passive ? { passiveDeletes: true } : {}) };
}
