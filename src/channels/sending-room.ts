import { createSlots } from '../bounded/slots';
import { isTestIssuer } from '../domain/ids';
import { createPutOff } from '../outbound/put-off';
import type { DeliveryOutcome } from './channel';

/** Messages that one worker hands over at once to a server that all issuers' messages go to; what finds no room comes again. */
export const createSendingRoom = (atOnceMax: number, nowMs: () => number) => {
  const slots = createSlots(atOnceMax, isTestIssuer);
  const putOffMs = createPutOff({ nowMs });
  return async (issuerId: string, send: () => Promise<DeliveryOutcome>): Promise<DeliveryOutcome> => {
    if (slots.take(issuerId) !== 'taken') {
      return { kind: 'not_tried', reason: 'over_limit', delayMs: putOffMs(issuerId) };
    }
    return send().finally(() => slots.giveBack(issuerId));
  };
};
