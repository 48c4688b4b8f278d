const headerLimit = 8_192;

/** All that a request brings under the name: a browser may hold several, of other paths. */
export const cookieValues = (header: string | undefined, name: string): string[] =>
  (header ?? '')
    .slice(0, headerLimit)
    .split(';')
    .map((part) => part.trim().split('='))
    .filter(([found]) => found === name)
    .map(([, value = '']) => value);
