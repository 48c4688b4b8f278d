/** How much a caller wants that media type by its name, as RFC 9110 weighs it; 0 where it does not name it. */
const wish = (accept: string, type: string): number => {
  for (const entry of accept.toLowerCase().split(',')) {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim());
    if (name !== type) continue;
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    return q === undefined ? 1 : Number(q.slice(2)) || 0;
  }
  return 0;
};

/** Of a file in two ways: whether its caller asks for the other one than the usual. */
export const prefers = (accept: string, other: string, usual: string): boolean =>
  wish(accept, other) > wish(accept, usual);
