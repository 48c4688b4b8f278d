import { heartbeat } from '@temporalio/activity';
import type { Logger } from 'pino';
import { hourMs, minuteMs } from '../src/domain/timings';
import { troubleKinds } from '../src/domain/trouble';
import type { Mailer } from '../src/mail/mailer';
import type { AlertReceiver, AlertRow, Alerts } from '../src/store/alerts';
import { mailOf } from './alert-mail';
import { type AlertWebhook, isPosted } from './alert-webhook';
import { finders, type TroubleSources } from './find-trouble';

export interface Alerting extends TroubleSources, AlertWebhook {
  readonly alerts: Alerts;
  /** Where changes are told; undefined: to no webhook. */
  readonly alertUrl: string | undefined;
  /** Undefined: by no mail. Without both, changes are only counted. */
  readonly mailer: Mailer | undefined;
  /** Where the console is, which a mail links to. */
  readonly publicUrl: string;
  readonly log: Logger;
}

/** What one pass changed, shown in the result of the reconciler. A change that two receivers took was told twice. */
export interface Alerted {
  readonly alertsRaised: number;
  readonly alertsCleared: number;
  readonly alertsSent: number;
}

const raisedLimit = 1_000;
/** Rows that somebody else wrote are read past so many pages of them. */
const readTries = 50;
const postedPerPass = 20;
const mailedPerPass = 50;
const delaysMs = [minuteMs / 2, minuteMs, 5 * minuteMs, 15 * minuteMs, hourMs, 3 * hourMs, 6 * hourMs];
const settingOf = { webhook: 'ALERT_WEBHOOK_URL', email: 'ALERT_SMTP_URL' } as const;

/** Run at the end of each pass of the reconciler, so by one worker at a time. */
export const alertOnChange = async (deps: Alerting): Promise<Alerted> => {
  let alertsRaised = 0;
  let alertsCleared = 0;
  const receivers = receiversOf(deps);
  for (const kind of troubleKinds) {
    heartbeat();
    const now = await finders[kind](deps).catch((error: unknown) => {
      deps.log.warn({ kind, err: error }, 'it could not be found out whether there is such trouble');
      return undefined;
    });
    if (!now) continue;
    const at = new Date(deps.nowMs());
    const rows = await believed(deps, () => deps.alerts.raised(kind, raisedLimit), raisedLimit);
    const raised = new Map(rows.map((row) => [row.subject, row]));
    for (const trouble of now) {
      if (raised.delete(trouble.subject)) continue;
      await apart(deps, trouble, async () => {
        if (await deps.alerts.raise(trouble, at, receivers)) alertsRaised += 1;
      });
    }
    for (const row of raised.values()) {
      await apart(deps, row, async () => {
        await deps.alerts.clear(row, at, receivers);
        alertsCleared += 1;
      });
    }
  }
  const posted = await tellWebhook(deps);
  const mailed = await tellByMail(deps);
  return { alertsRaised, alertsCleared, alertsSent: posted + mailed };
};

/** One trouble's error keeps no other one from being told; the next pass comes upon it again. */
const apart = async (
  { log }: Alerting,
  { kind, subject }: Pick<AlertRow, 'kind' | 'subject'>,
  tell: () => Promise<void>,
): Promise<void> => {
  await tell().catch((error: unknown) => log.error({ kind, subject, err: error }, 'an alert failed'));
};

/** As the platform wrote them. What somebody else wrote is deleted: a trouble that there is, is raised anew, and told. */
const believed = async (
  { alerts, log }: Alerting,
  read: () => Promise<readonly AlertRow[]>,
  limit: number,
): Promise<readonly AlertRow[]> => {
  for (let n = 0; n < readTries; n += 1) {
    const rows = await read();
    const [ours, others] = [true, false].map((isOurs) => rows.filter((row) => alerts.isUntouched(row) === isOurs));
    for (const row of others ?? []) {
      log.warn({ alert: row._id }, 'an alert that the platform did not write is deleted');
      await alerts.drop(row);
    }
    if ((ours ?? []).length > 0 || rows.length < limit) return ours ?? [];
  }
  return [];
};

const receiversOf = ({ alertUrl, mailer }: Alerting): AlertReceiver[] => [
  ...(alertUrl === undefined ? [] : ['webhook' as const]),
  ...(mailer === undefined ? [] : ['email' as const]),
];

/** One call for each change. A receiver that fails once is left alone until the next pass: the others would wait for nothing. */
const tellWebhook = async (deps: Alerting): Promise<number> => {
  const { alerts, alertUrl, nowMs } = deps;
  if (alertUrl === undefined) return 0;
  let told = 0;
  let hasFailed = false;
  const due = () => alerts.untold('webhook', new Date(nowMs()), postedPerPass);
  for (const row of await believed(deps, due, postedPerPass)) {
    heartbeat();
    await apart(deps, row, async () => {
      if (await isPosted(deps, alertUrl, row)) {
        await alerts.settle(row, 'webhook');
        told += 1;
        return;
      }
      hasFailed = true;
      await postpone(deps, row, 'webhook');
    });
    if (hasFailed) break;
  }
  return told;
};

/** One mail for all changes. */
const tellByMail = async (deps: Alerting): Promise<number> => {
  const { alerts, mailer, nowMs, log, publicUrl } = deps;
  if (mailer === undefined) return 0;
  const rows = await believed(deps, () => alerts.untold('email', new Date(nowMs()), mailedPerPass), mailedPerPass);
  if (rows.length === 0) return 0;
  heartbeat();
  const mailed = await mailer.send(mailOf(rows, publicUrl));
  heartbeat();
  if (!mailed.isTaken) {
    log.warn({ code: mailed.code, status: mailed.status }, 'the mail server did not take a mail of alerts');
    for (const row of rows) await apart(deps, row, () => postpone(deps, row, 'email'));
    return 0;
  }
  const { refusedRecipients } = mailed;
  if (refusedRecipients > 0) log.warn({ refusedRecipients }, 'the mail server refused some of ALERT_EMAIL_TO');
  for (const row of rows) await apart(deps, row, () => alerts.settle(row, 'email'));
  return rows.length;
};

const postpone = async ({ alerts, log, nowMs }: Alerting, row: AlertRow, receiver: AlertReceiver): Promise<void> => {
  const tries = (row.untold?.[receiver]?.tries ?? 0) + 1;
  const delayMs = delaysMs[tries - 1];
  if (delayMs === undefined) {
    const { kind, state } = row;
    log.error({ kind, state, setting: settingOf[receiver] }, 'an alert was given up: its receiver did not take it');
    await alerts.settle(row, receiver);
    return;
  }
  await alerts.defer(row, receiver, tries, new Date(nowMs() + delayMs));
};
