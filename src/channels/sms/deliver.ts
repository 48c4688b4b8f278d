import { dayMs, hourMs } from '../../domain/timings';
import type { Deliver, DeliveryDeps } from '../channel';
import { createSendingRoom } from '../sending-room';
import type { SmsGateway } from './gateway';
import { smsParts } from './parts';
import { textOf } from './text';

/** A try is a message that the gateway takes, within what the issuer may cost in a day. */
export const createSmsDelivery = (
  gateway: SmsGateway,
  partsPerDay: number,
  { nowMs, dayCounts }: Pick<DeliveryDeps, 'nowMs' | 'dayCounts'>,
): Deliver<{ readonly number: string; readonly language?: string | undefined }> => {
  const inRoom = createSendingRoom(atOnceMax, nowMs);
  return (delivery) =>
    inRoom(delivery.order.issuerId, async () => {
      const text = textOf(delivery);
      const count = { name: `sms/${delivery.order.issuerId}`, n: smsParts(text), at: new Date(nowMs()) };
      if (!(await dayCounts.take({ ...count, limit: partsPerDay }))) {
        const untilTomorrowMs = dayMs - (nowMs() % dayMs);
        return { kind: 'not_tried', reason: 'day_limit', delayMs: Math.min(untilTomorrowMs, hourMs) };
      }
      const message = { id: delivery.messageId, to: delivery.terminal.number, text };
      const answer = await gateway.send(message, delivery.signal);
      const { status, tookMs } = answer;
      if (answer.isTaken) return { kind: 'delivered', state: 'sent', status, tookMs };
      // What was refused costs nothing.
      await dayCounts.giveBack(count);
      const { problem, isFinal, retryAfterMs } = answer;
      return {
        kind: 'failed',
        status,
        problem,
        isFinal,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        tookMs,
      };
    });
};

/** A gateway that answers nothing holds each for eight seconds, of the 200 calls out that a worker runs at once. */
const atOnceMax = 60;
