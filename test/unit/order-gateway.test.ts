import type { Client } from '@temporalio/client';
import type { Reply } from '../../src/order-messages/order-messages';
import { engineRetries } from '../../src/temporal/client';
import { createOrderGateway } from '../../src/temporal/order-gateway';
import { noTracing } from '../../src/tracing/tracing';

const order = { issuerId: 'bean-bar', orderNo: '1' };

/** The engine answers each question with this. */
const asking = async (reply: { createdAtMs: number; waitedMs: number }): Promise<(number | undefined)[]> => {
  const waits: (number | undefined)[] = [];
  const { waitedMs, createdAtMs } = reply;
  const client = {
    connection: { withDeadline: (_deadline: number, run: () => unknown) => run() },
    workflow: {
      getHandle: () => ({ executeUpdate: async () => ({ facts: { createdAtMs }, waitedMs }) as unknown as Reply }),
    },
  } as unknown as Client;
  const { ask } = createOrderGateway({
    client,
    taskQueue: 'orders',
    callsOutQueue: 'calls-out',
    observeCall: (_name, _result, _seconds, waited) => waits.push(waited),
    tracing: noTracing,
  });
  await ask(order, 'once', { kind: 'renotify' });
  return waits;
};

test('how long an order waited for its first task is told while that is recent, and not when its issuer asks later', async () => {
  const nowMs = Date.now();
  expect(await asking({ createdAtMs: nowMs - 31_000, waitedMs: 30_000 })).toEqual([30_000]);
  expect(await asking({ createdAtMs: nowMs - 120_000, waitedMs: 30_000 })).toEqual([undefined]);
});

test('a question to a workflow that is about to close is asked again at once, one to an overloaded engine is not', () => {
  type Status = Parameters<typeof engineRetries.delayFunction>[1];
  const refused = (details: string) => ({ code: 8, details }) as Status;
  const closing = refused('workflow operation can not be applied because workflow is closing');
  expect(engineRetries.retryableDecider(1, closing)).toBe(true);
  expect([1, 2, 3].map((attempt) => engineRetries.delayFunction(attempt, closing))).toEqual([20, 40, 80]);
  expect(engineRetries.delayFunction(1, refused('namespace rate limit exceeded'))).toBeGreaterThan(1_000);
});
