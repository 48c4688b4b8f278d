import { askDialog } from './dialog';
import { showSecret } from './secret';
import { clockText } from './time';

interface Asked {
  readonly role: 'viewer' | 'admin';
  readonly expiresInSeconds: number;
  readonly name?: string;
}

const hourSeconds = 3_600;

/** A link to an issuer's own page, of operators and of colleagues: asked for, made, and shown once. */
export const makePortalLink = async (
  title: string,
  make: (asked: Asked) => Promise<{ readonly url: string; readonly expiresAt: string }>,
): Promise<void> => {
  const made = await askDialog({
    title,
    text: 'Whoever opens it and presses its button is let in, once.',
    confirm: 'Make the link',
    fields: [
      { name: 'name', label: 'Who will use it', placeholder: 'ann', help: 'It stands in the audit log.' },
      {
        name: 'role',
        label: 'May',
        kind: 'select',
        options: [
          ['viewer', 'read'],
          ['admin', 'read and change'],
        ],
      },
      {
        name: 'hours',
        label: 'Good for',
        kind: 'select',
        options: [
          ['1', 'an hour'],
          ['24', 'a day'],
        ],
      },
    ],
    run: ({ name, role, hours }) =>
      make({ role, expiresInSeconds: Number(hours) * hourSeconds, ...(name ? { name } : {}) }),
  });
  if (!made || made === true) return;
  await showSecret('The link', made.url, ` It ends ${clockText(made.expiresAt)}.`, undefined, {
    label: 'Link',
    text: 'Give it to one person. It is shown this once.',
  });
};
