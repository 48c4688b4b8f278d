import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { acknowledgeMessages, readMessages } from '../contract/issuer/messages';
import { parseWith, problemOf } from '../contract/problem';
import { parseStrictJson } from '../contract/strict-json';
import { Failure } from '../domain/failures';
import type { AcknowledgementProblem } from '../second-interface/acknowledge-message';
import { createStageMessages, type StageMessagesDeps } from './stage-messages';
import { answerOf, createSender, type StageAnswer, type StageRequest } from './stage-request';

export interface StageFetchesDeps extends StageMessagesDeps {
  readonly issuerId: string;
  readonly secrets: readonly string[];
  /** What is wrong with how one was signed; undefined: nothing. */
  readonly onFetch: (flaw: string | undefined) => void;
}

const lookEveryMs = 100;

/** What an issuer that fetches calls of a run in one process; on a platform its own calls do that. */
export const createStageFetches = ({ issuerId, secrets, onFetch, ...deps }: StageFetchesDeps) => {
  const { nowMs } = deps;
  const messages = createStageMessages(deps);
  const sender = createSender({ secrets, nowMs });
  const base = readMessages.path.replace('{issuerId}', issuerId);
  const acknowledgement = acknowledgeMessages.path.replace('{issuerId}', issuerId);

  const expectSigned = (request: StageRequest): void => {
    const { flaw } = sender(request);
    onFetch(flaw);
    if (flaw !== undefined) throw new Failure('signature_invalid', { detail: flaw });
  };

  const read = async (request: StageRequest, query: URLSearchParams, signal: AbortSignal): Promise<StageAnswer> => {
    expectSigned(request);
    const { limit, waitSeconds } = parseWith(readMessages.query, Object.fromEntries(query));
    const endMs = performance.now() + waitSeconds * 1_000;
    let given = await messages.give(limit, true);
    while (given.messages.length === 0 && !given.isOver && performance.now() < endMs && !signal.aborted) {
      await pause(lookEveryMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) given = await messages.give(limit, false);
    }
    return answerOf(200, { data: given.messages });
  };

  const acknowledge = async (request: StageRequest): Promise<StageAnswer> => {
    expectSigned(request);
    const { results } = parseWith(acknowledgeMessages.body, parseStrictJson(request.rawBody));
    const problems: (AcknowledgementProblem & { readonly id: string })[] = [];
    for (const { id, answer } of results) {
      const problem = await messages.acknowledge({ id, answer });
      if (problem) problems.push({ id, ...problem });
    }
    const retryAfterSeconds = problems.find((one) => one.retryAfterSeconds)?.retryAfterSeconds;
    const said = problems.map(({ id, code }) => ({ id, code }));
    return answerOf(200, { acknowledged: results.length - problems.length, problems: said }, retryAfterSeconds);
  };

  return {
    /** Undefined for what is another call. */
    answer: async (request: StageRequest, signal: AbortSignal): Promise<StageAnswer | undefined> => {
      const { pathname, searchParams } = new URL(request.target, 'http://stage');
      try {
        if (request.method === 'GET' && pathname === base) return await read(request, searchParams, signal);
        if (request.method === 'POST' && pathname === acknowledgement) return await acknowledge(request);
        return undefined;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        return answerOf(error.status, problemOf(error, randomUUID()), error.extras.retryAfterSeconds);
      }
    },
  };
};
