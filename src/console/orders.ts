import type { OrderState } from '../domain/order';
import { count } from '../domain/words/count';
import { stateWords } from '../domain/words/state-words';
import { keepInAddress } from '../pages-kit/ask';
import { askDialog, showDialog } from '../pages-kit/dialog';
import { h, note, replace } from '../pages-kit/dom';
import { empty, heading, pagedTable, problemBox, table } from '../pages-kit/parts';
import { fieldInstant, fieldText } from '../pages-kit/time';
import type { View } from '../pages-kit/view';
import { api, may } from './api';
import { countBatch, runBatch } from './batch';
import { issuerIds, modeChoice, orderColumns, orderHref } from './parts';
import type { BatchRequest } from './requests';
import { savedViews } from './saved-views';

interface OrderFilter {
  readonly q?: string | undefined;
  readonly mode: string;
  readonly issuerId?: string | undefined;
  readonly productId: string;
  readonly state: string;
  readonly from: string;
  readonly to: string;
}

const typingPauseMs = 180;
/** The end of a pick-up link. A number of this length is found by its beginning. */
const pickupSecret = /^[\w-]{43}$/;

/** Search as one types; the filter stands in the address, so that it can be sent to a colleague. */
export const ordersView = async ({ root, query, signal }: View): Promise<void> => {
  const search = h('input', {
    id: 'order-search',
    type: 'search',
    value: query.get('q') ?? '',
    placeholder: 'Order number or its beginning, payment, payer, product, or a link',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    maxlength: 300,
    'aria-keyshortcuts': '/',
  });
  const mode = modeChoice('mode-filter', query);
  const issuer = h('input', {
    id: 'issuer-filter',
    list: 'issuer-ids',
    value: query.get('issuerId') ?? '',
    placeholder: 'Any',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
  });
  const product = h('input', {
    id: 'product-filter',
    value: query.get('productId') ?? '',
    placeholder: 'Any, by its id',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
  });
  const file = h('a', { class: 'button', download: 'orders.csv' }, 'Export CSV');
  const since = timeField('from-filter', query.get('from'));
  const until = timeField('to-filter', query.get('to'));
  const ids = h('datalist', { id: 'issuer-ids' });
  const state = h(
    'select',
    { id: 'state-filter' },
    h('option', { value: '' }, 'Any'),
    Object.entries(stateWords).map(([value, word]) =>
      h('option', { value, selected: query.get('state') === value }, word),
    ),
  );
  const found = h('div', { id: 'found', 'aria-live': 'polite', 'aria-busy': 'false' });

  /** Whoever pastes `issuer/order` means that one order. */
  const filter = (): OrderFilter => {
    const [first, second] = search.value.trim().split('/');
    const pasted = second === undefined ? { q: first, issuerId: issuer.value.trim() } : { q: second, issuerId: first };
    return {
      ...pasted,
      mode: mode.value,
      productId: product.value.trim(),
      state: state.value,
      from: fieldInstant(since.value),
      to: fieldInstant(until.value, lastMs),
    };
  };

  let running = new AbortController();
  const find = async (): Promise<void> => {
    running.abort();
    running = new AbortController();
    const mine = AbortSignal.any([running.signal, signal]);
    const pasted = search.value.trim();
    const [link] = /#\/orders\/[^/]+\/[^/?]+/.exec(pasted) ?? [];
    if (link) {
      location.hash = link;
      return;
    }
    // Whoever has a pick-up link has the codes: it goes into no address.
    const isPickup = pasted.includes('/p/') || pickupSecret.test(pasted);
    const wanted = isPickup ? { ...nothingAsked, mode: mode.value } : filter();
    const offerFile = () => file.setAttribute('href', api.ordersFile({ ...wanted }));
    // Nor does what finds nothing, as a code that belongs into the other field.
    const keep = (kept: Partial<OrderFilter>) => keepInAddress('orders', { ...kept });
    const { q, ...others } = wanted;
    const isKnown = q === query.get('q');
    keep(isKnown ? wanted : others);
    // A link without address leads nowhere.
    file.removeAttribute('href');
    if (isKnown || !q) offerFile();
    found.setAttribute('aria-busy', 'true');
    try {
      const nothing = empty(
        'No order fits',
        isPickup || Object.values(wanted).some(Boolean)
          ? 'A number is found by its beginning; payment, payer and product by the whole of them; a code by “Find by code”.'
          : 'Orders appear here as issuers send their payment requests.',
      );
      const list = await pagedTable(
        'Orders, newest first',
        orderColumns,
        (cursor) =>
          isPickup
            ? api.findOrder({ link: pasted.includes('/p/') ? pasted : `/p/${pasted}` })
            : api.orders({ ...wanted, limit: 25, cursor }, mine),
        nothing,
        isPickup ? undefined : mine,
      );
      if (!mine.aborted) {
        replace(found, list);
        if (list.querySelector('a.order-link')) {
          offerFile();
          keep(wanted);
        }
      }
    } catch (error) {
      if (!mine.aborted) replace(found, problemBox(error as Error));
    }
    if (!mine.aborted) found.setAttribute('aria-busy', 'false');
  };

  let pause: number;
  const soon = (): void => {
    clearTimeout(pause);
    pause = window.setTimeout(find, typingPauseMs);
  };
  signal.addEventListener('abort', () => clearTimeout(pause));

  const goToFirst = (event: Event): void => {
    event.preventDefault();
    const { q, issuerId } = filter();
    const links = [...found.querySelectorAll<HTMLAnchorElement>('a.order-link')];
    const exact = links.filter((link) => link.textContent === q);
    if (exact.length === 1) location.hash = exact[0]?.getAttribute('href') ?? '';
    else if (issuerId && q && links.length === 0) location.hash = orderHref({ issuerId, orderNo: q });
    else links[0]?.focus();
  };

  replace(
    root,
    heading('Orders', h('button', { type: 'button', onclick: () => findByCode(mode.value) }, 'Find by code'), file),
    h(
      'form',
      { class: 'filters card', role: 'search', onsubmit: goToFirst, oninput: soon },
      h('div', { class: 'field wide' }, h('label', { for: 'order-search' }, 'Order'), search),
      h('div', { class: 'field mode' }, h('label', { for: 'mode-filter' }, 'Live or test'), mode),
      h('div', { class: 'field' }, h('label', { for: 'issuer-filter' }, 'Issuer'), issuer, ids),
      h('div', { class: 'field' }, h('label', { for: 'state-filter' }, 'State'), state),
      h('div', { class: 'field' }, h('label', { for: 'product-filter' }, 'Product'), product),
      h('div', { class: 'field time' }, h('label', { for: 'from-filter' }, 'Paid from'), since),
      h('div', { class: 'field time' }, h('label', { for: 'to-filter' }, 'Paid until'), until),
      // Enter in a field presses it.
      h('button', { type: 'submit', class: 'unseen', tabindex: '-1', 'aria-hidden': 'true' }, 'Open the first'),
    ),
    savedViews(),
    may('operator') && batchPanel(filter, find),
    found,
  );
  search.focus({ preventScroll: true });
  const offerIssuers = () =>
    issuerIds(signal, mode.value).then(
      (all) =>
        replace(
          ids,
          all.map((value) => h('option', { value })),
        ),
      () => undefined,
    );
  mode.addEventListener('change', offerIssuers);
  offerIssuers();
  await find();
};

const nothingAsked: OrderFilter = { mode: '', state: '', productId: '', from: '', to: '' };

/** A code stands in no address and no list: it goes over in a body, and the audit log has who looked. */
const findByCode = async (mode: string): Promise<void> => {
  const whose = mode === 'test' ? 'test' : 'live';
  const found = await askDialog({
    title: 'Which order has this code?',
    text: `By the whole code, as the buyer has it, among ${whose} orders, as in the list. That you looked is written into the audit log; the code is not.`,
    confirm: 'Find',
    fields: [{ name: 'code', label: 'Code', required: true }],
    run: async ({ code }) => {
      const { data } = await api.findOrder({ code, ...(mode === 'test' ? { mode } : {}) });
      if (data.length === 0) throw new Error(`No ${whose} order has, or had, this very code.`);
      return data;
    },
  });
  if (!found || found === true) return;
  const [first, ...others] = found;
  if (first && others.length === 0) location.hash = orderHref(first);
  else
    await showDialog({
      title: `${found.length} orders`,
      text: 'Issuers that do not know of each other gave the same code.',
      content: table('Orders with this code', orderColumns.slice(0, 3), found),
      done: 'Close',
    });
};

/** A minute is meant whole: until 10:05 takes what was paid at 10:05:59. */
const lastMs = 59_999;

const timeField = (id: string, iso: string | null) => h('input', { id, type: 'datetime-local', value: fieldText(iso) });

type BatchAction = BatchRequest['action'];

const batchActions: Readonly<Record<BatchAction, string>> = {
  renotify: 'Tell their issuers again',
  redeliver: 'Redeliver',
  cancel: 'Cancel',
  void: 'Declare their codes void',
  refund: 'Ask their issuers to destroy the codes, for a refund',
  complete: 'End them with the codes that came',
  apply_settings: 'Lengthen their windows to what is set now',
};

/** The order's issuer and other operators read it. */
const hasReason: ReadonlySet<BatchAction> = new Set(['cancel', 'refund']);

/** One action on all that the filter names: counted first, then confirmed with that count. */
const batchPanel = (filter: () => OrderFilter, refresh: () => Promise<void>) => {
  const choice = h(
    'select',
    { id: 'batch-action' },
    Object.entries(batchActions).map(([value, text]) => h('option', { value }, text)),
  );
  const counted = h('p', { class: 'soft', role: 'status' });

  const start = async (): Promise<void> => {
    const action = choice.value as BatchAction;
    const { q, mode, issuerId, productId, state, from, to } = filter();
    if (mode === 'test' && !issuerId) {
      replace(counted, 'A batch takes test orders of one issuer alone: name it first.');
      return;
    }
    if (q) {
      replace(counted, 'A batch takes issuer, state, product and time, not an order number: empty that field first.');
      return;
    }
    const wanted = {
      ...(issuerId ? { issuerId } : {}),
      ...(productId ? { productId } : {}),
      ...(state ? { state: state as OrderState } : {}),
      ...(from ? { from } : {}),
      ...(to ? { to } : {}),
    };
    replace(counted, 'Counting…');
    let matched: number;
    let isCapped: boolean;
    try {
      ({ matched, isCapped } = await countBatch(wanted, action));
    } catch (error) {
      replace(counted, (error as Error).message);
      return;
    }
    const whose = [
      issuerId ? `of ${issuerId}` : 'of every issuer',
      productId && `product ${productId}`,
      state ? `in “${stateWords[state as OrderState]}”` : 'in any state',
      from || to ? 'paid in that time' : undefined,
    ]
      .filter(Boolean)
      .join(', ');
    const many = `${isCapped ? 'more than ' : ''}${count(matched, 'order')}`;
    replace(counted, `${many} ${whose}. Nothing has been changed.`);
    if (matched === 0) return;
    const danger = action === 'cancel' || action === 'void' || action === 'complete';
    const agreed = await askDialog({
      title: `${batchActions[action]}: ${many}?`,
      text: `This goes to ${many} ${whose}. Each one judges for itself: those that cannot are named afterwards. Twenty a second are done, and you can stop.`,
      confirm: `${batchActions[action]}: ${matched}`,
      danger,
      mustType: danger ? String(matched) : undefined,
      fields: hasReason.has(action) ? [{ name: 'reason', label: 'Reason', required: true }] : [],
      run: async (values) => values,
    });
    if (!agreed || agreed === true) return;
    let result: Awaited<ReturnType<typeof runBatch>>;
    try {
      result = await runBatch(batchActions[action], { filter: wanted, action, ...agreed }, matched);
    } catch (error) {
      replace(counted, (error as Error).message);
      return;
    }
    const refusals = new Map<string, number>();
    for (const { code } of result.failed) refusals.set(code, (refusals.get(code) ?? 0) + 1);
    replace(counted, `${result.changed} of ${result.matched} done${result.isStopped ? ', then stopped' : ''}.`);
    note(`${result.changed} of ${result.matched} done`, result.failed.length > 0 ? 'part' : 'good');
    await refresh();
    if (result.failed.length === 0) return;
    await showDialog({
      title: `${result.failed.length} of ${result.matched} could not`,
      text: [...refusals].map(([code, n]) => `${code}: ${n}`).join(', '),
      content: h(
        'ul',
        { class: 'plain-list' },
        result.failed
          .slice(0, 50)
          .map((order) =>
            h(
              'li',
              {},
              h('a', { href: orderHref(order) }, `${order.issuerId}/${order.orderNo}`),
              ' ',
              h('code', {}, order.code),
            ),
          ),
      ),
      done: 'Close',
    });
  };

  return h(
    'details',
    { class: 'batch card' },
    h('summary', {}, 'Act on all orders of this filter'),
    h(
      'div',
      { class: 'batch-row' },
      h('div', { class: 'field' }, h('label', { for: 'batch-action' }, 'Action'), choice),
      h('button', { type: 'button', onclick: start }, 'Count first'),
    ),
    counted,
  );
};
