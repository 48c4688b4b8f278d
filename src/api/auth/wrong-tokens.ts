import type { Logger } from 'pino';
import { Counter, type Registry } from 'prom-client';
import { createPerMinute, networkOf } from '../../bounded/per-minute';
import { Failure } from '../../domain/failures';
import type { Guesses } from '../../store/guesses';

const ofAddressLimit = 20;
const inAllLimit = 200;

export const doors = ['api', 'console', 'codec'] as const;
export type Door = (typeof doors)[number];

export type WrongTokens = ReturnType<typeof createWrongTokens>;

/**
 * Wrong operator tokens, counted by address and in all. A right one is never refused here, so that nobody locks operators out:
 * its 16 characters are out of reach of as many guesses as a process answers. Whoever guesses is told to wait, and a person is
 * told of it.
 */
export const createWrongTokens = ({
  guesses,
  registry,
  nowMs,
  log,
}: {
  readonly guesses: Guesses;
  readonly registry: Registry;
  readonly nowMs: () => number;
  readonly log: Logger;
}) => {
  const ofAddress = createPerMinute(ofAddressLimit, nowMs);
  const inAll = createPerMinute(inAllLimit, nowMs);
  const told = createPerMinute(1, nowMs);
  const refused = new Counter({
    name: 'codeferry_operator_tokens_refused_total',
    help: 'Wrong operator tokens, by where they were given',
    labelNames: ['door'],
    registers: [registry],
  });
  for (const door of doors) refused.inc({ door }, 0);

  /** Once a minute: it is one row, written over and over. */
  const tell = (address: string): void => {
    if (told.secondsLeft('all') !== undefined) return;
    told.note('all');
    log.warn({ from: address }, 'wrong operator tokens come without end');
    guesses.note(new Date(nowMs())).catch((error: unknown) => {
      log.warn({ err: error }, 'that operator tokens are guessed could not be written down');
    });
  };

  return {
    /** What a wrong token at a door is answered with. */
    refusal: (address: string, door: Door, otherwise: Failure = new Failure('operator_unauthorized')): Failure => {
      refused.inc({ door });
      const network = networkOf(address);
      const retryAfterSeconds = ofAddress.secondsLeft(network) ?? inAll.secondsLeft('all');
      ofAddress.note(network);
      inAll.note('all');
      if (retryAfterSeconds === undefined) return otherwise;
      tell(address);
      return new Failure('rate_limited', { retryAfterSeconds });
    },
  };
};
