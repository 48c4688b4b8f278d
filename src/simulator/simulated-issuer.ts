import { setTimeout as pause } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type {
  CodeReply,
  CodeRequest,
  IssuedCode,
  IssuerClient,
  LastCall,
  PaidNotice,
  VoidAnswer,
  VoidRequested,
} from '../../packages/issuer/src';
import {
  createCallbackHandler,
  createMessageHandler,
  fetchMessages,
  type MessageHandlerOptions,
  ProblemError,
} from '../../packages/issuer/src';
import { type Behaviour, behaviourOf, behaviours } from './behaviours';
import { createCodeMaker, hashOf } from './code-maker';
import type { OnFact, SimulatedFact } from './facts';
import { createTries, playReply } from './replies';

const codesPerCall = 200;
const afterWindowMs = 1000;
const decisionMs = 1000;
const afterDeliveryMs = 1000;
/** Orders that are remembered. */
const knownMax = 10_000;

export interface SimulatedIssuerOptions {
  readonly issuerId: string;
  readonly secret: string;
  readonly codeMode: 'request' | 'push';
  readonly client: IssuerClient;
  /** Ends every wait and call when the simulator stops. */
  readonly signal: AbortSignal;
  readonly onFact?: OnFact | undefined;
}

/** One issuer's server: a callback handler that acts out the behaviour which the order names. */
export const createSimulatedIssuer = ({
  issuerId,
  secret,
  codeMode,
  client,
  signal,
  onFact,
}: SimulatedIssuerOptions) => {
  const codes = createCodeMaker();
  const replyFor = createTries();
  const known = new LRUCache<string, { readonly behaviour: Behaviour; readonly token: string }>({ max: knownMax });

  const tell = (orderNo: string, what: SimulatedFact['what'], detail: SimulatedFact['detail'] = {}) =>
    onFact?.({ atMs: Date.now(), who: issuerId, orderNo, what, detail });

  /** A refusal by the platform is a fact to be told, not an end of the script. */
  const attempted = async <T>(orderNo: string, call: string, send: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      tell(orderNo, 'call_failed', { call, code: error.code, status: error.status });
      return undefined;
    }
  };

  const repeated = async <T>(behaviour: Behaviour, send: () => Promise<T>): Promise<T> => {
    const first = await send();
    return behaviour.repeats ? send() : first;
  };

  const verify = async (notice: PaidNotice, behaviour: Behaviour): Promise<string | undefined> => {
    const { orderNo, token, quantity, amount } = notice;
    for (const wrong of behaviour.wrongFacts) {
      const facts =
        wrong === 'token'
          ? { token: `not-${token}`.slice(0, 256), amount }
          : { token, amount: { ...amount, value: amount.value + 1 } };
      await attempted(orderNo, 'verification', () => client.verifyOrder({ orderNo, quantity, ...facts }, { signal }));
    }
    if (behaviour.verifies === 'never') return undefined;
    const answer = await attempted(orderNo, 'verification', () =>
      repeated(behaviour, () => client.verifyOrder({ orderNo, token, quantity, amount }, { signal })),
    );
    if (answer) tell(orderNo, 'verified');
    return answer?.issueBy;
  };

  const chosenCodes = (order: PaidNotice | CodeRequest, behaviour: Behaviour): IssuedCode[] => {
    const { orderNo, quantity, metadata } = order;
    if (behaviour.supplies === 'reused') return codes.reusedFor(quantity);
    const all = codes.codesFor(orderNo, quantity, metadata?.format);
    return behaviour.supplies === 'part' ? all.slice(0, -1) : all;
  };

  const submit = async (order: PaidNotice | CodeRequest, behaviour: Behaviour, issueBy: string): Promise<void> => {
    const { orderNo, token } = order;
    const lateMs = behaviour.isLate ? Math.max(0, Date.parse(issueBy) - Date.now()) + afterWindowMs : 0;
    await pause(behaviour.beforeCodesMs + lateMs, undefined, { signal });
    const chosen = chosenCodes(order, behaviour);
    for (let from = 0; from < chosen.length; from += codesPerCall) {
      const part = chosen.slice(from, from + codesPerCall);
      const answer = await attempted(orderNo, 'codes', () =>
        repeated(behaviour, () => client.submitCodes({ orderNo, token, codes: part }, { signal })),
      );
      if (answer) tell(orderNo, 'codes_accepted', { codeHashes: part.map((code) => hashOf(code.value)) });
    }
    if (behaviour.afterSale === 'ends_short') {
      await afterSale(orderNo, 'completion', () =>
        client.order('completion', { orderNo, token, reason: 'no more are made' }, { signal }),
      );
    }
  };

  const afterSale = async (orderNo: string, call: string, send: () => Promise<unknown>): Promise<void> => {
    if (await attempted(orderNo, call, send)) tell(orderNo, 'after_sale_done', { call });
  };

  const afterDelivery = async (orderNo: string, itemId: string): Promise<void> => {
    const { behaviour, token } = known.get(orderNo) ?? { behaviour: behaviours.good, token: '' };
    await pause(afterDeliveryMs, undefined, { signal });
    const redemptionId = `till-${orderNo}`;
    const redeem = () => client.order('redemptions', { orderNo, token, redemptionId, itemId }, { signal });
    switch (behaviour.afterSale) {
      case 'redeems':
        return afterSale(orderNo, 'redemptions', redeem);
      case 'takes_back':
        await afterSale(orderNo, 'redemptions', redeem);
        return afterSale(orderNo, 'reversals', () =>
          client.order('reversals', { orderNo, token, redemptionId }, { signal }),
        );
      case 'replaces':
        return afterSale(orderNo, 'replacement', () =>
          client.order(
            'replacement',
            { orderNo, token, reason: 'printed twice', replacements: [{ itemId, code: codes.another(itemId) }] },
            { signal },
          ),
        );
      case 'voids':
        return afterSale(orderNo, 'void', () =>
          client.order('void', { orderNo, token, reason: 'printed twice' }, { signal }),
        );
      case 'ends_short':
      case 'nothing':
        return;
      default:
        behaviour.afterSale satisfies never;
    }
  };

  const work = async (notice: PaidNotice, behaviour: Behaviour): Promise<void> => {
    const { orderNo, token } = notice;
    await pause(behaviour.beforeVerifyMs, undefined, { signal });
    if (behaviour.refuses) {
      const answer = await attempted(orderNo, 'refusal', () =>
        client.refuseOrder({ orderNo, token, reason: 'out_of_stock' }, { signal }),
      );
      if (answer) tell(orderNo, 'refused');
      return;
    }
    const issueBy = await verify(notice, behaviour);
    if (issueBy && codeMode === 'push' && behaviour.supplies !== 'nothing') await submit(notice, behaviour, issueBy);
  };

  /** Only a stop ends such work early, and then nobody waits for it; anything else is told. */
  const later = (orderNo: string, task: Promise<void>): void => {
    task.catch((error: Error) => {
      if (!signal.aborted) tell(orderNo, 'call_failed', { call: 'work', code: error.name, status: 0 });
    });
  };

  const onPaid = async (notice: PaidNotice, { webhookId }: { webhookId: string }): Promise<void> => {
    const behaviour = behaviourOf(notice);
    known.set(notice.orderNo, { behaviour, token: notice.token });
    tell(notice.orderNo, 'paid_received', { webhookId });
    const reply = replyFor(webhookId, behaviour.paidReplies);
    if (behaviour.verifies === 'inside') await work(notice, behaviour);
    await playReply(reply, signal);
    if (behaviour.verifies !== 'inside') later(notice.orderNo, work(notice, behaviour));
  };

  const onCodeRequested = async (
    request: CodeRequest,
    { webhookId }: { webhookId: string },
  ): Promise<CodeReply | undefined> => {
    const behaviour = behaviourOf(request);
    tell(request.orderNo, 'code_requested_received', { webhookId, outstanding: request.outstanding });
    const reply = replyFor(webhookId, behaviour.codeReplies);
    switch (reply.kind) {
      case 'refused':
        return { status: 'refused', reason: 'out_of_stock' };
      case 'issued':
        if (request.quantity > codesPerCall) later(request.orderNo, submit(request, behaviour, request.issueBy));
        return issued(request);
      case 'issuing':
        if (behaviour.supplies !== 'nothing') later(request.orderNo, submit(request, behaviour, request.issueBy));
        return { status: 'issuing' };
      default:
        await playReply(reply, signal);
        later(request.orderNo, submit(request, behaviour, request.issueBy));
        return undefined;
    }
  };

  const issued = ({ orderNo, quantity, metadata }: CodeRequest): CodeReply => {
    const answered = codes.codesFor(orderNo, quantity, metadata?.format).slice(0, codesPerCall);
    tell(orderNo, 'codes_answered', { codeHashes: answered.map((code) => hashOf(code.value)) });
    return { status: 'issued', codes: answered };
  };

  /** The last call: what comes after it is too late. */
  const onClosing = async (request: LastCall, { webhookId }: { webhookId: string }): Promise<CodeReply | undefined> => {
    tell(request.orderNo, 'closing_received', { webhookId, outstanding: request.outstanding });
    const reply = replyFor(webhookId, behaviourOf(request).closingReplies);
    switch (reply.kind) {
      case 'refused':
        return { status: 'refused', reason: 'out_of_stock' };
      case 'issued':
        return issued(request);
      case 'issuing':
        return { status: 'issuing' };
      default:
        await playReply(reply, signal);
        return undefined;
    }
  };

  /** The message names no product: what an order was paid with says how its refunds go. */
  const onVoidRequested = (
    { orderNo, token, requestId }: VoidRequested,
    { webhookId }: { webhookId: string },
  ): VoidAnswer => {
    tell(orderNo, 'void_requested_received', { webhookId });
    const { refunds } = known.get(orderNo)?.behaviour ?? behaviours.good;
    switch (refunds) {
      case 'destroyed':
        return { status: 'destroyed' };
      case 'refused':
        return { status: 'refused', reason: 'not_refundable' };
      case 'unknown':
        return { status: 'unknown' };
      case 'later':
        later(orderNo, decideLater({ orderNo, token, requestId }));
        return { status: 'deciding' };
      default:
        return refunds satisfies never;
    }
  };

  const decideLater = async (asked: { orderNo: string; token: string; requestId: string }): Promise<void> => {
    await pause(decisionMs, undefined, { signal });
    await attempted(asked.orderNo, 'void-decision', () =>
      client.order('void-decision', { ...asked, decision: 'destroyed' }, { signal }),
    );
  };

  const reactions: MessageHandlerOptions = {
    onPaid,
    onCodeRequested,
    onClosing,
    onVoidRequested,
    onEvent: (event) => {
      const { type, data } = event;
      tell(data.orderNo, 'event_received', { type, sequence: data.sequence });
      const [itemId] = event.type === 'order.delivered' ? (event.data.itemIds ?? []) : [];
      if (itemId !== undefined && data.sequence === 1) later(data.orderNo, afterDelivery(data.orderNo, itemId));
    },
  };
  return {
    /** For where it is called. */
    callbacks: createCallbackHandler({ secrets: [secret], ...reactions }),

    /** Of an issuer that is not called: until the simulator stops. */
    fetch: (): void => {
      const handle = createMessageHandler(reactions);
      const onProblem = (error: unknown) =>
        tell('', 'call_failed', {
          call: 'messages',
          code: error instanceof ProblemError ? error.code : 'unknown',
          status: error instanceof ProblemError ? error.status : 0,
        });
      void fetchMessages({ client, handle, signal, onProblem });
    },
  };
};
