import type { RowReader } from '../bounded/row-reader';
import { dayLeftMs } from '../domain/days';
import { Failure, type FailureCode, failures } from '../domain/failures';
import { hasRoom, withItems } from '../domain/items';
import { holdsSubmission } from '../domain/judge/codes';
import { decide, isUndoneByTime } from '../domain/judge/decide';
import type { Answer, AskedKind, AskedMessage } from '../domain/messages';
import { isClosed, isFinal, type OrderFacts, verifyByMs } from '../domain/order';
import type { Reply } from '../order-messages/order-messages';
import type { KeyRing } from '../sealing/key-ring';
import type { Codes } from '../store/codes';
import type { Inbox } from '../store/inbox';
import type { Hold, VoidPolicy } from '../store/issuers';
import type { Ledger } from '../store/ledger';
import type { Maintenance } from '../store/maintenance';
import type { OrderSettingsStore } from '../store/order-settings';
import type { OrderRow, Orders } from '../store/orders';
import type { PullQueue } from '../store/pull-queue';
import type { Replays } from '../store/replays';
import type { Asked, OrderGateway } from '../temporal/order-gateway';
import type { AnsweredCalls } from './answered-calls';
import { codesAsked, expectCodesInPlace } from './codes-in-place';
import { startableOrder } from './startable-order';

/** What the operations of this room work with; made once by the api and by the worker. */
export interface OrderDeps {
  readonly orders: Orders;
  readonly codes: Codes;
  readonly inbox: Inbox;
  readonly ledger: Ledger;
  readonly pulls: PullQueue;
  readonly replays: Replays;
  readonly gateway: OrderGateway;
  readonly answered: AnsweredCalls;
  readonly ring: KeyRing;
  readonly fingerprintKey: Uint8Array;
  readonly nowMs: () => number;
  readonly maintenance: Maintenance;
  readonly settings: OrderSettingsStore;
  readonly rowReader: RowReader;
  /** When the issuer was paused: windows in a view stand still meanwhile. */
  readonly holdsOf: (issuerId: string) => Promise<readonly Hold[]>;
  /** How the issuer's refunds are decided; counts from the start of a request. */
  readonly voidPolicyOf: (issuerId: string) => Promise<VoidPolicy>;
}

export interface Judged {
  readonly answer: Answer;
  readonly row: OrderRow;
  /** The order holds codes of this very submission. */
  readonly isHeld: boolean;
  /** The workflow has written view and claims by itself, in the task of this very question. */
  readonly isProjected: boolean;
}

/**
 * Brings a message to its order and writes the view that the verdict leaves, so that a read after the answer shows it.
 * Resolves to 'unavailable' when the engine did not answer in time: then nothing is known.
 *
 * @throws Failure with the verdict's code when the order refuses, `rate_limited` when it has too many questions at once.
 */
export const askOrder = async (
  deps: OrderDeps,
  row: OrderRow,
  updateId: string,
  message: AskedMessage,
): Promise<Judged | 'unavailable'> => {
  if (isFinal(row.facts.state)) return judgeClosed(deps, row, updateId, message);
  let asked = await deps.gateway.ask(row, updateId, message);
  if (asked.kind === 'not_found') {
    // An order that is further than its start is never begun anew: without a workflow it waits for the reconciler.
    const started = row.version > 1 ? 'exists' : await deps.gateway.startOrder(startableOrder(row));
    if (started === 'unavailable') return 'unavailable';
    if (started === 'exists') {
      const newer = await deps.orders.find(row);
      return newer && isFinal(newer.facts.state) ? judgeClosed(deps, newer, updateId, message) : 'unavailable';
    }
    asked = await deps.gateway.ask(row, updateId, message);
  }
  return settle(deps, row, updateId, message, asked);
};

const settle = async (
  deps: OrderDeps,
  row: OrderRow,
  updateId: string,
  message: AskedMessage,
  asked: Asked,
): Promise<Judged | 'unavailable'> => {
  switch (asked.kind) {
    case 'judged': {
      const { answer, entries, isHeld } = asked.reply;
      const facts = await wholeFacts(deps, row, asked.reply);
      if (!facts) return 'unavailable';
      const closed = isFinal(facts.state) ? await closedOtherwise(deps, row, facts) : undefined;
      if (closed) return judgeClosed(deps, closed, updateId, message);
      const isProjected = takesLastCodes(answer) && (await deps.orders.isProjected(row, facts.version));
      if (!isProjected) await deps.orders.writeView(row, facts, entries);
      return { answer, isHeld, isProjected, row: { ...row, facts, state: facts.state, version: facts.version } };
    }
    case 'refused':
      if (message.kind === 'verify' || message.kind === 'codes') {
        await deps.orders.recordTry(row, [unrecorded(updateId, message, asked.code, deps.nowMs())]);
      }
      return { answer: { kind: 'refused', code: asked.code }, row, isHeld: false, isProjected: false };
    case 'busy':
      throw new Failure('rate_limited', { retryAfterSeconds: 1 });
    default:
      return 'unavailable';
  }
};

/** Those of an order of many items by what its row has, or its workflow; undefined: neither tells now. */
const wholeFacts = async (
  { orders, gateway }: Pick<OrderDeps, 'orders' | 'gateway'>,
  row: OrderRow,
  { facts, changed }: Reply,
): Promise<OrderFacts | undefined> => {
  if (!changed) return facts;
  const { since, items } = changed;
  const isBefore = ({ version, updatedAtMs }: OrderFacts): boolean =>
    version === since.version && updatedAtMs === since.updatedAtMs;
  const fromThere = (before: OrderFacts): OrderFacts => ({ ...facts, items: withItems(before, items) });
  if (isBefore(row.facts)) return fromThere(row.facts);
  const newer = await orders.find(row);
  if (newer && isBefore(newer.facts)) return fromThere(newer.facts);
  // Another call of the order wrote its view in between, or is about to.
  return newer && newer.version >= facts.version ? newer.facts : gateway.readFacts(row);
};

/**
 * The engine dropped a task that had closed the row, and repeated it with this question alone: what the row shows counts,
 * and the workflow follows it.
 */
const closedOtherwise = async (deps: OrderDeps, order: OrderRow, facts: OrderFacts): Promise<OrderRow | undefined> => {
  const row = await deps.orders.find(order);
  return row && isFinal(row.facts.state) && row.facts.state !== facts.state ? row : undefined;
};

/** Then the workflow goes on to the delivery at once, and projects within the task that answers. */
const takesLastCodes = (answer: Answer): boolean => answer.kind === 'codes' && answer.outstanding === 0;

/** The workflow has ended: the row holds its last facts, and the same pure function gives the same answers. */
const judgeClosed = async (
  deps: OrderDeps,
  row: OrderRow,
  updateId: string,
  message: AskedMessage,
): Promise<Judged> => {
  const held = asksForItems.has(message.kind) ? await codesAsked(deps, row, message, named(message)) : [];
  const { answer: judged, entries } = decide(row.facts, held, message, deps.nowMs());
  const isHeld = holdsSubmission(held, message);
  if (message.kind === 'codes' && message.isRightToken && !isHeld)
    await expectCodesInPlace(deps, row, message.submissionId);
  // The order took these very codes before it closed, after a 202 or a death: their call hears what it would have heard.
  const answer = judged.kind === 'codes' && isHeld ? { ...judged, isNew: true } : judged;
  // What else changes something its caller has judged once more, from the row, and written with its lines.
  const isJudgedHere = message.kind === 'verify' || message.kind === 'codes';
  if (isJudgedHere && entries.length > 0) {
    await deps.orders.recordTry(
      row,
      entries.map((entry, n) => ({ ...entry, key: `closed.${updateId}.${n}` })),
    );
  }
  return { answer, row, isHeld, isProjected: false };
};

/** Their judges look whether the order has what is named, or at all that it has. */
const asksForItems: ReadonlySet<AskedKind> = new Set(['codes', 'void', 'validity', 'requestVoid']);

/** Left out: all. No order that has ended lacks a code, so that a value under another name is one too many all the same. */
const named = (message: AskedMessage): readonly string[] | undefined => {
  if (message.kind === 'codes') return message.items.map(({ itemId }) => itemId);
  return 'itemIds' in message ? message.itemIds : undefined;
};

/** Refusals that time can undo leave no trace in the workflow; the timeline shows them all the same. */
const unrecorded = (updateId: string, message: AskedMessage, verdict: string, nowMs: number) => ({
  key: `unrecorded.${updateId}.${nowMs}`,
  atMs: nowMs,
  event: message.kind === 'verify' ? ('verification_judged' as const) : ('codes_judged' as const),
  detail: { verdict },
});

/** @throws Failure with the answer's code when the order refused. */
export const expectNotRefused = <A extends Answer>(
  answer: A,
  facts: OrderFacts,
  nowMs: number,
): Exclude<A, { kind: 'refused' }> => {
  if (answer.kind !== 'refused') return answer as Exclude<A, { kind: 'refused' }>;
  const waitMs = waitMsFor(answer.code, facts, nowMs);
  const { code, path, itemIds } = answer;
  throw new Failure(code, {
    ...(failures[code].retryable || isUndoneByTime(answer)
      ? { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)) }
      : {}),
    ...(code === 'order_closed' && !isClosed(facts.state) && !hasRoom(facts) ? { detail: hasNoRoom } : {}),
    ...(path !== undefined ? { errors: [{ path, code, message: messageOf(answer) }] } : {}),
    ...(itemIds !== undefined && itemIds.length > 0 ? { itemIds } : {}),
  });
};

const hasNoRoom = 'The order takes no more of such steps; its codes can still be redeemed by their issuer, and be void';

/** Of a body the judge refuses nothing but the end that codes would get. */
const messageOf = ({ code, itemIds = [] }: Answer & { kind: 'refused' }): string => {
  if (code !== 'body_invalid') return failures[code].title;
  return itemIds.length > 0
    ? 'the codes of itemIds have no end, and get none: name the others in itemIds, or replace them by codes that end'
    : 'must lie in the future, and no earlier than the end that each of the codes has now';
};

const waitMsFor = (code: FailureCode, facts: OrderFacts, nowMs: number): number => {
  if (code === 'verification_locked') return verifyByMs(facts) - nowMs;
  return code === 'rate_limited' ? dayLeftMs(nowMs) : 1_000;
};

export const engineUnavailable = (): Failure =>
  new Failure('unavailable', { detail: 'The order could not be asked in time', retryAfterSeconds: 1 });
