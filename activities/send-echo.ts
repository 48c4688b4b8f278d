import { ApplicationFailure } from '@temporalio/common';
import type { EchoInput } from '../src/temporal/order-gateway';
import { type CallsOut, callIssuer, issuerOf } from './call-issuer';

const triesMax = 3;
const againAfterMs = 5_000;

/** An issuer's self-test: sends back what it sent, up to three times. */
export const createSendEcho = (deps: CallsOut) => ({
  sendEcho: async ({ issuerId, messageId, atMs }: EchoInput): Promise<void> => {
    const issuer = await issuerOf(deps, { issuerId, orderNo: '' });
    // Its own signed call and the answer to it are all that there is to test.
    if (issuer.callback.kind === 'pull') return;
    const kept = await deps.echoes.read({ issuerId, messageId });
    if (!kept) throw ApplicationFailure.nonRetryable('what was sent is no longer kept', 'echo_unknown');
    const message = { type: 'echo', timestamp: new Date(atMs).toISOString(), data: kept.data };
    const answer = await callIssuer(deps, issuer, `cf_echo_${messageId}`, message);
    await deps.echoes.note({ issuerId, messageId }, answer.ok ? { ok: true } : { ok: false, problem: answer.problem });
    if (answer.ok) return;
    throw ApplicationFailure.create({
      type: 'issuer_failed',
      message: `echo: ${answer.problem}`,
      nonRetryable: kept.tries + 1 >= triesMax,
      nextRetryDelay: againAfterMs,
    });
  },
});
