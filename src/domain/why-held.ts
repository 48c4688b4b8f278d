/** What keeps an order from going on, beside what it waits for by itself: told to operators in plain sentences. */
export type HoldReason = 'held' | 'breaker_open' | 'over_limit';

/** A call out that is not made for now. */
export interface HeldCall {
  readonly reason: HoldReason;
  readonly to: 'issuer' | 'terminal';
  readonly nextTryAtMs?: number;
}

export const holdReasons: readonly string[] = ['held', 'breaker_open', 'over_limit'] satisfies HoldReason[];

export const whyHeld = ({ reason, to, nextTryAtMs }: HeldCall): string => {
  const next = nextTryAtMs === undefined ? '' : `; the next try is at ${new Date(nextTryAtMs).toISOString()}`;
  switch (reason) {
    case 'held':
      return `Held: the issuer is paused, so that nothing is sent to it${next}.`;
    case 'breaker_open':
      return `Held: calls to the ${to} failed so often that none is made for now${next}.`;
    case 'over_limit':
      return `Held: as many calls to the ${to} run as may run at once${next}.`;
    default:
      return reason satisfies never;
  }
};

export const whyStuck = (isAfterSale: boolean): string =>
  `${isAfterSale ? 'What an operator did after its end' : 'Its workflow'} cannot go on: the code that runs it is unfit. It goes on where it stood once a mended worker runs; nothing is lost.`;

export const whyGivenUp = 'The issuer was not told an event: all tries failed. It can still read the order.';
