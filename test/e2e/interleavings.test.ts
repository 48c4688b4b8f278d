import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { orderStates } from '../../src/domain/order';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { often } from '../support/long-form';
import { type Answer, type Platform, startPlatform } from '../support/platform';
import { reveal } from '../support/reveal';
import { seedOf } from '../support/seed';
import { until } from '../support/until';

/**
 * Whatever an issuer says, in whatever order, twice or at the same moment: the order ends in a legal state with one code
 * set, and the same message gets the same answer. On the real engine and database.
 */
let platform: Platform;
let issuer: TestIssuer;

beforeAll(async () => {
  platform = await startPlatform();
  issuer = await startIssuer(platform);
});

afterAll(async () => {
  await issuer.stop();
  await platform.stop();
});

type Step =
  | { readonly say: 'verify' | 'verify_wrong' | 'refuse' | 'cancel' }
  | { readonly say: 'codes'; readonly items: readonly string[]; readonly variant: 'right' | 'other' };

interface Said {
  readonly step: Step;
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly webhookId: string;
}

const quantity = 2;
const total = { value: 999, currency: 'EUR' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ say: 'verify' as const }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { say: 'verify_wrong' as const },
      { say: 'refuse' as const },
      { say: 'cancel' as const },
    ),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      say: fc.constant('codes' as const),
      items: fc.constantFrom(['a'], ['b'], ['a', 'b'], ['b', 'a']),
      variant: fc.constantFrom('right' as const, 'right' as const, 'right' as const, 'other' as const),
    }),
  },
);

/** Bursts are sent one after the other; what is in one burst goes out at the same moment, some of it twice. */
const bursts = fc.array(fc.array(fc.tuple(step, fc.boolean()), { minLength: 1, maxLength: 4 }), {
  minLength: 2,
  maxLength: 5,
});

const messageOf = (orderNo: string, token: string, said: Step): Said => {
  const about = { orderNo, token };
  const webhookId = randomUUID();
  const message = (path: string, body: Record<string, unknown>): Said => ({ step: said, path, body, webhookId });
  switch (said.say) {
    case 'verify':
    case 'verify_wrong': {
      const amount = said.say === 'verify' ? total : { ...total, value: 1 };
      return message('verification', { type: 'order.verification', ...about, quantity, amount });
    }
    case 'refuse':
      return message('refusal', { type: 'order.refusal', ...about, reason: 'other' });
    case 'cancel':
      return message('cancellation', { type: 'order.cancellation', orderNo, reason: 'other' });
    default:
      return message('codes', {
        type: 'order.codes',
        ...about,
        codes: said.items.map((itemId) => ({ itemId, value: `${orderNo}-${itemId}-${said.variant}` })),
      });
  }
};

const send = (orderNo: string, { path, body, webhookId }: Said): Promise<Answer> =>
  until(`an answer to ${path} of ${orderNo}`, async () => {
    const answer = await issuer.post(`/orders/${orderNo}/${path}`, body, { webhookId });
    return !['in_progress', 'unavailable', 'rate_limited'].includes(answer.body.code) && answer;
  });

const codesOnPage = async (pickupUrl: string, orderNo: string): Promise<string[]> => {
  const page = await (await reveal(pickupUrl)).text();
  return [...new Set(page.match(new RegExp(`${orderNo}-[ab]-(right|other)`, 'g')) ?? [])].sort();
};

test('any interleaving of an issuer’s messages ends in a legal state with one code set and repeatable answers', async () => {
  const seed = seedOf('interleavings');
  let n = 0;
  await fc.assert(
    fc.asyncProperty(bursts, async (plan) => {
      const orderNo = `mix-${seed}-${n++}`;
      const placed = await issuer.place(orderNo, { quantity, amount: total });
      const { token } = (await issuer.message('order.paid', orderNo)).data;
      const accepted = new Map<string, string>();
      for (const burst of plan) {
        const messages = burst.map(([said, isTwice]) => ({ said: messageOf(orderNo, token, said), isTwice }));
        await Promise.all(
          messages.map(async ({ said, isTwice }) => {
            const [first, again] = await Promise.all([send(orderNo, said), isTwice ? send(orderNo, said) : undefined]);
            expect(first.status).toBeLessThan(500);
            const repeat = again ?? (await send(orderNo, said));
            // A 202 is nothing to be repeated: the same request again hears the judgement.
            const isFinalAnswer = ({ status, body }: Answer): boolean =>
              body.retryable !== true && status !== 429 && status !== 202;
            if (isFinalAnswer(first) && isFinalAnswer(repeat)) {
              expect({ status: repeat.status, body: repeat.body }).toEqual({ status: first.status, body: first.body });
            }
            if (said.step.say === 'codes' && (first.status < 300 || repeat.status < 300)) {
              for (const itemId of said.step.items) {
                const value = `${orderNo}-${itemId}-${said.step.variant}`;
                expect(accepted.get(itemId) ?? value).toBe(value);
                accepted.set(itemId, value);
              }
            }
          }),
        );
      }
      const order = (await issuer.order(orderNo)).body;
      expect(orderStates).toContain(order.state);
      expect(accepted.size).toBeLessThanOrEqual(quantity);
      expect(order.codes.issued + order.codes.outstanding).toBe(quantity);
      const isVoid = order.state === 'cancelled' || order.state === 'refused';
      expect(order.codes.issued).toBe(isVoid ? 0 : accepted.size);
      if (accepted.size === quantity && !isVoid) {
        await issuer.inState(orderNo, 'delivered');
        expect(await codesOnPage(placed.body.pickupUrl, orderNo)).toEqual([...accepted.values()].sort());
      } else {
        expect(await codesOnPage(placed.body.pickupUrl, orderNo)).toEqual([]);
      }
      if (isVoid) expect(order.refundDue).toEqual(total);
      const { sequence } = (await issuer.order(orderNo)).body;
      const told = await until(`all ${sequence} events of ${orderNo}`, () => {
        const events = issuer.received.filter(({ type, data }) => data.orderNo === orderNo && type !== 'order.paid');
        const numbers = [...new Set(events.map(({ data }) => data.sequence))].sort((a, b) => a - b);
        return numbers.length === sequence && numbers;
      });
      expect(told).toEqual(Array.from({ length: sequence }, (_, index) => index + 1));
    }),
    { seed, numRuns: often(8, 50), endOnFailure: true },
  );
}, 240_000);
