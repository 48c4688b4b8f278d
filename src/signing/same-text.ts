import { timingSafeEqual } from 'node:crypto';

/**
 * Called for each text that stands for a secret, as it was sent: what only decodes to the same is another text. In a time that
 * tells nothing of the place where two texts of one length differ.
 */
export const isSameText = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
};
