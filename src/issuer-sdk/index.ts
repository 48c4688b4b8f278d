export {
  AnswerWith,
  type CallbackHandler,
  type CallbackHandlerOptions,
  type CallbackRequest,
  type CallbackResponse,
  createCallbackHandler,
} from './callback-handler';
export { callbackListener } from './callback-listener';
export {
  type CallOptions,
  createIssuerClient,
  type IssuerClient,
  type IssuerClientOptions,
} from './issuer-client';
export type * from './messages';
export { ProblemError } from './problem-error';
