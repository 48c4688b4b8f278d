import { callsQuery } from '../../contract/issuer';
import { Failure } from '../../domain/failures';
import type { Issuers } from '../../store/issuers';
import type { Orders } from '../../store/orders';
import { callsIn, callsSummary } from '../issuer-calls';
import type { Mount } from '../mount';
import type { HealthReader } from '../platform-health';

export interface OperatorHealth {
  readonly readHealth: HealthReader;
  readonly issuers: Issuers;
  readonly orders: Orders;
}

/** Newest orders of an issuer whose timelines are looked through. */
const ordersLimit = 100;

/** Whether workers, queues, circuits and issuers do well. */
export const mountOperatorHealth = (mount: Mount, { readHealth, issuers, orders }: OperatorHealth): void => {
  mount.operator({
    method: 'get',
    path: '/v1/operator/health',
    handle: async () => ({ status: 200, body: await readHealth() }),
  });

  mount.operator({
    method: 'get',
    path: '/v1/operator/issuers/:issuerId/calls',
    query: callsQuery,
    handle: async ({ params, query: { limit, failed } }) => {
      const issuer = await issuers.findEver(params.issuerId ?? '');
      if (!issuer) throw new Failure('issuer_unknown');
      const [rows, { circuits }] = await Promise.all([orders.timelinesOf(issuer._id, ordersLimit), readHealth()]);
      const calls = callsIn(rows);
      return {
        status: 200,
        body: {
          orders: rows.length,
          summary: callsSummary(calls),
          circuits: circuits.filter(({ key }) => key === issuer._id || key.startsWith(`terminal:${issuer._id}:`)),
          data: calls.filter(({ ok }) => failed !== 'true' || !ok).slice(0, limit),
        },
      };
    },
  });
};
