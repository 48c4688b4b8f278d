import { sanitisedLogo } from '../../channels/branding/logo';
import { keptByIssuer, shownTerminal } from '../../channels/kept-terminal';
import * as routes from '../../contract/operator/issuers';
import { bodyInvalid } from '../../contract/problem';
import type { Branding } from '../../domain/branding';
import { Failure, type FieldError } from '../../domain/failures';
import { effectiveSettings, type SomeSettings } from '../../domain/settings';
import { sealCallHeaders } from '../../sealing/call-headers';
import { type KeyRing, sha256 } from '../../sealing/key-ring';
import { places } from '../../sealing/places';
import { newSecret } from '../../signing/keys';
import { type IssuerRow, type IssuerSettings, type Issuers, rotatedSecrets } from '../../store/issuers';
import type { OrderSettingsStore } from '../../store/order-settings';
import type { Mount } from '../edge/mount';

type Branded = NonNullable<routes.IssuerBody['branding']>;

export interface OperatorIssuers {
  readonly issuers: Issuers;
  readonly ring: KeyRing;
  readonly nowMs: () => number;
  readonly settings: OrderSettingsStore;
  readonly settingsProblem: (
    settings: Pick<IssuerSettings, 'callback' | 'terminal'>,
    issuerId: string,
  ) => Promise<FieldError | null>;
  /** Begins to cancel what a deleted issuer leaves open; the reconciler finishes it. */
  readonly cancelOpenSoon: (issuerId: string) => void;
}

export const mountOperatorIssuers = (mount: Mount, deps: OperatorIssuers): void => {
  const { issuers, ring, nowMs } = deps;

  const find = async (issuerId: string | undefined): Promise<IssuerRow> => {
    const issuer = issuerId === undefined ? null : await issuers.find(issuerId);
    if (!issuer) throw new Failure('issuer_unknown');
    return issuer;
  };

  const issuerBody = async (row: Omit<IssuerRow, 'seal'>): Promise<routes.IssuerBody> =>
    bodyOfIssuer(row, await deps.settings.platform());

  const requireUsable = async (
    settings: Pick<IssuerSettings, 'callback' | 'terminal'>,
    issuerId: string,
  ): Promise<void> => {
    const problem = await deps.settingsProblem(settings, issuerId);
    if (problem) throw bodyInvalid([problem]);
  };

  const freshSecret = (issuerId: string): { secret: string; sealed: Buffer } => {
    const secret = newSecret();
    return { secret, sealed: ring.seal(Buffer.from(secret), places.issuerSecret(issuerId)) };
  };

  mount.operator(routes.createIssuer)(
    async ({ body: { issuerId, terminal, callHeaders, branding, ...settings }, audit }) => {
      await requireUsable({ ...settings, ...(terminal ? { terminal } : {}) }, issuerId);
      const { secret, sealed } = freshSecret(issuerId);
      const createdAt = new Date(nowMs());
      const row: Omit<IssuerRow, 'seal'> = {
        _id: issuerId,
        ...settings,
        ...(terminal ? { terminal: keptByIssuer(terminal, ring, issuerId) } : {}),
        ...(callHeaders ? { callHeaders: sealCallHeaders(ring, issuerId, callHeaders) } : {}),
        ...(branding ? keptBranding(branding) : {}),
        state: 'active',
        createdAt,
        secrets: [{ sealed, createdAt }],
        holds: [],
      };
      const shown = await issuerBody(row);
      await audit({ action: 'issuer.created', target: issuerId, after: shown }, async () => {
        if ((await issuers.insert(row)) === 'exists') throw new Failure('issuer_exists');
      });
      return { status: 201, body: { ...withLogo(shown, row.logo), secret } };
    },
  );

  mount.operator(routes.listIssuers)(async ({ query: { limit, cursor } }) => {
    const rows = await issuers.list(cursor, limit + 1);
    const page = rows.slice(0, limit);
    const platform = await deps.settings.platform();
    return {
      status: 200,
      body: {
        data: page.map((row) => bodyOfIssuer(row, platform)),
        nextCursor: rows.length > limit ? (page.at(-1)?._id ?? null) : null,
      },
    };
  });

  mount.operator(routes.readIssuer)(async ({ params }) => {
    const row = await find(params.issuerId);
    return { status: 200, body: withLogo(await issuerBody(row), await issuers.logoOf(row._id)) };
  });

  mount.operator(routes.changeIssuer)(async ({ params, body, audit }) => {
    const before = await find(params.issuerId);
    await requireUsable(body, before._id);
    const { terminal, callHeaders, branding, ...settings } = body;
    const looks = branding ? keptBranding(branding) : {};
    const change = async () => {
      const after = await issuers.change(before._id, {
        ...settings,
        ...looks,
        ...(callHeaders ? { callHeaders: sealCallHeaders(ring, before._id, callHeaders) } : {}),
        ...(terminal ? { terminal: keptByIssuer(terminal, ring, before._id) } : {}),
      });
      if (!after) throw new Failure('issuer_unknown');
      return issuerBody(after);
    };
    const was = await issuerBody(before);
    const shown = await audit({ action: 'issuer.changed', target: before._id, before: was }, change, (after) => ({
      after,
    }));
    return { status: 200, body: withLogo(shown, await issuers.logoOf(before._id)) };
  });

  mount.operator(routes.deleteIssuer)(async ({ params, query: { confirm }, audit }) => {
    const before = await find(params.issuerId);
    const { _id } = before;
    if (confirm !== _id) throw bodyInvalid([{ path: '/confirm', code: 'wrong', message: `must be ${_id}` }]);
    await audit({ action: 'issuer.deleted', target: _id, before: await issuerBody(before) }, async () => {
      if (!(await issuers.bury(_id, new Date(nowMs())))) throw new Failure('issuer_unknown');
    });
    deps.cancelOpenSoon(_id);
    return { status: 204 };
  });

  mount.operator(routes.rotateSecret)(async ({ params, body: { endOldNow }, audit }) => {
    const before = await find(params.issuerId);
    const { secret, sealed } = freshSecret(before._id);
    const at = new Date(nowMs());
    const secrets = rotatedSecrets(before.secrets, sealed, at, endOldNow);
    await audit({ action: 'issuer.secret_rotated', target: before._id, after: { endOldNow } }, async () => {
      if (await issuers.replaceSecrets(before, secrets)) return;
      throw new Failure('in_progress', { detail: 'Another rotation came in between', retryAfterSeconds: 1 });
    });
    return { status: 201, body: { secret, oldSecretEndsAt: (secrets[1]?.endsAt ?? at).toISOString() } };
  });

  for (const [action, route] of [
    ['pause', routes.pauseIssuer],
    ['resume', routes.resumeIssuer],
  ] as const) {
    mount.operator(route)(async ({ params, audit }) => {
      const before = await find(params.issuerId);
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
      return { status: 200, body: await issuerBody(after) };
    });
  }
};

/** @throws Failure `body_invalid`: a logo that is no drawing. */
const keptBranding = ({ logo, ...branding }: Branded): Required<Pick<IssuerRow, 'branding' | 'logo'>> => {
  const drawn = logo === undefined ? '' : sanitisedLogo(logo);
  if (drawn === undefined) {
    const message = 'must be a data URI of a PNG or SVG of at most 100 KiB and 2048 pixels a side';
    throw bodyInvalid([{ path: '/branding/logo', code: 'logo_unusable', message }]);
  }
  return { branding: { ...branding, ...(drawn ? { logoHash: sha256(drawn) } : {}) }, logo: drawn };
};

/** Where one issuer is read; lists and the audit do without. */
const withLogo = (body: routes.IssuerBody, logo: string | undefined): routes.IssuerBody =>
  body.branding && logo ? { ...body, branding: { ...body.branding, logo } } : body;

const shownBranding = ({ logoHash: _hash, ...branding }: NonNullable<IssuerRow['branding']>): Branding => branding;

/**
 * Secrets are never in it; the one place where a secret is shown is the answer to its making. The windows are those that
 * count, its own or the platform's.
 */
const bodyOfIssuer = (row: Omit<IssuerRow, 'seal'>, platform: SomeSettings): routes.IssuerBody => ({
  issuerId: row._id,
  name: row.name,
  state: row.state,
  callback: row.callback,
  codeMode: row.codeMode,
  ...(row.terminal ? { terminal: shownTerminal(row.terminal) } : {}),
  verifyWindowSeconds: effectiveSettings({ issuer: row, platform }).verifyWindowSeconds.value,
  issueWindowSeconds: effectiveSettings({ issuer: row, platform }).issueWindowSeconds.value,
  ...(row.publicKey !== undefined ? { publicKey: row.publicKey } : {}),
  ...(row.noticeDelaysSeconds ? { noticeDelaysSeconds: row.noticeDelaysSeconds } : {}),
  ...(row.eventDelaysSeconds ? { eventDelaysSeconds: row.eventDelaysSeconds } : {}),
  ...(row.deliveryDelaysSeconds ? { deliveryDelaysSeconds: row.deliveryDelaysSeconds } : {}),
  ...(row.signDeliveriesWithIssuerSecret ? { signDeliveriesWithIssuerSecret: true } : {}),
  ...(row.codeInMessage ? { codeInMessage: true } : {}),
  ...(row.branding ? { branding: shownBranding(row.branding) } : {}),
  ...(row.buyerRefunds !== undefined ? { buyerRefunds: row.buyerRefunds } : {}),
  ...(row.voidDecisionSeconds !== undefined ? { voidDecisionSeconds: row.voidDecisionSeconds } : {}),
  ...(row.voidUndecided ? { voidUndecided: row.voidUndecided } : {}),
  ...(row.holdWhileDeciding !== undefined ? { holdWhileDeciding: row.holdWhileDeciding } : {}),
  ...(row.callsAtOnce !== undefined ? { callsAtOnce: row.callsAtOnce } : {}),
  ...(row.callTimeoutSeconds !== undefined ? { callTimeoutSeconds: row.callTimeoutSeconds } : {}),
  ...(row.callHeaders && row.callHeaders.names.length > 0 ? { callHeaders: [...row.callHeaders.names] } : {}),
  ...(row.callCa ? { callCa: row.callCa } : {}),
  ...(row.ordersPerSecond !== undefined ? { ordersPerSecond: row.ordersPerSecond } : {}),
  createdAt: row.createdAt.toISOString(),
});
