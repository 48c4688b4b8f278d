import { orderCalls } from './contract';
import type {
  Acknowledged,
  AcknowledgedMessage,
  BulkAnswer,
  ClockAdvanced,
  CodeSubmission,
  EventPage,
  EventsToReplay,
  FailurePage,
  ItemPage,
  ListedOrder,
  ListFailures,
  ListOrders,
  MessagePage,
  NewSecret,
  OrderAnswer,
  OrderCall,
  OrderCallAnswer,
  OrderCallBody,
  OrderPage,
  OrderTimeline,
  OrderToPlace,
  PageQuery,
  ReadEvents,
  ReadMessages,
  ReconciledSpan,
  Reconciliation,
  RedemptionPage,
  ReplayBegun,
  ReplayMatch,
  ReplayState,
  SandboxInbox,
  SelfAnswer,
  SelfChange,
  Sent,
  Statement,
  StatementLine,
} from './messages';
import { type CallOptions, createSignedCalls, type IssuerClientOptions, ndjson } from './signed-calls';

const withQuery = (path: string, query: object): string => {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text ? `${path}?${text}` : path;
};

export const createIssuerClient = (options: IssuerClientOptions) => {
  const { answered, call } = createSignedCalls(options);

  /** What waits for what comes is given so much longer. */
  const waiting = ({ waitSeconds = 0 }: { readonly waitSeconds?: number | undefined }, options?: CallOptions) => ({
    ...options,
    waitMs: waitSeconds * 1000,
  });

  const orderPath = (orderNo: string): string => `/orders/${encodeURIComponent(orderNo)}`;

  const order = <N extends OrderCall>(name: N, body: OrderCallBody<N>, options?: CallOptions) =>
    call<OrderCallAnswer<N>>(
      'POST',
      `${orderPath(body.orderNo)}/${name}`,
      { type: orderCalls[name].type, ...body },
      options,
    );

  return {
    placeOrder: (order: OrderToPlace, options?: CallOptions) =>
      call<OrderAnswer>('POST', '/orders', { type: 'order.payment', ...order }, options),

    /** Up to 200, each judged as if it were sent alone: look at the `status` of every result. */
    placeOrders: (orders: readonly OrderToPlace[], options?: CallOptions) =>
      call<BulkAnswer>(
        'POST',
        '/orders/bulk',
        { type: 'orders.bulk', orders: orders.map((order) => ({ type: 'order.payment', ...order })) },
        options,
      ),

    readOrder: (orderNo: string, options?: CallOptions) =>
      call<OrderAnswer>('GET', orderPath(orderNo), undefined, options),

    listOrders: (filter: ListOrders = {}, options?: CallOptions) =>
      call<OrderPage>('GET', withQuery('/orders', filter), undefined, options),

    /** Events of all orders behind a cursor; keep `nextCursor` once you have worked on them. An empty page leads on as well. */
    readEvents: (query: ReadEvents = {}, options?: CallOptions) =>
      call<EventPage>('GET', withQuery('/events', query), undefined, waiting(query, options)),

    /** For an issuer with the callback `pull`: each message is this reader's for a minute; see `fetchMessages`. */
    readMessages: (query: ReadMessages = {}, options?: CallOptions) =>
      call<MessagePage>('GET', withQuery('/messages', query), undefined, waiting(query, options)),

    /** Without an `answer`: a 2xx without a body. Look at the `problems`: those messages come again. */
    acknowledgeMessages: (results: readonly AcknowledgedMessage[], options?: CallOptions) =>
      call<Acknowledged>('POST', '/messages/acknowledgement', { type: 'messages.acknowledgement', results }, options),

    /** Events since then that were not taken, once more; `readReplay` says how far it is. */
    replayEvents: (events: EventsToReplay, options?: CallOptions) =>
      call<ReplayBegun>('POST', '/replays', { type: 'calls.replay', ...events }, { isTaken: true, ...options }),

    /** How many `replayEvents` would send. */
    countReplay: (events: EventsToReplay, options?: CallOptions) =>
      call<ReplayMatch>('POST', '/replays', { type: 'calls.replay', dryRun: true, ...events }, options),

    readReplay: (replayId: string, options?: CallOptions) =>
      call<ReplayState>('GET', `/replays/${encodeURIComponent(replayId)}`, undefined, options),

    listFailures: (page: ListFailures = {}, options?: CallOptions) =>
      call<FailurePage>('GET', withQuery('/failures', page), undefined, options),

    /** The orders that changed on that UTC day, such as 2026-01-31. A final one stays as it is. */
    readStatement: async (day: string, options?: CallOptions): Promise<Statement> => {
      const { value, headers } = await answered('GET', `/statements/${day}`, undefined, {
        ...options,
        accept: ndjson,
      });
      const lines = String(value).split('\n').slice(0, -1);
      return {
        isFinal: headers.get('statement-final') === 'true',
        asOf: headers.get('statement-as-of') ?? '',
        lines: lines.map((line) => JSON.parse(line) as StatementLine),
      };
    },

    /** Your own list, at most 50,000 orders, compared with what the platform has; with a time, also what the list lacks of it. */
    reconcile: (listed: readonly ListedOrder[], span: ReconciledSpan = {}, options?: CallOptions) =>
      call<Reconciliation>('POST', withQuery('/reconciliations', span), undefined, { ...options, lines: listed }),

    readReconciliation: (reconciliationId: string, cursor?: string, options?: CallOptions) =>
      call<Reconciliation>(
        'GET',
        withQuery(`/reconciliations/${encodeURIComponent(reconciliationId)}`, { cursor }),
        undefined,
        options,
      ),

    /** The issuer as the platform knows it. */
    readSelf: (options?: CallOptions) => call<SelfAnswer>('GET', '/self', undefined, options),

    changeSettings: (settings: SelfChange, options?: CallOptions) =>
      call<SelfAnswer>('POST', '/settings', { type: 'issuer.settings', ...settings }, options),

    /** Keep it before you use it: this client goes on with the one that it was made with. */
    rotateSecret: (change: { readonly endOldNow?: boolean } = {}, options?: CallOptions) =>
      call<NewSecret>('POST', '/secret', { type: 'issuer.secret', ...change }, options),

    /** A message to this issuer, by its `webhook-id`: once more, with the same bytes; its answer counts. */
    replayMessage: (messageId: string, options?: CallOptions) =>
      call<{ readonly id: string }>(
        'POST',
        `/messages/${encodeURIComponent(messageId)}/replay`,
        { type: 'message.replay' },
        { isTaken: true, ...options },
      ),

    timeline: (orderNo: string, options?: CallOptions) =>
      call<OrderTimeline>('GET', `${orderPath(orderNo)}/timeline`, undefined, options),

    /** What is said of one order, by the last part of the call's path; `actions` of an order names what it would take now. */
    order,
    verifyOrder: (body: OrderCallBody<'verification'>, options?: CallOptions) => order('verification', body, options),
    submitCodes: (body: CodeSubmission, options?: CallOptions) =>
      order('codes', body as OrderCallBody<'codes'>, options),
    refuseOrder: (body: OrderCallBody<'refusal'>, options?: CallOptions) => order('refusal', body, options),
    cancelOrder: (body: OrderCallBody<'cancellation'>, options?: CallOptions) => order('cancellation', body, options),

    listItems: (orderNo: string, page: PageQuery = {}, options?: CallOptions) =>
      call<ItemPage>('GET', withQuery(`${orderPath(orderNo)}/items`, page), undefined, options),

    listRedemptions: (orderNo: string, page: PageQuery = {}, options?: CallOptions) =>
      call<RedemptionPage>('GET', withQuery(`${orderPath(orderNo)}/redemptions`, page), undefined, options),

    /** Of a test issuer: its windows and retries go on as if so much time had passed. */
    advanceClock: (advanceSeconds: number, options?: CallOptions) =>
      call<ClockAdvanced>('POST', '/clock', { type: 'sandbox.clock', advanceSeconds }, options),

    /** Of a test issuer: the mails and messages that a buyer would have got. */
    readInbox: (options?: CallOptions) => call<SandboxInbox>('GET', '/inbox', undefined, options),

    /** The platform answers and sends the same object to the callback URL: a self-test of keys and addresses. */
    echo: (content: Readonly<Record<string, unknown>>, options?: CallOptions) =>
      call<Sent>('POST', '/echo', content, options),
  };
};

/** An interface, so that types made of it name it. */
export interface IssuerClient extends ReturnType<typeof createIssuerClient> {}
