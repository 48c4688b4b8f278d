// The pick-up page's own script: keeps the page in step with the order by server-sent events, shows the codes without
// leaving the page, and adds what HTML alone cannot do (copying, enlarging, local times). Everything on the page is of use without it. It loads nothing else.
(() => {
  const page = document.getElementById('pickup');
  const live = document.getElementById('live');
  const connection = document.getElementById('connection');
  const announcement = document.getElementById('announcement');
  if (!page || !live || !connection || !announcement) return;
  const words = JSON.parse(page.dataset.words);

  const firstDelayMs = 1_000;
  const longestDelayMs = 30_000;
  const failedTriesLimit = 120;
  // The server says something every 20 seconds; a line that is silent for longer is dead, whatever the browser thinks.
  const silenceLimitMs = 65_000;

  let source;
  let lastHtml;
  let failedTries = 0;
  let retryTimer;
  let silenceTimer;
  // A delivered order can still become void.
  let ended = page.dataset.final === 'true';
  let isRevealing = false;
  // How many codes were void or replaced when those of this page were read.
  let shownEnded = page.dataset.ended;

  // --- the stream ---

  function showConnection(state) {
    connection.hidden = state === 'off';
    connection.dataset.connection = state;
    connection.textContent = words[state] ?? '';
  }

  function heard() {
    failedTries = 0;
    showConnection('live');
    clearTimeout(silenceTimer);
    silenceTimer = setTimeout(lost, silenceLimitMs);
  }

  function disconnect() {
    clearTimeout(retryTimer);
    clearTimeout(silenceTimer);
    source?.close();
    source = undefined;
  }

  function connect() {
    disconnect();
    if (ended) return;
    source = new EventSource(`${page.dataset.events}?stay=on`);
    source.addEventListener('open', heard);
    source.addEventListener('ping', heard);
    source.addEventListener('state', (event) => {
      heard();
      changeState(JSON.parse(event.data));
    });
    source.addEventListener('error', lost);
    silenceTimer = setTimeout(lost, silenceLimitMs);
  }

  // The browser gives up on an error answer and hurries after a broken line, so the waiting is done here.
  function lost() {
    disconnect();
    if (ended) return;
    failedTries += 1;
    if (failedTries % 2 === 0) lookOnce();
    if (failedTries > failedTriesLimit) return showConnection('stopped');
    showConnection(navigator.onLine === false ? 'offline' : 'waiting');
    const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (failedTries - 1));
    retryTimer = setTimeout(connect, delayMs * (0.5 + Math.random() / 2));
  }

  // A stream may be refused, as where a link is open too often: what it would have told the page itself tells.
  async function lookOnce() {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => undefined);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const html = fresh.getElementById('live')?.innerHTML;
    if (html === undefined || source || ended) return;
    const { ended: endedCodes, final } = fresh.getElementById('pickup').dataset;
    if (isShown() && endedCodes === shownEnded) return;
    changeState({ html, ended: endedCodes, final: final === 'true' });
  }

  function reconnectNow() {
    if (ended || source) return;
    failedTries = 0;
    connect();
  }

  window.addEventListener('online', reconnectNow);
  window.addEventListener('offline', () => !ended && lost());
  window.addEventListener('pageshow', (event) => event.persisted && reconnectNow());
  window.addEventListener('pagehide', disconnect);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && reconnectNow());

  // The stream holds no codes: what was shown here by a click stays until one of them is void or replaced.
  function changeState({ html, ended: endedCodes, final }) {
    const isStale = isShown() ? String(endedCodes) !== shownEnded : html !== lastHtml;
    if (isStale) swap(html);
    lastHtml = html;
    if (!isShown()) shownEnded = String(endedCodes);
    if (!final) return;
    ended = true;
    page.dataset.final = 'true';
    disconnect();
    showConnection('off');
  }

  // What the reader has open or in focus stays so.
  function swap(html) {
    const headline = textOf('headline');
    const open = new Set(openedCodes().map((details) => details.dataset.code));
    const focused = live.contains(document.activeElement) ? focusMark(document.activeElement) : undefined;
    live.innerHTML = html;
    for (const details of live.querySelectorAll('details[data-code]')) details.open = open.has(details.dataset.code);
    prepare();
    if (focused) live.querySelector(focused)?.focus({ preventScroll: true });
    if (textOf('headline') === headline) return;
    live.classList.remove('changed');
    requestAnimationFrame(() => live.classList.add('changed'));
    announcement.textContent = `${textOf('headline')}. ${textOf('explanation')}`;
    document.title = document.title.replace(headline, () => textOf('headline'));
  }

  const isShown = () => live.querySelector('.codes, [data-shown]') !== null;

  // --- the reveal ---

  live.addEventListener('submit', (event) => {
    if (event.target.id !== 'reveal') return;
    event.preventDefault();
    reveal(event.target);
  });

  async function reveal(form) {
    if (isRevealing) return;
    isRevealing = true;
    const button = form.querySelector('button');
    button.disabled = true;
    try {
      const answer = await fetch(form.action, {
        method: 'POST',
        headers: { accept: 'text/html' },
        body: new URLSearchParams(new FormData(form)),
        credentials: 'same-origin',
        cache: 'no-store',
      });
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const shown = fresh.getElementById('live');
      if (!shown) throw new Error('no page came');
      swap(shown.innerHTML);
      shownEnded = fresh.getElementById('pickup').dataset.ended;
      (live.querySelector('.refusal') ?? live.querySelector('.codes'))?.scrollIntoView({ block: 'nearest' });
    } catch {
      button.disabled = false;
      announcement.textContent = words.failed;
      showConnection(navigator.onLine === false ? 'offline' : 'waiting');
    } finally {
      isRevealing = false;
    }
  }

  function focusMark(element) {
    if (element.dataset.copy) return `[data-copy="${element.dataset.copy}"]`;
    const code = element.closest('details[data-code]')?.dataset.code;
    return code && `details[data-code="${code}"] > summary`;
  }

  const textOf = (id) => document.getElementById(id)?.textContent ?? '';
  const openedCodes = () => [...live.querySelectorAll('details[data-code][open]')];

  // --- what the script adds to the HTML ---

  // At its end a code goes from an open page too. A timer holds 24 days at most, and looks again then.
  const longestTimerMs = 2 ** 31 - 1;
  let expiryTimer;

  function hideExpired() {
    clearTimeout(expiryTimer);
    let nextMs = Number.POSITIVE_INFINITY;
    for (const details of live.querySelectorAll('details[data-expires]')) {
      const leftMs = Date.parse(details.dataset.expires) - Date.now();
      if (leftMs > 0) nextMs = Math.min(nextMs, leftMs);
      else endCode(details);
    }
    if (nextMs < Number.POSITIVE_INFINITY) expiryTimer = setTimeout(hideExpired, Math.min(nextMs, longestTimerMs));
  }

  function endCode(details) {
    const ended = document.createElement('p');
    ended.className = 'ended';
    ended.textContent = words.expired;
    delete details.dataset.expires;
    details.querySelector('.opened').replaceChildren(ended);
  }

  function prepare() {
    hideExpired();
    for (const element of live.querySelectorAll('[data-needs-script]')) element.hidden = false;
    for (const time of live.querySelectorAll('time')) showLocally(time);
    nameOpenAll();
  }

  const localTime = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' });
  const localHour = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: 'short' });

  function showLocally(time) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) return;
    const isCounted = 'countdown' in time.dataset;
    // A receipt is kept: its day is said on that day too.
    const isNear = isCounted && moment.toDateString() === new Date().toDateString();
    time.title = time.textContent;
    time.textContent = (isNear ? localHour : localTime).format(moment);
    if (isCounted) countDown(time, moment);
  }

  function countDown(time, moment) {
    const left = document.createElement('span');
    left.className = 'left';
    time.after(' ', left);
    const tick = () => {
      if (!left.isConnected) return;
      left.textContent = leftText(moment.getTime() - Date.now());
      setTimeout(tick, 1_000);
    };
    tick();
  }

  function leftText(leftMs) {
    const seconds = Math.ceil(leftMs / 1_000);
    if (seconds <= 0) return words.anyMoment;
    if (seconds < 60) return words.secondsLeft.replace('{n}', seconds);
    if (seconds < 3_600) return words.minutesLeft.replace('{n}', Math.ceil(seconds / 60));
    return words.hoursLeft.replace('{n}', Math.ceil(seconds / 3_600));
  }

  // --- clicks ---

  live.addEventListener('click', (event) => {
    const button = event.target.closest?.('button');
    if (!button) return;
    if (button.dataset.copy) copy(button, textOf(button.dataset.copy), document.getElementById(button.dataset.copy));
    else if ('copyAll' in button.dataset) copy(button, allValues());
    else if ('openAll' in button.dataset) openAll();
    else if ('enlarge' in button.dataset) enlarge(button.closest('details').querySelector('.picture'));
  });

  const codes = () =>
    [...live.querySelectorAll('details[data-code]')].filter((details) => !details.closest('li').hidden);
  // One line a code, its PIN after a tab.
  const allValues = () =>
    codes()
      .map((details) =>
        [details.querySelector('.value-line .value'), details.querySelector('.pin .value')]
          .map((value) => value?.textContent)
          .filter((text) => text !== undefined)
          .join('\t'),
      )
      .filter((line) => line !== '')
      .join('\n');

  function openAll() {
    const open = openedCodes().length < codes().length;
    for (const details of codes()) details.open = open;
  }

  // Found by what stands in it; what is not found is neither copied nor opened with the others.
  live.addEventListener('input', ({ target }) => {
    if (!('search' in target.dataset)) return;
    const wanted = target.value.trim().toLowerCase();
    let found = 0;
    for (const item of live.querySelectorAll('li.code')) {
      item.hidden = wanted !== '' && !item.textContent.toLowerCase().includes(wanted);
      if (!item.hidden) found += 1;
    }
    live.querySelector('[data-found]').textContent = wanted === '' ? '' : words.found.replace('{n}', found);
    nameOpenAll();
  });

  let showAllText;

  function nameOpenAll() {
    const button = live.querySelector('[data-open-all]');
    if (!button) return;
    const all = openedCodes().length === codes().length;
    showAllText ??= button.textContent;
    button.textContent = all ? words.hideAll : showAllText;
    button.setAttribute('aria-pressed', String(all));
  }

  // `toggle` does not bubble.
  live.addEventListener('toggle', nameOpenAll, true);

  const namesBefore = new WeakMap();

  async function copy(button, text, element) {
    const copied = await copyText(text, element);
    if (!namesBefore.has(button)) namesBefore.set(button, button.textContent);
    button.textContent = copied ? words.copied : words.copyByHand;
    button.classList.toggle('copied', copied);
    announcement.textContent = copied ? words.copiedAloud : words.copyFailedAloud;
    setTimeout(() => {
      button.textContent = namesBefore.get(button);
      button.classList.remove('copied');
    }, 2_000);
  }

  async function copyText(text, element) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyBySelection(text, element);
    }
  }

  // For pages without TLS and older browsers. The event carries the text itself, since a selection may change its line ends.
  function copyBySelection(text, element) {
    const put = (event) => {
      event.clipboardData.setData('text/plain', text);
      event.preventDefault();
    };
    document.addEventListener('copy', put);
    const selection = getSelection();
    selection?.removeAllRanges();
    const range = document.createRange();
    range.selectNodeContents(element ?? document.getElementById('headline'));
    selection?.addRange(range);
    const copied = document.execCommand('copy');
    document.removeEventListener('copy', put);
    if (copied) selection?.removeAllRanges();
    return copied;
  }

  // --- a picture over the whole screen, for the scanner at the door ---

  const screen = document.createElement('dialog');
  screen.className = 'screen';
  screen.setAttribute('aria-label', words.toScan);
  screen.addEventListener('click', () => screen.close());
  screen.addEventListener('close', () => screen.replaceChildren());
  document.body.append(screen);

  function enlarge(picture) {
    const drawing = picture.querySelector('svg').cloneNode(true);
    const box = drawing.viewBox.baseVal;
    screen.classList.toggle('wide', box.width > 1.3 * box.height);
    const close = document.createElement('button');
    close.type = 'button';
    close.className = 'plain';
    close.textContent = words.close;
    screen.replaceChildren(drawing, close);
    screen.showModal();
  }

  // --- paper: who prints the page wants the codes on it ---

  let openedForPaper = [];
  window.addEventListener('beforeprint', () => {
    openedForPaper = codes().filter((details) => !details.open);
    for (const details of openedForPaper) details.open = true;
  });
  window.addEventListener('afterprint', () => {
    for (const details of openedForPaper) details.open = false;
  });

  for (const time of page.querySelectorAll('.about time')) showLocally(time);
  prepare();
  connect();
})();
