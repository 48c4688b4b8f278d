import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { z } from 'zod';
import {
  type ChannelSettings,
  channelEnvironment,
  channelSettingsFit,
  readChannelSettings,
  settingsTogether,
} from './channels/channel-settings';
import { firstOperatorName, type OidcSettings, type OperatorWithToken, type Role, roles } from './domain/operator';
import { dayMs } from './domain/timings';
import { mailbox, mailServer } from './mail/mail-environment';
import type { MailSettings } from './mail/mailer';
import { isLoopbackHost, parseCidr } from './outbound/address';
import { parseAllowed } from './outbound/allowed';
import { parseMasterKeys } from './sealing/key-ring';
import type { TemporalAddress } from './temporal/client';

const port = z.coerce.number().int().min(1).max(65_535);
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );

/** Undefined: it is none. */
const bitsOf = (range: string): number | undefined => {
  try {
    return parseCidr(range)[1];
  } catch {
    return undefined;
  }
};

const isCidr = (text: string): boolean => bitsOf(text) !== undefined;

const isAllowed = (text: string): boolean => {
  try {
    return parseAllowed(text) !== undefined;
  } catch {
    return false;
  }
};

/** A token is of ASCII without blanks, as a header takes it; commas and colons end entries and names. */
const operator = z
  .string()
  .regex(/^[\w.@-]{1,64}:(viewer|operator|admin):[!-+\x2d-9;-~]{16,512}$/)
  .transform((entry) => {
    const [name = '', role, token = ''] = entry.split(':');
    return { name, role: role as (typeof roles)[number], token };
  });

/** Behind a proxy that strips its path, such a prefix could not be told from a path of ours. */
const ownPath =
  /^\/(v1|p|issuer|operator|assets|codec|docs|problems|preview-frame|openapi\.json|llms\.txt|healthz|readyz|metrics)(\/|$)/;

const platformUrl = z
  .url({ protocol: /^https?$/, abort: true })
  .transform((text) => new URL(text))
  .refine(({ href, origin, pathname }) => href === origin + pathname, 'must have no query, fragment, user or password')
  .refine(({ pathname }) => !ownPath.test(pathname), 'must not begin with a path of the platform itself')
  .transform(({ href }) => href.replace(/\/+$/, ''));

const isEveryAddress = (host: string): boolean => /^[0.:]+$/.test(host);

const ownUrl = (host: string, ownPort: number): string => `http://${isIPv6(host) ? `[${host}]` : host}:${ownPort}`;

const hasReadableLogin = (text: string): boolean => {
  const { username, password } = new URL(text);
  try {
    return [username, password].map(decodeURIComponent).length > 0;
  } catch {
    return false;
  }
};

const grant = z
  .string()
  .regex(/^[^,\p{Cc}]{1,256}:(viewer|operator|admin)$/u)
  .transform((entry) => {
    const colon = entry.lastIndexOf(':');
    return { value: entry.slice(0, colon), role: entry.slice(colon + 1) as Role };
  });

/** Settings that are of use together only; an empty list counts as unset. */
const allOrNone =
  <Name extends string>(whose: string, names: readonly Name[]) =>
  (settings: { readonly [name in Name]?: unknown }, context: z.RefinementCtx): void => {
    const isUnset = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0);
    const missing = names.filter((name) => isUnset(settings[name]));
    if (missing.length === 0 || missing.length === names.length) return;
    const message = `needed, as other ${whose} settings are set`;
    context.addIssue({ code: 'custom', path: [missing.join(', ')], message });
  };

const temporalTlsNames = [
  'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_KEY_PATH',
  'TEMPORAL_TLS_SERVER_NAME',
] as const;

/** A file of certificates or of a key in PEM; its content, once. */
const pemFile = z.string().transform((path, context) => {
  const message = 'must be the path of a readable file in PEM';
  try {
    const pem = readFileSync(path);
    if (pem.includes('-----BEGIN ')) return pem;
  } catch {
    // Told as what is no PEM is.
  }
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** Every setting of api and worker, read once by a root and passed on as values; docs/settings.md tells them to people. */
const environment = z
  .object({
    PORT: port.default(8080),
    HOST: z.string().default('127.0.0.1'),
    ADMIN_PORT: port.optional(),
    ADMIN_URL: platformUrl.optional(),
    PUBLIC_URL: platformUrl.optional(),
    TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
    TEMPORAL_NAMESPACE: z.string().default('default'),
    TEMPORAL_TLS: z.enum(['on', 'off']).optional(),
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: pemFile.optional(),
    TEMPORAL_TLS_CLIENT_CERT_PATH: pemFile.optional(),
    TEMPORAL_TLS_CLIENT_KEY_PATH: pemFile.optional(),
    TEMPORAL_TLS_SERVER_NAME: z.string().optional(),
    TEMPORAL_UI_URL: z.url({ protocol: /^https?$/ }).optional(),
    MONGODB_URI: z
      .string()
      .regex(/^mongodb(\+srv)?:\/\//)
      .default('mongodb://127.0.0.1:27017/codeferry'),
    OPERATOR_TOKEN: z
      .string()
      .regex(/^[!-~]{16,512}$/, 'must be 16 to 512 letters, digits and signs of ASCII, without a blank or line end')
      .optional(),
    OPERATOR_TOKENS: list.transform((entries, context) => {
      const parsed = z.array(operator).max(200).safeParse(entries);
      if (parsed.success) return parsed.data;
      context.addIssue({
        code: 'custom',
        message: `must be name:role:token, separated by commas; roles are ${roles.join(', ')}, a token has 16 to 512 letters, digits and signs of ASCII`,
      });
      return z.NEVER;
    }),
    MASTER_KEY: z.string().transform((text, context) => {
      try {
        return parseMasterKeys(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'must be base64 of 32 bytes; several are separated by commas' });
        return z.NEVER;
      }
    }),
    OIDC_ISSUER: z
      .url({ protocol: /^https?$/, abort: true })
      .refine((text) => /^https:/i.test(text) || isLoopbackHost(new URL(text).hostname), {
        error: 'must be https',
        abort: true,
      })
      .optional(),
    OIDC_CLIENT_ID: z.string().max(512, { abort: true }).optional(),
    OIDC_CLIENT_SECRET: z.string().min(8, { abort: true }).max(512, { abort: true }).optional(),
    OIDC_ACR_VALUES: z
      .string()
      .regex(/^[\x21-\x7e]{1,256}( [\x21-\x7e]{1,256}){0,9}$/)
      .transform((values) => values.split(' '))
      .optional(),
    OIDC_ROLE_CLAIM: z.string().max(256).default('roles'),
    OIDC_ROLES: list.transform((entries, context) => {
      const parsed = z.array(grant).max(200).safeParse(entries);
      if (parsed.success) return parsed.data;
      context.addIssue({
        code: 'custom',
        message: `must be value:role, separated by commas; roles are ${roles.join(', ')}`,
      });
      return z.NEVER;
    }),
    DEMO: z.string().default('off'),
    SEAL_PAYLOADS: z.enum(['on', 'off']).default('off'),
    CODEC_SECRET: z.string().min(16).optional(),
    CALLBACK_ALLOW: list.refine((entries) => entries.every(isAllowed), {
      error: 'must be address ranges such as 10.0.0.0/8 or acme@10.1.2.3:8443, separated by commas',
    }),
    TWO_PERSONS: z.enum(['on', 'off']).default('off'),
    SANDBOX: z.enum(['on', 'off']).default('off'),
    SANDBOX_CALLBACK_ALLOW: list.refine((entries) => entries.every((entry) => isCidr(entry)), {
      error: 'must be address ranges such as 127.0.0.0/8, separated by commas',
    }),
    SOURCE_ADDRESSES: list.refine((entries) => entries.every((entry) => isCidr(entry)), {
      error: 'must be address ranges such as 203.0.113.7/32, separated by commas',
    }),
    EGRESS_PROXY: z
      .url({ protocol: /^https?$/, error: 'must be the http or https URL of a proxy', abort: true })
      .refine(hasReadableLogin, 'must have % of user and password written as %25')
      .optional(),
    TRUSTED_PROXIES: list.refine((ranges) => ranges.every((range) => (bitsOf(range) ?? 0) > 0), {
      error: 'must be address ranges such as 10.0.0.0/8, separated by commas, and not every address',
    }),
    ADAPTERS: list,
    TASK_QUEUE: z.string().default('orders'),
    CALLS_OUT_QUEUE: z.string().default('calls-out'),
    // Events go on for three days; the engine and kept answers forget after 30: a purged order is in none of them.
    PURGE_AFTER_DAYS: z
      .union([z.literal('off'), z.coerce.number().int().min(31).max(36_500)], {
        error: 'must be a whole number of days from 31 to 36500, or off',
      })
      .default(400),
    WORKER_METRICS_PORT: port.optional(),
    WORKFLOW_STACK_TRACES: z.enum(['on', 'off']).default('off'),
    OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
    ALERT_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
    ALERT_SMTP_URL: mailServer.optional(),
    ALERT_EMAIL_TO: list.pipe(z.array(mailbox).max(20, { abort: true })),
    ALERT_EMAIL_FROM: mailbox.optional(),
    ...channelEnvironment,
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  })
  .superRefine(({ OPERATOR_TOKEN, OPERATOR_TOKENS }, context) => {
    const names = [firstOperatorName, ...OPERATOR_TOKENS.map(({ name }) => name)];
    const tokens = [OPERATOR_TOKEN ?? '', ...OPERATOR_TOKENS.map(({ token }) => token)];
    if (new Set(names).size === names.length && new Set(tokens).size === tokens.length) return;
    context.addIssue({
      code: 'custom',
      path: ['OPERATOR_TOKENS'],
      message: `needs another name and another token for each; ${firstOperatorName} is the name of OPERATOR_TOKEN`,
    });
  })
  .superRefine(({ HOST, PORT, PUBLIC_URL, ADMIN_PORT, ADMIN_URL }, context) => {
    const add = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (ADMIN_PORT === PORT) add('ADMIN_PORT', 'must be another one than PORT');
    if (ADMIN_URL !== undefined && ADMIN_PORT === undefined) add('ADMIN_PORT', 'needed, as ADMIN_URL is set');
    if (!isEveryAddress(HOST)) return;
    if (PUBLIC_URL === undefined) add('PUBLIC_URL', 'needed, as HOST is every address');
    if (ADMIN_PORT !== undefined && ADMIN_URL === undefined) add('ADMIN_URL', 'needed, as HOST is every address');
  })
  .superRefine(allOrNone('TLS client', ['TEMPORAL_TLS_CLIENT_CERT_PATH', 'TEMPORAL_TLS_CLIENT_KEY_PATH']))
  .superRefine((settings, context) => {
    const given = temporalTlsNames.filter((name) => settings[name] !== undefined);
    if (settings.TEMPORAL_TLS === 'on' || given.length === 0) return;
    context.addIssue({ code: 'custom', path: ['TEMPORAL_TLS'], message: `must be on, as ${given.join(', ')} is set` });
  })
  .superRefine(allOrNone('OIDC', ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_ROLES']))
  .superRefine(allOrNone('mail', ['ALERT_SMTP_URL', 'ALERT_EMAIL_TO', 'ALERT_EMAIL_FROM']))
  .superRefine((settings, context) => {
    for (const [whose, names] of settingsTogether) allOrNone(whose, names)(settings, context);
  })
  .superRefine(channelSettingsFit);

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly publicUrl: string;
  /** Where operators are served, and nobody else; undefined: at the address of everybody. */
  readonly admin: { readonly port: number; readonly url: string } | undefined;
  /** Said by `npm start`, whose simulator sells orders. */
  readonly isDemo: boolean;
  readonly temporal: TemporalAddress;
  /** Where operators read workflows; the console links to it. */
  readonly temporalUiUrl: string | undefined;
  readonly mongodbUri: string;
  /** Who may call the operator API: the bearer of OPERATOR_TOKEN first. */
  readonly operators: readonly OperatorWithToken[];
  /** Undefined: operators sign in at the console by token alone. */
  readonly oidc: OidcSettings | undefined;
  readonly masterKeys: readonly Buffer[];
  /** Whether what the engine is given is sealed; what was sealed before is read in any case. */
  readonly sealPayloads: boolean;
  readonly codecSecret: string | undefined;
  readonly callbackAllow: readonly string[];
  /** Whether anybody may make a test issuer for himself, and what such issuers may be called at besides public addresses. */
  /** Whatever operators have set. */
  readonly needsTwoPersons: boolean;
  readonly hasSandbox: boolean;
  readonly sandboxCallbackAllow: readonly string[];
  /** From where calls to issuers and terminals come, as is told to whoever asks. */
  readonly sourceAddresses: readonly string[];
  /** Through which calls to issuers and terminals leave. */
  readonly egressProxy: string | undefined;
  /** Who is believed when it says for whom it asks (`x-forwarded-for`). */
  readonly trustedProxies: readonly string[];
  readonly adapterPaths: readonly string[];
  readonly taskQueue: string;
  readonly callsOutQueue: string;
  /** How long after its end an order is kept; undefined: for ever. */
  readonly purgeAfterMs: number | undefined;
  readonly workerMetricsPort: number | undefined;
  readonly workflowStackTraces: boolean;
  readonly otlpEndpoint: string | undefined;
  readonly alertWebhookUrl: string | undefined;
  /** Undefined: alerts are told by no mail. */
  readonly alertMail: MailSettings | undefined;
  readonly channels: ChannelSettings;
  readonly logLevel: string;
}

export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Of operators, and of what buyers and providers reach: secrets that a worker must not have, and who starts it takes out. */
export const isOfApiAlone = (name: string): boolean =>
  /^(OPERATOR_TOKENS?|OIDC_\w+|CODEC_SECRET|APPLE_WALLET_\w+|GOOGLE_WALLET_\w+|TERMINAL_RECEIPT_SECRET)$/.test(name);

/** Called by the worker's root. @throws as `readConfig` */
export const readWorkerConfig = (env: Environment): Omit<Config, 'operators' | 'oidc' | 'codecSecret'> =>
  configOf(Object.fromEntries(Object.entries(env).filter(([name]) => !isOfApiAlone(name))), []);

/** Called by the api's root. @throws ConfigInvalid with one line per setting; a value is never repeated, it may be a secret. */
export const readConfig = (env: Environment): Config =>
  configOf(env, env.OPERATOR_TOKEN ? [] : ['OPERATOR_TOKEN: needed by the api']);

const configOf = (env: Environment, faults: readonly string[]): Config => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success || faults.length > 0) {
    const issues = parsed.error?.issues ?? [];
    const lines = [...faults, ...issues.map(({ path, message }) => `${path.join('.')}: ${message}`)];
    throw new ConfigInvalid(`These settings do not fit:\n  ${lines.join('\n  ')}`);
  }
  const settings = parsed.data;
  return {
    port: settings.PORT,
    host: settings.HOST,
    publicUrl: settings.PUBLIC_URL ?? ownUrl(settings.HOST, settings.PORT),
    admin: adminOf(settings),
    isDemo: settings.DEMO === 'on',
    temporal: {
      address: settings.TEMPORAL_ADDRESS,
      namespace: settings.TEMPORAL_NAMESPACE,
      tls: settings.TEMPORAL_TLS === 'on' && temporalTlsOf(settings),
    },
    temporalUiUrl: settings.TEMPORAL_UI_URL?.replace(/\/+$/, ''),
    mongodbUri: settings.MONGODB_URI,
    operators: settings.OPERATOR_TOKEN
      ? [{ name: firstOperatorName, role: 'admin', token: settings.OPERATOR_TOKEN }, ...settings.OPERATOR_TOKENS]
      : [],
    oidc: oidcOf(settings),
    masterKeys: settings.MASTER_KEY,
    sealPayloads: settings.SEAL_PAYLOADS === 'on',
    codecSecret: settings.CODEC_SECRET,
    callbackAllow: settings.CALLBACK_ALLOW,
    needsTwoPersons: settings.TWO_PERSONS === 'on',
    hasSandbox: settings.SANDBOX === 'on',
    sandboxCallbackAllow: settings.SANDBOX_CALLBACK_ALLOW,
    sourceAddresses: settings.SOURCE_ADDRESSES,
    egressProxy: settings.EGRESS_PROXY,
    trustedProxies: settings.TRUSTED_PROXIES,
    adapterPaths: settings.ADAPTERS,
    taskQueue: settings.TASK_QUEUE,
    callsOutQueue: settings.CALLS_OUT_QUEUE,
    purgeAfterMs: settings.PURGE_AFTER_DAYS === 'off' ? undefined : settings.PURGE_AFTER_DAYS * dayMs,
    workerMetricsPort: settings.WORKER_METRICS_PORT,
    workflowStackTraces: settings.WORKFLOW_STACK_TRACES === 'on',
    otlpEndpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
    alertWebhookUrl: settings.ALERT_WEBHOOK_URL,
    alertMail: alertMailOf(settings),
    channels: readChannelSettings(settings),
    logLevel: settings.LOG_LEVEL,
  };
};

const temporalTlsOf = (settings: z.output<typeof environment>): Exclude<TemporalAddress['tls'], boolean> => {
  const { TEMPORAL_TLS_CLIENT_CERT_PATH: crt, TEMPORAL_TLS_CLIENT_KEY_PATH: key } = settings;
  const { TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority, TEMPORAL_TLS_SERVER_NAME: name } = settings;
  return {
    ...(authority === undefined ? {} : { serverRootCACertificate: authority }),
    ...(crt === undefined || key === undefined ? {} : { clientCertPair: { crt, key } }),
    ...(name === undefined ? {} : { serverNameOverride: name }),
  };
};

const adminOf = ({ HOST, ADMIN_PORT, ADMIN_URL }: z.output<typeof environment>): Config['admin'] =>
  ADMIN_PORT === undefined ? undefined : { port: ADMIN_PORT, url: ADMIN_URL ?? ownUrl(HOST, ADMIN_PORT) };

const oidcOf = (settings: z.output<typeof environment>): OidcSettings | undefined => {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = settings;
  if (!issuer || !clientId || !clientSecret) return undefined;
  return {
    issuer,
    clientId,
    clientSecret,
    acrValues: settings.OIDC_ACR_VALUES,
    roleClaim: settings.OIDC_ROLE_CLAIM,
    grants: settings.OIDC_ROLES,
  };
};

const alertMailOf = (settings: z.output<typeof environment>): MailSettings | undefined => {
  const { ALERT_SMTP_URL: server, ALERT_EMAIL_FROM: from, ALERT_EMAIL_TO: to } = settings;
  return server && from ? { server, from, to } : undefined;
};
