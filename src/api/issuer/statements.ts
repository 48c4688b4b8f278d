import { createSlots } from '../../bounded/slots';
import { withinMs } from '../../bounded/time-limit';
import { readStatement, statementColumns } from '../../contract/issuer/statements';
import { readStatementOf } from '../../contract/operator/statements';
import { bodyInvalid } from '../../contract/problem';
import { type Day, dayEndMs, dayOf, isDay, statementDueMs, statementKeptMs } from '../../domain/days';
import { Failure } from '../../domain/failures';
import { isTestIssuer } from '../../domain/ids';
import { secondMs } from '../../domain/timings';
import type { Statement, Statements } from '../../second-interface/statements/statements';
import type { IssuerRow, Issuers } from '../../store/issuers';
import { prefers } from '../edge/accept';
import { asTheyAre, csvLines, type FileAnswer, ndjsonLines } from '../edge/file-answer';
import type { Mount } from '../edge/mount';

/** Statements that are looked for or made at the same moment, per process. */
const opensMax = 16;
const opensPerIssuerMax = 4;
/** A making that takes longer goes on, and the same request comes again. */
const waitLimitMs = 10 * secondMs;

const csv = 'text/csv';
const ndjson = 'application/x-ndjson';

interface StatementDeps {
  readonly statements: Statements;
  readonly issuers: Pick<Issuers, 'findEver'>;
  readonly nowMs: () => number;
}

/** What changed on a day, as a file: for the issuer, and the same for operators. */
export const mountStatements = (mount: Mount, { statements, issuers, nowMs }: StatementDeps): void => {
  const slots = createSlots(opensMax, isTestIssuer);

  const ofPastDay = async (issuerId: string, day: Day): Promise<Statement> => {
    if (slots.take(issuerId, opensPerIssuerMax) !== 'taken')
      throw new Failure('rate_limited', { retryAfterSeconds: 1 });
    const opening = statements.ofPastDay({ issuerId, day }).finally(() => slots.giveBack(issuerId));
    return withinMs(waitLimitMs, opening, () => {
      throw new Failure('statement_not_ready', { detail: 'It is being made', retryAfterSeconds: 5 });
    });
  };

  /** @throws Failure `body_invalid` at `/day`, `statement_not_ready`, `rate_limited` */
  const statementOf = async ({ _id, createdAt }: IssuerRow, day: Day): Promise<Statement> => {
    const now = nowMs();
    if (!isDay(day)) throw dayInvalid('must be a day such as 2026-01-31');
    if (day > dayOf(now)) throw dayInvalid('is yet to come');
    if (day === dayOf(now)) return statements.ofRunningDay(_id);
    const waitMs = statementDueMs(day) - now;
    if (waitMs > 0) throw new Failure('statement_not_ready', { retryAfterSeconds: Math.ceil(waitMs / secondMs) });
    if (day < dayOf(createdAt.getTime())) return statements.ofDayBefore(day);
    if (dayEndMs(day) + statementKeptMs <= now) throw dayInvalid('is more than 400 days ago');
    return ofPastDay(_id, day);
  };

  const fileOf = ({ isFinal, asOf, pages }: Statement, isCsv: boolean): FileAnswer => ({
    mediaType: isCsv ? csv : ndjson,
    headers: { 'statement-final': String(isFinal), 'statement-as-of': asOf.toISOString() },
    lines: isCsv
      ? csvLines(statementColumns, pages, asTheyAre, (line) => line)
      : ndjsonLines(pages, asTheyAre, (line) => line),
  });

  mount.issuerFile(readStatement)(async ({ issuer, params: { day }, accept }) =>
    fileOf(await statementOf(issuer, day), prefers(accept, csv, ndjson)),
  );

  mount.operatorFile(readStatementOf)(async ({ params: { issuerId, day }, accept }) => {
    const issuer = await issuers.findEver(issuerId);
    if (!issuer) throw new Failure('issuer_unknown');
    const isCsv = !prefers(accept, ndjson, csv);
    return {
      ...fileOf(await statementOf(issuer, day), isCsv),
      name: `${issuerId}-${day}.${isCsv ? 'csv' : 'ndjson'}`,
      deed: { action: 'statement.exported', target: issuerId, after: { day } },
    };
  });
};

const dayInvalid = (message: string): Failure => bodyInvalid([{ path: '/day', code: 'day_invalid', message }]);
