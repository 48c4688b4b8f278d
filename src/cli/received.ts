/** Of a platform, or of an issuer's server: whatever sends more is neither. */
export const textWithin = async (response: Response, maxBytes: number): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};

/** Why `fetch` has no answer, in words for a terminal. */
export const reasonOf = (error: unknown, limitMs: number): string => {
  const { name, message, cause } = error as Error;
  if (name === 'TimeoutError') return `no answer within ${limitMs / 1_000} s`;
  const inner = cause as NodeJS.ErrnoException | undefined;
  return inner?.message || inner?.code || message;
};
