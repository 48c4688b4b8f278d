export { newSecret } from '../../../src/signing/keys';
export { signEd25519, signHmac } from '../../../src/signing/sign';
export { type SignatureVerdict, verifySignature } from '../../../src/signing/verify';
export {
  type CallbackHandler,
  type CallbackHandlerOptions,
  type CallbackRequest,
  createCallbackHandler,
} from './callback-handler';
export { callbackListener } from './callback-listener';
export type { Messages } from './contract';
export { createIssuer, type Issuer, type IssuerOptions } from './create-issuer';
export { fastifyPlugin } from './fastify-plugin';
export { fetchHandler } from './fetch-handler';
export { type FetchMessagesOptions, fetchMessages } from './fetch-messages';
export { fileStore } from './file-store';
export type { Issue, Issued, NewCode, Refused, Sale } from './issue-on-payment';
export { createIssuerClient, type IssuerClient } from './issuer-client';
export {
  AnswerWith,
  type CallbackContext,
  type CallbackResponse,
  createMessageHandler,
  type Message,
  type MessageHandler,
  type MessageHandlerOptions,
} from './message-handler';
export type * from './messages';
export { ProblemError, problemFrom } from './problem-error';
export type { CallOptions, IssuerClientOptions } from './signed-calls';
export { type IssuerStore, memoryStore, type StoreLimits } from './store';
