import type { RowReader } from '../../bounded/row-reader';
import { sanitisedLogo } from '../../branding/logo';
import { keptByIssuer, shownTerminal } from '../../channels/kept-terminal';
import {
  type changeIssuer,
  type IssuerBody,
  issuer as issuerShape,
  type rotateSecret,
} from '../../contract/operator/issuers';
import { bodyInvalid } from '../../contract/problem';
import type { BodyOf, GivenBody } from '../../contract/route';
import type { Versions } from '../../contract/versions';
import type { Branding } from '../../domain/branding';
import { Failure, type FieldError } from '../../domain/failures';
import { hostOf, mayBeCalled, mayBecomeCalled } from '../../domain/ownership';
import { effectiveSettings, type PlatformSettings } from '../../domain/settings';
import type { AuditTrail } from '../../operator/audit-trail';
import { sealCallCertificate } from '../../sealing/call-certificate';
import { sealCallHeaders } from '../../sealing/call-headers';
import { type KeyRing, sha256 } from '../../sealing/key-ring';
import { places } from '../../sealing/places';
import { newSecret } from '../../signing/keys';
import { type IssuerRow, type IssuerSettings, type Issuers, rotatedSecrets } from '../../store/issuers';
import type { OrderSettingsStore } from '../../store/order-settings';
import type { PortalSession } from '../auth/portal-sessions';

type Branded = NonNullable<IssuerBody['branding']>;
type Change = BodyOf<typeof changeIssuer>;

interface Deps {
  readonly issuers: Issuers;
  readonly ring: KeyRing;
  readonly nowMs: () => number;
  readonly settings: OrderSettingsStore;
  readonly versions: Versions;
  readonly rowReader: RowReader;
  readonly settingsProblem: (
    settings: Pick<IssuerSettings, 'callback' | 'terminal'>,
    issuerId: string,
  ) => Promise<FieldError | null>;
  /** What is pending goes the new way. Never fails. */
  readonly takeOver: (issuerId: string, kind: IssuerRow['callback']['kind']) => Promise<void>;
  /** What put everybody out at the issuer's own page leaves there, but for the session that asks. */
  readonly clearOut: (issuer: Pick<IssuerRow, '_id' | 'generation'>, except?: PortalSession) => Promise<unknown>;
}

export type IssuerAccounts = ReturnType<typeof createIssuerAccounts>;

/** An issuer's settings and secrets, for operators and for itself: what is shown of them, and how they change. */
export const createIssuerAccounts = (deps: Deps) => {
  const { issuers, ring, nowMs, settings, versions, rowReader, settingsProblem, takeOver, clearOut } = deps;
  const bodyOf = async (row: Omit<IssuerRow, 'seal'>): Promise<IssuerBody> =>
    bodyOfIssuer(row, await settings.platform(), versions);

  /** @throws Failure `body_invalid` */
  const requireUsable = async (issuerId: string, given: Pick<Change, 'callback' | 'terminal'>): Promise<void> => {
    const { callback, terminal } = given;
    const problem = await settingsProblem(
      { ...(callback ? { callback } : {}), ...(terminal ? { terminal } : {}) },
      issuerId,
    );
    if (problem) throw bodyInvalid([problem]);
  };

  /** Of a new one, which nobody has called yet. @throws Failure `body_invalid`, `unavailable` */
  const requireUsableNew: typeof requireUsable = async (issuerId, given) => {
    await requireUsable(issuerId, given);
    if (given.callback?.kind !== 'url' || !(await settings.platform()).isLost) return;
    const detail = 'Nobody knows whether its host has to be proved, until an admin sets the rules of the platform anew';
    throw new Failure('unavailable', { detail, retryAfterSeconds: 30 });
  };

  /** @throws Failure `callback_not_proved`: nothing is called at a host before it is proved. */
  const requireProved = async (before: IssuerRow, { callback }: Pick<Change, 'callback'>): Promise<void> => {
    if (callback?.kind !== 'url') return;
    const isSameHost = before.callback.kind === 'url' && hostOf(before.callback.url) === hostOf(callback.url);
    if (isSameHost || mayBecomeCalled({ ...before, callback }, await settings.platform(), nowMs())) return;
    throw notProved('/callback/url');
  };

  const freshSecret = (issuerId: string): { secret: string; sealed: Buffer } => {
    const secret = newSecret();
    return { secret, sealed: ring.seal(Buffer.from(secret), places.issuerSecret(issuerId)) };
  };

  /** What is kept in another way than it is given. */
  const kept = (
    issuerId: string,
    given: Pick<Change, 'terminal' | 'callHeaders' | 'callCertificate' | 'branding'>,
  ) => ({
    ...(given.terminal ? { terminal: keptByIssuer(given.terminal, ring, issuerId) } : {}),
    ...(given.callHeaders ? { callHeaders: sealCallHeaders(ring, issuerId, given.callHeaders) } : {}),
    ...(given.callCertificate === undefined
      ? {}
      : { callCertificate: given.callCertificate && sealCallCertificate(ring, issuerId, given.callCertificate) }),
    ...(given.branding ? keptBranding(given.branding) : {}),
  });

  return {
    bodyOf,
    requireUsableNew,
    freshSecret,
    kept,

    bodiesOf: async (rows: readonly IssuerRow[]): Promise<IssuerBody[]> => {
      const platform = await settings.platform();
      const body = rowReader.of('issuers', (row: IssuerRow) => {
        const made = bodyOfIssuer(row, platform, versions);
        const { error } = issuerShape.safeParse(made);
        if (error) throw new Error(`${error.issues[0]?.path.join('.')} is not what it should be`);
        return made;
      });
      return rows.flatMap((row) => body(row) ?? []);
    },

    withLogoOf: async (row: IssuerRow): Promise<IssuerBody> =>
      withLogo(await bodyOf(row), await issuers.logoOf(row._id)),

    /** @throws Failure `body_invalid`, `callback_not_proved`, `issuer_unknown` */
    change: async (before: IssuerRow, body: Change, audit: AuditTrail): Promise<IssuerBody> => {
      await requireUsable(before._id, body);
      await requireProved(before, body);
      const { terminal, callHeaders, callCertificate, branding, ...plain } = body;
      const changed = { ...plain, ...kept(before._id, { terminal, callHeaders, callCertificate, branding }) };
      const run = async () => {
        const after = await issuers.change(before._id, changed, before);
        if (!after) throw new Failure('issuer_unknown');
        const { kind } = after.callback;
        if (kind !== before.callback.kind) await takeOver(before._id, kind);
        return bodyOf(after);
      };
      const deed = { action: 'issuer.changed', target: before._id, before: await bodyOf(before) } as const;
      const shown = await audit(deed, run, (after) => ({ after }));
      return withLogo(shown, await issuers.logoOf(before._id));
    },

    /** @throws Failure `in_progress` */
    rotate: async (
      before: IssuerRow,
      endOldNow: boolean,
      audit: AuditTrail,
      session?: PortalSession,
    ): Promise<GivenBody<typeof rotateSecret>> => {
      const { secret, sealed } = freshSecret(before._id);
      const at = new Date(nowMs());
      const secrets = rotatedSecrets(before.secrets, sealed, at, endOldNow);
      await audit({ action: 'issuer.secret_rotated', target: before._id, after: { endOldNow } }, async () => {
        // Whoever had a leaked secret would come back by a link or a session, and take the next one.
        const after = await issuers.replaceSecrets(before, secrets, endOldNow);
        if (!after)
          throw new Failure('in_progress', { detail: 'Another rotation came in between', retryAfterSeconds: 1 });
        // They count no more: a failure here would lose the new secret.
        if (endOldNow) await clearOut(after, session).catch(() => undefined);
      });
      return { secret, oldSecretEndsAt: (secrets[1]?.endsAt ?? at).toISOString() };
    },
  };
};

/** Who was refused reads there what to do. */
export const notProved = (path?: string): Failure => {
  const message =
    "is at a host that was not proved to be the issuer's within 30 days: GET …/callback-proof?url=… tells how";
  return new Failure(
    'callback_not_proved',
    path === undefined ? {} : { errors: [{ path, code: 'not_proved', message }] },
  );
};

/** @throws Failure `body_invalid`: a logo that is no drawing. */
export const keptBranding = ({ logo, ...branding }: Branded): Required<Pick<IssuerRow, 'branding' | 'logo'>> => {
  const drawn = logo === undefined ? '' : sanitisedLogo(logo);
  if (drawn === undefined) {
    const message = 'must be a data URI of a PNG or SVG of at most 100 KiB and 2048 pixels a side';
    throw bodyInvalid([{ path: '/branding/logo', code: 'logo_unusable', message }]);
  }
  return { branding: { ...branding, ...(drawn ? { logoHash: sha256(drawn) } : {}) }, logo: drawn };
};

/** Where one issuer is read; lists and the audit do without. */
export const withLogo = (body: IssuerBody, logo: string | undefined): IssuerBody =>
  body.branding && logo ? { ...body, branding: { ...body.branding, logo } } : body;

const shownBranding = ({ logoHash: _hash, ...branding }: NonNullable<IssuerRow['branding']>): Branding => branding;

const stateOf = (row: Omit<IssuerRow, 'seal'>, platform: PlatformSettings): IssuerBody['state'] => {
  if (row.state === 'paused') return 'paused';
  if (!mayBeCalled(row, platform)) return 'not_proved';
  return row.isNotLive ? 'not_live' : 'active';
};

/**
 * Secrets are never in it; the one place where a secret is shown is the answer to its making. The windows are those that
 * count, its own or the platform's.
 */
const bodyOfIssuer = (row: Omit<IssuerRow, 'seal'>, platform: PlatformSettings, versions: Versions): IssuerBody => ({
  issuerId: row._id,
  name: row.name,
  state: stateOf(row, platform),
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
  ...(row.lastCallSeconds !== undefined ? { lastCallSeconds: row.lastCallSeconds } : {}),
  ...(row.callsAtOnce !== undefined ? { callsAtOnce: row.callsAtOnce } : {}),
  ...(row.callTimeoutSeconds !== undefined ? { callTimeoutSeconds: row.callTimeoutSeconds } : {}),
  ...(row.callHeaders && row.callHeaders.names.length > 0 ? { callHeaders: [...row.callHeaders.names] } : {}),
  ...(row.callCa ? { callCa: row.callCa } : {}),
  ...(row.callCertificate
    ? {
        callCertificate: {
          subject: row.callCertificate.subject,
          fingerprint: row.callCertificate.fingerprint,
          endsAt: row.callCertificate.endsAt.toISOString(),
        },
      }
    : {}),
  ...(row.ordersPerSecond !== undefined ? { ordersPerSecond: row.ordersPerSecond } : {}),
  apiVersion: versions.pinned(row.apiVersion).date,
  ...(row.endsAt ? { mode: 'test' as const, endsAt: row.endsAt.toISOString() } : {}),
  createdAt: row.createdAt.toISOString(),
});
