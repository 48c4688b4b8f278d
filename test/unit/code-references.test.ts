import { fingerprint } from '../../src/sealing/key-ring';
import { references } from '../../src/second-interface/code-references';

const fingerprintKey = Buffer.alloc(32, 7);
const code = { itemId: '1', value: 'CODE', format: 'text' as const };
const whole = (changes: object, isOfFirst: boolean) =>
  references({ fingerprintKey }, 'acme', [{ ...code, ...changes }], isOfFirst)[0]?.fingerprint;

test('a code that an order of 0.1.0 took is known again, and one with what came later is another', () => {
  const [secret, expiresAt] = ['PIN', '2027-01-01T00:00:00Z'];
  const asOf010 = (...parts: unknown[]) => fingerprint(fingerprintKey, JSON.stringify(['acme', '1', 'CODE', ...parts]));
  expect(whole({}, true)).toBe(asOf010(null, 'text', null));
  expect(whole({ secret, expiresAt, uses: 1 }, true)).toBe(asOf010(secret, 'text', expiresAt));
  for (const later of [{ uses: 2 }, { startsAt: '2026-12-01T00:00:00Z' }]) {
    expect(whole(later, true)).toBe(whole(later, false));
    expect(whole(later, true)).not.toBe(whole({}, true));
  }
  expect(whole({}, false)).toBe(asOf010(null, 'text', null, null, 1));
});
