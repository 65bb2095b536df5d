import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  RecordRefusedError,
  WarehouseMisconfiguredError,
  WarehouseUnavailableError,
} from '../../apps/warehouse/raw-store.ts';
import { SnowflakeRawStore } from '../../apps/warehouse/snowflake.ts';
import { explainSnowflakeError, LockHeldError, SessionLostError } from '../../apps/warehouse/snowflake-errors.ts';
import { batch } from './equipment/batches.ts';
import { shortDeadlines, TestSnowflake } from './equipment/server.ts';

const settings = {
  account: 'org-acme',
  user: 'INGEST_SERVICE',
  role: 'LOADER',
  warehouse: 'INGEST',
  database: 'LEARNING',
  login: { kind: 'browser' },
} as const;

/** Errors as the SDK hands them on: Snowflake's code and words. */
const misconfigurations = [
  [
    'wrong key',
    '390144',
    'JWT token is invalid. [0c4a1d0e]',
    /doesn't accept the key of INGEST_SERVICE.*RSA_PUBLIC_KEY/s,
  ],
  ['wrong password', '390100', 'Incorrect username or password was specified.', /SNOWFLAKE_PASSWORD/],
  [
    'role not granted',
    '390189',
    "Role 'LOADER' specified in the connect string does not exist or not authorized. Contact your local system administrator",
    /GRANT ROLE LOADER TO USER INGEST_SERVICE/,
  ],
  [
    'network policy',
    '390422',
    'Incoming request with IP/Token 10.0.0.1 is not allowed to access Snowflake.',
    /network policy/,
  ],
  [
    'locked user',
    '390102',
    'User temporarily locked. Try again later, or contact your local system administrator.',
    /locked or disabled/,
  ],
  [
    'role without INSERT',
    '003001',
    "SQL access control error:\nInsufficient privileges to operate on table 'RAW_LEARNING_EVENTS_V2'",
    /GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA LEARNING.RAW TO ROLE LOADER/,
  ],
  [
    'missing table',
    '002003',
    "SQL compilation error:\nObject 'LEARNING.RAW.RAW_LEARNING_EVENTS_V2' does not exist or not authorized.",
    /Deploy the warehouse stack/,
  ],
  [
    'missing schema',
    '002043',
    'SQL compilation error:\nObject does not exist, or operation cannot be performed.',
    /SNOWFLAKE_DATABASE/,
  ],
  [
    'suspended trial',
    '000666',
    'Your free trial has ended and all of your virtual warehouses have been suspended. Add billing information in the Snowflake web UI to continue using the full set of Snowflake features.',
    /Add a payment method/,
  ],
  [
    'unpaid account',
    '000666',
    'SQL compilation error: Your account is suspended due to lack of payment method.',
    /Add a payment method/,
  ],
  [
    'quota',
    '090073',
    "Warehouse 'INGEST' cannot be resumed because resource monitor 'PIPELINE' has exceeded its quota.",
    /CREDIT_QUOTA/,
  ],
  [
    'no warehouse',
    '000606',
    "No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command.",
    /GRANT USAGE, OPERATE ON WAREHOUSE INGEST TO ROLE LOADER/,
  ],
] as const;

describe('what an error of Snowflake means', () => {
  it.each(misconfigurations)('%s: not repeated, and the message says what to change', (_, code, words, fix) => {
    const error = explainSnowflakeError(sdkError(code, words), settings);
    expect(error).toBeInstanceOf(WarehouseMisconfiguredError);
    expect(error.message).toMatch(fix);
    expect(error.message).toContain(code);
  });

  it('an unknown account', () => {
    const error = explainSnowflakeError(
      Object.assign(new Error('Request to Snowflake failed.'), {
        name: 'RequestFailedError',
        code: 401002,
        response: { status: 404 },
      }),
      settings,
    );
    expect(error).toBeInstanceOf(WarehouseMisconfiguredError);
    expect(error.message).toMatch(/knows no account org-acme.*SNOWFLAKE_ACCOUNT/s);
  });

  it.each([
    ['390111', 'Session no longer exists. New login required to access the service.'],
    ['390114', 'Authentication token has expired. The user must authenticate again.'],
    ['390195', 'The provided ID Token is invalid.'],
    ['407002', 'Unable to perform operation using terminated connection.'],
  ])('%s: the session is lost', (code, words) => {
    expect(explainSnowflakeError(sdkError(code, words), settings)).toBeInstanceOf(SessionLostError);
  });

  it('a lock that was not released', () => {
    const words =
      "Statement '01b2' has locked table 'INGEST_OFFSETS' in transaction 1700000000000000000 and this lock has not yet been released.";
    expect(explainSnowflakeError(sdkError('000625', words), settings)).toBeInstanceOf(LockHeldError);
  });

  it.each([
    ['100069', 'Error parsing JSON: missing colon, line 1, pos 12'],
    ['100069', 'Error parsing JSON: duplicate object attribute "a", pos 12'],
    ['100035', "Timestamp '99999-01-01' is not recognized"],
    ['100078', "String '…' is too long and would be truncated"],
  ])('%s %s: it is about a record', (code, words) => {
    const error = explainSnowflakeError(sdkError(code, words), settings);
    expect(error).toBeInstanceOf(RecordRefusedError);
    expect(error.message).toBe(words);
  });

  it.each([
    ['401001', 'Network error. Could not reach Snowflake.'],
    ['000603', 'SQL execution internal error: Processing aborted by error 300002'],
    ['000630', 'Statement reached its statement or warehouse timeout of 90 second(s) and was canceled.'],
  ])('%s: may pass', (code, words) => {
    expect(explainSnowflakeError(sdkError(code, words), settings)).toBeInstanceOf(WarehouseUnavailableError);
  });
});

describe('errors on their way from a server', () => {
  let snowflake: TestSnowflake;
  beforeAll(async () => {
    snowflake = await TestSnowflake.start();
  });
  afterAll(() => snowflake.stop());

  it('an unknown account fails at once', async () => {
    await snowflake.fault({ statement: 'LOGIN', status: 404 });
    const store = new SnowflakeRawStore(snowflake.settings(), shortDeadlines);
    await expect(store.readOffset(batch('topic', 0, 1).partition)).rejects.toThrow(/knows no account/);
  });

  it('a wrong key fails at once', async () => {
    await snowflake.fault({ statement: 'LOGIN', code: '390144', message: 'JWT token is invalid.' });
    const store = new SnowflakeRawStore(snowflake.settings(), shortDeadlines);
    await expect(store.readOffset(batch('topic', 0, 1).partition)).rejects.toBeInstanceOf(WarehouseMisconfiguredError);
  });

  it('a key file that is not there is named', async () => {
    const login = { kind: 'key pair', keyPath: '/nowhere/key.p8' } as const;
    const store = new SnowflakeRawStore({ ...snowflake.settings(), login }, shortDeadlines);
    await expect(store.readOffset(batch('topic', 0, 1).partition)).rejects.toThrow(/SNOWFLAKE_PRIVATE_KEY_PATH/);
  });

  it('a server that is not there is unavailable, within the deadline', async () => {
    const store = new SnowflakeRawStore({ ...snowflake.settings(), url: 'http://127.0.0.1:9' }, { login: 1000 });
    await expect(store.readOffset(batch('topic', 0, 1).partition)).rejects.toBeInstanceOf(WarehouseUnavailableError);
  });

  it('a missing table, and a role without INSERT', async () => {
    const store = new SnowflakeRawStore(snowflake.settings(), shortDeadlines);
    await expect(store.write(batch('topic', 0, 1))).rejects.toThrow(/Deploy the warehouse stack/);
    await store.prepare();
    await snowflake.fault({
      statement: '^INSERT',
      code: '003001',
      message: 'Insufficient privileges to operate on table',
    });
    await expect(store.write(batch('topic', 0, 1))).rejects.toThrow(/GRANT SELECT, INSERT, UPDATE/);
    await store.write(batch('topic', 0, 1));
    await store.close();
  });
});

function sdkError(code: string, message: string): Error {
  return Object.assign(new Error(message), { name: 'OperationFailedError', code });
}
