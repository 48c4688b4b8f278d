import type { previewIssuer } from '../contract/operator/preview';
import type { GivenBody } from '../contract/route';
import { basePath } from './base-path';
import { fieldRow } from './dialog';
import { h, replace } from './dom';

export type PreviewAnswer = GivenBody<typeof previewIssuer>;

/** What a buyer would see, drawn in a frame of no origin; `show` is given each newer one. */
export const lookPreview = (signal: AbortSignal) => {
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
  const draw = (): void => {
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
  window.addEventListener('message', ({ source }) => source === frame.contentWindow && draw(), { signal });
  shown.input.addEventListener('change', draw);
  return {
    card: h('section', { class: 'card' }, shown.row, frame, plain),
    show: (answer: PreviewAnswer): void => {
      seen = answer;
      draw();
    },
  };
};
