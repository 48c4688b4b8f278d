/** The operators' own mail server, as ALERT_SMTP_URL says it. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** `smtps` is TLS from the first byte, `starttls` is asked for before anything is said, `off` is a plain connection. */
  readonly security: 'smtps' | 'starttls' | 'off';
  readonly login?: { readonly user: string; readonly password: string };
}

const hostPattern = /^([a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,64}\])$/i;

/** Called where settings are read. Undefined where it does not fit: nobody may repeat the text, it holds a password. */
export const parseMailServer = (text: string): MailServer | undefined => {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
  const isSmtps = protocol === 'smtps:';
  const isOff = search === '?tls=off';
  if (!isSmtps && protocol !== 'smtp:') return undefined;
  if (!hostPattern.test(hostname) || port === '0' || !['', '/'].includes(pathname) || hash !== '') return undefined;
  if (search !== '' && !(isOff && !isSmtps)) return undefined;
  const login = loginOf(username, password);
  // A password goes over no connection that anyone may read.
  if (login === 'unfit' || (login && isOff)) return undefined;
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isSmtps ? 465 : 587) : Number(port),
    security: isSmtps ? 'smtps' : isOff ? 'off' : 'starttls',
    ...(login ? { login } : {}),
  };
};

const loginOf = (user: string, password: string): MailServer['login'] | 'unfit' => {
  if (user === '' && password === '') return undefined;
  try {
    const login = { user: decodeURIComponent(user), password: decodeURIComponent(password) };
    const isWhole = Object.values(login).every((part) => part !== '' && !/\p{Cc}/u.test(part));
    return isWhole ? login : 'unfit';
  } catch {
    return 'unfit';
  }
};
