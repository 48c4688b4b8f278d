import { z } from 'zod';
import { count, instant } from '../fields';
import { declareRoute, type Wire } from '../route';

export const circuit = z
  .strictObject({
    key: z.string().meta({
      description:
        'An issuer, `terminal:` with an issuer and what fails together, or `host:` with one that cannot be reached',
    }),
    state: z.enum(['closed', 'open', 'half_open']),
    calls: count,
    failures: count,
    workers: count.meta({ description: 'How many see it so' }),
  })
  .meta({ id: 'Circuit' });

const queue = z
  .strictObject({
    name: z.string(),
    kind: z.enum(['workflows', 'activities']),
    pollers: count,
    backlog: count,
    oldestSeconds: z.number(),
    addedPerSecond: z.number(),
    takenPerSecond: z.number(),
  })
  .meta({ id: 'Queue' });

const platformHealth = z
  .strictObject({
    at: instant,
    queues: z.array(queue).optional().meta({ description: 'Absent while the engine does not answer' }),
    workers: z.array(z.strictObject({ host: z.string(), startedAt: instant, at: instant })),
    lastWorkerAt: instant
      .optional()
      .meta({ description: 'Only while no worker runs; absent as well when none did for ten minutes' }),
    circuits: z.array(circuit),
    throttled: z.array(z.strictObject({ key: z.string(), count })).meta({
      description: 'By issuer, or `terminals:` and issuer: attempts of ten minutes that waited for a free call',
    }),
  })
  .meta({ id: 'PlatformHealth' });
export type PlatformHealth = Wire<typeof platformHealth>;

export const readHealth = declareRoute({
  method: 'get',
  path: '/v1/operator/health',
  name: 'readHealth',
  who: 'viewer',
  summary: 'Queues, workers and circuits',
  answers: { 200: { says: 'How they do', body: platformHealth } },
  problems: [],
});
