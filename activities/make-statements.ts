import type { Logger } from 'pino';
import { type Day, dayOf, statementDueMs } from '../src/domain/days';
import { dayMs } from '../src/domain/timings';
import type { Statements } from '../src/second-interface/statements/statements';
import type { Issuers } from '../src/store/issuers';

export interface StatementMaking {
  readonly statements: Pick<Statements, 'makeDue'>;
  readonly issuers: Pick<Issuers, 'list'>;
  readonly log: Logger;
  readonly nowMs: () => number;
  readonly sayAlive: () => void;
}

/** A job that did not run for so long is caught up; what is older is made for whoever asks. */
const daysBack = 3;
const issuersAtOnce = 100;

/** Makes what nobody has asked for yet, so that a statement's facts are those of its day's end. Twice makes nothing again. */
export const createMakeStatements = ({ statements, issuers, log, nowMs, sayAlive }: StatementMaking) => ({
  makeStatements: async (): Promise<number> => {
    let made = 0;
    let failed: unknown;
    let after: string | undefined;
    for (;;) {
      const page = await issuers.list(after, issuersAtOnce);
      for (const { _id: issuerId } of page) {
        for (const day of dueDays(nowMs())) {
          sayAlive();
          try {
            if (await statements.makeDue({ issuerId, day }, sayAlive)) made += 1;
          } catch (error) {
            log.warn({ issuerId, day, err: error }, 'a statement could not be made');
            failed = error;
          }
        }
      }
      after = page.at(-1)?._id;
      if (page.length < issuersAtOnce) break;
    }
    // The engine runs it again, and what is there is not made twice.
    if (failed !== undefined) throw failed;
    return made;
  },
});

const dueDays = (nowMs: number): Day[] =>
  Array.from({ length: daysBack }, (_, n) => dayOf(nowMs - (n + 1) * dayMs)).filter(
    (day) => statementDueMs(day) <= nowMs,
  );
