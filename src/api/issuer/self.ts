import type { ConfiguredChannels } from '../../channels/configured-channels';
import * as routes from '../../contract/issuer/self';
import { bodyInvalid } from '../../contract/problem';
import type { Versions } from '../../contract/versions';
import { Failure } from '../../domain/failures';
import { eventKeptMs } from '../../first-interface/give-messages';
import { canBeMade } from '../../first-interface/kept-messages';
import type { OrderDeps } from '../../second-interface/ask-order';
import { replayEvent, replayMessage } from '../../second-interface/replay-message';
import { toldMessage } from '../../second-interface/told-message';
import { type IssuerRow, type Issuers, isSameGeneration, putOutMeanwhile } from '../../store/issuers';
import type { Mount } from '../edge/mount';
import { offeredChannels } from '../operator/channels';
import type { AuditedByIssuer } from './audited';
import type { IssuerAccounts } from './issuer-accounts';

interface Self {
  readonly orderDeps: OrderDeps;
  readonly issuers: Issuers;
  readonly accounts: IssuerAccounts;
  readonly audited: AuditedByIssuer;
  readonly channels: ConfiguredChannels;
  readonly versions: Versions;
}

/** What an issuer does of itself, without an operator. */
export const mountSelf = (mount: Mount, deps: Self): void => {
  const { orderDeps, issuers, accounts, audited, channels, versions } = deps;
  /** As it is now: who signed is known from a moment ago. @throws Failure `in_progress` */
  const today = async (known: IssuerRow): Promise<IssuerRow> => {
    const issuer = await issuers.find(known._id);
    if (!issuer) throw new Failure('signature_invalid');
    if (!isSameGeneration(known, issuer)) throw putOutMeanwhile();
    return issuer;
  };

  mount.issuer(routes.readSelf)(async ({ issuer }) => ({
    status: 200,
    body: await accounts.withLogoOf(await today(issuer)),
  }));

  mount.issuer(routes.changeSelf)(async ({ issuer, session, body: { type: _, ...change } }) => {
    const before = await today(issuer);
    requireOwn(before, change);
    return { status: 200, body: await audited({ issuer, session }, (trail) => accounts.change(before, change, trail)) };
  });

  const choices = {
    channels: offeredChannels(channels),
    versions: versions.all.map(({ date, deprecatedAt, endsAt }) => ({
      date,
      ...(deprecatedAt ? { deprecatedAt: deprecatedAt.toISOString() } : {}),
      ...(endsAt ? { endsAt: endsAt.toISOString() } : {}),
    })),
  };
  mount.issuer(routes.readChoices)(async () => ({ status: 200, body: choices }));

  mount.issuer(routes.rotateOwnSecret)(async ({ issuer, session, body: { endOldNow } }) => {
    const before = await today(issuer);
    return {
      status: 201,
      body: await audited({ issuer, session }, (trail) => accounts.rotate(before, endOldNow, trail, session), 'secret'),
    };
  });

  mount.issuer(routes.replayMessage)(async ({ issuer: { _id }, session, params: { messageId }, atWork }) => {
    const issuer = await issuers.find(_id);
    const { row, event, message } = await atWork(() => toldMessage(orderDeps, _id, messageId));
    if (!issuer) throw new Failure('message_unknown');
    const isFetched = issuer.callback.kind === 'pull';
    if (event && isFetched && event.atMs <= orderDeps.nowMs() - eventKeptMs) throw new Failure('message_unknown');
    if (message && !canBeMade(row, message)) throw new Failure('message_unknown');
    if (issuer.state === 'paused') throw new Failure('issuer_paused', { retryAfterSeconds: 30 });
    const kind = event?.type ?? message?.kind ?? '';
    const deed = { action: 'call.replayed', target: row._id, after: { messageId, kind } } as const;
    const replay = () =>
      event ? replayEvent(orderDeps, row, issuer, event.sequence) : replayMessage(orderDeps, row, issuer, messageId);
    await audited({ issuer, session }, (trail) => trail(deed, replay));
    return { status: 202, body: { id: messageId } };
  });
};

/** Which adapter works for whom is the operators' to say. @throws Failure `body_invalid` */
const requireOwn = (
  { callback }: IssuerRow,
  change: { readonly callback?: IssuerRow['callback'] | undefined },
): void => {
  if (change.callback?.kind !== 'function') return;
  if (callback.kind === 'function' && callback.name === change.callback.name) return;
  const message = 'is given to an issuer by an operator';
  throw bodyInvalid([{ path: '/callback/kind', code: 'not_own', message }]);
};
