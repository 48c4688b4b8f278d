import { ApplicationFailure } from '@temporalio/common';
import { createBeginNotice } from '../../activities/begin-notice';
import type { Notice } from '../../activities/notify';
import { ownMessageId } from '../../src/first-interface/message-id';
import type { OrderDeps } from '../../src/second-interface/ask-order';

const notice: Notice = { issuerId: 'bean-bar', orderNo: '1', n: 1, atMs: 0, verifyByMs: 1 };

type Tell = Parameters<typeof createBeginNotice>[0];

const beginning = (notifyIssuer: Tell) => {
  const left: unknown[] = [];
  const gateway = { leaveNotice: async (_order: unknown, how: unknown) => void left.push(how) };
  const { activities, beside, close } = createBeginNotice(notifyIssuer, { gateway } as unknown as OrderDeps);
  return {
    bySink: async (trace = {}) => {
      beside.tryNotice(notice, trace);
      return true;
    },
    byActivity: () => activities.beginNotice(notice),
    close,
    left,
  };
};

/** Runs until it is released. */
const held = () => {
  let release = (): void => undefined;
  const tell = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { tell: () => tell, release: () => release() };
};

const ways = ['bySink', 'byActivity'] as const;

test.each(ways)('a notice that is taken needs nothing of the engine, begun %s', async (way) => {
  let told = 0;
  const {
    [way]: begin,
    close,
    left,
  } = beginning(async () => {
    told += 1;
  });
  expect(await begin()).toBe(true);
  await close();
  expect([told, left]).toEqual([1, []]);
});

test.each(ways)('the workflow task does not wait for the try, begun %s', async (way) => {
  const { tell, release } = held();
  const { [way]: begin, close } = beginning(tell);
  expect(await begin()).toBe(true);
  release();
  await close();
});

test.each([
  [
    'after the delay that it asks for',
    ApplicationFailure.create({ type: 'issuer_failed', message: 'try 1: status_500', nextRetryDelay: 10_000 }),
    { type: 'issuer_failed', problem: 'try 1: status_500', delayMs: 10_000 },
  ],
  [
    'at once where it says none: a database that was away',
    new Error('gone'),
    { type: 'failed', problem: 'the try failed for a reason of ours', delayMs: 0 },
  ],
])('a try that fails is left to the order, which goes on %s', async (_name, failure, how) => {
  for (const way of ways) {
    const { [way]: begin, close, left } = beginning(() => Promise.reject(failure));
    expect(await begin()).toBe(true);
    await close();
    expect(left).toEqual([how]);
  }
});

test('the try gets the trace that the order was started with', async () => {
  const given: unknown[] = [];
  const { bySink, close } = beginning(async (_notice, trace) => void given.push(trace));
  const trace = { 'codeferry-trace': { data: new Uint8Array([1]) } };
  await bySink(trace);
  await close();
  expect(given).toEqual([trace]);
});

test('past a hundred tries at once, and while the worker stops, none is begun', async () => {
  const { tell, release } = held();
  const { byActivity: begin, close } = beginning(tell);
  for (let n = 1; n <= 100; n += 1) expect(await begin()).toBe(true);
  expect(await begin()).toBe(false);
  const closing = close();
  release();
  await closing;
  expect(await begin()).toBe(false);
});

test('past a hundred tries at once the order hears at once that there is no room, and nothing is told to its issuer', async () => {
  const { tell, release } = held();
  let told = 0;
  const { bySink, close, left } = beginning(() => {
    told += 1;
    return tell();
  });
  for (let n = 1; n <= 100; n += 1) await bySink();
  expect([told, left]).toEqual([100, []]);
  await bySink();
  expect([told, left]).toEqual([100, [{ type: 'no_room', problem: expect.any(String), delayMs: 0 }]]);
  release();
  await close();
});

test.each([
  ['taken by its issuer', true, true],
  ['not taken', false, false],
])('the row says whether a notice was %s, and nothing of another message counts', async (_name, ok, expected) => {
  const messageId = ownMessageId(notice, 'paid', notice.n);
  const timeline = [
    { event: 'notice_answered', detail: { message: messageId, ok } },
    { event: 'notice_sent', detail: { message: messageId, ok: true } },
    { event: 'notice_answered', detail: { message: ownMessageId(notice, 'paid', 2), ok: true } },
  ];
  const orders = { find: async () => ({ timeline }) };
  const { activities } = createBeginNotice(async () => undefined, { orders } as unknown as OrderDeps);
  expect(await activities.isNoticeTaken(notice)).toBe(expected);
});
