import { generateKeyPairSync } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { Registry } from 'prom-client';
import { createDeliver } from '../../activities/deliver';
import { configuredChannels } from '../../src/channels/configured-channels';
import { keptByOrder } from '../../src/channels/kept-terminal';
import { openFacts } from '../../src/domain/order';
import { createOrderMeter } from '../../src/metrics/order-meter';
import { createKeyRing } from '../../src/sealing/key-ring';
import { newOrderKey } from '../../src/sealing/order-keys';
import { macOfOrder } from '../../src/sealing/order-row';
import { type OrderRow, viewVersion } from '../../src/store/orders';
import { until } from '../support/until';

type Parts = Parameters<typeof createDeliver>[0];

/** A terminal whose circuit is open, as the activity meets it so long after it was scheduled. */
const parted = (afterMs: number, answered?: { status: number }, issuerId = 'bean-bar') => {
  const nowMs = 1_000_000_000;
  const lines: unknown[] = [];
  const ring = createKeyRing([Buffer.alloc(32, 7)]);
  const { wrapped, keys } = newOrderKey(ring, `${issuerId}/1`);
  const content = {
    _id: `${issuerId}/1`,
    issuerId,
    orderNo: '1',
    product: { id: 'coffee', name: 'Coffee' },
    quantity: 10_000,
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
    state: 'issued',
    facts: {
      ...openFacts({
        ...{ quantity, amount, codeMode: 'push', channel: 'webhook', createdAtMs: 0 },
        ...{ verifyWindowMs: 600_000, issueWindowMs: 600_000 },
      }),
      delivery: { state: 'none', tries: 3 },
    },
    timeline: [],
    wrappedKey: wrapped,
  };
  const parts = {
    orderDeps: {
      ring,
      fingerprintKey: Buffer.alloc(32, 8),
      nowMs: Date.now,
      orders: {
        find: async () => row,
        versionsOf: async () => new Map([[row._id, viewVersion(row as never)]]),
        recordTry: async (_order: unknown, entries: unknown[]) => lines.push(...entries),
        noteTampered: async () => undefined,
        endAfterSale: async () => undefined,
      },
      codes: { accepted: async () => [], isBeingPurged: async () => false },
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
  return { parts, lines, row, keys, scheduledTimestampMs: nowMs - afterMs };
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
  const { parts, lines, row } = parted(0, { status: 500 });
  Object.assign(row.facts, { items: [{ itemId: 'a', state: 'void' }] });
  // Tried for the first time, after the engine asked six times for nothing: a seventh try would be the last.
  const environment = new MockActivityEnvironment({ attempt: 7 });
  const notice = { issuerId: 'bean-bar', orderNo: '1', n: 1, atMs: 0, itemIds: ['a'] };
  const told = environment.run(createDeliver(parts).tellVoid, notice);
  await expect(told).rejects.toThrow('try 1 to tell what is void: status_500');
  expect(lines).toEqual([expect.objectContaining({ detail: expect.objectContaining({ try: 1, ok: false }) })]);
});

/** An order of three messages that is delivered again, to a terminal that may do something before it answers. */
const manyCodes = (
  statusOf: (n: number, order: { makeVoid(itemId: string): void; moveTo(url: string): void }) => number,
) => {
  const { parts, lines, row, keys } = parted(0);
  const codes = Array.from({ length: 401 }, (_, n) => ({ itemId: `i${n}`, value: `CODE-${n}`, format: 'text' }));
  const held = codes.map((code) => ({
    itemId: code.itemId,
    sealed: keys.codes.seal(Buffer.from(JSON.stringify(code)), `code:${row._id}`),
  }));
  let facts: Record<string, unknown> = {
    ...row.facts,
    state: 'delivered',
    issued: codes.length,
    version: 1,
    items: [],
  };
  let { terminal } = row;
  const now = () => ({ ...row, ...facts, facts, terminal, timeline: lines }) as unknown as OrderRow;
  const makeVoid = (itemId: string): void => {
    const items = [...(facts.items as object[]), { itemId, state: 'void' }];
    facts = { ...facts, items, version: Number(facts.version) + 1 };
  };
  const moveTo = (url: string): void => {
    terminal = keptByOrder({ channel: 'webhook', url }, keys, row._id);
    facts = { ...facts, version: Number(facts.version) + 1 };
  };
  const sent: { id: string; url: string; itemIds: string[] }[] = [];
  const { orderDeps } = parts;
  const those = {
    ...parts,
    orderDeps: {
      ...orderDeps,
      orders: {
        ...orderDeps.orders,
        find: async () => now(),
        versionsOf: async () => new Map([[row._id, viewVersion(now())]]),
        setDeliveryState: async () => undefined,
      },
      codes: { accepted: async () => held, isBeingPurged: async () => false },
    },
    outbound: {
      postSigned: async ({ url, headers, body }: { url: string; headers: Record<string, string>; body: Buffer }) => {
        const { data } = JSON.parse(body.toString()) as { data: { codes: { itemId: string }[] } };
        sent.push({ id: String(headers['webhook-id']), url, itemIds: data.codes.map(({ itemId }) => itemId) });
        return { kind: 'answered', status: statusOf(sent.length, { makeVoid, moveTo }), headers: {}, tookMs: 1 };
      },
    },
  } as unknown as Parts;
  const run = (itemIds?: readonly string[]) =>
    new MockActivityEnvironment()
      .run(createDeliver(those).deliverCodes, {
        ...{ issuerId: 'bean-bar', orderNo: '1', n: 1, atMs: 0 },
        ...(itemIds ? { itemIds } : {}),
      })
      .catch(({ message }: Error) => message);
  const newMessage = (): void => {
    facts = { ...facts, deliveryMessage: { n: 2, atMs: 1 } };
  };
  return { run, sent, codes, newMessage };
};

/** As the engine does: again after each failed attempt, of which there are few. */
const untilRun = async (run: () => Promise<unknown>): Promise<void> => {
  for (let n = 0; n < 20; n += 1) if (typeof (await run()) !== 'string') return;
  throw new Error('the delivery does not end');
};

test('a code that became void since its delivery began is in none of the messages that follow', async () => {
  const { run, sent } = manyCodes((n, { makeVoid }) => {
    if (n === 1) makeVoid('i400');
    return 204;
  });
  await untilRun(run);
  expect(sent.flatMap(({ itemIds }) => itemIds)).not.toContain('i400');
  expect(new Set(sent.flatMap(({ itemIds }) => itemIds)).size).toBe(400);
});

test('a terminal that was corrected since the delivery began gets nothing more', async () => {
  const corrected = 'https://corrected.test/';
  const { run, sent } = manyCodes((n, { moveTo }) => {
    if (n === 1) moveTo(corrected);
    return 204;
  });
  await untilRun(run);
  const [first, ...others] = sent;
  expect([first?.url, new Set(others.map(({ url }) => url))]).toEqual(['https://terminal.test/', new Set([corrected])]);
});

test('codes that move to another message, as one before them became void between two attempts, are sent', async () => {
  const { run, sent, codes } = manyCodes((n, { makeVoid }) => {
    if (n === 2) makeVoid('i0');
    return n === 2 ? 500 : 204;
  });
  await untilRun(run);
  const after = sent.slice(2).flatMap(({ itemIds }) => itemIds);
  const before = sent[0]?.itemIds ?? [];
  expect(new Set([...before, ...after]).size).toBe(codes.length);
  expect(after).not.toContain('i0');
  // What is not the same goes under another name.
  const byId = new Map<string, string>();
  for (const { id, itemIds } of sent) {
    expect(byId.get(id) ?? itemIds.join()).toBe(itemIds.join());
    byId.set(id, itemIds.join());
  }
});

test('a replacement of which one code became void between two attempts is another message', async () => {
  const { run, sent } = manyCodes((n, { makeVoid }) => {
    if (n === 1) makeVoid('i0');
    return n === 1 ? 500 : 204;
  });
  for (let n = 0; n < 2; n += 1) await run(['i0', 'i1']);
  expect(sent.map(({ itemIds }) => itemIds)).toEqual([['i0', 'i1'], ['i1']]);
  expect(new Set(sent.map(({ id }) => id)).size).toBe(2);
});

test('a redelivery that still tries when a newer one began leaves the terminal to that one', async () => {
  const { run, sent, newMessage } = manyCodes(() => 204);
  newMessage();
  expect([await run(), sent]).toEqual([expect.objectContaining({ kind: 'delivered' }), []]);
});

test('of codes that are held open for deliveries one issuer has half, and none are read before there is room', async () => {
  type Read = { orderDeps: { orders: { find: () => Promise<{ facts: object }> }; codes: { accepted: unknown } } };
  const { parts } = parted(0);
  const { orderDeps } = parts as unknown as Read;
  const rows = {
    own: await orderDeps.orders.find(),
    other: await (parted(0, undefined, 'other').parts as unknown as Read).orderDeps.orders.find(),
  };
  let end = (): void => undefined;
  const held = new Promise<never[]>((resolve) => {
    end = () => resolve([]);
  });
  const read = jest.fn(() => held);
  orderDeps.codes.accepted = read;
  const { deliverCodes } = createDeliver(parts);
  const due = (row: { facts: object }, issued: number) => {
    orderDeps.orders.find = async () => ({ ...row, facts: { ...row.facts, issued } });
    const name = { issuerId: 'any', orderNo: '1', n: 1, atMs: 0 };
    return (new MockActivityEnvironment().run(deliverCodes, name) as ReturnType<typeof deliverCodes>).then(
      ({ kind }) => kind as string,
      (error: Error) => error.message,
    );
  };
  const begun = async (row: { facts: object }, issued: number) => {
    const before = read.mock.calls.length;
    const outcome = due(row, issued);
    await until('its codes are read', () => read.mock.calls.length > before);
    return { outcome };
  };
  const first = await begun(rows.own, 10_000);
  const small = await begun(rows.own, 1);
  const second = await begun(rows.own, 10_000);
  expect(await due(rows.own, 10_000)).toBe('as many codes are delivered as may be');
  const other = await begun(rows.other, 10_000);
  end();
  expect(await Promise.all([first, second, small, other].map(({ outcome }) => outcome))).toEqual(
    Array(4).fill('undeliverable'),
  );
  expect(await (await begun(rows.own, 10_000)).outcome).toBe('undeliverable');
});
