import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { KeyMalformed, newSecret, parseSecret, publicKeyToWhpk, whpkToPublicKey } from '../../src/signing/keys';
import { bodylessText, signEd25519, signHmac } from '../../src/signing/sign';
import { type VerifyInput, verifySignature } from '../../src/signing/verify';

/** As the public libraries print them in their own tests. */
const published = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampSeconds: 1614265330,
  body: '{"test": 2432232314}',
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  v1: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  ed25519Seed: 'VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=',
  v1a: 'v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==',
};

const keyOfSeed = (seed: string) =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'base64')]),
    format: 'der',
    type: 'pkcs8',
  });

const nowSeconds = 1_800_000_000;

const aSignedRequest = (secret: string, body = '{"type":"echo"}', timestampSeconds = nowSeconds): VerifyInput => {
  const message = { id: 'msg_1', timestampSeconds, body: Buffer.from(body) };
  return {
    headers: { id: message.id, timestamp: String(timestampSeconds), signature: signHmac(secret, message) },
    body: message.body,
    keys: { secrets: [secret] },
    nowMs: nowSeconds * 1000,
  };
};

const reasonOf = (input: VerifyInput) => {
  const verdict = verifySignature(input);
  return verdict.ok ? 'ok' : verdict.reason;
};

describe('signatures of Standard Webhooks', () => {
  test('the published v1 vector is reproduced and accepted', () => {
    expect(signHmac(published.secret, published)).toBe(published.v1);
    const headers = { id: published.id, timestamp: '1614265330', signature: published.v1 };
    const nowMs = published.timestampSeconds * 1000;
    const verdict = verifySignature({
      headers,
      body: Buffer.from(published.body),
      keys: { secrets: [published.secret] },
      nowMs,
    });
    expect(verdict).toEqual({ ok: true, id: published.id, timestampSeconds: published.timestampSeconds });
  });

  test('the published v1a vector is reproduced and accepted', () => {
    const privateKey = keyOfSeed(published.ed25519Seed);
    expect(signEd25519(privateKey, published)).toBe(published.v1a);
    const input = {
      headers: { id: published.id, timestamp: '1614265330', signature: published.v1a },
      body: Buffer.from(published.body),
      keys: { secrets: [], publicKey: publicKeyToWhpk(privateKey) },
      nowMs: published.timestampSeconds * 1000,
    };
    expect(reasonOf(input)).toBe('ok');
    expect(reasonOf({ ...input, body: Buffer.from('{"test": 2432232315}') })).toBe('signature_mismatch');
  });

  test('the public library accepts what is signed here, also beyond ASCII', () => {
    const secret = newSecret();
    const body = '{"type":"order.paid","name":"Kaffee für 2 ☕"}';
    const timestampSeconds = Math.floor(Date.now() / 1000);
    const headers = {
      'webhook-id': 'msg_2',
      'webhook-timestamp': String(timestampSeconds),
      'webhook-signature': signHmac(secret, { id: 'msg_2', timestampSeconds, body }),
    };
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  });

  test('what the public library signed is accepted here', () => {
    const secret = newSecret();
    const body = '{"type":"echo","text":"日本"}';
    const signature = new Webhook(secret).sign('msg_3', new Date(nowSeconds * 1000), body);
    const headers = { id: 'msg_3', timestamp: String(nowSeconds), signature };
    const input = { headers, body: Buffer.from(body), keys: { secrets: [secret] }, nowMs: nowSeconds * 1000 };
    expect(reasonOf(input)).toBe('ok');
  });

  test('during a rotation either secret fits, and so does a list that holds one right signature', () => {
    const [oldSecret, secret, other] = [newSecret(), newSecret(), newSecret()];
    const keys = { secrets: [oldSecret, secret] };
    expect(reasonOf({ ...aSignedRequest(oldSecret), keys })).toBe('ok');
    expect(reasonOf({ ...aSignedRequest(secret), keys })).toBe('ok');
    expect(reasonOf({ ...aSignedRequest(other), keys })).toBe('signature_mismatch');
    const right = aSignedRequest(secret);
    const signature = `v1,AAAA v2,whatever nonsense ${right.headers.signature} v1,`;
    expect(reasonOf({ ...right, headers: { ...right.headers, signature } })).toBe('ok');
  });

  test.each([
    ['folded by a proxy', (right: string) => `v1,AAAA, ${right}`],
    ['parted by commas', (right: string) => `v1,AAAA,${right},v1a,BBBB`],
    ['with a blank behind the version', (right: string) => right.replace('v1,', 'v1, ')],
    ['with an empty one before', (right: string) => `v1, ${right}`],
  ])('a list of signatures is read: %s', (_how, written) => {
    const secret = newSecret();
    const right = aSignedRequest(secret);
    const reason = (signature: string) => reasonOf({ ...right, headers: { ...right.headers, signature } });
    expect(reason(written(String(right.headers.signature)))).toBe('ok');
    expect(reason(written('v1,CCCC'))).toBe('signature_mismatch');
  });

  test('a bodyless request is bound to its method and target', () => {
    const secret = newSecret();
    const target = '/v1/issuers/acme/orders?limit=3';
    expect(bodylessText('get', target)).toBe('GET /v1/issuers/acme/orders?limit=3');
    const signed = aSignedRequest(secret, bodylessText('GET', target));
    expect(reasonOf(signed)).toBe('ok');
    expect(reasonOf({ ...signed, body: Buffer.from(bodylessText('GET', `${target}0`)) })).toBe('signature_mismatch');
    expect(reasonOf({ ...signed, body: Buffer.alloc(0) })).toBe('signature_mismatch');
  });
});

describe('what is refused', () => {
  const secret = newSecret();
  const good = aSignedRequest(secret);
  const withHeaders = (headers: Partial<VerifyInput['headers']>): VerifyInput => ({
    ...good,
    headers: { ...good.headers, ...headers },
  });

  test.each([
    ['no id', { id: undefined }, 'header_missing'],
    ['no timestamp', { timestamp: undefined }, 'header_missing'],
    ['no signature', { signature: '' }, 'header_missing'],
    ['an id with a dot, which would move the borders of the signed text', { id: 'msg.1' }, 'id_malformed'],
    ['an id of 65 characters', { id: 'a'.repeat(65) }, 'id_malformed'],
    ['a timestamp with a sign', { timestamp: `+${nowSeconds}` }, 'timestamp_malformed'],
    ['a timestamp with a fraction', { timestamp: `${nowSeconds}.0` }, 'timestamp_malformed'],
    ['a timestamp with trailing text', { timestamp: `${nowSeconds}x` }, 'timestamp_malformed'],
    ['a timestamp with a leading zero', { timestamp: `0${nowSeconds}` }, 'timestamp_malformed'],
    ['a timestamp in milliseconds', { timestamp: `${nowSeconds}000` }, 'timestamp_malformed'],
    ['another second', { timestamp: String(nowSeconds + 1) }, 'signature_mismatch'],
    ['another id', { id: 'msg_2' }, 'signature_mismatch'],
    ['an empty signature of the right version', { signature: 'v1,' }, 'signature_mismatch'],
    [
      'an unknown version only',
      { signature: String(good.headers.signature).replace('v1', 'v2') },
      'signature_mismatch',
    ],
    [
      'a symmetric signature called asymmetric',
      { signature: String(good.headers.signature).replace('v1', 'v1a') },
      'signature_mismatch',
    ],
    [
      'url-safe base64 or missing padding',
      { signature: String(good.headers.signature).replace(/=$/, '') },
      'signature_mismatch',
    ],
    ['eleven signatures', { signature: Array(11).fill('v1,A').join(' ') }, 'signature_malformed'],
    ['a header of 1,025 characters', { signature: `v1,${'A'.repeat(1022)}` }, 'signature_malformed'],
  ])('%s', (_name, headers, reason) => {
    expect(reasonOf(withHeaders(headers))).toBe(reason);
  });

  test('a request older or newer than 300 seconds, and not one of exactly 300', () => {
    for (const [shiftSeconds, reason] of [
      [-301, 'timestamp_out_of_range'],
      [-300, 'ok'],
      [300, 'ok'],
      [301, 'timestamp_out_of_range'],
    ] as const) {
      expect(reasonOf({ ...aSignedRequest(secret), nowMs: (nowSeconds + shiftSeconds) * 1000 })).toBe(reason);
    }
  });

  test('a body of which any one bit was turned', () => {
    for (let index = 0; index < good.body.length; index += 1) {
      const body = Buffer.from(good.body);
      body[index] = (body[index] as number) ^ 1;
      expect(reasonOf({ ...good, body })).toBe('signature_mismatch');
    }
  });

  test('everything, when the sender has no key', () => {
    expect(reasonOf({ ...good, keys: { secrets: [] } })).toBe('signature_mismatch');
  });
});

describe('text forms of keys', () => {
  test('a new secret has 32 random bytes and is read back', () => {
    const secret = newSecret();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(parseSecret(secret)).toHaveLength(32);
    expect(newSecret()).not.toBe(secret);
  });

  test.each([
    ['no prefix', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    ['23 bytes', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['65 bytes', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['nothing', 'whsec_'],
    ['no base64', `whsec_${'*'.repeat(43)}=`],
    ['a second spelling of the same bytes', `whsec_${Buffer.alloc(32).toString('base64').replace('=', '')}`],
  ])('a secret with %s is refused by a typed error that does not repeat it', (_name, text) => {
    expect(() => parseSecret(text)).toThrow(KeyMalformed);
    expect(() => parseSecret(text)).not.toThrow(text.slice(6) || 'whsec_*');
  });

  test('a public key goes through whpk_ and back, 24 to 64 byte secrets too', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const text = publicKeyToWhpk(publicKey);
    expect(text).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
    expect(publicKeyToWhpk(privateKey)).toBe(text);
    expect(whpkToPublicKey(text).equals(createPublicKey(privateKey))).toBe(true);
    for (const size of [24, 64])
      expect(parseSecret(`whsec_${Buffer.alloc(size).toString('base64')}`)).toHaveLength(size);
  });

  test('a public key of another kind or length is refused', () => {
    expect(() => publicKeyToWhpk(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)).toThrow(KeyMalformed);
    expect(() => whpkToPublicKey(`whpk_${Buffer.alloc(31).toString('base64')}`)).toThrow(KeyMalformed);
    expect(() => whpkToPublicKey('whsec_AAAA')).toThrow(KeyMalformed);
  });

  test('one of several public keys is enough', () => {
    const [old, current] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
    const message = { id: 'cf_1', timestampSeconds: nowSeconds, body: Buffer.from('{}') };
    const input = {
      headers: { id: 'cf_1', timestamp: String(nowSeconds), signature: signEd25519(current.privateKey, message) },
      body: message.body,
      nowMs: nowSeconds * 1000,
    };
    const publicKey = [publicKeyToWhpk(old.publicKey), publicKeyToWhpk(current.publicKey)];
    expect(reasonOf({ ...input, keys: { secrets: [], publicKey } })).toBe('ok');
    expect(reasonOf({ ...input, keys: { secrets: [], publicKey: publicKey.slice(0, 1) } })).toBe('signature_mismatch');
  });
});

describe('a list of signatures', () => {
  /** The module itself, as its users have it: an import of all of it is a copy. */
  const crypto: typeof import('node:crypto') = require('node:crypto');
  const keyPairs = Array.from({ length: 3 }, () => generateKeyPairSync('ed25519'));
  const message = { id: 'msg_1', timestampSeconds: nowSeconds, body: Buffer.alloc(65_536, 'x') };
  const rightOnes = keyPairs.map(({ privateKey }) => signEd25519(privateKey, message));
  const wrong = Array.from({ length: 10 }, (_, n) => `v1a,${Buffer.alloc(64, n).toString('base64')}`);
  const wrongHmacs = Array.from({ length: 10 }, (_, n) => `v1,${Buffer.alloc(32, n).toString('base64')}`);
  const inputOf = (signatures: readonly string[], known: readonly number[], secrets: readonly string[] = []) => ({
    headers: { id: message.id, timestamp: String(nowSeconds), signature: signatures.join(' ') },
    body: message.body,
    keys: { secrets, publicKey: known.map((n) => publicKeyToWhpk((keyPairs[n] as (typeof keyPairs)[0]).publicKey)) },
    nowMs: nowSeconds * 1000,
  });
  const hashesFor = (input: VerifyInput) => {
    const spies = (['verify', 'createHmac'] as const).map((name) => jest.spyOn(crypto, name));
    const reason = reasonOf(input);
    const calls = spies.map((spy) => spy.mock.calls.length);
    for (const spy of spies) spy.mockRestore();
    return { reason, ed25519: calls[0], hmac: calls[1] };
  };

  test.each([
    ['ten of v1a', wrong, [0], [newSecret()], { ed25519: 2, hmac: 1 }],
    ['ten of v1a where two keys are known', wrong, [0, 1], [newSecret()], { ed25519: 6, hmac: 1 }],
    ['ten of v1', wrongHmacs, [0], [newSecret(), newSecret()], { ed25519: 0, hmac: 2 }],
  ])(
    "costs hashes of the body for its receiver's keys, however long it is: %s",
    (_what, signatures, known, secrets, expected) => {
      expect(hashesFor(inputOf(signatures, known, secrets))).toEqual({ reason: 'signature_mismatch', ...expected });
    },
  );

  test('of a sender between two keys is believed by either, whatever stands beside that is no signature', () => {
    const [first, second] = rightOnes as [string, string];
    for (const list of [
      [first, second],
      [second, first],
    ]) {
      const signatures = ['v1a,AAAA', 'v1,AAAA', 'v1a,', list[0] as string, ...list];
      for (const known of [[0], [1], [2, 0], [0, 1]]) expect(reasonOf(inputOf(signatures, known))).toBe('ok');
      expect(reasonOf(inputOf(signatures, [2]))).toBe('signature_mismatch');
    }
  });

  test('over a small body is believed by any of ten', () => {
    const small = { ...message, body: Buffer.from('{}') };
    const signatures = [...wrong.slice(0, 9), signEd25519((keyPairs[0] as (typeof keyPairs)[0]).privateKey, small)];
    expect(reasonOf({ ...inputOf(signatures, [0]), body: small.body })).toBe('ok');
    expect(reasonOf({ ...inputOf(signatures, [1]), body: small.body })).toBe('signature_mismatch');
  });
});
