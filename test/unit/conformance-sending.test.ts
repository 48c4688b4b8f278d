import { shownResult } from '../../src/conformance/sending';

test('a report says why no connection is made, not that the platform waits', () => {
  const putOff = { kind: 'failed', reason: 'over_limit', retryAfterMs: 40_000, tookMs: 1 } as const;
  expect(shownResult({ ...putOff, because: 'tls' })).toBe('no answer (tls) after 1 ms');
  expect(shownResult(putOff)).toBe('no answer (over_limit) after 1 ms');
});
