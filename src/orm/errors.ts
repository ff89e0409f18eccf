import { MultipleResultsFound, NoResultFound } from '../engine/errors.ts';
import { AthanorError, type ErrorTable, errorsOf } from '../sql/errors.ts';

/** Models that do not fit together; found when they are first used. SQLAlchemy: `ArgumentError`, `InvalidRequestError` of mapping. */
export class MappingError extends AthanorError {}
/** An attribute was read that is not loaded. The message says how to load it. SQLAlchemy: `InvalidRequestError` of `raiseload`. */
export class NotLoadedError extends AthanorError {}
/** An object without a session was asked for something that needs one. SQLAlchemy: `DetachedInstanceError`. */
export class DetachedInstanceError extends AthanorError {}
/** An object or session cannot do this in the state it is in. SQLAlchemy: `InvalidRequestError`. */
export class InvalidStateError extends AthanorError {}
/** A row that was to be changed or deleted is no longer there, or has another version. SQLAlchemy: `StaleDataError`. */
export class StaleDataError extends AthanorError {}
/** What was asked for is not there; web frameworks answer 404. Flask-SQLAlchemy: the 404 of `get_or_404()`. */
export class NotFoundError extends AthanorError {
  readonly statusCode = 404;
  readonly status = 404;
  /** The message may be shown to whoever asked. */
  readonly expose = true;
}
/** A value was refused by a column's validator. SQLAlchemy: what `@validates` raises. */
export class ValidationError extends AthanorError {
  /** The attribute whose value was refused. */
  readonly attribute: string;
  constructor(code: string, message: string, attribute: string, options?: ErrorOptions) {
    super(code, message, options);
    this.attribute = attribute;
  }
}

/** Every error of this room: its code, its class and its text. */
const TABLE = {
  'orm.unknown-attribute': (model: string, key: string, known: string) => [
    MappingError,
    `${model} has no attribute '${key}'. It has: ${known}.`,
  ],
  'orm.bad-init': (model: string, got: string) => [MappingError, `new ${model}() takes an object of attributes, but got ${got}.`],
  'orm.bad-assign': (model: string, got: string) => [MappingError, `assign() of a ${model} takes an object of attributes, but got ${got}.`],
  'orm.no-primary-key': (model: string) => [
    MappingError,
    `${model} has no primary key, and an object needs one. Mark a column with .primaryKey(), or use db.Table for a table without a class.`,
  ],
  'orm.mapped-twice': (first: string, second: string, table: string) => [
    MappingError,
    `'${table}' is mapped by ${first}, so ${second} cannot extend the same db.Model(). Call db.Model() once for each class.`,
  ],
  'orm.table-mapped': (table: string, model: string) => [
    MappingError,
    `'${table}' is mapped by ${model} already, and a table has one class: extend that one with ${model}.extend(), or read the table into a MetaData of its own.`,
  ],
  'orm.no-automapped-class': (name: string, near: readonly string[], keyless: readonly string[]) => [
    MappingError,
    `automap() made no class '${name}'.${near.length === 0 ? '' : ` Did you mean ${near.map((one) => `'${one}'`).join(', ')}?`}${
      keyless.includes(name)
        ? ` Its table has no primary key: say one with reflectTable('${name}', { columns: { id: t.integer().primaryKey() } }) before.`
        : ' Tables without a primary key have none, and those that only pair the rows of two others are relations of these.'
    }`,
  ],
  'orm.column-of-table': (table: string, key: string) => [
    MappingError,
    `The model of '${table}' says the column '${key}', and its table has its columns already. Say it where the table is made: reflectTable('${table}', { columns: { ${key}: t.… } }).`,
  ],
  'orm.no-discriminator': (model: string, on: string, known: string) => [
    MappingError,
    `${model} tells classes apart by '${on}', which is none of its columns. It has: ${known}.`,
  ],
  'orm.unknown-identity': (model: string, on: string, got: string, known: string) => [
    MappingError,
    `A row of ${model} has ${got} in '${on}', and no class is listed for it. The list has: ${known}. Name the class among the identities.`,
  ],
  'orm.no-identity': (model: string, root: string) => [
    MappingError,
    `${model} is not among the identities of ${root}, so its rows could not be told from others. Name it there, or say { abstract: true }.`,
  ],
  'orm.bad-identity': (model: string, on: string, got: string, expected: string) => [
    MappingError,
    `${model} tells classes apart by '${on}', and names one for '${got}'. Give ${expected}.`,
  ],
  'orm.concrete-relation': (model: string, key: string, parent: string) => [
    MappingError,
    `'${key}' is a relation of ${parent}, and ${model} has a table of its own with nothing in common. Say the relation again in the shape of ${model}, with the foreign key of its own table.`,
  ],
  'orm.of-objects': (method: string, model: string, instead: string) => [
    MappingError,
    `${method} is said of the objects of a query of ${model}, and select() takes rows of other columns in their place. ${instead}.`,
  ],
  'orm.concrete-query': (method: string, model: string, instead: string) => [
    MappingError,
    `${method} cannot be in a query of ${model} that reads the tables of several classes. ${instead}.`,
  ],
  'orm.not-concrete': (where: string, model: string, got: string) => [
    MappingError,
    `${where} is ${got}, which is neither ${model} nor a class with a table of everything below it. Make ${got} with ${model}.extend('table', shape, { concrete: true }), or say { on } where the classes share a key.`,
  ],
  'orm.no-concrete': (model: string) => [
    MappingError,
    `A query of ${model} has no class whose rows it could give. Make one with ${model}.extend('table', shape, { concrete: true }) before the query, and name it where ${model} has identities.`,
  ],
  'orm.no-table': (where: string, model: string) => [
    MappingError,
    `${where}: ${model} is abstract and has no table, only the classes that extend it have one. Name one of those.`,
  ],
  'orm.null-of-class': (object: string, model: string, key: string, table: string) => [
    MappingError,
    `${object} has no '${key}', which every ${model} has to have. Rows of other classes in '${table}' have none, so the database does not ask for it: set it before the flush, or make the column nullable().`,
  ],
  'orm.not-polymorphic': (where: string, model: string) => [
    MappingError,
    `${where}: nothing tells the rows of ${model} from those of other classes. Give ${model} { on, identities }.`,
  ],
  'orm.abstract-class': (model: string) => [
    MappingError,
    `${model} is abstract: no row is of this class itself. Make an object of a class that extends it.`,
  ],
  'orm.foreign-identity': (identity: string, model: string, got: string) => [
    MappingError,
    `${model} names ${got} for '${identity}', which does not extend it. Classes of its hierarchy are made with ${model}.extend().`,
  ],
  'orm.no-inheritance-key': (table: string, parent: string) => [
    MappingError,
    `The primary key of '${table}' has to refer to the one of '${parent}', whose rows it goes on with. Leave the key out, or add .references('${parent}.…') to it.`,
  ],
  'orm.inherited-attribute': (model: string, key: string) => [
    MappingError,
    `${model} has an attribute '${key}' from the class that it extends, and cannot have another one of that name.`,
  ],
  'orm.hybrid-not-evaluable': (model: string, key: string) => [
    MappingError,
    `${model}.${key} is an expression that only the database can work out, or of something that is not loaded. Say what it is on an object with hybrid(type, define, { get }).`,
  ],
  'orm.reserved-attribute': (model: string, key: string) => [
    MappingError,
    `${model} cannot have an attribute '${key}': every model has a member of that name already. Give it another name, and keep the column's with .named('${key}').`,
  ],
  'orm.not-a-model': (where: string, got: string) => [
    MappingError,
    `${where} needs a model class, but got ${got}. If two files import each other, name the class only inside a relation's getter.`,
  ],
  'orm.no-foreign-key': (relation: string, from: string, to: string) => [
    MappingError,
    `${relation} finds no foreign key from '${from}' to '${to}'. Add .references('${to}.id') to a column of '${from}', or give the condition with { on }.`,
  ],
  'orm.join-without-alias': (relation: string, target: string, own: string, table: string) => [
    MappingError,
    `join() along ${relation} leads to ${target}, which shares the table '${table}' with ${own}, so their columns could not be told apart. Name the joined rows: const other = alias(${target}), then .join(${relation.replace('.', '.c.')}.of(other)).`,
  ],
  'orm.join-not-written': (relation: string) => [
    MappingError,
    `${relation} is joined by a condition that no foreign key says, so it can be read and not written. Add viewOnly: true.`,
  ],
  'orm.ambiguous-foreign-key': (relation: string, columns: string) => [
    MappingError,
    `${relation} could use several foreign keys (${columns}). Say which with { foreignKey: '…' }.`,
  ],
  'orm.unknown-foreign-key': (relation: string, key: string, table: string) => [
    MappingError,
    `${relation} names the foreign key '${key}', but '${table}' has no such column with a foreign key to the other side.`,
  ],
  'orm.bad-back-populates': (relation: string, other: string, reason: string) => [
    MappingError,
    `${relation} says backPopulates: '${other}', but ${reason}.`,
  ],
  'orm.bad-cascade': (relation: string, word: string) => [
    MappingError,
    `${relation} has the cascade '${word}'. Use save-update, merge, refresh-expire, expunge, delete, delete-orphan, all or none, such as 'all, delete-orphan'.`,
  ],
  'orm.not-loaded': (attribute: string, object: string, key: string) => [
    NotLoadedError,
    `${attribute} of ${object} is not loaded. Load it with \`await object.${key}\`, or at once with \`.with({ ${key}: true })\` or \`session.load(object, { ${key}: true })\`.`,
  ],
  'orm.column-not-loaded': (attribute: string, object: string) => [
    NotLoadedError,
    `${attribute} of ${object} is not loaded. Load it with \`await session.refresh(object)\`.`,
  ],
  'orm.sql-not-flushed': (object: string, attribute: string) => [
    NotLoadedError,
    `'${attribute}' of ${object} was set to SQL, whose value the database makes with the flush. Read it after \`await session.flush()\`.`,
  ],
  'orm.sql-key': (object: string, attribute: string) => [
    InvalidStateError,
    `'${attribute}' of ${object} was set to SQL, and is part of its key. This database does not tell what an UPDATE made of it, so that the row could not be found again. Read the value first, and set that.`,
  ],
  'orm.load-forbidden': (attribute: string, object: string, key: string) => [
    NotLoadedError,
    `${attribute} of ${object} is not loaded, and lazy loading is forbidden here. Load it with the query: \`.with({ ${key}: true })\`.`,
  ],
  'orm.detached': (object: string, what: string) => [
    DetachedInstanceError,
    `${object} has no session, so ${what}. Add it to a session, or load what you need before the session closes.`,
  ],
  'orm.attached-elsewhere': (object: string) => [
    InvalidStateError,
    `${object} belongs to another session. Use that one, or take it out with expunge() first.`,
  ],
  'orm.identity-taken': (object: string, key: string) => [
    InvalidStateError,
    `This session already has another object for ${object} with the key ${key}. One row is one object: change that one, or use merge().`,
  ],
  'orm.not-persistent': (object: string, verb: string, state: string) => [
    InvalidStateError,
    `${verb}() needs an object that is stored in this session, but ${object} is ${state}.`,
  ],
  'orm.unknown-key': (relation: string, object: string, attribute: string, state: string, cure: string) => [
    InvalidStateError,
    `${relation} needs '${attribute}' of ${object}, which is ${state} when the statement runs. ${cure}.`,
  ],
  'orm.deleted-again': (object: string) => [
    InvalidStateError,
    `${object} was deleted in this transaction and cannot be added again. Roll back, or make a new object.`,
  ],
  'orm.not-an-entity': (where: string, got: string) => [InvalidStateError, `${where} takes objects of model classes, but got ${got}.`],
  'orm.row-gone': (object: string) => [
    StaleDataError,
    `${object} has no row any more: it was deleted by another transaction. Take it out of the session with expunge().`,
  ],
  'orm.bulk-with-joins': (model: string, verb: string) => [
    InvalidStateError,
    `${verb}() of a query with joins or a limit needs ${model} to have a key of one column. Select the keys first, and name them in the condition.`,
  ],
  'orm.closed-session': () => [InvalidStateError, 'This session is closed. Open another one with db.createSession() or in a context.'],
  'orm.other-context': () => [
    InvalidStateError,
    'This session belongs to another context. Each request has a session of its own: hand on the key of an object, and get it from db.session here.',
  ],
  'orm.failed-transaction': () => [
    InvalidStateError,
    'A flush failed in this transaction, so it can only be rolled back. Call `await session.rollback()` and begin again.',
  ],
  'orm.no-transaction': (verb: string) => [InvalidStateError, `${verb}() needs a transaction, and none is open.`],
  'orm.transaction-open': () => [
    InvalidStateError,
    'A transaction is already open on this session. Commit or roll it back first, or use beginNested() for a savepoint.',
  ],
  'orm.savepoint-undone': () => [
    InvalidStateError,
    'This savepoint was rolled back, or the transaction around it was, so that there is nothing to commit. Begin another with beginNested().',
  ],
  'orm.wrong-class': (relation: string, expected: string, got: string) => [
    MappingError,
    `${relation} takes objects of ${expected}, but got ${got}.`,
  ],
  'orm.second-owner': (relation: string, object: string, owner: string, second: string) => [
    InvalidStateError,
    `${relation} has the cascade 'delete-orphan', so that each object has one owner, and ${owner} holds ${object}: ${second} cannot hold it too. Remove it from the first, or leave 'delete-orphan' out for objects that several share.`,
  ],
  'orm.null-in-collection': (relation: string) => [
    MappingError,
    `${relation} is a collection of objects and cannot hold null or undefined.`,
  ],
  'orm.stale-update': (table: string, expected: number, matched: number, objects: readonly string[]) => [
    StaleDataError,
    `An update of '${table}' should have changed ${expected} row(s) but found ${matched}: ${named(objects)} deleted or changed by another transaction. Roll back, read again and repeat.`,
  ],
  'orm.stale-delete': (table: string, expected: number, matched: number, objects: readonly string[]) => [
    StaleDataError,
    `A delete from '${table}' should have taken ${expected} row(s) but found ${matched}: ${named(objects)} deleted or changed by another transaction. Roll back, read again and repeat.`,
  ],
  'orm.no-version': (object: string, column: string) => [
    InvalidStateError,
    `${object} cannot be written: its version '${column}' has no value to compare. Refresh it, or give the row a version.`,
  ],
  'orm.two-versions': (model: string, first: string, second: string) => [
    MappingError,
    `${model} has two columns with .version(): '${first}' and '${second}'. A row has one version.`,
  ],
  'orm.null-key': (object: string, column: string) => [
    InvalidStateError,
    `${object} cannot be stored: its key '${column}' has no value and is not generated. Set it, or give the column a default.`,
  ],
  'orm.key-of-child': (relation: string, child: string, column: string) => [
    InvalidStateError,
    `${relation} gave up ${child}, but its '${column}' is part of its primary key and cannot become NULL. Delete the object, or set cascade: 'all, delete-orphan'.`,
  ],
  'orm.unique-exchange': (taker: string, holder: string, constraint: string) => [
    InvalidStateError,
    `${taker} takes the value that ${holder} has in ${constraint}, and gives up the one that another row of this flush takes. None of them could let its value go for a moment. Make a column of it nullable or the constraint .deferrable('deferred'), or flush in between with a value that no row has.`,
  ],
  'orm.circular-rows': (tables: string) => [
    InvalidStateError,
    `These new rows refer to each other in a circle, and no foreign key among them may be NULL for a moment: ${tables}. Make one of the columns nullable.`,
  ],
  'orm.bad-key': (model: string, expected: string, got: string) => [
    InvalidStateError,
    `The key of ${model} is ${expected}, but got ${got}.`,
  ],
  'orm.undefined-attribute': (attribute: string) => [
    InvalidStateError,
    `${attribute} was set to undefined. Use null for NULL, or leave the key out.`,
  ],
  'orm.bad-ordering': (relation: string, given: string, columns: string) => [
    MappingError,
    `${relation} has { ordering } ${given}. It names a column of the related class, of a hasMany() that can be written. Columns: ${columns}.`,
  ],
  'orm.proxy-without-relation': (proxy: string, relation: string, relations: string) => [
    MappingError,
    `${proxy} is an associationProxy() over '${relation}', which is no relation of the model. Its relations: ${relations === '' ? 'none' : relations}.`,
  ],
  'orm.null-composite': (attribute: string, type: string) => [
    InvalidStateError,
    `${attribute} was set to null, and is always a ${type}. Say { nullable: true } in its composite() where it may be null.`,
  ],
  'orm.bad-composite': (attribute: string, type: string) => [
    InvalidStateError,
    `${attribute} takes a ${type}, and was set to something else.`,
  ],
  'orm.view-only': (relation: string) => [InvalidStateError, `${relation} is view-only and cannot be changed.`],
  'orm.bad-with': (model: string, key: string, known: string) => [
    MappingError,
    `with() names '${key}', which is no relation of ${model}. Its relations: ${known || 'none'}.`,
  ],
  'orm.bad-request': (where: string, got: string, expected: string) => [
    MappingError,
    `with() was given ${got} for ${where}, which takes ${expected}.`,
  ],
  'orm.bad-statement': (model: string) => [
    InvalidStateError,
    `fromStatement() makes objects of ${model} of a query's rows, of SQL by hand, or of a change that says returning(${model}). This statement gives others.`,
  ],
  'orm.statement-without-key': (model: string, missing: string, given: string) => [
    InvalidStateError,
    `fromStatement() needs the whole key of ${model} in each row to tell its objects: ${missing} is missing among ${given}.`,
  ],
  'orm.no-row-of-key': (model: string) => [NoResultFound, `getOne() found no ${model} with this key. Use get() where there may be none.`],
  'orm.not-evaluable': (model: string) => [
    InvalidStateError,
    `The condition of this statement over ${model} can only be worked out by the database. Use synchronize: 'fetch' or 'auto', or false to let objects be.`,
  ],
  'orm.bulk-key': (model: string, key: string) => [
    InvalidStateError,
    `bulkUpdate() finds the rows of ${model} by their whole key, but one has no value for '${key}'. Give it, or use update(…).where(…).`,
  ],
  'orm.stale-merge': (entity: string) => [
    StaleDataError,
    `${entity} has another version in the database than the object given to merge(), which was read before someone else changed the row. Read it again, and make the change on what is there now.`,
  ],
  'orm.bulk-version': (model: string, key: string) => [
    InvalidStateError,
    `bulkUpdate() compares the versions of ${model}, but one row has no value for '${key}'. Give the version that the row was read with, or use update(…).where(…).`,
  ],
  'orm.bulk-relation': (where: string, relation: string) => [
    InvalidStateError,
    `${where} writes columns, and ${relation} is a relation. Give the foreign key, or add objects to the session.`,
  ],
  'orm.streaming': (verb: string) => [
    InvalidStateError,
    `${verb}() would end the transaction in which a stream is being read. Read it to its end or leave its loop first, or begin the stream before the transaction.`,
  ],
  'orm.stream-holds-connection': () => [
    InvalidStateError,
    'A stream reads from the only connection of this database in memory, and a transaction cannot begin beside it. Call `await session.begin()` before the stream, or write after its end.',
  ],
  'orm.merge-changed': (object: string) => [
    InvalidStateError,
    `merge() without loading takes ${object} for what its row is, but it has changes that were not written. Merge it with loading, or write them first.`,
  ],
  'orm.merge-without-key': (object: string) => [
    InvalidStateError,
    `merge() without loading needs an object that was read from the database, but ${object} has no row. Merge it with loading, or add it.`,
  ],
  'orm.not-transient': (object: string, state: string) => [
    InvalidStateError,
    `makeTransientToDetached() takes an object that has never been stored, but ${object} is ${state}.`,
  ],
  'orm.no-key': (object: string) => [
    InvalidStateError,
    `${object} needs the whole key of its row to stand for it. Set the key's attributes first.`,
  ],
  'orm.passive-delete': (relation: string) => [
    MappingError,
    `${relation} has the cascade 'delete' and passiveDeletes: 'all', which exclude each other. Use passiveDeletes: true, or leave out the cascade.`,
  ],
  'orm.not-found': (what: string) => [NotFoundError, `There is no such ${what}.`],
  'orm.no-result': (model: string) => [NoResultFound, `one() found no ${model}. Use first() or oneOrNone() where there may be none.`],
  'orm.several-results': (model: string, method: string) => [
    MultipleResultsFound,
    `${method}() found more than one ${model}. Narrow the query, or use first() with an order.`,
  ],
  'orm.bad-retval': (event: string) => [
    MappingError,
    `{ retval: true } is for the 'set' event of a column, whose handler gives the value; '${event}' has no value to replace.`,
  ],
  'orm.endless-flush': (limit: number) => [
    InvalidStateError,
    `A commit flushed ${limit} times and there was still something to write: a handler of an event adds to it each time.`,
  ],
  'orm.bad-event': (target: string, event: string, known: string) => [MappingError, `${target} has no event '${event}'. It has: ${known}.`],
} as const satisfies ErrorTable;

/** The first of these objects and the verb that goes on, or "some rows were". */
function named(objects: readonly string[]): string {
  if (objects.length === 0) return 'some were';
  const shown = objects.slice(0, 5).join(', ');
  return objects.length === 1 ? `${shown} was` : `${shown}${objects.length > 5 ? ' and others' : ''} were`;
}

/** Makes the error of this code, with its text filled in. */
export const ormError = errorsOf(TABLE);
