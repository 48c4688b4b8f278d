/** One record of a CSV file, with the line on which it begins; without cells where it cannot be read. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[] | undefined;
}

/** A line of a list has a few short cells: whoever sends one of megabytes keeps the reader from all else. */
export const lineMaxLength = 64 * 1024;
const cellsMax = 64;

/** RFC 4180, with CRLF or LF. Read by the issuers' lists, a record at a time. */
export const csvRecords = function* (text: string): Generator<CsvRecord> {
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const cells: string[] = [];
    const begun = line;
    let isWhole = true;
    const endMax = Math.min(text.length, at + lineMaxLength);
    for (let isMore = true; isMore; ) {
      const quoted = text[at] === '"';
      const end = quoted ? endOfQuoted(text, at + 1, endMax) : endOfPlain(text, at, endMax);
      const raw = quoted ? text.slice(at + 1, end).replaceAll('""', '"') : text.slice(at, end);
      if (quoted) line += raw.split('\n').length - 1;
      cells.push(raw);
      // A quote that nothing closes.
      if (quoted && end === endMax) isWhole = false;
      at = quoted ? end + 1 : end;
      if (text.startsWith('\r\n', at)) at += 1;
      const isTooLong = cells.length > cellsMax || (end === endMax && endMax < text.length);
      if (at >= text.length) isMore = false;
      else if (text[at] === '\n') {
        isMore = false;
        line += 1;
      } else if (text[at] !== ',' || isTooLong) {
        // A quote within a cell, something behind a quoted one, or too much: the rest of the line is passed over.
        isWhole = false;
        isMore = false;
        const next = text.indexOf('\n', at);
        at = next === -1 ? text.length : next;
        line += 1;
      } else if (at + 1 === text.length) {
        cells.push('');
        isMore = false;
      }
      at += 1;
    }
    yield { line: begun, cells: isWhole ? cells : undefined };
  }
};

/** Where the closing quote is, or `endMax`. */
const endOfQuoted = (text: string, from: number, endMax: number): number => {
  for (let at = from; ; at += 2) {
    at = text.indexOf('"', at);
    if (at === -1 || at >= endMax) return endMax;
    if (text[at + 1] !== '"') return at;
  }
};

const endOfPlain = (text: string, from: number, endMax: number): number => {
  for (let at = from; at < endMax; at += 1) {
    const char = text[at];
    if (char === ',' || char === '\n' || char === '"' || (char === '\r' && text[at + 1] === '\n')) return at;
  }
  return endMax;
};
