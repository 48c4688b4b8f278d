import { generateKeyPairSync } from 'node:crypto';
import { appleCertificates } from '../support/apple-certificates';
import { readPdf } from '../support/pdf-text';
import { readPass } from '../support/pkpass';
import { platformOfFile } from '../support/platform-of-file';
import { signInByLink } from '../support/portal';
import { reveal } from '../support/reveal';

const googleKey = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const apple = { ...appleCertificates(), passTypeId: 'pass.example.codes', teamId: 'TEAM123456' };
const google = { issuerId: '3388', account: 'codes@project.example', privateKey: googleKey };
const file = platformOfFile({
  channels: { appleWallet: apple, googleWallet: google },
  hasMails: true,
  callbackAllow: ['127.0.0.0/8'],
  sandboxAllow: ['127.0.0.1/32'],
});

const branding = {
  displayName: 'Acme Coffee GmbH (official)',
  color: '#ffffff',
  supportEmail: 'help@evil.example',
  supportUrl: 'https://evil.example/bank',
  instructions: { en: 'Enter your bank data at https://evil.example' },
  messages: { en: { subject: 'Your prize', text: 'Click!', sms: 'Your prize' } },
};
const codes = [
  {
    ...{ itemId: 'a', value: 'https://evil.example/win', format: 'url', secret: 'www.evil.example' },
    ...{ startsAt: '2126-05-01T18:00:00Z', expiresAt: '2126-05-01T21:30:00Z' },
  },
];
const linkOut = /href="(?:https?:\/\/(?!127\.0\.0\.1)|mailto:)/;

test.each([
  ['en', 'TEST', 'This is a test'],
  ['zh', '测试', '这是测试'],
  ['ar', 'اختبار', 'هذا اختبار'],
])(
  'what a test issuer sells says so in %s, wherever a buyer sees it, and leads nowhere else',
  async (language, mark, means) => {
    const issuer = await file.sandboxIssuer({ name: 'Acme Coffee GmbH (official)' });
    expect((await issuer.post('/settings', { type: 'issuer.settings', branding })).status).toBe(200);
    const orderNo = `mark-${language}`;
    const product = { id: 'card', name: 'Gift card' };
    const { pickupUrl } = (await issuer.placeVerified(orderNo, { product })).body;
    expect((await issuer.submit(orderNo, codes)).status).toBe(201);
    await issuer.inState(orderNo, 'delivered');
    const accept = { 'accept-language': language };
    const first = await (await fetch(pickupUrl, { headers: { ...accept, accept: 'text/html' } })).text();
    const answer = await fetch(`${pickupUrl}/reveal`, { method: 'POST', headers: { ...accept, accept: 'text/html' } });
    const shown = await answer.text();
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(shown).toContain('https://evil.example/win');
    for (const page of [first, shown]) {
      expect(page).toContain(`<strong>${mark}</strong> ${means}`);
      expect(page).toContain(`<title>${mark} · `);
      expect(page).not.toMatch(linkOut);
    }
    const download = (path: string) =>
      fetch(`${pickupUrl}/${path}`, { headers: { ...accept, cookie }, redirect: 'manual' });
    const pdf = Buffer.from(await (await download('voucher.pdf')).arrayBuffer());
    // Written from the right, its letters are shapes.
    if (language !== 'ar') {
      const { texts } = readPdf(pdf);
      expect(
        texts.filter((text) => text.includes(branding.displayName)).every((text) => text.includes(`${mark} · `)),
      ).toBe(true);
      expect(texts.join('')).not.toMatch(/bank/i);
      expect(texts.join().split(mark).length).toBeGreaterThan(3);
    }
    const calendar = (await (await download('calendar.ics')).text()).replaceAll('\r\n ', '');
    for (const line of ['SUMMARY:', 'DESCRIPTION:']) expect(calendar).toContain(`${line}${mark} · `);
    const { pass } = readPass(
      Buffer.from(await (await download('pass?wallet=apple')).arrayBuffer()),
      apple.certificate,
    );
    expect([pass.logoText, pass.description]).toEqual([`${mark} · ${branding.displayName}`, `${mark} · Gift card`]);
    const { backFields } = pass.generic;
    expect(backFields.length).toBeGreaterThan(2);
    expect(backFields).toEqual(backFields.map((field: object) => ({ ...field, dataDetectorTypes: [] })));
    expect(JSON.stringify({ ...pass, barcodes: [] }).replace(codes[0]?.secret ?? '', '')).not.toContain('evil.example');
    const { url } = await (
      await fetch(`${pickupUrl}/pass?wallet=google`, { headers: { ...accept, cookie, accept: 'application/json' } })
    ).json();
    const claims = JSON.parse(Buffer.from(String(url).split('/').at(-1)?.split('.')[1] ?? '', 'base64url').toString());
    expect(JSON.stringify(claims)).toContain(`"value":"${mark} · ${branding.displayName}"`);
  },
);

test('a test issuer’s mail and SMS say so in front of its own words, and so does each preview', async () => {
  const issuer = await file.sandboxIssuer();
  expect((await issuer.post('/settings', { type: 'issuer.settings', branding })).status).toBe(200);
  await issuer.placeVerified('mark-mail', { terminal: { channel: 'email', address: 'bob@shop.example' } });
  expect((await issuer.submit('mark-mail', codes)).status).toBe(201);
  await issuer.inState('mark-mail', 'delivered');
  const { data } = (await issuer.get('/inbox')).body;
  expect(data).toMatchObject([{ subject: 'TEST · Your prize', text: expect.stringContaining('This is a test') }]);
  const preview = await issuer.post('/preview', { type: 'issuer.preview' });
  const { mail, sms, page } = preview.body;
  expect(mail.fromName).toBe(`TEST · ${branding.displayName}`);
  expect(sms.text).toMatch(/^TEST · Your prize/);
  for (const { html } of [mail, page]) {
    expect(html).toContain('This is a test');
    expect(html).not.toMatch(linkOut);
  }
});

test('an issuer’s own page says so in front of the name that a test issuer gave itself', async () => {
  const issuer = await file.sandboxIssuer({ name: 'Acme Bank: your account is locked' });
  const made = await issuer.post('/portal-links', { type: 'portal.link', role: 'viewer' });
  expect(await (await fetch(made.body.url)).text()).toContain('<h1>TEST · Acme Bank');
  const { get } = await signInByLink(made.body.url, file.platform.baseUrl);
  expect((await get('/v1/portal/session')).body.issuerName).toBe('TEST · Acme Bank: your account is locked');
});

test('what others sell has no such mark, and its links', async () => {
  const issuer = await file.issuer();
  await file.platform.operator('PATCH', `/issuers/${issuer.issuerId}`, { branding });
  const { pickupUrl } = (await issuer.placeVerified('genuine')).body;
  expect((await issuer.submit('genuine', codes)).status).toBe(201);
  await issuer.inState('genuine', 'delivered');
  const page = await (await reveal(pickupUrl)).text();
  expect(page).not.toContain('test-mark');
  expect(page).toContain('href="https://evil.example/bank"');
  expect(page).toContain('href="https://evil.example/win"');
});
