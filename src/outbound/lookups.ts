import { type LookupAddress, lookup as lookupName } from 'node:dns';
import { turnOf } from '../domain/ids';

export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** Of one issuer, and of all test issuers, whom anybody makes. */
const runningPerAskerMax = 2;
const waitingPerAskerMax = 256;
/** Whoever asked has given up by then. */
const waitLimitMs = 10_000;

export const systemResolve: Resolve = (hostname) =>
  new Promise((done, fail) => {
    lookupName(hostname, { all: true, verbatim: true }, (error, addresses) => (error ? fail(error) : done(addresses)));
  });

class LookupsBusy extends Error {
  override readonly name = 'LookupsBusy';
  readonly code = 'LOOKUPS_BUSY';
}

interface Turn {
  running: number;
  readonly waiting: (() => void)[];
}

/**
 * The system's resolver has some threads for everyone, and asks for ten seconds and more where nobody answers for a name: an
 * issuer whose names are slow waits for itself alone. Equal questions at the same time are one.
 */
export const createLookups = (resolve: Resolve, nowMs: () => number = () => performance.now()) => {
  const turns = new Map<string, Turn>();
  const asked = new Map<string, ReturnType<Resolve>>();

  const begun = async (asker: string): Promise<Turn> => {
    const turn = turns.get(asker) ?? { running: 0, waiting: [] };
    turns.set(asker, turn);
    if (turn.running < runningPerAskerMax) {
      turn.running += 1;
      return turn;
    }
    if (turn.waiting.length >= waitingPerAskerMax) throw new LookupsBusy('too many names are looked up');
    await new Promise<void>((go) => turn.waiting.push(go));
    return turn;
  };

  const inTurn = async (hostname: string, asker: string): Promise<readonly LookupAddress[]> => {
    const sinceMs = nowMs();
    const turn = await begun(asker);
    try {
      if (nowMs() - sinceMs > waitLimitMs) throw new LookupsBusy('names before it were slow');
      return await resolve(hostname);
    } finally {
      const next = turn.waiting.shift();
      if (next) next();
      else turn.running -= 1;
      if (turn.running === 0) turns.delete(asker);
    }
  };

  return (hostname: string, issuerId = ''): ReturnType<Resolve> => {
    const asker = turnOf(issuerId);
    const question = `${asker} ${hostname}`;
    const same = asked.get(question);
    if (same) return same;
    const answer = inTurn(hostname, asker).finally(() => asked.delete(question));
    asked.set(question, answer);
    return answer;
  };
};
