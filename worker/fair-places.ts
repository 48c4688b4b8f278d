import type { Context } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { notTried } from '../activities/call-issuer';
import { createSlots } from '../src/bounded/slots';
import { isTestIssuer, type OrderName, turnOf } from '../src/domain/ids';
import { createPutOff } from '../src/outbound/put-off';

/**
 * Whatever an activity waits for (a call, a function, a mail, the database), it holds a place of its worker: what finds none
 * for its issuer comes again later, and counts as an attempt of the engine: on this queue activities count their own tries,
 * and end by time.
 */
export const fairPlaces = (places: number, nowMs: () => number): ActivityInterceptorsFactory => {
  const slots = createSlots(places, isTestIssuer);
  const putOffMs = createPutOff({ nowMs });
  return ({ info }: Context) => ({
    inbound: {
      execute: async (input, next) => {
        const { issuerId } = (input.args[0] ?? {}) as Partial<OrderName>;
        if (info.isLocal || issuerId === undefined) return next(input);
        if (slots.take(issuerId) !== 'taken')
          throw notTried('over_limit', 'its issuer has as many places as are free', putOffMs(turnOf(issuerId)));
        return next(input).finally(() => slots.giveBack(issuerId));
      },
    },
  });
};
