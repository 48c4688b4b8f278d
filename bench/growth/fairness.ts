import { latenciesIn } from '../compare/endings';
import type { PlacedOrder } from '../compare/load';
import type { Latencies } from '../compare/measured';
import { type Growing, withPlatform } from './growing';
import { keptOf, type Played, playedLine, playLoad } from './played';

/** What the small issuers, or the large one, saw of one load. */
export interface Seen {
  readonly placed: number;
  readonly accepted: number;
  /** By status and code. */
  readonly refused: Readonly<Record<string, number>>;
  readonly accept: Latencies;
  readonly toCode: Latencies;
}

export interface Fairness {
  readonly saturation: Played;
  /** Orders a second, offered. */
  readonly largeRate: number;
  readonly otherRate: number;
  readonly others: number;
  readonly quiet: Played & { readonly othersSaw: Seen };
  readonly crowded: Played & { readonly othersSaw: Seen; readonly largeSaw: Seen };
}

const ownSeconds = 60;
const saturationSeconds = 20;
const saturationInFlight = 16;
/** How often the large issuer sends while each other one sends once. */
export const crowdShare = 100;

export const refusalsOf = (orders: readonly PlacedOrder[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { status = 0, code } of orders) {
    if (status === 0 || status === 201) continue;
    const key = code === undefined ? String(status) : `${status} ${code}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
};

/** Of the orders that were due in the window. */
const seenBy = (orders: readonly PlacedOrder[], fromMs: number, toMs: number): Seen => {
  const due = orders.filter(({ dueMs }) => dueMs >= fromMs && dueMs < toMs);
  const { accept, paymentToCode } = latenciesIn(due, fromMs, toMs);
  return {
    placed: due.length,
    accepted: due.filter(({ status }) => status === 201).length,
    refused: refusalsOf(due),
    accept,
    toCode: paymentToCode,
  };
};

/** The same small issuers at the same rate, once alone and once beside one that sends a hundred times as much. */
export const measureFairness = async (growing: Growing) => {
  const { options, say } = growing;
  const { others, crowd, seed } = options;
  const seconds = options.seconds ?? ownSeconds;
  const windowMs = seconds * 1_000;
  const found = await withPlatform(
    growing,
    { name: 'fairness', issuers: others + 1 },
    async (side): Promise<Fairness> => {
      const saturation = await playLoad(growing, side, {
        name: 'saturation',
        load: { kind: 'closed', inFlight: saturationInFlight },
        windowMs: Math.min(seconds, saturationSeconds) * 1_000,
      });
      say(playedLine('saturation', saturation));
      const all = Math.max(0.1, saturation.perSecond) * crowd;
      const otherRate = all / (crowdShare + others);
      const isLarge = ({ issuerId }: PlacedOrder): boolean => issuerId === side.target.issuers[0]?.issuerId;
      const ones = Array.from({ length: others }, () => 1);
      const play = async (name: string, perSecond: number, shares: readonly number[]) => {
        const load = { kind: 'open', perSecond, seed: `${seed}/${name}`, shares } as const;
        const played = await playLoad(growing, side, { name, load, windowMs });
        const { orders, fromMs, toMs } = played;
        say(playedLine(name, played));
        return {
          played: keptOf(played),
          othersSaw: seenBy(
            orders.filter((order) => !isLarge(order)),
            fromMs,
            toMs,
          ),
          largeSaw: seenBy(orders.filter(isLarge), fromMs, toMs),
        };
      };
      const quiet = await play('quiet', otherRate * others, [0, ...ones]);
      const crowded = await play('crowded', all, [crowdShare, ...ones]);
      return {
        saturation: keptOf(saturation),
        largeRate: otherRate * crowdShare,
        otherRate,
        others,
        quiet: { ...quiet.played, othersSaw: quiet.othersSaw },
        crowded: { ...crowded.played, othersSaw: crowded.othersSaw, largeSaw: crowded.largeSaw },
      };
    },
  );
  return {
    settings: { seconds, warmUpSeconds: options.warmUpMs / 1_000, crowd, others, seed },
    isWhole: [found.saturation, found.quiet, found.crowded].every((played) => played.isWhole),
    found,
  };
};
