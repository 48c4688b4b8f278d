import type { Request } from 'express';
import { authenticateIssuer } from '../../src/api/auth/issuer-auth';
import { createKeyRing } from '../../src/sealing/key-ring';
import { places } from '../../src/sealing/places';
import { newSecret, publicKeyToWhpk } from '../../src/signing/keys';
import type { IssuerRow, Issuers } from '../../src/store/issuers';

/** The module itself, as its users have it: an import of all of it is a copy. */
const crypto: typeof import('node:crypto') = require('node:crypto');

/** Calls of what costs time: a seal opened, a signature of each kind checked. */
const counted = ['createDecipheriv', 'createHmac', 'verify', 'createPublicKey'] as const;
const ring = createKeyRing([Buffer.alloc(32, 1)]);
const publicKey = publicKeyToWhpk(crypto.generateKeyPairSync('ed25519').publicKey);
const rowOf = (changes: object): IssuerRow => {
  const sealed = ring.seal(Buffer.from(newSecret()), places.issuerSecret('acme'));
  return { _id: 'acme', secrets: [{ sealed }], ...changes } as unknown as IssuerRow;
};
const nine = Array.from({ length: 9 }, (_, n) => `v1a,${Buffer.alloc(64, n).toString('base64')}`);
const tenSignatures = ['v1,AAAA', ...nine].join(' ');

const workFor = async (row: IssuerRow | null): Promise<unknown> => {
  const headers: Record<string, string> = {
    'webhook-id': 'a',
    'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
    'webhook-signature': tenSignatures,
  };
  const request = { params: { issuerId: 'acme' }, body: Buffer.from('{}'), get: (name: string) => headers[name] };
  const issuers = { findTogether: async () => row } as unknown as Issuers;
  const spies = counted.map((name) => jest.spyOn(crypto, name));
  const refused: unknown[] = [];
  await expect(
    authenticateIssuer(
      { issuers, ring, basePath: '', nowMs: Date.now },
      request as unknown as Request<{ issuerId: string }>,
      (reason) => refused.push(reason),
    ),
  ).rejects.toMatchObject({ code: 'signature_invalid' });
  const calls = spies.map((spy) => spy.mock.calls.length);
  for (const spy of spies) spy.mockRestore();
  expect(refused).toEqual([row ? 'key' : 'id']);
  return Object.fromEntries(counted.map((name, n) => [name, calls[n]]));
};

test('an issuer that is none, one without a public key and one with it do the same work for a wrong signature', async () => {
  await workFor(null);
  const expected = await workFor(rowOf({ publicKey }));
  expect(expected).toMatchObject({ verify: 9 });
  expect(await workFor(null)).toEqual(expected);
  expect(await workFor(rowOf({}))).toEqual(expected);
});

test('whether there is such an issuer is told by no refusal sooner than by another', async () => {
  // As fast as each can be.
  for (const row of [null, rowOf({}), rowOf({ publicKey })]) {
    const beganMs = performance.now();
    await workFor(row);
    expect(performance.now() - beganMs).toBeGreaterThan(19);
  }
});
