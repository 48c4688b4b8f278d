import type { Kept } from './inbox';
import { mailBehaviours } from './mail-server';
import { smsBehaviours } from './sms-gateway';

export type InboxKind = 'mail' | 'sms';

const titles = { mail: 'Mail inbox', sms: 'SMS inbox' } as const;
const words = { sent: 'On its way', delivered: 'Arrived', bounced: 'Came back' } as const;
const lookAgainSeconds = 3;

/** No script, nothing from elsewhere; a mail is shown in a frame that can do nothing but open its links. */
export const inboxHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; form-action 'self'; base-uri 'none'",
} as const;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => escapes[one] ?? '');
const linked = (text: string): string =>
  escaped(text).replace(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}" target="_blank" rel="noopener">${url}</a>`);
const timeOf = (atMs: number): string => new Date(atMs).toISOString().slice(11, 19);

const frame = (title: string, kind: InboxKind, content: string, head = ''): string => `<!doctype html><html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)} · Codeferry demo</title>${head}
<style>:root{color-scheme:light dark;--line:#8883;--soft:#777}*{box-sizing:border-box}
body{margin:0 auto;padding:24px 16px;max-width:760px;font:16px/1.5 system-ui,sans-serif}
nav a{margin-right:16px}nav a[aria-current]{font-weight:700;text-decoration:none}h1{font-size:24px;margin:16px 0 4px}
p.soft,.soft{color:var(--soft)}ul{list-style:none;padding:0}li{border-top:1px solid var(--line);padding:12px 0}
.row{display:flex;gap:12px;justify-content:space-between;align-items:baseline;flex-wrap:wrap}.subject{font-weight:600}
.state{font-size:13px;padding:2px 10px;border-radius:99px;border:1px solid var(--line);white-space:nowrap}.state.bounced{color:#c62828}.state.delivered{color:#2e7d32}
.bubble{background:#8881;border-radius:14px;padding:10px 14px;margin:8px 0;overflow-wrap:anywhere}
iframe{width:100%;height:560px;border:1px solid var(--line);border-radius:10px;background:#fff}
button{font:inherit;padding:6px 14px;border-radius:8px;border:1px solid var(--line);background:transparent;color:inherit;cursor:pointer}form{display:inline-block;margin:8px 8px 0 0}
code{font-size:.9em}</style></head><body>
<nav aria-label="Inboxes">${(['mail', 'sms'] as const)
  .map((one) => `<a href="/${one}"${one === kind ? ' aria-current="page"' : ''}>${titles[one]}</a>`)
  .join('')}</nav>${content}</body></html>`;

const stateOf = ({ state }: Kept): string => `<span class="state ${state}">${words[state]}</span>`;

const buttons = (kind: InboxKind, { n }: Kept): string =>
  (['bounced', 'delivered'] as const)
    .map(
      (event) =>
        `<form method="post" action="/${kind}/${n}/${event}"><button>${event === 'bounced' ? 'Let it come back' : 'Say that it arrived'}</button></form>`,
    )
    .join('');

const hints = {
  mail: `Orders with <code>{"channel":"email"}</code> arrive here. An address that begins with ${Object.entries(
    mailBehaviours,
  )
    .map(([name, what]) => `<code>${name}</code> ${what}`)
    .join(', with ')}.`,
  sms: `Orders with <code>{"channel":"sms"}</code> arrive here. A number that ends with ${Object.entries(smsBehaviours)
    .map(([end, what]) => `<code>${end}</code> ${what}`)
    .join(', with ')}.`,
} as const;

export const inboxPage = (kind: InboxKind, messages: readonly Kept[]): string => {
  const items = messages.map((one) =>
    kind === 'mail'
      ? `<li><div class="row"><a class="subject" href="/mail/${one.n}">${escaped(one.subject)}</a>${stateOf(one)}</div><div class="soft">to ${escaped(one.to)} · ${timeOf(one.atMs)}</div></li>`
      : `<li><div class="row"><span class="soft">${escaped(one.to)} · ${timeOf(one.atMs)}</span>${stateOf(one)}</div><div class="bubble">${linked(one.text)}</div>${buttons('sms', one)}</li>`,
  );
  return frame(
    titles[kind],
    kind,
    `<h1>${titles[kind]}</h1><p class="soft">${hints[kind]}</p>${
      items.length === 0 ? '<p>Nothing yet.</p>' : `<ul>${items.join('')}</ul>`
    }`,
    `<meta http-equiv="refresh" content="${lookAgainSeconds}">`,
  );
};

export const mailPage = (mail: Kept): string =>
  frame(
    mail.subject,
    'mail',
    `<h1>${escaped(mail.subject)}</h1><div class="row"><span class="soft">to ${escaped(mail.to)} · ${timeOf(mail.atMs)}</span>${stateOf(mail)}</div>
<p>${buttons('mail', mail)}</p>
<iframe title="The mail" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${escaped(`<base target="_blank">${mail.html ?? escaped(mail.text)}`)}"></iframe>
<details><summary>As plain text</summary><pre style="white-space:pre-wrap">${linked(mail.text)}</pre></details>`,
  );
