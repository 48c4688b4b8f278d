import { outstanding } from '../../domain/order';
import type { Play } from '../play';
import type { Scenario } from '../scenario';

const tooOftenMax = 4;
const sameAgain =
  'Send the same codes again, in the same body under the same webhook-id: a code that was made stays the code of its order.';

const whole = (name: string, what: string, quantity: number, fix: string): Scenario => ({
  name,
  expected: `${what} gets all its codes, each once, in the shape of the contract`,
  fix,
  play: async (play) => {
    const orderNo = await play.order({ quantity, amount: { value: quantity * 100, currency: 'EUR' } });
    await play.delivered(orderNo);
    await noneRefused(play, orderNo);
  },
});

const noneRefused = async (play: Play, orderNo: string): Promise<void> => {
  const [wrong] = (await play.heard(orderNo, 'codes')).filter(({ status, isScripted }) => status >= 400 && !isScripted);
  play.expect(!wrong, `a call of /codes was answered ${wrong?.status} ${wrong?.code ?? ''}: ${wrong?.flaw ?? ''}`);
};

export const codes: readonly Scenario[] = [
  whole(
    'codes-one',
    'An order of one piece',
    1,
    'Answer order.code_requested with {"status":"issued","codes":[…]}, or send the codes to POST …/codes.',
  ),
  whole('codes-three', 'An order of three pieces', 3, 'One code a piece, each with an itemId and a value of its own.'),
  whole(
    'codes-many',
    'An order of 250 pieces',
    250,
    'At most 200 codes stand in one answer or call: the rest come with the next.',
  ),
  {
    name: 'codes-unlike',
    expected: 'Two orders get different codes',
    fix: 'A value is the code of one order: the platform refuses it for another (code_reused).',
    play: async (play) => {
      const numbers = [await play.order(), await play.order()];
      for (const orderNo of numbers) await play.delivered(orderNo);
      for (const orderNo of numbers) await noneRefused(play, orderNo);
    },
  },
  {
    name: 'codes-after-verification',
    codeMode: 'push',
    expected: 'No code is sent before the verification was answered 200',
    fix: 'Wait for the 200 of POST …/verification before you send codes.',
    play: async (play) => {
      const script = [{ call: 'verification', status: 200, hasMore: true, afterMs: 2_000 }] as const;
      const orderNo = await play.order({ script });
      await play.delivered(orderNo);
      const heard = await play.heard(orderNo);
      const [first] = heard.filter(({ call }) => call === 'codes');
      const [verification] = heard.filter(({ call }) => call === 'verification');
      const waitedMs = (first?.atMs ?? Number.POSITIVE_INFINITY) - (verification?.atMs ?? 0);
      play.expect(waitedMs >= 1_900, 'codes came while the verification was not answered yet');
    },
  },
  {
    name: 'codes-partial',
    codeMode: 'request',
    expected: 'A code request with fewer outstanding than before brings codes that agree with those given',
    fix: 'Give the same codes whatever outstanding says; those that the order has are taken as a repeat.',
    play: async (play) => {
      const orderNo = await play.order({ quantity: 3 });
      await play.verified(orderNo);
      await play.issued(orderNo);
      const message = await play.codeRequest(orderNo);
      message.data.outstanding = 1;
      const read = await play.ask(message, { says: 'with one outstanding' });
      play.expect(
        read.kind === 'issued' || read.kind === 'issuing',
        'problem' in read ? read.problem : `it says ${read.kind}`,
      );
    },
  },
  {
    name: 'cancelled-while-asked',
    codeMode: 'request',
    expected:
      'An order that is cancelled while its codes are asked for: every message is answered 2xx, and no codes come later',
    fix: 'When order.cancelled and order.codes_void come, stop sending codes, and destroy those that you made.',
    play: async (play) => {
      const orderNo = await play.order();
      await play.verified(orderNo);
      const message = await play.codeRequest(orderNo);
      const events = await play.happens(orderNo, { kind: 'cancel', by: 'operator' });
      await Promise.all([
        play.ask(message, { says: 'crossing the cancellation' }, false),
        ...events.map((event) => play.tell(event)),
      ]);
      // An issuer may give codes once it is verified, and hears of the cancellation only here.
      const { length: before } = await play.heard(orderNo, 'codes');
      await play.quiet(orderNo, 'codes', before);
    },
  },
  {
    name: 'cancelled-while-pushed',
    codeMode: 'push',
    expected: 'Codes that are answered 409 order_closed, as the order was cancelled, are not sent for ever',
    fix: 'retryable is false: stop, and destroy the codes that you made. An event order.cancelled says the same.',
    play: async (play) => {
      const orderNo = await play.order({ script: [{ call: 'codes', status: 503, retryAfterSeconds: 2 }] });
      await play.verified(orderNo);
      await play.until('codes', async () => (await play.heard(orderNo, 'codes')).length > 0);
      for (const event of await play.happens(orderNo, { kind: 'cancel', by: 'operator' })) await play.tell(event);
      await play.quiet(await play.order());
      await play.quiet(await play.order());
      const { length } = await play.heard(orderNo, 'codes');
      play.expect(length <= tooOftenMax, `/codes was called ${length} times`);
    },
  },
  {
    name: 'codes-queued',
    codeMode: 'push',
    expected: 'Codes that are answered 202 are sent again, under the same webhook-id, until they are judged',
    fix: '202 means kept and not judged yet: the same request again gets the judgement.',
    play: async (play) => {
      const orderNo = await play.order({ script: [{ call: 'codes', status: 202 }] });
      await play.delivered(orderNo);
      const ids = new Set((await play.heard(orderNo, 'codes')).map(({ webhookId }) => webhookId));
      play.expect(ids.size === 1, `they came under ${ids.size} webhook-ids`);
    },
  },
  {
    name: 'codes-unavailable',
    codeMode: 'push',
    expected: 'Codes that are answered 503 are sent again',
    fix: sameAgain,
    play: async (play) => {
      const orderNo = await play.order({ quantity: 2, script: [{ call: 'codes', status: 503, retryAfterSeconds: 1 }] });
      await play.delivered(orderNo);
      await noneRefused(play, orderNo);
    },
  },
  {
    name: 'codes-answer-lost',
    codeMode: 'push',
    expected: 'Codes whose answer was lost are sent again, the same ones: they get 200',
    fix: sameAgain,
    play: async (play) => {
      const orderNo = await play.order({ quantity: 2, script: [{ call: 'codes', status: 504, isAfterJudging: true }] });
      await play.delivered(orderNo);
      await play.until('the codes again', async () =>
        (await play.heard(orderNo, 'codes')).some(({ status }) => status === 200),
      );
      await noneRefused(play, orderNo);
    },
  },
  {
    name: 'many-at-once',
    expected: 'Twelve orders at once are all verified, and get their codes',
    fix: 'Handle messages at the same time, and keep nothing of one order where another finds it.',
    play: async (play) => {
      const numbers = await Promise.all(Array.from({ length: 12 }, () => play.order()));
      await Promise.all(numbers.map((orderNo) => play.delivered(orderNo)));
      for (const orderNo of numbers) {
        await noneRefused(play, orderNo);
        play.expect(outstanding((await play.find(orderNo)).facts) === 0, 'an order lacks codes');
      }
    },
  },
];
