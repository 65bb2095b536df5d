/** What each of Snowflake's errors means for the pipeline: what repeating mends, and what a person has to change. */
import { messageOf, PipelineError } from '../common/errors.ts';
import { RecordRefusedError, WarehouseMisconfiguredError, WarehouseUnavailableError } from './raw-store.ts';
import type { SnowflakeSettings } from './snowflake-settings.ts';

/** The session is gone, with its transaction: a new one goes on. */
export class SessionLostError extends WarehouseUnavailableError {}

/** The virtual warehouse sleeps and doesn't wake by itself. */
export class WarehouseAsleepError extends WarehouseUnavailableError {}

/** Somebody else held a table's lock for as long as this session waits. */
export class LockHeldError extends WarehouseUnavailableError {}

/** What Snowflake or its SDK said. */
interface Failure {
  /** Snowflake's code, six digits, or the SDK's. */
  readonly code: string;
  readonly words: string;
  /** HTTP status, where there was no answer of Snowflake's own. */
  readonly status: number | undefined;
}

interface Meaning {
  readonly codes?: readonly string[];
  readonly words?: RegExp;
  readonly status?: readonly number[];
  readonly error: (failure: Failure, settings: SnowflakeSettings, cause: unknown) => PipelineError;
}

/** An error for a person to act on. */
const misconfigured =
  (message: (settings: SnowflakeSettings, failure: Failure) => string): Meaning['error'] =>
  (failure, settings, cause) =>
    new WarehouseMisconfiguredError(`${message(settings, failure)}\nSnowflake: ${describe(failure)}`, { cause });

/** The first that fits counts: the narrow ones stand before the wide ones. */
const meanings: readonly Meaning[] = [
  // Sessions and tokens that ended.
  {
    codes: ['390104', '390111', '390112', '390114', '390195', '401004', '405503', '407001', '407002'],
    error: (failure, _, cause) =>
      new SessionLostError(`The Snowflake session has ended: ${describe(failure)}`, { cause }),
  },

  // Logins.
  {
    status: [403, 404],
    error: misconfigured(
      ({ account, url }) =>
        `Snowflake knows no account ${url ?? account}. Set SNOWFLAKE_ACCOUNT to the account identifier, organization-account: ` +
        "SELECT CURRENT_ORGANIZATION_NAME() || '-' || CURRENT_ACCOUNT_NAME() shows it.",
    ),
  },
  {
    codes: ['390144', '394300', '394302', '394304'],
    error: misconfigured(
      ({ user }) =>
        `Snowflake doesn't accept the key of ${user}. Its public half must be the user's: ` +
        `ALTER USER ${user} SET RSA_PUBLIC_KEY = '…'; DESCRIBE USER ${user} shows the fingerprint. Also check SNOWFLAKE_USER and this machine's clock.`,
    ),
  },
  {
    codes: ['404026', '404027', '404028', 'ENOENT', 'EACCES', 'ERR_MISSING_PASSPHRASE'],
    words: /bad decrypt|DECODER routines|PEM routines|invalid private key/i,
    error: misconfigured(
      () =>
        "The private key can't be read. SNOWFLAKE_PRIVATE_KEY_PATH must name a PKCS #8 file in PEM, and SNOWFLAKE_PRIVATE_KEY_PASSPHRASE be its passphrase, if it has one.",
    ),
  },
  {
    words: /workload identity|attestation|WIF\b/i,
    error: misconfigured(
      () =>
        "Snowflake doesn't take this machine's AWS identity. The service user must name its role: ALTER USER … SET WORKLOAD_IDENTITY = " +
        "(TYPE = AWS ARN = '…'); `aws sts get-caller-identity` shows the role that this machine has. In a container, IMDSv2 needs a hop limit of 2.",
    ),
  },
  {
    codes: ['390189', '390186'],
    words: /^role .*(does not exist|not authorized|not granted)/i,
    error: misconfigured(
      ({ role, user }) =>
        `The role ${role} doesn't exist, or isn't granted to ${user ?? 'this user'}. Set SNOWFLAKE_ROLE, or GRANT ROLE ${role} TO USER ${user ?? '…'}.`,
    ),
  },
  {
    codes: ['390420', '390422'],
    words: /is not allowed to access snowflake/i,
    error: misconfigured(
      () => "The account's network policy keeps this machine's address out: an administrator has to allow it.",
    ),
  },
  {
    codes: ['390101', '390102'],
    words: /user (access disabled|is locked|temporarily locked)/i,
    error: misconfigured(
      ({ user }) => `The user ${user ?? ''} is locked or disabled: an administrator has to enable it.`,
    ),
  },
  {
    words: /\bMFA\b|multi-factor|duo\b/i,
    error: misconfigured(
      () =>
        'The login needs a second factor: approve it on your device, or set SNOWFLAKE_PASSCODE. Services log in with WORKLOAD_IDENTITY or SNOWFLAKE_JWT.',
    ),
  },
  {
    codes: ['390100'],
    words: /incorrect username or password/i,
    error: misconfigured(
      ({ user, account }) =>
        `Snowflake doesn't let ${user ?? 'this user'} into ${account}. Check SNOWFLAKE_USER, SNOWFLAKE_PASSWORD and SNOWFLAKE_AUTHENTICATOR.`,
    ),
  },

  // The account's money, and the virtual warehouse.
  {
    codes: ['000666'],
    words: /free trial has ended|account is suspended|lack of payment/i,
    error: misconfigured(
      ({ account }) =>
        `The account ${account} is suspended (the trial has ended, or the payment failed). Add a payment method in Snowsight under Admin → Billing; the records wait in Kafka.`,
    ),
  },
  {
    codes: ['090073'],
    words: /resource monitor .*exceeded its quota/i,
    error: misconfigured(
      ({ warehouse }) =>
        `The warehouse ${warehouse} has used up the credits of its resource monitor. It goes on when the monitor's period ends, or an administrator ` +
        'raises the quota: ALTER RESOURCE MONITOR … SET CREDIT_QUOTA = …. The records wait in Kafka.',
    ),
  },
  {
    words: /^warehouse '.*' (is|was|has been) suspended|cannot be used because it is suspended/i,
    error: ({ words }, _, cause) => new WarehouseAsleepError(words, { cause }),
  },
  {
    codes: ['000606'],
    words: /no active warehouse/i,
    error: misconfigured(
      ({ warehouse, role }) =>
        `There is no warehouse ${warehouse} that ${role ?? 'this role'} may use. Set SNOWFLAKE_WAREHOUSE, or GRANT USAGE, OPERATE ON WAREHOUSE ${warehouse} TO ROLE ${role ?? '…'}.`,
    ),
  },

  // Objects and privileges.
  {
    codes: ['003001'],
    words: /insufficient privileges/i,
    error: misconfigured(
      ({ role, database }) =>
        `The role ${role ?? 'of this session'} lacks a privilege on the raw tables. It needs USAGE on ${database} and ${database}.RAW, and SELECT, INSERT, UPDATE ` +
        `on all tables there: GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA ${database}.RAW TO ROLE ${role ?? '…'}.`,
    ),
  },
  {
    codes: ['002003', '002043', '000904', '090105', '090106'],
    error: misconfigured(
      ({ database, role }) =>
        `A table or column in ${database}.RAW is missing, or ${role ?? 'this role'} may not see it. Deploy the warehouse stack, and check SNOWFLAKE_DATABASE and SNOWFLAKE_ROLE.`,
    ),
  },

  // Locks.
  {
    codes: ['000625'],
    words: /(has locked|lock on) table|waiters for this lock|lock.*(timeout|timed out|has not yet been released)/i,
    error: ({ words }, _, cause) => new LockHeldError(`Another transaction holds a lock: ${words}`, { cause }),
  },

  // One of the records.
  {
    codes: ['100035', '100037', '100038', '100040', '100069', '100071', '100072', '100078', '100097'],
    words:
      /error parsing json|(timestamp|numeric value) '.*' is not recognized|too long and would be truncated|exceeds (supported|max)|null result in a non-nullable/i,
    error: ({ words }, _, cause) => new RecordRefusedError(cause, words.slice(0, 500)),
  },
];

/** An error of the SDK, or Snowflake's, as one of the pipeline's. What isn't known counts as passing: it is repeated. */
export function explainSnowflakeError(cause: unknown, settings: SnowflakeSettings): PipelineError {
  if (cause instanceof PipelineError) return cause;
  const failure = readFailure(cause);
  const meaning = meanings.find((each) => fits(each, failure));
  if (meaning) return meaning.error(failure, settings, cause);
  return new WarehouseUnavailableError(`Snowflake can't be reached or can't answer: ${describe(failure)}`, { cause });
}

/** Whether Snowflake itself said no, so that the session can still be used. */
export function isAnswer(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'OperationFailedError';
}

function fits({ codes, words, status }: Meaning, failure: Failure): boolean {
  if (codes?.includes(failure.code) || words?.test(failure.words)) return true;
  return failure.status !== undefined && status?.includes(failure.status) === true;
}

function readFailure(cause: unknown): Failure {
  const { code, response } = (cause ?? {}) as { code?: unknown; response?: { status?: unknown; statusCode?: unknown } };
  const status = response?.status ?? response?.statusCode;
  return {
    code: String(code ?? ''),
    words: messageOf(cause)
      .replace(/^SQL (compilation|execution) error:\s*/i, '')
      .trim(),
    status: typeof status === 'number' ? status : undefined,
  };
}

function describe({ code, words, status }: Failure): string {
  return `${words}${status ? ` (HTTP ${status})` : ''}${code ? ` [${code}]` : ''}`;
}
