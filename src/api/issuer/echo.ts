import { echo, readEcho } from '../../contract/issuer/echo';
import { toldProblem } from '../../domain/told-problem';
import { engineUnavailable } from '../../second-interface/ask-order';
import type { DayCounts } from '../../store/day-counts';
import type { Echoes } from '../../store/echoes';
import type { OrderGateway } from '../../temporal/order-gateway';
import type { Mount } from '../edge/mount';

export interface EchoDeps {
  readonly gateway: OrderGateway;
  readonly echoes: Echoes;
  readonly dayCounts: Pick<DayCounts, 'require'>;
  readonly nowMs: () => number;
}

/** Of one issuer: more than one a minute, all day long. Each is kept for a day. */
const echoesPerDay = 2_000;

/** A self-test of keys and signatures: what came in goes out again to the issuer's callback, signed. */
export const mountEcho = (mount: Mount, { gateway, echoes, dayCounts, nowMs }: EchoDeps): void => {
  mount.issuer(echo)(async ({ issuer, body, messageId }) => {
    const sent = { issuerId: issuer._id, messageId, atMs: nowMs() };
    const share = { name: `echoes/${issuer._id}`, n: 1, at: new Date(sent.atMs), limit: echoesPerDay };
    await dayCounts.require({ ...share, detail: `${echoesPerDay} self-tests a day are sent` });
    await echoes.keep(sent, body);
    if ((await gateway.startEcho(sent)) === 'unavailable') throw engineUnavailable();
    return { status: 200, body: { status: 'sent' } };
  });

  mount.issuer(readEcho)(async ({ issuer }) => {
    const row = await echoes.newestOf(issuer._id);
    if (!row) return { status: 200, body: { state: 'none' } };
    const { at, outcome } = row;
    const sentAt = at.toISOString();
    if (!outcome) return { status: 200, body: { state: 'sent', sentAt } };
    const { ok, problem } = outcome;
    const body = { sentAt, ...(problem === undefined ? {} : { problem: toldProblem(problem) }) };
    return { status: 200, body: { ...body, state: ok ? 'answered' : 'failed' } };
  });
};
