import { LRUCache } from 'lru-cache';
import { Failure } from '../domain/failures';
import { behind } from './event-loop-lag';
import { createRecentUse } from './recent-use';

/** One request costs one unit. What an issuer has not used for ten seconds is there at once: bursts are taken. */
const perSecond = 2_000;
const unitsMax = 20_000;
/** A body costs by what it takes to read. */
const bytesPerUnit = 4 * 1024;
/** A body that does not fit costs as much as ten that do. */
const refusedUnits = 9;
/** A row that is read whole costs by its codes: 10,000 take a tenth of a second. */
const codesPerUnit = 40;
/** Codes that are opened, or read with what is sealed: 10,000 take half a second. */
const codesOpenedPerUnit = 8;
/** An answer costs more than a body, as it is read, made and written. */
const answerBytesPerUnit = 1024;
/** Left to other calls, by what is sent piece by piece. */
const leftByPieces = unitsMax / 2;
/** Of bodies this large one issuer has two at work at once. */
const largeBytes = 256 * 1024;
const largeAtOnceMax = 2;
const issuersMax = 10_000;

interface Budget {
  units: number;
  atMs: number;
  large: number;
}

/**
 * What one issuer may use of a process: requests, bytes, and more for what is refused, so that it slows itself down and nobody
 * else. While the process is behind, who used more of the last seconds than others goes first. Asked once its signature was
 * found to fit. An issuer that is forgotten has been idle, or has a full budget again.
 */
export const createIssuerBudgets = (
  isBehind: () => boolean,
  nowMs: () => number = () => performance.now(),
  tooMuch = 'This issuer sends more than its share',
) => {
  const budgets = new LRUCache<string, Budget>({ max: issuersMax });
  const recent = createRecentUse(nowMs);

  const budgetOf = (issuerId: string): Budget => {
    const atMs = nowMs();
    const known = budgets.get(issuerId) ?? { units: unitsMax, atMs, large: 0 };
    known.units = Math.min(unitsMax, known.units + ((atMs - known.atMs) / 1_000) * perSecond);
    known.atMs = atMs;
    budgets.set(issuerId, known);
    return known;
  };

  const use = (issuerId: string, units: number): void => {
    budgetOf(issuerId).units -= units;
    recent.add(issuerId, units);
  };

  return {
    /** `more`: of what its bytes do not tell. Returns what is called when the request is over. @throws Failure `rate_limited`, `unavailable` */
    spend: (issuerId: string, bytes: number, more = 0): (() => void) => {
      const budget = budgetOf(issuerId);
      const units = 1 + Math.floor(bytes / bytesPerUnit) + more;
      // What is refused has been read, too.
      recent.add(issuerId, units);
      if (isBehind() && recent.isAboveEqualShare(issuerId)) throw behind();
      if (budget.units < units) {
        throw new Failure('rate_limited', {
          detail: tooMuch,
          retryAfterSeconds: Math.max(1, Math.ceil((units - budget.units) / perSecond)),
        });
      }
      const isLarge = bytes > largeBytes;
      if (isLarge && budget.large >= largeAtOnceMax) {
        throw new Failure('rate_limited', {
          detail: 'Two large bodies of this issuer are at work',
          retryAfterSeconds: 1,
        });
      }
      budget.units -= units;
      if (!isLarge) return () => undefined;
      budget.large += 1;
      return () => {
        budget.large -= 1;
      };
    },

    /** Its body was none, or did not fit. What is known afterwards alone may leave a debt. */
    refused: (issuerId: string): void => {
      use(issuerId, refusedUnits);
    },

    /** As so many more requests, by what it was found to take. */
    alsoCosts: use,

    /** Of one order, with all that is kept of each. */
    readCodes: (issuerId: string, codes: number): void => {
      use(issuerId, Math.floor(codes / codesPerUnit));
    },

    /** Of one order, before a call of which it is known that it may open so many. */
    openCodes: (issuerId: string, codes: number): void => {
      use(issuerId, Math.floor(codes / codesOpenedPerUnit));
    },

    /** Before the next piece of a long answer. */
    pieceWaitMs: (issuerId: string): number =>
      (Math.max(0, leftByPieces - budgetOf(issuerId).units) / perSecond) * 1_000,

    answered: (issuerId: string, bytes: number): void => {
      use(issuerId, Math.floor(bytes / answerBytesPerUnit));
    },
  };
};

/** As much of each operator. Whoever looks why the process is behind is not the one to go first. */
export const createOperatorBudgets = (nowMs?: () => number) =>
  createIssuerBudgets(() => false, nowMs, 'You ask for more than your share');
