/** GSM 03.38: what one septet carries, and what takes two of them. All else makes the whole message UCS-2. */
const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const extended = '\f^{}\\[~]|€';
const oneSeptet = new Set(basic);
const twoSeptets = new Set(extended);

const gsm7 = { one: 160, each: 153 } as const;
const ucs2 = { one: 70, each: 67 } as const;
/** Whatever it is made of, no part holds more. */
export const partMaxChars = gsm7.one;

/** How many messages a text is sent, and paid, as. A pair of UTF-16 units or of septets is never parted. */
export const smsParts = (text: string): number => {
  const isGsm7 = [...text].every((one) => oneSeptet.has(one) || twoSeptets.has(one));
  const limits = isGsm7 ? gsm7 : ucs2;
  const lengths = [...text].map((one) => (isGsm7 ? (twoSeptets.has(one) ? 2 : 1) : one.length));
  const length = lengths.reduce((sum, one) => sum + one, 0);
  if (length <= limits.one) return 1;
  let parts = 1;
  let used = 0;
  for (const one of lengths) {
    if (used + one > limits.each) {
      parts += 1;
      used = 0;
    }
    used += one;
  }
  return parts;
};
