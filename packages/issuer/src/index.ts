export {
  AnswerWith,
  type CallbackHandler,
  type CallbackHandlerOptions,
  type CallbackRequest,
  type CallbackResponse,
  createCallbackHandler,
  createMessageHandler,
  type Message,
  type MessageHandler,
  type MessageHandlerOptions,
} from './callback-handler';
export { callbackListener } from './callback-listener';
export { type FetchMessagesOptions, fetchMessages } from './fetch-messages';
export {
  type CallOptions,
  createIssuerClient,
  type IssuerClient,
  type IssuerClientOptions,
} from './issuer-client';
export type * from './messages';
export { ProblemError } from './problem-error';
