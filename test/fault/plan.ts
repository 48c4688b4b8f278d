import type { NetworkFault } from './proxy';
import type { Race } from './races';
import { createRandom } from './random';

/** What an issuer does with one order. Chosen before the run, so that a seed gives the same orders again. */
export const behaviours = {
  good: 26,
  eager: 10,
  twice: 8,
  codes_before_verification: 6,
  split: 7,
  wrong_then_right: 4,
  verifies_late: 2,
  refuses: 4,
  cancels_at_once: 4,
  cancels_in_a_race: 7,
  cancels_while_asked: 2,
  gives_codes_once: 5,
  reuses_a_code: 4,
  same_id_other_body: 3,
  silent: 3,
  part_of_the_codes: 3,
  late_codes: 3,
  codes_after_a_cancel: 3,
} as const;
export type Behaviour = keyof typeof behaviours;

/** How an HTTP server of an issuer or of a terminal answers badly. */
export const badReplies = [
  'never',
  'slow',
  'status_500',
  'status_429',
  'redirect',
  'close',
  'half_answer',
  'endless',
  'garbage',
] as const;
export type BadReply = (typeof badReplies)[number];

/** The last one is for good, until a person has it sent again. */
export const badSmsReplies = [...badReplies, 'status_410'] as const;

/** How a mail server answers badly: `never` and `cut_after_data` have taken the mail, and their sender cannot know. */
export const badMailReplies = [
  'greylisted',
  'status_550',
  'status_451',
  'cut_in_data',
  'cut_after_data',
  'never',
  'slow',
  'garbage',
] as const;
export type BadMailReply = (typeof badMailReplies)[number];

export interface PlannedOrder {
  readonly orderNo: string;
  readonly issuerId: string;
  readonly behaviour: Behaviour | Race;
  readonly quantity: number;
  readonly value: number;
  /** Milliseconds after the start of the phase. */
  readonly placeAtMs: number;
  /** Answers to the first tries of `order.paid`; whether it acts on them all the same. */
  readonly paidReplies: readonly { readonly reply: BadReply; readonly acts: boolean }[];
  readonly codeReplies: readonly BadReply[];
  readonly eventReplies: readonly BadReply[];
  /** Of a terminal over HTTP, where a 410 is for ever; and of a mail server. */
  readonly terminalReplies: readonly (typeof badSmsReplies)[number][];
  readonly mailReplies: readonly BadMailReply[];
}

export interface PlannedIssuer {
  readonly issuerId: string;
  readonly codeMode: 'push' | 'request';
  readonly channel: 'page' | 'webhook' | 'email' | 'sms';
  readonly windowSeconds: number;
  readonly settings?: Readonly<Record<string, unknown>>;
}

export const issuersOf = (windowSeconds: number): readonly PlannedIssuer[] => [
  { issuerId: 'push-page', codeMode: 'push', channel: 'page', windowSeconds },
  { issuerId: 'push-hook', codeMode: 'push', channel: 'webhook', windowSeconds },
  { issuerId: 'push-mail', codeMode: 'push', channel: 'email', windowSeconds, settings: { codeInMessage: true } },
  { issuerId: 'push-sms', codeMode: 'push', channel: 'sms', windowSeconds, settings: { codeInMessage: true } },
  { issuerId: 'request-page', codeMode: 'request', channel: 'page', windowSeconds },
  { issuerId: 'request-hook', codeMode: 'request', channel: 'webhook', windowSeconds },
  { issuerId: 'request-mail', codeMode: 'request', channel: 'email', windowSeconds },
  { issuerId: 'request-sms', codeMode: 'request', channel: 'sms', windowSeconds },
  // Whose orders stand in line while both apis die: none of them runs out of time, however slow the machine is.
  { issuerId: 'queue-page', codeMode: 'push', channel: 'page', windowSeconds: 3_600 },
  { issuerId: 'queue-hook', codeMode: 'push', channel: 'webhook', windowSeconds: 3_600 },
  { issuerId: 'queue-mail', codeMode: 'push', channel: 'email', windowSeconds: 3_600 },
  { issuerId: 'queue-sms', codeMode: 'push', channel: 'sms', windowSeconds: 3_600, settings: { codeInMessage: true } },
  // Those whose orders may end by a window, not by an answer: what came in time is judged even at its very end.
  { issuerId: 'short', codeMode: 'push', channel: 'page', windowSeconds: 15 },
  { issuerId: 'once-page', codeMode: 'push', channel: 'page', windowSeconds: 45 },
  { issuerId: 'once-mail', codeMode: 'request', channel: 'email', windowSeconds: 45 },
  // Answers 410 once, is paused for it, and taken up again by an operator.
  { issuerId: 'gone', codeMode: 'push', channel: 'page', windowSeconds },
  // Whose buyers ask for refunds, with little time to decide.
  {
    issuerId: 'races',
    codeMode: 'push',
    channel: 'page',
    windowSeconds,
    settings: { buyerRefunds: true, voidDecisionSeconds: 5, voidUndecided: 'approve' },
  },
];

const channels = ['page', 'hook', 'mail', 'sms'] as const;
const shortOnly: ReadonlySet<Behaviour> = new Set(['silent', 'part_of_the_codes', 'late_codes']);
const multiple: ReadonlySet<Behaviour> = new Set(['split', 'part_of_the_codes']);

export const planOrders = (seed: number, name: string, count: number, overMs: number): PlannedOrder[] => {
  const random = createRandom(`${seed}/orders/${name}`);
  const plain = channels.flatMap((channel) => [`push-${channel}`, `request-${channel}`]);
  return Array.from({ length: count }, (_, n): PlannedOrder => {
    const behaviour = random.weighted(behaviours);
    const isShort = shortOnly.has(behaviour);
    const issuerId = isShort
      ? 'short'
      : behaviour === 'gives_codes_once'
        ? random.oneOf(['once-page', 'once-mail'])
        : behaviour === 'cancels_while_asked'
          ? `request-${random.oneOf(channels)}`
          : random.next() < 0.04
            ? 'gone'
            : random.oneOf(plain);
    const bad = <T>(share: number, make: () => T): T[] => (random.next() < share ? [make()] : []);
    const badReply = () => random.oneOf(badReplies);
    return {
      orderNo: `${name}-${n}`,
      issuerId,
      behaviour,
      quantity: multiple.has(behaviour) ? 3 : random.oneOf([1, 1, 1, 2]),
      value: random.oneOf([0, 100, 450, 999, 12_345]),
      placeAtMs: Math.round((overMs * n) / count + random.between(0, 400)),
      paidReplies: isShort
        ? []
        : bad(0.25, () => {
            const reply = badReply();
            // A 2xx, whatever is in it, is the issuer's word that it knows: it is not told again.
            return { reply, acts: reply === 'garbage' || random.next() < 0.5 };
          }),
      codeReplies: bad(0.3, badReply),
      eventReplies: bad(0.2, badReply),
      terminalReplies: random.next() < 0.04 ? ['status_410'] : bad(0.35, badReply),
      mailReplies: bad(0.4, () => random.oneOf(badMailReplies)),
    };
  });
};

export type PlannedFault =
  | { readonly kind: 'kill' | 'stop'; readonly target: string; readonly durationMs: number }
  | { readonly kind: 'network'; readonly target: string; readonly fault: NetworkFault; readonly durationMs: number }
  | { readonly kind: 'kill_both' | 'graceful_stop_cut_short'; readonly target: string; readonly durationMs: number }
  | { readonly kind: 'clock_step'; readonly target: string; readonly stepMs: number; readonly durationMs: number }
  | { readonly kind: 'full_disk'; readonly target: 'engine+database'; readonly durationMs: number }
  | { readonly kind: 'crash_point'; readonly target: string; readonly durationMs: 0 };

/** Within the five minutes that signatures allow: a clock further off is refused, and rightly. */
const clockStepMaxMs = 120_000;

/** Dealt from a deck, so that every kind comes up before one comes up again. */
export const faultDeck = (
  random: ReturnType<typeof createRandom>,
  crashPoints: readonly string[],
  { isFull, hasSmallDisk }: { isFull: boolean; hasSmallDisk: boolean },
): PlannedFault[] => {
  const half = (names: readonly string[]): string[] => (isFull ? [...names] : [random.oneOf(names)]);
  const network = (target: string, faults: readonly NetworkFault[]): PlannedFault => ({
    kind: 'network',
    target,
    fault: random.oneOf(faults),
    durationMs: random.between(1_000, 3_500),
  });
  const all: readonly NetworkFault[] = ['delay', 'cut', 'reset', 'half_close', 'truncate', 'blackhole'];
  return random.shuffled<PlannedFault>([
    ...half(['api-1', 'api-2']).map((target) => ({
      kind: 'kill' as const,
      target,
      durationMs: random.between(200, 1_500),
    })),
    ...half(['worker-1', 'worker-2']).map((target) => ({
      kind: 'kill' as const,
      target,
      durationMs: random.between(200, 1_500),
    })),
    { kind: 'kill', target: 'temporal', durationMs: random.between(200, 2_500) },
    { kind: 'kill', target: 'database', durationMs: random.between(200, 2_500) },
    { kind: 'kill_both', target: 'worker+temporal', durationMs: random.between(200, 1_500) },
    { kind: 'stop', target: random.oneOf(['api-1', 'api-2']), durationMs: random.between(1_000, 5_000) },
    { kind: 'stop', target: random.oneOf(['worker-1', 'worker-2']), durationMs: random.between(1_000, 20_000) },
    { kind: 'stop', target: 'temporal', durationMs: random.between(1_000, 7_000) },
    { kind: 'stop', target: 'database', durationMs: random.between(1_000, 7_000) },
    {
      kind: 'clock_step',
      target: random.oneOf(['api-1', 'api-2', 'worker-1', 'worker-2']),
      stepMs: random.between(-clockStepMaxMs, clockStepMaxMs),
      durationMs: random.between(2_000, 10_000),
    },
    ...(hasSmallDisk
      ? [
          {
            kind: 'full_disk' as const,
            target: 'engine+database' as const,
            durationMs: random.between(1_000, 5_000),
          },
        ]
      : []),
    network('front', all),
    network('engine', all),
    network('database', all),
    network('issuers', all),
    network('terminals', all),
    network('mail', all),
    {
      kind: 'graceful_stop_cut_short',
      target: random.oneOf(['worker-1', 'api-1']),
      durationMs: random.between(50, 2_000),
    },
    ...random
      .shuffled(crashPoints)
      .slice(0, isFull ? 4 : 2)
      .map((target) => ({ kind: 'crash_point' as const, target, durationMs: 0 as const })),
  ]);
};
