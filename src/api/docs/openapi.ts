import { z } from 'zod';
import { terminal } from '../../channels/terminals';
import {
  callsQuery,
  cancelOrderRequest,
  echoRequest,
  listOrdersQuery,
  operatorListQuery,
  pageQuery,
  placeOrderRequest,
  productsQuery,
  refuseOrderRequest,
  submitCodesRequest,
  verifyOrderRequest,
} from '../../contract/issuer';
import {
  batchRequest,
  changeIssuerRequest,
  createIssuerRequest,
  extendRequest,
  maintenanceRequest,
  productSettingsRequest,
  redeliverRequest,
  resealRequest,
  rotateSecretRequest,
  settingsRequest,
  signInRequest,
} from '../../contract/operator';
import { failures } from '../../domain/failures';
import type { Role } from '../../domain/operator';
import { orderStates } from '../../domain/order';

export interface Operation {
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

const orders = '/v1/issuers/{issuerId}/orders';
const operatorOrder = '/v1/operator/orders/{issuerId}/{orderNo}';
const operatorConsole = '/v1/operator/console';
const operatorIssuer = '/v1/operator/issuers/{issuerId}';

const operations: readonly Operation[] = [
  {
    method: 'post',
    path: orders,
    tag: 'issuer',
    summary: 'Payment request: places an order',
    body: placeOrderRequest,
    answers: {
      201: 'Order',
      200: 'The same content again',
      409: 'order_conflict, issuer_paused',
      503: 'unavailable: maintenance',
    },
  },
  {
    method: 'get',
    path: orders,
    tag: 'issuer',
    summary: 'Orders, newest first',
    query: listOrdersQuery,
    answers: { 200: 'data and nextCursor' },
  },
  {
    method: 'get',
    path: `${orders}/{orderNo}`,
    tag: 'issuer',
    summary: 'One order',
    answers: { 200: 'Order', 404: 'order_unknown' },
  },
  {
    method: 'get',
    path: `${orders}/{orderNo}/timeline`,
    tag: 'issuer',
    summary: 'Every try and answer of an order',
    answers: { 200: 'data: at, event, detail' },
  },
  {
    method: 'post',
    path: `${orders}/{orderNo}/verification`,
    tag: 'issuer',
    summary: 'Second interface: order verification request',
    body: verifyOrderRequest,
    answers: {
      200: 'verified',
      403: 'token_mismatch',
      409: 'order_closed',
      422: 'amount_mismatch, quantity_mismatch',
      429: 'verification_locked',
    },
  },
  {
    method: 'post',
    path: `${orders}/{orderNo}/codes`,
    tag: 'issuer',
    summary: 'Submits codes',
    body: submitCodesRequest,
    answers: {
      201: 'New codes taken',
      200: 'The same codes again',
      202: 'Durable, not judged yet',
      403: 'token_mismatch',
      409: 'not_verified, code_conflict, code_reused, order_closed',
    },
  },
  {
    method: 'post',
    path: `${orders}/{orderNo}/refusal`,
    tag: 'issuer',
    summary: 'The issuer cannot give the code',
    body: refuseOrderRequest,
    answers: {
      200: 'Order',
      202: 'Durable, not judged yet',
      403: 'token_mismatch',
      409: 'already_delivered, order_closed',
    },
  },
  {
    method: 'post',
    path: `${orders}/{orderNo}/cancellation`,
    tag: 'issuer',
    summary: 'Cancels an order',
    body: cancelOrderRequest,
    answers: { 200: 'Order', 202: 'Durable, not judged yet', 409: 'already_delivered, order_closed' },
  },
  {
    method: 'post',
    path: '/v1/issuers/{issuerId}/echo',
    tag: 'issuer',
    summary: 'Self-test of keys and signatures',
    body: echoRequest,
    answers: { 200: 'Sent to the callback' },
  },
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

export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Record<string, Record<string, OpenApiOperation>>;
  readonly components: object;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly responses: Record<string, { readonly description: string; readonly content?: object }>;
  readonly [key: string]: unknown;
}

/** Made from the very schemas that parse requests, so that it cannot drift from them. */
export const openApiDocument = (offered: readonly { readonly name: string }[]): OpenApi => {
  const channels = new Set(offered.map(({ name }) => name));
  const paths: OpenApi['paths'] = {};
  for (const operation of operations) {
    const methods = paths[operation.path] ?? {};
    methods[operation.method] = describe(operation, channels);
    paths[operation.path] = methods;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Codeferry',
      version: '1',
      description:
        'Each code comes from its issuer at the moment of sale. Issuer calls are signed as Standard Webhooks says; operator calls carry a bearer token.',
    },
    paths,
    components: {
      securitySchemes: {
        issuer: { type: 'apiKey', in: 'header', name: 'webhook-signature' },
        operator: { type: 'http', scheme: 'bearer' },
      },
      schemas: {
        OrderState: { type: 'string', enum: orderStates },
        Problem: {
          type: 'object',
          required: ['type', 'title', 'status', 'detail', 'code', 'retryable', 'requestId'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            detail: { type: 'string' },
            code: { type: 'string', enum: Object.keys(failures) },
            retryable: { type: 'boolean' },
            requestId: { type: 'string' },
            errors: { type: 'array', items: { type: 'object' } },
          },
        },
      },
    },
  };
};

/** Of terminals only those of the platform's own channels are told. */
const jsonSchema = (schema: z.ZodType, channels: ReadonlySet<string>): object => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: made }) => {
      if (zodSchema !== terminal) return;
      made.oneOf = made.oneOf?.filter(({ properties = {} }) => channels.has(String(constOf(properties.channel))));
    },
  });
  return rest;
};

const constOf = (schema: unknown): unknown => (schema as { const?: unknown } | undefined)?.const;

const roleOf = ({ method, needs }: Operation): Role | 'nobody' => needs ?? (method === 'get' ? 'viewer' : 'operator');

const describe = (operation: Operation, channels: ReadonlySet<string>): OpenApiOperation => {
  const { method, path, tag, summary, body, query, answers } = operation;
  const role = tag === 'operator' ? roleOf(operation) : 'nobody';
  return {
    operationId: `${method}${path.replaceAll(/[{}]/g, '').replaceAll(/[/]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    tags: [tag],
    summary,
    ...(role === 'nobody' ? {} : { description: `Needs the role ${role}.` }),
    ...(tag === 'public' || (tag === 'operator' && role === 'nobody') ? {} : { security: [{ [tag]: [] }] }),
    parameters: [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
      ...(query ? queryParameters(query, channels) : []),
    ],
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body, channels) } } } }
      : {}),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, description]) => [status, { description }])),
      default: {
        description: 'A problem',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
};

const queryParameters = (query: z.ZodType, channels: ReadonlySet<string>): object[] => {
  const { properties = {} } = jsonSchema(query, channels) as { properties?: Record<string, object> };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: false, schema }));
};
