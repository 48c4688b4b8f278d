import { generateKeyPairSync } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createDeliver } from '../../activities/deliver';
import { configuredChannels } from '../../src/channels/configured-channels';
import { keptByOrder } from '../../src/channels/kept-terminal';
import { createKeyRing } from '../../src/sealing/key-ring';
import { newOrderKey } from '../../src/sealing/order-keys';
import { macOfOrder } from '../../src/sealing/order-row';

type Parts = Parameters<typeof createDeliver>[0];

/** A terminal whose circuit is open, as the activity meets it so long after it was scheduled. */
const deliver = async (afterMs: number) => {
  const nowMs = 1_000_000_000;
  const lines: unknown[] = [];
  const ring = createKeyRing([Buffer.alloc(32, 7)]);
  const { wrapped, keys } = newOrderKey(ring, 'bean-bar/1');
  const content = {
    _id: 'bean-bar/1',
    issuerId: 'bean-bar',
    orderNo: '1',
    product: { id: 'coffee', name: 'Coffee' },
    quantity: 1,
    amount: { value: 100, currency: 'EUR' },
    metadata: [],
    terminalGiven: true,
    baseUrl: 'https://codes.test',
    pickupHash: keys.pickupHash,
    createdAt: new Date(0),
  };
  const { quantity, amount } = content;
  const row = {
    ...content,
    mac: macOfOrder(keys, content),
    terminal: keptByOrder({ channel: 'webhook', url: 'https://terminal.test/' }, keys, content._id),
    facts: { quantity, amount, tokenHash: keys.tokenHash, issued: 0, delivery: { tries: 3 } },
    timeline: [],
    wrappedKey: wrapped,
  };
  const parts = {
    orderDeps: {
      ring,
      orders: {
        find: async () => row,
        recordTry: async (_order: unknown, entries: unknown[]) => lines.push(...entries),
      },
      codes: { accepted: async () => [] },
      settings: { effectiveFor: async () => ({ deliveryDelaysSeconds: [30, 90] }) },
    },
    issuers: { findEver: async () => ({ _id: 'bean-bar' }), isUntouched: async () => true },
    outbound: {
      postSigned: async ({ isPastCircuit }: { isPastCircuit: boolean }) =>
        isPastCircuit
          ? { kind: 'answered', status: 503, headers: {}, body: Buffer.alloc(0), truncated: false, tookMs: 7 }
          : { kind: 'failed', reason: 'breaker_open', retryAfterMs: 30_000, tookMs: 0 },
    },
    meter: { delivery: () => undefined },
    ring,
    channels: configuredChannels(),
    keys: { delivery: { signing: async () => [generateKeyPairSync('ed25519').privateKey] } },
    nowMs: () => nowMs,
  } as unknown as Parts;
  const environment = new MockActivityEnvironment({ scheduledTimestampMs: nowMs - afterMs });
  const outcome = await environment
    .run(createDeliver(parts).deliverCodes, { issuerId: 'bean-bar', orderNo: '1', n: 1, atMs: 0 })
    .catch((error: Error) => error.message);
  return { outcome, lines };
};

test('a delivery before an open circuit waits as long as its tries might take, then is tried once, and only then a person is asked', async () => {
  const wholeRoundMs = 180_000;
  expect(await deliver(wholeRoundMs)).toEqual({ outcome: 'the terminal was not tried', lines: [] });
  const { outcome, lines } = await deliver(wholeRoundMs + 1);
  expect(outcome).toEqual({ kind: 'undeliverable', tries: 4, problem: 'status_503' });
  expect(lines).toEqual([
    expect.objectContaining({
      event: 'delivery_tried',
      detail: { message: expect.any(String), try: 1, ok: false, status: 503, problem: 'status_503', tookMs: 7 },
    }),
  ]);
});
