import type { CallsOut } from '../../activities/call-issuer';
import { createSendEcho } from '../../activities/send-echo';

/** What its callback, a function, throws at; `tries`: how often it went out before. */
const failing = async (tries: number) => {
  const noted: object[] = [];
  const issuer = { _id: 'acme', state: 'active', codeMode: 'push', callback: { kind: 'function', name: 'broken' } };
  const broken = { onMessage: async () => Promise.reject(new Error('no')) };
  const deps = {
    issuers: { findEver: async () => issuer, isUntouched: async () => true },
    echoes: {
      read: async () => ({ data: {}, tries }),
      note: async (_name: object, outcome: object) => noted.push(outcome),
    },
    adapters: new Map([['broken', broken]]),
    orderDeps: {},
    meter: { of: () => ({ callback: () => undefined }) },
    nowMs: Date.now,
  } as unknown as CallsOut;
  const { sendEcho } = createSendEcho(deps);
  const failure = await sendEcho({ issuerId: 'acme', messageId: 'one', atMs: 0 }).catch((error: unknown) => error);
  return { failure, noted };
};

test('an echo that fails goes out three times, however often the engine was told that it found no place', async () => {
  for (const [tries, nonRetryable] of [
    [0, false],
    [1, false],
    [2, true],
  ] as const) {
    const { failure, noted } = await failing(tries);
    expect(failure).toMatchObject({ type: 'issuer_failed', nonRetryable });
    expect(noted).toEqual([{ ok: false, problem: 'function_threw' }]);
  }
});
