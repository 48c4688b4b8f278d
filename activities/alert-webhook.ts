import type { KeyObject } from 'node:crypto';
import { alertsCircuit } from '../src/domain/trouble';
import type { Outbound } from '../src/outbound/client';
import { signedHeaders } from '../src/outbound/signed-headers';
import type { AlertRow } from '../src/store/alerts';
import { changedAt, changeId } from './alert-change';

export interface AlertWebhook {
  readonly outbound: Outbound;
  readonly signingKeys: () => Promise<readonly KeyObject[]>;
  readonly nowMs: () => number;
}

/** All tries of one change send the same bytes under one webhook-id, signed with the keys that sign deliveries. */
export const isPosted = async (
  { outbound, signingKeys, nowMs }: AlertWebhook,
  url: string,
  row: AlertRow,
): Promise<boolean> => {
  const { kind, subject, summary, state, raisedAt, clearedAt } = row;
  const timestamp = changedAt(row).toISOString();
  const body = Buffer.from(
    JSON.stringify({
      type: `alert.${state}`,
      timestamp,
      data: {
        kind,
        subject,
        summary,
        raisedAt: raisedAt.toISOString(),
        ...(clearedAt ? { clearedAt: timestamp } : {}),
      },
    }),
  );
  const privateKeys = await signingKeys();
  const answer = await outbound.postSigned({
    issuerId: alertsCircuit,
    url,
    body,
    headers: signedHeaders({ id: changeId([row]), nowMs: nowMs(), body, privateKeys }),
    breakerKey: alertsCircuit,
  });
  return answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;
};
