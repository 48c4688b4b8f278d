import type { FieldError } from '../domain/failures';
import { type Child, h, replace } from './dom';
import { withTimes } from './time';

let made = 0;

/** One thing that a dialog asks for; without a kind it is a line of text. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly kind?: 'text' | 'url' | 'email' | 'tel' | 'number' | 'select' | 'check' | 'lines' | 'datetime-local';
  readonly value?: string | number | boolean | undefined;
  readonly options?: readonly (readonly [string, string])[];
  readonly required?: boolean;
  readonly placeholder?: string;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly help?: string | undefined;
  /** Where the platform would name it; left out: its name. */
  readonly path?: string;
  /** For people, when it is refused; left out: what the platform says. */
  readonly wrong?: string;
}

/** By the field's name: text, a number where one was asked for, whether it is checked; hidden ones are left out. */
// biome-ignore lint/suspicious/noExplicitAny: whoever names the fields knows their kinds
export type Values = Record<string, any>;

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const control = (field: Field, id: string): Control => {
  const { kind = 'text', value, options = [], required, placeholder, min, max, help } = field;
  const shared = { id, name: field.name, required, 'aria-describedby': help ? `${id}-help` : undefined };
  if (kind === 'select')
    return h(
      'select',
      shared,
      options.map(([key, text]) => h('option', { value: key, selected: key === value }, text)),
    );
  if (kind === 'lines') {
    return h('textarea', { ...shared, rows: 4, placeholder, spellcheck: 'false' }, String(value ?? ''));
  }
  if (kind === 'check') return h('input', { ...shared, type: 'checkbox', checked: value });
  return h('input', {
    ...shared,
    type: kind,
    value: value ?? '',
    placeholder,
    min,
    max,
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
  });
};

/** A view that is a form of its own asks by the same rows. */
export const fieldRow = (field: Field) => {
  made += 1;
  const id = `field-${made}`;
  const input = control(field, id);
  const help = field.help && h('p', { id: `${id}-help`, class: 'soft' }, field.help);
  const label = h('label', { for: id }, field.label);
  const refusal = h('p', { id: `${id}-wrong`, class: 'bad-text', hidden: true });
  const row = h(
    'div',
    { class: `field ${field.kind === 'check' ? 'check' : ''}` },
    field.kind === 'check' ? [input, label, help] : [label, input, help],
    refusal,
  );
  const mark = (message?: string): void => {
    refusal.hidden = message === undefined;
    replace(refusal, message === undefined ? '' : refusalWords(field, message));
    if (message === undefined) input.removeAttribute('aria-invalid');
    else input.setAttribute('aria-invalid', 'true');
    input.setAttribute('aria-describedby', [help && `${id}-help`, message && `${id}-wrong`].filter(Boolean).join(' '));
  };
  return { field, input, row, mark };
};

/** The contract's own words begin small and go on after "It"; what its schemas say by themselves is for programs. */
const refusalWords = ({ wrong, kind, min, max }: Field, message: string): string => {
  if (wrong !== undefined) return wrong;
  if (/^[a-z]/.test(message)) return `It ${message}.`;
  if (kind === 'email') return 'It is no e-mail address.';
  if (kind !== 'number') return 'It does not fit.';
  return max === undefined ? `A whole number from ${min ?? 0} on.` : `A whole number from ${min ?? 0} to ${max}.`;
};

type Row = ReturnType<typeof fieldRow>;

/** One field may hold a list, of which one part is refused. */
const isWithin = (path: string, ofField: string): boolean => `${path}/`.startsWith(`${ofField}/`);

/**
 * What the platform refused is shown at its field, and the first of them is gone to where `mayMove`; resolves to what
 * belongs to none that is seen.
 */
export const markWrong = (
  rows: readonly Row[],
  errors: readonly FieldError[],
  mayMove = true,
): readonly FieldError[] => {
  for (const { mark } of rows) mark();
  const left: FieldError[] = [];
  let first: Control | undefined;
  for (const error of errors) {
    const row = rows.find(
      ({ field, row: seen }) => !seen.hidden && isWithin(error.path, field.path ?? `/${field.name}`),
    );
    if (!row) left.push(error);
    row?.mark(error.message);
    first ??= row?.input;
  }
  if (mayMove) first?.focus();
  return left;
};

const isChecked = (input: Control): boolean => 'checked' in input && input.checked;

const read = (rows: readonly Row[]): Values =>
  Object.fromEntries(
    rows
      .filter(({ row }) => !row.hidden)
      .map(({ field, input }) => [
        field.name,
        field.kind === 'check'
          ? isChecked(input)
          : field.kind === 'number'
            ? input.value === ''
              ? undefined
              : Number(input.value)
            : input.value.trim(),
      ]),
  );

/**
 * Asks before anything is changed, runs it, and shows what came of it. `mustType` is for what cannot be taken back.
 * `run(values)` is awaited with the dialog open, so that a refusal can be read and mended; resolves to what it gave, or
 * to undefined when the operator changed their mind.
 */
export interface Question<Result> {
  readonly title: string;
  readonly text?: string;
  /** What helps to decide. */
  readonly more?: Child;
  readonly fields?: readonly Field[];
  readonly confirm: string;
  readonly danger?: boolean;
  readonly mustType?: string | undefined;
  readonly shownWhen?: (name: string, values: Readonly<Record<string, string>>) => boolean;
  readonly run: (values: Values) => Promise<Result>;
}

export const askDialog = <Result>({
  title,
  text,
  more,
  fields = [],
  confirm,
  danger = false,
  mustType,
  shownWhen = () => true,
  run,
}: Question<Result>): Promise<NonNullable<Result> | true | undefined> =>
  new Promise((resolve) => {
    const rows = fields.map(fieldRow);
    const typed =
      mustType === undefined
        ? undefined
        : fieldRow({ name: 'typed', label: `Type ${mustType} to go on`, required: true });
    const trouble = h('div', { class: 'trouble', role: 'alert' });
    const go = h('button', { type: 'submit', class: danger ? 'danger' : 'primary' }, confirm);
    const back = h('button', { type: 'button' }, 'Go back');
    made += 1;
    const dialog = h('dialog', { 'aria-labelledby': `dialog-${made}` });
    let result: NonNullable<Result> | true | undefined;

    const follow = () => {
      const values = Object.fromEntries(rows.map(({ field, input }) => [field.name, input.value]));
      for (const { field, row, input } of rows) {
        row.hidden = !shownWhen(field.name, values);
        input.disabled = row.hidden;
      }
      go.disabled = typed !== undefined && typed.input.value !== mustType;
    };

    const submit = async (event: SubmitEvent): Promise<void> => {
      event.preventDefault();
      replace(trouble);
      go.disabled = true;
      back.disabled = true;
      dialog.setAttribute('aria-busy', 'true');
      try {
        result = (await run(read(rows))) ?? true;
        dialog.close();
      } catch (caught) {
        const error = caught as Error & { readonly errors?: readonly FieldError[] };
        const errors = markWrong(rows, error.errors ?? []);
        replace(
          trouble,
          h('p', {}, errors.length < (error.errors ?? []).length ? 'Look at the marked fields.' : error.message),
          errors.length > 0 &&
            h(
              'ul',
              {},
              errors.map(({ path, message }) => h('li', {}, h('code', {}, path || '/'), ` ${message}`)),
            ),
        );
        go.disabled = false;
        back.disabled = false;
      }
      dialog.removeAttribute('aria-busy');
    };

    const form = h(
      'form',
      { class: 'dialog-body', onsubmit: submit, oninput: follow },
      h('h2', { id: `dialog-${made}`, class: 'dialog-title' }, title),
      text && h('p', { class: 'dialog-text' }, withTimes(text)),
      more,
      rows.map(({ row }) => row),
      typed?.row,
      trouble,
      h('div', { class: 'buttons' }, back, go),
    );
    back.addEventListener('click', () => dialog.close());
    // Escape while it runs would leave the result unseen.
    dialog.addEventListener('cancel', (event) => back.disabled && event.preventDefault());
    // Another view, by the browser's Back: what was asked of the former one would not be seen.
    const leave = () => back.disabled || dialog.close();
    window.addEventListener('hashchange', leave);
    dialog.addEventListener('close', () => {
      window.removeEventListener('hashchange', leave);
      dialog.remove();
      resolve(result);
    });
    dialog.append(form);
    document.body.append(dialog);
    follow();
    dialog.showModal();
  });

/** A bar that moves while something long runs; `isStopped` says that the operator pressed Stop. */
export const progressDialog = ({ title, total }: { readonly title: string; readonly total: number }) => {
  made += 1;
  let stopped = false;
  const bar = h('progress', { max: String(Math.max(1, total)), 'aria-labelledby': `dialog-${made}` });
  const text = h('p', { class: 'dialog-text', role: 'status' });
  const stop = h('button', { type: 'button' }, 'Stop');
  const dialog = h('dialog', { 'aria-labelledby': `dialog-${made}`, closedby: 'none' });
  const show = (done: number): void => {
    bar.value = Math.min(done, total);
    replace(text, stopped ? 'Stops after this step…' : `${done} of ${total}`);
  };
  stop.addEventListener('click', () => {
    stopped = true;
    stop.disabled = true;
    show(bar.value);
  });
  dialog.append(
    h(
      'div',
      { class: 'dialog-body' },
      h('h2', { id: `dialog-${made}`, class: 'dialog-title' }, title),
      bar,
      text,
      h('div', { class: 'buttons' }, stop),
    ),
  );
  dialog.addEventListener('cancel', (event) => event.preventDefault());
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  show(0);
  dialog.showModal();
  return { show, isStopped: () => stopped, close: () => dialog.close() };
};

/** Shows something once that will never be shown again: only its button closes it. */
export const showDialog = ({
  title,
  text,
  content,
  done,
}: {
  readonly title: string;
  readonly text: string;
  readonly content: Child;
  readonly done: string;
}): Promise<void> =>
  new Promise((resolve) => {
    made += 1;
    const dialog = h('dialog', { 'aria-labelledby': `dialog-${made}`, closedby: 'none' });
    const close = h('button', { type: 'button', class: 'primary', onclick: () => dialog.close() }, done);
    dialog.append(
      h(
        'div',
        { class: 'dialog-body' },
        h('h2', { id: `dialog-${made}`, class: 'dialog-title' }, title),
        h('p', { class: 'dialog-text' }, text),
        content,
        h('div', { class: 'buttons' }, close),
      ),
    );
    dialog.addEventListener('cancel', (event) => event.preventDefault());
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
