import { askDialog } from '../pages-kit/dialog';
import { h, replace } from '../pages-kit/dom';
import { session } from './api';

interface SavedView {
  readonly name: string;
  /** What stands behind `#`. */
  readonly address: string;
}

const savedMax = 20;

/** In this browser, for whoever is signed in. */
const place = (): string => `codeferry-views/${session.current?.operator.name ?? ''}`;

const read = (): readonly SavedView[] => {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place()) ?? '[]');
    return Array.isArray(kept)
      ? kept.filter((one) => typeof one?.name === 'string' && /^#\/\w/.test(one?.address))
      : [];
  } catch {
    return [];
  }
};

/** Filters under a name, above the list that they fill. */
export const savedViews = () => {
  const box = h('div', { class: 'saved-views' });
  const write = (views: readonly SavedView[]): void => {
    localStorage.setItem(place(), JSON.stringify(views));
    draw();
  };
  const save = async (): Promise<void> => {
    const { hash } = location;
    await askDialog({
      title: 'Save this view',
      text: 'Its filters, under a name. It is kept in this browser.',
      confirm: 'Save',
      fields: [{ name: 'name', label: 'Name', required: true }],
      run: async ({ name }) => {
        const others = read().filter((view) => view.name !== name);
        if (others.length >= savedMax) throw new Error(`There are ${savedMax} already: remove one first.`);
        write([...others, { name, address: hash }]);
      },
    });
  };
  const draw = (): void => {
    const views = read();
    replace(
      box,
      views.map((view) =>
        h(
          'span',
          { class: 'saved-view' },
          h('a', { href: view.address }, view.name),
          h(
            'button',
            {
              type: 'button',
              class: 'quiet',
              'aria-label': `Remove ${view.name}`,
              onclick: () => write(read().filter(({ name }) => name !== view.name)),
            },
            '×',
          ),
        ),
      ),
      h('button', { type: 'button', class: 'quiet', onclick: save }, 'Save this view'),
    );
  };
  draw();
  return box;
};
