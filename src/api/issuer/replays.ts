import * as routes from '../../contract/issuer/replays';
import { bodyInvalid } from '../../contract/problem';
import { Failure } from '../../domain/failures';
import { eventKeptMs } from '../../first-interface/give-messages';
import { engineUnavailable, type OrderDeps } from '../../second-interface/ask-order';
import type { Issuers } from '../../store/issuers';
import type { Mount } from '../edge/mount';
import type { AuditedByIssuer } from './audited';

/** Of one replay. */
const eventsMax = 10_000;

interface Deps {
  readonly orderDeps: OrderDeps;
  readonly issuers: Issuers;
  readonly audited: AuditedByIssuer;
}

/** Events that an issuer did not take, once more. */
export const mountReplays = (mount: Mount, { orderDeps, issuers, audited }: Deps): void => {
  const { replays, gateway, nowMs } = orderDeps;

  mount.issuer(routes.replayEvents)(async ({ issuer, session, body: { since, types, dryRun }, messageId, atWork }) => {
    const sinceMs = Date.parse(since);
    if (sinceMs < nowMs() - eventKeptMs) {
      throw bodyInvalid([{ path: '/since', code: 'too_early', message: 'must be within the last 30 days' }]);
    }
    // The same request again is the same replay.
    const replayId = messageId.slice(0, 32);
    const known = await replays.find(issuer._id, replayId);
    if (known) return { status: 202, body: { replayId, matched: known.matched } };
    const events = await atWork(() => replays.untaken(issuer._id, { sinceMs, types }, eventsMax));
    const matched = events.length;
    if (dryRun) return { status: 200, body: { matched } };
    const { state } = (await issuers.find(issuer._id)) ?? issuer;
    if (state === 'paused') throw new Failure('issuer_paused', { retryAfterSeconds: 30 });
    const begin = async (): Promise<void> => {
      const begun = await replays.begin(issuer._id, replayId, events, new Date(nowMs()));
      if (begun === 'running') {
        throw new Failure('in_progress', { detail: 'Another replay of this issuer runs', retryAfterSeconds: 5 });
      }
      if (matched === 0) return;
      if ((await gateway.startReplayWorkflow({ issuerId: issuer._id, replayId })) !== 'unavailable') return;
      await replays.forget(issuer._id, replayId);
      throw engineUnavailable();
    };
    const deed = { action: 'call.replayed', target: issuer._id, after: { replayId, since, matched } } as const;
    await audited({ issuer, session }, (trail) => trail(deed, begin));
    return { status: 202, body: { replayId, matched } };
  });

  mount.issuer(routes.readReplay)(async ({ issuer, params: { replayId } }) => {
    const replay = await replays.find(issuer._id, replayId);
    if (!replay) throw new Failure('replay_unknown');
    const { matched, sent, taken, running } = replay;
    return { status: 200, body: { replayId, state: running ? 'running' : 'done', matched, sent, taken } };
  });
};
