import type { FailureCode } from '../failures';
import type { Answer, OrderMessage } from '../messages';
import type { HeldCode, OrderFacts } from '../order';
import {
  judgeRedemption,
  judgeReplacement,
  judgeReversal,
  judgeSettlement,
  judgeValidity,
  judgeVoid,
} from './after-sale';
import { judgeCodes } from './codes';
import { judgeRedeliver, recordDelivered, recordOpened, recordUndeliverable } from './delivery';
import { type Decision, Ruling } from './ruling';
import { endWindow, judgeCancellation, judgeCompletion, judgeExtend, judgeRefusal, judgeRenotify } from './sale';
import { judgeVerification } from './verification';
import { endVoidTime, judgeVoidDecision, judgeVoidRequest, recordVoidUnknown } from './void-request';

export type { Decision };

/** Refusals that time can undo: thrown by the Update's validator, never recorded, judged anew. */
const undoneByTime: ReadonlySet<FailureCode> = new Set(['not_verified', 'verification_locked', 'rate_limited']);
export const isUndoneByTime = (answer: Answer): boolean => answer.kind === 'refused' && undoneByTime.has(answer.code);

/**
 * The one judge of everything that an order can be asked, before and after its close: by its workflow while it is open,
 * from its row afterwards. Source: rules 2, 3, 6 and 13 to 18 of the protocol.
 */
export const decide = (
  facts: OrderFacts,
  held: readonly HeldCode[],
  message: OrderMessage,
  nowMs: number,
): Decision => {
  const ruling = new Ruling(facts, held, nowMs);
  switch (message.kind) {
    case 'verify':
      return judgeVerification(ruling, message);
    case 'codes':
      return judgeCodes(ruling, message);
    case 'refuse':
      return judgeRefusal(ruling, message);
    case 'cancel':
      return judgeCancellation(ruling, message);
    case 'renotify':
      return judgeRenotify(ruling);
    case 'redeliver':
      return judgeRedeliver(ruling, message);
    case 'extend':
      return judgeExtend(ruling, message);
    case 'complete':
      return judgeCompletion(ruling, message);
    case 'void':
      return judgeVoid(ruling, message);
    case 'validity':
      return judgeValidity(ruling, message);
    case 'redeem':
      return judgeRedemption(ruling, message);
    case 'reverse':
      return judgeReversal(ruling, message);
    case 'replace':
      return judgeReplacement(ruling, message);
    case 'settle':
      return judgeSettlement(ruling, message);
    case 'requestVoid':
      return judgeVoidRequest(ruling, message);
    case 'decideVoid':
      return judgeVoidDecision(ruling, message);
    case 'voidUnknown':
      return recordVoidUnknown(ruling, message);
    case 'voidTimeOver':
      return endVoidTime(ruling, message);
    case 'opened':
      return recordOpened(ruling);
    case 'notified':
      return facts.state === 'accepted' ? ruling.move('notified').done() : ruling.nothing();
    case 'window_ended':
      return endWindow(ruling);
    case 'delivered':
      return recordDelivered(ruling, message.tries, message.state);
    case 'undeliverable':
      return recordUndeliverable(ruling, message.tries);
    default:
      return message satisfies never;
  }
};
