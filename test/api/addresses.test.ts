import { randomUUID } from 'node:crypto';
import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';

const file = platformOfFile({ worker: false });
let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await file.issuer();
  await issuer.place('placed');
});

const forbidden: [string, string][] = [
  ['no TLS', 'http://shop.example/'],
  ['no TLS to a public address', 'http://93.184.215.14/'],
  ['another scheme', 'ftp://shop.example/'],
  ['a script', 'javascript:alert(1)'],
  ['no address at all', 'shop.example'],
  ['a user', 'https://user@shop.example/'],
  ['a user and a password', 'https://user:secret@shop.example/'],
  ['a private address', 'https://10.1.2.3/'],
  ['link-local, where clouds tell their secrets', 'https://169.254.169.254/latest/meta-data'],
  ['an address as one number', 'https://2852039166/'],
  ['an address in hexadecimal', 'https://0xa9fea9fe/'],
  ['an address in octal', 'https://0251.0376.0251.0376/'],
  ['a short address', 'https://10.1/'],
  ['IPv6 unique local', 'https://[fd00::1]/'],
  ['IPv4 mapped', 'https://[::ffff:10.0.0.1]/'],
  ['NAT64', 'https://[64:ff9b::a00:1]/'],
  ['IPv6 loopback', 'https://[::1]/'],
  ['unspecified', 'https://0.0.0.0/'],
  ['1025 characters', `https://shop.example/${'x'.repeat(1_004)}`],
];

test.each(forbidden)(
  '%s is refused for callbacks, preset terminals, terminals of orders and redeliveries',
  async (_what, url) => {
    const callback = { kind: 'url', url };
    const terminal = { channel: 'webhook', url };
    const settings = { issuerId: `made-${randomUUID().slice(0, 8)}`, name: 'x', codeMode: 'push' };
    const right = { kind: 'url', url: 'https://shop.example/' };
    const { operator } = file.platform;
    expectProblem(await operator('POST', '/issuers', { ...settings, callback }), 422, 'body_invalid', '/callback/url');
    const preset = await operator('POST', '/issuers', { ...settings, callback: right, terminal });
    expectProblem(preset, 422, 'body_invalid', '/terminal/url');
    const path = `/issuers/${issuer.issuerId}`;
    expectProblem(await operator('PATCH', path, { callback }), 422, 'body_invalid', '/callback/url');
    expectProblem(await operator('PATCH', path, { terminal }), 422, 'body_invalid', '/terminal/url');
    const orderNo = randomUUID();
    expectProblem(await issuer.place(orderNo, { terminal }), 422, 'body_invalid', '/terminal/url');
    expectProblem(await issuer.order(orderNo), 404, 'order_unknown');
    const redeliver = await operator('POST', `/orders/${issuer.issuerId}/placed/redeliver`, { terminal });
    expectProblem(redeliver, 422, 'body_invalid', '/terminal/url');
  },
);

test.each([
  'https://shop.example/callback?x=1',
  'https://93.184.215.14:8443/',
  'https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/',
  // Inside CALLBACK_ALLOW of this platform.
  'http://127.0.0.1:9/',
  `https://shop.example/${'x'.repeat(1_003)}`,
])('%s is taken', async (url) => {
  expect((await issuer.place(randomUUID(), { terminal: { channel: 'webhook', url } })).status).toBe(201);
});

test.each([
  { channel: 'email', address: 'a@mail.example' },
  { channel: 'sms', number: '+436641234567' },
])('a channel that is not configured is refused at /terminal: %j', async (terminal) => {
  expectProblem(await issuer.place(randomUUID(), { terminal }), 422, 'body_invalid', '/terminal');
});

test('without any terminal there is nowhere to deliver', async () => {
  const bare = await file.issuer({ terminal: undefined });
  expectProblem(await bare.place('nowhere'), 422, 'body_invalid', '/terminal');
  expect((await bare.place('nowhere', { terminal: { channel: 'page' } })).status).toBe(201);
});

const own = platformOfFile({ worker: false, callbackAllow: ['trusted@127.0.0.1:9'] });

describe('where nothing private is allowed', () => {
  const strict = platformOfFile({ worker: false, callbackAllow: [] });
  test.each(['http://127.0.0.1:9/', 'https://127.0.0.1/', 'https://localhost.localdomain.invalid:x/'])(
    '%s is refused',
    async (url) => {
      const settings = { issuerId: `made-${randomUUID().slice(0, 8)}`, name: 'x', codeMode: 'push' };
      const made = await strict.platform.operator('POST', '/issuers', { ...settings, callback: { kind: 'url', url } });
      expectProblem(made, 422, 'body_invalid', '/callback/url');
    },
  );
});

test('what one issuer alone may reach is refused to every other, as any private address', async () => {
  const { operator } = own.platform;
  const url = 'http://127.0.0.1:9/';
  const settings = (name: string, to: string) => ({
    ...{ issuerId: name, name, codeMode: 'push', terminal: { channel: 'page' } },
    callback: { kind: 'url', url: to },
  });
  expect((await operator('POST', '/issuers', settings('trusted', url))).status).toBe(201);
  const refused = await operator('POST', '/issuers', settings('stranger', url));
  expectProblem(refused, 422, 'body_invalid', '/callback/url');
  const elsewhere = await operator('PATCH', '/issuers/trusted', {
    callback: { kind: 'url', url: 'http://127.0.0.1:10/' },
  });
  expectProblem(elsewhere, 422, 'body_invalid', '/callback/url');
  const stranger = await own.issuer({ callback: { kind: 'url', url: 'https://shop.example/' } });
  const placed = await stranger.place('inside', { terminal: { channel: 'webhook', url } });
  expectProblem(placed, 422, 'body_invalid', '/terminal/url');
});
