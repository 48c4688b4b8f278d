import type { readIssuer } from '../contract/operator/issuers';
import type { GivenBody } from '../contract/route';
import type { OrderState } from '../domain/order';
import { type CircuitState, circuitWords } from '../domain/words/circuit-words';
import { stateWords } from '../domain/words/state-words';
import type { Page, Problem } from './ask';
import { type Child, everyWhileSeen, h, replace } from './dom';

/** The tone is never the only sign. */
export const stateTones: Readonly<Record<OrderState, 'wait' | 'go' | 'good' | 'bad' | 'off'>> = {
  accepted: 'wait',
  notified: 'wait',
  verified: 'go',
  partially_issued: 'go',
  issued: 'go',
  delivered: 'good',
  undeliverable: 'bad',
  refused: 'bad',
  expired: 'bad',
  cancelled: 'off',
};

const circuitTones = { open: 'bad', half_open: 'wait', closed: 'good' } as const;

export const circuitChip = (state: CircuitState) =>
  h('span', { class: `chip ${circuitTones[state]}` }, circuitWords[state]);

type IssuerState = GivenBody<typeof readIssuer>['state'];
const issuerStateWords: Readonly<Record<IssuerState, string>> = {
  active: 'Active',
  paused: 'Paused',
  not_live: 'Not live',
  not_proved: 'Host not proved',
};

export const issuerStateChip = (state: IssuerState) =>
  h('span', { class: `chip ${state === 'active' ? 'good' : 'wait'}` }, issuerStateWords[state]);

/** Pieces that more than one view shows. */
export const stateChip = (state: OrderState) => h('span', { class: `chip ${stateTones[state]}` }, stateWords[state]);

/** Of a list of facts. */
export const line = (name: string, ...value: readonly Child[]): Child => [h('dt', {}, name), h('dd', {}, value)];

export const problemBox = (error: Error & Partial<Problem>) =>
  h(
    'div',
    { class: 'card problem', role: 'alert' },
    h('h2', {}, 'That did not work'),
    h('p', {}, error.message),
    error.code &&
      h('p', { class: 'soft' }, h('code', {}, error.code), error.requestId ? ` · request ${error.requestId}` : ''),
    h(
      'button',
      { type: 'button', onclick: () => window.dispatchEvent(new HashChangeEvent('hashchange')) },
      'Try again',
    ),
  );

export const empty = (title: string, text?: string) =>
  h('div', { class: 'empty' }, h('p', { class: 'empty-title' }, title), text && h('p', { class: 'soft' }, text));

/** The head of a view; focus goes here when one opens, so that a screen reader says where one is. */
export const heading = (title: string, ...beside: readonly Child[]) => {
  const text = h('h1', { tabindex: '-1' }, title);
  queueMicrotask(
    () => text.isConnected && !document.activeElement?.matches('input, select') && text.focus({ preventScroll: true }),
  );
  return h('div', { class: 'heading' }, text, h('div', { class: 'heading-end' }, beside));
};

/**
 * A table that a phone stacks: `lead` names the row, `state` stands beside it, `named` cells need their column's name to
 * be understood, `wide` ones take a line. `sortsBy`: a press on the head sorts what is shown.
 */
export interface Column<Row> {
  readonly name: string;
  cell(row: Row): Child;
  readonly lead?: boolean;
  readonly end?: boolean;
  readonly state?: boolean;
  readonly wide?: boolean;
  readonly named?: boolean;
  sortsBy?(row: Row): string | number;
}

interface Sorting {
  readonly by: string;
  readonly isDescending: boolean;
}

const headOf = <Row>({ name, end, sortsBy }: Column<Row>, sorting?: Sorting, sort?: (by: string) => void) => {
  const isBy = sorting?.by === name;
  return h(
    'th',
    { scope: 'col', class: end && 'end', 'aria-sort': isBy && (sorting.isDescending ? 'descending' : 'ascending') },
    sort && sortsBy ? h('button', { type: 'button', class: 'sort', onclick: () => sort(name) }, name) : name,
  );
};

export const table = <Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  sorting?: Sorting,
  sort?: (by: string) => void,
) =>
  h(
    'table',
    { class: 'rows' },
    h('caption', { class: 'unseen' }, caption),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        columns.map((column) => headOf(column, sorting, sort)),
      ),
    ),
    h(
      'tbody',
      {},
      rows.map((row) =>
        h(
          'tr',
          {},
          columns.map(({ name, cell, ...kinds }) =>
            h(
              'td',
              { 'data-name': kinds.named && name, class: cellKinds.filter((kind) => kinds[kind]).join(' ') },
              cell(row),
            ),
          ),
        ),
      ),
    ),
  );

const cellKinds = ['lead', 'end', 'state', 'wide', 'named'] as const;

const liveMs = 5_000;
/** What is read again at each look. */
const livePagesMax = 4;

/**
 * A list of the API page by page; `read(cursor)` gives `{data, nextCursor}`. With `live` it is read again while it is
 * seen, and shows what changed.
 */
export const pagedTable = async <Row>(
  caption: string,
  columns: readonly Column<Row>[],
  read: (cursor?: string) => Promise<Page<Row>>,
  nothing: Child,
  live?: AbortSignal,
): Promise<HTMLElement> => {
  let pages: Page<Row>[] = [];
  let sorting: Sorting | undefined;
  const box = h('div', { class: 'paged' });

  const sort = (by: string): void => {
    sorting = { by, isDescending: sorting?.by === by && !sorting.isDescending };
    draw();
    [...box.querySelectorAll<HTMLElement>('button.sort')].find(({ textContent }) => textContent === by)?.focus();
  };
  const sorted = (rows: readonly Row[]): readonly Row[] => {
    const value = columns.find(({ name }) => name === sorting?.by)?.sortsBy;
    if (!value) return rows;
    const direction = sorting?.isDescending ? -1 : 1;
    return [...rows].sort((a, b) => direction * (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0));
  };
  const draw = (): void => {
    const rows = pages.flatMap(({ data }) => data);
    const nextCursor = pages.at(-1)?.nextCursor;
    replace(
      box,
      rows.length === 0 ? nothing : table(caption, columns, sorted(rows), sorting, sort),
      nextCursor &&
        h(
          'button',
          {
            type: 'button',
            class: 'more',
            onclick: ({ currentTarget }: { currentTarget: HTMLButtonElement }) => {
              currentTarget.disabled = true;
              more(nextCursor).catch((error) => replace(box, problemBox(error)));
            },
          },
          'Show more',
        ),
    );
  };
  const more = async (cursor?: string): Promise<void> => {
    pages.push(await read(cursor));
    draw();
  };
  const lookAgain = async (): Promise<void> => {
    const before = pages;
    // A link that somebody is on is not taken from under them.
    if (before.length > livePagesMax || box.contains(document.activeElement)) return;
    const fresh: Page<Row>[] = [];
    while (fresh.length < before.length) {
      const cursor = fresh.at(-1)?.nextCursor;
      if (fresh.length > 0 && !cursor) break;
      fresh.push(await read(cursor ?? undefined));
    }
    if (live?.aborted || pages !== before || JSON.stringify(fresh) === JSON.stringify(before)) return;
    pages = fresh;
    draw();
  };

  await more();
  if (live) everyWhileSeen(liveMs, live, lookAgain);
  return box;
};

export const copyButton = (text: () => string, label: string) => {
  const button = h('button', { type: 'button' }, label);
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text());
      replace(button, 'Copied');
    } catch {
      replace(button, 'Select it and copy');
    }
    setTimeout(() => replace(button, label), 2_000);
  });
  return button;
};
