import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { bytesWithin } from '../../bounded/bytes-within';
import type { ScenarioResult } from '../../conformance/scenario';
import { bodylessText, signHmac } from '../../signing/sign';
import { CommandEnd, exitCodes } from '../exit';
import { plain } from '../plain-text';
import { reasonOf } from '../reason-of';
import { lineOf, sumOf } from './conform';
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

/** The platform itself plays, against the callback that it has of the issuer, and signs what came of it. */
export const conformAtPlatform = async ({
  credentials: { url, issuerId, secret },
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
  const base = `${new URL(url).pathname.replace(/\/+$/, '')}/v1/issuers/${issuerId}/conformance`;

  const call = async (method: 'GET' | 'POST', path: string, body?: string): Promise<Run> => {
    const [id, timestampSeconds] = [randomUUID(), Math.floor(Date.now() / 1_000)];
    const signed = { id, timestampSeconds, body: body ?? bodylessText(method, base + path) };
    let text: string;
    let status: number;
    try {
      const response = await fetch(new URL(base + path, url), {
        method,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(callLimitMs)]),
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(timestampSeconds),
          'webhook-signature': signHmac(secret, signed),
        },
        ...(body === undefined ? {} : { body }),
      });
      status = response.status;
      text = (await bytesWithin(response, answerMaxBytes)).toString();
    } catch (error) {
      throw new CommandEnd(exitCodes.unreachable, `${url} cannot be reached: ${reasonOf(error, callLimitMs)}`);
    }
    const answer = parsed(text);
    if (status >= 300 || answer === undefined) {
      const { code, detail } = (answer ?? {}) as { code?: string; detail?: string };
      throw new CommandEnd(exitCodes.refused, `Refused: ${plain(code)} (${status}) ${plain(detail)}`);
    }
    return answer as Run;
  };

  let run = await call('POST', '', JSON.stringify({ type: 'issuer.conformance', ...(only ? { only } : {}) }));
  err(`The platform plays run ${run.runId} against the callback of ${issuerId}.`);
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

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
