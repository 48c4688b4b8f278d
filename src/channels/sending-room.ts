import { createSlots } from '../bounded/slots';
import { createPutOff } from '../outbound/put-off';
import type { DeliveryOutcome } from './channel';

/** Of a server that all issuers' messages go to: one issuer leaves some of the room to others. */
const ofOneShare = 3 / 4;

/** Messages that one worker hands over at once; what finds no room comes again. */
export const createSendingRoom = (atOnceMax: number, nowMs: () => number) => {
  const slots = createSlots(atOnceMax);
  const putOffMs = createPutOff({ nowMs });
  return async (issuerId: string, send: () => Promise<DeliveryOutcome>): Promise<DeliveryOutcome> => {
    if (slots.take(issuerId, atOnceMax * ofOneShare) !== 'taken') {
      return { kind: 'not_tried', reason: 'over_limit', delayMs: putOffMs(issuerId) };
    }
    return send().finally(() => slots.giveBack(issuerId));
  };
};
