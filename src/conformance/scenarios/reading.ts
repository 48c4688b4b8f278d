import { callbacks } from '../../contract/callbacks';
import { eventTypes } from '../../domain/messages';
import type { NewOrder } from '../play';
import type { Scenario } from '../scenario';
import { isRefusal, isTaken, shownResult } from '../sending';

const lenient =
  'Read the fields that you need, and ignore fields and types of messages that you do not know: they are added at any time.';

const bytesOfCalls = {
  kind: 'url',
  why: 'Fetched messages stand in an answer of the platform, which says their media type and bytes.',
} as const;

const sold = (name: string, what: string, given: NewOrder, fix: string): Scenario => ({
  name,
  expected: `${what} is verified with its token, quantity and amount as they were told`,
  fix,
  play: async (play) => {
    await play.verified(await play.order(given));
  },
});

export const reading: readonly Scenario[] = [
  sold(
    'paid-verified',
    'An order that is paid',
    {},
    'On order.paid call POST …/verification with token, quantity and amount of the message, and answer 2xx.',
  ),
  sold(
    'order-number',
    'An order whose number has each character that it may have',
    { ending: '_A.z~-9' },
    'Take the orderNo as it is, and write it into paths as it is: none of its characters needs an escape.',
  ),
  sold(
    'amount-zero',
    'An order that costs nothing',
    { amount: { value: 0, currency: 'EUR' } },
    'An amount of 0 is an amount: do not take it for a missing one.',
  ),
  sold(
    'amount-large',
    'An order of the highest amount',
    { amount: { value: 9_007_199_254_740_991, currency: 'JPY' } },
    'Keep amounts as whole numbers of 64 bits, never as floating point.',
  ),
  sold(
    'text-unicode',
    'An order with names in many scripts',
    {
      productName: 'Geschenk 🎁 «50 €» \\ "礼物" \u0627\u062e\u062a\u0628\u0627\u0631\n<b>&amp;',
      metadata: { ключ: 'ערך' },
    },
    'Read the body as UTF-8, after its signature was checked on the bytes.',
  ),
  sold(
    'metadata-full',
    'An order with all the metadata that there may be',
    { metadata: Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`key-${n}`, 'x'.repeat(140)])) },
    'Take bodies of at least 64 KiB.',
  ),
  sold(
    'quantity-many',
    'An order of three pieces',
    { quantity: 3, amount: { value: 1_000, currency: 'EUR' } },
    'Verify with the quantity of the message; the amount is of the whole order.',
  ),
  {
    name: 'unknown-fields',
    expected: 'Fields that nobody knows yet change nothing: the order is verified',
    fix: lenient,
    play: async (play) => {
      const orderNo = await play.order();
      const message = await play.paid(orderNo);
      const data = {
        ...message.data,
        somethingNew: { a: [1, null, true] },
        product: { ...message.data.product, colour: 'red' },
      };
      await play.verified(orderNo, { says: 'with unknown fields' }, { ...message, data, traceOf: 'something' });
    },
  },
  {
    name: 'unknown-event',
    expected: 'A message of an unknown type is answered 2xx',
    fix: lenient,
    play: async (play) => {
      await play.tell(play.event(await play.order(), 'order.something_new', 1, { what: { is: 'new' } }));
    },
  },
  {
    name: 'every-event',
    expected: 'Each event that the platform has is answered 2xx',
    fix: 'Answer 2xx to events that you do not need, too.',
    play: async (play) => {
      const orderNo = await play.order();
      const examples = callbacks.flatMap(
        ({ type, body }) =>
          (body.meta()?.examples as { data: object }[] | undefined)?.map(({ data }) => ({ type, data })) ?? [],
      );
      let sequence = 0;
      for (const type of eventTypes) {
        sequence += 1;
        const { data } = examples.find((one) => one.type === type) ?? { data: {} };
        const {
          issuerId: _issuer,
          orderNo: _order,
          sequence: _sequence,
          at: _at,
          ...more
        } = data as Record<string, unknown>;
        await play.tell(play.event(orderNo, type, sequence, more));
      }
    },
  },
  {
    name: 'unknown-order',
    expected: 'An event of an order that the issuer never heard of is answered 2xx, and changes nothing',
    fix: 'Answer 2xx to what you do not know: anything else is repeated for three days, and 410 pauses you.',
    play: async (play) => {
      const orderNo = await play.order();
      await play.tell(
        play.event(orderNo, 'order.cancelled', 1, { state: 'cancelled', closedReason: 'operator_cancelled' }),
      );
      await play.quiet(orderNo);
    },
  },
  {
    name: 'echo',
    callback: { kind: 'url', why: 'POST /echo sends nothing to an issuer that fetches.' },
    expected: 'What the issuer sent to /echo comes back, and is answered 2xx',
    fix: 'A message of type echo has any data: answer 2xx.',
    play: async (play) => {
      const { timestamp } = play.event('', 'echo', 1);
      await play.tell({ type: 'echo', timestamp, data: { orderNo: await play.order(), hello: 'world' } });
    },
  },
  {
    name: 'charset',
    callback: bytesOfCalls,
    expected: 'A message whose content type names its charset is taken',
    fix: 'Compare the media type without its parameters.',
    play: async (play) => {
      const orderNo = await play.order();
      await play.verified(orderNo, {
        contentType: 'application/json; charset=UTF-8',
        says: 'as application/json; charset=UTF-8',
      });
    },
  },
  {
    name: 'byte-order-mark',
    callback: bytesOfCalls,
    expected: 'A byte order mark before the JSON is skipped',
    fix: 'Skip U+FEFF at the beginning of the body before it is parsed.',
    isAdvice: true,
    play: async (play) => {
      const orderNo = await play.order();
      const bytes = Buffer.from(`\uFEFF${JSON.stringify(await play.paid(orderNo))}`);
      await play.verified(orderNo, { says: 'with a byte order mark' }, bytes);
    },
  },
  {
    name: 'not-json',
    callback: bytesOfCalls,
    expected: 'A body that is no JSON, though rightly signed, is refused, and the server goes on',
    fix: 'Catch what parsing throws, and answer 400.',
    play: async (play) => {
      const orderNo = await play.order();
      for (const text of [`{"type":"order.paid","of":"${orderNo}"`, `["${orderNo}"]`, `"${orderNo}"`]) {
        const result = await play.send(Buffer.from(text), { says: `not a message: ${text.slice(0, 12)}…` });
        play.expect(isRefusal(result) || isTaken(result), `the answer was ${shownResult(result)}`);
      }
      await play.verified(orderNo);
    },
  },
];
