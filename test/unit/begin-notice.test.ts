import { ApplicationFailure } from '@temporalio/common';
import { createBeginNotice } from '../../activities/begin-notice';
import type { Notice } from '../../activities/notify';
import { ownMessageId } from '../../src/first-interface/message-id';
import type { SecondInterface } from '../../src/second-interface/ask-order';

const notice: Notice = { issuerId: 'bean-bar', orderNo: '1', n: 1, atMs: 0, verifyByMs: 1 };

const beginning = (notifyIssuer: () => Promise<void>) => {
  const left: unknown[] = [];
  const gateway = { leaveNotice: async (_order: unknown, how: unknown) => void left.push(how) };
  const { activities, close } = createBeginNotice(notifyIssuer, { gateway } as unknown as SecondInterface);
  return { begin: () => activities.beginNotice(notice), close, left };
};

test('a notice that is taken needs nothing of the engine', async () => {
  let told = 0;
  const { begin, close, left } = beginning(async () => {
    told += 1;
  });
  expect(await begin()).toBe(true);
  await close();
  expect([told, left]).toEqual([1, []]);
});

test('the workflow task does not wait for the try', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { begin, close } = beginning(() => held);
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
  const { begin, close, left } = beginning(() => Promise.reject(failure));
  expect(await begin()).toBe(true);
  await close();
  expect(left).toEqual([how]);
});

test('past a hundred tries at once, and while the worker stops, none is begun', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { begin, close } = beginning(() => held);
  for (let n = 1; n <= 100; n += 1) expect(await begin()).toBe(true);
  expect(await begin()).toBe(false);
  const closing = close();
  release();
  await closing;
  expect(await begin()).toBe(false);
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
  const { activities } = createBeginNotice(async () => undefined, { orders } as unknown as SecondInterface);
  expect(await activities.isNoticeTaken(notice)).toBe(expected);
});
