import { createPerMinute } from '../bounded/per-minute';
import { isTestIssuer, turnOf } from '../domain/ids';
import { secondMs } from '../domain/timings';

/** Twice what opens a host's circuit, so that one host with a wrong certificate holds up no other. Of each slot key. */
const failedPerMinuteMax = 20;
/** Of all test issuers together, whom anybody makes. */
const failedTestsPerMinuteMax = 60;
/** Of a turn, from the server's first byte on: one that is silent costs nothing. */
const underWayMax = 8;

/** Not begun, or not gone on with: nothing is said of the host. */
export class HandshakesSpent extends Error {
  override readonly name = 'HandshakesSpent';
  readonly code = 'HANDSHAKES_SPENT';

  constructor(readonly retryAfterMs: number) {
    super('too many TLS handshakes failed in this minute');
  }
}

interface Waiting {
  readonly issuerId: string;
  readonly slotKey: string;
  go(): void;
  refuse(error: HandshakesSpent): void;
}

interface Turn {
  underWay: number;
  readonly waiting: Set<Waiting>;
}

export type Handshakes = ReturnType<typeof createHandshakes>;

/**
 * A handshake takes the process's own time, and how much of it the server decides. So whoever's fail often makes no more of
 * them until the minute is over; connections that are open stay in use. Asked by the connector, for all calls out.
 */
export const createHandshakes = (nowMs: () => number) => {
  const ofKeys = createPerMinute(failedPerMinuteMax, nowMs);
  /** Of whom one failed at least: what all test issuers have together is used up for these alone. */
  const failing = createPerMinute(1, nowMs);
  const ofTests = createPerMinute(failedTestsPerMinuteMax, nowMs);
  const turns = new Map<string, Turn>();

  const spent = (issuerId = '', slotKey = issuerId): HandshakesSpent | undefined => {
    const isJudged = isTestIssuer(issuerId) && failing.secondsLeft(issuerId) !== undefined;
    const ofTurn = isJudged ? ofTests.secondsLeft(turnOf(issuerId)) : undefined;
    const seconds = Math.max(ofKeys.secondsLeft(slotKey) ?? 0, ofTurn ?? 0);
    return seconds > 0 ? new HandshakesSpent(seconds * secondMs) : undefined;
  };

  const noteFailed = (issuerId: string, slotKey: string): void => {
    ofKeys.note(slotKey);
    if (!isTestIssuer(issuerId)) return;
    failing.note(issuerId);
    ofTests.note(turnOf(issuerId));
  };

  const letIn = (name: string, turn: Turn): void => {
    for (const next of turn.waiting) {
      if (turn.underWay >= underWayMax) return;
      turn.waiting.delete(next);
      const error = spent(next.issuerId, next.slotKey);
      if (error) next.refuse(error);
      else next.go();
    }
    if (turn.underWay === 0) turns.delete(name);
  };

  /** Of one connection: it enters with the server's first byte, at once or in turn, and leaves when the handshake ends. */
  const begin = (issuerId = '', slotKey = issuerId) => {
    const name = turnOf(issuerId);
    let leave = (_isGood: boolean): void => undefined;
    return {
      enter: (go: () => void, refuse: (error: HandshakesSpent) => void): void => {
        const turn = turns.get(name) ?? { underWay: 0, waiting: new Set() };
        turns.set(name, turn);
        const goIn = (): void => {
          turn.underWay += 1;
          leave = (isGood) => {
            leave = () => undefined;
            turn.underWay -= 1;
            if (!isGood) noteFailed(issuerId, slotKey);
            letIn(name, turn);
          };
          go();
        };
        const one = { issuerId, slotKey, go: goIn, refuse };
        leave = () => turn.waiting.delete(one);
        turn.waiting.add(one);
        letIn(name, turn);
      },
      leave: (isGood: boolean): void => leave(isGood),
    };
  };

  return { spent, begin };
};
