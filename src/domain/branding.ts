/** How an issuer looks to its buyers: on the page, in messages, on vouchers. All of it is text but the logo. */
export interface Branding {
  readonly displayName: string;
  /** `#rrggbb`, as the issuer chose it: what is shown is as near to it as contrast allows. */
  readonly color?: string;
  readonly supportEmail?: string;
  readonly supportUrl?: string;
  /** How codes are redeemed, by BCP 47 language. */
  readonly instructions?: Readonly<Record<string, string>>;
  /** BCP 47: of messages to a buyer whose own language is not known. Left out: English. */
  readonly language?: string;
  /** What messages say in the issuer's own words, by BCP 47 language. */
  readonly messages?: Readonly<Record<string, OwnWords>>;
}

/** What is left out is said in ours. */
export interface OwnWords {
  readonly subject?: string;
  /** Above the button of a mail. */
  readonly text?: string;
  readonly button?: string;
  /** In front of the link. */
  readonly sms?: string;
}

/** What stands in braces in own words. */
export const placeholders = ['seller', 'product', 'codes', 'orderNo'] as const;
export type Placeholder = (typeof placeholders)[number];

const inBraces = new RegExp(`\\{(${placeholders.join('|')})\\}`, 'g');

export const hasOtherBraces = (words: string): boolean => /[{}]/.test(words.replace(inBraces, ''));

export const filledIn = (words: string, values: Readonly<Record<Placeholder, string>>): string =>
  words.replace(inBraces, (_all, name: Placeholder) => values[name]);

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
  const given = branding?.instructions ?? {};
  const inLanguage = byLanguage(given);
  for (const wanted of [...languages, 'en']) {
    const found = inLanguage(wanted);
    if (found) return { lang: found[0], text: found[1] };
  }
  const [first] = Object.entries(given);
  return first && { lang: first[0], text: first[1] };
};

const primary = (lang: string): string => lang.toLowerCase().split('-')[0] ?? '';

/** Asked for a language: the same as it is written there, else in another region. */
export const byLanguage = <T>(
  given: Readonly<Record<string, T>>,
): ((wanted: string) => readonly [string, T] | undefined) => {
  const all = Object.entries(given).reverse();
  const same = new Map(all.map((one) => [one[0].toLowerCase(), one]));
  const related = new Map(all.map((one) => [primary(one[0]), one]));
  return (wanted) => same.get(wanted.toLowerCase()) ?? related.get(primary(wanted));
};
