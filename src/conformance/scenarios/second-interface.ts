import type { Play } from '../play';
import type { Scenario } from '../scenario';
import type { Message } from '../sending';
import type { Heard } from '../stage-order';

const again =
  'Repeat what was answered 429, 503 or not at all, with the same body and webhook-id, after Retry-After; or answer the message with 503, and it comes again.';
const tooOftenMax = 3;

/** Whatever its answer is, the issuer may give no code for such an order. */
const noCodesFor = (
  name: string,
  what: string,
  change: (message: Message) => void,
  code: string,
  fix: string,
): Scenario => ({
  name,
  expected: `${what}: the verification is refused, and no code is given`,
  fix,
  play: async (play) => {
    const orderNo = await play.order({ quantity: 2 });
    const message = await play.paid(orderNo);
    change(message);
    const result = await play.send(message, { says: what });
    play.expect(result.kind !== 'answered' || result.status !== 410, '410 pauses the issuer');
    await play.until('a verification', async () =>
      (await play.heard(orderNo, 'verification')).some((line) => line.code === code),
    );
    await play.quiet(orderNo, 'codes');
    const { length } = await play.heard(orderNo, 'verification');
    play.expect(length <= tooOftenMax, `a refusal for good was asked about ${length} times`);
  },
});

const noCodes =
  'Give codes only after POST …/verification was answered 200: everything else means that the order is not paid as you believe.';
const accepted = (heard: readonly Heard[]): Heard[] => heard.filter(({ status }) => status === 200 || status === 201);

const lateBy = async (play: Play, orderNo: string, call: string): Promise<number> => {
  const [first, second] = await play.until(`a second /${call}`, async () => {
    const lines = await play.heard(orderNo, call);
    return lines.length > 1 && lines;
  });
  return (second?.atMs ?? 0) - (first?.atMs ?? 0);
};

export const secondInterface: readonly Scenario[] = [
  noCodesFor(
    'token-wrong',
    'The token is of another order',
    ({ data }) => {
      data.token = `${data.token.slice(0, -2)}xx`;
    },
    'token_mismatch',
    noCodes,
  ),
  noCodesFor(
    'amount-wrong',
    'The amount is not what was paid',
    ({ data }) => {
      data.amount = { ...data.amount, value: data.amount.value + 1 };
    },
    'amount_mismatch',
    noCodes,
  ),
  noCodesFor(
    'quantity-wrong',
    'The quantity is not what was paid',
    ({ data }) => {
      data.quantity += 1;
    },
    'quantity_mismatch',
    noCodes,
  ),
  {
    name: 'order-closed',
    expected: 'The notice of an order that is cancelled meanwhile: the verification gets 409, and no code is given',
    fix: `${noCodes} 409 order_closed is final.`,
    play: async (play) => {
      const orderNo = await play.order();
      const message = await play.paid(orderNo);
      await play.happens(orderNo, { kind: 'cancel', by: 'operator' });
      await play.send(message, { says: 'the order is cancelled' });
      await play.until('a verification', async () => (await play.heard(orderNo, 'verification')).length > 0);
      await play.quiet(orderNo, 'codes');
      const { length } = await play.heard(orderNo, 'verification');
      play.expect(length <= tooOftenMax, `a refusal for good was asked about ${length} times`);
    },
  },
  {
    name: 'platform-unavailable',
    expected: 'A verification that is answered 503 is sent again',
    fix: again,
    play: async (play) => {
      const script = [{ call: 'verification', status: 503, retryAfterSeconds: 1 }] as const;
      await play.verified(await play.order({ script }));
    },
  },
  {
    name: 'platform-unavailable-twice',
    expected: 'A verification that is answered 503 twice is sent again',
    fix: again,
    play: async (play) => {
      const away = { call: 'verification', status: 503, retryAfterSeconds: 1 } as const;
      await play.verified(await play.order({ script: [away, { ...away }] }));
    },
  },
  {
    name: 'retry-after',
    expected: 'After 429 with Retry-After: 3 the next attempt comes after three seconds',
    fix: 'Wait for at least as many seconds as Retry-After says.',
    play: async (play) => {
      const script = [{ call: 'verification', status: 429, retryAfterSeconds: 3 }] as const;
      const orderNo = await play.order({ script });
      const [waitedMs] = await Promise.all([
        lateBy(play, orderNo, 'verification'),
        play.tell(await play.paid(orderNo), { resendAfterMs: 4_000 }),
      ]);
      play.expect(waitedMs >= 2_900, `the next attempt came after ${waitedMs} ms`);
      await play.isVerified(orderNo);
    },
  },
  {
    name: 'answer-lost',
    expected: 'A verification whose answer was lost is sent again: it gets the same 200',
    fix: again,
    play: async (play) => {
      const script = [{ call: 'verification', status: 504, isAfterJudging: true }] as const;
      const orderNo = await play.order({ script });
      await play.tell(await play.paid(orderNo));
      await play.until(
        'a second verification',
        async () => accepted(await play.heard(orderNo, 'verification')).length > 0,
      );
      await play.issued(orderNo);
    },
  },
  {
    name: 'answer-slow',
    expected: 'A verification that is answered after four seconds is waited for, and the message answered in its time',
    fix: 'Wait for an answer for at least 10 s; when that is longer than a message may take, answer the message 202 first.',
    play: async (play) => {
      const script = [{ call: 'verification', status: 200, hasMore: true, afterMs: 4_000 }] as const;
      const orderNo = await play.order({ script });
      await play.verified(orderNo);
      await play.issued(orderNo);
    },
  },
  {
    name: 'answer-unknown-fields',
    expected: 'Answers with fields that nobody knows yet are read',
    fix: 'Ignore fields of answers that you do not know: they are added at any time.',
    play: async (play) => {
      const more = { status: 200, hasMore: true } as const;
      const orderNo = await play.order({
        script: [
          { call: 'verification', ...more },
          { call: 'codes', ...more },
        ],
      });
      await play.delivered(orderNo);
    },
  },
  {
    name: 'verified-once',
    expected: 'An order is verified as often as needed and no more',
    fix: 'Stop after the 200; the platform takes repeats, but they cost both sides.',
    isAdvice: true,
    play: async (play) => {
      const orderNo = await play.order();
      await play.delivered(orderNo);
      const { length } = await play.heard(orderNo, 'verification');
      play.expect(length <= 2, `it was verified ${length} times`);
    },
  },
];
