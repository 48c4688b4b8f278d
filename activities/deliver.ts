import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { DeliveryOutcome } from '../src/channels/channel';
import type { ConfiguredChannels } from '../src/channels/configured-channels';
import { openCodes } from '../src/channels/open-codes';
import { circuitOf } from '../src/channels/terminals';
import type { OrderName } from '../src/domain/ids';
import type { TimelineEntry } from '../src/domain/messages';
import { ownMessageId } from '../src/first-interface/message-id';
import { deliveryDelayMs, deliveryRoundMs, lengthenedDelayMs } from '../src/outbound/schedule';
import type { PlatformKeys } from '../src/sealing/platform-keys';
import type { OrderRow } from '../src/store/orders';
import { type CallsOut, notTried, rowOf, triesOf } from './call-issuer';

export interface Delivery extends OrderName {
  readonly n: number;
  readonly atMs: number;
}

/** What the order learns: the last outcome, and how often the terminal was tried in all. */
export interface DeliveryResult {
  readonly kind: 'delivered' | 'undeliverable';
  readonly tries: number;
  readonly problem?: string;
}

/** Gives the codes to a terminal that must be called. Codes are opened here and in the pick-up page, nowhere else. */
export const createDeliver = (
  deps: CallsOut & { readonly keys: PlatformKeys; readonly channels: ConfiguredChannels },
) => {
  const deliverers = deps.channels.deliverers({
    outbound: deps.outbound,
    signingKeys: deps.keys.delivery.signing,
    nowMs: deps.nowMs,
  });
  return {
    deliverCodes: async (delivery: Delivery): Promise<DeliveryResult> => {
      const [row, held] = await Promise.all([rowOf(deps, delivery), deps.orderDeps.codes.accepted(delivery)]);
      const { channel } = row.terminal;
      const deliver = deliverers.get(channel);
      const messageId = ownMessageId(delivery, 'delivery', delivery.n);
      const failedTries = triesOf(row, 'delivery_tried', messageId);
      if (!deliver) return untried(deps, delivery, messageId, row, 'channel_not_configured');
      // The database is of an older moment than the engine: part of an order must not pass for all of it.
      if (held.length < row.facts.issued) return untried(deps, delivery, messageId, row, 'codes_missing');
      const outcome = await deliver({
        order: row,
        terminal: row.terminal,
        circuit: circuitOf(row.issuerId, row.terminal),
        messageId,
        atMs: delivery.atMs,
        codes: openCodes(deps.ring, row, held),
        signal: cancellationSignal(),
      });
      deps.meter.delivery(channel, outcome.kind, outcome.kind === 'not_tried' ? 0 : outcome.tookMs);
      if (outcome.kind === 'not_tried') {
        // A circuit that stays open, or a crowd before it: a person may know another terminal.
        const endMs = activityInfo().scheduledTimestampMs + deliveryRoundMs(await delaysOf(deps, row));
        if (deps.nowMs() > endMs) return untried(deps, delivery, messageId, row, outcome.reason);
        throw notTried(outcome.reason, 'the terminal was not tried', outcome.delayMs);
      }
      const tries = row.facts.delivery.tries + 1;
      await deps.orderDeps.orders.recordTry(
        delivery,
        [deliveryEntry(messageId, failedTries + 1, tries, outcome, deps.nowMs())],
        { deliveryTries: tries },
      );
      if (outcome.kind === 'delivered') return { kind: 'delivered', tries };
      const delayMs = deliveryDelayMs(failedTries + 1, await delaysOf(deps, row));
      if (outcome.isFinal || delayMs === undefined) {
        return { kind: 'undeliverable', tries, problem: outcome.problem };
      }
      throw ApplicationFailure.create({
        type: 'terminal_failed',
        message: `delivery try ${tries}: ${outcome.problem}`,
        nextRetryDelay: lengthenedDelayMs(delayMs, outcome.retryAfterMs),
      });
    },
  };
};

const delaysOf = async ({ issuers, orderDeps }: CallsOut, { issuerId, product }: OrderRow) => {
  const issuer = await issuers.findEver(issuerId);
  return issuer ? (await orderDeps.settings.effectiveFor(issuer, product.id)).deliveryDelaysSeconds : undefined;
};

/** The terminal was not called, and waiting for that changes nothing: a person looks. */
const untried = async (
  { orderDeps, nowMs }: CallsOut,
  delivery: Delivery,
  messageId: string,
  { facts }: OrderRow,
  problem: string,
): Promise<DeliveryResult> => {
  const atMs = nowMs();
  // Without its message: it is not one of that message's tries.
  const detail = { ok: false, problem };
  const line: TimelineEntry = { key: `${messageId}.${problem}.${atMs}`, atMs, event: 'delivery_tried', detail };
  await orderDeps.orders.recordTry(delivery, [line]);
  return { kind: 'undeliverable', tries: facts.delivery.tries, problem };
};

const deliveryEntry = (
  messageId: string,
  tryNumber: number,
  tries: number,
  outcome: Exclude<DeliveryOutcome, { kind: 'not_tried' }>,
  nowMs: number,
): TimelineEntry => ({
  key: `${messageId}.${tries}`,
  atMs: nowMs,
  event: 'delivery_tried',
  detail: {
    message: messageId,
    try: tryNumber,
    ok: outcome.kind === 'delivered',
    ...(outcome.status > 0 ? { status: outcome.status } : {}),
    ...(outcome.kind === 'failed' ? { problem: outcome.problem } : {}),
    tookMs: outcome.tookMs,
  },
});
