import type { Logger } from 'pino';
import { Counter, type Registry } from 'prom-client';
import { createPerMinute, networkOf } from '../../bounded/per-minute';
import { Failure } from '../../domain/failures';
import type { Guesses } from '../../store/guesses';
import type { KnownNetworks } from './known-networks';

const ofAddressLimit = 20;
/** A person types there. */
const atConsoleLimit = 5;
const inAllLimit = 200;

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
  knownNetworks,
  registry,
  nowMs,
  log,
}: {
  readonly guesses: Guesses;
  readonly knownNetworks: KnownNetworks;
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
      if (retryAfterSeconds !== undefined) knownNetworks.look();
      if (holder && (retryAfterSeconds === undefined || knownNetworks.has(holder.name, network))) {
        knownNetworks.note(holder.name, network);
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
