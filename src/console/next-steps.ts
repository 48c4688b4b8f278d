import { majorText } from '../domain/words/money';
import { testAmount, trySnippet } from '../domain/words/try-snippet';
import { basePath } from '../pages-kit/base-path';
import { h } from '../pages-kit/dom';
import { copyButton } from '../pages-kit/parts';
import type { IssuerAnswer } from './answers';

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
        'Conformance, on its page here: its server is played every scenario, and told how failures are mended.',
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
