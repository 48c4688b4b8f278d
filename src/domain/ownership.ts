import type { PlatformSettings } from './settings';
import { dayMs } from './timings';

/** How an issuer shows that the host of its callback is its own. */
export const proofWays = ['dns', 'file'] as const;
export type ProofWay = (typeof proofWays)[number];

export interface HostProof {
  /** With its port, where that is not the scheme's own. */
  readonly host: string;
  readonly by: ProofWay;
  readonly at: Date;
}

/** Of one issuer. */
export const provedHostsMax = 10;
/** As long as ACME's authorities believe one before they look again. */
const proofLifetimeMs = 30 * dayMs;

const proofName = 'codeferry-verification';

export const txtOf = (token: string): string => `${proofName}=${token}`;

/** Where the proof of an address is looked for. No record can be set for an address without a name. */
export const proofPlaces = (url: string) => {
  const { origin, host, hostname } = new URL(url);
  const isName = !/^\[|^[0-9.]+$/.test(hostname);
  return {
    host,
    hostname,
    ...(isName ? { txtName: `_codeferry.${hostname}` } : {}),
    fileUrl: `${origin}/.well-known/${proofName}.txt`,
  };
};

export const hostOf = (url: string): string => new URL(url).host;

export const proofOf = (provedHosts: readonly HostProof[] | undefined, url: string): HostProof | undefined =>
  provedHosts?.find(({ host }) => host === hostOf(url));

interface Called {
  readonly callback: { readonly kind: 'url'; readonly url: string } | { readonly kind: 'function' | 'pull' };
  readonly provedHosts?: readonly HostProof[];
}

const provedAt = ({ callback, provedHosts }: Called, platform: PlatformSettings): number => {
  if (platform.callbackOwnership !== 'required' || callback.kind !== 'url') return Number.POSITIVE_INFINITY;
  return proofOf(provedHosts, callback.url)?.at.getTime() ?? Number.NEGATIVE_INFINITY;
};

/** The one judge of it: asked before an order is taken, and at each call. */
export const mayBeCalled = (called: Called, platform: PlatformSettings): boolean =>
  platform.isLost || provedAt(called, platform) > Number.NEGATIVE_INFINITY;

/** The same of a callback that changes to another host, which may have changed hands since it was proved. */
export const mayBecomeCalled = (called: Called, platform: PlatformSettings, nowMs: number): boolean =>
  provedAt(called, platform) > nowMs - proofLifetimeMs;

/** The newest first; the one of the host that is called is never crowded out. */
export const withProof = ({ callback, provedHosts = [] }: Called, proof: HostProof): readonly HostProof[] => {
  const others = provedHosts.filter(({ host }) => host !== proof.host);
  const isCalled = ({ host }: HostProof): boolean => callback.kind === 'url' && host === hostOf(callback.url);
  return [proof, ...others.filter(isCalled), ...others.filter((one) => !isCalled(one))].slice(0, provedHostsMax);
};
