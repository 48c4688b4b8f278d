import { createPerMinute } from '../../bounded/per-minute';
import { createSlots } from '../../bounded/slots';
import type { KnownNetworks } from '../auth/known-networks';

/** At work in one process. Networks from which none was right within a day have a quarter of them. */
const placesMax = 80;
const ofNetworkMax = 5;
/** A minute, of a network from which none was right within a day. */
const wrongMax = 5;
const fullSeconds = 1;
const strange = 'strange ';

export interface OidcPlace {
  readonly cameTo: (outcome: 'right' | 'wrong') => void;
  readonly leave: () => void;
}

/**
 * What waits for the OpenID provider: sign-ins have these places, and logouts have their own. Whoever comes without end and
 * is never right keeps out neither those who were right where they are, nor everybody at a new place.
 */
export const createOidcPlaces = (
  of: 'sign-ins' | 'logouts',
  { knownNetworks, nowMs }: { readonly knownNetworks: KnownNetworks; readonly nowMs: () => number },
) => {
  /** No operator has a name with a colon. */
  const holder = `openid:${of}`;
  const slots = createSlots(placesMax, (key) => key.startsWith(strange));
  const wrong = createPerMinute(wrongMax, nowMs);

  return {
    /** @returns A number: none is free, come again in so many seconds. */
    take: (network: string): OidcPlace | number => {
      const isKnown = knownNetworks.has(holder, network);
      const key = isKnown ? network : `${strange}${network}`;
      const waitSeconds = isKnown ? undefined : wrong.secondsLeft(network);
      if (waitSeconds !== undefined || slots.take(key, ofNetworkMax) !== 'taken') {
        knownNetworks.look();
        return waitSeconds ?? fullSeconds;
      }
      return {
        cameTo: (outcome) => {
          if (outcome === 'right') knownNetworks.note(holder, network);
          else wrong.note(network);
        },
        leave: () => slots.giveBack(key),
      };
    },
  };
};
