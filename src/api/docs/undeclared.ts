import type { z } from 'zod';
import {
  batchRequest,
  callsQuery,
  changeIssuerRequest,
  createIssuerRequest,
  extendRequest,
  maintenanceRequest,
  operatorListQuery,
  productSettingsRequest,
  productsQuery,
  redeliverRequest,
  resealRequest,
  rotateSecretRequest,
  settingsRequest,
  signInRequest,
} from '../../contract/operator';
import { pageQuery } from '../../contract/query';
import { receiptsRequest } from '../../contract/receipts';
import type { Route } from '../../contract/route';
import type { Role } from '../../domain/operator';

/** There where a channel has receipts and the secret for them is set. */
export const receiptsPath = '/v1/terminals/{channel}/{receiptSecret}';

interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  readonly summary: string;
  readonly tag: 'issuer' | 'operator' | 'public';
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  /** Left out: a viewer reads, an operator changes. */
  readonly needs?: Role | 'nobody';
  readonly answers: Readonly<Record<string, string>>;
}

const operatorOrder = '/v1/operator/orders/{issuerId}/{orderNo}';
const operatorConsole = '/v1/operator/console';
const operatorIssuer = '/v1/operator/issuers/{issuerId}';

const operations: readonly Operation[] = [
  { method: 'get', path: '/v1/keys', tag: 'public', summary: 'Public keys of deliveries', answers: { 200: 'keys' } },
  {
    method: 'get',
    path: '/v1/operator/keys/delivery',
    tag: 'operator',
    summary: 'The keys that sign deliveries, and when the old one ends',
    answers: { 200: 'keys' },
  },
  {
    method: 'post',
    path: '/v1/operator/keys/delivery',
    tag: 'operator',
    needs: 'admin',
    summary: 'Rotates the key that signs deliveries',
    body: rotateSecretRequest,
    answers: { 201: 'the new key, oldKeyEndsAt', 409: 'in_progress' },
  },
  {
    method: 'post',
    path: '/v1/operator/keys/reseal',
    tag: 'operator',
    needs: 'admin',
    summary: 'Seals a part of what is kept anew under the first master key',
    body: resealRequest,
    answers: { 200: 'looked, resealed, left, broken, brokenIn, nextCursor' },
  },
  {
    method: 'post',
    path: '/v1/operator/issuers',
    tag: 'operator',
    needs: 'admin',
    summary: 'Creates an issuer',
    body: createIssuerRequest,
    answers: { 201: 'Issuer with its secret, shown once', 409: 'issuer_exists' },
  },
  {
    method: 'get',
    path: '/v1/operator/issuers',
    tag: 'operator',
    summary: 'Issuers',
    query: pageQuery,
    answers: { 200: 'data and nextCursor' },
  },
  { method: 'get', path: operatorIssuer, tag: 'operator', summary: 'One issuer', answers: { 200: 'Issuer' } },
  {
    method: 'patch',
    path: operatorIssuer,
    tag: 'operator',
    needs: 'admin',
    summary: 'Changes an issuer',
    body: changeIssuerRequest,
    answers: { 200: 'Issuer' },
  },
  {
    method: 'delete',
    path: operatorIssuer,
    tag: 'operator',
    needs: 'admin',
    summary: 'Deletes an issuer and cancels its open orders',
    answers: { 204: 'Deleted' },
  },
  {
    method: 'post',
    path: `${operatorIssuer}/secret`,
    tag: 'operator',
    needs: 'admin',
    summary: 'Rotates the secret',
    body: rotateSecretRequest,
    answers: { 201: 'secret, oldSecretEndsAt' },
  },
  {
    method: 'post',
    path: `${operatorIssuer}/pause`,
    tag: 'operator',
    needs: 'admin',
    summary: 'Pauses calls and windows',
    answers: { 200: 'Issuer' },
  },
  {
    method: 'post',
    path: `${operatorIssuer}/resume`,
    tag: 'operator',
    needs: 'admin',
    summary: 'Resumes calls and windows',
    answers: { 200: 'Issuer' },
  },
  {
    method: 'get',
    path: '/v1/operator/orders',
    tag: 'operator',
    summary: 'Orders of all issuers',
    query: operatorListQuery,
    answers: { 200: 'data and nextCursor' },
  },
  {
    method: 'get',
    path: operatorOrder,
    tag: 'operator',
    summary: 'One order, and which of its codes are void',
    answers: { 200: 'Order, and codesVoid: codes, at, because' },
  },
  {
    method: 'get',
    path: `${operatorOrder}/timeline`,
    tag: 'operator',
    summary: 'Every try and answer',
    answers: { 200: 'data' },
  },
  {
    method: 'get',
    path: `${operatorOrder}/why`,
    tag: 'operator',
    summary: 'Why the order has no code yet, and what to do',
    answers: { 200: 'why and next' },
  },
  {
    method: 'post',
    path: `${operatorOrder}/renotify`,
    tag: 'operator',
    summary: 'Tells the issuer anew and ends a lock',
    answers: { 200: 'Order' },
  },
  {
    method: 'post',
    path: `${operatorOrder}/redeliver`,
    tag: 'operator',
    summary: 'Delivers again, to a corrected terminal if given',
    body: redeliverRequest,
    answers: { 200: 'Order', 409: 'terminal_fixed, not_issued, order_closed' },
  },
  {
    method: 'post',
    path: `${operatorOrder}/cancel`,
    tag: 'operator',
    summary: 'Cancels an order',
    answers: { 200: 'Order', 409: 'already_delivered, order_closed' },
  },
  {
    method: 'post',
    path: `${operatorOrder}/extend`,
    tag: 'operator',
    summary: 'Lengthens the running window',
    body: extendRequest,
    answers: { 200: 'Order' },
  },
  {
    method: 'post',
    path: `${operatorOrder}/void`,
    tag: 'operator',
    summary: 'Declares delivered codes void',
    answers: { 200: 'Order' },
  },
  {
    method: 'post',
    path: '/v1/operator/batches',
    tag: 'operator',
    summary: 'One action on many orders',
    body: batchRequest,
    answers: { 200: 'matched, changed, failed, nextCursor', 429: 'rate_limited: another batch runs' },
  },
  {
    method: 'get',
    path: '/v1/operator/failures',
    tag: 'operator',
    summary: 'Orders that a person should look at: undeliverable, stuck, or with an event given up',
    query: pageQuery,
    answers: { 200: 'data and nextCursor' },
  },
  {
    method: 'post',
    path: `${operatorConsole}/session`,
    tag: 'operator',
    needs: 'nobody',
    summary: 'Signs a browser in: a token for a session cookie',
    body: signInRequest,
    answers: { 201: 'csrf, endsAt, operator', 401: 'operator_unauthorized', 429: 'rate_limited' },
  },
  {
    method: 'get',
    path: `${operatorConsole}/session`,
    tag: 'operator',
    summary: 'The session of the cookie',
    answers: { 200: 'csrf, endsAt, operator' },
  },
  {
    method: 'delete',
    path: `${operatorConsole}/session`,
    tag: 'operator',
    needs: 'viewer',
    summary: 'Signs out',
    answers: { 204: 'Ended' },
  },
  {
    method: 'get',
    path: `${operatorConsole}/overview`,
    tag: 'operator',
    summary: 'The last hour in numbers',
    answers: { 200: 'The overview' },
  },
  {
    method: 'get',
    path: `${operatorConsole}/overview/events`,
    tag: 'operator',
    summary: 'The same, live, as server-sent events',
    answers: { 200: 'text/event-stream' },
  },
  {
    method: 'post',
    path: receiptsPath,
    tag: 'public',
    summary: 'A mail or SMS provider tells what became of messages',
    body: receiptsRequest,
    answers: { 204: 'Taken, also of unknown messages', 404: 'A wrong secret, or a channel without receipts' },
  },
  {
    method: 'get',
    path: '/v1/operator/channels',
    tag: 'operator',
    summary: 'The channels that this platform delivers by, and what to ask for a terminal of each',
    answers: { 200: 'data: channel, label, and address: field, label, kind, placeholder' },
  },
  {
    method: 'get',
    path: '/v1/operator/settings',
    tag: 'operator',
    summary: 'Windows, delays and calls at once of the platform',
    answers: { 200: 'settings, effective' },
  },
  {
    method: 'put',
    path: '/v1/operator/settings',
    tag: 'operator',
    needs: 'admin',
    summary: 'Replaces them; what is left out is built in',
    body: settingsRequest,
    answers: { 200: 'settings, effective' },
  },
  {
    method: 'get',
    path: `${operatorIssuer}/settings`,
    tag: 'operator',
    summary: 'Windows, delays and calls at once of an issuer',
    answers: { 200: 'settings, effective' },
  },
  {
    method: 'put',
    path: `${operatorIssuer}/settings`,
    tag: 'operator',
    needs: 'admin',
    summary: 'Replaces them; what is left out is the platform’s',
    body: settingsRequest,
    answers: { 200: 'settings, effective' },
  },
  {
    method: 'get',
    path: `${operatorIssuer}/products`,
    tag: 'operator',
    summary: 'Products with settings of their own, by id',
    query: productsQuery,
    answers: { 200: 'data: productId, settings; and nextCursor' },
  },
  {
    method: 'get',
    path: `${operatorIssuer}/products/{productId}/settings`,
    tag: 'operator',
    summary: 'Windows and delays of a product',
    answers: { 200: 'settings, effective' },
  },
  {
    method: 'put',
    path: `${operatorIssuer}/products/{productId}/settings`,
    tag: 'operator',
    needs: 'admin',
    summary: 'Replaces them; what is left out is the issuer’s',
    body: productSettingsRequest,
    answers: { 200: 'settings, effective' },
  },
  {
    method: 'get',
    path: `${operatorOrder}/settings`,
    tag: 'operator',
    summary: 'The windows that an order has, and what counts for its product today',
    answers: { 200: 'order, effective' },
  },
  {
    method: 'get',
    path: '/v1/operator/health',
    tag: 'operator',
    summary: 'Queues, workers and circuits',
    answers: { 200: 'at, queues, workers, circuits' },
  },
  {
    method: 'get',
    path: `${operatorIssuer}/calls`,
    tag: 'operator',
    summary: 'The newest calls to and from an issuer, out of its newest orders',
    query: callsQuery,
    answers: { 200: 'orders, summary, circuits, throttled, data' },
  },
  {
    method: 'get',
    path: `${operatorIssuer}/calls/{callId}`,
    tag: 'operator',
    summary: 'One call with its bodies, as far as they are kept, everything secret masked',
    answers: { 200: 'the call, request, answer, partOf, resend', 404: 'issuer_unknown, order_unknown, call_unknown' },
  },
  {
    method: 'post',
    path: `${operatorIssuer}/calls/{callId}/replay`,
    tag: 'operator',
    summary: 'Sends a call of the platform again: an event with the same bytes under the same webhook-id',
    answers: {
      202: 'callId, orderNo, kind, as',
      404: 'issuer_unknown, order_unknown, call_unknown',
      409: 'call_pending, not_replayable, issuer_paused, in_progress, order_closed, already_verified, already_delivered',
    },
  },
  {
    method: 'get',
    path: '/v1/operator/maintenance',
    tag: 'operator',
    summary: 'Whether new orders are refused',
    answers: { 200: 'on, and since, by, reason' },
  },
  {
    method: 'put',
    path: '/v1/operator/maintenance',
    tag: 'operator',
    needs: 'admin',
    summary: 'Stops new orders, or takes them again; running orders go on',
    body: maintenanceRequest,
    answers: { 200: 'on, since, by, reason' },
  },
  {
    method: 'get',
    path: '/v1/operator/audit',
    tag: 'operator',
    needs: 'admin',
    summary: 'Who did what',
    query: pageQuery,
    answers: { 200: 'data and nextCursor' },
  },
];

/** Calls whose routes are not declared yet. */
export const undeclared: readonly Route[] = operations.map(({ needs, tag, answers, ...operation }) => ({
  ...operation,
  tag,
  path: operation.path as `/${string}`,
  name: `${operation.method}${operation.path.replaceAll(/[{}]/g, '').replaceAll(/[/]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
  who:
    tag === 'public' || needs === 'nobody' ? 'anyone' : (needs ?? (operation.method === 'get' ? 'viewer' : 'operator')),
  answers: Object.fromEntries(
    Object.entries(answers)
      .filter(([status]) => Number(status) < 300)
      .map(([status, says]) => [status, { says }]),
  ),
  problems: [],
}));
