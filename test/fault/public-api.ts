import { setTimeout as pause } from 'node:timers/promises';
import { codeHashesIn } from './facts';
import type { SeenOrder } from './judge';
import type { PlannedIssuer } from './plan';
import { isRace } from './races';

const callLimitMs = 10_000;
const tries = 60;

export interface ListedOrder {
  readonly issuerId: string;
  readonly orderNo: string;
  readonly state: string;
  readonly sequence: number;
}

/** What a person with the operator's token and a buyer with a link can see and do. */
export const createPublicApi = (baseUrl: string, operatorToken: string) => {
  const once = async (method: string, path: string, body?: object): Promise<{ status: number; text: string }> => {
    const response = await fetch(`${baseUrl}/v1/operator${path}`, {
      method,
      headers: { authorization: `Bearer ${operatorToken}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body ? JSON.stringify(body) : null,
      signal: AbortSignal.timeout(callLimitMs),
    });
    return { status: response.status, text: await response.text() };
  };

  const patiently = async (method: string, path: string, body?: object): Promise<{ status: number; text: string }> => {
    for (let n = 1; ; n += 1) {
      const answer = await once(method, path, body).catch(() => undefined);
      if (answer && answer.status < 500 && answer.status !== 429) return answer;
      if (n === tries) throw new Error(`${method} ${path} had no answer: ${answer?.text}`);
      await pause(500);
    }
  };

  const read = async <T>(path: string): Promise<T> => {
    const { status, text } = await patiently('GET', path);
    if (status !== 200) throw new Error(`GET ${path} was answered ${status}`);
    return JSON.parse(text) as T;
  };

  return {
    patiently,
    once,

    addIssuer: async (issuer: PlannedIssuer, callbackUrl: string): Promise<string> => {
      const { issuerId, codeMode, windowSeconds, settings } = issuer;
      const { status, text } = await patiently('POST', '/issuers', {
        issuerId,
        codeMode,
        name: `Issuer ${issuerId} of the fault suite`,
        callback: { kind: 'url', url: callbackUrl },
        verifyWindowSeconds: windowSeconds,
        issueWindowSeconds: windowSeconds,
        noticeDelaysSeconds: [1, 2, 3, 5, 8],
        ...settings,
        deliveryDelaysSeconds: [1, 2, 3, 5, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8],
        eventDelaysSeconds: [1, 2, 3, 5, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8],
      });
      if (status !== 201) throw new Error(`the issuer ${issuerId} was not made: ${text}`);
      return (JSON.parse(text) as { secret: string }).secret;
    },

    listOrders: async (): Promise<ListedOrder[]> => {
      const all: ListedOrder[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const at: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page: { data: ListedOrder[]; nextCursor: string | null } = await read(`/orders?limit=100${at}`);
        all.push(...page.data);
        cursor = page.nextCursor;
      }
      return all;
    },

    see: async (
      order: { issuerId: string; orderNo: string; behaviour?: string },
      pickupUrl: string | undefined,
    ): Promise<SeenOrder | undefined> => {
      const path = `/orders/${order.issuerId}/${order.orderNo}`;
      const { status, text } = await patiently('GET', path);
      if (status === 404) return undefined;
      const timeline = await patiently('GET', `${path}/timeline`);
      const { why } = await read<{ why: string }>(`${path}/why`);
      const seen = JSON.parse(text) as SeenOrder;
      const page = pickupUrl === undefined ? undefined : await pageHashes(pickupUrl);
      const items = pickupUrl === undefined || !isRace(order.behaviour ?? '') ? undefined : await pageItems(pickupUrl);
      return {
        ...seen,
        why,
        hasCodeInApi: codeHashesIn(text + timeline.text).length > 0,
        ...(page ? { pageHashes: page } : {}),
        ...(items ? { pageItems: items } : {}),
      };
    },
  };
};
export type PublicApi = ReturnType<typeof createPublicApi>;

const pageHashes = async (pickupUrl: string): Promise<string[] | undefined> => {
  for (let n = 1; n <= tries; n += 1) {
    const response = await fetch(`${pickupUrl}/reveal`, {
      method: 'POST',
      headers: { accept: 'text/html' },
      signal: AbortSignal.timeout(callLimitMs),
    }).catch(() => undefined);
    if (response?.ok) return codeHashesIn(await response.text());
    await response?.arrayBuffer().catch(() => undefined);
    if (response?.status === 404) return undefined;
    // Nothing to show yet, or for good.
    if (response?.status === 409) return [];
    await pause(500);
  }
  return undefined;
};

/** Read by the judge of races alone: what the page says of each item, without its code. */
const pageItems = async (pickupUrl: string): Promise<SeenOrder['pageItems']> => {
  for (let n = 1; n <= tries; n += 1) {
    const response = await fetch(`${pickupUrl}/reveal`, {
      method: 'POST',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(callLimitMs),
    }).catch(() => undefined);
    if (response?.ok) {
      const { items } = (await response.json()) as {
        items: { itemId: string; state: string; usesLeft: number; value?: string }[];
      };
      return items.map(({ itemId, state, usesLeft, value }) => ({
        itemId,
        state,
        usesLeft,
        hasValue: value !== undefined,
      }));
    }
    await response?.arrayBuffer().catch(() => undefined);
    if (response?.status === 404 || response?.status === 409) return undefined;
    await pause(500);
  }
  return undefined;
};
