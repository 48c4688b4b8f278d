import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { Counter, type Registry } from 'prom-client';
import { createPerMinute, networkOf } from '../../bounded/per-minute';
import { Failure } from '../../domain/failures';
import { dayMs } from '../../domain/timings';
import type { Guesses } from '../../store/guesses';

const ofAddressLimit = 20;
/** A person types there. */
const atConsoleLimit = 5;
const inAllLimit = 200;

/** Of one operator: whoever moves from network to network forgets nobody else's. */
const knownNetworksMax = 100;
const knownMs = dayMs;

export const doors = ['api', 'console', 'codec'] as const;
export type Door = (typeof doors)[number];

export type WrongTokens = ReturnType<typeof createWrongTokens>;

/**
 * Every door asks here once it has compared a token. Above the limit of its network a right token is answered as a wrong one:
 * whoever guesses on learns nothing. It is taken where the same one was taken within a day, so nobody who works there is
 * locked out by a guesser beside them; OWASP calls that device cookies. Wrong ones in all refuse nobody: one person has
 * networks enough to keep operators out of every new one. A person is told of both.
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
  const atConsole = createPerMinute(atConsoleLimit, nowMs);
  const atCodec = createPerMinute(ofAddressLimit, nowMs);
  const inAll = createPerMinute(inAllLimit, nowMs);
  /** Any web page lets its readers' browsers ask at the codec: what is wrong there keeps nobody from the other doors. */
  const atDoor = {
    api: { own: undefined, counts: [ofAddress] },
    console: { own: atConsole, counts: [ofAddress, atConsole] },
    codec: { own: atCodec, counts: [atCodec] },
  } as const satisfies Record<Door, unknown>;
  const told = createPerMinute(1, nowMs);
  /** By who holds the token: the settings name all of them, and a new token begins with a new process. */
  const takenFrom = new Map<string, LRUCache<string, number>>();
  const refused = new Counter({
    name: 'codeferry_operator_tokens_refused_total',
    help: 'Operator tokens that were not taken, by where they were given',
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

  const isKnown = (holder: string, network: string): boolean =>
    (takenFrom.get(holder)?.get(network) ?? Number.NEGATIVE_INFINITY) > nowMs() - knownMs;

  const remember = (holder: string, network: string): void => {
    const networks = takenFrom.get(holder) ?? new LRUCache<string, number>({ max: knownNetworksMax });
    takenFrom.set(holder, networks.set(network, nowMs()));
  };

  return {
    /**
     * @param holder Whose the given token is; undefined: nobody's.
     * @throws Failure `rate_limited`, `wrong` for one that is nobody's.
     */
    taken: <Holder extends { readonly name: string }>(
      holder: Holder | undefined,
      address: string,
      door: Door,
      wrong = new Failure('operator_unauthorized'),
    ): Holder => {
      const network = networkOf(address);
      const { own, counts } = atDoor[door];
      const retryAfterSeconds = ofAddress.secondsLeft(network) ?? own?.secondsLeft(network);
      if (holder && (retryAfterSeconds === undefined || isKnown(holder.name, network))) {
        remember(holder.name, network);
        return holder;
      }
      refused.inc({ door });
      if (retryAfterSeconds !== undefined || inAll.secondsLeft('all') !== undefined) tell(address);
      for (const count of counts) count.note(network);
      inAll.note('all');
      if (retryAfterSeconds === undefined) throw wrong;
      const detail = 'Wrong tokens come from your network: one that was not taken from there lately has to wait';
      throw new Failure('rate_limited', { detail, retryAfterSeconds });
    },
  };
};
