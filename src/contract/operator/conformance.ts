import { z } from 'zod';
import { begun, conformanceProblems, conformanceRun, conformanceRuns, only } from '../issuer/conformance';
import { declareRoute } from '../route';

const base = '/v1/operator/issuers/{issuerId}/conformance';

export const startConformanceOf = declareRoute({
  method: 'post',
  path: base,
  name: 'startConformanceOf',
  who: 'admin',
  summary: 'Plays the conformance scenarios with an issuer that is called or fetches',
  body: z.strictObject({ only }).meta({ examples: [{}] }),
  answers: { 202: begun },
  problems: ['issuer_unknown', ...conformanceProblems],
});

export const listConformanceOf = declareRoute({
  method: 'get',
  path: base,
  name: 'listConformanceOf',
  who: 'viewer',
  summary: 'The newest 20 conformance runs of an issuer',
  answers: { 200: { says: 'Newest first, 90 days', body: conformanceRuns } },
  problems: ['issuer_unknown'],
});

export const readConformanceOf = declareRoute({
  method: 'get',
  path: `${base}/{runId}`,
  name: 'readConformanceOf',
  who: 'viewer',
  summary: 'A conformance run of an issuer',
  answers: { 200: { says: 'The run', body: conformanceRun } },
  problems: ['issuer_unknown', 'run_unknown'],
});
