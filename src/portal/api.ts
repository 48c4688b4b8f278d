import type { listItems } from '../contract/issuer/after-sale';
import type { CallbackProof } from '../contract/issuer/callback-proof';
import type { listOwnCalls, readOwnCall } from '../contract/issuer/calls';
import type { listConformance, readConformance, startConformance } from '../contract/issuer/conformance';
import type { readEcho } from '../contract/issuer/echo';
import type { listOwnFailures } from '../contract/issuer/failures';
import type { createPortalLink, listPortalSessions } from '../contract/issuer/portal';
import type { readReconciliation } from '../contract/issuer/reconciliations';
import type { readReplay } from '../contract/issuer/replays';
import type { changeSelf, previewSelf, readChoices, readSelf, rotateOwnSecret } from '../contract/issuer/self';
import type { Order, Timeline } from '../contract/order';
import type { PortalSessionBody } from '../contract/portal';
import type { GivenBody, WrittenBody } from '../contract/route';
import { pathPart } from '../domain/ids';
import { type Asked, createAsking, type Page, type Pairs, Problem, query } from '../pages-kit/ask';
import { basePath } from '../pages-kit/base-path';

export type { Order };
export type IssuerAnswer = GivenBody<typeof readSelf>;
export type Settings = Omit<WrittenBody<typeof changeSelf>, 'type'>;
export type Choices = GivenBody<typeof readChoices>;
export type CallsAnswer = GivenBody<typeof listOwnCalls>;
export type CallAnswer = GivenBody<typeof readOwnCall>;
export type FailureAnswer = GivenBody<typeof listOwnFailures>['data'][number];
export type ItemAnswer = GivenBody<typeof listItems>['data'][number];
export type SessionsAnswer = GivenBody<typeof listPortalSessions>;
export type ReconciliationAnswer = GivenBody<typeof readReconciliation>;

const base = `${basePath}/v1`;
const asking = createAsking<PortalSessionBody>(base);
export const { session } = asking;

export const isAdmin = (): boolean => session.current?.role === 'admin';

const own = (path: string): string => `/issuers/${session.current?.issuerId}${path}`;
const orderPath = (orderNo: string): string => `/orders/${pathPart(orderNo)}`;

/** Of a test issuer five requests a second are answered: what only reads waits for its turn. */
const inTurn = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
  for (let left = readAgainMax; left > 0; left -= 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'rate_limited') throw error;
      await new Promise((resolve) => setTimeout(resolve, (error.retryAfterSeconds ?? 1) * 1_000));
    }
  }
  return ask();
};
const readAgainMax = 3;

const read = <Answer>(path: string, signal?: AbortSignal): Promise<Answer> =>
  inTurn(() => asking.call<Answer>('GET', own(path), { signal }));

/** The body names what it is, as a signed one does. */
const send = <Answer>(path: string, type: string, body: object = {}, asked: Asked = {}): Promise<Answer> =>
  asking.call<Answer>('POST', own(path), { ...asked, body: { type, ...body } });

const reconcileLimitMs = 60_000;

export const api = {
  resume: async (): Promise<void> => {
    session.current = await asking.call<PortalSessionBody>('GET', '/portal/session');
  },
  signOut: async (): Promise<void> => {
    await asking.call('DELETE', '/portal/session');
    session.current = undefined;
  },

  orders: (filter: Pairs, signal?: AbortSignal) => read<Page<Order>>(`/orders${query(filter)}`, signal),
  order: (orderNo: string, signal?: AbortSignal) => read<Order>(orderPath(orderNo), signal),
  timeline: (orderNo: string, signal?: AbortSignal) => read<Timeline>(`${orderPath(orderNo)}/timeline`, signal),
  items: (orderNo: string, signal?: AbortSignal, cursor?: string) =>
    read<Page<ItemAnswer>>(`${orderPath(orderNo)}/items${query({ limit: 50, cursor })}`, signal),
  act: (orderNo: string, call: string, type: string, body: object) =>
    send<object>(`${orderPath(orderNo)}/${call}`, type, { orderNo, ...body }),

  calls: (failed: boolean, signal?: AbortSignal) =>
    read<CallsAnswer>(`/calls${query({ limit: 50, failed: failed && 'true' })}`, signal),
  call: (callId: string, signal?: AbortSignal) => read<CallAnswer>(`/calls/${pathPart(callId)}`, signal),
  replayMessage: (id: string) => send<object>(`/messages/${pathPart(id)}/replay`, 'message.replay'),
  failures: (signal?: AbortSignal, cursor?: string) =>
    read<Page<FailureAnswer>>(`/failures${query({ limit: 50, cursor })}`, signal),
  countReplay: (since: string) =>
    send<{ readonly matched: number }>('/replays', 'calls.replay', { since, dryRun: true }),
  replay: (since: string) => send<{ readonly replayId: string }>('/replays', 'calls.replay', { since }),
  replayState: (replayId: string, signal?: AbortSignal) =>
    read<GivenBody<typeof readReplay>>(`/replays/${replayId}`, signal),

  self: (signal?: AbortSignal) => read<IssuerAnswer>('/self', signal),
  change: (settings: Settings) => send<IssuerAnswer>('/settings', 'issuer.settings', settings),
  choices: (signal?: AbortSignal) => read<Choices>('/settings/choices', signal),
  preview: (body: Omit<WrittenBody<typeof previewSelf>, 'type'>, signal: AbortSignal) =>
    inTurn(() => send<GivenBody<typeof previewSelf>>('/preview', 'issuer.preview', body, { signal })),
  rotate: (endOldNow: boolean) => send<GivenBody<typeof rotateOwnSecret>>('/secret', 'issuer.secret', { endOldNow }),
  echo: () => asking.call<object>('POST', own('/echo'), { body: { check: 'from the page for issuers' } }),
  echoOutcome: (signal?: AbortSignal) => read<GivenBody<typeof readEcho>>('/echo/outcome', signal),

  conformanceRuns: (signal?: AbortSignal) => read<GivenBody<typeof listConformance>>('/conformance', signal),
  conformanceRun: (runId: string, signal?: AbortSignal) =>
    read<GivenBody<typeof readConformance>>(`/conformance/${pathPart(runId)}`, signal),
  startConformance: (body: Omit<WrittenBody<typeof startConformance>, 'type'>) =>
    send<GivenBody<typeof startConformance>>('/conformance', 'issuer.conformance', body),

  callbackProof: (signal: AbortSignal, url?: string) => read<CallbackProof>(`/callback-proof${query({ url })}`, signal),
  checkCallbackProof: (url?: string) => send<CallbackProof>('/callback-proof', 'callback.proof', { url }),

  statementFile: (day: string): string => `${base}${own(`/statements/${day}`)}`,
  reconcile: (content: Blob, mediaType: string, span: Pairs) =>
    asking.call<ReconciliationAnswer>('POST', own(`/reconciliations${query(span)}`), {
      file: { mediaType, content },
      waitMs: reconcileLimitMs,
    }),
  reconciliation: (id: string, cursor: string) =>
    read<ReconciliationAnswer>(`/reconciliations/${id}${query({ cursor })}`),

  link: (body: Omit<WrittenBody<typeof createPortalLink>, 'type'>) =>
    send<GivenBody<typeof createPortalLink>>('/portal-links', 'portal.link', body),
  sessions: (signal?: AbortSignal) => read<SessionsAnswer>(`/portal-sessions${query({ limit: 100 })}`, signal),
  endSessions: (sessionId?: string) =>
    send<{ readonly ended: number }>('/portal-sessions/end', 'portal.sessions_end', sessionId ? { sessionId } : {}),
};
