import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { appleCertificates } from '../support/apple-certificates';
import { mailPart } from '../support/mail-text';
import { platformOfFile } from '../support/platform-of-file';
import { openChromium } from './open-chromium';

const images = join(__dirname, '../../docs/images');
const googleKey = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
let browser: Browser;
beforeAll(async () => {
  browser = await openChromium();
}, 60_000);
afterAll(async () => {
  await browser?.close();
});
const file = platformOfFile({
  hasMails: true,
  get channels() {
    return {
      appleWallet: { ...appleCertificates(), passTypeId: 'pass.example.codes', teamId: 'TEAM123456' },
      googleWallet: { issuerId: '3388', account: 'codes@project.example', privateKey: googleKey },
    };
  },
});

/** `npm run docs-images`: what a buyer sees, as docs/terminals.md shows it. */
test('the pictures of a buyer’s terminals', async () => {
  const issuer = await file.issuer({ name: 'Bean & Bar' });
  const branding = { displayName: 'Bean & Bar', color: '#7a0c2e', supportEmail: 'help@bean.example' };
  expect((await file.platform.operator('PATCH', `/issuers/${issuer.issuerId}`, { branding })).status).toBe(200);
  const terminal = { channel: 'email', address: 'ann@mail.example' };
  const { pickupUrl } = (await issuer.placeVerified('4711', { terminal })).body;
  const code = { itemId: '1', value: 'BEAN-7Q4X-99AZ', format: 'qr', expiresAt: '2126-12-31T22:59:59Z' };
  expect((await issuer.submit('4711', [code])).status).toBe(201);
  await issuer.inState('4711', 'delivered');
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ viewport: { width: 360, height: 740 }, locale: 'en-GB', colorScheme });
    await page.goto(pickupUrl);
    await page.locator('#reveal button').click();
    await page.locator('.codes').waitFor();
    await page.locator('.code summary').click();
    await page.locator('.value-line').waitFor();
    await page.evaluate('document.getAnimations().forEach((one) => { try { one.finish(); } catch {} })');
    await page.screenshot({ path: join(images, `page-${colorScheme}.png`), fullPage: true });
    if (colorScheme === 'dark') continue;
    const voucher = await page.request.get(`${pickupUrl}/voucher.pdf`);
    // Of poppler-utils: no browser without a screen draws a PDF.
    const area = ['-r', '80', '-f', '1', '-l', '1', '-x', '30', '-y', '30', '-W', '330', '-H', '240'];
    const made = ['-', join(images, 'voucher')];
    execFileSync('pdftoppm', ['-png', '-singlefile', ...area, ...made], { input: await voucher.body() });
  }
  const mail = await browser.newPage({ viewport: { width: 560, height: 420 } });
  await mail.setContent(mailPart((await file.mails.mailTo('ann@mail.example')).raw, 'text/html').body);
  await mail.screenshot({ path: join(images, 'mail.png'), fullPage: true });
});
