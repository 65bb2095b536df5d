import { describe, expect, it } from 'vitest';
import { loginOptions } from '../../apps/warehouse/snowflake-connection.ts';
import { readSnowflakeSettings } from '../../apps/warehouse/snowflake-settings.ts';

const base = { SNOWFLAKE_ACCOUNT: 'org-acme', SNOWFLAKE_WAREHOUSE: 'ingest', SNOWFLAKE_DATABASE: 'learning' };
const read = (more: Record<string, string>) => readSnowflakeSettings({ ...base, ...more });

describe("Snowflake's settings", () => {
  it('by default log in with the identity of the AWS host, without a secret', () => {
    const settings = read({ SNOWFLAKE_ROLE: 'loader' });
    expect(settings).toEqual({
      account: 'org-acme',
      role: 'LOADER',
      warehouse: 'INGEST',
      database: 'LEARNING',
      login: { kind: 'workload identity', provider: 'AWS' },
    });
    expect(loginOptions(settings.login)).toEqual({
      authenticator: 'WORKLOAD_IDENTITY',
      workloadIdentityProvider: 'AWS',
    });
  });

  it.each([
    [
      {
        SNOWFLAKE_AUTHENTICATOR: 'snowflake_jwt',
        SNOWFLAKE_PRIVATE_KEY_PATH: 'key.p8',
        SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: 'words',
      },
      { authenticator: 'SNOWFLAKE_JWT', privateKeyPath: 'key.p8', privateKeyPass: 'words' },
    ],
    [
      { SNOWFLAKE_AUTHENTICATOR: 'externalbrowser' },
      { authenticator: 'EXTERNALBROWSER', clientStoreTemporaryCredential: true },
    ],
    [
      { SNOWFLAKE_AUTHENTICATOR: 'USERNAME_PASSWORD_MFA', SNOWFLAKE_PASSWORD: 'secret', SNOWFLAKE_PASSCODE: '123456' },
      {
        authenticator: 'USERNAME_PASSWORD_MFA',
        password: 'secret',
        passcode: '123456',
        clientRequestMFAToken: true,
        clientStoreTemporaryCredential: true,
      },
    ],
  ])('%o', (variables, options) => {
    expect(loginOptions(read({ SNOWFLAKE_USER: 'ANA', ...variables }).login)).toEqual(options);
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ SNOWFLAKE_ACCOUNT: '' }, /SNOWFLAKE_ACCOUNT is missing: the account identifier/],
    [
      { SNOWFLAKE_ACCOUNT: 'https://org-acme.snowflakecomputing.com' },
      /SNOWFLAKE_ACCOUNT is "https.*organization-account/,
    ],
    [{ SNOWFLAKE_WAREHOUSE: '' }, /SNOWFLAKE_WAREHOUSE is missing: a name/],
    [{ SNOWFLAKE_DATABASE: 'a b' }, /SNOWFLAKE_DATABASE is "a b"/],
    [
      { SNOWFLAKE_AUTHENTICATOR: 'oauth' },
      /SNOWFLAKE_AUTHENTICATOR is "oauth": WORKLOAD_IDENTITY .*USERNAME_PASSWORD_MFA/,
    ],
    [{ SNOWFLAKE_WORKLOAD_IDENTITY_PROVIDER: 'GCP' }, /SNOWFLAKE_WORKLOAD_IDENTITY_PROVIDER is "GCP": AWS/],
    [
      { SNOWFLAKE_AUTHENTICATOR: 'SNOWFLAKE_JWT' },
      /SNOWFLAKE_USER is missing.*\n.*SNOWFLAKE_PRIVATE_KEY_PATH is missing: the file/,
    ],
    [{ SNOWFLAKE_AUTHENTICATOR: 'EXTERNALBROWSER' }, /SNOWFLAKE_USER is missing/],
    [
      { SNOWFLAKE_AUTHENTICATOR: 'USERNAME_PASSWORD_MFA', SNOWFLAKE_USER: 'ANA' },
      /SNOWFLAKE_PASSWORD is missing: the user's password/,
    ],
    [
      { SNOWFLAKE_PRIVATE_KEY_PATH: 'key.p8' },
      /SNOWFLAKE_PRIVATE_KEY_PATH is set, which WORKLOAD_IDENTITY doesn't use/,
    ],
  ])('%o says which variable, and what is allowed', (variables, message) => {
    expect(() => read(variables)).toThrow(message);
  });

  it('never prints a secret', () => {
    const secrets = { SNOWFLAKE_PASSWORD: 'hunter2', SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: 'hunter2' };
    expect(() => read(secrets)).toThrow(/^(?!.*hunter2)/s);
    expect(() => read({ ...secrets, SNOWFLAKE_AUTHENTICATOR: 'SNOWFLAKE_JWT' })).toThrow(/^(?!.*hunter2)/s);
  });
});
