import { setImmediate as turn } from 'node:timers/promises';
import pino from 'pino';
import { Registry } from 'prom-client';
import { createKnownNetworks } from '../../src/api/auth/known-networks';
import { createWrongTokens, type Door } from '../../src/api/auth/wrong-tokens';
import type { Failure } from '../../src/domain/failures';
import type { KnownNetworkRow } from '../../src/store/known-networks';

const [vera, omar] = [{ name: 'vera' }, { name: 'omar' }];

/** `written`: where operators work, as another process, or this one before its restart, wrote it down. */
const aPlatform = (clock = { nowMs: 0 }, written = new Map<string, KnownNetworkRow>()) => {
  const note = jest.fn(async () => undefined);
  const guesses = { note, lastAt: async () => undefined };
  const log = pino({ level: 'silent' });
  const writes = jest.fn(async (_id: string, takenAt: Date) => {
    written.set(_id, { _id, takenAt });
  });
  const takenSince = async (since: Date) => [...written.values()].filter(({ takenAt }) => takenAt >= since);
  const rows = { note: writes, takenSince };
  const knownNetworks = createKnownNetworks({ rows, key: Buffer.alloc(32, 7), nowMs: () => clock.nowMs, log });
  const tokens = createWrongTokens({ guesses, knownNetworks, registry: new Registry(), nowMs: () => clock.nowMs, log });
  const give = (holder: { name: string } | undefined, address: string, door: Door = 'api'): string => {
    try {
      return tokens.taken(holder, address, door).name;
    } catch (error) {
      return (error as Failure).code;
    }
  };
  const guess = (times: number, address: string, door?: Door) =>
    Array.from({ length: times }, () => give(undefined, address, door));
  return { clock, give, guess, noted: () => note.mock.calls.length, writes: () => writes.mock.calls.length, written };
};

test('whoever guesses on is not told when the guess is right, and nobody elsewhere has to wait', () => {
  const { give, guess, clock } = aPlatform();
  expect(guess(21, '203.0.113.5')).toEqual([...Array(20).fill('operator_unauthorized'), 'rate_limited']);
  for (const door of ['api', 'console', 'codec'] as const) expect(give(vera, '203.0.113.5', door)).toBe('rate_limited');
  expect(give(vera, '203.0.113.6')).toBe('vera');
  clock.nowMs += 60_000;
  expect(give(vera, '203.0.113.5')).toBe('vera');
});

test('whoever worked from there within a day goes on beside a guesser, with the very token', () => {
  const { give, guess, clock } = aPlatform();
  expect(give(vera, '203.0.113.5')).toBe('vera');
  clock.nowMs += 23 * 3_600_000;
  guess(20, '203.0.113.5');
  expect([give(vera, '203.0.113.5'), give(vera, '203.0.113.5', 'console')]).toEqual(['vera', 'vera']);
  expect(give(omar, '203.0.113.5')).toBe('rate_limited');
  clock.nowMs += 25 * 3_600_000;
  guess(20, '203.0.113.5');
  expect(give(vera, '203.0.113.5')).toBe('rate_limited');
});

test('a network that somebody else dated ahead is not known', async () => {
  const before = aPlatform();
  before.give(vera, '203.0.113.5');
  for (const [_id, { takenAt }] of before.written) {
    before.written.set(_id, { _id, takenAt: new Date(takenAt.getTime() + 365 * 24 * 3_600_000) });
  }
  const after = aPlatform({ nowMs: 3_600_000 }, before.written);
  after.guess(21, '203.0.113.5');
  await turn();
  expect(after.give(vera, '203.0.113.5')).toBe('rate_limited');
});

test('a restart forgets nobody’s network, and each is written down once an hour', async () => {
  const before = aPlatform();
  for (let n = 0; n < 50; n += 1) before.give(vera, '203.0.113.5');
  expect(before.writes()).toBe(1);
  before.clock.nowMs += 3_600_000;
  before.give(vera, '203.0.113.5');
  expect(before.writes()).toBe(2);
  expect(JSON.stringify([...before.written])).not.toMatch(/vera|203\.0/);

  const after = aPlatform(before.clock, before.written);
  after.guess(21, '203.0.113.5');
  await turn();
  expect([after.give(vera, '203.0.113.5'), after.give(omar, '203.0.113.5')]).toEqual(['vera', 'rate_limited']);

  const later = aPlatform({ nowMs: before.clock.nowMs + 25 * 3_600_000 }, before.written);
  later.guess(21, '203.0.113.5');
  await turn();
  expect(later.give(vera, '203.0.113.5')).toBe('rate_limited');
});

test('an operator who moves through networks makes nobody else unknown', () => {
  const { give, guess } = aPlatform();
  give(vera, '203.0.113.5');
  for (let n = 0; n < 500; n += 1) give(omar, `2001:db8:0:${n.toString(16)}::1`);
  for (const address of ['203.0.113.5', '2001:db8:0:0::1']) guess(20, address);
  expect(give(vera, '203.0.113.5')).toBe('vera');
  expect(give(omar, '2001:db8:0:0::1')).toBe('rate_limited');
});

test('at the console five wrong ones are enough, and its limit is not that of the other doors', () => {
  const { give, guess } = aPlatform();
  expect(guess(6, '203.0.113.5', 'console').at(-1)).toBe('rate_limited');
  expect([give(vera, '203.0.113.5', 'console'), give(vera, '203.0.113.5')]).toEqual(['rate_limited', 'vera']);
});

test('what a web page lets its readers’ browsers try at the codec keeps nobody from the other doors', () => {
  const { give, guess } = aPlatform();
  expect(guess(21, '203.0.113.5', 'codec')).toEqual([...Array(20).fill('operator_unauthorized'), 'rate_limited']);
  expect([give(vera, '203.0.113.5', 'codec'), give(omar, '203.0.113.5', 'console')]).toEqual(['rate_limited', 'omar']);
});

test('a guesser cannot get more tries by walking through its own IPv6 network', () => {
  const { give, guess } = aPlatform();
  for (let n = 1; n <= 20; n += 1) guess(1, `2001:db8:1:2::${n}`);
  expect(give(vera, '2001:db8:1:2:ffff::9')).toBe('rate_limited');
  expect([give(vera, '2001:db8:1:3::9'), give(omar, '::ffff:203.0.113.6')]).toEqual(['vera', 'omar']);
});

test('guesses from everywhere are told to a person once a minute, and refuse nobody who comes from a new address', () => {
  const { give, guess, noted } = aPlatform();
  for (let n = 0; n < 200; n += 1) guess(1, `203.0.113.${n}`);
  expect(noted()).toBe(0);
  for (let n = 0; n < 10; n += 1) guess(1, `198.51.100.${n}`);
  expect(noted()).toBe(1);
  expect([give(vera, '192.0.2.1'), give(undefined, '192.0.2.2')]).toEqual(['vera', 'operator_unauthorized']);
});
