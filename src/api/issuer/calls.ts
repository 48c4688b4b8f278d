import * as routes from '../../contract/issuer/calls';
import { toldProblem } from '../../domain/told-problem';
import type { CallReader } from '../../operator/calls/call-reader';
import type { Mount } from '../edge/mount';

/** An issuer's own calls, as operators see them, but for why there was no connection. */
export const mountOwnCalls = (mount: Mount, calls: CallReader): void => {
  mount.issuer(routes.listOwnCalls)(async ({ issuer, query }) => {
    const { data, ...rest } = await calls.list(issuer._id, query);
    return { status: 200, body: { ...rest, data: data.map(told) } };
  });

  mount.issuer(routes.readOwnCall)(async ({ issuer, params, readCodes }) => {
    const { body } = await calls.find(issuer._id, params.callId, readCodes);
    return { status: 200, body: told(await body(issuer)) };
  });
};

const told = <C extends { readonly problem?: string | undefined }>(call: C): C =>
  call.problem === undefined ? call : { ...call, problem: toldProblem(call.problem) };
