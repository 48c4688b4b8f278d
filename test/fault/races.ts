import type { PlannedOrder } from './plan';

/** Calls about one order that exclude each other, sent at once while processes are killed. */
export const races = [
  'redeem_against_void',
  'replace_against_redeem',
  'void_against_delivery',
  'decision_against_time_out',
  'settle_twice',
] as const;
export type Race = (typeof races)[number];

export const isRace = (behaviour: string): behaviour is Race => (races as readonly string[]).includes(behaviour);

export const racedUses = 3;

const delivering = ['push-hook', 'races', 'push-mail', 'push-sms'] as const;

/** Beside the random plan, so that a seed places the same orders as before. */
export const planRaces = (name: string, count: number, overMs: number): PlannedOrder[] =>
  Array.from({ length: count }, (_, n): PlannedOrder => {
    const behaviour = races[n % races.length] as Race;
    const turn = Math.floor(n / races.length);
    const isDelivered = behaviour === 'void_against_delivery';
    return {
      orderNo: `${name}-${n}`,
      issuerId: isDelivered ? (delivering[turn % delivering.length] as string) : 'races',
      behaviour,
      quantity: 2,
      value: 1_000,
      placeAtMs: Math.round((overMs * n) / count),
      paidReplies: [],
      codeReplies: [],
      eventReplies: [],
      // The next try is of another message, without what is void.
      terminalReplies: isDelivered ? ['status_500'] : [],
      mailReplies: isDelivered ? ['status_451'] : [],
    };
  });
