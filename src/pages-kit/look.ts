import type { readIssuer } from '../contract/operator/issuers';
import type { previewIssuer } from '../contract/operator/preview';
import type { GivenBody, WrittenBody } from '../contract/route';
import type { FieldError } from '../domain/failures';
import { Problem } from './ask';
import { dataUriOf } from './data-uri';
import { type Field, fieldRow, markWrong } from './dialog';
import { differing, withChanges } from './differing';
import { h, note, replace } from './dom';
import { lookPreview, type PreviewAnswer } from './look-preview';

type Issuer = Pick<GivenBody<typeof readIssuer>, 'name' | 'branding' | 'codeInMessage'>;
type Branding = NonNullable<Issuer['branding']>;
type Draft = { -readonly [K in keyof Branding]: Branding[K] };
type PreviewRequest = WrittenBody<typeof previewIssuer>;

interface Look {
  readonly issuer: Issuer;
  /** As it is at the moment of saving, which replaces all of its look. */
  readonly read: () => Promise<Issuer>;
  readonly preview: (request: PreviewRequest) => Promise<PreviewAnswer>;
  /** False: whoever looks may not. */
  readonly save: ((look: { branding: Branding; codeInMessage?: boolean }) => Promise<unknown>) | false;
  /** False: an operator alone says whether messages hold codes. */
  readonly maySetCodeInMessage: boolean;
  readonly signal: AbortSignal;
}

const waitMs = 400;
const fills = 'May have {seller}, {product}, {codes} and {orderNo} in it.';
const wrongLanguage = 'A language as browsers name it, such as en or pt-BR.';
const wrongWords = (max: number): string =>
  `At most ${max} letters, not blanks alone, and in braces only {seller}, {product}, {codes} and {orderNo}.`;

const lookFields: readonly Field[] = [
  { name: 'displayName', label: 'Name that buyers see', required: true, wrong: 'It has 1 to 100 letters.' },
  {
    name: 'color',
    label: 'Colour',
    placeholder: "the platform's",
    help: 'Such as #0b6a63. Made darker or brighter where it could not be read.',
    wrong: 'A # and six of 0 to 9 and a to f, such as #0b6a63.',
  },
  { name: 'supportEmail', label: 'E-mail for questions', kind: 'email' },
  { name: 'supportUrl', label: 'Address of help and terms', kind: 'url', placeholder: 'https://' },
  {
    name: 'language',
    label: 'Language of messages',
    placeholder: 'en',
    help: 'For buyers whose terminal names none. The page follows the browser.',
    wrong: wrongLanguage,
  },
];

/** Of one language each. */
const wordFields: readonly Field[] = [
  { name: 'instructions', label: 'How codes are redeemed', kind: 'lines' },
  { name: 'subject', label: 'Subject of mails', help: fills, wrong: wrongWords(150) },
  { name: 'text', label: 'Text of mails', kind: 'lines', help: fills, wrong: wrongWords(2_000) },
  { name: 'button', label: 'Button of mails', wrong: wrongWords(40) },
  { name: 'sms', label: 'SMS, in front of the link', help: fills, wrong: wrongWords(120) },
];

/** How one issuer looks to its buyers, and what that makes of mail, SMS and page, before it is saved. */
export const lookForm = ({ issuer, read, preview, save, maySetCodeInMessage, signal }: Look): HTMLElement => {
  const brandingOf = (one: Issuer): Branding => ({ displayName: one.name, ...one.branding });
  const draft: Draft = { ...brandingOf(issuer) };
  let drawn = { branding: brandingOf(issuer), codeInMessage: issuer.codeInMessage ?? false };
  const look = lookFields.map((field) =>
    fieldRow({ ...field, path: `/branding/${field.name}`, value: textOf(draft, field.name) }),
  );
  const color = look.find(({ field }) => field.name === 'color')?.input;
  color?.after(colorPicker(color));
  const words = wordFields.map((field) => fieldRow({ ...field, path: `/words/${field.name}` }));
  const ofWords = fieldRow({
    name: 'ofWords',
    label: 'Language of the words below',
    path: '/language',
    value: draft.language ?? defaultLanguage,
    wrong: wrongLanguage,
  });
  const logo = fieldRow({ name: 'logo', label: 'Logo (PNG or SVG, 100 KiB)', path: '/branding/logo' });
  logo.input.setAttribute('type', 'file');
  logo.input.setAttribute('accept', 'image/png,image/svg+xml');
  const noLogo = fieldRow({ name: 'noLogo', label: 'No logo', kind: 'check', value: draft.logo === undefined });
  const inMessage = fieldRow({
    name: 'codeInMessage',
    label: 'Messages hold the codes, too, but of orders with a PIN',
    kind: 'check',
    value: issuer.codeInMessage,
  });
  inMessage.row.hidden = !maySetCodeInMessage;
  const rows = [...look, logo, noLogo, inMessage, ofWords, ...words];
  const trouble = h('div', { class: 'bad-text', role: 'alert' });
  const isOn = ({ input }: ReturnType<typeof fieldRow>): boolean => 'checked' in input && input.checked;
  const languageNow = (): string => ofWords.input.value.trim() || defaultLanguage;

  const showWords = (): void => {
    const own = { ...draft.messages?.[languageNow()], instructions: draft.instructions?.[languageNow()] };
    for (const { field, input } of words) input.value = own[field.name as keyof typeof own] ?? '';
  };
  const readForm = (): void => {
    for (const { field, input } of look) Object.assign(draft, { [field.name]: input.value.trim() || undefined });
    const written = words
      .map(({ field, input }) => [field.name, input.value.trim()] as const)
      .filter(([, text]) => text !== '');
    const { instructions, ...own } = Object.fromEntries(written);
    draft.instructions = withEntry(draft.instructions, languageNow(), instructions);
    draft.messages = withEntry(draft.messages, languageNow(), Object.keys(own).length > 0 ? own : undefined);
  };
  const lookNow = () => ({
    branding: { ...draft, ...(isOn(noLogo) ? { logo: undefined } : {}) },
    codeInMessage: isOn(inMessage),
  });

  let asked = 0;
  /** Of answers that cross the newest is told; whoever still writes stays in the field where they are. */
  const told = async (run: () => Promise<() => void>, mayMove: boolean): Promise<void> => {
    asked += 1;
    const n = asked;
    const tell = (errors: readonly FieldError[], otherwise: string): void => {
      const left = markWrong(rows, errors, mayMove);
      replace(trouble, errors.length === 0 ? otherwise : left.map((error) => h('p', {}, elsewhere(error))));
    };
    try {
      const done = await run();
      if (n !== asked || signal.aborted) return;
      tell([], '');
      done();
    } catch (error) {
      if (n !== asked || signal.aborted) return;
      tell(error instanceof Problem ? placed(error.errors, languageNow()) : [], (error as Error).message);
    }
  };
  const { card, show } = lookPreview(signal);
  const previewNow = (): Promise<void> =>
    told(async () => {
      const answer = await preview({ ...lookNow(), language: languageNow() });
      return () => show(answer);
    }, false);

  let timer: number;
  const changed = ({ target }: { readonly target: unknown }): void => {
    if (target === ofWords.input) showWords();
    else readForm();
    clearTimeout(timer);
    timer = window.setTimeout(previewNow, waitMs);
  };
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    clearTimeout(timer);
    if (save)
      await told(async () => {
        const wanted = lookNow();
        const { codeInMessage } = differing(wanted, drawn);
        const branding = withChanges(brandingOf(await read()), drawn.branding, wanted.branding);
        await save({ branding, ...(codeInMessage === undefined ? {} : { codeInMessage }) });
        drawn = wanted;
        return () => note('Saved.');
      }, true);
  };
  logo.input.addEventListener('change', async () => {
    const [file] = (logo.input as HTMLInputElement).files ?? [];
    if (!file) return;
    draft.logo = await dataUriOf(file);
    (noLogo.input as HTMLInputElement).checked = false;
    await previewNow();
  });
  const form = h(
    'form',
    { class: 'card look-form', novalidate: true, oninput: changed, onsubmit: submit },
    rows.map(({ row }) => row),
    trouble,
    save && h('button', { type: 'submit', class: 'primary' }, 'Save'),
  );
  showWords();
  void previewNow();
  return h('div', { class: 'halves' }, form, card);
};

const defaultLanguage = 'en';

/** Writes into the field beside it, which can be empty as well. */
const colorPicker = (field: { value: string }) => {
  const value = /^#[0-9a-f]{6}$/i.test(field.value) ? field.value : '#0b6a63';
  const picker = h('input', { type: 'color', 'aria-label': 'Pick the colour', value });
  picker.addEventListener('input', () => {
    field.value = picker.value;
  });
  return picker;
};

const textOf = (draft: Draft, name: string): string | undefined => {
  const value = draft[name as keyof Draft];
  return typeof value === 'string' ? value : undefined;
};

const withEntry = <T>(all: Readonly<Record<string, T>> | undefined, key: string, value: T | undefined) => {
  const { [key]: _, ...others } = all ?? {};
  const entries = value === undefined ? others : { ...others, [key]: value };
  return Object.keys(entries).length > 0 ? entries : undefined;
};

const wordsPath = /^\/branding\/(?:messages|instructions)\/([^/]*)(?:\/(\w+))?$/;

/** Words are refused at the language that they are of; the form has one of them at a time. */
const placed = (errors: readonly FieldError[], language: string): readonly FieldError[] =>
  errors.map((error) => {
    const [, of, name = 'instructions'] = wordsPath.exec(error.path) ?? [];
    if (of === undefined || of !== language) return error;
    return { ...error, path: error.code === 'invalid_key' ? '/language' : `/words/${name}` };
  });

/** What is wrong with the words of another language than the one that is seen. */
const elsewhere = ({ path, message }: FieldError): string => {
  const [, of, name = 'instructions'] = wordsPath.exec(path) ?? [];
  if (of === undefined) return `${path} ${message}`;
  const field = wordFields.find((one) => one.name === name);
  return `Words in “${of}”: ${field?.label ?? name}: ${field?.wrong ?? message}`;
};
