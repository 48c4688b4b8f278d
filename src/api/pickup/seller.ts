import { ownLogo } from '../../branding/logo';
import type { OrderDeps } from '../../second-interface/ask-order';
import type { IssuerRow, Issuers } from '../../store/issuers';

export interface ShownSeller {
  readonly name: string;
  readonly branding?: IssuerRow['branding'];
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

/** A data URI. Of a row that somebody else wrote to none: the hash by which it would be known is as false as the logo. */
export const shownLogo = async (deps: SellerDeps, issuerId: string): Promise<string | undefined> => {
  const { branding } = await shownSeller(deps, issuerId);
  return branding?.logoHash === undefined ? undefined : ownLogo(branding, await deps.issuers.logoOf(issuerId));
};
