import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createMemoryStore } from '../../conformance/kept-in-memory';
import { countsOf } from '../../conformance/report';
import { checks, newPrefix, runConformance } from '../../conformance/run';
import type { ScenarioResult } from '../../conformance/scenario';
import {
  bytesOfMessage,
  newMessageId,
  type PlayLimits,
  type Post,
  signedCall,
  usualLimits,
} from '../../conformance/sending';
import { createStage } from '../../conformance/stage';
import { createStageFetches } from '../../conformance/stage-fetches';
import { createSender } from '../../conformance/stage-request';
import { createAddressGuard } from '../../outbound/address-guard';
import { createOutbound } from '../../outbound/client';
import { CommandEnd, exitCodes } from '../exit';
import { plain, table } from '../plain-text';
import { serveStage } from './stage-server';

const callsAtOnceMax = 64;

export interface Conforming {
  /** Left out: it fetches. */
  readonly url?: string | undefined;
  readonly secret: string;
  readonly issuerId: string;
  readonly codeMode: 'request' | 'push';
  readonly listen: { readonly host: string; readonly port: number };
  readonly only?: readonly string[] | undefined;
  readonly json: boolean;
  /** Given by tests. */
  readonly limits?: PlayLimits;
  readonly atOnce?: number;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Each scenario would fail for that alone, and tell of something else. */
const expectAnswer = async (post: Post, url: string, secret: string): Promise<void> => {
  const nowMs = Date.now();
  const echo = { type: 'echo', timestamp: new Date(nowMs).toISOString(), data: {} };
  const result = await post(signedCall(bytesOfMessage(echo), newMessageId(), [secret], nowMs, {}));
  if (result.kind !== 'answered') {
    throw new CommandEnd(exitCodes.unreachable, `${url} gave no answer (${result.reason}): start your server there.`);
  }
  if (result.status === 401) {
    throw new CommandEnd(
      exitCodes.refused,
      `${url} answers 401 to a message that was signed with this secret: start your server with the same one.`,
    );
  }
};

/** As above, of a server that fetches: it may be started after the command. */
const expectFetch = async (first: Promise<string | undefined>, url: string, waitMs: number, signal: AbortSignal) => {
  const ended = new AbortController();
  const late = pause(waitMs, 'late' as const, { signal: AbortSignal.any([signal, ended.signal]) });
  const came = await Promise.race([late, first.then((flaw) => ({ flaw }))]);
  ended.abort();
  await late.catch(() => undefined);
  signal.throwIfAborted();
  if (came === 'late') {
    const told = `Nothing was fetched from ${url} within ${waitMs / 1_000} s`;
    throw new CommandEnd(exitCodes.unreachable, `${told}: start your server with that as the address of its platform.`);
  }
  if (came.flaw !== undefined) {
    throw new CommandEnd(
      exitCodes.refused,
      `Your server's fetch is refused: ${came.flaw}. Is its secret the same one?`,
    );
  }
};

/** That the calls of the server go elsewhere: no scenario can tell that from a server that makes none. */
const createSetupHints = (issuerId: string, platformUrl: () => string, err: (text: string) => void) => {
  let isCalled = false;
  let other: string | undefined;
  const otherWords = () => `Your server calls as the issuer ${other}: give --issuer ${other}.`;
  return {
    called: (target: string): void => {
      isCalled = true;
      const [, named] = /^\/v1\/issuers\/([a-z0-9-]{1,64})\//.exec(target) ?? [];
      if (other !== undefined || !named || named === issuerId) return;
      other = named;
      err(otherWords());
    },
    isCalled: () => isCalled,
    /** Said last, where nobody scrolls past it. */
    cause: (): string[] =>
      isCalled
        ? other === undefined
          ? []
          : [otherWords()]
        : [`No call came to ${platformUrl()}: start your server with that as the address of its platform.`],
  };
};

/** Plays the platform for a server on this machine or near it. What it says is for its developer: nobody else can check it. */
export const conform = async (given: Conforming): Promise<void> => {
  const { url, secret, issuerId, codeMode, listen, only, json, atOnce = 6, out, err, signal } = given;
  const limits = given.limits ?? usualLimits[url === undefined ? 'pull' : 'url'];
  const store = createMemoryStore();
  const fingerprintKey = randomBytes(32);
  const nowMs = Date.now;
  const common = { issuerId, store, fingerprintKey, nowMs };
  const hints = createSetupHints(issuerId, () => server.url, err);
  let fetched: (flaw: string | undefined) => void = () => undefined;
  const firstFetch = new Promise<string | undefined>((done) => {
    fetched = done;
  });
  const stage = createStage(common);
  const senderOf = createSender({ secrets: [secret], nowMs });
  const fetches = createStageFetches({ ...common, secrets: [secret], onFetch: fetched });
  const server = await serveStage(
    listen,
    async (request, gone) => {
      const heard = await stage.hear(request, senderOf(request));
      if (heard && heard.afterMs > 0) await pause(heard.afterMs);
      return heard ?? fetches.answer(request, gone);
    },
    hints.called,
  );
  const outbound = createOutbound({
    guard: createAddressGuard({ allowCidrs: ['0.0.0.0/0', '::/0'] }),
    clock: { nowMs },
    perIssuerLimit: callsAtOnceMax,
  });
  const callback = async () => {
    if (url === undefined) {
      err(`The issuer's platform is ${server.url}, and its id there ${issuerId}. It fetches its messages.`);
      await expectFetch(firstFetch, server.url, limits.patienceMs, signal);
      return { kind: 'pull' } as const;
    }
    const post: Post = (call) => outbound.postSigned({ issuerId, url, isPastCircuit: true, ...call });
    err(`The issuer's platform is ${server.url}, and its id there ${issuerId}. Its callback is ${url}.`);
    await expectAnswer(post, url, secret);
    return { kind: 'url', post } as const;
  };
  const stopping = new AbortController();
  const seen: ScenarioResult[] = [];
  const tellEnd = (results: readonly ScenarioResult[], failed: number, ...said: readonly string[]): CommandEnd => {
    if (json) out(JSON.stringify({ passed: failed === 0, results }));
    else out(sumOf(results));
    return new CommandEnd(exitCodes.refused, [...said, ...hints.cause()].join(' '));
  };
  try {
    const results = await runConformance({
      ...common,
      ...{
        codeMode,
        limits,
        atOnce,
        only,
        signal: AbortSignal.any([signal, stopping.signal]),
        prefix: newPrefix(),
        secrets: [secret],
        baseUrl: server.url,
      },
      callback: await callback(),
      onResult: (result) => {
        seen.push(result);
        if (!json) out(lineOf(result));
        // A scenario that waited in vain: each further one would wait, and fail, for the same cause.
        if (result.outcome === 'failed' && result.tookMs >= limits.patienceMs && !hints.isCalled()) stopping.abort();
      },
    }).catch((error: unknown) => {
      if (!stopping.signal.aborted || signal.aborted) throw error;
      throw tellEnd(seen, 1, 'Stopped:');
    });
    const failed = results.filter(({ outcome, required }) => outcome === 'failed' && required).length;
    const end = tellEnd(results, failed, `${failed} of ${results.length} failed.`);
    if (failed > 0) throw end;
  } finally {
    await outbound.close();
    await server.close();
  }
};

/** In the order in which they are told. */
export const scenarioNames = (): string[] => checks.map(({ name }) => name);

export const told = (): string =>
  table(
    ['SCENARIO', 'EXPECTED'],
    checks.map(({ name, expected }) => [name, expected]),
  );

const marks = { passed: 'ok  ', failed: 'FAIL', skipped: '-   ' } as const;

export const lineOf = (
  result: Pick<
    ScenarioResult,
    'name' | 'outcome' | 'required' | 'expected' | 'problem' | 'fix' | 'why' | 'sent' | 'came'
  >,
): string => {
  const { name, outcome, required, expected, problem, fix, why, sent, came } = result;
  const head = `${outcome === 'failed' && !required ? 'hint' : marks[outcome]} ${name}`;
  if (outcome !== 'failed') return why === undefined ? head : `${head}: ${plain(why)}`;
  return [
    head,
    `     expected: ${plain(expected)}`,
    `     but:      ${plain(problem)}`,
    ...sent.map((line) => `     -> ${plain(line)}`),
    ...came.map((line) => `     <- ${plain(line)}`),
    `     fix:      ${plain(fix)}`,
  ].join('\n');
};

export const sumOf = (results: readonly Pick<ScenarioResult, 'outcome' | 'required'>[]): string => {
  const { passed, failed, hints, skipped } = countsOf(results);
  return `${passed} passed, ${failed} failed, ${hints} hints, ${skipped} not of this kind`;
};
