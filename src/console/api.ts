import type { CallbackProof } from '../contract/issuer/callback-proof';
import { isTestIssuer, pathPart } from '../domain/ids';
import { type Role, roles } from '../domain/operator';
import { createAsking, type Page, type Pairs, query } from '../pages-kit/ask';
import { basePath } from '../pages-kit/base-path';
import type {
  Acted,
  ApprovalAnswer,
  AuditAnswer,
  BatchAnswer,
  ComparisonAnswer,
  ConformanceRunAnswer,
  ConformanceRunsAnswer,
  ConsoleSessionsAnswer,
  DeliveryKeysAnswer,
  FailureAnswer,
  IssuerAnswer,
  IssuerCallAnswer,
  IssuerCallsAnswer,
  MaintenanceAnswer,
  OfferedChannel,
  OrderAnswer,
  OrderName,
  OrderSettingsAnswer,
  PlatformHealth,
  PreviewAnswer,
  ReadinessAnswer,
  RefundsAnswer,
  RevealedAnswer,
  Sales,
  SessionAnswer,
  SettingsAnswer,
  TimelineAnswer,
  WhyAnswer,
} from './answers';
import type {
  BatchRequest,
  ChangeIssuer,
  CreateIssuer,
  EndSessions,
  FindOrder,
  MaintenanceRequest,
  PortalLinkRequest,
  PreviewRequest,
  SettingsRequest,
  StartConformance,
} from './requests';

/** The only module that talks to the platform: the operator API, with the session's cookie and its header token. */
const base = `${basePath}/v1/operator`;
const batchLimitMs = 300_000;

const asking = createAsking<SessionAnswer>(base);
const { call } = asking;
export const { session } = asking;

/** What the platform would refuse anyway is not offered. */
export const may = (needed: Role): boolean =>
  session.current !== undefined && roles.indexOf(session.current.operator.role) >= roles.indexOf(needed);

const orderPath = ({ issuerId, orderNo }: OrderName): string => `/orders/${pathPart(issuerId)}/${pathPart(orderNo)}`;
const issuerPath = (issuerId: string): string => `/issuers/${pathPart(issuerId)}`;
const conformancePath = (issuerId: string): string => `${issuerPath(issuerId)}/conformance`;
const callPath = (issuerId: string, callId: string): string => `${issuerPath(issuerId)}/calls/${pathPart(callId)}`;
const productPath = (issuerId: string, productId: string): string =>
  `${issuerPath(issuerId)}/products/${pathPart(productId)}/settings`;

/** Test orders stand in their own list alone; whoever names a test issuer means it. */
const modeOf = ({ issuerId, mode }: Pairs) => (isTestIssuer(`${issuerId ?? ''}`) ? 'test' : mode);
const orderQuery = (filter: Pairs): string => query({ ...filter, mode: modeOf(filter) });

/** What is typed may be a person's, or a code after all: it goes over in a body, as proxies keep addresses. */
const orderPage = ({ limit, ...filter }: Pairs, signal?: AbortSignal) => {
  const { q, ...others } = filter;
  if (!q) return call<Page<OrderAnswer>>('GET', `/orders${orderQuery({ limit, ...others })}`, { signal });
  const said = Object.entries({ ...filter, mode: modeOf(filter) }).filter(([, value]) => value);
  return call<Page<OrderAnswer>>('POST', '/orders/search', { body: { limit, ...Object.fromEntries(said) }, signal });
};

export const api = {
  resume: async (): Promise<void> => {
    session.current = await call<SessionAnswer>('GET', '/console/session');
  },
  signIn: async (token: string): Promise<void> => {
    session.current = await call<SessionAnswer>('POST', '/console/session', { body: { token } });
  },
  signOut: async (): Promise<void> => {
    await call('DELETE', '/console/session');
    session.current = undefined;
  },
  sessions: (signal?: AbortSignal) =>
    call<ConsoleSessionsAnswer>('GET', `/console/sessions${query({ limit: 100 })}`, { signal }),
  endSessions: (body: EndSessions) => call<{ readonly ended: number }>('POST', '/console/sessions/end', { body }),
  sales: (hours: '24' | '168', signal?: AbortSignal) =>
    call<Sales>('GET', `/console/sales${query({ hours })}`, { signal }),
  overviewEvents: () => new EventSource(`${base}/console/overview/events`),

  orders: orderPage,
  ordersFile: (filter: Pairs) => `${base}/orders.csv${orderQuery(filter)}`,
  statementFile: (issuerId: string, day: string) => `${base}${issuerPath(issuerId)}/statements/${day}`,
  findOrder: (body: FindOrder) => call<Page<OrderAnswer>>('POST', '/orders/search', { body }),
  order: (order: OrderName, signal?: AbortSignal) => call<OrderAnswer>('GET', orderPath(order), { signal }),
  timeline: (order: OrderName, signal?: AbortSignal) =>
    call<TimelineAnswer>('GET', `${orderPath(order)}/timeline`, { signal }),
  why: (order: OrderName, signal?: AbortSignal) => call<WhyAnswer>('GET', `${orderPath(order)}/why`, { signal }),
  act: (order: OrderName, action: string, body?: object) =>
    call<Acted>('POST', `${orderPath(order)}/${action}`, { body }),
  approvals: (signal?: AbortSignal, cursor?: string) =>
    call<Page<ApprovalAnswer>>('GET', `/approvals${query({ limit: 50, cursor })}`, { signal }),
  revealApproval: (approvalId: string) =>
    call<RevealedAnswer>('POST', `/approvals/${pathPart(approvalId)}/reveal`, { body: {} }),
  decideApproval: (approvalId: string, decision: 'approve' | 'refuse') =>
    call<ApprovalAnswer>('POST', `/approvals/${pathPart(approvalId)}`, { body: { decision } }),
  comparison: (signal?: AbortSignal) => call<ComparisonAnswer>('GET', '/comparison', { signal }),
  refunds: (settled: boolean, signal?: AbortSignal, cursor?: string) =>
    call<RefundsAnswer>('GET', `/refunds${query({ settled: settled && 'true', limit: 50, cursor })}`, { signal }),
  batch: (body: BatchRequest) =>
    call<BatchAnswer>('POST', '/batches', { body, waitMs: body.dryRun ? undefined : batchLimitMs }),
  orderSettings: (order: OrderName, signal?: AbortSignal) =>
    call<OrderSettingsAnswer>('GET', `${orderPath(order)}/settings`, { signal }),

  issuers: (signal?: AbortSignal, cursor?: string, mode?: string) =>
    call<Page<IssuerAnswer>>('GET', `/issuers${query({ mode, limit: 100, cursor })}`, { signal }),
  issuer: (issuerId: string, signal?: AbortSignal) => call<IssuerAnswer>('GET', issuerPath(issuerId), { signal }),
  issuerCalls: (issuerId: string, failed: boolean, signal?: AbortSignal) =>
    call<IssuerCallsAnswer>('GET', `${issuerPath(issuerId)}/calls${query({ limit: 30, failed: failed && 'true' })}`, {
      signal,
    }),
  issuerCall: (issuerId: string, callId: string, signal?: AbortSignal) =>
    call<IssuerCallAnswer>('GET', callPath(issuerId, callId), { signal }),
  replayCall: (issuerId: string, callId: string) => call<object>('POST', `${callPath(issuerId, callId)}/replay`),
  createIssuer: (body: CreateIssuer) => call<IssuerAnswer & { readonly secret: string }>('POST', '/issuers', { body }),
  changeIssuer: (issuerId: string, body: ChangeIssuer) => call<IssuerAnswer>('PATCH', issuerPath(issuerId), { body }),
  previewIssuer: (issuerId: string, body: PreviewRequest, signal: AbortSignal) =>
    call<PreviewAnswer>('POST', `${issuerPath(issuerId)}/preview`, { body, signal }),
  deleteIssuer: (issuerId: string) =>
    call<undefined>('DELETE', `${issuerPath(issuerId)}${query({ confirm: issuerId })}`),
  rotateSecret: (issuerId: string, endOldNow: boolean) =>
    call<{ readonly secret: string; readonly oldSecretEndsAt: string }>('POST', `${issuerPath(issuerId)}/secret`, {
      body: { endOldNow },
    }),
  portalLink: (issuerId: string, body: PortalLinkRequest) =>
    call<{ readonly url: string; readonly expiresAt: string }>('POST', `${issuerPath(issuerId)}/portal-links`, {
      body,
    }),
  callbackProof: (issuerId: string, url: string | undefined, signal: AbortSignal) =>
    call<CallbackProof>('GET', `${issuerPath(issuerId)}/callback-proof${query({ url })}`, { signal }),
  checkCallbackProof: (issuerId: string, url?: string) =>
    call<CallbackProof>('POST', `${issuerPath(issuerId)}/callback-proof`, { body: { url } }),
  letGoLive: (issuerId: string, reason: string) =>
    call<IssuerAnswer>('POST', `${issuerPath(issuerId)}/go-live`, { body: { reason } }),
  conformanceRuns: (issuerId: string, signal?: AbortSignal) =>
    call<ConformanceRunsAnswer>('GET', conformancePath(issuerId), { signal }),
  conformanceRun: (issuerId: string, runId: string, signal?: AbortSignal) =>
    call<ConformanceRunAnswer>('GET', `${conformancePath(issuerId)}/${pathPart(runId)}`, { signal }),
  startConformance: (issuerId: string, body: StartConformance) =>
    call<ConformanceRunAnswer>('POST', conformancePath(issuerId), { body }),
  pauseIssuer: (issuerId: string) => call<IssuerAnswer>('POST', `${issuerPath(issuerId)}/pause`),
  resumeIssuer: (issuerId: string) => call<IssuerAnswer>('POST', `${issuerPath(issuerId)}/resume`),

  deliveryKeys: (signal?: AbortSignal) => call<DeliveryKeysAnswer>('GET', '/keys/delivery', { signal }),
  rotateDeliveryKey: (endOldNow: boolean) =>
    call<{ readonly id: string }>('POST', '/keys/delivery', { body: { endOldNow } }),
  maintenance: (signal?: AbortSignal) => call<MaintenanceAnswer>('GET', '/maintenance', { signal }),
  setMaintenance: (body: MaintenanceRequest) => call<MaintenanceAnswer>('PUT', '/maintenance', { body }),

  channels: (signal?: AbortSignal) =>
    call<{ readonly data: readonly OfferedChannel[] }>('GET', '/channels', { signal }),

  platformSettings: (signal?: AbortSignal) => call<SettingsAnswer>('GET', '/settings', { signal }),
  setPlatformSettings: (body: SettingsRequest) => call<SettingsAnswer>('PUT', '/settings', { body }),
  issuerSettings: (issuerId: string, signal?: AbortSignal) =>
    call<SettingsAnswer>('GET', `${issuerPath(issuerId)}/settings`, { signal }),
  setIssuerSettings: (issuerId: string, body: SettingsRequest) =>
    call<SettingsAnswer>('PUT', `${issuerPath(issuerId)}/settings`, { body }),
  products: (issuerId: string, signal?: AbortSignal) =>
    call<Page<{ readonly productId: string; readonly settings: SettingsAnswer['settings'] }>>(
      'GET',
      `${issuerPath(issuerId)}/products${query({ limit: 100 })}`,
      { signal },
    ),
  productSettings: (issuerId: string, productId: string, signal?: AbortSignal) =>
    call<SettingsAnswer>('GET', productPath(issuerId, productId), { signal }),
  setProductSettings: (issuerId: string, productId: string, body: SettingsRequest) =>
    call<SettingsAnswer>('PUT', productPath(issuerId, productId), { body }),

  platformHealth: (signal?: AbortSignal) => call<PlatformHealth>('GET', '/health', { signal }),

  failures: (signal?: AbortSignal, cursor?: string) =>
    call<Page<FailureAnswer>>('GET', `/failures${query({ limit: 50, cursor })}`, { signal }),
  audit: (filter: Pairs, signal?: AbortSignal, cursor?: string) =>
    call<Page<AuditAnswer>>('GET', `/audit${query({ ...filter, limit: 50, cursor })}`, { signal }),
  failuresFile: () => `${base}/failures.csv`,
  refundsFile: (settled: boolean) => `${base}/refunds.csv${query({ settled: settled && 'true' })}`,
  auditFile: () => `${base}/audit/export`,

  /** Public: which parts of the platform are up. */
  health: async (signal: AbortSignal): Promise<ReadinessAnswer> => {
    const response = await fetch(`${basePath}/readyz`, { cache: 'no-store', signal });
    return response.json();
  },
};
