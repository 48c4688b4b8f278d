import crypto from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigInvalid, readConfig, readWorkerConfig } from '../../src/config';
import { routes } from '../../src/contract/routes';
import { projectFolder } from '../../src/dev/project-folder';
import { dsaKey } from '../support/der';

const masterKey = Buffer.alloc(32, 1).toString('base64');
const needed = { OPERATOR_TOKEN: 'an-operator-token', MASTER_KEY: masterKey };

const messageOf = (env: Record<string, string>): string => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.message;
    throw error;
  }
  throw new Error('the settings were taken');
};

test('with the two secrets alone everything else has its documented default', () => {
  expect(readConfig(needed)).toEqual({
    port: 8_080,
    host: '127.0.0.1',
    publicUrl: 'http://127.0.0.1:8080',
    admin: undefined,
    isDemo: false,
    temporal: { address: '127.0.0.1:7233', namespace: 'default', tls: false },
    temporalUiUrl: undefined,
    mongodbUri: 'mongodb://127.0.0.1:27017/codeferry',
    operators: [{ name: 'operator', role: 'admin', token: 'an-operator-token' }],
    oidc: undefined,
    masterKeys: [Buffer.alloc(32, 1)],
    sealPayloads: false,
    codecSecret: undefined,
    callbackAllow: [],
    needsTwoPersons: false,
    hasSandbox: false,
    sandboxCallbackAllow: [],
    sourceAddresses: [],
    egressProxy: undefined,
    trustedProxies: [],
    adapterPaths: [],
    taskQueue: 'orders',
    callsOutQueue: 'calls-out',
    purgeAfterMs: 400 * 24 * 3_600_000,
    workerMetricsPort: undefined,
    workflowStackTraces: false,
    otlpEndpoint: undefined,
    alertWebhookUrl: undefined,
    alertMail: undefined,
    channels: { email: undefined, sms: undefined, receiptSecret: undefined },
    logLevel: 'info',
  });
});

test('the worker needs no secret of the api, and reads none that it is given', () => {
  const secrets = { ...needed, OPERATOR_TOKENS: 'ada:viewer', CODEC_SECRET: 'short', TERMINAL_RECEIPT_SECRET: '!' };
  const { MASTER_KEY } = needed;
  const read = readWorkerConfig({ ...secrets, OIDC_CLIENT_SECRET: 'alone', APPLE_WALLET_KEY: 'alone' });
  expect(read).toEqual(readWorkerConfig({ MASTER_KEY }));
  expect(read).toMatchObject({ operators: [], masterKeys: [Buffer.alloc(32, 1)] });
});

test('a proxy whose password cannot be read is told of as a setting, without the password', () => {
  const message = messageOf({ ...needed, EGRESS_PROXY: 'http://ann:50%off@proxy.example:3128' });
  expect(message).toContain('EGRESS_PROXY: must have % of user and password written as %25');
  expect(message).not.toContain('50%off');
});

test('settings are read, lists are split, and an empty setting is one left out', () => {
  const config = readConfig({
    ...needed,
    PORT: '9000',
    HOST: '0.0.0.0',
    PUBLIC_URL: 'https://codes.example/',
    CALLBACK_ALLOW: ' 10.0.0.0/8 , fd00::/8,',
    SOURCE_ADDRESSES: '203.0.113.7/32',
    ADAPTERS: './a.js,./b.js',
    MASTER_KEY: `${Buffer.alloc(32, 2).toString('base64')},${masterKey}`,
    LOG_LEVEL: '',
    WORKER_METRICS_PORT: '9100',
  });
  expect(config).toMatchObject({
    port: 9_000,
    publicUrl: 'https://codes.example',
    callbackAllow: ['10.0.0.0/8', 'fd00::/8'],
    sourceAddresses: ['203.0.113.7/32'],
    adapterPaths: ['./a.js', './b.js'],
    masterKeys: [Buffer.alloc(32, 2), Buffer.alloc(32, 1)],
    logLevel: 'info',
    workerMetricsPort: 9_100,
  });
  expect(readConfig({ ...needed, PORT: '9000' }).publicUrl).toBe('http://127.0.0.1:9000');
  expect(readConfig({ ...needed, WORKFLOW_STACK_TRACES: 'on' }).workflowStackTraces).toBe(true);
  expect(readConfig({ ...needed, SEAL_PAYLOADS: 'on' }).sealPayloads).toBe(true);
});

test('an address is read as browsers do, whatever its letters, and names one host alone', () => {
  const PUBLIC_URL = ' HTTPS://Codes.Example:443/Shop/ ';
  expect(readConfig({ ...needed, PUBLIC_URL }).publicUrl).toBe('https://codes.example/Shop');
  const { admin } = readConfig({ ...needed, ADMIN_PORT: '8081', ADMIN_URL: 'HTTPS://Inside.example' });
  expect(admin?.url).toBe('https://inside.example');
  expect(readConfig({ ...needed, HOST: '::1' }).publicUrl).toBe('http://[::1]:8080');
  const everywhere = { ...needed, HOST: '::', PUBLIC_URL: 'https://codes.example' };
  expect(readConfig(everywhere).publicUrl).toBe('https://codes.example');
  expect(messageOf({ ...everywhere, ADMIN_PORT: '8081' })).toContain('ADMIN_URL: needed, as HOST is every address');
  expect(messageOf({ ...needed, HOST: '0.0.0.0' })).toContain('PUBLIC_URL: needed, as HOST is every address');
});

test('operators have an address of their own where ADMIN_PORT is set, another than that of everybody', () => {
  expect(readConfig({ ...needed, ADMIN_PORT: '8081' }).admin).toEqual({ port: 8_081, url: 'http://127.0.0.1:8081' });
  const ADMIN_URL = 'https://inside.example/codes/';
  const { admin } = readConfig({ ...needed, ADMIN_PORT: '8081', ADMIN_URL });
  expect(admin).toEqual({ port: 8_081, url: 'https://inside.example/codes' });
  expect(messageOf({ ...needed, ADMIN_PORT: '8080' })).toContain('ADMIN_PORT');
  expect(messageOf({ ...needed, ADMIN_URL })).toContain('ADMIN_PORT');
});

test('orders are kept for the whole days that are set, or for ever', () => {
  expect(readConfig({ ...needed, PURGE_AFTER_DAYS: '31' }).purgeAfterMs).toBe(31 * 24 * 3_600_000);
  expect(readConfig({ ...needed, PURGE_AFTER_DAYS: 'off' }).purgeAfterMs).toBeUndefined();
});

test('further operators have a name, a role and a token each', () => {
  const tokens = ' ada@shop.example:viewer:a-token-of-ada-1 ,bob:admin:a-token-of-bob-2,';
  expect(readConfig({ ...needed, OPERATOR_TOKENS: tokens }).operators).toEqual([
    { name: 'operator', role: 'admin', token: 'an-operator-token' },
    { name: 'ada@shop.example', role: 'viewer', token: 'a-token-of-ada-1' },
    { name: 'bob', role: 'admin', token: 'a-token-of-bob-2' },
  ]);
});

describe('an OpenID provider', () => {
  const oidc = {
    OIDC_ISSUER: 'https://login.example/realms/shop',
    OIDC_CLIENT_ID: 'codeferry',
    OIDC_CLIENT_SECRET: 'a-SECRET-of-the-client',
    OIDC_ROLES: 'codeferry-admins:admin, urn:shop:help desk:operator,*:viewer',
  };

  test('gives roles by what its claim holds, and is there only when it is set', () => {
    expect(readConfig(needed).oidc).toBeUndefined();
    expect(readConfig({ ...needed, ...oidc }).oidc).toEqual({
      issuer: 'https://login.example/realms/shop',
      clientId: 'codeferry',
      clientSecret: 'a-SECRET-of-the-client',
      roleClaim: 'roles',
      grants: [
        { value: 'codeferry-admins', role: 'admin' },
        { value: 'urn:shop:help desk', role: 'operator' },
        { value: '*', role: 'viewer' },
      ],
    });
    expect(readConfig({ ...needed, ...oidc, OIDC_ISSUER: 'http://127.0.0.1:9000' }).oidc?.issuer).toBe(
      'http://127.0.0.1:9000',
    );
  });

  test.each(Object.keys(oidc))('that is set without %s stops the start', (name) => {
    const message = messageOf({ ...needed, ...oidc, [name]: '' });
    expect(message).toContain(name);
    expect(message).not.toContain('SECRET-of');
    expect(message.split('\n')).toHaveLength(2);
  });
});

describe('alerts by mail', () => {
  const mail = {
    ALERT_SMTP_URL: 'smtps://codeferry:a-SECRET%2Fpassword@mail.example:4650',
    ALERT_EMAIL_TO: 'ops@shop.example, night@shop.example',
    ALERT_EMAIL_FROM: 'codeferry@shop.example',
  };

  test('have a server, a sender and recipients, and are there only when these are set', () => {
    expect(readConfig({ ...needed, ...mail }).alertMail).toEqual({
      server: {
        host: 'mail.example',
        port: 4_650,
        security: 'smtps',
        login: { user: 'codeferry', password: 'a-SECRET/password' },
      },
      from: 'codeferry@shop.example',
      to: ['ops@shop.example', 'night@shop.example'],
    });
  });

  test.each(Object.keys(mail))('that are set without %s stop the start', (name) => {
    const message = messageOf({ ...needed, ...mail, [name]: '' });
    expect(message).toContain(name);
    expect(message).not.toContain('SECRET');
    expect(message.split('\n')).toHaveLength(2);
  });

  test.each([
    ['ALERT_SMTP_URL', 'smtp://codeferry:SECRET@mail.example?tls=off'],
    ['ALERT_EMAIL_FROM', 'Codeferry <codeferry@shop.example>'],
    ['ALERT_EMAIL_FROM', 'codeferry@shop.example\r\nBcc: thief@evil.example'],
    ['ALERT_EMAIL_TO', 'ops@shop.example,nobody'],
    ['ALERT_EMAIL_TO', 'ops@shop.example\nBcc: thief@evil.example'],
    ['ALERT_EMAIL_TO', Array.from({ length: 21 }, (_, n) => `ops-${n}@shop.example`).join(',')],
  ])('whose %s does not fit stop the start', (name, value) => {
    const message = messageOf({ ...needed, ...mail, [name]: value });
    expect(message).toContain(name);
    expect(message).not.toContain(value);
    expect(message.split('\n')).toHaveLength(2);
  });
});

test.each([['OPERATOR_TOKEN'], ['MASTER_KEY']])('without %s there is no start', (name) => {
  const { [name]: _left, ...rest } = needed as Record<string, string>;
  expect(messageOf(rest)).toContain(name);
  expect(messageOf({ ...rest, [name]: '' })).toContain(name);
});

test.each([
  ['PORT', 'SECRETPORT'],
  ['PORT', '70000'],
  ['PUBLIC_URL', 'not-a-url-SECRET'],
  ['PUBLIC_URL', 'https://codes.example/?SECRET'],
  ['PUBLIC_URL', 'https://codes.example/#'],
  ['PUBLIC_URL', 'https://ann:SECRET@codes.example'],
  ['TEMPORAL_UI_URL', 'javascript:SECRET'],
  ['MONGODB_URI', 'postgres://user:SECRET@host/db'],
  ['OPERATOR_TOKEN', 'SECRET-too-sho'],
  ['OPERATOR_TOKEN', 'a SECRET of some words'],
  ['OPERATOR_TOKEN', 'a-SECRET-token-of-a-file\n'],
  ['OPERATOR_TOKEN', 'a-SECRET-wörd-of-passage'],
  ['OPERATOR_TOKEN', 'SECRET'.repeat(86)],
  ['OPERATOR_TOKENS', 'ada:viewer:a-SECRET-wörd-of-passage'],
  ['OPERATOR_TOKENS', 'ada:viewer:SECRET-short'],
  ['OPERATOR_TOKENS', 'ada:owner:a-SECRET-token-of-ada'],
  ['OPERATOR_TOKENS', 'a-SECRET-token-of-ada'],
  ['OPERATOR_TOKENS', 'operator:viewer:a-SECRET-token-of-ada'],
  ['OPERATOR_TOKENS', 'ada:viewer:an-operator-token'],
  ['OPERATOR_TOKENS', 'ada:viewer:a-SECRET-token-of-ada,ada:admin:another-SECRET-token'],
  ['OIDC_ISSUER', 'http://login.example/SECRET'],
  ['OIDC_ISSUER', 'login.example/SECRET'],
  ['OIDC_CLIENT_SECRET', 'SECRETs'],
  ['OIDC_ROLES', 'SECRET-group:owner'],
  ['OIDC_ROLES', 'SECRET-group'],
  ['MASTER_KEY', 'SECRETSECRETSECRET'],
  ['MASTER_KEY', `${masterKey},SECRET`],
  ['MASTER_KEY', `!!${masterKey}%%`],
  ['HOST', '0.0.0.0'],
  ['HOST', '::'],
  ['SEAL_PAYLOADS', 'yes'],
  ['CODEC_SECRET', 'too-short-value'],
  ['CALLBACK_ALLOW', '10.0.0.0/SECRET'],
  ['CALLBACK_ALLOW', '10.0.0.0/8,secret.example'],
  ['SOURCE_ADDRESSES', 'secret.example'],
  ['TRUSTED_PROXIES', '10.0.0.0/SECRET'],
  ['TRUSTED_PROXIES', 'loopback'],
  ['TRUSTED_PROXIES', '0.0.0.0/0'],
  ['TRUSTED_PROXIES', '10.0.0.0/8,0.0.0.0/00'],
  ['TRUSTED_PROXIES', '::ffff:0.0.0.0/96'],
  ['LOG_LEVEL', 'SECRET'],
  ['WORKER_METRICS_PORT', '-1'],
  ['WORKFLOW_STACK_TRACES', 'SECRET'],
  ['PURGE_AFTER_DAYS', '30'],
  ['PURGE_AFTER_DAYS', '36501'],
  ['PURGE_AFTER_DAYS', '99.5'],
  ['PURGE_AFTER_DAYS', 'never-ever'],
  ['ALERT_WEBHOOK_URL', 'ftp://alerts.example/SECRET'],
  ['MAIL_SMTP_URL', 'http://SECRET@mail.example'],
  ['MAIL_FROM', 'Codes <SECRET@shop.example>'],
  ['MAIL_DKIM_KEY', 'SECRET'],
  ['GOOGLE_WALLET_KEY', 'SECRET'],
  ['TERMINAL_RECEIPT_SECRET', 'SECRET/too'],
  ['SMS_GATEWAY_URL', 'ftp://SECRET'],
  ['SMS_GATEWAY_TOKEN', 'a SECRET'],
  ['SMS_PER_ISSUER_AND_DAY', '0'],
])('%s that does not fit is named, and its value is not', (name, value) => {
  const message = messageOf({ ...needed, [name]: value });
  expect(message).toContain(name);
  expect(message).not.toContain(value);
  expect(message.split('\n')).toHaveLength(2);
});

test.each(['MAIL_DKIM_KEY', 'GOOGLE_WALLET_KEY', 'APPLE_WALLET_KEY'])(
  '%s of DSA is named without being read',
  (name) => {
    const key = dsaKey(1_024);
    const file = JSON.stringify({ client_email: 'account', private_key: key });
    const given = Buffer.from(name === 'GOOGLE_WALLET_KEY' ? file : key).toString('base64');
    const read = jest.spyOn(crypto, 'createPrivateKey');
    const message = messageOf({ ...needed, [name]: given });
    const readings = read.mock.calls.length;
    read.mockRestore();
    expect(message).toContain(name);
    expect(readings).toBe(0);
  },
);

test('mail may be signed with a key as short as its receivers have to check', () => {
  const pem = { type: 'pkcs1', format: 'pem' } as const;
  const { privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 1_024 });
  const dkim = { MAIL_DKIM_SELECTOR: 'codes', MAIL_DKIM_KEY: Buffer.from(privateKey.export(pem)).toString('base64') };
  const mail = { MAIL_SMTP_URL: 'smtp://mail.example', MAIL_FROM: 'codes@shop.example' };
  expect(readConfig({ ...needed, ...mail, ...dkim }).channels.email?.dkim).toEqual({
    selector: 'codes',
    privateKey: privateKey.export(pem),
  });
});

test('every setting that does not fit is named at once', () => {
  const message = messageOf({ PORT: 'x', LOG_LEVEL: 'x' });
  for (const name of ['PORT', 'LOG_LEVEL', 'OPERATOR_TOKEN', 'MASTER_KEY']) expect(message).toContain(name);
});

test.each([
  [{ MAIL_SMTP_URL: 'smtps://user:SECRET@mail.example' }, 'MAIL_FROM'],
  [{ MAIL_FROM: 'codes@shop.example' }, 'MAIL_SMTP_URL'],
  [{ MAIL_DKIM_SELECTOR: 'codes' }, 'MAIL_DKIM_KEY'],
])('settings of e-mail stand together: %j', (given, missing) => {
  const message = messageOf({ ...needed, ...given });
  expect(message).toContain(missing);
  expect(message).not.toContain('SECRET');
});

test('a channel is configured by its settings alone', () => {
  expect(readConfig(needed).channels).toEqual({ email: undefined, sms: undefined, receiptSecret: undefined });
  const mail = { MAIL_SMTP_URL: 'smtp://mail.example?tls=off', MAIL_FROM: 'codes@shop.example' };
  expect(readConfig({ ...needed, ...mail }).channels.email).toEqual({
    server: { host: 'mail.example', port: 587, security: 'off' },
    from: 'codes@shop.example',
  });
});

/** Of every declared call and page, and of the codec, which is none. */
const ownPaths = [...new Set([...routes.map(({ path }) => path.split('/')[1]), 'codec'])].filter(Boolean);

test.each(ownPaths)('a public address under a path of the platform itself is refused: /%s', (first) => {
  for (const path of [first, `${first}/`, `${first}/below`]) {
    const PUBLIC_URL = `https://codes.example/${path}`;
    expect(() => readConfig({ ...needed, PUBLIC_URL })).toThrow(/PUBLIC_URL: must not begin with a path/);
  }
  const beside = `https://codes.example/${first}-shop/${first}`;
  expect(readConfig({ ...needed, PUBLIC_URL: beside }).publicUrl).toBe(beside);
});

describe('TLS to Temporal', () => {
  const certificate = join(projectFolder, 'test', 'support', 'certificates.ts');
  const on = { ...needed, TEMPORAL_TLS: 'on' };

  test('on alone trusts the public authorities; a name stands in for that of the address', () => {
    expect(readConfig(on).temporal.tls).toEqual({});
    expect(readConfig({ ...on, TEMPORAL_TLS_SERVER_NAME: 'engine' }).temporal.tls).toEqual({
      serverNameOverride: 'engine',
    });
  });

  test.each([
    [
      'a file that is not there',
      { TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/missing-SECRET.pem' },
      'TEMPORAL_TLS_SERVER_CA_CERT_PATH: must be the path of a readable file in PEM',
    ],
    [
      'a file that is no PEM',
      { TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificate },
      'TEMPORAL_TLS_SERVER_CA_CERT_PATH: must be the path of a readable file in PEM',
    ],
  ])('%s is refused', (_what, settings, line) => {
    const message = messageOf({ ...on, ...settings });
    expect(message).toContain(line);
    expect(message).not.toContain('SECRET');
  });

  test('what is of use with TLS alone is refused without it, and a certificate without its key', () => {
    expect(messageOf({ ...needed, TEMPORAL_TLS_SERVER_NAME: 'engine' })).toContain(
      'TEMPORAL_TLS: must be on, as TEMPORAL_TLS_SERVER_NAME is set',
    );
    const folder = mkdtempSync(join(tmpdir(), 'codeferry-pem-'));
    try {
      const path = join(folder, 'own.pem');
      writeFileSync(path, '-----BEGIN CERTIFICATE-----\n');
      expect(messageOf({ ...on, TEMPORAL_TLS_CLIENT_CERT_PATH: path })).toContain(
        'TEMPORAL_TLS_CLIENT_KEY_PATH: needed, as other TLS client settings are set',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
