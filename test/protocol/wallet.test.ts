import { generateKeyPairSync } from 'node:crypto';
import { appleCertificates } from '../support/apple-certificates';
import { readPass } from '../support/pkpass';
import { read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reveal } from '../support/reveal';

const googleKey = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const apple = { ...appleCertificates(), passTypeId: 'pass.example.codes', teamId: 'TEAM123456' };
const google = { issuerId: '3388', account: 'codes@project.example', privateKey: googleKey };
const file = platformOfFile({ channels: { appleWallet: apple, googleWallet: google } });
const without = platformOfFile();

const delivered = async (orderNo: string, on = file) => {
  const issuer = await on.issuer({ name: 'Bean & Bar' });
  const { pickupUrl } = (await issuer.placeVerified(orderNo, { quantity: 2 })).body;
  const codes = ['a', 'b'].map((itemId) => ({ itemId, value: `CODE-${orderNo}-${itemId}`, format: 'qr' }));
  expect((await issuer.submit(orderNo, codes)).status).toBe(201);
  await issuer.inState(orderNo, 'delivered');
  const shown = await reveal(pickupUrl);
  const cookie = shown.headers.get('set-cookie')?.split(';')[0] ?? '';
  const save = (query = '', headers: Record<string, string> = { cookie }) =>
    fetch(`${pickupUrl}/pass${query}`, { headers, redirect: 'manual' });
  return { issuer, html: await shown.text(), save, cookie };
};

test('a code is saved in Apple Wallet as a signed pass, by the browser that it was shown to', async () => {
  const { issuer, html, save } = await delivered('pass-1');
  for (const item of ['a', 'b']) expect(html).toContain(`/pass?wallet=apple&amp;item=${item}"`);
  expectProblem(await read(save('?item=a', {})), 403, 'reveal_first');
  const saved = await save('?item=b');
  expect([saved.status, saved.headers.get('content-type'), saved.headers.get('cache-control')]).toEqual([
    200,
    'application/vnd.apple.pkpass',
    'no-store',
  ]);
  expect(saved.headers.get('content-disposition')).toContain('pass-1-pass.pkpass');
  const { pass } = readPass(Buffer.from(await saved.arrayBuffer()), apple.certificate);
  expect(pass).toMatchObject({ organizationName: 'Bean & Bar', barcodes: [{ message: 'CODE-pass-1-b' }] });
  const serials: string[] = [];
  for (const query of ['?item=b', '', '?item=a']) {
    const file = Buffer.from(await (await save(query)).arrayBuffer());
    serials.push(readPass(file, apple.certificate).pass.serialNumber);
  }
  expect(serials).toEqual([pass.serialNumber, serials[2], serials[2]]);
  expect(serials[2]).not.toBe(pass.serialNumber);
  expectProblem(await read(save('?item=z')), 404, 'path_unknown');
  expectProblem(await read(save('?wallet=paper')), 404, 'path_unknown');

  const call = (itemIds: string[]) =>
    issuer.post('/orders/pass-1/void', {
      type: 'order.void',
      orderNo: 'pass-1',
      token: issuer.tokenOf('pass-1'),
      itemIds,
      reason: 'x',
    });
  expect((await call(['a'])).status).toBe(200);
  expectProblem(await read(save('?item=a')), 404, 'path_unknown');
  expect((await call(['b'])).status).toBe(200);
  expectProblem(await read(save('?item=b')), 409, 'code_void');
  expect(file.platform.logText()).not.toContain('CODE-pass-1');
});

test('a code is saved in Google Wallet by the browser that it was shown to', async () => {
  const { html, save, cookie } = await delivered('pass-2');
  expect(html).toContain('/pass?wallet=google&amp;item=a"');
  expectProblem(await read(save('?wallet=google', {})), 403, 'reveal_first');
  const saved = await save('?wallet=google&item=a', { cookie, accept: 'text/html' });
  expect([saved.status, saved.headers.get('cache-control')]).toEqual([303, 'no-store']);
  const [, claims = ''] = (saved.headers.get('location') ?? '').split('.com/gp/v/save/')[1]?.split('.') ?? [];
  expect(Buffer.from(claims, 'base64url').toString()).toContain('CODE-pass-2-a');
  const { body } = await read(save('?wallet=google', { cookie, accept: 'application/json' }));
  expect(body.url).toMatch(/^https:\/\/pay\.google\.com\/gp\/v\/save\//);
  expect(file.platform.logText()).not.toContain(claims);
});

test('what is not configured is not offered', async () => {
  const { html, save } = await delivered('pass-3', without);
  expect(html).not.toMatch(/wallet/i);
  expectProblem(await read(save()), 404, 'path_unknown');
  expectProblem(await read(save('?wallet=apple')), 404, 'path_unknown');
});
