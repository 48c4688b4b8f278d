import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { IssuedCode, IssuerClient, VoidRequested } from '../../packages/issuer/src';
import type { Race } from './races';

/** An order whose issuer says things about it that exclude each other, all at once. */
export interface RacedOrder {
  readonly orderNo: string;
  readonly token: string;
  readonly client: IssuerClient;
  readonly pickupUrl: string | undefined;
  attempt<T>(send: () => Promise<T>): Promise<T | undefined>;
  newCode(itemId: string): IssuedCode;
}

export const racedItem = 'item-1';
const spreadMs = 400;
const askLimitMs = 30_000;
const reason = 'a race of the fault suite';

type Sends = readonly (() => Promise<unknown>)[];

/** Each starts at a moment of its own within the spread: which comes first is not planned. */
const atOnce = async (sends: Sends): Promise<void> => {
  await Promise.all(sends.map((send) => pause(randomInt(spreadMs)).then(send)));
};

const callsOf = ({ orderNo, token, client, attempt }: RacedOrder) => {
  const about = { orderNo, token };
  return {
    redeem: (redemptionId: string) => () =>
      attempt(() => client.order('redemptions', { ...about, redemptionId, itemId: racedItem, uses: 1 })),
    voidItem: () => attempt(() => client.order('void', { ...about, itemIds: [racedItem], reason })),
    replace: (code: IssuedCode, stillLive: boolean) => () =>
      attempt(() =>
        client.order('replacement', { ...about, reason, replacements: [{ itemId: racedItem, code, stillLive }] }),
      ),
    settle: (settlementId: string, value: number) => () =>
      attempt(() => client.order('refund-settlement', { ...about, settlementId, amount: { value, currency: 'EUR' } })),
    decide: (requestId: string, decision: 'destroyed' | 'refused') => () =>
      attempt(() =>
        client.order('void-decision', {
          ...about,
          requestId,
          decision,
          ...(decision === 'refused' ? { reason: 'other' as const } : {}),
        }),
      ),
  };
};

/** Called once the issuer has heard that the order is delivered. */
export const raceAfterDelivery = async (race: Race, order: RacedOrder): Promise<void> => {
  const { redeem, voidItem, replace, settle } = callsOf(order);
  switch (race) {
    case 'redeem_against_void':
      // More ids than there are uses, and each id twice.
      return atOnce([voidItem, ...['r-1', 'r-2', 'r-3', 'r-4'].flatMap((id) => [redeem(id), redeem(id)])]);
    case 'replace_against_redeem': {
      const code = order.newCode(`${racedItem}-new`);
      const send = replace(code, randomInt(2) === 0);
      return atOnce([send, send, redeem('r-1'), redeem('r-1')]);
    }
    case 'settle_twice':
      await voidItem();
      // Half of the amount is due: not all three fit.
      return atOnce([
        settle('s-1', 300),
        settle('s-1', 300),
        settle('s-2', 300),
        settle('s-2', 300),
        settle('s-3', 200),
      ]);
    case 'decision_against_time_out':
      if (order.pickupUrl) await askForRefund(order.pickupUrl);
      return;
    case 'void_against_delivery':
      return;
    default:
      race satisfies never;
  }
};

/** Called while the codes of the order are on their way in: sent again under a new id until it is void. */
export const voidDuringDelivery = async (order: RacedOrder): Promise<void> => {
  const { voidItem } = callsOf(order);
  for (let n = 0; n < 20; n += 1) {
    await pause(randomInt(spreadMs));
    if (await voidItem()) return;
  }
};

/** Both decisions, about when the time for them is over. */
export const decideAtTheEnd = async (order: RacedOrder, { requestId, decideBy }: VoidRequested): Promise<void> => {
  const { decide } = callsOf(order);
  await pause(Math.max(0, Date.parse(decideBy) - Date.now() - spreadMs / 2));
  await atOnce([decide(requestId, 'destroyed'), decide(requestId, 'refused'), decide(requestId, 'refused')]);
};

/** As the buyer, until it is asked. */
const askForRefund = async (pickupUrl: string): Promise<void> => {
  for (let n = 0; n < 20; n += 1) {
    const status = await fetch(`${pickupUrl}/refund`, {
      method: 'POST',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(askLimitMs),
    }).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200 || status === 409) return;
    await pause(1_000);
  }
};
