import { showDialog } from './dialog';
import { type Child, h } from './dom';
import { copyButton } from './parts';

/** Shown once: a secret, or a link that is one. */
export const showSecret = (
  title: string,
  secret: string,
  more = '',
  below: Child = undefined,
  {
    label = 'Secret',
    text = 'This secret signs both directions. It is shown this once and cannot be read again.',
  } = {},
): Promise<void> => {
  const field = h('input', {
    type: 'text',
    readonly: true,
    value: secret,
    'aria-label': label,
    class: 'secret',
    onfocus: ({ currentTarget }: { currentTarget: HTMLInputElement }) => currentTarget.select(),
  });
  return showDialog({
    title,
    text: `${text}${more}`,
    content: [
      h(
        'div',
        { class: 'secret-row' },
        field,
        copyButton(() => field.value, 'Copy'),
      ),
      below,
    ],
    done: 'I have kept it',
  });
};
