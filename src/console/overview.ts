import { count } from '../domain/words/count';
import { spanText } from '../domain/words/span-text';
import { closeReasonWords, stateWords } from '../domain/words/state-words';
import { type Child, h, replace, sized } from '../pages-kit/dom';
import { empty, heading, stateChip, stateTones, table } from '../pages-kit/parts';
import { agoText, minuteText, timeTag, withTimes } from '../pages-kit/time';
import type { View } from '../pages-kit/view';
import type { Overview, PlatformHealth } from './answers';
import { api } from './api';
import { ordersChart, stacked, times, timesChart } from './charts';
import { machineryCards } from './machinery';
import { issuerLink, orderLink } from './parts';
import { salesCards } from './sales';

/** What happens now and what needs someone, live. */
export const overviewView = ({ root, signal }: View): void => {
  let isIdle = false;
  const noteWorkers = ({ workers }: PlatformHealth): void => {
    const wasIdle = isIdle;
    isIdle = workers.length === 0;
    if (isIdle === wasIdle) return;
    if (live.dataset.live !== 'waiting') tellLive();
    if (shown) replace(tiles, tilesOf(shown, isIdle));
  };
  const tellLive = (): void => tell(live, isIdle ? 'stopped' : 'live', isIdle ? 'Nothing moves' : 'Live');
  let shown: Overview | undefined;
  const live = h('span', { class: 'live', 'data-live': 'waiting' }, 'Connecting');
  const tiles = h('div', { class: 'tiles' });
  const sampleNote = h('p', { class: 'soft', hidden: true });
  const ordersBox = h('div', { class: 'chart', role: 'img', 'aria-label': 'Orders per minute' });
  const ordersWords = h('p', { class: 'chart-words' });
  const timesBox = h('div', { class: 'chart', role: 'img', 'aria-label': 'Payment to code' });
  const timesWords = h('p', { class: 'chart-words' });
  const funnel = h('div', {});
  const issuers = h('div', { class: 'sideways' });
  const issuersNote = h('p', { class: 'soft' });
  const oldest = h('div', {});
  const failures = h('div', {});

  replace(
    root,
    heading('Overview', live),
    sampleNote,
    tiles,
    h(
      'div',
      { class: 'halves' },
      h(
        'section',
        { class: 'card' },
        h('h2', {}, 'Orders per minute'),
        h('div', { class: 'keys' }, key('good', 'Delivered'), key('way', 'Under way'), key('failed', 'Not delivered')),
        ordersBox,
        ordersWords,
      ),
      h(
        'section',
        { class: 'card' },
        h('h2', {}, 'Payment to code'),
        h('div', { class: 'keys' }, key('good', 'Half of them within (p50)'), key('way', '95 of 100 within (p95)')),
        timesBox,
        timesWords,
      ),
    ),
    h(
      'div',
      { class: 'halves' },
      h('section', { class: 'card' }, h('h2', {}, 'Waiting longest'), oldest),
      h('section', { class: 'card' }, h('h2', {}, 'Latest failures'), failures),
    ),
    h(
      'div',
      { class: 'halves' },
      h('section', { class: 'card' }, h('h2', {}, 'By state'), funnel),
      h('section', { class: 'card' }, h('h2', {}, 'By issuer, last hour'), issuers, issuersNote),
    ),
    h('div', { class: 'halves' }, salesCards(signal)),
    h('div', { class: 'halves' }, machineryCards(signal, noteWorkers)),
  );

  let hovered: number | undefined;
  const say = (words: HTMLElement, text: string): void => {
    if (words.textContent !== text) replace(words, text);
  };
  const sayOrders = (): void => {
    if (!shown) return;
    const minute = shown.minutes[hovered ?? -1];
    const of = minute ?? shown.totals;
    const when = minute ? `${minuteText(minute.at)}:` : 'Last hour:';
    say(ordersWords, `${when} ${of.delivered} delivered, ${of.under_way} under way, ${of.failed} not delivered`);
  };
  const sayTimes = (): void => {
    if (!shown) return;
    const minute = shown.minutes[hovered ?? -1];
    const of = (minute ?? shown).toCode;
    const when = minute ? `${minuteText(minute.at)}:` : 'Last hour:';
    const verified =
      minute || shown.toVerification.count === 0 ? '' : `; to verification p50 ${spanText(shown.toVerification.p50Ms)}`;
    say(
      timesWords,
      of.count === 0
        ? `${when} none delivered${verified}`
        : `${when} p50 ${spanText(of.p50Ms)}, p95 ${spanText(of.p95Ms)}, p99 ${spanText(of.p99Ms)}${verified}`,
    );
  };
  const hover = (idx: number | null | undefined): void => {
    hovered = idx ?? undefined;
    sayOrders();
    sayTimes();
  };
  const drawOrders = ordersChart(ordersBox, signal, hover);
  const drawTimes = timesChart(timesBox, signal, hover);

  const show = (overview: Overview): void => {
    shown = { ...overview, minutes: sinceFirst(overview.minutes) };
    replace(tiles, tilesOf(overview, isIdle));
    sampleNote.hidden = !overview.sample.isCapped;
    if (overview.sample.isCapped)
      say(
        sampleNote,
        `Busy: the numbers are of the newest ${overview.sample.orders} orders, since ${minuteText(overview.sample.since)}.`,
      );
    drawOrders(stacked(shown.minutes));
    drawTimes(times(shown.minutes));
    sayOrders();
    sayTimes();
    ordersBox.setAttribute(
      'aria-label',
      `Orders per minute, last hour: ${overview.totals.delivered} delivered, ${overview.totals.under_way} under way, ${overview.totals.failed} not delivered`,
    );
    timesBox.setAttribute(
      'aria-label',
      `Time from payment to code, last hour: p50 ${spanText(overview.toCode.p50Ms)}, p95 ${spanText(overview.toCode.p95Ms)}`,
    );
    keepFocus(funnel, () => funnelOf(overview));
    keepFocus(issuers, () => issuersOf(overview));
    say(issuersNote, troublesText(overview.totals));
    keepFocus(oldest, () => oldestOf(overview));
    keepFocus(failures, () => failuresOf(overview));
  };

  listen(live, signal, (overview) => {
    tellLive();
    show(overview);
  });
};

const leastMinutes = 15;

/** A platform that was started just now shows its minutes, not an empty hour before them. */
const sinceFirst = (minutes: Overview['minutes']): Overview['minutes'] => {
  const first = minutes.findIndex((m) => m.delivered + m.under_way + m.failed > 0);
  return minutes.slice(Math.min(first < 0 ? 0 : Math.max(0, first - 1), minutes.length - leastMinutes));
};

const key = (tone: string, text: string) => h('span', { class: `key ${tone}` }, text);

/** Live data must not take the focus from a link that someone is on. */
const keepFocus = (box: HTMLElement, content: () => Child): void => {
  const href = box.contains(document.activeElement) ? document.activeElement?.getAttribute('href') : undefined;
  replace(box, content());
  if (href)
    [...box.querySelectorAll('a')].find((link) => link.getAttribute('href') === href)?.focus({ preventScroll: true });
};

const tell = (live: HTMLElement, state: string, text: string): void => {
  live.dataset.live = state;
  if (live.textContent !== text) replace(live, text);
};

/** The browser comes back by itself after a cut; a refusal ends the stream, and only a new try tells why. */
const listen = (live: HTMLElement, signal: AbortSignal, show: (overview: Overview) => void): void => {
  const open = (): void => {
    if (signal.aborted) return;
    const events = api.overviewEvents();
    const leave = (): void => events.close();
    signal.addEventListener('abort', leave);
    events.addEventListener('overview', ({ data }) => show(JSON.parse(data)));
    events.addEventListener('error', () => {
      tell(live, 'waiting', 'Reconnecting');
      if (events.readyState !== EventSource.CLOSED) return;
      signal.removeEventListener('abort', leave);
      setTimeout(
        () =>
          api
            .resume()
            .catch(() => undefined)
            .finally(open),
        3_000,
      );
    });
  };
  open();
};

const tilesOf = ({ totals, toCode, states: counted, minutes, sample, trouble }: Overview, isIdle: boolean): Child => {
  const now = counted.filter(({ now: n }) => n !== undefined);
  const waiting = now.filter(({ state }) => state !== 'undeliverable');
  const undeliverable = now.find(({ state }) => state === 'undeliverable');
  const isCapped = waiting.some(({ isNowCapped }) => isNowCapped);
  const waitingCount = waiting.reduce((sum, { now: n = 0 }) => sum + n, 0);
  const ended = totals.delivered + totals.failed;
  const lately = minutes.slice(-6, -1);
  const perMinute = lately.reduce((sum, m) => sum + m.delivered + m.under_way + m.failed, 0) / lately.length;
  return [
    tile(
      'Orders a minute',
      perMinute < 10 ? perMinute.toFixed(1).replace(/\.0$/, '') : String(Math.round(perMinute)),
      `${count(sample.orders, 'order')}${sample.isCapped ? ' read' : ' in the last hour'}`,
    ),
    tile('Payment to code', spanText(toCode.p50Ms), `p95 ${spanText(toCode.p95Ms)} · p99 ${spanText(toCode.p99Ms)}`),
    tile(
      'Delivered',
      ended === 0 ? '–' : `${shareText(totals.delivered / ended)}`,
      `${totals.delivered} of ${ended} that ended`,
    ),
    tile(
      'Under way',
      `${waitingCount}${isCapped ? '+' : ''}`,
      waitingCount === 0 ? 'nothing waits' : isIdle ? 'orders that wait for a worker' : 'orders that wait now',
      undefined,
      '#/orders',
    ),
    isIdle ? noWorkerTile() : personTile(trouble, undeliverable),
  ];
};

/** Whatever else is wrong comes of it, or can wait until one runs. */
const noWorkerTile = () => tile('Need a person', '!', 'no worker runs: start one first', 'bad', '#/machinery');

/** What no retry mends: each kind is listed under Failures, a paused issuer under Issuers. */
const personTile = (trouble: Overview['trouble'], undeliverable: Overview['states'][number] | undefined) => {
  const kinds: [number, string][] = [
    [trouble.stuck ?? 0, 'stuck by unfit code'],
    [undeliverable?.now ?? 0, 'not taken by their terminal'],
    [trouble.bounced, 'whose message came back'],
    [trouble.codesReported, 'reported by their buyer'],
    [trouble.voidUndecided, 'whose issuer did not decide'],
    [trouble.eventsGivenUp, 'whose issuer was not told'],
    [trouble.paidTwice, 'paid twice'],
    [trouble.sidesDiffer, 'that differ between the sides'],
    [trouble.tampered, 'changed by somebody else in the database'],
  ];
  const parts = kinds.filter(([n]) => n > 0);
  const count = parts.reduce((sum, [n]) => sum + n, 0);
  const { issuersPaused } = trouble;
  const paused =
    issuersPaused > 0 ? [`${issuersPaused} ${issuersPaused === 1 ? 'issuer is' : 'issuers are'} paused`] : [];
  const note = [...parts.map(([n, what]) => `${n} ${what}`), ...paused].join(', ');
  return tile(
    'Need a person',
    `${count}${undeliverable?.isNowCapped ? '+' : ''}`,
    note === '' ? 'nothing to do' : note,
    count > 0 ? 'bad' : paused.length > 0 ? undefined : 'good',
    count === 0 && paused.length > 0 ? '#/issuers' : '#/failures',
  );
};

const shareText = (share: number): string =>
  `${
    share === 1
      ? 100
      : Math.min(99.9, share * 100)
          .toFixed(1)
          .replace(/\.0$/, '')
  } %`;

const tile = (name: string, value: string, text: string, tone?: string, href?: string) => {
  const inside = [
    h('span', { class: 'tile-name' }, name),
    h('span', { class: `tile-value ${tone ?? ''}` }, value),
    h('span', { class: 'tile-text' }, text),
  ];
  return href ? h('a', { class: 'tile', href }, inside) : h('div', { class: 'tile' }, inside);
};

const funnelOf = ({ states: counted, sample }: Overview): Child => {
  const max = Math.max(1, ...counted.map(({ lastHour, now }) => Math.max(lastHour, now ?? 0)));
  return h(
    'table',
    { class: 'bars' },
    h('caption', { class: 'unseen' }, 'Orders by state'),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col' }, 'State'),
        h('td', {}),
        h('th', { scope: 'col', class: 'end' }, 'Last hour'),
        h('th', { scope: 'col', class: 'end' }, 'Now'),
      ),
    ),
    h(
      'tbody',
      {},
      counted.map(({ state, lastHour, now, isNowCapped }) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, h('a', { href: `#/orders?state=${state}` }, stateWords[state])),
          h(
            'td',
            { class: 'bar-cell' },
            Math.max(lastHour, now ?? 0) > 0 &&
              sized(
                h('span', { class: `bar ${stateTones[state]}`, 'aria-hidden': 'true' }),
                '--share',
                Math.max(lastHour, now ?? 0) / max,
              ),
          ),
          h('td', { class: 'end' }, `${lastHour}${sample.isCapped ? '+' : ''}`),
          h('td', { class: 'end' }, now === undefined ? '' : `${now}${isNowCapped ? '+' : ''}`),
        ),
      ),
    ),
  );
};

/** What the columns are, with the sums of the hour. */
const troublesText = ({ failedVerifications, callsTriedAgain, deliveriesTriedAgain }: Overview['totals']): string =>
  `Wrong: failed verifications, ${failedVerifications} in all. Retried: notices and code requests / deliveries that were sent again, ${callsTriedAgain} / ${deliveriesTriedAgain} in all.`;

const badCount = (n: number): Child => (n > 0 ? h('span', { class: 'bad-text' }, String(n)) : '0');

/** A number stays with its unit. */
const glued = (span: string): string => span.replace(/(\d) (?=\D)/g, '$1\u00a0');

const issuersOf = ({ issuers }: Overview): Child =>
  issuers.length === 0
    ? empty('No orders in the last hour')
    : table(
        'Orders of the last hour by issuer',
        [
          { name: 'Issuer', lead: true, cell: ({ issuerId }) => issuerLink(issuerId) },
          { name: 'Orders', end: true, cell: ({ orders }) => String(orders) },
          { name: 'Failed', end: true, cell: ({ failed }) => badCount(failed) },
          { name: 'Wrong', end: true, cell: ({ failedVerifications }) => badCount(failedVerifications) },
          {
            name: 'Retried',
            end: true,
            cell: ({ callsTriedAgain, deliveriesTriedAgain }) => `${callsTriedAgain} / ${deliveriesTriedAgain}`,
          },
          { name: 'p50', end: true, cell: ({ toCode }) => glued(spanText(toCode.p50Ms)) },
          { name: 'p95', end: true, cell: ({ toCode }) => glued(spanText(toCode.p95Ms)) },
        ],
        issuers,
      );

const oldestOf = ({ oldest }: Overview): Child =>
  oldest.length === 0
    ? empty('Nothing waits', 'Every order has ended.')
    : h(
        'ul',
        { class: 'stories' },
        oldest.map((order) =>
          h(
            'li',
            {},
            h(
              'div',
              { class: 'story-head' },
              orderLink(order),
              stateChip(order.state),
              h('span', { class: 'soft' }, agoText(order.createdAt)),
            ),
            h('p', { class: 'soft' }, withTimes(order.why)),
          ),
        ),
      );

const failuresOf = ({ failures }: Overview): Child =>
  failures.length === 0
    ? empty('No failures in the last hour')
    : h(
        'ul',
        { class: 'stories' },
        failures.map((order) =>
          h(
            'li',
            {},
            h(
              'div',
              { class: 'story-head' },
              orderLink(order),
              stateChip(order.state),
              h('span', { class: 'soft' }, timeTag(order.at, agoText(order.at))),
            ),
            h(
              'p',
              { class: 'soft' },
              order.issuerId,
              ' · ',
              order.closedReason ? closeReasonWords[order.closedReason] : 'the terminal did not take the codes',
            ),
          ),
        ),
      );
