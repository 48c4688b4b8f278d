import { generateKeyPairSync } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { Registry } from 'prom-client';
import { createDeliver } from '../../activities/deliver';
import { configuredChannels } from '../../src/channels/configured-channels';
import { keptByOrder } from '../../src/channels/kept-terminal';
import { createOrderMeter } from '../../src/metrics/order-meter';
import { createKeyRing } from '../../src/sealing/key-ring';
import { newOrderKey } from '../../src/sealing/order-keys';
import { macOfOrder } from '../../src/sealing/order-row';

type Parts = Parameters<typeof createDeliver>[0];

/** A terminal whose circuit is open, as the activity meets it so long after it was scheduled. */
const parted = (afterMs: number, answered?: { status: number }) => {
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
    tokenHash: keys.tokenHash,
    facts: { quantity, amount, issued: 0, delivery: { tries: 3 } },
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
      inbox: { waitingFor: async () => [], isUntouched: () => true },
      settings: { effectiveFor: async () => ({ deliveryDelaysSeconds: [30, 90] }) },
    },
    issuers: { findEver: async () => ({ _id: 'bean-bar' }), isUntouched: async () => true },
    outbound: {
      postSigned: async ({ isPastCircuit }: { isPastCircuit: boolean }) =>
        isPastCircuit || answered
          ? {
              kind: 'answered',
              status: answered?.status ?? 503,
              headers: {},
              body: Buffer.alloc(0),
              truncated: false,
              tookMs: 7,
            }
          : { kind: 'failed', reason: 'breaker_open', retryAfterMs: 30_000, tookMs: 0 },
    },
    meter: createOrderMeter(new Registry()),
    ring,
    channels: configuredChannels(),
    keys: { delivery: { signing: async () => [generateKeyPairSync('ed25519').privateKey] } },
    nowMs: () => nowMs,
  } as unknown as Parts;
  return { parts, lines, scheduledTimestampMs: nowMs - afterMs };
};

const deliver = async (afterMs: number) => {
  const { parts, lines, scheduledTimestampMs } = parted(afterMs);
  const environment = new MockActivityEnvironment({ scheduledTimestampMs });
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

test('waits before an open circuit use up no try of what tells a terminal that codes are void', async () => {
  const { parts, lines } = parted(0, { status: 500 });
  // Tried for the first time, after the engine asked six times for nothing: a seventh try would be the last.
  const environment = new MockActivityEnvironment({ attempt: 7 });
  const notice = { issuerId: 'bean-bar', orderNo: '1', n: 1, atMs: 0, itemIds: ['a'] };
  const told = environment.run(createDeliver(parts).tellVoid, notice);
  await expect(told).rejects.toThrow('try 1 to tell what is void: status_500');
  expect(lines).toEqual([expect.objectContaining({ detail: expect.objectContaining({ try: 1, ok: false }) })]);
});
