import { ApplicationFailure } from '@temporalio/common';
import { createTellEvent } from '../../activities/tell-event';

const order = { issuerId: 'bean-bar', orderNo: '1' };

const telling = (sendEvent: () => Promise<unknown>) => {
  const started: unknown[][] = [];
  const { tell, close } = createTellEvent(sendEvent, {
    startEvent: async (...call) => {
      started.push(call);
      return 'started';
    },
  });
  return { tell, close, started };
};

test('an event that is taken needs nothing of the engine', async () => {
  const sent: unknown[] = [];
  const { tell, close, started } = telling(async () => sent.push('sent'));
  tell(order, 1);
  await close();
  expect([sent, started]).toEqual([['sent'], []]);
});

test.each([
  [
    'goes on after the delay that it asks for',
    ApplicationFailure.create({ type: 'issuer_failed', nextRetryDelay: 5_000 }),
    [[order, 2, 5_000]],
  ],
  ['goes on at once where it says none: a database that was away', new Error('gone'), [[order, 2, undefined]]],
  ['ends where no later one can help', ApplicationFailure.nonRetryable('no row', 'order_unknown'), []],
])('a first try that fails %s', async (_name, failure, expected) => {
  const { tell, close, started } = telling(() => Promise.reject(failure));
  tell(order, 2);
  await close();
  expect(started).toEqual(expected);
});

test('past a hundred tries at once, half of them of one issuer, and while the worker stops, the engine takes all', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { tell, close, started } = telling(() => held);
  for (let n = 1; n <= 50; n += 1) tell(order, n);
  for (let n = 1; n <= 50; n += 1) tell({ issuerId: `other-${n}`, orderNo: '1' }, n);
  expect(started).toEqual([]);
  tell({ issuerId: 'other', orderNo: '1' }, 101);
  expect(started).toEqual([[{ issuerId: 'other', orderNo: '1' }, 101]]);
  const closing = close();
  release();
  await closing;
  tell(order, 102);
  await close();
  expect(started).toEqual([
    [{ issuerId: 'other', orderNo: '1' }, 101],
    [order, 102],
  ]);
});

test('closing waits for what is being told', async () => {
  let isSent = false;
  const { tell, close } = telling(async () => {
    await new Promise(setImmediate);
    isSent = true;
  });
  tell(order, 1);
  await close();
  expect(isSent).toBe(true);
});
