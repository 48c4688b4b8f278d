/** How an issuer looks to its buyers: on the page, in messages, on vouchers. All of it is text but the logo. */
export interface Branding {
  readonly displayName: string;
  /** `#rrggbb`, as the issuer chose it: what is shown is as near to it as contrast allows. */
  readonly color?: string;
  readonly supportEmail?: string;
  readonly supportUrl?: string;
  /** How codes are redeemed, by BCP 47 language. */
  readonly instructions?: Readonly<Record<string, string>>;
}

export interface Instructions {
  /** Left out: whatever the issuer wrote it in. */
  readonly lang?: string;
  readonly text: string;
}

/** A product's own go before its issuer's; of these the reader's language, else English, else the first. */
export const instructionsFor = (
  product: { readonly instructions?: string | undefined },
  branding: Branding | undefined,
  languages: readonly string[],
): Instructions | undefined => {
  if (product.instructions !== undefined) return { text: product.instructions };
  const given = Object.entries(branding?.instructions ?? {});
  const primary = (lang: string): string => lang.toLowerCase().split('-')[0] ?? '';
  for (const wanted of [...languages, 'en']) {
    const found =
      given.find(([lang]) => lang.toLowerCase() === wanted.toLowerCase()) ??
      given.find(([lang]) => primary(lang) === primary(wanted));
    if (found) return { lang: found[0], text: found[1] };
  }
  const [first] = given;
  return first && { lang: first[0], text: first[1] };
};
