import { codesUnavailable, type Scenario } from '../scenario';
import { isTaken, newMessageId, shownResult } from '../sending';

const closingLikeRequest =
  'Answer order.closing as order.code_requested: with the codes, {"status":"issuing"}, 202 or 204, or a refusal.';
const voidAnswer =
  'Answer order.void_requested with {"status":"destroyed"}, {"status":"refused","reason":…}, {"status":"deciding"} or {"status":"unknown"}; 202 and 204 mean deciding.';

const answersOfCalls = (why: string) => ({ kind: 'url', why }) as const;

export const afterSale: readonly Scenario[] = [
  {
    name: 'closing-answered',
    expected: 'The last call is answered in the shape of a code request',
    fix: closingLikeRequest,
    play: async (play) => {
      const orderNo = await play.order();
      await play.verified(orderNo);
      const read = await play.ask(await play.closing(orderNo));
      play.expect(read.kind !== 'unusable', 'problem' in read ? read.problem : '');
      if (read.kind !== 'refused') await play.issued(orderNo);
    },
  },
  {
    name: 'closing-crossing',
    expected: 'A last call that crosses the codes brings the same ones',
    fix: `${closingLikeRequest} Its codes are those that the order got: the first ones stay.`,
    play: async (play) => {
      const orderNo = await play.order({ quantity: 2 });
      await play.verified(orderNo);
      const closing = await play.closing(orderNo);
      await play.issued(orderNo);
      const read = await play.ask(closing, { says: 'after the codes' });
      play.expect(
        read.kind !== 'unusable' && read.kind !== 'refused',
        'problem' in read ? read.problem : `it says ${read.kind}`,
      );
    },
  },
  {
    name: 'void-answered',
    expected: 'A void request is answered in one of its four shapes, or 202 or 204',
    fix: voidAnswer,
    play: async (play) => {
      const orderNo = await play.order();
      await play.tell(await play.delivered(orderNo));
      await play.askVoid(await play.requestVoid(orderNo));
    },
  },
  {
    name: 'void-repeated',
    expected: 'The same void request twice is answered the same: destroyed is never taken back',
    fix: `${voidAnswer} Keep what you decided by its requestId.`,
    play: async (play) => {
      const orderNo = await play.order();
      await play.delivered(orderNo);
      const message = await play.requestVoid(orderNo);
      const id = newMessageId();
      const first = await play.askVoid(message, { id });
      const second = await play.askVoid(message, { id, says: 'again' });
      const settled = ['destroyed', 'refused'];
      const isSame = first === second || !settled.includes(first);
      play.expect(isSame, `it said ${first}, and then ${second}`);
    },
  },
  {
    name: 'refund-due',
    expected:
      'What an order that is cancelled brings (order.cancelled, order.refund_due, order.codes_void) is answered 2xx',
    fix: 'Answer 2xx: money that is owed and codes that are void are told as events.',
    play: async (play) => {
      const orderNo = await play.order({ script: codesUnavailable });
      await play.verified(orderNo);
      for (const event of await play.happens(orderNo, { kind: 'cancel', by: 'operator' })) await play.tell(event);
    },
  },
  {
    name: 'answer-time',
    callback: answersOfCalls('Who fetches has a minute for a message, and it comes again after it.'),
    expected: 'A message is answered within two seconds',
    fix: 'Answer as soon as the message is kept, and work afterwards: after 8 s the platform counts the attempt as failed.',
    isAdvice: true,
    play: async (play) => {
      const result = await play.tell(play.event(await play.order(), 'order.delivered', 1));
      play.expect(result.tookMs <= 2_000, `it took ${result.tookMs} ms`);
    },
  },
  {
    name: 'answer-limit',
    callback: answersOfCalls('Who fetches has a minute for a message, and it comes again after it.'),
    expected: 'A message is answered within 8 s',
    fix: 'Answer as soon as the message is kept, and work afterwards.',
    play: async (play) => {
      const result = await play.send(play.event(await play.order(), 'order.delivered', 1));
      play.expect(result.kind === 'answered', shownResult(result));
    },
  },
  {
    name: 'answer-redirect',
    callback: answersOfCalls('An acknowledgement has no status.'),
    expected: 'The callback address answers by itself: it does not lead elsewhere',
    fix: 'Register the address at which your server answers, with its final slash and its https: redirects are not followed.',
    play: async (play) => {
      const result = await play.send(play.event(await play.order(), 'order.delivered', 1));
      const status = result.kind === 'answered' ? result.status : 0;
      play.expect(status < 300 || status >= 400, `the answer was ${shownResult(result)}`);
    },
  },
  {
    name: 'answer-size',
    callback: answersOfCalls('An acknowledgement is a call of the issuer: one of more than 1 MiB is refused.'),
    expected: 'An answer that is read is no larger than what is read of it: 64 KiB, 1 MiB with codes',
    fix: 'Answer with the declared fields alone.',
    play: async (play) => {
      const orderNo = await play.order();
      await play.delivered(orderNo);
      const result = await play.send(await play.requestVoid(orderNo), { answerLimitBytes: 64 * 1024 });
      play.expect(isTaken(result), `the answer was ${shownResult(result)}`);
      play.expect(result.kind === 'answered' && !result.truncated, 'the answer is larger than 64 KiB, or was cut');
    },
  },
  {
    name: 'answer-gone',
    callback: answersOfCalls('An acknowledgement has no status.'),
    expected: 'No message is answered 410, not even one about an order that is over',
    fix: '410 says that this address is gone for good: the platform pauses the issuer. Answer 2xx.',
    play: async (play) => {
      const orderNo = await play.order({ script: codesUnavailable });
      await play.verified(orderNo);
      const message = await play.paid(orderNo);
      for (const event of await play.happens(orderNo, { kind: 'cancel', by: 'operator' })) await play.tell(event);
      const result = await play.send(message, { says: 'after the order was cancelled' });
      play.expect(result.kind === 'answered' && result.status !== 410, `the answer was ${shownResult(result)}`);
    },
  },
];
