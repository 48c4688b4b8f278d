import { isTestIssuer } from '../domain/ids';
import type { PageWords } from './page/translations';

/**
 * Anybody makes a test issuer, names it after any seller, and has pages on the platform's own address: whatever a buyer
 * sees of its orders begins with this mark.
 */
export const marked = (issuerId: string, text: string, { test }: Pick<PageWords, 'test'>): string =>
  isTestIssuer(issuerId) ? `${test.mark} · ${text}` : text;
