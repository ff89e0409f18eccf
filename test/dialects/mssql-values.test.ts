// What travels to SQL Server and back: values as parameters of the right types, options of the URL, errors.
import { createRequire } from 'node:module';
import { TYPES } from 'tedious';
import { describe, expect, it } from 'vitest';
import { connectionOptions } from '../../src/dialects/mssql/connection-options.ts';
import { mssql } from '../../src/dialects/mssql/dialect.ts';
import { classifyMssql } from '../../src/dialects/mssql/errors.ts';
import { mssqlLiteral } from '../../src/dialects/mssql/literals.ts';
import { TypedParameter } from '../../src/dialects/mssql/parameters.ts';
import { parameterMaker } from '../../src/dialects/mssql/tedious-parameters.ts';
import { converterOf } from '../../src/dialects/mssql/tedious-values.ts';
import { t } from '../../src/sql/column-types.ts';
import { makeType, UNKNOWN } from '../../src/sql/type.ts';

const codec = (column: { readonly type: Parameters<typeof mssql.codec>[0] }) => mssql.codec(column.type);
const parameter = parameterMaker(TYPES);

interface Tracking {
  getBuffers(): Buffer[];
}
const TrackingBuffer = createRequire(import.meta.url)('tedious/lib/tracking-buffer/writable-tracking-buffer.js') as new () => Tracking;

/** How a parameter is declared, and the bytes of its value as they go to the server. */
function sent(encoded: unknown): { declared: string; bytes: Buffer } {
  const { type, value, options } = parameter(encoded);
  const whole = { name: 'p1', type, value, output: false, ...options };
  const valid = type.validate(value, undefined, { useUTC: true } as never);
  const buffer = new TrackingBuffer();
  type.writeValue(buffer as never, { ...whole, value: valid }, { useUTC: true } as never);
  return { declared: type.declaration(whole as never), bytes: Buffer.concat(buffer.getBuffers()) };
}

describe('parameters', () => {
  it.each<[string, unknown, string]>([
    ['a whole number', codec(t.integer()).bind(5), 'int'],
    ['a wide one', codec(t.bigInteger()).bind(2n ** 40n), 'bigint'],
    ['a small one of a wide column', codec(t.bigInteger()).bind(5n), 'int'],
    ['one that no column limits', mssql.codec(UNKNOWN).literal?.(2 ** 40), 'bigint'],
    ['a floating-point number, also a whole one', codec(t.double()).bind(5), 'float'],
    ['a truth', codec(t.boolean()).bind(true), 'bit'],
    ['text of any length up to 4,000', codec(t.text()).bind('x'), 'nvarchar(4000)'],
    ['longer text', codec(t.text()).bind('x'.repeat(4001)), 'nvarchar(max)'],
    ['NULL', null, 'nvarchar(4000)'],
    ['bytes', codec(t.binary()).bind(new Uint8Array(3)), 'varbinary(8000)'],
    ['many bytes', codec(t.binary()).bind(new Uint8Array(8001)), 'varbinary(max)'],
    ['a moment', codec(t.dateTime()).bind(new Date(0)), 'datetime2(3)'],
    ['a day', codec(t.date()).bind('2024-02-29'), 'date'],
    ['a time', codec(t.time()).bind('12:34:56.1234567'), 'time(7)'],
    ['a decimal', codec(t.numeric(10, 2)).bind('12.50'), 'decimal(3, 1)'],
    ['JSON', codec(t.json()).bind({ a: 1 }), 'nvarchar(4000)'],
    ['a UUID', codec(t.uuid()).bind('B5B1C9D4-7D7C-4F0E-9D4B-1F0F5A3B2C1D'), 'nvarchar(4000)'],
  ])('%s', (_name, encoded, declared) => {
    expect(sent(encoded).declared).toBe(declared);
  });

  it.each([
    '0',
    '1',
    '-1',
    '0.1',
    '-12345678.9',
    '123456789012345678.12',
    '99999999999999999999999999999999999999',
    '-0.00000000000000000000000000000000000001',
  ])('send every digit of the decimal %s', (digits) => {
    const { declared, bytes } = sent(codec(t.numeric()).bind(digits));
    const scale = Number(/, (\d+)\)$/.exec(declared)?.[1]);
    expect(bytes[0]).toBe(bytes.length - 1);
    let magnitude = 0n;
    for (const byte of [...bytes.subarray(2)].reverse()) magnitude = magnitude * 256n + BigInt(byte);
    const text = String(magnitude).padStart(scale + 1, '0');
    const read = `${bytes[1] === 1 ? '' : '-'}${text.slice(0, text.length - scale)}${scale === 0 ? '' : `.${text.slice(-scale)}`}`;
    expect(read).toBe(digits);
  });

  it('send days and times whole', () => {
    // Days since 0001-01-01, in three bytes.
    expect([...sent(codec(t.date()).bind('0001-01-02')).bytes]).toEqual([3, 1, 0, 0]);
    const { bytes } = sent(codec(t.time()).bind('00:00:01.2345678'));
    expect(bytes.readUIntLE(1, 5)).toBe(12_345_678);
  });

  it('refuse what SQL Server cannot hold', () => {
    expect(() => codec(t.integer()).bind(2 ** 31)).toThrow('-2147483648 to 2147483647');
    expect(() => codec(t.double()).bind(Number.POSITIVE_INFINITY)).toThrow('a finite number');
    expect(() => codec(t.numeric()).bind('1'.repeat(39))).toThrow('at most 38 digits');
    expect(() => codec(t.date()).bind('0000-01-01')).toThrow('0001 to 9999');
    expect(() => codec(t.dateTime()).bind(new Date(-62_135_596_800_001))).toThrow('0001 to 9999');
    expect(() => codec(t.boolean()).bind(1)).toThrow('true or false');
  });
});

describe('rows', () => {
  const read = (name: string, value: unknown, dataLength?: number): unknown =>
    converterOf({ type: { name }, dataLength })?.(value) ?? value;
  it('hold what the codecs expect', () => {
    expect(read('BigInt', '9007199254740993')).toBe(9_007_199_254_740_993n);
    expect(read('IntN', '5', 8)).toBe(5);
    expect(read('IntN', 5, 4)).toBe(5);
    expect(read('Date', new Date('2024-02-29T00:00:00Z'))).toBe('2024-02-29');
    const time = Object.assign(new Date('1970-01-01T12:34:56.123Z'), { nanosecondsDelta: 0.0004567 });
    expect(read('Time', time)).toBe('12:34:56.1234567');
    expect(read('Time', new Date('1970-01-01T12:34:00Z'))).toBe('12:34:00');
    expect(String(codec(t.numeric(38, 10)).decode?.('12345678901234567890.1234567890'))).toBe('12345678901234567890.123456789');
    expect([1, 0, true, false].map((raw) => codec(t.boolean()).decode?.(raw))).toEqual([true, false, true, false]);
  });
});

it('writes values into DDL', () => {
  const literals = [5n, 1.5, 1e300, true, false, null, 'x', new Uint8Array([1, 255]), new Date(0), new TypedParameter('decimal', '1.50')];
  expect(literals.map(mssqlLiteral)).toEqual([
    '5',
    '1.5e0',
    '1e+300',
    '1',
    '0',
    'NULL',
    "N'x'",
    '0x01FF',
    "N'1970-01-01 00:00:00.000'",
    '1.50',
  ]);
  expect(() => mssqlLiteral(Number.NaN)).toThrow('NaN');
  expect(() => mssqlLiteral('a\0')).toThrow('NUL');
});

describe('the URL', () => {
  const base = { database: 'shop', host: 'db', port: null, user: 'sa', password: 'p', query: {} };
  it('says where and how', () => {
    expect(connectionOptions(base)).toMatchObject({
      server: 'db',
      authentication: { type: 'default', options: { userName: 'sa', password: 'p' } },
      options: {
        database: 'shop',
        port: 1433,
        encrypt: true,
        trustServerCertificate: false,
        connectTimeout: 15_000,
        requestTimeout: 0,
        useUTC: true,
      },
    });
    const query = { instance: 'DEV', encrypt: 'strict', trustServerCertificate: 'yes', connectTimeout: '2.5', domain: 'CORP' };
    expect(connectionOptions({ ...base, query })).toMatchObject({
      authentication: { type: 'ntlm', options: { domain: 'CORP' } },
      options: { instanceName: 'DEV', encrypt: 'strict', trustServerCertificate: true, connectTimeout: 2500 },
    });
  });
  it.each<[Record<string, string>, RegExp]>([
    [{ nope: '1' }, /the option 'nope', which is not known/],
    [{ encrypt: 'maybe' }, /'encrypt' .* takes true or false/],
    [{ connectTimeout: 'soon' }, /'connectTimeout' .* takes seconds/],
    [{ packetSize: '1' }, /'packetSize'/],
  ])('%j is refused', (query, message) => {
    expect(() => connectionOptions({ ...base, query })).toThrow(message);
  });
});

describe('errors', () => {
  const failed = (number: number, message: string) => classifyMssql(Object.assign(new Error(message), { code: 'EREQUEST', number }));
  it.each<[number, string, object]>([
    [
      2627,
      "Violation of UNIQUE KEY constraint 'uq_users_email'. Cannot insert duplicate key in object 'dbo.users'. The duplicate key value is (a@b.c).",
      { kind: 'unique', constraint: 'uq_users_email', table: 'users', code: '2627' },
    ],
    [
      2601,
      "Cannot insert duplicate key row in object 'dbo.users' with unique index 'ix_users_name'. The duplicate key value is (x).",
      { kind: 'unique', constraint: 'ix_users_name', table: 'users' },
    ],
    [
      547,
      'The INSERT statement conflicted with the FOREIGN KEY constraint "fk_posts_user_id_users". The conflict occurred in database "shop", table "dbo.users", column \'id\'.',
      { kind: 'foreignKey', constraint: 'fk_posts_user_id_users', table: 'users', column: 'id' },
    ],
    [
      547,
      'The INSERT statement conflicted with the CHECK constraint "ck_products_stock". The conflict occurred in database "shop", table "dbo.products", column \'stock\'.',
      { kind: 'check', constraint: 'ck_products_stock', table: 'products' },
    ],
    [
      515,
      "Cannot insert the value NULL into column 'name', table 'shop.dbo.products'; column does not allow nulls. INSERT fails.",
      { kind: 'notNull', table: 'products', column: 'name' },
    ],
    [
      2628,
      "String or binary data would be truncated in table 'shop.dbo.products', column 'name'. Truncated value: 'abc'.",
      { kind: 'data', table: 'products', column: 'name' },
    ],
    [1205, 'Transaction (Process ID 51) was deadlocked', { kind: 'deadlock' }],
    [1222, 'Lock request time out period exceeded.', { kind: 'lockTimeout' }],
    [3960, 'Snapshot isolation transaction aborted due to update conflict.', { kind: 'serialization' }],
    [208, "Invalid object name 'nope'.", { kind: 'programming' }],
    [207, "Invalid column name 'nope'.", { kind: 'programming' }],
    [102, "Incorrect syntax near 'x'.", { kind: 'programming' }],
    [334, 'The target table cannot have any enabled triggers.', { kind: 'programming', message: expect.stringContaining('OUTPUT clause') }],
    [245, 'Conversion failed', { kind: 'data' }],
    [8115, 'Arithmetic overflow error', { kind: 'data' }],
    [18456, "Login failed for user 'sa'.", { kind: 'operational' }],
    [99_999, 'Something else', { kind: 'database' }],
  ])('%i: %s', (number, message, expected) => {
    expect(failed(number, message)).toMatchObject(expected);
  });
  it('come from the package, too, and of several the telling one counts', () => {
    for (const code of ['ESOCKET', 'ECONNCLOSED', 'ECONNRESET'])
      expect(classifyMssql(Object.assign(new Error('gone'), { code })).kind).toBe('disconnect');
    expect(classifyMssql(Object.assign(new Error('no'), { code: 'ECANCEL' }))).toMatchObject({ kind: 'cancelled', code: 'ECANCEL' });
    const several = new AggregateError([
      Object.assign(new Error('The statement has been terminated.'), { number: 3621 }),
      Object.assign(new Error("Violation of PRIMARY KEY constraint 'pk_x'. Cannot insert duplicate key in object 'dbo.x'."), {
        number: 2627,
      }),
    ]);
    expect(classifyMssql(several)).toMatchObject({ kind: 'unique', constraint: 'pk_x' });
    expect(classifyMssql(null).kind).toBe('database');
  });
});

it('names no type for what has none', () => {
  expect(() => mssql.ddl.typeName(makeType({ name: 'null' }))).toThrow('no column type');
});
