import { z } from 'zod';
import { instant, text } from '../fields';
import { declareRoute, type Wire } from '../route';

/** The switch that stops new orders; the reason is for other operators to read. */
const path = '/v1/operator/maintenance';

const maintenance = z
  .strictObject({
    on: z.boolean(),
    reason: text(1, 200).optional(),
    since: instant.optional().meta({ description: 'Once it was used' }),
    by: z.string().optional(),
  })
  .meta({
    id: 'Maintenance',
    examples: [{ on: true, reason: 'upgrade', since: '2026-01-01T00:00:00.000Z', by: 'ann' }],
  });
export type MaintenanceBody = Wire<typeof maintenance>;

export const readMaintenance = declareRoute({
  method: 'get',
  path,
  name: 'readMaintenance',
  who: 'viewer',
  summary: 'Whether new orders are refused',
  answers: { 200: { says: 'The switch', body: maintenance } },
  problems: [],
});

export const changeMaintenance = declareRoute({
  method: 'put',
  path,
  name: 'changeMaintenance',
  who: 'admin',
  summary: 'Stops new orders, or takes them again; running orders go on',
  body: z
    .strictObject({ on: z.boolean(), reason: text(1, 200).optional() })
    .meta({ examples: [{ on: true, reason: 'upgrade' }] }),
  answers: { 200: { says: 'The switch', body: maintenance } },
  problems: [],
});
