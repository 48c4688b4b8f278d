/** `1 order`, `2 orders`, `2 tries`. */
export const count = (n: number, word: string, words = `${word}s`): string => `${n} ${n === 1 ? word : words}`;
