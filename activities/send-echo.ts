import { ApplicationFailure } from '@temporalio/common';
import type { EchoInput } from '../src/temporal/order-gateway';
import { type CallsOut, callIssuer, issuerOf } from './call-issuer';

const secondTryAfterMs = 5_000;

/** An issuer's self-test: sends back what it sent, up to three times. */
export const createSendEcho = (deps: CallsOut) => ({
  sendEcho: async ({ issuerId, messageId, atMs, data }: EchoInput): Promise<void> => {
    const issuer = await issuerOf(deps, { issuerId, orderNo: '' });
    const message = { type: 'echo', timestamp: new Date(atMs).toISOString(), data };
    const answer = await callIssuer(deps, issuer, `cf_echo_${messageId}`, message);
    if (answer.ok) return;
    throw ApplicationFailure.create({
      type: 'issuer_failed',
      message: `echo: ${answer.problem}`,
      nextRetryDelay: secondTryAfterMs,
    });
  },
});
