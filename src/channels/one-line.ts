/** Whoever is named in it would turn round what stands after the name: an address, a link. */
const turning = /[\u202a-\u202e\u2066-\u2069]/g;

/** For a subject, a sender's name, a text for a phone: what stands beside words of others in one line. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').replace(turning, '');
