import { Registry } from 'prom-client';
import { type CallsOut, callIssuer } from '../../activities/call-issuer';
import { createOrderMeter } from '../../src/metrics/order-meter';
import type { SignedCall } from '../../src/outbound/client';
import { sealCallCertificate } from '../../src/sealing/call-certificate';
import { sealCallHeaders } from '../../src/sealing/call-headers';
import { createKeyRing } from '../../src/sealing/key-ring';
import { places } from '../../src/sealing/places';
import { newSecret } from '../../src/signing/keys';
import type { IssuerRow } from '../../src/store/issuers';
import { ownAuthority } from '../support/certificates';

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
