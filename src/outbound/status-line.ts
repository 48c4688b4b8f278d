/** Before the final answer there may be informational ones (1xx): so many bytes of them are looked through. */
const lookedAtMaxBytes = 64 * 1024;

/**
 * Reads the status of the final answer from the bytes as they come: the status line is the answer, also where no HTTP parser
 * would get to the end of the head. Undefined until it is known, and for ever where it is no HTTP.
 */
export const createStatusReader = () => {
  let text = '';
  let readBytes = 0;
  let isOver = false;
  return (chunk: Buffer): number | undefined => {
    if (isOver) return undefined;
    const taken = chunk.subarray(0, lookedAtMaxBytes - readBytes);
    readBytes += taken.length;
    text += taken.toString('latin1');
    for (;;) {
      const line = /^[^\n]*\n/.exec(text)?.[0];
      isOver = readBytes >= lookedAtMaxBytes;
      if (line === undefined) return undefined;
      const status = Number(/^HTTP\/1\.[01] ([1-9]\d\d)[ \r\n]/.exec(line)?.[1] ?? Number.NaN);
      isOver = Number.isNaN(status) || status >= 200 || status === 101;
      if (isOver) return status >= 200 ? status : undefined;
      const end = /\n\r?\n/.exec(text);
      if (!end) {
        isOver = readBytes >= lookedAtMaxBytes;
        return undefined;
      }
      text = text.slice(end.index + end[0].length);
    }
  };
};
