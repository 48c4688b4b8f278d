import type { Amount } from '../domain/order';
import { moneyText } from '../domain/words/money';
import { facts, pairsOf, plain, table } from './plain-text';
import type { ApiAnswer } from './platform-call';

type Show = (answer: ApiAnswer['body']) => string;

const page =
  (heads: readonly string[], row: (item: ApiAnswer['body']) => readonly unknown[], nothing: string): Show =>
  ({ data, nextCursor }) => {
    if (data.length === 0) return nothing;
    const rows = table(heads, data.map(row));
    return nextCursor ? `${rows}\n\nThere are more: --cursor ${nextCursor}` : rows;
  };

const money = (amount: Amount | undefined): string | undefined => amount && moneyText(amount);

const nameOf = (order: ApiAnswer['body']): string => `${order.issuerId}/${order.orderNo}`;
const terminalOf = (terminal: ApiAnswer['body']): string | undefined =>
  terminal && [terminal.channel, ...Object.values({ ...terminal, channel: '' })].filter(Boolean).join(' ');
const callbackOf = (callback: ApiAnswer['body']): string =>
  `${callback?.kind} ${callback?.url ?? callback?.name ?? ''}`.trimEnd();

export const orderList = page(
  ['ORDER', 'STATE', 'CODES', 'AMOUNT', 'PRODUCT', 'CREATED'],
  (order) => [
    nameOf(order),
    order.state,
    `${order.codes?.issued}/${order.quantity}`,
    money(order.amount),
    order.product?.name,
    order.createdAt,
  ],
  'No orders',
);

export const comparison: Show = ({ newest }) => {
  if (!newest) return 'Nothing was compared yet: the first look is at 01:00 UTC';
  const looked = `${newest.at}: ${newest.orders} open orders, ${newest.workflows} workflows${newest.isWhole ? '' : ', and more'}`;
  if (newest.counts.length === 0) return `${looked}. Nothing differs`;
  const counts = table(
    ['ISSUER', 'KIND', 'COUNT'],
    newest.counts.map((one: ApiAnswer['body']) => [one.issuerId, one.kind, one.count]),
  );
  const found = table(
    ['ORDER', 'KIND', 'WHY', 'TO DO'],
    newest.findings.map((one: ApiAnswer['body']) => [nameOf(one), one.kind, one.why, one.next]),
  );
  return `${looked}\n\n${counts}\n\n${found}`;
};

const requestOf = ({ requestId, state, decideBy, itemIds }: ApiAnswer['body']): string =>
  `${requestId}, ${state}${state === 'open' ? ` until ${decideBy}` : ''}, items: ${itemIds?.join(', ')}`;

export const orderFacts: Show = (order) =>
  order.approvalId !== undefined
    ? `Another operator must approve it within 24 hours: approval ${order.approvalId}.`
    : order.status === 'queued'
      ? 'Queued: it is durable and not judged yet, as the engine is away. The same command again gets the judgement.'
      : order.redemptionId !== undefined
        ? facts([
            ['Redemption', order.redemptionId],
            ['Item', order.itemId],
            ['Uses left', order.usesLeft],
          ])
        : facts([
            ['Order', nameOf(order)],
            ['State', order.state],
            ['Closed reason', order.closedReason],
            ['Product', order.product && `${order.product.name} (${order.product.id})`],
            ['Amount', money(order.amount)],
            ['Codes', `${order.codes?.issued} of ${order.quantity}`],
            [
              'Void',
              order.codesVoid && `${order.codesVoid.codes} since ${order.codesVoid.at}, ${order.codesVoid.because}`,
            ],
            ['Terminal', terminalOf(order.terminal)],
            ['Delivery', order.delivery && `${order.delivery.state}, tries: ${order.delivery.tries}`],
            ['Refund due', money(order.refundDue)],
            ['Refund request', order.voidRequest && requestOf(order.voidRequest)],
            ['Payment', order.payment && pairsOf(order.payment)],
            ['Created', order.createdAt],
            ['Updated', order.updatedAt],
            ['Verify by', order.verifyBy],
            ['Issue by', order.issueBy],
            ['Events', order.sequence],
          ]);

export const why: Show = ({ orderNo, state, why: sentence, next }) =>
  facts([
    ['Order', orderNo],
    ['State', state],
    ['Why', sentence],
    ['To do', next?.text],
  ]);

export const timeline: Show = ({ data }) =>
  data.length === 0
    ? 'Nothing has happened yet'
    : table(
        ['AT', 'EVENT', 'DETAIL'],
        data.map((line: ApiAnswer['body']) => [line.at, line.event, pairsOf(line.detail)]),
      );

export const issuerList = page(
  ['ISSUER', 'STATE', 'CODES', 'NAME', 'CALLBACK', 'CREATED'],
  (issuer) => [
    issuer.issuerId,
    issuer.state,
    issuer.codeMode,
    issuer.name,
    callbackOf(issuer.callback),
    issuer.createdAt,
  ],
  'No issuers',
);

export const issuerFacts: Show = (issuer) =>
  facts([
    ['Issuer', issuer.issuerId],
    ['Name', issuer.name],
    ['State', issuer.state],
    ['Callback', callbackOf(issuer.callback)],
    ['Code mode', issuer.codeMode],
    ['Terminal', terminalOf(issuer.terminal)],
    ['Verify window', `${issuer.verifyWindowSeconds} s`],
    ['Issue window', `${issuer.issueWindowSeconds} s`],
    ['Public key', issuer.publicKey],
    ['Notice delays', issuer.noticeDelaysSeconds && `${issuer.noticeDelaysSeconds.join(', ')} s`],
    ['Event delays', issuer.eventDelaysSeconds && `${issuer.eventDelaysSeconds.join(', ')} s`],
    ['Calls at once', issuer.callsAtOnce && `${issuer.callsAtOnce} by each worker`],
    ['Call timeout', issuer.callTimeoutSeconds && `${issuer.callTimeoutSeconds} s`],
    ['Call headers', issuer.callHeaders?.join(', ')],
    [
      'Call certificate',
      issuer.callCertificate && `${issuer.callCertificate.subject}, until ${issuer.callCertificate.endsAt}`,
    ],
    ['Call CA', issuer.callCa && 'its own beside the public ones'],
    ['Orders per second', issuer.ordersPerSecond && `${issuer.ordersPerSecond} by each api`],
    ['Created', issuer.createdAt],
  ]);

export const channelList: Show = ({ data }) =>
  table(
    ['CHANNEL', 'NAME', 'ADDRESS'],
    data.map(({ channel, label, address }: ApiAnswer['body']) => [channel, label, address?.label]),
  );

export const callList: Show = ({ data }) =>
  data.length === 0
    ? 'No calls'
    : table(
        ['CALL', 'AT', 'KIND', 'DIRECTION', 'OUTCOME'],
        data.map((call: ApiAnswer['body']) => [call.callId, call.at, call.kind, call.direction, outcomeOf(call)]),
      );

const outcomeOf = ({ ok, status, problem, ...call }: ApiAnswer['body']): string =>
  [
    ok ? 'good' : problem,
    ok && status ? `HTTP ${status}` : undefined,
    call.try > 1 ? `try ${call.try}` : undefined,
    call.replay ? 'replay' : undefined,
  ]
    .filter(Boolean)
    .join(', ');

/** A line for each line of the body, as a body is more than a fact. */
const sideOf = (title: string, side: ApiAnswer['body']): string =>
  [
    `${title}${side.status === undefined ? '' : `, HTTP ${side.status}`}`,
    ...(side.body === undefined ? [] : JSON.stringify(side.body, null, 2).split('\n').map(plain)),
    ...(side.notKept.length === 0
      ? []
      : [`Not kept: ${side.notKept.map((path: string) => path || 'the body').join(', ')}`]),
  ].join('\n');

export const callFacts: Show = (call) =>
  [
    facts([
      ['Call', call.callId],
      ['Order', nameOf(call)],
      ['Kind', call.kind],
      ['Direction', call.direction],
      ['At', call.at],
      ['Outcome', outcomeOf(call)],
      ['Message', call.message],
      ['Came in the answer to', call.partOf],
      ['Again', call.resend.as ?? `${call.resend.refused}: ${call.resend.why}`],
    ]),
    sideOf('Request', call.request),
    sideOf('Answer', call.answer),
  ].join('\n\n');

export const replayed: Show = ({ orderNo, kind, as }) =>
  facts([
    ['Order', orderNo],
    ['Sent again', kind],
    ['As', as],
  ]);

const shownOnce = 'The secret is shown this once: hand it to the issuer now.';

export const newIssuer: Show = (issuer) =>
  `${issuerFacts(issuer)}\n\n${facts([['Secret', issuer.secret]])}\n${shownOnce}`;

export const newSecret: Show = ({ secret, oldSecretEndsAt }) =>
  `${facts([
    ['Secret', secret],
    ['Old secret ends', oldSecretEndsAt],
  ])}\n${shownOnce}`;

export const deliveryKeys: Show = ({ keys }) =>
  table(
    ['KEY', 'PUBLIC KEY', 'CREATED', 'ENDS'],
    keys.map((key: ApiAnswer['body']) => [key.id, key.publicKey, key.createdAt, key.endsAt]),
  );

export const newDeliveryKey: Show = ({ id, publicKey, oldKeyEndsAt }) =>
  facts([
    ['Key', id],
    ['Public key', publicKey],
    ['Old key ends', oldKeyEndsAt],
  ]);

export const resealed: Show = ({ looked, resealed: done, left, broken, brokenIn }) =>
  [
    `Looked at ${plain(looked)} rows, sealed ${plain(done)} values anew`,
    ...(left > 0 ? [`, ${plain(left)} changed meanwhile and come again`] : []),
    ...(broken > 0 ? [`, ${plain(broken)} are opened by no key:`] : []),
    ...brokenIn.map(({ kind, id }: ApiAnswer['body']) => `\n  ${plain(kind)} ${plain(id)}`),
  ].join('');

interface ResealSum {
  readonly looked: number;
  readonly broken: number;
}

export const allResealed = ({ looked }: ResealSum): string =>
  `Everything in the database is under the first key: ${looked} rows. Histories in Temporal and backups are not: docs/operations.md, Keys.`;

export const stillBroken = ({ broken }: ResealSum): string =>
  `${broken} values are opened by no key of MASTER_KEY: put the key that sealed them back.`;

export const failureList = page(
  ['ORDER', 'STATE', 'AT', 'KIND', 'WHY'],
  (failure) => [nameOf(failure), failure.state, failure.at, failure.kind, failure.why],
  'Nothing needs a person',
);

export const auditList = page(
  ['AT', 'ACTOR', 'ACTION', 'TARGET', 'BEFORE', 'AFTER', 'PHASE'],
  ({ at, actor, action, target, before, after, phase }) => [
    at,
    actor,
    action,
    target,
    pairsOf(before),
    pairsOf(after),
    phase,
  ],
  'Nothing was changed yet',
);

export const auditChecked: Show = ({ checked, last, broken }) =>
  facts([
    ['As written', `${checked} entries`],
    ['Newest of them', last && `${last.seq}, ${last.hash}`],
    ['First that is not', broken && `${broken.seq}, ${broken.why}`],
  ]);

/** The api can do its work, but no order moves. */
export const noWorker = 'No worker reports: orders are accepted, and none moves. Start one.';

export const health: Show = ({ status, parts, reconcilerAgeSeconds }) =>
  facts([
    ['Platform', parts?.workers === 'none' ? 'not ready' : status],
    ...Object.entries(parts ?? {}),
    ['Last reconciled', reconcilerAgeSeconds === undefined ? undefined : `${reconcilerAgeSeconds} s ago`],
  ]);
