import { z } from 'zod';
import { readEnvironment } from '../common/environment.ts';

/** How the app proves who it is. */
export type SnowflakeLogin =
  | { readonly kind: 'workload identity'; readonly provider: 'AWS' }
  | { readonly kind: 'key pair'; readonly keyPath: string; readonly passphrase?: string }
  | { readonly kind: 'browser' }
  | { readonly kind: 'password'; readonly password: string; readonly passcode?: string };

/** Where the warehouse is, and how to get in. */
export interface SnowflakeSettings {
  readonly account: string;
  /** Of another name than the account's: PrivateLink, or a test. `https://…` */
  readonly url?: string;
  readonly user?: string;
  readonly role?: string;
  readonly warehouse: string;
  readonly database: string;
  readonly login: SnowflakeLogin;
}

const accountAllowed =
  'the account identifier, organization-account as in https://organization-account.snowflakecomputing.com';
const nameAllowed = 'a name: letters, digits, _ and $, not first a digit';
const urlAllowed = 'the address of an account, such as https://organization-account.privatelink.snowflakecomputing.com';
const authenticators = ['WORKLOAD_IDENTITY', 'SNOWFLAKE_JWT', 'EXTERNALBROWSER', 'USERNAME_PASSWORD_MFA'] as const;
const authenticatorsAllowed =
  'WORKLOAD_IDENTITY (on AWS, no secret), SNOWFLAKE_JWT (key pair), EXTERNALBROWSER (single sign-on) or USERNAME_PASSWORD_MFA';

const name = z.string(nameAllowed).regex(/^[A-Za-z_][\w$]{0,254}$/, nameAllowed);

type Variables = z.output<typeof variables>;

/** The variables that Snowflake's own tools and dbt's profile use. */
const variables = z.object({
  SNOWFLAKE_ACCOUNT: z.string(accountAllowed).regex(/^[A-Za-z0-9][\w.-]*$/, accountAllowed),
  SNOWFLAKE_URL: z
    .string(urlAllowed)
    .regex(/^https?:\/\/[\w.-]+(:\d+)?$/, urlAllowed)
    .optional(),
  SNOWFLAKE_USER: z.string().optional(),
  SNOWFLAKE_ROLE: name.optional(),
  SNOWFLAKE_WAREHOUSE: name,
  SNOWFLAKE_DATABASE: name,
  SNOWFLAKE_AUTHENTICATOR: z
    .string()
    .transform((text) => text.toUpperCase())
    .pipe(z.enum(authenticators, authenticatorsAllowed))
    .default('WORKLOAD_IDENTITY'),
  SNOWFLAKE_WORKLOAD_IDENTITY_PROVIDER: z.literal('AWS', 'AWS, the only cloud this pipeline runs on').default('AWS'),
  SNOWFLAKE_PRIVATE_KEY_PATH: z.string().optional(),
  SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: z.string().optional(),
  SNOWFLAKE_PASSWORD: z.string().optional(),
  SNOWFLAKE_PASSCODE: z.string().optional(),
});

interface LoginRules {
  readonly needs: readonly { readonly variable: keyof Variables; readonly what: string }[];
  /** Variables that say that another way was meant. */
  readonly excludes: readonly (keyof Variables)[];
  readonly read: (variables: Variables) => SnowflakeLogin;
}

const user = { variable: 'SNOWFLAKE_USER', what: 'the name that you log in with' } as const;

const logins: Record<Variables['SNOWFLAKE_AUTHENTICATOR'], LoginRules> = {
  WORKLOAD_IDENTITY: {
    needs: [],
    excludes: ['SNOWFLAKE_PRIVATE_KEY_PATH', 'SNOWFLAKE_PASSWORD'],
    read: (values) => ({ kind: 'workload identity', provider: values.SNOWFLAKE_WORKLOAD_IDENTITY_PROVIDER }),
  },
  SNOWFLAKE_JWT: {
    needs: [
      user,
      { variable: 'SNOWFLAKE_PRIVATE_KEY_PATH', what: "the file with the user's private key, PKCS #8 in PEM" },
    ],
    excludes: ['SNOWFLAKE_PASSWORD'],
    read: (values) => ({
      kind: 'key pair',
      keyPath: values.SNOWFLAKE_PRIVATE_KEY_PATH ?? '',
      ...(values.SNOWFLAKE_PRIVATE_KEY_PASSPHRASE && { passphrase: values.SNOWFLAKE_PRIVATE_KEY_PASSPHRASE }),
    }),
  },
  EXTERNALBROWSER: { needs: [user], excludes: ['SNOWFLAKE_PASSWORD'], read: () => ({ kind: 'browser' }) },
  USERNAME_PASSWORD_MFA: {
    needs: [user, { variable: 'SNOWFLAKE_PASSWORD', what: "the user's password" }],
    excludes: ['SNOWFLAKE_PRIVATE_KEY_PATH'],
    read: (values) => ({
      kind: 'password',
      password: values.SNOWFLAKE_PASSWORD ?? '',
      ...(values.SNOWFLAKE_PASSCODE && { passcode: values.SNOWFLAKE_PASSCODE }),
    }),
  },
};

const environment = variables
  .superRefine((values, context) => {
    const authenticator = values.SNOWFLAKE_AUTHENTICATOR;
    const { needs, excludes } = logins[authenticator];
    for (const { variable, what } of needs) {
      if (values[variable]) continue;
      const message = `${what} (SNOWFLAKE_AUTHENTICATOR is ${authenticator})`;
      context.addIssue({ code: 'custom', path: [variable], message });
    }
    const other = excludes.find((variable) => values[variable]);
    if (!other) return;
    // The value of the other variable may be a secret: the message is about the authenticator, and only names the variable.
    const message = `${other} is set, which ${authenticator} doesn't use. Allowed: ${authenticatorsAllowed}`;
    context.addIssue({ code: 'custom', path: ['SNOWFLAKE_AUTHENTICATOR'], message });
  })
  .transform(
    (values): SnowflakeSettings => ({
      account: values.SNOWFLAKE_ACCOUNT,
      ...(values.SNOWFLAKE_URL && { url: values.SNOWFLAKE_URL }),
      ...(values.SNOWFLAKE_USER && { user: values.SNOWFLAKE_USER }),
      ...(values.SNOWFLAKE_ROLE && { role: values.SNOWFLAKE_ROLE.toUpperCase() }),
      warehouse: values.SNOWFLAKE_WAREHOUSE.toUpperCase(),
      database: values.SNOWFLAKE_DATABASE.toUpperCase(),
      login: logins[values.SNOWFLAKE_AUTHENTICATOR].read(values),
    }),
  );

/**
 * The settings of Snowflake from the usual `SNOWFLAKE_*` variables.
 *
 * @throws {InvalidSettingError} naming each variable that is missing or wrong, and what is allowed
 */
export function readSnowflakeSettings(from: NodeJS.ProcessEnv = process.env): SnowflakeSettings {
  return readEnvironment(environment, from);
}
