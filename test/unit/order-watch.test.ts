import pino from 'pino';
import { createOrderWatch } from '../../src/api/pickup/order-watch';

const limited = expect.objectContaining({ code: 'rate_limited' });

test('buyers of live issuers have places for their streams, however many links and addresses strangers of the sandbox have', () => {
  const { enter } = createOrderWatch({ versionsOf: async () => new Map() }, pino({ level: 'silent' }));
  const enterAll = (issuerId: string): (() => void)[] => {
    const leaves: (() => void)[] = [];
    for (let n = 0; ; n += 1) {
      try {
        leaves.push(enter(`${issuerId}/${n}`, `192.0.2.${n % 250}`));
      } catch (error) {
        expect(error).toEqual(limited);
        return leaves;
      }
    }
  };
  const strangers = enterAll('test-0123456789abcdef0123');
  expect(strangers).toHaveLength(250);
  const large = enterAll('stadium');
  expect(large).toHaveLength(875);
  strangers[0]?.();
  enter('bean-bar/1', '198.51.100.1');
  // A refused one has left nothing behind.
  expect(() => enter('stadium/1', '198.51.100.1')).toThrow(limited);
  for (const leave of [...large, ...strangers.slice(1)]) leave();
  expect(enterAll('stadium')).toHaveLength(1_000);
});
