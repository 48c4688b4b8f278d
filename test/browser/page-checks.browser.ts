import { readFileSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { type CodeFormat, codeFormats } from '../../src/domain/code-formats';
import { platformOfFile } from '../support/platform-of-file';
import { axeFindings } from './accessible';
import { openChromium } from './open-chromium';

const file = platformOfFile();
let browser: Browser;
beforeAll(async () => {
  const wasmBinary = new Uint8Array(readFileSync(require.resolve('zxing-wasm/reader/zxing_reader.wasm')));
  await prepareZXingModule({ overrides: { wasmBinary: wasmBinary.buffer as ArrayBuffer }, fireImmediately: true });
  browser = await openChromium();
}, 60_000);
afterAll(() => browser?.close());

const values: Record<Exclude<CodeFormat, 'text'>, string> = {
  url: 'https://redeem.example/c?code=Ünïcode-42',
  qr: 'CODE-4711-ABCD',
  code128: 'CODE-4711-abcd',
  code39: 'CODE-4711',
  itf: '12345678',
  ean13: '4006381333931',
  ean8: '96385074',
  upca: '036000291452',
  'gs1-128': '(01)04006381333931(21)AB12',
  pdf417: 'CODE-4711-ABCD-pdf',
  aztec: 'CODE-4711-ABCD-aztec',
  datamatrix: 'CODE-4711-ABCD-dm',
};
const drawn = codeFormats.filter((format) => format !== 'text');

const delivered = async (orderNo: string, codes: object[]) => {
  const issuer = await file.issuer();
  const { pickupUrl } = (await issuer.placeVerified(orderNo, { quantity: codes.length })).body;
  expect((await issuer.submit(orderNo, codes)).status).toBe(201);
  await issuer.inState(orderNo, 'delivered');
  return String(pickupUrl);
};

const opened = async (url: string, options: BrowserContextOptions): Promise<Page> => {
  const page = await browser.newPage({ viewport: { width: 320, height: 700 }, locale: 'en-GB', ...options });
  await page.goto(url);
  return page;
};

const revealed = async (page: Page): Promise<void> => {
  await page.locator('#reveal button').click();
  await page.locator('.codes').waitFor();
};

/** As a scanner sees the screen. */
const scanned = async (png: Buffer): Promise<string[]> =>
  (await readBarcodes(new Uint8Array(png), { tryHarder: true, textMode: 'Plain' })).map(({ text }) => text);

test.each([
  ['light', 1],
  ['dark', 1],
  ['dark', 3],
] as const)(
  'each format is read back from a screen of 320 pixels by another library (%s, density %i)',
  async (colorScheme, deviceScaleFactor) => {
    const orderNo = `scan-${colorScheme}-${deviceScaleFactor}`;
    const codes = drawn.map((format) => ({ itemId: format, value: values[format], format }));
    const page = await opened(await delivered(orderNo, codes), { colorScheme, deviceScaleFactor });
    await revealed(page);
    await page.getByRole('button', { name: 'Show all' }).click();
    const read: [string, string[]][] = [];
    for (const [n, format] of drawn.entries()) {
      const picture = page.locator('li.code').nth(n).locator('.picture:visible').first();
      read.push([format, await scanned(await picture.screenshot())]);
    }
    // A UPC-A is an EAN-13 that begins with 0.
    const asIssued = read.map(([format, texts]) => [
      format,
      texts.map((text) => (format === 'upca' ? text.slice(-12) : text)),
    ]);
    expect(asIssued).toEqual(drawn.map((format) => [format, [values[format]]]));
  },
);

test.each(['light', 'dark'] as const)(
  'axe-core finds nothing on the page, wherever its reader is (%s)',
  async (colorScheme) => {
    const url = await delivered(`axe-${colorScheme}`, [
      { itemId: 'a', value: values.qr, secret: '4711', format: 'qr', expiresAt: '2126-01-01T00:00:00Z' },
      { itemId: 'b', value: values.url, format: 'url' },
    ]);
    const issuer = await file.issuer();
    const { pickupUrl: waiting } = (await issuer.place(`axe-waits-${colorScheme}`)).body;
    const found: Record<string, string[]> = {};
    const first = await opened(url, { colorScheme });
    found.first = await axeFindings(first);
    await revealed(first);
    await first.getByRole('button', { name: 'Show all' }).click();
    await first.getByText('A code does not work').click();
    found.codes = await axeFindings(first);
    found.waiting = await axeFindings(await opened(waiting, { colorScheme }));
    found.lost = await axeFindings(await opened(`${file.platform.baseUrl}/p/lost`, { colorScheme }));
    found.dead = await axeFindings(await opened(`${file.platform.baseUrl}/p/nothing`, { colorScheme }));
    found.chinese = await axeFindings(await opened(url, { colorScheme, locale: 'zh-CN' }));
    const arabic = await opened(url, { colorScheme, locale: 'ar' });
    expect(await arabic.locator('html').getAttribute('dir')).toBe('rtl');
    await revealed(arabic);
    await arabic.locator('[data-open-all]').click();
    expect(await arabic.evaluate('document.documentElement.scrollWidth')).toBe(320);
    found.arabic = await axeFindings(arabic);
    expect(found).toEqual({ first: [], codes: [], waiting: [], lost: [], dead: [], chinese: [], arabic: [] });
  },
);

test('axe-core finds nothing on the console’s views', async () => {
  const issuer = await file.issuer();
  await issuer.place('axe-console');
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  const found: Record<string, string[]> = {};
  await page.goto(`${file.platform.baseUrl}/operator`);
  await page.getByLabel('Operator token').waitFor();
  found.signIn = await axeFindings(page);
  await page.getByLabel('Operator token').fill(file.platform.operatorToken);
  await page.getByRole('button', { name: 'Sign in' }).click();
  // The sign-in is a `main` with a heading too.
  await page.locator('#view h1').waitFor();
  const views = [
    '',
    'orders',
    `orders/${issuer.issuerId}/axe-console`,
    'failures',
    'failures?kind=refunds',
    'failures?kind=compared',
    'issuers',
    'settings',
    'audit',
  ];
  for (const view of [...views, `issuers/${issuer.issuerId}`]) {
    await page.goto(`${file.platform.baseUrl}/operator#/${view}`);
    await page.locator('#view h1').waitFor();
    await page.waitForLoadState('load');
    found[view] = await axeFindings(page);
  }
  expect(Object.entries(found).filter(([, findings]) => findings.length > 0)).toEqual([]);
});
