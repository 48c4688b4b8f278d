import type { TestIssuer } from '../support/issuer';
import { often } from '../support/long-form';
import { read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { type PortalBrowser, signInByLink } from '../support/portal';
import { reveal } from '../support/reveal';
import { type Attack, createAttack } from './attack';

const file = platformOfFile({ sealPayloads: true });
const tries = often(200, 10_000);
const code = 'GUESSED-CODE-41';
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
let issuer: TestIssuer;
let pickupUrl: string;
let giftUrl: string;
let linkUrl: string;
let revealed: string;
let portal: PortalBrowser;
let console: { cookie: string; csrf: string };

beforeAll(async () => {
  issuer = await file.issuer();
  pickupUrl = (await issuer.placeVerified('guessed')).body.pickupUrl;
  await issuer.submit('guessed', [{ itemId: '1', value: code }]);
  await issuer.inState('guessed', 'delivered');
  const shown = await reveal(pickupUrl);
  expect(await shown.text()).toContain(code);
  revealed = shown.headers.get('set-cookie')?.split(';')[0] ?? '';
  const given = (await issuer.placeVerified('given')).body.pickupUrl;
  giftUrl = (await read(fetch(`${given}/gift`, { method: 'POST' }))).body.url;
  linkUrl = (await issuer.post('/portal-links', { type: 'portal.link', role: 'admin' })).body.url;
  const { url } = (await issuer.post('/portal-links', { type: 'portal.link', role: 'admin' })).body;
  portal = await signInByLink(url, file.platform.baseUrl);
  const signedIn = await fetch(`${file.platform.operatorUrl}/v1/operator/console/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: file.platform.operatorToken }),
  });
  console = {
    cookie: signedIn.headers.get('set-cookie')?.split(';')[0] ?? '',
    csrf: (await signedIn.json()).csrf,
  };
});

/** Another text that a careless reader might take for the same. */
const changed = (secret: string, { below, pick }: Attack): string => {
  const at = below(secret.length);
  const [before, here, after] = [secret.slice(0, at), secret[at] ?? '', secret.slice(at + 1)];
  const swapped = /[a-z]/.test(here) ? here.toUpperCase() : here.toLowerCase();
  const other = pick([
    `${before}${pick([...letters])}${after}`,
    `${before}${swapped}${after}`,
    `${before}${after}`,
    `${before}${here}${here}${after}`,
    // 43 letters hold 32 bytes and two bits more: four texts decode to the same bytes.
    `${secret.slice(0, -1)}${pick([...letters])}`,
    `${secret}=`,
    `${secret}A`,
    secret.slice(0, below(secret.length)),
    secret.replaceAll('-', '+').replaceAll('_', '/'),
    [...secret].reverse().join(''),
    pick(['null', 'undefined', 'true', '*', '0', '{}', '__proto__']),
  ]);
  return other === secret ? `${secret}x` : other;
};

const partsOf = (cookie: string): [string, string] => {
  const at = cookie.indexOf('=') + 1;
  return [cookie.slice(0, at), cookie.slice(at)];
};

type Change = (secret: string) => string;
const nearly = (url: string, change: Change): string =>
  url.replace(/[^/]+$/, (secret) => encodeURIComponent(change(secret)));

/** One secret of each kind, changed, at a door that the right one opens. */
const doors: Readonly<Record<string, (change: Change) => Promise<Response>>> = {
  'pick-up link': (change) => reveal(nearly(pickupUrl, change)),
  'cookie of the console': (change) => {
    const [name, value] = partsOf(console.cookie);
    return fetch(`${file.platform.operatorUrl}/v1/operator/issuers`, {
      headers: { cookie: `${name}${encodeURIComponent(change(value))}` },
    });
  },
  'header token of the console': (change) =>
    fetch(`${file.platform.operatorUrl}/v1/operator/maintenance`, {
      method: 'PUT',
      headers: { ...console, 'content-type': 'application/json', 'x-csrf-token': change(console.csrf) },
      body: JSON.stringify({ on: false }),
    }),
  'cookie of an issuer’s page': (change) => {
    const [name, value] = partsOf(portal.cookie);
    return fetch(`${file.platform.baseUrl}/v1/issuers/${issuer.issuerId}/orders`, {
      headers: { cookie: `${name}${encodeURIComponent(change(value))}` },
    });
  },
  'header token of an issuer’s page': (change) =>
    fetch(`${file.platform.baseUrl}/v1/issuers/${issuer.issuerId}/portal-links`, {
      method: 'POST',
      headers: {
        cookie: portal.cookie,
        'content-type': 'application/json',
        'x-csrf-token': change(portal.csrf),
      },
      body: JSON.stringify({ type: 'portal.link', role: 'admin' }),
    }),
  'gift’s link': (change) => fetch(nearly(giftUrl, change)),
  'link to an issuer’s page': (change) => fetch(nearly(linkUrl, change)),
  'cookie of a reveal': (change) => {
    const [name, value] = partsOf(revealed);
    return fetch(`${pickupUrl}/codes.csv`, { headers: { cookie: `${name}${change(value)}` } });
  },
  // Before the tokens, whose wrong ones close it too.
  'address of the codec': (change) =>
    fetch(`${file.platform.operatorUrl}/codec/${encodeURIComponent(change('codec-secret-of-the-tests'))}/decode`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ payloads: [] }),
    }),
  'operator token': (change) =>
    fetch(`${file.platform.operatorUrl}/v1/operator/issuers`, {
      headers: { authorization: `Bearer ${encodeURIComponent(change(file.platform.operatorToken))}` },
    }),
};

test.each(Object.keys(doors))('the %s itself opens', async (door) => {
  const { status } = (await doors[door]?.((secret) => secret)) ?? { status: 0 };
  expect([200, 201, 422]).toContain(status);
});

test.each(Object.keys(doors))('no text that is nearly a %s opens what it opens', async (door) => {
  const attack = createAttack(`guesses of: ${door}`);
  for (let tried = 0; tried < tries / 5; tried += 1) {
    const answer = await doors[door]?.((secret) => changed(secret, attack));
    const text = (await answer?.text()) ?? '';
    const isOpen = answer === undefined || answer.status < 400 || answer.status >= 500 || text.includes(code);
    attack.note(String(answer?.status), isOpen ? text : undefined);
  }
  expect(attack.end()).toEqual([]);
});

test('what was guessed at is as it was', async () => {
  expect(await (await reveal(pickupUrl)).text()).toContain(code);
  expect((await portal.get(`/v1/issuers/${issuer.issuerId}/orders`)).status).toBe(200);
  const { cookie } = console;
  expect((await read(fetch(`${file.platform.operatorUrl}/v1/operator/issuers`, { headers: { cookie } }))).status).toBe(
    200,
  );
  expect((await issuer.place('after')).status).toBe(201);
});
