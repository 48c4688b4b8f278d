import { createCallbackHandler } from '../../packages/issuer/src';
import type { Reply } from './behaviours';
import { hashOf } from './code-maker';
import type { OnFact } from './facts';
import { createTries, playReply } from './replies';

export interface SimulatedTerminalOptions {
  readonly name: string;
  readonly replies: readonly Reply[];
  /** As `GET /v1/keys` lists them; the server keeps them fresh. */
  readonly publicKeys: readonly string[];
  readonly signal: AbortSignal;
  readonly onFact?: OnFact | undefined;
}

/** A terminal's server: shares no secret with the platform and believes only what the platform's key signed. */
export const createSimulatedTerminal = ({ name, replies, publicKeys, signal, onFact }: SimulatedTerminalOptions) => {
  const replyFor = createTries();
  return createCallbackHandler({
    secrets: [],
    publicKey: publicKeys,
    onDelivered: async ({ orderNo, codes }, { webhookId }) => {
      await playReply(replyFor(webhookId, replies), signal);
      const codeHashes = codes.map((code) => hashOf(code.value));
      onFact?.({ atMs: Date.now(), who: name, orderNo, what: 'delivery_received', detail: { webhookId, codeHashes } });
    },
  });
};
