import { ownLogo } from '../../branding/logo';
import { previewOf } from '../../channels/preview';
import { previewSelf } from '../../contract/issuer/self';
import { previewIssuer } from '../../contract/operator/preview';
import type { BodyOf } from '../../contract/route';
import { Failure } from '../../domain/failures';
import type { IssuerRow, Issuers } from '../../store/issuers';
import type { Mount } from '../edge/mount';
import { keptBranding } from './issuer-accounts';

interface Previews {
  readonly issuers: Pick<Issuers, 'find' | 'isUntouched' | 'logoOf'>;
  readonly publicUrl: string;
  readonly nowMs: () => number;
}

const sampleProduct = 'Sample product';

/** What a buyer of an issuer would see, with a look that is not saved: asked for by operators and by the issuer itself. */
export const mountPreviews = (mount: Mount, { issuers, publicUrl, nowMs }: Previews): void => {
  const preview = async (issuer: IssuerRow, given: BodyOf<typeof previewIssuer>) => {
    const { branding, logo } = given.branding ? keptBranding(given.branding) : await savedLook(issuer);
    const seller = {
      name: branding?.displayName ?? issuer.name,
      branding,
      logo: logo || undefined,
      codeInMessage: given.codeInMessage ?? issuer.codeInMessage ?? false,
    };
    const { language, quantity, product = sampleProduct } = given;
    return previewOf({ issuerId: issuer._id, seller, product, quantity, language, publicUrl });
  };

  /** What somebody else wrote is drawn for nobody. */
  const savedLook = async (issuer: IssuerRow): Promise<Pick<IssuerRow, 'branding' | 'logo'>> => {
    if (!(await issuers.isUntouched(issuer, new Date(nowMs())))) return {};
    const { _id, branding } = issuer;
    const logo = branding?.logoHash === undefined ? undefined : ownLogo(branding, await issuers.logoOf(_id));
    return { ...(branding ? { branding } : {}), ...(logo === undefined ? {} : { logo }) };
  };

  mount.operator(previewIssuer)(async ({ params: { issuerId }, body }) => {
    const issuer = await issuers.find(issuerId);
    if (!issuer) throw new Failure('issuer_unknown');
    return { status: 200, body: await preview(issuer, body) };
  });

  // Nobody repeats it, and it is large: it is not kept.
  mount.issuer(previewSelf)(async ({ issuer, body: { type: _, ...given } }) => ({
    status: 200,
    isKept: false,
    body: await preview(issuer, given),
  }));
};
