import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createIssuerClient, ProblemError, problemFrom } from '../../packages/issuer/src';

const callLimitMs = 10_000;
const readyPollMs = 300;

export interface DemoIssuer {
  readonly issuerId: string;
  readonly name: string;
  readonly codeMode: 'request' | 'push';
  /** It has no address: it fetches its messages. */
  readonly fetches?: boolean;
  readonly verifyWindowSeconds?: number;
  readonly issueWindowSeconds?: number;
  readonly lastCallSeconds?: number;
}

export const demoIssuers: readonly DemoIssuer[] = [
  { issuerId: 'demo-push', name: 'Demo issuer that pushes its codes', codeMode: 'push' },
  { issuerId: 'demo-request', name: 'Demo issuer that is asked for its codes', codeMode: 'request' },
  // On its own, so that its failures hold nobody else up; short windows, so that they are soon over.
  {
    issuerId: 'demo-unsteady',
    name: 'Demo issuer that often fails',
    codeMode: 'request',
    verifyWindowSeconds: 90,
    issueWindowSeconds: 60,
    lastCallSeconds: 45,
  },
  { issuerId: 'demo-pull', name: 'Demo issuer that fetches its messages', codeMode: 'request', fetches: true },
];

/** Called first: the simulator may be started together with the platform. */
export const waitUntilReady = async (platformUrl: string, limitMs: number, signal: AbortSignal): Promise<void> => {
  const endAtMs = Date.now() + limitMs;
  for (;;) {
    try {
      const each = AbortSignal.any([signal, AbortSignal.timeout(callLimitMs)]);
      const response = await fetch(new URL('/readyz', platformUrl), { signal: each });
      await response.arrayBuffer();
      if (response.ok) return;
    } catch {
      signal.throwIfAborted();
    }
    if (Date.now() >= endAtMs) throw new Error(`the platform was not ready within ${limitMs / 1000} s`);
    await pause(readyPollMs, undefined, { signal });
  }
};

const readSecrets = async (path: string): Promise<Record<string, string>> => {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    // Absent at the first start, or damaged: the secrets are then rotated.
    return {};
  }
};

const keepSecrets = async (path: string, secrets: Record<string, string>): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  await writeFile(draft, JSON.stringify(secrets), { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, path);
};

export interface DemoAccounts {
  readonly platformUrl: string;
  /** Where operators have an address of their own. */
  readonly operatorUrl?: string;
  readonly operatorToken: string;
  readonly secretsPath: string;
  readonly callbackUrl: (issuerId: string) => string;
  readonly signal: AbortSignal;
}

/** Makes sure that the demo's issuers exist, call back to this port, and that their secrets are known here. */
export const ensureDemoIssuers = async ({
  platformUrl,
  operatorUrl = platformUrl,
  operatorToken,
  secretsPath,
  callbackUrl,
  signal,
}: DemoAccounts): Promise<(DemoIssuer & { secret: string })[]> => {
  const operator = async <T>(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object): Promise<T> => {
    const response = await fetch(new URL(`/v1/operator${path}`, operatorUrl), {
      method,
      headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
      body: body ? JSON.stringify(body) : null,
      signal: AbortSignal.any([signal, AbortSignal.timeout(callLimitMs)]),
    });
    const answer = await response.json().catch(() => undefined);
    if (!response.ok) throw problemFrom(response.status, answer);
    return answer as T;
  };

  const readIssuer = (issuerId: string): Promise<{ callback: { kind: string; url?: string } } | undefined> =>
    operator<{ callback: { kind: string; url?: string } }>('GET', `/issuers/${issuerId}`).catch((error) => {
      if (error instanceof ProblemError && error.status === 404) return undefined;
      throw error;
    });

  const isLive = async (issuerId: string, secret: string): Promise<boolean> => {
    try {
      await createIssuerClient({ baseUrl: platformUrl, issuerId, secret }).listOrders({ limit: 1 }, { signal });
      return true;
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) return false;
      throw error;
    }
  };

  const ensure = async ({ fetches, ...issuer }: DemoIssuer, kept: string | undefined): Promise<string> => {
    const { issuerId } = issuer;
    const callback = fetches ? { kind: 'pull' } : { kind: 'url', url: callbackUrl(issuerId) };
    const existing = await readIssuer(issuerId);
    if (!existing) {
      const terminal = { channel: 'page' };
      return (await operator<{ secret: string }>('POST', '/issuers', { ...issuer, callback, terminal })).secret;
    }
    if (existing.callback.kind !== callback.kind || existing.callback.url !== callback.url)
      await operator('PATCH', `/issuers/${issuerId}`, { callback });
    if (kept && (await isLive(issuerId, kept))) return kept;
    return (await operator<{ secret: string }>('POST', `/issuers/${issuerId}/secret`, { endOldNow: true })).secret;
  };

  const secrets = await readSecrets(secretsPath);
  const accounts: (DemoIssuer & { secret: string })[] = [];
  for (const issuer of demoIssuers) {
    const secret = await ensure(issuer, secrets[issuer.issuerId]);
    // Kept one by one: a stop in between must not lose a secret that was shown once.
    if (secrets[issuer.issuerId] !== secret) {
      secrets[issuer.issuerId] = secret;
      await keepSecrets(secretsPath, secrets);
    }
    accounts.push({ ...issuer, secret });
  }
  return accounts;
};
