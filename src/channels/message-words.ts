import { byLanguage, type OwnWords } from '../domain/branding';
import type { Seller } from './channel';
import { isTranslated, type PageWords, pageWords } from './page/translations';

export interface MessageWords {
  /** What the issuer does not say in its own words. */
  readonly words: PageWords;
  readonly own: OwnWords;
  /** Of the whole message. */
  readonly lang: string;
}

/** The buyer's language, then the issuer's, and in the first of them that the issuer or we have words in; else English. */
export const messageWords = (
  { branding }: Pick<Seller, 'branding'>,
  { language }: { readonly language?: string | undefined },
): MessageWords => {
  const inLanguage = byLanguage(branding?.messages ?? {});
  for (const wanted of [language, branding?.language, 'en']) {
    if (wanted === undefined) continue;
    const own = inLanguage(wanted);
    if (!own && !isTranslated(wanted)) continue;
    const words = pageWords(wanted);
    return { words, own: own?.[1] ?? {}, lang: own?.[0] ?? words.lang };
  }
  return { words: pageWords('en'), own: {}, lang: 'en' };
};
