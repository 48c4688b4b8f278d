import type { Problem } from '../pages-kit/ask';
import { basePath } from '../pages-kit/base-path';
import { h, replace } from '../pages-kit/dom';
import { api } from './api';

/** The token goes over once, for a session cookie that no script can read; it is kept nowhere here. */
export const signInView = (app: HTMLElement, onSignedIn: () => void): void => {
  const token = h('input', {
    id: 'token',
    type: 'password',
    name: 'token',
    autocomplete: 'current-password',
    required: true,
    autocapitalize: 'none',
    spellcheck: 'false',
    'aria-describedby': 'token-help sign-in-trouble',
  });
  const trouble = h('p', { id: 'sign-in-trouble', class: 'trouble', role: 'alert' });
  const button = h('button', { type: 'submit', class: 'primary' }, 'Sign in');

  const signIn = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    replace(trouble);
    button.disabled = true;
    try {
      await api.signIn(token.value.trim());
      onSignedIn();
    } catch (error) {
      replace(trouble, troubleText(error as Problem));
      button.disabled = false;
      token.focus();
      token.select();
    }
  };

  replace(
    app,
    h(
      'main',
      { id: 'view', class: 'alone' },
      h('div', { class: 'brand big' }, h('span', { class: 'mark', 'aria-hidden': 'true' }), 'Codeferry'),
      h(
        'form',
        { class: 'card sign-in', onsubmit: signIn },
        h('h1', {}, 'Operator console'),
        // A password manager files the token under a name.
        h('input', {
          type: 'text',
          name: 'username',
          value: 'operator',
          autocomplete: 'username',
          hidden: true,
          readonly: true,
        }),
        h('label', { for: 'token' }, 'Operator token'),
        token,
        h(
          'p',
          { id: 'token-help', class: 'soft' },
          h('code', {}, 'npm start'),
          ' prints it; elsewhere it is the setting ',
          h('code', {}, 'OPERATOR_TOKEN'),
          '.',
        ),
        trouble,
        button,
        hasSingleSignOn() &&
          h(
            'a',
            { class: 'button', href: `${basePath}/v1/operator/console/oidc/start` },
            'Sign in with single sign-on',
          ),
      ),
    ),
  );
  replace(trouble, cameBackWith() ?? '');
  token.focus();
};

const hasSingleSignOn = (): boolean =>
  document.querySelector<HTMLMetaElement>('meta[name="single-sign-on"]')?.content === 'on';

const comeBacks: Readonly<Record<string, string>> = {
  unavailable: 'The sign-in provider did not answer. Try again in a moment.',
  refused: 'The sign-in provider refused the sign-in.',
  invalid: 'What the sign-in provider answered does not fit. The log of the api says more.',
  late: 'That sign-in took too long, or was begun in another window. Try again.',
  weak: 'Your provider did not sign you in the way that this platform asks for. Try again with a second factor.',
  role: 'You are known, but have no role here. Whoever runs this platform can give you one.',
  busy: 'Too many sign-ins at once. Wait a minute.',
  failed: 'The sign-in failed here. Try again in a moment.',
};

/** Once: a reload does not say it again. */
const cameBackWith = (): string | undefined => {
  const reason = new URLSearchParams(location.search).get('sign-in');
  if (reason === null) return undefined;
  history.replaceState(null, '', `${location.pathname}${location.hash}`);
  return Object.hasOwn(comeBacks, reason) ? comeBacks[reason] : comeBacks.failed;
};

const troubleText = (error: Problem): string => {
  if (error.code === 'operator_unauthorized') return 'That is not the operator token.';
  if (error.code === 'rate_limited') return `Too many tries. Wait ${error.retryAfterSeconds ?? 60} seconds.`;
  return error.message;
};
