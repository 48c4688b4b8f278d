import type { RowReader } from '../bounded/row-reader';
import { someAtOnce } from '../bounded/some-at-once';
import type { GivenMessage } from '../contract/issuer/messages';
import { isUnderItsName } from '../domain/ids';
import {
  type Giving,
  givableAtMs,
  type KeptMessage,
  linesOfKind,
  markOf,
  messagesToGive,
} from '../domain/kept-message';
import type { TimelineEntry } from '../domain/messages';
import { answerLimitMs, dayMs, heldCallDelayMs } from '../domain/timings';
import { type KeyRing, SealBroken } from '../sealing/key-ring';
import { openOrder, ownMessages } from '../sealing/order-row';
import type { OrderRow, PendingEvent } from '../store/orders';
import type { GivableRow, PullQueue } from '../store/pull-queue';
import { messageOf } from './kept-messages';
import { ownMessageId } from './message-id';
import { eventMessage } from './messages';

/** An event is given no longer. */
export const eventKeptMs = 30 * dayMs;

/** Rows that are written at once for one reader. */
const atOnceMax = 8;
/** Rows may have nothing that is still needed: so often the next ones are looked at for one answer. */
const looksMax = 5;

interface Giver {
  readonly rowReader: RowReader;
  readonly queue: PullQueue;
  readonly ring: KeyRing;
  readonly isUntouched: (row: OrderRow) => Promise<boolean>;
  readonly nowMs: () => number;
}

/** Gives an issuer that fetches its messages those that wait, each to this reader alone for a minute. */
export const giveMessages = async (giver: Giver, issuerId: string, limit: number): Promise<GivenMessage[]> => {
  const given: GivenMessage[] = [];
  for (let n = 0; n < looksMax && given.length < limit; n += 1) {
    const due = await giver.queue.due(issuerId, giver.nowMs(), limit);
    // Whoever writes to the database may have put another one's order into the queue: its token is not for this reader.
    const rows = due.filter((row) => row.issuerId === issuerId && isUnderItsName(row));
    for (const row of due.filter((one) => !rows.includes(one))) {
      giver.rowReader.leaveOut('orders', row);
      await giver.queue.takeOut(row);
    }
    let left = limit - given.length;
    const read = giver.rowReader.of('orders', (row: GivableRow) =>
      partOf({ ...row, messages: ownIn(giver, row) }, left, giver.nowMs()),
    );
    const parts = rows.map((row) => {
      const part = read(row);
      left -= part ? part.messages.length + part.events.length : 0;
      return { row, part };
    });
    const taken = await someAtOnce(atOnceMax, parts, ({ row, part }) => giveOf(giver, row as OrderRow, part));
    given.push(...taken.flat());
    if (given.length > 0 || due.length < limit) break;
  }
  return given;
};

/** No reader is given another one. Of a row that is not ours all are looked at with it, and none is given. */
const ownIn = ({ ring }: Giver, row: GivableRow): readonly KeptMessage[] => {
  const { messages = [] } = row;
  if (messages.length === 0) return messages;
  try {
    return ownMessages(openOrder(ring, row), messages);
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    return messages;
  }
};

interface Part {
  readonly messages: readonly KeptMessage[];
  readonly events: readonly PendingEvent[];
  readonly nextAtMs: number | undefined;
}

/** What of an order may be given now, at most `limit` of it, and when to look at it again. */
const partOf = (row: GivableRow, limit: number, nowMs: number): Part => {
  const messages = messagesToGive(row.facts, row.messages ?? []);
  const events = row.events.filter(({ status, atMs }) => status === 'pending' && atMs > nowMs - eventKeptMs);
  const waiting = [
    ...messages.map((message) => ({ message, atMs: givableAtMs(message) })),
    ...events.map((event) => ({ event, atMs: eventGivableAtMs(event) })),
  ];
  const due = waiting.filter(({ atMs }) => atMs <= nowMs);
  const now = due.slice(0, limit);
  const later = [...waiting.filter(({ atMs }) => atMs > nowMs), ...due.slice(limit)].map(({ atMs }) => atMs);
  const leases = now.length > 0 ? [givableAtMs({ given: { atMs: nowMs } })] : [];
  const next = [...later, ...leases];
  return {
    messages: now.flatMap((one) => ('message' in one ? [one.message] : [])),
    events: now.flatMap((one) => ('event' in one ? [one.event] : [])),
    nextAtMs: next.length > 0 ? Math.min(...next) : undefined,
  };
};

/** Not before the answer to the call that it follows has left: whoever saw that it has offers the event. */
const eventGivableAtMs = ({ given, after }: PendingEvent): number =>
  given || !after ? givableAtMs({ given }) : after.atMs + answerLimitMs;

const giveOf = async (
  { queue, ring, isUntouched, nowMs }: Giver,
  row: OrderRow,
  part: Part | undefined,
): Promise<GivenMessage[]> => {
  const { messages, events, nextAtMs } = part ?? { messages: [], events: [], nextAtMs: undefined };
  if (!part || (messages.length + events.length > 0 && !(await isUntouched(row)))) {
    const nothing = { messages: new Map(), events: new Map(), lines: [] };
    await queue.give(row, { ...nothing, nextAtMs: nowMs() + heldCallDelayMs });
    return [];
  }
  const atMs = nowMs();
  const next = (given: Giving | undefined) => ({ attempt: (given?.attempt ?? 0) + 1, atMs });
  const token = messages.length > 0 ? openOrder(ring, row).token : '';
  const bodies = messages.flatMap((kept) => {
    const body = messageOf(row, kept, token);
    return body ? [{ kept, body, giving: next(kept.given) }] : [];
  });
  const told = events.map((event) => ({ event, giving: next(event.given) }));
  const isGiven = await queue.give(row, {
    messages: new Map(bodies.map(({ kept, giving }) => [kept.id, giving])),
    events: new Map(told.map(({ event, giving }) => [event.sequence, giving])),
    lines: bodies.flatMap(({ kept, giving }) => givenLine(kept, giving)),
    nextAtMs,
  });
  if (!isGiven) return [];
  return [
    ...bodies.map(({ kept, body, giving }) => ({ id: kept.id, ...body, attempt: giving.attempt })),
    ...told.map(({ event, giving }) => ({
      id: ownMessageId(row, 'event', event.sequence),
      ...eventMessage(row, event),
      attempt: giving.attempt,
    })),
  ];
};

const givenLine = ({ id, kind }: KeptMessage, { attempt, atMs }: Required<Giving>): TimelineEntry[] => {
  const event = linesOfKind[kind].sent;
  return event
    ? [
        {
          key: `${id}.given.${atMs}`,
          atMs,
          event,
          detail: { message: id, try: attempt, fetched: true, ...markOf(kind) },
        },
      ]
    : [];
};
