import { Registry } from 'prom-client';
import { type CallsOut, callIssuer } from '../../activities/call-issuer';
import { callCertificate as callCertificateSchema } from '../../src/contract/operator/call-settings';
import { createOrderMeter } from '../../src/metrics/order-meter';
import type { SignedCall } from '../../src/outbound/client';
import { sealCallCertificate } from '../../src/sealing/call-certificate';
import { sealCallHeaders } from '../../src/sealing/call-headers';
import { createKeyRing } from '../../src/sealing/key-ring';
import { places } from '../../src/sealing/places';
import { newSecret } from '../../src/signing/keys';
import type { IssuerRow } from '../../src/store/issuers';
import { certificateOf, ownAuthority } from '../support/certificates';

const ring = createKeyRing([Buffer.alloc(32, 1)]);
const at = new Date(0);

const callOf = async (settings: Partial<IssuerRow>): Promise<SignedCall> => {
  const calls: SignedCall[] = [];
  const deps = {
    orderDeps: { settings: { callsAtOnceOf: async () => 1, platformLately: async () => ({}) } },
    outbound: {
      postSigned: async (call: SignedCall) => {
        calls.push(call);
        return { kind: 'answered', status: 204, headers: {}, body: Buffer.alloc(0), truncated: false, tookMs: 1 };
      },
    },
    ring,
    meter: createOrderMeter(new Registry()),
    nowMs: () => 0,
  } as unknown as CallsOut;
  const issuer: IssuerRow = {
    _id: 'acme',
    name: 'Acme',
    state: 'active',
    callback: { kind: 'url', url: 'https://issuer.example/' },
    codeMode: 'request',
    createdAt: at,
    secrets: [{ sealed: ring.seal(Buffer.from(newSecret()), places.issuerSecret('acme')), createdAt: at }],
    holds: [],
    seal: Buffer.alloc(0),
    ...settings,
  };
  await callIssuer(deps, issuer, 'cf_1', { type: 'order.paid', timestamp: '', data: {} });
  return calls[0] as SignedCall;
};

test('a callback has 8 s, and what the issuer has set: time, headers, authority and certificate', async () => {
  const plain = await callOf({});
  expect([plain.timeLimitMs, plain.ca]).toEqual([8_000, undefined]);
  const callHeaders = sealCallHeaders(ring, 'acme', { 'x-key': 'open' });
  const { cert, key } = ownAuthority();
  const callCertificate = sealCallCertificate(ring, 'acme', { certificate: cert, key });
  const set = await callOf({ callTimeoutSeconds: 30, callCa: 'PEM', callHeaders, callCertificate });
  expect([set.timeLimitMs, set.ca]).toEqual([30_000, 'PEM']);
  expect(set.own).toEqual({ certificate: cert, key });
  expect((await callOf({ callCertificate: null })).own).toBeUndefined();
  expect(set.headers).toMatchObject({ 'x-key': 'open', 'webhook-id': 'cf_1' });
  expect((await callOf({ callCa: '' })).ca).toBeUndefined();
});

test('a certificate whose authority is too weak for TLS is refused, and nothing else is said of it', () => {
  const weak = certificateOf([{ name: 'commonName', value: 'weak' }], undefined, [], 512);
  const { pem, keyPem: key } = certificateOf([{ name: 'commonName', value: 'acme' }], weak);
  expect(callCertificateSchema.safeParse({ certificate: pem + weak.pem, key }).error?.issues).toMatchObject([
    { path: [], message: expect.stringContaining('is not taken by TLS') },
  ]);
});

test('kept is what was looked at alone, without the text around it', () => {
  const { cert, key } = ownAuthority();
  const unix = (pem: string): string => pem.replaceAll('\r', '').trim();
  const around = (pem: string): string => `Bag Attributes\n    friendlyName: acme\n${pem}\nand more`;
  const { data } = callCertificateSchema.safeParse({ certificate: around(cert), key: around(key) });
  expect(data).toEqual({ certificate: `${unix(cert)}\n`, key: `${unix(key)}\n` });
});

test('a key of another certificate is told alone', () => {
  const { pem: certificate } = certificateOf([{ name: 'commonName', value: 'acme' }]);
  const { keyPem: key } = certificateOf([{ name: 'commonName', value: 'other' }]);
  expect(callCertificateSchema.safeParse({ certificate, key }).error?.issues).toMatchObject([
    { path: ['key'], message: 'must be the key of the first certificate' },
  ]);
});

test('a certificate whose end is no time has ended', () => {
  const { pem, keyPem: key } = certificateOf([{ name: 'commonName', value: 'acme' }]);
  const [, base64 = ''] = /-----\s([^-]+)-----/.exec(pem) ?? [];
  const bytes = Buffer.from(base64, 'base64').toString('latin1').replace('21260101000000Z', '2126AA01000000Z');
  const changed = Buffer.from(bytes, 'latin1').toString('base64');
  const certificate = `-----BEGIN CERTIFICATE-----\n${changed}\n-----END CERTIFICATE-----`;
  expect(callCertificateSchema.safeParse({ certificate, key }).error?.issues).toMatchObject([
    { path: ['certificate'], message: 'has ended' },
  ]);
});
