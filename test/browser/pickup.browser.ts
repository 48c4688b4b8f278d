import type { Browser } from 'playwright-core';
import { platformOfFile } from '../support/platform-of-file';
import { until } from '../support/until';
import { openChromium } from './open-chromium';

const file = platformOfFile();
let browser: Browser;
beforeAll(async () => {
  browser = await openChromium();
}, 60_000);
afterAll(() => browser?.close());

test('what becomes void or is replaced goes from an open page, and the rest is shown again by a click', async () => {
  const issuer = await file.issuer();
  // However many marks a name has on one letter, the page is no wider.
  const product = { id: 'p', name: `Card ${'Z\u0300\u0489\u0330'.repeat(3)}${'\u0489'.repeat(150)}` };
  const placed = await issuer.placeVerified('open-1', { quantity: 3, product });
  const codes = ['a', 'b', 'c'].map((itemId) => ({ itemId, value: `OPEN-CODE-${itemId}` }));
  expect((await issuer.submit('open-1', codes)).status).toBe(201);
  await issuer.inState('open-1', 'delivered');
  const call = (path: string, type: string, body: object) =>
    issuer.post(`/orders/open-1/${path}`, { type, orderNo: 'open-1', token: issuer.tokenOf('open-1'), ...body });

  const page = await browser.newPage({ viewport: { width: 320, height: 640 }, locale: 'en-GB' });
  // Counts what the page has heard of its order.
  await page.addInitScript(`
    const { addEventListener } = EventSource.prototype;
    window.heard = 0;
    EventSource.prototype.addEventListener = function (type, listener) {
      addEventListener.call(this, type, (event) => { listener(event); if (type === 'state') window.heard += 1; });
    };
  `);
  await page.goto(placed.body.pickupUrl);
  // A receipt is kept: today's purchase has its day too.
  expect(await page.locator('.facts time').textContent()).toMatch(new RegExp(`\\b${new Date().getFullYear()}\\b`));
  const show = page.getByRole('button', { name: /^Show my/ });
  let html = '';
  const reveal = async (): Promise<string[]> => {
    await show.click();
    await page.locator('.codes').waitFor();
    html = await page.content();
    return [...new Set([...html.matchAll(/OPEN-CODE-\w+/g)].map(String))];
  };
  expect(await reveal()).toEqual(['OPEN-CODE-a', 'OPEN-CODE-b', 'OPEN-CODE-c']);
  // That it was opened changes the order, and what is shown stays.
  await until('the page has heard of it', () => page.evaluate<boolean>('window.heard >= 2'));
  expect(await page.content()).toContain('OPEN-CODE-c');
  expect((await call('void', 'order.void', { itemIds: ['a'], reason: 'x' })).status).toBe(200);
  await show.waitFor();
  expect(await page.content()).not.toContain('OPEN-CODE');
  expect(await reveal()).toEqual(['OPEN-CODE-b', 'OPEN-CODE-c']);
  expect(html).toContain('This code is void');
  const replacements = [{ itemId: 'b', code: { itemId: 'd', value: 'OPEN-CODE-d' } }];
  expect((await call('replacement', 'order.replacement', { replacements, reason: 'x' })).status).toBe(201);
  await show.waitFor();
  expect(await page.content()).not.toContain('OPEN-CODE');
  expect(await reveal()).toEqual(['OPEN-CODE-c', 'OPEN-CODE-d']);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
});

test('“copy all” copies a line a code, each with its PIN, and no code that is void', async () => {
  const issuer = await file.issuer();
  const placed = await issuer.placeVerified('copy-1', { quantity: 3 });
  const codes = [
    { itemId: 'a', value: 'COPY-CODE-a', secret: '1234' },
    { itemId: 'b', value: 'COPY-CODE-b' },
    { itemId: 'c', value: 'COPY-CODE-c', secret: '5678' },
  ];
  expect((await issuer.submit('copy-1', codes)).status).toBe(201);
  await issuer.inState('copy-1', 'delivered');
  const token = issuer.tokenOf('copy-1');
  const body = { type: 'order.void', orderNo: 'copy-1', token, itemIds: ['c'], reason: 'x' };
  expect((await issuer.post('/orders/copy-1/void', body)).status).toBe(200);
  const page = await browser.newPage({ locale: 'en-GB' });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(placed.body.pickupUrl);
  await page.getByRole('button', { name: /^Show my/ }).click();
  await page.getByRole('button', { name: 'Copy all' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe('COPY-CODE-a\t1234\nCOPY-CODE-b');
});
