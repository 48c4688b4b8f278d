import { ownLogo } from '../../branding/logo';
import type { Branding } from '../../domain/branding';
import type { OrderDeps } from '../../second-interface/ask-order';
import type { IssuerRow, Issuers } from '../../store/issuers';

export interface ShownSeller {
  readonly name: string;
  readonly branding?: Branding | undefined;
}

interface SellerDeps {
  readonly issuers: Pick<Issuers, 'findEver' | 'isUntouched' | 'logoOf'>;
  readonly orderDeps: Pick<OrderDeps, 'nowMs'>;
}

/** Who sold it, as the issuer wants to be seen. Of a row that somebody else wrote to nothing but the id is shown. */
export const shownSeller = async (
  { issuers, orderDeps: { nowMs } }: SellerDeps,
  issuerId: string,
  known?: IssuerRow | null,
): Promise<ShownSeller> => {
  const issuer = known ?? (await issuers.findEver(issuerId));
  if (!issuer || !(await issuers.isUntouched(issuer, new Date(nowMs())))) return { name: issuerId };
  const { branding, name } = issuer;
  return { name: branding?.displayName ?? name, branding };
};

/** A data URI. */
export const shownLogo = async ({ issuers }: SellerDeps, issuerId: string): Promise<string | undefined> => {
  const issuer = await issuers.findEver(issuerId);
  return issuer?.branding?.logoHash === undefined
    ? undefined
    : ownLogo(issuer.branding, await issuers.logoOf(issuerId));
};
