import { codesUnavailable, type Scenario } from '../scenario';
import { isRefusal, isTaken, newMessageId, shownResult } from '../sending';

const atOnce = 5;
const byId =
  'The webhook-id stays the same over all attempts of a message: remember what you did for it, and answer 2xx again.';
const sameCodes =
  'Make the codes of an order once, keep them by its orderNo, and give the same ones whenever you are asked.';

const copiesAtOnce = { kind: 'url', why: 'A message is given to one reader at a time.' } as const;

export const repeats: readonly Scenario[] = [
  {
    name: 'paid-repeated',
    expected: 'The same message three times is answered 2xx each time, and its order verified',
    fix: byId,
    play: async (play) => {
      const orderNo = await play.order();
      const message = await play.paid(orderNo);
      const id = newMessageId();
      for (let n = 0; n < 3; n += 1) await play.tell(message, { id, says: `number ${n + 1}` });
      await play.isVerified(orderNo);
      const refusals = (await play.heard(orderNo)).filter(({ call }) => call === 'refusal' || call === 'cancellation');
      play.expect(refusals.length === 0, 'the issuer refused an order that it had verified');
    },
  },
  {
    name: 'paid-at-once',
    callback: copiesAtOnce,
    expected: 'The same message five times at once: its order is verified, and each copy answered',
    fix: 'Let one handler of a webhook-id work, and the others wait for it or answer 409 or 503; never answer 410 or a redirect.',
    play: async (play) => {
      const orderNo = await play.order();
      const message = await play.paid(orderNo);
      const id = newMessageId();
      const results = await Promise.all(
        Array.from({ length: atOnce }, () => play.send(message, { id, says: 'at once' })),
      );
      for (const result of results) {
        play.expect(isTaken(result) || isRefusal(result), `the answer was ${shownResult(result)}`);
      }
      await play.tell(message, { id, says: 'once more' });
      await play.isVerified(orderNo);
    },
  },
  {
    name: 'paid-again',
    expected: 'The notice of an order that is verified already, under a new webhook-id, is answered 2xx',
    fix: 'An operator may send order.paid anew: verify again (the answer is the same 200), or answer 2xx.',
    play: async (play) => {
      const orderNo = await play.order();
      await play.verified(orderNo);
      await play.tell(await play.paid(orderNo), { says: 'anew' });
      const refusals = (await play.heard(orderNo)).filter(({ call }) => call === 'refusal' || call === 'cancellation');
      play.expect(refusals.length === 0, 'the issuer refused an order that it had verified');
    },
  },
  {
    name: 'paid-after-delivery',
    expected: 'The notice of an order whose codes are delivered, late, is answered 2xx and brings no other codes',
    fix: sameCodes,
    play: async (play) => {
      const orderNo = await play.order();
      await play.delivered(orderNo);
      await play.tell(await play.paid(orderNo), { says: 'late' });
      const calls = await play.heard(orderNo);
      const wrong = calls.find(
        ({ code, call }) => call === 'refusal' || code === 'code_conflict' || code === 'code_reused',
      );
      play.expect(!wrong, `a call of /${wrong?.call} was answered ${wrong?.status} ${wrong?.code ?? ''}`);
    },
  },
  {
    name: 'event-repeated',
    expected: 'The same event twice is answered 2xx both times',
    fix: byId,
    play: async (play) => {
      const message = await play.delivered(await play.order());
      const id = newMessageId();
      await play.tell(message, { id });
      await play.tell(message, { id, says: 'again' });
    },
  },
  {
    name: 'events-reordered',
    expected: 'Events that come in another order than they happened are answered 2xx',
    fix: 'Order events by their sequence, and do not wait for a missing one.',
    play: async (play) => {
      const orderNo = await play.order({ script: codesUnavailable });
      await play.verified(orderNo);
      const events = await play.happens(orderNo, { kind: 'cancel', by: 'operator' });
      for (const event of events.reverse()) await play.tell(event, { says: `sequence ${event.data.sequence}` });
    },
  },
  {
    name: 'event-before-notice',
    expected: 'An event that overtakes the notice of its order leaves the order as it was: it is verified',
    fix: 'Let no event but those that close it end your work on an order.',
    play: async (play) => {
      const orderNo = await play.order();
      await play.tell(play.event(orderNo, 'order.opened', 2), { says: 'before order.paid' });
      await play.verified(orderNo);
    },
  },
  {
    name: 'request-repeated',
    codeMode: 'request',
    expected: 'The same code request twice is answered with the same codes',
    fix: sameCodes,
    play: async (play) => {
      const orderNo = await play.order({ quantity: 2 });
      await play.verified(orderNo);
      const message = await play.codeRequest(orderNo);
      const id = newMessageId();
      const first = await play.ask(message, { id });
      const second = await play.ask(message, { id, says: 'again' });
      play.expect(JSON.stringify(first) === JSON.stringify(second), 'the answers differ');
    },
  },
  {
    name: 'request-again',
    codeMode: 'request',
    expected: 'A code request that is sent anew, under another webhook-id, brings the same codes',
    fix: sameCodes,
    play: async (play) => {
      const orderNo = await play.order({ quantity: 2 });
      await play.verified(orderNo);
      await play.issued(orderNo);
      const read = await play.ask(await play.codeRequest(orderNo), { says: 'anew' });
      play.expect(
        read.kind !== 'unusable' && read.kind !== 'refused',
        'problem' in read ? read.problem : `it says ${read.kind}`,
      );
    },
  },
  {
    name: 'request-at-once',
    callback: copiesAtOnce,
    codeMode: 'request',
    expected: 'The same code request five times at once is answered with the same codes',
    fix: `${sameCodes} Two handlers at once must not both make some: let a unique key of your database decide.`,
    play: async (play) => {
      const orderNo = await play.order({ quantity: 2 });
      await play.verified(orderNo);
      const message = await play.codeRequest(orderNo);
      const id = newMessageId();
      const reads = await Promise.all(Array.from({ length: atOnce }, () => play.ask(message, { id, says: 'at once' })));
      for (const read of reads) play.expect(read.kind !== 'unusable', 'problem' in read ? read.problem : '');
      await play.issued(orderNo);
    },
  },
];
