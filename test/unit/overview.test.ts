import type { OrderState } from '../../src/domain/order';
import { overviewOf, percentiles } from '../../src/operator/overview/overview';
import type { SampledOrder } from '../../src/store/stats';

const atMs = Date.parse('2026-03-01T12:30:20.000Z');

const order = (state: OrderState, createdAgoMs: number, tookMs?: number): SampledOrder => ({
  issuerId: 'acme',
  orderNo: `o-${createdAgoMs}`,
  position: '',
  state,
  createdAt: new Date(atMs - createdAgoMs),
  callsTriedAgain: 0,
  ...(tookMs === undefined ? {} : { deliveredAt: new Date(atMs - createdAgoMs + tookMs) }),
  facts: { failures: 0, updatedAtMs: atMs, delivery: { state: 'none', tries: 0 } },
});

const trouble = {
  stuck: undefined,
  givenUp: [],
  paidTwice: [],
  untaken: [],
  reported: [],
  tampered: [],
  issuersTampered: 0,
  settingsTampered: false,
  undeliverable: 0,
  bounced: 0,
  voidUndecided: 0,
  differing: [],
  differingCount: 0,
  issuersPaused: 0,
};
const overview = (newest: readonly SampledOrder[], isCapped = false) =>
  overviewOf({
    atMs,
    newest,
    isCapped,
    oldest: [],
    waiting: [{ state: 'accepted', count: 3, isCapped: false }],
    trouble,
  });

describe('the overview', () => {
  test('puts every order of the hour into its own minute, and none that is older', () => {
    const { minutes } = overview([
      order('delivered', 0, 100),
      order('accepted', 20_000),
      order('expired', 20_001),
      order('delivered', 59 * 60_000 + 20_000, 100),
      order('delivered', 59 * 60_000 + 20_001, 100),
    ]);
    expect(minutes).toHaveLength(60);
    expect(minutes.at(-1)).toMatchObject({ at: '2026-03-01T12:30:00.000Z', delivered: 1, under_way: 1, failed: 0 });
    expect(minutes.at(-2)).toMatchObject({ delivered: 0, under_way: 0, failed: 1 });
    expect(minutes[0]).toMatchObject({ at: '2026-03-01T11:31:00.000Z', delivered: 1 });
    expect(minutes.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(2);
  });

  test('says since when it counts once there were more orders than it reads', () => {
    expect(overview([order('accepted', 1_000)], true).sample).toEqual({
      orders: 1,
      isCapped: true,
      since: '2026-03-01T12:30:19.000Z',
    });
  });

  test('percentiles are times that were measured, and none where nothing was', () => {
    const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);
    expect(percentiles(hundred)).toEqual({ count: 100, p50Ms: 50, p95Ms: 95, p99Ms: 99 });
    expect(percentiles([7])).toEqual({ count: 1, p50Ms: 7, p95Ms: 7, p99Ms: 7 });
    expect(percentiles([])).toEqual({ count: 0, p50Ms: null, p95Ms: null, p99Ms: null });
  });

  test('says of each issuer and in all how often it asked wrongly, and how often it and a terminal were called again', () => {
    const troubled = (failures: number, tries: number, callsTriedAgain = 0): SampledOrder => ({
      ...order('undeliverable', failures * 10 + tries),
      callsTriedAgain,
      facts: { failures, updatedAtMs: atMs, delivery: { state: 'none', tries } },
    });
    const { issuers, totals } = overview([
      troubled(2, 0),
      troubled(1, 1),
      troubled(0, 7, 3),
      { ...troubled(4, 2, 2), issuerId: 'b' },
    ]);
    expect(issuers).toEqual([
      expect.objectContaining({
        issuerId: 'acme',
        orders: 3,
        failedVerifications: 3,
        callsTriedAgain: 3,
        deliveriesTriedAgain: 6,
      }),
      expect.objectContaining({
        issuerId: 'b',
        orders: 1,
        failedVerifications: 4,
        callsTriedAgain: 2,
        deliveriesTriedAgain: 1,
      }),
    ]);
    expect(totals).toMatchObject({ failedVerifications: 7, callsTriedAgain: 5, deliveriesTriedAgain: 7 });
  });

  test('counts what waits now apart from what came in the hour', () => {
    const accepted = overview([order('accepted', 0)]).states.find(({ state }) => state === 'accepted');
    expect(accepted).toEqual({ state: 'accepted', lastHour: 1, now: 3, isNowCapped: false });
  });
});
