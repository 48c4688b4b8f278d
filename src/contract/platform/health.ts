import { z } from 'zod';
import { declareRoute } from '../route';

export const readLiveness = declareRoute({
  method: 'get',
  path: '/healthz',
  name: 'readLiveness',
  who: 'anyone',
  sides: ['public', 'operators'],
  summary: 'Whether the process runs',
  answers: { 200: { says: 'It does', body: z.strictObject({ status: z.literal('ok') }).meta({ id: 'Alive' }) } },
  problems: [],
});

const readiness = z
  .strictObject({
    status: z.enum(['ready', 'not ready']),
    parts: z.strictObject({
      mongodb: z.enum(['ok', 'the guard of codes is missing', 'unavailable']),
      temporal: z.enum(['ok', 'search attributes are missing', 'unavailable', 'not asked yet']),
      reconciler: z.enum(['ok', 'late', 'not run yet', 'not asked yet']),
      workers: z
        .enum(['ok', 'none', 'unknown'])
        .optional()
        .meta({ description: 'none: orders are accepted, and none moves until a worker reports' }),
    }),
    maintenance: z.literal('on').optional(),
    reconcilerAgeSeconds: z.number().optional(),
  })
  .meta({
    id: 'Readiness',
    examples: [
      {
        status: 'ready',
        parts: { mongodb: 'ok', temporal: 'ok', reconciler: 'ok', workers: 'ok' },
        reconcilerAgeSeconds: 12,
      },
    ],
  });

export const readReadiness = declareRoute({
  method: 'get',
  path: '/readyz',
  name: 'readReadiness',
  who: 'anyone',
  sides: ['public', 'operators'],
  summary: 'Whether it can do its work, and if not, which part is unavailable',
  answers: {
    200: { says: 'Ready', body: readiness },
    503: { says: 'Not ready', body: readiness },
  },
  problems: [],
});
