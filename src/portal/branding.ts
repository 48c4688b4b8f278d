import type { FieldError } from '../domain/failures';
import type { Problem } from '../pages-kit/ask';
import { dataUriOf } from '../pages-kit/data-uri';
import { h, note, replace } from '../pages-kit/dom';
import { api, type IssuerAnswer, isAdmin } from './api';

type Branding = NonNullable<IssuerAnswer['branding']>;

const instructionsLanguage = 'en';
const startColor = '#0b6a63';

/** How the issuer looks to its buyers, shown while it is changed. */
export const brandingCard = (issuer: IssuerAnswer, again: () => Promise<void>) => {
  const before: Partial<Branding> = issuer.branding ?? {};
  let { logo } = before;
  const input = (id: string, type: string, value = '', more: Record<string, string | number | boolean> = {}) =>
    h('input', { id, type, value, disabled: !isAdmin(), autocomplete: 'off', ...more });
  const name = input('brand-name', 'text', before.displayName ?? issuer.name, { maxlength: 100, required: true });
  const color = input('brand-color', 'color', before.color ?? startColor);
  const mail = input('brand-mail', 'email', before.supportEmail, { maxlength: 254 });
  const site = input('brand-site', 'url', before.supportUrl, { placeholder: 'https://', maxlength: 1_024 });
  const file = input('brand-logo', 'file', '', { accept: 'image/png,image/svg+xml' });
  const noLogo = input('brand-no-logo', 'checkbox');
  const how = h('textarea', { id: 'brand-how', rows: 3, maxlength: 2_000, disabled: !isAdmin() });
  how.value = before.instructions?.[instructionsLanguage] ?? '';
  const trouble = h('div', { class: 'trouble', role: 'alert' });
  const preview = h('div', { class: 'brand-preview' });

  const show = (): void => {
    const bar = h('div', { class: 'brand-bar' });
    bar.style.setProperty('--brand', color.value);
    const help = [mail.value, site.value].filter(Boolean).join(', ');
    replace(
      preview,
      bar,
      logo && !noLogo.checked && h('img', { src: logo, alt: '', class: 'brand-logo' }),
      h('p', { class: 'brand-title' }, name.value),
      how.value !== '' && h('p', {}, how.value),
      help !== '' && h('p', { class: 'soft' }, `Questions: ${help}`),
    );
  };
  const takeLogo = async (): Promise<void> => {
    const [chosen] = file.files ?? [];
    if (chosen) logo = await dataUriOf(chosen);
    noLogo.checked = false;
    show();
  };
  file.addEventListener('change', takeLogo);

  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    replace(trouble);
    const { [instructionsLanguage]: _own, ...others } = before.instructions ?? {};
    const instructions = { ...others, ...(how.value.trim() ? { [instructionsLanguage]: how.value.trim() } : {}) };
    try {
      await api.change({
        // What this form does not show stays as it is.
        branding: {
          ...before,
          displayName: name.value.trim(),
          color: color.value === startColor && before.color === undefined ? undefined : color.value,
          logo: noLogo.checked ? undefined : logo,
          supportEmail: mail.value.trim() || undefined,
          supportUrl: site.value.trim() || undefined,
          instructions: Object.keys(instructions).length > 0 ? instructions : undefined,
        },
      });
      note('Saved.');
      await again();
    } catch (error) {
      const { message, errors = [] } = error as Problem & { readonly errors?: readonly FieldError[] };
      replace(
        trouble,
        errors.length === 0
          ? message
          : errors.map(({ path, message: what }) => h('p', {}, h('code', {}, path), ` ${what}`)),
      );
    }
  };
  const row = (label: string, control: HTMLElement, kind = '') =>
    h('div', { class: `field ${kind}` }, h('label', { for: control.id }, label), control);
  show();
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'How buyers see you'),
    h(
      'div',
      { class: 'halves' },
      h(
        'form',
        { class: 'brand-form', onsubmit: save, oninput: show },
        row('Name', name),
        row('Colour', color),
        row('Logo (PNG or SVG, 100 KiB)', file),
        logo && h('div', { class: 'field check' }, noLogo, h('label', { for: noLogo.id }, 'No logo')),
        row('E-mail for questions', mail),
        row('Page for questions', site),
        row('How a code is used (English)', how),
        trouble,
        isAdmin() && h('button', { type: 'submit', class: 'primary' }, 'Save'),
      ),
      h('div', {}, h('h3', {}, 'Preview'), preview),
    ),
  );
};
