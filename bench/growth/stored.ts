import { setTimeout as pause } from 'node:timers/promises';
import { orderPosition } from '../../src/store/orders';
import { monotonicMs } from '../compare/monotonic';
import type { PlatformSide } from '../compare/sides';
import { type Growing, warmUp, withPlatform } from './growing';
import { keptOf, type Played, playedLine, playLoad } from './played';
import { type Asked, askAll, type StoredNames } from './stored-questions';
import { copyOf, openStoredRows, type SampleOrder } from './stored-rows';

export interface StoredSize {
  /** Copies; the orders of the loads come on top. */
  readonly stored: number;
  readonly loadedInMs: number;
  readonly single: Played;
  readonly eight: Played;
  readonly asked: readonly Asked[];
}

export interface Stored {
  readonly documentsPerOrder: Readonly<Record<'orders' | 'submissions' | 'requests', number>>;
  readonly sizes: readonly StoredSize[];
}

const ownSeconds = 20;
const dayMs = 86_400_000;
/** Requests are forgotten after thirty days. */
const spreadMs = 20 * dayMs;
const rareEach = 1_000;
const rareProductId = 'rare-voucher';
const numberDigits = 8;
const sayEach = 10_000;
const settleMs = 3_000;
const singleLimitMs = 60_000;

const numberOf = (n: number): string => `stored-${String(n).padStart(numberDigits, '0')}`;

/** Golden steps: every size has its orders spread over the whole time, however many are added later. */
const createdAtOf = (n: number, nowMs: number): Date =>
  new Date(nowMs - dayMs - Math.floor(((n * 0.618_033_988_75) % 1) * spreadMs));

function* copiesOf(sample: SampleOrder, issuerIds: readonly string[], from: number, to: number, nowMs: number) {
  for (let n = from; n < to; n += 1) {
    yield copyOf(sample, {
      issuerId: issuerIds[n % issuerIds.length] as string,
      orderNo: numberOf(n),
      createdAt: createdAtOf(n, nowMs),
      ...(n % rareEach === rareEach - 1 ? { productId: rareProductId } : {}),
    });
  }
}

/** One order, alone on a platform that has seen none. @throws where it is not delivered */
const makeOne = async ({ simulators, options }: Growing, { target }: PlatformSide): Promise<void> => {
  const load = { kind: 'open', perSecond: 1_000, seed: 'one', orders: 1 } as const;
  await simulators.begin({ name: 'sample', target, load });
  const endMs = monotonicMs() + singleLimitMs;
  while (monotonicMs() < endMs && (await simulators.delivered()) < 1) await pause(100);
  await simulators.end(options.drainLimitMs);
  // Its event and its kept answers.
  await pause(settleMs);
};

/** The same loads and questions while more and more finished orders are stored. Only the database has them. */
export const measureStored = async (growing: Growing) => {
  const { options, say } = growing;
  const seconds = options.seconds ?? ownSeconds;
  const windowMs = seconds * 1_000;
  const found = await withPlatform(growing, { name: 'stored', isCold: true }, async (side): Promise<Stored> => {
    await makeOne(growing, side);
    const rows = openStoredRows(side.database.uri);
    try {
      const sample = await rows.sample();
      await warmUp(growing, side, options.warmUpMs);
      const nowMs = Date.now();
      const issuerIds = side.target.issuers.map(({ issuerId }) => issuerId);
      const sizes: StoredSize[] = [];
      for (const stored of options.stored) {
        const before = sizes.at(-1)?.stored ?? 0;
        const startedMs = monotonicMs();
        await rows.insert(copiesOf(sample, issuerIds, before, stored, nowMs), (done) => {
          if (done % sayEach === 0) say(`${before + done} of ${stored} orders stored`);
        });
        const loadedInMs = monotonicMs() - startedMs;
        say(`${stored} orders stored, in ${(loadedInMs / 1_000).toFixed(0)} s`);
        await pause(settleMs);
        const play = async (inFlight: number): Promise<Played> => {
          const name = `s${stored}-${inFlight}`;
          const played = await playLoad(growing, side, { name, load: { kind: 'closed', inFlight }, windowMs });
          say(playedLine(`${stored} stored, ${inFlight} in flight`, played));
          return keptOf(played);
        };
        const single = await play(1);
        const eight = await play(8);
        const asked = await askAll(side, namesFor(stored, issuerIds[0] ?? '', nowMs), options.repeats);
        for (const { what, took } of asked) say(`${stored} stored, ${what}: p50 ${took.p50?.toFixed(1) ?? '-'} ms`);
        sizes.push({ stored, loadedInMs, single, eight, asked });
      }
      const { submissions, requests } = sample;
      return {
        documentsPerOrder: { orders: 1, submissions: submissions.length, requests: requests.length },
        sizes,
      };
    } finally {
      await rows.close();
    }
  });
  return {
    settings: {
      seconds,
      warmUpSeconds: options.warmUpMs / 1_000,
      stored: options.stored.join(', '),
      repeats: options.repeats,
    },
    isWhole: found.sizes.every(({ single, eight }) => single.isWhole && eight.isWhole),
    found,
  };
};

/** Ten numbers from a place that each size has: the middle one's, without its last digit. */
const namesFor = (stored: number, issuerId: string, nowMs: number): StoredNames => {
  const orderNo = numberOf(Math.floor(stored / 2));
  return {
    middle: orderPosition(new Date(nowMs - dayMs - spreadMs / 2), { issuerId, orderNo }),
    narrowPrefix: orderNo.slice(0, -1),
    widePrefix: 'stored-',
    rareProductId,
  };
};
