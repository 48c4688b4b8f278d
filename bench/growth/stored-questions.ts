import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { cursorOf } from '../../src/api/edge/paging';
import { workflowNames } from '../../src/order-messages/order-messages';
import { bodylessText, signHmac } from '../../src/signing/sign';
import { reconcilerScheduleId } from '../../src/temporal/readiness';
import { latenciesOf } from '../compare/endings';
import type { Latencies } from '../compare/measured';
import { monotonicMs } from '../compare/monotonic';
import type { PlatformSide } from '../compare/sides';

/** A list or search, asked one time after the other of a platform at rest. */
export interface Asked {
  readonly what: string;
  readonly times: number;
  readonly took: Latencies;
  /** Rows in the last answer. */
  readonly rows: number | undefined;
  /** Answers other than 200, by status: their times count, too. */
  readonly failed: Readonly<Record<string, number>>;
}

interface Question {
  readonly what: string;
  readonly path: string;
  readonly isIssuers?: boolean;
  readonly body?: object;
  /** The answer is kept so long by the platform: asked sooner, it would cost nothing. */
  readonly keptMs?: number;
}

/** Names of what was stored, for the questions to look for. */
export interface StoredNames {
  /** A position in the middle of all. */
  readonly middle: string;
  /** Begins ten order numbers. */
  readonly narrowPrefix: string;
  /** Begins all of them. */
  readonly widePrefix: string;
  readonly rareProductId: string;
}

/** The one that was copied: it is the first issuer's. */
const sampleOrderNo = 'sample-0';
const answerLimitMs = 30_000;
/** Of a question whose answer is kept: each waits until it is not. */
const keptTimesMax = 10;
/** A question that takes seconds is asked less often. */
const questionLimitMs = 30_000;
const timesMin = 3;
const passesMax = 5;
const passLimitMs = 60_000;
const limit = 50;

const questionsFor = (issuerId: string, names: StoredNames): Question[] => {
  const own = `/v1/issuers/${issuerId}/orders?limit=${limit}`;
  const all = `/v1/operator/orders?limit=${limit}`;
  const middle = `cursor=${cursorOf(names.middle)}`;
  return [
    { what: 'one order by its number', path: `/v1/issuers/${issuerId}/orders/${sampleOrderNo}`, isIssuers: true },
    { what: "issuer's list, first page", path: own, isIssuers: true },
    { what: "issuer's list, a page in the middle", path: `${own}&${middle}`, isIssuers: true },
    { what: "issuer's list, delivered", path: `${own}&state=delivered`, isIssuers: true },
    { what: "issuer's list, expired (there are none)", path: `${own}&state=expired`, isIssuers: true },
    { what: "operator's list, first page", path: all },
    { what: "operator's list, a page in the middle", path: `${all}&${middle}` },
    { what: 'search, a number that begins ten orders', path: `${all}&q=${names.narrowPrefix}` },
    { what: 'search, a number that begins all', path: `${all}&q=${names.widePrefix}` },
    { what: 'search, issuer and state', path: `${all}&issuerId=${issuerId}&state=delivered` },
    {
      what: 'search, a product of one order in a thousand (batch, dry run)',
      path: '/v1/operator/batches',
      body: { filter: { productId: names.rareProductId }, action: 'cancel', dryRun: true, limit },
    },
    { what: "console's overview", path: '/v1/operator/console/overview', keptMs: 2_100 },
    { what: "console's failures", path: '/v1/operator/failures', keptMs: 5_100 },
  ];
};

const rowsIn = (text: string): number | undefined => {
  const { data, matched } = JSON.parse(text) as { data?: unknown[]; matched?: number };
  return data?.length ?? matched;
};

let messages = 0;

const headersFor = (
  { target, operatorToken }: PlatformSide,
  { isIssuers, path, body }: Question,
): Record<string, string> => {
  const secret = target.issuers[0]?.secret;
  if (!isIssuers || !secret) {
    const authorization = `Bearer ${operatorToken}`;
    return body === undefined ? { authorization } : { authorization, 'content-type': 'application/json' };
  }
  messages += 1;
  const [id, timestampSeconds] = [`growth_${messages}`, Math.floor(Date.now() / 1_000)];
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signHmac(secret, { id, timestampSeconds, body: bodylessText('GET', path) }),
  };
};

const ask = async (side: PlatformSide, question: Question, repeats: number): Promise<Asked> => {
  const { path, body, keptMs, what } = question;
  const times = keptMs === undefined ? repeats : Math.min(repeats, keptTimesMax);
  const tookMs: number[] = [];
  const failed: Record<string, number> = {};
  let rows: number | undefined;
  let spentMs = 0;
  // The first answer is of the compiler and of empty caches.
  for (let n = 0; n <= times; n += 1) {
    if (keptMs !== undefined) await pause(keptMs);
    const startedMs = monotonicMs();
    const { status, text } = await fetch(`${side.target.baseUrl}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: headersFor(side, question),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerLimitMs),
    }).then(
      async (response) => ({ status: response.status, text: await response.text() }),
      () => ({ status: 0, text: '' }),
    );
    const ms = monotonicMs() - startedMs;
    spentMs += ms;
    if (status === 200) rows = rowsIn(text);
    if (n === 0) continue;
    tookMs.push(ms);
    const answer = status === 0 ? 'no answer' : String(status);
    if (status !== 200) failed[answer] = (failed[answer] ?? 0) + 1;
    if (spentMs > questionLimitMs && n >= timesMin) break;
  }
  return { what, times: tookMs.length, took: latenciesOf(tookMs), rows, failed };
};

/** Whole passes as the engine tells them, from the start of the workflow to its end; the Schedule is asked for each. */
const passes = async ({ engine }: PlatformSide, repeats: number): Promise<Asked> => {
  const connection = await Connection.connect({ address: engine.address });
  try {
    const client = new Client({ connection });
    const tookMs: number[] = [];
    const failed: Record<string, number> = {};
    const times = Math.min(repeats, passesMax);
    for (let n = 0; n < times; n += 1) {
      const asked = new Date();
      await client.schedule.getHandle(reconcilerScheduleId).trigger();
      const endMs = monotonicMs() + passLimitMs;
      let ended: { tookMs: number; status: string } | undefined;
      while (!ended && monotonicMs() < endMs) {
        await pause(250);
        for await (const one of client.workflow.list({ query: `WorkflowType="${workflowNames.reconcile}"` })) {
          if (!one.closeTime || one.startTime < asked) continue;
          ended = { tookMs: one.closeTime.getTime() - one.startTime.getTime(), status: one.status.name };
        }
      }
      if (ended) tookMs.push(ended.tookMs);
      const status = ended?.status ?? 'not seen to end';
      if (status !== 'COMPLETED') failed[status] = (failed[status] ?? 0) + 1;
    }
    return { what: "reconciler's pass", times, took: latenciesOf(tookMs), rows: undefined, failed };
  } finally {
    await connection.close();
  }
};

/** Called at each size, while no load runs. */
export const askAll = async (side: PlatformSide, names: StoredNames, repeats: number): Promise<Asked[]> => {
  const answers: Asked[] = [];
  for (const question of questionsFor(side.target.issuers[0]?.issuerId ?? '', names)) {
    answers.push(await ask(side, question, repeats));
  }
  return [...answers, await passes(side, repeats)];
};
