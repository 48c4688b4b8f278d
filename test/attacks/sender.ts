import { createHmac, randomUUID } from 'node:crypto';
import type { Route } from '../../src/contract/route';
import type { TestIssuer } from '../support/issuer';
import type { Platform } from '../support/platform';
import { type Attack, isFault, marker } from './attack';

export interface Heard {
  readonly status: number;
  readonly code?: string;
  readonly text: string;
}

/** The public library signs text alone; these bytes may be none. */
export const signatureOf = (secret: string, id: string, at: string, bytes: Buffer | string): string => {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${at}.`).update(bytes).digest('base64')}`;
};

const signed = (secret: string, bytes: Buffer | string, atMs: number): Record<string, string> => {
  const [id, at] = [randomUUID(), String(Math.floor(atMs / 1_000))];
  return { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signatureOf(secret, id, at, bytes) };
};

const hear = async (pending: Promise<Response>): Promise<Heard> => {
  const response = await pending;
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) {
    await response.body?.cancel();
    return { status: response.status, text: '' };
  }
  const text = await response.text();
  const code = type.startsWith('application/problem+json') ? JSON.parse(text).code : undefined;
  return { status: response.status, text, ...(code === undefined ? {} : { code }) };
};

/** Sends as whoever the route lets in, with all that he has; what is judged is the same for all. */
export const createSender = (platform: Platform, attack: Attack) => {
  const credentials = (route: Route, target: string, issuer: TestIssuer, body?: Buffer): Record<string, string> => {
    if (route.who === 'issuer') {
      return signed(issuer.secret, body?.length ? body : `${route.method.toUpperCase()} ${target}`, platform.nowMs());
    }
    return route.who === 'anyone' || route.who === 'buyer' ? {} : { authorization: `Bearer ${platform.operatorToken}` };
  };

  return async (route: Route, target: string, issuer: TestIssuer, body?: Buffer): Promise<Heard> => {
    const heard = await hear(
      fetch(`${platform.baseUrl}${target}`, {
        method: route.method.toUpperCase(),
        redirect: 'manual',
        headers: {
          ...credentials(route, target, issuer, body),
          ...(body ? { 'content-type': route.lines?.mediaTypes[0] ?? 'application/json' } : {}),
        },
        body: body ? new Uint8Array(body) : null,
      }),
    );
    const outcome = heard.code ?? String(heard.status);
    const tried = `${route.name} ${target} ${body?.toString('latin1') ?? ''}`;
    const isRepeated = heard.code !== undefined && heard.text.includes(marker);
    if (isFault(heard.status) || heard.code === 'internal') attack.note(outcome, tried);
    else attack.note(outcome, isRepeated ? `repeats what was sent: ${heard.text} to ${tried}` : undefined);
    return heard;
  };
};
