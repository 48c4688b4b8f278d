import type { KeyObject } from 'node:crypto';
import { heartbeat } from '@temporalio/activity';
import type { Logger } from 'pino';
import { ownMessagePrefix } from '../src/domain/ids';
import { hourMs, minuteMs } from '../src/domain/timings';
import { alertsCircuit, troubleKinds } from '../src/domain/trouble';
import type { Outbound } from '../src/outbound/client';
import { signedHeaders } from '../src/outbound/signed-headers';
import { sha256 } from '../src/sealing/key-ring';
import type { AlertRow, Alerts } from '../src/store/alerts';
import { finders, type TroubleSources } from './find-trouble';

export interface Alerting extends TroubleSources {
  readonly alerts: Alerts;
  readonly outbound: Outbound;
  readonly deliveryKey: KeyObject;
  /** Where changes are told; undefined: they are only counted. */
  readonly alertUrl: string | undefined;
  readonly log: Logger;
}

/** What one pass changed, shown in the result of the reconciler. */
export interface Alerted {
  readonly alertsRaised: number;
  readonly alertsCleared: number;
  readonly alertsTold: number;
}

const answerLimitBytes = 1_024;
const raisedLimit = 1_000;
const toldPerPass = 20;
const delaysMs = [minuteMs / 2, minuteMs, 5 * minuteMs, 15 * minuteMs, hourMs, 3 * hourMs, 6 * hourMs];

/** Run at the end of each pass of the reconciler, so by one worker at a time. */
export const alertOnChange = async (parts: Alerting): Promise<Alerted> => {
  let alertsRaised = 0;
  let alertsCleared = 0;
  for (const kind of troubleKinds) {
    heartbeat();
    const now = await finders[kind](parts).catch((error: unknown) => {
      parts.log.warn({ kind, err: error }, 'it could not be found out whether there is such trouble');
      return undefined;
    });
    if (!now) continue;
    const at = new Date(parts.nowMs());
    const isTold = parts.alertUrl !== undefined;
    const raised = new Map((await parts.alerts.raised(kind, raisedLimit)).map((row) => [row.subject, row]));
    for (const trouble of now) {
      if (raised.delete(trouble.subject)) continue;
      if (await parts.alerts.raise(trouble, at, isTold)) alertsRaised += 1;
    }
    for (const row of raised.values()) await parts.alerts.clear(row, at, isTold);
    alertsCleared += raised.size;
  }
  return { alertsRaised, alertsCleared, alertsTold: await tell(parts) };
};

/** A receiver that fails once is left alone until the next pass: the others would wait for nothing. */
const tell = async (parts: Alerting): Promise<number> => {
  const { alerts, alertUrl, nowMs } = parts;
  if (alertUrl === undefined) return 0;
  let told = 0;
  for (const row of await alerts.untold(new Date(nowMs()), toldPerPass)) {
    heartbeat();
    if (await isTaken(parts, alertUrl, row)) {
      await alerts.settle(row);
      told += 1;
      continue;
    }
    await postpone(parts, row);
    break;
  }
  return told;
};

const postpone = async ({ alerts, log, nowMs }: Alerting, row: AlertRow): Promise<void> => {
  const tries = (row.untold?.tries ?? 0) + 1;
  const delayMs = delaysMs[tries - 1];
  if (delayMs === undefined) {
    log.error({ kind: row.kind, state: row.state }, 'an alert was given up: ALERT_WEBHOOK_URL did not take it');
    await alerts.settle(row);
    return;
  }
  await alerts.defer(row, tries, new Date(nowMs() + delayMs));
};

/** All tries of one change send the same bytes under one webhook-id, signed with the key that signs deliveries. */
const isTaken = async ({ outbound, deliveryKey, nowMs }: Alerting, url: string, row: AlertRow): Promise<boolean> => {
  const { kind, subject, summary, state, raisedAt, clearedAt } = row;
  const changedAt = (clearedAt ?? raisedAt).toISOString();
  const body = Buffer.from(
    JSON.stringify({
      type: `alert.${state}`,
      timestamp: changedAt,
      data: {
        kind,
        subject,
        summary,
        raisedAt: raisedAt.toISOString(),
        ...(clearedAt ? { clearedAt: changedAt } : {}),
      },
    }),
  );
  const id = `${ownMessagePrefix}alert_${sha256(`${row._id}/${state}/${changedAt}`)}`;
  const answer = await outbound.postSigned({
    issuerId: alertsCircuit,
    url,
    body,
    headers: signedHeaders({ id, nowMs: nowMs(), body, privateKey: deliveryKey }),
    answerLimitBytes,
    breakerKey: alertsCircuit,
  });
  return answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;
};
