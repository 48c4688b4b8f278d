import * as routes from '../../contract/operator/issuers';
import { bodyInvalid } from '../../contract/problem';
import { versions } from '../../contract/versions';
import { Failure } from '../../domain/failures';
import { testIdPrefix } from '../../domain/ids';
import { mayBeCalled } from '../../domain/ownership';
import type { IssuerRow, Issuers } from '../../store/issuers';
import type { OrderSettingsStore } from '../../store/order-settings';
import type { Mount } from '../edge/mount';
import { type IssuerAccounts, notProved, withLogo } from '../issuer/issuer-accounts';

export interface OperatorIssuers {
  readonly issuers: Issuers;
  readonly accounts: IssuerAccounts;
  readonly platformSettings: OrderSettingsStore['platform'];
  readonly nowMs: () => number;
  /** Begins to cancel what a deleted issuer leaves open; the reconciler finishes it. */
  readonly cancelOpenSoon: (issuerId: string) => void;
}

/** @throws Failure `body_invalid` */
const requireNotReserved = (issuerId: string): void => {
  if (!issuerId.startsWith(testIdPrefix)) return;
  const message = `must not begin with ${testIdPrefix}: those are of the sandbox`;
  throw bodyInvalid([{ path: '/issuerId', code: 'reserved', message }]);
};

export const mountOperatorIssuers = (mount: Mount, deps: OperatorIssuers): void => {
  const { issuers, accounts, platformSettings, nowMs } = deps;

  const find = async (issuerId: string | undefined): Promise<IssuerRow> => {
    const issuer = issuerId === undefined ? null : await issuers.find(issuerId);
    if (!issuer) throw new Failure('issuer_unknown');
    return issuer;
  };

  const { bodyOf, bodiesOf, withLogoOf, requireUsableNew, freshSecret, kept } = accounts;

  mount.operator(routes.createIssuer)(async ({ body: { issuerId, ...settings }, audit }) => {
    requireNotReserved(issuerId);
    await requireUsableNew(issuerId, settings);
    const { secret, sealed } = freshSecret(issuerId);
    const createdAt = new Date(nowMs());
    const { terminal, callHeaders, callCertificate, branding, ...plain } = settings;
    const row: Omit<IssuerRow, 'seal'> = {
      _id: issuerId,
      apiVersion: versions.newest,
      ...plain,
      ...kept(issuerId, { terminal, callHeaders, callCertificate, branding }),
      state: 'active',
      createdAt,
      secrets: [{ sealed, createdAt }],
      holds: [],
      ...((await platformSettings()).goLive === 'conformance' ? { isNotLive: true as const } : {}),
    };
    const shown = await bodyOf(row);
    await audit({ action: 'issuer.created', target: issuerId, after: shown }, async () => {
      if ((await issuers.insert(row)) === 'exists') throw new Failure('issuer_exists');
    });
    return { status: 201, body: { ...withLogo(shown, row.logo), secret } };
  });

  mount.operator(routes.listIssuers)(async ({ query: { limit, cursor, mode } }) => {
    const rows = await issuers.list(cursor, limit + 1, mode);
    const page = rows.slice(0, limit);
    return {
      status: 200,
      body: {
        data: await bodiesOf(page),
        nextCursor: rows.length > limit ? (page.at(-1)?._id ?? null) : null,
      },
    };
  });

  mount.operator(routes.readIssuer)(async ({ params }) => {
    return { status: 200, body: await withLogoOf(await find(params.issuerId)) };
  });

  mount.operator(routes.changeIssuer)(async ({ params, body, audit }) => {
    const before = await find(params.issuerId);
    if (body.terminal && (await platformSettings()).twoPersons) {
      const detail = 'With twoPersons no operator alone says where codes go: the issuer sets its terminal';
      throw new Failure('operator_forbidden', { detail });
    }
    return { status: 200, body: await accounts.change(before, body, audit) };
  });

  mount.operator(routes.deleteIssuer)(async ({ params, query: { confirm }, audit }) => {
    const before = await find(params.issuerId);
    const { _id } = before;
    if (confirm !== _id) throw bodyInvalid([{ path: '/confirm', code: 'wrong', message: `must be ${_id}` }]);
    await audit({ action: 'issuer.deleted', target: _id, before: await bodyOf(before) }, async () => {
      if (!(await issuers.bury(_id, new Date(nowMs())))) throw new Failure('issuer_unknown');
    });
    deps.cancelOpenSoon(_id);
    return { status: 204 };
  });

  mount.operator(routes.rotateSecret)(async ({ params, body: { endOldNow }, audit }) => {
    return { status: 201, body: await accounts.rotate(await find(params.issuerId), endOldNow, audit) };
  });

  mount.operator(routes.letGoLive)(async ({ params, body: { reason }, audit }) => {
    const before = await find(params.issuerId);
    const deed = { action: 'issuer.went_live', target: before._id, after: { reason } } as const;
    await audit(deed, () => issuers.goLive(before._id));
    return { status: 200, body: await bodyOf(await find(before._id)) };
  });

  for (const [action, route] of [
    ['pause', routes.pauseIssuer],
    ['resume', routes.resumeIssuer],
  ] as const) {
    mount.operator(route)(async ({ params, audit }) => {
      const before = await find(params.issuerId);
      // Its open orders' windows would go on, and nobody would be called.
      if (action === 'resume' && !mayBeCalled(before, await platformSettings())) throw notProved();
      const deed = {
        action: action === 'pause' ? 'issuer.paused' : 'issuer.resumed',
        target: before._id,
        before: { state: before.state },
      } as const;
      const run = async () => {
        await issuers[action](before._id, new Date(nowMs()));
        return find(before._id);
      };
      const after = await audit(deed, run, ({ state }) => ({ after: { state } }));
      return { status: 200, body: await bodyOf(after) };
    });
  }
};
