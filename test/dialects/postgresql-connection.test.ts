import { describe, expect, test } from 'vitest';
import { connectOptions } from '../../src/dialects/postgresql/connect-options.ts';
import { PostgresqlConnection } from '../../src/dialects/postgresql/connection.ts';
import { classifyPostgresql } from '../../src/dialects/postgresql/errors.ts';
import {
  CheckViolation,
  ConfigurationError,
  type Connection,
  createEngine,
  DatabaseError,
  Deadlock,
  DisconnectError,
  type Engine,
  type EngineOptions,
  ForeignKeyViolation,
  LockTimeout,
  NotNullViolation,
  OperationalError,
  ProgrammingError,
  SerializationFailure,
  sql,
  text,
  UniqueViolation,
} from '../../src/index.ts';
import { afterTest } from '../setup/databases.ts';
import { liveDatabases } from '../setup/live-databases.ts';

const options = (url: Partial<Parameters<typeof connectOptions>[0]>, environment: NodeJS.ProcessEnv = {}) =>
  connectOptions({ database: ':memory:', host: null, port: null, user: null, password: null, query: {}, ...url }, environment);

describe('where a server is', () => {
  test('the URL says it, then the environment, then libpq’s habits', () => {
    expect(options({ user: 'ann' })).toMatchObject({
      host: '127.0.0.1',
      port: 5432,
      user: 'ann',
      database: 'ann',
      password: null,
      tls: false,
    });
    const environment = { PGHOST: 'db', PGPORT: '6000', PGUSER: 'bob', PGPASSWORD: 'x', PGDATABASE: 'shop', PGAPPNAME: 'app' };
    expect(options({}, environment)).toMatchObject({ host: 'db', port: 6000, user: 'bob', password: 'x', database: 'shop' });
    expect(options({}, environment).settings).toMatchObject({ TimeZone: 'UTC', application_name: 'app' });
    expect(options({ host: 'h', port: 1, user: 'u', password: 'p', database: 'd' }, environment)).toMatchObject({
      host: 'h',
      port: 1,
      user: 'u',
      password: 'p',
      database: 'd',
    });
    expect(options({ query: { host: '/run/postgresql' } }).host).toBe('/run/postgresql');
  });

  test('TLS means what it means to libpq', () => {
    const tls = (sslmode: string) => options({ query: { sslmode } });
    expect(tls('disable').tls).toBe(false);
    expect(tls('require')).toMatchObject({ tls: { rejectUnauthorized: false }, tlsOptional: false });
    expect(tls('prefer')).toMatchObject({ tls: { rejectUnauthorized: false }, tlsOptional: true });
    expect(tls('verify-full').tls).toMatchObject({ rejectUnauthorized: true });
    expect(tls('verify-full').tls).not.toHaveProperty('checkServerIdentity');
    expect(tls('verify-ca').tls).toHaveProperty('checkServerIdentity');
  });

  test.each([
    [{ sslmode: 'maybe' }, /'sslmode' of the database URL takes one of disable/],
    [{ connect_timeout: 'soon' }, /'connect_timeout' of the database URL takes a whole number/],
    [{ preparedStatements: 'perhaps' }, /'preparedStatements' of the database URL takes true or false/],
    [{ sslmode: 'verify-ca', sslrootcert: '/no/such.pem' }, /'sslrootcert' of the database URL takes a file that can be read/],
    [{ timeout: '5' }, /'timeout', which is not known here. Known options: host, sslmode/],
  ])('refuses %j', (query, message) => {
    expect(() => options({ query })).toThrow(message);
    expect(() => options({ query })).toThrow(ConfigurationError);
  });
});

describe('what errors mean', () => {
  test.each([
    [{ code: '57P01', message: 'terminating connection' }, 'disconnect'],
    [{ code: '08006', message: 'connection failure' }, 'disconnect'],
    [{ code: 'ECONNRESET', message: 'read ECONNRESET' }, 'disconnect'],
    [{ message: 'Connection terminated unexpectedly' }, 'disconnect'],
    [{ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' }, 'operational'],
    [{ code: '28P01', message: 'password authentication failed' }, 'operational'],
    [{ code: '57014', message: 'canceling statement' }, 'cancelled'],
    [{ code: '53300', message: 'too many connections' }, 'operational'],
    [{ code: '40001', message: 'could not serialize' }, 'serialization'],
    [{ code: '40P01', message: 'deadlock detected' }, 'deadlock'],
    [{ code: '55P03', message: 'lock not available' }, 'lockTimeout'],
    [{ code: '42P01', message: 'no such relation' }, 'programming'],
    [{ code: '22012', message: 'division by zero' }, 'data'],
    [{ code: '23P01', message: 'exclusion' }, 'integrity'],
    [{ code: 'P0001', message: 'raised' }, 'database'],
    [new AggregateError([new Error('first'), Object.assign(new Error('last'), { code: 'ECONNREFUSED' })]), 'operational'],
    ['nothing known', 'database'],
  ])('%o is %s', (error, kind) => {
    expect(classifyPostgresql(error).kind).toBe(kind);
  });
  test('the columns of a unique constraint are named, never their values', () => {
    const failure = classifyPostgresql({
      code: '23505',
      message: 'duplicate key',
      table: 'users',
      constraint: 'uq',
      detail: 'Key ("first name", age)=(secret, 5) already exists.',
    });
    expect(failure).toMatchObject({ kind: 'unique', table: 'users', constraint: 'uq', column: 'first name, age' });
    expect(JSON.stringify(failure)).not.toContain('secret');
  });
});

describe.each(liveDatabases.filter(({ family }) => family === 'postgresql'))('a connection to $name', (database) => {
  async function open(query = '', engineOptions: EngineOptions = {}): Promise<{ engine: Engine; connection: Connection }> {
    const engine = createEngine(`${database.url()}${query}`, engineOptions);
    afterTest(() => engine.dispose());
    return { engine, connection: await engine.connect({ autocommit: true }) };
  }
  const driverOf = (connection: Connection): PostgresqlConnection => {
    if (!(connection.driverConnection instanceof PostgresqlConnection)) throw new Error('no connection of PostgreSQL');
    return connection.driverConnection;
  };
  const preparedOn = async (connection: Connection): Promise<number> =>
    Number(await connection.scalar(sql`SELECT count(*) FROM pg_prepared_statements`));

  test('begins with the settings that rows are read by, and those of its URL', async () => {
    const { connection } = await open('?application_name=tests&statement_timeout=5s&search_path=pg_catalog&options=-c%20geqo%3Doff');
    const setting = (name: string) => connection.scalar(sql`SELECT current_setting(${name})`);
    expect(await setting('TimeZone')).toBe('UTC');
    expect(await setting('DateStyle')).toMatch(/^ISO/);
    expect(await setting('application_name')).toBe('tests');
    expect(await setting('statement_timeout')).toBe('5s');
    expect(await setting('search_path')).toBe('pg_catalog');
    expect(await setting('geqo')).toBe('off');
  });

  test('says what went wrong, and where', async () => {
    const { connection } = await open();
    await connection.script(`CREATE TABLE parents (id integer PRIMARY KEY, name text NOT NULL CONSTRAINT uq_name UNIQUE, age integer CONSTRAINT ck_age CHECK (age > 0));
      CREATE TABLE children (id integer PRIMARY KEY, parent_id integer CONSTRAINT fk_parent REFERENCES parents)`);
    await connection.execute(sql`INSERT INTO parents VALUES (1, 'a', 1)`);
    const failure = (statement: Parameters<Connection['execute']>[0]): Promise<unknown> =>
      connection.execute(statement).catch((error: unknown) => error);
    const unique = await failure(sql`INSERT INTO parents VALUES (2, ${'a'}, 1)`);
    expect(unique).toBeInstanceOf(UniqueViolation);
    expect(unique).toMatchObject({ code: '23505', constraint: 'uq_name', table: 'parents', column: 'name' });
    expect(await failure(sql`INSERT INTO parents VALUES (2, NULL, 1)`)).toSatisfy(
      (error) => error instanceof NotNullViolation && error.column === 'name',
    );
    expect(await failure(sql`INSERT INTO parents VALUES (2, 'b', 0)`)).toSatisfy(
      (error) => error instanceof CheckViolation && error.constraint === 'ck_age',
    );
    expect(await failure(sql`INSERT INTO children VALUES (1, 9)`)).toSatisfy(
      (error) => error instanceof ForeignKeyViolation && error.constraint === 'fk_parent',
    );
    expect(await failure(sql`SELEC 1`)).toBeInstanceOf(ProgrammingError);
    expect(await failure(sql`SELECT nane FROM parents`)).toSatisfy(
      (error) => error instanceof ProgrammingError && /column "parents.name"/.test(error.message),
    );
    expect(await failure(sql`SELECT 1; SELECT 2`)).toBeInstanceOf(ProgrammingError);
    expect(await failure(sql`COPY parents FROM STDIN`)).toBeInstanceOf(DatabaseError);
    expect(await connection.scalar(sql`SELECT count(*) FROM parents`)).toBe(1);
  });

  test('a failed statement holds its transaction until it is rolled back, to a savepoint or as a whole', async () => {
    const { connection } = await open();
    await connection.script('CREATE TABLE t (id integer PRIMARY KEY)');
    await connection.begin();
    await connection.execute(sql`INSERT INTO t VALUES (1)`);
    await connection.savepoint('one');
    await expect(connection.execute(sql`INSERT INTO t VALUES (1)`)).rejects.toThrow(UniqueViolation);
    await expect(connection.scalar(sql`SELECT 1`)).rejects.toThrow(/earlier statement of this transaction failed/);
    await connection.rollbackTo('one');
    await connection.execute(sql`INSERT INTO t VALUES (2)`);
    await connection.commit();
    expect(await connection.scalars(sql`SELECT id FROM t ORDER BY id`)).toEqual([1, 2]);

    await connection.begin();
    await connection.execute(sql`INSERT INTO t VALUES (3)`);
    await expect(connection.execute(sql`INSERT INTO t VALUES (1)`)).rejects.toThrow(UniqueViolation);
    // PostgreSQL answers COMMIT with a rollback, and without an error.
    await expect(connection.commit()).rejects.toThrow(/rolled back by COMMIT/);
    await connection.rollback();
    expect(connection.inTransaction).toBe(false);
    expect(await connection.scalar(sql`SELECT count(*) FROM t`)).toBe(2);
  });

  test('begins transactions of each kind', async () => {
    const { connection } = await open();
    const state = async () =>
      (await connection.one(
        text(
          `SELECT current_setting('transaction_isolation') AS isolation, current_setting('transaction_read_only') AS read_only, current_setting('transaction_deferrable') AS deferrable`,
        ),
      )) as Record<string, unknown>;
    for (const isolation of ['read committed', 'repeatable read', 'serializable'] as const) {
      await connection.begin({ isolation });
      expect(await state()).toMatchObject({ isolation, read_only: 'off' });
      await connection.rollback();
    }
    await connection.begin({ isolation: 'serializable', readOnly: true, deferrable: true });
    expect(await state()).toEqual({ isolation: 'serializable', read_only: 'on', deferrable: 'on' });
    await expect(connection.execute(sql`CREATE TABLE x (id integer)`)).rejects.toThrow(OperationalError);
    await connection.rollback();
  });

  test('prepares anew after a table was made anew with other types', async () => {
    const { connection } = await open();
    const add = (value: unknown) => connection.execute(text('INSERT INTO things (id, a) VALUES (1, :value)'), { value });
    await connection.script('CREATE TABLE things (id integer, a integer)');
    await add(5);
    await connection.script('DROP TABLE things; CREATE TABLE things (id integer, a text)');
    await add('five');
    await connection.execute(sql`DROP TABLE things`);
    await connection.execute(sql`CREATE TABLE things (id integer, a bytea)`);
    await add(new Uint8Array([0, 5]));
    expect(await connection.scalar(sql`SELECT octet_length(a) FROM things`)).toBe(2);
    await connection.execute(sql`ALTER TABLE things ALTER a TYPE json USING 'null'`);
    await add({ five: 5 });
    expect(await connection.scalar(sql`SELECT count(*) FROM things`)).toBe(2);
    expect(await preparedOn(connection)).toBeLessThanOrEqual(3);
  });

  test('keeps statements prepared, and gives up those not used lately', async () => {
    const { connection } = await open();
    for (let i = 0; i < 3; i++) expect(await connection.scalar(sql`SELECT ${i}::integer + 1`)).toBe(i + 1);
    const [name] = (await connection.all(
      text(`SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%integer + 1'`),
    )) as unknown[];
    expect(name).toEqual({ statement: 'SELECT $1::integer + 1' });
    for (let i = 0; i < 1200; i++) await driverOf(connection).query(`SELECT ${i}`, []);
    expect(driverOf(connection).preparedCount).toBeLessThanOrEqual(500);
    expect(await preparedOn(connection)).toBeLessThanOrEqual(502);
    // Savepoints and one-off statements are not kept.
    const before = await preparedOn(connection);
    await connection.begin();
    for (let i = 0; i < 20; i++) await connection.savepoint(`s${i}`);
    await connection.rollback();
    expect(await preparedOn(connection)).toBe(before);
  });

  test('prepares anew where a table changed, or the server forgot', async () => {
    const { engine, connection } = await open();
    await connection.script('CREATE TABLE t (a integer); INSERT INTO t VALUES (1)');
    const all = sql`SELECT * FROM t`;
    expect(await connection.all(all)).toEqual([{ a: 1 }]);
    expect(await connection.all(all)).toEqual([{ a: 1 }]);
    await connection.script(`ALTER TABLE t ALTER a TYPE text, ADD b boolean DEFAULT true`);
    expect(await connection.all(all)).toEqual([{ a: '1', b: true }]);
    await connection.script('DEALLOCATE ALL');
    expect(await connection.all(all)).toEqual([{ a: '1', b: true }]);
    await connection.begin();
    await connection.script('ALTER TABLE t DROP b');
    expect(await connection.all(all)).toEqual([{ a: '1' }]);
    await connection.rollback();
    expect(await connection.all(all)).toEqual([{ a: '1', b: true }]);
    // What another connection did is found out by a failure. In a transaction that has ended it; the next one is well again.
    const other = await engine.connect({ autocommit: true });
    await other.script('ALTER TABLE t DROP b');
    await other.close();
    await connection.begin();
    await expect(connection.all(all)).rejects.toThrow(/cached plan/);
    await connection.rollback();
    expect(await connection.all(all)).toEqual([{ a: '1' }]);
    await expect(connection.all(sql`SELECT missing`)).rejects.toThrow(ProgrammingError);
    await expect(connection.all(sql`SELECT missing`)).rejects.toThrow(ProgrammingError);
  });

  test('keeps no statements with preparedStatements=false, for poolers that cannot', async () => {
    const { connection } = await open('?preparedStatements=false');
    await connection.script('CREATE TABLE t (a integer)');
    for (let i = 0; i < 3; i++) await connection.execute(sql`INSERT INTO t VALUES (${i})`);
    expect(await connection.scalars(sql`SELECT a FROM t WHERE a = ANY(${'{0,2}'}::integer[]) ORDER BY a`)).toEqual([0, 2]);
    expect(await preparedOn(connection)).toBe(0);
  });

  test('streams rows in pages, beside other statements', async () => {
    const { connection } = await open();
    await connection.script('CREATE TABLE seen (n integer)');
    const driver = driverOf(connection);
    let count = 0;
    let sum = 0;
    for await (const [n, even] of driver.stream('SELECT n, n % 2 = 0 FROM generate_series(1, $1::integer) n', [3210])) {
      count++;
      sum += n as number;
      expect(even).toBe((n as number) % 2 === 0);
      if (n === 700) await connection.execute(sql`INSERT INTO seen VALUES (${n})`);
    }
    expect([count, sum]).toEqual([3210, (3210 * 3211) / 2]);
    expect(driver.inTransaction).toBe(false);
    for await (const [n] of driver.stream('SELECT generate_series(1, 100000)', [])) if (n === 3) break;
    expect(driver.inTransaction).toBe(false);
    expect(await connection.scalars(sql`SELECT n FROM seen`)).toEqual([700]);
    const failing = async (): Promise<void> => {
      for await (const _ of driver.stream('SELECT 1 / (n - 600) FROM generate_series(1, 1000) n', []));
    };
    await expect(failing()).rejects.toThrow(/division by zero/);
    expect(await connection.scalar(sql`SELECT 5`)).toBe(5);
    // In a transaction of the caller's, which goes on.
    await connection.begin();
    await connection.execute(sql`INSERT INTO seen VALUES (1)`);
    for await (const [n] of driver.stream('SELECT generate_series(1, 2000)', [])) if (n === 1500) break;
    await connection.commit();
    expect(await connection.scalar(sql`SELECT count(*) FROM seen`)).toBe(2);
  });

  test('many rows are one exchange, all or none', async () => {
    const { connection } = await open();
    await connection.script('CREATE TABLE t (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, a integer UNIQUE)');
    const driver = driverOf(connection);
    const done = await driver.runMany(
      'INSERT INTO t (a) VALUES ($1)',
      Array.from({ length: 5000 }, (_, i) => [i]),
    );
    expect(done.rowCount).toBe(5000);
    expect(await driver.queryMany('INSERT INTO t (a) VALUES ($1) RETURNING id, a', [[-1], [-2], [-3]])).toEqual([
      [[5001, -1]],
      [[5002, -2]],
      [[5003, -3]],
    ]);
    expect(
      (
        await driver.runMany('UPDATE t SET a = a + $2 WHERE a < $1', [
          [0, -10],
          [10, 10_000],
        ])
      ).rowCount,
    ).toBe(16);
    await expect(driver.runMany('INSERT INTO t (a) VALUES ($1)', [[-500], [20], [-501]])).rejects.toThrow(/duplicate/);
    expect(await connection.scalar(sql`SELECT count(*) FROM t WHERE a < -400`)).toBe(0);
  });

  test('a statement can be given up', async () => {
    const { connection } = await open();
    const started = performance.now();
    const sleeping = connection.scalar(sql`SELECT pg_sleep(20)`);
    setTimeout(() => driverOf(connection).cancel?.(), 100);
    await expect(sleeping).rejects.toThrow(OperationalError);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(await connection.scalar(sql`SELECT 1`)).toBe(1);
  });

  test('a connection that the server ends costs what was in flight, and no more', async () => {
    const { engine, connection } = await open('', { poolSize: 2, maxOverflow: 0 });
    const killer = await engine.connect({ autocommit: true });
    const pid = await connection.scalar(sql`SELECT pg_backend_pid()`);
    await connection.begin();
    const sleeping = connection.scalar(sql`SELECT pg_sleep(20)`).catch((error: unknown) => error);
    await killer.scalar(sql`SELECT pg_terminate_backend(${pid})`);
    expect(await sleeping).toBeInstanceOf(DisconnectError);
    await connection.close();
    // One that dies while it is idle is not handed out again, and ends nothing else.
    await killer.close();
    const idle = await engine.connect({ autocommit: true });
    const idlePid = await idle.scalar(sql`SELECT pg_backend_pid()`);
    const other = await engine.connect({ autocommit: true });
    await idle.close();
    await other.scalar(sql`SELECT pg_terminate_backend(${idlePid})`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const next = await engine.connect({ autocommit: true });
    expect(await next.scalar(sql`SELECT 1`)).toBe(1);
    await next.close();
    await other.close();
    expect(engine.pool.status()).toMatchObject({ checkedOut: 0, waiting: 0 });
  });

  test('locks, deadlocks and serialization failures are told apart', async () => {
    const { engine, connection: first } = await open('?lock_timeout=100ms');
    const second = await engine.connect({ autocommit: true });
    await first.script('CREATE TABLE t (id integer PRIMARY KEY, n integer); INSERT INTO t VALUES (1, 0), (2, 0)');
    const add = (connection: Connection, id: number) => connection.execute(sql`UPDATE t SET n = n + 1 WHERE id = ${id}`);
    await first.begin();
    await add(first, 1);
    await expect(add(second, 1)).rejects.toThrow(LockTimeout);
    await expect(second.all(sql`SELECT * FROM t WHERE id = 1 FOR UPDATE NOWAIT`)).rejects.toThrow(LockTimeout);
    await first.rollback();

    await first.execute(sql`SET lock_timeout = 0`);
    await second.execute(sql`SET lock_timeout = 0`);
    await first.begin();
    await second.begin();
    await add(first, 1);
    await add(second, 2);
    const both = await Promise.allSettled([add(first, 2), add(second, 1)]);
    const failed = both.filter((answer) => answer.status === 'rejected').map((answer) => answer.reason as unknown);
    expect(failed).toHaveLength(1);
    expect(failed[0]).toBeInstanceOf(Deadlock);
    await first.rollback();
    await second.rollback();

    await first.begin({ isolation: 'repeatable read' });
    await first.all(sql`SELECT * FROM t`);
    await add(second, 1);
    await expect(add(first, 1)).rejects.toThrow(SerializationFailure);
    await first.rollback();
    await second.close();
  });

  test('says why it cannot connect, with the password hidden', async () => {
    const url = new URL(database.url());
    for (const [change, message] of [
      [{ pathname: '/no_such_database' }, /database "no_such_database" does not exist/],
      [{ port: '1' }, /ECONNREFUSED/],
      [{ username: 'nobody_here', password: 'hush' }, /nobody_here/],
    ] as const) {
      const wrong = Object.assign<URL, object>(new URL(url), change);
      const engine = createEngine(wrong.href);
      const failure = await engine.connect().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(OperationalError);
      expect(failure).not.toBeInstanceOf(DisconnectError);
      expect(String(failure)).toMatch(message);
      expect(String(failure)).not.toContain('hush');
      await engine.dispose();
    }
  });
});
