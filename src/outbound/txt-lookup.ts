import { Resolver } from 'node:dns/promises';
import { withinMs } from '../bounded/time-limit';

const lookupLimitMs = 5_000;
const tryLimitMs = 2_000;
const recordsMax = 100;

export type TxtAnswer =
  | { readonly kind: 'answered'; readonly records: readonly string[] }
  | { readonly kind: 'failed'; readonly reason: 'timeout' | 'name_unresolved' | 'network' };

export type TxtLookup = (name: string) => Promise<TxtAnswer>;

/** `servers`: given by tests; otherwise the system's. */
export const createTxtLookup =
  ({ servers }: { readonly servers?: readonly string[] | undefined } = {}): TxtLookup =>
  async (name) => {
    const resolver = new Resolver({ timeout: tryLimitMs, tries: 2 });
    if (servers) resolver.setServers(servers);
    const asked = resolver.resolveTxt(name).then(
      (found): TxtAnswer => ({
        kind: 'answered',
        records: found.slice(0, recordsMax).map((chunks) => chunks.join('')),
      }),
      ({ code }: NodeJS.ErrnoException): TxtAnswer => ({ kind: 'failed', reason: reasonOf(code) }),
    );
    try {
      return await withinMs(lookupLimitMs, asked, (): TxtAnswer => ({ kind: 'failed', reason: 'timeout' }));
    } finally {
      resolver.cancel();
    }
  };

const reasonOf = (code: string | undefined) => {
  if (code === 'ENODATA' || code === 'ENOTFOUND') return 'name_unresolved';
  return code === 'ETIMEOUT' || code === 'ECANCELLED' ? 'timeout' : 'network';
};
