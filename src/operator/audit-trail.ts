import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { Failure } from '../domain/failures';
import { isTestIssuer } from '../domain/ids';
import type { Operator } from '../domain/operator';
import { withoutLinks } from '../domain/said-text';
import type { AuditAction } from '../domain/words/audit-words';
import type { Audit, AuditEntry, ChainedAuditRow } from '../store/audit';

/** What is about to be done. */
export interface Deed {
  readonly action: AuditAction;
  /** An order, an issuer, the platform. */
  readonly target: string;
  readonly before?: AuditEntry['before'];
  /** What is asked for; the outcome may say it better. */
  readonly after?: AuditEntry['after'];
  readonly reason?: string | undefined;
}

type Outcome = Partial<Pick<Deed, 'action' | 'before' | 'after'>>;

/**
 * Given to every operator call, in the name of who calls. The intent is written first, and without it nothing is done;
 * then what came of it, whichever it was.
 */
export type AuditTrail = <T>(deed: Deed, run: () => Promise<T>, outcomeOf?: (result: T) => Outcome) => Promise<T>;

export interface AuditTrails {
  of(operator: Pick<Operator, 'name'>): AuditTrail;
  /** What an issuer does of itself; `person`: who did it on the issuer's own page. Of test issuers, which are anybody's, nothing is written. */
  ofIssuer(issuerId: string, person?: string): AuditTrail;
  /** That somebody unknown was refused, such as a sign-in with a wrong token. Never fails: its caller refuses anyway. */
  ofNobody(deed: Deed, code: string): Promise<void>;
}

/** No name of an operator can look like these. */
const nobody = '(nobody)';

export const createAuditTrails = ({
  audit,
  inTurn,
  nowMs,
  log,
}: {
  readonly audit: Audit;
  /** Before each intent: those who act wait for one of each other's, not for all that one of them asked for. */
  readonly inTurn: <T>(actor: string, work: () => Promise<T>) => Promise<T>;
  readonly nowMs: () => number;
  readonly log: Logger;
}): AuditTrails => {
  const write = async (actor: string, deed: Deed, rest: Pick<AuditEntry, 'phase' | 'of' | 'code'>) => {
    const { action, target, before, after, reason } = deed;
    const entry: AuditEntry = {
      at: new Date(nowMs()),
      actor,
      action,
      target,
      ...rest,
      ...(before ? { before: plain(before) } : {}),
      ...(after ? { after: plain(after) } : {}),
      ...(reason === undefined ? {} : { reason: withoutLinks(reason) }),
    };
    const row = await audit.append(entry, randomUUID());
    // Beside the database: whoever keeps the log knows the chain's hashes.
    log.info({ audit: linkOf(row) }, 'audit');
    return row;
  };

  const writeOutcome = async (...given: Parameters<typeof write>): Promise<void> => {
    try {
      await write(...given);
    } catch (error) {
      // It is done, and the intent is there: a refusal now would say what is not so.
      log.error({ err: error, action: given[1].action, target: given[1].target }, 'an outcome is not in the audit log');
    }
  };

  const of =
    ({ name }: Pick<Operator, 'name'>): AuditTrail =>
    async (deed, run, outcomeOf) => {
      const { seq } = await inTurn(name, () => write(name, deed, { phase: 'asked' }));
      try {
        const result = await run();
        await writeOutcome(name, { ...deed, ...outcomeOf?.(result) }, { phase: 'done', of: seq });
        return result;
      } catch (error) {
        const code = error instanceof Failure ? error.code : 'internal';
        const isRefused = error instanceof Failure && error.status < 500;
        await writeOutcome(name, deed, { phase: isRefused ? 'refused' : 'failed', of: seq, code });
        throw error;
      }
    };

  return {
    of,
    ofIssuer: (issuerId, person) =>
      isTestIssuer(issuerId)
        ? unwritten
        : of({ name: `(issuer ${issuerId}${person === undefined ? '' : `: ${person}`})` }),
    ofNobody: (deed, code) => writeOutcome(nobody, deed, { phase: 'done', code }),
  };
};

/** Entries are kept for ever. */
const unwritten: AuditTrail = (_deed, run) => run();

const linkOf = ({ seq, hash, actor, action, target, phase }: ChainedAuditRow) => ({
  seq,
  hash,
  actor,
  action,
  target,
  phase,
});

/** As it is read again: without what is undefined. Nothing is ever taken out of the log, so no link gets into it. */
const plain = (settings: NonNullable<AuditEntry['before']>): NonNullable<AuditEntry['before']> =>
  JSON.parse(JSON.stringify(settings), (_name, value) => (typeof value === 'string' ? withoutLinks(value) : value));
