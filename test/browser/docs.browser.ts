import type { Browser } from 'playwright-core';
import { platformOfFile } from '../support/platform-of-file';
import { axeFindings } from './accessible';
import { openChromium } from './open-chromium';

const file = platformOfFile({ worker: false, sandboxAllow: ['127.0.0.0/8'] });
let browser: Browser;
beforeAll(async () => {
  browser = await openChromium();
}, 60_000);
afterAll(() => browser?.close());

test.each([
  ['http://127.0.0.1:9/callback', 'sends the same object to your callback', 'GET /messages'],
  ['', 'fetch its message: GET /messages', 'to your callback'],
])('a test issuer at "%s" is told what comes to it, and nothing else', async (url, told, untold) => {
  const page = await browser.newPage({ viewport: { width: 900, height: 900 } });
  await page.goto(`${file.platform.baseUrl}/docs`);
  await page.locator('#sandbox input').fill(url);
  await page.locator('#sandbox form button').click();
  const steps = page.locator('#sandbox ol');
  await steps.waitFor();
  await steps.getByText(told).waitFor();
  expect(await steps.getByText(untold).isVisible()).toBe(false);
});

test.each(['light', 'dark'] as const)(
  '%s: the button makes a test issuer, which this tab alone shows again until another is asked for',
  async (colorScheme) => {
    const page = await browser.newPage({ viewport: { width: 900, height: 900 }, colorScheme });
    await page.goto(`${file.platform.baseUrl}/docs`);
    expect(await axeFindings(page)).toEqual([]);
    await page.locator('#sandbox input').fill('http://10.0.0.1/');
    await page.locator('#sandbox form button').click();
    await page.locator('#sandbox [role=alert]', { hasText: 'must not lead to a private address' }).waitFor();
    await page.locator('#sandbox input').fill('http://127.0.0.1:9/callback');
    await page.locator('#sandbox form button').click();
    await page.locator('#sandbox .secret').waitFor({ state: 'visible' });
    await page.locator('#sandbox form').waitFor({ state: 'hidden' });
    const issuerId = await page.locator('#sandbox .id').textContent();
    expect(issuerId).toMatch(/^test-/);
    expect(await page.locator('#sandbox .secret').textContent()).toMatch(/^whsec_/);
    expect(await page.locator('#sandbox pre').textContent()).toContain(`/v1/issuers/${issuerId}$1`);
    expect(await axeFindings(page)).toEqual([]);
    await page.reload();
    await page.locator('#sandbox .id', { hasText: issuerId ?? '' }).waitFor();
    expect(await page.locator('#sandbox .secret').textContent()).toMatch(/^whsec_/);
    await page.getByText('see its message come in').waitFor();
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${colorScheme}-sandbox.png` });
    await page.getByRole('button', { name: 'Make another' }).click();
    await page.reload();
    await page.locator('#sandbox form button').waitFor();
    expect(await page.locator('#sandbox .secret').textContent()).toBe('');
  },
);

test.each([
  ['light', 1200],
  ['dark', 320],
] as const)('%s, %i px: pages that anybody can read, none wider than the screen', async (colorScheme, width) => {
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
  for (const path of [
    'docs/quickstart',
    'docs/messages',
    'docs/protocol',
    'docs/problem-codes',
    'problems/in_progress',
  ]) {
    await page.goto(`${file.platform.baseUrl}/${path}`);
    expect([path, await axeFindings(page)]).toEqual([path, []]);
    expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, width]);
  }
});

test('the search finds a heading by its words, with the keyboard alone', async () => {
  const page = await browser.newPage({ viewport: { width: 900, height: 800 } });
  await page.goto(`${file.platform.baseUrl}/docs/signing`);
  await page.keyboard.press('/');
  await page.keyboard.type('idempotency mismatch');
  await page.locator('#found a').first().waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/problems/idempotency_mismatch#idempotency_mismatch');
});

test('the viewer shows the contract, and nothing is asked of another host', async () => {
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(file.platform.baseUrl)) elsewhere.push(request.url());
  });
  await page.goto(`${file.platform.baseUrl}/docs/viewer`);
  // It draws every call at once, which a busy machine does slowly.
  await page.locator('#viewer h1', { hasText: 'Codeferry' }).waitFor({ timeout: 90_000 });
  await page.locator('#viewer', { hasText: 'order.paid' }).waitFor();
  expect(elsewhere).toEqual([]);
});
