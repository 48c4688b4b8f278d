import { Problem } from '../pages-kit/ask';
import { basePath } from '../pages-kit/base-path';
import { dataUriOf } from '../pages-kit/data-uri';
import { type Field, fieldRow, markWrong } from '../pages-kit/dialog';
import { h, note, replace } from '../pages-kit/dom';
import { heading } from '../pages-kit/parts';
import type { View } from '../pages-kit/view';
import type { IssuerAnswer, PreviewAnswer } from './answers';
import { api, may } from './api';
import { issuerLink } from './parts';
import type { PreviewRequest } from './requests';

type Branding = NonNullable<IssuerAnswer['branding']>;
type Draft = { -readonly [K in keyof Branding]: Branding[K] };

const waitMs = 400;
const fills = 'May have {seller}, {product}, {codes} and {orderNo} in it.';

const lookFields: readonly Field[] = [
  { name: 'displayName', label: 'Name that buyers see', required: true },
  {
    name: 'color',
    label: 'Colour',
    placeholder: '#0b6a63',
    help: 'Made darker or brighter where it could not be read.',
  },
  { name: 'supportEmail', label: 'E-mail for questions', kind: 'email' },
  { name: 'supportUrl', label: 'Address of help and terms', kind: 'url', placeholder: 'https://' },
  {
    name: 'language',
    label: 'Language of messages',
    placeholder: 'en',
    help: 'For buyers whose terminal names none. The page follows the browser.',
  },
];

/** Of one language each. */
const wordFields: readonly Field[] = [
  { name: 'instructions', label: 'How codes are redeemed', kind: 'lines' },
  { name: 'subject', label: 'Subject of mails', help: fills },
  { name: 'text', label: 'Text of mails', kind: 'lines', help: fills },
  { name: 'button', label: 'Button of mails' },
  { name: 'sms', label: 'SMS, in front of the link', help: fills },
];

const withEntry = <T>(all: Readonly<Record<string, T>> | undefined, key: string, value: T | undefined) => {
  const { [key]: _, ...others } = all ?? {};
  const entries = value === undefined ? others : { ...others, [key]: value };
  return Object.keys(entries).length > 0 ? entries : undefined;
};

/** How one issuer looks to its buyers, and what that makes of mail, SMS and page, before it is saved. */
export const lookView = async ({ root, params: [issuerId = ''], signal }: View): Promise<void> => {
  const issuer = await api.issuer(issuerId, signal);
  const draft: Draft = { displayName: issuer.name, ...issuer.branding };
  const look = lookFields.map((field) =>
    fieldRow({ ...field, path: `/branding/${field.name}`, value: textOf(draft, field.name) }),
  );
  const words = wordFields.map((field) => fieldRow(field));
  const language = fieldRow({ name: 'of', label: 'Language of the words below', value: draft.language ?? 'en' });
  const logo = fieldRow({ name: 'logo', label: 'Logo (PNG or SVG, 100 KiB)', path: '/branding/logo' });
  logo.input.setAttribute('type', 'file');
  logo.input.setAttribute('accept', 'image/png,image/svg+xml');
  const noLogo = fieldRow({ name: 'noLogo', label: 'No logo', kind: 'check', value: draft.logo === undefined });
  const inMessage = fieldRow({
    name: 'codeInMessage',
    label: 'Messages hold the codes, too',
    kind: 'check',
    value: issuer.codeInMessage,
  });
  const trouble = h('p', { class: 'bad-text', role: 'alert' });
  const isOn = ({ input }: ReturnType<typeof fieldRow>): boolean => 'checked' in input && input.checked;

  const showWords = (): void => {
    const of = language.input.value.trim();
    const own = draft.messages?.[of] ?? {};
    for (const { field, input } of words)
      input.value =
        (field.name === 'instructions' ? draft.instructions?.[of] : own[field.name as keyof typeof own]) ?? '';
  };
  const readForm = (): void => {
    for (const { field, input } of look) Object.assign(draft, { [field.name]: input.value.trim() || undefined });
    const of = language.input.value.trim() || 'en';
    const written = words
      .map(({ field, input }) => [field.name, input.value.trim()] as const)
      .filter(([, text]) => text !== '');
    const { instructions, ...own } = Object.fromEntries(written);
    draft.instructions = withEntry(draft.instructions, of, instructions);
    draft.messages = withEntry(draft.messages, of, Object.keys(own).length > 0 ? own : undefined);
  };
  const request = (): PreviewRequest => ({
    branding: { ...draft, ...(isOn(noLogo) ? { logo: undefined } : {}) },
    codeInMessage: isOn(inMessage),
    ...(language.input.value.trim() === '' ? {} : { language: language.input.value.trim() }),
  });

  const shown = fieldRow({
    name: 'shown',
    label: 'What is shown',
    kind: 'select',
    options: [
      ['mail', 'Mail'],
      ['text', 'Mail as plain text, and SMS'],
      ['page', 'Page'],
    ],
  });
  const frame = h('iframe', {
    src: `${basePath}/preview-frame`,
    sandbox: 'allow-scripts',
    title: 'Preview',
    class: 'preview',
  });
  const plain = h('pre', { class: 'preview-text', hidden: true });
  let seen: PreviewAnswer | undefined;
  const show = (): void => {
    if (!seen) return;
    const { mail, sms, page } = seen;
    const isText = shown.input.value === 'text';
    frame.hidden = isText;
    plain.hidden = !isText;
    replace(
      plain,
      `${mail.subject}\n\n${mail.text}\n\n———\n\n${sms.text}\n(${sms.parts === 1 ? '1 SMS' : `${sms.parts} SMS`})`,
    );
    // It is of no origin, so no other target can be named; what is sent is made up.
    frame.contentWindow?.postMessage(shown.input.value === 'page' ? page.html : mail.html, '*');
  };
  window.addEventListener('message', ({ source }) => source === frame.contentWindow && show(), { signal });
  shown.input.addEventListener('change', show);

  const told = async (run: () => Promise<unknown>): Promise<void> => {
    try {
      await run();
      markWrong([...look, logo, ...words], []);
      replace(trouble, '');
    } catch (error) {
      const left = error instanceof Problem ? markWrong([...look, logo], error.errors) : [];
      const [first] = left;
      replace(trouble, first ? `${first.path} ${first.message}` : (error as Error).message);
    }
  };
  const preview = (): Promise<void> =>
    told(async () => {
      seen = await api.previewIssuer(issuerId, request(), signal);
      show();
    });
  const save = (): Promise<void> =>
    told(async () => {
      const { branding, codeInMessage } = request();
      await api.changeIssuer(issuerId, { branding, codeInMessage });
      note('Saved.');
    });

  let timer: number;
  const form = h(
    'form',
    {
      class: 'card look-form',
      oninput: ({ target }: { target: unknown }) => {
        if (target === language.input) showWords();
        else readForm();
        clearTimeout(timer);
        timer = window.setTimeout(preview, waitMs);
      },
      onsubmit: (event: SubmitEvent) => {
        event.preventDefault();
        void save();
      },
    },
    [...look, logo, noLogo, inMessage, language, ...words].map(({ row }) => row),
    trouble,
    may('admin') && h('button', { type: 'submit', class: 'primary' }, 'Save'),
  );
  logo.input.addEventListener('change', async () => {
    const [file] = (logo.input as HTMLInputElement).files ?? [];
    if (!file) return;
    draft.logo = await dataUriOf(file);
    (noLogo.input as HTMLInputElement).checked = false;
    await preview();
  });
  replace(
    root,
    heading('How buyers see it', issuerLink(issuerId)),
    h('div', { class: 'halves' }, form, h('section', { class: 'card' }, shown.row, frame, plain)),
  );
  showWords();
  await preview();
};

const textOf = (draft: Draft, name: string): string | undefined => {
  const value = draft[name as keyof Draft];
  return typeof value === 'string' ? value : undefined;
};
