import { randomBytes } from 'node:crypto';
import * as ofIssuer from '../../contract/issuer/conformance';
import * as ofOperator from '../../contract/operator/conformance';
import { Failure } from '../../domain/failures';
import type { IssuerRow, Issuers } from '../../store/issuers';
import type { Mount } from '../edge/mount';
import type { AuditedByIssuer } from '../issuer/audited';
import { createRuns, type RunsDeps } from './runs';

interface Deps extends RunsDeps {
  readonly issuers: Issuers;
  readonly audited: AuditedByIssuer;
}

export const mountConformance = (mount: Mount, { issuers, audited, ...deps }: Deps): void => {
  const runs = createRuns(deps);

  /** As it is now: who signed is known from a moment ago. */
  const find = async (issuerId: string, code: 'issuer_unknown' | 'signature_invalid'): Promise<IssuerRow> => {
    const issuer = await issuers.find(issuerId);
    if (!issuer) throw new Failure(code);
    return issuer;
  };

  mount.issuer(ofIssuer.startConformance)(async ({ issuer: { _id }, session, body: { only }, messageId }) => {
    const issuer = await find(_id, 'signature_invalid');
    // The same request again is the same run.
    const by = session ? `${_id}: ${session.name}` : _id;
    const given = { runId: messageId.slice(0, 32), by, only };
    return { status: 202, body: await audited({ issuer, session }, (trail) => runs.begin(issuer, given, trail)) };
  });
  mount.issuer(ofIssuer.listConformance)(async ({ issuer }) => ({
    status: 200,
    body: await runs.newest(issuer._id),
  }));
  mount.issuer(ofIssuer.readConformance)(async ({ issuer, params: { runId } }) => ({
    status: 200,
    body: await runs.read(issuer._id, runId),
  }));

  mount.operator(ofOperator.startConformanceOf)(async ({ params, body: { only }, operator, audit }) => {
    const issuer = await find(params.issuerId, 'issuer_unknown');
    const given = { runId: randomBytes(16).toString('hex'), by: operator.name, only };
    return { status: 202, body: await runs.begin(issuer, given, audit) };
  });
  mount.operator(ofOperator.listConformanceOf)(async ({ params }) => ({
    status: 200,
    body: await runs.newest((await find(params.issuerId, 'issuer_unknown'))._id),
  }));
  mount.operator(ofOperator.readConformanceOf)(async ({ params }) => ({
    status: 200,
    body: await runs.read((await find(params.issuerId, 'issuer_unknown'))._id, params.runId),
  }));
};
