import { issuerIdPattern } from '../src/domain/ids';
import { type TroubleKind, whatToDo } from '../src/domain/trouble';
import type { Mail } from '../src/mail/mailer';
import type { AlertRow } from '../src/store/alerts';
import { changeId } from './alert-change';

/** The address of a terminal's origin is what is long in a subject or a summary. */
const lineLimit = 500;

/** One mail for all changes of a pass, begun first; `publicUrl` is where the operators' console is. */
export const mailOf = (rows: readonly AlertRow[], publicUrl: string): Mail => {
  const begun = rows.filter(({ state }) => state === 'raised');
  const ended = rows.filter(({ state }) => state === 'cleared');
  const [only] = rows;
  const counts = [begun.length > 0 ? `${begun.length} begun` : '', ended.length > 0 ? `${ended.length} ended` : ''];
  const what =
    rows.length === 1 && only
      ? `${only.state === 'raised' ? 'begun' : 'ended'}: ${only.kind} ${only.subject}`
      : counts.filter(Boolean).join(', ');
  const blocks = [
    ...titled('Begun', begun, (row) => begunBlock(row, publicUrl)),
    ...titled('Ended', ended, endedBlock),
    'What each kind means stands in docs/operations.md under "Alerts by webhook and e-mail". Each change is told once.',
  ];
  return { id: changeId(rows), subject: `Codeferry: ${what}`, text: `${blocks.join('\n\n')}\n` };
};

const titled = (title: string, rows: readonly AlertRow[], say: (row: AlertRow) => string): string[] =>
  rows.length === 0 ? [] : [`${title}: ${rows.length}`, ...rows.map(say)];

const begunBlock = ({ kind, subject, summary, raisedAt }: AlertRow, publicUrl: string): string =>
  [
    plain(summary),
    `  ${kind} ${plain(subject)}, since ${spoken(raisedAt)}`,
    `  ${whatToDo[kind]}`,
    `  ${publicUrl}/operator#/${consolePlace(kind, subject)}`,
  ].join('\n');

const endedBlock = ({ kind, subject, summary, raisedAt, clearedAt = raisedAt }: AlertRow): string =>
  [
    `${kind} ${plain(subject)}, ended ${spoken(clearedAt)}, begun ${spoken(raisedAt)}`,
    `  It was: ${plain(summary)}`,
  ].join('\n');

const consolePlace = (kind: TroubleKind, subject: string): string => {
  if (kind === 'orders_stuck' || kind === 'orders_wait_for_person') return 'failures';
  return issuerIdPattern.test(subject) ? `issuers/${subject}` : 'overview';
};

const spoken = (at: Date): string => `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;

const plain = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, lineLimit);
