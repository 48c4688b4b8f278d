import { z } from 'zod';
import { issuerIdPattern, orderId, orderNoPattern, positionPattern } from '../domain/ids';
import { deliveryStates, isClosed, orderStates } from '../domain/order';

/** What stands in a database may be anything: this far a number of milliseconds is a time. */
const ms = z.number().min(-8.64e15).max(8.64e15);
const count = z.int().min(0);
const text = z.string();
const state = z.enum(orderStates);
const amount = z.object({ value: z.int(), currency: z.string().regex(/^[A-Z]{3}$/) });

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
/** There may be 10,000: each is looked at by whoever needs it. */
const objects = z.custom<readonly object[]>((value) => Array.isArray(value) && value.every(isObject));
const texts = z.custom<readonly string[]>(
  (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
);
/** How many there were, and when, is counted on. */
const events = z.custom<readonly object[]>(
  (value) =>
    Array.isArray(value) &&
    value.every((one) => isObject(one) && [one.sequence, one.atMs].every((n) => n === undefined || Number.isFinite(n))),
);
const isTime = (value: unknown): boolean => typeof value === 'number' && Math.abs(value) <= 8.64e15;
const lines = z.custom<readonly object[]>(
  (value) => Array.isArray(value) && value.every((one) => isObject(one) && isTime(one.atMs)),
);
const items = z.custom((value) => Array.isArray(value) && value.every((one) => typeof one?.itemId === 'string'));

const itemSums = z.object({
  ...{ entries: count, replacements: count, void: count, replaced: count, used: count, redeemed: count },
  ...{ unused: count, ending: count, asked: count, askedEntries: count, askedUnused: count },
  /** From, until: without an end the greatest number that is exact. */
  redeemableMs: z.array(z.number()),
});

const voidRequest = z.object({
  requestId: text,
  itemIds: texts.optional(),
  state: z.enum(['open', 'undecided', 'destroyed', 'refused']),
  startedAtMs: ms,
  decideByMs: ms,
  undecided: text,
  holdsItems: z.boolean().optional(),
  endedAtMs: ms.optional(),
});

const facts = z.object({
  state,
  forced: text.optional(),
  advances: objects.optional(),
  version: count,
  quantity: count,
  amount,
  codeMode: z.enum(['request', 'push']),
  channel: text,
  createdAtMs: ms,
  updatedAtMs: ms,
  closedAtMs: ms.optional(),
  verifyWindowMs: ms,
  issueWindowMs: ms,
  lastCallMs: ms.optional(),
  verifyExtensionMs: ms,
  issueExtensionMs: ms,
  failures: count,
  verification: z.object({ verifiedAtMs: ms, issueByMs: ms }).optional(),
  lastCall: z.object({ atMs: ms, outstanding: count, closesByMs: ms, isAnswered: z.boolean().optional() }).optional(),
  issued: count,
  items: items.optional(),
  itemSums: itemSums.optional(),
  voidAtClose: count.optional(),
  short: z.boolean(),
  completed: z.boolean().optional(),
  closedReason: text.optional(),
  refundDueValue: z.int().optional(),
  refundSettledValue: z.int().optional(),
  earlySettlements: objects.optional(),
  delivery: z.object({ state: z.enum(deliveryStates), tries: count }),
  sequence: count,
  ledger: count.optional(),
  renotifications: count,
  deliveryMessage: z.object({ n: count, atMs: ms, ended: count.optional() }).optional(),
  voidRequest: voidRequest.optional(),
  redeliveries: count.optional(),
  redeliveredOn: z.object({ day: count, count }).optional(),
});

/** Nobody gave more codes than were paid for, and no more ended than there were, of which a closed order counts none. */
const isSum = ({ state: now, quantity, issued, itemSums: sums }: z.infer<typeof facts>): boolean =>
  issued <= quantity && (isClosed(now) || !sums || sums.void + sums.replaced <= issued + sums.replacements);

/** Nothing else is a link, whatever a query finds in it. */
const gift = z.strictObject({ n: count, hash: text.optional(), link: count.optional(), message: text.optional() });

const listed = z.object({
  _id: text,
  issuerId: text.regex(issuerIdPattern),
  orderNo: text.regex(orderNoPattern),
  position: text.regex(positionPattern).optional(),
  product: z.object({ id: text, name: text, instructions: text.optional() }),
  quantity: count,
  amount,
  metadata: z.array(z.tuple([text, text])),
  payment: z.object({ id: text, paidAt: text.optional(), payer: text.optional() }).optional(),
  terminal: z.looseObject({ channel: text }),
  createdAt: z.date(),
  state,
  receipt: z.object({ event: z.enum(['delivered', 'bounced']), atMs: ms }).optional(),
  deliveredAt: z.date().optional(),
  bouncedAt: z.date().optional(),
  eventsGivenUpAt: z.date().optional(),
  voidWaits: z.object({ state: z.enum(['open', 'undecided']), at: z.date() }).optional(),
  /** What a purge leaves is no order. */
  purgedAt: z.undefined().optional(),
  facts: facts.refine(isSum),
  itemSums: itemSums.optional(),
  gift: gift.optional(),
  timeline: lines.optional(),
  callLines: z.record(z.string(), lines).optional(),
  events: events.optional(),
  messages: objects.optional(),
});

const sampled = listed.pick({ issuerId: true, orderNo: true, state: true, createdAt: true, deliveredAt: true }).extend({
  position: text,
  callsTriedAgain: count,
  facts: facts.pick({ verification: true, failures: true, closedReason: true, updatedAtMs: true, delivery: true }),
});

const sold = listed
  .pick({ issuerId: true, state: true, createdAt: true, product: true, amount: true })
  .extend({ position: text, facts: facts.pick({ refundDueValue: true }) });

const owed = z.object({
  amount: amount.pick({ currency: true }),
  facts: facts.pick({ refundDueValue: true, refundSettledValue: true }),
});

const part = listed.partial();

interface Named {
  readonly _id?: unknown;
  readonly issuerId?: unknown;
  readonly orderNo?: unknown;
}

const flawIn = (shape: z.ZodType, row: object): string | undefined => {
  const { error } = shape.safeParse(row);
  return error ? `${error.issues[0]?.path.join('.')} is not what it should be` : undefined;
};

/** Asked by whoever reads rows of orders for others: a list, a file, a sum, a job. Facts are read whole, or not at all. */
export const flawOfOrder = (row: Named): string | undefined => {
  const { _id, issuerId, orderNo } = row;
  const flaw = flawIn('facts' in row ? listed : part, row);
  if (flaw !== undefined || typeof issuerId !== 'string' || typeof orderNo !== 'string') return flaw;
  return _id === orderId({ issuerId, orderNo }) ? undefined : 'it has the name of another order';
};

/** The same of what some sums read. */
export const isSampled = (row: object): boolean => flawIn(sampled, row) === undefined;
export const isSold = (row: object): boolean => flawIn(sold, row) === undefined;
export const isOwed = (row: object): boolean => flawIn(owed, row) === undefined;
