import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { createSlots } from '../src/bounded/slots';
import { ownLogo } from '../src/branding/logo';
import type { DeliveryOutcome, Seller } from '../src/channels/channel';
import type { ConfiguredChannels } from '../src/channels/configured-channels';
import { terminalOfOrder } from '../src/channels/kept-terminal';
import { openCodes } from '../src/channels/open-codes';
import { type CodesPart, partsOf } from '../src/channels/parts';
import { circuitOf, codesPerMessage, hasPage, hasReceipts } from '../src/channels/terminals';
import type { Code } from '../src/contract/code';
import { isTestIssuer, type OrderName } from '../src/domain/ids';
import { endedCount, isGood, itemCount, itemOf } from '../src/domain/items';
import type { TimelineEntry } from '../src/domain/messages';
import { type DeliveryMessage, isClosed, type OrderFacts } from '../src/domain/order';
import { deliveryMessageId, ownMessageId } from '../src/first-interface/message-id';
import { createPutOff } from '../src/outbound/put-off';
import { deliveryDelayMs, deliveryRoundMs, lengthenedDelayMs } from '../src/outbound/schedule';
import { createInboxDelivery } from '../src/sandbox/inbox';
import { openSecrets } from '../src/sealing/issuer-secrets';
import { SealBroken } from '../src/sealing/key-ring';
import type { PlatformKeys } from '../src/sealing/platform-keys';
import { namedByItems, redeliveryIn } from '../src/second-interface/after-sale/start-after-sale';
import { changeRow } from '../src/second-interface/change-row';
import { codesInPlace } from '../src/second-interface/codes-in-place';
import { pickupUrl } from '../src/second-interface/place-order';
import { bringAllWaiting } from '../src/second-interface/waiting-messages';
import type { DayCounts } from '../src/store/day-counts';
import { type IssuerRow, liveSecrets } from '../src/store/issuers';
import { type OrderRow, viewVersion } from '../src/store/orders';
import type { SandboxInbox } from '../src/store/sandbox-inbox';
import { type CallsOut, linesOf, notTried, rowOf, sellerOf, tampered } from './call-issuer';

export interface Delivery extends OrderName {
  readonly n: number;
  readonly atMs: number;
  /** Only these, in place of others: a message of its own. */
  readonly itemIds?: readonly string[];
}

/** What the terminal hears of codes that it has. */
export interface VoidNotice extends OrderName {
  readonly n: number;
  readonly atMs: number;
  readonly itemIds: readonly string[];
}

/** What the order learns: the last outcome, and how often the terminal was tried in all. */
export interface DeliveryResult {
  readonly kind: 'delivered' | 'undeliverable';
  readonly tries: number;
  readonly problem?: string;
  /** Taken by a server on the way to the buyer; left out: the terminal has the codes. */
  readonly state?: 'sent';
}

/** In memory at once, each of 200 codes, which may be a megabyte. */
const codesPerPart = 200;
const openedPartsMax = 200;
/** No part is begun after so long: one try takes up to 8 s, and the engine gives the whole run up after 15. */
const partsBegunWithinMs = 5_000;
const atOnceMs = 1;
/** Until the order has judged what waits for it: the engine may be slow yet. */
const waitingMs = 1_000;

/** Gives the codes to a terminal that must be called. Codes are opened here and in the pick-up page, nowhere else. */
export const createDeliver = (
  deps: CallsOut & {
    readonly keys: PlatformKeys;
    readonly channels: ConfiguredChannels;
    readonly dayCounts: DayCounts;
    readonly sandboxInbox: SandboxInbox;
  },
) => {
  const deliverers = deps.channels.deliverers({
    outbound: deps.outbound,
    signingKeys: deps.keys.delivery.signing,
    dayCounts: deps.dayCounts,
    nowMs: deps.nowMs,
  });
  const inboxDelivery = createInboxDelivery({ ...deps, inbox: deps.sandboxInbox });
  const delivererOf = (issuerId: string, channel: string) =>
    (isTestIssuer(issuerId) ? inboxDelivery(channel) : undefined) ?? deliverers.get(channel);
  const opened = createSlots(openedPartsMax, isTestIssuer);
  const putOffMs = createPutOff({ nowMs: deps.nowMs });

  const deliverCodes = async (delivery: Delivery, row: OrderRow): Promise<Came> => {
    // Also where a user of the engine begins a delivery: what was void with the order goes to nobody.
    if (isClosed(row.facts.state)) return untried(deps, delivery, row, 'codes_void');
    const isAfterClose = row.facts.state === 'delivered';
    // A newer redelivery, which has a run of its own, sends the same codes under another name.
    const isOutdated = isAfterClose && !delivery.itemIds && (row.facts.deliveryMessage?.n ?? 1) > delivery.n;
    if (isOutdated) return { kind: 'delivered', tries: row.facts.delivery.tries, isOutdated };
    const { codes: held, lacksSome } = await codesInPlace(deps.orderDeps, row).catch((error: unknown) => {
      throw error instanceof SealBroken ? tampered(deps.log, `codes of order ${row._id}`) : error;
    });
    const { channel } = row.terminal;
    const deliver = delivererOf(row.issuerId, channel);
    if (!deliver) return untried(deps, delivery, row, 'channel_not_configured');
    // The database is of an older moment than the engine: part of an order must not pass for all of it.
    if (lacksSome) return untried(deps, delivery, row, 'codes_missing');
    const issuer = await sellerOf(deps, row.issuerId);
    const delays = issuer
      ? (await deps.orderDeps.settings.effectiveFor(issuer, row.product.id)).deliveryDelaysSeconds
      : undefined;
    const good = held.filter(({ itemId }) => isGood(itemOf(row.facts, itemId)));
    const wanted = delivery.itemIds && new Set(delivery.itemIds);
    const codes = wanted ? good.filter(({ itemId }) => wanted.has(itemId)) : good;
    if (codes.length === 0 && held.length > 0) return untried(deps, delivery, row, 'codes_void');
    const common = {
      ...(wanted ? { replaces: replacedBy(row.facts, wanted) } : {}),
      order: row,
      seller: await shownSeller(deps, row, issuer),
      pickupUrl: pickupUrl(deps.orderDeps, row.baseUrl, row),
      terminal: terminalOfOrder(deps.ring, row),
      circuit: circuitOf(row.issuerId, row.terminal),
      atMs: delivery.atMs,
      issuerSecrets: issuerSecretsOf(deps, issuer),
      signal: cancellationSignal(),
    };

    const tryPart = async (messageId: string, { codes, part }: CodesPart<Code>): Promise<Tried> => {
      if (hasReceipts(row.terminal)) {
        await deps.orderDeps.orders.noteMessage(delivery, messageId, roundMark());
      }
      const message = { ...common, messageId, codes, ...(part ? { part } : {}) };
      const first = await deliver({ ...message, isPastCircuit: false });
      if (first.kind !== 'not_tried') return { outcome: first, isLast: first.kind === 'failed' && first.isFinal };
      deps.meter.of(row).delivery(channel, 'not_tried', 0);
      const endMs = activityInfo().scheduledTimestampMs + deliveryRoundMs(delays);
      const isWaitedFor = first.reason === 'breaker_open' && deps.nowMs() > endMs;
      if (!isWaitedFor) throw notTried(first.reason, 'the terminal was not tried', first.delayMs);
      // A circuit that stays open may be another order's doing: no person is asked before this one was really tried.
      const outcome = await deliver({ ...message, isPastCircuit: true });
      if (outcome.kind === 'not_tried') {
        throw notTried(outcome.reason, 'the terminal was not tried', outcome.delayMs);
      }
      return { outcome, isLast: true };
    };

    const beganMs = deps.nowMs();
    let { tries } = row.facts.delivery;
    let isSent = false;
    for (const piece of partsOf(openCodes(deps.ring, row, codes), codesPerMessage(row.terminal))) {
      const messageId = wanted
        ? ownMessageId(delivery, 'replacement', `${codes.map(({ itemId }) => itemId).join()}.${piece.part?.n ?? 1}`)
        : deliveryMessageId(delivery, messageName(delivery, row.facts), piece.part?.n);
      const lines = linesOf(row, 'delivery_tried', messageId).filter(({ key }) => key.endsWith(roundMark()));
      if (lines.some(({ detail }) => detail.ok === true)) continue;
      if (deps.nowMs() - beganMs > partsBegunWithinMs) {
        throw notTried('parts_left', 'more parts follow at once', atOnceMs);
      }
      if (await bringAllWaiting(deps.orderDeps, delivery)) {
        throw notTried('message_waits', 'what was taken before this try is judged first', waitingMs);
      }
      if (!(await isStillDue(deps, row, piece.codes))) {
        throw notTried('order_changed', 'codes became void, or the terminal another one', atOnceMs);
      }
      const { outcome, isLast } = await tryPart(messageId, piece);
      deps.meter.of(row).delivery(channel, outcome.kind, outcome.tookMs);
      tries += 1;
      await deps.orderDeps.orders.recordTry(
        delivery,
        [deliveryEntry(messageId, lines.length + 1, tries, piece, outcome, deps.nowMs())],
        { deliveryTries: tries },
      );
      if (outcome.kind === 'delivered') {
        isSent = outcome.state === 'sent';
        continue;
      }
      const delayMs = deliveryDelayMs(lines.length + 1, delays);
      if (isLast || delayMs === undefined) {
        return { kind: 'undeliverable', tries, problem: outcome.problem };
      }
      throw ApplicationFailure.create({
        type: 'terminal_failed',
        message: `delivery try ${tries}: ${outcome.problem}`,
        nextRetryDelay: lengthenedDelayMs(delayMs, outcome.retryAfterMs),
      });
    }
    return { kind: 'delivered', tries, ...(isSent ? { state: 'sent' } : {}) };
  };

  /** What no workflow of the order sees is written here; then it is not due any more, whatever became of its workflow. */
  const writeOutcome = async (delivery: Delivery, row: OrderRow, result: DeliveryResult): Promise<void> => {
    const { orders } = deps.orderDeps;
    const { itemIds } = delivery;
    if (row.facts.state === 'delivered') {
      if (result.kind === 'undeliverable' && result.problem !== 'codes_void') {
        // Codes in place of others are nowhere else; a message that is sent again has been taken once.
        if (itemIds) await changeRow(deps.orderDeps, row, lost(result.tries));
        await orders.setDeliveryState(delivery, 'failed');
      }
      if (result.kind === 'delivered' && !itemIds) {
        await orders.setDeliveryState(delivery, result.state ?? 'delivered', row.redeliveredAt);
      }
    }
    const { workflowExecution } = activityInfo();
    const name = itemIds
      ? namedByItems(deps.orderDeps, 'replacement', itemIds)
      : redeliveryIn(delivery, workflowExecution?.workflowId);
    if (name !== undefined) await orders.endAfterSale(delivery, name);
  };

  const tellVoid = async (notice: VoidNotice, row: OrderRow): Promise<DeliveryResult['kind']> => {
    const deliver = deps.channels.tellsVoid(row.terminal.channel) && deliverers.get(row.terminal.channel);
    const messageId = ownMessageId(notice, 'void', notice.itemIds.join());
    const lines = linesOf(row, 'delivery_tried', messageId);
    if (!deliver || notice.itemIds.length === 0 || lines.some(({ detail }) => detail.ok === true)) return 'delivered';
    const issuer = await sellerOf(deps, row.issuerId);
    const outcome = await deliver({
      order: row,
      seller: { name: issuer?.name ?? row.issuerId, codeInMessage: false },
      terminal: terminalOfOrder(deps.ring, row),
      circuit: circuitOf(row.issuerId, row.terminal),
      messageId,
      atMs: notice.atMs,
      codes: [],
      voidItemIds: notice.itemIds,
      issuerSecrets: issuerSecretsOf(deps, issuer),
      isPastCircuit: false,
      signal: cancellationSignal(),
    });
    if (outcome.kind === 'not_tried') throw notTried(outcome.reason, 'the terminal was not tried', outcome.delayMs);
    // Waits before an open circuit are no tries: the engine's own number counts them too.
    const tryNumber = lines.length + 1;
    const line = deliveryEntry(messageId, tryNumber, tryNumber, {}, outcome, deps.nowMs());
    await deps.orderDeps.orders.recordTry(notice, [line]);
    if (outcome.kind === 'delivered') return 'delivered';
    const delayMs = deliveryDelayMs(tryNumber);
    if (outcome.isFinal || delayMs === undefined) return 'undeliverable';
    throw ApplicationFailure.create({
      type: 'terminal_failed',
      message: `try ${tryNumber} to tell what is void: ${outcome.problem}`,
      nextRetryDelay: lengthenedDelayMs(delayMs, outcome.retryAfterMs),
    });
  };

  return {
    /** One run tries each part that was not taken yet, in turn, until one fails or the run's time is over. */
    deliverCodes: async (delivery: Delivery): Promise<DeliveryResult> => {
      const row = await rowOf(deps, delivery);
      const { issuerId } = row;
      const parts = 1 + Math.floor(itemCount(row.facts) / codesPerPart);
      if (opened.take(issuerId, openedPartsMax, parts) !== 'taken') {
        throw notTried('over_limit', 'as many codes are delivered as may be', putOffMs(issuerId));
      }
      const { isOutdated, ...result } = await deliverCodes(delivery, row).finally(() =>
        opened.giveBack(issuerId, parts),
      );
      if (!isOutdated) await writeOutcome(delivery, row, result);
      return result;
    },

    /** Tried as a delivery is; a terminal that keeps no codes is not told. */
    tellVoid: async (asked: VoidNotice): Promise<Pick<DeliveryResult, 'kind'>> => {
      const row = await rowOf(deps, asked);
      // Also where a user of the engine begins it: of a good code no terminal hears that it is void.
      const notice = { ...asked, itemIds: asked.itemIds.filter((itemId) => isEnded(row.facts, itemId)) };
      const kind = await tellVoid(notice, row);
      if (kind === 'undeliverable') await deps.orderDeps.orders.noteVoidUntaken(notice);
      await deps.orderDeps.orders.endAfterSale(notice, namedByItems(deps.orderDeps, 'void', notice.itemIds));
      return { kind };
    },
  };
};

/** `isOutdated`: a newer redelivery sends the same codes, and says what became of them. */
type Came = DeliveryResult & { readonly isOutdated?: boolean };

const isEnded = (facts: OrderFacts, itemId: string): boolean => isClosed(facts.state) || !isGood(itemOf(facts, itemId));

/** With fewer codes than its message was made with, or beside a newer one, it is another message. */
const messageName = ({ n }: Delivery, facts: OrderFacts): number | string => {
  const made: Partial<DeliveryMessage> = facts.deliveryMessage ?? { n: 1 };
  const ended = endedCount(facts);
  return made.n === n && (made.ended ?? 0) === ended ? n : `${n}-${ended}`;
};

/** From the answer to a void or a corrected terminal on no attempt begins as before: the row was read ahead of the parts. */
const isStillDue = async (deps: CallsOut, row: OrderRow, codes: readonly Code[]): Promise<boolean> => {
  const newest = (await deps.orderDeps.orders.versionsOf([row._id])).get(row._id);
  if (newest === viewVersion(row)) return true;
  const { facts, terminal } = await rowOf(deps, row);
  if (isClosed(facts.state) || terminal.mac !== row.terminal.mac) return false;
  return codes.every(({ itemId }) => isGood(itemOf(facts, itemId)));
};

const lost = (tries: number) => async () => ({ message: { kind: 'undeliverable', tries } as const, itemIds: [] });

const replacedBy = (facts: OrderFacts, itemIds: ReadonlySet<string>) =>
  (facts.items ?? []).flatMap(({ itemId, replaces }) =>
    replaces !== undefined && itemIds.has(itemId) ? [{ itemId: replaces, by: itemId }] : [],
  );

const shownSeller = async ({ issuers }: CallsOut, row: OrderRow, issuer: IssuerRow | null): Promise<Seller> => {
  const branding = issuer?.branding;
  const isShown = branding?.logoHash !== undefined && hasPage(row.terminal);
  return {
    name: branding?.displayName ?? issuer?.name ?? row.issuerId,
    branding,
    logo: isShown ? ownLogo(branding, await issuers.logoOf(row.issuerId)) : undefined,
    codeInMessage: issuer?.codeInMessage ?? false,
  };
};

interface Tried {
  readonly outcome: Exclude<DeliveryOutcome, { kind: 'not_tried' }>;
  /** Whatever the schedule says: this was the try that decides. */
  readonly isLast: boolean;
}

/** Ends the keys of the lines of one delivery: the same over its retries, another one when a person has it done again. */
const roundMark = (): string => {
  const { workflowExecution, activityId } = activityInfo();
  return `.${(workflowExecution?.runId ?? '').slice(-12)}.${activityId}`;
};

const issuerSecretsOf = ({ ring, nowMs }: CallsOut, issuer: IssuerRow | null): string[] =>
  issuer?.signDeliveriesWithIssuerSecret ? openSecrets(ring, issuer._id, liveSecrets(issuer.secrets, nowMs())) : [];

/** The terminal was not called, and waiting for that changes nothing: a person looks. */
const untried = async (
  { orderDeps, nowMs }: CallsOut,
  delivery: Delivery,
  { facts }: OrderRow,
  problem: string,
): Promise<DeliveryResult> => {
  const atMs = nowMs();
  // Without its message: it is not one of that message's tries.
  const detail = { ok: false, problem };
  const key = `${deliveryMessageId(delivery, delivery.n)}.${problem}.${atMs}`;
  await orderDeps.orders.recordTry(delivery, [{ key, atMs, event: 'delivery_tried', detail }]);
  return { kind: 'undeliverable', tries: facts.delivery.tries, problem };
};

const deliveryEntry = (
  messageId: string,
  tryNumber: number,
  tries: number,
  { part }: Pick<CodesPart<Code>, 'part'>,
  outcome: Tried['outcome'],
  nowMs: number,
): TimelineEntry => ({
  key: `${messageId}.${tries}${roundMark()}`,
  atMs: nowMs,
  event: 'delivery_tried',
  detail: {
    message: messageId,
    try: tryNumber,
    ...(part ? { part: part.n, of: part.of } : {}),
    ok: outcome.kind === 'delivered',
    ...(outcome.status > 0 ? { status: outcome.status } : {}),
    ...(outcome.kind === 'failed' ? { problem: outcome.problem } : {}),
    tookMs: outcome.tookMs,
  },
});
