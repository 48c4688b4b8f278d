import { z } from 'zod';
import { count, instant, integer } from '../fields';
import { publicKey } from '../platform/keys';
import { declareRoute } from '../route';

const path = '/v1/operator/keys/delivery';

export const listDeliveryKeys = declareRoute({
  method: 'get',
  path,
  name: 'listDeliveryKeys',
  who: 'viewer',
  summary: 'The keys that sign deliveries, and when the old one ends',
  answers: {
    200: {
      says: 'The keys, newest first',
      body: z
        .strictObject({
          keys: z.array(z.strictObject({ ...publicKey, createdAt: instant, endsAt: instant.optional() })),
        })
        .meta({ id: 'DeliveryKeys' }),
    },
  },
  problems: [],
});

export const rotateDeliveryKey = declareRoute({
  method: 'post',
  path,
  name: 'rotateDeliveryKey',
  who: 'admin',
  summary: 'Rotates the key that signs deliveries',
  body: z.strictObject({ endOldNow: z.boolean().default(false) }).meta({ examples: [{ endOldNow: false }] }),
  bodyNeeded: true,
  answers: {
    201: {
      says: 'The new key, and when the old one ends',
      body: z.strictObject({ ...publicKey, oldKeyEndsAt: instant }).meta({ id: 'NewDeliveryKey' }),
    },
  },
  problems: ['in_progress'],
});

/** One part of the sealing anew; `cursor` is of the part before. */
export const reseal = declareRoute({
  method: 'post',
  path: '/v1/operator/keys/reseal',
  name: 'reseal',
  who: 'admin',
  summary: 'Seals a part of what is kept anew under the first master key',
  body: z
    .strictObject({ limit: integer(1, 5_000).default(1_000), cursor: z.string().min(1).max(1_024).optional() })
    .meta({ examples: [{ limit: 1000 }] }),
  answers: {
    200: {
      says: 'What was looked at and sealed',
      body: z
        .strictObject({
          looked: count,
          resealed: count,
          left: count.meta({ description: 'Changed meanwhile' }),
          broken: count.meta({ description: 'Opened by no key' }),
          brokenIn: z.array(z.strictObject({ kind: z.string(), id: z.string() })),
          nextCursor: z.string().optional().meta({ description: 'Absent at the end' }),
        })
        .meta({
          id: 'Resealed',
          examples: [{ looked: 1000, resealed: 12, left: 0, broken: 0, brokenIn: [], nextCursor: 'b3JkZXJLZXkvYQ' }],
        }),
    },
  },
  problems: [],
});
