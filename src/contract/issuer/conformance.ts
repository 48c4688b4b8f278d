import { z } from 'zod';
import { count, instant, text } from '../fields';
import { declareRoute, type Wire } from '../route';

/** How an issuer's server does against the platform's own scenarios. */
const base = '/v1/issuers/{issuerId}/conformance';

const states = z.enum(['running', 'passed', 'failed', 'stopped']).meta({
  description: 'passed: no required scenario failed. stopped: it was not played to its end; begin another',
});

const summary = {
  runId: z.string(),
  state: states,
  by: z.string().meta({ description: 'Who began it: an operator, the issuer, or a person at its own page' }),
  startedAt: instant,
  endedAt: instant.optional(),
  only: z.array(z.string()).optional().meta({ description: 'Played alone: such a run lets nobody go live' }),
  scenarios: count.meta({ description: 'How many it plays; of one that has ended: played' }),
  counts: z
    .strictObject({ passed: count, failed: count, hints: count, skipped: count })
    .meta({ description: 'Hints: failed, and not required. Skipped: of another kind of issuer' }),
};

const result = z.strictObject({
  name: z.string().meta({ description: 'Stable' }),
  outcome: z.enum(['passed', 'failed', 'skipped']),
  required: z.boolean(),
  sent: z.array(z.string()).meta({ description: 'What went to the issuer: never a token or a signature' }),
  came: z.array(z.string()).meta({ description: 'Its answers and calls: never a code' }),
  expected: z.string(),
  problem: z.string().optional().meta({ description: 'Where it did something else' }),
  fix: z.string().optional().meta({ description: 'How that is mended' }),
  why: z.string().optional().meta({ description: 'Of one that was skipped' }),
  tookMs: count,
});

const report = z
  .strictObject({
    statement: z.string().meta({ description: 'JSON, as it was signed: an in-toto statement of a test result' }),
    keyId: z.string().meta({ description: 'Of `GET /v1/keys`' }),
    id: z.string(),
    timestamp: count.meta({ description: 'Seconds' }),
    signature: z.string().meta({ description: '`v1a` over `{id}.{timestamp}.{statement}`' }),
  })
  .meta({ description: 'Signed by the platform, for whoever wants to check it' });

const listed = z.strictObject(summary).meta({ id: 'ConformanceSummary' });
export const conformanceRun = z
  .strictObject({ ...summary, results: z.array(result), report: report.optional() })
  .meta({ id: 'ConformanceRun' });
export type ConformanceRun = Wire<typeof conformanceRun>;
export const conformanceRuns = z.strictObject({ data: z.array(listed) }).meta({ id: 'ConformanceRuns' });

export const only = z
  .array(text(1, 64))
  .min(1)
  .max(200)
  .optional()
  .meta({ description: 'Names of scenarios; left out: all' });

export const begun = { says: 'It runs, for some minutes at most', body: conformanceRun };
export const conformanceProblems = [
  'not_url',
  'in_progress',
  'issuer_paused',
  'callback_not_proved',
  'rate_limited',
] as const;

export const startConformance = declareRoute({
  method: 'post',
  path: base,
  name: 'startConformance',
  who: 'issuer',
  inPortal: true,
  summary:
    'Plays the conformance scenarios with an issuer that is called or fetches; one that is not live goes live by them',
  body: z
    .strictObject({ type: z.literal('issuer.conformance'), only })
    .meta({ examples: [{ type: 'issuer.conformance' }] }),
  answers: { 202: begun },
  problems: conformanceProblems,
});

export const listConformance = declareRoute({
  method: 'get',
  path: base,
  name: 'listConformance',
  who: 'issuer',
  inPortal: true,
  summary: 'The newest 20 conformance runs',
  answers: { 200: { says: 'Newest first, 90 days', body: conformanceRuns } },
  problems: [],
});

export const readConformance = declareRoute({
  method: 'get',
  path: `${base}/{runId}`,
  name: 'readConformance',
  who: 'issuer',
  inPortal: true,
  summary: 'A conformance run: each scenario that was played so far',
  answers: { 200: { says: 'The run', body: conformanceRun } },
  problems: ['run_unknown'],
});
