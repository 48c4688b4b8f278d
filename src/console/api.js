/** The only module that talks to the platform: the operator API, with the session's cookie and its header token. */
const base = '/v1/operator';
const limitMs = 15_000;
const batchLimitMs = 300_000;

export class Problem extends Error {
  constructor({ status = 0, code = 'unreachable', detail, errors = [], requestId }, retryAfterSeconds) {
    super(detail ?? 'The platform could not be reached. It may be starting; try again.');
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.requestId = requestId;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export const session = { current: undefined, onEnd: () => undefined };

const roles = ['viewer', 'operator', 'admin'];

/** What the platform would refuse anyway is not offered. */
export const may = (needed) => roles.indexOf(session.current?.operator.role) >= roles.indexOf(needed);

const call = async (method, path, { body, signal, waitMs = limitMs } = {}) => {
  const limit = AbortSignal.timeout(waitMs);
  let response;
  try {
    response = await fetch(`${base}${path}`, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'GET' || !session.current ? {} : { 'x-csrf-token': session.current.csrf }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem({});
  }
  const answer = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (response.ok) return answer;
  if (response.status === 401 && session.current) {
    session.current = undefined;
    session.onEnd();
  }
  throw new Problem(
    {
      status: response.status,
      code: 'unreadable',
      detail: `The platform answered HTTP ${response.status}.`,
      ...answer,
    },
    Number(response.headers.get('retry-after')) || undefined,
  );
};

const query = (pairs) => {
  const text = new URLSearchParams(Object.entries(pairs).filter(([, value]) => value)).toString();
  return text === '' ? '' : `?${text}`;
};

const orderPath = ({ issuerId, orderNo }) => `/orders/${encodeURIComponent(issuerId)}/${encodeURIComponent(orderNo)}`;
const issuerPath = (issuerId) => `/issuers/${encodeURIComponent(issuerId)}`;
const callPath = (issuerId, callId) => `${issuerPath(issuerId)}/calls/${encodeURIComponent(callId)}`;
const productPath = (issuerId, productId) =>
  `${issuerPath(issuerId)}/products/${encodeURIComponent(productId)}/settings`;

export const api = {
  resume: async () => {
    session.current = await call('GET', '/console/session');
  },
  signIn: async (token) => {
    session.current = await call('POST', '/console/session', { body: { token } });
  },
  signOut: async () => {
    await call('DELETE', '/console/session');
    session.current = undefined;
  },
  overviewEvents: () => new EventSource(`${base}/console/overview/events`),

  orders: (filter, signal) => call('GET', `/orders${query(filter)}`, { signal }),
  order: (order, signal) => call('GET', orderPath(order), { signal }),
  timeline: (order, signal) => call('GET', `${orderPath(order)}/timeline`, { signal }),
  why: (order, signal) => call('GET', `${orderPath(order)}/why`, { signal }),
  act: (order, action, body) => call('POST', `${orderPath(order)}/${action}`, { body }),
  batch: (body) => call('POST', '/batches', { body, waitMs: body.dryRun ? limitMs : batchLimitMs }),
  orderSettings: (order, signal) => call('GET', `${orderPath(order)}/settings`, { signal }),

  issuers: (signal, cursor) => call('GET', `/issuers${query({ limit: 100, cursor })}`, { signal }),
  issuer: (issuerId, signal) => call('GET', issuerPath(issuerId), { signal }),
  issuerCalls: (issuerId, failed, signal) =>
    call('GET', `${issuerPath(issuerId)}/calls${query({ limit: 30, failed: failed && 'true' })}`, { signal }),
  issuerCall: (issuerId, callId, signal) => call('GET', callPath(issuerId, callId), { signal }),
  replayCall: (issuerId, callId) => call('POST', `${callPath(issuerId, callId)}/replay`),
  createIssuer: (body) => call('POST', '/issuers', { body }),
  changeIssuer: (issuerId, body) => call('PATCH', issuerPath(issuerId), { body }),
  deleteIssuer: (issuerId) => call('DELETE', issuerPath(issuerId)),
  rotateSecret: (issuerId, endOldNow) => call('POST', `${issuerPath(issuerId)}/secret`, { body: { endOldNow } }),
  pauseIssuer: (issuerId) => call('POST', `${issuerPath(issuerId)}/pause`),
  resumeIssuer: (issuerId) => call('POST', `${issuerPath(issuerId)}/resume`),

  deliveryKeys: (signal) => call('GET', '/keys/delivery', { signal }),
  rotateDeliveryKey: (endOldNow) => call('POST', '/keys/delivery', { body: { endOldNow } }),
  maintenance: (signal) => call('GET', '/maintenance', { signal }),
  setMaintenance: (body) => call('PUT', '/maintenance', { body }),

  channels: (signal) => call('GET', '/channels', { signal }),

  platformSettings: (signal) => call('GET', '/settings', { signal }),
  setPlatformSettings: (body) => call('PUT', '/settings', { body }),
  issuerSettings: (issuerId, signal) => call('GET', `${issuerPath(issuerId)}/settings`, { signal }),
  setIssuerSettings: (issuerId, body) => call('PUT', `${issuerPath(issuerId)}/settings`, { body }),
  products: (issuerId, signal) => call('GET', `${issuerPath(issuerId)}/products${query({ limit: 100 })}`, { signal }),
  productSettings: (issuerId, productId, signal) => call('GET', productPath(issuerId, productId), { signal }),
  setProductSettings: (issuerId, productId, body) => call('PUT', productPath(issuerId, productId), { body }),

  platformHealth: (signal) => call('GET', '/health', { signal }),

  failures: (signal, cursor) => call('GET', `/failures${query({ limit: 50, cursor })}`, { signal }),
  audit: (signal, cursor) => call('GET', `/audit${query({ limit: 50, cursor })}`, { signal }),

  /** Public: which parts of the platform are up. */
  health: async (signal) => {
    const response = await fetch('/readyz', { cache: 'no-store', signal });
    return response.json();
  },
};
