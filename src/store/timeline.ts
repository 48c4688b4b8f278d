import { goodVerdicts, type TimelineEntry, type TimelineEvent } from '../domain/messages';

/** So many newest lines are kept, so that no order's row grows without end. */
export const timelineLimit = 2_000;
/** Tries of an event or a delivery are counted by their lines. */
const triesMax = 2_000;
const revealsMax = 500;
const codesMax = 500;
const callsMax = 200;

/** Lines that somebody can have written again and again. Of each kind the newest are kept, and they push out no other. */
const newestKept: Partial<Record<TimelineEvent, number>> = {
  verification_judged: callsMax,
  codes_judged: codesMax,
  delivery_tried: triesMax,
  event_sent: triesMax,
  opened: revealsMax,
  receipt: callsMax,
  item_void: callsMax,
  item_replaced: callsMax,
  item_redeemed: callsMax,
  item_reversed: callsMax,
  validity_changed: callsMax,
  refund_settled: callsMax,
  payment_repeated: callsMax,
  terminal_changed: callsMax,
  void_requested: callsMax,
  void_decided: callsMax,
  attempt_lost: callsMax,
  code_reported: callsMax,
};

/** What was taken is not pushed out by what was refused. */
const refused = 'refused';

interface Lines {
  readonly timeline: readonly TimelineEntry[];
  /** By kind: those that somebody can have written again and again. */
  readonly callLines?: Readonly<Record<string, readonly TimelineEntry[]>>;
}

const placeOf = ({ event, detail }: TimelineEntry): { readonly field: string; readonly max: number } => {
  const max = newestKept[event];
  if (max === undefined) return { field: 'timeline', max: timelineLimit };
  const isRefused = 'verdict' in detail && !goodVerdicts.has(detail.verdict);
  return isRefused ? { field: `callLines.${event}_${refused}`, max: callsMax } : { field: `callLines.${event}`, max };
};

const fields = [
  'timeline',
  ...Object.keys(newestKept).map((event) => `callLines.${event}`),
  ...['verification_judged', 'codes_judged'].map((event) => `callLines.${event}_${refused}`),
];

const ofAll = <T>(suffix: string, value: T): Record<string, T> =>
  Object.fromEntries(fields.map((field) => [`${field}${suffix}`, value]));

/** The one way in which lines come into a row. */
export const push = (entries: readonly TimelineEntry[]) => {
  const lists: Record<string, { $each: TimelineEntry[]; $slice: number }> = {
    timeline: { $each: [], $slice: -timelineLimit },
  };
  for (const entry of entries) {
    const { field, max } = placeOf(entry);
    const list = lists[field] ?? { $each: [], $slice: -max };
    list.$each.push(entry);
    lists[field] = list;
  }
  return lists;
};

/** Rows of before have all their lines in one list. */
export const lacks = (entry: TimelineEntry): Record<string, { readonly $ne: string }> => ({
  'timeline.key': { $ne: entry.key },
  [`${placeOf(entry).field}.key`]: { $ne: entry.key },
});

/** For projections. */
export const lineKeys: Record<string, 1> = ofAll('.key', 1);
/** Beside the keys: what its terminal answered. Rows of before have all their lines in one list. */
export const deliveryLines: Record<string, 1> = {
  ...{ 'timeline.event': 1, 'timeline.detail.ok': 1 },
  ...{ 'callLines.delivery_tried.event': 1, 'callLines.delivery_tried.detail.ok': 1 },
};
export const newestLines = (max: number) => ofAll('', { $slice: -max });

export const keysIn = ({ timeline, callLines = {} }: Lines): ReadonlySet<string> =>
  new Set([...timeline, ...Object.values(callLines).flat()].map(({ key }) => key));

/** Read with `deliveryLines`. */
export const hasTaken = ({ timeline, callLines = {} }: Lines): boolean =>
  [...timeline, ...(callLines.delivery_tried ?? [])].some(
    ({ event, detail }) => event === 'delivery_tried' && detail?.ok === true,
  );

const areLists = (lists: unknown): lists is Readonly<Record<string, readonly TimelineEntry[]>> =>
  typeof lists === 'object' &&
  lists !== null &&
  Object.values(lists).every((list) => Array.isArray(list) && list.every((line) => Number.isFinite(line?.atMs)));

/** A row as all others know it, with one timeline; of what has another shape nothing is made. */
export const withAllLines = <Row extends object>(row: Row, newest = Number.POSITIVE_INFINITY): Row => {
  const { callLines, ...rest }: Partial<Lines> = row;
  if (!areLists(callLines) || !Array.isArray(rest.timeline)) return row;
  const called = Object.values(callLines)
    .flat()
    .sort((a, b) => a.atMs - b.atMs);
  let next = 0;
  const timeline = rest.timeline.flatMap((line: TimelineEntry) => {
    const from = next;
    while (next < called.length && (called[next]?.atMs ?? 0) <= line.atMs) next += 1;
    return [...called.slice(from, next), line];
  });
  return { ...rest, timeline: [...timeline, ...called.slice(next)].slice(-newest) } as unknown as Row;
};
