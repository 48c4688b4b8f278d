/** Before the final answer there may be informational ones (1xx): so many bytes of them are looked through. */
const lookedAtMaxBytes = 64 * 1024;
/** `HTTP/1.1 200` and what parts it from the reason: of each line no more is asked. */
const lineBeginningBytes = 13;
const lineEnd = '\n'.charCodeAt(0);

/**
 * Reads the status of the final answer from the bytes as they come: the status line is the answer, also where no HTTP parser
 * would get to the end of the head. Undefined until it is known, and for ever where it is no HTTP. However small the pieces
 * are, each byte is looked at once, and kept is the beginning of the unfinished line alone.
 */
export const createStatusReader = () => {
  let line = '';
  let isStatusLine = true;
  let readBytes = 0;
  let isOver = false;

  const isFinal = (): boolean => {
    if (!isStatusLine) {
      isStatusLine = line === '' || line === '\r';
      return false;
    }
    isStatusLine = false;
    return !/^HTTP\/1\.[01] 1(?!01)\d\d(?:[ \r]|$)/.test(line);
  };

  return (chunk: Buffer): number | undefined => {
    if (isOver) return undefined;
    const taken = chunk.subarray(0, lookedAtMaxBytes - readBytes);
    readBytes += taken.length;
    isOver = readBytes >= lookedAtMaxBytes;
    let from = 0;
    while (from < taken.length) {
      const end = taken.indexOf(lineEnd, from);
      const to = end < 0 ? taken.length : end;
      line += taken.toString('latin1', from, Math.min(to, from + lineBeginningBytes - line.length));
      if (end < 0) return undefined;
      if (isFinal()) {
        isOver = true;
        const status = /^HTTP\/1\.[01] ([2-9]\d\d)(?:[ \r]|$)/.exec(line)?.[1];
        return status === undefined ? undefined : Number(status);
      }
      line = '';
      from = end + 1;
    }
    return undefined;
  };
};
