import { majorText } from '../domain/words/money';
import type { IssuerAnswer } from './answers';
import { basePath } from './base-path';
import { h } from './dom';
import { copyButton } from './parts';

const testAmount = { value: 100, currency: 'EUR' } as const;

/** A shell's way to sign and send, without the secret: it is asked for. */
export const trySnippet = (issuerId: string, platform: string): string =>
  [
    "read -rsp 'Secret (whsec_…): ' SECRET; echo",
    'call() {',
    '  ID=try_$(openssl rand -hex 12); AT=$(date +%s)',
    `  KEY=$(printf %s "\${SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \\n')`,
    '  SIGNATURE=$(printf %s "$ID.$AT.$2" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | openssl base64 -A)',
    `  curl -sS "${platform}/v1/issuers/${issuerId}$1" -H 'content-type: application/json' \\`,
    '    -H "webhook-id: $ID" -H "webhook-timestamp: $AT" -H "webhook-signature: v1,$SIGNATURE" -d "$2"; echo',
    '}',
    `call /echo '{"hello":"world"}'`,
    `call /orders '${JSON.stringify({
      type: 'order.payment',
      orderNo: 'try-1',
      product: { id: 'try', name: 'Test order' },
      amount: testAmount,
    })}'`,
  ].join('\n');

/** After the secret: what the issuer's people do with it, in its order. */
export const nextSteps = ({ issuerId }: Pick<IssuerAnswer, 'issuerId'>) => {
  const snippet = trySnippet(issuerId, `${location.origin}${basePath}`);
  return h(
    'div',
    { class: 'next-steps' },
    h('h3', {}, 'What comes next'),
    h(
      'ol',
      {},
      h('li', {}, 'Give the secret to the people of the issuer, by a way that nobody else reads.'),
      h('li', {}, 'Keys and addresses: its server calls /echo, and the same object comes to its callback.'),
      h(
        'li',
        {},
        `A test order: the platform tells its callback of it, as of any order (${majorText(testAmount)} EUR).`,
      ),
      h(
        'li',
        {},
        'Its calls, with what was wrong, stand on its page here. ',
        h('a', { href: `${basePath}/docs` }, 'All calls'),
      ),
    ),
    h('pre', { class: 'snippet', tabindex: '0', 'aria-label': 'Echo and test order from a shell' }, snippet),
    copyButton(() => snippet, 'Copy the snippet'),
  );
};
