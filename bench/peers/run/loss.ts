import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '../../../test/fault/random';
import type { Simulators } from '../../compare/simulators';
import { codeOf } from '../../compare/wire';
import type { Contender, ContenderName } from './contender';
import type { KilledLoad, KilledOrder } from './loss-load';
import type { Options } from './options';

/** What one contender lost, and what it did twice. */
export interface Loss {
  readonly contender: ContenderName;
  readonly kills: { readonly app: number; readonly store: number };
  /** From kill -9 until it was ready again, each. */
  readonly downMs: { readonly app: readonly number[]; readonly store: readonly number[] };
  /** A part that ended by itself and was started again by the run, as a supervisor would. */
  readonly ownEnds: Readonly<Record<string, number>>;
  readonly placed: number;
  readonly accepted: number;
  readonly delivered: number;
  /** Accepted, and never at the terminal by the limit. */
  readonly neverDelivered: number;
  /** Of those: the contender says that it has never heard of them. */
  readonly acceptedButUnknown: number;
  readonly twiceWithAnotherId: number;
  readonly twiceWithAnotherCode: number;
  readonly wrongCode: number;
  /** Delivered for an order that nobody placed. */
  readonly strays: number;
  /** The same message again, under the same id: what "at least once" allows. */
  readonly repeated: { readonly deliveries: number; readonly notices: number; readonly payments: number };
  /** What the issuers were answered instead of 2xx, by call and status; all were repeated. */
  readonly issuersRefusals: Readonly<Record<string, number>>;
  readonly issuersGaveUp: number;
  readonly settledMs: number;
  /** From payment request to code, the slowest. */
  readonly longestMs: number;
  readonly lostOrders: readonly string[];
}

const inFlight = 8;
const leadInMs = 3_000;
const gapMs = { least: 2_000, most: 4_500 };
const askedMax = 200;
const namedMax = 10;
const lateMs = 2_000;

const judged = (orders: readonly KilledOrder[]) => {
  const accepted = orders.filter(({ acceptedMs }) => acceptedMs !== undefined);
  const delivered = orders.filter(({ copies }) => copies.length > 0);
  const differ = (order: KilledOrder, what: 'id' | 'codes'): boolean =>
    new Set(order.copies.map((copy) => copy[what])).size > 1;
  const isWrong = ({ issuerId, orderNo, copies }: KilledOrder): boolean => {
    const { itemId, value } = codeOf(issuerId, orderNo);
    return copies.some(({ codes }) => codes !== JSON.stringify([[itemId, value]]));
  };
  return {
    placed: orders.length,
    accepted: accepted.length,
    delivered: delivered.length,
    twiceWithAnotherId: orders.filter((order) => differ(order, 'id')).length,
    twiceWithAnotherCode: orders.filter((order) => differ(order, 'codes')).length,
    wrongCode: orders.filter(isWrong).length,
    repeatedDeliveries: delivered.reduce((sum, { copies }) => sum + copies.length - 1, 0),
    repeatedPayments: orders.reduce((sum, { requests }) => sum + Math.max(0, requests - 1), 0),
    longestMs: Math.max(0, ...delivered.map(({ firstSentMs, copies }) => (copies[0]?.atMs ?? 0) - firstSentMs)),
    lost: accepted.filter(({ copies }) => copies.length === 0),
  };
};

/** kill -9 of the whole application and of all its stores in turn, under load; then the count, by terminal and shop alone. */
export const measureLoss = async (
  contender: Contender,
  { simulators, load }: { simulators: Simulators; load: KilledLoad },
  { kills, settleLimitMs, seed }: Options,
): Promise<Loss> => {
  const { name, parts, target } = contender;
  const random = createRandom(`${seed}/kills`);
  const gap = () => pause(gapMs.least + random.next() * (gapMs.most - gapMs.least));
  await simulators.knowIssuers(target.issuers);
  await simulators.issuerCounts();
  load.begin(contender, inFlight);
  await pause(leadInMs);
  const downMs: { app: number[]; store: number[] } = { app: [], store: [] };
  for (let n = 0; n < kills; n += 1) {
    for (const role of ['app', 'store'] as const) {
      await gap();
      const victims = parts.filter((part) => part.role === role);
      downMs[role].push(Math.max(...(await Promise.all(victims.map((part) => part.killAndStart())))));
    }
  }
  await gap();
  const { orders, strays, settledMs } = await load.settle(settleLimitMs);
  await pause(lateMs);
  const { lost, repeatedDeliveries, repeatedPayments, ...counts } = judged(orders);
  let unknown = 0;
  for (const order of lost.slice(0, askedMax)) if (await load.isUnknown(contender, order)) unknown += 1;
  const issuers = await simulators.issuerCounts();
  return {
    contender: name,
    kills: { app: kills, store: kills },
    downMs,
    ownEnds: Object.fromEntries(parts.map((part) => [part.name, part.ownEnds()])),
    ...counts,
    neverDelivered: lost.length,
    acceptedButUnknown: unknown,
    strays,
    repeated: { deliveries: repeatedDeliveries, notices: issuers.repeatedNotices, payments: repeatedPayments },
    issuersRefusals: issuers.refusals,
    issuersGaveUp: issuers.givenUp,
    settledMs,
    lostOrders: lost.slice(0, namedMax).map(({ orderNo }) => orderNo),
  };
};
