/** How everything that has a name is named: one place, so that a log line, a row and a workflow point to each other. */
export interface OrderName {
  readonly issuerId: string;
  readonly orderNo: string;
}

/** Of what may be anything, as in a row that somebody else wrote. */
export const isText = (value: unknown, pattern: RegExp): value is string =>
  typeof value === 'string' && pattern.test(value);

export const issuerIdPattern = /^[a-z0-9-]{1,64}$/;
/** Of issuers of the sandbox: no operator may give such an id. */
export const testIdPrefix = 'test-';
export const testIssuerPattern = /^test-[0-9a-f]{20}$/;
/** By its id alone, wherever it is named. What an operator called `test-…` before there was a sandbox is none. */
export const isTestIssuer = (issuerId: string): boolean => isText(issuerId, testIssuerPattern);
/** By which issuers take turns, and have equal shares: all test issuers are one, as anybody makes them. */
export const turnOf = (issuerId: string): string => (isTestIssuer(issuerId) ? 'tests/' : issuerId);
/** Which orders and issuers a list of operators shows: never both. */
export const modes = ['live', 'test'] as const;
export type Mode = (typeof modes)[number];
export const modeOf = (issuerId: string): Mode => (isTestIssuer(issuerId) ? 'test' : 'live');
/** Of each row of a list: it begins with a time, after a `t` for test orders. */
export const positionPattern = /^t?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\/[\x21-\x7e]+$/;

export const orderNoPattern = /^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,63}$/;
/** The platform's own messages begin so; an incoming request that does is refused. */
export const ownMessagePrefix = 'cf_';

/**
 * A name as a part of an address: whoever builds one for a call asks here.
 *
 * @throws RangeError for one that would leave its place, in whatever writing
 */
export const pathPart = (name: string): string => {
  if (name === '' || name === '.' || name === '..') throw new RangeError(`"${name}" has no address of its own`);
  return encodeURIComponent(name);
};

export const orderId = ({ issuerId, orderNo }: OrderName): string => `${issuerId}/${orderNo}`;
export const workflowId = (order: OrderName): string => `order/${orderId(order)}`;
/** `name`: of the change that it follows from, or what the items that it is about are called together. */
export const afterSaleWorkflowId = (order: OrderName, name: string): string => `after-sale/${orderId(order)}/${name}`;
export const voidRequestWorkflowId = (order: OrderName, requestId: string): string =>
  `void-request/${orderId(order)}/${requestId}`;
export const replayWorkflowId = ({
  issuerId,
  replayId,
}: {
  readonly issuerId: string;
  readonly replayId: string;
}): string => `replays/${issuerId}/${replayId}`;
export const eventActivityId = (order: OrderName, sequence: number): string => `event/${orderId(order)}/${sequence}`;
/** Of an event that its issuer fetched no more: another activity may wait for days until its next attempt. */
export const takenOverActivityId = (order: OrderName, sequence: number): string =>
  `event-taken-over/${orderId(order)}/${sequence}`;
export const replayActivityId = (order: OrderName, sequence: number): string => `replay/${orderId(order)}/${sequence}`;
export const messageReplayActivityId = (order: OrderName, messageId: string): string =>
  `replay/${orderId(order)}/${messageId}`;
export const submissionId = (order: OrderName, updateId: string): string => `${orderId(order)}/${updateId}`;

const codeAnswerPrefix = 'request/';
/** How all Updates begin whose codes stood in an answer to this message of the platform. */
export const codeAnswersTo = (messageId: string): string => `${codeAnswerPrefix}${messageId}.`;
export const codeAnswerId = (messageId: string, tryNumber: number): string => `${codeAnswersTo(messageId)}${tryNumber}`;
/** Such an Update comes of no call of the issuer's: no answer to it leaves. */
export const isCodeAnswer = (updateId: string): boolean => updateId.startsWith(codeAnswerPrefix);

export const orderNameOf = (id: string): OrderName => {
  const slash = id.indexOf('/');
  return { issuerId: id.slice(0, slash), orderNo: id.slice(slash + 1) };
};

/**
 * Asked of each row that a query found by something else: whoever writes to the database puts one anywhere, and by what it
 * says of itself it would speak of another order.
 */
export const isUnderItsName = ({ _id, issuerId, orderNo }: { readonly _id: unknown } & Partial<OrderName>): boolean => {
  if (typeof _id !== 'string' || !_id.includes('/')) return false;
  const name = orderNameOf(_id);
  return name.issuerId === issuerId && name.orderNo === orderNo;
};

/** Back from the id of an order's workflow, or of what was done after its end. */
export const orderOfWorkflow = (id: string): (OrderName & { readonly isAfterSale: boolean }) | undefined => {
  const [kind, issuerId, orderNo] = id.split('/');
  const isKnown = kind === 'order' || kind === 'after-sale' || kind === 'void-request';
  if (!isKnown || !issuerId || !orderNo) return undefined;
  return { issuerId, orderNo, isAfterSale: kind !== 'order' };
};
