/** A part of a mail as a reader's program shows it. */
export interface MailPart {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const headersOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .replace(/\r\n[ \t]+/g, ' ')
      .split('\r\n')
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );

const decoded = (body: string, encoding = '7bit'): string => {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
};

/** The mail itself first, then its parts, of whatever depth. */
export const mailParts = (raw: string): MailPart[] => {
  const end = raw.indexOf('\r\n\r\n');
  const headers = headersOf(raw.slice(0, end));
  const body = raw.slice(end + 4);
  const boundary = /boundary="?([^";]+)"?/.exec(headers['content-type'] ?? '')?.[1];
  const own = { headers, body: decoded(body, headers['content-transfer-encoding']) };
  if (boundary === undefined) return [own];
  const parts = body.split(`--${boundary}`).slice(1, -1);
  return [own, ...parts.flatMap((part) => mailParts(part.replace(/^\r\n/, '').replace(/\r\n$/, '')))];
};

export const mailPart = (raw: string, type: string): MailPart => {
  const found = mailParts(raw).find(({ headers }) => headers['content-type']?.startsWith(type));
  if (!found) throw new Error(`the mail has no part of type ${type}`);
  return found;
};
