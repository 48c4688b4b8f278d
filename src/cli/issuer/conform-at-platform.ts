import { setTimeout as pause } from 'node:timers/promises';
import type { ScenarioResult } from '../../conformance/scenario';
import { CommandEnd, exitCodes } from '../exit';
import { plain } from '../plain-text';
import { lineOf, sumOf } from './conform';
import { createIssuerCall } from './issuer-call';
import type { IssuerCredentials } from './issuer-credentials';

const lookEveryMs = 1_000;
const runLimitMs = 20 * 60_000;
const callLimitMs = 15_000;
const answerMaxBytes = 4 * 1024 * 1024;

interface Run {
  readonly runId: string;
  readonly state: 'running' | 'passed' | 'failed' | 'stopped';
  readonly results: readonly ScenarioResult[];
}

/** The platform itself plays, with the issuer as it is registered there, and signs what came of it. */
export const conformAtPlatform = async ({
  credentials,
  only,
  json,
  out,
  err,
  signal,
}: {
  readonly credentials: IssuerCredentials;
  readonly only: readonly string[] | undefined;
  readonly json: boolean;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly signal: AbortSignal;
}): Promise<void> => {
  const send = createIssuerCall(credentials, callLimitMs);
  const base = `/v1/issuers/${credentials.issuerId}/conformance`;
  const call = async (method: 'GET' | 'POST', path: string, body?: object): Promise<Run> => {
    const given = body === undefined ? {} : { body };
    const { status, body: answer } = await send(method, base + path, { ...given, signal, answerMaxBytes });
    if (status < 300) return answer;
    throw new CommandEnd(exitCodes.refused, `Refused: ${plain(answer.code)} (${status}) ${plain(answer.detail)}`);
  };

  let run = await call('POST', '', { type: 'issuer.conformance', ...(only ? { only } : {}) });
  err(`The platform plays run ${run.runId} with ${credentials.issuerId}.`);
  const endMs = Date.now() + runLimitMs;
  const seen = new Set<string>();
  for (;;) {
    for (const result of run.results) {
      if (!json && !seen.has(result.name)) out(lineOf(result));
      seen.add(result.name);
    }
    if (run.state !== 'running' || Date.now() > endMs) break;
    await pause(lookEveryMs, undefined, { signal });
    run = await call('GET', `/${run.runId}`);
  }
  out(json ? JSON.stringify(run) : sumOf(run.results));
  if (run.state !== 'passed') throw new CommandEnd(exitCodes.refused, `The run has ${run.state}.`);
};
