import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { publicKeyToWhpk } from '../../src/signing/keys';
import { signEd25519, signHmac } from '../../src/signing/sign';
import { verifySignature } from '../../src/signing/verify';
import type { TestIssuer } from '../support/issuer';
import type { Answer } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';

const file = platformOfFile();

/** As the public libraries of Standard Webhooks print them in their own tests. */
const published = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampSeconds: 1614265330,
  body: '{"test": 2432232314}',
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  v1: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  ed25519Seed: 'VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=',
  v1a: 'v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==',
};

const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

/** Headers by hand, so that each can be wrong; nothing of the platform's own code is in it. */
const headersOf = (
  signer: string | KeyObject,
  text: string,
  { id = `t_${randomBytes(12).toString('hex')}`, at = nowSeconds() } = {},
): Record<string, string> => {
  const signature =
    typeof signer === 'string'
      ? new Webhook(signer).sign(id, new Date(at * 1_000), text)
      : `v1a,${sign(null, Buffer.from(`${id}.${at}.${text}`), signer).toString('base64')}`;
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': signature };
};

const listPath = (issuer: TestIssuer, query = ''): string => `/v1/issuers/${issuer.issuerId}/orders${query}`;

const echo = (issuer: TestIssuer, headers: Record<string, string>, raw = '{}'): Promise<Answer> =>
  issuer.post('/echo', null, { raw, headers });

const rotate = async (issuer: TestIssuer, body?: object): Promise<{ secret: string; oldSecretEndsAt: string }> => {
  const rotated = await file.platform.operator('POST', `/issuers/${issuer.issuerId}/secret`, body);
  expect(rotated.status).toBe(201);
  expect(Object.keys(rotated.body).sort()).toEqual(['oldSecretEndsAt', 'secret']);
  return rotated.body;
};

describe('the vectors of Standard Webhooks', () => {
  const headers = (signature: string) => ({ id: published.id, timestamp: '1614265330', signature });
  const verdictOf = (signature: string, keys: { secrets: string[]; publicKey?: string }) =>
    verifySignature({
      headers: headers(signature),
      body: Buffer.from(published.body),
      keys,
      nowMs: published.timestampSeconds * 1_000,
    }).ok;

  test('v1 and v1a are made and accepted as published', () => {
    const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
    const key = createPrivateKey({
      key: Buffer.concat([prefix, Buffer.from(published.ed25519Seed, 'base64')]),
      format: 'der',
      type: 'pkcs8',
    });
    expect(signHmac(published.secret, published)).toBe(published.v1);
    expect(signEd25519(key, published)).toBe(published.v1a);
    expect(verdictOf(published.v1, { secrets: [published.secret] })).toBe(true);
    expect(verdictOf(published.v1a, { secrets: [], publicKey: publicKeyToWhpk(createPublicKey(key)) })).toBe(true);
    expect(verdictOf(published.v1.replace('g0hM', 'g0hN'), { secrets: [published.secret] })).toBe(false);
  });
});

describe('what an issuer signs', () => {
  test('a secret is whsec_ and base64 of 32 bytes, one for both directions', async () => {
    const issuer = await file.issuer();
    expect(issuer.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const raw = '{"text":"ü 🎫"}';
    expect((await echo(issuer, headersOf(issuer.secret, raw), raw)).status).toBe(200);
  });

  test('any one of several signatures is enough', async () => {
    const issuer = await file.issuer();
    const headers = headersOf(issuer.secret, '{}');
    const right = headers['webhook-signature'];
    const list = `v1,${'A'.repeat(43)}= v2,new ${right}`;
    expect((await echo(issuer, { ...headers, 'webhook-signature': list })).status).toBe(200);
  });

  test('a request without a body signs its method and target, query and all', async () => {
    const issuer = await file.issuer();
    const ask = (signed: string, query = '?limit=3') => issuer.get(`/orders${query}`, headersOf(issuer.secret, signed));
    expect((await ask(`GET ${listPath(issuer, '?limit=3')}`)).status).toBe(200);
    for (const other of [
      `GET ${listPath(issuer, '?limit=4')}`,
      `GET ${listPath(issuer)}`,
      `POST ${listPath(issuer, '?limit=3')}`,
      `get ${listPath(issuer, '?limit=3')}`,
      '',
    ]) {
      expectProblem(await ask(other), 401, 'signature_invalid');
    }
    // As sent: an escape that means the same is another target.
    expect((await ask(`GET ${listPath(issuer, '?limit=%33')}`, '?limit=%33')).status).toBe(200);
    expectProblem(await ask(`GET ${listPath(issuer, '?limit=3')}`, '?limit=%33'), 401, 'signature_invalid');
  });

  test('a signed body that is brought along by a GET opens nothing', async () => {
    const issuer = await file.issuer();
    const raw = '{"type":"order.payment"}';
    const statusOf = async (signed: string): Promise<number | undefined> => {
      const asked = request(`${file.platform.baseUrl}${listPath(issuer)}`, {
        headers: { ...headersOf(issuer.secret, signed), 'content-length': raw.length },
      });
      asked.end(raw);
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      answer.resume();
      return answer.statusCode;
    };
    expect(await statusOf(raw)).toBe(401);
    expect(await statusOf(`GET ${listPath(issuer)}`)).toBe(200);
  });

  test('+-300 seconds of clock, not more', async () => {
    const issuer = await file.issuer();
    for (const shift of [-290, 290]) {
      const headers = headersOf(issuer.secret, '{}', { at: nowSeconds() + shift });
      expect((await echo(issuer, headers)).status).toBe(200);
    }
    for (const shift of [-310, 310]) {
      const headers = headersOf(issuer.secret, '{}', { at: nowSeconds() + shift });
      expectProblem(await echo(issuer, headers), 401, 'signature_invalid');
    }
  });

  test('everything else is 401: nothing of it says what was wrong', async () => {
    const issuer = await file.issuer();
    const good = headersOf(issuer.secret, '{}');
    const bad: [Record<string, string>, string?][] = [
      [{ ...good, 'webhook-signature': '' }],
      [{ ...good, 'webhook-id': '' }],
      [{ ...good, 'webhook-timestamp': '' }],
      [{ ...good, 'webhook-timestamp': String(nowSeconds() - 1) }],
      [{ ...good, 'webhook-id': 'another-id' }],
      [{ ...good, 'webhook-signature': good['webhook-signature']?.replace('v1,', 'v1a,') ?? '' }],
      [good, '{ }'],
      [headersOf(`whsec_${randomBytes(32).toString('base64')}`, '{}')],
      [headersOf(issuer.secret, '{}', { id: 'cf_mine' })],
      [headersOf(issuer.secret, '{}', { id: 'a'.repeat(65) })],
      [headersOf(issuer.secret, '{}', { id: 'a.b' })],
    ];
    for (const [headers, raw] of bad) expectProblem(await echo(issuer, headers, raw), 401, 'signature_invalid');
    expect((await echo(issuer, headersOf(issuer.secret, '{}', { id: 'a'.repeat(64) }))).status).toBe(200);
  });

  test('an unknown issuer gets the same answer, and a deleted one too', async () => {
    const issuer = await file.issuer();
    const ask = async (issuerId: string, secret = issuer.secret) => {
      const path = `/v1/issuers/${issuerId}/orders`;
      const answer = await fetch(`${file.platform.baseUrl}${path}`, { headers: headersOf(secret, `GET ${path}`) });
      const { requestId, ...body } = (await answer.json()) as Record<string, unknown>;
      return { status: answer.status, body };
    };
    const wrong = await ask(issuer.issuerId, `whsec_${randomBytes(32).toString('base64')}`);
    expect(wrong.status).toBe(401);
    expect(await ask('nobody-here')).toEqual(wrong);
    expect((await ask(issuer.issuerId)).status).toBe(200);
    expect(
      (await file.platform.operator('DELETE', `/issuers/${issuer.issuerId}?confirm=${issuer.issuerId}`)).status,
    ).toBe(204);
    expect(await ask(issuer.issuerId)).toEqual(wrong);
  });

  test('one issuer’s signature opens no other’s path', async () => {
    const [one, other] = [await file.issuer(), await file.issuer()];
    const path = listPath(other);
    const headers = headersOf(one.secret, `GET ${path}`);
    expect((await fetch(`${file.platform.baseUrl}${path}`, { headers })).status).toBe(401);
  });
});

describe('an issuer with an ed25519 key', () => {
  test('signs v1a with it; callbacks still carry the v1 of its secret', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const jwk = publicKey.export({ format: 'jwk' });
    const whpk = `whpk_${Buffer.from(String(jwk.x), 'base64url').toString('base64')}`;
    const issuer = await file.issuer({ publicKey: whpk });
    const placed = JSON.stringify({
      type: 'order.payment',
      orderNo: 'ed-1',
      product: { id: 'c', name: 'Coffee' },
      amount: { value: 1, currency: 'EUR' },
    });
    const headers = headersOf(privateKey, placed);
    expect((await issuer.post('/orders', null, { raw: placed, headers })).status).toBe(201);
    const target = `/v1/issuers/${issuer.issuerId}/orders/ed-1`;
    expect((await issuer.get('/orders/ed-1', headersOf(privateKey, `GET ${target}`))).status).toBe(200);
    expect((await echo(issuer, headersOf(issuer.secret, '{}'))).status).toBe(200);
    const other = generateKeyPairSync('ed25519').privateKey;
    expectProblem(await echo(issuer, headersOf(other, '{}')), 401, 'signature_invalid');
    expectProblem(await echo(issuer, headers, '{}'), 401, 'signature_invalid');
    expect((await issuer.message('order.paid', 'ed-1')).signature).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
  });

  test('a v1a of an issuer without such a key is 401', async () => {
    const issuer = await file.issuer();
    const { privateKey } = generateKeyPairSync('ed25519');
    expectProblem(await echo(issuer, headersOf(privateKey, '{}')), 401, 'signature_invalid');
  });

  test.each(['whpk_AAAA', 'whsec_AAAA', `whpk_${'A'.repeat(43)}`])('a malformed key is 422: %s', async (publicKey) => {
    const answer = await file.platform.operator('POST', '/issuers', {
      issuerId: `bad-key-${randomBytes(3).toString('hex')}`,
      name: 'x',
      callback: { kind: 'url', url: 'https://example.com/' },
      codeMode: 'push',
      publicKey,
    });
    expectProblem(answer, 422, 'body_invalid', '/publicKey');
  });
});

describe('rotation', () => {
  test('two secrets live for a day, callbacks carry a v1 of each, a third ends the oldest', async () => {
    const issuer = await file.issuer();
    const first = issuer.secret;
    const { secret: second, oldSecretEndsAt } = await rotate(issuer);
    expect(second).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(second).not.toBe(first);
    expect(Math.abs(Date.parse(oldSecretEndsAt) - Date.now() - 86_400_000)).toBeLessThan(60_000);
    const works = async (secret: string) => (await echo(issuer, headersOf(secret, '{}'))).status;
    expect([await works(first), await works(second)]).toEqual([200, 200]);

    await issuer.place('rotation-1');
    const { id, timestamp, signature, raw } = await issuer.message('order.paid', 'rotation-1');
    const at = new Date(Number(timestamp) * 1_000);
    const expected = [first, second].map((secret) => new Webhook(secret).sign(id, at, raw));
    expect(signature.split(' ').sort()).toEqual(expected.sort());

    const { secret: third } = await rotate(issuer);
    expect([await works(first), await works(second), await works(third)]).toEqual([401, 200, 200]);
    issuer.useSecret(third);
    await issuer.place('rotation-2');
    const later = await issuer.message('order.paid', 'rotation-2');
    expect(later.signature.split(' ')).toHaveLength(2);
  });

  test('endOldNow ends the old secret at once', async () => {
    const issuer = await file.issuer();
    const { secret, oldSecretEndsAt } = await rotate(issuer, { endOldNow: true });
    expect(Date.parse(oldSecretEndsAt)).toBeLessThanOrEqual(Date.now() + 5_000);
    expectProblem(await echo(issuer, headersOf(issuer.secret, '{}')), 401, 'signature_invalid');
    issuer.useSecret(secret);
    expect((await issuer.place('rotation-3')).status).toBe(201);
    expect((await issuer.message('order.paid', 'rotation-3')).signature.split(' ')).toHaveLength(1);
  });
});
