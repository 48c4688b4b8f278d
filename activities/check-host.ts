import { asyncLocalStorage as activityContext } from '@temporalio/activity';
import { isTestIssuer } from '../src/domain/ids';
import { proofPlaces, txtOf } from '../src/domain/ownership';
import { secondMs } from '../src/domain/timings';
import type { TxtLookup } from '../src/outbound/txt-lookup';
import { hostToken } from '../src/sealing/host-token';
import type { Audit } from '../src/store/audit';
import type { HostCheckInput } from '../src/temporal/order-gateway';
import { type CallsOut, sellerOf } from './call-issuer';

interface ChecksHosts extends CallsOut {
  readonly lookupTxt: TxtLookup;
  readonly audit: Audit;
}

const fileLimitBytes = 1_024;
const fileLimitMs = 5 * secondMs;
const found = 'found';

/** Looks for an issuer's token at the host of a callback address, in both places. No redirect is followed. */
export const createCheckHost = (deps: ChecksHosts) => {
  const { issuers, outbound, orderDeps, lookupTxt, audit, nowMs } = deps;

  const inDns = async (name: string, token: string): Promise<string> => {
    const answer = await lookupTxt(name);
    if (answer.kind === 'failed') return answer.reason;
    return answer.records.includes(txtOf(token)) ? found : 'wrong';
  };

  const inFile = async (issuerId: string, ca: string | undefined, url: string, token: string): Promise<string> => {
    const signal = activityContext.getStore()?.cancellationSignal;
    const call = { issuerId, ca: ca || undefined, url, signal, limitBytes: fileLimitBytes, timeLimitMs: fileLimitMs };
    const answer = await outbound.getFile(call);
    if (answer.kind === 'failed') return answer.reason;
    if (answer.status !== 200) return `status_${answer.status}`;
    if (answer.truncated) return 'answer_too_large';
    return answer.body.toString().trim() === token ? found : 'wrong';
  };

  return {
    checkHost: async ({ issuerId }: HostCheckInput): Promise<void> => {
      const issuer = await sellerOf(deps, issuerId);
      if (!issuer?.hostCheck || issuer.deletedAt) return;
      const { origin, askedAt } = issuer.hostCheck;
      const { host, hostname, txtName, fileUrl } = proofPlaces(origin);
      const token = hostToken(orderDeps.fingerprintKey, issuerId, hostname);
      const [dns, file] = await Promise.all([
        txtName === undefined ? undefined : inDns(txtName, token),
        inFile(issuerId, issuer.callCa, fileUrl, token),
      ]);
      const at = new Date(nowMs());
      const by = dns === found ? 'dns' : file === found ? 'file' : undefined;
      if (by) {
        const deed = { action: 'issuer.host_proved', target: issuerId, after: { host, by } };
        const prove = () => issuers.prove(issuerId, { host, by, at });
        // As of whatever a test issuer does, nothing is kept for ever.
        await (isTestIssuer(issuerId) ? prove() : audit.around({ at, actor: '(host check)', ...deed }, prove));
      }
      await issuers.noteHostCheck(issuerId, {
        askedAt,
        checkedAt: at,
        found: { ...(dns === undefined ? {} : { dns }), file },
      });
    },
  };
};
