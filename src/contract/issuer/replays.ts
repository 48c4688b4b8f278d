import { z } from 'zod';
import { eventTypes } from '../../domain/messages';
import { count, moment } from '../fields';
import { declareRoute } from '../route';

/** Events that an issuer did not take, once more. */
const base = '/v1/issuers/{issuerId}/replays';

const matched = count.meta({ description: 'Events that were not taken since then' });

export const replayEvents = declareRoute({
  method: 'post',
  path: base,
  name: 'replayEvents',
  costs: 200,
  who: 'issuer',
  inPortal: true,
  summary: 'Sends events that were not taken once more, with the same bytes and ids: the oldest 10,000 of 30 days',
  body: z
    .strictObject({
      type: z.literal('calls.replay'),
      since: moment,
      types: z.array(z.enum(eventTypes)).min(1).max(eventTypes.length).optional(),
      dryRun: z.boolean().default(false),
    })
    .meta({ examples: [{ type: 'calls.replay', since: '2099-01-01T00:00:00Z', dryRun: true }] }),
  answers: {
    200: { says: 'What a replay would send', body: z.strictObject({ matched }).meta({ id: 'ReplayMatch' }) },
    202: { says: 'They go out', body: z.strictObject({ replayId: z.string(), matched }).meta({ id: 'ReplayBegun' }) },
  },
  problems: ['in_progress', 'issuer_paused', 'rate_limited'],
});

export const readReplay = declareRoute({
  method: 'get',
  path: `${base}/{replayId}`,
  name: 'readReplay',
  who: 'issuer',
  inPortal: true,
  summary: 'How far a replay is',
  answers: {
    200: {
      says: 'The replay',
      body: z
        .strictObject({
          replayId: z.string(),
          state: z.enum(['running', 'done']),
          matched,
          sent: count.meta({ description: 'Attempts; of an issuer that fetches, what it may fetch again' }),
          taken: count,
        })
        .meta({ id: 'Replay' }),
    },
  },
  problems: ['replay_unknown'],
});
