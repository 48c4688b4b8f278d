import * as ofIssuer from '../../contract/issuer/callback-proof';
import * as ofOperator from '../../contract/operator/callback-proof';
import { bodyInvalid } from '../../contract/problem';
import { Failure } from '../../domain/failures';
import type { Asker } from '../../domain/messages';
import { proofOf, proofPlaces, txtOf } from '../../domain/ownership';
import { secondMs } from '../../domain/timings';
import { toldProblem } from '../../domain/told-problem';
import type { AuditTrail } from '../../operator/audit-trail';
import type { AddressRights } from '../../outbound/address-guard';
import { hostToken } from '../../sealing/host-token';
import { engineUnavailable } from '../../second-interface/ask-order';
import { hostCheckEveryMs, type IssuerRow, type Issuers } from '../../store/issuers';
import type { OrderSettingsStore } from '../../store/order-settings';
import type { OrderGateway } from '../../temporal/order-gateway';
import type { Mount } from '../edge/mount';
import type { AuditedByIssuer } from './audited';

interface Deps {
  readonly issuers: Issuers;
  readonly settings: Pick<OrderSettingsStore, 'platform'>;
  readonly gateway: Pick<OrderGateway, 'startHostCheck'>;
  readonly audited: AuditedByIssuer;
  readonly fingerprintKey: Uint8Array;
  readonly urlProblem: (url: string, issuerId: string) => ReturnType<AddressRights['urlProblem']>;
  readonly nowMs: () => number;
}

/** That the host of a callback is its issuer's own: how it is proved, whether it is, and a look for the proof. */
export const mountCallbackProof = (mount: Mount, deps: Deps): void => {
  const { issuers, settings, gateway, audited, fingerprintKey, urlProblem, nowMs } = deps;

  const find = async (issuerId: string, code: 'issuer_unknown' | 'signature_invalid'): Promise<IssuerRow> => {
    const issuer = await issuers.find(issuerId);
    if (!issuer) throw new Failure(code);
    return issuer;
  };

  /** @throws Failure `not_url`, `body_invalid` */
  const urlOf = async ({ _id, callback }: IssuerRow, url: string | undefined): Promise<string> => {
    if (url === undefined && callback.kind === 'url') return callback.url;
    if (url === undefined) throw new Failure('not_url');
    const problem = await urlProblem(url, _id);
    if (problem) throw bodyInvalid([{ path: '/url', ...problem }]);
    return url;
  };

  const bodyOf = async (issuer: IssuerRow, url: string, who: Asker): Promise<ofIssuer.CallbackProof> => {
    const { host, hostname, txtName, fileUrl } = proofPlaces(url);
    const token = hostToken(fingerprintKey, issuer._id, hostname);
    const proof = proofOf(issuer.provedHosts, url);
    const { hostCheck } = issuer;
    const { dns, file } = hostCheck?.found ?? {};
    return {
      host,
      required: (await settings.platform()).callbackOwnership === 'required',
      ...(proof ? { proved: { by: proof.by, at: proof.at.toISOString() } } : {}),
      ...(txtName === undefined ? {} : { dns: { name: txtName, txt: txtOf(token) } }),
      file: { url: fileUrl, content: token },
      ...(hostCheck?.origin === new URL(url).origin
        ? {
            check: {
              askedAt: hostCheck.askedAt.toISOString(),
              ...(hostCheck.checkedAt ? { checkedAt: hostCheck.checkedAt.toISOString() } : {}),
              ...(dns === undefined ? {} : { dns }),
              ...(file === undefined ? {} : { file: who === 'issuer' ? toldProblem(file) : file }),
            },
          }
        : {}),
    };
  };

  const check = async (before: IssuerRow, given: string | undefined, trail: AuditTrail, who: Asker) => {
    const url = await urlOf(before, given);
    const { origin, host } = new URL(url);
    const at = new Date(nowMs());
    const ask = async (): Promise<void> => {
      if (!(await issuers.askHostCheck(before._id, origin, at))) {
        throw new Failure('rate_limited', {
          detail: 'A check of this issuer was asked for a moment ago',
          retryAfterSeconds: hostCheckEveryMs / secondMs,
        });
      }
      if ((await gateway.startHostCheck(before._id, at.getTime())) === 'unavailable') throw engineUnavailable();
    };
    await trail({ action: 'issuer.host_check_asked', target: before._id, after: { host } }, ask);
    return { status: 202, body: await bodyOf(await find(before._id, 'issuer_unknown'), url, who) } as const;
  };

  mount.issuer(ofIssuer.readCallbackProof)(async ({ issuer: { _id }, query: { url } }) => {
    const issuer = await find(_id, 'signature_invalid');
    return { status: 200, body: await bodyOf(issuer, await urlOf(issuer, url), 'issuer') };
  });
  mount.issuer(ofIssuer.checkCallbackProof)(async ({ issuer: { _id }, session, body: { url } }) => {
    const issuer = await find(_id, 'signature_invalid');
    return audited({ issuer, session }, (trail) => check(issuer, url, trail, 'issuer'));
  });

  mount.operator(ofOperator.readCallbackProofOf)(async ({ params, query: { url } }) => {
    const issuer = await find(params.issuerId, 'issuer_unknown');
    return { status: 200, body: await bodyOf(issuer, await urlOf(issuer, url), 'operator') };
  });
  mount.operator(ofOperator.checkCallbackProofOf)(async ({ params, body: { url }, audit }) =>
    check(await find(params.issuerId, 'issuer_unknown'), url, audit, 'operator'),
  );
};
